//! What the service and its data are: SPARQL 1.1 Service Description, VoID and DCAT 2, with live counts.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use oxrdf::GraphName;

use crate::format::{ResultsFormat, Syntax};
use crate::query::{DefaultGraph, FUNCTIONS};
use crate::rdf;
use crate::server::admission::admitted;
use crate::server::admission::deadline::Deadline;
use crate::server::endpoint::Endpoint;
use crate::server::http::conditional::{self, Tag};
use crate::server::http::offered;
use crate::server::http::parameters::formats;
use crate::server::http::problem::Problem;
use crate::server::http::rdf_body;
use crate::server::http::response;

use crate::server::state::current_state;
use crate::server::{failure, pages};
use crate::store::{Counts, EPOCH};

const PREFIXES: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix formats: <http://www.w3.org/ns/formats/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
";

/// The description of the service, as `/sparql` gives it without a query.
///
/// # Errors
/// 406 where no format fits, 400 for parameters that cannot be read.
pub async fn answer(endpoint: &Arc<Endpoint>, headers: &HeaderMap, query: &str) -> Result<Response<Body>, Problem> {
    let formats = formats(Some(query))?;
    let syntax = offered::triples(headers, &formats)?;
    let root = endpoint.root(headers);
    let bytes = document(&service(endpoint, &root), &format!("{root}/sparql"), syntax)?;
    let mut response = conditional::whole(headers, offered::media_type(syntax), bytes)?;
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    if let Some(epoch) = current_state(endpoint, deadline).await?.epoch() {
        response.headers_mut().insert(EPOCH, HeaderValue::from(epoch));
    }
    Ok(response)
}

/// `/dataset`: VoID and DCAT.
///
/// # Errors
/// 406 where no format fits, 400 for parameters that cannot be read; the store's.
pub async fn dataset(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    if pages::wants_page(request.headers(), request.uri().query()) {
        return pages::handler::dataset(&endpoint, request).await;
    }
    let headers = request.headers().clone();
    let formats = formats(request.uri().query())?;
    let syntax = offered::triples(&headers, &formats)?;
    let root = endpoint.root(&headers);
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    let state = current_state(&endpoint, deadline).await?;
    admitted(&endpoint, deadline, move |endpoint, _| {
        let counts = endpoint.counts.get(&state).map_err(|error| failure::of_store(&error))?;
        let tag = Tag::new(&format!("{}-{}", endpoint.store.id(), state.number()), syntax.name());
        if let Some(response) = conditional::unchanged(&headers, &tag)? {
            return Ok(response);
        }
        let bytes = document(&void(endpoint, &root, &counts), &format!("{root}/dataset"), syntax)?;
        let mut response = response::whole(offered::media_type(syntax), bytes);
        conditional::mark(&mut response, &tag);
        Ok(response)
    })
    .await
}

/// `/.well-known/void`: the way to `/dataset` (VoID §7.2).
pub async fn well_known(State(endpoint): State<Arc<Endpoint>>) -> Response<Body> {
    see_other(&format!("{}/dataset", endpoint.settings.base_path))
}

/// A redirection to another resource that tells of this one.
pub fn see_other(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// Turtle of our own, in the syntax that was asked for.
fn document(turtle: &str, base: &str, syntax: Syntax) -> Result<Vec<u8>, Problem> {
    let triples = rdf_body::triples(turtle.as_bytes(), Syntax::Turtle, base)
        .map_err(|problem| Problem::internal(format!("the description is no Turtle: {}", problem.detail())))?;
    let quads = triples.into_iter().map(|triple| triple.in_graph(GraphName::DefaultGraph)).collect();
    let mut bytes = Vec::new();
    rdf::write(quads, syntax, &mut bytes).map_err(failure::of_output)?;
    Ok(bytes)
}

fn service(endpoint: &Endpoint, root: &str) -> String {
    let mut text = format!(
        "{PREFIXES}<{root}/sparql#service> a sd:Service, dcat:DataService ;
    sd:endpoint <{root}/sparql> ; dcat:endpointURL <{root}/sparql> ; dcat:servesDataset <{root}/dataset#dataset> ;
    sd:supportedLanguage sd:SPARQL10Query, sd:SPARQL11Query ;
    sd:feature sd:EmptyGraphs ;
    sd:defaultDataset <{root}/dataset#dataset> .
<{root}/dataset#dataset> a sd:Dataset ; sd:defaultGraph <{root}/dataset#default> .
<{root}/dataset#default> a sd:Graph .
"
    );
    let mut add = |property: &str, object: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "<{root}/sparql#service> {property} {object} .");
    };
    if endpoint.settings.default_graph == DefaultGraph::Union {
        add("sd:feature", "sd:UnionDefaultGraph");
    }
    if endpoint.settings.tokens.writable() {
        add("sd:supportedLanguage", "sd:SPARQL11Update");
    }
    if !endpoint.outbound.is_empty() {
        add("sd:feature", "sd:BasicFederatedQuery");
    }
    for name in FUNCTIONS {
        add("sd:extensionFunction", &format!("<{}{name}>", crate::vocab::NS));
    }
    for (name, _) in spargeo::GEOSPARQL_EXTENSION_FUNCTIONS {
        add("sd:extensionFunction", &name.to_string());
    }
    for format in ["SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"] {
        add("sd:resultFormat", &format!("formats:{format}"));
    }
    for format in ["Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads"] {
        add("sd:resultFormat", &format!("formats:{format}"));
    }
    for format in ["Turtle", "N-Triples", "RDF_XML", "JSON-LD"] {
        add("sd:inputFormat", &format!("formats:{format}"));
    }
    text
}

fn void(endpoint: &Endpoint, root: &str, counts: &Counts) -> String {
    let namespace = &endpoint.settings.namespace;
    let subjects: u64 = counts.classes.iter().map(|(_, count)| count).sum();
    let mut text = format!(
        "{PREFIXES}<{root}/dataset> a void:DatasetDescription ; foaf:primaryTopic <{root}/dataset#dataset> .
<{root}/dataset#dataset> a void:Dataset, dcat:Dataset ;
    dcterms:title \"Friendship cities\"@en ;
    dcterms:description \"Ties between cities and regions, with their agreements, awards, figures and sources\"@en ;
    void:sparqlEndpoint <{root}/sparql> ; void:dataDump <{root}/graphs> ; void:uriSpace \"{namespace}id/\" ;
    void:vocabulary <{namespace}ns#> ; void:triples {} ; void:entities {subjects} ; void:classes {} ;
    dcat:distribution <{root}/dataset#queried>, <{root}/dataset#whole> .
<{root}/dataset#queried> a dcat:Distribution ; dcat:accessURL <{root}/sparql> ; dcat:accessService <{root}/sparql#service> .
<{root}/dataset#whole> a dcat:Distribution ; dcat:accessURL <{root}/graphs> ; dcat:downloadURL <{root}/graphs> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/application/trig> .
<{root}/sparql#service> a dcat:DataService ; dcat:endpointURL <{root}/sparql> ; dcat:servesDataset <{root}/dataset#dataset> .
",
        counts.quads,
        counts.classes.len(),
    );
    // DCAT 3 §6.6: the backup that is served.
    if let Some(backup) = &endpoint.backup {
        let version = oxrdf::Literal::new_simple_literal(format!("{} (epoch {})", backup.name, backup.epoch));
        let _ = writeln!(text, "<{root}/dataset#dataset> dcat:version {version} .");
    }
    // Numbered nodes rather than blank ones: the same data gives the same bytes.
    for (number, (class, count)) in counts.classes.iter().enumerate() {
        let _ = writeln!(
            text,
            "<{root}/dataset#dataset> void:classPartition <{root}/dataset#class-{number}> .
<{root}/dataset#class-{number}> void:class {class} ; void:entities {count} ."
        );
    }
    for (number, (graph, count)) in counts.graphs.iter().enumerate() {
        if *graph == GraphName::DefaultGraph && *count > 0 {
            let _ = writeln!(
                text,
                "<{root}/dataset#dataset> void:subset <{root}/dataset#unnamed> .
<{root}/dataset#unnamed> a void:Dataset ; dcterms:title \"The unnamed graph\"@en ; void:triples {count} ;
    dcterms:description \"Questions of /queries that ask graph by graph do not see it\"@en ;
    void:dataDump <{root}/graphs?default> ."
            );
        }
        if let GraphName::NamedNode(name) = graph {
            let _ = writeln!(
                text,
                "<{root}/dataset#dataset> void:subset <{root}/dataset#graph-{number}> .
<{root}/dataset#graph-{number}> a void:Dataset ; dcterms:identifier \"{}\"^^xsd:anyURI ; void:triples {count} .",
                name.as_str()
            );
        }
    }
    text
}

/// Every format by the name that `format=` takes, for the description of the interface.
pub fn format_names() -> (Vec<&'static str>, Vec<&'static str>) {
    let results = ResultsFormat::ALL.iter().map(|format| format.name()).collect();
    (results, Syntax::ALL.iter().map(|syntax| syntax.name()).collect())
}
