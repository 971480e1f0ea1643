//! Signals, all that the program heeds: Ctrl-C and a request to terminate. Files that are not whole are removed, and the process
//! ends at once with status 130; a dialogue ends its question, and a server its connections.
//!
//! Stores need no help: what is not committed is not there.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGINT;

use super::pager;
use crate::atomic;
use crate::query::Cancel;

/// 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: i32 = 130;
/// How long a look at a flag may wait.
const LOOK: Duration = Duration::from_millis(20);

/// From here on an interrupt leaves no half file. For commands without a way of their own to end.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Where signals cannot be watched an interrupt ends the process all the same.
        let Ok(wait) = ending_signal() else { return };
        let _ = thread::Builder::new().name("signals".into()).spawn(|| {
            wait();
            let _standstill = atomic::abandon_all();
            pager::wait();
            // Without the exit handlers of C++, which would race with the threads of the storage.
            signal_hook::low_level::exit(INTERRUPTED)
        });
    });
}

/// Watches for the signals that ask a process to end; what is given waits for the first.
#[cfg(unix)]
fn ending_signal() -> io::Result<impl FnOnce() + Send> {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    Ok(move || {
        signals.forever().next();
    })
}

#[cfg(not(unix))]
fn ending_signal() -> io::Result<impl FnOnce() + Send> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&asked))?;
    }
    Ok(move || {
        while !asked.load(Ordering::Relaxed) {
            thread::sleep(LOOK);
        }
    })
}

/// Ctrl-C in a dialogue: it ends the question that is being answered, and a second one the program.
pub struct Presses {
    pressed: Arc<AtomicBool>,
    /// Whether Ctrl-C ends the program while nothing is being answered.
    ends: bool,
}

impl Presses {
    /// From here on Ctrl-C is a matter of the dialogue; `ends` where nobody else looks for it between questions.
    pub fn watch(ends: bool) -> Self {
        let pressed = Arc::new(AtomicBool::new(ends));
        // Where signals cannot be watched Ctrl-C ends the program. The order counts: a first press must not end it.
        let _ = signal_hook::flag::register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&pressed));
        let _ = signal_hook::flag::register(SIGINT, Arc::clone(&pressed));
        Self { pressed, ends }
    }

    /// Does `work`, during which Ctrl-C cancels.
    pub fn cancelling<T>(&self, cancel: &Cancel, work: impl FnOnce() -> T) -> T {
        self.pressed.store(false, Ordering::Relaxed);
        let done = AtomicBool::new(false);
        let result = thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if self.pressed.load(Ordering::Relaxed) {
                        cancel.cancel();
                    }
                    thread::park_timeout(LOOK);
                }
            });
            let result = work();
            done.store(true, Ordering::Relaxed);
            watcher.thread().unpark();
            result
        });
        self.pressed.store(self.ends, Ordering::Relaxed);
        result
    }
}

/// The signals that end a server. Watching for them makes them work as process 1, too, where no signal has a default.
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// From here on they end nothing by themselves.
    ///
    /// # Errors
    /// Where the system has no such signals.
    pub fn watch() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next SIGTERM or SIGINT.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
