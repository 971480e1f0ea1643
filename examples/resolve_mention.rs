//! Names of places as sources print them, in any script, resolved to one place each, or honestly not.
//!
//! `cargo run --release --example resolve_mention -- 撒馬爾罕市 サマルカンド Samarkand Springfield`

use std::io::Write;

use citypact::place::{Mention, Register, Resolution};

fn main() -> anyhow::Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    run(&names, &mut std::io::stdout().lock())
}

/// One line for each name.
pub fn run(names: &[String], out: &mut impl Write) -> anyhow::Result<()> {
    let register = Register::builtin();
    for name in names {
        // `.in_state("uz")`, `.at_level(Level::Municipality)` and `.in_unit(…)` say more where the source does.
        match register.resolve(&Mention::named(name)) {
            Resolution::One { id, score, reason } => writeln!(out, "{name}: {id} ({score:.2}, {reason})")?,
            Resolution::Ambiguous { candidates } => {
                let ids: Vec<&str> = candidates.iter().map(|candidate| candidate.id.as_str()).collect();
                writeln!(out, "{name}: one of {}; a state or a level would decide", ids.join(", "))?;
            }
            Resolution::Unknown { near } => {
                let ids: Vec<&str> = near.iter().map(|candidate| candidate.id.as_str()).collect();
                let ids = if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
                writeln!(out, "{name}: unknown; near it: {ids}")?;
            }
        }
    }
    Ok(())
}
