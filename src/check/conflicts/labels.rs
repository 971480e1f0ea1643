//! What the terms of findings are called in each of the languages of the crate.

use std::collections::HashMap;
use std::sync::LazyLock;

use oxrdf::{NamedNodeRef, NamedOrBlankNode, Term};
use oxttl::TurtleParser;

use super::super::data::text;
use super::super::words;
use crate::index::{Id, Selection};
use crate::ontology::{CITYPACT, LANGUAGES, SCHEMES};
use crate::vocab::{pact, rdf, rdfs, schema, skos};

/// Properties that are borrowed, with what they are called in English; [`words`] has the other languages.
const BORROWED: &[(NamedNodeRef<'static>, &str)] = &[
    (schema::startDate, "start date"),
    (schema::endDate, "end date"),
    (schema::foundingDate, "founding date"),
    (schema::latitude, "latitude"),
    (schema::longitude, "longitude"),
    (schema::value, "figure"),
];

/// Properties that name things, the best first.
const NAMES: [NamedNodeRef<'static>; 4] = [skos::prefLabel, rdfs::label, schema::headline, skos::altLabel];
/// Properties of what has no name, by which it is called.
const PARTS: [NamedNodeRef<'static>; 3] = [pact::party, pact::recipient, schema::observationAbout];

/// The predicates of what is looked at.
pub(super) const READ: [NamedNodeRef<'static>; 8] =
    [NAMES[0], NAMES[1], NAMES[2], NAMES[3], PARTS[0], PARTS[1], PARTS[2], pact::kind];

/// What the vocabulary calls its terms and codes, in each of [`LANGUAGES`].
static OURS: LazyLock<HashMap<String, [String; 4]>> = LazyLock::new(|| {
    let mut labels: HashMap<String, [String; 4]> = HashMap::new();
    // The files are part of this crate, and a test parses them.
    for triple in [CITYPACT, SCHEMES].into_iter().flat_map(|file| TurtleParser::new().for_slice(file).flatten()) {
        let (NamedOrBlankNode::NamedNode(node), Term::Literal(label)) = (&triple.subject, &triple.object) else {
            continue;
        };
        if triple.predicate != skos::prefLabel && triple.predicate != rdfs::label {
            continue;
        }
        let tag = label.language().unwrap_or_default();
        if let Some(at) = LANGUAGES.iter().position(|language| language.eq_ignore_ascii_case(tag)) {
            labels.entry(node.as_str().to_owned()).or_default()[at] = label.value().to_owned();
        }
    }
    labels
});

/// Languages that will do, in their order, for each of [`LANGUAGES`].
const NEXT: [&[&str]; 4] = [
    &["en", "zh-latn", "ja-latn"],
    &["zh-hans", "zh", "zh-hant", "ja", "en"],
    &["zh-hant", "zh", "zh-hans", "ja", "en"],
    &["ja", "zh-hant", "zh-hans", "zh", "en"],
];

/// What the vocabulary calls one of its terms or codes.
pub fn of_vocabulary(iri: &str, language: usize) -> Option<&'static str> {
    let labels = OURS.get(iri)?;
    [language, 0].into_iter().map(|at| labels[at].as_str()).find(|label| !label.is_empty())
}

/// What a term is called in one of [`LANGUAGES`].
pub(super) fn label(data: &Selection, term: &Term, language: usize) -> String {
    let Term::NamedNode(node) = term else { return text(term) };
    if let Some(label) = of_vocabulary(node.as_str(), language) {
        return label.to_owned();
    }
    if let Some((_, english)) = BORROWED.iter().find(|(property, _)| *property == node.as_ref()) {
        return words::told(english, LANGUAGES[language]).to_owned();
    }
    let id = data.version().id(node.as_ref().into());
    let known = id.and_then(|id| named(data, id, language).or_else(|| by_parts(data, id, language)));
    known.unwrap_or_else(|| local_name(node.as_str()))
}

/// The best of the names of a node.
fn named(data: &Selection, node: Id, language: usize) -> Option<String> {
    let rank = |tag: &str| {
        let tag = tag.to_ascii_lowercase();
        let fits =
            |range: &&&str| tag.strip_prefix(**range).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let all = NEXT[language];
        all.iter().position(|range| fits(&range)).unwrap_or(all.len())
    };
    let version = data.version();
    let mut best: Option<(usize, usize, String)> = None;
    for (place, property) in NAMES.into_iter().enumerate() {
        let Some(property) = version.id(property.into()) else { continue };
        for object in data.objects(node, property) {
            if let Term::Literal(label) = version.term(object) {
                let found = (rank(label.language().unwrap_or_default()), place, label.value().to_owned());
                if best.as_ref().is_none_or(|best| found < *best) {
                    best = Some(found);
                }
            }
        }
    }
    best.map(|(.., label)| label)
}

/// What has no name is called by what it is between, for, or of.
fn by_parts(data: &Selection, node: Id, language: usize) -> Option<String> {
    let version = data.version();
    let of = |property: NamedNodeRef<'_>| {
        let property = version.id(property.into());
        let parts = property.into_iter().flat_map(|property| data.objects(node, property));
        let mut parts: Vec<String> = parts
            .map(|part| named(data, part, language).unwrap_or_else(|| local_name(&text(&version.term(part)))))
            .collect();
        parts.sort();
        parts
    };
    let kind = of_kind(data, node, language)
        .map(|kind| if language == 0 { format!(" ({kind})") } else { format!("（{kind}）") });
    for property in PARTS {
        let parts = of(property);
        if !parts.is_empty() {
            return Some(parts.join(if language == 0 { " – " } else { "—" }) + &kind.unwrap_or_default());
        }
    }
    None
}

/// The kind of a tie or an agreement, else its class, as the vocabulary calls it.
fn of_kind(data: &Selection, node: Id, language: usize) -> Option<&'static str> {
    let version = data.version();
    let values = |property: NamedNodeRef<'_>| {
        version.id(property.into()).into_iter().flat_map(|property| data.objects(node, property)).collect::<Vec<_>>()
    };
    let all = [values(pact::kind), values(rdf::type_)].concat();
    all.into_iter().find_map(|id| of_vocabulary(&text(&version.term(id)), language))
}

/// What an IRI ends in.
fn local_name(iri: &str) -> String {
    let name = iri.trim_end_matches(['/', '#']).rsplit(['/', '#']).next().unwrap_or(iri);
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNode;

    #[test]
    fn terms_are_called_as_their_readers_call_them() {
        let trig = "PREFIX pact: <https://w3id.org/citypact/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            PREFIX kind: <https://w3id.org/citypact/kind/> PREFIX : <http://e/>
            :q skos:prefLabel 'Qingdao'@en, '青岛市'@zh-Hans, '青島市'@zh-Hant-TW ; skos:altLabel 'Tsingtao'@en .
            :s skos:prefLabel '下関市'@ja . :t a pact:Tie ; pact:kind kind:friendship-city ; pact:party :q, :s . :x%20y a :Z .";
        let quads = oxttl::TriGParser::new().for_slice(trig.as_bytes()).map(Result::unwrap);
        let data = Selection::all(std::sync::Arc::new(crate::index::build(quads, 0).unwrap()));
        let all = |iri: &str| [0, 1, 2, 3].map(|at| label(&data, &NamedNode::new(iri).unwrap().into(), at));
        assert_eq!(all("http://e/q"), ["Qingdao", "青岛市", "青島市", "青島市"]);
        assert_eq!(all("http://e/t")[1], "下関市—青岛市（友好城市）");
        assert_eq!(all("http://e/t")[0], "Qingdao – 下関市 (friendship city)");
        assert_eq!(all("http://e/x%20y")[0], "x y");
        assert_eq!(all("http://schema.org/startDate")[0], all("http://schema.org/startDate")[0]);
        assert_eq!(all(pact::since.as_str())[3], of_vocabulary(pact::since.as_str(), 3).unwrap());
        for (_, english) in BORROWED {
            assert!(LANGUAGES[1..].iter().all(|language| words::told(english, language) != *english), "{english}");
        }
    }
}
