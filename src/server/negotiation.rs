//! Proactive content negotiation (RFC 9110 §12.5): which of the formats on offer a client wants most.

/// How close a range is at least that names a type and a subtype.
const NAMED: u8 = 2;

/// A media range of an `Accept` field with its weight, 0 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    /// Reads `type/subtype;parameter=value;q=0.5`; `None` where it is no media range.
    fn parse(text: &'a str) -> Option<Self> {
        let (range, rest) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subtype) = range.trim().split_once('/')?;
        let (parameters, weight) = weight(rest);
        (!kind.is_empty() && !subtype.is_empty()).then_some(Self { kind, subtype, parameters, weight })
    }

    /// How closely the range matches a media type: the more, the closer; `None` where it does not.
    fn closeness(&self, offer: &str) -> Option<u8> {
        let (essence, offered) = offer.split_once(';').unwrap_or((offer, ""));
        let (kind, subtype) = essence.split_once('/')?;
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
        let wanted = parameters(self.parameters).filter(|(name, _)| !name.eq_ignore_ascii_case("charset"));
        match wanted
            .fold((true, false), |(all, _), want| (all && parameters(offered).any(|have| same(have, want)), true))
        {
            (_, false) => Some(NAMED),
            (true, true) => Some(3),
            (false, true) => None,
        }
    }
}

fn same((name, value): (&str, &str), (other, wanted): (&str, &str)) -> bool {
    name.eq_ignore_ascii_case(other) && value.eq_ignore_ascii_case(wanted)
}

fn parameters(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        Some((name.trim(), value.trim().trim_matches('"')))
    })
}

/// Splits the parameters from the weight that ends them; a weight that cannot be read counts as 1.
fn weight(parameters: &str) -> (&str, u16) {
    let mut start = 0;
    for parameter in parameters.split(';') {
        if let Some((name, value)) = parameter.split_once('=')
            && name.trim().eq_ignore_ascii_case("q")
        {
            return (&parameters[..start], thousandths(value.trim()));
        }
        start += parameter.len() + 1;
    }
    (parameters, 1000)
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
/// No field, or an empty one, accepts anything. `None` means that nothing on offer is acceptable: 406.
pub fn choose<'a, T: Copy>(accept: Option<&str>, offers: impl IntoIterator<Item = (&'a str, Name, T)>) -> Option<T> {
    let accept = accept.map(str::trim).filter(|accept| !accept.is_empty());
    let ranges: Vec<Range<'_>> = accept.unwrap_or("*/*").split(',').filter_map(Range::parse).collect();
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

    const OFFERS: [(&str, Name, &str); 5] = [
        ("application/sparql-results+json", Name::Own, "json"),
        ("application/json", Name::Alias, "json"),
        ("text/csv", Name::Own, "csv"),
        ("application/sparql-results+xml", Name::Own, "xml"),
        ("text/xml", Name::Alias, "xml"),
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
            ("text/csv;header=present", None),
            ("rubbish", None),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some("json")),
        ] {
            assert_eq!(choose(Some(accept), OFFERS), wanted, "{accept}");
        }
        assert_eq!(choose(None, OFFERS), Some("json"));
    }
}
