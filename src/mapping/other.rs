//! Awards and their conferrals, transport services, diplomatic posts, projects, assessments; and topics.

use super::agent::Role;
use super::context::{Context, RecordPath};
use super::emit::Node;
use super::iri::{self, Key};
use super::reference::{Accept, Target};
use crate::record::{Assessment, Award, Conferral, Mode, OneOrMany, Post, Project, RecordType, Service, Verdict};
use crate::vocab::{self, dcterms, pact, prov, schema};

impl<'m> Context<'m> {
    /// An award.
    pub(crate) fn award(&mut self, record: &Award, at: RecordPath<'_>) -> Node {
        let node = self.run.by_id("award", &record.id);
        self.out.class(&node, pact::Award);
        self.out.names(&node, Some(&record.names));
        self.agents(&node, pact::conferredBy, Some(&record.conferred_by), at.field("conferred_by"));
        node
    }

    /// A conferral.
    pub(crate) fn conferral(&mut self, record: &Conferral, at: RecordPath<'_>) -> Option<Node> {
        let award = self.required(&record.award, RecordType::Award, at.field("award"));
        let recipient = self.place(&record.recipient, Accept::Anything, at.field("recipient"))?;
        let event = record.conferred_at.as_ref().and_then(|event| self.event_ref(event, at.field("conferred_at")));
        let node = self.conferral_node(record, &recipient, event.as_ref());
        self.out.class(&node, pact::AwardConferral);
        self.out.link(&node, pact::award, &award?);
        self.out.link(&node, pact::recipient, &recipient.node);
        if let Some(tier) = record.tier {
            self.out.concept(&node, pact::tier, vocab::CODE, tier.as_str());
        }
        if let Some(position) = record.position {
            self.out.integer(&node, schema::position, u64::from(position));
        }
        if let Some(counterpart) = &record.for_tie_with
            && let Some(counterpart) = self.place(counterpart, Accept::Places, at.field("for_tie_with"))
        {
            self.out.link(&node, pact::forTieWith, &counterpart.node);
        }
        if let Some(event) = event {
            self.out.link(&node, pact::conferredAt, &event.node);
        }
        self.out.date(&node, pact::conferredOn, record.conferred_on);
        self.out.bounds(&node, record.conferred_on, None);
        self.agents(&node, pact::conferredBy, record.conferred_by.as_ref(), at.field("conferred_by"));
        Some(node)
    }

    pub(crate) fn conferral_node(
        &self,
        record: &Conferral,
        recipient: &Target<'_>,
        event: Option<&Target<'_>>,
    ) -> Node {
        let path = self.run.base.path("conferral").segment(&record.award);
        Node::Iri(self.occasion(path, event, record.conferred_on).key(&recipient.key).finish())
    }

    /// A transport service with its stops in order.
    pub(crate) fn service(&mut self, record: &Service, at: RecordPath<'_>) -> Option<Node> {
        let stops_at = at.field("stops");
        let stops: Option<Vec<Target<'_>>> = record
            .stops
            .iter()
            .enumerate()
            .map(|(i, stop)| self.place(stop, Accept::Places, stops_at.index(i)))
            .collect();
        let stops = stops?;
        let mode = record.mode.map_or("any", Mode::as_str);
        let path = self.run.base.path("service").fixed(mode).keys(stops.iter().map(|stop| &stop.key));
        let node = Node::Iri(path.finish());
        self.out.class(&node, pact::TransportService);
        self.out.names(&node, record.names.as_ref());
        if let Some(mode) = record.mode {
            self.out.concept(&node, pact::mode, vocab::CODE, mode.as_str());
        }
        self.stops(&node, &stops);
        self.out.date(&node, schema::startDate, record.opened_on);
        self.out.bounds(&node, record.opened_on, None);
        if let Some(operator) = &record.operator
            && let Some(operator) = self.agent(operator, Role::Body, at.field("operator"))
        {
            self.out.link(&node, schema::provider, &operator.node);
        }
        Some(node)
    }

    fn stops(&mut self, service: &Node, stops: &[Target<'_>]) {
        let list = Node::Iri(iri::fragment(service.as_str(), "stops", []));
        self.out.link(service, pact::stops, &list);
        self.out.class(&list, schema::ItemList);
        for (i, stop) in stops.iter().enumerate() {
            let key = Key::Minted((i + 1).to_string());
            let item = Node::Iri(iri::fragment(service.as_str(), "stop", [&key]));
            self.out.link(&list, schema::itemListElement, &item);
            self.out.class(&item, schema::ListItem);
            self.out.integer(&item, schema::position, i as u64 + 1);
            self.out.link(&item, schema::item, &stop.node);
        }
    }

    /// A consulate or a visa centre.
    pub(crate) fn post(&mut self, record: &Post, at: RecordPath<'_>) -> Option<Node> {
        let sending = self.place(&record.sending_state, Accept::Places, at.field("sending_state"));
        let location = self.place(&record.location, Accept::Places, at.field("location"))?;
        let sending = sending?;
        let path = self.run.base.path("post").fixed(record.kind.as_str()).key(&sending.key).key(&location.key);
        let node = Node::Iri(path.finish());
        self.out.class(&node, pact::DiplomaticPost);
        self.out.concept(&node, pact::postKind, vocab::CODE, record.kind.as_str());
        self.out.link(&node, pact::sendingState, &sending.node);
        self.out.link(&node, schema::location, &location.node);
        self.out.date(&node, schema::startDate, record.opened_on);
        self.out.bounds(&node, record.opened_on, None);
        Some(node)
    }

    /// A project.
    pub(crate) fn project(&mut self, record: &Project, at: RecordPath<'_>) -> Option<Node> {
        let name = record.id.as_deref().or(record.names.first()).unwrap_or_default();
        let node = self.run.by_id("project", name);
        self.out.class(&node, schema::Project);
        self.out.names(&node, Some(&record.names));
        if let Some(parties) = &record.parties {
            let parties = self.parties(parties, Accept::Agents, 0, at.field("parties"))?;
            parties.iter().for_each(|party| self.out.link(&node, schema::participant, &party.node));
        }
        if let Some(location) = &record.location
            && let Some(location) = self.place(location, Accept::Places, at.field("location"))
        {
            self.out.link(&node, schema::location, &location.node);
        }
        self.out.date(&node, schema::startDate, record.start);
        self.out.date(&node, schema::endDate, record.end);
        self.out.bounds(&node, record.start, record.end);
        self.topics(&node, record.topics.as_deref());
        Some(node)
    }

    /// A finding on facts. It names the document it was drawn from, where it has one.
    pub(crate) fn assessment(&mut self, record: &Assessment, at: RecordPath<'_>) -> Node {
        let node = self.assessment_node(record);
        self.out.class(&node, pact::Assessment);
        let OneOrMany(assessed) = &record.assesses;
        for (i, id) in assessed.iter().enumerate() {
            let list = at.field("assesses");
            if let Some(fact) = self.any_record(id, list.item(i, assessed.len())) {
                self.out.link(&node, pact::assesses, &fact);
            }
        }
        self.out.concept(&node, pact::verdict, vocab::CODE, record.verdict.as_str());
        if let Some(by) = &record.by {
            self.out.text(&node, schema::author, None, by);
        }
        self.out.date(&node, dcterms::created, record.on);
        if let Some(doc) = self.doc.filter(|_| record.source.is_some()) {
            self.out.link(&node, prov::wasDerivedFrom, &doc.node);
        }
        node
    }

    fn assessment_node(&self, record: &Assessment) -> Node {
        if let Some(id) = &record.id {
            return self.run.by_id("assessment", id);
        }
        let mut assessed: Vec<&str> = record.assesses.0.iter().map(String::as_str).collect();
        assessed.sort_unstable();
        let hash = iri::hash([Verdict::as_str(record.verdict)].into_iter().chain(assessed));
        self.run.by_key("assessment", &Key::Minted(hash))
    }

    /// Topics: the scheme's concept where it has one of that slug or label, else the text itself.
    pub(crate) fn topics(&mut self, node: &Node, topics: Option<&[String]>) {
        for topic in topics.into_iter().flatten() {
            match self.memory.topic(topic) {
                Some(concept) => self.out.iri(node, schema::keywords, concept),
                None => self.out.text(node, schema::keywords, None, topic),
            }
        }
    }
}
