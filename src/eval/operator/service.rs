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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use oxigraph::sparql::QuerySolution;
    use oxrdf::Literal;
    use spargebra::algebra::GraphPattern;

    use super::*;
    use crate::eval::operator::testing::{SIZES, context, node, source};
    use crate::eval::plan::{Slot, Var};

    type Bindings = (Option<&'static str>, Option<&'static str>);

    /// What the endpoint of each name answers: bindings of `?a` and `?b`. There is none of any other name.
    const ANSWERS: &[(&str, &[Bindings])] = &[
        ("one", &[(Some("x"), Some("1")), (Some("x"), Some("2")), (Some("y"), Some("3")), (Some("z"), Some("4"))]),
        ("other", &[(Some("x"), None), (None, Some("5"))]),
        ("nothing", &[]),
    ];

    fn literal(text: &str) -> Term {
        Literal::new_simple_literal(text).into()
    }

    /// The endpoints, and the names of those that were asked.
    fn endpoints() -> (Service, Arc<Mutex<Vec<String>>>) {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&asked);
        let service = move |name: &NamedNode, _: &GraphPattern, _: Option<&oxiri::Iri<String>>| {
            log.lock().unwrap().push(name.as_str().to_owned());
            let found = ANSWERS.iter().find(|(other, _)| node(other) == *name);
            let (_, rows) = found.ok_or_else(|| QueryEvaluationError::UnsupportedService(name.clone()))?;
            let variables: Arc<[Variable]> = Arc::new(["a", "b"].map(Variable::new_unchecked));
            let names = variables.clone();
            let row = move |(a, b): &Bindings| {
                let values = [a, b].map(|text| text.map(literal)).to_vec();
                Ok(QuerySolution::from((names.clone(), values)))
            };
            Ok(QuerySolutionIter::new(variables, rows.iter().map(row)))
        };
        (Arc::new(service), asked)
    }

    fn remote(silent: bool) -> Remote {
        let vars = [("a", 0), ("b", 1)].map(|(name, var)| (Variable::new_unchecked(name), Var(var)));
        Remote {
            name: Slot::Var(Var(2)),
            pattern: Rc::new(GraphPattern::Bgp { patterns: Vec::new() }),
            silent,
            vars: vars.to_vec(),
            answers: Answers::default(),
        }
    }

    /// Rows of a name, a value of `?a` and their own number, joined on `?a`: the number, `?a`, `?b`.
    fn joined(
        rows: &[(&str, Option<&str>)],
        remote: Remote,
        service: Option<Service>,
        size: usize,
    ) -> Result<Vec<String>, Stop> {
        let mut cx = context(size);
        let mut id = |term: Option<Term>| term.map_or(0, |term| cx.intern(term).0);
        let row = |((name, a), number): (&(&str, Option<&str>), u32)| {
            let name = (!name.is_empty()).then(|| node(name).into());
            vec![id(name), id(a.map(literal)), id(Some(literal(&number.to_string())))]
        };
        let input: Vec<Vec<u32>> = rows.iter().zip(1..).map(row).collect();
        let shown = vec![From::Probe(2), From::Either(1, 0), From::Table(1)];
        // Whether ?a is bound differs from row to row.
        let shared = vec![(1, 0, false)];
        let mut join = ServiceJoin::new(source(3, &input), remote, (Source::Column(0), service), shared, shown);
        let mut found = Vec::new();
        while let Some(batch) = join.next(&mut cx)? {
            let text = |column: &Column, row| match column.get(row) {
                Id::UNBOUND => "-".to_owned(),
                id => match cx.term(id) {
                    Term::Literal(literal) => literal.value().to_owned(),
                    other => other.to_string(),
                },
            };
            let line = |row| batch.columns.iter().map(|column| text(column, row)).collect::<Vec<_>>().join(" ");
            found.extend((0..batch.len).map(line));
        }
        found.sort();
        Ok(found)
    }

    #[test]
    fn rows_are_joined_with_what_the_endpoint_answers() {
        let (service, asked) = endpoints();
        for size in SIZES {
            let rows =
                [("one", Some("x")), ("one", Some("y")), ("one", Some("w")), ("one", None), ("nothing", Some("x"))];
            let found = joined(&rows, remote(false), Some(service.clone()), size).unwrap();
            assert_eq!(found, ["1 x 1", "1 x 2", "2 y 3", "4 x 1", "4 x 2", "4 y 3", "4 z 4"], "{size}");
            // What an answer leaves unbound is compatible with every row.
            let found =
                joined(&[("other", Some("x")), ("other", Some("y"))], remote(false), Some(service.clone()), size);
            assert_eq!(found.unwrap(), ["1 x -", "1 x 5", "2 y 5"], "{size}");
        }
        assert!(
            asked.lock().unwrap().len() == 3 * 3,
            "each endpoint once, of rows that name it one after the other or not"
        );
    }

    #[test]
    fn an_endpoint_is_asked_once_however_often_rows_name_it() {
        let ((service, asked), remote) = (endpoints(), remote(false));
        let (rows, answers) = ([("one", Some("x")), ("nothing", None), ("one", Some("y"))], remote.answers.clone());
        assert_eq!(joined(&rows, remote, Some(service), 1).unwrap(), ["1 x 1", "1 x 2", "3 y 3"]);
        assert_eq!(*asked.lock().unwrap(), ["http://x/one", "http://x/nothing"]);
        assert_eq!(answers.borrow().len(), 2, "other joins of the pattern find the answers");
    }

    /// SERVICE SILENT (SPARQL 1.1 Federated Query, 2.3): a failure is one solution that binds nothing.
    #[test]
    fn a_failure_ends_the_query_unless_it_is_silent() {
        let (service, _) = endpoints();
        let rows = [("away", Some("x")), ("one", Some("y")), ("", Some("z"))];
        let failed = joined(&rows[..1], remote(false), Some(service.clone()), 7);
        assert!(
            matches!(failed, Err(Stop::Failed(error)) if matches!(*error, QueryEvaluationError::UnsupportedService(_)))
        );
        let unbound = joined(&rows[2..], remote(false), Some(service.clone()), 7);
        assert!(matches!(unbound, Err(Stop::Failed(error)) if matches!(*error, QueryEvaluationError::UnboundService)));
        let nobody = joined(&rows[1..2], remote(false), None, 7);
        assert!(matches!(nobody, Err(Stop::Failed(_))), "no endpoint may be asked");
        let silent = joined(&rows, remote(true), Some(service), 7).unwrap();
        assert_eq!(silent, ["1 x -", "2 y 3", "3 z -"]);
        assert_eq!(joined(&rows[1..2], remote(true), None, 7).unwrap(), ["1 y -"]);
    }
}
