//! Derivations for people and as JSON.

use std::io::{self, Write};

use oxrdf::Term;
use serde_json::{Value, json as object};

use super::explain::{Derivation, Why};
use crate::output::Style;

/// Writes a derivation as a tree.
///
/// # Errors
/// Those of the output.
pub fn text(derivation: &Derivation, style: &Style, out: &mut impl Write) -> io::Result<()> {
    branch(derivation, style, 0, out)
}

fn branch(derivation: &Derivation, style: &Style, depth: usize, out: &mut impl Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let fact: Vec<String> = derivation.fact.iter().map(|term| style.term(term)).collect();
    write!(out, "{indent}{}", fact.join("  "))?;
    match &derivation.why {
        Why::Vocabulary => writeln!(out, "  — the vocabulary"),
        Why::Above => writeln!(out, "  — see above"),
        Why::Path => writeln!(out, "  — by this path"),
        Why::Stated(origins) => {
            let names: Vec<String> = origins
                .iter()
                .map(|origin| match oxrdf::NamedNode::new(origin.name()) {
                    Ok(node) => style.term(&node),
                    Err(_) => origin.name().to_owned(),
                })
                .collect();
            writeln!(out, "  — stated in {}", names.join(", "))
        }
        Why::Rule { name, title, from } => {
            writeln!(out, "\n{indent}  by {name} ({title}) from")?;
            from.iter().try_for_each(|premise| branch(premise, style, depth + 2, out))
        }
    }
}

/// Writes a derivation as JSON: `fact` as terms of N-Triples, and `stated`, `rule` with `from`, or what else it rests on.
///
/// # Errors
/// Those of the output.
pub fn json(derivation: &Derivation, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &value(derivation))?;
    writeln!(out)
}

fn value(derivation: &Derivation) -> Value {
    let fact: Vec<String> = derivation.fact.iter().map(Term::to_string).collect();
    match &derivation.why {
        Why::Vocabulary => object!({ "fact": fact, "stated": ["vocabulary"] }),
        Why::Above => object!({ "fact": fact, "above": true }),
        Why::Path => object!({ "fact": fact, "path": true }),
        Why::Stated(origins) => {
            let origins: Vec<Value> =
                origins.iter().map(|origin| object!({ "graph": origin.graph, "document": origin.document })).collect();
            object!({ "fact": fact, "stated": origins })
        }
        Why::Rule { name, title, from } => {
            let from: Vec<Value> = from.iter().map(value).collect();
            object!({ "fact": fact, "rule": name, "title": title, "from": from })
        }
    }
}
