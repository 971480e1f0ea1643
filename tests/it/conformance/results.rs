//! Results: read from what the manifests give and from what the endpoint sends, and compared.

use std::collections::BTreeMap;
use std::path::Path;

use citypact::rdf;
use oxrdf::{
    BlankNode, Graph, GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNodeRef, Quad, Term, TermRef, Triple,
};
use oxrdfio::{RdfFormat, RdfParser};
use sparesults::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};

use super::Verdict;
use super::manifest::{self, RDF};
use super::value;

const RS: &str = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";

type Row = BTreeMap<String, Term>;

pub enum Results {
    Solutions {
        variables: Vec<String>,
        rows: Vec<Row>,
        ordered: bool,
        accept: &'static str,
    },
    Boolean(bool),
    Graph(Box<Graph>),
    /// Compared as text, but for the order of lines.
    Csv(String),
}

impl Results {
    pub fn read(path: &Path, iri: &str) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        match path.extension().unwrap().to_str().unwrap() {
            "srx" => solutions(&bytes, QueryResultsFormat::Xml, "application/sparql-results+xml"),
            "srj" => solutions(&bytes, QueryResultsFormat::Json, "application/sparql-results+json"),
            "tsv" => solutions(&bytes, QueryResultsFormat::Tsv, "text/tab-separated-values"),
            "csv" => Ok(Self::Csv(String::from_utf8(bytes).unwrap())),
            _ => Ok(result_set(manifest::graph(path, iri))),
        }
    }

    /// The media type in which the endpoint is asked.
    pub const fn accept(&self) -> &'static str {
        match self {
            Self::Solutions { accept, .. } => accept,
            Self::Boolean(_) => "application/sparql-results+xml",
            Self::Graph(_) => "text/turtle",
            Self::Csv(_) => "text/csv",
        }
    }
}

fn solutions(bytes: &[u8], format: QueryResultsFormat, accept: &'static str) -> Result<Results, String> {
    let parser = QueryResultsParser::from_format(format).for_slice(bytes).map_err(|error| error.to_string())?;
    let solutions = match parser {
        SliceQueryResultsParserOutput::Boolean(answer) => return Ok(Results::Boolean(answer)),
        SliceQueryResultsParserOutput::Solutions(solutions) => solutions,
    };
    let variables = solutions.variables().iter().map(|variable| variable.as_str().to_owned()).collect();
    let mut rows = Vec::new();
    for solution in solutions {
        let solution = solution.map_err(|error| error.to_string())?;
        rows.push(solution.iter().map(|(variable, term)| (variable.as_str().to_owned(), normal(term))).collect());
    }
    Ok(Results::Solutions { variables, rows, ordered: false, accept })
}

/// Language tags are the same in any case.
fn normal(term: &Term) -> Term {
    match term {
        Term::Literal(literal) => match (literal.language(), literal.direction()) {
            (Some(tag), None) => {
                Literal::new_language_tagged_literal(literal.value(), tag.to_lowercase()).unwrap().into()
            }
            _ => term.clone(),
        },
        Term::Triple(triple) => Triple { object: normal(&triple.object), ..(**triple).clone() }.into(),
        _ => term.clone(),
    }
}

/// A graph that describes a result set (DAWG's vocabulary), or else is the result.
fn result_set(graph: Graph) -> Results {
    let node = |name: &str| NamedNode::new(format!("{RS}{name}")).unwrap();
    let a = NamedNode::new(format!("{RDF}type")).unwrap();
    let class = node("ResultSet");
    let Some(set) = graph.subject_for_predicate_object(a.as_ref(), NamedNodeRef::from(&class)) else {
        return Results::Graph(Box::new(graph));
    };
    if let Some(TermRef::Literal(answer)) = graph.object_for_subject_predicate(set, node("boolean").as_ref()) {
        return Results::Boolean(answer.value() == "true");
    }
    let texts = |subject: NamedOrBlankNodeRef<'_>, name: &str| -> Vec<Term> {
        graph.objects_for_subject_predicate(subject, node(name).as_ref()).map(TermRef::into_owned).collect()
    };
    let value =
        |term: &Term| if let Term::Literal(literal) = term { literal.value().to_owned() } else { String::new() };
    let variables = texts(set, "resultVariable").iter().map(value).collect();
    let mut rows: Vec<(Option<u64>, Row)> = Vec::new();
    for solution in texts(set, "solution") {
        let Term::BlankNode(solution) = solution else { continue };
        let solution = NamedOrBlankNodeRef::from(&solution);
        let mut row = Row::new();
        for binding in texts(solution, "binding") {
            let Term::BlankNode(binding) = binding else { continue };
            let binding = NamedOrBlankNodeRef::from(&binding);
            row.insert(value(&texts(binding, "variable")[0]), normal(&texts(binding, "value")[0]));
        }
        rows.push((texts(solution, "index").first().and_then(|index| value(index).parse().ok()), row));
    }
    let ordered = !rows.is_empty() && rows.iter().all(|(index, _)| index.is_some());
    rows.sort_by_key(|(index, _)| *index);
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Results::Solutions { variables, rows, ordered, accept: "application/sparql-results+json" }
}

pub fn compare(expected: &Results, sent: &[u8], lax: bool) -> Verdict {
    match expected {
        Results::Graph(graph) => {
            let parser = RdfParser::from_format(RdfFormat::Turtle).for_slice(sent);
            let found: Graph = parser
                .map(|quad| quad.map(Triple::from))
                .collect::<Result<_, _>>()
                .map_err(|error| error.to_string())?;
            same_graphs(&quads(graph), &quads(&found))
        }
        Results::Csv(text) => same_lines(text, std::str::from_utf8(sent).unwrap()),
        Results::Boolean(wanted) => match solutions(sent, QueryResultsFormat::Xml, "")? {
            Results::Boolean(answer) if answer == *wanted => Ok(()),
            _ => Err(format!("the answer is not {wanted}")),
        },
        Results::Solutions { variables, rows, ordered, accept } => {
            let format = QueryResultsFormat::from_media_type(accept).unwrap();
            let Results::Solutions { variables: shown, rows: found, .. } = solutions(sent, format, accept)? else {
                return Err("an answer to ASK came".into());
            };
            same_variables(variables, &shown)?;
            same_rows(rows, &found, *ordered, lax)
        }
    }
}

fn same_variables(wanted: &[String], shown: &[String]) -> Verdict {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    if sorted(wanted) == sorted(shown) { Ok(()) } else { Err(format!("variables {shown:?} instead of {wanted:?}")) }
}

/// The cells of CSV, columns in the order of their names, rows sorted; labels of blank nodes differ from run to run.
fn cells(text: &str, of: fn(&str) -> String) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut columns: Vec<usize> = (0..rows[0].len()).collect();
    columns.sort_by_key(|column| rows[0][*column].to_owned());
    let cell = |cell: &str| if cell.starts_with("_:") { "_:".to_owned() } else { of(cell) };
    let mut cells: Vec<Vec<String>> =
        rows.iter().map(|row| columns.iter().map(|column| cell(&row[*column])).collect()).collect();
    cells[1..].sort();
    cells
}

fn same_lines(wanted: &str, sent: &str) -> Verdict {
    if cells(wanted, str::to_owned) == cells(sent, str::to_owned) {
        return Ok(());
    }
    if cells(wanted, value::cell) == cells(sent, value::cell) {
        return Err(BY_VALUE.into());
    }
    Err(format!("wanted\n{wanted}\nfound\n{sent}"))
}

/// The reason where the results are right but for the lexical forms of numbers and dates.
const BY_VALUE: &str = "by value: numbers and dates come back in their canonical form";

fn same_rows(wanted: &[Row], found: &[Row], ordered: bool, lax: bool) -> Verdict {
    let verdict = equal_rows(wanted, found, ordered, lax);
    let by_value = |rows: &[Row]| -> Vec<Row> {
        rows.iter().map(|row| row.iter().map(|(name, term)| (name.clone(), value::by_value(term))).collect()).collect()
    };
    if verdict.is_err() && equal_rows(&by_value(wanted), &by_value(found), ordered, lax).is_ok() {
        return Err(BY_VALUE.into());
    }
    verdict
}

fn equal_rows(wanted: &[Row], found: &[Row], ordered: bool, lax: bool) -> Verdict {
    let shown = |rows: &[Row]| rows.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>();
    let (mut one, mut other) = (shown(wanted), shown(found));
    if !ordered {
        one.sort();
        other.sort();
    }
    if lax {
        one.dedup();
        other.dedup();
    }
    if one == other {
        return Ok(());
    }
    let blank = wanted.iter().chain(found).flat_map(Row::values).any(has_blank);
    if blank && wanted.len() == found.len() {
        return same_graphs(&described(wanted, ordered), &described(found, ordered));
    }
    Err(format!("wanted\n{}\nfound\n{}", one.join("\n"), other.join("\n")))
}

fn has_blank(term: &Term) -> bool {
    match term {
        Term::BlankNode(_) => true,
        Term::Triple(triple) => triple.subject.is_blank_node() || has_blank(&triple.object),
        _ => false,
    }
}

/// Rows as a graph, so that blank nodes are compared as such.
fn described(rows: &[Row], ordered: bool) -> Vec<Quad> {
    let mut quads = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let node = BlankNode::default();
        let mut add = |name: &str, term: Term| {
            let predicate = NamedNode::new(format!("urn:variable:{name}")).unwrap();
            quads.push(Quad::new(node.clone(), predicate, term, GraphName::DefaultGraph));
        };
        add("row", if ordered { Literal::from(index as i64) } else { Literal::from(0) }.into());
        row.iter().for_each(|(name, term)| add(name, term.clone()));
    }
    quads
}

pub fn quads(graph: &Graph) -> Vec<Quad> {
    let normal = |triple: Triple| Triple { object: normal(&triple.object), ..triple };
    graph.iter().map(|triple| normal(triple.into_owned()).in_graph(GraphName::DefaultGraph)).collect()
}

pub fn same_graphs(wanted: &[Quad], found: &[Quad]) -> Verdict {
    let same = |wanted: &[Quad], found: &[Quad]| rdf::isomorphic(wanted, found).map_err(|error| error.to_string());
    if same(wanted, found)? {
        return Ok(());
    }
    let by_value = |quads: &[Quad]| -> Vec<Quad> {
        quads.iter().map(|quad| Quad { object: value::by_value(&quad.object), ..quad.clone() }).collect()
    };
    if same(&by_value(wanted), &by_value(found))? {
        return Err(BY_VALUE.into());
    }
    let lines =
        |quads: &[Quad]| rdf::canonical_lines(quads).map_or_else(|error| error.to_string(), |all| all.join("\n"));
    Err(format!("wanted\n{}\nfound\n{}", lines(wanted), lines(found)))
}
