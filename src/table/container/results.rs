//! Results of SPARQL queries (SPARQL 1.1 Query Results in JSON, XML and TSV): a row each, a column for each variable.

use std::io;

use oxrdf::Term;
use sparesults::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};

use super::{MOST_CELLS, Sheet};
use crate::rdf::Guard;
use crate::table::error::TableError;
use crate::table::grid::Cell;

/// The solutions as rows below a heading of the variables.
pub(super) fn read(name: &str, text: &str, format: QueryResultsFormat) -> Result<Sheet, TableError> {
    let fail = |error: &dyn std::fmt::Display| {
        TableError::new(
            name,
            format!("the results of a query cannot be read: {error}"),
            "ask for them again, in JSON or CSV",
        )
    };
    let bytes = text.trim_start_matches('\u{FEFF}').as_bytes();
    io::copy(&mut Guard::results(bytes, format), &mut io::sink()).map_err(|error| fail(&error))?;
    let parsed = QueryResultsParser::from_format(format).for_slice(bytes).map_err(|error| fail(&error))?;
    let SliceQueryResultsParserOutput::Solutions(solutions) = parsed else {
        return Err(TableError::new(name, "it holds yes or no, and no table", "ask a SELECT query"));
    };
    let variables = solutions.variables().to_vec();
    let mut rows = vec![variables.iter().map(|variable| Cell::new(variable.as_str())).collect::<Vec<_>>()];
    for solution in solutions {
        let solution = solution.map_err(|error| fail(&error))?;
        rows.push(variables.iter().map(|variable| solution.get(variable).map_or_else(Cell::default, cell)).collect());
        if rows.len().saturating_mul(variables.len()) > MOST_CELLS {
            return Err(TableError::new(
                name,
                "it has too many cells",
                "ask for them in CSV, which is read as a stream",
            ));
        }
    }
    Ok(Sheet { name: None, hidden: false, rows, first: 1 })
}

fn cell(term: &Term) -> Cell {
    match term {
        Term::NamedNode(node) => Cell::new(node.as_str()),
        Term::Literal(literal) => Cell::new(literal.value()),
        // A blank node says nothing outside its file, and Wikidata has such for what is not known.
        Term::BlankNode(_) => Cell::default(),
        other => Cell::new(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_syntaxes_say_the_same() {
        let json = r#"{"head":{"vars":["c","d"]},"results":{"bindings":[{"c":{"type":"uri","value":"http://www.wikidata.org/entity/Q1"},"d":{"type":"literal","value":"1979-01-01T00:00:00Z","datatype":"http://www.w3.org/2001/XMLSchema#dateTime"}},{"c":{"type":"literal","xml:lang":"en","value":"Nara"}}]}}"#;
        let tsv = "?c\t?d\n<http://www.wikidata.org/entity/Q1>\t\"1979-01-01T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>\n\"Nara\"@en\t\n";
        let xml = r#"<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="c"/><variable name="d"/></head><results><result><binding name="c"><uri>http://www.wikidata.org/entity/Q1</uri></binding><binding name="d"><literal>1979-01-01T00:00:00Z</literal></binding></result><result><binding name="c"><literal xml:lang="en">Nara</literal></binding></result></results></sparql>"#;
        let texts = |text, format| -> Vec<Vec<String>> {
            let sheet = read("x", text, format).unwrap();
            sheet.rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect()).collect()
        };
        let read_json = texts(json, QueryResultsFormat::Json);
        assert_eq!(read_json[1], ["http://www.wikidata.org/entity/Q1", "1979-01-01T00:00:00Z"]);
        assert_eq!(read_json[2], ["Nara", ""]);
        assert_eq!(read_json, texts(tsv, QueryResultsFormat::Tsv));
        assert_eq!(read_json, texts(xml, QueryResultsFormat::Xml));
    }

    #[test]
    fn terms_that_nest_without_end_are_an_error() {
        let triple = r#"{"type":"triple","value":{"subject":"#;
        let json = format!(r#"{{"head":{{"vars":["c"]}},"results":{{"bindings":[{{"c":{}"#, triple.repeat(100_000));
        let xml = format!("<sparql>{}", "<triple><subject>".repeat(100_000));
        let tsv = format!("?c\n{}", "<<( <a:b> <a:c> ".repeat(100_000));
        for (text, format) in
            [(json, QueryResultsFormat::Json), (xml, QueryResultsFormat::Xml), (tsv, QueryResultsFormat::Tsv)]
        {
            let error = read("x", &text, format).unwrap_err().to_string();
            assert!(error.contains("deep"), "{error}");
        }
    }
}
