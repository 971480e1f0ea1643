//! A place as of a day: the day that the address names (`?on=1999-06-30`), and what is told of ties by then.

use std::collections::HashMap;

use maud::{Markup, html};
use oxrdf::NamedNode;

use crate::record::Date;
use crate::server::http::problem::Problem;
use crate::server::pages::data::{Reading, Slot};
use crate::server::pages::texts::fill;
use crate::server::pages::view::View;
use crate::validity::{Certainty, Tie, Words};
use crate::vocab::pact;

/// The parameter that names the day.
pub const PARAMETER: &str = "on";

/// What is told of ties in time, of ties that follow from awards, too; a status that rules concluded is left out.
const TOLD: &str = "SELECT DISTINCT ?tie ?property ?value WHERE {
  VALUES ?tie { $ties }
  { VALUES ?property { pact:kind pact:since pact:until pact:attestedOn } ?tie ?property ?value }
  UNION {
    VALUES ?property { pact:status pact:modality }
    GRAPH ?graph { ?tie ?property ?value } FILTER(?graph != graph:inferred)
  }
}";

/// The day that an address names: a day, or a month or year as a whole.
///
/// # Errors
/// 400 for what is no date.
pub fn day(view: &View) -> Result<Option<Date>, Problem> {
    let wrong = |error: crate::record::DateError| {
        Problem::bad_request(error.to_string()).hint(Some("write on=1999-06-30, on=1999-06 or on=1999"))
    };
    view.parameter(PARAMETER).map(|text| text.parse().map_err(wrong)).transpose()
}

/// Ties as of a day.
pub struct AsOf {
    day: Date,
    ties: HashMap<String, Tie>,
}

impl AsOf {
    /// Reads what is told of ties.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, day: Date, ties: &[NamedNode]) -> Result<Self, Problem> {
        let mut told: HashMap<String, Tie> = HashMap::new();
        if ties.is_empty() {
            return Ok(Self { day, ties: told });
        }
        let rows = reading.ask(TOLD, &[("ties", Slot::Nodes(ties))])?;
        for row in rows.iter() {
            let (Some(tie), Some(property)) = (row.iri("tie"), row.iri("property")) else { continue };
            let tie = told.entry(tie.to_owned()).or_default();
            let date: Option<Date> = row.text("value").and_then(Date::in_rdf);
            let code = row.iri("value").map(str::to_owned);
            match property {
                p if p == pact::since.as_str() => tie.since.extend(date),
                p if p == pact::until.as_str() => tie.until.extend(date),
                p if p == pact::attestedOn.as_str() => tie.attested.extend(date),
                p if p == pact::kind.as_str() => tie.kinds.extend(code),
                _ => tie.statuses.extend(code),
            }
        }
        Ok(Self { day, ties: told })
    }

    /// Whether a tie was in force on the day, and why.
    pub fn cell(&self, view: &View, tie: &str) -> Markup {
        let unknown = Tie::default();
        let (answer, why) = self.ties.get(tie).unwrap_or(&unknown).on(self.day);
        let texts = &view.texts().place;
        let said = match answer {
            Certainty::Certainly => texts.certainly,
            Certainty::Possibly => texts.possibly,
            Certainty::Not => texts.not_in_force,
        };
        html! {
            td.reason data-in-force=(answer.as_str()) { (said) " " small { (why.text(Words::of(view.language.tag()))) } }
        }
    }
}

/// Where the day is named.
pub fn form(view: &View, day: Option<Date>) -> Markup {
    let texts = view.texts();
    html! {
        form.filters method="get" action=(view.at(&view.path)) {
            label { (texts.place.on_day) " "
                input type="text" name=(PARAMETER) value=[day] placeholder="1999-06-30" size="10" autocomplete="off"
                    pattern="[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"; }
            button type="submit" { (texts.common.apply) }
            @if let Some(day) = day {
                " " a href=(view.here_with(PARAMETER, None)) { (texts.common.clear) }
                p.quiet { (fill(texts.place.as_of_day, &[&day.to_string()])) }
            }
        }
    }
}
