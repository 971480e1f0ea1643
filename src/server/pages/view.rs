//! Whom a page is for, and where the site stands.

use axum::http::{HeaderMap, Uri, header};

use super::address::{self, Target};
use super::language::Language;
use super::texts::Texts;
use crate::server::endpoint::Endpoint;
use crate::server::sparql::protocol;

/// The cookie that keeps the language chosen.
pub const COOKIE: &str = "lang";
/// The parameter that chooses it.
pub const PARAMETER: &str = "lang";

/// The reader of a page, and the addresses of the site as that reader sees it.
#[derive(Debug, Clone)]
pub struct View {
    /// The language of the interface, and of labels as far as there are some.
    pub language: Language,
    /// Whether the address chooses the language, so that it is to be remembered.
    pub is_chosen: bool,
    /// The address of the site as the world sees it, without a slash at its end.
    pub root: String,
    /// The namespace of the data.
    pub namespace: String,
    /// The path of this page below the site's own.
    pub path: String,
    base: String,
    parameters: Vec<(String, String)>,
}

impl View {
    /// The view of a request. `uri` may stand below the base path or not.
    pub fn new(endpoint: &Endpoint, headers: &HeaderMap, uri: &Uri) -> Self {
        let mut parameters = protocol::pairs(uri.query().unwrap_or_default()).unwrap_or_default();
        let asked = parameters.iter().find(|(name, _)| name == PARAMETER).map(|(_, value)| value.clone());
        parameters.retain(|(name, _)| name != PARAMETER);
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let base = endpoint.settings.base_path.clone();
        let path = uri.path().strip_prefix(base.as_str()).filter(|rest| rest.starts_with('/')).unwrap_or(uri.path());
        Self {
            language: Language::choose(asked.as_deref(), cookie(headers), accepted),
            is_chosen: asked.as_deref().and_then(Language::of_tag).is_some(),
            root: endpoint.root(headers),
            namespace: endpoint.settings.namespace.clone(),
            path: path.to_owned(),
            base,
            parameters,
        }
    }

    /// The words of the interface.
    pub const fn texts(&self) -> &'static Texts {
        self.language.texts()
    }

    /// The path before every address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The address of a path of the site.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The address of a path of the site, with parameters.
    pub fn asking(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        address::with_parameters(&self.at(path), parameters.iter().copied())
    }

    /// The address of this page with another value of a parameter, or without it.
    pub fn here_with(&self, name: &str, value: Option<&str>) -> String {
        let others = self.parameters.iter().filter(|(other, _)| other != name);
        let kept = others.map(|(name, value)| (name.as_str(), value.as_str()));
        address::with_parameters(&self.at(&self.path), kept.chain(value.map(|value| (name, value))))
    }

    /// The value of a parameter of the address; none where it is empty.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    /// Where an IRI leads.
    pub fn target(&self, iri: &str) -> Target {
        match address::target(iri, &self.namespace) {
            Target::Here(path) => Target::Here(self.at(&path)),
            other => other,
        }
    }

    /// The address of the editor with a query in it.
    pub fn query(&self, text: &str) -> String {
        self.asking("/sparql", &[("query", text)])
    }
}

/// The language that was chosen before.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}
