//! What happened with a place, by date: ties, agreements, awards, events.

use maud::{Markup, html};
use oxrdf::NamedNode;

use crate::server::http::problem::Problem;
use crate::server::pages::data::{Reading, Slot};
use crate::server::pages::labels::Names;
use crate::server::pages::literal;
use crate::server::pages::show;
use crate::server::pages::thing;
use crate::server::pages::view::View;

/// Everything with a date in which a place has a part.
const DATED: &str = "SELECT DISTINCT ?thing ?class ?date ?of WHERE {
  { ?thing a pact:Tie ; pact:party $place ; pact:since ?date BIND(pact:Tie AS ?class) }
  UNION { ?thing a pact:Agreement ; pact:party $place ; pact:signedOn ?date BIND(pact:Agreement AS ?class) }
  UNION { ?thing a pact:AwardConferral ; pact:recipient|pact:forTieWith $place ; pact:conferredOn ?date ; pact:award ?of
    BIND(pact:AwardConferral AS ?class) }
  UNION { ?thing a schema:Event ; schema:location|schema:organizer $place ; schema:startDate ?date BIND(schema:Event AS ?class) }
  UNION { ?thing a pact:DiplomaticPost ; schema:location $place ; schema:startDate ?date BIND(pact:DiplomaticPost AS ?class) }
} ORDER BY DESC(STR(?date)) ?thing LIMIT $most";

/// Entries that are shown.
const MOST: usize = 150;
/// Entries in sight; the rest unfolds.
const OPEN: usize = 12;

/// Something that happened.
pub struct Dated {
    thing: String,
    class: String,
    date: String,
    of: Vec<String>,
}

impl Dated {
    /// What it names, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        [self.thing.as_str()].into_iter().chain(self.of.iter().map(String::as_str))
    }
}

/// Reads what happened, the latest first.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn read(reading: &Reading<'_>, place: &NamedNode) -> Result<Vec<Dated>, Problem> {
    let rows = reading.ask(DATED, &[("place", Slot::Node(place)), ("most", Slot::Number(MOST))])?;
    let mut dated: Vec<Dated> = Vec::new();
    for row in rows.iter() {
        let (Some(thing), Some(class), Some(date)) = (row.iri("thing"), row.iri("class"), row.text("date")) else {
            continue;
        };
        let of = row.iri("of").map(str::to_owned);
        match dated.last_mut().filter(|last| last.thing == thing && last.date == date) {
            Some(last) => last.of.extend(of),
            None => dated.push(Dated {
                thing: thing.to_owned(),
                class: class.to_owned(),
                date: date.to_owned(),
                of: of.into_iter().collect(),
            }),
        }
    }
    Ok(dated)
}

/// The timeline.
pub fn section(names: &Names<'_>, view: &View, dated: &[Dated]) -> Markup {
    let (open, folded) = dated.split_at(dated.len().min(OPEN));
    html! {
        @if !dated.is_empty() {
            h2 #timeline { (view.texts().place.timeline) }
            ol.timeline { @for entry in open { (item(names, view, entry)) } }
            @if !folded.is_empty() {
                details {
                    summary { (view.texts().common.more) " (" (folded.len()) ")" }
                    ol.timeline { @for entry in folded { (item(names, view, entry)) } }
                }
            }
        }
    }
}

fn item(names: &Names<'_>, view: &View, entry: &Dated) -> Markup {
    html! {
        li {
            (literal::date(&entry.date))
            span.quiet { (thing::one_of(names, view, &entry.class)) } " "
            (show::link(names, view, &entry.thing))
            @if entry.class.ends_with("AwardConferral") {
                @for other in &entry.of { " · " (show::link(names, view, other)) }
            }
        }
    }
}
