//! Threads whose stack is large enough for every text that the limits let through.

use std::thread::{Builder, Scope, ScopedJoinHandle};

/// Bytes of stack. The system backs only what is used. Tests hold that the default text limits stay far below.
pub(super) const SIZE: usize = 256 << 20;

/// Runs `work` on a thread of its own with a large stack and waits for it. A panic goes on in the caller.
pub(super) fn call<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = spawn(scope, work)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Starts `work` on a thread with a large stack.
pub(super) fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> std::io::Result<ScopedJoinHandle<'scope, T>> {
    Builder::new().name("query".into()).stack_size(SIZE).spawn_scoped(scope, work)
}
