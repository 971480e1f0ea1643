//! Every address of the endpoint, and what every response goes through.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, Response, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::endpoint::Endpoint;
use super::http::{access, conditional, conformance, cors, problem, problem_response};
use super::linked_data::{self, description};
use super::ops::{self, log, openapi};
use super::sparql::{self, assist, library};
use super::{graph_store, pages};

/// Puts an endpoint on the web. Programs may mount the router in a server of their own; tests call it without a socket.
pub fn router(endpoint: &Arc<Endpoint>) -> Router {
    let base = endpoint.settings.base_path.clone();
    let routes = routes().with_state(Arc::clone(endpoint));
    let routes = if base.is_empty() { routes } else { below(&base, routes, endpoint) };
    // From the inside out: what is nearest to the handlers comes first.
    routes
        .layer(from_fn(options))
        .layer(from_fn(conformance::checked))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(endpoint), problem_response::render))
        .layer(CompressionLayer::new().gzip(true).zstd(true))
        .layer(map_response(coded))
        .layer(from_fn(conformance::whole))
        .layer(from_fn(cors::allow))
        .layer(map_response(secured))
        .layer(from_fn_with_state(Arc::clone(endpoint), log::access))
}

/// The addresses below a path; the home page stands at the path with a slash at its end, too.
fn below(base: &str, routes: Router, endpoint: &Arc<Endpoint>) -> Router {
    let home = get(pages::handler::home).with_state(Arc::clone(endpoint));
    Router::new().nest(base, routes).route(&format!("{base}/"), home)
}

fn routes() -> Router<Arc<Endpoint>> {
    let graph = get(graph_store::direct).put(graph_store::direct).post(graph_store::direct).delete(graph_store::direct);
    let graphs =
        get(graph_store::indirect).put(graph_store::indirect).post(graph_store::indirect).delete(graph_store::indirect);
    Router::new()
        .route("/", get(pages::handler::home))
        .route("/assets/{version}/{*name}", get(pages::assets::file))
        .route("/search", get(pages::handler::find))
        .route("/places", get(pages::handler::places))
        .route("/ties", get(pages::handler::ties))
        .route("/agreements", get(pages::handler::agreements))
        .route("/awards", get(pages::handler::awards))
        .route("/events", get(pages::handler::events))
        .route("/documents", get(pages::handler::documents))
        .route("/compare", get(pages::handler::compare))
        .route("/review", get(pages::handler::review).post(pages::judge))
        .route("/ontology", get(pages::handler::ontology))
        .route("/sparql", get(sparql::handle).post(sparql::handle))
        .route("/sparql/check", get(assist::check).post(assist::check))
        .route("/sparql/complete", get(assist::complete).post(assist::complete))
        .route("/sparql/format", get(assist::format).post(assist::format))
        .route("/sparql/labels", get(assist::labels).post(assist::labels))
        .route("/graphs", graphs)
        .route("/graphs/{*name}", graph)
        .route("/id/{*name}", get(linked_data::thing))
        .route("/kind", get(linked_data::thing))
        .route("/kind/{*name}", get(linked_data::thing))
        .route("/code/{*name}", get(linked_data::thing))
        .route("/variable", get(linked_data::thing))
        .route("/variable/{*name}", get(linked_data::thing))
        .route("/scheme/{*name}", get(linked_data::thing))
        .route("/graph/{*name}", get(linked_data::thing))
        .route("/doc/{*name}", get(linked_data::document))
        .route("/ns", get(linked_data::vocabulary))
        .route("/queries", get(library::list))
        .route("/queries/{name}", get(library::ask).post(library::ask))
        .route("/dataset", get(description::dataset))
        .route("/.well-known/void", get(description::well_known))
        .route("/healthz", get(ops::health))
        .route("/readyz", get(ops::readiness))
        .route("/metrics", get(ops::metrics))
        .route("/openapi.json", get(openapi::document))
        .route("/admin/queries", get(ops::running))
        .route("/admin/queries/{id}", delete(ops::cancel))
        .route("/admin/backup", post(ops::backup))
        .route("/admin/optimize", post(ops::optimize))
        .route("/admin/reload", post(ops::reload))
}

/// OPTIONS (RFC 9110 §9.3.7): what `Allow`, which the router adds, says without the complaint.
async fn options(request: Request, next: axum::middleware::Next) -> Response<Body> {
    let is_options = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    if is_options && response.status() == StatusCode::METHOD_NOT_ALLOWED {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    response
}

async fn coded(response: Response<Body>) -> Response<Body> {
    conformance::vary(conditional::mark_coding(response))
}

async fn secured(response: Response<Body>) -> Response<Body> {
    access::secure(response)
}

/// A fault of ours that unwound: 500, and the server goes on.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    axum::response::IntoResponse::into_response(problem::Problem::internal("the request could not be worked on"))
}
