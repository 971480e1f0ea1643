//! What records of every type share: modality, note, evidence, confidence.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::context::{Context, RecordPath};
use super::emit::Node;
use super::iri;
use super::run::Document;
use crate::record::{
    Agreement, Alliance, Assessment, Award, Conferral, Count, Declaration, Event, Evidence, Modality, Organization,
    Person, Place, Post, Project, Rank, Service, Source, Target, Text, Tie,
};
use crate::vocab::{self, dcterms, oa, pact, rdf, skos};

/// What the fragments of cells conform to, as Web Annotation names it (§4.2.1).
const RFC_7111: &str = "http://tools.ietf.org/rfc/rfc7111";

/// The fields common to all types of records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Common<'r> {
    pub(crate) evidence: &'r [Evidence],
    pub(crate) confidence: Option<f64>,
    pub(crate) modality: Option<Modality>,
    pub(crate) note: Option<&'r Text>,
}

macro_rules! common {
    ($($name:ident),+) => {$(
        impl<'r> From<&'r $name> for Common<'r> {
            fn from(record: &'r $name) -> Self {
                Self {
                    evidence: &record.evidence,
                    confidence: record.confidence,
                    modality: record.modality,
                    note: record.note.as_ref(),
                }
            }
        }
    )+};
}

common!(
    Source,
    Place,
    Organization,
    Person,
    Event,
    Tie,
    Agreement,
    Alliance,
    Award,
    Conferral,
    Declaration,
    Count,
    Rank,
    Target,
    Service,
    Post,
    Project,
    Assessment
);

impl<'m> Context<'m> {
    /// Modality and note beside the node, evidence and confidence in the document's provenance.
    pub(crate) fn common(&mut self, common: Common<'_>, node: &Node, at: RecordPath<'_>) {
        if let Some(modality) = common.modality.filter(|modality| *modality != Modality::Done) {
            self.out.concept(node, pact::modality, vocab::CODE, modality.as_str());
        }
        self.out.texts(node, skos::note, common.note);
        if common.evidence.is_empty() && common.confidence.is_none() {
            return;
        }
        let Some(doc) = self.doc else {
            let remedy = "name the source that the evidence is from";
            return self.error(at.field("evidence"), "evidence needs a source, and the record has none", remedy);
        };
        self.within_graph(&doc.provenance, |this| this.evidence(common, node, doc));
    }

    fn evidence(&mut self, common: Common<'_>, node: &Node, doc: &Document) {
        for evidence in common.evidence {
            self.annotation(node, doc, Some(evidence), common.confidence);
        }
        if common.evidence.is_empty() {
            self.annotation(node, doc, None, common.confidence);
        }
    }

    /// One annotation of the node with what the document says of it; without a quote it points at the document as a whole.
    fn annotation(&mut self, node: &Node, doc: &Document, evidence: Option<&Evidence>, confidence: Option<f64>) {
        let label = annotation_hash(node, doc, evidence);
        let annotation = Node::Iri(self.run.base.path("evidence").segment(&doc.id).fixed(&label).finish());
        let target = part("t", &label);
        self.out.class(&annotation, oa::Annotation);
        self.out.link(&annotation, oa::hasBody, node);
        self.out.link(&annotation, oa::hasTarget, &target);
        if let Some(confidence) = confidence {
            self.out.decimal(&annotation, pact::confidence, confidence);
        }
        self.out.class(&target, oa::SpecificResource);
        self.out.link(&target, oa::hasSource, &doc.node);
        if let Some(evidence) = evidence {
            self.quote(&target, &label, evidence);
            self.position(&target, &label, evidence);
            self.cell(&target, &label, evidence);
        }
    }

    fn quote(&mut self, target: &Node, label: &str, evidence: &Evidence) {
        let quote = part("q", label);
        self.out.link(target, oa::hasSelector, &quote);
        self.out.class(&quote, oa::TextQuoteSelector);
        self.out.string(&quote, oa::exact, &evidence.quote);
        for (predicate, text) in [(oa::prefix, &evidence.prefix), (oa::suffix, &evidence.suffix)] {
            text.iter().for_each(|text| self.out.string(&quote, predicate, text));
        }
    }

    fn cell(&mut self, target: &Node, label: &str, evidence: &Evidence) {
        let Some(fragment) = cell_fragment(evidence) else { return };
        let cell = part("c", label);
        self.out.link(target, oa::hasSelector, &cell);
        self.out.class(&cell, oa::FragmentSelector);
        self.out.string(&cell, rdf::value, &fragment);
        if evidence.sheet.is_none() {
            self.out.iri(&cell, dcterms::conformsTo, RFC_7111);
        }
    }

    fn position(&mut self, target: &Node, label: &str, evidence: &Evidence) {
        if evidence.start.is_none() && evidence.end.is_none() {
            return;
        }
        let position = part("p", label);
        self.out.link(target, oa::hasSelector, &position);
        self.out.class(&position, oa::TextPositionSelector);
        for (predicate, offset) in [(oa::start, evidence.start), (oa::end, evidence.end)] {
            offset.iter().for_each(|offset| self.out.integer(&position, predicate, u64::from(*offset)));
        }
    }
}

/// A blank node that is part of the annotation with this label.
fn part(mark: &str, label: &str) -> Node {
    Node::Blank([mark, label].concat())
}

/// The fragment of a cell (RFC 7111, §2.3: rows and columns from 1), or of its row alone; a file of several sheets has the
/// sheet's name before it, percent-encoded.
pub(crate) fn cell_fragment(evidence: &Evidence) -> Option<String> {
    let place = match (evidence.row?, evidence.column) {
        (row, Some(column)) => format!("cell={row},{column}"),
        (row, None) => format!("row={row}"),
    };
    Some(match &evidence.sheet {
        Some(sheet) => format!("sheet={}&{place}", utf8_percent_encode(sheet, NON_ALPHANUMERIC)),
        None => place,
    })
}

/// The document is part of the hash, since blank nodes are labelled by it too.
fn annotation_hash(node: &Node, doc: &Document, evidence: Option<&Evidence>) -> String {
    let offset = |offset: Option<u32>| offset.map(|offset| offset.to_string()).unwrap_or_default();
    let start = offset(evidence.and_then(|evidence| evidence.start));
    let end = offset(evidence.and_then(|evidence| evidence.end));
    let quote = evidence.map_or("", |evidence| &evidence.quote);
    let cell = evidence.and_then(cell_fragment).unwrap_or_default();
    let parts = [node.as_str(), &doc.id, quote, &start, &end, &cell];
    // What has no cell keeps the name that it had before there were cells.
    iri::hash(parts.into_iter().take(if cell.is_empty() { 5 } else { 6 }))
}
