//! Results in every format.

use citypact::format::{ResultsFormat, Syntax};
use citypact::output::export::{write_geojson, write_graphml, write_sheets};
use citypact::output::{ResultsWriter, Style, Written, write_results};
use citypact::store::Embedded;
use oxigraph::sparql::{QueryResults, SparqlEvaluator};

fn results(query: &str) -> QueryResults<'static> {
    let store = Embedded::memory().unwrap();
    store.bind(SparqlEvaluator::new().parse_query(query).unwrap()).execute().unwrap()
}

fn written(query: &str, format: ResultsFormat, style: &Style) -> String {
    let mut out = Vec::new();
    write_results(results(query), format, Syntax::Turtle, style, &mut out).unwrap();
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
    let written = write_results(results, ResultsFormat::Table, Syntax::Turtle, &Style::default(), &mut out).unwrap();
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
            "?city\t?name\t?ties\n<https://w3id.org/citypact/id/place/cn-qingdao>\t\"青島市\"@zh-Hant\t29\n"
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
fn triples_go_out_in_an_rdf_syntax() {
    let query = "CONSTRUCT { <https://w3id.org/citypact/id/place/cn> <https://schema.org/name> 'China'@en } WHERE {}";
    let turtle = written(query, ResultsFormat::Table, &Style::default());
    assert!(turtle.contains("@prefix schema: <https://schema.org/> ."), "{turtle}");
    assert!(turtle.contains("place:cn\n    schema:name \"China\"@en"), "{turtle}");
    let nothing =
        written("CONSTRUCT { <a:a> <a:b> 1 } WHERE { FILTER(false) }", ResultsFormat::Table, &Style::default());
    assert!(!nothing.contains("a:a"), "{nothing}");
}

#[test]
fn a_result_out_of_order_is_refused() {
    let mut writer = ResultsWriter::new(ResultsFormat::Csv, Syntax::Turtle, Style::default(), Vec::new());
    assert!(writer.row(&[]).is_err());
}

/// Two twin towns across the Pacific and a tie whose second party has no coordinates.
fn twin_towns() -> Embedded {
    let store = Embedded::memory().unwrap();
    let update = "PREFIX pact: <https://w3id.org/citypact/ns#> PREFIX schema: <https://schema.org/>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX kind: <https://w3id.org/citypact/kind/>
        PREFIX code: <https://w3id.org/citypact/code/> PREFIX g: <https://w3id.org/citypact/graph/>
        PREFIX p: <https://w3id.org/citypact/id/place/> PREFIX t: <https://w3id.org/citypact/id/tie/>
        INSERT DATA {
          GRAPH g:places {
            p:jp-a a pact:TerritorialEntity ; skos:prefLabel 'A & B'@en, '甲'@ja ; pact:level code:municipality ;
              schema:latitude 35.0 ; schema:longitude 140.0 .
            p:us-b a pact:TerritorialEntity ; skos:prefLabel 'Bé'@en ; schema:latitude 37.0 ; schema:longitude -122.0 .
            p:x a pact:TerritorialEntity ; skos:prefLabel 'X'@en . }
          GRAPH g:a { t:1 a pact:Tie ; pact:party p:jp-a, p:us-b ; pact:kind kind:sister-city ; pact:since '1980'^^<http://www.w3.org/2001/XMLSchema#gYear> .
                      t:2 a pact:Tie ; pact:party p:jp-a, p:x ; pact:kind kind:friendship-city . }
          GRAPH g:b { t:1 pact:since '1981'^^<http://www.w3.org/2001/XMLSchema#gYear> } }";
    store.update(SparqlEvaluator::new().parse_update(update).unwrap()).unwrap();
    store
}

#[test]
fn maps_show_places_and_ties() {
    let mut out = Vec::new();
    assert_eq!(write_geojson(&twin_towns(), &mut out).unwrap(), Written::Rows(4));
    let map: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let features = map["features"].as_array().unwrap();
    assert_eq!(features[0]["geometry"]["coordinates"], serde_json::json!([140.0, 35.0]));
    assert_eq!(features[0]["properties"]["names"]["ja"], "甲");
    assert_eq!(features[0]["properties"]["ties"], 2);
    assert_eq!(features[2]["geometry"]["type"], "MultiLineString");
    assert_eq!(features[2]["properties"]["since"], serde_json::json!(["1980", "1981"]));
    assert_eq!(features[2]["properties"]["kind"], "sister-city");
    assert_eq!(features[3]["geometry"], serde_json::Value::Null);
}

#[test]
fn networks_are_well_formed() {
    let mut out = Vec::new();
    assert_eq!(write_graphml(&twin_towns(), &mut out).unwrap(), Written::Rows(2));
    let graph = String::from_utf8(out).unwrap();
    assert_eq!(graph.matches("<node ").count(), 3);
    assert!(graph.contains("<data key=\"n-label\">A &amp; B</data>"), "{graph}");
    assert!(graph.contains("<edge id=\"t0\" source=\"p0\" target=\"p1\">"), "{graph}");
    assert!(graph.contains("<data key=\"e-since\">1980 | 1981</data>"), "{graph}");
}

#[test]
fn sheets_have_a_file_for_each_class() {
    let directory = std::env::temp_dir().join(format!("citypact-it-sheets-{}", std::process::id()));
    assert_eq!(write_sheets(&twin_towns(), &directory).unwrap().rows, 5);
    let ties = std::fs::read_to_string(directory.join("pact-Tie.csv")).unwrap();
    let places = std::fs::read_to_string(directory.join("pact-TerritorialEntity.csv")).unwrap();
    std::fs::remove_dir_all(directory).unwrap();
    let mut lines = ties.lines();
    assert_eq!(lines.next(), Some("id,pact:kind,pact:party,pact:since,type,graphs"));
    assert_eq!(
        lines.next(),
        Some(
            "https://w3id.org/citypact/id/tie/1,https://w3id.org/citypact/kind/sister-city,\
             https://w3id.org/citypact/id/place/jp-a | https://w3id.org/citypact/id/place/us-b,1980 | 1981,\
             https://w3id.org/citypact/ns#Tie,https://w3id.org/citypact/graph/a | https://w3id.org/citypact/graph/b"
        )
    );
    assert!(
        places.starts_with(
            "id,pact:level,schema:latitude,schema:longitude,skos:prefLabel@en,skos:prefLabel@ja,type,graphs"
        )
    );
}
