//! Events and the declarations they issue.

use super::context::{Context, RecordPath};
use super::emit::Node;
use super::iri::{self, Key};
use super::reference::{Accept, Target, key_text};
use crate::record::{Declaration, Event, EventKind, EventRef, RecordType, Reference, Text};
use crate::vocab::{self, pact, schema};

impl<'m> Context<'m> {
    /// The node of an event, by its id or written in place; `None` where the reference is an error, which has been noted.
    pub(crate) fn event_ref<'r>(&mut self, event: &'r EventRef, at: RecordPath<'_>) -> Option<Target<'r>> {
        match event {
            Reference::Id(id) => {
                let node = self.required(id, RecordType::Event, at)?;
                Some(Target { node, key: Key::Id(id.into()) })
            }
            Reference::Inline(event) => {
                let target = self.event(event, at);
                self.common((&**event).into(), &target.node, at);
                Some(target)
            }
        }
    }

    /// An event, as a record or in place.
    pub(crate) fn event<'r>(&mut self, event: &'r Event, at: RecordPath<'_>) -> Target<'r> {
        let location =
            event.location.as_ref().and_then(|place| self.place(place, Accept::Places, at.field("location")));
        let key = match &event.id {
            Some(id) => Key::Id(id.into()),
            None => self.event_key(event, location.as_ref()),
        };
        let node = self.run.by_key("event", &key);
        self.event_classes(&node, event.kind);
        self.out.names(&node, event.names.as_ref());
        self.out.date(&node, schema::startDate, event.start);
        self.out.date(&node, schema::endDate, event.end);
        self.out.bounds(&node, event.start, event.end);
        if let Some(location) = location {
            self.out.link(&node, schema::location, &location.node);
        }
        self.event_details(&node, event, at);
        Target { node, key }
    }

    fn event_details(&mut self, node: &Node, event: &Event, at: RecordPath<'_>) {
        self.agents(node, schema::organizer, event.hosts.as_ref(), at.field("hosts"));
        self.out.texts(node, schema::about, event.theme.as_ref());
        self.topics(node, event.topics.as_deref());
        if let Some(edition) = event.edition {
            self.out.integer(node, pact::edition, u64::from(edition));
        }
        if let Some(whole) = &event.part_of
            && let Some(whole) = self.event_ref(whole, at.field("part_of"))
        {
            self.out.link(node, schema::superEvent, &whole.node);
        }
    }

    fn event_classes(&mut self, node: &Node, kind: Option<EventKind>) {
        self.out.class(node, schema::Event);
        match kind {
            Some(EventKind::Signing) => self.out.class(node, pact::SigningEvent),
            Some(EventKind::Series) => self.out.class(node, schema::EventSeries),
            _ => {}
        }
        if let Some(kind) = kind {
            self.out.concept(node, pact::kind, vocab::CODE, kind.as_str());
        }
    }

    /// The key of an event without an id. What is neither named nor dated is its document's own.
    fn event_key(&self, event: &Event, location: Option<&Target<'_>>) -> Key<'static> {
        let kind = event.kind.map_or("", EventKind::as_str);
        let start = event.start.map(|start| start.to_string()).unwrap_or_default();
        let place = location.map_or("", |place| key_text(&place.key));
        let names: Vec<&str> = event.names.iter().flat_map(Text::iter).map(|(_, name, _)| name).collect();
        let own = if names.is_empty() && start.is_empty() { self.doc_id() } else { "" };
        iri::minted([kind, &names.join("\n"), &start, place, own])
    }

    /// A declaration.
    pub(crate) fn declaration(&mut self, record: &Declaration, at: RecordPath<'_>) -> Node {
        let event = record.issued_by.as_ref().and_then(|event| self.event_ref(event, at.field("issued_by")));
        let node = self.declaration_node(record, event.as_ref());
        self.out.class(&node, pact::Declaration);
        self.out.names(&node, Some(&record.names));
        if let Some(event) = event {
            self.out.link(&node, pact::issuedBy, &event.node);
        }
        self.out.date(&node, schema::datePublished, record.issued_on);
        self.out.bounds(&node, record.issued_on, None);
        for (i, appeal) in record.appeals.iter().flatten().enumerate() {
            self.appeal(&node, i + 1, appeal);
        }
        node
    }

    pub(crate) fn declaration_node(&self, record: &Declaration, event: Option<&Target<'_>>) -> Node {
        let path = self.run.base.path("declaration");
        let path = self.occasion(path, event, record.issued_on);
        let name = record.id.as_deref().or(record.names.first()).unwrap_or_default();
        Node::Iri(path.segment(name).finish())
    }

    /// The segment that says when something happened: its event, else its date, else the document that tells of it.
    pub(crate) fn occasion(
        &self,
        path: iri::Path,
        event: Option<&Target<'_>>,
        date: Option<crate::record::Date>,
    ) -> iri::Path {
        match (event, date) {
            (Some(Target { key: Key::Id(id), .. }), _) => path.segment_undated(id),
            (Some(event), _) => path.key(&event.key),
            (None, Some(date)) => path.fixed(&date.to_string()),
            (None, None) => path.segment_undated(self.doc_id()),
        }
    }

    fn appeal(&mut self, declaration: &Node, position: usize, text: &Text) {
        let key = Key::Minted(position.to_string());
        let node = Node::Iri(iri::fragment(declaration.as_str(), "appeal", [&key]));
        self.out.link(declaration, schema::hasPart, &node);
        self.out.class(&node, schema::CreativeWork);
        self.out.integer(&node, schema::position, position as u64);
        self.out.texts(&node, schema::text, Some(text));
    }
}
