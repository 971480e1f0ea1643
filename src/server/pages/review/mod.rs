//! What documents disagree about: what people assessed, and what conflict rules find. Every value is shown, none is picked.

mod form;
mod verdict;

pub use verdict::post;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use maud::{Markup, html};
use oxrdf::{NamedNode, Term};

use super::data::{Reading, Row, Rows, Slot};
use super::labels::{Label, Names};
use super::layout::Page;
use super::literal;
use super::place::figure_value;
use super::show::{self, Part};
use super::thing;
use super::view::View;
use crate::check::{Claim, Conflict};
use crate::server::http::problem::Problem;

/// Entries of a page.
const ENTRIES: usize = 50;
/// Quotes of each who say a thing.
const QUOTES: usize = 3;

const ASSESSMENTS: &str = "SELECT ?assessment ?verdict ?note ?by ?on ?assessed ?about WHERE {
  ?assessment a pact:Assessment ; pact:assesses ?assessed .
  # What rules say is found anew.
  FILTER NOT EXISTS { ?assessment pact:rule ?rule }
  OPTIONAL { ?assessment schema:author ?by }
  OPTIONAL { ?assessment dcterms:created ?on }
  OPTIONAL { ?assessment pact:verdict ?verdict }
  OPTIONAL { ?assessment skos:note ?note }
  OPTIONAL { ?assessed schema:observationAbout ?about }
} ORDER BY ?assessment ?assessed LIMIT 5000";

/// What assessed things say, and in which document.
const ASSESSED: &str = "SELECT DISTINCT ?figure ?class ?variable ?value ?rank ?asOf ?due ?scope ?document WHERE {
  VALUES ?figure { $figures }
  GRAPH ?graph {
    ?figure a ?class .
    OPTIONAL { ?figure schema:variableMeasured ?variable }
    OPTIONAL { ?figure schema:value ?value }
    OPTIONAL { ?figure pact:rank ?rank }
    OPTIONAL { ?figure pact:asOf ?asOf }
    OPTIONAL { ?figure pact:dueBy ?due }
    OPTIONAL { ?figure pact:scope ?scope }
  }
  OPTIONAL { ?graph prov:wasDerivedFrom ?document }
} ORDER BY ?variable STR(?asOf) STR(?due) ?figure";

/// The conflicts of a state, found once.
#[derive(Default)]
pub struct Found(Mutex<Option<(u64, Arc<[Conflict]>)>>);

impl Found {
    /// Forgets them.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The conflicts of the state that `find` looks through, which `epoch` stands for. Others who ask meanwhile wait.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn get(
        &self,
        epoch: u64,
        find: impl FnOnce() -> Result<Vec<Conflict>, Problem>,
    ) -> Result<Arc<[Conflict]>, Problem> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = last.as_ref().filter(|(of, _)| *of == epoch) {
            return Ok(Arc::clone(found));
        }
        let found: Arc<[Conflict]> = find()?.into();
        *last = Some((epoch, Arc::clone(&found)));
        Ok(found)
    }
}

/// An assessment by a person.
#[derive(Default)]
struct Assessment<'r> {
    verdict: Option<&'r str>,
    notes: Vec<&'r oxrdf::Literal>,
    by: Option<&'r str>,
    on: Option<&'r str>,
    assessed: BTreeSet<&'r str>,
    about: BTreeSet<&'r str>,
}

/// The page: all of it, or what is about one thing.
///
/// # Errors
/// Those of [`Reading::ask`] and of [`crate::check::conflicts`].
pub fn page(reading: &Reading<'_>, view: &View) -> Result<Page, Problem> {
    let texts = view.texts();
    let about = view.parameter("about");
    let rows = reading.ask(ASSESSMENTS, &[])?;
    let found = reading.conflicts()?;
    let conflicts: Vec<&Conflict> = found.iter().filter(|conflict| concerns(conflict, about)).collect();
    // A verdict that the page took stands with its conflict, and there alone.
    let with_conflicts: BTreeSet<String> =
        conflicts.iter().map(|conflict| verdict::node(conflict).into_string()).collect();
    let mut assessments = assessments(&rows, about);
    assessments.retain(|(assessment, _)| !with_conflicts.contains(*assessment));
    let part = Part::of(view, ENTRIES, assessments.len() + conflicts.len());
    let shown: Vec<_> = assessments.iter().skip(part.offset()).take(ENTRIES).collect();
    let before = part.offset().saturating_sub(assessments.len());
    let compared = &conflicts[before.min(conflicts.len())..(before + ENTRIES - shown.len()).min(conflicts.len())];
    let nodes: Vec<NamedNode> =
        shown.iter().flat_map(|(_, one)| &one.assessed).filter_map(|iri| NamedNode::new(*iri).ok()).collect();
    let figures =
        if nodes.is_empty() { Rows::default() } else { reading.ask(ASSESSED, &[("figures", Slot::Nodes(&nodes))])? };
    let mut names = Names::new(reading, view.labels);
    let of_rows = ["variable", "document"].into_iter().flat_map(|name| figures.iris(name));
    let of_assessments =
        shown.iter().flat_map(|(_, one)| one.assessed.iter().chain(&one.about).copied().chain(one.verdict));
    names.learn(of_rows.chain(of_assessments).chain(about))?;
    names.learn(compared.iter().flat_map(|conflict| iris(conflict)))?;
    let main = html! {
        h1 { (texts.review.title) }
        p.lead { (texts.review.lead) }
        @if let Some(about) = about {
            p { (texts.review.subject) ": " (show::link(&names, view, about)) " · " a href=(view.at("/review")) { (texts.common.all) } }
        }
        @if part.all == 0 { section.notice { p { (texts.review.nothing) } } }
        @if !shown.is_empty() {
            h2 { (texts.review.assessed) }
            @for (assessment, one) in &shown { (assessed(&names, view, assessment, one, &figures)) }
        }
        @if !compared.is_empty() {
            h2 { (texts.review.conflicts) }
            @for conflict in compared { (disagreement(&names, view, conflict, reading.takes_reviews())) }
        }
        (part.pager(view))
    };
    Ok(Page::titled(texts.review.title, view, main))
}

fn assessments<'r>(rows: &'r Rows, about: Option<&str>) -> Vec<(&'r str, Assessment<'r>)> {
    let mut found: BTreeMap<&str, Assessment<'r>> = BTreeMap::new();
    for row in rows.iter() {
        let Some(assessment) = row.iri("assessment") else { continue };
        let one = found.entry(assessment).or_default();
        one.verdict = one.verdict.or(row.iri("verdict"));
        one.by = one.by.or(row.text("by"));
        one.on = one.on.or(row.text("on"));
        if let Some(note) = row.literal("note").filter(|note| !one.notes.contains(note)) {
            one.notes.push(note);
        }
        one.assessed.extend(row.iri("assessed"));
        one.about.extend(row.iri("about"));
    }
    let concerns =
        |one: &Assessment<'_>| about.is_none_or(|about| one.about.contains(about) || one.assessed.contains(about));
    found.into_iter().filter(|(_, one)| concerns(one)).collect()
}

fn assessed(names: &Names<'_>, view: &View, assessment: &str, one: &Assessment<'_>, figures: &Rows) -> Markup {
    let texts = view.texts();
    let subjects = if one.about.is_empty() { &one.assessed } else { &one.about };
    let mut seen = BTreeSet::new();
    let rows: Vec<Markup> = figures
        .iter()
        .filter(|row| row.iri("figure").is_some_and(|figure| one.assessed.contains(figure)))
        .filter(|row| seen.insert((row.iri("figure"), row.iri("document"))))
        .map(|row| figure(names, view, row))
        .collect();
    let heads = [texts.common.figure, texts.common.value, texts.common.as_of, texts.common.scope, texts.common.source];
    html! {
        article.review {
            h3 {
                @for (at, subject) in subjects.iter().enumerate() { @if at > 0 { " · " } (show::link(names, view, subject)) }
            }
            p {
                (texts.review.verdict) ": "
                @match one.verdict { Some(verdict) => (show::tag(names, view, verdict)), None => (texts.common.unknown) }
                (form::signed(view, one.by, one.on))
                " " a href=(match view.target(assessment) { super::address::Target::Here(address) => address, _ => view.at("/review") }) {
                    small { (view.texts().class("pact:Assessment").unwrap_or_default()) }
                }
            }
            @for note in &one.notes { p { (literal::literal(note)) } }
            (show::table(&about(names, subjects), &heads, &rows))
        }
    }
}

/// What a table of figures is about.
fn about(names: &Names<'_>, subjects: &BTreeSet<&str>) -> String {
    subjects.iter().map(|subject| names.get(subject).text).collect::<Vec<_>>().join(", ")
}

fn figure(names: &Names<'_>, view: &View, row: Row<'_>) -> Markup {
    let figure = row.iri("figure").unwrap_or_default();
    let has_value = row.text("value").or_else(|| row.text("rank")).is_some();
    html! {
        tr {
            th scope="row" {
                @if let Some(variable) = row.iri("variable") { (show::tag(names, view, variable)) }
                @else { (show::link(names, view, figure)) }
            }
            td.number {
                @if has_value { (show::named_link(view, figure, &Label::own(figure_value(view, row), view.language))) } @else { "–" }
            }
            td { @if let Some(date) = row.text("asOf").or_else(|| row.text("due")) { (literal::date(date)) } }
            td { @if let Some(scope) = row.literal("scope") { (literal::literal(scope)) } }
            td { @if let Some(document) = row.iri("document") { (show::named_link(view, document, &thing::short(&names.get(document), 28))) } }
        }
    }
}

fn concerns(conflict: &Conflict, about: Option<&str>) -> bool {
    let Some(about) = about else { return true };
    let is_about = |term: &Term| node(term) == Some(about);
    let finding = &conflict.finding;
    is_about(&finding.about)
        || finding.key.iter().any(|(_, term)| is_about(term))
        || finding.said.iter().any(|said| is_about(&said.fact))
}

fn node(term: &Term) -> Option<&str> {
    match term {
        Term::NamedNode(node) => Some(node.as_str()),
        _ => None,
    }
}

fn iris(conflict: &Conflict) -> impl Iterator<Item = &str> {
    let finding = &conflict.finding;
    let of_claims = conflict.claims.iter().flat_map(|claim| {
        let documents = claim.told.iter().map(|told| told.origin.document.as_deref());
        let terms = [claim.said.value.as_ref(), Some(&claim.said.fact), claim.quantifier.as_ref()];
        terms.into_iter().flatten().map(node).chain(documents)
    });
    let verdicts = conflict.reviews.iter().map(|review| &review.verdict).chain([&finding.verdict]);
    [node(&finding.about)].into_iter().chain(of_claims).flatten().chain(verdicts.map(NamedNode::as_str))
}

/// Facts that cannot all be right, each with who says it, and what was made of them.
fn disagreement(names: &Names<'_>, view: &View, conflict: &Conflict, takes_reviews: bool) -> Markup {
    let texts = view.texts();
    let tag = view.language.tag();
    let rows: Vec<Markup> = conflict.claims.iter().map(|claim| said(names, view, claim)).collect();
    html! {
        article.review id=(form::anchor(conflict)) {
            h3 { (show::term(names, view, &conflict.finding.about)) }
            p { span.tag { (conflict.title(tag)) } " " (conflict.sentence(tag)) }
            p {
                (texts.review.verdict) ": "
                @match conflict.reviews.first() {
                    Some(review) => {
                        (show::tag(names, view, review.verdict.as_str()))
                        (form::signed(view, review.by.as_deref(), review.at.as_deref()))
                    }
                    None => { (show::tag(names, view, conflict.finding.verdict.as_str())) " " small { (texts.review.by_rule) } }
                }
            }
            @for note in conflict.reviews.first().iter().flat_map(|review| &review.notes) { p { (literal::literal(note)) } }
            (show::table(conflict.title(tag), &[texts.common.value, texts.common.source, texts.common.quote], &rows))
            @if takes_reviews { (form::form(view, conflict)) }
        }
    }
}

/// A fact with all who say it.
fn said(names: &Names<'_>, view: &View, claim: &Claim) -> Markup {
    let quotes = claim.told.iter().flat_map(|told| told.quotes.iter().take(QUOTES));
    let quotes: Vec<_> = quotes.map(|(quote, ..)| (quote.clone(), None)).collect();
    let value = claim.said.value.as_ref().unwrap_or(&claim.said.fact);
    html! {
        tr {
            th scope="row" {
                (show::term(names, view, value))
                @if let Some(Term::Literal(when)) = &claim.said.when { " " small { (literal::date(when.value())) } }
                @if let Some(quantifier) = &claim.quantifier { " " small { (show::term(names, view, quantifier)) } }
            }
            td.source {
                @for told in &claim.told {
                    div {
                        @match &told.origin.document {
                            Some(document) => (show::link(names, view, document)),
                            None => span.quiet { (told.origin.name()) },
                        }
                    }
                }
            }
            td.words { (show::quotes(view, &quotes)) }
        }
    }
}
