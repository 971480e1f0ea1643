//! Literals by their value: a store that keeps numbers and dates by value gives `1` back for `01`.

use oxrdf::{Literal, NamedNode, Term, Triple};

const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
const INTEGERS: &[&str] = &[
    "integer",
    "long",
    "int",
    "short",
    "byte",
    "nonNegativeInteger",
    "positiveInteger",
    "nonPositiveInteger",
    "negativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
];

/// A term with one form for each value; integers of any width are of one kind.
pub fn by_value(term: &Term) -> Term {
    match term {
        Term::Literal(literal) => literal_by_value(literal).unwrap_or_else(|| literal.clone()).into(),
        Term::Triple(triple) => Triple { object: by_value(&triple.object), ..(**triple).clone() }.into(),
        _ => term.clone(),
    }
}

fn literal_by_value(literal: &Literal) -> Option<Literal> {
    let kind = literal.datatype().as_str().strip_prefix(XSD)?.to_owned();
    let value = literal.value();
    let (value, kind) = match kind.as_str() {
        kind if INTEGERS.contains(&kind) => (value.parse::<i128>().ok()?.to_string(), "integer"),
        "decimal" => (value.parse::<f64>().ok()?.to_string(), "decimal"),
        kind @ ("double" | "float") => {
            (value.parse::<f64>().ok()?.to_string(), if kind == "double" { "double" } else { "float" })
        }
        "boolean" => (matches!(value, "true" | "1").to_string(), "boolean"),
        kind @ ("dateTime" | "date" | "time") => {
            let zoned = value.replace("+00:00", "Z").replace("-00:00", "Z").replace(".0Z", "Z");
            (
                zoned,
                match kind {
                    "dateTime" => "dateTime",
                    "date" => "date",
                    _ => "time",
                },
            )
        }
        _ => return None,
    };
    Some(Literal::new_typed_literal(value, NamedNode::new(format!("{XSD}{kind}")).unwrap()))
}

/// A cell of CSV, if it is a number.
pub fn cell(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
}
