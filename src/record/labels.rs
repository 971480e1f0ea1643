//! Codes by their labels: what the schemes of the vocabulary call a value, in any of their languages, stands for its code.

use std::collections::HashMap;
use std::sync::LazyLock;

use oxrdf::{NamedOrBlankNode, Term};
use oxttl::TurtleParser;

use crate::fold::fold;

const SCHEMES: &str = include_str!("../../ontology/schemes.ttl");
const BASE: &str = "https://w3id.org/citypact/";
const LABELS: [&str; 3] = ["prefLabel", "altLabel", "hiddenLabel"];

/// The families of concepts whose codes records write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// Kinds of ties and agreements.
    Kind,
    /// All other closed lists.
    Code,
    /// What figures count.
    Variable,
}

impl Family {
    const fn folder(self) -> &'static str {
        match self {
            Self::Kind => "kind/",
            Self::Code => "code/",
            Self::Variable => "variable/",
        }
    }
}

/// (Family, folded label) with the codes that are called so.
static CODES: LazyLock<HashMap<(Family, String), Vec<String>>> = LazyLock::new(|| {
    let mut codes: HashMap<_, Vec<String>> = HashMap::new();
    // The file is part of this crate, and a test parses it.
    for triple in TurtleParser::new().for_slice(SCHEMES).flatten() {
        let label = triple.predicate.as_str().strip_prefix("http://www.w3.org/2004/02/skos/core#");
        let (NamedOrBlankNode::NamedNode(concept), Term::Literal(text)) = (&triple.subject, &triple.object) else {
            continue;
        };
        let Some((family, code)) =
            code(concept.as_str()).filter(|_| label.is_some_and(|label| LABELS.contains(&label)))
        else {
            continue;
        };
        let known = codes.entry((family, fold(text.value()))).or_default();
        if !known.iter().any(|other| other == code) {
            known.push(code.to_owned());
        }
    }
    codes
});

/// (Family, code) with the definition in English and the labels, each with its language.
static MEANINGS: LazyLock<HashMap<(Family, String), Meaning>> = LazyLock::new(|| {
    let mut meanings: HashMap<_, Meaning> = HashMap::new();
    for triple in TurtleParser::new().for_slice(SCHEMES).flatten() {
        let (NamedOrBlankNode::NamedNode(concept), Term::Literal(text)) = (&triple.subject, &triple.object) else {
            continue;
        };
        let (Some((family, code)), Some(property)) =
            (code(concept.as_str()), triple.predicate.as_str().strip_prefix("http://www.w3.org/2004/02/skos/core#"))
        else {
            continue;
        };
        let meaning = meanings.entry((family, code.to_owned())).or_default();
        match property {
            "definition" => text.value().clone_into(&mut meaning.definition),
            label if LABELS.contains(&label) => {
                meaning.labels.push((text.language().unwrap_or_default().to_owned(), text.value().to_owned()));
            }
            _ => {}
        }
    }
    meanings
});

#[derive(Debug, Default)]
struct Meaning {
    definition: String,
    labels: Vec<(String, String)>,
}

/// What a code means: its definition in English, what it is called in other languages.
pub(crate) fn meaning(family: Family, code: &str, language: &str) -> Option<String> {
    let meaning = MEANINGS.get(&(family, code.to_owned()))?;
    let called = meaning.labels.iter().filter(|(tag, _)| tag.eq_ignore_ascii_case(language));
    let called: Vec<&str> = called.map(|(_, label)| label.as_str()).collect();
    if language == "en" || called.is_empty() { Some(meaning.definition.clone()) } else { Some(called.join("、")) }
}

fn code(iri: &str) -> Option<(Family, &str)> {
    let path = iri.strip_prefix(BASE)?;
    let families = [Family::Kind, Family::Code, Family::Variable];
    families.into_iter().find_map(|family| Some((family, path.strip_prefix(family.folder())?)))
}

/// The codes of a family that are called so, in any language and script, or spelt so but for what folding takes away:
/// case, width, hyphens, Traditional characters, Japanese new forms.
pub(crate) fn codes(family: Family, text: &str) -> &'static [String] {
    CODES.get(&(family, fold(text))).map_or(&[], Vec::as_slice)
}

/// The codes of a closed list that a text may stand for.
pub(crate) fn among<'l>(family: Family, text: &str, list: &'l [&'static str]) -> Vec<&'l &'static str> {
    let folded = fold(text);
    let called = codes(family, text);
    list.iter().filter(|code| fold(code) == folded || called.iter().any(|other| other == **code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{AgreementKind, AsOfBasis, Level, Mode, Quantifier, Status, TieKind, Verdict};

    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_value(text.into())
    }

    #[test]
    fn labels_in_every_language_stand_for_codes() {
        for text in [
            "friendship-city",
            "友好城市",
            "友好都市",
            "國際友好城市",
            "Friendship City",
            "ＦＲＩＥＮＤＳＨＩＰ　ＣＩＴＹ",
            "friendship_city",
        ] {
            assert_eq!(read::<TieKind>(text).ok(), Some(TieKind::FriendshipCity), "{text}");
        }
        for text in ["友好交流城市", "友好 交流 城市", "友好交流城(chéng)市"] {
            assert_eq!(read::<TieKind>(text).ok(), Some(TieKind::FriendlyExchangeCity), "{text}");
        }
        for text in ["姐妹城市", "姊妹城市", "姉妹都市", "友城"] {
            assert_eq!(read::<TieKind>(text).ok(), Some(TieKind::UnspecifiedFriendship), "{text}");
        }
        for text in ["意向书", "意向書", "友好合作城市"] {
            assert!(read::<AgreementKind>(text).is_ok(), "{text}");
        }
        assert_eq!(read::<AgreementKind>("友好城市").ok(), Some(AgreementKind::FriendshipCity));
        for text in ["有效", "有効", "in force", "In-Force"] {
            assert_eq!(read::<Status>(text).ok(), Some(Status::InForce), "{text}");
        }
        for text in ["国家", "國家", "国", "State"] {
            assert_eq!(read::<Level>(text).ok(), Some(Level::State), "{text}");
        }
        assert_eq!(read::<Level>("市").ok(), Some(Level::Municipality));
        assert_eq!(read::<Quantifier>("确数").ok(), Some(Quantifier::Exact));
        assert_eq!(read::<Verdict>("随时间变化").ok(), Some(Verdict::ChangedOverTime));
        assert!(read::<Mode>("友好城市").is_err() && read::<AsOfBasis>("").is_err());
    }

    #[test]
    fn every_code_is_found_by_each_of_its_labels_unless_two_are_called_so() {
        let lists: [(Family, Vec<&'static str>); 4] = [
            (Family::Kind, TieKind::ALL.iter().map(|code| code.as_str()).collect()),
            (Family::Code, Level::ALL.iter().map(|code| code.as_str()).collect()),
            (Family::Code, Status::ALL.iter().map(|code| code.as_str()).collect()),
            (Family::Code, Verdict::ALL.iter().map(|code| code.as_str()).collect()),
        ];
        for (family, list) in lists {
            for code in &list {
                let labels = CODES.iter().filter(|((own, _), codes)| *own == family && codes.iter().any(|c| c == code));
                let labels: Vec<&String> = labels.map(|((_, label), _)| label).collect();
                assert!(labels.len() >= 2, "{code} has labels: {labels:?}");
                assert!(labels.iter().all(|label| among(family, label, &list).contains(&code)), "{code}: {labels:?}");
            }
        }
    }

    #[test]
    fn figures_are_named_in_every_language() {
        for text in ["友好城市数", "友好城市數", "友好都市数", "友好 城市數", "Friendship-Cities"] {
            assert_eq!(codes(Family::Variable, text), ["friendship-cities"], "{text}");
        }
    }
}
