//! The measured set: mentions with right answers, and how many of them the register gives.
//!
//! `tests/data/mentions.csv` was written by hand, from the articles and from general knowledge; `?` stands for a mention
//! that nothing in it decides, `-` for a place that is not.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use citypact::place::{Level, Mention, Register, Resolution};

/// (script, precision, recall) at the least, in hundredths.
const FLOORS: &[(&str, usize, usize)] =
    &[("hans", 98, 98), ("hant", 98, 98), ("ja", 98, 98), ("ko", 98, 98), ("latn", 98, 98)];

struct Row {
    script: String,
    name: String,
    state: Option<String>,
    level: Option<Level>,
    within: Option<String>,
    expected: String,
}

impl Row {
    fn mention(&self) -> Mention<'_> {
        Mention {
            name: &self.name,
            state: self.state.as_deref(),
            level: self.level,
            within: self.within.as_deref(),
            ..Mention::default()
        }
    }
}

fn rows() -> Vec<Row> {
    let mut reader =
        csv::Reader::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/mentions.csv")).expect("the set");
    let row = |record: csv::StringRecord| {
        let cell = |i: usize| Some(record[i].to_owned()).filter(|cell| !cell.is_empty());
        let level = cell(3).map(|text| *Level::ALL.iter().find(|level| level.as_str() == text).expect("a level"));
        Row {
            script: record[0].to_owned(),
            name: record[1].to_owned(),
            state: cell(2),
            level,
            within: cell(4),
            expected: record[5].to_owned(),
        }
    };
    reader.records().map(|record| row(record.expect("six cells"))).collect()
}

#[derive(Default)]
struct Score {
    mentions: usize,
    /// Mentions that mean one place.
    meant: usize,
    /// Mentions answered with one place.
    answered: usize,
    /// Of these, those answered rightly.
    right: usize,
    ambiguous: usize,
    unknown: usize,
    /// Ambiguous and unknown ones that are just that.
    rightly_open: usize,
}

impl Score {
    fn add(&mut self, expected: &str, resolution: &Resolution) {
        self.mentions += 1;
        self.meant += usize::from(!matches!(expected, "?" | "-"));
        match resolution {
            Resolution::One { id, .. } => {
                self.answered += 1;
                self.right += usize::from(id == expected);
            }
            Resolution::Ambiguous { .. } => {
                self.ambiguous += 1;
                self.rightly_open += usize::from(expected == "?");
            }
            Resolution::Unknown { .. } => {
                self.unknown += 1;
                self.rightly_open += usize::from(expected == "-");
            }
        }
    }

    fn precision(&self) -> usize {
        self.right * 100 / self.answered.max(1)
    }

    fn recall(&self) -> usize {
        self.right * 100 / self.meant.max(1)
    }

    fn line(&self, script: &str) -> String {
        let share = 100.0 * self.ambiguous as f64 / self.mentions as f64;
        let (precision, recall, open) = (self.precision(), self.recall(), self.rightly_open);
        format!(
            "{script:6} {:8} {precision:9} % {recall:6} % {share:10.1} % {:8} {open:13}",
            self.mentions, self.unknown
        )
    }
}

#[test]
fn the_measured_set_is_resolved() {
    let register = Register::builtin();
    let (mut scores, mut wrong) = (BTreeMap::<String, Score>::new(), Vec::new());
    let rows = rows();
    assert!(rows.len() >= 400);
    for row in &rows {
        let known = matches!(row.expected.as_str(), "?" | "-") || register.contains(&row.expected);
        assert!(known, "the register lacks {}", row.expected);
        let resolution = register.resolve(&row.mention());
        let score = scores.entry(row.script.clone()).or_default();
        let before = score.right + score.rightly_open;
        score.add(&row.expected, &resolution);
        if score.right + score.rightly_open == before {
            wrong.push(format!("{} should be {} and is {resolution:?}", row.name, row.expected));
        }
    }
    println!("script mentions precision    recall    ambiguous  unknown  rightly open");
    scores.iter().for_each(|(script, score)| println!("{}", score.line(script)));
    println!("{}", wrong.join("\n"));
    for (script, precision, recall) in FLOORS {
        let score = &scores[*script];
        assert!(
            score.precision() >= *precision && score.recall() >= *recall,
            "{}\n{}",
            score.line(script),
            wrong.join("\n")
        );
    }
}

#[test]
fn opening_and_resolving_are_measured() {
    let start = Instant::now();
    let register = Register::builtin();
    let opening = start.elapsed();
    let rows = rows();
    let resolve_all = || rows.iter().filter(|row| register.resolve(&row.mention()).id().is_some()).count();
    resolve_all();
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_millis(500) {
        resolve_all();
        count += rows.len();
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    println!(
        "opens in {opening:?}; {} bytes packed; {} places; {rate:.0} resolutions a second",
        register.packed_size(),
        register.len()
    );
    assert!(count > 0);
}
