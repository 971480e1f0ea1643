//! TOML into a mapping, each error with its line, its key and what was probably meant.

use regex::{Regex, RegexBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Layout, Mapping, Named, Rule, Section, SheetChoice, Template, Value};
use crate::nearest::nearest;
use crate::record::RecordType;
use crate::table::error::TableError;
use crate::table::text;

/// The keys of each part of a mapping; the schema has the same.
pub(super) const TOP: &[&str] = &["source", "table", "record"];
pub(super) const LAYOUT: &[&str] =
    &["encoding", "delimiter", "quote", "sheet", "header", "columns", "skip", "totals", "fill_down", "sections"];
pub(super) const SECTION: &[&str] = &["match", "column"];
pub(super) const EACH: &[&str] = &["column", "split"];
pub(super) const CELL: &[&str] = &["column", "match", "map", "otherwise", "split", "date", "precision", "whole"];
/// The longest compiled regular expression, in bytes.
const LARGEST_REGEX: usize = 1 << 20;

pub(super) type Result<T> = std::result::Result<T, TableError>;
pub(super) type Item<'t> = Spanned<DeValue<'t>>;

/// A mapping being read.
pub(super) struct Reader<'t> {
    name: &'t str,
    text: &'t str,
}

pub(super) fn read(name: &str, text: &str) -> Result<Mapping> {
    let reader = Reader { name, text };
    let parsed = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        TableError::new(
            reader.at(at),
            error.message().to_owned(),
            "the mapping is a file of TOML: see citypact schema --tables",
        )
    })?;
    let top = parsed.get_ref();
    reader.known(top, TOP, "a mapping")?;
    let source = match top.get("source") {
        Some(source) => reader.source(source)?,
        None => Vec::new(),
    };
    if !source.iter().any(|(key, _)| key == "language") {
        let remedy = "write it under [source] into the mapping, such as language = \"zh-Hans\"";
        return Err(TableError::new(name, "the mapping does not say the language of the table", remedy));
    }
    let table = match top.get("table") {
        Some(table) => reader.layout(table)?,
        None => Layout::default(),
    };
    let records = match top.get("record") {
        Some(records) => reader.rules(records)?,
        None => {
            let remedy = "write one: [[record]] with a type, such as type = \"tie\", and its fields";
            return Err(TableError::new(name, "the mapping has no [[record]]", remedy));
        }
    };
    Ok(Mapping { name: name.to_owned(), source, table, records })
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            encoding: None,
            delimiter: None,
            quote: true,
            sheets: None,
            header: None,
            columns: None,
            skip: Vec::new(),
            totals: Vec::new(),
            fill_down: Vec::new(),
            sections: Vec::new(),
        }
    }
}

impl<'t> Reader<'t> {
    pub(super) fn line(&self, offset: usize) -> usize {
        self.text.get(..offset).map_or(0, |before| before.matches('\n').count()) + 1
    }

    pub(super) fn line_of<T>(&self, item: &Spanned<T>) -> usize {
        self.line(item.span().start)
    }

    fn at(&self, offset: usize) -> String {
        format!("{}:{}", self.name, self.line(offset))
    }

    pub(super) fn error<V>(&self, item: &Spanned<V>, key: &str, reason: &str, remedy: impl Into<String>) -> TableError {
        TableError::new(self.at(item.span().start), format!("`{key}` {reason}"), remedy)
    }

    /// Refuses keys that nothing knows.
    pub(super) fn known(&self, table: &DeTable<'_>, known: &[&str], of: &str) -> Result<()> {
        match table.iter().find(|(key, _)| !known.contains(&&**key.get_ref())) {
            Some((key, _)) => Err(self.unknown(key.span().start, key.get_ref(), known, of)),
            None => Ok(()),
        }
    }

    fn unknown(&self, offset: usize, key: &str, known: &[&str], of: &str) -> TableError {
        let remedy = match nearest(key, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("one of: {}", known.join(", ")),
        };
        TableError::new(self.at(offset), format!("`{key}` is no key of {of}"), remedy)
    }

    pub(super) fn table<'i>(&self, item: &'i Item<'t>, key: &str) -> Result<&'i DeTable<'t>> {
        item.get_ref()
            .as_table()
            .ok_or_else(|| self.error(item, key, "is a table", format!("write [{key}] and its keys below it")))
    }

    pub(super) fn text<'i>(&self, item: &'i Item<'t>, key: &str) -> Result<&'i str> {
        item.get_ref().as_str().ok_or_else(|| self.error(item, key, "is a text", "put it in quotation marks"))
    }

    /// A text, or a list of texts.
    pub(super) fn texts<'i>(&self, item: &'i Item<'t>, key: &str) -> Result<Vec<(&'i str, usize)>> {
        match item.get_ref() {
            DeValue::Array(list) => list.iter().map(|one| Ok((self.text(one, key)?, self.line_of(one)))).collect(),
            _ => Ok(vec![(self.text(item, key)?, self.line_of(item))]),
        }
    }

    fn number(&self, item: &Item<'t>, key: &str) -> Result<u32> {
        let number = item.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        number.ok_or_else(|| {
            self.error(item, key, "is a whole number", "write it without quotation marks, counted from 1")
        })
    }

    pub(super) fn truth(&self, item: &Item<'t>, key: &str) -> Result<bool> {
        item.get_ref()
            .as_bool()
            .ok_or_else(|| self.error(item, key, "is true or false", "write it without quotation marks"))
    }

    pub(super) fn regex(&self, item: &Item<'t>, key: &str, text: &str) -> Result<Regex> {
        RegexBuilder::new(text).size_limit(LARGEST_REGEX).build().map_err(|error| {
            let last = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let remedy = "write a regular expression in single quotation marks, such as '^合计'";
            self.error(item, key, &format!("is no regular expression: {last}"), remedy)
        })
    }

    fn regexes(&self, item: &Item<'t>, key: &str) -> Result<Vec<Regex>> {
        self.texts(item, key)?.into_iter().map(|(text, _)| self.regex(item, key, text)).collect()
    }

    fn source(&self, item: &Item<'t>) -> Result<Vec<(String, Value)>> {
        let fields = self.table(item, "source")?;
        let known: Vec<&str> = RecordType::Source.fields().filter(|name| *name != "source").collect();
        self.known(fields, &known, "[source]")?;
        fields.iter().map(|(key, value)| self.source_field(key.get_ref(), value)).collect()
    }

    fn source_field(&self, key: &str, item: &Item<'t>) -> Result<(String, Value)> {
        let value = self.value(item, key)?;
        let mut named = Vec::new();
        crate::table::translate::bind::of_value(&value, &mut named);
        if named.is_empty() {
            return Ok((key.to_owned(), value));
        }
        Err(self.error(
            item,
            key,
            "is of the source, which is one for all rows: it cannot take a column",
            "write it out",
        ))
    }

    fn layout(&self, item: &Item<'t>) -> Result<Layout> {
        let table = self.table(item, "table")?;
        self.known(table, LAYOUT, "[table]")?;
        let mut layout = Layout::default();
        for (key, value) in table {
            let key = &**key.get_ref();
            match key {
                "encoding" => layout.encoding = Some(self.encoding(value)?),
                "delimiter" => layout.delimiter = Some(self.delimiter(value)?),
                "quote" => layout.quote = self.truth(value, key)?,
                "sheet" => layout.sheets = Some(self.sheets(value)?),
                "header" => layout.header = Some(self.header(value)?),
                "columns" => {
                    layout.columns =
                        Some(self.texts(value, key)?.into_iter().map(|(name, _)| name.to_owned()).collect());
                }
                "skip" => layout.skip = self.regexes(value, key)?,
                "totals" => layout.totals = self.regexes(value, key)?,
                "fill_down" => {
                    let named = |(name, line): (&str, usize)| Named { name: name.to_owned(), line };
                    layout.fill_down = self.texts(value, key)?.into_iter().map(named).collect();
                }
                _ => layout.sections = self.sections(value)?,
            }
        }
        Ok(layout)
    }

    fn encoding(&self, item: &Item<'t>) -> Result<&'static encoding_rs::Encoding> {
        let name = self.text(item, "encoding")?;
        text::by_name(name).ok_or_else(|| {
            let known = [
                "utf-8",
                "utf-16le",
                "utf-16be",
                "gb18030",
                "gbk",
                "big5",
                "shift_jis",
                "euc-jp",
                "euc-kr",
                "windows-1252",
            ];
            let remedy = nearest(name, known)
                .map_or_else(|| format!("one of: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.error(item, "encoding", &format!("is \"{name}\", which is no known encoding"), remedy)
        })
    }

    fn delimiter(&self, item: &Item<'t>) -> Result<char> {
        let text = self.text(item, "delimiter")?;
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(delimiter), None) if !"\"\r\n".contains(delimiter) => Ok(delimiter),
            _ if text.eq_ignore_ascii_case("tab") => Ok('\t'),
            _ => Err(self.error(item, "delimiter", "is one character", "such as \";\" or \"\\t\"")),
        }
    }

    fn sheets(&self, item: &Item<'t>) -> Result<Vec<SheetChoice>> {
        let one = |item: &Item<'t>| match item.get_ref() {
            DeValue::String(name) if name == "*" => Ok(SheetChoice::All),
            DeValue::String(name) => Ok(SheetChoice::Name(name.to_string())),
            _ => match self.number(item, "sheet")? {
                0 => Err(self.error(item, "sheet", "counts from 1", "write 1 for the first")),
                number => Ok(SheetChoice::Number(number as usize)),
            },
        };
        one_or_many(item, one)
    }

    /// Row numbers of the heading; 0 for a table without one.
    fn header(&self, item: &Item<'t>) -> Result<Vec<u32>> {
        let rows = one_or_many(item, |one| self.number(one, "header"))?;
        if !rows.is_sorted() || rows.len() > 5 {
            return Err(self.error(item, "header", "names up to five rows in order", "such as header = [2, 3]"));
        }
        Ok(rows.into_iter().filter(|row| *row > 0).collect())
    }

    fn sections(&self, item: &Item<'t>) -> Result<Vec<Section>> {
        let one = |item: &Item<'t>| {
            let table = self.table(item, "sections")?;
            self.known(table, SECTION, "a section")?;
            let matching =
                table.get("match").map(|value| self.regex(value, "match", self.text(value, "match")?)).transpose()?;
            let Some(column) = table.get("column") else {
                return Err(self.error(
                    item,
                    "sections",
                    "name the column that they give a value",
                    "such as sections = [{ column = \"国家\" }]",
                ));
            };
            Ok(Section { matching, column: self.text(column, "column")?.to_owned() })
        };
        one_or_many(item, one)
    }

    fn rules(&self, item: &Item<'t>) -> Result<Vec<Rule>> {
        let DeValue::Array(list) = item.get_ref() else {
            return Err(self.error(item, "record", "is a list", "write [[record]] in two pairs of brackets"));
        };
        list.iter().map(|item| self.rule(item)).collect()
    }

    fn rule(&self, item: &Item<'t>) -> Result<Rule> {
        let table = self.table(item, "record")?;
        let Some(tag) = table.get("type") else {
            return Err(self.error(item, "record", "does not say its type", "such as type = \"tie\""));
        };
        let name = self.text(tag, "type")?;
        let types: Vec<&str> = RecordType::ALL.iter().map(|known| known.as_str()).collect();
        let Some(record_type) = RecordType::from_tag(name) else {
            let remedy = nearest(name, types.iter().copied())
                .map_or_else(|| format!("one of: {}", types.join(", ")), |near| format!("did you mean `{near}`?"));
            return Err(self.error(tag, "type", &format!("is \"{name}\", which is no type of record"), remedy));
        };
        let known: Vec<&str> = ["type", "each", "when"].into_iter().chain(record_type.fields()).collect();
        self.known(table, &known, &format!("a {name}"))?;
        if let Some(missing) = record_type.required_fields().iter().find(|field| !table.contains_key(**field)) {
            let remedy = crate::record::words::form(missing).unwrap_or_default();
            return Err(self.error(item, "record", &format!("of type {name} has no `{missing}`"), remedy));
        }
        let mut rule = Rule { record_type, each: None, when: None, fields: Vec::new() };
        for (key, value) in table {
            match &**key.get_ref() {
                "type" => {}
                "each" => rule.each = Some(self.each(value)?),
                "when" => rule.when = Some(self.cell(value, "when")?),
                field => rule.fields.push((field.to_owned(), self.value(value, field)?)),
            }
        }
        Ok(rule)
    }

    fn each(&self, item: &Item<'t>) -> Result<(Named, Regex)> {
        let table = self.table(item, "each")?;
        self.known(table, EACH, "`each`")?;
        let (Some(column), Some(split)) = (table.get("column"), table.get("split")) else {
            return Err(self.error(
                item,
                "each",
                "needs `column` and `split`",
                "such as each = { column = \"友好城市\", split = '[、,]' }",
            ));
        };
        let name = self.text(column, "column")?.to_owned();
        Ok((Named { name, line: self.line_of(column) }, self.regex(split, "split", self.text(split, "split")?)?))
    }

    fn value(&self, item: &Item<'t>, key: &str) -> Result<Value> {
        Ok(match item.get_ref() {
            DeValue::String(text) if text == "?" => {
                let remedy = "write the id or the name of the place for it: citypact places find NAME tells ids; or name a column";
                return Err(self.error(item, key, "still has a `?` in it", remedy));
            }
            DeValue::String(text) => Value::Text(self.template(item, key, text)?),
            DeValue::Array(list) => Value::List(list.iter().map(|one| self.value(one, key)).collect::<Result<_>>()?),
            DeValue::Table(table) if table.contains_key("column") => Value::Cell(Box::new(self.cell(item, key)?)),
            DeValue::Table(table) => {
                let member = |(key, value): (&Spanned<_>, &Item<'t>)| self.member(key, value);
                Value::Object(table.iter().map(member).collect::<Result<_>>()?)
            }
            DeValue::Boolean(truth) => Value::Constant((*truth).into()),
            DeValue::Integer(number) => Value::Constant(self.constant(item, key, number.as_str())?),
            DeValue::Float(number) => Value::Constant(self.constant(item, key, number.as_str())?),
            DeValue::Datetime(date) => Value::Text(self.template(item, key, &date.to_string())?),
        })
    }

    fn member(&self, key: &Spanned<std::borrow::Cow<'t, str>>, value: &Item<'t>) -> Result<(String, Value)> {
        let name = key.get_ref().to_string();
        let value = self.value(value, &name)?;
        Ok((name, value))
    }

    pub(super) fn template(&self, item: &Item<'t>, key: &str, text: &str) -> Result<Template> {
        Template::parse(text, self.line_of(item))
            .map_err(|reason| self.error(item, key, &format!("cannot be read: {reason}"), "such as \"{城市}\""))
    }

    fn constant(&self, item: &Item<'t>, key: &str, number: &str) -> Result<serde_json::Value> {
        serde_json::from_str(&number.replace('_', ""))
            .map_err(|_| self.error(item, key, "is no number that records can hold", "write it as 29 or 29.5"))
    }
}

/// A list of things, or one of them that stands for a list.
fn one_or_many<'t, T>(item: &Item<'t>, one: impl Fn(&Item<'t>) -> Result<T>) -> Result<Vec<T>> {
    match item.get_ref() {
        DeValue::Array(list) => list.iter().map(one).collect(),
        _ => Ok(vec![one(item)?]),
    }
}
