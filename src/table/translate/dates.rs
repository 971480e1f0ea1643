//! How the columns write their dates, where the mapping leaves that to be guessed: the column as a whole says whether day or
//! month stands first, or it is an error.

use std::collections::HashMap;

use super::rows::{Fate, Heading, Walk};
use crate::table::container::Book;
use crate::table::date::{DateStyle, Order, Reading};
use crate::table::error::TableError;
use crate::table::mapping::{CellRule, DateRule, Mapping, Piece, Value};

/// What a column has shown of its order.
#[derive(Debug, Default, Clone)]
struct Seen {
    line: usize,
    day_first: Option<String>,
    month_first: Option<String>,
    open: Option<String>,
}

/// The style of every column whose dates are guessed.
pub(crate) fn styles(
    book: &Book<'_>,
    sheet: usize,
    mapping: &Mapping,
    heading: &Heading,
) -> Result<HashMap<usize, DateStyle>, TableError> {
    let mut guessed: HashMap<usize, (Seen, Vec<&CellRule>)> = HashMap::new();
    let mut find = |rule| {
        if let Some((column, rule)) = guessing(rule, heading) {
            let seen = Seen { line: rule.line, ..Seen::default() };
            guessed.entry(column).or_insert_with(|| (seen, Vec::new())).1.push(rule);
        }
    };
    for rule in &mapping.records {
        rule.fields.iter().for_each(|(_, value)| each_rule(value, &mut find));
    }
    if guessed.is_empty() {
        return Ok(HashMap::new());
    }
    let mut walk = Walk::new(mapping, heading);
    for row in book.rows(sheet)? {
        let (fate, cells) = walk.step(&row?);
        for (column, (seen, rules)) in guessed.iter_mut().filter(|_| fate == Fate::Data) {
            if let Some(cell) = cells.get(*column).filter(|cell| cell.date.is_none() && !cell.is_empty()) {
                rules.iter().for_each(|rule| seen.look(rule, &cell.text));
            }
        }
    }
    let decide = |(column, (seen, _)): (usize, (Seen, Vec<&CellRule>))| {
        Ok((column, DateStyle::Usual(seen.order(mapping, &book.told(sheet), &heading.columns.told(column))?)))
    };
    guessed.into_iter().map(decide).collect()
}

fn each_rule<'v>(value: &'v Value, take: &mut dyn FnMut(&'v CellRule)) {
    match value {
        Value::Cell(rule) => take(rule),
        Value::List(list) => list.iter().for_each(|one| each_rule(one, take)),
        Value::Object(members) => members.iter().for_each(|(_, one)| each_rule(one, take)),
        Value::Text(_) | Value::Constant(_) => {}
    }
}

fn guessing<'r>(rule: &'r CellRule, heading: &Heading) -> Option<(usize, &'r CellRule)> {
    match (&rule.date, rule.column.pieces.as_slice()) {
        (Some(DateRule::Guess), [Piece::Column(name)]) => Some((heading.columns.index(name)?, rule)),
        _ => None,
    }
}

impl Seen {
    fn look(&mut self, rule: &CellRule, text: &str) {
        let parts: Vec<&str> = rule.split.as_ref().map_or_else(|| vec![text], |split| split.split(text).collect());
        for part in parts {
            let found = rule.matching.as_ref().map_or(Some(part), |regex| {
                regex.captures(part).and_then(|found| found.get(1).or(found.get(0))).map(|found| found.as_str())
            });
            let slot = match found.and_then(|part| DateStyle::Usual(None).read(part)) {
                Some(Reading::Plain(_, Order::DayFirst)) => &mut self.day_first,
                Some(Reading::Plain(_, Order::MonthFirst)) => &mut self.month_first,
                Some(Reading::Either(..)) => &mut self.open,
                _ => continue,
            };
            slot.get_or_insert_with(|| found.unwrap_or_default().trim().to_owned());
        }
    }

    /// The order that the column as a whole shows.
    fn order(self, mapping: &Mapping, table: &str, column: &str) -> Result<Option<Order>, TableError> {
        let Some(open) = self.open else { return Ok(None) };
        let why = match (self.day_first, self.month_first) {
            (Some(_), None) => return Ok(Some(Order::DayFirst)),
            (None, Some(_)) => return Ok(Some(Order::MonthFirst)),
            (None, None) => "and no date of the column tells which".to_owned(),
            (Some(one), Some(other)) => format!("and the column has both orders: {one} and {other}"),
        };
        let reason = format!("in {table}, column {column}, {open} can have the day or the month first, {why}");
        let remedy =
            "say which: date = \"day-first\" or date = \"month-first\", or a pattern such as date = \"%d/%m/%Y\"";
        Err(TableError::new(format!("{}:{}", mapping.name, self.line), reason, remedy))
    }
}
