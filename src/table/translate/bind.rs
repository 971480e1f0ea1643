//! A mapping bound to the columns of one heading.

use std::collections::HashMap;

use crate::nearest::nearest;
use crate::table::error::TableError;
use crate::table::grid::{Row, letters};
use crate::table::mapping::{Layout, Mapping, Named, Rule, Template, Value};

/// The column that holds the name of the sheet on every row: what people tell apart by sheets, no cell of a row says.
pub(crate) const SHEET: &str = "(sheet)";

/// The columns of a table, by their names; those that section rows give, and that of the sheet, come after those of the
/// heading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    twice: HashMap<String, Vec<usize>>,
    /// How many columns the heading has.
    pub(crate) own: usize,
    /// The column of the sheet's name.
    pub(crate) sheet: usize,
}

impl Columns {
    pub(crate) fn new(names: Vec<String>, layout: &Layout) -> Self {
        let mut columns = Self { own: names.len(), ..Self::default() };
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = columns.by_name.get(name) {
                columns.twice.entry(name.clone()).or_insert_with(|| vec![*first]).push(index);
            } else if !name.is_empty() {
                columns.by_name.insert(name.clone(), index);
            }
        }
        columns.names = names;
        for section in &layout.sections {
            columns.added(&section.column);
        }
        columns.sheet = columns.added(SHEET);
        columns
    }

    /// The column of a name, after all others where there is none yet.
    fn added(&mut self, name: &str) -> usize {
        if let Some(&index) = self.by_name.get(name) {
            return index;
        }
        self.by_name.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    /// How many there are, those of sections among them.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// The column of a name, or of a number as in `#3`.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        if let Some(&index) = self.by_name.get(&tidy(name)) {
            return Some(index);
        }
        let number: usize = name.strip_prefix('#')?.parse().ok()?;
        number.checked_sub(1).filter(|index| *index < self.own)
    }

    /// As [`Self::index`], or why there is none.
    pub(crate) fn find(&self, named: &Named, mapping: &str, table: &str) -> Result<usize, TableError> {
        let at = format!("{mapping}:{}", named.line);
        if let Some(places) = self.twice.get(&tidy(&named.name)) {
            let numbers: Vec<String> = places.iter().map(|index| format!("#{}", index + 1)).collect();
            let reason = format!("the column `{}` stands more than once in the heading of {table}", named.name);
            return Err(TableError::new(at, reason, format!("name it by its number: {}", numbers.join(" or "))));
        }
        self.index(&named.name).ok_or_else(|| {
            let known = || self.names.iter().map(String::as_str).filter(|name| !name.is_empty() && *name != SHEET);
            let remedy = match nearest(&named.name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "its columns are {}; or name one by its number, such as #2",
                    known().collect::<Vec<_>>().join(", ")
                ),
            };
            TableError::new(at, format!("{table} has no column `{}`", named.name), remedy)
        })
    }

    /// What messages call a column.
    pub(crate) fn told(&self, index: usize) -> String {
        match self.names.get(index).filter(|name| !name.is_empty()) {
            Some(name) => name.clone(),
            None => letters(index),
        }
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The name of a column without line ends and doubled blanks.
pub(crate) fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names that rows of a heading give its columns, those of merged cells above before those below.
pub(crate) fn names(rows: &[Row]) -> Vec<String> {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let name = |column: usize| {
        let mut parts: Vec<String> = Vec::new();
        for cell in rows.iter().filter_map(|row| row.cells.get(column)) {
            let part = tidy(&cell.text);
            if !part.is_empty() && parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        parts.join(" ")
    };
    (0..width).map(name).collect()
}

/// Every column that a mapping names.
pub(crate) fn named(mapping: &Mapping) -> Vec<Named> {
    let mut found = mapping.table.fill_down.clone();
    for rule in &mapping.records {
        of_rule(rule, &mut found);
    }
    mapping.source.iter().for_each(|(_, value)| of_value(value, &mut found));
    found
}

fn of_rule(rule: &Rule, found: &mut Vec<Named>) {
    found.extend(rule.each.iter().map(|(named, _)| named.clone()));
    if let Some(when) = &rule.when {
        found.extend(when.column.columns());
    }
    rule.fields.iter().for_each(|(_, value)| of_value(value, found));
}

pub(crate) fn of_value(value: &Value, found: &mut Vec<Named>) {
    let template = |template: &Template, found: &mut Vec<Named>| found.extend(template.columns());
    match value {
        Value::Text(text) => template(text, found),
        Value::Cell(rule) => {
            template(&rule.column, found);
            found.extend(rule.precision.clone());
        }
        Value::List(list) => list.iter().for_each(|one| of_value(one, found)),
        Value::Object(members) => members.iter().for_each(|(_, one)| of_value(one, found)),
        Value::Constant(_) => {}
    }
}
