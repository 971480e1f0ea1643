//! Documents: their description, and the run that extracted their records.

use iri_string::types::IriStr;

use super::agent::Role;
use super::context::{Context, RecordPath};
use super::emit::{Emitter, Node};
use super::iri::Key;
use super::run::{Document, Run};
use crate::rdf::{QuadSink, canonical_tag};
use crate::record::{AgentRef, OneOrMany, RecordType, Reference, Source};
use crate::vocab::{self, dcterms, pact, prov, schema};

impl<'m> Context<'m> {
    /// A source document, in its provenance graph.
    pub(crate) fn source(&mut self, record: &Source, at: RecordPath<'_>) -> Node {
        let node = self.run.by_id("doc", &record.id);
        self.out.class(&node, schema::NewsArticle);
        self.out.texts(&node, schema::headline, record.title.as_ref());
        self.address(&node, schema::url, record.url.as_deref());
        if let Some(publisher) = &record.publisher {
            self.credit(&node, schema::publisher, publisher, Role::Body, at.field("publisher"));
        }
        let authors = record.authors.as_ref().map_or(&[][..], |OneOrMany(authors)| authors);
        for (i, author) in authors.iter().enumerate() {
            self.credit(&node, schema::author, author, Role::Person, at.field("authors").item(i, authors.len()));
        }
        self.out.date(&node, schema::datePublished, record.published);
        self.out.bounds(&node, record.published, None);
        self.out.date(&node, pact::retrievedOn, record.retrieved);
        self.out.string(&node, schema::inLanguage, &canonical_tag(&record.language));
        self.source_details(&node, record, at);
        node
    }

    fn source_details(&mut self, node: &Node, record: &Source, at: RecordPath<'_>) {
        if let Some(condition) = record.text_condition {
            self.out.concept(node, pact::textCondition, vocab::CODE, condition.as_str());
        }
        for (predicate, text) in [(schema::sha256, &record.sha256), (dcterms::source, &record.file)] {
            text.iter().for_each(|text| self.out.string(node, predicate, text));
        }
        self.address(node, schema::license, record.license.as_deref());
        if let Some(id) = record.source.as_deref().filter(|id| *id != record.id)
            && let Some(original) = self.required(id, RecordType::Source, at.field("source"))
        {
            self.out.link(node, prov::wasDerivedFrom, &original);
        }
    }

    /// An address: an IRI where it is an absolute one, else the text.
    fn address(&mut self, node: &Node, predicate: oxrdf::NamedNodeRef<'_>, address: Option<&str>) {
        match address {
            Some(iri) if IriStr::new(iri).is_ok() => self.out.iri(node, predicate, iri),
            Some(text) => self.out.string(node, predicate, text),
            None => {}
        }
    }

    /// Who published or wrote it: a node where an id matches or it is described, else the text as it stands.
    fn credit(
        &mut self,
        node: &Node,
        predicate: oxrdf::NamedNodeRef<'_>,
        who: &AgentRef,
        role: Role,
        at: RecordPath<'_>,
    ) {
        if let Reference::Id(text) = who
            && !self.is_agent(text)
        {
            if self.can_be_written(text, at) {
                self.out.text(node, predicate, None, text);
            }
            return;
        }
        if let Some(target) = self.agent(who, role, at) {
            self.out.link(node, predicate, &target.node);
        }
    }

    fn is_agent(&self, id: &str) -> bool {
        use RecordType::{Alliance, Organization, Person, Place};
        matches!(self.run.ids.kind(id), Some(Organization | Person | Place | Alliance))
    }
}

/// Writes what every document has: where its graph comes from, and by what run. `file` is the input's name where no
/// source record describes the document.
pub fn describe_document(run: &Run<'_>, doc: &Document, file: Option<&str>, sink: &mut dyn QuadSink) {
    let mut out = Emitter::new(sink, &doc.provenance, None);
    let graph = Node::Iri(doc.graph.clone());
    let extraction = run.by_key("run", &Key::Id(doc.id.as_str().into()));
    out.link(&graph, prov::wasDerivedFrom, &doc.node);
    out.link(&graph, prov::wasGeneratedBy, &extraction);
    out.class(&extraction, prov::Activity);
    out.link(&extraction, prov::used, &doc.node);
    if let Some(file) = file {
        out.class(&doc.node, schema::CreativeWork);
        out.string(&doc.node, dcterms::source, file);
    }
}
