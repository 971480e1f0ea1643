//! Grammar check: what the parser takes although the grammar has it not: an aggregate within an aggregate, and in expressions a
//! triple term whose subject is a literal or a triple term.

use super::tokens::{AGGREGATES, Kind, Token, Tokens};

/// What a bracket that is open belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Aggregate,
    Expression,
    /// A group, in which everything begins anew.
    Group,
    Other,
}

/// The first place where a text is beyond the grammar, and how.
pub(in crate::query) fn beyond(text: &str) -> Option<(usize, &'static str)> {
    let mut open: Vec<Bracket> = Vec::new();
    let mut before: [Option<Token>; 2] = [None; 2];
    for token in Tokens::new(text) {
        let [last, one] = before;
        match (token.kind, token.text(text)) {
            (Kind::Word, _) if is_aggregate(&token, text) && is_within_aggregate(&open) => {
                return Some((token.start, "an aggregate stands within an aggregate"));
            }
            _ if is_expression(&open) && begins_term(one, last, text) && is_no_subject(&token, text) => {
                return Some((token.start, "the subject of a triple term in an expression is an IRI or a variable"));
            }
            (Kind::Open, "{") => open.push(Bracket::Group),
            (Kind::Open, "(") => open.push(bracket(last, &open, text)),
            (Kind::Close, ")" | "}") => drop(open.pop()),
            _ => {}
        }
        before = [Some(token), last];
    }
    None
}

/// What a bracket holds by what stands before it; after an IRI it may be a list.
fn bracket(last: Option<Token>, open: &[Bracket], text: &str) -> Bracket {
    match last {
        Some(last) if is_aggregate(&last, text) => Bracket::Aggregate,
        Some(last) if last.kind == Kind::Word && last.text(text) != "a" => Bracket::Expression,
        _ if is_expression(open) => Bracket::Expression,
        _ => Bracket::Other,
    }
}

fn is_aggregate(token: &Token, text: &str) -> bool {
    token.kind == Kind::Word && AGGREGATES.iter().any(|name| name.eq_ignore_ascii_case(token.text(text)))
}

fn is_expression(open: &[Bracket]) -> bool {
    matches!(open.last(), Some(Bracket::Aggregate | Bracket::Expression))
}

fn is_within_aggregate(open: &[Bracket]) -> bool {
    open.iter().rev().take_while(|bracket| **bracket != Bracket::Group).any(|bracket| *bracket == Bracket::Aggregate)
}

/// Whether two tokens are `<<(`.
fn begins_term(angles: Option<Token>, bracket: Option<Token>, text: &str) -> bool {
    let Some((angles, bracket)) = angles.zip(bracket) else { return false };
    angles.end == bracket.start && angles.text(text) == "<<" && bracket.text(text) == "("
}

/// Whether a token begins a literal or a triple term.
fn is_no_subject(token: &Token, text: &str) -> bool {
    let word = token.text(text);
    let is_number = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'));
    let is_boolean = ["true", "false"].iter().any(|boolean| boolean.eq_ignore_ascii_case(word));
    token.kind == Kind::String || is_number || is_boolean || word == "<<"
}

#[cfg(test)]
mod tests {
    use super::beyond;

    #[test]
    fn what_the_grammar_has_not_is_found_where_it_stands() {
        fn at(text: &str) -> Option<&str> {
            beyond(text).map(|(at, _)| &text[at..])
        }
        assert_eq!(at("SELECT (COUNT(1 + count (*)) AS ?c) {}"), Some("count (*)) AS ?c) {}"));
        assert_eq!(
            at("SELECT * { BIND(<<( <<( :s :p :o )>> :q :z )>> AS ?x) }"),
            Some("<<( :s :p :o )>> :q :z )>> AS ?x) }")
        );
        assert_eq!(at("SELECT * { BIND(<<( \"a\" :q :z )>> AS ?x) }"), Some("\"a\" :q :z )>> AS ?x) }"));
        let nested = "SELECT * { FILTER(?x = TRIPLE(?a, :q, <<( -1 :q :z )>>)) }";
        assert_eq!(at(nested), Some("-1 :q :z )>>)) }"));
        for text in [
            "SELECT (SUM(?x) + COUNT(*) AS ?c) {}",
            "SELECT (SUM(IF(EXISTS { SELECT (COUNT(*) AS ?n) {} }, 1, 0)) AS ?c) {}",
            "SELECT * { << << :s :p :o >> :q :z >> :r ?o . ?s :p <<( <<( ?a :q 1 )>> :q <<( _:b :q 1 )>> )>> }",
            "SELECT (\"COUNT(COUNT(1))\" AS ?c) { ?count :sum (:avg) }",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
