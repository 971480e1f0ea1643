//! What is written is read, and what is damaged is found.

use std::fs;

use oxrdf::{GraphName, Literal, NamedNode, Quad, Term};
use proptest::prelude::*;

use crate::index::tests::{Plain, change, is_sound, terms};
use crate::index::{Builder, Change, Id, Version, build};

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

/// Triples of one predicate in many blocks: four objects for each subject, and one that very many share.
fn wide() -> Version {
    let quads = (0..5_000).flat_map(|subject| {
        let object = move |at: usize| if at == 0 { node(90_000) } else { node(50_000 + subject * 7 % 4_999 + at) };
        (0..4).map(move |at| Quad::new(node(10_000 + subject), node(0), object(at), GraphName::DefaultGraph))
    });
    build(quads, 1).unwrap()
}

/// Rows that are found, as subject and object.
fn found(version: &Version, subject: Option<usize>, object: Option<usize>) -> Vec<(u32, u32)> {
    let id = |number: usize| version.id(node(number).as_ref().into()).unwrap();
    let segment = version.segment(id(0)).unwrap();
    let found = segment.find(subject.map(id), object.map(id));
    let columns = segment.columns(&found);
    let rows = found.rows.clone().map(|row| (columns.key[row].0, columns.value[row].0));
    rows.map(|(key, value)| if found.by_object { (value, key) } else { (key, value) }).collect()
}

#[test]
fn rows_are_found_in_blocks_as_in_columns() {
    let held = wide();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("index");
    held.write(&path, ID).unwrap();
    let asked =
        [(Some(10_000), None), (Some(14_999), None), (Some(11_024), None), (Some(90_000), None), (Some(50_001), None)];
    let asked =
        asked.into_iter().chain([(None, Some(50_003)), (None, Some(90_000)), (None, Some(10_007)), (None, None)]);
    let asked = asked.chain([
        (Some(12_345), Some(90_000)),
        (Some(12_345), Some(50_001)),
        (Some(10_511), Some(50_000 + 3_577 + 1)),
    ]);
    let again = Version::open(&path).unwrap().0;
    for (subject, object) in asked {
        let expected = found(&held, subject, object);
        assert_eq!(found(&Version::open(&path).unwrap().0, subject, object), expected, "{subject:?} {object:?}");
        // After others, when all may have been read.
        assert_eq!(found(&again, subject, object), expected, "{subject:?} {object:?}");
    }
    assert_eq!(found(&held, Some(11_024), None).len(), 4);
    assert_eq!((found(&held, None, Some(90_000)).len(), found(&held, None, None).len()), (5_000, 20_000));
}

#[test]
fn a_look_up_reads_the_blocks_of_its_key_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("index");
    wide().write(&path, ID).unwrap();
    // Ids of the first and of the last subject, as they stand in the first and in the last block of `pso`.
    let (version, _) = Version::open(&path).unwrap();
    let segment = version.segment(version.id(node(0).as_ref().into()).unwrap()).unwrap();
    let keys = segment.pso().key;
    let (first, last) = (keys[0], keys[keys.len() - 1]);
    let mut bytes = fs::read(&path).unwrap();
    let block: Vec<u8> = keys[..2_048].iter().flat_map(|id| id.0.to_le_bytes()).collect();
    let at = bytes.windows(block.len()).position(|window| window == block).unwrap();
    bytes[at + 5] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let (version, _) = Version::open(&path).unwrap();
    let segment = version.segment(version.id(node(0).as_ref().into()).unwrap()).unwrap();
    assert_eq!((segment.count(Some(last), None), version.damage()), (4, None));
    // Between two keys there is nothing to read.
    assert_eq!((segment.count(Some(Id(first.0 - 1)), None), version.damage()), (0, None));
    segment.count(Some(first), None);
    assert!(version.damage().is_some());
}

#[test]
fn the_index_of_another_version_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("index");
    build(many(), 1).unwrap().write(&path, ID).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[15] = b'1';
    let (said, sum) = bytes[..super::HEADER].split_at_mut(super::HEADER - 32);
    sum.copy_from_slice(blake3::hash(said).as_bytes());
    fs::write(&path, &bytes).unwrap();
    let error = Version::open(&path).unwrap_err();
    assert!(error.to_string().contains("another version"), "{error}");
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
