//! Records built as Rust values, converted in memory, and printed as Turtle.
//!
//! `cargo run --release --example convert_records`

use std::io::Write;

use citypact::convert::{self, Event, Options};
use citypact::format::Syntax;
use citypact::place::Register;
use citypact::rdf;
use citypact::record::{Evidence, Mention, Record, Reference, Source, Text, Tie, TieKind};

fn main() -> anyhow::Result<()> {
    run(&mut std::io::stdout().lock())
}

/// Two records of one article, and what they become.
pub fn run(out: &mut impl Write) -> anyhow::Result<()> {
    let records = [article(), friendship()?];
    let register = Register::builtin();
    let mut report = |event: Event| {
        if let Event::Finding(finding) = event {
            eprintln!("{finding}");
        }
    };
    let (quads, summary) = convert::records(&records, &register, &Options::default(), &mut report)?;
    writeln!(out, "# {} records, {} quads", summary.records, summary.quads)?;
    // TriG names the graphs: what the document asserts, and where it comes from, stand apart.
    Ok(rdf::write(quads, Syntax::TriG, out)?)
}

fn article() -> Record {
    let mut source = Source::new("gazette-7".into(), "zh-Hant".into());
    source.title = Some(Text::plain("青島與撒馬爾罕"));
    source.url = Some("https://gazette.example/7".into());
    source.into()
}

fn friendship() -> anyhow::Result<Record> {
    // A party is an id of the register, or a mention: the name as the source prints it, to be resolved to one place.
    let samarkand = Mention { name: "撒馬爾罕市".into(), ..Mention::default() };
    let parties = vec!["cn-qingdao".into(), Reference::Inline(Box::new(samarkand))];
    let mut tie = Tie::new(parties, TieKind::FriendshipCity);
    tie.since = Some("2024-01-24".parse()?);
    tie.source = Some("gazette-7".into());
    tie.evidence = vec![Evidence { start: Some(12), end: Some(16), ..Evidence::new("友好城市") }];
    Ok(tie.into())
}
