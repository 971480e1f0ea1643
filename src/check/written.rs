//! Terms as texts of N-Triples, for what is kept between runs.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

fn read<E: serde::de::Error>(text: &str) -> Result<Term, E> {
    Term::from_str(text).map_err(E::custom)
}

/// A term.
pub(super) mod one {
    use super::{Deserialize, Deserializer, Serializer, Term, read};

    pub fn serialize<S: Serializer>(term: &Term, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(term)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Term, D::Error> {
        read(&String::deserialize(deserializer)?)
    }
}

/// A term or none.
pub(super) mod option {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Term, read};

    pub fn serialize<S: Serializer>(term: &Option<Term>, serializer: S) -> Result<S::Ok, S::Error> {
        term.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Term>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| read(&text)).transpose()
    }
}

/// An IRI.
pub(super) mod node {
    use super::{Deserialize, Deserializer, NamedNode, Serializer};
    use serde::de::Error as _;

    pub fn serialize<S: Serializer>(node: &NamedNode, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(node.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NamedNode, D::Error> {
        NamedNode::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A text that several hold.
pub(super) mod text {
    use super::{Arc, Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(deserializer).map(Arc::from)
    }
}

/// Terms by names, in their order.
pub(super) mod pairs {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Term, read};

    pub fn serialize<S: Serializer>(pairs: &[(String, Term)], serializer: S) -> Result<S::Ok, S::Error> {
        pairs.iter().map(|(name, term)| (name, term.to_string())).collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Term)>, D::Error> {
        let pairs = Vec::<(String, String)>::deserialize(deserializer)?;
        pairs.into_iter().map(|(name, text)| Ok((name, read(&text)?))).collect()
    }
}

/// Terms by names.
pub(super) mod map {
    use super::{BTreeMap, Deserializer, Serializer, Term, pairs};

    pub fn serialize<S: Serializer>(map: &BTreeMap<String, Term>, serializer: S) -> Result<S::Ok, S::Error> {
        pairs::serialize(&map.iter().map(|(name, term)| (name.clone(), term.clone())).collect::<Vec<_>>(), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Term>, D::Error> {
        Ok(pairs::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Literals.
pub(super) mod literals {
    use super::{Deserialize, Deserializer, Literal, Serialize, Serializer, Term, read};
    use serde::de::Error as _;

    pub fn serialize<S: Serializer>(literals: &[Literal], serializer: S) -> Result<S::Ok, S::Error> {
        literals.iter().map(ToString::to_string).collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Literal>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let literal = |text: &String| match read(text)? {
            Term::Literal(literal) => Ok(literal),
            _ => Err(D::Error::custom("no literal")),
        };
        texts.iter().map(literal).collect()
    }
}

/// IRIs and blank nodes.
pub(super) mod nodes {
    use super::{Deserialize, Deserializer, NamedOrBlankNode, Serialize, Serializer, Term, read};
    use serde::de::Error as _;

    pub fn serialize<S: Serializer>(nodes: &[NamedOrBlankNode], serializer: S) -> Result<S::Ok, S::Error> {
        nodes.iter().map(ToString::to_string).collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NamedOrBlankNode>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let node = |text: &String| match read(text)? {
            Term::NamedNode(node) => Ok(node.into()),
            Term::BlankNode(node) => Ok(node.into()),
            _ => Err(D::Error::custom("no node")),
        };
        texts.iter().map(node).collect()
    }
}

/// A node with triples that describe it, or none.
pub(super) mod described {
    use super::{Arc, Deserialize, Deserializer, Serialize, Serializer, Term, Triple, read};
    use serde::de::Error as _;

    type Described = Option<(Term, Arc<[Triple]>)>;

    pub fn serialize<S: Serializer>(described: &Described, serializer: S) -> Result<S::Ok, S::Error> {
        let lines = |triples: &[Triple]| triples.iter().map(|triple| format!("{triple} .\n")).collect::<String>();
        described.as_ref().map(|(node, triples)| (node.to_string(), lines(triples))).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Described, D::Error> {
        let Some((node, lines)) = Option::<(String, String)>::deserialize(deserializer)? else { return Ok(None) };
        let triples = oxttl::NTriplesParser::new().for_slice(&lines).collect::<Result<Vec<_>, _>>();
        Ok(Some((read(&node)?, triples.map_err(D::Error::custom)?.into())))
    }
}
