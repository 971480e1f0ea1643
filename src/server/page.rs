//! The start page: what is here and where.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;

use super::conditional;
use super::endpoint::Endpoint;
use super::problem::Problem;

/// `/`: addresses, for people.
///
/// # Errors
/// 412 where the request insists on another page.
pub async fn start(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let root = escaped(&endpoint.root(request.headers()));
    let links = [
        ("sparql", "SPARQL endpoint"),
        ("graphs", "all data, TriG (Graph Store Protocol)"),
        ("queries", "the query library"),
        ("dataset", "what the data is (VoID, DCAT)"),
        ("ns", "the vocabulary"),
        ("openapi.json", "the interface, described"),
        ("metrics", "metrics"),
    ];
    let items: String =
        links.iter().map(|(path, what)| format!("<li><a href=\"{root}/{path}\">{path}</a>: {what}</li>\n")).collect();
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>citypact</title>\n</head>\n<body>\n\
         <h1>citypact</h1>\n<p>Friendship cities as linked data.</p>\n<ul>\n{items}</ul>\n\
         <pre>curl {root}/sparql --data-urlencode 'query=SELECT * {{ ?s ?p ?o }} LIMIT 10'</pre>\n</body>\n</html>\n"
    );
    conditional::whole(request.headers(), "text/html; charset=utf-8", page)
}

/// A text between tags or in an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
