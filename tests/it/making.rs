//! Stores as several processes make them at once, and as one leaves them that is killed at it.

use std::path::PathBuf;
use std::thread;

use crate::citypact::{Run, run};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("citypact-making-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn count(folder: &Folder, store: &str) -> String {
    let query = "SELECT (COUNT(*) AS ?n) { ?s <http://a/p> ?o }";
    run(&folder.0, &["query", query, "--store", store, "--to", "csv"]).ok().lines().nth(1).unwrap().to_owned()
}

/// Of each file a load into the same store, all at once.
fn loads(folder: &Folder, store: &str, files: &[&str]) -> Vec<Run> {
    thread::scope(|scope| {
        let load = |file: &str| run(&folder.0, &["load", file, "--store", store]);
        let threads: Vec<_> = files.iter().map(|file| scope.spawn(move || load(file))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn two_loads_into_one_new_store_both_arrive() {
    let folder = Folder::new("pairs");
    for n in 0..3 {
        std::fs::write(folder.0.join(format!("{n}.ttl")), format!("<http://a/{n}> <http://a/p> {n} .")).unwrap();
    }
    std::fs::write(folder.0.join("empty.ttl"), "").unwrap();
    for pair in 0..6 {
        let store = format!("{pair}.db");
        loads(&folder, &store, &["0.ttl", "1.ttl", "2.ttl"]).into_iter().for_each(|run| drop(run.ok()));
        assert_eq!(count(&folder, &store), "3");
    }
    // One that has nothing to load takes nothing away that another has loaded.
    for pair in 0..4 {
        let store = format!("beside-nothing-{pair}.db");
        loads(&folder, &store, &["0.ttl", "empty.ttl"]).into_iter().for_each(|run| drop(run.ok()));
        assert_eq!(count(&folder, &store), "1");
    }
    assert!(run(&folder.0, &["load", "empty.ttl", "--store", "none.db"]).status == Some(0));
    assert!(!folder.0.join("none.db").exists());
}

#[cfg(feature = "rocksdb")]
#[test]
fn what_is_left_of_a_store_that_was_being_made_is_in_nobodys_way() {
    let folder = Folder::new("left");
    std::fs::write(folder.0.join("0.ttl"), "<http://a/0> <http://a/p> 0 .").unwrap();
    run(&folder.0, &["load", "0.ttl", "--store", "whole.db"]).ok();
    let store = folder.0.join("begun.db");
    std::fs::create_dir(&store).unwrap();
    // As RocksDB begins: everything but the file that names the present state.
    for file in std::fs::read_dir(folder.0.join("whole.db")).unwrap() {
        let (path, name) = (file.as_ref().unwrap().path(), file.unwrap().file_name());
        let name = name.to_str().unwrap();
        if name != "CURRENT" && !name.starts_with("index.") {
            std::fs::copy(&path, store.join(name)).unwrap();
        }
    }
    std::fs::write(store.join("citypact.lock"), "").unwrap();
    std::fs::write(store.join("000001.dbtmp"), "MANIFEST-000001\n").unwrap();
    run(&folder.0, &["load", "0.ttl", "--store", "begun.db"]).ok();
    assert_eq!(count(&folder, "begun.db"), "1");
    // What somebody else has put there is nobody's to clear away.
    let other = folder.0.join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("000004.log"), "of somebody else").unwrap();
    assert!(run(&folder.0, &["load", "0.ttl", "--store", "other"]).failed(1).contains("is not a store"));
    assert!(other.join("000004.log").exists());
}
