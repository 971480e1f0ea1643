//! The interface in OpenAPI 3.1, made from the query library and the formats as they are.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use serde_json::{Map, Value, json};

use crate::query::{Parameter, ParameterKind, library};
use crate::server::endpoint::Endpoint;
use crate::server::http::conditional;
use crate::server::http::problem::Problem;
use crate::server::linked_data::description;

/// `/openapi.json`.
///
/// # Errors
/// 412 where the request insists on another document.
pub async fn document(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "citypact", "version": env!("CARGO_PKG_VERSION"), "license": { "name": "MIT OR Apache-2.0" } },
        "servers": [{ "url": endpoint.root(request.headers()) }],
        "paths": paths(),
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Problem": problem() },
            "responses": { "Problem": {
                "description": "What went wrong (RFC 9457)",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
        },
    });
    conditional::whole(request.headers(), "application/json", document.to_string())
}

/// What lists are narrowed by.
const FILTERS: [&str; 4] = ["state", "year", "kind", "page"];

fn problem() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": { "type": text, "title": text, "status": { "type": "integer" }, "detail": text, "hint": text,
            "code": { "type": "string", "description": "what kind of problem it is" },
            "limit": { "type": "number", "description": "the limit that was reached: seconds, rows or bytes" } },
    })
}

fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add = |path: &str, operations: Value| paths.insert(path.to_owned(), operations);
    add("/", json!({ "get": operation("A page for people: what is here and where", "200") }));
    add(
        "/assets/{version}/{name}",
        json!({ "parameters": [path("version", "what the files are known by"), path("name", "the file")],
        "get": operation("A file that pages need", "200") }),
    );
    for (path, what, parameters) in [
        ("/search", "A page: what bears a name, in any script", &["q", "anywhere"][..]),
        ("/compare", "A page: up to four places side by side", &["place"]),
        ("/places", "A page: places with ties", &FILTERS),
        ("/ties", "A page: ties", &FILTERS),
        ("/agreements", "A page: agreements", &FILTERS),
        ("/awards", "A page: awards conferred", &FILTERS),
        ("/events", "A page: events", &FILTERS),
        ("/documents", "A page: documents", &FILTERS),
        ("/ontology", "A page: the vocabulary", &[]),
    ] {
        let parameters = parameters.iter().map(|name| query(name, "see the page", json!({ "type": "string" })));
        add(path, json!({ "get": with(operation(what, "200"), parameters.collect()) }));
    }
    add("/review", review());
    add("/sparql", sparql());
    for (path, what, name, about) in [
        ("check", "What is wrong with a text, and what is odd about it", "query", "the text"),
        ("format", "A query or update laid out for reading", "query", "the text"),
        ("complete", "What may follow in a text", "text", "the text"),
        ("labels", "What things are called", "iri", "a thing; may be given more than once"),
    ] {
        add(&format!("/sparql/{path}"), assistance(what, query(name, about, json!({ "type": "string" }))));
    }
    add("/graphs", graphs());
    add("/graphs/{name}", graph());
    for space in ["id", "kind", "code", "variable", "scheme", "graph"] {
        add(
            &format!("/{space}/{{name}}"),
            json!({ "parameters": [path("name", "what it is called")],
            "get": operation("Leads to the document about a thing", "303") }),
        );
    }
    for space in ["kind", "variable"] {
        add(&format!("/{space}"), json!({ "get": operation("Leads to the document about a scheme", "303") }));
    }
    add(
        "/doc/{name}",
        json!({ "parameters": [path("name", "what it is called"), format(false)],
        "get": operation("All that is known of a thing", "200") }),
    );
    add("/ns", json!({ "parameters": [format(false)], "get": operation("The vocabulary", "200") }));
    add("/queries", json!({ "get": operation("The query library", "200") }));
    for query in library() {
        add(&format!("/queries/{}", query.name), named(query));
    }
    for (path, what) in [
        ("/dataset", "What the data is: VoID and DCAT"),
        ("/healthz", "Whether the process answers"),
        ("/readyz", "Whether requests may be sent here"),
        ("/metrics", "Counters for Prometheus"),
        ("/openapi.json", "This description"),
    ] {
        add(path, json!({ "get": operation(what, "200") }));
    }
    add("/.well-known/void", json!({ "get": operation("Leads to /dataset", "303") }));
    for (path, method, what, status) in [
        ("/admin/queries", "get", "What is being evaluated", "200"),
        ("/admin/backup", "post", "Copies the store", "201"),
        ("/admin/optimize", "post", "Rearranges the store's files", "204"),
        ("/admin/reload", "post", "Forgets cached results", "204"),
    ] {
        add(path, json!({ method: secured(operation(what, status)) }));
    }
    add(
        "/admin/queries/{id}",
        json!({ "parameters": [path("id", "the evaluation's number")],
        "delete": secured(operation("Ends an evaluation", "204")) }),
    );
    paths
}

fn review() -> Value {
    let text = json!({ "type": "string" });
    let parameters = ["about", "page"].map(|name| query(name, "see the page", text.clone()));
    let mut post = secured(operation("Takes a person's verdict on a conflict, and leads to the page", "303"));
    post["requestBody"] = json!({ "content": { "application/x-www-form-urlencoded": { "schema": {
        "type": "object",
        "required": ["conflict", "by"],
        "properties": { "conflict": text, "verdict": text, "by": text, "note": text, "token": text },
    } } } });
    json!({ "get": with(operation("A page: what documents disagree about", "200"), parameters.into()), "post": post })
}

fn operation(summary: &str, status: &str) -> Value {
    json!({ "summary": summary, "responses": {
        status: { "description": summary },
        "default": { "$ref": "#/components/responses/Problem" },
    } })
}

fn secured(mut operation: Value) -> Value {
    operation["security"] = json!([{ "token": [] }]);
    operation
}

fn with(mut operation: Value, parameters: Vec<Value>) -> Value {
    operation["parameters"] = parameters.into();
    operation
}

fn path(name: &str, what: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": what, "schema": { "type": "string" } })
}

fn query(name: &str, what: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": what, "schema": schema })
}

fn format(results: bool) -> Value {
    let (mut names, syntaxes) = description::format_names();
    if !results {
        names.clear();
    }
    names.extend(syntaxes);
    query("format", "the format of the answer, beside Accept", json!({ "type": "string", "enum": names }))
}

fn timeout() -> Value {
    query("timeout", "seconds, at most those of the server", json!({ "type": "number", "exclusiveMinimum": 0 }))
}

/// What an editor asks: by address, or by a form with the same parameters.
fn assistance(what: &str, asked: Value) -> Value {
    let more = match asked["name"].as_str() {
        Some("text") => {
            vec![query("at", "the character before which it follows, else the end", json!({ "type": "integer" }))]
        }
        Some("iri") => vec![query("lang", "the language of the labels", json!({ "type": "string" }))],
        _ => Vec::new(),
    };
    let parameters: Vec<Value> = [asked].into_iter().chain(more).collect();
    json!({ "get": with(operation(what, "200"), parameters), "post": operation(what, "200") })
}

fn sparql() -> Value {
    let text = || json!({ "type": "string" });
    let many = || json!({ "type": "array", "items": { "type": "string", "format": "iri" } });
    let parameters = vec![
        query("query", "the query", text()),
        query("default-graph-uri", "graphs whose merge is the default graph", many()),
        query("named-graph-uri", "the named graphs", many()),
        format(true),
        timeout(),
        query(
            "default-graph",
            "what the default graph is where no dataset is named, instead of what the server has set",
            json!({ "type": "string", "enum": ["union", "empty"] }),
        ),
        query("explain", "tell how the query is evaluated, instead of its result", json!({ "type": "boolean" })),
    ];
    let body = json!({ "required": true, "content": {
        "application/x-www-form-urlencoded": { "schema": { "type": "object", "properties": { "query": text(), "update": text() } } },
        "application/sparql-query": { "schema": text() },
        "application/sparql-update": { "schema": text() },
    } });
    let mut post = operation("Evaluates a query, or carries out an update (which needs a token)", "200");
    post["responses"]["204"] = json!({ "description": "The update is done" });
    post["requestBody"] = body;
    json!({ "get": with(operation("Evaluates a query; describes the service where there is none", "200"), parameters), "post": post })
}

fn graphs() -> Value {
    let mut operations = graph();
    operations["parameters"] = json!([
        query("graph", "the graph's IRI", json!({ "type": "string", "format": "iri" })),
        query("default", "the default graph", json!({ "type": "string" })),
        query(
            "replace",
            "with a POST of quads: graphs that hold what is sent and nothing else then, in one transaction",
            json!({ "type": "array", "items": { "type": "string", "format": "iri" } }),
        ),
        format(false),
    ]);
    operations
}

fn graph() -> Value {
    json!({
        "parameters": [path("name", "the rest of the graph's IRI")],
        "get": operation("A graph", "200"),
        "put": secured(operation("Makes or replaces a graph", "204")),
        "post": secured(operation("Adds to a graph", "204")),
        "delete": secured(operation("Removes a graph", "204")),
    })
}

fn named(named: &crate::query::NamedQuery) -> Value {
    let mut parameters: Vec<Value> = named
        .parameters
        .iter()
        .map(|parameter| {
            let mut value = query(&parameter.name, &parameter.description, schema(parameter));
            value["required"] = parameter.default.is_none().into();
            value
        })
        .collect();
    parameters.extend([format(true), timeout()]);
    let asked = || with(operation(&named.title, "200"), parameters.clone());
    let mut post = asked();
    post["requestBody"] = json!({
        "description": "the parameters, beside or instead of those of the address",
        "content": { "application/x-www-form-urlencoded": { "schema": { "type": "object" } } },
    });
    json!({ "get": asked(), "post": post })
}

fn schema(parameter: &Parameter) -> Value {
    let mut schema = match parameter.kind {
        ParameterKind::Integer | ParameterKind::Year => json!({ "type": "integer" }),
        ParameterKind::Date => json!({ "type": "string", "format": "date" }),
        _ => json!({ "type": "string" }),
    };
    if let Some(default) = &parameter.default {
        let number = default.parse::<i64>().ok().filter(|_| schema["type"] == "integer");
        schema["default"] = number.map_or_else(|| default.clone().into(), Value::from);
    }
    schema
}
