//! The library, the questions and the pages agree on what held when, over random dates.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use citypact::place::Register;
use citypact::query::{Answer, DataPlaces, Engine, Limits, named};
use citypact::record::Date;
use citypact::server::Endpoint;
use citypact::store::{BulkOptions, Embedded, Store as _};
use citypact::validity::{Statement, Tie, Words, figures_on};
use citypact::vocab;
use oxrdf::Term;
use oxttl::NQuadsParser;

use super::app::{App, settings};

const BROWSER: &str = "text/html";

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn date(&mut self) -> Date {
        let (year, month, day) = (1995 + self.below(12) as u16, 1 + self.below(12) as u8, 1 + self.below(28) as u8);
        match self.below(4) {
            0 => Date::Year(year),
            1 => Date::Month(year, month),
            _ => Date::Day(year, month, day),
        }
    }
}

/// What one document tells of a tie.
#[derive(Default, Clone)]
struct Telling {
    since: Option<Date>,
    until: Option<Date>,
    attested: Option<Date>,
    status: Option<&'static str>,
    modality: Option<&'static str>,
}

/// Ties of one place, by the number of the partner, each told by two documents at most.
fn ties(random: &mut Random) -> BTreeMap<usize, (&'static str, Vec<Telling>)> {
    let one = |random: &mut Random| {
        let mut telling = Telling::default();
        let maybe = |random: &mut Random, often: u64| (random.below(10) < often).then(|| random.date());
        telling.since = maybe(random, 6);
        telling.until = maybe(random, 2);
        telling.attested = maybe(random, 5);
        telling.status =
            [None, None, None, Some("in-force"), Some("ended"), Some("intended")][random.below(6) as usize];
        telling.modality = [None, None, None, Some("planned")][random.below(4) as usize];
        telling
    };
    (0..40)
        .map(|number| {
            let kind = ["friendship-city", "unspecified-friendship", "intent"][random.below(3) as usize];
            let count = 1 + random.below(2);
            (number, (kind, (0..count).map(|_| one(random)).collect()))
        })
        .collect()
}

fn typed(date: Date) -> String {
    let datatype = match date {
        Date::Year(_) => "gYear",
        Date::Month(..) => "gYearMonth",
        Date::Day(..) => "date",
    };
    format!("\"{date}\"^^<http://www.w3.org/2001/XMLSchema#{datatype}>")
}

fn quads(ties: &BTreeMap<usize, (&'static str, Vec<Telling>)>, figures: &[Date]) -> String {
    let (ns, id) = (vocab::NS, vocab::ID);
    let mut text =
        format!("<{id}place/zz-own> <{}type> <{ns}TerritorialEntity> <{}places> .\n", vocab::rdf::NS, vocab::GRAPH);
    for (number, (kind, tellings)) in ties {
        for (document, telling) in tellings.iter().enumerate() {
            let mut say = |property: &str, object: String| {
                text += &format!("<{id}tie/{number}> <{property}> {object} <{}{document}> .\n", vocab::GRAPH);
            };
            say(&format!("{}type", vocab::rdf::NS), format!("<{ns}Tie>"));
            say(&format!("{ns}party"), format!("<{id}place/zz-own>"));
            say(&format!("{ns}party"), format!("<{id}place/zz-{number}>"));
            say(&format!("{ns}kind"), format!("<{}{kind}>", vocab::KIND));
            for (property, date) in
                [("since", telling.since), ("until", telling.until), ("attestedOn", telling.attested)]
            {
                date.into_iter().for_each(|date| say(&format!("{ns}{property}"), typed(date)));
            }
            for (property, code) in [("status", telling.status), ("modality", telling.modality)] {
                code.into_iter().for_each(|code| say(&format!("{ns}{property}"), format!("<{}{code}>", vocab::CODE)));
            }
        }
    }
    for (number, date) in figures.iter().enumerate() {
        let figure = format!("<{id}claim/{number}>");
        for (property, object) in [
            (format!("{}type", vocab::rdf::NS), format!("<{ns}CountObservation>")),
            ("https://schema.org/observationAbout".to_owned(), format!("<{id}place/zz-own>")),
            ("https://schema.org/variableMeasured".to_owned(), format!("<{}friendship-cities>", vocab::VARIABLE)),
            (
                "https://schema.org/value".to_owned(),
                format!("\"{number}\"^^<http://www.w3.org/2001/XMLSchema#integer>"),
            ),
            (format!("{ns}asOf"), typed(*date)),
        ] {
            text += &format!("{figure} <{property}> {object} <{}0> .\n", vocab::GRAPH);
        }
    }
    text
}

fn ask(store: &Embedded, name: &str, given: &[(&str, &str)]) -> Vec<BTreeMap<String, String>> {
    let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let register = Register::empty();
    let places = DataPlaces { register: &register, base: vocab::ID, store };
    let bound = named(name).unwrap().bind(&given, &places).unwrap();
    let Answer { variables, rows, .. } =
        Engine::new().answer(store, &bound, &Limits::within(Duration::from_secs(60))).unwrap();
    let text = |term: Term| match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    };
    let row = |row: Vec<Option<Term>>| {
        let cells =
            variables.iter().zip(row).filter_map(|(variable, term)| Some((variable.as_str().to_owned(), text(term?))));
        cells.collect()
    };
    rows.into_iter().map(row).collect()
}

/// The value of an attribute of the rows of a page, by what an address in the row ends in.
fn told(page: &str, attribute: &str, address: &str) -> BTreeMap<usize, String> {
    let start = format!(" {attribute}=\"");
    let row = |row: &str| {
        let value = row.split(&start).nth(1)?.split('"').next()?.to_owned();
        let number = row.split(address).nth(1)?.split('"').next()?.parse().ok()?;
        Some((number, value))
    };
    page.split("<tr>").filter_map(row).collect()
}

fn number(iri: &str) -> usize {
    iri.rsplit(['-', '/']).next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_held_on_a_day_is_the_same_wherever_it_is_asked() {
    for seed in 0..4 {
        let mut random = Random(seed);
        let ties = ties(&mut random);
        let figures: Vec<Date> = (0..12).map(|_| random.date()).collect();
        let store = Embedded::memory().unwrap();
        let text = quads(&ties, &figures);
        let mut quads = NQuadsParser::new().for_slice(text.as_bytes()).map(|quad| Ok(quad.unwrap()));
        store.add_all(&mut quads, BulkOptions::default()).unwrap();
        let store = Arc::new(store);
        let app = App::over(&Endpoint::new(Arc::clone(&store), settings()));
        for _ in 0..6 {
            let Date::Day(year, month, day) = random.date().latest() else { unreachable!() };
            let day = Date::Day(year, month, day);
            let address = format!("/doc/place/zz-own?on={day}");
            let page = app.send("GET", &address, &[("accept", BROWSER), ("accept-language", "en")], "").await;
            assert_eq!(page.status, 200, "{}", page.text());
            in_force(&store, &ties, page.text(), day);
            latest(&store, &figures, page.text(), day);
        }
        let page = app.send("GET", "/doc/place/zz-own", &[("accept", BROWSER), ("accept-language", "ja")], "").await;
        statuses(&store, &ties, page.text());
    }
}

fn in_force(store: &Embedded, ties: &BTreeMap<usize, (&'static str, Vec<Telling>)>, page: &str, day: Date) {
    let on_page = told(page, "data-in-force", "/doc/place/zz-");
    let rows = ask(store, "in-force-on", &[("place", "zz-own"), ("day", &day.to_string())]);
    assert_eq!((rows.len(), on_page.len()), (ties.len(), ties.len()));
    for row in rows {
        let of = number(&row["partner"]);
        let (kind, tellings) = &ties[&of];
        let all = |date: fn(&Telling) -> Option<Date>| tellings.iter().filter_map(date).collect::<Vec<_>>();
        let codes = tellings.iter().flat_map(|telling| [telling.status, telling.modality]).flatten();
        let tie = Tie {
            since: all(|telling| telling.since),
            until: all(|telling| telling.until),
            attested: all(|telling| telling.attested),
            kinds: vec![format!("{}{kind}", vocab::KIND)],
            statuses: codes.map(|code| format!("{}{code}", vocab::CODE)).collect(),
        };
        let (answer, why) = tie.on(day);
        assert_eq!(row["answer"], answer.as_str(), "{tie:?} on {day}");
        assert_eq!(row["reason"], why.text(&Words::EN), "{tie:?} on {day}");
        assert_eq!(on_page[&of], answer.as_str(), "{tie:?} on {day}");
    }
}

fn latest(store: &Embedded, figures: &[Date], page: &str, day: Date) {
    let expected: BTreeMap<usize, &str> = figures_on(day, figures)
        .into_iter()
        .map(|currency| currency.as_str())
        .enumerate()
        .filter(|(_, currency)| *currency != "not")
        .collect();
    let rows = ask(store, "figures-on", &[("place", "zz-own"), ("day", &day.to_string())]);
    let asked: BTreeMap<usize, &str> =
        rows.iter().map(|row| (row["value"].parse().unwrap(), row["answer"].as_str())).collect();
    assert_eq!(asked, expected, "{figures:?} on {day}");
    let on_page = told(page, "data-current", "/doc/claim/");
    let on_page: BTreeMap<usize, &str> = on_page.iter().map(|(figure, answer)| (*figure, answer.as_str())).collect();
    assert_eq!(on_page, expected, "{figures:?} on {day}");
}

/// The status of each telling, by the library, the question and the page.
fn statuses(store: &Embedded, ties: &BTreeMap<usize, (&'static str, Vec<Telling>)>, page: &str) {
    let rows = ask(store, "partners", &[("place", "zz-own"), ("lang", "ja")]);
    let mut concluded: BTreeMap<usize, Vec<(String, String)>> = BTreeMap::new();
    for row in rows {
        let told = (row["status"].clone(), row["statusReason"].clone());
        concluded.entry(number(&row["partner"])).or_default().push(told);
    }
    for (of, (kind, tellings)) in ties {
        let kind = format!("{}{kind}", vocab::KIND);
        // Of several documents the first in the order of codes, as the question has it.
        let code = |code: &'static str| format!("{}{code}", vocab::CODE);
        let elsewhere = tellings.iter().filter_map(|telling| telling.status.map(code)).min();
        for telling in tellings {
            let date = |date: Option<Date>| date.map(|date| date.to_string());
            let (since, until, attested) = (date(telling.since), date(telling.until), date(telling.attested));
            let stated = telling.status.map(code);
            let statement = Statement {
                stated: stated.as_deref(),
                elsewhere: elsewhere.as_deref(),
                kind: Some(&kind),
                is_meant: telling.modality.is_some(),
                since: since.as_deref(),
                until: until.as_deref(),
                attested: attested.as_deref(),
            };
            let (status, reason) = statement.status();
            let told = (status.to_owned(), reason.text(&Words::JA));
            assert!(concluded[of].contains(&told), "{statement:?}: {told:?} is none of {:?}", concluded[of]);
            assert!(page.contains(&format!("<small>{}</small>", told.1)), "{told:?}");
        }
    }
}

#[tokio::test]
async fn a_tie_that_follows_from_an_award_is_seen_on_its_day_wherever_that_is_asked() {
    let (id, ns) = (vocab::ID, vocab::NS);
    let tie = format!("<{id}tie/unspecified-friendship/zz-0--zz-own>");
    let said = [
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type".to_owned(), format!("<{ns}Tie>")),
        (format!("{ns}kind"), format!("<{}unspecified-friendship>", vocab::KIND)),
        (format!("{ns}party"), format!("<{id}place/zz-own>")),
        (format!("{ns}party"), format!("<{id}place/zz-0>")),
        (format!("{ns}attestedOn"), "\"2014-05-06\"^^<http://www.w3.org/2001/XMLSchema#date>".to_owned()),
        (format!("{ns}status"), format!("<{}in-force>", vocab::CODE)),
    ];
    let text: String = said
        .iter()
        .map(|(property, object)| format!("{tie} <{property}> {object} <{}inferred> .\n", vocab::GRAPH))
        .collect();
    let store = Embedded::memory().unwrap();
    let mut quads = NQuadsParser::new().for_slice(text.as_bytes()).map(|quad| Ok(quad.unwrap()));
    store.add_all(&mut quads, BulkOptions::default()).unwrap();
    let store = Arc::new(store);
    let app = App::over(&Endpoint::new(Arc::clone(&store), settings()));
    for (day, answer) in [("2014-05-05", "possibly"), ("2014-05-06", "certainly"), ("2014-05-07", "possibly")] {
        let rows = ask(&store, "in-force-on", &[("place", "zz-own"), ("day", day)]);
        assert_eq!(rows.iter().map(|row| row["answer"].as_str()).collect::<Vec<_>>(), [answer], "{day}");
        let address = format!("/doc/place/zz-own?on={day}");
        let page = app.send("GET", &address, &[("accept", BROWSER), ("accept-language", "en")], "").await;
        let on_page = told(page.text(), "data-in-force", "/doc/place/zz-");
        assert_eq!(on_page.get(&0).map(String::as_str), Some(answer), "{day}: {}", page.text());
    }
}

#[tokio::test]
async fn what_is_no_day_is_refused() {
    let app = App::new();
    let reply = app.send("GET", "/doc/place/cn-kunming?on=soon", &[("accept", BROWSER)], "").await;
    assert_eq!(reply.status, 400, "{}", reply.text());
}
