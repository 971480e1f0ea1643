//! The Graph Store Protocol, dereferencing, and descriptions of the data.

use super::app::{App, TURTLE, WRITE};

const G: &str = "/graphs?graph=http://example.org/g";

#[tokio::test]
async fn graphs_come_change_and_go() {
    let app = App::new();
    assert_eq!(app.get(G, "*/*").await.status, 404);
    assert_eq!(app.send("PUT", G, &[WRITE, TURTLE], "<s> <p> 1 .").await.status, 201);
    let graph = app.get(G, "application/n-triples").await;
    assert_eq!(
        graph.text(),
        "<http://example.org/s> <http://example.org/p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n"
    );
    assert_eq!(app.send("POST", G, &[WRITE, TURTLE], "<s> <p> 2 .").await.status, 204);
    assert_eq!(app.get(G, "application/n-triples").await.text().lines().count(), 2);
    assert_eq!(app.send("PUT", G, &[WRITE, TURTLE], "<s> <p> 3 .").await.status, 204);
    assert_eq!(app.get(G, "application/n-triples").await.text().lines().count(), 1);
    assert_eq!(app.send("DELETE", G, &[WRITE], "").await.status, 204);
    assert_eq!(app.send("DELETE", G, &[WRITE], "").await.status, 404);
    assert_eq!(app.send("PUT", G, &[WRITE, TURTLE], "").await.status, 201);
    assert_eq!(app.get(G, "*/*").await.status, 200);
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let app = App::holding("<s> <p> 1 .").await;
    for method in ["PUT", "POST"] {
        let reply = app.send(method, G, &[WRITE, TURTLE], "<s> <p> 2 . <s> <p>").await;
        assert_eq!(reply.status, 400);
    }
    assert_eq!(app.send("PUT", G, &[WRITE, ("content-type", "text/css")], "x").await.status, 415);
    // Without a Content-Type it is RDF/XML (§5), which this is not.
    assert_eq!(app.send("PUT", G, &[WRITE], "<s> <p> 2 .").await.status, 400);
    assert!(app.get(G, "application/n-triples").await.text().contains("\"1\""));
}

#[tokio::test]
async fn two_editors_do_not_overwrite_each_other() {
    let app = App::holding("<s> <p> 1 .").await;
    let tag = app.get(G, "application/ld+json").await.header("etag").to_owned();
    let put = async |tag: &str, body: &'static str| app.send("PUT", G, &[WRITE, TURTLE, ("if-match", tag)], body).await;
    let first = put(&tag, "<s> <p> 2 .").await;
    assert_eq!(first.status, 204);
    assert_eq!(put(&tag, "<s> <p> 3 .").await.status, 412);
    assert_eq!(put(first.header("etag"), "<s> <p> 4 .").await.status, 204);
    // A change of another graph is no conflict.
    let tag = app.get(G, "*/*").await.header("etag").to_owned();
    assert_eq!(
        app.send("PUT", "/graphs?graph=http://example.org/h", &[WRITE, TURTLE], "<s> <p> 1 .").await.status,
        201
    );
    assert_eq!(app.send("DELETE", G, &[WRITE, ("if-match", &tag)], "").await.status, 204);
    assert_eq!(app.send("PUT", G, &[WRITE, TURTLE, ("if-match", "*")], "").await.status, 412);
    assert_eq!(app.send("PUT", G, &[WRITE, TURTLE, ("if-none-match", "*")], "").await.status, 201);
    assert_eq!(app.send("PUT", G, &[WRITE, TURTLE, ("if-none-match", "*")], "").await.status, 412);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_editors_at_once_one_prevails() {
    let app = std::sync::Arc::new(App::holding("<s> <p> 0 .").await);
    for round in 0..10 {
        let tag = app.get(G, "text/turtle").await.header("etag").to_owned();
        let edits: Vec<_> = (0..8)
            .map(|n| {
                let (app, tag) = (app.clone(), tag.clone());
                let body = format!("<s> <p> {} .", 100 * round + n + 1);
                tokio::spawn(async move { app.send("PUT", G, &[WRITE, TURTLE, ("if-match", &tag)], body).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for edit in edits {
            statuses.push(edit.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 412, 412, 412, 412, 412, 412, 412]);
    }
}

#[tokio::test]
async fn requests_that_name_no_graph_or_two_are_refused() {
    let app = App::new();
    for uri in ["/graphs?graph=relative", "/graphs?graph=http://a/&default", "/graphs?graph=http://a/&graph=http://b/"]
    {
        assert_eq!(app.send("GET", uri, &[], "").await.status, 400, "{uri}");
    }
    assert_eq!(app.send("PUT", "/graphs", &[WRITE, TURTLE], "").await.status, 400);
    assert_eq!(app.send("DELETE", "/graphs", &[WRITE], "").await.status, 400);
}

#[tokio::test]
async fn the_store_is_a_dataset() {
    let app = App::new();
    let quads = "<http://a/s> <http://a/p> 1 . <http://a/g> { <http://a/s> <http://a/p> 2 }";
    assert_eq!(app.send("POST", "/graphs", &[WRITE, ("content-type", "application/trig")], quads).await.status, 204);
    assert_eq!(app.get("/graphs", "application/n-quads").await.text().lines().count(), 2);
    assert_eq!(app.get("/graphs?default", "application/n-triples").await.text().lines().count(), 1);
    assert_eq!(app.get("/graphs", "text/turtle").await.status, 406);
    let made = app.send("POST", "/graphs", &[WRITE, TURTLE], "<> <http://a/p> 1 .").await;
    assert_eq!(made.status, 201);
    let address = made.header("location").strip_prefix("http://localhost").unwrap().to_owned();
    assert!(app.get(&address, "text/turtle").await.text().contains(made.header("location")));
}

#[tokio::test]
async fn things_lead_to_documents() {
    let app = App::new();
    let place = "https://w3id.org/citypact/id/place/昆明";
    let turtle = format!(
        "<{place}> <http://a/p> [ <http://a/q> 1 ] , <{place}#part> . <{place}#part> <http://a/p> 2 . <http://a/other> <http://a/p> 3 ."
    );
    assert_eq!(app.send("PUT", G, &[WRITE, TURTLE], turtle).await.status, 201);
    let thing = app.get("/id/place/%E6%98%86%E6%98%8E", "text/turtle").await;
    assert_eq!((thing.status, thing.header("location")), (303, "/doc/place/%E6%98%86%E6%98%8E"));
    let document = app.get(thing.header("location"), "application/n-triples").await;
    assert_eq!((document.status, document.text().lines().count()), (200, 4));
    assert!(
        document.header("content-location").ends_with("?format=ntriples") && document.header("vary").contains("Accept")
    );
    assert_eq!(app.get("/doc/place/nowhere", "*/*").await.status, 404);
    assert_eq!(app.get("/kind/friendship-city", "*/*").await.header("location"), "/doc/kind/friendship-city");
    assert!(app.get("/ns", "text/turtle").await.text().contains("pact:Tie "));
}

#[tokio::test]
async fn the_data_is_described_with_live_counts() {
    let app = App::holding("<s> a <http://a/C> .").await;
    assert_eq!(app.get("/.well-known/void", "*/*").await.header("location"), "/dataset");
    let triples = async || {
        let reply = app.get("/dataset", "application/n-triples").await;
        let line = reply.text().lines().find(|line| line.contains("void#triples") && line.contains("#dataset>"));
        line.unwrap().split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!(triples().await, "1");
    app.update("INSERT DATA { GRAPH <http://a/h> { <http://a/s> <http://a/p> 2 } }").await;
    assert_eq!(triples().await, "2");
    let reply = app.get("/dataset", "text/turtle").await;
    assert!(reply.text().contains("http://a/C") && reply.text().contains("http://a/h"));
}
