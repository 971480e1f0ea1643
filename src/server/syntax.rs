//! Which of the formats on offer answers a request.

use std::str::FromStr;

use axum::http::{HeaderMap, StatusCode, header};

use super::negotiation::{self, Name};
use super::problem::Problem;
use crate::format::{ResultsFormat, Syntax};

/// A format with every media type by which a client may ask for it, its own first.
struct Offer<T: 'static> {
    format: T,
    media_types: &'static [&'static str],
}

const fn offer<T>(format: T, media_types: &'static [&'static str]) -> Offer<T> {
    Offer { format, media_types }
}

/// Syntaxes for triples, the favourite first.
const TRIPLES: &[Offer<Syntax>] = &[
    offer(Syntax::Turtle, &["text/turtle", "application/x-turtle"]),
    offer(Syntax::JsonLd, &["application/ld+json", "application/json"]),
    offer(Syntax::RdfXml, &["application/rdf+xml", "application/xml", "text/xml"]),
    offer(Syntax::NTriples, &["application/n-triples", "text/plain"]),
    offer(Syntax::TriG, &["application/trig"]),
    offer(Syntax::NQuads, &["application/n-quads"]),
];

/// Syntaxes for datasets, the favourite first.
const DATASETS: &[Offer<Syntax>] = &[
    offer(Syntax::TriG, &["application/trig"]),
    offer(Syntax::NQuads, &["application/n-quads"]),
    offer(Syntax::JsonLd, &["application/ld+json", "application/json"]),
];

/// Formats for solutions and answers, the favourite first.
const SOLUTIONS: &[Offer<ResultsFormat>] = &[
    offer(ResultsFormat::Json, &["application/sparql-results+json", "application/json"]),
    offer(ResultsFormat::Xml, &["application/sparql-results+xml", "application/xml", "text/xml"]),
    offer(ResultsFormat::Csv, &["text/csv"]),
    offer(ResultsFormat::Tsv, &["text/tab-separated-values"]),
    offer(ResultsFormat::Markdown, &["text/markdown"]),
    offer(ResultsFormat::Table, &["text/plain"]),
];

/// The media type of a syntax as it is sent, with the character set where people's tools would guess another.
pub const fn media_type(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Turtle => "text/turtle; charset=utf-8",
        other => other.media_type(),
    }
}

/// The syntax for triples that a request wants: `format` if given, else the best of `Accept`.
///
/// # Errors
/// 400 for an unknown name; 406 where nothing on offer is acceptable.
pub fn triples(headers: &HeaderMap, format: Option<&str>) -> Result<Syntax, Problem> {
    choose(TRIPLES, headers, format.map(rdf_name))
}

/// The syntax for a dataset that a request wants, of those that keep graphs apart.
///
/// # Errors
/// 400 for an unknown name; 406 where nothing on offer is acceptable.
pub fn datasets(headers: &HeaderMap, format: Option<&str>) -> Result<Syntax, Problem> {
    choose(DATASETS, headers, format.map(rdf_name))
}

/// The format for solutions or an answer that a request wants: `format` if given, else the best of `Accept`.
///
/// # Errors
/// 400 for an unknown name; 406 where nothing on offer is acceptable.
pub fn solutions(headers: &HeaderMap, format: Option<&str>) -> Result<ResultsFormat, Problem> {
    choose(SOLUTIONS, headers, format)
}

/// Other services understand `json` and `xml` for triples, too.
fn rdf_name(name: &str) -> &str {
    match name.to_ascii_lowercase().as_str() {
        "json" | "json-ld" => "jsonld",
        "xml" => "rdfxml",
        _ => name,
    }
}

fn choose<T>(offers: &'static [Offer<T>], headers: &HeaderMap, format: Option<&str>) -> Result<T, Problem>
where
    T: Copy + PartialEq + FromStr + std::fmt::Display,
{
    if let Some(name) = format {
        return named(offers, name);
    }
    let names = |offer: &'static Offer<T>| {
        let names = std::iter::once(Name::Own).chain(std::iter::repeat(Name::Alias));
        offer.media_types.iter().zip(names).map(|(media_type, name)| (*media_type, name, offer.format))
    };
    let flat = offers.iter().flat_map(names);
    negotiation::choose(accept(headers).as_deref(), flat).ok_or_else(|| {
        Problem::new(StatusCode::NOT_ACCEPTABLE, "none of the formats on offer is acceptable")
            .hint(Some(format!("ask for one of {}", list(offers.iter().map(|offer| offer.media_types[0])))))
    })
}

fn named<T>(offers: &'static [Offer<T>], name: &str) -> Result<T, Problem>
where
    T: Copy + PartialEq + FromStr + std::fmt::Display,
{
    let by_media_type =
        || offers.iter().find(|offer| offer.media_types.iter().any(|known| known.eq_ignore_ascii_case(name)));
    let format = name.parse().ok().or_else(|| by_media_type().map(|offer| offer.format));
    format.filter(|format| offers.iter().any(|offer| offer.format == *format)).ok_or_else(|| {
        Problem::bad_request(format!("`{name}` is no format for what was asked"))
            .hint(Some(format!("format can be {}", list(offers.iter().map(|offer| offer.format.to_string())))))
    })
}

fn list<S: AsRef<str>>(items: impl Iterator<Item = S>) -> String {
    items.fold(
        String::new(),
        |list, item| if list.is_empty() { item.as_ref().to_owned() } else { list + ", " + item.as_ref() },
    )
}

/// The value of `Accept`, several fields joined (RFC 9110 §5.2).
pub fn accept(headers: &HeaderMap) -> Option<String> {
    let values: Vec<_> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The syntax of a body by its `Content-Type`; RDF/XML where it has none (Graph Store HTTP Protocol §5).
///
/// # Errors
/// 415 where that is no RDF syntax known here.
pub fn of_body(headers: &HeaderMap) -> Result<Syntax, Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(Syntax::RdfXml) };
    let value = value.to_str().unwrap_or("something that is not ASCII");
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = TRIPLES.iter().find(|offer| offer.media_types.contains(&essence.as_str())).map(|offer| offer.format);
    known.ok_or_else(|| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("the body's Content-Type is {value}, which is no RDF syntax known here"),
        )
        .hint(Some(format!("send one of {}", list(TRIPLES.iter().map(|offer| offer.media_types[0])))))
    })
}

/// The syntax of a part of a form: by its own `Content-Type`, else by its file's suffix (§5.5).
///
/// # Errors
/// 415 where neither names an RDF syntax known here.
pub fn of_part(headers: &HeaderMap, file_name: Option<&str>) -> Result<Syntax, Problem> {
    if headers.contains_key(header::CONTENT_TYPE) {
        return of_body(headers);
    }
    let suffix = file_name.and_then(|name| name.rsplit_once('.')).map(|(_, suffix)| suffix);
    suffix.and_then(Syntax::from_suffix).ok_or_else(|| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a part of the form has neither a Content-Type nor a suffix")
            .hint(Some("give it a Content-Type, or its file a name such as data.ttl"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT, header::HeaderValue::from_static(value))])
    }

    #[test]
    fn triples_are_turtle_unless_asked_otherwise() {
        assert_eq!(triples(&HeaderMap::new(), None).unwrap(), Syntax::Turtle);
        assert_eq!(triples(&accepting("application/rdf+xml;q=0.9, text/turtle;q=0.1"), None).unwrap(), Syntax::RdfXml);
        assert_eq!(triples(&accepting("image/png"), None).unwrap_err().status(), StatusCode::NOT_ACCEPTABLE);
        assert_eq!(triples(&accepting("image/png"), Some("nt")).unwrap(), Syntax::NTriples);
        assert_eq!(triples(&HeaderMap::new(), Some("csv")).unwrap_err().status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn several_accept_fields_are_one() {
        let mut headers = accepting("text/csv;q=0.5");
        headers.append(header::ACCEPT, header::HeaderValue::from_static("text/tab-separated-values"));
        assert_eq!(solutions(&headers, None).unwrap(), ResultsFormat::Tsv);
    }
}
