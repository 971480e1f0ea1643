//! Real layouts, anew: how much of them is right without any mapping but the file's own city; and what mappings can say.

use std::fs;

use citypact::place::{Mention, Register, Resolution};
use citypact::record::read::Input;
use citypact::record::{PlaceRef, Record, Reference, Tie};
use citypact::table::guess::{Known, guess};
use serde_json::Value;

use super::{Given, folder, given, of};

/// The least share of rows that a guess gets right over all layouts, in per cent.
const LEAST_RIGHT: usize = 95;

fn name(place: &PlaceRef) -> &str {
    match place {
        Reference::Id(id) => id,
        Reference::Inline(mention) => &mention.name,
    }
}

fn ties(given: &Given) -> Vec<&Tie> {
    given.records.iter().filter_map(|record| if let Record::Tie(tie) = record { Some(tie) } else { None }).collect()
}

fn told(tie: &Tie) -> [String; 4] {
    let since = tie.since.map(|date| date.to_string()).unwrap_or_default();
    [name(&tie.parties[0]).to_owned(), name(&tie.parties[1]).to_owned(), since, tie.kind.as_str().to_owned()]
}

/// The mapping that is guessed of a table.
fn guessed(file: &str, place: Option<&str>) -> String {
    let known = Known { place: place.map(str::to_owned), ..Known::default() };
    guess(&Input::Path(folder().join(file)), &known, &Register::builtin()).unwrap()
}

#[test]
fn most_rows_are_right_without_any_mapping_but_their_city() {
    let truth = fs::read_to_string(folder().join("truth.jsonl")).unwrap();
    let (mut all, mut right, mut wrong) = (0, 0, String::new());
    for line in truth.lines() {
        let table: Value = serde_json::from_str(line).unwrap();
        let file = table["file"].as_str().unwrap();
        let mapping = guessed(file, table["place"].as_str());
        let found = given(&Input::Path(folder().join(file)), &mapping);
        let found: Vec<[String; 4]> =
            found.as_ref().map(|given| ties(given).into_iter().map(told).collect()).unwrap_or_default();
        for tie in table["ties"].as_array().unwrap() {
            let expected =
                ["own", "partner", "since", "kind"].map(|key| tie[key].as_str().unwrap_or_default().to_owned());
            all += 1;
            if found.contains(&expected) {
                right += 1;
            } else {
                wrong.push_str(&format!("\n{file}: {expected:?} is not among {found:?}\n{mapping}"));
            }
        }
    }
    println!("{right} of {all} rows are right as guessed");
    assert!(right * 100 >= all * LEAST_RIGHT, "{right} of {all}{wrong}");
}

#[test]
fn most_partners_are_places_of_the_register_in_each_script() {
    let register = Register::builtin();
    let truth = fs::read_to_string(folder().join("truth.jsonl")).unwrap();
    let mut counts = std::collections::BTreeMap::<&str, (usize, usize)>::new();
    for line in truth.lines() {
        let table: Value = serde_json::from_str(line).unwrap();
        let file = table["file"].as_str().unwrap();
        let Ok(given) = given(&Input::Path(folder().join(file)), &guessed(file, table["place"].as_str())) else {
            continue;
        };
        for tie in ties(&given) {
            let Reference::Inline(mention) = &tie.parties[1] else { continue };
            let first = mention.name.chars().find(|c| c.is_alphabetic()).unwrap_or('a');
            let script = match first {
                'ァ'..='ヶ' | 'ぁ'..='ん' => "kana",
                '가'..='힣' => "Hangul",
                c if c as u32 >= 0x3400 => "Han",
                _ => "Latin",
            };
            let found = register.resolve(&Mention { state: mention.state.as_deref(), ..Mention::named(&mention.name) });
            let count = counts.entry(script).or_default();
            count.0 += usize::from(matches!(found, Resolution::One { .. }));
            count.1 += 1;
        }
    }
    println!("resolved of partners, by script: {counts:?}");
    let (found, all) = counts.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    assert!(counts.len() == 4 && found * 100 >= all * 85, "{counts:?}");
}

#[test]
fn guesses_say_why_and_what_they_do_not_know() {
    let told = guessed("xian.csv", None);
    for line in [
        "encoding = \"gb",
        "header = 3    # 5 of its 5 names are known",
        "language = \"zh-Hans\"",
        "# the title says 西安市",
        "# 洲: the partner's continent; it goes into no record",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
    let unknown = guessed("islands.html", None);
    assert!(unknown.contains("parties = [\"?\", "), "{unknown}");
    let error = super::refused(given(&Input::Path(folder().join("islands.html")), &unknown));
    assert!(error.contains("`parties` still has a `?` in it") && error.contains("citypact places find"), "{error}");
}

#[test]
fn sheets_of_one_heading_say_what_sets_them_apart() {
    let grades = guessed("shanghai.xlsx", None);
    let kind = "kind = { column = \"(sheet)\", map = { \"友好城市\" = \"friendship-city\", \"友好交流城市\" = \"friendly-exchange-city\" }";
    assert!(grades.contains(kind) && grades.contains("# the title says 上海市"), "{grades}");
    let states = guessed("by-state.html", Some("cn-ningbo"));
    assert!(states.contains("state = \"{(sheet)}\" }"), "{states}");
    let given = given(&Input::Path(folder().join("by-state.html")), &states).unwrap();
    let Reference::Inline(partner) = &ties(&given)[2].parties[1] else { panic!("{:?}", ties(&given)[2]) };
    assert_eq!(partner.state.as_deref(), Some("德国"));
    assert!(given.records[2].evidence().iter().all(|evidence| evidence.quote != "德国"), "no cell says it");
    // A text has one sheet, whose name is no news.
    let none = of(
        "t.csv",
        "City\nNara\n",
        &format!("{TIE}parties = [\"cn-xian\", {{ name = \"{{City}}\", state = \"{{(sheet)}}\" }}]\n"),
    )
    .unwrap();
    let Reference::Inline(partner) = &ties(&none)[0].parties[1] else { panic!("a mention") };
    assert_eq!(partner.state, None);
}

#[test]
fn addresses_of_wikidata_are_codes_of_parties() {
    for file in ["wikidata.srj", "wikidata.tsv"] {
        let mapping = guessed(file, None);
        assert!(!mapping.contains("# item:") && !mapping.contains("# twin:"), "{mapping}");
        let given = given(&Input::Path(folder().join(file)), &mapping).unwrap();
        let code = |place: &PlaceRef| match place {
            Reference::Inline(mention) => mention.codes.as_ref().and_then(|codes| codes.wikidata.clone()),
            Reference::Id(_) => None,
        };
        let parties = &ties(&given)[1].parties;
        assert_eq!(
            parties.iter().map(code).collect::<Vec<_>>(),
            [Some("Q34600".into()), Some("Q5826".into())],
            "{file}"
        );
    }
}

#[test]
fn ended_and_suspended_ties_are_told_by_their_remarks() {
    let given =
        given(&Input::Path(folder().join("guangzhou.csv")), &guessed("guangzhou.csv", Some("cn-guangzhou"))).unwrap();
    let told: Vec<_> =
        ties(&given).iter().map(|tie| (tie.status.map(|s| s.as_str()), tie.until.map(|d| d.to_string()))).collect();
    assert_eq!(told[0], (None, None));
    assert_eq!(told[3], (Some("ended"), Some("2019".to_owned())));
    assert_eq!(told[4], (Some("unknown"), None));
}

#[test]
fn a_ledger_is_read_as_its_keeper_means_it() {
    let mapping = guessed("ledger.csv", None);
    assert!(
        mapping.contains("# the year after these words") && mapping.contains("\"中断\" = \"unknown\""),
        "{mapping}"
    );
    let given = given(&Input::Path(folder().join("ledger.csv")), &mapping).unwrap();
    let told: Vec<_> = ties(&given).iter().map(|tie| tie.until.map(|date| date.to_string())).collect();
    assert_eq!(told, [None, None, None, None, Some("2020".to_owned())]);
    let Reference::Inline(rennes) = &ties(&given)[2].parties[1] else { panic!("a mention") };
    assert_eq!((rennes.state.as_deref(), rennes.also.as_slice()), (Some("法国"), &["Rennes".to_owned()][..]));
    // A ditto mark is evidence of the cell that it speaks of.
    let own = given.records[2].evidence().iter().find(|evidence| evidence.quote == "济南市").unwrap();
    assert_eq!((own.row, own.column), (Some(4), Some(2)));
    assert_eq!((given.account.totals, given.account.notes, given.account.errors), (1, 3, 0));
}

#[test]
fn rows_of_workbooks_are_those_that_spreadsheets_show() {
    let input = Input::Path(folder().join("shanghai.xlsx"));
    let given = given(&input, &guessed("shanghai.xlsx", Some("cn-shanghai"))).unwrap();
    assert_eq!(
        given.account.to_string(),
        "9 rows in = 5 with 5 records + 2 headings + 0 sections + 2 notes + 0 totals + 0 empty + 0 errors"
    );
    assert!(given.places[1].ends_with("shanghai.xlsx (sheet 友好城市, row 4)"), "{:?}", given.places);
    assert!(given.remarks.iter().any(|remark| remark.contains("1 row is hidden")), "{:?}", given.remarks);
    let evidence = &given.records[1].evidence()[0];
    assert_eq!((evidence.sheet.as_deref(), evidence.row, evidence.column), (Some("友好城市"), Some(4), Some(2)));
    // The state of the second row is a part of the cell above.
    let state = given.records[1].evidence().iter().find(|evidence| evidence.quote == "日本").unwrap();
    assert_eq!((state.row, state.column), (Some(3), Some(3)));
}

const TIE: &str = "[source]\nlanguage = \"en\"\n[[record]]\ntype = \"tie\"\nkind = \"friendship-city\"\n";

#[test]
fn mappings_refine_cells() {
    let mapping = format!(
        "{TIE}parties = [\"cn-xian\", {{ name = \"{{City}}\", state = \"{{Country}}\" }}]\nsince = {{ column = \"Since\", date = [\"%d|%m|%Y\", \"%Y\"] }}\n\
         until = {{ column = \"Note\", match = 'ended (\\d{{4}})' }}\nnote = \"no. {{#1}}: {{Note}}\"\n\
         kind_as_printed = {{ column = \"Kind\", map = {{ S = \"sister\" }}, otherwise = \"other\" }}\n\
         [[record]]\ntype = \"count\"\nwhen = {{ column = \"Kind\", match = 'S' }}\nabout = \"cn-xian\"\nvariable = \"partner-cities\"\nvalue = \"{{#1}}\"\n\
         as_of = \"2024\"\nas_of_basis = \"stated\"\n"
    );
    let table = "No;City;Country;Since;Kind;Note\n1;Nara;Japan;03|04|1985;S;ended 1999\n2;Kyoto;Japan;1974;X;\n";
    let given = of("t.csv", table, &mapping).unwrap();
    assert_eq!(given.said, [""; 0]);
    let told: Vec<String> = given.records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    assert!(
        told[0].contains(r#""since":"1985-04-03","until":"1999""#) && told[0].contains(r#""note":"no. 1: ended 1999""#),
        "{}",
        told[0]
    );
    assert!(told[1].contains(r#""type":"count""#) && told[1].contains(r#""value":1"#), "{}", told[1]);
    assert!(told[2].contains(r#""kind_as_printed":"other""#) && told[2].contains(r#""note":"no. 2:""#), "{}", told[2]);
    assert_eq!(given.records.len(), 3);
    assert_eq!(given.places[0], "t.csv:2 (row 2)");
}

#[test]
fn sections_fill_down_notes_and_totals_are_told_apart() {
    let mapping = format!(
        "{}parties = [\"{{Own}}\", {{ name = \"{{City}}\", state = \"{{State}}\" }}]\n",
        TIE.replace("[[record]]", "[table]\nfill_down = [\"Own\"]\nskip = ['^Note']\nsections = [{ match = '^(\\w+) \\(\\d+\\)$', column = \"State\" }]\n[[record]]")
    );
    let table = "Our ties,\nOwn,City\nJapan (2),\ncn-xian,Nara\n,Kyoto\n,\nFrance (1),\ncn-beijing,Paris\nTotal,3\nNote: old,\nOwn,City\n";
    let given = of("t.csv", table, &mapping).unwrap();
    assert_eq!(given.said, [""; 0]);
    let told: Vec<[String; 4]> = ties(&given).into_iter().map(told).collect();
    assert_eq!(told[1][..2], ["cn-xian", "Kyoto"]);
    assert_eq!(told[2][..2], ["cn-beijing", "Paris"]);
    assert_eq!(
        given.account.to_string(),
        "11 rows in = 3 with 3 records + 2 headings + 2 sections + 2 notes + 1 total + 1 empty + 0 errors"
    );
    let state = given.records[1].evidence().iter().find(|evidence| evidence.quote == "Japan").unwrap();
    assert_eq!((state.row, state.column), (Some(3), Some(1)));
}

#[test]
fn columns_may_be_named_by_their_place() {
    let mapping = format!(
        "{}parties = [\"cn-xian\", \"{{#2}}\"]\n",
        TIE.replace("[[record]]", "[table]\nheader = 0\n[[record]]")
    );
    let given = of("t.csv", "1,Nara\n2,Kyoto\n", &mapping).unwrap();
    assert_eq!(given.records.len(), 2);
    let twice = of("t.csv", "City,City\nNara,Kyoto\n", &format!("{TIE}parties = [\"cn-xian\", \"{{City}}\"]\n"));
    assert_eq!(
        super::refused(twice),
        "m.toml:6: the column `City` stands more than once in the heading of t.csv\n  Hint: name it by its number: #1 or #2"
    );
}
