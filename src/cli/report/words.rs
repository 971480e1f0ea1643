//! The words for errors of every room: what kind each is of, and what the person may do about it. Nothing else in the command
//! line maps errors.

use std::error::Error;
use std::io;
use std::path::Path;

use super::{Failure, Kind};
use crate::check::ConflictRuleError;
use crate::convert::ConvertError;
use crate::format::Unsayable;
use crate::infer::{InferError, RuleError};
use crate::load::LoadError;
use crate::query::{LibraryError, Limit, QueryError};
use crate::rdf::CompareError;
use crate::store::StoreError;
use crate::table::TableError;

/// An error as the person gets it: in the words of the room that it comes from.
pub(super) fn failure(error: anyhow::Error) -> Failure {
    let error = match outermost(error) {
        Ok(QueryError::Store(cause)) => match cause.downcast::<StoreError>() {
            Ok(error) => anyhow::Error::new(*error),
            Err(cause) => anyhow::Error::new(QueryError::Store(cause)),
        },
        Ok(error) => anyhow::Error::new(error),
        Err(error) => error,
    };
    match outermost(error) {
        Ok(InferError::Stopped(cause)) => of_work(*cause),
        Ok(error) => of(error.into()),
        Err(error) => of(error),
    }
}

/// The error itself where it is one of this type, not one that something was added to.
fn outermost<E: Error + Send + Sync + 'static>(error: anyhow::Error) -> Result<E, anyhow::Error> {
    let is_bare = error.chain().next().is_some_and(<dyn Error>::is::<E>);
    if is_bare { error.downcast() } else { Err(error) }
}

fn of(error: anyhow::Error) -> Failure {
    let broke = |cause: &(dyn Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    let (kind, hint) = error.chain().find_map(known).unwrap_or((Kind::User, None));
    let kind = if error.chain().any(broke) { Kind::BrokenPipe } else { kind };
    Failure { kind, error, hint }
}

/// Why work over all data ended early, and what to do about it: its limits have flags of their own.
pub fn of_work(error: QueryError) -> Failure {
    match error {
        QueryError::Limit(Limit::Memory(bytes)) => {
            let text = format!("the work needs more than the {} megabytes that it may use", bytes >> 20);
            Failure::from(anyhow::Error::msg(text)).hint("raise the limit with --limit-memory")
        }
        QueryError::Limit(limit @ Limit::Time(_)) => {
            Failure::from(QueryError::Limit(limit)).hint("raise it with --timeout")
        }
        error => error.into(),
    }
}

/// The kind of an error of ours, and its hint; none for other errors.
fn known(cause: &(dyn Error + 'static)) -> Option<(Kind, Option<String>)> {
    let hint = if let Some(error) = cause.downcast_ref::<QueryError>() {
        return Some(of_query(error));
    } else if let Some(error) = cause.downcast_ref::<LibraryError>() {
        return Some(of_library(error));
    } else if let Some(error) = cause.downcast_ref::<StoreError>() {
        of_store(error)
    } else if let Some(error) = cause.downcast_ref::<LoadError>() {
        of_load(error)
    } else if lacks_room(cause) {
        Some(NO_ROOM.to_owned())
    } else if let Some(error) = cause.downcast_ref::<TableError>() {
        error.remedy.clone()
    } else if let Some(error) = cause.downcast_ref::<RuleError>() {
        error.hint()
    } else if let Some(error) = cause.downcast_ref::<ConflictRuleError>() {
        error.hint()
    } else if let Some(error) = cause.downcast_ref::<InferError>() {
        of_inference(error).map(str::to_owned)
    } else {
        Some(Unsayable::of(cause.downcast_ref::<io::Error>()?)?.hint().to_owned())
    };
    Some((Kind::User, hint))
}

fn of_query(error: &QueryError) -> (Kind, Option<String>) {
    match error {
        QueryError::Internal(_) => {
            (Kind::Internal, Some("this is a fault of the program: please report it with what was asked".to_owned()))
        }
        error => (Kind::User, error.hint()),
    }
}

fn of_library(error: &LibraryError) -> (Kind, Option<String>) {
    match error {
        LibraryError::Query(error) => of_query(error),
        error => (Kind::User, error.hint()),
    }
}

/// What to do where temporary files cannot be used.
const NO_ROOM: &str =
    "temporary files are made in the directory that TMPDIR names, /tmp where it names none: give it room";

/// Whether what memory does not hold found no place elsewhere.
fn lacks_room(cause: &(dyn Error + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(CompareError::Spill(_)))
        || matches!(cause.downcast_ref(), Some(ConvertError::Spool(_)))
}

fn of_load(error: &LoadError) -> Option<String> {
    let hint = match error {
        LoadError::Store(error) => return of_store(error),
        LoadError::Unknown { .. } => "say what it holds with --from",
        LoadError::UnknownStream { .. } => {
            "say what it holds: --from turtle (or csv, trig, ntriples, nquads, rdfxml, jsonld, json, jsonl)"
        }
        LoadError::Spill(_) | LoadError::Convert(ConvertError::Spool(_)) => NO_ROOM,
        LoadError::Syntax { .. } => "nothing was loaded; mend the file, or say its syntax with --from",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn of_inference(error: &InferError) -> Option<&'static str> {
    match error {
        InferError::Rounds { .. } => {
            Some("a rule that makes a new IRI of each IRI it finds never ends; --max-rounds allows more")
        }
        InferError::Facts { .. } => Some("narrow the rule, or allow more with --max-facts"),
        InferError::Query { .. } => Some("mend the rule"),
        InferError::Stopped(_) | InferError::TooLarge => None,
    }
}

fn of_store(error: &StoreError) -> Option<String> {
    match error {
        StoreError::NotFound(path) => {
            Some(format!("load something first: citypact load FILES --store {}", path.display()))
        }
        StoreError::Locked { .. } => Some("wait until the other process is done, or ask it to stop".to_owned()),
        StoreError::NotAStore(_) => Some("name a new directory, or one that a store is in, with --store".to_owned()),
        StoreError::NotPersistent => {
            Some("build with the default features, or name another directory with --store".to_owned())
        }
        StoreError::Earlier(_) => {
            Some("load the files again into a new store, or export it with the version that made it".to_owned())
        }
        StoreError::Damaged(damage) => Some(of_damage(&damage.path)),
        StoreError::File { path, source } if source.kind() == io::ErrorKind::InvalidData => {
            let is_index = path.file_name().is_some_and(|name| name == "index.cpx" || name == "index.log");
            is_index.then(|| of_damage(path))
        }
        StoreError::ReadOnly => Some("start the shell with --write to change the store".to_owned()),
        // A server's own hint is about headers.
        StoreError::Refused { status: 401, .. } | StoreError::Refused { status: 403, hint: None, .. } => {
            Some("name the file with the token that it asks for by --token-file, or yourself by --user".to_owned())
        }
        StoreError::Refused { hint: Some(hint), .. } => Some(hint.clone()),
        StoreError::Refused { status: 404, .. } => {
            Some("is it the address of a SPARQL endpoint, such as http://localhost:7878/sparql?".to_owned())
        }
        StoreError::Partial { .. } | StoreError::Cut { .. } => {
            Some("raise the limit of the server (Virtuoso: ResultSetMaxRows in virtuoso.ini)".to_owned())
        }
        StoreError::Exists(_) => Some("name a directory that does not exist yet".to_owned()),
        _ => None,
    }
}

/// What to do about an index that is damaged: where RocksDB keeps the store it is a copy.
fn of_damage(file: &Path) -> String {
    if file.with_file_name("CURRENT").exists() {
        "build the index anew: citypact check-index --rebuild".to_owned()
    } else {
        "this file is the store: restore a backup, or load the data again into a new store".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::render;
    use super::*;

    fn locked() -> StoreError {
        StoreError::NotFound("x.db".into())
    }

    #[test]
    fn an_error_of_the_store_has_its_hint_however_it_comes() {
        let hint = "Hint: load something first: citypact load FILES --store x.db";
        let bare = render(&locked().into(), false);
        assert!(bare.ends_with(hint), "{bare}");
        for failure in [
            Failure::from(QueryError::Store(Box::new(locked()))),
            Failure::from(LoadError::Store(locked())),
            Failure::from(LibraryError::Query(QueryError::Store(Box::new(locked())))),
        ] {
            assert!(render(&failure, false).contains(&locked().to_string()));
        }
        assert_eq!(render(&QueryError::Store(Box::new(locked())).into(), false), bare);
        let failure = Failure::from(anyhow::Error::new(locked()).context("cannot begin"));
        assert!(
            render(&failure, false).starts_with("error: cannot begin\n") && render(&failure, false).ends_with(hint)
        );
    }

    #[test]
    fn kinds_decide_the_exit_status() {
        let internal = Failure::from(QueryError::Internal("it broke".into()));
        assert_eq!((internal.kind, Failure::usage("no").kind), (Kind::Internal, Kind::Usage));
        assert!(render(&internal, false).starts_with("internal error: "));
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)).kind, Kind::BrokenPipe);
        assert_eq!(Failure::from(io::Error::other("no")).kind, Kind::User);
        let statuses = [Kind::User, Kind::Usage, Kind::Config, Kind::Internal, Kind::BrokenPipe].map(Kind::status);
        assert_eq!(statuses, [1, 2, 2, 1, 0]);
    }

    #[test]
    fn work_over_all_data_names_its_own_flags() {
        let failure = of_work(QueryError::Limit(Limit::Memory(3 << 20)));
        assert!(render(&failure, false).contains("3 megabytes") && render(&failure, false).contains("--limit-memory"));
        let stopped = InferError::Stopped(Box::new(QueryError::Limit(Limit::Memory(3 << 20))));
        assert_eq!(render(&stopped.into(), false), render(&failure, false));
    }
}
