//! SHACL: cases of every component with what another validator finds in them, and W3C's test suite where it is at hand.

mod constants;
mod faults;
mod suite;

use std::sync::Arc;

use citypact::check::shapes::{self, Classes, Finding, Focus, Shapes, Validator};
use citypact::format::Syntax;
use citypact::index::{Builder, GraphFilter, Selection, Version};
use citypact::query::Executor;
use citypact::rdf::{ReadAs, read};
use oxrdf::{NamedNode, Quad, Term};

const CASES: &str = include_str!("../../data/shacl/cases.ttl");
const EXPECTED: &str = include_str!("../../data/shacl/expected.txt");

fn quads(text: &str, base: &str) -> Vec<Quad> {
    let how = ReadAs { base: Some(base.to_owned()), ..ReadAs::new("case", Syntax::Turtle) };
    read(text.as_bytes(), &how).unwrap().map(|quad| quad.unwrap()).collect()
}

/// Quads as they are written.
fn verbatim(quads: Vec<Quad>) -> Version {
    let mut builder = Builder::verbatim();
    quads.iter().for_each(|quad| builder.push(quad.as_ref()).ok().unwrap());
    builder.finish(0)
}

/// Validates data against shapes.
fn validate(data: Vec<Quad>, shapes: Vec<Quad>) -> Result<Vec<Finding>, String> {
    let data = verbatim(data);
    let mut more = data.extend();
    shapes::add(&mut more, shapes).ok().unwrap();
    let version = Arc::new(more.finish());
    let read = Shapes::read(&version).map_err(|error| error.to_string())?;
    let shapes_graph = version.id(shapes::GRAPH.into()).and_then(|name| version.graph_number(name));
    let graphs = std::iter::once(0).chain(version.graphs().iter().map(|graph| graph.number));
    let graphs = GraphFilter::Set(graphs.filter(|graph| Some(*graph) != shapes_graph).collect());
    let data = Selection::new(version, graphs);
    let (classes, executor) = (Classes::new(&read, &data), Executor::default());
    let validated = Validator::new(&read, data, &classes, &executor).validate(Focus::All, &|| {});
    validated.map(|validated| validated.findings).map_err(|error| error.to_string())
}

/// A finding as a line: focus, path, value, component, severity.
fn line(finding: &Finding) -> String {
    let shown = |term: &Term| match term {
        Term::BlankNode(_) => "_".to_owned(),
        other => other.to_string(),
    };
    let path = finding.path_node.as_ref().map_or("-".to_owned(), |(node, _)| shown(node));
    let value = finding.value.as_ref().map_or("-".to_owned(), shown);
    let local = |node: &NamedNode| node.as_str().rsplit('#').next().unwrap_or_default().to_owned();
    let component = local(&finding.component);
    format!("{} {path} {value} {component} {}", shown(&finding.focus), local(&finding.severity))
}

fn lines(findings: &[Finding]) -> Vec<String> {
    let mut lines: Vec<String> = findings.iter().map(line).collect();
    lines.sort();
    lines
}

/// The parts of a file, by the headings `#### name`.
fn parts(text: &'static str) -> Vec<(&'static str, &'static str)> {
    text.split("#### ").skip(1).map(|part| part.split_once('\n').unwrap()).collect()
}

#[test]
fn every_case_gives_what_another_validator_gives() {
    let prologue = CASES.split("#### ").next().unwrap();
    let expected = parts(EXPECTED);
    let cases = parts(CASES);
    assert_eq!(cases.len(), expected.len());
    assert!(cases.len() > 40, "{}", cases.len());
    let mut faults = Vec::new();
    for ((name, case), (other, wanted)) in cases.into_iter().zip(expected) {
        assert_eq!(name, other);
        let quads = quads(&format!("{prologue}{case}"), "http://example.org/");
        let found = lines(&validate(quads.clone(), quads).unwrap_or_else(|error| panic!("{name}: {error}")));
        if found != wanted.lines().collect::<Vec<_>>() {
            faults.push(format!("{name}: found\n{}\nexpected\n{wanted}", found.join("\n")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn what_is_not_understood_is_an_error_and_never_passes() {
    let prologue = CASES.split("#### ").next().unwrap();
    for (shape, reason) in [
        ("ex:S sh:targetClass ex:A ; sh:rule [ ] .", "sh:rule is not understood"),
        ("ex:S a sh:NodeShape ; sh:maxCuont 1 .", "sh:maxCuont is not understood"),
        ("ex:S a sh:NodeShape ; sh:target [ ] .", "sh:target is not understood"),
        ("ex:S a sh:NodeShape ; sh:minCount 1 .", "sh:minCount is for property shapes"),
        ("ex:S a sh:PropertyShape ; sh:minCount 1 .", "a property shape has one sh:path"),
        ("ex:S a sh:NodeShape ; sh:property [ sh:minCount 1 ] .", "sh:property is a property shape, with sh:path"),
        ("ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 1, 2 ] .", "has more than one sh:minCount"),
        ("ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 'one' ] .", "sh:minCount is a whole number"),
        ("ex:S a sh:NodeShape ; sh:property [ sh:path [ ] ] .", "is no property path"),
        ("ex:S a sh:NodeShape ; sh:property [ sh:path ( ex:p ) ] .", "a sequence path has two parts or more"),
        ("ex:S a sh:NodeShape ; sh:or ex:T .", "is no well-formed list"),
        ("ex:S a sh:NodeShape ; sh:pattern '(' .", "its pattern is not understood"),
        ("ex:S a sh:NodeShape ; sh:pattern '(?i)kunming' .", "flags such as i stand beside the pattern"),
        ("ex:S a sh:NodeShape ; sh:pattern '\\\\bKunming\\\\b' .", "write (^|\\W) and (\\W|$)"),
        ("ex:S a sh:NodeShape ; sh:pattern '\\\\p{IsHan}' .", "IsHan is neither a category nor a block of Unicode"),
        ("ex:S a sh:NodeShape ; sh:pattern 'a' ; sh:flags 'g' .", "'g' is no flag of a regular expression"),
        ("ex:S a sh:NodeShape ; sh:nodeKind sh:Iri .", "sh:nodeKind is none of SHACL's kinds"),
        ("ex:S a sh:NodeShape ; sh:minInclusive ex:x .", "sh:minInclusive is no value that can be compared"),
        ("ex:S a sh:NodeShape ; sh:deactivated 'yes' .", "sh:deactivated is true or false"),
        ("ex:S a sh:NodeShape ; sh:node ex:T . ex:T sh:property [ sh:path ex:p ; sh:node ex:S ] .", "refers to itself"),
        ("ex:S a sh:NodeShape ; sh:sparql [ sh:select 'SELECT $this { $this ex:p }' ] .", "its query: "),
        ("ex:S a sh:NodeShape ; sh:sparql [ sh:select 'SELECT $this { ?a ?b ?c MINUS { $this ?p ?o } }' ] .", "MINUS"),
        ("ex:S a sh:NodeShape ; sh:sparql [ sh:select 'SELECT $this { VALUES ?x { 1 } }' ] .", "VALUES"),
        ("ex:S a sh:NodeShape ; sh:sparql [ sh:select 'SELECT $this { BIND(1 AS ?this) }' ] .", "another value"),
        (
            "ex:S a sh:NodeShape ; sh:sparql [ sh:select 'SELECT $this { { SELECT ?x { ?x ?p $this } } }' ] .",
            "select $this",
        ),
        ("ex:S a sh:NodeShape ; sh:sparql [ ] .", "a SPARQL constraint has one sh:select"),
        ("<> sh:entailment <http://www.w3.org/ns/entailment/RDFS> .", "entailment"),
        ("ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:p ] .", "and a validator"),
    ] {
        let error = validate(Vec::new(), quads(&format!("{prologue}{shape}"), "http://example.org/"));
        let error = error.err().unwrap_or_else(|| panic!("{shape} passes"));
        assert!(error.contains(reason), "{shape}: {error}");
    }
}

#[test]
fn a_report_is_that_of_shacl() {
    let prologue = CASES.split("#### ").next().unwrap();
    let text = format!(
        "{prologue} ex:S sh:targetNode ex:a ; sh:property [ sh:path ( ex:p ex:q ) ; sh:minCount 1 ; sh:message 'none'@en ] ."
    );
    let quads = quads(&text, "http://example.org/");
    let report = shapes::report(&validate(quads.clone(), quads).unwrap());
    let mut out = Vec::new();
    citypact::rdf::write(report, Syntax::Turtle, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for part in [
        "sh:conforms false",
        "sh:focusNode <http://example.org/a>",
        "sh:resultPath (",
        "\"none\"@en",
        "sh:sourceConstraintComponent sh:MinCountConstraintComponent",
        "sh:resultSeverity sh:Violation",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}
