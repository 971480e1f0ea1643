//! Writes what was guessed as a mapping, with the reasons beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Known;
use super::columns::{Column, Places, share};
use super::grade::{ENDED, SUSPENDED, grade, legend, standing};
use super::sample::{Sample, Samples};
use super::words::{Meaning, languages};
use crate::record::read::Input;
use crate::table::container::Book;
use crate::table::grid::Row;
use crate::table::translate::bind::SHEET;

/// All that a guess is written from.
pub(super) struct Draft<'d> {
    pub(super) input: &'d Input,
    pub(super) book: &'d Book<'d>,
    pub(super) samples: &'d Samples,
    pub(super) columns: Vec<Column>,
    pub(super) places: Places<'d>,
    pub(super) known: &'d Known,
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A column as a template takes it.
pub(super) fn cell(name: &str) -> String {
    quoted(&format!("{{{name}}}"))
}

/// A text on one line, for a comment.
pub(super) fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect()
}

impl Draft<'_> {
    pub(super) fn write(mut self) -> String {
        let name = self.input.name();
        let stem = self.input.stem();
        let mut out = format!(
            "# What {} is taken for. Read it, mend it, keep it as {stem}.toml; then:\n#   citypact tables preview {} --table \
             {stem}.toml\n#   citypact convert {} --table {stem}.toml\n",
            line(&name),
            line(&name),
            line(&name)
        );
        self.source(&mut out);
        let section = self.section();
        self.layout(&mut out, section.as_ref());
        self.record(&mut out, section.as_ref());
        out
    }

    pub(super) fn column(&self, meaning: Meaning) -> Option<&Column> {
        self.columns.iter().find(|column| column.meaning.as_ref().is_some_and(|(known, _)| *known == meaning))
    }

    fn source(&self, out: &mut String) {
        let (language, why) = self.language();
        let _ = writeln!(out, "\n[source]\n# id = {}    # the file's name where not given", quoted(&self.input.stem()));
        let _ = writeln!(out, "language = {}    # {why}", quoted(language));
        if let Some(title) = self.samples.lead().above().first().filter(|_| self.samples.all.len() == 1) {
            let _ = writeln!(out, "title = {}    # the text above the table", quoted(&line(title)));
        }
        out.push_str("# publisher = \"…\"    # who keeps the table\n# published = \"…\"    # when, such as 2023-05\n# url = \"…\"\n");
    }

    /// The language most of whose words the headings are; Chinese characters alone leave it between three.
    fn language(&self) -> (&'static str, String) {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for name in &self.samples.lead().names {
            languages(name).into_iter().for_each(|language| *counts.entry(language).or_default() += 1);
        }
        let text: String = self.columns.iter().flat_map(|column| column.values.iter().take(20)).cloned().collect();
        let has = |range: std::ops::RangeInclusive<char>| text.chars().any(|c| range.contains(&c));
        let script = match () {
            () if has('\u{AC00}'..='\u{D7A3}') => Some(("ko", "Hangul stands in it")),
            () if has('\u{3041}'..='\u{30F6}') => Some(("ja", "kana stand in it")),
            () => None,
        };
        let best = counts.iter().max_by_key(|(language, count)| {
            let own = script.is_some_and(|(script, _)| script == **language);
            // Of two Chinese languages that share their words, the first is the more likely.
            (own, **count, **language == "zh-Hans")
        });
        match (best, script) {
            (Some((language, count)), _) => {
                (*language, format!("{count} of its headings are words of it; mend it if it is another"))
            }
            (None, Some((language, why))) => (language, why.to_owned()),
            (None, None) => ("und", "not known: write the language of the table, such as zh-Hans".to_owned()),
        }
    }

    /// Rows of a single cell that give the state, or the grade, of the rows below; what they give, and which.
    fn section(&mut self) -> Option<(&'static str, String)> {
        let inner = self.samples.sections();
        if inner.is_empty() {
            return None;
        }
        let states = share(inner.iter(), |text| self.places.register.state_id(strip_count(text)).is_some());
        if self.column(Meaning::State).is_none() && states > 0.6 {
            return Some(("state", format!("{} rows of one cell name a state", inner.len())));
        }
        let grades = share(inner.iter(), |text| grade(text).is_some());
        if self.column(Meaning::Kind).is_none() && grades > 0.6 {
            return Some(("kind", format!("{} rows of one cell name a grade", inner.len())));
        }
        None
    }

    fn layout(&mut self, out: &mut String, section: Option<&(&'static str, String)>) {
        out.push_str("\n[table]\n");
        for (key, value, why) in &self.book.guesses {
            let _ = writeln!(out, "{key} = {}    # {why}", quoted(value));
        }
        if self.book.count() > 1 {
            let list: Vec<String> = self.sheets().into_iter().map(quoted).collect();
            let why =
                if list.len() > 1 { "they have the same heading" } else { "its heading has the most known words" };
            let _ = writeln!(out, "sheet = [{}]    # of {}; {why}", list.join(", "), self.book.count());
        }
        self.header(out);
        self.fill_down(out);
        if let Some((what, why)) = section {
            let shape = if *what == "state" { r#"match = '^(.*?)\s*(?:[(（]\d+.*)?$', "# } else { "" };
            let _ = writeln!(out, "sections = [{{ {shape}column = {} }}]    # {why}", quoted(&format!("({what})")));
        }
        let below: Vec<String> = self.notes().into_iter().map(|text| format!("'^{}'", pattern(text))).collect();
        if below.is_empty() {
            out.push_str("# skip = ['^注']    # rows that are remarks, by their first cell\n");
        } else {
            let _ = writeln!(out, "skip = [{}]    # rows of one cell after the last of several", below.join(", "));
        }
    }

    /// What the sheets are called.
    pub(super) fn sheets(&self) -> Vec<&str> {
        self.samples.all.iter().filter_map(|(number, _)| self.book.sheet_name(*number)).collect()
    }

    fn header(&self, out: &mut String) {
        let lead = self.samples.lead();
        let _ = match self.samples.header() {
            None => writeln!(out, "# header: it stands on another row of each sheet, and is found by its names"),
            Some([]) => {
                writeln!(out, "header = 0    # no row has names of columns that are known; {{#1}} is the first column")
            }
            Some([row]) => {
                let named = lead.names.iter().filter(|name| !name.is_empty()).count();
                writeln!(out, "header = {row}    # {} of its {named} names are known", lead.known)
            }
            Some(rows) => writeln!(out, "header = {rows:?}    # merged cells, and names below them"),
        };
    }

    fn fill_down(&self, out: &mut String) {
        let meanings = [Meaning::Own, Meaning::State, Meaning::Unit, Meaning::Continent];
        let gaps = |column: &&Column| {
            let known = column.meaning.as_ref().is_some_and(|(meaning, _)| meanings.contains(meaning));
            // A gap here and there is a cell that nobody filled.
            known && column.filled > 0 && 4 * column.empty >= column.empty + column.filled
        };
        let found: Vec<String> = self.columns.iter().filter(gaps).map(|column| quoted(&column.name)).collect();
        if !found.is_empty() {
            let _ = writeln!(out, "fill_down = [{}]    # empty cells below one that is not", found.join(", "));
        }
    }

    /// The texts of rows of one cell after the last row of several, each once.
    fn notes(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.samples.notes().into_iter().filter(|text| seen.insert(pattern(text))).collect()
    }

    fn record(&mut self, out: &mut String, section: Option<&(&'static str, String)>) {
        out.push_str("\n[[record]]\ntype = \"tie\"\n");
        self.kind(out, section);
        self.parties(out, section);
        for (field, meaning) in [("since", Meaning::Since), ("until", Meaning::Until)] {
            if let Some(column) = self.column(meaning) {
                let precision =
                    self.column(Meaning::Precision).map(|column| format!(", precision = {}", quoted(&column.name)));
                let (name, why) = (quoted(&column.name), reason(column));
                let _ = writeln!(
                    out,
                    "{field} = {{ column = {name}, date = \"guess\"{} }}    # {why}",
                    precision.unwrap_or_default()
                );
            }
        }
        self.status(out);
        let remarks: Vec<String> = self
            .columns
            .iter()
            .filter(|column| means(column, Meaning::Remarks))
            .map(|column| format!("{{{}}}", column.name))
            .collect();
        if let Some(first) = remarks.first() {
            let _ = writeln!(out, "note = {}", quoted(first));
        }
        self.left_out(out, remarks.len());
    }

    fn kind(&self, out: &mut String, section: Option<&(&'static str, String)>) {
        let singles: Vec<(&Row, &str)> = self.samples.singles();
        if let Some(column) = self.column(Meaning::Kind) {
            let letters = legend(&singles);
            let told =
                |value: &String| letters.iter().find(|(letter, _)| letter == value).map(|(_, word)| word.clone());
            let map = |value: &String| {
                let grade = grade(&told(value).unwrap_or_else(|| value.clone()))?;
                Some(format!("{} = {}", quoted(value), quoted(grade)))
            };
            let known: Vec<String> = column.values.iter().filter_map(map).collect();
            let map = if known.is_empty() { String::new() } else { format!("map = {{ {} }}, ", known.join(", ")) };
            let why = if letters.is_empty() { reason(column) } else { "by the legend of the table".to_owned() };
            let name = quoted(&column.name);
            let _ = if known.is_empty() {
                writeln!(
                    out,
                    "kind = \"unspecified-friendship\"    # no value of the column {} is a known grade",
                    line(&column.name)
                )
            } else {
                writeln!(out, "kind = {{ column = {name}, {map}otherwise = \"unspecified-friendship\" }}    # {why}")
            };
            let _ = writeln!(out, "kind_as_printed = {}", cell(&column.name));
            return;
        }
        if section.is_some_and(|(what, _)| *what == "kind") {
            let texts =
                singles.iter().filter_map(|(_, text)| Some(format!("{} = {}", quoted(text), quoted(grade(text)?))));
            let map: Vec<String> = texts.collect();
            let _ = writeln!(
                out,
                "kind = {{ column = \"(kind)\", map = {{ {} }}, otherwise = \"unspecified-friendship\" }}",
                map.join(", ")
            );
            return;
        }
        if let Some(map) = self.grades_of_sheets() {
            let _ = writeln!(
                out,
                "kind = {{ column = {}, map = {{ {map} }}, otherwise = \"unspecified-friendship\" }}    # by the sheets' titles or names",
                quoted(SHEET)
            );
            return;
        }
        let lead = self.samples.lead();
        let headings = lead.names.iter().map(String::as_str);
        let mut texts = lead.above().into_iter().chain(headings).chain(self.sheets());
        let _ = match texts.find_map(|text| Some((text, grade(text)?))) {
            Some((text, grade)) => writeln!(out, "kind = {}    # by the words {}", quoted(grade), line(text)),
            None => writeln!(
                out,
                "kind = \"unspecified-friendship\"    # no word says which: friendship-city, friendly-exchange-city …"
            ),
        };
    }

    /// The grades of which the sheets of one heading speak, where they are not all the same: by a title of each, or by its
    /// name.
    fn grades_of_sheets(&self) -> Option<String> {
        let of_sheet = |(number, sample): &(usize, Sample)| {
            let name = self.book.sheet_name(*number)?;
            let grade = sample.above().into_iter().chain([name]).find_map(grade);
            Some((name, grade))
        };
        let grades: Vec<(&str, Option<&str>)> = self.samples.all.iter().filter_map(of_sheet).collect();
        let differ = grades.iter().any(|(_, grade)| *grade != grades[0].1);
        let known = grades.iter().filter_map(|(name, grade)| Some(format!("{} = {}", quoted(name), quoted((*grade)?))));
        differ.then(|| known.collect::<Vec<_>>().join(", "))
    }

    fn status(&self, out: &mut String) {
        for column in
            self.columns.iter().filter(|column| means(column, Meaning::Remarks) || means(column, Meaning::Status))
        {
            let (ended, suspended) = (standing(&ENDED, &column.values), standing(&SUSPENDED, &column.values));
            if ended.is_empty() && suspended.is_empty() {
                continue;
            }
            let name = quoted(&column.name);
            let all: Vec<String> = ended.iter().chain(&suspended).map(|word| regex::escape(word)).collect();
            let map = ended.iter().map(|word| (word, "ended")).chain(suspended.iter().map(|word| (word, "unknown")));
            let map: Vec<String> = map.map(|(word, status)| format!("{} = {}", quoted(word), quoted(status))).collect();
            let _ = writeln!(
                out,
                "status = {{ column = {name}, match = '({})', map = {{ {} }} }}    # its remarks say so",
                all.join("|"),
                map.join(", ")
            );
            if !ended.is_empty() && self.column(Meaning::Until).is_none() {
                let words: Vec<String> = ended.iter().map(|word| regex::escape(word)).collect();
                let (pattern, why) = year_beside(&words.join("|"), &column.values);
                let _ =
                    writeln!(out, "until = {{ column = {name}, match = '{pattern}' }}    # the year {why} these words");
            }
            return;
        }
    }

    /// What of the table goes into no record.
    fn left_out(&self, out: &mut String, remarks: usize) {
        let used = |column: &Column| match &column.meaning {
            Some((Meaning::Renewed | Meaning::Number | Meaning::Continent, _)) | None => false,
            Some((Meaning::Unit, _)) => self.unit().as_ref() == Some(&column.name),
            Some((Meaning::Remarks, _)) => remarks > 0,
            Some(_) => true,
        };
        let addresses = self.addresses();
        let left = |column: &&Column| column.filled > 0 && !used(column) && !addresses.contains(&column.name.as_str());
        for column in self.columns.iter().filter(left) {
            let what = column.meaning.as_ref().map_or("what it means is not known", |(meaning, _)| meaning.told());
            let _ = writeln!(out, "# {}: {what}; it goes into no record", line(&column.name));
        }
    }
}

/// A pattern that takes the year before words, or after them where that is what more of the remarks have; and which it is.
fn year_beside(words: &str, remarks: &[String]) -> (String, &'static str) {
    let (before, after) =
        (format!(r"(\d{{4}})[^\d]{{0,12}}(?:{words})"), format!(r"(?:{words})[^\d]{{0,12}}(\d{{4}})"));
    let fitting = |pattern: &str| {
        regex::Regex::new(pattern).map_or(0, |regex| remarks.iter().filter(|remark| regex.is_match(remark)).count())
    };
    if fitting(&after) > fitting(&before) { (after, "after") } else { (before, "before") }
}

pub(super) fn means(column: &Column, meaning: Meaning) -> bool {
    column.meaning.as_ref().is_some_and(|(known, _)| *known == meaning)
}

pub(super) fn reason(column: &Column) -> String {
    column.meaning.as_ref().map_or_else(String::new, |(_, why)| why.clone())
}

/// A heading of a section without the number in brackets after it.
fn strip_count(text: &str) -> &str {
    text.split(['(', '（', ':', '：']).next().unwrap_or_default().trim()
}

/// The beginning of a remark as a regular expression in single quotation marks.
fn pattern(text: &str) -> String {
    let start: String = text.lines().next().unwrap_or_default().chars().take(6).collect();
    regex::escape(start.trim()).replace('\'', ".")
}
