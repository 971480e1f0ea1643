//! What the model must survive: each trap of the five articles, put as a question to the converted examples.

use std::path::Path;
use std::sync::OnceLock;

use citypact::load::{FileOptions, load_files};
use citypact::place::Register;
use citypact::query::{Engine, Limits, ParseOptions, Query};
use citypact::record::read::Input;
use citypact::store::Embedded;

fn examples() -> &'static Embedded {
    static STORE: OnceLock<Embedded> = OnceLock::new();
    STORE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let inputs: Vec<Input> = files.into_iter().map(Input::Path).collect();
        let store = Embedded::memory().unwrap();
        let mut events = Vec::new();
        let loaded = load_files(&store, &inputs, &Register::builtin(), &FileOptions::default(), &mut |event| {
            events.push(format!("{event:?}"));
        });
        let (summary, _) = loaded.unwrap();
        assert!(summary.is_complete(), "{events:#?}");
        store
    })
}

fn answer(query: &str) -> citypact::query::Answer {
    let query = Query::parse(query, &ParseOptions::default()).unwrap();
    Engine::new().answer(examples(), &query, &Limits::default()).unwrap()
}

#[track_caller]
fn holds(ask: &str) {
    assert_eq!(answer(&format!("ASK {{ {ask} }}")).boolean, Some(true), "{ask}");
}

#[track_caller]
fn fails(ask: &str) {
    assert_eq!(answer(&format!("ASK {{ {ask} }}")).boolean, Some(false), "{ask}");
}

/// The one number that a query gives.
fn number(select: &str) -> i64 {
    match answer(select).rows.as_slice() {
        [row] => match row.as_slice() {
            [Some(oxrdf::Term::Literal(number))] => number.value().parse().unwrap(),
            other => panic!("{select}: {other:?}"),
        },
        rows => panic!("{select}: {} rows", rows.len()),
    }
}

#[test]
fn samarkand_the_city_is_not_samarqand_the_region() {
    holds("?tie a pact:Tie ; pact:party place:cn-qingdao, place:uz-samarqand-city");
    holds("?tie a pact:Tie ; pact:party place:cn-shandong, place:uz-samarqand-region");
    fails("?tie a pact:Tie ; pact:party place:cn-qingdao, place:uz-samarqand-region");
    holds("place:uz-samarqand-city schema:containedInPlace place:uz-samarqand-region ; pact:level code:municipality");
    holds("place:uz-samarqand-region pact:level code:first-level");
}

#[test]
fn the_regions_governor_signed_for_the_city() {
    holds(
        "?agreement pact:signature ?signature ; pact:party place:uz-samarqand-city .
         ?signature pact:onBehalfOf place:uz-samarqand-city ; pact:capacity ?capacity .
         FILTER(CONTAINS(?capacity, '州長'))",
    );
}

#[test]
fn vientiane_is_a_city_and_a_province() {
    holds("?tie a pact:Tie ; pact:party place:cn-kunming, place:la-vientiane-city");
    holds("place:la-vang-vieng schema:containedInPlace place:la-vientiane-province");
    fails("?tie pact:party place:cn-kunming, place:la-vientiane-province");
}

#[test]
fn a_character_may_stand_for_two_levels() {
    holds(
        "place:jp-niigata-prefecture pact:level code:first-level ; skos:prefLabel ?name FILTER(STRENDS(STR(?name), '縣'))",
    );
    holds("place:cn-yuanjiang pact:level code:county ; skos:prefLabel ?name FILTER(STRENDS(STR(?name), '縣'))");
}

#[test]
fn there_are_two_kunming_initiatives() {
    let count = "SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a pact:Declaration ; skos:prefLabel|skos:altLabel ?name
        FILTER(CONTAINS(LCASE(STR(?name)), 'kunming initiative')) }";
    assert_eq!(number(count), 2);
    holds("?d a pact:Declaration ; pact:issuedBy/schema:superEvent* <https://w3id.org/citypact/id/event/cifcc-2024>");
    holds("?a a pact:Assessment ; pact:verdict code:homonym ; pact:assesses ?d . ?d a pact:Declaration");
}

#[test]
fn one_alliance_bears_a_chinese_and_a_japanese_name() {
    holds(
        "GRAPH graph:001 { ?alliance a pact:Alliance ; skos:prefLabel ?zh FILTER(langMatches(lang(?zh), 'zh')) }
         GRAPH graph:003 { ?alliance a pact:Alliance ; skos:prefLabel ?ja FILTER(langMatches(lang(?ja), 'ja')) }",
    );
}

#[test]
fn the_conference_planned_for_2020_is_not_the_one_of_2024() {
    holds(
        "<https://w3id.org/citypact/id/event/cifcc-2020> pact:modality code:planned ; pact:earliest ?day FILTER(YEAR(?day) = 2020)",
    );
    fails("<https://w3id.org/citypact/id/event/cifcc-2024> pact:modality ?modality");
    fails("<https://w3id.org/citypact/id/event/cifcc-2020> schema:startDate ?day FILTER(STRSTARTS(STR(?day), '2024'))");
}

#[test]
fn contradicting_counts_both_stay_with_a_finding() {
    for (variable, first, second) in [("friendly-exchange-cities", 20, 17), ("visa-centre-states", 27, 15)] {
        holds(&format!(
            "GRAPH graph:001 {{ ?a schema:variableMeasured variable:{variable} ; schema:value {first} }}
             GRAPH graph:003 {{ ?b schema:variableMeasured variable:{variable} ; schema:value {second} }}
             ?finding a pact:Assessment ; pact:assesses ?a, ?b ; pact:verdict code:unresolved-conflict"
        ));
    }
}

#[test]
fn parts_that_do_not_add_up_are_kept_and_found() {
    let sum = "SELECT (SUM(?value) AS ?n) { ?total schema:observationAbout place:cn-qingdao ; schema:value 89 .
        ?part pact:breakdownOf ?total ; schema:value ?value }";
    assert_eq!(number(sum), 86);
    holds("?total schema:value 89 . ?finding pact:assesses ?total ; pact:verdict code:sum-mismatch");
    holds("?growth schema:value 333 . ?finding pact:assesses ?growth ; pact:verdict code:sum-mismatch");
}

#[test]
fn a_target_may_have_lost_its_year() {
    holds("?target a pact:Target ; schema:value 30 FILTER NOT EXISTS { ?target pact:dueBy ?year }");
    holds("?target a pact:Target ; schema:value 35 ; pact:dueBy '2030'^^xsd:gYear");
    fails("?target a pact:Target ; pact:asOf ?date");
}

#[test]
fn agreements_may_be_counted_and_not_named() {
    holds(
        "?count schema:observationAbout <https://w3id.org/citypact/id/event/chongqing-2024> ; schema:variableMeasured variable:agreements-signed ; schema:value 13",
    );
    let named = "SELECT (COUNT(DISTINCT ?a) AS ?n) { GRAPH graph:002 { ?a a pact:Agreement } }";
    assert_eq!(number(named), 3);
}

#[test]
fn forty_ties_have_no_start_and_no_paper() {
    let ties = "SELECT (COUNT(DISTINCT ?tie) AS ?n) { GRAPH graph:000 { ?tie a pact:Tie ; pact:attestedOn ?day }
        FILTER NOT EXISTS { GRAPH graph:000 { ?tie pact:since|pact:establishedBy ?any } } }";
    assert_eq!(number(ties), 40);
    let conferrals = "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a pact:AwardConferral ; pact:forTieWith ?counterpart ;
        pact:conferredAt/schema:superEvent* <https://w3id.org/citypact/id/event/cifcc-2024> }";
    assert_eq!(number(conferrals), 40);
}

#[test]
fn ties_are_told_by_their_start() {
    let ties = "SELECT (COUNT(DISTINCT ?tie) AS ?n) { ?tie a pact:Tie }";
    assert_eq!(number(ties), 75, "76 statements of ties; two articles name that of Kunming and Vientiane");
    let dated = "SELECT (COUNT(DISTINCT ?tie) AS ?n) { ?tie a pact:Tie ; pact:since ?since }";
    assert_eq!(number(dated), 13);
}

#[test]
fn sister_schools_of_hong_kong_and_macau_are_not_abroad() {
    holds("?count schema:variableMeasured variable:sister-school-pairs ; schema:value 21");
    for id in ["cn-hong-kong", "cn-macau"] {
        assert_eq!(Register::builtin().get(id).unwrap().state.as_deref(), Some("cn"));
    }
}

#[test]
fn every_state_of_a_place_is_one() {
    fails("?place a pact:TerritorialEntity ; pact:sovereignState ?a, ?b FILTER(?a != ?b)");
    fails("?place a pact:TerritorialEntity FILTER NOT EXISTS { ?place pact:sovereignState ?state }");
}

#[test]
fn regional_words_are_names_of_one_place() {
    holds(
        "place:la skos:prefLabel|skos:altLabel ?taiwan, ?mainland
         FILTER(STR(?taiwan) = '寮國' && STR(?mainland) = '老挝')",
    );
    holds("place:la-vientiane-city skos:prefLabel|skos:altLabel ?name FILTER(STRSTARTS(STR(?name), '永珍'))");
    holds("doc:004 pact:textCondition code:inserted-pinyin");
    holds("doc:003 pact:textCondition code:machine-translated ; schema:inLanguage 'ja'");
}

#[test]
fn every_fact_leads_to_its_text() {
    fails(
        "GRAPH ?graph { ?fact a ?class }
         VALUES ?class { pact:Tie pact:Agreement pact:CountObservation pact:RankObservation pact:Target pact:AwardConferral }
         ?graph prov:wasDerivedFrom ?document .
         FILTER NOT EXISTS {
           ?annotation oa:hasBody ?fact ; oa:hasTarget ?target . ?target oa:hasSource ?document .
           ?target oa:hasSelector ?quote, ?position . ?quote oa:exact ?words . ?position oa:start ?from ; oa:end ?to
         }",
    );
    fails("?selector oa:exact ?words FILTER(STRLEN(?words) > 12)");
}
