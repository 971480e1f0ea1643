//! SPARQL 1.1 Service Description (W3C Recommendation, 21 March 2013), and what VoID and DCAT ask of a data set.

use std::collections::BTreeSet;

use oxrdf::{NamedOrBlankNode, Term, Triple};

use super::app::{App, Reply, WRITE, settings};
use super::statement::{hold, says};

const SD: &str = "http://www.w3.org/ns/sparql-service-description#";

/// The triples of an answer in N-Triples or Turtle.
fn triples(reply: &Reply) -> Vec<Triple> {
    oxttl::TurtleParser::new().for_slice(&reply.body).map(Result::unwrap).collect()
}

fn objects(triples: &[Triple], predicate: &str) -> BTreeSet<String> {
    let of = triples.iter().filter(|triple| triple.predicate.as_str() == predicate);
    of.map(|triple| triple.object.to_string().trim_matches(['<', '>']).to_owned()).collect()
}

fn is_of(reply: &Reply, media_type: &str) -> bool {
    reply.header("content-type").split(';').next() == Some(media_type)
}

#[tokio::test]
async fn section_2_access() {
    hold(vec![
        says("2", "the endpoint describes itself to a GET without parameters")
            .method("GET", "/sparql")
            .accept("text/turtle")
            .and("in Turtle", |r| is_of(r, "text/turtle") && !triples(r).is_empty()),
        says("2", "in RDF whatever is asked last")
            .method("GET", "/sparql")
            .accept("image/png;q=0.5, */*;q=0.1")
            .and("in Turtle", |r| is_of(r, "text/turtle")),
        says("2", "negotiated: RDF/XML")
            .method("GET", "/sparql")
            .accept("application/rdf+xml")
            .and("RDF/XML", |r| r.text().contains("<rdf:RDF")),
        says("2", "negotiated: JSON-LD")
            .method("GET", "/sparql")
            .accept("application/ld+json")
            .and("JSON-LD", |r| is_of(r, "application/ld+json")),
        says("2", "negotiated: N-Triples")
            .method("GET", "/sparql")
            .accept("application/n-triples")
            .and("N-Triples", |r| is_of(r, "application/n-triples")),
        says("2", "what is not to be had is told").method("GET", "/sparql").accept("image/png").is(406),
        says("2", "`format` outweighs Accept")
            .method("GET", "/sparql?format=ntriples")
            .accept("text/turtle")
            .and("N-Triples", |r| is_of(r, "application/n-triples")),
        says("2", "HEAD tells as much")
            .method("HEAD", "/sparql")
            .and("no body", |r| r.body.is_empty() && is_of(r, "text/turtle")),
        says("4", "the endpoint stands in it by its address")
            .method("GET", "/sparql")
            .accept("application/n-triples")
            .and("sd:endpoint", |r| r.text().contains("service-description#endpoint> <http://localhost/sparql> .")),
    ])
    .await;
}

#[tokio::test]
async fn section_3_vocabulary() {
    let triples = triples(&App::new().get("/sparql", "text/turtle").await);
    let one = |property: &str| objects(&triples, &format!("{SD}{property}"));
    let services: Vec<&NamedOrBlankNode> =
        triples.iter().filter(|t| t.object.to_string() == format!("<{SD}Service>")).map(|t| &t.subject).collect();
    let [service] = services[..] else { panic!("one service: {services:?}") };
    for triple in triples.iter().filter(|t| t.predicate.as_str().starts_with(SD) && &t.subject == service) {
        assert!(!matches!(triple.object, Term::Literal(_)), "the properties of a service lead to resources: {triple}");
    }
    assert!(
        one("supportedLanguage")
            .is_superset(&["SPARQL10Query", "SPARQL11Query", "SPARQL11Update"].map(|l| format!("{SD}{l}")).into())
    );
    assert_eq!(one("feature"), ["EmptyGraphs", "UnionDefaultGraph"].map(|f| format!("{SD}{f}")).into());
    for name in citypact::query::FUNCTIONS {
        assert!(one("extensionFunction").contains(&format!("https://w3id.org/citypact/ns#{name}")), "{name}");
    }
    assert!(one("extensionFunction").iter().any(|name| name.contains("geosparql")));
    let data_sets = one("defaultDataset");
    let data_set = data_sets.first().unwrap();
    assert!(
        triples
            .iter()
            .any(|t| t.subject.to_string() == format!("<{data_set}>")
                && t.predicate.as_str() == format!("{SD}defaultGraph")),
        "3.4 of a data set"
    );
}

/// 3.2.14, 3.2.15: every format that is told is one that can be had, or sent.
#[tokio::test]
async fn the_formats_told_are_true() {
    let app = App::new();
    let triples = triples(&app.get("/sparql", "text/turtle").await);
    let select = "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D&format=";
    let construct = "/sparql?query=CONSTRUCT%20WHERE%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D&format=";
    let name = |iri: &String| iri.rsplit('/').next().unwrap().to_owned();
    for format in objects(&triples, &format!("{SD}resultFormat")).iter().map(name) {
        let (uri, name) = match format.strip_prefix("SPARQL_Results_") {
            Some(name) => (select, name.to_lowercase()),
            None => (construct, format.to_lowercase().replace(['-', '_'], "")),
        };
        assert_eq!(app.get(&format!("{uri}{name}"), "*/*").await.status, 200, "{format}");
    }
    for format in objects(&triples, &format!("{SD}inputFormat")).iter().map(name) {
        let (media_type, empty) = match format.as_str() {
            "Turtle" => ("text/turtle", ""),
            "N-Triples" => ("application/n-triples", ""),
            "JSON-LD" => ("application/ld+json", "[]"),
            "RDF_XML" => ("application/rdf+xml", "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"),
            other => panic!("no test for {other}"),
        };
        let put = app.send("PUT", "/graphs?default", &[WRITE, ("content-type", media_type)], empty).await;
        assert_eq!(put.status, 204, "{format}: {}", put.text());
    }
}

/// 3.2.4, 3.4.6: features and languages are those of this server as it was started.
#[tokio::test]
async fn the_features_told_are_true() {
    let app = App::with(citypact::server::Settings {
        default_graph: citypact::query::DefaultGraph::Empty,
        allowed_services: vec!["http://example.org/".into()],
        tokens: citypact::server::Tokens::default(),
        ..settings()
    });
    let triples = triples(&app.get("/sparql", "text/turtle").await);
    let features = objects(&triples, &format!("{SD}feature"));
    assert_eq!(features, ["BasicFederatedQuery", "EmptyGraphs"].map(|f| format!("{SD}{f}")).into());
    assert!(!objects(&triples, &format!("{SD}supportedLanguage")).contains(&format!("{SD}SPARQL11Update")));
}

/// 3.4.9: where empty graphs are a feature, a graph is not removed because its last triple is.
#[tokio::test]
async fn empty_graphs_stay() {
    let app = App::holding("<http://a/s> <http://a/p> 1 .").await;
    let delete = "DELETE DATA { GRAPH <http://example.org/g> { <http://a/s> <http://a/p> 1 } }";
    assert_eq!(app.update(delete).await.status, 204);
    assert_eq!(app.csv("ASK { GRAPH <http://example.org/g> {} }").await.text(), "true");
    assert_eq!(app.get("/graphs?graph=http://example.org/g", "*/*").await.status, 200);
    assert_eq!(app.update("DROP GRAPH <http://example.org/g>").await.status, 204);
    assert_eq!(app.get("/graphs?graph=http://example.org/g", "*/*").await.status, 404);
}

#[tokio::test]
async fn the_data_set_is_described() {
    hold(vec![
        says("VoID 7.2", "the well-known address leads there")
            .method("GET", "/.well-known/void")
            .gives_one_of(&[302, 303])
            .and("to /dataset", |r| r.header("location") == "/dataset"),
        says("VoID 2", "it is a void:Dataset")
            .method("GET", "/dataset")
            .accept("application/n-triples")
            .and("typed", |r| r.text().contains("type> <http://rdfs.org/ns/void#Dataset>")),
        says("VoID 2.3", "its SPARQL endpoint")
            .method("GET", "/dataset")
            .accept("application/n-triples")
            .and("told", |r| r.text().contains("void#sparqlEndpoint> <http://localhost/sparql>")),
        says("VoID 4.2", "its number of triples")
            .method("GET", "/dataset")
            .accept("application/n-triples")
            .and("five", |r| {
                r.text().contains("<http://localhost/dataset#dataset> <http://rdfs.org/ns/void#triples> \"5\"")
            }),
        says("VoID 5.3", "its dump")
            .method("GET", "/dataset")
            .accept("application/n-triples")
            .and("told", |r| r.text().contains("void#dataDump> <http://localhost/graphs>")),
        says("DCAT 6.6", "it is a dcat:Dataset")
            .method("GET", "/dataset")
            .accept("application/n-triples")
            .and("typed", |r| r.text().contains("type> <http://www.w3.org/ns/dcat#Dataset>")),
        says("DCAT 6.8", "its distributions have a media type")
            .method("GET", "/dataset")
            .accept("application/n-triples")
            .and("told", |r| r.text().contains("dcat#mediaType>")),
        says("DCAT 6.9", "and a service")
            .method("GET", "/dataset")
            .accept("application/n-triples")
            .and("told", |r| r.text().contains("dcat#endpointURL> <http://localhost/sparql>")),
        says("VoID", "in any syntax")
            .method("GET", "/dataset")
            .accept("application/rdf+xml")
            .and("RDF/XML", |r| is_of(r, "application/rdf+xml")),
    ])
    .await;
}
