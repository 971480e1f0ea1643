//! What is written is read, and what is damaged is found.

use std::fs;

use oxrdf::{GraphName, Literal, NamedNode, Quad, Term};
use proptest::prelude::*;

use crate::index::tests::{Plain, change, is_sound, terms};
use crate::index::{Builder, Change, Version, build};

const ID: &str = "0123456789abcdef0123456789abcdef";

/// The version after a stay in a file.
fn stored(version: &Version) -> Version {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("index");
    version.write(&path, ID).unwrap();
    let (stored, header) = Version::open(&path).unwrap();
    assert_eq!((header.id.as_str(), header.epoch), (ID, version.epoch()));
    stored
}

fn node(number: usize) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{number}"))
}

/// Terms of all kinds, more than stand in a block.
fn many() -> Vec<Quad> {
    let terms = terms().into_iter().chain((0..4000).flat_map(|number| {
        let text = Literal::new_language_tagged_literal_unchecked(format!("text {number}"), "en");
        let integer = Literal::from(number as i64 * 7);
        [Term::from(node(number)), text.into(), integer.into(), Literal::from(number as f64 / 3.0).into()]
    }));
    let quad = |(number, object): (usize, Term)| {
        Quad::new(node(number % 100), node(number % 3), object, GraphName::from(node(number % 40)))
    };
    terms.enumerate().map(quad).collect()
}

#[test]
fn every_term_is_found_in_a_file_and_no_other() {
    let held = build(many(), 7).unwrap();
    let stored = stored(&held);
    is_sound(&stored);
    assert_eq!(Plain::of(&stored), Plain::of(&held));
    for quad in many() {
        let term = crate::index::normal(quad.object);
        let id = stored.id(term.as_ref());
        assert_eq!(id, held.id(term.as_ref()), "{term}");
        let id = id.unwrap();
        assert_eq!((stored.term(id), stored.kind(id), stored.key(id)), (term, held.kind(id), held.key(id)));
        assert_eq!(stored.literal(id), held.literal(id));
        assert_eq!(format!("{:?}", stored.number(id)), format!("{:?}", held.number(id)));
        assert_eq!(stored.triple_term(id), held.triple_term(id));
    }
    for number in 4000..4400 {
        let absent: [Term; 3] = [
            node(number).into(),
            Literal::from(number as i64 * 7 + 1).into(),
            Literal::from(format!("text {number}")).into(),
        ];
        for term in absent {
            assert_eq!(stored.id(term.as_ref()), None, "{term}");
            assert_eq!(stored.position(term.as_ref()), held.position(term.as_ref()), "{term}");
        }
    }
    assert_eq!(stored.damage(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_version_out_of_a_file_goes_on_as_before(
        before in prop::collection::vec(change(), 0..30),
        after in prop::collection::vec(prop::collection::vec(change(), 0..10), 0..4),
    ) {
        let mut held = Builder::new().finish(0).with_changes(&before, 3).unwrap().compacted().unwrap();
        let mut opened = stored(&held);
        is_sound(&opened);
        prop_assert_eq!(Plain::of(&opened), Plain::of(&held));
        for (epoch, commit) in (4..).zip(&after) {
            held = held.with_changes(commit, epoch).unwrap();
            opened = opened.with_changes(commit, epoch).unwrap();
            is_sound(&opened);
        }
        prop_assert_eq!(Plain::of(&opened), Plain::of(&held));
        let again = stored(&opened.compacted().unwrap());
        is_sound(&again);
        prop_assert_eq!(Plain::of(&again), Plain::of(&held));
    }
}

/// Reads everything there is.
fn read(version: &Version) -> Plain {
    let all = Plain::of(version);
    for predicate in version.predicates() {
        let segment = version.segment(*predicate).unwrap();
        let (pso, pos) = (segment.pso(), segment.pos());
        for id in pso.key.iter().chain(pso.value).chain(pos.key).chain(pos.value) {
            let _ = (version.key(*id), version.number(*id), version.literal(*id), version.triple_term(*id));
            let _ = version.id(version.term(*id).as_ref());
        }
    }
    all
}

#[test]
fn a_damaged_byte_is_found_wherever_it_stands() {
    let graph = |number: usize| GraphName::from(node(number));
    let quads = terms()
        .into_iter()
        .enumerate()
        .map(|(number, object)| Quad::new(node(number % 5), node(number % 2), object, graph(number % 3)));
    let version = build(quads, 3).unwrap();
    let several = Change::Insert(Quad::new(node(0), node(0), terms()[0].clone(), graph(7)));
    let version = version.with_changes([&several], 4).unwrap().compacted().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("index");
    version.write(&path, ID).unwrap();
    let bytes = fs::read(&path).unwrap();
    let whole = read(&Version::open(&path).unwrap().0);
    assert_eq!(whole, Plain::of(&version));
    // Every byte of the header, and every fifth of the rest.
    for at in (0..super::HEADER).chain((super::HEADER..bytes.len()).step_by(5)) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&path, &damaged).unwrap();
        let Ok((version, _)) = Version::open(&path) else { continue };
        read(&version);
        assert!(version.damage().is_some_and(|damage| damage.path == path), "byte {at} of {}", bytes.len());
        assert!(version.write(&directory.path().join("other"), ID).is_err());
    }
    for length in (0..bytes.len()).step_by(7) {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(Version::open(&path).is_err(), "cut at {length}");
    }
}

#[test]
fn changes_are_not_written() {
    let version = build(many(), 1).unwrap();
    let change = Change::Insert(Quad::new(node(0), node(0), node(9999), GraphName::DefaultGraph));
    let changed = version.with_changes([&change], 2).unwrap();
    let directory = tempfile::tempdir().unwrap();
    assert!(changed.write(&directory.path().join("index"), ID).is_err());
    assert!(version.write(&directory.path().join("nowhere").join("index"), ID).is_err());
}
