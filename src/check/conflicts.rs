//! Where sources disagree: one thing, one property, values that cannot all be true. Nothing is decided; all claims are told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use oxrdf::{NamedNode, NamedNodeRef, Term};

use super::data::{Origin, are_of_one_document, is_unstated, text, value};
use super::evidence;
use crate::index::{Id, Selection, Version};
use crate::query::{Executor, QueryError};
use crate::record::Date;
use crate::vocab::{code, oa, pact, prov, rdf, schema};

/// Properties of which a thing has one value, and how values are compared.
const SINGLE: &[(NamedNodeRef<'static>, Values)] = &[
    (pact::since, Values::Dates),
    (pact::until, Values::Dates),
    (pact::signedOn, Values::Dates),
    (pact::conferredOn, Values::Dates),
    (schema::startDate, Values::Dates),
    (schema::endDate, Values::Dates),
    (schema::foundingDate, Values::Dates),
    (pact::status, Values::Terms),
    (pact::level, Values::Terms),
    (pact::sovereignState, Values::Terms),
    (schema::latitude, Values::Numbers),
    (schema::longitude, Values::Numbers),
];

/// Figures by class: what they say, and what else must be the same for two of them to be about one thing.
const FIGURES: &[(NamedNodeRef<'static>, NamedNodeRef<'static>, &[NamedNodeRef<'static>])] = &[
    (
        pact::CountObservation,
        schema::value,
        &[schema::observationAbout, schema::variableMeasured, pact::scope, pact::asOf],
    ),
    (pact::RankObservation, pact::rank, &[schema::observationAbout, schema::variableMeasured, pact::scope, pact::asOf]),
    (pact::Target, schema::value, &[schema::observationAbout, schema::variableMeasured, pact::scope, pact::dueBy]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Values {
    /// Of mixed precision: 2008 and 2008-05 agree.
    Dates,
    Terms,
    Numbers,
}

/// Who says something, and on what words it rests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Where it is from.
    pub origin: Origin,
    /// Words of the source, with their offsets.
    pub quotes: Vec<(String, Option<usize>, Option<usize>)>,
}

/// One of the values that cannot all be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The value.
    pub value: Term,
    /// The node that says it: the thing, or of a figure its observation.
    pub node: Term,
    /// Exact unless said otherwise: `code:at-least`, `code:about`, `code:under`.
    pub quantifier: Option<Term>,
    /// By whom.
    pub told: Vec<Told>,
}

/// Values that cannot all be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What they are about.
    pub subject: Term,
    /// Which property of it; of figures `schema:value` or `pact:rank`.
    pub property: Term,
    /// Of a figure what it measures, its scope and its date, as far as it has them.
    pub figure: Vec<(Term, Term)>,
    /// The values, with those that agree with all others left out.
    pub claims: Vec<Claim>,
    /// What assessments say of them.
    pub verdicts: Vec<Term>,
}

impl Conflict {
    /// Whether more than one document takes part.
    pub fn is_between_documents(&self) -> bool {
        let origins = self.claims.iter().flat_map(|claim| &claim.told).map(|told| &told.origin);
        origins.collect::<BTreeSet<_>>().len() > 1
    }
}

/// Finds all conflicts, sorted by what they are about. `told` hears of each kind of fact that was looked through; there are
/// [`KINDS`].
///
/// # Errors
/// Those of [`Executor::check`].
pub fn conflicts(data: &Arc<Version>, executor: &Executor, told: &dyn Fn(usize)) -> Result<Vec<Conflict>, QueryError> {
    let data = Selection::all(data.clone());
    let mut finder = Finder { quotes: quotes(&data), data, executor, found: Vec::new() };
    for (property, values) in SINGLE {
        finder.single(*property, *values)?;
        told(1);
    }
    for (class, property, key) in FIGURES {
        finder.figures(*class, *property, key)?;
        told(1);
    }
    executor.sound(finder.version())?;
    let mut found = finder.found;
    found.sort_by_cached_key(|conflict| {
        let figure: Vec<String> = conflict.figure.iter().map(|(_, term)| term.to_string()).collect();
        (conflict.subject.to_string(), conflict.property.to_string(), figure)
    });
    Ok(found)
}

/// Kinds of facts that sources may disagree on.
pub const KINDS: usize = SINGLE.len() + FIGURES.len();

/// The predicates of all statements that [`conflicts`] looks at: who has nothing but those finds the same.
pub fn read_by_conflicts() -> Vec<NamedNode> {
    let of_facts = SINGLE.iter().map(|(property, _)| *property);
    let of_figures = FIGURES.iter().flat_map(|(_, property, key)| key.iter().chain([property]).copied());
    let of_others =
        [rdf::type_, pact::quantifier, pact::assesses, pact::verdict, prov::wasDerivedFrom, schema::datePublished];
    let all: BTreeSet<_> = of_facts.chain(of_figures).chain(of_others).chain(evidence::READ).collect();
    all.into_iter().map(NamedNodeRef::into_owned).collect()
}

/// For each node the annotations that are evidence of it, with the graphs that hold them.
type Quotes = BTreeMap<Id, Vec<(Id, u32)>>;

fn quotes(data: &Selection) -> Quotes {
    let mut found = Quotes::new();
    let Some(body) = data.version().id(oa::hasBody.into()) else { return found };
    for (annotation, _, node, graph) in data.quads([None, Some(body), None]) {
        found.entry(node).or_default().push((annotation, graph));
    }
    found
}

struct Finder<'e> {
    data: Selection,
    quotes: Quotes,
    executor: &'e Executor,
    found: Vec<Conflict>,
}

/// A value, the node that says it, and the graph.
type Said = (Id, Id, u32);

impl Finder<'_> {
    fn version(&self) -> &Version {
        self.data.version()
    }

    fn id(&self, node: NamedNodeRef<'_>) -> Option<Id> {
        self.version().id(node.into())
    }

    fn single(&mut self, property: NamedNodeRef<'_>, values: Values) -> Result<(), QueryError> {
        let Some(property) = self.id(property) else { return Ok(()) };
        let mut by_subject: BTreeMap<Id, Vec<Said>> = BTreeMap::new();
        for (subject, _, object, graph) in self.data.quads([None, Some(property), None]) {
            if !is_unstated(self.version(), graph) {
                by_subject.entry(subject).or_default().push((object, subject, graph));
            }
        }
        for (subject, said) in by_subject {
            self.executor.check()?;
            let agree = |one: &Said, other: &Said| self.agree(one.0, other.0, values);
            let disagreeing = disagreeing(&said, agree);
            if !disagreeing.is_empty() {
                self.tell(subject, property, &[], &disagreeing);
            }
        }
        Ok(())
    }

    fn figures(
        &mut self,
        class: NamedNodeRef<'_>,
        property: NamedNodeRef<'_>,
        key: &[NamedNodeRef<'_>],
    ) -> Result<(), QueryError> {
        let ids = (self.id(rdf::type_), self.id(class), self.id(property));
        let (Some(type_), Some(class), Some(property)) = ids else { return Ok(()) };
        let mut by_key: BTreeMap<Vec<Option<Id>>, Vec<Said>> = BTreeMap::new();
        for node in self.data.subjects(type_, class) {
            let key = key.iter().map(|property| value(&self.data, node, *property)).collect();
            let quads = self.data.quads([Some(node), Some(property), None]);
            let said = quads.filter(|(.., graph)| !is_unstated(self.version(), *graph));
            by_key.entry(key).or_default().extend(said.map(|(_, _, object, graph)| (object, node, graph)));
        }
        for (values, said) in by_key {
            self.executor.check()?;
            let Some(about) = values[0] else { continue };
            let disagreeing = disagreeing(&said, |one, other| self.figures_agree(*one, *other));
            if !disagreeing.is_empty() {
                let named = key.iter().zip(&values).skip(1);
                let figure: Vec<(Term, Term)> = named
                    .filter_map(|(property, value)| Some(((*property).into(), self.version().term((*value)?))))
                    .collect();
                self.tell(about, property, &figure, &disagreeing);
            }
        }
        Ok(())
    }

    fn text(&self, id: Id) -> String {
        text(&self.version().term(id))
    }

    fn agree(&self, one: Id, other: Id, values: Values) -> bool {
        if one == other || values == Values::Terms {
            return one == other;
        }
        let texts = (self.text(one), self.text(other));
        match values {
            Values::Terms => false,
            Values::Numbers => {
                matches!((texts.0.parse::<f64>(), texts.1.parse::<f64>()), (Ok(one), Ok(other)) if one == other)
            }
            Values::Dates => match (texts.0.parse::<Date>(), texts.1.parse::<Date>()) {
                (Ok(one), Ok(other)) => within(one, other) || within(other, one),
                _ => false,
            },
        }
    }

    /// Whether two figures can both be true: 20 and at least 17 can.
    fn figures_agree(&self, one: Said, other: Said) -> bool {
        let number = |said: Said| self.text(said.0).parse::<i128>().ok();
        let (Some(a), Some(b)) = (number(one), number(other)) else { return one.0 == other.0 };
        let (p, q) = (self.quantifier(one.1), self.quantifier(other.1));
        let range = |number: i128, quantifier: Option<Id>| match quantifier.map(|id| self.version().term(id)) {
            Some(Term::NamedNode(node)) if node.as_ref() == code::at_least => (number, i128::MAX),
            Some(Term::NamedNode(node)) if node.as_ref() == code::under => (i128::MIN, number - 1),
            Some(Term::NamedNode(node)) if node.as_ref() == code::about => (i128::MIN, i128::MAX),
            _ => (number, number),
        };
        let (a, b) = (range(a, p), range(b, q));
        a.0 <= b.1 && b.0 <= a.1
    }

    fn quantifier(&self, node: Id) -> Option<Id> {
        value(&self.data, node, pact::quantifier)
    }

    fn tell(&mut self, subject: Id, property: Id, figure: &[(Term, Term)], said: &[Said]) {
        let mut claims: BTreeMap<(Id, Id), BTreeSet<Told>> = BTreeMap::new();
        for (value, node, graph) in said {
            claims.entry((*value, *node)).or_default().insert(self.told(*node, *graph));
        }
        let nodes: BTreeSet<Id> = said.iter().map(|said| said.1).collect();
        let term = |id: Id| self.version().term(id);
        let claim = |((value, node), told): ((Id, Id), BTreeSet<Told>)| Claim {
            value: term(value),
            node: term(node),
            quantifier: self.quantifier(node).map(term),
            told: told.into_iter().collect(),
        };
        let mut claims: Vec<Claim> = claims.into_iter().map(claim).collect();
        claims.sort_by_cached_key(|claim| (claim.value.to_string(), claim.node.to_string()));
        let conflict = Conflict {
            subject: term(subject),
            property: term(property),
            figure: figure.to_vec(),
            claims,
            verdicts: self.verdicts(&nodes),
        };
        self.found.push(conflict);
    }

    /// Who says it in this graph, with the quotes of the same document.
    fn told(&self, node: Id, graph: u32) -> Told {
        let origin = Origin::of(&self.data, graph);
        let mut quotes: Vec<_> = self
            .quotes
            .get(&node)
            .into_iter()
            .flatten()
            .filter(|(_, other)| are_of_one_document(self.version(), graph, *other))
            .filter_map(|(annotation, _)| evidence::quoted(&self.data, *annotation))
            .collect();
        quotes.sort();
        Told { origin, quotes }
    }

    fn verdicts(&self, nodes: &BTreeSet<Id>) -> Vec<Term> {
        let Some(assesses) = self.id(pact::assesses) else { return Vec::new() };
        let assessments = nodes.iter().flat_map(|node| self.data.subjects(assesses, *node));
        let verdicts: BTreeSet<Id> =
            assessments.filter_map(|assessment| value(&self.data, assessment, pact::verdict)).collect();
        verdicts.into_iter().map(|id| self.version().term(id)).collect()
    }
}

fn within(inner: Date, outer: Date) -> bool {
    outer.earliest() <= inner.earliest() && inner.latest() <= outer.latest()
}

/// Those that disagree with some other.
fn disagreeing(said: &[Said], agree: impl Fn(&Said, &Said) -> bool) -> Vec<Said> {
    if said.iter().all(|one| one.0 == said[0].0) {
        return Vec::new();
    }
    said.iter().copied().filter(|one| said.iter().any(|other| !agree(one, other))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxttl::TriGParser;

    fn data(trig: &str) -> Arc<Version> {
        let prefixes = "PREFIX pact: <https://w3id.org/citypact/ns#> PREFIX oa: <http://www.w3.org/ns/oa#>
            PREFIX : <https://w3id.org/citypact/graph/> ";
        let text = format!("{prefixes}{trig}");
        let quads = TriGParser::new().for_slice(text.as_bytes()).map(Result::unwrap);
        Arc::new(crate::index::build(quads, 0).unwrap())
    }

    /// An annotation of the tie with these words.
    fn quote(words: &str) -> String {
        format!("[ oa:hasBody :tie ; oa:hasTarget [ oa:hasSelector [ oa:exact '{words}' ] ] ]")
    }

    /// A graph, and the words that a claim rests on there.
    type Words = (Option<String>, Vec<String>);

    /// Each claim's value with, for every graph that makes it, the words that it rests on there.
    fn told(data: &Arc<Version>) -> Vec<(String, Vec<Words>)> {
        let found = conflicts(data, &Executor::default(), &|_| {}).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let told = |told: &Told| {
            (told.origin.graph.clone(), told.quotes.iter().map(|quote| quote.0.clone()).collect::<Vec<_>>())
        };
        found[0].claims.iter().map(|claim| (text(&claim.value), claim.told.iter().map(told).collect())).collect()
    }

    #[test]
    fn claims_and_evidence_of_the_default_graph_belong_together() {
        let (here, there) = (quote("here"), quote("there"));
        let data = data(&format!(
            ":tie pact:since '1979' . {here} . :a {{ :tie pact:since '1980' }} <https://w3id.org/citypact/graph/a/provenance> {{ {there} }}"
        ));
        let graph = Some("https://w3id.org/citypact/graph/a".to_owned());
        let expected = [
            ("1979".to_owned(), vec![(None, vec!["here".to_owned()])]),
            ("1980".to_owned(), vec![(graph, vec!["there".to_owned()])]),
        ];
        assert_eq!(told(&data), expected);
    }

    #[test]
    fn a_document_has_no_quotes_of_one_whose_name_begins_alike() {
        let data = data(&format!(
            ":a {{ :tie pact:since '1979' }} :ab {{ :tie pact:since '1980' . {} }} {{ {} . }}",
            quote("of ab"),
            quote("of nobody")
        ));
        let quotes: Vec<_> = told(&data).into_iter().flat_map(|(_, told)| told).map(|(_, quotes)| quotes).collect();
        assert_eq!(quotes, [vec![], vec!["of ab".to_owned()]]);
    }
}
