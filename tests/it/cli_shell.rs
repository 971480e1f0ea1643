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
    let mut shell = command(directory, &["shell", "--data", "x.ttl"]);
    finish(shell.env("XDG_CONFIG_HOME", directory.join("config")), input)
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

#[test]
fn commands_begin_with_a_full_stop_as_well() {
    assert_eq!(shell(".format csv\nASK {}\n").ok(), shell("\\format csv\nASK {}\n").ok());
    let error = shell(".frmat csv\n").failed(1);
    assert!(error.contains("did you mean \\format?"), "{error}");
    assert!(shell(".help\n").ok().contains("\\output [FILE]"));
}

#[test]
fn results_go_to_files_and_texts_come_from_them() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("x.ttl"), DATA).unwrap();
    std::fs::write(here.join("q.rq"), "# a question\nASK { place:uz ?p ?o }\n\n.output\nASK {}\n").unwrap();
    std::fs::write(here.join("loop"), "\\read loop\n").unwrap();
    let run = shell_in(here, ".output out.txt\n.read q.rq\n");
    assert_eq!(run.ok(), "true\n");
    assert_eq!(std::fs::read_to_string(here.join("out.txt")).unwrap(), "true\n");
    assert!(shell_in(here, "\\read loop\n").failed(1).contains("read each other without end"));
    assert!(shell_in(here, "\\read none.rq\n").failed(1).contains("cannot read none.rq"));
}

#[test]
fn rows_stand_upright_and_iris_whole_where_that_is_wanted() {
    let query = "SELECT ?city ?none WHERE { ?city a pact:TerritorialEntity OPTIONAL { ?city pact:none ?none } }";
    let upright = "── 1 ──\ncity │ place:cn-qingdao\n1 row\n";
    assert_eq!(shell(&format!("\\format table\n\\x on\n{query}\n")).ok(), upright);
    assert_eq!(shell(&format!("\\format table\n{query} \\G\n")).ok(), upright);
    let whole = shell(&format!("\\format table\n\\full\n{query}\n")).ok();
    assert!(whole.contains("<https://w3id.org/citypact/id/place/cn-qingdao>"), "{whole}");
    assert!(shell("\\wide perhaps\n").failed(1).contains("it is on or off, not perhaps"));
}

#[test]
fn an_init_file_sets_prefixes_and_looks() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("x.ttl"), DATA).unwrap();
    std::fs::create_dir_all(here.join("config/citypact")).unwrap();
    std::fs::write(
        here.join("config/citypact/init"),
        "\\prefix qd: <https://w3id.org/citypact/id/place/cn->\n\\format csv\n",
    )
    .unwrap();
    let ask = "SELECT ?c { qd:qingdao a ?c }\n";
    assert_eq!(shell_in(here, ask).ok(), "c\r\nhttps://w3id.org/citypact/ns#TerritorialEntity\r\n");
    let mut plain = command(here, &["shell", "--data", "x.ttl", "--no-init"]);
    finish(plain.env("XDG_CONFIG_HOME", here.join("config")), ask).failed(1);
    std::fs::write(here.join("mine"), "\\format tsv\n").unwrap();
    let mut mine = command(here, &["shell", "--data", "x.ttl"]);
    assert_eq!(finish(mine.env("CITYPACT_INIT", "mine"), "SELECT (1 AS ?x) {}\n").ok(), "?x\n1\n");
}

#[test]
fn full_width_punctuation_is_told() {
    for (text, wide, plain) in [("SELECT ?s ｛ ?s ?p ?o }\n\n", '｛', '{'), ("ASK { ?s ?p “x” }\n\n", '“', '"')]
    {
        let error = shell(text).failed(1);
        assert!(error.contains(&format!("Hint: `{wide}` is full-width: write `{plain}`")), "{error}");
    }
    assert!(!shell("ASK { ?s ?p '；' ?q }\n\n").failed(1).contains("full-width"));
}

#[test]
fn the_shell_speaks_the_language_of_its_user() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.ttl"), DATA).unwrap();
    let in_language = |args: &[&str], locale: &str, input: &str| {
        let mut shell = command(folder.path(), &[&["shell", "--data", "x.ttl", "--no-init"], args].concat());
        finish(shell.env_remove("LC_MESSAGES").env("LC_ALL", locale), input)
    };
    assert!(in_language(&["--lang", "zh-Hans"], "C", "\\help\n").ok().contains("列出命令"));
    assert!(in_language(&[], "zh_TW.UTF-8", "\\help\n").ok().contains("離開"));
    assert!(in_language(&[], "ja_JP.UTF-8", "\\timing on\n").stderr.contains("オン"));
    let error = in_language(&[], "zh_CN.UTF-8", "\\frmat csv\n").failed(1);
    assert!(error.contains("没有这个命令： \\frmat") && error.contains("是不是 \\format?"), "{error}");
    assert!(in_language(&["--lang", "en"], "zh_CN.UTF-8", "\\help\n").ok().contains("list the commands"));
    for (text, said) in [
        ("ASK { ?s ?p }\n\n", "错误： "),
        ("ASK { ?s pcat:a ?o }\n\n", "前缀 pcat: 没有声明"),
        ("ASK { ?s pact:Tei ?o }\n\n", "警告： "),
        ("\\timing perhaps\n", "只能是 on 或 off，不能是 perhaps"),
        ("\\prefix x\n", "声明前缀要写出名称和它所代表的 IRI"),
        ("\\format tabel\n", "没有叫 \"tabel\" 的格式"),
        ("\\run partnres\n", "没有名为 partnres 的查询"),
        ("\\run partners\n", "查询 partners 需要参数 place"),
        ("\\read none.txt\n", "无法读取 none.txt"),
        ("\\describe Nowhere\n", "没有叫这个名字的东西"),
        ("\\timing on\nASK {}\n\n", "1 行，用时 "),
        ("INSERT DATA { <http://a> <http://b> 1, 2 }\n\n", "增加了 2 个四元组，删除了 0 个"),
        ("LOAD <http://127.0.0.1:1/>\n\n", "更新无法执行\n  原因： http://127.0.0.1:1/ 没有回答"),
    ] {
        let told = in_language(&["--lang", "zh-Hans"], "C", text).stderr;
        assert!(told.contains(said), "{text}: {told}");
        assert!(!told.contains("error:") && !told.contains("Hint:") && !told.contains("caused by:"), "{told}");
    }
    let shown = in_language(
        &["--lang", "zh-Hans", "--to", "table"],
        "C",
        "ASK {}\n\nSELECT (1 AS ?x) {}\n\n\\info\n\\queries\n",
    )
    .ok();
    assert!(["是\n", "1 行\n", "四元组", "一个地方的结好对象"].iter().all(|words| shown.contains(words)), "{shown}");
}
