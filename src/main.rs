//! The `citypact` command: arguments in, exit status out.

use std::process::ExitCode;

/// Gives memory back to the system when a burst of queries is over, which the system's own allocator does not.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    citypact::cli::run(std::env::args_os())
}
