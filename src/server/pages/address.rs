//! Addresses of pages: of things by their IRIs, of lists by their parameters.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::server::http::iri;
use crate::server::linked_data::has_space;

/// What a parameter's value keeps as it is.
const VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

/// Where an IRI leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To a page of this site, by its path.
    Here(String),
    /// To another site.
    Elsewhere(String),
    /// Nowhere: it is of no scheme that a browser may follow.
    Nowhere,
}

/// The way to what an IRI names. Things of `namespace` are here: `id/…` at `/doc/…`, codes at their own addresses, terms of
/// the vocabulary on its page.
pub fn target(iri: &str, namespace: &str) -> Target {
    let Some(local) = iri.strip_prefix(namespace) else {
        let scheme = iri.split(':').next().unwrap_or_default();
        let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        return if is_web { Target::Elsewhere(iri::to_uri(iri)) } else { Target::Nowhere };
    };
    let path = match (local.strip_prefix("id/"), local.strip_prefix("ns")) {
        (Some(rest), _) if has_space(rest) => format!("/doc/id/{rest}"),
        (Some(rest), _) => format!("/doc/{rest}"),
        (None, Some(rest)) if rest.is_empty() || rest.starts_with('#') => format!("/ontology{rest}"),
        _ if local.starts_with("graph/") => format!("/doc/{local}"),
        _ => format!("/{local}"),
    };
    Target::Here(iri::to_uri(&path))
}

/// A path with parameters.
pub fn with_parameters<'p>(path: &str, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut separator = '?';
    parameters.into_iter().fold(path.to_owned(), |mut address, (name, value)| {
        address.push(separator);
        separator = '&';
        address.extend(utf8_percent_encode(name, VALUE));
        address.push('=');
        address.extend(utf8_percent_encode(value, VALUE));
        address
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACE: &str = "https://w3id.org/citypact/";

    #[test]
    fn iris_lead_to_pages() {
        let here = |path: &str| Target::Here(path.to_owned());
        for (iri, wanted) in [
            ("https://w3id.org/citypact/id/place/cn-qingdao", here("/doc/place/cn-qingdao")),
            ("https://w3id.org/citypact/id/doc/002", here("/doc/doc/002")),
            ("https://w3id.org/citypact/id/kind/x", here("/doc/id/kind/x")),
            ("https://w3id.org/citypact/kind/friendship-city", here("/kind/friendship-city")),
            ("https://w3id.org/citypact/ns#Tie", here("/ontology#Tie")),
            ("https://w3id.org/citypact/ns", here("/ontology")),
            ("https://w3id.org/citypact/graph/002", here("/doc/graph/002")),
            ("https://w3id.org/citypact/id/event/昆明", here("/doc/event/%E6%98%86%E6%98%8E")),
            ("https://w3id.org/citypact/id/x\"><script>", here("/doc/x%22%3E%3Cscript%3E")),
            ("HTTPS://example.org/a b", Target::Elsewhere("HTTPS://example.org/a%20b".to_owned())),
            ("javascript:alert(1)", Target::Nowhere),
            ("data:text/html,x", Target::Nowhere),
        ] {
            assert_eq!(target(iri, NAMESPACE), wanted, "{iri}");
        }
    }

    #[test]
    fn parameters_are_encoded() {
        assert_eq!(
            with_parameters("/search", [("q", "青岛 & x"), ("a", "")]),
            "/search?q=%E9%9D%92%E5%B2%9B%20%26%20x&a="
        );
        assert_eq!(with_parameters("/search", []), "/search");
    }
}
