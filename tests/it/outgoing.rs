//! What leaves the program: sayable in its format or an error, whole or absent, and never in the place of what is read.

use std::fs;
use std::io::Read;
use std::path::Path;

use citypact::format::Syntax;
use citypact::rdf::{ReadAs, Writer, isomorphic, read};
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};

use crate::citypact::{over_articles, run};
use crate::round_trip::{lower_tags, read_by_sophia};
use crate::server::app::App;

const ODD: [&str; 9] = [
    "http://e/1",
    "http://e/p/",
    "http://e/%20",
    "http://e/(b)",
    "urn:x:1",
    "http://e/~",
    "http://e/p#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#li",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Description",
];

fn file(folder: &Path, name: &str, text: &str) -> String {
    fs::write(folder.join(name), text).unwrap();
    name.to_owned()
}

fn quads(text: &str, syntax: Syntax) -> Vec<Quad> {
    read(text.as_bytes(), &ReadAs::new("x", syntax)).unwrap().map(|quad| quad.unwrap()).collect()
}

fn written(quads: &[Quad], syntax: Syntax, most: usize) -> std::io::Result<String> {
    let mut writer = Writer::new(syntax, Vec::new()).holding(most);
    quads.iter().try_for_each(|quad| writer.quad(quad))?;
    Ok(String::from_utf8(writer.finish()?).unwrap())
}

#[test]
fn blank_nodes_of_any_label_stay_apart_in_rdf_xml() {
    let node = |label: &str| NamedOrBlankNode::from(BlankNode::new_unchecked(label));
    let predicate = NamedNode::new_unchecked("http://e/p");
    let labels = ["1a", "_x1a", "x1a", "0", "a.b", "a_2E_b", "b0", "\u{e9}", "\u{20bb7}"];
    let said = |label: &str| {
        Quad::new(node(label), predicate.clone(), Literal::new_simple_literal(label), GraphName::DefaultGraph)
    };
    let mut all: Vec<Quad> = labels.iter().map(|label| said(label)).collect();
    let ends = |label: &str| Term::from(BlankNode::new_unchecked(label));
    all.push(Quad::new(node("1a"), predicate, ends("_x1a"), GraphName::DefaultGraph));
    for most in [0, 100] {
        let text = written(&all, Syntax::RdfXml, most).unwrap();
        for back in [quads(&text, Syntax::RdfXml), read_by_sophia(&text, Syntax::RdfXml)] {
            assert!(isomorphic(&all, &back).unwrap(), "{text}");
        }
    }
}

#[test]
fn texts_come_back_as_they_were_from_rdf_xml() {
    let texts = ["", " both ends ", "\t\n", "a\rb\r\n", "<b>&amp;]]>", "\u{85}\u{2028}\u{fffd}", "\u{10ffff}"];
    let subject = NamedNode::new_unchecked("http://e/?a=<&b='\"".replace(['<', '"'], "x"));
    let literals = texts.iter().flat_map(|text| {
        [
            Literal::new_simple_literal(*text),
            Literal::new_language_tagged_literal_unchecked(*text, "zh-Hans"),
            Literal::new_typed_literal(*text, NamedNode::new_unchecked("http://e/type?a&b")),
        ]
    });
    let quad = |literal| {
        Quad::new(subject.clone(), NamedNode::new_unchecked("http://e/a/p"), literal, GraphName::DefaultGraph)
    };
    let all: Vec<Quad> = literals.map(quad).collect();
    let text = written(&all, Syntax::RdfXml, 0).unwrap();
    assert!(text.contains("a&#xD;b&#xD;\n"), "{text}");
    let back = quads(&text, Syntax::RdfXml);
    assert!(isomorphic(&lower_tags(&all), &lower_tags(&back)).unwrap(), "{text}");
}

#[test]
fn what_rdf_xml_cannot_say_is_an_error_and_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for predicate in ODD {
        file(folder.path(), "a.nt", &format!("<http://e/s> <{predicate}> \"x\" .\n"));
        let said = run(folder.path(), &["export", "--data", "a.nt", "--out", "a.rdf"]).failed(1);
        assert!(said.contains(&format!("the predicate <{predicate}>")), "{said}");
        assert!(said.contains("Hint: turtle, trig, ntriples, nquads and jsonld"), "{said}");
        assert!(!folder.path().join("a.rdf").exists());
        let shown = run(folder.path(), &["export", "--data", "a.nt", "--to", "rdfxml"]);
        assert_eq!((shown.status, shown.stdout.as_str()), (Some(1), ""));
    }
    for text in ["\\u0001", "\\u000B", "\\uFFFE", "\\u001F"] {
        file(folder.path(), "a.nt", &format!("<http://e/s> <http://e/p> \"a{text}\" .\n"));
        for args in [&["export", "--to", "rdfxml"][..], &["query", "SELECT ?o { ?s ?p ?o }", "--to", "xml"]] {
            let shown = run(folder.path(), &[args, &["--data", "a.nt"]].concat());
            assert_eq!((shown.status, shown.stdout.as_str()), (Some(1), ""), "{args:?}");
            assert!(shown.stderr.contains("U+") && shown.stderr.contains("XML 1.0"), "{}", shown.stderr);
        }
    }
}

#[test]
fn a_graph_ml_document_holds_no_control_character() {
    let folder = tempfile::tempdir().unwrap();
    let place = |label: &str| {
        let text = format!(
            "INSERT DATA {{ place:a a pact:TerritorialEntity ; skos:prefLabel \"{label}\" . place:b a pact:TerritorialEntity . \
             [] a pact:Tie ; pact:party place:a, place:b }}"
        );
        text.replace("INSERT DATA {", "").trim_end_matches('}').to_owned()
    };
    let prefixes =
        "@prefix place: <https://w3id.org/citypact/id/place/> . @prefix pact: <https://w3id.org/citypact/ns#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n";
    file(folder.path(), "a.ttl", &format!("{prefixes}{}.", place("a\\u0008")));
    let said = run(folder.path(), &["export", "--data", "a.ttl", "--out", "a.graphml"]).failed(1);
    assert!(said.contains("GraphML cannot hold the character U+0008"), "{said}");
    assert!(!folder.path().join("a.graphml").exists());
    file(folder.path(), "a.ttl", &format!("{prefixes}{}.", place("a\\r\\u0085")));
    let text = run(folder.path(), &["export", "--data", "a.ttl", "--to", "graphml"]).ok();
    assert!(text.contains(">a&#xD;\u{85}<"), "{text}");
}

#[tokio::test]
async fn a_format_that_cannot_say_the_answer_is_not_acceptable_at_any_size() {
    let many: String = (0..12_000).map(|i| format!("<http://e/{i}> <http://e/p> \"{i}\" .\n")).collect();
    for (last, accept, uri) in [
        ("<http://e/z> <http://e/1> 1 .", "application/rdf+xml", "/graphs?graph=http://example.org/g"),
        (
            "<http://e/z> <http://e/1> 1 .",
            "application/rdf+xml",
            "/sparql?query=CONSTRUCT%7B%3Fs%20%3Fp%20%3Fo%7D%7B%3Fs%20%3Fp%20%3Fo%7D",
        ),
        (
            "<http://e/z> <http://e/p> \"\\u0002\" .",
            "application/sparql-results+xml",
            "/sparql?query=SELECT%20%2A%7B%3Fs%20%3Fp%20%3Fo%7D",
        ),
    ] {
        for rest in ["", &many] {
            let app = App::holding(&format!("{rest}{last}")).await;
            let reply = app.get(uri, accept).await;
            assert_eq!(reply.status, 406, "{accept} {uri}: {}", reply.text().chars().take(300).collect::<String>());
            assert!(reply.text().contains("cannot hold"), "{}", reply.text());
            assert_eq!(app.get(uri, "text/turtle, text/csv").await.status, 200);
        }
    }
    let app = App::holding(&many).await;
    let reply = app.get("/graphs?graph=http://example.org/g", "application/rdf+xml").await;
    assert_eq!(quads(reply.text(), Syntax::RdfXml).len(), 12_000);
}

#[test]
fn our_data_is_compacted_by_our_context() {
    let folder = tempfile::tempdir().unwrap();
    let text = over_articles(folder.path(), &["export", "--to", "jsonld"]).ok();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let context: serde_json::Value = serde_json::from_str(citypact::ontology::CONTEXT).unwrap();
    assert_eq!(document["@context"], context["@context"]);
    assert!(text.contains("\"party\":[\"place:"), "{}", &text[..2000]);
    let plain = over_articles(folder.path(), &["export", "--to", "nquads"]).ok();
    let all = quads(&plain, Syntax::NQuads);
    assert!(isomorphic(&all, &quads(&text, Syntax::JsonLd)).unwrap());
}

#[test]
fn iris_that_the_context_would_misread_are_written_apart_from_it() {
    let ns = citypact::vocab::NS;
    let node = |iri: &str| NamedNode::new_unchecked(iri);
    let mut all = Vec::new();
    for iri in ["schema:x", "place:y", "id:z", "code://a", "http://e/a", "https://w3id.org/citypact/code/about"] {
        for graph in [GraphName::DefaultGraph, node("doc:g").into(), node("http://e/g").into()] {
            let quad = |predicate: String, object: Term| {
                Quad::new(node(iri), NamedNode::new_unchecked(predicate), object, graph.clone())
            };
            all.push(quad(format!("{ns}party"), node(iri).into()));
            all.push(quad(format!("{ns}status"), node(iri).into()));
            all.push(quad(format!("{ns}earliest"), Literal::new_simple_literal("x").into()));
            all.push(quad(format!("{ns}rank"), Literal::from(12).into()));
            all.push(quad(
                format!("{ns}rank"),
                Literal::new_typed_literal("012", citypact::vocab::xsd::integer).into(),
            ));
            all.push(quad("schema:name".to_owned(), Literal::new_simple_literal("x").into()));
            all.push(quad("http://www.w3.org/2004/02/skos/core#prefLabel".to_owned(), Literal::from("plain").into()));
        }
    }
    all.sort_by_key(|quad| (quad.graph_name.to_string(), quad.subject.to_string()));
    for most in [0, 1000] {
        let text = written(&all, Syntax::JsonLd, most).unwrap();
        for back in [quads(&text, Syntax::JsonLd), read_by_sophia(&text, Syntax::JsonLd)] {
            let diff = citypact::rdf::diff(&all, &back).unwrap();
            assert!(diff.is_empty(), "{diff:#?}\n{text}");
        }
    }
    let foreign = [Quad::new(node("http://e/a"), node("http://e/p"), node("place:x"), GraphName::DefaultGraph)];
    assert!(!written(&foreign, Syntax::JsonLd, 9).unwrap().contains("@context"));
}

const TIE: &str = "<https://w3id.org/citypact/id/tie/1> a <https://w3id.org/citypact/ns#Tie> ;
    <https://w3id.org/citypact/ns#party> <http://e/a>, <http://e/b> .
    <http://e/a> a <https://w3id.org/citypact/ns#TerritorialEntity> ;
      <http://www.w3.org/2004/02/skos/core#prefLabel> \"Aville\"@en , \"\u{7532}\"@zh-Hans .
    <http://e/b> a <https://w3id.org/citypact/ns#TerritorialEntity> .";

#[test]
fn the_unnamed_graph_counts_in_every_export() {
    let store = citypact::store::Embedded::memory().unwrap();
    let update = format!("INSERT DATA {{ {TIE} }}");
    let update = oxigraph::sparql::SparqlEvaluator::new().parse_update(&update).unwrap();
    store.update(update).unwrap();
    let (mut map, mut network) = (Vec::new(), Vec::new());
    citypact::output::export::write_geojson(&store, &mut map).unwrap();
    citypact::output::export::write_graphml(&store, &mut network).unwrap();
    let (map, network) = (String::from_utf8(map).unwrap(), String::from_utf8(network).unwrap());
    assert!(map.contains("\"graphs\":[\"default\"]") && map.contains("http://e/b"), "{map}");
    assert!(network.contains("<edge id=\"t0\"") && network.contains("Aville"), "{network}");
    let folder = tempfile::tempdir().unwrap();
    let options =
        citypact::output::export::SheetOptions { bom: true, language: Some("zh-Hans".to_owned()), raw: false };
    citypact::output::export::write_sheets_with(&store, folder.path(), &options).unwrap();
    let ties = fs::read_to_string(folder.path().join("pact-Tie.csv")).unwrap();
    assert!(ties.starts_with("\u{feff}id,pact:party,pact:party label,type,graphs\n"), "{ties}");
    assert!(ties.contains(",http://e/a | http://e/b,\u{7532},"), "{ties}");
    assert!(ties.ends_with(",default\n"), "{ties}");
}

#[test]
fn files_of_rdf_hold_what_they_say_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "my.ttl", "<http://e/a> <http://e/p> 1, 2 .");
    let count = ["query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "--to", "csv", "--data", "my.ttl"];
    assert_eq!(run(folder.path(), &count).ok(), "n\r\n2\r\n");
    let asked = run(folder.path(), &[&count[..], &["--with-ontology"]].concat()).ok();
    assert_ne!(asked, "n\r\n2\r\n");
    let exported = run(folder.path(), &["export", "--data", "my.ttl", "--to", "nquads"]).ok();
    assert_eq!(exported.lines().count(), 2, "{exported}");
    file(
        folder.path(),
        "r.jsonl",
        "{\"type\":\"tie\",\"parties\":[\"cn-qingdao\",\"jp-shimonoseki\"],\"kind\":\"friendship-city\"}\n",
    );
    let with = ["query", "ASK { GRAPH graph:ontology { ?s ?p ?o } }", "--to", "csv", "--data", "my.ttl", "r.jsonl"];
    assert_eq!(run(folder.path(), &with).ok().trim(), "true");
}

#[test]
fn a_graph_is_named_as_info_prints_it_and_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let of = |graph: &str| over_articles(here, &["export", "--to", "ntriples", "--graph", graph]);
    let whole = of("https://w3id.org/citypact/graph/004").ok();
    assert!(!whole.is_empty());
    assert_eq!(of("graph:004").ok(), whole);
    assert_eq!(of("<https://w3id.org/citypact/graph/004>").ok(), whole);
    assert!(!of("graph:004/provenance").ok().is_empty());
    let said = of("graph:0044").failed(1);
    assert!(said.contains("there is no graph graph:0044") && said.contains("did you mean graph:004?"), "{said}");
    assert_eq!(of("default").ok(), "");
    of("no iri at all").failed(2);
}

#[test]
fn an_output_is_never_one_of_the_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let record = "{\"type\":\"place\",\"id\":\"xx-a\",\"labels\":{\"en\":\"A\"},\"level\":\"municipality\"}\n";
    file(here, "a.jsonl", record);
    file(here, "a.ttl", "<http://e/a> <http://e/p> 1 .");
    file(here, "q.rq", "SELECT * { ?s ?p ?o }");
    fs::create_dir(here.join("sub")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(here.join("a.jsonl"), here.join("soft.ttl")).unwrap();
        fs::hard_link(here.join("a.jsonl"), here.join("hard.ttl")).unwrap();
        for name in ["soft.ttl", "hard.ttl"] {
            run(here, &["convert", "a.jsonl", "-o", name]).failed(2);
        }
    }
    for args in [
        &["convert", "a.jsonl", "--to", "turtle", "-o", "sub/../a.jsonl"][..],
        &["convert", "a.jsonl", "-o", "b.ttl", "--reject", "a.jsonl"],
        &["convert", "a.jsonl", "-o", "b.ttl", "--reject", "b.ttl"],
        &["convert", "a.jsonl", "--resolution-report", "./a.jsonl"],
        &["export", "--data", "a.ttl", "-o", "a.ttl"],
        &["query", "-f", "q.rq", "--data", "a.ttl", "--to", "csv", "-o", "q.rq"],
        &["query", "-f", "q.rq", "--data", "a.ttl", "--to", "csv", "-o", "a.ttl"],
        &["infer", "--data", "a.ttl", "-o", "a.ttl"],
    ] {
        let said = run(here, args).failed(2);
        assert!(said.contains("would be written"), "{args:?}: {said}");
    }
    assert_eq!(fs::read_to_string(here.join("a.jsonl")).unwrap(), record);
}

#[test]
fn a_suffix_says_the_format_or_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    file(here, "a.ttl", "<http://e/a> <http://e/p> 1 .");
    let ask = |query: &str, name: &str| run(here, &["query", query, "--data", "a.ttl", "-o", name]);
    for name in ["r.xlsx", "r.parquet.gz", "r.geojson"] {
        let said = ask("SELECT * { ?s ?p ?o }", name).failed(2);
        assert!(said.contains("csv") && said.contains(name), "{said}");
        assert!(!here.join(name).exists());
    }
    for args in [
        &["export", "--data", "a.ttl", "-o", "r.xlsx"][..],
        &["infer", "--data", "a.ttl", "-o", "r.xlsx"],
        &["check", "--data", "a.ttl", "-o", "r.xlsx"],
        &["generate", "-o", "r.xlsx"],
    ] {
        assert!(run(here, args).failed(2).contains("suffix of r.xlsx"), "{args:?}");
    }
    for (name, begin) in [
        ("r.json", "{"),
        ("r.srj", "{"),
        ("r.srx", "<?xml"),
        ("r.csv", "s,p,o"),
        ("r.md", "| s |"),
        ("r.tsv", "?s\t"),
        ("r.txt", "s "),
    ] {
        ask("SELECT * { ?s ?p ?o }", name).ok();
        assert!(fs::read_to_string(here.join(name)).unwrap().starts_with(begin), "{name}");
    }
    for (name, begin) in [("t.json", "{\"@graph\""), ("t.xml", "<?xml"), ("t.nt", "<http"), ("t.ttl", "<http")] {
        ask("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", name).ok();
        assert!(fs::read_to_string(here.join(name)).unwrap().trim_start().starts_with(begin), "{name}");
    }
}

#[test]
fn outputs_are_compressed_and_marked_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    file(here, "a.ttl", "<http://e/a> <http://e/p> 1 .");
    let line = "<http://e/a> <http://e/p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n";
    run(here, &["export", "--data", "a.ttl", "--graph", "graph:a", "-o", "a.nt.gz"]).ok();
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(here.join("a.nt.gz")).unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(text, line);
    run(here, &["export", "--data", "a.ttl", "--graph", "graph:a", "-o", "a.nt.zst"]).ok();
    assert_eq!(zstd::decode_all(fs::File::open(here.join("a.nt.zst")).unwrap()).unwrap(), line.as_bytes());
    let marked = run(here, &["query", "SELECT ?o { ?s ?p ?o }", "--data", "a.ttl", "--to", "csv", "--bom"]).ok();
    assert_eq!(marked, "\u{feff}o\r\n1\r\n");
    run(here, &["query", "SELECT ?o { ?s ?p ?o }", "--data", "a.ttl", "--to", "json", "--bom"]).failed(2);
}

#[test]
fn csv_quotes_what_would_end_a_field_in_iris_too() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "a.ttl", "<http://e/a,b> <http://e/p> \"\", \"x\\ry\", \"\\\"\" .");
    let text = run(folder.path(), &["query", "SELECT ?s ?o { ?s ?p ?o }", "--data", "a.ttl", "--to", "csv"]).ok();
    let mut rows: Vec<_> = text.split_terminator("\r\n").collect();
    rows.sort_unstable();
    assert_eq!(rows, ["\"http://e/a,b\",", "\"http://e/a,b\",\"\"\"\"", "\"http://e/a,b\",\"x\ry\"", "s,o"]);
    let one =
        run(folder.path(), &["query", "SELECT ?o { ?s ?p ?o FILTER(?o = '') }", "--data", "a.ttl", "--to", "csv"]);
    assert_eq!(one.ok(), "o\r\n\"\"\r\n");
}

#[test]
fn a_syntax_without_graphs_says_that_it_drops_them() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (syntax, drops) in [("turtle", true), ("ntriples", true), ("rdfxml", true), ("trig", false), ("jsonld", false)]
    {
        let said = over_articles(here, &["export", "--to", syntax]).stderr;
        assert_eq!(said.contains("has no graphs"), drops, "{syntax}: {said}");
    }
    assert_eq!(over_articles(here, &["export", "--to", "turtle", "--graph", "graph:004"]).stderr, "");
    file(
        here,
        "r.jsonl",
        "{\"type\":\"tie\",\"parties\":[\"cn-qingdao\",\"jp-shimonoseki\"],\"kind\":\"friendship-city\"}\n",
    );
    assert!(run(here, &["convert", "r.jsonl"]).stderr.contains("turtle has no graphs"));
    assert!(!run(here, &["convert", "r.jsonl", "--to", "nquads"]).stderr.contains("has no graphs"));
}

#[test]
fn no_command_but_a_load_that_has_something_makes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    file(here, "bad.ttl", "<http://e/a> nonsense .");
    file(here, "empty.ttl", "");
    for args in [
        &["serve", "--store", "typo.db", "--bind", "127.0.0.1:0"][..],
        &["update", "--store", "typo.db", "INSERT DATA { <a:a> <a:b> 1 }"],
        &["infer", "--store", "typo.db"],
        &["shell", "--store", "typo.db", "--write"],
        &["optimize", "--store", "typo.db"],
        &["backup", "--store", "typo.db", "copy.db"],
        &["load", "--store", "typo.db", "bad.ttl"],
        &["load", "--store", "typo.db", "none.ttl"],
        &["load", "--store", "typo.db", "what.xyz"],
    ] {
        run(here, args).failed(1);
        assert!(!here.join("typo.db").exists(), "{args:?}");
    }
    run(here, &["load", "--store", "typo.db", "empty.ttl"]);
    assert!(!here.join("typo.db").exists());
}
