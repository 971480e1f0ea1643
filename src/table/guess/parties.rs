//! Which places a row ties: columns, pairs, several in one cell, and whose ties they are.

use std::fmt::Write as _;

use super::columns::{Column, share};
use super::draft::{Draft, cell, line, means, quoted, reason};
use super::place::{Own, own, state_of};
use super::words::Meaning;
use crate::table::translate::bind::SHEET;

/// What separates several ties in one cell.
const BETWEEN_TIES: [(&str, &[char]); 4] =
    [("[、]", &['、']), ("[;；]", &[';', '；']), (r"\n+", &['\n']), ("[,，]", &[',', '，'])];
/// What stands between the two places of a pair.
const IN_PAIRS: &str = r"\s+[-–—―~～]+\s*|\s*[–—―↔⇔～]+\s*|\s+/\s+";

impl Draft<'_> {
    fn own(&self) -> Option<Own> {
        let mut titles = self.samples.above();
        // Sheets of one heading are parts of a list, such as its continents.
        if let [sheet] = self.sheets()[..] {
            titles.push(sheet);
        }
        own(self.known.place.as_deref(), &titles, &self.input.stem(), self.places.register)
    }

    pub(super) fn parties(&mut self, out: &mut String, section: Option<&(&'static str, String)>) {
        if let Some(pairs) = self.pairs() {
            let _ = writeln!(
                out,
                "parties = {{ column = {}, split = '{IN_PAIRS}' }}    # two places in each cell",
                quoted(&pairs)
            );
            return;
        }
        let Some(partner) = self.columns.iter().position(|column| means(column, Meaning::Partner)) else {
            out.push_str("# parties: no column was found to be the partner; name it in the place of the second ?\nparties = [\"?\", \"?\"]\n");
            return;
        };
        let state = match section.filter(|(what, _)| *what == "state") {
            Some(_) => Some("(state)".to_owned()),
            None => self.column(Meaning::State).map(|column| column.name.clone()).or_else(|| self.states_of_sheets()),
        };
        let states_are_own = self.states_are_own();
        let own = match self.columns.iter().position(|column| means(column, Meaning::Own)) {
            Some(column) => self.place(column, state.clone().filter(|_| states_are_own)),
            None if self.owns_of_sheets() => (cell(SHEET), "each sheet is called as a place is".to_owned()),
            None => match self.own() {
                Some(Own { id, why }) => (quoted(&id), why),
                None => (
                    quoted("?"),
                    "whose ties they are is not known: write its id or name for the ? (citypact places find NAME), or guess again \
                     with --place"
                        .to_owned(),
                ),
            },
        };
        if let Some(split) = self.several(partner) {
            let name = quoted(&self.columns[partner].name);
            let _ = writeln!(out, "each = {{ column = {name}, split = '{split}' }}    # several partners in one cell");
        }
        let partner = self.place(partner, state.filter(|_| !states_are_own));
        let _ = writeln!(out, "# {}; {}", own.1, partner.1);
        let _ = writeln!(out, "parties = [{}, {}]", own.0, partner.0);
    }

    /// The sheets' names as a column of states, where that is what they are.
    fn states_of_sheets(&self) -> Option<String> {
        let sheets = self.sheets();
        let states = share(sheets.iter(), |sheet| self.places.register.state_id(sheet).is_some());
        (sheets.len() > 1 && states > 0.9).then(|| SHEET.to_owned())
    }

    /// Whether each sheet is called as the place is whose ties it holds.
    fn owns_of_sheets(&mut self) -> bool {
        let sheets: Vec<String> = self.sheets().into_iter().map(str::to_owned).collect();
        let is_asked = self.known.place.is_none() && sheets.len() > 1 && self.states_of_sheets().is_none();
        is_asked && self.places.share_of_one(&sheets, None) > 0.99
    }

    /// Whether the column of states is of the places on the left: more of these lie in the state of their row than of the
    /// partners do.
    fn states_are_own(&mut self) -> bool {
        let at = |meaning| self.columns.iter().position(|column| means(column, meaning));
        let (Some(own), Some(partner), Some(state)) = (at(Meaning::Own), at(Meaning::Partner), at(Meaning::State))
        else {
            return false;
        };
        let (mut owns, mut partners) = (0, 0);
        for row in self.samples.data().into_iter().take(60) {
            let text = |column: usize| row.cells.get(column).map_or("", |cell| cell.text.as_str());
            if !text(state).is_empty() {
                owns += usize::from(self.places.is_one(text(own), Some(text(state))));
                partners += usize::from(self.places.is_one(text(partner), Some(text(state))));
            }
        }
        owns > partners
    }

    /// The column that has Wikidata's addresses of the places in another: `item` of `itemLabel`.
    fn addresses_of(&self, column: &Column) -> Option<&Column> {
        let name = column.name.to_lowercase();
        let is_item = |text: &String| {
            let number = text.strip_prefix("http://www.wikidata.org/entity/Q");
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.columns.iter().find(|other| {
            let own = other.name.to_lowercase();
            own != name && name.starts_with(&own) && share(other.values.iter(), is_item) > 0.9
        })
    }

    /// The columns of addresses that go with the places.
    pub(super) fn addresses(&self) -> Vec<&str> {
        let places = [Meaning::Own, Meaning::Partner].into_iter().filter_map(|meaning| self.column(meaning));
        places.filter_map(|column| self.addresses_of(column)).map(|column| column.name.as_str()).collect()
    }

    /// A place out of a column, with its state, and why.
    fn place(&mut self, column: usize, state: Option<String>) -> (String, String) {
        let unit = self.unit();
        let codes = self.addresses_of(&self.columns[column]);
        let codes =
            codes.map(|column| format!(", codes = {{ wikidata = {} }}", cell(&column.name))).unwrap_or_default();
        let Column { name, values, .. } = &self.columns[column];
        let why = format!("{}: {}", line(name), reason(&self.columns[column]));
        if let Some(state) = state {
            let unit = unit.map(|unit| format!(", within = {}", cell(&unit))).unwrap_or_default();
            return (format!("{{ name = {}, state = {}{unit}{codes} }}", cell(name), cell(&state)), why);
        }
        match state_of(values, &mut self.places) {
            Some((state, share)) => {
                let why = format!("{why}; {:.0} % of them are places of {state}", share * 100.0);
                (format!("{{ name = {}, state = {}{codes} }}", cell(name), quoted(state)), why)
            }
            None if codes.is_empty() => (cell(name), why),
            None => (format!("{{ name = {}{codes} }}", cell(name)), why),
        }
    }

    /// The column of units, where the register knows what stands in it.
    pub(super) fn unit(&self) -> Option<String> {
        let column = self.column(Meaning::Unit)?;
        (self.places.share_of_units(&column.values) > 0.9).then(|| column.name.clone())
    }

    /// The column that holds both places of a tie.
    fn pairs(&mut self) -> Option<String> {
        let split = regex::Regex::new(IN_PAIRS).ok()?;
        let known = self.columns.iter().position(|column| means(column, Meaning::Pair));
        let candidates: Vec<usize> = match known {
            Some(column) => vec![column],
            None if self.column(Meaning::Own).is_some() => return None,
            None => (0..self.columns.len())
                .filter(|at| means(&self.columns[*at], Meaning::Partner) || self.columns[*at].meaning.is_none())
                .collect(),
        };
        for at in candidates {
            let values: Vec<Vec<String>> = self.columns[at]
                .values
                .iter()
                .take(40)
                .map(|value| {
                    split.split(value).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
                })
                .collect();
            let two = share(values.iter(), |parts| parts.len() == 2);
            let first: Vec<String> = values.iter().filter_map(|parts| parts.first().cloned()).collect();
            if two > 0.7 && self.places.share_of_any(&first) > 0.4 {
                return Some(self.columns[at].name.clone());
            }
        }
        None
    }

    /// What separates several partners in one cell, where there are such.
    fn several(&mut self, column: usize) -> Option<&'static str> {
        let values: Vec<String> = self.columns[column].values.iter().take(40).cloned().collect();
        for (split, characters) in BETWEEN_TIES {
            let parts = |value: &String| -> Vec<String> {
                value.split(characters).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
            };
            let cut: Vec<Vec<String>> = values.iter().map(parts).filter(|parts| parts.len() > 1).collect();
            let often = cut.len() as f32 / values.len().max(1) as f32;
            let register = self.places.register;
            let second: Vec<String> = cut.iter().filter_map(|parts| parts.last().cloned()).collect();
            let states = share(second.iter(), |part| register.state_id(part).is_some());
            let all: Vec<String> = cut.into_iter().flatten().collect();
            if often > 0.25 && states < 0.3 && self.places.share_of_any(&all) > 0.5 {
                return Some(split);
            }
        }
        None
    }
}
