//! The questions of the library over the five articles.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use citypact::convert::{self, NQuads, Options};
use citypact::load::{LoadOptions, load};
use citypact::place::Register;
use citypact::query::{
    Answer, DataPlaces, Engine, LibraryError, Limits, NamedQuery, ParseOptions, Query, RegisterPlaces, library, named,
};
use citypact::record::read::Input;
use citypact::store::Embedded;
use citypact::vocab;
use oxrdf::{Literal, Term};
use oxrdfio::{RdfFormat, RdfParser};

use crate::golden::assert_golden;

fn register() -> &'static Register {
    static REGISTER: OnceLock<Register> = OnceLock::new();
    REGISTER.get_or_init(Register::builtin)
}

/// The five articles with the reviews and the vocabulary, as `load` makes them.
fn articles() -> &'static Embedded {
    static STORE: OnceLock<Embedded> = OnceLock::new();
    STORE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles");
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let inputs: Vec<_> = paths.into_iter().map(Input::Path).collect();
        let mut sink = NQuads(Vec::new());
        convert::convert(&inputs, register(), &Options::default(), &mut sink, &mut |_| ()).unwrap();
        let store = Embedded::memory().unwrap();
        let quads = RdfParser::from_format(RdfFormat::NQuads).for_slice(&sink.0);
        load(&store, LoadOptions::default(), |sink| quads.into_iter().try_for_each(|quad| sink.take(quad.unwrap())))
            .unwrap();
        store
    })
}

fn ask(query: &NamedQuery, given: &[(&str, &str)]) -> Result<Answer, LibraryError> {
    let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let bound = query.bind(&given, &RegisterPlaces { register: register(), base: vocab::ID })?;
    Ok(Engine::new().answer(articles(), &bound, &Limits::within(Duration::from_secs(60)))?)
}

fn answer(name: &str, given: &[(&str, &str)]) -> Answer {
    ask(named(name).unwrap(), given).unwrap()
}

/// Tab-separated, IRIs short, literals bare: for people to check against the articles.
fn table(answer: &Answer) -> String {
    let mut table = answer.variables.iter().map(|variable| variable.as_str()).collect::<Vec<_>>().join("\t");
    for row in &answer.rows {
        table.push('\n');
        table += &row.iter().map(|term| term.as_ref().map_or_else(String::new, cell)).collect::<Vec<_>>().join("\t");
    }
    table + "\n"
}

fn cell(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => short(node.as_str()),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

fn short(iri: &str) -> String {
    let known = vocab::PREFIXES.iter().filter(|(_, namespace)| iri.starts_with(namespace));
    match known.max_by_key(|(_, namespace)| namespace.len()) {
        Some((prefix, namespace)) => format!("{prefix}:{}", &iri[namespace.len()..]),
        None => format!("<{iri}>"),
    }
}

/// The values that the query gives as examples of what must be given.
fn examples(query: &NamedQuery) -> Vec<(&str, &str)> {
    let required = query.parameters.iter().filter(|parameter| parameter.default.is_none());
    required.map(|parameter| (parameter.name.as_str(), parameter.example.as_deref().unwrap())).collect()
}

#[test]
fn what_must_be_given_has_no_default_and_every_label_a_language() {
    for query in library() {
        for parameter in &query.parameters {
            let optional = ["lang", "every"].contains(&parameter.name.as_str());
            assert_eq!(parameter.default.is_some(), optional, "{} {}", query.name, parameter.name);
        }
        let speaks = query.text.contains("skos:prefLabel ?") && !["spellings", "near-matches"].contains(&&*query.name);
        let takes = query.parameters.iter().any(|parameter| parameter.name == "lang");
        assert!(takes || !speaks, "{} shows labels without asking for their language", query.name);
    }
    let (message, hint) = refusal("partners", &[]);
    assert!(message.starts_with("the query partners needs the parameter place"), "{message}");
    assert_eq!(hint.as_deref(), Some("give it: -p place=cn-kunming"));
}

#[test]
fn an_id_that_nothing_knows_is_refused_with_the_nearest() {
    for (place, near) in [("cn-qindao", "cn-qingdao"), ("jp-fujisaw", "jp-fujisawa"), ("cn-kunmign", "cn-kunming")] {
        let (message, hint) = refusal("partners", &[("place", place)]);
        assert!(message.contains("no place of the register has that id or name"), "{message}");
        assert!(hint.unwrap_or_default().contains(near), "{place}");
    }
    let over = |place: &str| {
        let places = DataPlaces { register: register(), base: vocab::ID, store: articles() };
        named("partners").unwrap().bind(&[("place".to_owned(), place.to_owned())], &places).map(drop)
    };
    assert!(over("cn-kunming").is_ok() && over("no-such-place-anywhere").is_err());
    let whole = |id: &str| over(&format!("<{}place/{id}>", vocab::ID));
    assert!(whole("cn-kunming").is_ok() && over("http://elsewhere.example/place/cn-kunmign").is_ok());
    assert!(whole("cn-kunmign").unwrap_err().to_string().contains("no value for the parameter place"));
}

#[test]
fn every_question_has_its_answer() {
    for query in library() {
        let answer = ask(query, &examples(query)).unwrap_or_else(|error| panic!("{}: {error}", query.name));
        // Near matches are for what comes later: the examples agree on what is one thing.
        assert!(!answer.rows.is_empty() || query.name == "near-matches", "{} answers nothing by default", query.name);
        assert_golden(&format!("queries/{}.tsv", query.name), &table(&answer));
    }
}

#[test]
fn a_text_with_values_asks_what_the_question_asks() {
    let places = RegisterPlaces { register: register(), base: vocab::ID };
    for query in library() {
        let text = query.with_values(&[], &places).unwrap();
        assert!(!text.starts_with('#'), "{text}");
        let parsed = Query::parse(&text, &ParseOptions::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let answer = Engine::new().answer(articles(), &parsed, &Limits::within(Duration::from_secs(60))).unwrap();
        let bound = ask(query, &examples(query)).unwrap();
        assert_eq!(table(&answer), table(&bound), "{text}");
    }
    let text = named("partners").unwrap().with_values(&[("place".into(), "青岛".into())], &places).unwrap();
    assert!(text.contains("pact:party place:cn-qingdao, ?partner") && !text.contains("?lang"), "{text}");
}

#[test]
fn there_are_twenty_questions_and_labels_are_never_compared_by_equality() {
    assert_eq!(library().len(), 22, "the twenty questions, the figures of a day, and the near matches");
    for query in library() {
        let text = query.text.to_lowercase();
        for (at, _) in text.match_indices("lang(?") {
            let rest = text[at..].split_once(')').map_or("", |(_, rest)| rest);
            assert!(!rest.trim_start().starts_with(['=', '!']), "{} compares a language by equality", query.name);
        }
    }
}

#[test]
fn places_are_taken_by_id_iri_and_name_in_any_script() {
    let expected = answer("partners", &[("place", "cn-qingdao")]);
    assert_eq!(expected.rows.len(), 12);
    for place in ["https://w3id.org/citypact/id/place/cn-qingdao", "青島市", "青岛", "Qingdao", "チンタオ"] {
        match ask(named("partners").unwrap(), &[("place", place)]) {
            Ok(answer) => assert_eq!(answer, expected, "{place}"),
            Err(error) => assert_eq!(place, "チンタオ", "{error}"),
        }
    }
}

#[test]
fn labels_come_in_the_language_asked_for_once_each() {
    let labels = |lang: &str| -> Vec<String> {
        let answer = answer("partners", &[("place", "cn-qingdao"), ("lang", lang)]);
        let column = answer.variables.iter().position(|variable| variable.as_str() == "partnerLabel").unwrap();
        answer.rows.iter().map(|row| row[column].as_ref().map_or_else(String::new, cell)).collect()
    };
    let (english, chinese, unknown) = (labels("en"), labels("zh"), labels("tlh"));
    assert_eq!((english.len(), chinese.len()), (12, 12));
    assert!(chinese.iter().any(|label| label.starts_with("撒马尔罕") || label.starts_with("撒馬爾罕")), "{chinese:?}");
    assert_eq!(unknown, english, "English where there is none in the language asked for");
}

fn refusal(name: &str, given: &[(&str, &str)]) -> (String, Option<String>) {
    let error = named(name).and_then(|query| ask(query, given)).unwrap_err();
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
    (format!("{error}{cause}"), error.hint())
}

#[test]
fn refusals_say_what_to_do() {
    let hint = |text: &str| Some(text.to_owned());
    let refused = |name, given: &[(&str, &str)], message: &str, expected| {
        assert_eq!(refusal(name, given), (message.to_owned(), expected))
    };
    refused("patners", &[], "there is no query named patners", hint("did you mean partners?"));
    refused("partners", &[("plaec", "x")], "the query partners has no parameter plaec", hint("did you mean place?"));
    refused(
        "partners",
        &[("place", "cn-kunming"), ("lang", "!")],
        "\"!\" is no value for the parameter lang: expected a language, such as en or zh-Hant",
        None,
    );
    refused(
        "in-force-on",
        &[("place", "cn-kunming"), ("day", "2024")],
        "\"2024\" is no value for the parameter day: expected a day, such as 2024-01-24",
        None,
    );
    for year in ["soon", "-44", "99", "10000"] {
        let message = format!("\"{year}\" is no value for the parameter year: expected a year, such as 2024");
        refused("anniversaries", &[("year", year)], &message, None);
    }
    let (message, _) = refusal("partners", &[("place", "Atlantis the lost")]);
    assert!(message.contains("no place of the register has that id or name"), "{message}");
}

#[test]
fn the_language_of_a_region_is_the_language() {
    let partners = |lang| table(&answer("partners", &[("place", "cn-qingdao"), ("lang", lang)]));
    for (region, language) in
        [("ja-JP", "ja"), ("zh-TW", "zh-Hant"), ("zh-cn", "zh-Hans"), ("en-GB", "en"), ("de-AT", "de")]
    {
        assert_eq!(partners(region), partners(language), "{region}");
    }
    assert_ne!(partners("zh-TW"), partners("zh-CN"));
    assert_ne!(partners("ja-JP"), partners("en"));
}

#[test]
fn values_are_terms_and_never_text() {
    let hostile = "x\" } } DROP ALL #";
    let found = answer("spellings", &[("spelling", hostile)]);
    assert!(found.rows.is_empty());
    let error = refusal("event-results", &[("event", "id:a> } #")]).0;
    assert!(error.contains("expected an IRI"), "{error}");
}

#[test]
fn a_file_of_ones_own_works_like_the_library() {
    let text = "#+ title: Mine\n# description: First line,\n#   second line.\n# param: who place [cn-kunming] A place\n# param: n integer How many\nSELECT ?who ?n WHERE { ?who pact:level ?l } GROUP BY ?who ?n";
    let query = NamedQuery::read("mine", text.to_owned()).unwrap();
    assert_eq!((query.title.as_str(), query.description.as_str()), ("Mine", "First line, second line."));
    let answer = ask(&query, &[("n", "7")]).unwrap();
    assert_eq!(answer.rows, [vec![Some(vocab_node("cn-kunming")), Some(Literal::from(7).into())]]);
    let missing = ask(&query, &[]).unwrap_err();
    assert_eq!(
        (missing.to_string(), missing.hint()),
        ("the query mine needs the parameter n: How many".into(), Some("give it: -p n=…".into()))
    );
    for (text, reason) in [
        ("# param: x", "mine.rq, line 1: a parameter needs a name and a type"),
        (
            "# param: x plaec y",
            "mine.rq, line 1: \"plaec\" is no type of parameter: place, iri, date, year, integer, text, lang, code",
        ),
        ("\n# param: x place [y", "mine.rq, line 2: the default has no closing bracket"),
        ("# param: ?x place", "mine.rq, line 1: \"?x\" cannot be the name of a variable"),
    ] {
        assert_eq!(NamedQuery::read("mine", text).unwrap_err().to_string(), reason);
    }
}

fn vocab_node(id: &str) -> Term {
    oxrdf::NamedNode::new_unchecked(format!("{}place/{id}", vocab::ID)).into()
}

#[test]
fn ties_of_the_same_parties_and_different_kinds_are_near_matches() {
    let node = |name: &str| oxrdf::NamedNode::new_unchecked(format!("http://x/{name}"));
    let tie = |name: &str, kind: &str, parties: &str| {
        let about = |property: &str, value| {
            let property = oxrdf::NamedNode::new_unchecked(format!("{}{property}", vocab::NS));
            oxrdf::Quad::new(node(name), property, value, node("graph"))
        };
        let class = oxrdf::NamedNode::new_unchecked(format!("{}Tie", vocab::NS));
        let mut quads = vec![oxrdf::Quad::new(node(name), oxrdf::vocab::rdf::TYPE, class, node("graph"))];
        quads.push(about("kind", node(kind)));
        quads.extend(parties.chars().map(|party| about("party", node(&party.to_string()))));
        quads
    };
    let store = Embedded::memory().unwrap();
    // One more party makes another tie.
    let ties = [tie("a", "k1", "pq"), tie("b", "k2", "pq"), tie("c", "k2", "pqr"), tie("d", "k2", "pr")];
    load(&store, LoadOptions::default(), |sink| ties.into_iter().flatten().try_for_each(|quad| sink.take(quad)))
        .unwrap();
    let query =
        named("near-matches").unwrap().bind(&[], &RegisterPlaces { register: register(), base: vocab::ID }).unwrap();
    let found = Engine::new().answer(&store, &query, &Limits::within(Duration::from_secs(60))).unwrap();
    let shown: Vec<String> = found.rows[0].iter().flatten().map(Term::to_string).collect();
    assert_eq!(
        (found.rows.len(), shown.join(" ").as_str()),
        (1, "\"same parties, two kinds\" <http://x/a> <http://x/b> <http://x/k1> <http://x/k2>")
    );
}
