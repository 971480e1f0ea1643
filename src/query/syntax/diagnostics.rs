//! Syntax diagnostics: the parser's complaint turned into one that people can act on.
//!
//! The parser names the farthest byte it looked at, which for a keyword is the keyword's end, and every character class
//! it would have taken there. From that the token it stumbled over is found again, and common slips are recognised.

use super::error::SyntaxError;
use super::options::ParseOptions;
use super::readable::Readable;
use super::script::Script;
use super::tokens::{Kind, Token, Tokens};
use crate::nearest::nearest;

/// Words that SPARQL knows, for "did you mean" and for completion.
pub(in crate::query) const KEYWORDS: &[&str] = &[
    "SELECT",
    "CONSTRUCT",
    "DESCRIBE",
    "ASK",
    "WHERE",
    "FROM",
    "NAMED",
    "PREFIX",
    "BASE",
    "DISTINCT",
    "REDUCED",
    "ORDER",
    "BY",
    "GROUP",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "VALUES",
    "OPTIONAL",
    "GRAPH",
    "UNION",
    "FILTER",
    "MINUS",
    "SERVICE",
    "SILENT",
    "BIND",
    "AS",
    "EXISTS",
    "NOT",
    "IN",
    "ASC",
    "DESC",
    "INSERT",
    "DELETE",
    "DATA",
    "WITH",
    "USING",
    "LOAD",
    "CLEAR",
    "DROP",
    "CREATE",
    "INTO",
    "TO",
    "DEFAULT",
    "ALL",
    "COPY",
    "MOVE",
    "ADD",
    "COUNT",
    "SUM",
    "MIN",
    "MAX",
    "AVG",
    "SAMPLE",
    "GROUP_CONCAT",
    "SEPARATOR",
    "UNDEF",
    "STR",
    "LANG",
    "LANGMATCHES",
    "DATATYPE",
    "BOUND",
    "IRI",
    "URI",
    "BNODE",
    "RAND",
    "ABS",
    "CEIL",
    "FLOOR",
    "ROUND",
    "CONCAT",
    "STRLEN",
    "UCASE",
    "LCASE",
    "ENCODE_FOR_URI",
    "CONTAINS",
    "STRSTARTS",
    "STRENDS",
    "STRBEFORE",
    "STRAFTER",
    "YEAR",
    "MONTH",
    "DAY",
    "HOURS",
    "MINUTES",
    "SECONDS",
    "TIMEZONE",
    "TZ",
    "NOW",
    "UUID",
    "STRUUID",
    "MD5",
    "SHA1",
    "SHA256",
    "SHA384",
    "SHA512",
    "COALESCE",
    "IF",
    "STRLANG",
    "STRDT",
    "SAMETERM",
    "ISIRI",
    "ISURI",
    "ISBLANK",
    "ISLITERAL",
    "ISNUMERIC",
    "REGEX",
    "SUBSTR",
    "REPLACE",
    "TRUE",
    "FALSE",
    "A",
    "VERSION",
    "TRIPLE",
    "SUBJECT",
    "PREDICATE",
    "OBJECT",
    "ISTRIPLE",
    "HASLANG",
    "HASLANGDIR",
    "LANGDIR",
    "STRLANGDIR",
];

/// Explains why a text did not parse; `complaint` is the parser's message about what it was given to read.
pub(in crate::query) fn explain(
    script: &Script<'_>,
    readable: &Readable<'_>,
    options: &ParseOptions,
    complaint: &str,
) -> SyntaxError {
    let tokens: Vec<Token> = Tokens::new(script.text()).collect();
    let slip = unknown_prefix(script, options, &tokens)
        .or_else(|| unterminated(script, options, &tokens))
        .or_else(|| unbalanced(script, options, &tokens))
        .or_else(|| relative_iri(script, options, &tokens));
    slip.unwrap_or_else(|| stumble(script, readable, options, &tokens, complaint))
}

fn unknown_prefix(script: &Script<'_>, options: &ParseOptions, tokens: &[Token]) -> Option<SyntaxError> {
    let text = script.text();
    let names = || tokens.iter().filter(|token| token.kind == Kind::Name);
    let declared = tokens
        .windows(2)
        .filter(|pair| pair[0].text(text).eq_ignore_ascii_case("PREFIX"))
        .map(|pair| prefix(text, &pair[1]));
    let known: Vec<&str> = options.known_prefixes().map(|(name, _)| name).chain(declared).collect();
    let token = names().find(|token| prefix(text, token) != "_" && !known.contains(&prefix(text, token)))?;
    let unknown = prefix(text, token);
    let error = script.error(options, token.start, format!("the prefix {unknown}: is not declared"));
    let hint = match nearest(unknown, known.iter().copied()) {
        Some(near) => format!("did you mean {near}: ? Otherwise declare it: PREFIX {unknown}: <…>"),
        None => format!("declare it: PREFIX {unknown}: <…>"),
    };
    Some(SyntaxError { hint: Some(hint), ..error })
}

fn prefix<'a>(text: &'a str, token: &Token) -> &'a str {
    token.text(text).split(':').next().unwrap_or_default()
}

fn unterminated(script: &Script<'_>, options: &ParseOptions, tokens: &[Token]) -> Option<SyntaxError> {
    let token = tokens.iter().find(|token| token.kind == Kind::Unterminated)?;
    Some(script.error(options, token.start, "this string has no end"))
}

fn unbalanced(script: &Script<'_>, options: &ParseOptions, tokens: &[Token]) -> Option<SyntaxError> {
    let text = script.text();
    let mut open: Vec<&Token> = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open => open.push(token),
            Kind::Close => match open.pop() {
                Some(opening) if closes(opening.text(text), token.text(text)) => {}
                Some(opening) => return Some(mismatch(script, options, opening, token)),
                None => {
                    let reason = format!("nothing is open that this {} could close", token.text(text));
                    return Some(script.error(options, token.start, reason));
                }
            },
            _ => {}
        }
    }
    let opening = open.pop()?;
    Some(script.error(options, opening.start, format!("this {} is never closed", opening.text(text))))
}

fn closes(open: &str, close: &str) -> bool {
    matches!((open, close), ("(", ")") | ("[", "]") | ("{", "}") | ("<<", ">>"))
}

fn mismatch(script: &Script<'_>, options: &ParseOptions, opening: &Token, closing: &Token) -> SyntaxError {
    let text = script.text();
    let at = script.error(options, opening.start, "").at;
    let (open, close) = (opening.text(text), closing.text(text));
    let reason = format!("this {close} does not close the {open} of line {}, column {}", at.line + 1, at.column + 1);
    script.error(options, closing.start, reason)
}

fn relative_iri(script: &Script<'_>, options: &ParseOptions, tokens: &[Token]) -> Option<SyntaxError> {
    let text = script.text();
    if options.base.is_some() || tokens.iter().any(|token| token.text(text).eq_ignore_ascii_case("BASE")) {
        return None;
    }
    let has_scheme = |iri: &str| {
        iri.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !scheme.contains(['/', '?', '#'])
        })
    };
    let iris = tokens.iter().filter(|token| token.kind == Kind::Iri);
    let token = iris.into_iter().find(|token| !has_scheme(token.text(text).trim_matches(['<', '>'])))?;
    let error = script.error(options, token.start, "this IRI is relative, and there is no BASE");
    Some(SyntaxError { hint: Some("write the whole IRI, or declare BASE <…>".into()), ..error })
}

/// The token that the parser stumbled over, with the nearest keyword where it is a word.
fn stumble(
    script: &Script<'_>,
    readable: &Readable<'_>,
    options: &ParseOptions,
    tokens: &[Token],
    complaint: &str,
) -> SyntaxError {
    let text = script.text();
    let Some((offset, expected)) = position(readable.text.text(), complaint) else {
        return script.error(options, 0, complaint);
    };
    let offset = readable.text.origin(offset);
    let sentences = sentences(&expected);
    let token = stumbled_over(tokens, offset, &expected);
    let (at, found) = match token {
        Some(token) => (token.start, format!("{} is not expected here", quoted(token.text(text)))),
        None => (text.trim_end().len(), "the text ends too early".to_owned()),
    };
    let reason = if sentences.is_empty() { found } else { sentences.join("; ") };
    let near = token.filter(|token| token.kind == Kind::Word).and_then(|token| misspelt(token.text(text)));
    let error = script.error(options, at, reason);
    let hint = near.map(|near| format!("did you mean {near}?")).or(error.hint.clone());
    SyntaxError { hint, ..error }
}

fn misspelt(word: &str) -> Option<&'static str> {
    let known = KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word));
    if known || word.len() < 3 { None } else { nearest(word, KEYWORDS.iter().copied()) }
}

fn quoted(token: &str) -> String {
    let short: String = token.chars().take(40).collect();
    if short.len() < token.len() { format!("`{short}…`") } else { format!("`{short}`") }
}

/// The byte offset that `error at LINE:COLUMN: expected …` means, and the list that follows.
fn position(text: &str, complaint: &str) -> Option<(usize, Vec<String>)> {
    let (place, expected) = complaint.strip_prefix("error at ")?.split_once(": expected ")?;
    let (line, column) = place.split_once(':')?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let within: usize = text.get(start..)?.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum();
    let expected = expected.strip_prefix("one of ").unwrap_or(expected);
    Some((start + within, expected.split(", ").map(str::to_owned).collect()))
}

/// What the parser says in words, such as that a variable is unbound; the rest are symbols and character classes.
fn sentences(expected: &[String]) -> Vec<String> {
    let is_sentence = |item: &&String| item.contains(' ') && item.starts_with(|c: char| c.is_ascii_alphabetic());
    expected.iter().filter(is_sentence).map(|item| lower_first(item)).collect()
}

fn lower_first(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// A symbol is missing at `offset` itself; a keyword of n letters was tried n letters before it. The last of these
/// places where a token begins is the one.
fn stumbled_over<'a>(tokens: &'a [Token], offset: usize, expected: &[String]) -> Option<&'a Token> {
    let is_keyword =
        |item: &&String| item.len() > 1 && item.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let keywords = expected.iter().filter(is_keyword).filter_map(|item| offset.checked_sub(item.len()));
    let symbol = expected.iter().any(|item| !is_keyword(&item) && item != "[_]").then_some(offset);
    let places: Vec<usize> = keywords.chain(symbol).collect();
    if symbol.is_some() {
        return tokens.iter().find(|token| token.end > offset);
    }
    tokens
        .iter()
        .rev()
        .find(|token| places.contains(&token.start))
        .or_else(|| tokens.iter().find(|token| token.end > offset))
}
