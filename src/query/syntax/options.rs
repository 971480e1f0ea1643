//! How a text is read: prefixes, base and limits.

use std::collections::HashSet;
use std::sync::Arc;

use spargebra::SparqlParser;

use crate::query::limits::TextLimits;
use crate::vocab;

/// How to read a text.
#[derive(Debug, Clone)]
pub struct ParseOptions {
    /// What relative IRIs are resolved against.
    pub base: Option<String>,
    /// Prefixes that the text may use undeclared, beside those of [`vocab::PREFIXES`]. A declaration in the text wins.
    pub prefixes: Vec<(String, String)>,
    /// What the text may ask for.
    pub limits: TextLimits,
    /// What the text is called in errors: a file's name, or `query`.
    pub name: Arc<str>,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { base: None, prefixes: Vec::new(), limits: TextLimits::default(), name: "query".into() }
    }
}

impl ParseOptions {
    /// Every prefix that a text may use undeclared.
    pub(in crate::query) fn known_prefixes(&self) -> impl Iterator<Item = (&str, &str)> {
        vocab::PREFIXES.iter().copied().chain(self.prefixes.iter().map(|(name, iri)| (name.as_str(), iri.as_str())))
    }

    /// A parser for a text. It is told the prefixes that occur: to learn all takes longer than to read a small text.
    pub(super) fn parser(&self, text: &str) -> Result<SparqlParser, String> {
        let mut parser = SparqlParser::new();
        let occurring = occurring(text);
        for (name, iri) in
            self.known_prefixes().filter(|(name, _)| occurring.as_ref().is_none_or(|all| all.contains(name)))
        {
            parser = parser
                .with_prefix(name, iri)
                .map_err(|error| format!("the prefix {name}: stands for no IRI: {error}"))?;
        }
        match &self.base {
            Some(base) => {
                parser.with_base_iri(base.as_str()).map_err(|error| format!("the base <{base}> is no IRI: {error}"))
            }
            None => Ok(parser),
        }
    }
}

/// What stands before the colons of a text; none where characters are written by their numbers.
fn occurring(text: &str) -> Option<HashSet<&str>> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '·');
    let name = |(at, _)| text[..at].rsplit(|c| !is_name(c)).next().unwrap_or_default();
    (!text.contains("\\u") && !text.contains("\\U")).then(|| text.match_indices(':').map(name).collect())
}
