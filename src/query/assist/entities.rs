//! Entity look-up by prefix: things of the data by the beginning of what they are called, in any script, for whoever is
//! typing.

use std::collections::HashMap;
use std::sync::Arc;

#[cfg(feature = "client")]
use oxigraph::sparql::QueryResults;
#[cfg(feature = "client")]
use oxrdf::{Literal, Term};
use oxrdf::{LiteralRef, NamedNode, NamedNodeRef, TermRef};

use super::suggest::Entity;
use crate::fold::spellings;
use crate::index::{Id, Kind, Segment, Version};
use crate::place::Register;
use crate::rdf::canonical_tag;
#[cfg(feature = "client")]
use crate::store::{Asking, Remote, Scope, StoreError};
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

impl Fit {
    fn of(label: LiteralRef<'_>, typed: &str) -> Self {
        Self {
            is_part: label.value() != typed,
            characters: label.value().chars().count(),
            label: label.value().to_owned(),
            language: label.language().map(|tag| canonical_tag(tag).into_owned()),
        }
    }
}

/// What an IRI may begin with whose last part begins with a text.
fn iris(base: &str, typed: &str) -> Vec<String> {
    let is_part = typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let spaces = if is_part && typed.len() >= 2 { &["place/", "doc/", ""][..] } else { &[] };
    spaces.iter().map(|space| format!("{base}{space}{typed}")).collect()
}

/// Places of the register that a text may mean.
fn places(register: &Register, base: &str, typed: &str) -> Vec<NamedNode> {
    let found = register.find(typed, PLACES).into_iter();
    found.filter_map(|candidate| NamedNode::new(format!("{base}place/{}", candidate.id)).ok()).collect()
}

impl<'a> Finder<'a> {
    /// A finder in a state of the data whose IRIs begin with `base`. Places that are called something else in the data are
    /// found by the names that the register knows.
    pub fn new(version: &'a Version, register: &'a Register, base: &'a str) -> Self {
        let segment = |name: &NamedNodeRef<'_>| version.segment(version.id((*name).into())?);
        Self { version, names: NAMES.iter().filter_map(segment).collect(), register, base }
    }

    /// How many names there are.
    pub fn names(&self) -> usize {
        self.names.iter().map(|names| names.len()).sum()
    }

    /// What has a name that begins with a text, or whose IRI does after its last `/`, or that the register knows by it; the best
    /// fit first, at most `most`.
    pub fn find(&self, typed: &str, most: usize) -> Vec<Entity> {
        let mut found = self.begun(typed);
        self.by_register(typed, &mut found);
        self.ranked(found, most)
    }

    /// The same without what only the register knows.
    pub fn beginning(&self, typed: &str, most: usize) -> Vec<Entity> {
        self.ranked(self.begun(typed), most)
    }

    fn begun(&self, typed: &str) -> HashMap<Id, Fit> {
        let mut found = HashMap::new();
        self.by_name(typed, &mut found);
        self.by_iri(typed, &mut found);
        found
    }

    fn ranked(&self, found: HashMap<Id, Fit>, most: usize) -> Vec<Entity> {
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
        for start in iris(self.base, typed) {
            for id in self.version.beginning(Kind::Iri, &start).take(LOOKED_AT) {
                self.add_other(id, found);
            }
        }
    }

    fn by_register(&self, typed: &str, found: &mut HashMap<Id, Fit>) {
        for place in places(self.register, self.base, typed) {
            let id = self.version.id(place.as_ref().into());
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
        self.version.text(text, |term| match term {
            TermRef::Literal(literal) => Fit::of(literal, typed),
            _ => Fit { is_part: true, characters: 0, label: String::new(), language: None },
        })
    }

    fn iri(&self, id: Id) -> Option<String> {
        self.version.text(id, |term| match term {
            TermRef::NamedNode(node) => Some(node.as_str().to_owned()),
            _ => None,
        })
    }
}

/// As [`Finder::find`], of an endpoint, which looks at every name.
///
/// # Errors
/// Those of the endpoint.
#[cfg(feature = "client")]
pub(in crate::query) fn find_at(
    remote: &Remote,
    typed: &str,
    register: &Register,
    (base, most): (&str, usize),
    how: Asking,
) -> Result<Vec<Entity>, StoreError> {
    // A name that begins with the text goes before others of the same thing.
    let mut found: HashMap<String, (bool, Fit)> = HashMap::new();
    let query = names_query(typed, &iris(base, typed), &places(register, base, typed));
    let QueryResults::Solutions(rows) = remote.query_over(&query, Asking { scope: Some(Scope::Unnamed), ..how })?
    else {
        return Ok(Vec::new());
    };
    let begun = spellings(typed);
    for row in rows {
        let row = row?;
        let (Some(Term::NamedNode(thing)), Some(Term::Literal(label))) = (row.get("thing"), row.get("label")) else {
            continue;
        };
        let spelling = begun.iter().find(|spelling| label.value().starts_with(spelling.as_str()));
        let fit = match spelling {
            Some(spelling) => Fit::of(label.as_ref(), spelling),
            None => Fit { is_part: true, ..Fit::of(label.as_ref(), "") },
        };
        let told = (spelling.is_none(), fit);
        let known = found.entry(thing.as_str().to_owned()).or_insert_with(|| told.clone());
        *known = known.clone().min(told);
    }
    let mut found: Vec<(Fit, String)> = found.into_iter().map(|(iri, (_, fit))| (fit, iri)).collect();
    found.sort_unstable();
    found.truncate(most);
    let entity = |(fit, iri): (Fit, String)| Entity { iri, label: fit.label, language: fit.language };
    Ok(found.into_iter().map(entity).collect())
}

/// The query for names that begin with a text or one of its spellings, and for those of things whose IRIs do or are given.
#[cfg(feature = "client")]
fn names_query(typed: &str, iris: &[String], places: &[NamedNode]) -> String {
    let text = |text: &str| Literal::new_simple_literal(text).to_string();
    let begins = spellings(typed).into_iter().map(|spelling| format!("STRSTARTS(STR(?label), {})", text(&spelling)));
    let addresses = iris.iter().map(|iri| format!("STRSTARTS(STR(?thing), {})", text(iri)));
    let among = places.iter().map(|place| format!("?thing = {place}"));
    let conditions: Vec<String> = begins.chain(addresses).chain(among).collect();
    let names: Vec<String> = NAMES.iter().map(ToString::to_string).collect();
    let pattern = format!("?thing {} ?label", names.join("|"));
    format!(
        "SELECT DISTINCT ?thing ?label WHERE {{ {{ {pattern} }} UNION {{ GRAPH ?graph {{ {pattern} }} }} \
         FILTER(isIRI(?thing) && ({})) }} LIMIT {LOOKED_AT}",
        conditions.join(" || ")
    )
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
            let short = |entity: Entity| (crate::query::assist::suggest::written(&entity.iri), entity.label);
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
        assert_eq!(finder.names(), 6);
        assert!(finder.beginning("さっぽろ", 10).is_empty() && finder.beginning("札", 10).len() == 1);
    }
}
