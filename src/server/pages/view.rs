//! Whom a page is for, and where the site stands.

use axum::http::{HeaderMap, Uri, header};

use super::address::{self, Target};
use super::language::Language;
use super::texts::Texts;
use crate::server::endpoint::Endpoint;
use crate::server::sparql::protocol;

/// The parameter that chooses the language, and the cookie that keeps it.
pub const LANGUAGE: &str = "lang";
/// The parameter that chooses the language of the data's names, and the cookie that keeps it.
pub const LABELS: &str = "labels";

/// The reader of a page, and the addresses of the site as that reader sees it.
#[derive(Debug, Clone)]
pub struct View {
    /// The language of the interface.
    pub language: Language,
    /// The language of the data's names as far as there are some: that of the interface, unless chosen otherwise.
    pub labels: Language,
    /// What the address chooses, so that it is to be remembered: the cookie with its value, empty where it is to be forgotten.
    pub chosen: Vec<(&'static str, &'static str)>,
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
        let asked = |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let (asked, asked_labels) = (asked(LANGUAGE), asked(LABELS));
        parameters.retain(|(name, _)| name != LANGUAGE && name != LABELS);
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let base = endpoint.settings.base_path.clone();
        let path = uri.path().strip_prefix(base.as_str()).filter(|rest| rest.starts_with('/')).unwrap_or(uri.path());
        let language = Language::choose(asked.as_deref(), cookie(headers, LANGUAGE), accepted);
        // An empty choice is one: that names follow the interface.
        let labels = asked_labels.as_deref().or_else(|| cookie(headers, LABELS)).and_then(Language::of_tag);
        let chosen = [(LANGUAGE, asked, false), (LABELS, asked_labels, true)].into_iter().filter_map(
            |(name, asked, forgets)| {
                let asked = asked?;
                let tag = Language::of_tag(&asked).map(Language::tag);
                Some((name, tag.or((forgets && asked.is_empty()).then_some(""))?))
            },
        );
        Self {
            language,
            labels: labels.unwrap_or(language),
            chosen: chosen.collect(),
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

    /// The parameters of the address but those that choose languages.
    pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a parameter of the address; none where it is empty.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    /// Every value of a parameter of the address that is not empty.
    pub fn parameters(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.parameters.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.trim());
        values.filter(|value| !value.is_empty())
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
fn cookie<'h>(headers: &'h HeaderMap, own: &str) -> Option<&'h str> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == own).map(|(_, value)| value)
}
