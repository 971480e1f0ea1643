//! What checks found, for people and, in `report/json.rs`, for programs.

mod json;

use std::fmt::Display;
use std::io::{self, Write};

use oxrdf::{Literal, NamedNode, Term};

use super::conflicts::{Claim, Conflict, of_vocabulary};
use super::evidence::{EvidenceFinding, EvidenceReport, Problem};
use super::shapes::Finding;
use super::validation::ShapesReport;
use super::words;
use crate::ontology;
use crate::output::Style;
use crate::vocab::sh;

pub use json::json;

/// What checks found, as far as they were asked for.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// By shapes.
    pub shapes: Option<ShapesReport>,
    /// In the texts.
    pub evidence: Option<EvidenceReport>,
    /// Between documents.
    pub conflicts: Option<Vec<Conflict>>,
}

/// How a report is written for people.
#[derive(Debug, Clone)]
pub struct Written {
    /// Colours, prefixes and labels.
    pub style: Style,
    /// Language of messages (BCP 47), where shapes have them in several.
    pub language: String,
    /// Cases of one message that are told; the others are counted.
    pub most: usize,
}

impl Report {
    /// How many findings break the contract: violations of shapes, quotes that do not stand, texts that cannot be read.
    pub fn faults(&self) -> usize {
        let shapes = self.shapes.iter().flat_map(|report| &report.findings);
        let violations = shapes.filter(|finding| finding.severity == sh::Violation).count();
        let evidence = self.evidence.as_ref().map_or(0, |report| report.findings.len() + report.unreadable.len());
        violations + evidence
    }

    /// How many other findings there are: for a person to look at.
    pub fn remarks(&self) -> usize {
        let shapes = self.shapes.iter().flat_map(|report| &report.findings);
        let others = shapes.filter(|finding| finding.severity != sh::Violation).count();
        let without = self.evidence.as_ref().map_or(0, |report| report.without_text.len());
        others + without + self.conflicts.as_ref().map_or(0, Vec::len)
    }

    /// The terms that labels would help with.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        let shapes = self.shapes.iter().flat_map(|report| &report.findings);
        let conflicts = self.conflicts.iter().flatten();
        let in_conflicts = conflicts.flat_map(|conflict| {
            std::iter::once(&conflict.finding.about)
                .chain(conflict.claims.iter().filter_map(|claim| claim.said.value.as_ref()))
        });
        shapes.flat_map(|finding| std::iter::once(&finding.focus).chain(&finding.value)).chain(in_conflicts)
    }
}

/// Puts before the messages of each finding what they are in a language (BCP 47), where the table has that: so that every
/// format of a report speaks it.
pub fn speak(report: &mut ShapesReport, language: &str) {
    let tag = ontology::LANGUAGES[ontology::language(language)];
    for finding in &mut report.findings {
        let has =
            finding.messages.iter().any(|message| message.language().is_some_and(|own| own.eq_ignore_ascii_case(tag)));
        let told = finding.messages.iter().find_map(|message| {
            let told = words::told(message.value(), language);
            (told != message.value()).then(|| Literal::new_language_tagged_literal_unchecked(told, tag))
        });
        if let Some(told) = told.filter(|_| !has) {
            finding.messages.insert(0, told);
        }
    }
}

/// Writes a report for people.
///
/// # Errors
/// Those of the output.
pub fn text(report: &Report, how: &Written, out: &mut impl Write) -> io::Result<()> {
    if let Some(shapes) = &report.shapes {
        shapes_text(shapes, how, out)?;
    }
    if let Some(evidence) = &report.evidence {
        evidence_text(evidence, how, out)?;
    }
    if let Some(conflicts) = &report.conflicts {
        conflicts_text(conflicts, how, out)?;
    }
    Ok(())
}

impl Written {
    /// An English text, or what the table has for it in the language wanted, with its gaps filled.
    fn say(&self, english: &str, values: &[&dyn Display]) -> String {
        words::filled(words::told(english, &self.language), values)
    }

    /// So many of something.
    fn count(&self, number: usize, one: &str, many: &str) -> String {
        self.say(&format!("{{}} {}", if number == 1 { one } else { many }), &[&number])
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.style.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// The IRI of a document or graph, shortened.
    fn iri(&self, iri: &str) -> String {
        match NamedNode::new(iri) {
            Ok(node) => self.style.term(&node),
            Err(_) => iri.to_owned(),
        }
    }

    fn more(&self, all: usize, out: &mut impl Write) -> io::Result<()> {
        if all > self.most {
            writeln!(out, "    {}", self.say("… and {} more", &[&(all - self.most)]))
        } else {
            Ok(())
        }
    }

    /// The message in the language wanted, else in English, else the first.
    fn message<'m>(&self, messages: &'m [Literal]) -> &'m str {
        let of = |language: &str| {
            messages.iter().find(|message| {
                let tag = message.language().unwrap_or_default().to_ascii_lowercase();
                tag.strip_prefix(&language.to_ascii_lowercase())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            })
        };
        let plain = || messages.iter().find(|message| message.language().is_none());
        if let Some(found) = of(&self.language) {
            return found.value();
        }
        let found = plain().or_else(|| of("en")).or(messages.first());
        found.map_or("", |message| words::told(message.value(), &self.language))
    }
}

fn shapes_text(report: &ShapesReport, how: &Written, out: &mut impl Write) -> io::Result<()> {
    let violations = report.findings.iter().filter(|finding| finding.severity == sh::Violation).count();
    let others = report.findings.len() - violations;
    writeln!(
        out,
        "{}",
        how.say(
            "Shapes: {}, {} in {} ({})",
            &[
                &how.count(violations, "violation", "violations"),
                &how.count(others, "remark", "remarks"),
                &how.count(report.documents, "document", "documents"),
                &how.count(report.nodes, "node validated", "nodes validated"),
            ]
        )
    )?;
    let mut groups: Vec<(String, Vec<&Finding>)> = Vec::new();
    for finding in &report.findings {
        let local = finding.severity.as_str().rsplit(['#', '/']).next().unwrap_or_default().to_lowercase();
        let heading = format!("{}: {}", how.say(&local, &[]), how.message(&finding.messages));
        match groups.last_mut().filter(|(last, _)| *last == heading) {
            Some((_, group)) => group.push(finding),
            None => groups.push((heading, vec![finding])),
        }
    }
    for (heading, group) in groups {
        let colour = if group[0].severity == sh::Violation { "1;31" } else { "1;33" };
        writeln!(out, "  {}", how.paint(colour, &heading))?;
        group.iter().take(how.most).try_for_each(|finding| finding_text(finding, how, out))?;
        how.more(group.len(), out)?;
    }
    Ok(())
}

fn finding_text(finding: &Finding, how: &Written, out: &mut impl Write) -> io::Result<()> {
    let mut line = format!("    {}", how.style.term(&finding.focus));
    if let Some(path) = &finding.path {
        line.push_str(&format!("  {path}"));
    }
    if let Some(value) = finding.value.as_ref().filter(|value| **value != finding.focus) {
        line.push_str(&format!("  {}", how.style.term(value)));
    }
    let graphs: Vec<String> = finding.graphs.iter().map(|graph| how.style.term(graph)).collect();
    if !graphs.is_empty() {
        line.push_str(&format!("  [{}]", graphs.join(", ")));
    }
    writeln!(out, "{line}")
}

fn evidence_text(report: &EvidenceReport, how: &Written, out: &mut impl Write) -> io::Result<()> {
    let wrong = |wanted: fn(&Problem) -> bool| report.findings.iter().filter(|found| wanted(&found.problem)).count();
    writeln!(
        out,
        "{}",
        how.say(
            "Evidence: {} looked for, {} stand, {} moved, {} missing, {} otherwise wrong",
            &[
                &how.count(report.checked, "quote", "quotes"),
                &report.standing,
                &wrong(|problem| matches!(problem, Problem::Moved(_))),
                &wrong(|problem| matches!(problem, Problem::Missing)),
                &wrong(|problem| matches!(problem, Problem::Context | Problem::Span | Problem::Cell)),
            ]
        )
    )?;
    report.findings.iter().take(how.most).try_for_each(|finding| evidence_finding(finding, how, out))?;
    how.more(report.findings.len(), out)?;
    for (document, quotes) in &report.without_text {
        let quotes = how.count(*quotes, "quote", "quotes");
        let said = how.say("{} has no text in the folder: {} not looked for", &[&how.iri(document), &quotes]);
        writeln!(out, "  {said}")?;
    }
    for (document, reason) in &report.unreadable {
        writeln!(out, "  {}", how.say("{}: its text cannot be read: {}", &[&how.iri(document), reason]))?;
    }
    Ok(())
}

fn evidence_finding(finding: &EvidenceFinding, how: &Written, out: &mut impl Write) -> io::Result<()> {
    let place = match (finding.start, finding.end) {
        (Some(start), Some(end)) => how.say(" at {} to {}", &[&start, &end]),
        (Some(start), None) => how.say(" at {}", &[&start]),
        (None, _) if finding.cell.is_some() => how.say(" at {}", &[&finding.cell.as_deref().unwrap_or_default()]),
        _ => String::new(),
    };
    let problem = match &finding.problem {
        Problem::Missing => how.paint("1;31", &how.say("missing", &[])),
        Problem::Context => how.paint("1;33", &how.say("between other words than its prefix and suffix", &[])),
        Problem::Span => how.paint("1;33", &how.say("its end does not go with its start and length", &[])),
        Problem::Cell => how.paint("1;31", &how.say("not in this cell of the table", &[])),
        Problem::Moved(places) => {
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            how.paint("1;33", &how.say("moved: stands at {}", &[&places.join(", ")]))
        }
    };
    let quote = plain(&finding.quote, how);
    writeln!(out, "  {}{place} “{quote}”: {problem}", how.iri(&finding.document))?;
    finding.of.iter().try_for_each(|of| writeln!(out, "    {}", how.iri(of)))
}

fn conflicts_text(conflicts: &[Conflict], how: &Written, out: &mut impl Write) -> io::Result<()> {
    let groups: Vec<&[Conflict]> = conflicts.chunk_by(|one, other| one.finding.rule == other.finding.rule).collect();
    writeln!(out, "{}", how.say("Conflicts: {}", &[&conflicts.len()]))?;
    for group in groups {
        let heading = format!("{} ({})", group[0].title(&how.language), group.len());
        writeln!(out, "  {}", how.paint("1;33", &heading))?;
        group.iter().take(how.most).try_for_each(|conflict| conflict_text(conflict, how, out))?;
        how.more(group.len(), out)?;
    }
    Ok(())
}

/// A text of the data, with nothing in it that would move a cursor.
fn plain(text: &str, how: &Written) -> String {
    how.style.term(&Literal::new_simple_literal(text))
}

fn conflict_text(conflict: &Conflict, how: &Written, out: &mut impl Write) -> io::Result<()> {
    let finding = &conflict.finding;
    writeln!(out, "    {}", how.paint("1", &plain(conflict.sentence(&how.language), how)))?;
    let of: Vec<String> = std::iter::once(&finding.about)
        .chain(&finding.property)
        .chain(finding.key.iter().map(|(_, term)| term).filter(|term| **term != finding.about))
        .map(|term| how.style.term(term))
        .collect();
    writeln!(out, "      {}", of.join("  "))?;
    conflict.claims.iter().try_for_each(|claim| claim_text(claim, how, out))?;
    for review in &conflict.reviews {
        let by = review.by.as_deref().map(|by| how.say(" by {}", &[&plain(by, how)])).unwrap_or_default();
        let at = review.at.as_deref().map(|at| how.say(" on {}", &[&plain(at, how)])).unwrap_or_default();
        let known = of_vocabulary(review.verdict.as_str(), ontology::language(&how.language));
        let verdict = known.map_or_else(|| how.style.term(&review.verdict), str::to_owned);
        writeln!(out, "      {}", how.say("assessed as {}{}{}", &[&verdict, &by, &at]))?;
    }
    Ok(())
}

fn claim_text(claim: &Claim, how: &Written, out: &mut impl Write) -> io::Result<()> {
    let value = claim.said.value.as_ref().unwrap_or(&claim.said.fact);
    for told in &claim.told {
        let published = told.origin.published.as_ref().map(|day| how.say(" of {}", &[day])).unwrap_or_default();
        let quotes: Vec<String> = told.quotes.iter().map(|quote| quote_text(quote, how)).collect();
        let quotes = if quotes.is_empty() { String::new() } else { format!(": {}", quotes.join(", ")) };
        let value = how.style.term(value);
        let said = how.say("{}  says {}{}{}", &[&value, &how.iri(told.origin.name()), &published, &quotes]);
        writeln!(out, "      {said}")?;
    }
    Ok(())
}

fn quote_text((words, start, _): &(String, Option<usize>, Option<usize>), how: &Written) -> String {
    let words = plain(words, how);
    start.map_or_else(|| format!("“{words}”"), |start| format!("“{words}”{}", how.say(" at {}", &[&start])))
}
