//! [Trusty IRIs](https://arxiv.org/abs/1401.5775) of the module RA: a name that holds the hash of all that is said under it.

use std::cmp::Ordering;

use oxrdf::{GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};
use sha2::{Digest as _, Sha256};

/// What stands in the place of the hash until it is known, and for the hash itself in what is hashed.
pub(super) const PLACE: &str = " ";

/// The quads with the hash in the names that begin with `base` and [`PLACE`]. No node is nameless.
pub(super) fn named(mut quads: Vec<Quad>, base: &str) -> Vec<Quad> {
    quads.sort_by(in_order);
    quads.dedup();
    let mut text = String::new();
    for quad in &quads {
        line(graph(quad), &mut text);
        line(subject(quad), &mut text);
        line(quad.predicate.as_str(), &mut text);
        match &quad.object {
            Term::Literal(literal) => line(&of_literal(literal), &mut text),
            other => line(iri(other), &mut text),
        }
    }
    let code = format!("RA{}", base64(&Sha256::digest(text.as_bytes())));
    let (place, name) = (format!("{base}{PLACE}"), format!("{base}{code}"));
    quads.into_iter().map(|quad| renamed(quad, &place, &name)).collect()
}

fn line(value: &str, text: &mut String) {
    text.push_str(value);
    text.push('\n');
}

fn of_literal(literal: &Literal) -> String {
    let value = literal.value().replace('\\', "\\\\").replace('\n', "\\n");
    match literal.language() {
        Some(tag) => format!("@{} {value}", tag.to_ascii_lowercase()),
        None => format!("^{} {value}", literal.datatype().as_str()),
    }
}

fn graph(quad: &Quad) -> &str {
    match &quad.graph_name {
        GraphName::NamedNode(node) => node.as_str(),
        _ => "",
    }
}

fn subject(quad: &Quad) -> &str {
    match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str(),
        NamedOrBlankNode::BlankNode(node) => node.as_str(),
    }
}

fn iri(term: &Term) -> &str {
    match term {
        Term::NamedNode(node) => node.as_str(),
        _ => "",
    }
}

/// By graph, subject, predicate and object, byte by byte; IRIs before literals, these by value, datatype and language.
fn in_order(one: &Quad, other: &Quad) -> Ordering {
    let place = |quad: &Quad| (graph(quad).to_owned(), subject(quad).to_owned(), quad.predicate.as_str().to_owned());
    place(one).cmp(&place(other)).then_with(|| match (&one.object, &other.object) {
        (Term::Literal(one), Term::Literal(other)) => key(one).cmp(&key(other)),
        (Term::Literal(_), _) => Ordering::Greater,
        (_, Term::Literal(_)) => Ordering::Less,
        (one, other) => iri(one).cmp(iri(other)),
    })
}

fn key(literal: &Literal) -> (&str, Option<String>, Option<&str>) {
    let datatype = literal.language().is_none().then(|| literal.datatype().as_str().to_owned());
    (literal.value(), datatype, literal.language())
}

fn renamed(quad: Quad, place: &str, name: &str) -> Quad {
    let rename = |node: NamedNode| match node.as_str().strip_prefix(place) {
        Some(rest) => NamedNode::new_unchecked(format!("{name}{rest}")),
        None => node,
    };
    Quad {
        subject: match quad.subject {
            NamedOrBlankNode::NamedNode(node) => rename(node).into(),
            blank => blank,
        },
        predicate: quad.predicate,
        object: match quad.object {
            Term::NamedNode(node) => rename(node).into(),
            other => other,
        },
        graph_name: match quad.graph_name {
            GraphName::NamedNode(node) => rename(node).into(),
            other => other,
        },
    }
}

/// RFC 4648, section 5, without padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let number =
            chunk.iter().fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(char::from(LETTERS[(number >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_letters_of_addresses() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn a_name_follows_from_what_is_said_and_not_from_its_order() {
        let node = |text: &str| NamedNode::new_unchecked(text);
        let quad = |object: Term| Quad::new(node("http://e/ "), node("http://e/p"), object, node("http://e/ #g"));
        let quads = vec![quad(Literal::new_simple_literal("a\nb\\").into()), quad(node("http://e/ #x").into())];
        let named_once = named(quads.clone(), "http://e/");
        let text = "http://e/ #g\nhttp://e/ \nhttp://e/p\nhttp://e/ #x\nhttp://e/ #g\nhttp://e/ \nhttp://e/p\n\
                    ^http://www.w3.org/2001/XMLSchema#string a\\nb\\\\\n";
        let code = base64(&Sha256::digest(text.as_bytes()));
        assert_eq!(code.len(), 43);
        assert_eq!(subject(&named_once[0]), format!("http://e/RA{code}"));
        assert_eq!(graph(&named_once[0]), format!("http://e/RA{code}#g"));
        assert_eq!(named(quads.into_iter().rev().collect(), "http://e/"), named_once);
    }
}
