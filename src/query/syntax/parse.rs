//! Parser front end: text to algebra: known prefixes, limits on the text, and errors that say where and what.

use spargebra::{Query, SparqlParser, SparqlSyntaxError, Update};

use super::beyond::beyond;
use super::column_order;
use super::complexity::{self, Excess, ExcessKind};
use super::diagnostics::explain;
use super::error::SyntaxError;
use super::options::ParseOptions;
use super::readable::{Readable, readable};
use super::script::Script;
use crate::query::algebra::canonical::{QueryFacts, canonicalise, patterns, rename, rename_update};
use crate::query::engine::stack;
use crate::query::error::QueryError;

/// Reads a query, and gives its facts.
pub(in crate::query) fn query(text: &str, options: &ParseOptions) -> Result<(Query, QueryFacts), QueryError> {
    let (query, facts) = read(text, options, |parser, script, readable| {
        let mut query = parser.parse_query(readable.text.text())?;
        if !readable.variables.is_empty() {
            rename(&mut query, &readable.variables);
        }
        column_order::order(&mut query, script.text());
        let facts = canonicalise(&mut query, Some(script.text()));
        Ok((query, facts))
    })?;
    check_pattern_count(facts.patterns, text, options)?;
    Ok((query, facts))
}

/// Reads an update.
pub(in crate::query) fn update(text: &str, options: &ParseOptions) -> Result<Update, QueryError> {
    let (update, patterns) = read(text, options, |parser, _, readable| {
        let mut update = parser.parse_update(readable.text.text())?;
        if !readable.variables.is_empty() {
            rename_update(&mut update, &readable.variables);
        }
        let patterns = patterns(&mut update);
        Ok((update, patterns))
    })?;
    check_pattern_count(patterns, text, options)?;
    Ok(update)
}

fn check_pattern_count(patterns: usize, text: &str, options: &ParseOptions) -> Result<(), QueryError> {
    if patterns <= options.limits.patterns {
        return Ok(());
    }
    Err(Box::new(too_large(&Script::new(text), options, Excess { offset: 0, kind: ExcessKind::Patterns })).into())
}

/// Reads on a stack large enough for whatever the limits on the text let through.
fn read<T: Send>(
    text: &str,
    options: &ParseOptions,
    parse: fn(SparqlParser, &Script<'_>, &Readable<'_>) -> Result<T, SparqlSyntaxError>,
) -> Result<T, QueryError> {
    let script = Script::new(text);
    let refused = |excess| Box::new(too_large(&script, options, excess));
    let mut size = complexity::check(script.text(), &options.limits).map_err(refused)?;
    let readable = readable(script.text(), options);
    if readable.text.is_edited() {
        let again = complexity::check(readable.text.text(), &options.limits);
        size = again.map_err(|excess| refused(Excess { offset: readable.text.origin(excess.offset), ..excess }))?;
    }
    if let Some((offset, reason)) = beyond(readable.text.text()) {
        return Err(Box::new(script.error(options, readable.text.origin(offset), reason)).into());
    }
    let parser = options.parser(readable.text.text()).map_err(|reason| Box::new(script.error(options, 0, reason)))?;
    let parsed = stack::call(size.stack(), || parse(parser, &script, &readable));
    Ok(parsed.map_err(|error| Box::new(explain(&script, &readable, options, &error.to_string())))?)
}

fn too_large(script: &Script<'_>, options: &ParseOptions, excess: Excess) -> SyntaxError {
    let limits = &options.limits;
    let (reason, hint) = match excess.kind {
        ExcessKind::Length => {
            (format!("the text is longer than the {} bytes allowed", limits.length), "raise the limit, or send less")
        }
        ExcessKind::Nesting => (
            format!("brackets, groups and prefix operators nest deeper than the {} levels allowed", limits.nesting),
            "write it flatter",
        ),
        ExcessKind::Complexity => (
            format!("more than {} brackets and operators", limits.complexity),
            "lists of values belong into a VALUES block, which has no such limit",
        ),
        ExcessKind::Backtracking => (
            "negations, SUBSTR, REGEX, REPLACE, GROUP_CONCAT and subqueries nest so deep that reading them would not end"
                .to_owned(),
            "bind what is inside to a variable first: BIND(… AS ?part)",
        ),
        ExcessKind::Patterns => {
            (format!("more than the {} triple patterns allowed", limits.patterns), "take it apart into several")
        }
    };
    let error = script.error(options, excess.offset, reason);
    SyntaxError { hint: Some(hint.into()), too_large: true, ..error }
}
