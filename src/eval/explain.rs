//! Plan instrumentation: what the steps of a plan did.

use std::cell::{Cell, RefCell};
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
    children: RefCell<Vec<Rc<Told>>>,
}

impl Told {
    pub(super) fn new(name: String, estimated: f64, children: Vec<Rc<Told>>) -> Rc<Self> {
        let children = RefCell::new(children);
        Rc::new(Self { name, estimated, rows: Cell::default(), time: Cell::default(), children })
    }

    pub(super) fn note(&self, rows: u64, time: Duration) {
        self.rows.set(self.rows.get() + rows);
        self.time.set(self.time.get() + time);
    }

    /// Takes a plan that was made for one row below, or adds what it did to what such a plan did for others.
    pub(super) fn add(&self, plan: &Rc<Self>) {
        let known = self.children.borrow().iter().find(|known| known.name == plan.name).cloned();
        match known {
            Some(known) => {
                known.note(plan.rows(), plan.time());
                plan.children().iter().for_each(|child| known.add(child));
            }
            None => self.children.borrow_mut().push(plan.clone()),
        }
    }

    /// How many rows it gave.
    pub fn rows(&self) -> u64 {
        self.rows.get()
    }

    /// How long it took, with the steps below.
    pub fn time(&self) -> Duration {
        self.time.get()
    }

    /// The steps that give it its rows.
    pub fn children(&self) -> Vec<Rc<Self>> {
        self.children.borrow().clone()
    }
}
