//! SPARQL 1.1 Protocol (W3C Recommendation, 21 March 2013): its statements beyond what the manifests of the W3C ask.

use super::app::{FORM, QUERY, Reply};
use super::statement::{hold, says, values_of};

const VALUES: &str = "SELECT ?o { ?s <http://a/p> ?o } ORDER BY ?o";
const G: &str = "http://example.org/g";
const H: &str = "http://example.org/h";
const INSERT: &str = "INSERT DATA { GRAPH <http://example.org/g> { <http://a/x> <http://a/p> 9 } }";
const NINE: &str = "ASK { <http://a/x> <http://a/p> 9 }";

fn gives(reply: &Reply, values: &str) -> bool {
    values_of(reply) == values
}

fn is_of(reply: &Reply, media_type: &str) -> bool {
    reply.header("content-type").split(';').next() == Some(media_type)
}

fn result_set(reply: &Reply) -> serde_json::Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

#[tokio::test]
async fn section_2_1_query_operation() {
    let csv = "text/csv";
    hold(vec![
        says("2.1", "a query comes by GET")
            .get(&[("query", VALUES)])
            .accept(csv)
            .and("all rows", |r| gives(r, "1 2 3 4")),
        says("2.1", "or by POST").query(&[], VALUES).accept(csv).and("all rows", |r| gives(r, "1 2 3 4")),
        says("2.1", "by no other method")
            .method("PUT", "/sparql")
            .is(405)
            .and("Allow", |r| r.header("allow") == "GET,HEAD,POST"),
        says("2.1", "nor by DELETE").method("DELETE", "/sparql?query=ASK{}").is(405),
        says("2.1", "nor by PATCH").method("PATCH", "/sparql").header(QUERY.0, QUERY.1).body("ASK {}").is(405),
        says("2.1", "exactly one query: not two in an address")
            .get(&[("query", "ASK {}"), ("query", "ASK {}")])
            .is(400),
        says("2.1", "not two in a form").form(&[("query", "ASK {}"), ("query", "ASK {}")]).is(400),
        says("2.1", "not one in a form and one in the address")
            .method("POST", "/sparql?query=ASK%20%7B%7D")
            .header(FORM.0, FORM.1)
            .body("query=ASK%20%7B%7D")
            .is(400),
        says("2.1", "not one in the address and one as the body").query(&[("query", "ASK {}")], "ASK {}").is(400),
        says("2.1", "not none in a form").form(&[("default-graph-uri", G)]).is(400),
        says("2.1", "an empty query is none").get(&[("query", "")]).is(400),
        says("2.1", "an empty body is no query").query(&[], "").is(400),
        says("2.1", "several default graphs")
            .get(&[("query", VALUES), ("default-graph-uri", G), ("default-graph-uri", H)])
            .accept(csv)
            .and("their merge", |r| gives(r, "1 2 3")),
        says("2.1", "several named graphs")
            .get(&[
                ("query", "SELECT ?g { GRAPH ?g { ?s <http://a/p> 1 } }"),
                ("named-graph-uri", G),
                ("named-graph-uri", H),
            ])
            .accept(csv)
            .and("both are looked at", |r| gives(r, "http://example.org/g")),
        says("2.1", "a parameter that nobody knows does no harm").get(&[("query", "ASK {}"), ("output", "x")]),
    ])
    .await;
}

#[tokio::test]
async fn section_2_1_1_query_via_get() {
    hold(vec![
        says("2.1.1", "parameters are percent-encoded").method("GET", "/sparql?query=ASK%20%7b%7D"),
        says("2.1.1", "and may encode more than they must").method("GET", "/sparql?%71uery=%41SK%20%7B%7D"),
        says("2.1.1", "a space may be a plus").method("GET", "/sparql?query=ASK+%7B+%7D"),
        says("2.1.1", "a plus is encoded")
            .get(&[("query", "SELECT (1+1 AS ?n) {}")])
            .accept("text/csv")
            .and("it was a plus", |r| gives(r, "2")),
        says("2.1.1", "an ampersand within a value is encoded")
            .get(&[("query", "SELECT ('a&b=c' AS ?n) {}")])
            .accept("text/csv")
            .and("the value is whole", |r| gives(r, "a&b=c")),
        says("2.1.1", "text is UTF-8")
            .get(&[("query", "SELECT ('昆明' AS ?n) {}")])
            .accept("text/csv")
            .and("as it was", |r| gives(r, "昆明")),
        says("2.1.1", "and nothing but UTF-8").method("GET", "/sparql?query=ASK%20%7B%7D%20%23%C0%AF").is(400),
        says("2.1.1", "half an encoding is taken as it stands, and no query").method("GET", "/sparql?query=%4").is(400),
        says("2.1.1", "the body counts for nothing")
            .method("GET", "/sparql?query=ASK%20%7B%7D")
            .header(FORM.0, FORM.1)
            .body("update=CLEAR+ALL"),
        says("2.1.1", "parameters come in any order")
            .get(&[("default-graph-uri", H), ("query", VALUES)])
            .accept("text/csv")
            .and("of that graph", |r| gives(r, "3")),
    ])
    .await;
}

#[tokio::test]
async fn section_2_1_2_query_via_post_with_a_form() {
    hold(vec![
        says("2.1.2", "the parameters are in the body")
            .form(&[("query", VALUES), ("default-graph-uri", H)])
            .accept("text/csv")
            .and("of that graph", |r| gives(r, "3")),
        says("2.1.2", "the media type is a form's")
            .method("POST", "/sparql")
            .header("content-type", "text/plain")
            .body("query=ASK%7B%7D")
            .is(415),
        says("2.1.2", "a media type there must be").method("POST", "/sparql").body("query=ASK%7B%7D").is(415),
        says("2.1.2", "it has no case and may have a charset")
            .method("POST", "/sparql")
            .header("content-type", "Application/X-WWW-Form-URLencoded; charset=UTF-8")
            .body("query=ASK%20%7B%7D"),
        says("2.1.2", "a plus in a form is a space")
            .method("POST", "/sparql")
            .header(FORM.0, FORM.1)
            .body("query=ASK+%7B+%7D"),
        says("2.1.2", "the graphs may stand in the address, too")
            .method("POST", "/sparql?default-graph-uri=http%3A%2F%2Fexample.org%2Fh")
            .header(FORM.0, FORM.1)
            .accept("text/csv")
            .body(super::statement::encoded(&[("query", VALUES)]))
            .and("of that graph", |r| gives(r, "3")),
        says("2.1.2", "a query needs no token").form(&[("query", "ASK {}")]),
        says("2.1.2", "a query and an update at once are neither")
            .form(&[("query", "ASK {}"), ("update", "CLEAR ALL")])
            .writing()
            .is(400)
            .then("ASK { ?s ?p ?o }", "true"),
        says("2.1.2", "an update cannot be smuggled in as a query")
            .form(&[("query", INSERT)])
            .writing()
            .is(400)
            .then(NINE, "false"),
        says("2.1.2", "a form of several parts is not one")
            .method("POST", "/sparql")
            .header("content-type", "multipart/form-data; boundary=x")
            .body("--x--")
            .is(415),
    ])
    .await;
}

#[tokio::test]
async fn section_2_1_3_query_via_post_directly() {
    hold(vec![
        says("2.1.3", "the body is the query as it is")
            .query(&[], "SELECT ('a+b%20c' AS ?n) {}")
            .accept("text/csv")
            .and("nothing is decoded", |r| gives(r, "a+b%20c")),
        says("2.1.3", "it is UTF-8")
            .method("POST", "/sparql")
            .header("content-type", "application/sparql-query; charset=utf-8")
            .body("SELECT ('昆明' AS ?n) {}")
            .accept("text/csv")
            .and("as it was", |r| gives(r, "昆明")),
        says("2.1.3", "another charset is refused")
            .method("POST", "/sparql")
            .header("content-type", "application/sparql-query; charset=iso-8859-1")
            .body("ASK {}")
            .is(415),
        says("2.1.3", "the graphs are in the address")
            .query(&[("default-graph-uri", H)], VALUES)
            .accept("text/csv")
            .and("of that graph", |r| gives(r, "3")),
        says("2.1.3", "so are named graphs")
            .query(&[("named-graph-uri", H)], "SELECT ?o { GRAPH ?g { ?s <http://a/p> ?o } }")
            .accept("text/csv")
            .and("of that graph", |r| gives(r, "3")),
        says("2.1.3", "an update under that media type is no query")
            .method("POST", "/sparql")
            .header(QUERY.0, QUERY.1)
            .writing()
            .body(INSERT)
            .is(400)
            .then(NINE, "false"),
        says("2.1.3", "format and timeout may stand beside")
            .query(&[("format", "csv"), ("timeout", "5")], VALUES)
            .and("in CSV", |r| is_of(r, "text/csv")),
    ])
    .await;
}

#[tokio::test]
async fn section_2_1_4_dataset() {
    let from = "SELECT ?o FROM <http://example.org/g> { ?s <http://a/p> ?o } ORDER BY ?o";
    let from_named = "SELECT ?o FROM NAMED <http://example.org/g> { GRAPH ?g { ?s <http://a/p> ?o } } ORDER BY ?o";
    let graphs = "SELECT ?g { GRAPH ?g { ?s <http://a/p> ?o } } ORDER BY ?o";
    let csv = "text/csv";
    hold(vec![
        says("2.1.4", "the text may name the dataset")
            .get(&[("query", from)])
            .accept(csv)
            .and("of g", |r| gives(r, "1 2")),
        says("2.1.4", "the request counts instead of the text")
            .get(&[("query", from), ("default-graph-uri", H)])
            .accept(csv)
            .and("of h", |r| gives(r, "3")),
        says("2.1.4", "all of it: FROM NAMED goes, too")
            .get(&[("query", from_named), ("default-graph-uri", H)])
            .accept(csv)
            .and("no named graph", |r| gives(r, "o")),
        says("2.1.4", "named graphs of the request count instead of those of the text")
            .get(&[("query", from_named), ("named-graph-uri", H)])
            .accept(csv)
            .and("of h", |r| gives(r, "3")),
        says("2.1.4", "with named graphs alone the default graph is empty")
            .get(&[("query", VALUES), ("named-graph-uri", G)])
            .accept(csv)
            .and("nothing", |r| gives(r, "o")),
        says("2.1.4", "with default graphs alone there are no named ones")
            .get(&[("query", graphs), ("default-graph-uri", G)])
            .accept(csv)
            .and("nothing", |r| gives(r, "g")),
        says("2.1.4", "both kinds at once")
            .get(&[
                ("query", "SELECT ?o { ?s <http://a/p> 3 GRAPH ?g { ?t <http://a/p> ?o } } ORDER BY ?o"),
                ("default-graph-uri", H),
                ("named-graph-uri", G),
            ])
            .accept(csv)
            .and("of both", |r| gives(r, "1 2")),
        says("2.1.4", "a graph that is not there is empty")
            .get(&[("query", VALUES), ("default-graph-uri", "http://example.org/none")])
            .accept(csv)
            .and("nothing", |r| gives(r, "o")),
        says("2.1.4", "one graph named twice is one graph")
            .get(&[("query", VALUES), ("default-graph-uri", H), ("default-graph-uri", H)])
            .accept(csv)
            .and("once", |r| gives(r, "3")),
        says("2.1.4", "a relative IRI names nothing").get(&[("query", VALUES), ("default-graph-uri", "g")]).is(400),
        says("2.1.4", "nor does one with a space")
            .get(&[("query", VALUES), ("named-graph-uri", "http://a/ b")])
            .is(400),
        says("2.1.4", "a service may define its own default")
            .get(&[("query", VALUES)])
            .accept(csv)
            .and("here the union", |r| gives(r, "1 2 3 4")),
        says("2.1.4", "named graphs are not in the way of that default")
            .get(&[("query", graphs)])
            .accept(csv)
            .and("both", |r| gives(r, "http://example.org/g http://example.org/g http://example.org/h")),
        says("2.1.4", "parameters of updates do not go with queries")
            .get(&[("query", VALUES), ("using-graph-uri", G)])
            .is(400),
        says("2.1.4", "nor do those for named graphs").get(&[("query", VALUES), ("using-named-graph-uri", G)]).is(400),
    ])
    .await;
}

#[tokio::test]
async fn section_2_1_5_accepted_formats() {
    let select = [("query", VALUES)];
    let construct = [("query", "CONSTRUCT WHERE { ?s <http://a/p> ?o }")];
    let describe = [("query", "DESCRIBE <http://a/s>")];
    let ask = [("query", "ASK {}")];
    hold(vec![
        says("2.1.5", "SELECT in JSON")
            .get(&select)
            .accept("application/sparql-results+json")
            .and("four bindings", |r| result_set(r)["results"]["bindings"].as_array().map(Vec::len) == Some(4)),
        says("2.1.5", "SELECT in XML")
            .get(&select)
            .accept("application/sparql-results+xml")
            .and("it is XML", |r| r.text().contains("<sparql xmlns=\"http://www.w3.org/2005/sparql-results#\"")),
        says("2.1.5", "SELECT in TSV")
            .get(&select)
            .accept("text/tab-separated-values")
            .and("with variables as they are written", |r| r.text().starts_with("?o\n1\n")),
        says("2.1.5", "the highest weight wins")
            .get(&select)
            .accept("text/csv;q=0.2, application/sparql-results+xml;q=0.7, text/tab-separated-values;q=0.5")
            .and("XML", |r| is_of(r, "application/sparql-results+xml")),
        says("2.1.5", "a weight of nothing excludes")
            .get(&select)
            .accept("application/sparql-results+json;q=0, */*;q=0.1")
            .and("not JSON", |r| !is_of(r, "application/sparql-results+json")),
        says("2.1.5", "ASK in JSON")
            .get(&ask)
            .accept("application/sparql-results+json")
            .and("true", |r| result_set(r)["boolean"] == true),
        says("2.1.5", "ASK in XML")
            .get(&ask)
            .accept("application/sparql-results+xml")
            .and("true", |r| r.text().contains("<boolean>true</boolean>")),
        says("2.1.5", "CONSTRUCT in Turtle")
            .get(&construct)
            .accept("text/turtle")
            .and("Turtle", |r| is_of(r, "text/turtle")),
        says("2.1.5", "CONSTRUCT in RDF/XML")
            .get(&construct)
            .accept("application/rdf+xml")
            .and("RDF/XML", |r| r.text().contains("<rdf:RDF")),
        says("2.1.5", "CONSTRUCT in N-Triples")
            .get(&construct)
            .accept("application/n-triples")
            .and("four lines", |r| r.text().lines().count() == 4),
        says("2.1.5", "CONSTRUCT in JSON-LD")
            .get(&construct)
            .accept("application/ld+json")
            .and("it is JSON", |r| serde_json::from_str::<serde_json::Value>(r.text()).is_ok()),
        says("2.1.5", "DESCRIBE in Turtle")
            .get(&describe)
            .accept("text/turtle")
            .and("of it", |r| r.text().contains("http://a/s")),
        says("2.1.5", "a format for rows is none for triples").get(&construct).accept("text/csv").is(406),
        says("2.1.5", "a format for triples is none for rows").get(&select).accept("text/turtle").is(406),
        says("2.1.5", "where nothing fits, the answer says what would")
            .get(&select)
            .accept("image/png")
            .is(406)
            .and("by name", |r| r.text().contains("application/sparql-results+json")),
        says("2.1.5", "nothing said accepts anything").get(&select),
        says("2.1.5", "a profile that is not served is passed over")
            .get(&construct)
            .accept("application/ld+json;profile=\"http://www.w3.org/ns/json-ld#framed, text/turtle\"")
            .and("JSON-LD", |r| is_of(r, "application/ld+json")),
        says("2.1.5", "a field without a media range says nothing")
            .get(&select)
            .accept(" ,;q=1, nonsense")
            .and("JSON", |r| is_of(r, "application/sparql-results+json")),
        says("2.1.5", "a format may be named in the words of several services, and twice")
            .get(&[("query", VALUES), ("format", "tsv"), ("format", "text/tab-separated-values"), ("output", "tsv")])
            .accept("text/csv")
            .and("TSV", |r| is_of(r, "text/tab-separated-values")),
        says("2.1.5", "a name that does not fit the form of the query gives way to Accept")
            .get(&[("query", VALUES), ("format", "json-ld"), ("output", "json-ld"), ("results", "json-ld")])
            .accept("application/sparql-results+xml")
            .and("XML", |r| is_of(r, "application/sparql-results+xml")),
        says("2.1.5", "so does a name that nobody knows")
            .query(&[("format", "cvs")], VALUES)
            .accept("text/csv")
            .and("CSV", |r| is_of(r, "text/csv")),
    ])
    .await;
}

#[tokio::test]
async fn sections_2_1_6_and_2_1_7_success_and_failure() {
    hold(vec![
        says("2.1.6", "SELECT gives a results document")
            .get(&[("query", VALUES)])
            .and("JSON", |r| is_of(r, "application/sparql-results+json")),
        says("2.1.6", "ASK does")
            .get(&[("query", "ASK {}")])
            .and("JSON", |r| is_of(r, "application/sparql-results+json")),
        says("2.1.6", "CONSTRUCT gives a graph")
            .get(&[("query", "CONSTRUCT WHERE { ?s ?p ?o }")])
            .and("Turtle", |r| is_of(r, "text/turtle")),
        says("2.1.6", "DESCRIBE does")
            .get(&[("query", "DESCRIBE <http://a/s>")])
            .and("Turtle", |r| is_of(r, "text/turtle")),
        says("2.1.6", "no row is a success")
            .get(&[("query", "SELECT ?o { ?s <http://a/none> ?o }")])
            .accept("text/csv")
            .and("the head", |r| gives(r, "o")),
        says("2.1.6", "no triple is one").get(&[("query", "CONSTRUCT WHERE { ?s <http://a/none> ?o }")]),
        says("2.1.7", "what is no query is a bad request").get(&[("query", "SELECT ?o WHERE")]).is(400),
        says("2.1.7", "and the reason is told")
            .get(&[("query", "SELECT ?o {\n ?s ?p }")])
            .is(400)
            .and("the line", |r| r.text().contains(":2:")),
        says("2.1.7", "an undeclared prefix is one").get(&[("query", "ASK { nowhere:a ?p ?o }")]).is(400),
        says("2.1.7", "an aggregate out of place is one")
            .get(&[("query", "SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }")])
            .is(400),
        says("2.1.7", "an unknown function is an error of its expression (SPARQL 1.1 Query, 17.6), not of the request")
            .get(&[("query", "SELECT (<http://a/f>(1) AS ?x) {}")])
            .is(200),
        says("2.1.7", "a service that is not allowed is refused")
            .get(&[("query", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")])
            .is(400),
        says("2.1.7", "an error within an expression is none")
            .get(&[("query", "SELECT (1/0 AS ?x) {}")])
            .accept("text/csv")
            .and("an unbound value", |r| r.text() == "x\r\n\r\n"),
    ])
    .await;
}
