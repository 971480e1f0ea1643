//! Parameters put into a query's text, for people to read on. Answers are given with [`crate::query::algebra::substitute`], which puts them
//! into the algebra.

use std::collections::HashMap;

use oxrdf::Variable;

use crate::query::algebra::substitute::Value;
use crate::query::assist::suggest::written;
use crate::query::syntax::edit::{Edit, Edited};
use crate::query::syntax::tokens::{Kind, Token, Tokens};

/// Where a variable stands that is not asked for its value, but named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    /// What SELECT shows.
    Shown,
    /// What GROUP BY groups by.
    Grouped,
    Other,
}

/// The text with values in the place of variables. A variable that a SELECT shows is still shown.
pub(in crate::query) fn with_values(text: &str, values: &HashMap<Variable, Value>) -> String {
    let mut edits = Vec::new();
    let (mut clauses, mut brackets) = (vec![Clause::Other], 0_usize);
    for token in Tokens::new(text) {
        let word = token.text(text);
        let clause = clauses.last().copied().unwrap_or(Clause::Other);
        match token.kind {
            Kind::Open if word == "{" => {
                set(&mut clauses, Clause::Other);
                clauses.push(Clause::Other);
            }
            Kind::Close if word == "}" => drop(clauses.pop()),
            Kind::Open => brackets += 1,
            Kind::Close => brackets = brackets.saturating_sub(1),
            Kind::Word if brackets == 0 => set(&mut clauses, after(word, clause)),
            Kind::Sigil => edits.extend(edit(text, token, if brackets == 0 { clause } else { Clause::Other }, values)),
            _ => {}
        }
    }
    Edited::new(text, edits).text().to_owned()
}

fn set(clauses: &mut [Clause], clause: Clause) {
    if let Some(last) = clauses.last_mut() {
        *last = clause;
    }
}

/// The clause after a word.
fn after(word: &str, clause: Clause) -> Clause {
    let is = |words: &[&str]| words.iter().any(|other| other.eq_ignore_ascii_case(word));
    match clause {
        _ if is(&["SELECT"]) => Clause::Shown,
        _ if is(&["GROUP"]) => Clause::Grouped,
        Clause::Shown if is(&["DISTINCT", "REDUCED"]) => Clause::Shown,
        Clause::Grouped if is(&["BY"]) => Clause::Grouped,
        _ => Clause::Other,
    }
}

fn edit(text: &str, token: Token, clause: Clause, values: &HashMap<Variable, Value>) -> Option<Edit> {
    let word = token.text(text);
    let name = word.strip_prefix(['?', '$'])?;
    let value = match values.iter().find(|(variable, _)| variable.as_str() == name)?.1 {
        Value::Iri(node) => written(node.as_str()),
        Value::Literal(literal) => literal.to_string(),
    };
    let with = match clause {
        Clause::Shown => format!("({value} AS {word})"),
        Clause::Grouped => String::new(),
        Clause::Other => value,
    };
    Some(Edit::new(token.start..token.end, with))
}

#[cfg(test)]
mod tests {
    use oxrdf::{Literal, NamedNode};

    use super::*;

    #[test]
    fn values_stand_where_the_variables_stood() {
        let values = HashMap::from([
            (
                Variable::new_unchecked("p"),
                Value::Iri(NamedNode::new_unchecked(format!("{}place/x", crate::vocab::ID))),
            ),
            (Variable::new_unchecked("l"), Value::Literal(Literal::new_simple_literal("a\"b"))),
        ]);
        for (text, wanted) in [
            ("ASK { ?p ?q $l } # ?p", "ASK { place:x ?q \"a\\\"b\" } # ?p"),
            (
                "SELECT ?p (STR(?p) AS ?s) { ?p ?q '?p' }",
                "SELECT (place:x AS ?p) (STR(place:x) AS ?s) { place:x ?q '?p' }",
            ),
            (
                "SELECT ?q WHERE { { SELECT DISTINCT ?p { ?p ?q ?o } } } GROUP BY ?p ?q ORDER BY ?p",
                "SELECT ?q WHERE { { SELECT DISTINCT (place:x AS ?p) { place:x ?q ?o } } } GROUP BY  ?q ORDER BY place:x",
            ),
        ] {
            assert_eq!(with_values(text, &values), wanted);
        }
    }
}
