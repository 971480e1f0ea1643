//! The index's files, cut, damaged and beside each other: they are right, or found not to be; never wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use citypact::store::{Agreement, BulkOptions, Document, Embedded, Holder, StoreError, restore};
use oxrdf::{Literal, NamedNode, Quad};

use crate::citypact::{command, run};

fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{name}"))
}

fn quads(commit: usize) -> Vec<Quad> {
    let quad =
        |number: usize| Quad::new(node(number), node("p"), Literal::from((commit * number) as i64), node(commit));
    (1..5).map(quad).collect()
}

fn open(path: &Path) -> Embedded {
    Embedded::open(path, &Holder::this_process("test")).unwrap()
}

fn read(store: &Embedded) -> Result<BTreeSet<String>, StoreError> {
    store.quads(None).map(|quad| quad.map(|quad| quad.to_string())).collect()
}

/// What a reader finds, of the index where it may.
fn found(path: &Path) -> Result<BTreeSet<String>, StoreError> {
    read(&Embedded::open_read_only(path)?)
}

/// A closed store with a state, a log of three commits, and what it held after each of them, from the state on.
fn filled() -> (tempfile::TempDir, PathBuf, Vec<BTreeSet<String>>) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("store");
    let store = open(&path);
    store.bulk_load((10..14).flat_map(quads).map(Ok::<_, StoreError>), BulkOptions::default()).unwrap();
    store.optimize().unwrap();
    let mut states = vec![read(&store).unwrap()];
    for commit in 1..4 {
        let graphs = vec![node(commit), node(commit + 9)];
        store.load_document(&Document { graphs, quads: quads(commit) }).unwrap();
        states.push(read(&store).unwrap());
    }
    drop(store);
    assert!(path.join("index.cpx").exists() && path.join("index.log").exists());
    assert_eq!(found(&path).unwrap(), states[3]);
    (home, path, states)
}

/// Where RocksDB keeps the store nothing but its state is right; otherwise what is left of the index is the store.
fn is_right(found: &BTreeSet<String>, states: &[BTreeSet<String>]) -> bool {
    if cfg!(feature = "rocksdb") { *found == states[3] } else { states.contains(found) }
}

#[test]
fn a_log_cut_at_any_byte_is_found_stale_or_right() {
    let (_home, path, states) = filled();
    let log = path.join("index.log");
    let bytes = fs::read(&log).unwrap();
    let step = if cfg!(feature = "rocksdb") { 29 } else { 1 };
    for length in (0..bytes.len()).rev().step_by(step) {
        fs::write(&log, &bytes[..length]).unwrap();
        match found(&path) {
            Ok(found) => assert!(is_right(&found, &states), "cut at {length}"),
            Err(error) => assert!(!cfg!(feature = "rocksdb") && length < 88, "cut at {length}: {error}"),
        }
    }
}

#[test]
fn a_damaged_byte_is_found_or_does_no_harm() {
    let (_home, path, states) = filled();
    for (name, step) in [("index.cpx", 13), ("index.log", 7)] {
        let file = path.join(name);
        let bytes = fs::read(&file).unwrap();
        for at in (0..bytes.len()).step_by(if cfg!(feature = "rocksdb") { 5 * step } else { step }) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(&file, &damaged).unwrap();
            match found(&path) {
                // A last commit that is not as it was written may be one that was never done.
                Ok(found) => {
                    let is_before = !cfg!(feature = "rocksdb") && name == "index.log" && found == states[2];
                    assert!(found == states[3] || is_before, "{name}: byte {at}");
                }
                Err(StoreError::File { path, .. }) => assert_eq!(path, file, "byte {at}"),
                Err(StoreError::Damaged(damage)) => assert_eq!(damage.path, file, "byte {at}"),
                Err(error) => panic!("{name}: byte {at}: {error}"),
            }
        }
        fs::write(&file, &bytes).unwrap();
    }
    assert_eq!(found(&path).unwrap(), states[3]);
}

/// A new state may stand beside the log that went on from the one before.
#[test]
fn a_crash_between_two_renames_does_no_harm() {
    let (_home, path, states) = filled();
    let log = fs::read(path.join("index.log")).unwrap();
    let store = open(&path);
    store.optimize().unwrap();
    drop(store);
    fs::write(path.join("index.log"), log).unwrap();
    assert_eq!(found(&path).unwrap(), states[3]);
    let store = open(&path);
    store.load_document(&Document { graphs: vec![], quads: quads(7) }).unwrap();
    let last = read(&store).unwrap();
    drop(store);
    assert_eq!(found(&path).unwrap(), last);
    assert!(matches!(Embedded::check_index(&path).unwrap(), Agreement::Compared(found) if found.count == 0));
}

#[test]
fn a_log_of_another_state_is_told() {
    let (_home, path, states) = filled();
    let store = open(&path);
    store.optimize().unwrap();
    drop(store);
    fs::remove_file(path.join("index.cpx")).unwrap();
    match found(&path) {
        Ok(found) => assert!(cfg!(feature = "rocksdb") && found == states[3]),
        Err(error) => assert!(!cfg!(feature = "rocksdb") && error.to_string().ends_with("index.log"), "{error}"),
    }
}

#[test]
fn a_reader_beside_a_writer_sees_its_last_commit() {
    let (_home, path, states) = filled();
    let store = open(&path);
    let beside = Embedded::open_read_only(&path).unwrap();
    store.load_document(&Document { graphs: vec![], quads: quads(7) }).unwrap();
    assert_eq!(read(&beside).unwrap(), states[3]);
    let later = Embedded::open_read_only(&path).unwrap();
    assert_eq!((read(&later).unwrap(), later.epoch(), later.id()), (read(&store).unwrap(), store.epoch(), store.id()));
    store.optimize().unwrap();
    assert_eq!(read(&beside).unwrap(), states[3]);
    assert!(matches!(later.load_document(&Document::default()), Err(StoreError::ReadOnly)));
}

#[test]
fn the_index_is_compared_and_built_anew() {
    let (home, path, _) = filled();
    let check = |more: &[&str]| run(home.path(), &[&["check-index", "--store", "store"], more].concat());
    assert_eq!(check(&[]).ok().trim(), "The index agrees with the store: 16 quads.");
    let bytes = fs::read(path.join("index.cpx")).unwrap();
    let mut damaged = bytes.clone();
    damaged[150] ^= 1;
    fs::write(path.join("index.cpx"), &damaged).unwrap();
    let told = check(&[]);
    if cfg!(feature = "rocksdb") {
        assert_eq!(told.status, Some(3), "{}", told.stderr);
        assert!(told.stdout.contains("The index is damaged") && told.stderr.contains("--rebuild"), "{}", told.stdout);
        assert_eq!(check(&["--rebuild"]).ok().trim(), "The index agrees with the store: 16 quads.");
    } else {
        let error = told.failed(1);
        assert!(error.contains("index.cpx") && error.contains("restore a backup"), "{error}");
    }
}

#[test]
fn a_backup_has_an_index_and_what_is_restored_of_it_too() {
    let (home, path, states) = filled();
    let (backup, again) = (home.path().join("backup"), home.path().join("again"));
    open(&path).backup(&backup).unwrap();
    let files = ["index.cpx", "index.log"];
    for has_one in [true, false] {
        assert!(files.iter().all(|name| backup.join(name).exists()) || !has_one);
        restore(&backup, &again).unwrap();
        assert!(files.iter().all(|name| again.join(name).exists()));
        assert_eq!(found(&again).unwrap(), states[3]);
        assert!(matches!(Embedded::check_index(&again).unwrap(), Agreement::Compared(found) if found.count == 0));
        fs::remove_dir_all(&again).unwrap();
        // Of RocksDB's data alone it is built.
        if cfg!(feature = "rocksdb") {
            files.iter().for_each(|name| fs::remove_file(backup.join(name)).unwrap_or_default());
        }
    }
}

/// The state as before, and an error that names the file, where a file may not grow.
#[test]
#[cfg(unix)]
fn a_full_disk_leaves_the_old_state() {
    let (home, path, states) = filled();
    let many: String = (0..30_000).map(|number| format!("<http://a/{number}> <http://a/p> \"{number}\" .\n")).collect();
    fs::write(home.path().join("many.nt"), many).unwrap();
    let program = command(home.path(), &["load", "many.nt", "--store", "store"]);
    let args: Vec<String> = program.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let mut limited = std::process::Command::new("sh");
    limited.current_dir(home.path()).arg("-c").arg("trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"");
    let output = limited.arg(program.get_program()).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("File too large"), "{said}");
    assert_eq!(found(&path).unwrap(), states[3]);
    let store = open(&path);
    store.load_document(&Document { graphs: vec![], quads: quads(7) }).unwrap();
    assert_eq!(read(&store).unwrap().len(), 16 + 4);
}
