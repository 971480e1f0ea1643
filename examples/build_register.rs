//! Makes the packed place register: `build_register PACKAGES TABLES OUT [SMALLEST]` (see `make register`).

use std::path::Path;
use std::process::ExitCode;

use citypact::place::build::{Sources, build};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [packages, tables, out, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: build_register PACKAGES TABLES OUT [SMALLEST]");
        return ExitCode::from(2);
    };
    let mut sources = Sources::in_folder(Path::new(packages), Path::new(tables));
    if let Some(smallest) = rest.first().and_then(|text| text.parse().ok()) {
        sources.smallest = smallest;
    }
    match make(&sources, out) {
        Ok(size) => {
            println!("{out}: {size} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn make(sources: &Sources, out: &str) -> anyhow::Result<usize> {
    let bytes = build(sources)?;
    std::fs::write(out, &bytes)?;
    Ok(bytes.len())
}
