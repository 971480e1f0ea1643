//! Every syntax out and in again, by oxigraph's parsers and by sophia's, which know nothing of each other.

use std::collections::BTreeSet;

use citypact::format::Syntax;
use citypact::rdf::Gathered;
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};
use proptest::prelude::*;

use crate::round_trip::{assert_round_trip, read, write};

const NT: &str = r#"
<http://e/a> <http://e/p> _:x <http://e/g> .
_:x <http://e/p> _:y <http://e/g> .
_:y <http://e/p> "text\n\"quoted\" \u0001 \u202e"@zh-Hans <http://e/g> .
<http://e/a> <http://e/list> _:l1 <http://e/g> .
_:l1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <http://e/g> .
_:l1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l2 <http://e/g> .
_:l2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> _:item <http://e/g> .
_:l2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> <http://e/g> .
_:item <http://e/q> "deep" <http://e/g> .
_:lonely <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/citypact/ns#Tie> <http://e/g> .
_:c1 <http://e/p> _:c2 <http://e/h> .
_:c2 <http://e/p> _:c1 <http://e/h> .
<http://e/a> <http://e/p> _:shared <http://e/h> .
<http://e/a> <http://e/p> _:shared <http://e/g> .
_:shared <http://e/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<https://w3id.org/citypact/id/place/cn-qingdao> <http://www.w3.org/2004/02/skos/core#prefLabel> "青島市"@zh-Hant <https://w3id.org/citypact/graph/places> .
<http://e/%41~b/c> <http://e/p> <https://w3id.org/citypact/id/place/a/b> .
<http://e/a> <http://e/p> _:empty .
"#;

#[test]
fn awkward_graphs_survive_every_syntax() {
    let quads = read(NT, Syntax::NQuads);
    for syntax in [Syntax::Turtle, Syntax::TriG, Syntax::NTriples, Syntax::NQuads, Syntax::JsonLd] {
        assert_round_trip(&quads, syntax);
    }
    let plain: Vec<Quad> = quads.into_iter().filter(|quad| !quad.object.to_string().contains("quoted")).collect();
    assert_round_trip(&plain, Syntax::RdfXml);
}

#[test]
fn what_xml_cannot_hold_is_an_error() {
    let quads = read(NT, Syntax::NQuads).into_iter().collect::<Gathered>();
    let error = quads.write(Syntax::RdfXml, &[], &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("U+0001"), "{error}");
}

#[test]
fn turtle_is_laid_out_for_people() {
    let quads: Vec<Quad> =
        read(NT, Syntax::NQuads).into_iter().filter(|quad| quad.graph_name.to_string() == "<http://e/g>").collect();
    let quads: Vec<Quad> = quads.into_iter().filter(|quad| !quad.object.to_string().contains("shared")).collect();
    let text = write(&quads, Syntax::TriG);
    assert!(text.starts_with("@prefix pact: <https://w3id.org/citypact/ns#> .\n\n<http://e/g> {\n"), "{text}");
    assert!(text.contains("<http://e/list> ( 1 [ <http://e/q> \"deep\" ] )"), "{text}");
    assert!(text.contains("[] a pact:Tie .") && !text.contains("_:x"), "{text}");
}

#[test]
fn deep_chains_are_written_and_read() {
    let node = |i: usize| BlankNode::new_unchecked(format!("n{i}"));
    let step = NamedNode::new_unchecked("http://e/p");
    let first = Quad::new(step.clone(), step.clone(), node(0), GraphName::DefaultGraph);
    let chain = (0..5000).map(|i| Quad::new(node(i), step.clone(), node(i + 1), GraphName::DefaultGraph));
    let quads: Vec<Quad> = std::iter::once(first).chain(chain).collect();
    let text = write(&quads, Syntax::Turtle);
    assert_eq!(read(&text, Syntax::Turtle).len(), quads.len());
}

fn term() -> impl Strategy<Value = Term> {
    let literal = (".{0,6}", 0..4_u8).prop_map(|(text, kind)| match kind {
        0 => Literal::new_simple_literal(text),
        1 => Literal::new_language_tagged_literal_unchecked(text, "zh-Hant"),
        2 => Literal::new_typed_literal(text, NamedNode::new_unchecked("http://www.w3.org/2001/XMLSchema#integer")),
        _ => Literal::new_typed_literal("12", NamedNode::new_unchecked("http://www.w3.org/2001/XMLSchema#integer")),
    });
    prop_oneof![
        (0..4_u8).prop_map(|i| BlankNode::new_unchecked(format!("b{i}")).into()),
        (0..3_u8).prop_map(|i| NamedNode::new_unchecked(format!("http://e/{i}")).into()),
        Just(NamedNode::new_unchecked("http://www.w3.org/1999/02/22-rdf-syntax-ns#nil").into()),
        literal.prop_map(Term::from),
    ]
}

fn quad() -> impl Strategy<Value = Quad> {
    let subject = prop_oneof![
        (0..4_u8).prop_map(|i| NamedOrBlankNode::from(BlankNode::new_unchecked(format!("b{i}")))),
        (0..2_u8).prop_map(|i| NamedNode::new_unchecked(format!("http://e/{i}")).into()),
    ];
    let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    let predicate = prop::sample::select(vec![
        format!("{rdf}first"),
        format!("{rdf}rest"),
        format!("{rdf}type"),
        "http://e/p".to_owned(),
    ]);
    let graph = prop::option::of(0..2_u8);
    (subject, predicate, term(), graph).prop_map(|(subject, predicate, object, graph)| {
        let graph =
            graph.map_or(GraphName::DefaultGraph, |i| NamedNode::new_unchecked(format!("http://e/g{i}")).into());
        Quad::new(subject, NamedNode::new_unchecked(predicate), object, graph)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_graph_is_read_back_from_turtle_and_trig(quads in prop::collection::vec(quad(), 0..12)) {
        let distinct: BTreeSet<String> = quads.iter().map(ToString::to_string).collect();
        for syntax in [Syntax::Turtle, Syntax::TriG] {
            assert_round_trip(&quads, syntax);
        }
        prop_assert_eq!(read(&write(&quads, Syntax::NQuads), Syntax::NQuads).len(), distinct.len());
    }
}
