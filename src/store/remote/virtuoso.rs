//! What Virtuoso writes in a way of its own, read as what it stands for (seen with 7.2.5).

use std::io::{Cursor, Read};
use std::sync::Arc;

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolutionIter};
use oxrdf::Term;

use super::response::Answer;
use crate::store::error::StoreError;
use crate::vocab::geo;

/// Not a label of a blank node, where JSON has one. No literal holds such a text unescaped; so are the next two.
const BLANK: (&str, &str) = (r#""type": "bnode", "value": "nodeID://"#, r#""type": "bnode", "value": ""#);
/// A geometry in JSON, up to its value, and in N-Triples, from behind its value: a type of its own for geo:wktLiteral.
const IN_JSON: &str = r#""datatype": "http://www.openlinksw.com/schemas/virtrdf#Geometry", "value": ""#;
const IN_TRIPLES: &str = r#""^^<http://www.openlinksw.com/schemas/virtrdf#Geometry>"#;
/// The variable of the row that is its answer to an ASK.
const ASKED: &str = "__ASK_RETVAL";

/// The answer in the words of the standards.
pub(super) fn standard(url: &str, mut answer: Answer) -> Result<Answer, StoreError> {
    let mut text = String::new();
    answer.body.read_to_string(&mut text).map_err(|error| StoreError::answer(url, error))?;
    let text = if answer.media_type.contains("json") {
        geometries_of_json(&text.replace(BLANK.0, BLANK.1))
    } else {
        geometries_of_triples(&text)
    };
    Ok(Answer { body: Box::new(Cursor::new(text)), ..answer })
}

fn geometries_of_json(text: &str) -> String {
    let mut pieces = text.split(IN_JSON);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (wkt, rest) = piece.split_once('"').unwrap_or((piece, ""));
        out += &format!(r#""datatype": "{}", "value": "{}"{rest}"#, geo::wktLiteral.as_str(), shortest(wkt));
    }
    out
}

fn geometries_of_triples(text: &str) -> String {
    let mut pieces = text.split(IN_TRIPLES).peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            out += piece;
            break;
        }
        // Behind a backslash that is none's own, the quotation mark is part of a literal.
        if piece.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
            out += piece;
            out += IN_TRIPLES;
            continue;
        }
        let (before, wkt) = piece.rsplit_once('"').unwrap_or(("", piece));
        out += &format!(r#"{before}"{}"^^{}"#, shortest(wkt), geo::wktLiteral);
    }
    out
}

/// A geometry whose coordinates are as short as they may be. Virtuoso keeps many in 32 bits and writes them with 14 digits:
/// 90.42234 comes back as 90.422340393066.
fn shortest(wkt: &str) -> String {
    let mut out = String::with_capacity(wkt.len());
    for part in wkt.split_inclusive([' ', ',', '(', ')']) {
        let number = part.trim_end_matches([' ', ',', '(', ')']);
        out += &short(number).unwrap_or_else(|| number.to_owned());
        out += &part[number.len()..];
    }
    out
}

/// The shortest text of a number, if it has more digits than one of 32 bits needs, and is such a one as far as they go.
fn short(number: &str) -> Option<String> {
    let decimals = number.split_once('.').filter(|_| number.len() > 10)?.1.len();
    let value: f32 = number.parse().ok()?;
    (format!("{:.decimals$}", f64::from(value)) == number).then(|| value.to_string())
}

const PLAINER: &str = "ask in plainer words: fewer OPTIONALs within each other, fewer patterns in one EXISTS";

/// What a refusal says in a sentence, and what can be done about it; none where it is not Virtuoso's.
pub(super) fn told(body: &str) -> Option<(String, Option<String>)> {
    let error = body.strip_prefix("Virtuoso ")?.split("SPARQL query:").next()?.trim();
    let says = |part: &str| error.contains(part);
    let (reason, hint) = match () {
        () if says("SECURITY") || says("access denied") => (
            "Virtuoso does not let its user SPARQL do that".to_owned(),
            Some("let it, in isql: GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 7);"),
        ),
        () if says("No plain default graph") => (
            "Virtuoso keeps no triples outside of named graphs".to_owned(),
            Some("name one: INSERT DATA { GRAPH <…> { … } }"),
        ),
        () if says("Internal") => ("Virtuoso's compiler fails at it, by a fault of its own".to_owned(), Some(PLAINER)),
        () if says("memory exhausted") => (
            "Virtuoso's compiler does not take so long a text".to_owned(),
            Some("make several updates of it, or load a file"),
        ),
        () => {
            (format!("Virtuoso does not take it: {}", error.split_once(" Error ").map_or(error, |(_, why)| why)), None)
        }
    };
    Some((reason, hint.map(str::to_owned)))
}

/// How many rows it gives at most, where the question does not ask for fewer. Of triples it does not say so.
pub(super) fn most(answer: &Answer) -> Option<u64> {
    answer.header("x-sparql-maxrows").trim().parse().ok()
}

/// Results with an error at their end where that is where it stopped, and not known to be theirs.
pub(super) fn whole(results: QueryResults<'static>, most: Option<u64>, url: &str) -> QueryResults<'static> {
    let Some(most) = most else { return results };
    let QueryResults::Solutions(rows) = results else { return results };
    let (variables, url) = (Arc::from(rows.variables()), url.to_owned());
    let end = move || QueryEvaluationError::Dataset(Box::new(StoreError::Cut { url: url.clone(), rows: most }));
    let told = rows.enumerate().flat_map(move |(count, row)| {
        let is_last = count as u64 + 1 == most;
        std::iter::once(row).chain(is_last.then(|| Err(end())))
    });
    QueryResults::Solutions(QuerySolutionIter::new(variables, told))
}

/// The row that answers an ASK as a boolean.
pub(super) fn boolean(results: QueryResults<'static>) -> QueryResults<'static> {
    match results {
        QueryResults::Solutions(mut rows) if matches!(rows.variables(), [only] if only.as_str() == ASKED) => {
            let value = rows.next().and_then(Result::ok).and_then(|row| row.get(0).cloned());
            QueryResults::Boolean(matches!(value, Some(Term::Literal(value)) if value.value() != "0"))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::remote::answers::results;

    fn read(media_type: &str, body: &'static str) -> QueryResults<'static> {
        let answer = Answer {
            media_type: media_type.to_owned(),
            headers: ureq::http::HeaderMap::new(),
            body: Box::new(body.as_bytes()),
        };
        boolean(results("http://a", standard("http://a", answer).unwrap()).unwrap())
    }

    /// Answers as Virtuoso 7.2.5 gives them.
    #[test]
    fn answers_are_read_as_what_they_stand_for() {
        let json = "application/sparql-results+json";
        let asked = |value: &str| -> &'static str {
            format!(
                r#"{{ "head": {{ "link": [], "vars": ["__ASK_RETVAL"] }}, "results": {{ "distinct": false, "ordered": true, "bindings": [
                {{ "__ASK_RETVAL": {{ "type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": "{value}" }}}} ] }} }}"#
            )
            .leak()
        };
        assert!(matches!(read(json, asked("1")), QueryResults::Boolean(true)));
        assert!(matches!(read(json, asked("0")), QueryResults::Boolean(false)));
        let rows = r#"{ "head": { "link": [], "vars": ["o"] }, "results": { "distinct": false, "ordered": true, "bindings": [
            { "o": { "type": "bnode", "value": "nodeID://b10001" }},
            { "o": { "type": "literal", "value": "nodeID://b1 \"^^<http://www.openlinksw.com/schemas/virtrdf#Geometry>" }},
            { "o": { "type": "typed-literal", "datatype": "http://www.openlinksw.com/schemas/virtrdf#Geometry", "value": "POINT(90.422340393066 -23.998439788818)" }} ] } }"#;
        let QueryResults::Solutions(rows) = read(json, rows) else { panic!() };
        let terms: Vec<String> = rows.map(|row| row.unwrap().get(0).unwrap().to_string()).collect();
        assert_eq!(terms[0], "_:b10001");
        assert_eq!(terms[2], "\"POINT(90.42234 -23.99844)\"^^<http://www.opengis.net/ont/geosparql#wktLiteral>");
        assert!(terms[1].contains("nodeID://b1") && terms[1].contains("virtrdf#Geometry"), "{}", terms[1]);
        let triple = "<http://a/s>\t<http://a/p>\t\"POINT(90.422340393066 2)\"^^<http://www.openlinksw.com/schemas/virtrdf#Geometry> .\n<http://a/s>\t<http://a/q>\t\"\\\"^^<http://www.openlinksw.com/schemas/virtrdf#Geometry>\" .\n";
        let QueryResults::Graph(triples) = read("application/n-triples", triple) else { panic!() };
        let triples: Vec<String> = triples.map(|triple| triple.unwrap().object.to_string()).collect();
        let quoted = "\"\\\"^^<http://www.openlinksw.com/schemas/virtrdf#Geometry>\"";
        assert_eq!(triples, ["\"POINT(90.42234 2)\"^^<http://www.opengis.net/ont/geosparql#wktLiteral>", quoted]);
    }

    #[test]
    fn a_result_that_is_cut_says_so() {
        let rows = r#"{ "head": { "vars": ["x"] }, "results": { "bindings": [ { "x": { "type": "literal", "value": "1" } },
            { "x": { "type": "literal", "value": "2" } } ] } }"#;
        let ends = |most: Option<u64>| {
            let results = whole(read("application/sparql-results+json", rows), most, "http://a");
            let QueryResults::Solutions(rows) = results else { panic!() };
            rows.map(|row| row.is_ok()).collect::<Vec<_>>()
        };
        assert_eq!(ends(Some(2)), [true, true, false]);
        assert_eq!((ends(Some(3)), ends(None)), (vec![true; 2], vec![true; 2]));
    }

    #[test]
    fn coordinates_lose_no_digit_that_is_one() {
        for (wkt, expected) in [
            ("POINT(8.5500001907349 47.366668701172)", "POINT(8.55 47.36667)"),
            ("POINT(102.71833 25.03889)", "POINT(102.71833 25.03889)"),
            ("POINT(102.718331234 -0.5)", "POINT(102.718331234 -0.5)"),
            ("LINESTRING(125 46.58333,1.0 2)", "LINESTRING(125 46.58333,1.0 2)"),
            ("", ""),
        ] {
            assert_eq!(shortest(wkt), expected);
        }
    }

    #[test]
    fn refusals_are_told_in_a_sentence() {
        let query = "\n\nSPARQL query:\nINSERT DATA { GRAPH <http://a/g> { <http://a/x> <http://a/p> 1 } }";
        for (error, reason, hint) in [
            (
                "42000 Error SR186:SECURITY: No permission to execute procedure DB.DBA.SPARQL_INSERT_DICT_CONTENT",
                "does not let",
                "GRANT",
            ),
            ("RDF02 Error SR619: SPARUL INSERT access denied: database user 107", "does not let", "GRANT"),
            (
                "37000 Error SP031: SPARQL compiler: No plain default graph specified in the preamble",
                "named graphs",
                "GRAPH",
            ),
            ("37000 Error SP030: SPARQL compiler, line 4991: memory exhausted at 'x'", "so long a text", "several"),
            (
                "37000 Error SP030: SPARQL compiler, line 2: syntax error at '}'",
                "not take it: SP030: SPARQL compiler, line 2",
                "",
            ),
        ] {
            let (told, what) = told(&format!("Virtuoso {error}{query}")).unwrap();
            assert!(told.contains(reason) && !told.contains("INSERT DATA"), "{told}");
            assert!(what.unwrap_or_default().contains(hint), "{told}");
        }
        assert_eq!(told("no"), None);
    }
}
