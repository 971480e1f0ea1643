//! Versions against a plain set of quads, and numbers against the order of terms.

use std::collections::{BTreeMap, BTreeSet};

use oxrdf::vocab::xsd;
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use proptest::prelude::*;

use super::order::{Key, compare};
use super::{Builder, Change, GraphSet, Id, Kind, Version, build, normal};

fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{name}"))
}

fn typed(value: &str, datatype: oxrdf::NamedNodeRef<'_>) -> Term {
    Literal::new_typed_literal(value, datatype).into()
}

/// Few terms of every kind, many of equal value.
pub(in crate::index) fn terms() -> Vec<Term> {
    let mut terms: Vec<Term> = vec![
        BlankNode::new_unchecked("b").into(),
        BlankNode::new_unchecked("a1").into(),
        node("a").into(),
        node("z").into(),
        node("").into(),
        Literal::new_simple_literal("").into(),
        Literal::new_simple_literal("a").into(),
        Literal::new_simple_literal("é").into(),
        Literal::new_language_tagged_literal_unchecked("a", "en").into(),
        Literal::new_language_tagged_literal_unchecked("a", "de").into(),
        Literal::new_directional_language_tagged_literal_unchecked("a", "en", oxrdf::BaseDirection::Rtl).into(),
        Literal::new_directional_language_tagged_literal_unchecked("a", "en", oxrdf::BaseDirection::Ltr).into(),
        typed("true", xsd::BOOLEAN),
        typed("x", xsd::INTEGER),
        typed("99999999999999999999999999", xsd::INTEGER),
        Literal::new_typed_literal("a", node("type")).into(),
    ];
    for number in ["-3", "0", "1", "10", "9007199254740993"] {
        terms.extend([xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE, xsd::FLOAT].map(|datatype| typed(number, datatype)));
    }
    terms.extend(["0.1", "1.5", "-0.5"].map(|value| typed(value, xsd::DECIMAL)));
    terms.extend(["0.1", "NaN", "INF", "-INF", "1e-300", "-0"].map(|value| typed(value, xsd::DOUBLE)));
    terms.extend(
        ["2024-01-24T02:00:00Z", "2024-01-23T20:00:00-06:00", "2024-01-24T02:00:00", "2024-01-24T02:00:00.5Z"]
            .map(|value| typed(value, xsd::DATE_TIME)),
    );
    terms.extend(["1982-01-01", "1982-01-01Z", "-0044-03-15"].map(|value| typed(value, xsd::DATE)));
    terms.extend([typed("1982", xsd::G_YEAR), typed("1979-10", xsd::G_YEAR_MONTH)]);
    let triple = |object: Term| Triple::new(node("a"), node("p"), object);
    terms.push(triple(typed("1", xsd::INTEGER)).into());
    terms.push(triple(triple(node("z").into()).into()).into());
    terms.push(triple(BlankNode::new_unchecked("in-triple-only").into()).into());
    terms.into_iter().map(normal).collect()
}

fn subjects() -> Vec<NamedOrBlankNode> {
    vec![
        node("a").into(),
        node("late").into(),
        BlankNode::new_unchecked("b").into(),
        BlankNode::new_unchecked("c").into(),
    ]
}

fn graph(number: usize) -> GraphName {
    match number {
        0 => GraphName::DefaultGraph,
        1 => BlankNode::new_unchecked("graph").into(),
        number => node(format_args!("g{number}")).into(),
    }
}

fn quad() -> impl Strategy<Value = Quad> {
    (0..4_usize, 0..3_usize, 0..terms().len(), 0..4_usize).prop_map(|(subject, predicate, object, g)| Quad {
        subject: subjects()[subject].clone(),
        predicate: node(format_args!("p{predicate}")),
        object: terms()[object].clone(),
        graph_name: graph(g),
    })
}

pub(in crate::index) fn change() -> impl Strategy<Value = Change> {
    let name = (1..4_usize).prop_map(|number| match graph(number) {
        GraphName::BlankNode(node) => NamedOrBlankNode::from(node),
        GraphName::NamedNode(node) => node.into(),
        GraphName::DefaultGraph => node("g").into(),
    });
    prop_oneof![
        8 => quad().prop_map(Change::Insert),
        4 => quad().prop_map(Change::Remove),
        1 => name.clone().prop_map(Change::Create),
        1 => (0..4_usize).prop_map(|number| Change::Clear(graph(number))),
        1 => name.prop_map(Change::Drop),
    ]
}

/// Quads and graphs as a plain set.
#[derive(Default, Debug, PartialEq)]
pub(in crate::index) struct Plain {
    quads: BTreeSet<String>,
    graphs: BTreeSet<String>,
}

impl Plain {
    fn apply(&mut self, change: &Change) {
        let within = |graph: &GraphName| format!(" {graph}");
        match change {
            Change::Insert(quad) => {
                self.quads.insert(text(quad));
                if !quad.graph_name.is_default_graph() {
                    self.graphs.insert(quad.graph_name.to_string());
                }
            }
            Change::Remove(quad) => drop(self.quads.remove(&text(quad))),
            Change::Create(name) => drop(self.graphs.insert(name.to_string())),
            Change::Clear(graph) => self.quads.retain(|quad| !quad.ends_with(&within(graph))),
            Change::Drop(name) => {
                self.quads.retain(|quad| !quad.ends_with(&format!(" {name}")));
                self.graphs.remove(&name.to_string());
            }
        }
    }

    pub(in crate::index) fn of(version: &Version) -> Self {
        let quads = version.rows().map(|row| text(&version.quad(row))).collect();
        let graphs = version.graphs().iter().map(|graph| version.term(graph.id).to_string()).collect();
        Self { quads, graphs }
    }
}

fn text(quad: &Quad) -> String {
    format!("{} {} {} {}", quad.subject, quad.predicate, normal(quad.object.clone()), quad.graph_name)
}

/// A look-up (predicate, key, whether the key is the object) and the rows that it finds.
type LookedUp = (Id, Id, bool, Vec<(Id, Id, GraphSet)>);

/// What some look-ups find, which come too early for all to have been read or merged.
fn looked_up(version: &Version) -> Vec<LookedUp> {
    let late = u32::try_from(version.base.late.len()).unwrap();
    let ids: Vec<Id> = (1..version.range(Kind::Triple).end).chain(Id::LATE..Id::LATE + late).map(Id).collect();
    let some = ids.iter().step_by(ids.len() / 7 + 1);
    let asked = some.flat_map(|id| version.predicates().iter().flat_map(|p| [(*p, *id, false), (*p, *id, true)]));
    asked
        .map(|(predicate, id, by_object)| {
            let segment = version.segment(predicate).unwrap();
            let found = if by_object { segment.find(None, Some(id)) } else { segment.find(Some(id), None) };
            let columns = segment.columns(&found);
            let rows = found.rows.clone().map(|row| (columns.key[row], columns.value[row], columns.graph[row]));
            (predicate, id, by_object, rows.collect())
        })
        .collect()
}

/// What a version tells of itself is so.
pub(in crate::index) fn is_sound(version: &Version) {
    for (predicate, id, by_object, found) in looked_up(version) {
        let segment = version.segment(predicate).unwrap();
        let columns = if by_object { segment.pos() } else { segment.pso() };
        let rows = (0..segment.len()).filter(|row| columns.key[*row] == id);
        let rows: Vec<_> = rows.map(|row| (columns.key[row], columns.value[row], columns.graph[row])).collect();
        assert_eq!(found, rows);
    }
    assert_eq!(version.rows().count(), version.quads());
    let mut triples = 0;
    let mut graphs: BTreeMap<u32, usize> = BTreeMap::new();
    assert!(version.predicates().is_sorted());
    for predicate in version.predicates() {
        let segment = version.segment(*predicate).unwrap();
        assert_eq!(segment.len(), version.count(*predicate));
        triples += segment.len();
        let (pso, pos) = (segment.pso(), segment.pos());
        let pairs = |columns: super::Columns<'_>| {
            columns.key.iter().copied().zip(columns.value.iter().copied()).collect::<Vec<_>>()
        };
        assert!(pairs(pso).is_sorted() && pairs(pos).is_sorted());
        let mut turned: Vec<_> = pairs(pos).into_iter().map(|(o, s)| (s, o)).collect();
        turned.sort_unstable();
        assert_eq!(pairs(pso), turned);
        let of = |keys: &[Id], range: std::ops::Range<usize>, key: Id| {
            assert!(keys[range.clone()].iter().all(|other| *other == key));
            assert_eq!(range.len(), keys.iter().filter(|other| **other == key).count());
        };
        for id in pso.key.iter().chain(pos.key).copied().chain([Id(1), Id(40), Id(Id::LATE), Id(Id::LATE + 900)]) {
            of(pso.key, segment.find(Some(id), None).rows, id);
            of(pos.key, segment.find(None, Some(id)).rows, id);
        }
        for (row, set) in pso.graph.iter().enumerate() {
            let mut of_object = segment.find(None, Some(pso.value[row])).rows;
            let at = pos.graph[of_object.find(|at| pos.value[*at] == pso.key[row]).unwrap()];
            assert_eq!(at, *set);
            for graph in version.graphs_of(*set) {
                *graphs.entry(graph).or_default() += 1;
                assert!(version.rows_of_graph(&segment, graph).contains(&u32::try_from(row).unwrap()));
            }
        }
        let distinct: BTreeSet<_> = pso.key.iter().collect();
        assert_eq!(segment.distinct_subjects(), distinct.len());
    }
    assert_eq!(triples, version.len());
    for graph in version.graphs() {
        assert_eq!(graph.quads, graphs.get(&graph.number).copied().unwrap_or(0));
        assert_eq!(
            (version.graph_id(graph.number), version.graph_number(graph.id)),
            (Some(graph.id), Some(graph.number))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_version_after_changes_holds_what_a_set_holds(commits in prop::collection::vec(prop::collection::vec(change(), 0..12), 1..8), read in any::<u8>()) {
        let mut plain = Plain::default();
        let mut version = Builder::new().finish(0);
        for (number, commit) in commits.iter().enumerate() {
            commit.iter().for_each(|change| plain.apply(change));
            version = version.with_changes(commit, 1 + number as u64).unwrap();
            if read >> (number % 8) & 1 == 1 {
                is_sound(&version);
                prop_assert_eq!(&Plain::of(&version), &plain);
            }
            if number == 3 {
                version = version.compacted().unwrap();
            }
        }
        is_sound(&version);
        prop_assert_eq!(&Plain::of(&version), &plain);
        let compacted = version.compacted().unwrap();
        prop_assert_eq!(&Plain::of(&compacted), &plain);
        is_sound(&compacted);
    }

    #[test]
    fn numbers_are_in_the_order_of_terms(early in prop::collection::vec(0..terms().len(), 0..30)) {
        let quads = |picked: Vec<Term>| picked.into_iter().map(|object| Quad::new(node("s"), node("p"), object, GraphName::DefaultGraph)).collect::<Vec<_>>();
        let base = build(quads(early.iter().map(|at| terms()[*at].clone()).collect()), 0).unwrap();
        let changes: Vec<Change> = quads(terms()).into_iter().map(Change::Insert).collect();
        let version = base.with_changes(&changes, 1).unwrap();
        for (a, b) in terms().iter().flat_map(|a| terms().into_iter().map(move |b| (a.clone(), b))) {
            let (x, y) = (version.id(a.as_ref()).unwrap(), version.id(b.as_ref()).unwrap());
            let (of_a, of_b) = (Key::new(Some(a.as_ref())), Key::new(Some(b.as_ref())));
            prop_assert_eq!(version.key(x).cmp(&version.key(y)), of_a.cmp(&of_b), "{} {}", a, b);
            if !x.is_late() && !y.is_late() {
                prop_assert_eq!(x.cmp(&y), compare(a.as_ref(), b.as_ref()), "{} {}", a, b);
            }
            if let Some(x) = base.id(a.as_ref()) {
                // A foreign term's position compares as its key does.
                let position = base.position(b.as_ref());
                prop_assert_eq!(base.key(x).cmp(&position), of_a.cmp(&of_b), "{} {}", a, b);
            }
            prop_assert_eq!(version.key(x).cmp(&version.position(b.as_ref())), of_a.cmp(&of_b));
            prop_assert_eq!(version.kind(x), of_a.kind().unwrap());
            prop_assert_eq!(version.term(x), a);
        }
    }
}

#[test]
fn what_is_known_of_a_term_does_not_depend_on_when_it_came() {
    let quads = |terms: &[Term]| {
        terms
            .iter()
            .map(|object| Quad::new(node("s"), node("p"), object.clone(), GraphName::DefaultGraph))
            .collect::<Vec<_>>()
    };
    let base = build(quads(&terms()), 0).unwrap();
    let changes: Vec<Change> = quads(&terms()).into_iter().map(Change::Insert).collect();
    let late = Builder::new().finish(0).with_changes(&changes, 1).unwrap();
    for term in terms() {
        let (a, b) = (base.id(term.as_ref()).unwrap(), late.id(term.as_ref()).unwrap());
        assert!(!a.is_late() && b.is_late());
        assert_eq!(base.kind(a), late.kind(b));
        assert_eq!(
            base.number(a).map(|number| format!("{number:?}")),
            late.number(b).map(|number| format!("{number:?}"))
        );
        assert_eq!(base.number(a).is_some(), base.kind(a) == Kind::Number);
        let tag = |version: &Version, id: Id| version.literal(id).and_then(|tag| version.tag(tag).cloned());
        assert_eq!(tag(&base, a), tag(&late, b));
        assert_eq!(tag(&base, a).is_some(), term.is_literal());
        let parts =
            |version: &Version, id: Id| version.triple_term(id).map(|parts| parts.map(|part| version.term(part)));
        assert_eq!(parts(&base, a), parts(&late, b));
        assert_eq!(parts(&base, a).is_some(), term.is_triple());
        assert_eq!(base.text(a, |text| text.to_string()), term.to_string());
    }
    assert_eq!(base.id(node("nowhere").as_ref().into()), None);
    assert_eq!(late.id(node("nowhere").as_ref().into()), None);
}

#[test]
fn a_version_does_not_see_the_terms_of_those_after_it() {
    let base = Builder::new().finish(0);
    let quad = Quad::new(node("s"), node("p"), node("o"), node("g"));
    let after = base.with_changes(&[Change::Insert(quad)], 1).unwrap();
    assert!(after.id(node("o").as_ref().into()).is_some());
    assert_eq!((base.id(node("o").as_ref().into()), base.graphs().len(), base.len()), (None, 0, 0));
}

#[test]
fn kinds_are_ranges() {
    let quads = terms().into_iter().map(|object| Quad::new(node("s"), node("p"), object, GraphName::DefaultGraph));
    let version = build(quads, 0).unwrap();
    let mut next = 1;
    for kind in Kind::ALL {
        let range = version.range(kind);
        assert_eq!(range.start, next);
        assert!(range.clone().all(|id| version.kind(Id(id)) == kind));
        next = range.end;
    }
}
