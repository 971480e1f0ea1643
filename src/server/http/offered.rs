//! Offered formats: which of them answers a request, by `Accept` or parameter, and which one a body is in.

use std::str::FromStr;

use axum::http::{HeaderMap, StatusCode, header};

use super::cause::Cause;
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
    // Whoever reads N3 reads Turtle.
    offer(
        Syntax::Turtle,
        &["text/turtle", "application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3", "application/n3"],
    ),
    offer(Syntax::JsonLd, &["application/ld+json", "application/json", "application/x-json+ld"]),
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

/// The syntax for triples that a request wants: the first of the names in `formats` that fits, else the best of `Accept`.
///
/// # Errors
/// 406 where nothing on offer is acceptable.
pub fn triples(headers: &HeaderMap, formats: &[String]) -> Result<Syntax, Problem> {
    choose(TRIPLES, headers, formats, rdf_name)
}

/// The syntax for a dataset that a request wants, of those that keep graphs apart.
///
/// # Errors
/// 406 where nothing on offer is acceptable.
pub fn datasets(headers: &HeaderMap, formats: &[String]) -> Result<Syntax, Problem> {
    choose(DATASETS, headers, formats, rdf_name)
}

/// The format for solutions or an answer that a request wants: the first of the names in `formats` that fits, else the best
/// of `Accept`.
///
/// # Errors
/// 406 where nothing on offer is acceptable.
pub fn solutions(headers: &HeaderMap, formats: &[String]) -> Result<ResultsFormat, Problem> {
    choose(SOLUTIONS, headers, formats, |name| name)
}

/// What other services call the syntaxes of triples.
fn rdf_name(name: &str) -> &str {
    match name.to_ascii_lowercase().as_str() {
        "json" | "json-ld" | "ld+json" => "jsonld",
        "xml" | "rdf+xml" | "rdf-xml" | "rdf/xml" => "rdfxml",
        "n3" => "turtle",
        "n-triples" => "ntriples",
        "n-quads" => "nquads",
        _ => name,
    }
}

fn choose<T>(
    offers: &'static [Offer<T>],
    headers: &HeaderMap,
    formats: &[String],
    alias: fn(&str) -> &str,
) -> Result<T, Problem>
where
    T: Copy + PartialEq + FromStr,
{
    if let Some(format) = formats.iter().find_map(|name| named(offers, name, alias)) {
        return Ok(format);
    }
    acceptable(offers, accept(headers).as_deref()).ok_or_else(|| {
        Problem::new(StatusCode::NOT_ACCEPTABLE, "none of the formats on offer is acceptable")
            .of_kind(Cause::NoFormat)
            .hint(Some(format!("ask for one of {}", list(offers.iter().map(|offer| offer.media_types[0])))))
    })
}

fn acceptable<T: Copy>(offers: &'static [Offer<T>], accept: Option<&str>) -> Option<T> {
    let names = |offer: &'static Offer<T>| {
        let names = std::iter::once(Name::Own).chain(std::iter::repeat(Name::Alias));
        offer.media_types.iter().zip(names).map(|(media_type, name)| (*media_type, name, offer.format))
    };
    negotiation::choose(accept, offers.iter().flat_map(names))
}

/// The format on offer that a name means: one of ours, another service's, or media types as in `Accept`. A name that is
/// unknown, or of a format for something else, means none.
fn named<T>(offers: &'static [Offer<T>], name: &str, alias: fn(&str) -> &str) -> Option<T>
where
    T: Copy + PartialEq + FromStr,
{
    // A `+` that was not encoded has become a space.
    let name = name.trim().replace(' ', "+");
    let format = alias(&name).parse().ok().filter(|format| offers.iter().any(|offer| offer.format == *format));
    format.or_else(|| name.contains('/').then(|| acceptable(offers, Some(&name)))?)
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

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn triples_are_turtle_unless_asked_otherwise() {
        assert_eq!(triples(&HeaderMap::new(), &[]).unwrap(), Syntax::Turtle);
        assert_eq!(triples(&accepting("application/rdf+xml;q=0.9, text/turtle;q=0.1"), &[]).unwrap(), Syntax::RdfXml);
        assert_eq!(triples(&accepting("text/rdf+n3"), &[]).unwrap(), Syntax::Turtle);
        assert_eq!(triples(&accepting("image/png"), &[]).unwrap_err().status(), StatusCode::NOT_ACCEPTABLE);
        assert_eq!(triples(&accepting("image/png"), &names(&["nt"])).unwrap(), Syntax::NTriples);
    }

    #[test]
    fn names_that_do_not_fit_give_way() {
        let xml = accepting("application/rdf+xml, application/sparql-results+xml");
        for (given, graph, rows) in [
            (&["csv"][..], Syntax::RdfXml, ResultsFormat::Csv),
            (&["turtle"], Syntax::Turtle, ResultsFormat::Xml),
            (&["nonsense", ""], Syntax::RdfXml, ResultsFormat::Xml),
            (&["html", "json"], Syntax::JsonLd, ResultsFormat::Json),
            (&["n3"], Syntax::Turtle, ResultsFormat::Xml),
            (&["json-ld", "application/ld+json,application/x-json+ld"], Syntax::JsonLd, ResultsFormat::Xml),
            (&["tsv", "text/tab-separated-values"], Syntax::RdfXml, ResultsFormat::Tsv),
            (&["application/rdf xml"], Syntax::RdfXml, ResultsFormat::Xml),
            (&["text/turtle; charset=utf-8"], Syntax::Turtle, ResultsFormat::Xml),
            (&["application/sparql-results+json"], Syntax::RdfXml, ResultsFormat::Json),
        ] {
            let given = names(given);
            assert_eq!((triples(&xml, &given).unwrap(), solutions(&xml, &given).unwrap()), (graph, rows), "{given:?}");
        }
    }

    #[test]
    fn several_accept_fields_are_one() {
        let mut headers = accepting("text/csv;q=0.5");
        headers.append(header::ACCEPT, header::HeaderValue::from_static("text/tab-separated-values"));
        assert_eq!(solutions(&headers, &[]).unwrap(), ResultsFormat::Tsv);
    }
}
