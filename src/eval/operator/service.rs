//! SERVICE: rows joined with what another endpoint answers (SPARQL 1.1 Federated Query, 4).

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use oxigraph::sparql::{QueryEvaluationError, QuerySolutionIter};
use oxrdf::{NamedNode, Term, Variable};

use super::hash_join::{From, Pairs, columns};
use super::source::Rows;
use super::{Match, Room, Source, Table};
use crate::eval::plan::Remote;
use crate::eval::{Batch, Column, Context, Operator, Service, Stop};
use crate::index::Id;

/// What endpoints answered to one pattern, by their names: each is asked once.
pub type Answers = Rc<RefCell<HashMap<Id, Rc<Answer>>>>;

/// The rows of an answer, by columns.
pub struct Answer {
    columns: Vec<Column>,
    len: usize,
}

/// An answer as rows are joined with it.
struct Joined {
    table: Table,
    matching: Match,
}

pub struct ServiceJoin {
    pub input: Box<dyn Operator>,
    pub remote: Remote,
    pub name: Source,
    pub service: Option<Service>,
    /// Columns of the input and of the answer that are one variable, and whether the input's is bound in each row.
    pub shared: Vec<(usize, usize, bool)>,
    pub shown: Vec<From>,
    state: State,
}

#[derive(Default)]
struct State {
    tables: HashMap<Id, Rc<Joined>>,
    /// Rows, and the first of them that is still to be joined.
    batch: Option<(Batch, usize)>,
    /// The rows that are joined: those of one endpoint.
    current: Option<(Batch, Rc<Joined>, Pairs)>,
    room: Room,
}

impl ServiceJoin {
    pub fn new(
        input: Box<dyn Operator>,
        remote: Remote,
        (name, service): (Source, Option<Service>),
        shared: Vec<(usize, usize, bool)>,
        shown: Vec<From>,
    ) -> Self {
        Self { input, remote, name, service, shared, shown, state: State::default() }
    }

    fn joined(&mut self, name: Id, cx: &mut Context) -> Result<Rc<Joined>, Stop> {
        if let Some(known) = self.state.tables.get(&name) {
            return Ok(known.clone());
        }
        let answer = self.answer(name, cx)?;
        let is_full = |at: usize| (0..answer.len).all(|row| answer.columns[at].get(row).is_bound());
        let mut matching = Match::default();
        for (own, other, certain) in &self.shared {
            let pair = (*own, *other);
            if *certain && is_full(*other) { matching.keys.push(pair) } else { matching.checks.push(pair) }
        }
        let mut rows = Rows::of(answer.columns.clone(), answer.len);
        let table = Table::fill(&mut rows, answer.columns.len(), &matching, cx)?;
        let joined = Rc::new(Joined { table, matching });
        self.state.tables.insert(name, joined.clone());
        Ok(joined)
    }

    fn answer(&self, name: Id, cx: &mut Context) -> Result<Rc<Answer>, Stop> {
        if let Some(known) = self.remote.answers.borrow().get(&name) {
            return Ok(known.clone());
        }
        let answer = match self.ask(name, cx).and_then(|rows| self.read(rows, cx)) {
            Err(Stop::Failed(_)) if self.remote.silent => self.nothing(),
            answer => answer?,
        };
        let answer = Rc::new(answer);
        self.remote.answers.borrow_mut().insert(name, answer.clone());
        Ok(answer)
    }

    fn ask(&self, name: Id, cx: &Context) -> Result<QuerySolutionIter<'static>, Stop> {
        let failed = |error| Stop::Failed(Box::new(error));
        if !name.is_bound() {
            return Err(failed(QueryEvaluationError::UnboundService));
        }
        let name = NamedNode::try_from(cx.term(name))
            .map_err(|_| failed(QueryEvaluationError::InvalidServiceName(cx.term(name))))?;
        match &self.service {
            Some(service) => service(&name, &self.remote.pattern, cx.base()).map_err(failed),
            None => Err(failed(QueryEvaluationError::UnsupportedService(name))),
        }
    }

    fn read(&self, rows: QuerySolutionIter<'static>, cx: &mut Context) -> Result<Answer, Stop> {
        let places: Vec<Option<usize>> = self.remote.vars.iter().map(|(name, _)| place(&rows, name)).collect();
        let mut columns: Vec<Vec<Id>> = vec![Vec::new(); places.len()];
        let mut len = 0;
        for row in rows {
            let row = row.map_err(|error| Stop::Failed(Box::new(error)))?;
            cx.reserve(4 * places.len() + 1)?;
            for (ids, place) in columns.iter_mut().zip(&places) {
                let term: Option<Term> = place.and_then(|at| row.values()[at].clone());
                ids.push(term.map_or(Id::UNBOUND, |term| cx.intern(term)));
            }
            len += 1;
        }
        Ok(Answer { columns: columns.into_iter().map(Column::shared).collect(), len })
    }

    /// One solution that binds nothing.
    fn nothing(&self) -> Answer {
        Answer { columns: vec![Column::Constant(Id::UNBOUND); self.remote.vars.len()], len: 1 }
    }

    fn name(&self, batch: &Batch, row: usize) -> Id {
        match self.name {
            Source::Id(id) => id,
            Source::Column(at) => batch.columns[at].get(row),
            Source::Any => Id::UNBOUND,
        }
    }

    /// The next rows that ask one endpoint, and its name.
    fn rows(&mut self, cx: &mut Context) -> Result<Option<(Batch, Id)>, Stop> {
        loop {
            match self.state.batch.take() {
                Some((batch, row)) if row < batch.len => {
                    let name = self.name(&batch, row);
                    let end = (row..batch.len).find(|at| self.name(&batch, *at) != name).unwrap_or(batch.len);
                    let rows = batch.slice(row..end);
                    self.state.batch = Some((batch, end));
                    return Ok(Some((rows, name)));
                }
                _ => match self.input.next(cx)? {
                    Some(batch) => self.state.batch = Some((batch, 0)),
                    None => return Ok(None),
                },
            }
        }
    }
}

fn place(rows: &QuerySolutionIter<'_>, name: &Variable) -> Option<usize> {
    rows.variables().iter().position(|variable| variable == name)
}

impl Operator for ServiceJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            let (batch, joined, mut pairs) = match self.state.current.take() {
                Some(current) => current,
                None => {
                    let Some((batch, name)) = self.rows(cx)? else { return Ok(None) };
                    let joined = self.joined(name, cx)?;
                    (batch, joined, Pairs::from_row(0))
                }
            };
            let (mut rows, mut found) = (Vec::new(), Vec::new());
            let room = self.state.room.grow(cx);
            let done = pairs.take(&batch, &joined.table, &joined.matching, (&mut rows, &mut found), room, cx)?;
            let result = (!rows.is_empty()).then(|| columns(&self.shown, &batch, &rows, &joined.table, &found));
            if !done {
                self.state.current = Some((batch, joined, pairs));
            }
            if result.is_some() {
                return Ok(result);
            }
        }
    }
}
