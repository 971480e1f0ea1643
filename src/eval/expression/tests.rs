//! Whole expressions, from the text to a value, over terms of the data and of the query.

use std::sync::Arc;

use oxrdf::vocab::xsd;
use oxrdf::{GraphName, Literal, NamedNode, Quad, Term, Variable};
use spargebra::algebra::{Expression, GraphPattern};

use super::super::{Batch, Cancel, Column, Context, Functions};
use super::*;

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://x/{name}"))
}

/// Terms of the data: numbers, texts, dates.
fn data() -> Vec<Term> {
    let typed = |value: &str, datatype| Term::from(Literal::new_typed_literal(value, datatype));
    vec![
        Literal::from(1).into(),
        typed("1", xsd::DECIMAL),
        typed("2.5", xsd::DOUBLE),
        Literal::new_simple_literal("Qingdao").into(),
        Literal::new_language_tagged_literal("青岛", "zh").unwrap().into(),
        typed("1979-10-08", xsd::DATE),
        typed("x", node("type").as_ref()),
        node("a").into(),
        typed("NaN", xsd::DOUBLE),
    ]
}

fn context() -> Context {
    let quad = |object: Term| Quad::new(node("s"), node("p"), object, GraphName::DefaultGraph);
    let version = crate::index::build(data().into_iter().map(quad), 0).unwrap();
    Context::new(Arc::new(version), Cancel::new(), None)
}

fn expression(text: &str) -> Expression {
    let text = format!(
        "PREFIX x: <http://x/> PREFIX xsd: <{}> SELECT (({text}) AS ?v) {{}}",
        "http://www.w3.org/2001/XMLSchema#"
    );
    let query = spargebra::SparqlParser::new().parse_query(&text).unwrap();
    let spargebra::Query::Select { pattern: GraphPattern::Project { inner, .. }, .. } = query else { panic!() };
    let GraphPattern::Extend { expression, .. } = *inner else { panic!() };
    expression
}

/// ?a is the first column, ?b the second, and nothing else is one.
fn compiled(text: &str) -> Compiled {
    let columns = |variable: &Variable| ["a", "b"].iter().position(|name| *name == variable.as_str());
    let mut functions = Functions::default();
    functions.add(node("twice"), |terms| match terms {
        [Term::Literal(text)] => Some(Literal::new_simple_literal(text.value().repeat(2)).into()),
        _ => None,
    });
    compile(&expression(text), &Compile { columns: &columns, functions: &functions })
        .unwrap_or_else(|_| panic!("{text}"))
}

/// Its value for one row.
fn of(text: &str, a: Option<Term>, b: Option<Term>) -> Option<Term> {
    let mut cx = context();
    let mut column = |term: Option<Term>| Column::Owned(vec![term.map_or(Id::UNBOUND, |term| cx.intern(term))]);
    let batch = Batch { columns: vec![column(a), column(b)], len: 1 };
    let id = compiled(text).column(&batch, &mut cx).unwrap_or_else(|_| panic!())[0];
    id.is_bound().then(|| cx.term(id))
}

fn truth(text: &str) -> Option<bool> {
    of(text, None, None).map(|term| term == Literal::from(true).into())
}

#[test]
fn errors_are_a_third_value() {
    let error = "(1 < <http://x>)";
    for (text, expected) in [
        (format!("{error} || true"), Some(true)),
        (format!("true || {error}"), Some(true)),
        (format!("{error} || false"), None),
        (format!("{error} && false"), Some(false)),
        (format!("false && {error}"), Some(false)),
        (format!("{error} && true"), None),
        (format!("!{error}"), None),
        (format!("COALESCE({error}, true)"), Some(true)),
        (format!("IF({error}, true, false)"), None),
        (format!("IF(true, true, {error})"), Some(true)),
        ("BOUND(?a)".into(), Some(false)),
        ("BOUND(?nobody)".into(), Some(false)),
        ("?nobody = 1".into(), None),
    ] {
        assert_eq!(truth(&text), expected, "{text}");
    }
}

#[test]
fn the_specifications_examples_of_in() {
    for (text, expected) in [
        ("2 IN (1, 2, 3)", Some(true)),
        ("2 IN ()", Some(false)),
        ("2 IN (<http://example/iri>, \"str\", 2.0)", Some(true)),
        ("2 IN (1/0, 2)", Some(true)),
        ("2 IN (2, 1/0)", Some(true)),
        ("2 IN (3, 1/0)", None),
        ("2 NOT IN (1, 2, 3)", Some(false)),
        ("2 NOT IN ()", Some(true)),
        ("2 NOT IN (<http://example/iri>, \"str\", 2.0)", Some(false)),
        ("2 NOT IN (1/0, 2)", Some(false)),
        ("2 NOT IN (3, 1/0)", None),
    ] {
        assert_eq!(truth(text), expected, "{text}");
    }
}

#[test]
fn terms_of_the_data_and_of_the_query() {
    let some = |term: Term| Some(term);
    let one: Term = Literal::from(1).into();
    let decimal: Term = Literal::new_typed_literal("1", xsd::DECIMAL).into();
    let yes = Some(Literal::from(true).into());
    let no = Some(Literal::from(false).into());
    assert_eq!(of("?a = ?b", some(one.clone()), some(decimal.clone())), yes);
    assert_eq!(of("sameTerm(?a, ?b)", some(one.clone()), some(decimal)), no);
    assert_eq!(of("?a = ?b", some(node("a").into()), some(node("b").into())), no);
    assert_eq!(of("?a = ?a", some(data().pop().unwrap()), None), no);
    assert_eq!(of("sameTerm(?a, ?a)", some(data().pop().unwrap()), None), yes);
    assert_eq!(of("?a + ?b", some(one.clone()), some(Literal::from(41).into())), Some(Literal::from(42).into()));
    assert_eq!(of("isNumeric(?a) && isIRI(?b)", some(one.clone()), some(node("b").into())), yes);
    assert_eq!(of("isNumeric(?a)", None, None), None);
    assert_eq!(of("COALESCE(?b, ?a)", some(one.clone()), None), Some(one.clone()));
    assert_eq!(of("IF(isIRI(?a), 1, ?b)", some(one.clone()), some(node("b").into())), Some(node("b").into()));
    assert_eq!(of("xsd:byte(?a)", some(one.clone()), None), Some(one));
}

#[test]
fn texts_of_iris_compare_as_texts() {
    let terms = [node("a"), node("aa"), node("s"), node("z"), node("é")].map(Term::from);
    for (a, b) in terms.iter().flat_map(|a| terms.iter().map(move |b| (a, b))) {
        let (x, y) = (a.to_string(), b.to_string());
        for (operator, expected) in
            [("<", x < y), ("<=", x <= y), (">", x > y), (">=", x >= y), ("=", x == y), ("!=", x != y)]
        {
            let found = of(&format!("STR(?a) {operator} STR(?b)"), Some(a.clone()), Some(b.clone()));
            assert_eq!(found, Some(Literal::from(expected).into()), "{a} {operator} {b}");
        }
    }
    assert_eq!(
        of("STR(?a) < STR(?b)", Some(terms[0].clone()), Some(Literal::from(1).into())),
        Some(Literal::from(false).into())
    );
    assert_eq!(of("STR(?a) < STR(?b)", Some(terms[0].clone()), None), None);
}

#[test]
fn functions_by_iri() {
    let text = |value: &str| Some(Term::from(Literal::new_simple_literal(value)));
    assert_eq!(of("x:twice(?a)", text("ab"), None), text("abab"));
    assert_eq!(of("x:twice(?a)", Some(node("a").into()), None), None);
    assert_eq!(of("COALESCE(x:unknown(?a), \"none\")", text("ab"), None), text("none"));
    assert!(is_function(&xsd::INTEGER.into_owned(), &Functions::default()));
    assert!(!is_function(&node("unknown"), &Functions::default()));
}

#[test]
fn one_variable_is_evaluated_once_for_each_term() {
    let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = calls.clone();
    let mut functions = Functions::default();
    functions.add(node("count"), move |terms| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        terms.first().cloned()
    });
    let columns = |variable: &Variable| ["a", "b"].iter().position(|name| *name == variable.as_str());
    let cx = Compile { columns: &columns, functions: &functions };
    let mut context = context();
    let ids: Vec<Id> = data().into_iter().take(3).map(|term| context.intern(term)).collect();
    let rows: Vec<Id> = ids.iter().cycle().take(300).copied().collect();
    let other: Vec<Id> = (0..300).map(|number| context.intern(Literal::from(number).into())).collect();
    let batch = Batch { columns: vec![Column::Owned(rows), Column::Owned(other)], len: 300 };
    for text in ["x:count(?a) > 1", "x:count(?a) > ?b"] {
        calls.store(0, std::sync::atomic::Ordering::Relaxed);
        let mut keep = Vec::new();
        let mut compiled = compile(&expression(text), &cx).unwrap_or_else(|_| panic!());
        compiled.filter(&batch, &mut context, &mut keep).unwrap_or_else(|_| panic!());
        assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 3, "{text}");
        assert!(!keep.is_empty());
    }
}

#[test]
fn what_asks_for_tags_alone_is_evaluated_once_for_each() {
    let mut cx = context();
    let ids: Vec<Id> = data().into_iter().chain([Literal::from(7).into()]).map(|term| cx.intern(term)).collect();
    for (text, is_of_tag) in [
        ("LANG(?a) = \"zh\"", true),
        ("langMatches(LANG(?a), \"*\") || DATATYPE(?a) = xsd:date", true),
        ("DATATYPE(?a) = xsd:integer", true),
        ("hasLANG(?a)", true),
        ("LANG(?a) = \"\" && ?a != 1", false),
    ] {
        let mut tested = compiled(text);
        assert_eq!(tested.by_tag, is_of_tag, "{text}");
        // Each by itself, and after terms of other tags and of its own.
        for id in ids.iter().chain(&ids) {
            let batch = Batch { columns: vec![Column::Constant(*id), Column::Constant(Id::UNBOUND)], len: 1 };
            let mut test = |compiled: &mut Compiled| compiled.test(&batch, 0, &mut cx).unwrap_or_else(|_| panic!());
            assert_eq!(test(&mut tested), test(&mut compiled(text)), "{text}");
        }
    }
}

#[test]
fn now_is_one_instant_and_chance_is_not() {
    let mut cx = context();
    let batch = Batch { columns: Vec::new(), len: 3 };
    let mut distinct = |text: &str| {
        let mut ids = compiled(text).column(&batch, &mut cx).unwrap_or_else(|_| panic!());
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    };
    assert_eq!(distinct("NOW()"), 1);
    assert_eq!(distinct("IF(NOW() = NOW(), 1, RAND())"), 1);
    for text in ["RAND()", "UUID()", "STRUUID()", "BNODE()", "BNODE(\"a\")"] {
        assert_eq!(distinct(text), 3, "{text}");
    }
}

#[test]
fn patterns_are_compiled_once_where_they_are_constant() {
    let text = |value: &str| Some(Term::from(Literal::new_simple_literal(value)));
    assert_eq!(of("REPLACE(?a, \"(.)\", \"$1c\")", text("ab"), None), text("acbc"));
    assert_eq!(of("REPLACE(?a, ?b, \"-\")", text("a.b"), text(r"\.")), text("a-b"));
    assert_eq!(of("REPLACE(?a, \"x*\", \"-\")", text("ab"), None), None);
    assert_eq!(of("REPLACE(?a, \"a\", \"$\")", text("ab"), None), None);
    assert_eq!(of("REGEX(?a, \"^[a-z-[b]]$\", \"i\")", text("B"), None), Some(Literal::from(false).into()));
    assert_eq!(of("REGEX(?a, \"(\")", text("B"), None), None);
    assert_eq!(of("REGEX(?a, \"b\", \"z\")", text("B"), None), None);
    assert_eq!(of("REGEX(?a, \"1\")", Some(Literal::from(1).into()), None), None);
}

#[test]
fn a_long_chain_takes_no_stack() {
    let chain = (0..200).map(|number| format!("?a = {number}")).collect::<Vec<_>>().join(" || ");
    assert_eq!(of(&chain, Some(Literal::from(199).into()), None), Some(Literal::from(true).into()));
    assert_eq!(of(&chain, Some(Literal::from(200).into()), None), Some(Literal::from(false).into()));
    assert_eq!(of(&chain, Some(node("a").into()), None), Some(Literal::from(false).into()));
}
