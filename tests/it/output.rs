//! Results in every format.

use citypact::format::ResultsFormat;
use citypact::output::{OutputError, Style, Written, write_results};
use citypact::store::Embedded;
use oxigraph::sparql::{QueryResults, SparqlEvaluator};

fn results(query: &str) -> QueryResults<'static> {
    let store = Embedded::memory().unwrap();
    store.bind(SparqlEvaluator::new().parse_query(query).unwrap()).execute().unwrap()
}

fn written(query: &str, format: ResultsFormat, style: &Style) -> String {
    let mut out = Vec::new();
    write_results(results(query), format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const CITIES: &str = "SELECT ?city ?name ?ties WHERE { VALUES (?city ?name ?ties) {
    (<https://w3id.org/citypact/id/place/cn-qingdao> '青島市'@zh-Hant 29)
    (<https://w3id.org/citypact/id/place/uz-samarqand-city> 'Samarkand'@en UNDEF)
    (<http://example.org/> 'a|b' 4) } }";

#[test]
fn a_table_lines_up_whatever_the_script() {
    assert_eq!(
        written(CITIES, ResultsFormat::Table, &Style::default()),
        "\
city                    │ name           │ ties
────────────────────────┼────────────────┼─────
place:cn-qingdao        │ 青島市@zh-Hant │   29
place:uz-samarqand-city │ Samarkand@en   │
<http://example.org/>   │ a|b            │    4
3 rows
"
    );
}

#[test]
fn a_narrow_table_fits() {
    let style = Style { width: Some(32), ..Style::default() };
    let table = written(CITIES, ResultsFormat::Table, &style);
    assert_eq!(
        table,
        "\
city        │ name        │ ties
────────────┼─────────────┼─────
place:cn-q… │ 青島市@zh-… │   29
place:uz-s… │ Samarkand@… │
<http://ex… │ a|b         │    4
3 rows
"
    );
}

#[test]
fn colours_wrap_the_padded_text() {
    let style = Style { colours: true, ..Style::default() };
    let table = written("SELECT (1 AS ?n) {}", ResultsFormat::Table, &style);
    assert_eq!(table, "\u{1b}[1mn\u{1b}[0m\n\u{1b}[2m─\u{1b}[0m\n\u{1b}[33m1\u{1b}[0m\n\u{1b}[2m1 row\u{1b}[0m\n");
}

#[test]
fn a_long_table_keeps_coming() {
    let store = Embedded::memory().unwrap();
    let insert =
        (0..1500).map(|i| format!("<http://example.org/{i}> <http://example.org/p> {i} .")).collect::<String>();
    store.update(SparqlEvaluator::new().parse_update(&format!("INSERT DATA {{ {insert} }}")).unwrap()).unwrap();
    let query = SparqlEvaluator::new().parse_query("SELECT ?s ?o { ?s ?p ?o }").unwrap();
    let mut out = Vec::new();
    let results = store.bind(query).execute().unwrap();
    let written = write_results(results, ResultsFormat::Table, &Style::default(), &mut out).unwrap();
    assert_eq!(written, Written::Rows(1500));
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 1503);
}

#[test]
fn markdown_keeps_its_columns() {
    assert_eq!(
        written(CITIES, ResultsFormat::Markdown, &Style::default()),
        "\
| city | name | ties |
| --- | --- | --- |
| place:cn-qingdao | 青島市@zh-Hant | 29 |
| place:uz-samarqand-city | Samarkand@en |  |
| &lt;http://example.org/> | a\\|b | 4 |
"
    );
}

#[test]
fn programs_get_the_standard_formats() {
    let style = Style::default();
    let tsv = written(CITIES, ResultsFormat::Tsv, &style);
    assert!(
        tsv.starts_with(
            "?city\t?name\t?ties\n<https://w3id.org/citypact/id/place/cn-qingdao>\t\"青島市\"@zh-hant\t29\n"
        )
    );
    let csv = written(CITIES, ResultsFormat::Csv, &style);
    assert!(csv.starts_with("city,name,ties\r\nhttps://w3id.org/citypact/id/place/cn-qingdao,青島市,29\r\n"));
    let json: serde_json::Value = serde_json::from_str(&written(CITIES, ResultsFormat::Json, &style)).unwrap();
    assert_eq!(json["results"]["bindings"][1]["name"]["xml:lang"], "en");
    let xml = written(CITIES, ResultsFormat::Xml, &style);
    assert!(xml.contains("<binding name=\"ties\"><literal datatype=\"http://www.w3.org/2001/XMLSchema#integer\">29<"));
}

#[test]
fn an_answer_reads_as_one() {
    let answer = |format| written("ASK {}", format, &Style::default());
    assert_eq!(answer(ResultsFormat::Table), "yes\n");
    assert_eq!(answer(ResultsFormat::Csv).trim(), "true");
    assert_eq!(answer(ResultsFormat::Json), "{\"head\":{},\"boolean\":true}");
}

#[test]
fn triples_need_an_rdf_syntax() {
    let graph = results("CONSTRUCT { <a:a> <a:b> 1 } WHERE {}");
    let refused = write_results(graph, ResultsFormat::Csv, &Style::default(), Vec::new());
    assert!(matches!(refused, Err(OutputError::Graph(ResultsFormat::Csv))));
}
