//! Every format: its name, its media type, its suffix.

use std::fmt;
use std::str::FromStr;

/// A format for the solutions of SELECT and the answer of ASK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultsFormat {
    /// Columns for people at a terminal.
    Table,
    /// [SPARQL 1.1 Query Results CSV](https://www.w3.org/TR/sparql11-results-csv-tsv/): plain values.
    Csv,
    /// [SPARQL 1.1 Query Results TSV](https://www.w3.org/TR/sparql11-results-csv-tsv/): terms as in Turtle.
    Tsv,
    /// [SPARQL 1.1 Query Results JSON](https://www.w3.org/TR/sparql11-results-json/).
    Json,
    /// [SPARQL Query Results XML](https://www.w3.org/TR/rdf-sparql-XMLres/).
    Xml,
    /// A table in GitHub Flavored Markdown.
    Markdown,
}

impl ResultsFormat {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Table, Self::Csv, Self::Tsv, Self::Json, Self::Xml, Self::Markdown];

    /// The name it is asked for by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Markdown => "markdown",
        }
    }

    /// Its media type, with the character set where the type would not say it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Tsv => "text/tab-separated-values; charset=utf-8",
            Self::Json => "application/sparql-results+json",
            Self::Xml => "application/sparql-results+xml",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }

    /// The suffix of a file's name, without the dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "srj",
            Self::Xml => "srx",
            Self::Markdown => "md",
        }
    }

    /// The format of a file with this suffix; `json` and `xml` are understood beside `srj` and `srx`.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        let suffix = suffix.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|format| format.suffix() == suffix || format.name() == suffix)
    }
}

impl fmt::Display for ResultsFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no format has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no format is called {name:?}; there are {}", .known.join(", "))]
pub struct UnknownFormat {
    /// What was asked for.
    pub name: String,
    /// What could have been.
    pub known: Vec<&'static str>,
}

impl FromStr for ResultsFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.iter().copied().find(|format| format.name().eq_ignore_ascii_case(name));
        found.or_else(|| Self::from_suffix(name)).ok_or_else(|| UnknownFormat {
            name: name.to_owned(),
            known: Self::ALL.iter().map(|format| format.name()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_suffixes_and_nothing_else_are_understood() {
        for format in ResultsFormat::ALL {
            assert_eq!(format.name().parse(), Ok(*format));
            assert_eq!(ResultsFormat::from_suffix(format.suffix()), Some(*format));
        }
        let error = "yaml".parse::<ResultsFormat>().unwrap_err();
        assert_eq!(error.to_string(), "no format is called \"yaml\"; there are table, csv, tsv, json, xml, markdown");
    }
}
