//! The mapping: records that are read become quads whose IRIs are valid, which every syntax gives back, and which are the
//! same in every run.

use citypact::convert::{self, Event, Options};
use citypact::format::Syntax;
use citypact::place::Register;
use citypact::record::read::Input;
use iri_string::types::IriStr;
use oxrdf::{Quad, Term};

use crate::round_trip::assert_round_trip;

fn converted(bytes: &[u8], jobs: usize) -> (Vec<Quad>, Vec<String>) {
    thread_local!(static REGISTER: Register = Register::curated());
    let (mut quads, mut said) = (Vec::new(), Vec::new());
    let inputs = [Input::bytes("fuzz.jsonl", bytes)];
    let options = Options { jobs, ..Options::default() };
    REGISTER.with(|register| {
        let mut note = |event: Event| {
            if let Event::Finding(finding) = event {
                said.push(finding.to_string());
            }
        };
        convert::convert(&inputs, register, &options, &mut quads, &mut note).unwrap();
    });
    (quads, said)
}

pub fn run(bytes: &[u8]) {
    let (quads, said) = converted(bytes, 1);
    assert_eq!((&quads, &said), (&converted(bytes, 2).0, &said), "by two threads");
    for quad in &quads {
        let terms = [quad.subject.clone().into(), quad.predicate.clone().into(), quad.object.clone()];
        for iri in terms.iter().filter_map(iri) {
            assert!(IriStr::new(iri).is_ok(), "{iri:?} is no IRI");
        }
    }
    for syntax in [Syntax::TriG, Syntax::NQuads, Syntax::JsonLd, Syntax::RdfXml] {
        assert_round_trip(&quads, syntax);
    }
}

fn iri(term: &Term) -> Option<&str> {
    match term {
        Term::NamedNode(node) => Some(node.as_str()),
        _ => None,
    }
}
