//! Query execution: one query, from its algebra to its rows.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::Variable;
use spargebra::algebra::GraphPattern;

use super::explain::Told;
use super::expression::{asks_for_nodes, number_solutions};
use super::plan::{Active, Builder, Dataset, Names, Plan, Shared, Translator, Vars, pruned};
use super::{Batch, Context, Functions, Operator, Service, Stop};

/// The rows of a pattern, ready to be drawn.
pub struct Evaluation {
    /// What the operators share.
    pub cx: Context,
    op: Box<dyn Operator>,
    columns: Vec<Option<usize>>,
    told: Option<Rc<Told>>,
}

/// How a pattern is to be evaluated.
pub struct Options {
    /// The graphs that it sees.
    pub specification: QueryDatasetSpecification,
    /// The functions that it may call.
    pub functions: Arc<Functions>,
    /// Whom SERVICE asks, if anybody.
    pub services: Option<Service>,
    /// Whether the rows and times of steps are told.
    pub trace: bool,
}

impl Evaluation {
    /// Plans a pattern whose rows are shown as these variables.
    ///
    /// # Errors
    /// [`Stop`]
    pub fn new(
        pattern: &GraphPattern,
        variables: &[Variable],
        options: &Options,
        mut cx: Context,
    ) -> Result<Self, Stop> {
        let dataset = Dataset::new(cx.version(), &options.specification);
        let mut names = Names::default();
        let mut translator = Translator { cx: &mut cx, names: &mut names, dataset: &dataset, exists: 0 };
        let pattern = with_numbered_solutions(pattern);
        let mut node = translator.pattern(&pattern, 0, Active::Default)?;
        if cx.choose(true) {
            node = pruned(node, cx.version());
        }
        let shown: Vec<_> = variables.iter().map(|variable| names.var(0, variable)).collect();
        let (functions, services) = (options.functions.clone(), options.services.clone());
        let shared = Shared { names, dataset, functions, services };
        let needed: Vars = shown.iter().copied().collect();
        let plan: Plan = Builder::new(Rc::new(shared), options.trace).build(&node, &needed, &mut cx)?;
        let columns = shown.iter().map(|var| plan.column(*var)).collect();
        Ok(Self { cx, op: plan.op, columns, told: plan.told })
    }

    /// The next rows: a column for each variable shown.
    ///
    /// # Errors
    /// [`Stop`]
    pub fn draw(&mut self) -> Result<Option<Batch>, Stop> {
        self.cx.check()?;
        let batch = self.op.next(&mut self.cx)?;
        // Nothing is given away that came of what could not be read.
        self.cx.check()?;
        Ok(batch.map(|batch| batch.project(&self.columns)))
    }

    /// The steps, if they are told.
    pub fn told(&self) -> Option<&Rc<Told>> {
        self.told.as_ref()
    }
}

/// BNODE of a text asks for the node of its solution, which is bound to a variable whose name no query can write.
fn with_numbered_solutions(pattern: &GraphPattern) -> Cow<'_, GraphPattern> {
    if !asks_for_nodes(pattern) {
        return Cow::Borrowed(pattern);
    }
    let mut numbered = pattern.clone();
    let mut made = 0;
    number_solutions(&mut numbered, &mut || {
        made += 1;
        Variable::new_unchecked(format!("solution {made}"))
    });
    Cow::Owned(numbered)
}
