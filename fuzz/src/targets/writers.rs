//! Writers of RDF: quads that the bytes choose, of texts that are hard to write, are found in every syntax by two parsers.

use citypact::format::Syntax;
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};

use crate::round_trip::assert_round_trip;

const IRIS: [&str; 8] = [
    "http://e/a",
    "http://e/%41~b/c?d=e&f#g.",
    "https://w3id.org/citypact/id/place/cn-qingdao",
    "https://w3id.org/citypact/ns#Tie",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#first",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
];
const DATATYPES: [&str; 4] = ["integer", "decimal", "double", "boolean"];
const TAGS: [&str; 4] = ["en", "zh-Hant", "ja-Latn-hepburn", "de-1996"];

/// What chooses.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> usize {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        usize::from(*first)
    }

    fn of<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.byte() % from.len()]
    }

    fn node(&mut self) -> NamedNode {
        NamedNode::new_unchecked(self.of(&IRIS))
    }

    fn blank(&mut self) -> BlankNode {
        BlankNode::new_unchecked(format!("b{}", self.byte() % 4))
    }

    /// The bytes that follow, to a number of them, as far as they are text.
    fn text(&mut self) -> String {
        let length = (self.byte() % 12).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn term(&mut self) -> Term {
        match self.byte() % 6 {
            0 => self.node().into(),
            1 => self.blank().into(),
            2 => Literal::new_simple_literal(self.text()).into(),
            3 => {
                let tag = self.of(&TAGS);
                Literal::new_language_tagged_literal(self.text(), tag).unwrap().into()
            }
            4 => {
                let datatype = format!("http://www.w3.org/2001/XMLSchema#{}", self.of(&DATATYPES));
                Literal::new_typed_literal(self.text(), NamedNode::new_unchecked(datatype)).into()
            }
            _ => Literal::new_typed_literal(self.text(), self.node()).into(),
        }
    }

    fn quad(&mut self) -> Quad {
        let subject: NamedOrBlankNode =
            if self.byte().is_multiple_of(2) { self.node().into() } else { self.blank().into() };
        let (predicate, object) = (self.node(), self.term());
        let graph = match self.byte() % 4 {
            0 => GraphName::DefaultGraph,
            1 => NamedNode::new_unchecked("https://w3id.org/citypact/graph/a").into(),
            _ => NamedNode::new_unchecked("http://e/g").into(),
        };
        Quad::new(subject, predicate, object, graph)
    }
}

pub fn run(bytes: &[u8]) {
    let (mut choices, mut quads) = (Choices(bytes), Vec::new());
    while !choices.0.is_empty() && quads.len() < 16 {
        let quad = choices.quad();
        if !quads.contains(&quad) {
            quads.push(quad);
        }
    }
    for syntax in [Syntax::Turtle, Syntax::TriG, Syntax::NTriples, Syntax::NQuads, Syntax::JsonLd] {
        assert_round_trip(&quads, syntax);
    }
    // XML cannot hold every character.
    let is_sayable = |quad: &Quad| match &quad.object {
        Term::Literal(literal) => citypact::xml::check("XML", literal.value()).is_ok(),
        _ => true,
    };
    assert_round_trip(&quads.into_iter().filter(is_sayable).collect::<Vec<_>>(), Syntax::RdfXml);
}
