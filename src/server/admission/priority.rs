//! Scheduling priority: threads that evaluate give way to those that serve connections.
//!
//! Without it a question about one thing waits wherever the system lets an evaluation end its time slice first, on every
//! processor at once. The nice value is a thread's own on Linux (sched(7)); elsewhere all threads stay equal.

use std::cell::Cell;

use tokio::task::{JoinHandle, spawn_blocking};

/// Added to the nice value: a tenth of the weight of a thread that serves connections.
#[cfg(target_os = "linux")]
const BACKGROUND: i32 = 10;

thread_local! {
    static IS_LOWERED: Cell<bool> = const { Cell::new(false) };
}

/// Runs work that blocks on one of the runtime's threads for it, which give way to those that serve connections.
pub fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    spawn_blocking(move || {
        give_way();
        work()
    })
}

/// Lowers the priority of the calling thread, for good: to raise it again is a privilege.
fn give_way() {
    if !IS_LOWERED.replace(true) {
        lower();
    }
}

#[cfg(target_os = "linux")]
fn lower() {
    use rustix::process::{getpriority_process, setpriority_process};
    let thread = Some(rustix::thread::gettid());
    // A thread that cannot give way is no worse than before.
    let _ = getpriority_process(thread).and_then(|nice| setpriority_process(thread, nice + BACKGROUND));
}

#[cfg(not(target_os = "linux"))]
fn lower() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;
    use rustix::thread::gettid;

    use super::*;

    #[test]
    fn one_thread_gives_way_once_and_its_maker_does_not() {
        let before = getpriority_process(Some(gettid())).unwrap();
        let lowered = std::thread::spawn(|| {
            give_way();
            give_way();
            getpriority_process(Some(gettid())).unwrap()
        });
        assert_eq!(lowered.join().unwrap(), (before + BACKGROUND).min(19));
        assert_eq!(getpriority_process(Some(gettid())).unwrap(), before);
    }
}
