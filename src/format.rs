//! Every format: its name, its media type, its suffix.

use std::str::FromStr;
use std::{fmt, io};

/// A format for the solutions of SELECT and the answer of ASK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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

/// A syntax of RDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Syntax {
    /// [Turtle](https://www.w3.org/TR/turtle/)
    Turtle,
    /// [TriG](https://www.w3.org/TR/trig/)
    TriG,
    /// [N-Triples](https://www.w3.org/TR/n-triples/)
    NTriples,
    /// [N-Quads](https://www.w3.org/TR/n-quads/)
    NQuads,
    /// [RDF/XML](https://www.w3.org/TR/rdf-syntax-grammar/)
    RdfXml,
    /// [JSON-LD](https://www.w3.org/TR/json-ld/)
    JsonLd,
}

impl Syntax {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Turtle, Self::TriG, Self::NTriples, Self::NQuads, Self::RdfXml, Self::JsonLd];

    /// The name it is asked for by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turtle => "turtle",
            Self::TriG => "trig",
            Self::NTriples => "ntriples",
            Self::NQuads => "nquads",
            Self::RdfXml => "rdfxml",
            Self::JsonLd => "jsonld",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Turtle => "text/turtle",
            Self::TriG => "application/trig",
            Self::NTriples => "application/n-triples",
            Self::NQuads => "application/n-quads",
            Self::RdfXml => "application/rdf+xml",
            Self::JsonLd => "application/ld+json",
        }
    }

    /// The suffix of a file's name, without the dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Turtle => "ttl",
            Self::TriG => "trig",
            Self::NTriples => "nt",
            Self::NQuads => "nq",
            Self::RdfXml => "rdf",
            Self::JsonLd => "jsonld",
        }
    }

    /// Whether it can hold named graphs.
    pub const fn has_graphs(self) -> bool {
        matches!(self, Self::TriG | Self::NQuads | Self::JsonLd)
    }

    /// The syntax of a file with this suffix. `json` and `xml` say too little to be one.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        let suffix = suffix.to_ascii_lowercase();
        let other = || (suffix == "owl").then_some(Self::RdfXml);
        Self::ALL.iter().copied().find(|syntax| syntax.suffix() == suffix).or_else(other)
    }

    /// The syntax with this media type; parameters such as a character set are passed over.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        Self::ALL.iter().copied().find(|syntax| syntax.media_type().eq_ignore_ascii_case(essence))
    }
}

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Syntax {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.iter().copied().find(|syntax| syntax.name().eq_ignore_ascii_case(name));
        found.or_else(|| Self::from_suffix(name)).ok_or_else(|| UnknownFormat {
            name: name.to_owned(),
            known: Self::ALL.iter().map(|syntax| syntax.name()).collect(),
        })
    }
}

/// The format of an answer, which has rows or triples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerFormat {
    /// Of SELECT and ASK.
    Results(ResultsFormat),
    /// Of CONSTRUCT and DESCRIBE.
    Triples(Syntax),
}

impl AnswerFormat {
    /// The name it is asked for by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Results(format) => format.name(),
            Self::Triples(syntax) => syntax.name(),
        }
    }
}

impl FromStr for AnswerFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let syntax = name.parse().map(Self::Triples);
        syntax.or_else(|triples: UnknownFormat| {
            name.parse().map(Self::Results).map_err(|rows: UnknownFormat| {
                let known = rows.known.iter().chain(&triples.known).copied().collect();
                UnknownFormat { known, ..rows }
            })
        })
    }
}

impl From<Syntax> for oxrdfio::RdfFormat {
    fn from(syntax: Syntax) -> Self {
        match syntax {
            Syntax::Turtle => Self::Turtle,
            Syntax::TriG => Self::TriG,
            Syntax::NTriples => Self::NTriples,
            Syntax::NQuads => Self::NQuads,
            Syntax::RdfXml => Self::RdfXml,
            Syntax::JsonLd => Self::JsonLd { profile: oxrdfio::JsonLdProfileSet::empty() },
        }
    }
}

/// What a format cannot say, however it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{format} cannot hold {what}")]
pub struct Unsayable {
    /// The format, as people call it.
    pub format: &'static str,
    /// The thing, with as much of the data as it takes to find it.
    pub what: String,
}

impl Unsayable {
    /// The cause of an error of writing, where it is one of these.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Where the thing can be said, for people.
    pub fn hint(&self) -> &'static str {
        match self.format {
            "RDF/XML" => "turtle, trig, ntriples, nquads and jsonld can say it",
            "GraphML" => "geojson and csv can say it",
            "JSON-LD" => "turtle, trig, ntriples and nquads can say it",
            _ => "json, csv and tsv can say it",
        }
    }
}

impl From<Unsayable> for io::Error {
    fn from(cause: Unsayable) -> Self {
        Self::new(io::ErrorKind::InvalidData, cause)
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
        for syntax in Syntax::ALL {
            assert_eq!(syntax.name().parse(), Ok(*syntax));
            assert_eq!(Syntax::from_suffix(syntax.suffix()), Some(*syntax));
            assert_eq!(Syntax::from_media_type(syntax.media_type()), Some(*syntax));
            assert_eq!(oxrdfio::RdfFormat::from(*syntax).supports_datasets(), syntax.has_graphs());
        }
        for name in ["csv", "srx", "MARKDOWN"] {
            assert_eq!(name.parse(), name.parse().map(AnswerFormat::Results));
        }
        for name in ["turtle", "NT", "jsonld"] {
            assert_eq!(name.parse(), name.parse().map(AnswerFormat::Triples));
        }
        let error = "yaml".parse::<AnswerFormat>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no format is called \"yaml\"; there are table, csv, tsv, json, xml, markdown, \
             turtle, trig, ntriples, nquads, rdfxml, jsonld"
        );
        let error = "yaml".parse::<ResultsFormat>().unwrap_err();
        assert_eq!(error.to_string(), "no format is called \"yaml\"; there are table, csv, tsv, json, xml, markdown");
    }
}
