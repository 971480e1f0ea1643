//! Whole commits, wherever the file ends and whatever byte of it is damaged.

use std::fs;

use super::*;
use oxrdf::{BlankNode, Literal, Triple};

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://a/{name}"))
}

const ID: &str = "0123456789abcdef0123456789abcdef";

fn after(path: &Path, epoch: u64) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::new();
    let found = read(path, epoch, |change, _| {
        changes.push(change);
        Ok(())
    })?;
    assert_eq!((found.id.as_str(), found.base), (ID, 4));
    Ok(changes)
}

fn all(path: &Path) -> Result<Vec<Change>, StoreError> {
    after(path, 0)
}

fn opened(path: &Path) -> Log {
    let found = read(path, 0, |_, _| Ok(())).unwrap();
    Log::open(path, &found, true).unwrap()
}

fn commits() -> Vec<Vec<Change>> {
    let quad =
        |object: oxrdf::Term, graph: GraphName| Quad::new(BlankNode::new_unchecked("b"), node("p"), object, graph);
    let triple = Triple::new(node("s"), node("p"), Literal::new_simple_literal("a\n\"\u{0}\\\u{85}"));
    let tagged = Literal::new_directional_language_tagged_literal_unchecked("x", "ar", oxrdf::BaseDirection::Rtl);
    vec![
        vec![
            Change::Insert(quad(triple.into(), node("g").into())),
            Change::Insert(quad(tagged.into(), GraphName::DefaultGraph)),
            Change::Insert(quad(
                Literal::new_language_tagged_literal_unchecked("x", "zh-hans").into(),
                BlankNode::new_unchecked("g").into(),
            )),
            Change::Remove(quad(node("an odd {iri}").into(), node("g").into())),
            Change::Insert(quad(node("o").into(), node("g").into())),
        ],
        vec![
            Change::Create(node("g2").into()),
            Change::Clear(GraphName::DefaultGraph),
            Change::Clear(node("g").into()),
            Change::Drop(BlankNode::new_unchecked("g").into()),
        ],
        vec![Change::Insert(quad(node("o2").into(), node("g").into()))],
    ]
}

/// The file in a directory that is gone when the test ends.
fn filled() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    Log::create(&path, ID, 4, (&[], 4), true).unwrap();
    let mut log = opened(&path);
    (5..).zip(commits()).for_each(|(epoch, commit)| log.append(&commit, epoch).unwrap());
    (directory, path)
}

#[test]
fn what_was_committed_is_read_in_its_order() {
    let (_directory, path) = filled();
    assert_eq!(all(&path).unwrap(), commits().concat());
    for epoch in 4..8 {
        assert_eq!(after(&path, epoch).unwrap(), commits()[epoch as usize - 4..].concat());
    }
    assert_eq!(read(&path, 0, |_, _| Ok(())).unwrap().epoch, 7);
    assert_eq!(opened(&path).changes(), commits().concat().len());
}

#[test]
fn a_file_cut_at_any_byte_holds_whole_commits() {
    let (_directory, path) = filled();
    let bytes = fs::read(&path).unwrap();
    let mut counts = std::collections::BTreeSet::new();
    for length in HEADER..=bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let found = all(&path).unwrap();
        let whole = (0..=3).find(|count| found == commits()[..*count].concat());
        counts.insert(whole.unwrap_or_else(|| panic!("cut at {length}: {found:?}")));
        // And what is appended then is found.
        if length % 7 == 0 {
            opened(&path).append(&commits()[2], 8).unwrap();
            assert_eq!(all(&path).unwrap(), [found, commits()[2].clone()].concat(), "cut at {length}");
        }
    }
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    for length in 0..HEADER {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(all(&path).is_err());
    }
}

#[test]
fn a_damaged_byte_is_never_read_as_data() {
    let (_directory, path) = filled();
    let bytes = fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x20;
        fs::write(&path, damaged).unwrap();
        // The last commit alone may be one that was never done.
        match all(&path) {
            Ok(found) => assert_eq!(found, commits()[..2].concat(), "byte {at}"),
            Err(error) => assert!(matches!(error, StoreError::File { .. }), "byte {at}: {error}"),
        }
    }
}

#[test]
fn a_commit_that_fails_leaves_nothing() {
    let (_directory, path) = filled();
    let mut log = opened(&path);
    // Handles that may only read fail as a full disk does.
    let file = std::mem::replace(&mut log.file, File::open(&path).unwrap());
    assert!(log.append(&commits()[0], 8).is_err());
    assert_eq!(all(&path).unwrap(), commits().concat());
    assert!(log.append(&commits()[0], 8).is_err());
    log.file = file;
    // What could not be cut off is before the next commit.
    log.append(&commits()[0], 8).unwrap();
    assert_eq!(all(&path).unwrap(), [commits().concat(), commits()[0].clone()].concat());
}
