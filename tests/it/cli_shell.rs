//! The shell fed from a pipe: texts, commands, errors, statuses.

use std::path::Path;

use crate::citypact::{Run, command, finish};

const DATA: &str = r#"
<https://w3id.org/citypact/id/place/cn-qingdao> a <https://w3id.org/citypact/ns#TerritorialEntity> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "青島市"@zh-Hant, "Qingdao"@en .
<https://w3id.org/citypact/id/place/jp-qingdao> <http://www.w3.org/2000/01/rdf-schema#label> "Qingdao (Japan)" .
<https://w3id.org/citypact/id/place/uz> <http://www.w3.org/2000/01/rdf-schema#label> "Uzbekistan" .
"#;

fn shell(input: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.ttl"), DATA).unwrap();
    shell_in(folder.path(), input)
}

fn shell_in(directory: &Path, input: &str) -> Run {
    finish(&mut command(directory, &["shell", "--data", "x.ttl"]), input)
}

#[test]
fn questions_follow_each_other() {
    let run = shell("SELECT ?s WHERE {\n\n  ?s a pact:TerritorialEntity }\nORDER BY ?s\n\nASK { place:uz ?p ?o }\n");
    assert_eq!(run.ok(), "?s\n<https://w3id.org/citypact/id/place/cn-qingdao>\ntrue\n");
}

#[test]
fn commands_set_how_results_look() {
    let query = "SELECT ?s WHERE { ?s a pact:TerritorialEntity }\n";
    let table = shell(&format!("\\format table\n\\labels zh-Hant\n{query}\\labels off\n{query}")).ok();
    let expected = "s\n─────────────────────────\nplace:cn-qingdao (青島市)\n1 row\ns\n────────────────\nplace:cn-qingdao\n1 row\n";
    assert_eq!(table, expected);
    let turtle = shell("\\format ntriples\n\\describe uzbekistan\n").ok();
    assert_eq!(
        turtle,
        "<https://w3id.org/citypact/id/place/uz> <http://www.w3.org/2000/01/rdf-schema#label> \"Uzbekistan\" .\n"
    );
    let timed = shell(&format!("\\timing on\n{query}"));
    assert!(timed.stderr.starts_with("Timing is on.\n1 row in "), "{}", timed.stderr);
}

#[test]
fn things_are_described_by_iri_and_by_label() {
    assert!(shell("\\describe place:cn-qingdao").ok().contains("pact:TerritorialEntity"));
    // A label that is exactly right goes before others that begin so; several are shown.
    assert!(shell("\\describe Qingdao").ok().contains("pact:TerritorialEntity"));
    let several = shell("\\describe Qing").ok();
    assert!(several.contains("place:cn-qingdao") && several.contains("place:jp-qingdao"), "{several}");
    assert!(shell("\\describe Nowhere").failed(1).contains("nothing is called Nowhere"));
}

#[test]
fn commands_list_what_there_is() {
    let all =
        shell("\\help\n\\prefixes\n\\prefix ex: <http://example.org/>\n\\queries\n\\queries partners\n\\info\n").ok();
    for part in ["\\explain QUERY", "pact:", "https://w3id.org/citypact/ns#", "partners", "-p place=", "SUBJECTS"] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    assert!(shell("\\prefix ex: http://example.org/\nASK { ?s ex:p ?o }").ok().contains("false"));
    assert!(shell("\\prefix ex: not an iri\n").failed(1).contains("a prefix is declared by"));
    assert!(shell("\\explain SELECT * { place:cn-qingdao a ?c }\n").ok().starts_with("1 row in "));
    assert!(shell("\\run partners place=cn-qingdao\n").ok().starts_with('?'));
}

#[test]
fn errors_do_not_end_the_shell_but_its_status_tells() {
    let run = shell("SELECT ?x WHERE { ?x pct:a ?y }\n\n\\frmat csv\n\\run partnrs\nASK {\n\n");
    let error = run.failed(1);
    assert!(error.contains("error: query:1:22: ") && error.contains("pact"), "{error}");
    assert!(error.contains("there is no command \\frmat\n  Hint: did you mean \\format?"), "{error}");
    assert!(error.contains("there is no query named partnrs\n  Hint: did you mean partners?"), "{error}");
    let run = shell("SELECT ?x WHERE { ?x pct:a ?y }\n\nASK {}");
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), "true\n"));
    assert_eq!(shell("ASK {}\n\n\\quit\nASK {}").ok(), "true\n");
    assert_eq!(shell("exit\nASK {}").status, Some(1), "a text that does not end is wrong");
    assert_eq!(shell("").ok(), "");
    assert_eq!(shell("# nothing\n\nPREFIX a: <http://a/>\n").ok(), "");
}

#[test]
fn updates_change_what_is_in_memory() {
    let run = shell("INSERT DATA { GRAPH graph:x { place:a a pact:Tie } }\n\nASK { ?s a pact:Tie }");
    assert_eq!((run.stdout.as_str(), run.stderr.lines().last()), ("true\n", Some("1 quad added, 0 removed")));
}
