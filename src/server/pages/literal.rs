//! Texts of the data as pages show them: always with their language, for Chinese and Japanese share code points, not glyphs.

use maud::{Markup, html};
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef};

use super::labels::Label;

/// Types of dates, which keep the precision of their source.
const DATES: [NamedNodeRef<'static>; 4] = [xsd::DATE, xsd::G_YEAR_MONTH, xsd::G_YEAR, xsd::DATE_TIME];

/// A literal: a text with its language, isolated from what is around it; a date as such; a number with its groups.
pub fn literal(value: &Literal) -> Markup {
    if let Some(tag) = value.language() {
        return text(value.value(), Some(tag));
    }
    match value.datatype() {
        datatype if DATES.contains(&datatype) => date(value.value()),
        datatype if datatype == xsd::INTEGER => html! { span.number { (grouped(value.value())) } },
        datatype if datatype == xsd::STRING => text(value.value(), None),
        _ => html! { span.value { (value.value()) } },
    }
}

/// A text with its language; without one where that is not told.
pub fn text(text: &str, tag: Option<&str>) -> Markup {
    html! { bdi lang=(tag.unwrap_or_default()) { (text) } }
}

/// What a thing is called.
pub fn label(label: &Label) -> Markup {
    text(&label.text, label.tag.as_deref())
}

/// A date as it was written, to the day, month or year.
pub fn date(value: &str) -> Markup {
    html! { time datetime=(value) { (value) } }
}

/// A number with its digits in groups: 3054 is 3,054. What is no number stays as it is.
pub fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    if digits.len() < 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let first = digits.len() % 3;
    let groups = (0..digits.len()).filter(|at| *at == 0 || at % 3 == first).map(|at| {
        let end = if at == 0 && first > 0 { first } else { (at + 3).min(digits.len()) };
        &digits[at..end]
    });
    sign.to_owned() + &groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_bear_their_language_and_are_inert() {
        let shown = |value: Literal| literal(&value).into_string();
        assert_eq!(
            shown(Literal::new_language_tagged_literal_unchecked("青島", "zh-Hant")),
            "<bdi lang=\"zh-Hant\">青島</bdi>"
        );
        assert_eq!(shown(Literal::new_simple_literal("<b>&\"")), "<bdi lang=\"\">&lt;b&gt;&amp;&quot;</bdi>");
        assert_eq!(
            shown(Literal::new_typed_literal("1979-10", xsd::G_YEAR_MONTH)),
            "<time datetime=\"1979-10\">1979-10</time>"
        );
    }

    #[test]
    fn digits_are_grouped() {
        for (number, wanted) in [
            ("0", "0"),
            ("147", "147"),
            ("3054", "3,054"),
            ("-12345", "-12,345"),
            ("123456", "123,456"),
            ("1e5", "1e5"),
            ("1234567", "1,234,567"),
        ] {
            assert_eq!(grouped(number), wanted);
        }
    }
}
