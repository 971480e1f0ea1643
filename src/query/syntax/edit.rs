//! Source map of edits: a text made from another by replacing parts of it, and where each of its places comes from.

use std::borrow::Cow;
use std::ops::Range;

/// A part of a text, in bytes, and what is to stand in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Edit {
    pub(in crate::query) range: Range<usize>,
    pub(in crate::query) with: String,
}

impl Edit {
    pub(in crate::query) fn new(range: Range<usize>, with: impl Into<String>) -> Self {
        Self { range, with: with.into() }
    }
}

/// A text with its edits carried out.
#[derive(Debug)]
pub(in crate::query) struct Edited<'a> {
    text: Cow<'a, str>,
    parts: Vec<Part>,
}

/// Where a replacement stands, and where that which it replaces stood.
#[derive(Debug)]
struct Part {
    here: Range<usize>,
    there: Range<usize>,
}

impl<'a> Edited<'a> {
    /// Carries out edits; of two that overlap the first. Those at one place keep their order.
    pub(in crate::query) fn new(source: &'a str, mut edits: Vec<Edit>) -> Self {
        if edits.is_empty() {
            return Self { text: source.into(), parts: Vec::new() };
        }
        edits.sort_by_key(|edit| edit.range.start);
        let (mut text, mut parts, mut done) = (String::with_capacity(source.len() + 64), Vec::new(), 0);
        for Edit { range, with } in edits.into_iter() {
            let Some(between) = source.get(done..range.start) else { continue };
            text.push_str(between);
            let start = text.len();
            text.push_str(&with);
            done = range.end;
            parts.push(Part { here: start..text.len(), there: range });
        }
        text.push_str(source.get(done..).unwrap_or_default());
        Self { text: text.into(), parts }
    }

    pub(in crate::query) fn text(&self) -> &str {
        &self.text
    }

    pub(in crate::query) fn is_edited(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Where a place of the text was before; all of a replacement was where that which it replaces began.
    pub(in crate::query) fn origin(&self, offset: usize) -> usize {
        let before = self.parts.partition_point(|part| part.here.start <= offset);
        match before.checked_sub(1).map(|last| &self.parts[last]) {
            None => offset,
            Some(part) if offset < part.here.end => part.there.start,
            Some(part) => part.there.end + (offset - part.here.end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let edits = vec![Edit::new(6..6, "!"), Edit::new(1..3, "long"), Edit::new(2..4, "lost"), Edit::new(4..5, "")];
        let edited = Edited::new("abcdefg", edits);
        assert_eq!(edited.text(), "alongdf!g");
        let origins: Vec<usize> = (0..10).map(|at| edited.origin(at)).collect();
        assert_eq!(origins, [0, 1, 1, 1, 1, 3, 5, 6, 6, 7]);
        assert_eq!(Edited::new("abc", Vec::new()).origin(2), 2);
    }
}
