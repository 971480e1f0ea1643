//! Values of fields out of the cells of one row.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::bind::Columns;
use crate::place::Register;
use crate::record::read::NUMBERS;
use crate::record::words::shown;
use crate::table::date::{DateStyle, at_precision, is_no_date};
use crate::table::grid::{Cell, letters};
use crate::table::mapping::{CellRule, DateRule, Piece, Template, Value};
use crate::table::names::take_apart;

/// What evaluating needs beside the row.
pub(crate) struct Evaluator<'e> {
    pub(crate) columns: &'e Columns,
    pub(crate) register: &'e Register,
    /// The styles of columns whose dates are guessed.
    pub(crate) dates: &'e HashMap<usize, DateStyle>,
}

/// One row, or one part of a cell of it.
pub(crate) struct Scope<'s> {
    pub(crate) cells: &'s [Cell],
    /// The part that stands for the whole cell of a column.
    pub(crate) item: Option<(usize, &'s str)>,
    /// The columns that gave something, in the order in which they did.
    pub(crate) used: RefCell<Vec<usize>>,
}

/// Why a value cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Fault {
    pub(crate) column: Option<usize>,
    /// Whether the column is one of the row that the heading does not have.
    pub(crate) is_beyond: bool,
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

impl Fault {
    /// What messages call the column.
    pub(crate) fn told(&self, columns: &Columns) -> Option<String> {
        self.column.map(|column| if self.is_beyond { letters(column) } else { columns.told(column) })
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Place,
    Number,
    /// A Wikidata item, of which an IRI says the number.
    Item,
    Plain,
}

fn sort(field: &str) -> Sort {
    match field {
        "parties" | "stops" | "recipient" | "about" | "for_tie_with" | "location" | "seat" | "sending_state" => {
            Sort::Place
        }
        "wikidata" => Sort::Item,
        number if NUMBERS.contains(&number) => Sort::Number,
        _ => Sort::Plain,
    }
}

/// Fields that hold a list, even of one.
fn is_list(field: &str) -> bool {
    matches!(field, "parties" | "stops" | "topics" | "appeals")
}

type Result<T> = std::result::Result<T, Fault>;

impl<'s> Scope<'s> {
    pub(crate) fn new(cells: &'s [Cell], item: Option<(usize, &'s str)>) -> Self {
        Self { cells, item, used: RefCell::default() }
    }

    /// The text of a column; `None` where it is empty.
    fn text(&self, column: usize) -> Option<&'s str> {
        let text = match self.item {
            Some((own, item)) if own == column => item,
            _ => self.cells.get(column)?.text.as_str(),
        };
        if text.is_empty() {
            return None;
        }
        let mut used = self.used.borrow_mut();
        if !used.contains(&column) {
            used.push(column);
        }
        Some(text)
    }
}

impl Evaluator<'_> {
    /// The value of a field; `None` where the row has none.
    pub(crate) fn field(&self, field: &str, value: &Value, scope: &Scope<'_>) -> Result<Option<Json>> {
        let mut values = self.values(value, sort(field), is_list(field), scope)?;
        if is_list(field) {
            return Ok((!values.is_empty()).then_some(Json::Array(values)));
        }
        Ok(match values.len() {
            0 => None,
            1 => values.pop(),
            _ => Some(Json::Array(values)),
        })
    }

    /// Whether a condition holds: something comes of it.
    pub(crate) fn holds(&self, rule: &CellRule, scope: &Scope<'_>) -> Result<bool> {
        Ok(!self.cell(rule, Sort::Plain, scope)?.is_empty())
    }

    fn values(&self, value: &Value, sort: Sort, complete: bool, scope: &Scope<'_>) -> Result<Vec<Json>> {
        match value {
            Value::Text(template) => Ok(self.template(template, sort, scope).into_iter().collect()),
            Value::Cell(rule) => self.cell(rule, sort, scope),
            Value::Constant(constant) => Ok(vec![constant.clone()]),
            Value::List(list) => {
                let mut all = Vec::new();
                for one in list {
                    let found = self.values(one, sort, false, scope)?;
                    if found.is_empty() && complete {
                        return Err(self.lacking(one));
                    }
                    all.extend(found);
                }
                Ok(all)
            }
            Value::Object(members) => Ok(self.object(members, sort, scope)?.into_iter().collect()),
        }
    }

    fn lacking(&self, value: &Value) -> Fault {
        let mut named = Vec::new();
        super::bind::of_value(value, &mut named);
        let column = named.first().and_then(|named| self.columns.index(&named.name));
        Fault {
            column,
            is_beyond: false,
            reason: "the cell is empty".to_owned(),
            remedy:
                "fill it; or, under [table] of the mapping, let it mean the cell above (fill_down) or pass the row \
                     over (skip)"
                    .to_owned(),
        }
    }

    /// Why a record that needs a field cannot be made.
    pub(crate) fn missing(&self, record: &str, field: &str, value: &Value) -> Fault {
        let lacking = self.lacking(value);
        Fault { reason: format!("{}, and a {record} needs `{field}`", lacking.reason), ..lacking }
    }

    /// The text of a template; `None` where none of its columns has one.
    fn fill(&self, template: &Template, scope: &Scope<'_>) -> Option<String> {
        let (mut text, mut any, mut has_columns) = (String::new(), false, false);
        for piece in &template.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Column(name) => {
                    has_columns = true;
                    if let Some(cell) = self.columns.index(name).and_then(|column| scope.text(column)) {
                        any = true;
                        text.push_str(cell);
                    }
                }
            }
        }
        let text = text.trim();
        ((any || !has_columns) && !text.is_empty()).then(|| text.to_owned())
    }

    fn template(&self, template: &Template, sort: Sort, scope: &Scope<'_>) -> Option<Json> {
        let text = self.fill(template, scope)?;
        Some(if template.constant().is_some() { Json::from(text) } else { self.json(text, sort, false) })
    }

    /// A text as the field takes it.
    fn json(&self, text: String, sort: Sort, whole: bool) -> Json {
        match sort {
            Sort::Place if !whole => self.mention(&text),
            Sort::Number => {
                let digits = text.replace([',', ' ', '\u{A0}'], "");
                serde_json::from_str::<serde_json::Number>(&digits).map_or(Json::from(text), Json::Number)
            }
            Sort::Item => Json::from(text.rsplit('/').next().unwrap_or_default()),
            _ => Json::from(text),
        }
    }

    fn mention(&self, text: &str) -> Json {
        let mut object = Map::new();
        self.take_apart(text, &mut object);
        match object.len() {
            1 => object.remove("name").unwrap_or_default(),
            _ => Json::Object(object),
        }
    }

    /// Puts the names of a cell into a mention, and the state beside them where it has none yet.
    fn take_apart(&self, text: &str, object: &mut Map<String, Json>) {
        let names = take_apart(text, self.register);
        let name = if names.name.is_empty() { text.to_owned() } else { names.name };
        object.insert("name".to_owned(), name.into());
        if !names.also.is_empty() && !object.contains_key("also") {
            object.insert("also".to_owned(), names.also.into());
        }
        if let Some(state) = names.state.filter(|_| !object.contains_key("state")) {
            object.insert("state".to_owned(), state.into());
        }
    }

    fn object(&self, members: &[(String, Value)], around: Sort, scope: &Scope<'_>) -> Result<Option<Json>> {
        let mut object = Map::new();
        let mut name = None;
        for (key, value) in members {
            if around == Sort::Place && key == "name" {
                name = self.values(value, Sort::Plain, false, scope)?.pop();
                if matches!(value, Value::Cell(rule) if rule.whole) || value.constant().is_some() {
                    object.extend(name.take().map(|name| (key.clone(), name)));
                }
            } else if let Some(value) = self.member(key, value, scope)? {
                object.insert(key.clone(), value);
            }
        }
        if let Some(Json::String(name)) = name {
            self.take_apart(&name, &mut object);
        }
        let nothing = object.is_empty() || around == Sort::Place && !object.contains_key("name");
        Ok((!nothing).then_some(Json::Object(object)))
    }

    fn member(&self, key: &str, value: &Value, scope: &Scope<'_>) -> Result<Option<Json>> {
        if key == "also" {
            let values = self.values(value, Sort::Plain, false, scope)?;
            return Ok((!values.is_empty()).then_some(Json::Array(values)));
        }
        self.field(key, value, scope)
    }

    fn cell(&self, rule: &CellRule, sort: Sort, scope: &Scope<'_>) -> Result<Vec<Json>> {
        if let Some(date) = self.typed_date(rule, scope) {
            return Ok(vec![date]);
        }
        let Some(text) = self.fill(&rule.column, scope) else {
            return Ok(rule.otherwise.iter().map(|text| Json::from(text.as_str())).collect());
        };
        let parts: Vec<&str> = match &rule.split {
            Some(split) => split.split(&text).map(str::trim).filter(|part| !part.is_empty()).collect(),
            None => vec![&text],
        };
        let mut values = Vec::new();
        for part in parts {
            values.extend(self.part(rule, part, sort, scope)?);
        }
        Ok(values)
    }

    /// The date of a cell that its container holds as a date.
    fn typed_date(&self, rule: &CellRule, scope: &Scope<'_>) -> Option<Json> {
        let column =
            self.column(rule).filter(|_| rule.date.is_some() && rule.matching.is_none() && rule.split.is_none())?;
        let date = scope.cells.get(column)?.date?;
        scope.text(column);
        let date = match self.precision(rule, scope) {
            Some(precision) => at_precision(date, precision)?,
            None => date,
        };
        Some(date.to_string().into())
    }

    /// The column, where the rule takes one and nothing else.
    fn column(&self, rule: &CellRule) -> Option<usize> {
        match rule.column.pieces.as_slice() {
            [Piece::Column(name)] => self.columns.index(name),
            _ => None,
        }
    }

    fn precision(&self, rule: &CellRule, scope: &Scope<'_>) -> Option<u32> {
        let column = self.columns.index(&rule.precision.as_ref()?.name)?;
        scope.cells.get(column)?.text.parse().ok()
    }

    fn part(&self, rule: &CellRule, part: &str, sort: Sort, scope: &Scope<'_>) -> Result<Option<Json>> {
        let otherwise = || rule.otherwise.as_deref().map(Json::from);
        let part = match &rule.matching {
            None => part,
            Some(regex) => match regex.captures(part).and_then(|found| found.get(1).or(found.get(0))) {
                Some(found) => found.as_str().trim(),
                None => return Ok(otherwise()),
            },
        };
        if part.is_empty() {
            return Ok(otherwise());
        }
        if !rule.map.is_empty() {
            return match rule.map.iter().find(|(from, _)| from == part) {
                Some((_, to)) => Ok(Some(to.as_str().into())),
                None if rule.otherwise.is_some() => Ok(otherwise()),
                None => Err(self.unmapped(rule, part)),
            };
        }
        match &rule.date {
            Some(date) => self.date(rule, date, part, scope),
            None => Ok(Some(self.json(part.to_owned(), sort, rule.whole))),
        }
    }

    fn unmapped(&self, rule: &CellRule, part: &str) -> Fault {
        Fault {
            column: self.column(rule),
            is_beyond: false,
            reason: format!("{} stands in no `map` of the mapping (line {})", shown(part), rule.line),
            remedy: format!("write \"{part}\" = \"…\" into it, or what stands for all else: otherwise = \"…\""),
        }
    }

    fn date(&self, rule: &CellRule, date: &DateRule, part: &str, scope: &Scope<'_>) -> Result<Option<Json>> {
        if is_no_date(part) {
            return Ok(None);
        }
        let column = self.column(rule);
        let usual = DateStyle::Usual(None);
        let style = match date {
            DateRule::Style(style) => style,
            DateRule::Guess => column.and_then(|column| self.dates.get(&column)).unwrap_or(&usual),
        };
        let Some(found) = style.read(part).and_then(crate::table::date::Reading::date) else {
            return match &rule.otherwise {
                Some(otherwise) => Ok(Some(otherwise.as_str().into())),
                None => Err(Fault {
                    column,
                    is_beyond: false,
                    reason: format!("{} is no date as the mapping (line {}) has it", shown(part), rule.line),
                    remedy: "mend the cell, or say how dates are written: date = [\"%Y.%m.%d\", \"%Y\"]".to_owned(),
                }),
            };
        };
        let found = match self.precision(rule, scope) {
            Some(precision) => at_precision(found, precision),
            None => Some(found),
        };
        Ok(found.map(|date| date.to_string().into()))
    }
}
