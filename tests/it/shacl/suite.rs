//! W3C's SHACL test suite, from the folder that `W3C_SHACL_TESTS` names; without it the test says how to get it and passes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use citypact::index::{Id, Selection};
use citypact::vocab::{rdf, sh};
use oxrdf::{NamedNode, Term};

use super::{lines, quads, validate, verbatim};

/// What deviates, and why.
const DEVIATIONS: &[(&str, &str)] = &[];
/// Tests that must pass.
const LEAST: usize = 110;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|suffix| suffix == "ttl") {
            found.push(path);
        }
    }
}

fn term(local: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://www.w3.org/ns/shacl-test#{local}"))
}

fn manifest(local: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#{local}"))
}

fn file(iri: &Term) -> PathBuf {
    let Term::NamedNode(node) = iri else { panic!("{iri} is no file") };
    PathBuf::from(node.as_str().strip_prefix("file://").unwrap())
}

fn load(path: &Path) -> Vec<oxrdf::Quad> {
    quads(&fs::read_to_string(path).unwrap(), &format!("file://{}", path.display()))
}

/// The lines of the report that a test expects; none where it expects a failure.
fn expected(data: &Selection, result: Id) -> Option<Vec<String>> {
    let version = data.version();
    if version.term(result) == Term::from(term("Failure")) {
        return None;
    }
    let results = version.id(sh::result.into());
    let results: Vec<Id> = results.map(|property| data.objects(result, property).collect()).unwrap_or_default();
    let mut lines: Vec<String> = results
        .into_iter()
        .map(|node| {
            let of = |property: oxrdf::NamedNodeRef<'_>| {
                let property = version.id(property.into())?;
                data.objects(node, property).next().map(|id| version.term(id))
            };
            let shown = |term: Option<Term>| match term {
                None => "-".to_owned(),
                Some(Term::BlankNode(_)) => "_".to_owned(),
                Some(term) => term.to_string(),
            };
            let local = |term: Option<Term>| {
                shown(term).trim_end_matches('>').rsplit('#').next().unwrap_or_default().to_owned()
            };
            format!(
                "{} {} {} {} {}",
                shown(of(sh::focusNode)),
                shown(of(sh::resultPath)),
                shown(of(sh::value)),
                local(of(sh::sourceConstraintComponent)),
                local(of(sh::resultSeverity))
            )
        })
        .collect();
    lines.sort();
    Some(lines)
}

fn verdict(path: &Path) -> Option<Result<(), String>> {
    let data = Selection::all(Arc::new(verbatim(load(path))));
    let id = |node: NamedNode| data.version().id(node.as_ref().into());
    let test = data.subjects(id(rdf::type_.into())?, id(term("Validate"))?).next()?;
    let action = data.objects(test, id(manifest("action"))?).next()?;
    let result = data.objects(test, id(manifest("result"))?).next()?;
    let graph = |local: &str| {
        let node = data.objects(action, id(term(local))?).next()?;
        Some(load(&file(&data.version().term(node))))
    };
    let found = validate(graph("dataGraph")?, graph("shapesGraph")?).map(|findings| lines(&findings));
    Some(match (found, expected(&data, result)) {
        (Ok(found), Some(expected)) if found == expected => Ok(()),
        (Err(_), None) => Ok(()),
        (found, expected) => Err(format!("found {found:#?}\nexpected {expected:#?}")),
    })
}

#[test]
fn the_test_suite_passes() {
    let Some(folder) = std::env::var_os("W3C_SHACL_TESTS") else {
        println!("skipped: W3C_SHACL_TESTS names no folder; get the tests with");
        println!("  git clone https://github.com/w3c/data-shapes");
        println!("  export W3C_SHACL_TESTS=$PWD/data-shapes/data-shapes-test-suite/tests");
        return;
    };
    let folder = fs::canonicalize(folder).unwrap();
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let (mut passed, mut failed) = (0, Vec::new());
    for path in paths {
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        match verdict(&path) {
            None => {}
            Some(Ok(())) => passed += 1,
            Some(Err(_)) if DEVIATIONS.iter().any(|(deviation, _)| *deviation == name) => {}
            Some(Err(reason)) => failed.push(format!("{name}: {reason}")),
        }
    }
    assert!(failed.is_empty(), "{passed} passed, {} failed\n{}", failed.len(), failed.join("\n"));
    assert!(passed >= LEAST, "{passed}");
}
