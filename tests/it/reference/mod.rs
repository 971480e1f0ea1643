//! The engine against a reference: SPARQL 1.1's section 18 word for word, over random data and queries.
//!
//! `CITYPACT_REFERENCE_ROUNDS` says how many rounds to run (some thousands take minutes), `CITYPACT_REFERENCE_SEED` from
//! where. What the specification leaves open is not asked, see `README.md`.

mod aggregate;
mod algebra;
mod expression;
mod order;
mod paths;
pub mod random;
mod value;

use std::collections::BTreeMap;
use std::time::Duration;

use citypact::query::{Answer, DefaultGraph, Engine, Limits, ParseOptions, Query, Variation};
use citypact::store::{BulkOptions, Embedded, StoreError};
use oxrdf::{Quad, Term, Variable};

use algebra::{Dataset, Solution, construct};
use order::Key;
use random::{Dice, Text};

const PREFIXES: &str = "PREFIX x: <http://x/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> ";

fn store(quads: &[Quad]) -> Embedded {
    let store = Embedded::memory().unwrap();
    store.bulk_load(quads.iter().cloned().map(Ok::<_, StoreError>), BulkOptions::default()).unwrap();
    store
}

/// A row, each value written out.
type Row = Vec<String>;

/// A term, or where one of several that tie may stand, what is the same for all of them.
fn shown(term: Option<&Term>, loose: bool) -> String {
    match term {
        None => "-".into(),
        Some(term) if loose => order::tie(term),
        Some(term) => term.to_string(),
    }
}

fn rows(solutions: &[Solution], variables: &[Variable], loose: bool) -> Vec<Row> {
    let row = |solution: &Solution| variables.iter().map(|variable| shown(solution.get(variable), loose)).collect();
    solutions.iter().map(row).collect()
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

/// How often each row comes.
fn counted(rows: &[Row]) -> BTreeMap<&Row, usize> {
    rows.iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row).or_default() += 1;
        counts
    })
}

fn keys(solution: &Solution, by: &[(String, bool)]) -> Vec<Key> {
    let key = |(name, down): &(String, bool)| {
        let term = solution.get(&Variable::new_unchecked(name)).cloned();
        if *down { Key::descending(term) } else { Key::ascending(term) }
    };
    by.iter().map(key).collect()
}

/// Says where an answer is not what the reference gives.
fn difference(quads: &[Quad], query: &Query, text: &Text, answer: &Answer, union: bool) -> Option<String> {
    let dataset = Dataset::of(quads, query.algebra().dataset(), union);
    let eval = |pattern| dataset.eval(pattern, &dataset.default, &Solution::new());
    match query.algebra() {
        spargebra::Query::Ask { pattern, .. } => {
            let expected = !eval(pattern).is_empty();
            (answer.boolean != Some(expected)).then(|| format!("expected {expected}"))
        }
        spargebra::Query::Construct { template, pattern, .. } => {
            let row = |triple: &[Term; 3]| triple.iter().map(|term| shown(Some(term), false)).collect();
            let expected: Vec<Row> = construct(template, &eval(pattern)).iter().map(row).collect();
            let triple = |triple: &oxrdf::Triple| {
                row(&[triple.subject.clone().into(), triple.predicate.clone().into(), triple.object.clone()])
            };
            compared(&sorted(expected), &sorted(answer.triples.iter().map(triple).collect()))
        }
        spargebra::Query::Select { pattern, .. } => selected(&eval(unsliced(pattern)), text, answer),
        spargebra::Query::Describe { .. } => None,
    }
}

fn unsliced(pattern: &spargebra::algebra::GraphPattern) -> &spargebra::algebra::GraphPattern {
    match pattern {
        spargebra::algebra::GraphPattern::Slice { inner, .. } => inner,
        other => other,
    }
}

fn selected(all: &[Solution], text: &Text, answer: &Answer) -> Option<String> {
    let variables = &answer.variables;
    let solution = |row: &Vec<Option<Term>>| {
        let bound = variables.iter().zip(row);
        bound.filter_map(|(variable, term)| Some((variable.clone(), term.clone()?))).collect::<Solution>()
    };
    let given: Vec<Solution> = answer.rows.iter().map(solution).collect();
    let (mut expected, mut found) = (rows(all, variables, text.loose), rows(&given, variables, text.loose));
    if text.reduced {
        for rows in [&mut expected, &mut found] {
            rows.sort();
            rows.dedup();
        }
    }
    let (start, length) = text.slice;
    let keyed = |solutions: &[Solution]| solutions.iter().map(|s| keys(s, &text.order)).collect::<Vec<_>>();
    let wanted: Vec<_> = keyed(all).into_iter().skip(start).take(length.unwrap_or(usize::MAX)).collect();
    if !text.order.is_empty() && wanted != keyed(&given) {
        return Some(format!("in another order, expected by keys {wanted:#?}\nfound {found:#?}"));
    }
    if length.is_none() {
        return compared(&sorted(expected), &sorted(found));
    }
    let most = counted(&expected);
    let stray = counted(&found).into_iter().find(|(row, count)| most.get(*row).copied().unwrap_or(0) < *count);
    stray.map(|(row, _)| format!("{row:?} is no row, or not so often; all are {expected:#?}"))
}

fn compared(expected: &[Row], found: &[Row]) -> Option<String> {
    let (all, have) = (counted(expected), counted(found));
    let differs = |(row, count): (&&Row, &usize), other: &BTreeMap<&Row, usize>| other.get(*row) != Some(count);
    let wrong = have.iter().filter(|entry| differs(*entry, &all)).collect::<Vec<_>>();
    let missing = all.iter().filter(|entry| differs(*entry, &have)).collect::<Vec<_>>();
    (!wrong.is_empty() || !missing.is_empty()).then(|| format!("found {wrong:?}\nexpected {missing:?}"))
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What one round gives.
struct Round {
    text: String,
    /// What is wrong with the answer.
    wrong: Option<String>,
}

/// What is wrong with the answer to the query that these choices make over the data that they make.
pub fn fault(choices: &[u8]) -> Option<String> {
    let seed = choices.iter().fold(0, |seed: u64, choice| seed.rotate_left(8) ^ u64::from(*choice));
    let Round { text, wrong } = round(seed, Dice::choosing(choices))?;
    wrong.map(|wrong| format!("{text}\n{wrong}"))
}

/// One round; none if its text is no query.
fn round(seed: u64, mut dice: Dice) -> Option<Round> {
    let quads = dice.quads();
    let store = store(&quads);
    let text = dice.query();
    let query = Query::parse(&format!("{PREFIXES}{}", text.text), &ParseOptions::default()).ok()?;
    let union = dice.roll(3) > 0;
    let graph = if union { DefaultGraph::Union } else { DefaultGraph::Empty };
    let engine = Engine::new().with_default_graph(graph);
    let answered = |engine: &Engine| match engine.answer(&store, &query, &Limits::within(Duration::from_secs(20))) {
        Ok(answer) => difference(&quads, &query, &text, &answer, union),
        Err(error) => Some(format!("an error: {error}")),
    };
    // The same answer whatever the plan: orders, operators and sizes of batches by chance.
    let otherwise = || {
        let variation = Variation { seed, rows: [1, 2, 7, 4_096][dice.roll(4)] };
        let wrong = answered(&engine.clone().with_variation(variation));
        wrong.map(|wrong| format!("by another plan ({variation:?}): {wrong}"))
    };
    let wrong = answered(&engine).or_else(otherwise);
    let told = quads.iter().map(|quad| format!("{quad} .\n")).collect::<String>();
    Some(Round {
        text: format!("seed {seed}, union {union}: {}", text.text),
        wrong: wrong.map(|wrong| format!("{wrong}\n{told}")),
    })
}

/// The seeds of the short form whose answers are known to differ, and why.
fn known() -> BTreeMap<u64, &'static str> {
    let entry = |line: &'static str| line.split_once(' ').map(|(seed, reason)| (seed.parse().unwrap(), reason));
    include_str!("known.txt").lines().filter_map(entry).collect()
}

#[test]
fn the_engine_gives_what_the_specification_says() {
    let rounds = setting("CITYPACT_REFERENCE_ROUNDS").unwrap_or(400);
    let first = setting("CITYPACT_REFERENCE_SEED").unwrap_or(1);
    let known = known();
    let (mut read, mut faults) = (0, Vec::new());
    for seed in first..first + rounds {
        let dice = Dice::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let Some(Round { text, wrong }) = round(seed, dice) else { continue };
        read += 1;
        match (wrong, known.get(&seed)) {
            (Some(wrong), None) => faults.push(format!("{text}\n{wrong}")),
            (None, Some(reason)) => faults.push(format!("seed {seed} is listed and agrees: {reason}")),
            _ => {}
        }
    }
    println!("{read} of {rounds} texts are queries, {} answers differ", faults.len());
    assert!(read * 2 > rounds, "most texts are to be queries");
    let shown = faults.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(faults.is_empty(), "{} of {read} answers differ\n{shown}", faults.len());
}
