//! Responses of an endpoint.

use std::io::{self, Read};

use ureq::http::HeaderMap;

use crate::store::error::StoreError;

/// An answer whose body is still to be read.
pub(super) struct Answer {
    pub media_type: String,
    pub headers: HeaderMap,
    pub body: Box<dyn Read>,
}

impl Answer {
    /// The value of a header; nothing where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Reads the body to its end, so that the connection can serve again.
    pub(super) fn read_out(mut self) -> Result<(), StoreError> {
        io::copy(&mut self.body, &mut io::sink()).map(drop).map_err(|error| StoreError::Storage(error.into()))
    }
}
