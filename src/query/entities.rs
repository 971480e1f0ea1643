//! Things of the data by the beginning of what they are called, in any script: for whoever is typing.

use std::collections::HashMap;
use std::sync::Arc;

use oxrdf::{NamedNode, NamedNodeRef, TermRef};

use super::suggest::Entity;
use crate::fold::spellings;
use crate::index::{Id, Kind, Segment, Version};
use crate::mapping::canonical_tag;
use crate::place::Register;
use crate::vocab::{rdfs, schema, skos};

/// The properties whose values things are called by.
const NAMES: [NamedNodeRef<'_>; 5] = [skos::prefLabel, rdfs::label, schema::name, schema::headline, skos::altLabel];
/// Texts and IRIs that are looked at for one spelling, at most: one letter begins very many.
const LOOKED_AT: usize = 1_000;
/// Places that the register is asked for.
const PLACES: usize = 20;

/// Finds things in one state of the data. It reads sorted terms, so that the size of the data hardly matters.
pub struct Finder<'a> {
    version: &'a Version,
    names: Vec<Arc<Segment>>,
    register: &'a Register,
    base: &'a str,
}

/// How something was found: the less, the better it fits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    is_part: bool,
    characters: usize,
    label: String,
    language: Option<String>,
}

impl<'a> Finder<'a> {
    /// A finder in a state of the data whose IRIs begin with `base`. Places that are called something else in the data are
    /// found by the names that the register knows.
    pub fn new(version: &'a Version, register: &'a Register, base: &'a str) -> Self {
        let segment = |name: &NamedNodeRef<'_>| version.segment(version.id((*name).into())?);
        Self { version, names: NAMES.iter().filter_map(segment).collect(), register, base }
    }

    /// What has a name that begins with a text, or whose IRI does after its last `/`; the best fit first, at most `most`.
    pub fn find(&self, typed: &str, most: usize) -> Vec<Entity> {
        let mut found = HashMap::new();
        self.by_name(typed, &mut found);
        self.by_iri(typed, &mut found);
        self.by_register(typed, &mut found);
        let mut found: Vec<(Fit, Id)> = found.into_iter().map(|(id, fit)| (fit, id)).collect();
        found.sort_unstable();
        found.truncate(most);
        let entity =
            |(fit, id): (Fit, Id)| Some(Entity { iri: self.iri(id)?, label: fit.label, language: fit.language });
        found.into_iter().filter_map(entity).collect()
    }

    fn by_name(&self, typed: &str, found: &mut HashMap<Id, Fit>) {
        for spelling in spellings(typed) {
            for text in self.version.beginning(Kind::Text, &spelling).take(LOOKED_AT) {
                for names in &self.names {
                    let rows = names.objects(text);
                    if rows.is_empty() {
                        continue;
                    }
                    let fit = self.fit(text, &spelling);
                    for subject in &names.pos().value[rows] {
                        self.add(*subject, fit.clone(), found);
                    }
                }
            }
        }
    }

    fn by_iri(&self, typed: &str, found: &mut HashMap<Id, Fit>) {
        let is_part = typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_part || typed.len() < 2 {
            return;
        }
        for space in ["place/", "doc/", ""] {
            let start = format!("{}{space}{typed}", self.base);
            for id in self.version.beginning(Kind::Iri, &start).take(LOOKED_AT) {
                self.add_other(id, found);
            }
        }
    }

    fn by_register(&self, typed: &str, found: &mut HashMap<Id, Fit>) {
        for candidate in self.register.find(typed, PLACES) {
            let iri = NamedNode::new(format!("{}place/{}", self.base, candidate.id));
            let id = iri.ok().and_then(|iri| self.version.id(iri.as_ref().into()));
            id.into_iter().for_each(|id| self.add_other(id, found));
        }
    }

    fn add(&self, id: Id, fit: Fit, found: &mut HashMap<Id, Fit>) {
        if self.version.kind(id) == Kind::Iri {
            found.entry(id).and_modify(|known| *known = known.clone().min(fit.clone())).or_insert(fit);
        }
    }

    /// Adds a thing that was found by something else than a name of it in the data, under the first that it has.
    fn add_other(&self, id: Id, found: &mut HashMap<Id, Fit>) {
        let name = self.names.iter().find_map(|names| names.pso().value.get(names.subjects(id))?.first().copied());
        if let (Some(name), false) = (name, found.contains_key(&id)) {
            self.add(id, Fit { is_part: true, ..self.fit(name, "") }, found);
        }
    }

    fn fit(&self, text: Id, typed: &str) -> Fit {
        self.version.text(text, |term| {
            let TermRef::Literal(literal) = term else {
                return Fit { is_part: true, characters: 0, label: String::new(), language: None };
            };
            let label = literal.value();
            Fit {
                is_part: label != typed,
                characters: label.chars().count(),
                label: label.to_owned(),
                language: literal.language().map(|tag| canonical_tag(tag).into_owned()),
            }
        })
    }

    fn iri(&self, id: Id) -> Option<String> {
        self.version.text(id, |term| match term {
            TermRef::NamedNode(node) => Some(node.as_str().to_owned()),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Embedded, Store};

    #[test]
    fn by_name_in_any_case_and_script_by_iri_and_by_the_register() {
        let store = Embedded::memory().unwrap();
        let data = "INSERT DATA { GRAPH <http://e/g> {
            place:cn-qingdao skos:prefLabel '青島'@zh-Hant, 'Qingdao'@en ; skos:altLabel 'Tsingtao'@en .
            place:jp-sapporo skos:prefLabel '札幌'@ja . place:nowhere pact:kind kind:twin .
            doc:qingdao-2024 schema:headline 'A list'@en . [] rdfs:label 'Qinghai' } }";
        let update = crate::query::Update::parse(data, &Default::default()).unwrap();
        store.run_update(update.algebra().clone()).unwrap();
        let version = store.version().unwrap();
        let register = Register::builtin();
        let finder = Finder::new(&version, &register, crate::vocab::ID);
        let found = |typed: &str| -> Vec<(String, String)> {
            let short = |entity: Entity| (super::super::suggest::written(&entity.iri), entity.label);
            finder.find(typed, 10).into_iter().map(short).collect()
        };
        let one = |iri: &str, label: &str| vec![(iri.to_owned(), label.to_owned())];
        for typed in ["青", "青岛", "青島"] {
            assert_eq!(found(typed)[..1], one("place:cn-qingdao", "青島"), "{typed}");
        }
        assert_eq!(found("tsing"), one("place:cn-qingdao", "Tsingtao"));
        assert_eq!(found("QING")[0].1, "Qingdao");
        assert_eq!(found("qingdao-2")[..1], one("doc:qingdao-2024", "A list"));
        assert_eq!(found("さっぽろ")[..1], one("place:jp-sapporo", "札幌"), "a name that only the register knows");
        assert!(found("nowhere").is_empty() && found("Qinghai").is_empty(), "what has no name or no IRI");
        assert_eq!(finder.find("Qing", 10)[0].language.as_deref(), Some("en"));
        assert!(finder.find("q", 0).is_empty());
    }
}
