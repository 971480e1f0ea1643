//! Places: what the register says of them, records of places, and places known only by a mention.

use iri_string::types::IriStr;

use super::context::{Context, RecordPath, spoken};
use super::emit::{Emitter, Node};
use super::iri::{self, Key};
use super::reference::{Accept, printed_tag};
use super::run::Run;
use crate::place::{self, Mention as Spoken, Resolution};
use crate::rdf::QuadSink;
use crate::record::words::unwritable;
use crate::record::{Level, Mention, OneOrMany, Place};
use crate::vocab::{self, geo, graph, owl, pact, schema, sf, skos};

/// The key of a place that only a mention speaks of: `x-` and the hash of its folded name, its state and its level.
pub(crate) fn minted_key(run: &Run<'_>, mention: &Mention) -> Key<'static> {
    Key::Minted(format!("x-{}", run.register.minted_key(&spoken(mention, None))))
}

/// Describes a place by what its mention says of it.
pub(crate) fn describe_mention(cx: &mut Context<'_>, node: &Node, mention: &Mention, at: RecordPath<'_>) {
    classes(&mut cx.out, node, mention.level);
    cx.out.text(node, skos::prefLabel, None, &mention.name);
    for name in mention.also.iter().filter(|name| unwritable(name).is_none()) {
        let tag = printed_tag(name, cx.language().unwrap_or_default());
        cx.out.text(node, skos::altLabel, Some(&*tag).filter(|tag| !tag.is_empty()), name);
    }
    cx.out.boolean(node, pact::unreconciled, true);
    if let Some(level) = mention.level {
        cx.out.concept(node, pact::level, vocab::CODE, level.as_str());
    }
    if let Some(state) = &mention.state {
        let named = Mention { name: state.clone(), level: Some(Level::State), ..Mention::default() };
        let state = cx.surrounding(state, &named, at.field("state"));
        state.iter().for_each(|state| cx.out.link(node, pact::sovereignState, state));
    }
    if let Some(within) = &mention.within {
        let named = Mention { name: within.clone(), state: mention.state.clone(), ..Mention::default() };
        let unit = cx.surrounding(within, &named, at.field("within"));
        unit.iter().for_each(|unit| cx.out.link(node, schema::containedInPlace, unit));
    }
}

impl Context<'_> {
    /// The state or the unit that a mention names: an id, else a mention of its own.
    fn surrounding(&mut self, id: &str, named: &Mention, at: RecordPath<'_>) -> Option<Node> {
        if self.run.register.contains(id) {
            return Some(self.known_place(String::from(id).into()).node);
        }
        self.mention(named, at).map(|target| target.node)
    }

    /// A record of a place: all that the register, to which it was added, now says of it.
    pub(crate) fn place_record(&mut self, record: &Place, at: RecordPath<'_>) -> Node {
        let node = self.run.by_id("place", &record.id);
        match self.run.register.get(&record.id) {
            Some(place) => describe(self.run, &place, &mut self.out),
            None => describe(self.run, &place::Place::from_record(record.clone(), self.language()), &mut self.out),
        }
        if let Some(state) = &record.state
            && let Some(state) = self.place(state, Accept::Places, at.field("state"))
        {
            self.out.link(&node, pact::sovereignState, &state.node);
        }
        if let Some(within) = &record.within
            && let Some(within) = self.place(within, Accept::Places, at.field("within"))
        {
            self.out.link(&node, schema::containedInPlace, &within.node);
        }
        self.check_others(record, at);
        node
    }

    fn check_others(&mut self, record: &Place, at: RecordPath<'_>) {
        let lists = [("same_as", &record.same_as, false), ("different_from", &record.different_from, true)];
        for (field, list, ids_too) in lists {
            let Some(OneOrMany(others)) = list else { continue };
            for (i, other) in others.iter().enumerate() {
                let fine = IriStr::new(other).is_ok() || (ids_too && self.run.register.contains(other));
                if !fine {
                    let reason =
                        format!("`{other}` is no absolute IRI{}", if ids_too { " and no id of a place" } else { "" });
                    self.error(at.field(field).item(i, others.len()), reason, "correct it");
                }
            }
        }
    }
}

/// Writes what the register says of a place into `graph/places`, and its links into `graph/links`.
pub fn describe_place(run: &Run<'_>, place: &place::Place, sink: &mut dyn QuadSink) {
    describe(run, place, &mut Emitter::new(sink, graph::places.as_str(), None));
}

fn describe(run: &Run<'_>, place: &place::Place, out: &mut Emitter<'_>) {
    let node = run.by_id("place", &place.id);
    classes(out, &node, Some(place.level));
    out.concept(&node, pact::level, vocab::CODE, place.level.as_str());
    labels(out, &node, &place.names);
    let own = (place.level == Level::State).then(|| place.id.clone());
    if let Some(state) = own.or_else(|| place_id(run, place.state.as_deref()?)) {
        out.link(&node, pact::sovereignState, &run.by_id("place", &state));
    }
    if let Some(within) = place.within.as_deref().and_then(|within| place_id(run, within)) {
        out.link(&node, schema::containedInPlace, &run.by_id("place", &within));
    }
    position(out, &node, place);
    for (scheme, code) in &place.codes {
        identifier(out, &node, scheme, code);
    }
    others(run, place, &node, out);
}

/// The id that a place's state or unit has, which a record may give by name.
fn place_id(run: &Run<'_>, text: &str) -> Option<String> {
    if run.register.contains(text) {
        return Some(text.to_owned());
    }
    match run.register.resolve(&Spoken::named(text)) {
        Resolution::One { id, .. } => Some(id),
        _ => None,
    }
}

fn labels(out: &mut Emitter<'_>, node: &Node, names: &[(String, String)]) {
    for (i, (tag, name)) in names.iter().enumerate() {
        let preferred = !names[..i].iter().any(|(other, _)| other.eq_ignore_ascii_case(tag));
        let label = if preferred { skos::prefLabel } else { skos::altLabel };
        out.text(node, label, Some(tag).filter(|tag| !tag.is_empty()).map(String::as_str), name);
    }
}

fn position(out: &mut Emitter<'_>, node: &Node, place: &place::Place) {
    let (Some(lat), Some(long)) = (place.lat, place.long) else { return };
    out.decimal(node, schema::latitude, lat);
    out.decimal(node, schema::longitude, long);
    let geometry = Node::Iri(iri::fragment(node.as_str(), "geometry", []));
    out.link(node, geo::hasGeometry, &geometry);
    out.class(&geometry, sf::Point);
    out.typed(&geometry, geo::asWKT, format_args!("POINT({long} {lat})"), geo::wktLiteral);
}

pub(crate) fn identifier(out: &mut Emitter<'_>, node: &Node, scheme: &str, code: &str) {
    let value = Node::Iri(iri::fragment(node.as_str(), scheme, []));
    out.link(node, schema::identifier, &value);
    out.class(&value, schema::PropertyValue);
    out.string(&value, schema::propertyID, scheme);
    out.string(&value, schema::value, code);
}

/// Links to the same place elsewhere stand in a graph of their own, so that they can be switched off.
fn others(run: &Run<'_>, place: &place::Place, node: &Node, out: &mut Emitter<'_>) {
    for other in &place.different_from {
        if run.register.contains(other) {
            out.link(node, owl::differentFrom, &run.by_id("place", other));
        } else if IriStr::new(other).is_ok() {
            out.iri(node, owl::differentFrom, other);
        }
    }
    let before = std::mem::replace(&mut out.graph, graph::links.as_str());
    for same in place.same_as.iter().filter(|same| IriStr::new(same).is_ok()) {
        out.iri(node, owl::sameAs, same);
    }
    out.graph = before;
}

/// The classes of a place: ours, and schema.org's for its level.
fn classes(out: &mut Emitter<'_>, node: &Node, level: Option<Level>) {
    out.class(node, pact::TerritorialEntity);
    let level_class = match level {
        Some(Level::State) => schema::Country,
        Some(Level::FirstLevel) => schema::State,
        Some(Level::Municipality) => schema::City,
        _ => schema::AdministrativeArea,
    };
    out.class(node, level_class);
}
