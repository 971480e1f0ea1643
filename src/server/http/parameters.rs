//! Parameters of a request: of its address, and of the form that it sends.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, header};

use super::body;
use super::problem::Problem;
use crate::server::endpoint::Endpoint;
use crate::server::failure;
use crate::server::sparql::protocol;

/// The parameters of a request in their order: those of its address and, of a POST, those of the form that it sends, whose
/// values are texts of queries at most.
///
/// # Errors
/// 400 and 415 for what is no form, and those of [`body::read`].
pub async fn parameters(endpoint: &Endpoint, request: Request) -> Result<(Parts, Vec<(String, String)>), Problem> {
    let (parts, body) = request.into_parts();
    let mut given = protocol::pairs(parts.uri.query().unwrap_or_default()).map_err(failure::of_protocol)?;
    if parts.method == Method::POST {
        let limits = endpoint.settings.body.within(protocol::encoded(endpoint.settings.text.length));
        let bytes = body::read(&parts.headers, body, limits, &endpoint.bodies).await?;
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        given.extend(protocol::form_pairs(content_type, &bytes).map_err(failure::of_protocol)?);
    }
    Ok((parts, given))
}

/// The names of formats that an address gives.
///
/// # Errors
/// 400 where the query of the address cannot be read.
pub fn formats(query: Option<&str>) -> Result<Vec<String>, Problem> {
    protocol::formats(query.unwrap_or_default()).map_err(failure::of_protocol)
}
