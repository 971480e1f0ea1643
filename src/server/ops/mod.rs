//! Operations: health, readiness, metrics, and what the admin token opens.

pub mod counts;
mod exposition;
pub mod log;
pub mod metrics;
pub mod openapi;

use std::path::{Component, Path as FilePath};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::endpoint::Endpoint;
use super::failure;
use super::http::access::Right;
use super::http::problem::Problem;
use super::http::response;
use super::sparql::protocol;
use crate::store::Embedded;

const JSON: &str = "application/json";
/// The time that an engine elsewhere has to answer who asks whether it is there.
const PROBE: Duration = Duration::from_secs(5);

/// `/healthz`: the process answers.
pub async fn health() -> Response<Body> {
    of_now("text/plain; charset=utf-8", "ok\n")
}

/// What is true at the moment alone, and not to be kept (RFC 9111 §5.2.2.5).
fn of_now(media_type: &'static str, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = response::whole(media_type, text);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `/readyz`: requests may be sent here, and which backup answers them, where the server follows a folder; not while the server
/// drains, nor while changes cannot be written, which is tried again here, nor while an engine elsewhere that is served does not
/// answer.
///
/// # Errors
/// 503 while it is not ready.
pub async fn readiness(State(endpoint): State<Arc<Endpoint>>) -> Result<Response<Body>, Problem> {
    if !endpoint.is_ready() {
        return Err(Problem::unavailable("the server is about to stop", 5));
    }
    if let Some(store) = endpoint.store.here().filter(|store| store.ails()).cloned() {
        let turn = endpoint.writers.take().await?;
        let recover = move || {
            let _turn = turn;
            store.recover().map_err(|error| failure::of_store(&error))
        };
        failure::blocking(recover).await.map_err(|problem| problem.unavailable_for(5))?;
    }
    if let Some(there) = endpoint.store.there().cloned() {
        let asked = move || there.is_there(PROBE).map_err(|error| failure::of_store(&error));
        failure::blocking(asked).await.map_err(|problem| problem.unavailable_for(5))?;
    }
    let served = endpoint.backup.as_ref().map_or_else(String::new, |backup| format!(": {backup}"));
    Ok(of_now("text/plain; charset=utf-8", format!("ready{served}\n")))
}

/// `/metrics`: counters for Prometheus.
pub async fn metrics(State(endpoint): State<Arc<Endpoint>>) -> Response<Body> {
    of_now("text/plain; version=0.0.4; charset=utf-8", exposition::render(&endpoint))
}

/// `/admin/queries`: what is being evaluated.
///
/// # Errors
/// 401 and 403 without the admin token.
pub async fn running(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    endpoint.settings.tokens.check(request.headers(), Right::Admin)?;
    Ok(of_now(JSON, json!({ "running": endpoint.running.list() }).to_string()))
}

/// DELETE `/admin/queries/{id}`: ends an evaluation.
///
/// # Errors
/// 404 where there is none of this number; 401 and 403 without the admin token.
pub async fn cancel(
    State(endpoint): State<Arc<Endpoint>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    endpoint.settings.tokens.check(request.headers(), Right::Admin)?;
    let known = id.parse().is_ok_and(|id| endpoint.running.cancel(id));
    if known {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found(format!("nothing of the number {id} is going on")))
    }
}

/// POST `/admin/backup?name=…`: copies the store into the folder for backups, while it serves.
///
/// # Errors
/// 409 where the name is taken or the store is in memory, 400 for a name that is more than one; 403 where no folder was
/// named at the start; 401 and 403 without the admin token.
pub async fn backup(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    endpoint.settings.tokens.check(request.headers(), Right::Admin)?;
    let folder = endpoint.settings.backups.clone().ok_or_else(|| {
        Problem::new(StatusCode::FORBIDDEN, "this server makes no backups").hint(Some("start it with --backup-dir"))
    })?;
    let pairs = protocol::pairs(request.uri().query().unwrap_or_default()).map_err(failure::of_protocol)?;
    let given = pairs.into_iter().find(|(name, _)| name == "name").map(|(_, value)| value);
    if given.as_deref().is_some_and(|name| !is_plain(name)) {
        return Err(Problem::bad_request("the name of a backup is letters, digits, `-`, `_` and `.`"));
    }
    let store = own(&endpoint)?;
    let target = failure::blocking(move || {
        let named = |epoch| folder.join(given.unwrap_or_else(|| format!("epoch-{epoch}")));
        store.backup_as(named).map_err(|error| failure::of_store(&error))
    })
    .await?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let path = std::path::absolute(&target).unwrap_or_else(|_| target.clone());
    let mut response = of_now(JSON, json!({ "backup": name, "path": path }).to_string());
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// The store, whose files are this server's.
fn own(endpoint: &Endpoint) -> Result<Arc<Embedded>, Problem> {
    let elsewhere = || {
        let said = "what is served is in another engine: its files are looked after where that runs";
        Problem::new(StatusCode::CONFLICT, said)
    };
    endpoint.store.here().cloned().ok_or_else(elsewhere)
}

/// Whether a name is one of a file in a folder and nowhere else.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let mut components = FilePath::new(name).components();
    name.len() <= 100
        && name.bytes().all(plain)
        && matches!((components.next(), components.next()), (Some(Component::Normal(_)), None))
}

/// POST `/admin/optimize`: rearranges the store's files for faster reading.
///
/// # Errors
/// The store's; 401 and 403 without the admin token.
pub async fn optimize(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<StatusCode, Problem> {
    endpoint.settings.tokens.check(request.headers(), Right::Admin)?;
    let store = own(&endpoint)?;
    failure::blocking(move || store.optimize().map_err(|error| failure::of_store(&error))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// POST `/admin/reload`: forgets results, parsed queries and counts.
///
/// # Errors
/// 401 and 403 without the admin token.
pub async fn reload(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<StatusCode, Problem> {
    endpoint.settings.tokens.check(request.headers(), Right::Admin)?;
    endpoint.forget();
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn names_lead_nowhere_else() {
        assert!(is_plain("2026-11-21") && is_plain("a.b_c"));
        for name in ["", ".", "..", "../../x", "a/b", "/etc", "a\\b", "C:", "a\0", &"x".repeat(101)] {
            assert!(!is_plain(name), "{name:?}");
        }
    }
}
