//! A block that cannot be read as it was written: an error that names its file, never a part of an answer, and never a server
//! that ends or eats the memory.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use super::app::status;
use super::process::{Folder, Serving, exchange};
use crate::citypact::run;

const ALL: &str = "SELECT ?s ?o { ?s <http://a/p> ?o } ORDER BY ?s";

/// A folder with a store of some blocks.
fn loaded(name: &str) -> Folder {
    let folder = Folder::new(name);
    let text = |n: usize| format!("<http://a/{n}> <http://a/p> \"{}\" .\n", blake3::hash(&n.to_le_bytes()).to_hex());
    fs::write(folder.0.join("many.ttl"), (0..3000).map(text).collect::<String>()).unwrap();
    run(&folder.0, &["load", "many.ttl", "--store", "s.db"]).ok();
    run(&folder.0, &["optimize", "--store", "s.db"]).ok();
    folder
}

/// Files of a store, by their names.
fn files(store: &Path, is_meant: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let paths = fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| is_meant(path.file_name().unwrap().to_str().unwrap())).collect()
}

/// Damages a byte at many places of a file, one after the other. What commands give then is right, or an error that names it.
fn all_or_an_error(folder: &Folder, file: &Path) {
    let right = run(&folder.0, &["query", ALL, "--store", "s.db", "--to", "csv"]).ok();
    assert_eq!(right.lines().count(), 3001);
    let (whole, name) = (fs::read(file).unwrap(), file.file_name().unwrap().to_str().unwrap().to_owned());
    let mut refused = 0;
    for part in 0..9 {
        let mut bytes = whole.clone();
        let at = whole.len() * part / 9 + 50;
        bytes[at] ^= 0x55;
        fs::write(file, bytes).unwrap();
        for args in [&["query", ALL, "--to", "csv"][..], &["info"], &["export", "--to", "nquads"]] {
            let given = run(&folder.0, &[args, &["--store", "s.db"]].concat());
            match given.status {
                Some(0) if args[0] == "query" => assert_eq!(given.stdout, right, "{name} at {at}"),
                Some(0) => {}
                _ => {
                    refused += 1;
                    assert!(given.stderr.contains(&name), "{args:?}, {name} at {at}: {}", given.stderr);
                }
            }
        }
    }
    fs::write(file, whole).unwrap();
    assert!(refused > 5, "{refused} refusals: the file is read");
}

#[test]
fn the_index_alone_gives_all_or_an_error() {
    let folder = loaded("damaged-index");
    let store = folder.0.join("s.db");
    for file in files(&store, |name| !name.starts_with("index.") && name != "citypact.json") {
        fs::remove_file(file).unwrap();
    }
    all_or_an_error(&folder, &store.join("index.cpx"));
}

#[cfg(feature = "rocksdb")]
#[test]
fn rocksdb_gives_all_or_an_error() {
    let folder = loaded("damaged-blocks");
    let store = folder.0.join("s.db");
    for file in files(&store, |name| name.starts_with("index.")) {
        fs::remove_file(file).unwrap();
    }
    let mut tables = files(&store, |name| name.ends_with(".sst"));
    tables.sort_by_key(|table| fs::metadata(table).unwrap().len());
    all_or_an_error(&folder, tables.last().unwrap());
}

#[cfg(feature = "rocksdb")]
#[test]
fn a_server_tells_of_it_and_goes_on() {
    let folder = loaded("damaged-served");
    let store = folder.0.join("s.db");
    for file in files(&store, |name| name.starts_with("index.")) {
        fs::remove_file(file).unwrap();
    }
    for table in files(&store, |name| name.ends_with(".sst")) {
        let mut bytes = fs::read(&table).unwrap();
        bytes.iter_mut().skip(50).step_by(200).for_each(|byte| *byte ^= 0x55);
        fs::write(&table, bytes).unwrap();
    }
    // It may as well refuse to begin, and says why then.
    let args = ["--store", "s.db", "--bind", "127.0.0.1:0", "--access-log", "access.log"];
    let begun = std::panic::catch_unwind(|| Serving::start(&folder.0, &args));
    let Ok(serving) = begun else {
        let said = run(&folder.0, &[&["serve"], &args[..]].concat()).failed(1);
        assert!(said.contains(".sst"), "{said}");
        return;
    };
    for _ in 0..3 {
        let request = format!(
            "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{ALL}",
            ALL.len()
        );
        let reply = exchange(TcpStream::connect(serving.authority()).unwrap(), &request);
        assert_eq!(status(reply.as_bytes()), 500, "{reply}");
        assert!(!reply.contains(".sst"), "files are nobody's affair outside: {reply}");
    }
    let log = fs::read_to_string(folder.0.join("access.log")).unwrap();
    assert!(log.lines().all(|line| line.contains(".sst")), "{log}");
}
