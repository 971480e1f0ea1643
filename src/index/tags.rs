//! Interned tags: datatypes, languages and directions of literals, each kept once.

use std::io;
use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;
use oxrdf::{LiteralRef, NamedNodeRef};

use super::appended::Appended;
use super::file::{In, Out};
use super::id::{Tag, TagText};

/// The tags of a base and of the versions after it.
#[derive(Debug, Default)]
pub(super) struct Tags {
    texts: Appended<TagText>,
    numbers: Mutex<HashMap<TagText, u16>>,
}

impl Tags {
    /// The tags that are numbered so.
    pub(super) fn new(texts: impl IntoIterator<Item = TagText>) -> Self {
        let tags = Self::default();
        for text in texts {
            tags.add(text);
        }
        tags
    }

    /// The number of a literal's tag, which gets one where it has none; `None` where all numbers are taken.
    pub(super) fn of(&self, literal: LiteralRef<'_>) -> Option<Tag> {
        self.add(tag_text(literal))
    }

    fn add(&self, text: TagText) -> Option<Tag> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.get(&text) {
            return Some(Tag(*number));
        }
        let number = u16::try_from(numbers.len()).ok()?;
        self.texts.set(number.into(), text.clone());
        numbers.insert(text, number);
        Some(Tag(number))
    }

    /// All, by number.
    pub(super) fn all(&self) -> impl Iterator<Item = TagText> + '_ {
        let count = self.numbers.lock().unwrap_or_else(PoisonError::into_inner).len();
        (0..count).filter_map(|number| self.texts.get(number).cloned())
    }

    pub(super) fn text(&self, tag: Tag) -> Option<&TagText> {
        self.texts.get(tag.0.into())
    }

    pub(super) fn write(&self, directory: &mut Out) {
        let count = self.numbers.lock().unwrap_or_else(PoisonError::into_inner).len();
        directory.size(count);
        (0..count).filter_map(|number| self.texts.get(number)).for_each(|tag| directory.tag(tag));
    }

    pub(super) fn read(directory: &mut In<'_>) -> io::Result<Self> {
        let tags = (0..directory.size()?).map(|_| directory.tag()).collect::<io::Result<Vec<_>>>()?;
        Ok(Self::new(tags))
    }
}

fn tag_text(literal: LiteralRef<'_>) -> TagText {
    TagText {
        datatype: literal.datatype().as_str().to_owned(),
        language: literal.language().map(str::to_owned),
        direction: literal.direction(),
    }
}

/// The literal of a text and what makes a literal of it.
pub(super) fn literal<'a>(value: &'a str, tag: &'a TagText) -> LiteralRef<'a> {
    match (tag.language.as_deref(), tag.direction) {
        (Some(language), Some(direction)) => {
            LiteralRef::new_directional_language_tagged_literal_unchecked(value, language, direction)
        }
        (Some(language), None) => LiteralRef::new_language_tagged_literal_unchecked(value, language),
        (None, _) => LiteralRef::new_typed_literal(value, NamedNodeRef::new_unchecked(&tag.datatype)),
    }
}
