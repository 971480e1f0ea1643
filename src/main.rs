//! The `citypact` command: arguments in, exit status out.

fn main() {}
