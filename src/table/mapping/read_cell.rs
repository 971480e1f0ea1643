//! What a mapping makes of a cell, read from TOML.

use super::read::{CELL, Item, Reader, Result};
use super::{CellRule, DateRule, Named, Template};
use crate::table::date::{DateStyle, Order, Pattern};

impl<'t> Reader<'t> {
    pub(super) fn cell(&self, item: &Item<'t>, key: &str) -> Result<CellRule> {
        let table = self.table(item, key)?;
        self.known(table, CELL, &format!("what `{key}` takes from a column"))?;
        let Some(column) = table.get("column") else {
            return Err(self.error(item, key, "names no column", "such as column = \"城市\""));
        };
        let name = self.text(column, "column")?;
        let line = self.line_of(column);
        let column =
            if name.contains('{') { self.template(column, "column", name)? } else { Template::column(name, line) };
        let mut rule = CellRule {
            column,
            matching: None,
            map: Vec::new(),
            otherwise: None,
            split: None,
            date: None,
            precision: None,
            whole: false,
            line,
        };
        for (key, value) in table {
            let key = &**key.get_ref();
            match key {
                "match" => rule.matching = Some(self.regex(value, key, self.text(value, key)?)?),
                "split" => rule.split = Some(self.regex(value, key, self.text(value, key)?)?),
                "map" => rule.map = self.map(value)?,
                "otherwise" => rule.otherwise = Some(self.text(value, key)?.to_owned()),
                "date" => rule.date = Some(self.date(value)?),
                "precision" => {
                    rule.precision = Some(Named { name: self.text(value, key)?.to_owned(), line: self.line_of(value) })
                }
                "whole" => rule.whole = self.truth(value, key)?,
                _ => {}
            }
        }
        Ok(rule)
    }

    fn map(&self, item: &Item<'t>) -> Result<Vec<(String, String)>> {
        let table = self.table(item, "map")?;
        table
            .iter()
            .map(|(key, value)| Ok((key.get_ref().to_string(), self.text(value, key.get_ref())?.to_owned())))
            .collect()
    }

    fn date(&self, item: &Item<'t>) -> Result<DateRule> {
        let texts = self.texts(item, "date")?;
        let style = |word: &str| match word {
            "guess" => Some(DateRule::Guess),
            "day-first" => Some(DateRule::Style(DateStyle::Usual(Some(Order::DayFirst)))),
            "month-first" => Some(DateRule::Style(DateStyle::Usual(Some(Order::MonthFirst)))),
            "excel-1900" => Some(DateRule::Style(DateStyle::Serial { since_1904: false })),
            "excel-1904" => Some(DateRule::Style(DateStyle::Serial { since_1904: true })),
            _ => None,
        };
        if let [(word, _)] = texts.as_slice()
            && let Some(rule) = style(word)
        {
            return Ok(rule);
        }
        let patterns = texts.iter().map(|(text, _)| {
            Pattern::new(text).map_err(|reason| {
                let remedy = "write a pattern such as \"%d/%m/%Y\", or one of: guess, day-first, month-first, excel-1900, excel-1904";
                self.error(item, "date", &format!("is \"{text}\": {reason}"), remedy)
            })
        });
        Ok(DateRule::Style(DateStyle::Patterns(patterns.collect::<Result<_>>()?)))
    }
}
