//! Readers of RDF: the first byte says which syntax; what is read is written and read again as it was.

use citypact::format::Syntax;
use citypact::rdf::{self, ReadAs, canonical_lines};
use oxrdf::Quad;

use crate::round_trip::write;

pub fn run(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let syntax = Syntax::ALL[usize::from(*first) % Syntax::ALL.len()];
    let how = ReadAs::new("fuzz", syntax);
    let Ok(quads) = rdf::read(rest, &how) else { return };
    // To the first fault.
    let Ok(quads) = quads.map(|quad| quad.map_err(|fault| fault.to_string())).collect::<Result<Vec<Quad>, _>>() else {
        return;
    };
    // Canonical names of nodes that are alike take time that grows beyond all bounds.
    if quads.len() > 30 {
        return;
    }
    let text = write(&quads, Syntax::NQuads);
    let again = rdf::read(text.as_bytes(), &ReadAs::new("fuzz", Syntax::NQuads)).unwrap();
    let again: Vec<Quad> = again.map(|quad| quad.unwrap_or_else(|fault| panic!("{fault}\n{text}"))).collect();
    assert_eq!(canonical_lines(&again).ok(), canonical_lines(&quads).ok(), "{text}");
}
