//! What each column of a table means, by its heading and by what stands in it.

use std::collections::HashMap;

use super::grade::grade;
use super::words::{Meaning, meanings};
use crate::place::{Level, Mention, Register, Resolution};
use crate::table::date::{DateStyle, is_no_date};
use crate::table::grid::Row;
use crate::table::names::take_apart;

/// How many different values of a column are looked at.
const LOOKED_AT: usize = 60;

/// A column with what was found out of it.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// Its heading; `#3` where it has none.
    pub(super) name: String,
    /// The different values, in order.
    pub(super) values: Vec<String>,
    pub(super) filled: usize,
    pub(super) empty: usize,
    /// Shares of the values that are dates, states, running numbers.
    pub(super) dates: f32,
    pub(super) states: f32,
    pub(super) numbers: f32,
    /// The share of the values that speak of a grade.
    pub(super) grades: f32,
    pub(super) meaning: Option<(Meaning, String)>,
}

/// What the register makes of names, remembered.
pub(super) struct Places<'r> {
    pub(super) register: &'r Register,
    known: HashMap<(String, Option<String>), bool>,
}

impl<'r> Places<'r> {
    pub(super) fn new(register: &'r Register) -> Self {
        Self { register, known: HashMap::new() }
    }

    /// Whether the register has exactly one place of the name, in the state where one is given.
    pub(super) fn is_one(&mut self, text: &str, state: Option<&str>) -> bool {
        let key = (text.to_owned(), state.map(str::to_owned));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let names = take_apart(text, self.register);
        let state = state.map(str::to_owned).or(names.state);
        let mut all = std::iter::once(&names.name).chain(&names.also);
        let one = all.any(|name| {
            let mention = Mention { state: state.as_deref(), ..Mention::named(name) };
            matches!(self.register.resolve(&mention), Resolution::One { .. })
        });
        self.known.insert(key, one);
        one
    }

    /// Whether the register has any place of the name.
    pub(super) fn is_any(&mut self, text: &str) -> bool {
        let names = take_apart(text, self.register);
        let mention = Mention { state: names.state.as_deref(), ..Mention::named(&names.name) };
        !matches!(self.register.resolve(&mention), Resolution::Unknown { .. })
    }

    pub(super) fn share_of_one(&mut self, values: &[String], state: Option<&str>) -> f32 {
        share(values.iter().take(LOOKED_AT), |value| self.is_one(value, state))
    }

    pub(super) fn share_of_any(&mut self, values: &[String]) -> f32 {
        share(values.iter().take(LOOKED_AT), |value| self.is_any(value))
    }

    /// The share of values that are first-level units or others that a city lies in.
    pub(super) fn share_of_units(&self, values: &[String]) -> f32 {
        share(values.iter().take(LOOKED_AT), |value| {
            let mention = Mention::named(value).at_level(Level::FirstLevel);
            matches!(self.register.resolve(&mention), Resolution::One { .. })
        })
    }
}

pub(super) fn share<T>(values: impl Iterator<Item = T>, mut is: impl FnMut(T) -> bool) -> f32 {
    let (mut all, mut some) = (0_u32, 0_u32);
    for value in values {
        all += 1;
        some += u32::from(is(value));
    }
    if all == 0 { 0.0 } else { some as f32 / all as f32 }
}

/// The columns of a table.
pub(super) fn columns(names: &[String], rows: &[&Row], places: &mut Places<'_>) -> Vec<Column> {
    let width = names.len().max(rows.iter().map(|row| row.cells.len()).max().unwrap_or(0));
    let mut columns: Vec<Column> = (0..width).map(|index| column(index, names, rows, places.register)).collect();
    by_heading(&mut columns);
    by_values(&mut columns, places);
    columns
}

fn column(index: usize, names: &[String], rows: &[&Row], register: &Register) -> Column {
    let own = names.get(index).filter(|name| !name.is_empty());
    let twice = own.is_some_and(|own| names.iter().filter(|name| *name == own).count() > 1);
    let name = own.filter(|_| !twice).cloned().unwrap_or_else(|| format!("#{}", index + 1));
    let mut column = Column { name, ..Column::default() };
    let mut dated = 0;
    for cell in rows.iter().filter_map(|row| row.cells.get(index)) {
        if cell.is_empty() {
            column.empty += 1;
            continue;
        }
        if cell.is_ditto() {
            continue;
        }
        column.filled += 1;
        let is_date =
            cell.date.is_some() || is_no_date(&cell.text) || DateStyle::Usual(None).read(&cell.text).is_some();
        dated += usize::from(is_date);
        if column.values.len() < 2000 && !column.values.contains(&cell.text) {
            column.values.push(cell.text.clone());
        }
    }
    let looked_at = || column.values.iter().take(LOOKED_AT);
    column.dates = if column.filled == 0 { 0.0 } else { dated as f32 / column.filled as f32 };
    column.states = share(looked_at(), |value| value.chars().count() > 1 && register.state_id(value).is_some());
    column.grades = share(looked_at(), |value| grade(value).is_some());
    column.numbers = share(looked_at(), |value| is_number(value));
    column
}

/// Whether a text is a running number, in digits or in Chinese characters.
fn is_number(text: &str) -> bool {
    let text = text.trim_matches(|c: char| ".、()（）".contains(c));
    text.parse::<u32>().is_ok() || !text.is_empty() && text.chars().all(|c| "〇一二三四五六七八九十百".contains(c))
}

/// Whether what stands in a column can be what its heading says.
fn fits(column: &Column, meaning: Meaning) -> bool {
    match meaning {
        Meaning::Since | Meaning::Until | Meaning::Renewed => column.dates > 0.3,
        Meaning::State => column.states > 0.4,
        Meaning::Number | Meaning::Precision => column.numbers > 0.7,
        Meaning::Own | Meaning::Partner | Meaning::Pair => {
            let addresses = share(column.values.iter(), |value| value.starts_with("http"));
            column.numbers < 0.5 && column.dates < 0.5 && addresses < 0.5
        }
        Meaning::Kind | Meaning::Status => column.values.len() <= 20 && column.dates < 0.5,
        _ => true,
    }
}

/// Gives columns the meanings of their headings, each meaning to the column that fits it best.
fn by_heading(columns: &mut [Column]) {
    let mut all: Vec<(f32, usize, Meaning)> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let fitting =
            meanings(&column.name).into_iter().filter(|(meaning, ..)| column.filled == 0 || fits(column, *meaning));
        all.extend(fitting.map(|(meaning, fit, _)| (fit, index, meaning)));
    }
    all.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    for (fit, index, meaning) in all {
        let taken = columns.iter().any(|column| column.meaning.as_ref().is_some_and(|(known, _)| *known == meaning));
        if columns[index].meaning.is_none() && (!taken || meaning == Meaning::Remarks) {
            let why = if fit >= 1.0 { "its heading says so" } else { "its heading sounds so" };
            columns[index].meaning = Some((meaning, why.to_owned()));
        }
    }
}

/// Gives the columns that are left the meanings that their values have.
fn by_values(columns: &mut [Column], places: &mut Places<'_>) {
    let has = |columns: &[Column], meaning: Meaning| {
        columns.iter().any(|column| column.meaning.as_ref().is_some_and(|(known, _)| *known == meaning))
    };
    for index in 0..columns.len() {
        let column = &columns[index];
        if column.meaning.is_some() || column.filled == 0 {
            continue;
        }
        let tell = |share: f32, what: &str| format!("{:.0} % of its values are {what}", share * 100.0);
        let found = if column.dates > 0.7 && column.numbers < 0.9 && !has(columns, Meaning::Since) {
            Some((Meaning::Since, tell(column.dates, "dates")))
        } else if column.states > 0.7 && !has(columns, Meaning::State) {
            Some((Meaning::State, tell(column.states, "states")))
        } else if column.grades > 0.7 && column.values.len() <= 20 && !has(columns, Meaning::Kind) {
            Some((Meaning::Kind, tell(column.grades, "grades")))
        } else if column.numbers > 0.9 && index == 0 {
            Some((Meaning::Number, tell(column.numbers, "numbers")))
        } else if column.states < 0.5 && column.dates < 0.3 && column.numbers < 0.3 && !has(columns, Meaning::Partner) {
            let share = places.share_of_any(&columns[index].values);
            (share > 0.5).then(|| (Meaning::Partner, tell(share, "places of the register")))
        } else {
            None
        };
        columns[index].meaning = found;
    }
}
