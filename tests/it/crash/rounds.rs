//! The rounds: one command, or a server, killed at a random moment, and the store looked at afterwards.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use citypact::store::{Embedded, StoreError, is_store};

use super::serving;
use super::world::{self, HEAVY, LOADED, World};
use crate::citypact::{command, run};
use crate::reference::random::Dice;

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A first load, which makes a store.
    FirstLoad,
    /// A load of documents in a later version.
    Reload,
    /// An update that leaves the index's log so long that a new state is written.
    Compaction,
    /// A server with three clients that write, one that reads, and one that has it make backups and optimise.
    Serve,
    Infer,
    Backup,
    Restore,
    Optimize,
    RebuildIndex,
}

pub const KINDS: [Kind; 9] = [
    Kind::FirstLoad,
    Kind::Reload,
    Kind::Compaction,
    Kind::Serve,
    Kind::Infer,
    Kind::Backup,
    Kind::Restore,
    Kind::Optimize,
    Kind::RebuildIndex,
];

const STORE: &str = "s.db";
/// No command of these takes longer.
const MOST: Duration = Duration::from_secs(60);

/// How it went with a kind.
#[derive(Default)]
struct Tally {
    rounds: u64,
    killed: u64,
    /// Within which time the kill comes.
    within: Duration,
}

/// Rounds on one store.
pub struct Rounds {
    pub dice: Dice,
    home: tempfile::TempDir,
    world: World,
    tallies: BTreeMap<Kind, Tally>,
    /// What a command takes here.
    usual: Duration,
}

impl Rounds {
    pub fn new(dice: Dice) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut rounds = Self { dice, home, world: World::new(), tallies: BTreeMap::new(), usual: Duration::ZERO };
        fs::create_dir(rounds.path("rules")).unwrap();
        let rule = format!(
            "# title: derived\n# description: derived\nCONSTRUCT {{ ?s <http://a/derived> ?v }} WHERE {{ ?s <{}> ?v \
             FILTER(STRSTARTS(STR(?s), \"http://a/\") && CONTAINS(STR(?s), \"/s\")) }}",
            world::VALUE
        );
        fs::write(rounds.path("rules/derived.rq"), rule).unwrap();
        fs::write(rounds.path("token"), "0123456789abcdef").unwrap();
        let files = rounds.write_documents();
        let began = Instant::now();
        run(rounds.home.path(), &load(&files, STORE).iter().map(String::as_str).collect::<Vec<_>>()).ok();
        rounds.usual = began.elapsed();
        rounds.acknowledge_documents();
        rounds
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn play(&mut self, kind: Kind, round: usize) {
        let commits = self.world.commits;
        match kind {
            Kind::FirstLoad => self.first_load(),
            Kind::Reload => self.reload(),
            Kind::Compaction => self.compaction(),
            Kind::Serve => self.serve(round),
            Kind::Infer => self.infer(),
            Kind::Backup => self.copied(kind, &["backup", "copy", "--store", STORE]),
            Kind::Restore => self.restore(),
            Kind::Optimize => drop(self.kill(kind, &["optimize", "--store", STORE])),
            Kind::RebuildIndex => drop(self.kill(kind, &["check-index", "--rebuild", "--store", STORE])),
        }
        println!("round {round}: {kind:?}, {} commits acknowledged", self.world.commits - commits);
        self.world.hold(&self.home.path().join(STORE));
    }

    /// A random moment within the time that the kind takes.
    fn moment(&mut self, kind: Kind) -> Duration {
        let usual = if kind == Kind::Serve { 3 * self.usual } else { self.usual };
        let tally = self.tallies.entry(kind).or_insert(Tally { within: usual, ..Tally::default() });
        tally.within * u32::try_from(self.dice.roll(1000)).unwrap() / 1000
    }

    /// Runs a command and kills it at a random moment. Whether it had ended before, with success.
    fn kill(&mut self, kind: Kind, args: &[&str]) -> bool {
        let moment = self.moment(kind);
        let mut command = command(self.home.path(), args);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        let ended = ends_within(&mut child, moment);
        let killed = !ended && child.kill().is_ok();
        let status = child.wait().unwrap();
        let tally = self.tallies.get_mut(&kind).unwrap();
        tally.rounds += 1;
        tally.killed += u64::from(killed && status.code().is_none());
        // Most moments are to fall into the work, wherever the machine has got to.
        if ended {
            tally.within = started.elapsed() * 11 / 10;
        } else if moment > tally.within * 4 / 5 {
            tally.within = (tally.within * 3 / 2).min(MOST);
        }
        assert!(status.code().is_none_or(|code| code == 0), "{args:?} failed: {:?}", run(self.home.path(), args));
        status.success()
    }

    fn write_documents(&mut self) -> Vec<String> {
        LOADED
            .map(|document| {
                let name = format!("d{document}.trig");
                let version = self.world.documents[document].next();
                fs::write(self.path(&name), world::trig(document, version)).unwrap();
                name
            })
            .collect()
    }

    /// All of it or nothing; and what was killed stands in nobody's way.
    fn first_load(&mut self) {
        let files = LOADED.map(|document| format!("d{document}.trig")).collect::<Vec<_>>();
        let (store, most) = (self.path("first"), LOADED.len());
        let found = |least: usize| {
            let found = world::read(&store).documents.len();
            assert!(found == most || found == least, "of a first load {found} documents are there");
        };
        let done = self.load(Kind::FirstLoad, &files, "first");
        match Embedded::open_read_only(&store) {
            Err(StoreError::NotFound(_)) => assert!(!done, "a first load that was acknowledged left no store"),
            opened => {
                drop(opened.unwrap_or_else(|error| panic!("{}: {error:?}", store.display())));
                found(if done { most } else { 0 });
            }
        }
        run(self.home.path(), &load(&files, "first").iter().map(String::as_str).collect::<Vec<_>>()).ok();
        found(most);
        fs::remove_dir_all(&store).unwrap();
    }

    fn load(&mut self, kind: Kind, files: &[String], store: &str) -> bool {
        self.kill(kind, &load(files, store).iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn acknowledge_documents(&mut self) {
        self.world.documents[LOADED].iter_mut().for_each(world::Promise::acknowledge);
        self.world.commits += LOADED.len() as u64;
    }

    fn reload(&mut self) {
        let files = self.write_documents();
        if self.load(Kind::Reload, &files, STORE) {
            self.acknowledge_documents();
        }
    }

    fn compaction(&mut self) {
        let version = self.world.documents[HEAVY].next();
        let (graph, triples) = (world::graph(HEAVY), world::triples(HEAVY, version));
        let update = format!("DROP SILENT GRAPH <{graph}> ; INSERT DATA {{ GRAPH <{graph}> {{ {triples} }} }}");
        fs::write(self.path("update.ru"), update).unwrap();
        if self.kill(Kind::Compaction, &["update", "-f", "update.ru", "--store", STORE]) {
            self.world.documents[HEAVY].acknowledge();
            self.world.commits += 1;
        }
    }

    fn infer(&mut self) {
        self.world.infers();
        self.kill(Kind::Infer, &["infer", "--only", "--rules", "rules", "--store", STORE]);
    }

    fn serve(&mut self, round: usize) {
        let moment = self.moment(Kind::Serve);
        serving::round(self.home.path(), STORE, &mut self.world, moment);
        let tally = self.tallies.get_mut(&Kind::Serve).unwrap();
        tally.rounds += 1;
        tally.killed += 1;
        // Now and then so long that the log is written anew while it is served.
        tally.within = self.usual * if round.is_multiple_of(4) { 40 } else { 8 };
    }

    /// A copy is whole, or is none; and what was killed stands in nobody's way.
    fn copied(&mut self, kind: Kind, args: &[&str]) {
        let copy = self.path("copy");
        let done = self.kill(kind, args);
        assert!(!done || is_store(&copy).unwrap(), "no copy");
        if is_store(&copy).unwrap() {
            self.world.hold_copy(&copy);
            fs::remove_dir_all(&copy).unwrap();
        }
        run(self.home.path(), args).ok();
        self.world.hold_copy(&copy);
        fs::remove_dir_all(&copy).unwrap();
    }

    fn restore(&mut self) {
        run(self.home.path(), &["backup", "from", "--store", STORE]).ok();
        self.copied(Kind::Restore, &["restore", "from", "--store", "copy"]);
        fs::remove_dir_all(self.path("from")).unwrap();
    }

    /// A table of what was done.
    pub fn told(&self) -> String {
        let mut text = format!("{} commits acknowledged, none lost, none half\n", self.world.commits);
        writeln!(text, "{} entity tags, each of one body", self.world.tags.len()).unwrap();
        for (kind, tally) in &self.tallies {
            writeln!(text, "{kind:?}: {} rounds, {} killed before the end", tally.rounds, tally.killed).unwrap();
        }
        text
    }
}

fn load(files: &[String], store: &str) -> Vec<String> {
    [&["load".to_owned(), "--store".to_owned(), store.to_owned()], files].concat()
}

/// Whether the program ends by itself in time.
fn ends_within(child: &mut Child, time: Duration) -> bool {
    let until = Instant::now() + time;
    loop {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        thread::sleep(left.min(Duration::from_micros(500)));
    }
}
