//! HTTP: what every request and response goes through, whatever it is about (RFC 9110, RFC 9112): conformance, negotiation,
//! conditional requests, bodies in and streams out, problem details, CORS, access.

pub mod access;
pub mod body;
pub mod cause;
pub mod conditional;
pub mod conformance;
pub mod cors;
pub mod iri;
pub mod negotiation;
pub mod offered;
pub mod parameters;
pub mod problem;
pub mod problem_response;
pub mod rdf_body;
pub mod response;
pub mod stream;
