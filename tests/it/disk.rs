//! Disks that are full, read-only, or closed to the program: every command that writes says so, leaves what was there as it
//! was, and works again afterwards.
//!
//! The disk is a small file system in memory, mounted in a namespace of its own: nothing of it is left, however a test ends.
//! Where the machine gives no namespaces the tests say that they are skipped. `make test-faults` shows what they say.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use citypact::store::Embedded;

use crate::citypact::{command, finish, run};

/// Set for the test that runs within the namespace: what is wrong with the disk.
const INSIDE: &str = "CITYPACT_TEST_DISK";
/// Set for the long form: disks that are full to the last byte, the last page and so on.
const LONG: &str = "CITYPACT_LONG_FAULTS";
const PAGE: usize = 4096;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// So many bytes are left.
    Full(usize),
    ReadOnly,
    Denied,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(left) => write!(f, "full but for {left} bytes"),
            Self::ReadOnly => f.write_str("read-only"),
            Self::Denied => f.write_str("closed"),
        }
    }
}

impl Fault {
    /// What the system says.
    fn said(self) -> &'static str {
        match self {
            Self::Full(_) => "No space left on device",
            Self::ReadOnly => "Read-only file system",
            Self::Denied => "Permission denied",
        }
    }
}

/// A command, and what it writes on the disk.
struct Case {
    args: &'static [&'static str],
    /// A file, a folder, or a store.
    target: &'static str,
}

const STORE: &str = "disk/s.db";

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { args: &["convert", "records.jsonl", "--out", "disk/o.trig"], target: "o.trig" },
    Case { args: &["convert", "records.jsonl", "--out", "disk/o.nq.gz"], target: "o.nq.gz" },
    Case { args: &["convert", "bad.jsonl", "--out", "x.ttl", "--reject", "disk/rejected.jsonl"], target: "rejected.jsonl" },
    Case { args: &["convert", "records.jsonl", "--out", "x.ttl", "--resolution-report", "disk/report.jsonl"], target: "report.jsonl" },
    Case { args: &["query", "SELECT * { ?s ?p ?o }", "--store", STORE, "--out", "disk/o.csv"], target: "o.csv" },
    Case { args: &["query", "SELECT * { ?s ?p ?o }", "--store", STORE, "--out", "disk/o.json"], target: "o.json" },
    Case { args: &["export", "--store", STORE, "--out", "disk/o.nt"], target: "o.nt" },
    Case { args: &["export", "--store", STORE, "--out", "disk/o.jsonld"], target: "o.jsonld" },
    Case { args: &["export", "--store", STORE, "--out", "disk/o.rdf"], target: "o.rdf" },
    Case { args: &["export", "--store", STORE, "--out", "disk/o.graphml"], target: "o.graphml" },
    Case { args: &["export", "--store", STORE, "--to", "csv", "--out", "disk/tables"], target: "tables" },
    Case { args: &["export", "--store", STORE, "--to", "nanopub", "--out", "disk/o.np"], target: "o.np" },
    Case { args: &["release", "disk/release", "--store", STORE], target: "release" },
    Case { args: &["check", "--store", STORE, "--to", "json", "--out", "disk/check.json"], target: "check.json" },
    Case { args: &["infer", "--store", STORE, "--out", "disk/inferred.ttl"], target: "inferred.ttl" },
    Case { args: &["generate", "--places", "40", "--out", "disk/world.jsonl"], target: "world.jsonl" },
    Case { args: &["generate", "--places", "40", "--out", "disk/world.nq"], target: "world.nq" },
    Case { args: &["places", "import", "jsonl", "places.jsonl", "--out", "disk/places.jsonl"], target: "places.jsonl" },
    Case { args: &["places", "review", "records.jsonl", "--out", "disk/review.jsonl"], target: "review.jsonl" },
    Case { args: &["man", "--dir", "disk/man"], target: "man" },
    Case { args: &["load", "more.nt", "--store", STORE], target: "s.db" },
    Case { args: &["load", "records.jsonl", "--store", "disk/new.db"], target: "new.db" },
    Case { args: &["update", "-f", "change.ru", "--store", STORE], target: "s.db" },
    Case { args: &["infer", "--store", STORE], target: "s.db" },
    Case { args: &["optimize", "--store", STORE], target: "s.db" },
    Case { args: &["check-index", "--rebuild", "--store", STORE], target: "s.db" },
    Case { args: &["backup", "disk/copy.db", "--store", STORE], target: "copy.db" },
    Case { args: &["restore", "backup.db", "--store", "disk/restored.db"], target: "restored.db" },
];

/// Runs a test of this file within a namespace in which it may mount, or says why not.
fn within(fault: &str) {
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let user: &[&str] = if is_root { &[] } else { &["--user", "--map-root-user"] };
    let unshared = |program: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(user).args(["--mount", "--propagation", "private"]).args(program);
        command
    };
    let mounts = "mount -t tmpfs -o size=64k tmpfs /tmp && setpriv --bounding-set=-dac_override true";
    let probe = unshared(&["sh", "-c", mounts]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        println!(
            "skipped: this machine lets the tests mount nothing (unshare, mount and setpriv of util-linux, and the right to)"
        );
        return;
    }
    let this = std::env::current_exe().unwrap();
    let mut inside = unshared(&[this.to_str().unwrap(), "--exact", "disk::inside", "--nocapture"]);
    let output = inside.env(INSIDE, fault).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    println!("{text}");
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn a_full_disk_is_told_and_harms_nothing() {
    within("full");
}

#[test]
fn a_read_only_disk_is_told_and_harms_nothing() {
    within("read-only");
}

#[test]
fn a_disk_without_permission_is_told_and_harms_nothing() {
    within("denied");
}

/// What the tests above run in a namespace of its own. Does nothing when run as a test.
#[test]
fn inside() {
    let faults = match std::env::var(INSIDE).as_deref() {
        Ok("full") if std::env::var_os(LONG).is_some() => {
            [0, 1, 4, 12, 30, 60, 120].map(|pages| Fault::Full(pages * PAGE)).into()
        }
        Ok("full") => vec![Fault::Full(12 * PAGE)],
        Ok("read-only") => vec![Fault::ReadOnly],
        Ok("denied") => vec![Fault::Denied],
        _ => return,
    };
    let home = Home::new();
    let mut failed = 0;
    for fault in &faults {
        let count = CASES.iter().filter(|case| bears(&home, case, *fault)).count();
        println!("the disk {fault}: {count} of {} commands failed, as they should", CASES.len());
        failed += count;
    }
    // For some a little room is enough.
    assert!(failed * 3 > faults.len() * CASES.len(), "most commands found room");
}

/// A folder with what commands read, and a disk.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        let articles = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles");
        let mut records = String::new();
        for article in fs::read_dir(articles).unwrap().map(|entry| entry.unwrap().path()) {
            if article.extension().is_some_and(|suffix| suffix == "jsonl") {
                records += &fs::read_to_string(article).unwrap();
            }
        }
        let triples = |from: usize| {
            (from..from + 6_000).map(|n| format!("<http://a/{n}> <http://a/p> \"{n}\" .\n")).collect::<String>()
        };
        let place = r#"{"type":"place","id":"a","level":"municipality","names":"甲市"}"#;
        for (name, text) in [
            ("records.jsonl", records.clone()),
            ("bad.jsonl", records + "{\"type\":\"tie\"}\n"),
            ("more.nt", triples(0)),
            ("places.jsonl", place.to_owned()),
            ("change.ru", format!("INSERT DATA {{ GRAPH <http://a/g> {{ {} }} }}", triples(6_000))),
        ] {
            fs::write(home.path(name), text).unwrap();
        }
        fs::create_dir(home.path("disk")).unwrap();
        system(&["mount", "-t", "tmpfs", "-o", "size=96m,mode=755", "tmpfs", home.path("disk").to_str().unwrap()]);
        run(home.folder.path(), &["load", "records.jsonl", "--store", "first.db"]).ok();
        run(home.folder.path(), &["backup", "backup.db", "--store", "first.db"]).ok();
        home
    }

    /// A disk that holds a store, and the target where that is a file.
    fn begin(&self, target: &str) {
        for entry in fs::read_dir(self.path("disk")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        fs::create_dir(self.path(STORE)).unwrap();
        for file in entries(&self.path("first.db")) {
            fs::copy(&file, self.path(STORE).join(file.file_name().unwrap())).unwrap();
        }
        if Path::new(target).extension().is_some_and(|suffix| suffix != "db") {
            fs::write(self.path("disk").join(target), "what was there before").unwrap();
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Breaks the disk.
    fn brk(&self, fault: Fault) {
        match fault {
            Fault::Full(left) => {
                let mut filler = OpenOptions::new().create(true).append(true).open(self.path("disk/filler")).unwrap();
                for block in [1 << 20, PAGE] {
                    while filler.write_all(&vec![0; block]).is_ok() {}
                }
                let length = filler.metadata().unwrap().len();
                filler.set_len(length.saturating_sub(left as u64)).unwrap();
            }
            Fault::ReadOnly => self.remount("ro"),
            Fault::Denied => self.modes(0o555, 0o444),
        }
    }

    /// Mends it.
    fn mend(&self, fault: Fault) {
        match fault {
            Fault::Full(_) => fs::remove_file(self.path("disk/filler")).unwrap(),
            Fault::ReadOnly => self.remount("rw"),
            Fault::Denied => self.modes(0o755, 0o644),
        }
    }

    fn remount(&self, how: &str) {
        system(&["mount", "-o", &format!("remount,{how}"), self.path("disk").to_str().unwrap()]);
    }

    fn modes(&self, folders: u32, files: u32) {
        for path in [self.path("disk")].into_iter().chain(entries(&self.path("disk"))) {
            let mode = if path.is_dir() { folders } else { files };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path("disk")).status();
    }
}

fn system(args: &[&str]) {
    let status = Command::new(args[0]).args(&args[1..]).status().unwrap();
    assert!(status.success(), "{args:?}");
}

/// Everything in a folder and below.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(entries(&path));
        }
        found.push(path);
    }
    found
}

/// The quads of the disk's stores, and the bytes of all else; what a store's folder holds is the store's own affair. Of a store
/// that was not there before nothing was promised but that it can be made again.
fn contents(home: &Home, before: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let disk = home.path("disk");
    for entry in fs::read_dir(&disk).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".db") {
            if before.contains_key(&name) {
                found.insert(name, quads(&path));
            }
        } else if path.is_dir() {
            for file in entries(&path) {
                found.insert(file.strip_prefix(&disk).unwrap().to_string_lossy().into_owned(), hash(&file));
            }
        } else if name != "filler" {
            found.insert(name, hash(&path));
        }
    }
    found
}

fn hash(path: &Path) -> String {
    if path.is_dir() { "a folder".to_owned() } else { blake3::hash(&fs::read(path).unwrap()).to_string() }
}

fn quads(path: &Path) -> String {
    let store = Embedded::open_read_only(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut quads: Vec<String> = store.quads(None).map(|quad| quad.unwrap().to_string()).collect();
    quads.sort();
    format!("{} quads, {}", quads.len(), blake3::hash(quads.join("\n").as_bytes()))
}

/// Runs a command on a disk that is broken, and again once it is mended. Whether it failed, as it should then.
fn bears(home: &Home, case: &Case, fault: Fault) -> bool {
    home.begin(case.target);
    let target = home.path("disk").join(case.target);
    let before = contents(home, &BTreeMap::from([("s.db".to_owned(), String::new())]));
    home.brk(fault);
    let program = command(home.folder.path(), case.args);
    let mut closed = Command::new("setpriv");
    closed.args(["--bounding-set=-dac_override", "--inh-caps=-dac_override"]).arg(program.get_program());
    closed.args(case.args).current_dir(home.folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = finish(&mut closed, "");
    let told = format!("{:?}, the disk {fault}: {:?}, {}", case.args, ended.status, ended.stderr);
    let failed = ended.status != Some(0) && ended.status != Some(3);
    if failed {
        assert_eq!(ended.status, Some(1), "{told}");
        assert!(ended.stderr.contains(fault.said()), "{told}");
        assert!(!ended.stderr.contains("panicked"), "{told}");
        assert_eq!(contents(home, &before), before, "{told}");
    }
    home.mend(fault);
    let again = run(home.folder.path(), case.args);
    // What was done before the disk was mended need not be done again.
    let is_there = !failed && again.stderr.contains("exists already");
    assert!(is_there || [Some(0), Some(3)].contains(&again.status), "{told}\nand then: {}", again.stderr);
    assert!(target.exists(), "{told}");
    if case.target.ends_with(".db") {
        quads(&target);
    }
    failed
}
