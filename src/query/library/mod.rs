//! The library of named queries: questions with a title, a description and typed parameters.
//!
//! A query's file begins with comments:
//!
//! ```text
//! # title: Partners of a city
//! # description: Every tie of a place, with its kind, its start and where that is said.
//! # param: city place (cn-qingdao) The city whose partners are asked for
//! # param: lang lang [en] The language of labels
//! ```
//!
//! A description may go on over several lines that begin with `#` and two blanks. A parameter without a default in brackets
//! must be given; one in round brackets shows what such a value looks like. `#+ title:` is understood too. In the query a parameter is a variable of the same name.

pub mod parameter;
mod with_values;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use oxrdf::Variable;

use self::parameter::{Kind, ParameterError, Places};
use self::with_values::with_values;
use super::algebra::substitute::{Value, substitute};
use super::engine::Query;
use super::error::QueryError;
use super::syntax::options::ParseOptions;
use crate::nearest::nearest;

/// The queries that ship with the crate: the file's stem and its text.
macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        const SHIPPED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../queries/", $name, ".rq")))),*];
    };
}

shipped![
    "alliance-strangers",
    "anniversaries",
    "consulates-and-ties",
    "cooperation-by-topic",
    "count-gap",
    "damaged-figures",
    "denied-claims",
    "event-results",
    "evidence",
    "falling-counts",
    "figures-on",
    "in-force-on",
    "near-matches",
    "open-intents",
    "overdue-targets",
    "partner-awards",
    "partners",
    "shortest-chain",
    "signatures",
    "spellings",
    "ties-by-continent",
    "unequal-levels",
];

/// A question of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedQuery {
    /// The file's stem.
    pub name: Cow<'static, str>,
    /// One line.
    pub title: String,
    /// What the answer means; may be empty.
    pub description: String,
    /// In the order of the file.
    pub parameters: Vec<Parameter>,
    /// The whole file.
    pub text: Cow<'static, str>,
}

/// A parameter of a named query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, and the variable's.
    pub name: String,
    /// What values it takes.
    pub kind: Kind,
    /// The value where none is given, as it would be typed.
    pub default: Option<String>,
    /// A value that one which must be given may have.
    pub example: Option<String>,
    /// What it means.
    pub description: String,
}

/// Why a named query cannot be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// There is no query of that name.
    #[error("there is no query named {name}")]
    UnknownQuery {
        /// The name given.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// The query has no such parameter.
    #[error("the query {query} has no parameter {name}")]
    UnknownParameter {
        /// The query.
        query: String,
        /// The name given.
        name: String,
        /// The nearest parameter, or all of them.
        known: String,
    },
    /// A parameter without default was not given.
    #[error("the query {query} needs the parameter {name}: {description}")]
    Missing {
        /// The query.
        query: String,
        /// The parameter.
        name: String,
        /// What it means.
        description: String,
        /// A value that it may have.
        example: Option<String>,
    },
    /// A value that its parameter cannot take.
    #[error("{value:?} is no value for the parameter {name}")]
    Value {
        /// The parameter.
        name: String,
        /// The value given.
        value: String,
        /// Why.
        #[source]
        source: ParameterError,
    },
    /// The comments at a file's head cannot be understood.
    #[error("{file}, line {line}: {reason}")]
    Header {
        /// The file.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The text is no query.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl LibraryError {
    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownQuery { nearest: Some(near), .. } => Some(format!("did you mean {near}?")),
            Self::UnknownQuery { .. } => Some("`citypact queries` lists the names".into()),
            Self::UnknownParameter { known, .. } => Some(known.clone()),
            Self::Missing { name, example, .. } => {
                Some(format!("give it: -p {name}={}", example.as_deref().unwrap_or("…")))
            }
            Self::Value { source, .. } => source.hint(),
            Self::Header { .. } => Some("a parameter is written: # param: NAME TYPE [DEFAULT] DESCRIPTION".into()),
            Self::Query(error) => error.hint(),
        }
    }
}

/// Every query that ships with the crate, by name.
pub fn library() -> &'static [NamedQuery] {
    static LIBRARY: OnceLock<Vec<NamedQuery>> = OnceLock::new();
    // Each shipped file is read by a test, so none is left out here.
    LIBRARY.get_or_init(|| SHIPPED.iter().filter_map(|(name, text)| NamedQuery::read(*name, *text).ok()).collect())
}

/// A query of the library by its name.
///
/// # Errors
/// [`LibraryError::UnknownQuery`] with the nearest name.
pub fn named(name: &str) -> Result<&'static NamedQuery, LibraryError> {
    let found = library().iter().find(|query| query.name == name);
    found.ok_or_else(|| {
        let near = nearest(name, library().iter().map(|query| query.name.as_ref()));
        LibraryError::UnknownQuery { name: name.to_owned(), nearest: near.map(str::to_owned) }
    })
}

impl NamedQuery {
    /// Whether it asks which graph says a thing, and so sees named graphs alone.
    pub fn asks_graphs(&self) -> bool {
        self.text.contains("GRAPH ?")
    }

    /// Reads a query file with its head. A file without one has no title and no parameters.
    ///
    /// # Errors
    /// [`LibraryError::Header`]
    pub fn read(name: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Result<Self, LibraryError> {
        let (name, text) = (name.into(), text.into());
        let mut query =
            Self { name, title: String::new(), description: String::new(), parameters: Vec::new(), text: text.clone() };
        let mut in_description = false;
        for (number, line) in text.lines().enumerate() {
            let Some(comment) = line.strip_prefix('#') else { if line.trim().is_empty() { continue } else { break } };
            let comment = comment.strip_prefix('+').unwrap_or(comment);
            if in_description && comment.starts_with("  ") {
                query.description.push(' ');
                query.description.push_str(comment.trim());
                continue;
            }
            in_description = query.head_line(comment.trim(), number + 1)?;
        }
        Ok(query)
    }

    /// Reads a query file that is put as it is, with its head and the query.
    ///
    /// # Errors
    /// [`LibraryError::Header`], [`LibraryError::Query`]
    pub fn with_query(name: &str, text: &str) -> Result<(Self, Query), LibraryError> {
        let named = Self::read(name.to_owned(), text.to_owned())?;
        let options = ParseOptions { name: format!("{name}.rq").into(), ..ParseOptions::default() };
        Ok((named, Query::parse(text, &options)?))
    }

    /// Takes one line of the head; tells whether it begins the description.
    fn head_line(&mut self, line: &str, number: usize) -> Result<bool, LibraryError> {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim();
        match key.trim() {
            "title" | "summary" => self.title = value.to_owned(),
            "description" => {
                self.description = value.to_owned();
                return Ok(true);
            }
            "param" => {
                let header = |reason| LibraryError::Header { file: format!("{}.rq", self.name), line: number, reason };
                let parameter = Parameter::read(value).map_err(header)?;
                self.parameters.push(parameter);
            }
            _ => {}
        }
        Ok(false)
    }

    /// The query with its parameters set.
    ///
    /// # Errors
    /// [`LibraryError`]: unknown and missing parameters, values that do not fit, and [`LibraryError::Query`].
    pub fn bind(&self, given: &[(String, String)], places: &dyn Places) -> Result<Query, LibraryError> {
        let values = self.values(given, places)?;
        let options = ParseOptions { name: format!("{}.rq", self.name).into(), ..ParseOptions::default() };
        let mut algebra = Query::parse(&self.text, &options)?.algebra().clone();
        substitute(&mut algebra, &values);
        Ok(algebra.into())
    }

    /// The query as a text with values in the place of its parameters: those given, else their defaults, else their
    /// examples. It is without its head, to be read and changed.
    ///
    /// # Errors
    /// [`LibraryError`]: unknown parameters, those that have no value, and values that do not fit.
    pub fn with_values(&self, given: &[(String, String)], places: &dyn Places) -> Result<String, LibraryError> {
        let mut given = given.to_vec();
        for parameter in self.parameters.iter().filter(|parameter| parameter.default.is_none()) {
            let is_given = given.iter().any(|(name, _)| *name == parameter.name);
            let example = parameter.example.iter().filter(|_| !is_given);
            given.extend(example.map(|value| (parameter.name.clone(), value.clone())));
        }
        Ok(with_values(self.body(), &self.values(&given, places)?))
    }

    /// The text below its head.
    fn body(&self) -> &str {
        let mut rest = self.text.as_ref();
        while rest.starts_with(['#', '\n', '\r']) {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        rest
    }

    fn values(
        &self,
        given: &[(String, String)],
        places: &dyn Places,
    ) -> Result<HashMap<Variable, Value>, LibraryError> {
        if let Some((name, _)) =
            given.iter().find(|(name, _)| self.parameters.iter().all(|parameter| parameter.name != *name))
        {
            return Err(self.unknown(name));
        }
        let mut values = HashMap::new();
        for parameter in &self.parameters {
            let given = given.iter().rev().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
            let value = given.or(parameter.default.as_ref()).ok_or_else(|| self.missing(parameter))?;
            let term = parameter.kind.term(value, places);
            let term = term.map_err(|source| LibraryError::Value {
                name: parameter.name.clone(),
                value: value.clone(),
                source,
            })?;
            values.insert(Variable::new_unchecked(parameter.name.clone()), term);
        }
        Ok(values)
    }

    fn missing(&self, parameter: &Parameter) -> LibraryError {
        LibraryError::Missing {
            query: self.name.to_string(),
            name: parameter.name.clone(),
            description: parameter.description.clone(),
            example: parameter.example.clone(),
        }
    }

    fn unknown(&self, name: &str) -> LibraryError {
        let names: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let known = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None if names.is_empty() => "it has no parameters".into(),
            None => format!("its parameters are {}", names.join(", ")),
        };
        LibraryError::UnknownParameter { query: self.name.to_string(), name: name.to_owned(), known }
    }
}

impl Parameter {
    /// Reads `NAME TYPE [DEFAULT] DESCRIPTION` or `NAME TYPE (EXAMPLE) DESCRIPTION`.
    fn read(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(char::is_whitespace).ok_or("a parameter needs a name and a type")?;
        if Variable::new(name).is_err() {
            return Err(format!("{name:?} cannot be the name of a variable"));
        }
        let rest = rest.trim_start();
        let (kind, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let kind = kind.parse()?;
        let rest = rest.trim_start();
        let (default, rest) = bracketed(rest, '[', ']').ok_or("the default has no closing bracket")?;
        let (example, description) = bracketed(rest, '(', ')').ok_or("the example has no closing bracket")?;
        Ok(Self { name: name.to_owned(), kind, default, example, description: description.trim().to_owned() })
    }
}

/// What stands between brackets at the start of a text, and what follows; `None` where they do not close.
fn bracketed(text: &str, opening: char, closing: char) -> Option<(Option<String>, &str)> {
    let Some(inside) = text.strip_prefix(opening) else { return Some((None, text)) };
    let (value, rest) = inside.split_once(closing)?;
    Some((Some(value.to_owned()), rest))
}
