//! References into nodes: ids, mentions, and things described in place.

use std::borrow::Cow;

use super::context::{Context, RecordPath};
use super::emit::Node;
use super::iri::{self, Key};
use super::{Unresolved, place};
use crate::location::Location;
use crate::place::fold::is_han;
use crate::place::{Candidate, Resolution};
use crate::record::words::{unwritable, unwritable_reason};
use crate::record::{Mention, PlaceRef, RecordType, Reference};
use crate::vocab::{schema, skos};

/// A node that a reference leads to, and what names it within other nodes' IRIs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target<'r> {
    pub(crate) node: Node,
    pub(crate) key: Key<'r>,
}

/// What may stand where a place mostly does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Accept {
    /// Nothing else.
    Places,
    /// Organizations and persons too: parties of agreements.
    Agents,
    /// Any record of the run: what a figure is about, who gets an award.
    Anything,
}

impl Accept {
    const fn allows(self, kind: RecordType) -> bool {
        match self {
            Self::Places => matches!(kind, RecordType::Place),
            Self::Agents => matches!(kind, RecordType::Place | RecordType::Organization | RecordType::Person),
            Self::Anything => true,
        }
    }
}

impl<'m> Context<'m> {
    /// The node of a place reference; `None` where that is an error, which has been noted.
    pub(crate) fn place<'r>(
        &mut self,
        reference: &'r PlaceRef,
        accept: Accept,
        at: RecordPath<'_>,
    ) -> Option<Target<'r>> {
        match reference {
            Reference::Id(id) => self.place_by_id(id, accept, at),
            Reference::Inline(mention) => self.mention(mention, at),
        }
    }

    fn place_by_id<'r>(&mut self, id: &'r str, accept: Accept, at: RecordPath<'_>) -> Option<Target<'r>> {
        match self.run.ids.kind(id) {
            Some(RecordType::Place) => Some(self.place_target(id.into())),
            Some(kind) if accept.allows(kind) => self.record(id, kind, at),
            _ if self.run.register.contains(id) => Some(self.known_place(id.into())),
            Some(kind) => {
                let reason = format!("`{id}` is a record of type {}; here a place is meant", kind.as_str());
                self.error(at, reason, "give the id of a place, or its name as {\"name\": …}");
                None
            }
            None => {
                if let Some(place) = self.run.ids.rejected(id).filter(|_| !self.run.register.contains(id)) {
                    self.error(at, rejected(id, place), REPAIR);
                    return None;
                }
                self.mention(&Mention { name: id.to_owned(), ..Mention::default() }, at)
            }
        }
    }

    /// The node of a place that the register or the run holds.
    pub(crate) fn known_place<'r>(&mut self, id: Cow<'r, str>) -> Target<'r> {
        self.refers_to(&id);
        self.place_target(id)
    }

    fn place_target<'r>(&self, id: Cow<'r, str>) -> Target<'r> {
        let key = Key::Id(id);
        Target { node: self.run.by_key("place", &key), key }
    }

    fn record<'r>(&mut self, id: &'r str, kind: RecordType, at: RecordPath<'_>) -> Option<Target<'r>> {
        let Some(node) = self.run.node(id) else {
            self.error(at, format!("`{id}` names a record that was rejected"), REPAIR);
            return None;
        };
        Some(Target { node, key: Key::Typed(super::run::segment_of(kind), id.into()) })
    }

    /// The node of a place that is spoken of by name: resolved, or what [`Unresolved`] says.
    pub(crate) fn mention(&mut self, mention: &Mention, at: RecordPath<'_>) -> Option<Target<'static>> {
        let resolution = self.memory.recall(self.run, mention, self.language());
        self.mentioned(mention, &resolution, at);
        match &*resolution {
            Resolution::One { id, .. } => {
                let target = self.known_place(Cow::Owned(id.clone()));
                std::iter::once(&mention.name)
                    .chain(&mention.also)
                    .for_each(|name| self.as_printed(&target.node, id, name));
                self.codes(&target.node, Some(id), mention, at);
                Some(target)
            }
            unclear => self.unclear(mention, unclear, at),
        }
    }

    /// Keeps the words by which the document speaks of a place in the document's graph, where the place has no such label
    /// otherwise: an alternative label in the language of the document, or of the script that it is written in.
    fn as_printed(&mut self, node: &Node, id: &str, name: &str) {
        let Some(doc) = self.doc.filter(|_| unwritable(name).is_none()) else { return };
        let tag = printed_tag(name, doc.language.as_deref().unwrap_or_default());
        if name == id {
            return;
        }
        let is_known = |place: crate::place::Place| place.names_in(&tag).any(|known| known == name);
        let label = if is_damaged(name) { skos::hiddenLabel } else { skos::altLabel };
        self.within_graph(&doc.graph, |this| {
            let fresh = this.describe_once(&format!("{}\n{name}", node.as_str()));
            if fresh && !this.run.register.get(id).is_some_and(is_known) {
                this.out.text(node, label, Some(&*tag).filter(|tag| !tag.is_empty()), name);
            }
        });
    }

    /// Keeps the codes that the document gives a place in the document's graph, but for schemes in which the register, where it
    /// knows the place by this id, has one; that this is another is told.
    fn codes(&mut self, node: &Node, id: Option<&str>, mention: &Mention, at: RecordPath<'_>) {
        let (Some(doc), Some(codes)) = (self.doc, &mention.codes) else { return };
        let known = id.and_then(|id| self.run.register.get(id)).map(|place| place.codes).unwrap_or_default();
        self.within_graph(&doc.graph, |this| {
            for (scheme, code) in codes.each() {
                let own = known.get(scheme);
                if own == Some(&code) || !this.describe_once(&format!("{}\n{scheme} {code}", node.as_str())) {
                    continue;
                }
                let Some(own) = own else {
                    place::identifier(&mut this.out, node, scheme, &code);
                    continue;
                };
                let (name, id) = (&mention.name, id.unwrap_or_default());
                let reason =
                    format!("`{name}` has the {scheme} code `{code}` here, and `{id}` has `{own}`, which stays");
                this.warn(at.field("codes").field(scheme), reason, "correct the code, or name the place that is meant");
            }
        });
    }

    /// The language of the document.
    pub(crate) fn language(&self) -> Option<&'m str> {
        self.doc.and_then(|doc| doc.language.as_deref())
    }

    /// Says what is unclear, and makes a node all the same where it may.
    fn unclear(&mut self, mention: &Mention, resolution: &Resolution, at: RecordPath<'_>) -> Option<Target<'static>> {
        let (reason, remedy) = explain(mention, resolution);
        if self.run.unresolved == Unresolved::Reject {
            self.error(at, reason, remedy);
            return None;
        }
        if !self.can_be_written(&mention.name, at) {
            return None;
        }
        self.warn(at, reason, remedy);
        let key = place::minted_key(self.run, mention);
        Some(match self.run.unresolved {
            Unresolved::Keep => self.kept(mention, key),
            _ => self.minted(mention, key, at),
        })
    }

    /// Whether a name can stand in every syntax of RDF; where it cannot, the error has been noted.
    pub(crate) fn can_be_written(&mut self, name: &str, at: RecordPath<'_>) -> bool {
        let bad = unwritable(name);
        if let Some(character) = bad {
            self.error(at, unwritable_reason(character), "take it away");
        }
        bad.is_none()
    }

    /// A blank node with the mention's name and no claim to be anything in particular.
    fn kept(&mut self, mention: &Mention, key: Key<'static>) -> Target<'static> {
        let node = Node::Blank(format!("m{}", iri::hash([self.doc_id(), key_text(&key)])));
        if self.describe_once(node.as_str()) {
            self.out.class(&node, schema::Place);
            self.out.text(&node, schema::name, None, &mention.name);
        }
        Target { node, key }
    }

    /// A place of its own, the same from every document that speaks of it in these words.
    fn minted(&mut self, mention: &Mention, key: Key<'static>, at: RecordPath<'_>) -> Target<'static> {
        let node = self.run.by_key("place", &key);
        if self.describe_once(node.as_str()) {
            place::describe_mention(self, &node, mention, at);
        }
        self.codes(&node, None, mention, at);
        Target { node, key }
    }

    /// The node of a record that must be of this type; `None` where it is not, which has been noted.
    pub(crate) fn required(&mut self, id: &str, kind: RecordType, at: RecordPath<'_>) -> Option<Node> {
        match self.run.ids.kind(id) {
            Some(found) if found == kind => self.record(id, kind, at).map(|target| target.node),
            Some(found) => {
                let (found, kind) = (found.as_str(), kind.as_str());
                self.error(
                    at,
                    format!("`{id}` is a record of type {found}; here one of type {kind} is meant"),
                    "correct the id",
                );
                None
            }
            None => {
                self.dangling(id, kind.as_str(), at);
                None
            }
        }
    }

    /// Notes an id that nothing defines.
    pub(crate) fn dangling(&mut self, id: &str, kind: &str, at: RecordPath<'_>) {
        if let Some(place) = self.run.ids.rejected(id) {
            return self.error(at, rejected(id, place), REPAIR);
        }
        let reason = format!("no {kind} of these inputs has the id `{id}`");
        self.error(at, reason, "correct the id, or give the record that defines it in the same run");
    }

    /// The node of any record of the run.
    pub(crate) fn any_record(&mut self, id: &str, at: RecordPath<'_>) -> Option<Node> {
        match self.run.ids.kind(id) {
            Some(kind) => self.record(id, kind, at).map(|target| target.node),
            None if self.run.register.contains(id) => Some(self.known_place(id.into()).node),
            None => {
                self.dangling(id, "record", at);
                None
            }
        }
    }
}

/// The language of a name in a document of this language: that of the document, unless the script shows another.
pub(crate) fn printed_tag(name: &str, language: &str) -> String {
    let primary = language.split('-').next().unwrap_or_default();
    let has = |range: std::ops::RangeInclusive<char>| name.chars().any(|character| range.contains(&character));
    let (kana, hangul) = (has('\u{3041}'..='\u{30FA}'), has('\u{AC00}'..='\u{D7A3}'));
    let han = name.chars().any(is_han);
    let fits = match primary {
        "zh" => han && !kana && !hangul,
        "ja" => (han || kana) && !hangul,
        "ko" => (han || hangul) && !kana,
        _ => !han && !kana && !hangul,
    };
    let other = match (kana, hangul, han) {
        (true, ..) => "ja",
        (_, true, _) => "ko",
        (.., true) => "und-Hani",
        _ if name.chars().any(|character| character.is_ascii_alphabetic()) => "und-Latn",
        _ => language,
    };
    if fits { language } else { other }.to_owned()
}

/// Whether a name has pinyin put in after a character, as `結(jié)`, or characters that were lost.
fn is_damaged(name: &str) -> bool {
    let mut before = ' ';
    let inserted = name.char_indices().any(|(at, character)| {
        let pinyin = name[at..].strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(inside, _)| inside);
        let found = is_han(before) && pinyin.is_some_and(|p| !p.is_empty() && p.chars().all(|c| c.is_lowercase()));
        before = character;
        found
    });
    inserted || name.contains('\u{FFFD}')
}

pub(crate) fn key_text<'k>(key: &'k Key<'_>) -> &'k str {
    match key {
        Key::Id(id) | Key::Typed(_, id) => id,
        Key::Minted(hash) => hash,
    }
}

/// That an id is of a record which cannot be read, and where that stands.
pub(crate) fn rejected(id: &str, place: &Location) -> String {
    format!("`{id}` names a record that was rejected, at {place}")
}

/// What to do about a reference to a record that was rejected.
pub(crate) const REPAIR: &str = "repair that record first";

fn explain(mention: &Mention, resolution: &Resolution) -> (String, &'static str) {
    let name = &mention.name;
    match resolution {
        Resolution::Ambiguous { candidates } => (
            format!("`{name}` can be each of {}", list(candidates)),
            "say which by `state`, `level` or `within`, or give its id",
        ),
        Resolution::Unknown { near } if !near.is_empty() => (
            format!("`{name}` is no place of the register; near it come {}", list(near)),
            "give the id of the one that is meant, or a record of type place",
        ),
        _ => (
            format!("`{name}` is no place of the register"),
            "give a record of type place, or add the name to the register",
        ),
    }
}

/// The first candidates, for people.
fn list(candidates: &[Candidate]) -> String {
    const SHOWN: usize = 6;
    let shown = candidates.iter().take(SHOWN).map(|candidate| format!("{} ({})", candidate.id, candidate.label));
    let rest = candidates.len().saturating_sub(SHOWN);
    shown.chain((rest > 0).then(|| format!("{rest} more"))).collect::<Vec<_>>().join(", ")
}

/// Sorts the targets by their keys, as IRIs of ties and agreements name them.
pub(crate) fn sorted_keys<'t>(targets: &'t [Target<'_>]) -> Vec<&'t Key<'t>> {
    let mut keys: Vec<&Key<'_>> = targets.iter().map(|target| &target.key).collect();
    keys.sort_by(|one, other| key_text(one).cmp(key_text(other)));
    keys
}

#[cfg(test)]
mod tests {
    use super::{is_damaged, printed_tag};

    #[test]
    fn names_are_tagged_by_their_document_unless_the_script_says_otherwise() {
        for (name, language, tag) in [
            ("福冈市", "zh-Hans", "zh-Hans"),
            ("福岡市", "ja", "ja"),
            ("チェンマイ", "zh-Hant", "ja"),
            ("서울시", "zh-Hans", "ko"),
            ("Kunming", "zh-Hans", "und-Latn"),
            ("Kunming", "fr", "fr"),
            ("昆明", "en", "und-Hani"),
        ] {
            assert_eq!(printed_tag(name, language), tag, "{name}");
        }
    }

    #[test]
    fn inserted_pinyin_and_lost_characters_are_damage() {
        assert!(is_damaged("撒馬爾罕(hǎn)市") && is_damaged("青\u{FFFD}市"));
        assert!(!is_damaged("大阪(市)") && !is_damaged("Tripoli (Libya)") && !is_damaged("昆明市"));
    }
}
