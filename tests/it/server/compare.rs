//! Places side by side, and what a search finds in data of any size.

use super::app::{App, TURTLE, WRITE, settings};
use super::pages::{attributes, elements, page, site};

/// The cells of the row whose head holds a text.
fn row<'h>(html: &'h str, head: &str) -> Vec<&'h str> {
    let rows = elements(html, "tr");
    let row = rows.into_iter().find(|row| elements(row, "th").first().is_some_and(|own| own.contains(head)));
    elements(row.unwrap_or_else(|| panic!("no row {head} in {html}")), "td")
}

#[tokio::test]
async fn places_stand_beside_each_other() {
    let app = site(settings());
    let html = page(&app, "/compare?place=cn-kunming&place=%E9%9D%92%E5%B2%9B", "en").await;
    let html = html.text();
    let heads = elements(html, "table")[0];
    assert!(heads.contains(">Kunming<") && heads.contains(">Qingdao<"), "a name finds a place: {heads}");
    // As the page of each says, and the query `partners`.
    for (at, place) in [(0, "cn-kunming"), (1, "cn-qingdao")] {
        let query = format!(
            "SELECT (COUNT(DISTINCT ?p) AS ?n) {{ ?t a pact:Tie ; pact:party place:{place}, ?p FILTER(?p != place:{place}) }}"
        );
        let count = app.csv(&query).await;
        let count = count.text().lines().nth(1).unwrap().trim().to_owned();
        assert_eq!(row(html, "Partners")[at], format!("<td>{count}</td>"), "{place}");
    }
    assert!(attributes(html, "href").iter().any(|href| href.starts_with("/sparql?query=")));
    // A place of the data leads here, and so does the list.
    let place = page(&app, "/doc/place/cn-kunming", "en").await;
    assert!(attributes(place.text(), "href").contains(&"/compare?place=cn-kunming".to_owned()));
    let list = page(&app, "/places", "en").await;
    let boxes: Vec<_> = list.text().matches("type=\"checkbox\" name=\"place\"").collect();
    assert!(boxes.len() > 3 && list.text().contains("action=\"/compare\""));
}

#[tokio::test]
async fn partners_in_common_and_ties_between() {
    let app = App::new();
    let data = "@prefix pact: <https://w3id.org/citypact/ns#> . @prefix kind: <https://w3id.org/citypact/kind/> .
        @prefix place: <https://w3id.org/citypact/id/place/> . @prefix tie: <https://w3id.org/citypact/id/tie/> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        place:x-1 a pact:TerritorialEntity ; skos:prefLabel 'Alpha'@en .
        tie:a a pact:Tie ; pact:kind kind:friendship-city ; pact:party place:x-1, place:x-3 ; pact:since '1981'^^xsd:gYear .
        tie:b a pact:Tie ; pact:kind kind:friendship-city ; pact:party place:x-2, place:x-3 .
        tie:c a pact:Tie ; pact:kind kind:intent ; pact:party place:x-1, place:x-2 ; pact:since '1999-05'^^xsd:gYearMonth .
        tie:d a pact:Tie ; pact:kind kind:intent ; pact:party place:x-1, place:x-4 .";
    assert_eq!(app.send("PUT", "/graphs?graph=http://example.org/g", &[WRITE, TURTLE], data).await.status, 201);
    let reply = page(&app, "/compare?place=Alpha&place=x-2", "en").await;
    let html = reply.text();
    let tables = elements(html, "table");
    assert_eq!(row(tables[0], "Partners"), ["<td>3</td>", "<td>2</td>"]);
    let common = row(tables[1], "x-3");
    assert!(
        common[1].contains("/doc/tie/a") && common[1].contains("1981") && common[2].contains("/doc/tie/b"),
        "{common:?}"
    );
    assert!(!tables[1].contains("x-4"), "what one of them has alone is not in common");
    let between = html.split("<h2>Ties between them</h2>").nth(1).unwrap().split("<h2>").next().unwrap();
    assert!(
        between.contains("/doc/tie/c") && between.contains("1999-05") && !between.contains("/doc/tie/a"),
        "{between}"
    );
    // What is no place, and too few of them.
    let nothing = page(&app, "/compare?place=x-1&place=nowhere%22%3E%3Cscript%3E", "ja").await;
    assert!(
        nothing.status == 200 && nothing.text().contains("という場所がない") && !nothing.text().contains("<script>")
    );
    let same = page(&app, "/compare?place=x-1&place=x-1", "en").await;
    assert!(same.text().contains("Name two places") && elements(same.text(), "table").is_empty());
}

#[tokio::test]
async fn very_many_names_are_searched_by_their_beginning() {
    let app = App::new();
    let mut data =
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix : <https://w3id.org/citypact/id/place/> .\n"
            .to_owned();
    for number in 0..60_001 {
        data.push_str(&format!(":t{number} a skos:Concept ; skos:prefLabel \"Town {number}\"@en .\n"));
    }
    data.push_str(":jp-sapporo a skos:Concept ; skos:prefLabel \"札幌市\"@ja .\n:uz a skos:Concept ; skos:altLabel \"撒馬爾罕\"@zh-Hant .");
    assert_eq!(app.send("PUT", "/graphs?graph=http://example.org/g", &[WRITE, TURTLE], data).await.status, 201);
    let found = async |typed: &str| {
        let typed: String = typed.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let reply = page(&app, &format!("/search?q={typed}"), "en").await;
        if reply.status == 303 { reply.header("location").to_owned() } else { reply.text().to_owned() }
    };
    for (typed, place) in [
        ("札幌", "/doc/place/jp-sapporo"),
        ("さっぽろ", "/doc/place/jp-sapporo"),
        ("Sapporo", "/doc/place/jp-sapporo"),
        ("town 4711", "/doc/place/t4711"),
        ("撒马尔罕", "/doc/place/uz\""),
        ("jp-sapp", "/doc/place/jp-sapporo"),
    ] {
        assert!(found(typed).await.contains(place), "{typed}: {}", found(typed).await);
    }
    // Where nothing begins so, all names are looked through; where something does, that is offered.
    assert!(found("wn 6000").await.contains("/doc/place/t6000\""));
    let many = found("town 4").await;
    assert!(many.contains("These are the first 100") && many.contains("Look within names"), "{many}");
    let all = page(&app, "/search?q=town%2047&anywhere=1", "en").await;
    assert!(!all.text().contains("Look within names") && all.text().contains("/doc/place/t4700\""));
}
