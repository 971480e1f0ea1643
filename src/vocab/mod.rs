//! Term constants, ours and borrowed, named as they are in RDF: `pact::party`, `schema::startDate`, `rdf::type_`.
//!
//! A test holds [`OUR_TERMS`], [`kind::ALL`], [`code::ALL`] and [`variable::ALL`] against `ontology/`, so the code cannot use a term
//! of ours that is not published. Terms are written with their module (`pact::party`, never a glob import): a bare
//! lower-case constant would be taken for a pattern.

/// Declares one module of constants for the terms of one namespace, and the list `ALL` of them.
macro_rules! namespace {
    ($(#[$meta:meta])* $module:ident = $ns:literal { $($name:ident $(: $local:literal)?),* $(,)? }) => {
        $(#[$meta])*
        #[allow(non_upper_case_globals, reason = "terms keep the names that they have in RDF")]
        pub mod $module {
            use oxrdf::NamedNodeRef;
            /// The namespace IRI.
            pub const NS: &str = $ns;
            $(
                #[doc = concat!("`", $ns, local!($name $($local)?), "`")]
                pub const $name: NamedNodeRef<'static> =
                    NamedNodeRef::new_unchecked(concat!($ns, local!($name $($local)?)));
            )*
            /// Every term of this module.
            pub const ALL: &[NamedNodeRef<'static>] = &[$($name),*];
        }
    };
}

/// The local name of a term: the literal where the name is no Rust identifier, else the identifier.
macro_rules! local {
    ($name:ident $local:literal) => {
        $local
    };
    ($name:ident) => {
        stringify!($name)
    };
}

mod borrowed;
pub mod graph;
pub mod iri;
mod item;
mod ours;

pub use borrowed::{
    dcat, dcterms, geo, np, npx, oa, obo, org, owl, prov, rdf, rdfs, schema, sd, sf, sh, skos, vann, void, wd, wdt, xsd,
};
pub use iri::{BaseIri, BaseIriError};
pub use item::item;
pub use ours::{code, kind, pact, variable};

use oxrdf::NamedNodeRef;

/// Namespace of the ontology's classes and properties.
pub const NS: &str = pact::NS;
/// Namespace of the kinds of ties and agreements.
pub const KIND: &str = kind::NS;
/// Namespace of all other codes (levels, statuses, tiers, topics, …).
pub const CODE: &str = code::NS;
/// Namespace of the variables that counts, ranks and targets measure.
pub const VARIABLE: &str = variable::NS;
/// Default base of data IRIs; `--base` changes it.
pub const ID: &str = "https://w3id.org/citypact/id/";
/// Namespace of named graphs.
pub const GRAPH: &str = graph::NS;
/// The ontology itself.
pub const ONTOLOGY: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("https://w3id.org/citypact/ns");

/// Classes and properties of ours: exactly those that `ontology/citypact.ttl` defines.
pub const OUR_TERMS: &[NamedNodeRef<'static>] = pact::ALL;

/// Prefixes that queries may use undeclared and that serialisers use, sorted by name.
pub const PREFIXES: &[(&str, &str)] = &[
    ("code", CODE),
    ("dcat", dcat::NS),
    ("dcterms", dcterms::NS),
    ("doc", "https://w3id.org/citypact/id/doc/"),
    ("geo", geo::NS),
    ("geof", "http://www.opengis.net/def/function/geosparql/"),
    ("graph", GRAPH),
    ("id", ID),
    ("kind", KIND),
    ("oa", oa::NS),
    ("obo", obo::NS),
    ("org", org::NS),
    ("owl", owl::NS),
    ("pact", NS),
    ("place", "https://w3id.org/citypact/id/place/"),
    ("prov", prov::NS),
    ("rdf", rdf::NS),
    ("rdfs", rdfs::NS),
    ("schema", schema::NS),
    ("sd", sd::NS),
    ("sf", sf::NS),
    ("sh", sh::NS),
    ("skos", skos::NS),
    ("uom", "http://www.opengis.net/def/uom/OGC/1.0/"),
    ("vann", vann::NS),
    ("variable", VARIABLE),
    ("void", void::NS),
    ("wd", wd::NS),
    ("wdt", wdt::NS),
    ("xsd", xsd::NS),
];

/// Every term of ours and of the vocabularies that are borrowed from.
pub fn terms() -> impl Iterator<Item = &'static NamedNodeRef<'static>> {
    [
        pact::ALL,
        kind::ALL,
        code::ALL,
        variable::ALL,
        graph::ALL,
        dcat::ALL,
        dcterms::ALL,
        geo::ALL,
        np::ALL,
        npx::ALL,
        oa::ALL,
        obo::ALL,
        org::ALL,
        owl::ALL,
        prov::ALL,
        rdf::ALL,
        rdfs::ALL,
        schema::ALL,
        sd::ALL,
        sf::ALL,
        sh::ALL,
        skos::ALL,
        vann::ALL,
        void::ALL,
        wdt::ALL,
        xsd::ALL,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNode;

    #[test]
    fn every_term_is_a_valid_iri_named_once() {
        let mut seen = std::collections::HashSet::new();
        for term in terms() {
            NamedNode::new(term.as_str()).unwrap();
            assert!(seen.insert(term.as_str()) || graph::ALL.contains(term), "{term} twice");
        }
        assert!(seen.len() > 200);
    }

    #[test]
    fn names_that_are_no_identifiers_keep_their_spelling() {
        assert_eq!(rdf::type_.as_str(), "http://www.w3.org/1999/02/22-rdf-syntax-ns#type");
        assert_eq!(code::in_force.as_str(), "https://w3id.org/citypact/code/in-force");
        assert_eq!(pact::twinnedWith.as_str(), "https://w3id.org/citypact/ns#twinnedWith");
    }

    #[test]
    fn prefixes_are_sorted_and_unique() {
        assert!(PREFIXES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let mut namespaces: Vec<_> = PREFIXES.iter().map(|(_, iri)| iri).collect();
        namespaces.sort_unstable();
        assert!(namespaces.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
