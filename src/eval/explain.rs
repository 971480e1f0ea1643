//! What the steps of a plan did.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// A step, and how it went.
#[derive(Debug)]
pub struct Told {
    /// What it does.
    pub name: String,
    /// How many rows it was thought to give.
    pub estimated: f64,
    rows: Cell<u64>,
    time: Cell<Duration>,
    /// The steps that give it its rows.
    pub children: Vec<Rc<Told>>,
}

impl Told {
    pub(super) fn new(name: String, estimated: f64, children: Vec<Rc<Told>>) -> Rc<Self> {
        Rc::new(Self { name, estimated, rows: Cell::default(), time: Cell::default(), children })
    }

    pub(super) fn note(&self, rows: usize, time: Duration) {
        self.rows.set(self.rows.get() + rows as u64);
        self.time.set(self.time.get() + time);
    }

    /// How many rows it gave.
    pub fn rows(&self) -> u64 {
        self.rows.get()
    }

    /// How long it took, with the steps below.
    pub fn time(&self) -> Duration {
        self.time.get()
    }
}
