//! In SPARQL's own words, for engines that know nothing of this program: the dates `pact:earliest` and `pact:latest`, and tags of
//! languages, which an engine keeps in whatever case they came in.

use std::sync::LazyLock;

use oxrdf::{NamedNode, Variable};
use spargebra::SparqlParser;
use spargebra::algebra::{Expression, Function, GraphPattern};

use super::algebra::language_tags;
use super::algebra::parts::pattern_mut;
use crate::eval::{Part, children_mut, parts_mut};
use crate::vocab;

/// The first day that a date can mean. A text that is no date is none here, either: the cast fails.
const EARLIEST: &str = r#"<http://www.w3.org/2001/XMLSchema#date>(CONCAT(SUBSTR(STR(?date), 1, 10),
    IF(STRLEN(STR(?date)) = 4, "-01-01", IF(STRLEN(STR(?date)) = 7, "-01", ""))))"#;
/// The last day: of a month by its length, of February by the year.
const LATEST: &str = r#"<http://www.w3.org/2001/XMLSchema#date>(CONCAT(SUBSTR(STR(?date), 1, 10),
    IF(STRLEN(STR(?date)) = 4, "-12-31", IF(STRLEN(STR(?date)) = 7, CONCAT("-",
      IF(SUBSTR(STR(?date), 6, 2) IN ("04", "06", "09", "11"), "30", IF(SUBSTR(STR(?date), 6, 2) != "02", "31",
      IF(SUBSTR(STR(?date), 3, 2) != "00" && SUBSTR(STR(?date), 3, 2) IN ($FOURTHS) || SUBSTR(STR(?date), 1, 2) IN ($FOURTHS) && SUBSTR(STR(?date), 3, 2) = "00",
      "29", "28")))), ""))))"#;

static WORDS: LazyLock<Option<[(NamedNode, Expression); 2]>> = LazyLock::new(|| {
    let fourths: Vec<String> = (0..100).step_by(4).map(|year| format!("\"{year:02}\"")).collect();
    let latest = LATEST.replace("$FOURTHS", &fourths.join(", "));
    let name = |local: &str| NamedNode::new_unchecked(format!("{}{local}", vocab::NS));
    Some([(name("earliest"), expression(EARLIEST)?), (name("latest"), expression(&latest)?)])
});

/// An expression of `?date`.
fn expression(text: &str) -> Option<Expression> {
    let mut query = SparqlParser::new().parse_query(&format!("ASK {{ BIND({text} AS ?day) }}")).ok()?;
    let mut found = None;
    parts_mut(pattern_mut(&mut query), &mut |part| {
        if let Part::Expression(expression) = part {
            found = Some(expression.clone());
        }
    });
    found
}

/// Has tags compared without case ([`tags`]), by what `LANG` gives.
pub(super) fn without_tags(pattern: &mut GraphPattern) {
    language_tags::without_case(pattern);
    parts_mut(pattern, &mut |part| {
        if let Part::Expression(expression) = part {
            tags_in(expression);
        }
    });
}

fn tags_in(expression: &mut Expression) {
    match expression {
        Expression::Exists(inner) => {
            parts_mut(inner, &mut |part| {
                if let Part::Expression(expression) = part {
                    tags_in(expression);
                }
            });
        }
        Expression::FunctionCall(Function::Custom(name), list) if *name == language_tags::RECOMMENDED => {
            if let Some(lang) = list.pop() {
                *expression = lang;
            }
        }
        Expression::FunctionCall(Function::LangMatches | Function::LCase, list)
            if list.first().is_some_and(language_tags::is_lang) => {}
        lang if language_tags::is_lang(lang) => {
            let inner = std::mem::replace(lang, Expression::Coalesce(Vec::new()));
            *lang = Expression::FunctionCall(Function::LCase, vec![inner]);
        }
        other => children_mut(other).into_iter().for_each(tags_in),
    }
}

/// Writes the dates out.
pub(super) fn without_dates(pattern: &mut GraphPattern) {
    parts_mut(pattern, &mut |part| {
        if let Part::Expression(expression) = part {
            rewrite(expression);
        }
    });
}

fn rewrite(expression: &mut Expression) {
    if let Expression::Exists(inner) = expression {
        return without_dates(inner);
    }
    children_mut(expression).into_iter().for_each(rewrite);
    let words = WORDS.as_ref().map_or(&[][..], |words| words);
    if let Expression::FunctionCall(Function::Custom(name), arguments) = expression
        && let [argument] = arguments.as_slice()
        && let Some((_, words)) = words.iter().find(|(known, _)| known == name)
    {
        let mut said = words.clone();
        put(&mut said, argument);
        *expression = said;
    }
}

/// Puts an argument in the place of `?date`.
fn put(expression: &mut Expression, argument: &Expression) {
    if *expression == Expression::Variable(Variable::new_unchecked("date")) {
        *expression = argument.clone();
        return;
    }
    children_mut(expression).into_iter().for_each(|child| put(child, argument));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Engine, Limits, ParseOptions, Query};
    use crate::store::Embedded;

    #[test]
    fn tags_are_compared_without_case_and_given_as_they_are() {
        for (filter, expected) in [
            ("FILTER(LANG(?l) = 'zh-Hans')", "(LCASE(LANG(?l)) = \"zh-hans\")"),
            ("FILTER(LANGMATCHES(LANG(?l), 'zh'))", "LANGMATCHES(LANG(?l), \"zh\")"),
            ("BIND(LANG(?l) AS ?t) FILTER(?t = 'zh-HANS')", "(LCASE(?t) = \"zh-hans\")"),
            ("BIND(LANG(?l) AS ?t)", "(LANG(?l) AS ?t)"),
            ("FILTER(!EXISTS { ?l ?q ?r FILTER(LANG(?r) IN ('EN', '')) })", "(LCASE(LANG(?r)) IN (\"en\", \"\"))"),
        ] {
            let query = Query::parse(&format!("ASK {{ ?s ?p ?l {filter} }}"), &ParseOptions::default()).unwrap();
            let mut algebra = query.algebra().clone();
            without_tags(pattern_mut(&mut algebra));
            let text = algebra.to_string();
            assert!(text.contains(expected) && !text.contains("recommended"), "{filter}: {text}");
        }
    }

    #[test]
    fn both_say_the_same_of_every_date() {
        let texts = [
            "1979",
            "1980",
            "1900",
            "2000",
            "1979-10",
            "1979-02",
            "1980-02",
            "1900-02",
            "2000-02",
            "1979-04",
            "1979-12",
            "1979-10-08",
            "soon",
            "",
            "1979-13",
            "79",
            "1979-1",
            "2024-02-30",
            "1979-10-08T12:00:00",
        ];
        let values: String = texts.iter().map(|text| format!("\"{text}\" ")).collect();
        let text = format!(
            "SELECT ?d ?a ?b ?c {{ VALUES ?d {{ {values} \"1979-10\"^^xsd:gYearMonth \"1980\"^^xsd:gYear \
             \"1979-10-08T12:00:00\"^^xsd:dateTime }} BIND(STR(pact:earliest(?d)) AS ?a) BIND(STR(pact:latest(?d)) AS ?b) \
             BIND(EXISTS {{ VALUES ?e {{ 1 }} FILTER(pact:latest(COALESCE(?none, ?d)) > xsd:date('1980-01-01')) }} AS ?c) }}"
        );
        let query = Query::parse(&text, &ParseOptions::default()).unwrap();
        let mut algebra = query.algebra().clone();
        without_dates(pattern_mut(&mut algebra));
        let plain = algebra.to_string();
        assert!(!plain.contains(vocab::NS), "{plain}");
        let plain = Query::parse(&plain, &ParseOptions::default()).unwrap();
        let store = Embedded::memory().unwrap();
        let answer = |query| Engine::new().answer(&store, query, &Limits::default()).unwrap().rows;
        let (own, other) = (answer(&query), answer(&plain));
        assert_eq!(own.len(), texts.len() + 3);
        for (own, other) in own.iter().zip(&other) {
            // A day and a time without its type is taken for a date by the one, and for none by the other.
            if own[0].as_ref().unwrap().to_string() != "\"1979-10-08T12:00:00\"" {
                assert_eq!(own, other);
            }
        }
    }
}
