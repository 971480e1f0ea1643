//! Ctrl-C and a request to terminate: files that are not whole are removed, and the process ends at once with status 130.
//!
//! Stores need no help: what is not committed is not there.

use std::sync::Once;

use super::pager;
use crate::atomic;

/// 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: i32 = 130;

/// From here on an interrupt leaves no half file. For commands without a way of their own to end.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Where no handler can be installed the interrupt ends the process all the same.
        let _ = ctrlc::set_handler(|| {
            let _standstill = atomic::abandon_all();
            pager::wait();
            // Without the exit handlers of C++, which would race with the threads of the storage.
            signal_hook::low_level::exit(INTERRUPTED)
        });
    });
}
