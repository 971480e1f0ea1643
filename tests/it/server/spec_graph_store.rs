//! SPARQL 1.1 Graph Store HTTP Protocol (W3C Recommendation, 21 March 2013), statement by statement.

use super::app::{Reply, WRITE};
use super::statement::{hold, says};

const G: &str = "/graphs?graph=http%3A%2F%2Fexample.org%2Fg";
const NEW: &str = "/graphs?graph=http%3A%2F%2Fexample.org%2Fnew";
const IN_G: &str = "SELECT ?o { GRAPH <http://example.org/g> { ?s <http://a/p> ?o } } ORDER BY ?o";
const IN_NEW: &str = "SELECT ?o { GRAPH <http://example.org/new> { ?s <http://a/p> ?o } } ORDER BY ?o";
const NINE: &str = "<http://a/x> <http://a/p> 9 .";
const XML: &str = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:a='http://a/'><rdf:Description rdf:about='http://a/x'><a:p rdf:datatype='http://www.w3.org/2001/XMLSchema#integer'>9</a:p></rdf:Description></rdf:RDF>";

fn is_of(reply: &Reply, media_type: &str) -> bool {
    reply.header("content-type").split(';').next() == Some(media_type)
}

#[tokio::test]
async fn section_4_graph_identification() {
    hold(vec![
        says("4.1", "an address of the server names a graph")
            .turtle("PUT", "/graphs/mine", NINE)
            .is(201)
            .then("SELECT ?g { GRAPH ?g { ?s <http://a/p> 9 } }", "http://localhost/graphs/mine"),
        says("4.1", "one that is not there is not found").method("GET", "/graphs/none").is(404),
        says("4.1", "addresses of letters beyond ASCII name IRIs")
            .turtle("PUT", "/graphs/%E6%98%86%E6%98%8E", NINE)
            .is(201)
            .then("SELECT ?g { GRAPH ?g { ?s <http://a/p> 9 } }", "http://localhost/graphs/昆明"),
        says("4.2", "the parameter names a graph anywhere").method("GET", G).and("Turtle", |r| is_of(r, "text/turtle")),
        says("4.2", "it is percent-decoded").method("GET", "/graphs?graph=http%3a%2f%2fexample.org%2F%67"),
        says("4.2", "it may stand as it is").method("GET", "/graphs?graph=http://example.org/g"),
        says("4.2", "a relative one is a bad request").method("GET", "/graphs?graph=g").is(400),
        says("4.2", "so is one for a change").turtle("PUT", "/graphs?graph=g", NINE).is(400),
        says("4.2", "so is an empty one").method("GET", "/graphs?graph=").is(400),
        says("4.2", "so are two").method("GET", &format!("{G}&graph=http://example.org/h")).is(400),
        says("4.2", "`default` names the unnamed graph")
            .method("GET", "/graphs?default")
            .accept("application/n-triples")
            .and("its triple alone", |r| r.text().lines().count() == 1 && r.text().contains("http://a/d")),
        says("4.2", "both at once are a bad request").method("GET", &format!("{G}&default")).is(400),
    ])
    .await;
}

#[tokio::test]
async fn section_5_payloads() {
    hold(vec![
        says("5", "without Accept it is Turtle, RDF/XML or N-Triples")
            .method("GET", G)
            .and("Turtle", |r| is_of(r, "text/turtle")),
        says("5", "a payload is read as its media type says")
            .method("PUT", NEW)
            .header("content-type", "application/rdf+xml")
            .writing()
            .body(XML)
            .is(201)
            .then(IN_NEW, "9"),
        says("5", "without one it is RDF/XML").method("PUT", NEW).writing().body(XML).is(201).then(IN_NEW, "9"),
        says("5", "and nothing else then").method("PUT", NEW).writing().body(NINE).is(400).then(IN_NEW, "o"),
        says("5", "N-Triples")
            .method("PUT", NEW)
            .header("content-type", "application/n-triples")
            .writing()
            .body("<http://a/x> <http://a/p> \"9\" .")
            .is(201)
            .then(IN_NEW, "9"),
        says("5", "JSON-LD")
            .method("PUT", NEW)
            .header("content-type", "application/ld+json")
            .writing()
            .body("{\"@id\":\"http://a/x\",\"http://a/p\":\"9\"}")
            .is(201)
            .then(IN_NEW, "9"),
        says("5", "parameters of the media type do no harm")
            .method("PUT", NEW)
            .header("content-type", "text/turtle; charset=utf-8")
            .writing()
            .body(NINE)
            .is(201)
            .then(IN_NEW, "9"),
        says("5", "relative IRIs are those of the graph")
            .turtle("PUT", "/graphs?graph=http://example.org/new", "<#x> <http://a/p> 9 .")
            .is(201)
            .then("SELECT ?s { ?s <http://a/p> 9 }", "http://example.org/new#x"),
        says("5.1", "what does not parse is a bad request")
            .turtle("PUT", G, "<http://a/x> <http://a/p>")
            .is(400)
            .then(IN_G, "1 2"),
        says("5.1", "and changes nothing, however far it was read")
            .turtle("POST", G, &format!("{NINE} nonsense"))
            .is(400)
            .then(IN_G, "1 2"),
        says("5.1", "a method that is not supported is told so")
            .method("PATCH", G)
            .writing()
            .is(405)
            .and("Allow", |r| {
                ["GET", "HEAD", "PUT", "POST", "DELETE"].iter().all(|method| r.header("allow").contains(method))
            }),
        says("5.1", "an unknown one, too").method("BREW", G).writing().is(405),
        says("5.1", "an unknown media type is")
            .method("PUT", G)
            .header("content-type", "application/pdf")
            .writing()
            .body("x")
            .is(415)
            .then(IN_G, "1 2"),
        says("5.1", "for POST, too")
            .method("POST", G)
            .header("content-type", "application/pdf")
            .writing()
            .body("x")
            .is(415)
            .then(IN_G, "1 2"),
        says("5.1", "a document that names graphs is not one of this graph")
            .method("PUT", G)
            .header("content-type", "application/n-quads")
            .writing()
            .body("<http://a/x> <http://a/p> <http://a/y> <http://a/g> .")
            .is(400)
            .then(IN_G, "1 2"),
    ])
    .await;
}

#[tokio::test]
async fn section_5_2_get_and_5_6_head() {
    hold(vec![
        says("5.2", "the graph comes")
            .method("GET", G)
            .accept("application/n-triples")
            .and("three triples", |r| r.text().lines().count() == 3),
        says("5.2", "as Accept wants it: RDF/XML")
            .method("GET", G)
            .accept("application/rdf+xml")
            .and("RDF/XML", |r| is_of(r, "application/rdf+xml")),
        says("5.2", "or by weight")
            .method("GET", G)
            .accept("application/rdf+xml;q=0.3, application/n-triples;q=0.4")
            .and("N-Triples", |r| is_of(r, "application/n-triples")),
        says("5.2", "a format that is not to be had is told").method("GET", G).accept("image/png").is(406),
        says("5.2", "it can be cached")
            .method("GET", G)
            .and("by its tag", |r| r.header("etag").len() > 2 && r.header("vary").contains("Accept")),
        says("5.2", "a graph that is not there is not found").method("GET", NEW).is(404),
        says("5.2", "no token is needed").method("GET", "/graphs"),
        says("5.6", "HEAD is GET without the body")
            .method("HEAD", G)
            .and("no body", |r| r.body.is_empty() && is_of(r, "text/turtle") && !r.header("etag").is_empty()),
        says("5.6", "of what is not there").method("HEAD", NEW).is(404),
    ])
    .await;
}

#[tokio::test]
async fn section_5_3_put() {
    hold(vec![
        says("5.3", "a new graph is created").turtle("PUT", NEW, NINE).is(201).then(IN_NEW, "9"),
        says("5.3", "one that is there is replaced").turtle("PUT", G, NINE).gives_one_of(&[200, 204]).then(IN_G, "9"),
        says("5.3", "and no other")
            .turtle("PUT", G, NINE)
            .is(204)
            .then("SELECT ?o { GRAPH <http://example.org/h> { ?s ?p ?o } }", "3"),
        says("5.3", "the unnamed one is there already")
            .turtle("PUT", "/graphs?default", NINE)
            .is(204)
            .then("SELECT ?o FROM <http://example.org/none> { ?s ?p ?o }", "o"),
        says("5.3", "an empty payload makes an empty graph")
            .turtle("PUT", NEW, "")
            .is(201)
            .then("ASK { GRAPH <http://example.org/new> {} }", "true"),
        says("5.3", "or empties one").turtle("PUT", G, "").is(204).then(IN_G, "o"),
        says("5.3", "not without the token")
            .method("PUT", G)
            .header("content-type", "text/turtle")
            .body(NINE)
            .is(401)
            .then(IN_G, "1 2"),
        says("5.3", "nor to the whole store").turtle("PUT", "/graphs", NINE).is(400),
        says("5.3", "an address made here is told where it is").turtle("PUT", "/graphs/mine", NINE).is(201),
    ])
    .await;
}

#[tokio::test]
async fn section_5_4_delete() {
    hold(vec![
        says("5.4", "the graph goes")
            .method("DELETE", G)
            .writing()
            .gives_one_of(&[200, 204])
            .then("ASK { GRAPH <http://example.org/g> {} }", "false"),
        says("5.4", "one that is not there is not found").method("DELETE", NEW).writing().is(404),
        says("5.4", "no other goes")
            .method("DELETE", G)
            .writing()
            .is(204)
            .then("SELECT ?o { GRAPH <http://example.org/h> { ?s ?p ?o } }", "3"),
        says("5.4", "the unnamed one is emptied")
            .method("DELETE", "/graphs?default")
            .writing()
            .is(204)
            .then("ASK { <http://a/d> ?p ?o }", "false"),
        says("5.4", "not without the token").method("DELETE", G).is(401).then(IN_G, "1 2"),
        says("5.4", "nor with that of somebody else")
            .method("DELETE", G)
            .header("authorization", "Bearer nobody")
            .is(401)
            .then(IN_G, "1 2"),
        says("5.4", "nor the store as a whole").method("DELETE", "/graphs").writing().is(400).then(IN_G, "1 2"),
    ])
    .await;
}

#[tokio::test]
async fn section_5_5_post() {
    let form = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"one.ttl\"\r\n\r\n<http://a/x> <http://a/p> 8 .\r\n\
                --b\r\nContent-Disposition: form-data; name=\"g\"; filename=\"two\"\r\nContent-Type: application/n-triples\r\n\r\n<http://a/x> <http://a/p> \"9\" .\r\n--b--\r\n";
    let unnamed = "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n<http://a/x> <http://a/p> 8 .\r\n--b--\r\n";
    let parts = ("content-type", "multipart/form-data; boundary=b");
    hold(vec![
        says("5.5", "the payload is merged in").turtle("POST", G, NINE).gives_one_of(&[200, 204]).then(IN_G, "1 2 9"),
        says("5.5", "blank nodes of the payload are new ones")
            .turtle("POST", G, "_:b <http://a/p> 9 . _:b <http://a/p> 8 .")
            .is(204)
            .then(IN_G, "1 2 8 9"),
        says("5.5", "a graph that is not there is created").turtle("POST", NEW, NINE).is(201).then(IN_NEW, "9"),
        says("5.5", "every file of a form is merged")
            .method("POST", G)
            .header(parts.0, parts.1)
            .writing()
            .body(form)
            .is(204)
            .then(IN_G, "1 2 8 9"),
        says("5.5", "a part of which nobody knows what it is is refused")
            .method("POST", G)
            .header(parts.0, parts.1)
            .writing()
            .body(unnamed)
            .gives_one_of(&[400, 415])
            .then(IN_G, "1 2"),
        says("5.5", "a form that breaks off is")
            .method("POST", G)
            .header(parts.0, parts.1)
            .writing()
            .body(&form[..150])
            .is(400)
            .then(IN_G, "1 2"),
        says("5.5", "the store makes a new graph of triples")
            .turtle("POST", "/graphs", NINE)
            .is(201)
            .and("and says where", |r| r.header("location").starts_with("http://localhost/graphs/"))
            .then("ASK { GRAPH ?g { ?s <http://a/p> 9 } }", "true"),
        says("5.5", "an empty payload is no change").turtle("POST", G, "").is(204).then(IN_G, "1 2"),
        says("5.5", "nor to the store").turtle("POST", "/graphs", "").is(204),
        says("5.5", "not without the token")
            .method("POST", G)
            .header("content-type", "text/turtle")
            .body(NINE)
            .is(401)
            .then(IN_G, "1 2"),
    ])
    .await;
}

#[tokio::test]
async fn a_graph_made_by_the_store_is_found_where_it_says() {
    let app = super::app::App::new();
    let made = app.send("POST", "/graphs", &[WRITE, super::app::TURTLE], NINE).await;
    let address = made.header("location").strip_prefix("http://localhost").unwrap().to_owned();
    assert!(app.get(&address, "application/n-triples").await.text().contains("http://a/x"));
    assert_eq!(app.send("DELETE", &address, &[WRITE], "").await.status, 204);
    assert_eq!(app.get(&address, "*/*").await.status, 404);
}
