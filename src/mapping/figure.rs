//! Figures that a document states: counts, ranks, targets.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::agent::Role;
use super::context::{Context, RecordPath};
use super::emit::Node;
use super::iri::Path;
use super::reference::{Accept, Target};
use crate::record::{Count, Date, PlaceRef, Quantifier, Rank, RecordType, Text};
use crate::vocab::{self, pact, schema};

/// What makes one figure another than the rest of its document's.
struct Figure<'f> {
    about: &'f Target<'f>,
    variable: &'f str,
    date: Option<Date>,
    scope: Option<&'f Text>,
    /// `rank`, `target`; nothing for a count.
    sort: Option<&'static str>,
    value: u64,
}

/// The hash under which figures of one key meet.
pub(crate) fn key_hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

impl<'m> Context<'m> {
    fn figure_path(&self, figure: &Figure<'_>) -> Path {
        let date = figure.date.map_or_else(|| "undated".to_owned(), |date| date.to_string());
        let path = self.run.base.path("claim").segment(self.doc_id()).segment(figure.variable);
        let path = path.key(&figure.about.key).fixed(&date);
        let path = match figure.scope.and_then(Text::first) {
            Some(scope) => path.segment_unlike(scope, taken),
            None => path,
        };
        figure.sort.into_iter().fold(path, Path::fixed)
    }

    /// The node of a figure; where its document states several under one key, the value is part of it.
    fn figure_node(&mut self, figure: &Figure<'_>) -> Node {
        let path = self.figure_path(figure);
        let hash = key_hash(path.as_str());
        if let Some(figures) = &mut self.findings.figures {
            figures.push((hash, figure.value));
        }
        let valued = self.run.conflicts.contains(&hash);
        Node::Iri(if valued { path.fixed(&figure.value.to_string()).finish() } else { path.finish() })
    }

    fn figure(&mut self, figure: &Figure<'_>, class: oxrdf::NamedNodeRef<'_>, at: RecordPath<'_>) -> Node {
        let node = self.figure_node(figure);
        self.out.class(&node, class);
        self.out.link(&node, schema::observationAbout, &figure.about.node);
        self.variable(&node, figure.variable, at.field("variable"));
        self.out.texts(&node, pact::scope, figure.scope);
        node
    }

    fn variable(&mut self, node: &Node, slug: &str, at: RecordPath<'_>) {
        let iri = vocab::VARIABLE.trim_end_matches('/');
        let iri = super::iri::under(iri).segment(slug).finish();
        if !super::scheme::is_variable(&iri) {
            let remedy = "take one of the scheme's variables where one fits; else nothing need be done";
            self.warn(at, format!("`{slug}` is a new variable"), remedy);
        }
        self.out.iri(node, schema::variableMeasured, &iri);
    }

    /// A count.
    pub(crate) fn count(&mut self, record: &Count, at: RecordPath<'_>) -> Option<Node> {
        let about = self.about(&record.about, at)?;
        let figure = Figure {
            about: &about,
            variable: &record.variable,
            date: Some(record.as_of),
            scope: record.scope.as_ref(),
            sort: None,
            value: record.value,
        };
        let node = self.figure(&figure, pact::CountObservation, at);
        self.out.integer(&node, schema::value, record.value);
        self.out.date(&node, pact::asOf, Some(record.as_of));
        self.out.bounds(&node, Some(record.as_of), None);
        self.out.concept(&node, pact::asOfBasis, vocab::CODE, record.as_of_basis.as_str());
        self.quantifier(&node, record.quantifier);
        if let Some(whole) = &record.breakdown_of
            && let Some(whole) = self.required(whole, RecordType::Count, at.field("breakdown_of"))
        {
            self.out.link(&node, pact::breakdownOf, &whole);
        }
        Some(node)
    }

    /// A rank.
    pub(crate) fn rank(&mut self, record: &Rank, at: RecordPath<'_>) -> Option<Node> {
        let about = self.about(&record.about, at)?;
        let figure = Figure {
            about: &about,
            variable: &record.variable,
            date: record.as_of,
            scope: record.scope.as_ref(),
            sort: Some("rank"),
            value: record.rank,
        };
        let node = self.figure(&figure, pact::RankObservation, at);
        self.out.integer(&node, pact::rank, record.rank);
        if let Some(among) = record.among {
            self.out.integer(&node, pact::rankedAmong, among);
        }
        self.out.date(&node, pact::asOf, record.as_of);
        self.out.bounds(&node, record.as_of, None);
        if let Some(basis) = record.as_of_basis {
            self.out.concept(&node, pact::asOfBasis, vocab::CODE, basis.as_str());
        }
        Some(node)
    }

    /// A target.
    pub(crate) fn target(&mut self, record: &crate::record::Target, at: RecordPath<'_>) -> Option<Node> {
        let about = self.about(&record.about, at)?;
        let figure = Figure {
            about: &about,
            variable: &record.variable,
            date: record.due_by,
            scope: record.scope.as_ref(),
            sort: Some("target"),
            value: record.value,
        };
        let node = self.figure(&figure, pact::Target, at);
        self.out.integer(&node, schema::value, record.value);
        self.out.date(&node, pact::dueBy, record.due_by);
        self.out.bounds(&node, record.due_by, None);
        self.quantifier(&node, record.quantifier);
        if let Some(setter) = &record.set_by
            && let Some(setter) = self.agent(setter, Role::Body, at.field("set_by"))
        {
            self.out.link(&node, pact::setBy, &setter.node);
        }
        Some(node)
    }

    fn about<'r>(&mut self, about: &'r PlaceRef, at: RecordPath<'_>) -> Option<Target<'r>> {
        self.place(about, Accept::Anything, at.field("about"))
    }

    fn quantifier(&mut self, node: &Node, quantifier: Option<Quantifier>) {
        let quantifier = quantifier.unwrap_or(Quantifier::Exact);
        self.out.concept(node, pact::quantifier, vocab::CODE, quantifier.as_str());
    }
}

/// Segments that stand after the date of a figure by our own making.
fn taken(scope: &str) -> bool {
    matches!(scope, "rank" | "target") || (!scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_digit()))
}
