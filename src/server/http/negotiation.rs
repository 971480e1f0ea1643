//! Proactive content negotiation (RFC 9110 §12.5): which of the formats on offer a client wants most.

use std::borrow::Cow;

/// How close a range is at least that names a type and a subtype.
const NAMED: u8 = 2;

/// A media range of an `Accept` field with its weight, 0 to 1000.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Its parameters but the character set.
    parameters: Vec<(&'a str, Cow<'a, str>)>,
    weight: u16,
}

impl<'a> Range<'a> {
    /// Reads `type/subtype;parameter="value";q=0.5`; `None` where it is no media range.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = split(text, b';');
        let (kind, subtype) = parts.next()?.trim().split_once('/')?;
        let is_half = kind == "*" && subtype != "*";
        let is_open = |part: &str| part.contains('"') && parameter(part).is_none();
        if is_half || !is_token(kind) || !is_token(subtype) || split(text, b';').any(is_open) {
            return None;
        }
        let (mut parameters, mut weight) = (Vec::new(), 1000);
        for (name, value) in parts.filter_map(parameter) {
            if name.eq_ignore_ascii_case("q") {
                // What follows belongs to the field and not to the range.
                weight = thousandths(&value);
                break;
            }
            if !name.eq_ignore_ascii_case("charset") {
                parameters.push((name, value));
            }
        }
        Some(Self { kind, subtype, parameters, weight })
    }

    /// How closely the range matches a media type: the more, the closer; `None` where it does not. Parameters that the type
    /// does not have, such as a profile that is not served, are passed over where the range asks for something.
    fn closeness(&self, offer: &str) -> Option<u8> {
        let mut parts = split(offer, b';');
        let (kind, subtype) = parts.next()?.split_once('/')?;
        if (self.kind, self.subtype) == ("*", "*") {
            return Some(0);
        }
        if !self.kind.eq_ignore_ascii_case(kind) {
            return None;
        }
        if self.subtype == "*" {
            return Some(1);
        }
        if !self.subtype.eq_ignore_ascii_case(subtype.trim()) {
            return None;
        }
        if self.parameters.is_empty() {
            return Some(NAMED + 1);
        }
        let offered: Vec<_> = parts.filter_map(parameter).collect();
        let has = |wanted: &(&str, Cow<'_, str>)| offered.iter().any(|offered| same(offered, wanted));
        match self.parameters.iter().all(has) {
            true => Some(NAMED + 2),
            false => (self.weight > 0).then_some(NAMED),
        }
    }
}

fn same((name, value): &(&str, Cow<'_, str>), (other, wanted): &(&str, Cow<'_, str>)) -> bool {
    name.eq_ignore_ascii_case(other) && value.eq_ignore_ascii_case(wanted)
}

/// The parts of a field between separators that stand outside of quotation marks (RFC 9110 §5.6.4).
fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = unquoted(text, separator);
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

fn unquoted(text: &str, separator: u8) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.bytes().position(|byte| {
        let found = byte == separator && !quoted;
        quoted ^= byte == b'"' && !escaped;
        escaped = quoted && byte == b'\\' && !escaped;
        found
    })
}

/// A name and its value, a token or a quoted string; `None` where it is neither.
fn parameter(text: &str) -> Option<(&str, Cow<'_, str>)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let value = match value.strip_prefix('"') {
        Some(quoted) => unescaped(quoted.strip_suffix('"')?),
        None => is_token(value).then_some(Cow::Borrowed(value))?,
    };
    is_token(name).then_some((name, value))
}

fn unescaped(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains('\\') {
        return Cow::Borrowed(quoted);
    }
    let mut escaped = false;
    let keep = |char: &char| {
        escaped = *char == '\\' && !escaped;
        !escaped
    };
    quoted.chars().filter(keep).collect()
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn thousandths(value: &str) -> u16 {
    match value.parse::<f32>() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000 just before")]
        Ok(weight) if weight.is_finite() => (weight.clamp(0.0, 1.0) * 1000.0).round() as u16,
        _ => 1000,
    }
}

/// How a client may ask for something on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// By the media type that it is sent as.
    Own,
    /// By another media type, which has to be named: `text/*` does not ask for what is sent as `application/…`.
    Alias,
}

/// The one of `offers` (media types, the server's favourite first) that the value of an `Accept` field weighs most.
///
/// No field, or one without a media range, accepts anything. `None` means that nothing on offer is acceptable: 406.
pub fn choose<'a, T: Copy>(accept: Option<&str>, offers: impl IntoIterator<Item = (&'a str, Name, T)>) -> Option<T> {
    let mut ranges: Vec<Range<'_>> = split(accept.unwrap_or_default(), b',').filter_map(Range::parse).collect();
    if ranges.is_empty() {
        ranges.extend(Range::parse("*/*"));
    }
    let mut best: Option<(u16, T)> = None;
    for (media_type, name, offer) in offers {
        let closeness =
            |range: &Range<'_>| range.closeness(media_type).filter(|close| name == Name::Own || *close >= NAMED);
        let closest = ranges.iter().filter_map(|range| Some((closeness(range)?, range.weight))).max();
        match (closest, best) {
            (Some((_, weight)), None) if weight > 0 => best = Some((weight, offer)),
            (Some((_, weight)), Some((most, _))) if weight > most => best = Some((weight, offer)),
            _ => {}
        }
    }
    best.map(|(_, offer)| offer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERS: [(&str, Name, &str); 6] = [
        ("application/sparql-results+json", Name::Own, "json"),
        ("application/json", Name::Alias, "json"),
        ("text/csv", Name::Own, "csv"),
        ("application/sparql-results+xml", Name::Own, "xml"),
        ("text/xml", Name::Alias, "xml"),
        ("application/ld+json;profile=\"http://a/b c\"", Name::Own, "profiled"),
    ];

    #[test]
    fn weighs_ranges_by_closeness_and_q() {
        for (accept, wanted) in [
            ("", Some("json")),
            ("*/*", Some("json")),
            ("text/csv", Some("csv")),
            ("TEXT/CSV;charset=utf-8", Some("csv")),
            ("text/*;q=0.5, application/sparql-results+xml;q=0.9", Some("xml")),
            ("application/sparql-results+json;q=0, */*;q=0.1", Some("csv")),
            ("application/json, text/csv;q=0.5", Some("json")),
            ("text/*, text/csv;q=0.1", Some("csv")),
            ("text/*;q=0.1, text/xml", Some("xml")),
            ("application/*;q=0.2, text/csv;q=0.3", Some("csv")),
            ("text/html", None),
            ("text/csv;q=0", None),
            ("text/csv;header=present", Some("csv")),
            ("text/csv;header=present;q=0.2, text/csv;q=0.1, text/xml;q=0.15", Some("xml")),
            ("text/csv;header=present;q=0, text/csv", Some("csv")),
            ("application/ld+json;profile=\"http://a/framed, text/csv;q=1\"", Some("profiled")),
            ("application/ld+json;profile=\"http://a/framed\";q=0.5, text/csv;q=0.4", Some("profiled")),
            (
                "application/ld+json;profile=\"HTTP://a/b\\ c\";q=0.4, application/ld+json;q=0.1, text/csv;q=0.3",
                Some("profiled"),
            ),
            ("text/html;title=\"a\\\",text/xml;\", text/csv", Some("csv")),
            ("text/html;title=\"never closed, text/csv", Some("json")),
            (" , ,;, text/csv ,", Some("csv")),
            ("Text/CSV ; Q=0.5 , TEXT/XML;q=.6", Some("xml")),
            ("text/csv, */*;q=0", Some("csv")),
            ("*/*;q=0", None),
            ("*/*;q=0, text/html", None),
            ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", Some("json")),
            ("*/csv, text, /csv, text/", Some("json")),
            ("text/csv;q=0.5;ext=\"1,2\", text/xml;q=0.4", Some("csv")),
            ("rubbish", Some("json")),
            ("\u{e9}/\u{e9};\"", Some("json")),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some("json")),
        ] {
            assert_eq!(choose(Some(accept), OFFERS), wanted, "{accept}");
        }
        assert_eq!(choose(None, OFFERS), Some("json"));
    }
}
