//! Evaluation context and memory tracker: what the operators of one evaluation share: the data, the terms it makes, and its
//! bounds.

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use oxigraph::sparql::QueryEvaluationError;
use oxiri::Iri;
use oxrdf::{Literal, Term, TermRef, Variable};
use oxsdatatypes::DateTime;

use super::{Cancel, ROWS, Stop, Variation};
use crate::index::order::Key;
use crate::index::{self, Id, Kind, Number, Version};
use crate::rdf::term_bytes;

/// The longest text that an expression may make, in bytes: one that is longer is more than the memory allowed.
const LONGEST_TEXT: usize = 4 << 20;

/// Terms that one query made and the data lacks, numbered from [`Id::LOCAL`].
#[derive(Debug, Default)]
pub struct LocalTerms {
    terms: Vec<Term>,
    /// Their values, where they are numbers.
    numbers: Vec<Option<Number>>,
    known: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl LocalTerms {
    fn find(&self, term: &Term) -> Option<Id> {
        let same = |number: &u32| self.terms[*number as usize] == *term;
        self.known.find(self.hasher.hash_one(term), same).map(|number| Id(Id::LOCAL + number))
    }

    /// Adds a term that it has not.
    fn push(&mut self, term: Term) -> Id {
        let number = u32::try_from(self.terms.len()).unwrap_or(u32::MAX - Id::LOCAL);
        let hash = self.hasher.hash_one(&term);
        self.numbers.push(match &term {
            Term::Literal(literal) => Number::of(literal.as_ref()),
            _ => None,
        });
        self.terms.push(term);
        let (terms, hasher) = (&self.terms, &self.hasher);
        self.known.insert_unique(hash, number, |number| hasher.hash_one(&terms[*number as usize]));
        Id(Id::LOCAL + number)
    }

    fn get(&self, id: Id) -> &Term {
        &self.terms[(id.0 - Id::LOCAL) as usize]
    }

    fn number(&self, id: Id) -> Option<Number> {
        self.numbers[(id.0 - Id::LOCAL) as usize]
    }
}

/// Solutions that are given to a query, blank nodes among their terms, which no text can name. A `VALUES` block of these
/// variables without a row of its own stands for them.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The variables.
    pub variables: Vec<Variable>,
    /// The solutions: a term of the data for each variable.
    pub rows: Vec<Vec<Id>>,
}

/// One evaluation.
pub struct Context {
    version: Arc<Version>,
    local: LocalTerms,
    /// Where terms of this query stand among those of the data.
    keys: HashMap<Id, u64>,
    /// Whole numbers that it made, mostly counts: few, and again and again.
    integers: HashMap<i64, Id>,
    cancel: Cancel,
    now: Option<DateTime>,
    base: Option<Iri<String>>,
    variation: Option<Variation>,
    given: Option<Given>,
    limit: usize,
    held: usize,
    peak: usize,
}

impl Context {
    /// Over a state of the data, until `cancel` is told, with at most `memory` bytes held at once.
    pub fn new(version: Arc<Version>, cancel: Cancel, memory: Option<u64>) -> Self {
        let limit = memory.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        Self {
            version,
            local: LocalTerms::default(),
            keys: HashMap::new(),
            integers: HashMap::new(),
            cancel,
            now: None,
            base: None,
            variation: None,
            given: None,
            limit,
            held: 0,
            peak: 0,
        }
    }

    /// With the IRI that relative ones of functions are resolved against.
    #[must_use]
    pub fn with_base(mut self, base: Option<Iri<String>>) -> Self {
        self.base = base;
        self
    }

    /// With plans made otherwise than they would be, for tests.
    #[must_use]
    pub fn with_variation(mut self, variation: Option<Variation>) -> Self {
        self.variation = variation;
        self
    }

    /// What a plan is to do where two ways give the same: as `estimated`, unless plans are varied.
    pub(super) fn choose(&mut self, estimated: bool) -> bool {
        self.variation.as_mut().map_or(estimated, |variation| variation.roll(2) == 0)
    }

    /// How plans are varied, if they are.
    pub(super) fn variation(&mut self) -> Option<&mut Variation> {
        self.variation.as_mut()
    }

    /// The most rows of a batch.
    pub fn rows(&self) -> usize {
        self.variation.map_or(ROWS, |variation| variation.rows.max(1))
    }

    /// With solutions that a pattern refers to ([`Given`]).
    #[must_use]
    pub fn with_given(mut self, given: Given) -> Self {
        self.given = Some(given);
        self
    }

    /// The solutions for these variables that a pattern refers to.
    pub fn given(&self, variables: &[Variable]) -> Option<&[Vec<Id>]> {
        self.given.as_ref().filter(|given| given.variables == variables).map(|given| given.rows.as_slice())
    }

    /// The data.
    pub fn version(&self) -> &Arc<Version> {
        &self.version
    }

    /// See [`Self::with_base`].
    pub fn base(&self) -> Option<&Iri<String>> {
        self.base.as_ref()
    }

    /// The moment of the evaluation, one for all of it.
    pub fn now(&mut self) -> DateTime {
        *self.now.get_or_insert_with(DateTime::now)
    }

    /// The id of a term, in the form in which the data keeps it; a new one if the data and this query have none.
    pub fn intern(&mut self, term: Term) -> Id {
        if self.version.is_verbatim()
            && let Some(id) = self.version.id(term.as_ref())
        {
            return id;
        }
        let term = index::normal(term);
        if let Some(id) = self.local.find(&term).or_else(|| self.version.id(term.as_ref())) {
            return id;
        }
        if term_bytes(term.as_ref()) > LONGEST_TEXT {
            self.hold(self.limit.saturating_add(1));
        }
        let size = 2 * (size_of::<Term>() + size_of::<Number>() + term_bytes(term.as_ref()));
        self.hold(size);
        self.local.push(term)
    }

    /// As [`Self::intern`], of a whole number.
    pub fn integer(&mut self, value: i64) -> Id {
        if let Some(id) = self.integers.get(&value) {
            return *id;
        }
        let id = self.intern(Literal::from(value).into());
        self.hold(2 * size_of::<(i64, Id)>());
        self.integers.insert(value, id);
        id
    }

    /// The term of an id that is bound.
    pub fn term(&self, id: Id) -> Term {
        if id.is_local() { self.local.get(id).clone() } else { self.version.term(id) }
    }

    /// Shows the term of an id that is bound.
    pub fn text<R>(&self, id: Id, show: impl FnOnce(TermRef<'_>) -> R) -> R {
        if id.is_local() { show(self.local.get(id).as_ref()) } else { self.version.text(id, show) }
    }

    /// What kind of term a bound id is.
    pub fn kind(&self, id: Id) -> Kind {
        if id.is_local() { kind(self.local.get(id).as_ref()) } else { self.version.kind(id) }
    }

    /// The value of a numeric literal.
    pub fn number(&self, id: Id) -> Option<Number> {
        if id.is_local() { self.local.number(id) } else { self.version.number(id) }
    }

    /// A key that compares as `ORDER BY` does. Two terms that this query made may share one although they differ.
    pub fn key(&mut self, id: Id) -> u64 {
        if !id.is_local() {
            return if id.is_bound() { self.version.key(id) } else { 0 };
        }
        if let Some(key) = self.keys.get(&id) {
            return *key;
        }
        let key = self.version.position(self.local.get(id).as_ref());
        self.keys.insert(id, key);
        key
    }

    /// The order of two ids by `ORDER BY`: equal numbers and equal moments tie.
    pub fn compare(&mut self, a: Id, b: Id) -> Ordering {
        if a.is_local() && b.is_local() {
            let of = |id| Key::new(Some(self.local.get(id).as_ref()));
            return if a == b { Ordering::Equal } else { of(a).cmp(&of(b)) };
        }
        self.key(a).cmp(&self.key(b))
    }

    /// The parts of a triple term: subject, predicate, object.
    pub fn triple_term(&mut self, id: Id) -> Option<[Id; 3]> {
        if !id.is_local() {
            return self.version.triple_term(id);
        }
        let Term::Triple(triple) = self.local.get(id) else { return None };
        let triple = triple.as_ref().clone();
        Some([triple.subject.into(), triple.predicate.into(), triple.object].map(|term| self.intern(term)))
    }

    /// Fails if somebody asked to stop, too much is held, or what was read of the data is damaged.
    ///
    /// # Errors
    /// [`Stop::Cancelled`], [`Stop::Memory`], [`Stop::Failed`]
    pub fn check(&self) -> Result<(), Stop> {
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.version
            .sound()
            .map_err(|damage| Stop::Failed(Box::new(QueryEvaluationError::Dataset(Box::new(damage)))))?;
        if self.held > self.limit || self.held == usize::MAX { Err(Stop::Memory) } else { Ok(()) }
    }

    /// Notes that an operator is about to hold so many bytes more.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Stop> {
        self.hold(bytes);
        self.check()
    }

    /// Notes that it does not hold them any more.
    pub fn release(&mut self, bytes: usize) {
        self.held = self.held.saturating_sub(bytes);
    }

    fn hold(&mut self, bytes: usize) {
        self.held = self.held.saturating_add(bytes);
        self.peak = self.peak.max(self.held);
    }

    /// The most bytes that were held at once.
    pub fn peak(&self) -> u64 {
        self.peak as u64
    }
}

/// A triple term is one of its kind; other terms tell by their place in the order.
fn kind(term: TermRef<'_>) -> Kind {
    Key::new(Some(term)).kind().unwrap_or(Kind::Triple)
}
