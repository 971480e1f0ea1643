//! What the serializers here are held against: those of `sparesults`, on rows with all that has to be escaped.

use std::io::Write;

use oxrdf::vocab::xsd;
use oxrdf::{BaseDirection, BlankNode, Literal, NamedNode, Term, Triple, Variable};
use sparesults::{QueryResultsFormat, QueryResultsSerializer};

use crate::rdf::canonical_term;
use crate::xml::{Checked, is_forbidden};

type Rows = Vec<Vec<Option<Term>>>;

/// Whether `write` gives what the other serializer does.
pub fn agrees(format: QueryResultsFormat, write: impl Fn(&[Variable], &Rows) -> Vec<u8>) {
    let variables: Vec<Variable> = ["a", "b", "été"].map(Variable::new_unchecked).to_vec();
    let is_xml = format == QueryResultsFormat::Xml;
    let rows = rows().into_iter().filter(|row| !is_xml || row.iter().flatten().all(fits_xml)).collect();
    for (variables, rows) in [(&variables[..], rows), (&variables[..], Vec::new()), (&[], vec![Vec::new()])] {
        let serializer = QueryResultsSerializer::from_format(format);
        let mut other = serializer.serialize_solutions_to_writer(Vec::new(), variables.to_vec()).unwrap();
        for row in &rows {
            let terms: Vec<Option<Term>> = row.iter().cloned().map(|term| term.map(canonical_term)).collect();
            let bound = variables.iter().zip(&terms).filter_map(|(variable, term)| Some((variable, term.as_ref()?)));
            other.serialize(bound).unwrap();
        }
        let mut expected = other.finish().unwrap();
        if is_xml {
            // It leaves carriage returns as they are, which a reader would take for line feeds.
            let mut checked = Checked::new("XML", Vec::new());
            checked.write_all(&expected).unwrap();
            expected = checked.into_inner();
        }
        let expected = String::from_utf8(expected).unwrap();
        assert_eq!(String::from_utf8(write(variables, &rows)).unwrap(), expected);
    }
}

fn fits_xml(term: &Term) -> bool {
    !matches!(term, Term::Literal(literal) if literal.value().contains(is_forbidden))
}

/// Every term beside none, alone, and beside itself.
fn rows() -> Rows {
    let none = None;
    let each = terms().into_iter().map(Some);
    let rows =
        each.flat_map(|term| [vec![term.clone(), none.clone(), none.clone()], vec![none.clone(), term.clone(), term]]);
    rows.chain([vec![None, None, None]]).collect()
}

fn terms() -> Vec<Term> {
    let node = NamedNode::new_unchecked("http://e/été?a=\"b\"");
    let texts = [
        "",
        "plain",
        "a\tb\nc\rd\"e\\f",
        "\u{0}\u{8}\u{b}\u{c}\u{1f}\u{7f}\u{85}",
        "市 <&>' \u{1F600}",
        " a ",
        " \t\r\n",
        "\r\na\rb ",
    ];
    let mut terms: Vec<Term> = vec![node.clone().into(), BlankNode::new_unchecked("b0").into()];
    for text in texts {
        terms.push(Literal::new_simple_literal(text).into());
        terms.push(Literal::new_language_tagged_literal_unchecked(text, "zh-hans-cn").into());
    }
    let directed = Literal::new_directional_language_tagged_literal_unchecked;
    terms.push(directed("a", "ar", BaseDirection::Rtl).into());
    terms.push(directed("a", "en", BaseDirection::Ltr).into());
    let numbers = [
        "1", "+1", "-01", "", "+", "1.", ".5", "-1.50", "1.2.3", "x", "1e5", "1.E5", ".5e-1", ".e1", "e1", "1e", "1e+",
        "1.0E+06", "true", "false", "TRUE", "1", "INF", "1 ",
    ];
    for datatype in [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE, xsd::BOOLEAN, xsd::DATE] {
        terms.extend(numbers.map(|text| Term::from(Literal::new_typed_literal(text, datatype))));
    }
    let inner = Triple::new(BlankNode::new_unchecked("s"), node.clone(), terms[4].clone());
    terms.push(Triple::new(node.clone(), node, Term::from(inner)).into());
    terms
}
