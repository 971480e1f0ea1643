//! Rewrites as text: a pattern goes in, the logical tree comes out.

use std::sync::Arc;

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{GraphName, NamedNode, Quad};

use super::Dataset;
use super::names::Names;
use super::node::{Active, Condition, Filter, Node, Slot, Var};
use super::prune::pruned;
use super::translate::Translator;
use crate::eval::{Cancel, Context};
use crate::index::Version;

/// Data with the predicates `p`, `q` and `r`; there is no `none`.
fn version() -> Arc<Version> {
    let node = |name: &str| NamedNode::new_unchecked(format!("http://x/{name}"));
    let quad = |predicate| Quad::new(node("a"), node(predicate), node("b"), GraphName::DefaultGraph);
    Arc::new(crate::index::build(["p", "q", "r"].map(quad), 0).unwrap())
}

/// Writes a tree down: parts of a group in square brackets, with their conditions after `if`.
struct Shown<'a> {
    names: &'a Names,
    cx: &'a Context,
}

impl Shown<'_> {
    fn var(&self, var: Var) -> String {
        self.names.name(var)
    }

    fn slot(&self, slot: Slot) -> String {
        match slot {
            Slot::Var(var) => self.var(var),
            Slot::Id(id) => self.cx.term(id).to_string().replace("<http://x/", "").replace('>', ""),
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Expr(expr) => expr.expression.to_string(),
            Condition::Exists { pattern, negated } => {
                format!("{}exists {}", if *negated { "not " } else { "" }, self.node(pattern))
            }
        }
    }

    fn all(&self, nodes: &[Node], between: &str) -> String {
        nodes.iter().map(|node| self.node(node)).collect::<Vec<_>>().join(between)
    }

    fn node(&self, node: &Node) -> String {
        match node {
            Node::Pattern(pattern) => {
                let slots = [pattern.subject, pattern.predicate, pattern.object].map(|slot| self.slot(slot));
                slots.join(" ")
            }
            Node::Closure(closure) => {
                let sign = ["+", "*", "once", "?"][usize::from(closure.zero) + 2 * usize::from(closure.once)];
                format!("{} path{sign} {}", self.slot(closure.subject), self.slot(closure.object))
            }
            // The join of one part is the part.
            Node::Group { parts, filters } if parts.len() == 1 && filters.is_empty() => self.node(&parts[0]),
            Node::Group { parts, filters } => {
                let condition = |filter: &Filter| format!(" if {}", self.condition(&filter.condition));
                format!("[{}{}]", self.all(parts, ", "), filters.iter().map(condition).collect::<String>())
            }
            Node::LeftJoin { left, right, conditions } => {
                let conditions: String =
                    conditions.iter().map(|condition| format!(" if {}", self.condition(condition))).collect();
                format!("({} optional {}{conditions})", self.node(left), self.node(right))
            }
            Node::Minus { left, right } => format!("({} minus {})", self.node(left), self.node(right)),
            Node::Union(parts) => format!("({})", self.all(parts, " or ")),
            Node::Extend { inner, var, expr } => {
                format!("({} bind {} = {})", self.node(inner), self.var(*var), expr.expression)
            }
            other => format!("{other:?}"),
        }
    }
}

/// The tree of a pattern, and what is left of it over the data.
fn trees(pattern: &str) -> [String; 2] {
    let text = format!("PREFIX : <http://x/> ASK {{ {pattern} }}");
    let query = spargebra::SparqlParser::new().parse_query(&text).unwrap();
    let spargebra::Query::Ask { pattern, .. } = query else { panic!("{text}") };
    let mut cx = Context::new(version(), Cancel::new(), None);
    let dataset = Dataset::new(cx.version(), &QueryDatasetSpecification::new());
    let mut names = Names::default();
    let mut translator = Translator { cx: &mut cx, names: &mut names, dataset: &dataset, exists: 0 };
    let node = translator.pattern(&pattern, 0, Active::Default).unwrap();
    let left = pruned(node.clone(), cx.version());
    let shown = Shown { names: &names, cx: &cx };
    [shown.node(&node), shown.node(&left)]
}

fn translated(pattern: &str) -> String {
    let [tree, _] = trees(pattern);
    tree
}

fn left_of(pattern: &str) -> String {
    let [_, left] = trees(pattern);
    left
}

#[test]
fn groups_become_one_flat_list() {
    assert_eq!(translated("?s :p ?o { ?o :q ?x { ?x :r ?y } }"), "[?s p ?o, ?o q ?x, ?x r ?y]");
    let inner = "{ ?o :q ?x FILTER(BOUND(?o)) }";
    assert_eq!(translated(&format!("?s :p ?o {inner}")), "[?s p ?o, ?o q ?x if BOUND(?o)]", "it is bound within");
    let unsure = "{ OPTIONAL { ?o :q ?x } FILTER(BOUND(?o)) }";
    assert_eq!(translated(&format!("?s :p ?o {unsure}")), "[?s p ?o, [([] optional ?o q ?x) if BOUND(?o)]]");
}

#[test]
fn conditions_sink_to_the_rows_that_decide_them() {
    for (pattern, tree) in [
        ("?s :p ?o OPTIONAL { ?o :q ?x } FILTER(BOUND(?s))", "([?s p ?o if BOUND(?s)] optional ?o q ?x)"),
        ("?s :p ?o OPTIONAL { ?o :q ?x } FILTER(BOUND(?x))", "[(?s p ?o optional ?o q ?x) if BOUND(?x)]"),
        ("{ ?s :p ?o } UNION { ?s :q ?o } FILTER(BOUND(?s))", "([?s p ?o if BOUND(?s)] or [?s q ?o if BOUND(?s)])"),
        ("?s :p ?o MINUS { ?s :q ?x } FILTER(BOUND(?o))", "([?s p ?o if BOUND(?o)] minus ?s q ?x)"),
        ("?s :p ?o BIND(?o AS ?x) FILTER(BOUND(?s))", "([?s p ?o if BOUND(?s)] bind ?x = ?o)"),
        ("?s :p ?o BIND(?o AS ?x) FILTER(BOUND(?x))", "[(?s p ?o bind ?x = ?o) if BOUND(?x)]"),
        ("?s :p ?o OPTIONAL { ?o :q ?x FILTER(BOUND(?x)) }", "(?s p ?o optional [?o q ?x if BOUND(?x)])"),
        ("?s :p ?o OPTIONAL { ?o :q ?x FILTER(BOUND(?s)) }", "(?s p ?o optional ?o q ?x if BOUND(?s))"),
    ] {
        assert_eq!(translated(pattern), tree, "{pattern}");
    }
}

#[test]
fn paths_become_joins_and_unions_where_they_are_no_more() {
    for (pattern, tree) in [
        ("?s :p|:q ?o", "(?s p ?o or ?s q ?o)"),
        ("?s ^:p ?o", "?o p ?s"),
        ("?s :p+ ?o", "?s path+ ?o"),
        ("?s :p? ?o", "?s path? ?o"),
        ("?s :p* ?o", "?s path* ?o"),
    ] {
        assert_eq!(translated(pattern), tree);
    }
}

#[test]
fn what_has_no_rows_is_left_out_with_what_follows_from_it() {
    for (pattern, left) in [
        ("?s :p ?o . ?o :none ?x", "?o none ?x"),
        ("?s :p ?o OPTIONAL { ?o :none ?x }", "?s p ?o"),
        ("?s :none ?o OPTIONAL { ?o :p ?x }", "?s none ?o"),
        ("?s :p ?o MINUS { ?s :none ?x }", "?s p ?o"),
        ("{ ?s :p ?o } UNION { ?s :none ?o }", "?s p ?o"),
        ("?s :p ?o FILTER NOT EXISTS { ?o :none ?x }", "?s p ?o"),
        ("?s :p ?o FILTER EXISTS { ?o :none ?x }", "?o none ?x"),
        ("?s :none+ ?o", "?s path+ ?o"),
        ("?s :p ?o . ?o :none* ?x", "[?s p ?o, ?o path* ?x]"),
        ("?s :p ?o OPTIONAL { ?o :q ?x }", "(?s p ?o optional ?o q ?x)"),
    ] {
        assert_eq!(left_of(pattern), left, "{pattern}");
    }
}
