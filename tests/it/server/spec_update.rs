//! SPARQL 1.1 Protocol, updates: the statements of §2.2 and §2.3 beyond what the manifests of the W3C ask.

use super::app::{FORM, Reply, UPDATE};
use super::statement::{encoded, hold, says, values_of};

const G: &str = "http://example.org/g";
const H: &str = "http://example.org/h";
const INSERT: &str = "INSERT DATA { GRAPH <http://example.org/g> { <http://a/x> <http://a/p> 9 } }";
const NINE: &str = "ASK { <http://a/x> <http://a/p> 9 }";

fn gives(reply: &Reply, values: &str) -> bool {
    values_of(reply) == values
}

#[tokio::test]
async fn section_2_2_update_operation() {
    hold(vec![
        says("2.2", "an update comes by POST").update(&[], INSERT).is(204).then(NINE, "true"),
        says("2.2", "never by GET").get(&[("update", INSERT)]).writing().is(400).then(NINE, "false"),
        says("2.2", "nor by HEAD").method("HEAD", "/sparql?update=CLEAR%20ALL").writing().is(400).then("ASK { ?s ?p ?o }", "true"),
        says("2.2", "nor by PUT").method("PUT", "/sparql").header(UPDATE.0, UPDATE.1).writing().body(INSERT).is(405).then(NINE, "false"),
        says("2.2", "exactly one: not two").form(&[("update", INSERT), ("update", INSERT)]).writing().is(400).then(NINE, "false"),
        says("2.2", "not one in the address and one as the body").update(&[("update", "CLEAR ALL")], INSERT).is(400).then(NINE, "false"),
        says("2.2", "not a query beside it").update(&[("query", "ASK {}")], INSERT).is(400).then(NINE, "false"),
        says("2.2", "an empty request changes nothing").update(&[], "").gives_one_of(&[200, 204]).then("ASK { ?s ?p ?o }", "true"),
        says("2.2", "a query is no update").update(&[], "ASK {}").is(400),
        says("2.2", "several operations are one request").update(&[], &format!("{INSERT} ; DROP GRAPH <{H}>")).is(204)
            .then(NINE, "true").then("ASK { ?s <http://a/p> 3 }", "false"),
        says("2.2", "all of them or none").update(&[], &format!("{INSERT} ; DROP GRAPH <http://example.org/none>")).is(400).then(NINE, "false"),
        says("2.2", "a later operation sees what an earlier one did")
            .update(&[], &format!("{INSERT} ; DELETE {{ GRAPH ?g {{ ?s ?p 9 }} }} INSERT {{ GRAPH ?g {{ ?s ?p 10 }} }} WHERE {{ GRAPH ?g {{ ?s ?p 9 }} }}"))
            .is(204).then("ASK { <http://a/x> <http://a/p> 10 }", "true").then(NINE, "false"),
    ]).await;
}

#[tokio::test]
async fn sections_2_2_1_and_2_2_2_ways_to_update() {
    hold(vec![
        says("2.2.1", "by a form").form(&[("update", INSERT)]).writing().is(204).then(NINE, "true"),
        says("2.2.1", "whose media type has parameters")
            .method("POST", "/sparql")
            .writing()
            .header("content-type", "application/x-www-form-urlencoded;charset=utf-8")
            .body(encoded(&[("update", INSERT)]))
            .is(204)
            .then(NINE, "true"),
        says("2.2.1", "that is UTF-8")
            .method("POST", "/sparql")
            .header(FORM.0, FORM.1)
            .writing()
            .body("update=CLEAR+ALL+%23%FF")
            .is(400)
            .then("ASK { ?s ?p ?o }", "true"),
        says("2.2.2", "as the body").update(&[], INSERT).is(204).then(NINE, "true"),
        says("2.2.2", "of that media type")
            .method("POST", "/sparql")
            .header("content-type", "application/octet-stream")
            .writing()
            .body(INSERT)
            .is(415)
            .then(NINE, "false"),
        says("2.2.2", "in UTF-8")
            .method("POST", "/sparql")
            .header("content-type", "application/sparql-update; charset=utf-16")
            .writing()
            .body(INSERT)
            .is(415)
            .then(NINE, "false"),
        says("2.2.2", "as it is, nothing decoded")
            .update(&[], "INSERT DATA { <http://a/x> <http://a/q> 'a+b%20c' }")
            .is(204)
            .then("SELECT ?o { <http://a/x> <http://a/q> ?o }", "a+b%20c"),
        says("2.2.2", "only with the token")
            .method("POST", "/sparql")
            .header(UPDATE.0, UPDATE.1)
            .body(INSERT)
            .is(401)
            .then(NINE, "false"),
        says("2.2.1", "so by a form").form(&[("update", INSERT)]).is(401).then(NINE, "false"),
    ])
    .await;
}

#[tokio::test]
async fn section_2_2_3_dataset_of_an_update() {
    let copy = "INSERT { GRAPH <http://example.org/c> { ?s <http://a/copy> ?o } } WHERE { ?s <http://a/p> ?o }";
    let copied = "SELECT ?o { ?s <http://a/copy> ?o } ORDER BY ?o";
    let named =
        "INSERT { GRAPH <http://example.org/c> { ?s <http://a/copy> ?o } } WHERE { GRAPH ?g { ?s <http://a/p> ?o } }";
    hold(vec![
        says("2.2.3", "WHERE looks into the graphs named")
            .update(&[("using-graph-uri", H)], copy)
            .is(204)
            .then(copied, "3"),
        says("2.2.3", "into several")
            .update(&[("using-graph-uri", H), ("using-graph-uri", G)], copy)
            .is(204)
            .then(copied, "1 2 3"),
        says("2.2.3", "into named ones").update(&[("using-named-graph-uri", H)], named).is(204).then(copied, "3"),
        says("2.2.3", "and then nowhere else").update(&[("using-named-graph-uri", H)], copy).is(204).then(copied, "o"),
        says("2.2.3", "by a form as well")
            .form(&[("update", copy), ("using-graph-uri", H)])
            .writing()
            .is(204)
            .then(copied, "3"),
        says("2.2.3", "not beside USING")
            .update(
                &[("using-graph-uri", H)],
                "INSERT { <http://a/x> <http://a/p> 9 } USING <http://example.org/g> WHERE {}",
            )
            .is(400)
            .then(NINE, "false"),
        says("2.2.3", "nor beside WITH")
            .update(
                &[("using-graph-uri", H)],
                "WITH <http://example.org/g> INSERT { <http://a/x> <http://a/p> 9 } WHERE {}",
            )
            .is(400)
            .then(NINE, "false"),
        says("2.2.3", "nor beside USING NAMED")
            .update(
                &[("using-named-graph-uri", H)],
                "INSERT { <http://a/x> <http://a/p> 9 } USING NAMED <http://example.org/g> WHERE {}",
            )
            .is(400)
            .then(NINE, "false"),
        says("2.2.3", "a relative IRI names nothing")
            .update(&[("using-graph-uri", "h")], copy)
            .is(400)
            .then(copied, "o"),
        says("2.2.3", "parameters of queries do not go with updates")
            .update(&[("default-graph-uri", H)], copy)
            .is(400)
            .then(copied, "o"),
        says("2.2.3", "nor do those for named graphs")
            .update(&[("named-graph-uri", H)], copy)
            .is(400)
            .then(copied, "o"),
        says("2.2.3", "DATA goes where its text says")
            .update(&[("using-graph-uri", H)], INSERT)
            .is(204)
            .then("SELECT ?g { GRAPH ?g { ?s <http://a/p> 9 } }", "http://example.org/g"),
    ])
    .await;
}

#[tokio::test]
async fn sections_2_2_4_to_2_3_outcomes_and_the_base() {
    hold(vec![
        says("2.2.4", "success is a 2xx")
            .update(&[], "CLEAR GRAPH <http://example.org/h>")
            .is(204)
            .then("ASK { ?s <http://a/p> 3 }", "false"),
        says("2.2.4", "also where nothing was to do").update(&[], "DELETE WHERE { ?s <http://a/none> ?o }").is(204),
        says("2.2.5", "what is no update is a bad request").update(&[], "INSERT DATA { ?s ?p ?o }").is(400),
        says("2.2.5", "and says where")
            .update(&[], "INSERT DATA {\n <http://a/x> }")
            .is(400)
            .and("the line", |r| r.text().contains(":2:")),
        says("2.2.5", "variables in DATA are none").update(&[], "DELETE DATA { ?s <http://a/p> 1 }").is(400),
        says("2.2.5", "blank nodes in DELETE are none").update(&[], "DELETE { _:b ?p ?o } WHERE { ?s ?p ?o }").is(400),
        says("2.2.5", "LOAD of what is not allowed is forbidden").update(&[], "LOAD <http://example.org/x>").is(403),
        says("2.2.5", "CREATE of what is there fails").update(&[], "CREATE GRAPH <http://example.org/g>").is(400),
        says("2.2.5", "unless it is silent").update(&[], "CREATE SILENT GRAPH <http://example.org/g>").is(204),
        says("2.3", "BASE in the text counts")
            .get(&[("query", "BASE <http://b/c/> SELECT (<d> AS ?x) {}")])
            .accept("text/csv")
            .and("resolved", |r| gives(r, "http://b/c/d")),
        says("2.3", "else the address of the service")
            .get(&[("query", "SELECT (<d> AS ?x) {}")])
            .accept("text/csv")
            .and("resolved", |r| gives(r, "http://localhost/d")),
        says("2.3", "in updates, too")
            .update(&[], "INSERT DATA { <d> <http://a/p> 9 }")
            .is(204)
            .then("SELECT ?s { ?s <http://a/p> 9 }", "http://localhost/d"),
    ])
    .await;
}
