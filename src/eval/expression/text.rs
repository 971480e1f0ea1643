//! Functions on strings (17.4.3).

use spareval::ExpressionTerm as V;
use spargebra::algebra::Function as Builtin;

use super::arithmetic::double;
use super::value::{Language, Value, integer, simple, string, tagged, truth};
use crate::xpath::{Regex, Replacement};

pub(super) fn call(function: &Builtin, values: Vec<Value>) -> Option<Value> {
    use Builtin as F;
    if *function == F::Concat {
        return concat(values);
    }
    let mut values = values.into_iter();
    let first = values.next()?;
    match function {
        F::StrLen => integer(string(first)?.0.chars().count()),
        F::UCase => string(first).map(|(text, language)| tagged(text.to_uppercase(), language)),
        F::LCase => string(first).map(|(text, language)| tagged(text.to_lowercase(), language)),
        F::EncodeForUri => string(first).map(|(text, _)| V::StringLiteral(encoded(&text))),
        F::LangMatches => Some(truth(matches(&simple(first)?, &simple(values.next()?)?))),
        F::SubStr => {
            let start = values.next()?;
            substring(first, &start, values.next())
        }
        F::Contains | F::StrStarts | F::StrEnds | F::StrBefore | F::StrAfter => search(function, first, values.next()?),
        F::Regex => {
            let (text, _) = string(first)?;
            regex(values.next()?, values.next())?.is_match(&text).map(truth)
        }
        F::Replace => {
            let (text, language) = string(first)?;
            let (pattern, replacement) = (values.next()?, simple(values.next()?)?);
            let regex = regex(pattern, values.next())?;
            let replacement = Replacement::new(&replacement, &regex)?;
            Some(tagged(regex.replace(&text, &replacement)?, language))
        }
        _ => None,
    }
}

/// A pattern that is not known before.
fn regex(pattern: Value, flags: Option<Value>) -> Option<Regex> {
    let flags = flags.map_or(Some(String::new()), simple)?;
    Regex::new(&simple(pattern)?, &flags).ok()
}

/// 17.4.3.12: of the language and direction that all have, if they have one.
fn concat(values: Vec<Value>) -> Option<Value> {
    let mut parts = values.into_iter().map(string);
    let Some(first) = parts.next() else { return Some(V::StringLiteral(String::new())) };
    let (mut text, mut language) = first?;
    for part in parts {
        let (more, other) = part?;
        text += &more;
        if other != language {
            language = None;
        }
    }
    Some(tagged(text, language))
}

/// Searches for one string in another. They are compatible if the second has no language or that of the first (17.4.3.1.2).
fn search(function: &Builtin, one: Value, other: Value) -> Option<Value> {
    use Builtin as F;
    let ((text, language), (wanted, other)) = (string(one)?, string(other)?);
    if other.is_some() && other != language {
        return None;
    }
    let part = |part: Option<&str>, language: Language| match part {
        Some(part) => tagged(part.to_owned(), language),
        None => V::StringLiteral(String::new()),
    };
    Some(match function {
        F::Contains => truth(memchr::memmem::find(text.as_bytes(), wanted.as_bytes()).is_some()),
        F::StrStarts => truth(text.starts_with(&wanted)),
        F::StrEnds => truth(text.ends_with(&wanted)),
        F::StrBefore => part(text.split_once(&wanted).map(|(before, _)| before), language),
        _ => part(text.split_once(&wanted).map(|(_, after)| after), language),
    })
}

/// fn:substring: the characters whose places, counted from 1, are not before the start and before the end, both rounded.
fn substring(value: Value, start: &Value, length: Option<Value>) -> Option<Value> {
    let (text, language) = string(value)?;
    let rounded = |value: &Value| double(value).map(|value| f64::from(value.round()));
    let start = rounded(start)?;
    let end = match length {
        Some(length) => start + rounded(&length)?,
        None => f64::INFINITY,
    };
    let within = |(at, one): (usize, char)| {
        let at = (at + 1) as f64;
        (at >= start && at < end).then_some(one)
    };
    Some(tagged(text.chars().enumerate().filter_map(within).collect(), language))
}

/// Basic filtering of RFC 4647, 3.3.1 (17.4.3.13).
fn matches(tag: &str, range: &str) -> bool {
    if range == "*" {
        return !tag.is_empty();
    }
    let (tag, range) = (tag.as_bytes(), range.as_bytes());
    tag.len() >= range.len()
        && tag[..range.len()].eq_ignore_ascii_case(range)
        && (tag.len() == range.len() || (!range.is_empty() && tag[range.len()] == b'-'))
}

/// fn:encode-for-uri: all but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{Literal, Term};

    fn text(value: &str) -> Value {
        V::StringLiteral(value.into())
    }

    fn tag(value: &str, language: &str) -> Value {
        tagged(value.into(), Some((language.into(), None)))
    }

    fn number(value: impl Into<Literal>) -> Value {
        Term::from(value.into()).into()
    }

    fn of(function: Builtin, values: &[Value]) -> String {
        call(&function, values.to_vec()).map_or_else(|| "error".into(), |value| Term::from(value).to_string())
    }

    #[test]
    fn the_specifications_examples_of_concat() {
        assert_eq!(of(Builtin::Concat, &[text("foo"), text("bar")]), "\"foobar\"");
        assert_eq!(of(Builtin::Concat, &[tag("foo", "en"), tag("bar", "en")]), "\"foobar\"@en");
        assert_eq!(of(Builtin::Concat, &[tag("foo", "en"), text("bar")]), "\"foobar\"");
        assert_eq!(of(Builtin::Concat, &[tag("foo", "en"), text("bar"), tag("a", "en")]), "\"foobara\"");
        assert_eq!(of(Builtin::Concat, &[]), "\"\"");
        assert_eq!(of(Builtin::Concat, &[text("a"), number(1)]), "error");
    }

    #[test]
    fn the_specifications_examples_of_substr() {
        assert_eq!(of(Builtin::SubStr, &[text("foobar"), number(4)]), "\"bar\"");
        assert_eq!(of(Builtin::SubStr, &[tag("foobar", "en"), number(4), number(1)]), "\"b\"@en");
        assert_eq!(of(Builtin::SubStr, &[text("motor car"), number(6)]), "\" car\"");
        assert_eq!(of(Builtin::SubStr, &[text("12345"), number(1.5), number(2.6)]), "\"234\"");
        assert_eq!(of(Builtin::SubStr, &[text("12345"), number(0), number(3)]), "\"12\"");
        assert_eq!(of(Builtin::SubStr, &[text("12345"), number(5), number(-3)]), "\"\"");
        assert_eq!(of(Builtin::SubStr, &[text("12345"), number(-3), number(5)]), "\"1\"");
        assert_eq!(of(Builtin::SubStr, &[text("12345"), number(f64::NAN), number(3)]), "\"\"");
        assert_eq!(of(Builtin::SubStr, &[text("12345"), number(f64::NEG_INFINITY), number(f64::INFINITY)]), "\"\"");
        assert_eq!(of(Builtin::SubStr, &[text("a𝄞b"), number(2), number(1)]), "\"𝄞\"");
        assert_eq!(of(Builtin::SubStr, &[text("12345"), text("1")]), "error");
    }

    #[test]
    fn the_specifications_examples_of_before_and_after() {
        let before = |a, b| of(Builtin::StrBefore, &[a, b]);
        assert_eq!(before(text("abc"), text("b")), "\"a\"");
        assert_eq!(before(tag("abc", "en"), text("bc")), "\"a\"@en");
        assert_eq!(before(tag("abc", "en"), tag("b", "cy")), "error");
        assert_eq!(before(text("abc"), text("")), "\"\"");
        assert_eq!(before(text("abc"), text("xyz")), "\"\"");
        assert_eq!(before(tag("abc", "en"), tag("z", "en")), "\"\"");
        assert_eq!(before(tag("abc", "en"), text("")), "\"\"@en");
        let after = |a, b| of(Builtin::StrAfter, &[a, b]);
        assert_eq!(after(text("abc"), text("b")), "\"c\"");
        assert_eq!(after(tag("abc", "en"), text("ab")), "\"c\"@en");
        assert_eq!(after(text("abc"), tag("b", "cy")), "error");
        assert_eq!(after(tag("abc", "en"), tag("", "en")), "\"abc\"@en");
    }

    #[test]
    fn compatible_arguments() {
        assert_eq!(
            of(Builtin::Contains, &[tag("foobar", "en"), tag("foo", "en")]),
            of(Builtin::StrStarts, &[text("a"), text("")])
        );
        assert_eq!(of(Builtin::Contains, &[text("foobar"), tag("foo", "en")]), "error");
        assert_eq!(of(Builtin::StrEnds, &[text("foobar"), number(1)]), "error");
    }

    #[test]
    fn cases_lengths_and_encoding() {
        assert_eq!(of(Builtin::UCase, &[tag("straße", "de")]), "\"STRASSE\"@de");
        assert_eq!(of(Builtin::LCase, &[text("BAR")]), "\"bar\"");
        assert_eq!(of(Builtin::StrLen, &[text("𝄞é")]), of(Builtin::StrLen, &[tag("ab", "en")]));
        assert_eq!(of(Builtin::EncodeForUri, &[tag("Los Angeles/é~", "en")]), "\"Los%20Angeles%2F%C3%A9~\"");
        assert_eq!(of(Builtin::UCase, &[number(1)]), "error");
    }

    #[test]
    fn language_ranges() {
        for (tag, range, expected) in [
            ("en", "EN", true),
            ("en-GB", "en", true),
            ("en", "en-GB", false),
            ("eng", "en", false),
            ("", "*", false),
            ("fr-BE", "*", true),
            ("", "", true),
            ("en", "", false),
        ] {
            assert_eq!(matches(tag, range), expected, "{tag} {range}");
        }
        assert_eq!(of(Builtin::LangMatches, &[text("en"), tag("en", "en")]), "error");
    }

    #[test]
    fn patterns_that_are_not_constant() {
        assert_eq!(of(Builtin::Replace, &[text("abcd"), text("b"), text("Z")]), "\"aZcd\"");
        assert_eq!(of(Builtin::Replace, &[text("abab"), text("B"), text("Z"), text("i")]), "\"aZaZ\"");
        assert_eq!(of(Builtin::Replace, &[tag("abab", "en"), text("B."), text("Z"), text("i")]), "\"aZb\"@en");
        assert_eq!(of(Builtin::Replace, &[text("ab"), text("x*"), text("Z")]), "error");
        assert_eq!(of(Builtin::Regex, &[text("ab"), text("(")]), "error");
        assert_eq!(of(Builtin::Regex, &[text("ab"), text("a"), text("g")]), "error");
    }
}
