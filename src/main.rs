//! The `citypact` command: arguments in, exit status out.

use std::process::ExitCode;

fn main() -> ExitCode {
    citypact::cli::run(std::env::args_os())
}
