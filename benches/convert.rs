//! How fast records become N-Quads, beside `oxttl` serialising the same quads ready-made, in the same run.
//!
//! `cargo bench --bench convert -- [PLACES] [JOBS]`, medians of five.

use std::time::{Duration, Instant};

use citypact::convert::{self, NQuads, Options, Piece, Sink};
use citypact::generate::{self, World};
use citypact::place::Register;
use citypact::record::read::Input;
use oxrdf::Quad;
use oxttl::NQuadsSerializer;

const ROUNDS: usize = 5;
/// Ready-made quads are held in memory for the peer: no more than this many.
const HELD: usize = 2_000_000;

/// Counts bytes and forgets them.
#[derive(Default)]
struct Count(u64);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Keeps the first quads.
#[derive(Default)]
struct First(Vec<Quad>);

impl Sink for First {
    type Chunk = Vec<Quad>;

    fn take(&mut self, piece: Piece<Vec<Quad>>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let room = HELD.saturating_sub(self.0.len());
        self.0.extend(piece.quads.into_iter().take(room));
        Ok(())
    }
}

fn median(work: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = std::iter::repeat_with(work).take(ROUNDS).collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn rate(quads: u64, time: Duration) -> f64 {
    quads as f64 / time.as_secs_f64() / 1e6
}

/// Agreements between places of the register, and nothing else: no record needs any other.
fn agreements(count: usize) -> Vec<u8> {
    let places = ["cn-qingdao", "cn-kunming", "jp-fujisawa", "uz-samarqand-city", "la-vientiane-city", "gr-tripoli"];
    let line = |i: usize| {
        let (one, other) = (places[i % 6], places[(i / 6 + i % 6 + 1) % 6]);
        let other = if one == other { "kr-uiwang" } else { other };
        let (year, month, day) = (1973 + i % 50, 1 + i % 12, 1 + i % 28);
        format!(
            "{{\"type\":\"agreement\",\"source\":\"d\",\"parties\":[\"{one}\",\"{other}\"],\"kind\":\"memorandum\",\"signed_on\":\"{year}-{month:02}-{day:02}\",\"kind_as_printed\":\"備忘錄\"}}\n"
        )
    };
    let source = "{\"type\":\"source\",\"id\":\"d\",\"language\":\"zh-Hant\"}\n".to_owned();
    std::iter::once(source).chain((0..count).map(line)).collect::<String>().into_bytes()
}

fn measure(name: &str, records: Vec<u8>, all: &[usize]) {
    let size = records.len() as f64 / 1e6;
    let inputs = [Input::bytes("records.jsonl", records)];
    let register = Register::builtin();
    let convert = |jobs: usize| {
        let mut sink = NQuads(Count::default());
        let options = Options { jobs, ..Options::default() };
        let start = Instant::now();
        let summary = convert::convert(&inputs, &register, &options, &mut sink, &mut |_| {}).unwrap();
        (start.elapsed(), summary, sink.0.0)
    };
    let (_, summary, bytes) = convert(1);
    println!(
        "{name}: {} records, {size:.0} MB, {} quads, {:.0} MB of N-Quads",
        summary.records,
        summary.quads,
        bytes as f64 / 1e6
    );
    let mut ready = First::default();
    convert::convert(&inputs, &register, &Options::default(), &mut ready, &mut |_| {}).unwrap();
    let peer = median(|| {
        let start = Instant::now();
        let mut writer = NQuadsSerializer::new().for_writer(Count::default());
        ready.0.iter().for_each(|quad| writer.serialize_quad(quad).unwrap());
        writer.finish();
        start.elapsed()
    });
    let peer = rate(ready.0.len() as u64, peer);
    println!("  oxttl, ready-made quads, 1 thread   {peer:6.2} M quads/s");
    for jobs in all {
        let ours = rate(summary.quads, median(|| convert(*jobs).0));
        println!("  convert, {jobs} thread(s)               {ours:6.2} M quads/s   {:.2} x oxttl", ours / peer);
    }
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let places = numbers.first().copied().unwrap_or(100_000);
    measure("agreements", agreements(places as usize * 10), &[1, 2, 4]);
    let mut world = Vec::new();
    generate::write(World { places, seed: 1 }, &mut world).unwrap();
    measure("synthetic world", world, &[1, 2, 4]);
}
