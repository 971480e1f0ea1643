//! Canonical algebra and query facts in one pass: names that are the same whenever the text is, and what evaluation needs.
//!
//! The parser names what has no name in the text (aggregates, `[]`, steps of paths) by random numbers. Here these names are
//! replaced by their order of appearance, so that an algebra can be a key and a query's plan does not change by chance.

use std::collections::HashMap;

use oxrdf::{BlankNode, NamedNode, Variable};
use spargebra::GraphUpdateOperation;
use spargebra::algebra::{Expression, Function, GraphPattern, PropertyPathExpression as Path};
use spargebra::term::{GraphNamePattern, GroundQuadPattern, GroundTermPattern, QuadPattern};

use super::language_tags;
use super::visitor::{Visitor, walk_expression, walk_path, walk_pattern};
use crate::query::engine::stack;

/// Query facts: what the evaluation of an algebra needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(in crate::query) struct QueryFacts {
    /// Triple patterns and paths.
    pub(in crate::query) patterns: usize,
    /// Nodes of the algebra, data apart: how deep an evaluation can nest.
    nodes: usize,
    /// Functions that are called by IRI, some more than once.
    pub(in crate::query) functions: Vec<NamedNode>,
    /// Whether others are asked.
    pub(in crate::query) services: bool,
    /// Whether time, chance or new blank nodes are asked for.
    pub(in crate::query) volatile: bool,
    /// Whether tags of languages are asked for as texts.
    pub(in crate::query) tags: bool,
}

/// Nodes of a small algebra: [`stack::SMALL`] has room for them.
const FEW: usize = 40;

impl QueryFacts {
    /// Bytes of stack that are enough. What functions make of their arguments is bounded by nothing but the large one.
    pub(in crate::query) fn stack(&self) -> usize {
        let small = self.is_small() && self.functions.is_empty() && !self.services;
        if small { stack::SMALL } else { stack::LARGE }
    }

    pub(in crate::query) fn is_small(&self) -> bool {
        self.nodes <= FEW
    }
}

/// Renames what the parser named in a query that was read from `text`, if it was, and gives the facts of the query.
pub(in crate::query) fn canonicalise(query: &mut spargebra::Query, text: Option<&str>) -> QueryFacts {
    let mut names = Names::new(text);
    names.query(query);
    names.facts
}

/// Gives the variables of a query the names that they have in `names`.
pub(in crate::query) fn rename(query: &mut spargebra::Query, names: &HashMap<String, String>) {
    Names::known(names).query(query);
}

/// Gives the variables of an update the names that they have in `names`.
pub(in crate::query) fn rename_update(update: &mut spargebra::Update, names: &HashMap<String, String>) {
    let mut names = Names::known(names);
    for operation in &mut update.operations {
        if let GraphUpdateOperation::DeleteInsert { delete, insert, pattern, .. } = operation {
            delete.iter_mut().for_each(|quad| names.deleted(quad));
            insert.iter_mut().for_each(|quad| names.inserted(quad));
            names.pattern(pattern);
        }
    }
}

/// The triple patterns and paths of an update.
pub(in crate::query) fn patterns(update: &mut spargebra::Update) -> usize {
    facts(update).patterns
}

/// What the patterns of an update need, which are renamed as those of a query.
pub(in crate::query) fn facts(update: &mut spargebra::Update) -> QueryFacts {
    let mut names = Names::new(None);
    for operation in &mut update.operations {
        if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
            names.pattern(pattern);
        }
    }
    names.facts
}

struct Names<'a> {
    text: Option<&'a str>,
    facts: QueryFacts,
    variables: HashMap<Variable, Variable>,
    nodes: HashMap<BlankNode, BlankNode>,
}

impl<'a> Names<'a> {
    fn new(text: Option<&'a str>) -> Self {
        Self { text, facts: QueryFacts::default(), variables: HashMap::new(), nodes: HashMap::new() }
    }

    /// Renames the variables that are in `names`, and nothing else.
    fn known(names: &HashMap<String, String>) -> Self {
        let variable = |name: &String| Variable::new_unchecked(name.as_str());
        let variables = names.iter().map(|(plain, given)| (variable(plain), variable(given))).collect();
        Self { variables, ..Self::new(None) }
    }

    /// Whether the asker gave the name.
    fn is_given(&self, name: &str) -> bool {
        self.text.is_none_or(|text| text.contains(name))
    }

    /// `stem` and a number, with as many underscores before as make it a name that the text does not have.
    fn free(&self, stem: &str, number: usize) -> String {
        let mut name = format!("{stem}_{number}");
        while self.is_given(&name) {
            name.insert(0, '_');
        }
        name
    }

    fn inserted(&mut self, quad: &mut QuadPattern) {
        self.term(&mut quad.subject);
        self.name(&mut quad.predicate);
        self.term(&mut quad.object);
        self.graph(&mut quad.graph_name);
    }

    fn deleted(&mut self, quad: &mut GroundQuadPattern) {
        self.ground(&mut quad.subject);
        self.name(&mut quad.predicate);
        self.ground(&mut quad.object);
        self.graph(&mut quad.graph_name);
    }

    fn ground(&mut self, term: &mut GroundTermPattern) {
        match term {
            GroundTermPattern::Variable(variable) => self.variable(variable),
            GroundTermPattern::Triple(triple) => {
                self.ground(&mut triple.subject);
                self.name(&mut triple.predicate);
                self.ground(&mut triple.object);
            }
            GroundTermPattern::NamedNode(_) | GroundTermPattern::Literal(_) => {}
        }
    }

    fn graph(&mut self, graph: &mut GraphNamePattern) {
        if let GraphNamePattern::Variable(variable) = graph {
            self.variable(variable);
        }
    }
}

impl Visitor for Names<'_> {
    /// A name that does not stand in the text is the parser's. So is one that stands there by a chance of 2⁻¹²⁸.
    fn variable(&mut self, variable: &mut Variable) {
        if let Some(known) = self.variables.get(variable) {
            *variable = known.clone();
        } else if !self.is_given(variable.as_str()) {
            let name = self.free("value", self.variables.len());
            let canonical = Variable::new_unchecked(name);
            self.variables.insert(std::mem::replace(variable, canonical.clone()), canonical);
        }
    }

    fn node(&mut self, node: &mut BlankNode) {
        if let Some(known) = self.nodes.get(node) {
            *node = known.clone();
        } else if !self.is_given(node.as_str()) {
            let canonical = BlankNode::new_unchecked(self.free("node", self.nodes.len()));
            self.nodes.insert(std::mem::replace(node, canonical.clone()), canonical);
        }
    }

    fn pattern(&mut self, pattern: &mut GraphPattern) {
        use GraphPattern as P;
        self.facts.nodes += 1;
        match pattern {
            P::Bgp { patterns } => {
                self.facts.patterns += patterns.len();
                self.facts.nodes += patterns.len();
            }
            P::Path { .. } => self.facts.patterns += 1,
            P::Service { .. } => self.facts.services = true,
            _ => {}
        }
        walk_pattern(self, pattern);
    }

    fn expression(&mut self, expression: &mut Expression) {
        use Expression as E;
        use Function as F;
        self.facts.nodes += 1;
        if let E::FunctionCall(F::Custom(name), _) = expression {
            self.facts.functions.push(name.clone());
        }
        self.facts.volatile |=
            matches!(expression, E::FunctionCall(F::Now | F::Rand | F::Uuid | F::StrUuid | F::BNode, _));
        self.facts.tags |= language_tags::is_lang(expression);
        walk_expression(self, expression);
    }

    fn path(&mut self, path: &mut Path) {
        self.facts.nodes += 1;
        walk_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> (String, QueryFacts) {
        let mut query = spargebra::SparqlParser::new().parse_query(text).unwrap();
        let facts = canonicalise(&mut query, Some(text));
        (query.to_string(), facts)
    }

    #[test]
    fn what_has_no_name_is_named_by_its_place() {
        let (text, _) =
            canonical("SELECT (COUNT(*) AS ?n) (SUM(?o) AS ?m) { ?s ?p ?o } GROUP BY ?p HAVING(AVG(?o) > 1)");
        for name in ["?value_0", "?value_1", "?value_2"] {
            assert!(text.contains(name), "{text}");
        }
        assert!(text.contains("?n") && text.contains("?m"), "names of the asker stay");
        let (text, _) = canonical("ASK { [] ?p [ ?q _:given ] }");
        assert!(text.contains("_:node_0") && text.contains("_:node_1") && text.contains("_:given"), "{text}");
    }

    #[test]
    fn names_of_ours_give_way_to_those_of_the_asker() {
        let (text, _) = canonical("SELECT (COUNT(*) AS ?value_0) { ?s ?p ?o } GROUP BY ?s");
        assert!(text.contains("?_value_0") || text.contains("?value_1"), "{text}");
    }

    #[test]
    fn facts_are_counted_wherever_they_stand() {
        let functions =
            |facts: &QueryFacts| facts.functions.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
        let (_, facts) = canonical(
            "SELECT * { ?s ?p ?o . ?o ?q ?x OPTIONAL { ?s <http://e/p>+ ?y FILTER(<http://e/f>(?y)) }
               FILTER EXISTS { ?x ?p ?z FILTER(LANG(?z) = 'en') } }",
        );
        assert_eq!((facts.patterns, functions(&facts)), (4, vec!["http://e/f".to_owned()]));
        assert_eq!((facts.tags, facts.services, facts.volatile), (true, false, false));
        let (_, facts) = canonical("SELECT * { SERVICE <http://e/> { ?s ?p ?o } BIND(RAND() AS ?r) }");
        assert_eq!((facts.tags, facts.services, facts.volatile), (false, true, true));
        assert!(facts.stack() > QueryFacts::default().stack());
    }

    #[test]
    fn given_names_take_the_place_of_plain_ones() {
        let mut query = spargebra::SparqlParser::new().parse_query("SELECT ?v0 { ?v0 ?p ?v1 }").unwrap();
        rename(&mut query, &HashMap::from([("v0".to_owned(), "野".to_owned())]));
        assert_eq!(query.to_string().matches("?野").count(), 2, "{query}");
        assert!(!query.to_string().contains("v0") && query.to_string().contains("?v1"));
    }
}
