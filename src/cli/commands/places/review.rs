//! `citypact places review`: the mentions that stay open, for a person to answer.

use std::io::Write;
use std::path::PathBuf;

use oxrdf::Quad;

use crate::cli::edge::Edge;
use crate::cli::input::{self, RecordArgs};
use crate::cli::output;
use crate::cli::register::RegisterArgs;
use crate::cli::report::Result;
use crate::convert::{self, Event};
use crate::place::{Mention, Review};

/// List the names in records that mean no one place, with candidates, as a file to be answered
///
/// Fill in `place` (an id, or "none") and give the file to other commands with --decisions.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact places review records.jsonl --out open.jsonl\n  \
    citypact load records.jsonl --decisions open.jsonl")]
pub struct Args {
    /// Files of records
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The file to write; standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    register: RegisterArgs,
    #[command(flatten)]
    records: RecordArgs,
}

/// Lists.
pub fn run(args: &Args, edge: &Edge) -> Result {
    args.records.check_outputs(args.out.as_deref())?;
    let (inputs, progress) = input::inputs(&args.files, edge)?;
    let options = convert::Options { report_mentions: true, ..args.records.options(None) };
    let mut listener = args.records.listen(&args.files, edge)?;
    let mut review = Review::default();
    let register = args.register.open(edge)?;
    let inputs = args.records.tables(inputs, &register, &mut listener, edge)?;
    let summary = convert::convert(&inputs, &register, &options, &mut Forgetful, &mut |event| {
        if let Event::Mention(report) = &event {
            review.note(&mention(&report.mention), &report.resolution);
        } else {
            listener.hear(event);
        }
    })?;
    progress.finish();
    match &args.out {
        Some(path) => output::to_file(path, &args.files, |file| Ok(review.write(file)?))?,
        None => {
            let mut out = edge.stdout();
            review.write(&mut out)?;
            out.flush()?;
        }
    }
    edge.say(format_args!("{} names are open.", review.len()));
    listener.finish(&summary)
}

fn mention(mention: &crate::record::Mention) -> Mention<'_> {
    Mention {
        name: &mention.name,
        state: mention.state.as_deref(),
        level: mention.level,
        within: mention.within.as_deref(),
        ..Mention::default()
    }
}

/// Takes quads and keeps none of them.
struct Forgetful;

impl convert::Sink for Forgetful {
    type Chunk = Vec<Quad>;

    fn take(
        &mut self,
        _: convert::Piece<Vec<Quad>>,
    ) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}
