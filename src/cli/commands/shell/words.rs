//! What the shell says, in four languages: a table from English, whose gaps (`{}`) hold what a message is about. What has no
//! translation, such as the words of other programs, stays as it is.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::check::words::filled;
use crate::ontology::language;
use crate::output::Words;

const TABLE: &str = include_str!("words.tsv");

/// English, Simplified Chinese, Traditional Chinese, Japanese; the messages with more words of their own first.
static WORDS: LazyLock<Vec<[&str; 4]>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut cells = line.split('\t');
        [(); 4].map(|()| cells.next().unwrap_or_default())
    };
    let mut rows: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('#')).map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row[0].len()));
    rows
});

/// A text in a language (BCP 47, or the name of a locale).
pub(super) fn say(tongue: &str, english: &'static str) -> &'static str {
    let column = column(tongue);
    WORDS.iter().find(|row| row[0] == english).map_or(english, |row| row[column])
}

/// A message in a language, line by line; one that stands at a place of a text (`file:1:5: …`) keeps its place.
pub(super) fn told<'t>(tongue: &str, message: &'t str) -> Cow<'t, str> {
    let column = column(tongue);
    if column == 0 {
        return Cow::Borrowed(message);
    }
    Cow::Owned(message.split('\n').map(|line| told_line(column, line)).collect::<Vec<_>>().join("\n"))
}

fn told_line(column: usize, line: &str) -> String {
    let found = |text: &str| WORDS.iter().find_map(|row| Some(filled_in(row[column], &gaps(row[0], text)?)));
    let (place, text) = place(line);
    let (mark, text) =
        ["warning: ", "  Hint: "].iter().find_map(|mark| Some((*mark, text.strip_prefix(mark)?))).unwrap_or(("", text));
    let marked = WORDS
        .iter()
        .find(|row| row[0] == mark.trim() && !mark.is_empty())
        .map_or(mark.to_owned(), |row| mark.replace(mark.trim(), row[column]));
    let (nearer, text) = self::place(text);
    format!("{place}{marked}{nearer}{}", found(text).unwrap_or_else(|| text.to_owned()))
}

fn filled_in(template: &str, values: &[&str]) -> String {
    let values: Vec<&dyn std::fmt::Display> = values.iter().map(|value| value as &dyn std::fmt::Display).collect();
    filled(template, &values)
}

/// What stands in the gaps of a template, if a text is made of it.
fn gaps<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = template.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut parts = parts.peekable();
    let mut gaps = Vec::new();
    while let Some(part) = parts.next() {
        let (gap, after) = match parts.peek() {
            None => (rest.strip_suffix(part)?, ""),
            Some(_) => rest.split_once(part)?,
        };
        gaps.push(gap);
        rest = after;
    }
    rest.is_empty().then_some(gaps)
}

/// The place of a text that a line begins with (`file:1:5: `), and the rest.
fn place(line: &str) -> (&str, &str) {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // The first `: ` ends it; one before it would be of a word such as `warning: `.
    let end = line.find(": ").filter(|at| {
        let mut parts = line[..*at].rsplitn(3, ':');
        parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number) && parts.next().is_some()
    });
    end.map_or(("", line), |end| line.split_at(end + 2))
}

/// What tables say.
pub(super) fn of_tables(tongue: &str) -> Words {
    Words { one: say(tongue, "1 row"), many: say(tongue, "{} rows"), yes: say(tongue, "yes"), no: say(tongue, "no") }
}

/// The column of a language; that of a locale (`zh_CN.UTF-8`), too.
fn column(tongue: &str) -> usize {
    language(tongue.split(['.', '@']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Limit, ParseOptions, Query, QueryError, library};

    const OTHERS: [&str; 3] = ["zh-Hans", "zh-Hant", "ja"];

    #[test]
    fn languages_are_found_by_tags_and_by_locales() {
        for (asked, found) in [
            ("zh-Hans", 1),
            ("zh_CN.UTF-8", 1),
            ("zh_TW.UTF-8", 2),
            ("zh-Hant-HK", 2),
            ("zh-Hans-HK", 1),
            ("ja_JP.UTF-8", 3),
            ("C.UTF-8", 0),
            ("de", 0),
            ("", 0),
        ] {
            assert_eq!(column(asked), found, "{asked}");
        }
        assert_eq!(say("zh_CN", "list the commands"), "列出命令");
        assert_eq!(say("fr", "list the commands"), "list the commands");
        assert_eq!(say("ja", "never said"), "never said");
    }

    #[test]
    fn every_row_is_whole_and_keeps_its_gaps() {
        for row in WORDS.iter() {
            let gaps = |text: &str| text.matches('{').count();
            assert!(row.iter().all(|cell| !cell.is_empty() && gaps(cell) == gaps(row[0])), "{row:?}");
        }
    }

    #[test]
    fn messages_keep_their_gaps_and_their_places() {
        for (english, chinese) in [
            ("the limit of 10 rows was reached", "已达到 10 行的上限"),
            ("q:1:5: `x` is not expected here\n  ASK x\n      ^", "q:1:5: 此处不应出现 `x`\n  ASK x\n      ^"),
            ("warning: q:2:1: the vocabulary has no `pact:x`", "警告： q:2:1: 词汇表里没有 `pact:x`"),
            ("this ) does not close the { of line 1, column 2", "这个 ) 与第 1 行第 2 列的 { 不配对"),
            ("2 quads added, 0 removed", "增加了 2 个四元组，删除了 0 个"),
            ("3 rows in 0.5 ms", "3 行，用时 0.5 毫秒"),
            ("whatever another program says", "whatever another program says"),
        ] {
            assert_eq!(told("zh-Hans", english), chinese);
            assert_eq!(told("en", english), english);
        }
    }

    /// What the shell can say of its own: nothing of it is left in English.
    fn sayings() -> Vec<String> {
        let mut all: Vec<String> = crate::cli::commands::shell::commands::explanations().map(str::to_owned).collect();
        let source = [include_str!("commands.rs"), include_str!("session.rs"), include_str!("mod.rs")].concat();
        let said = source.split("say(\"").skip(1).chain(source.split("say(&language, \"").skip(1));
        all.extend(said.filter_map(|rest| Some(rest.split_once('"')?.0.replace("\\\\", "\\"))));
        all.extend(library().iter().map(|query| query.title.clone()));
        let limits =
            [Limit::Time(std::time::Duration::from_secs(1)), Limit::Rows(1), Limit::Bytes(1), Limit::Memory(1)];
        let errors = limits.map(QueryError::Limit).into_iter();
        for error in errors.chain([QueryError::Cancelled, QueryError::NotAllowed("LOAD"), QueryError::DatasetTwice]) {
            all.extend([Some(error.to_string()), error.hint()].into_iter().flatten());
        }
        for text in [
            "ASK { ?s ?p }",
            "ASK {",
            "ASK )",
            "ASK (}",
            "ASK { x:a ?p ?o }",
            "ASK { pcat:a ?p ?o }",
            "ASK { <a> ?p ?o }",
            "ASK ｛",
        ] {
            let Err(QueryError::Syntax(error)) = Query::parse(text, &ParseOptions::default()) else { panic!("{text}") };
            all.extend(error.hint);
        }
        all
    }

    #[test]
    fn everything_is_said_in_every_language() {
        let all = sayings();
        assert!(all.len() > 60, "{}", all.len());
        for english in &all {
            for language in OTHERS {
                assert_ne!(told(language, english), *english, "{language}");
            }
        }
    }
}
