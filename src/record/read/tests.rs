use super::*;
use crate::record::Record;

fn read(name: &str, bytes: impl AsRef<[u8]>, options: &ReadOptions) -> (Vec<Record>, Vec<String>) {
    let input = Input::bytes(name, bytes.as_ref());
    let (mut records, mut said) = (Vec::new(), Vec::new());
    for batch in input.open(options).unwrap() {
        match batch {
            Err(diagnostic) => said.push(diagnostic.to_string()),
            Ok(batch) => {
                for record in batch.records() {
                    match record {
                        Ok(parsed) => {
                            records.push(parsed.record.into_owned());
                            said.extend(parsed.warnings.iter().map(ToString::to_string));
                        }
                        Err(rejected) => said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
                    }
                }
            }
        }
    }
    (records, said)
}

const TIE: &str = r#"{"type":"tie","parties":["cn-qingdao",{"name":"撒馬爾罕市","state":"uz"}],"kind":"friendship-city","since":"2024-01-24"}"#;
const SOURCE: &str = r#"{"type":"source","id":"004","language":"zh-Hant"}"#;

#[test]
fn containers_say_the_same() {
    let options = ReadOptions { batch_size: 16, csv_type: Some(RecordType::Tie), ..ReadOptions::default() };
    let (lines, said) = read("a.jsonl", format!("\u{FEFF}{SOURCE}\r\n\n  {TIE}"), &options);
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(lines.len(), 2);
    assert_eq!(read("a.json", format!("[{SOURCE} ,\n {TIE}]"), &options), (lines.clone(), vec![]));
    let wrapped = format!("{{\"records\":[{TIE}],\"source\":{}}}", SOURCE.replace("\"type\":\"source\",", ""));
    let (mut records, said) = read("a.json", wrapped, &options);
    assert_eq!(said, Vec::<String>::new());
    records.reverse();
    assert_eq!(records, lines);
    let csv =
        "party_a,party_b,party_b.state,kind,since\ncn-qingdao,\"撒馬爾罕市\",uz,friendship-city,2024-01-24\n,,,,\n";
    assert_eq!(read("a.csv", csv, &options), (lines[1..].to_vec(), vec![]));
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let options = ReadOptions::default();
    let bad = TIE.replace("\"since\"", "\"sinse\"").replace("friendship-city", "friendship-citty");
    let (records, said) = read("a.jsonl", format!("{SOURCE}\n{bad}\n{TIE}\n"), &options);
    assert_eq!(records.len(), 2);
    assert_eq!(
        said,
        [
            "error: a.jsonl:2:77 /kind: `friendship-citty` is no value of `kind`\n  Hint: did you mean `friendship-city`?",
            "error: a.jsonl:2:96 /sinse: `sinse` is no field of a tie\n  Hint: did you mean `since`?",
        ]
    );
}

#[test]
fn very_many_unknown_columns_are_counted() {
    let unknown: String = (0..5000).map(|n| format!(",unheard{n}")).collect();
    let csv = format!("type,id{unknown}\nplace,a{}\n", ",".repeat(5000));
    let (_, said) = read("p.csv", &csv, &ReadOptions::default());
    assert!(said.len() < 30, "{} findings", said.len());
    assert!(said.iter().any(|told| told.contains("4980 more columns name no field")), "{said:?}");
}

#[test]
fn csv_names_and_cells() {
    let csv = "type,id,level,name@zh-Hans,name@en,lat,geonames,same_as,evidence.quote,evidence.start\n\
               place,cn-kunming,municipality,昆明市;昆明,Kunming,25.04,1804651,http://a.example/1;http://a.example/2,昆明,3\n\
               place,x,municipality,,,north,,,,\n";
    let (records, said) = read("p.csv", csv, &ReadOptions::default());
    assert_eq!(
        serde_json::to_string(&records[0]).unwrap(),
        r#"{"type":"place","id":"cn-kunming","level":"municipality","names":{"zh-Hans":["昆明市","昆明"],"en":"Kunming"},"lat":25.04,"codes":{"geonames":"1804651"},"same_as":["http://a.example/1","http://a.example/2"],"evidence":[{"quote":"昆明","start":3}]}"#
    );
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("warning: p.csv:2:46 /lat: a position has both"), "{said:?}");
    assert!(said[1].starts_with("error: p.csv:3:24 /lat: `lat` is a number, not the text `north`"), "{said:?}");
    assert!(said[2].contains("columns `name@zh-Hans` and `name@en` are empty: a place needs `names`"), "{said:?}");
}

#[test]
fn cells_may_hold_json_and_lists() {
    let csv = r#"type,id,parties,kind,note,evidence
tie,a,"cn-qingdao;撒馬爾罕市;",intent,"[sic] a;b","{""quote"":""x;y""}"
tie,b,"[""cn-qingdao"",{""name"":""撒馬爾罕市"",""state"":""uz""}]",intent,"{""en"":""A""}","[{""quote"":""x""},{""quote"":""y""}]"
tie,c,"{""name"":""a;b""}",intent,,x
"#;
    let (records, said) = read("t.csv", csv, &ReadOptions::default());
    let lines = [
        r#"{"type":"tie","id":"a","parties":["cn-qingdao","撒馬爾罕市"],"kind":"intent","note":"[sic] a;b","evidence":[{"quote":"x;y"}]}"#,
        r#"{"type":"tie","id":"b","parties":["cn-qingdao",{"name":"撒馬爾罕市","state":"uz"}],"kind":"intent","note":{"en":"A"},"evidence":[{"quote":"x"},{"quote":"y"}]}"#,
    ];
    assert_eq!(records, read("t.jsonl", lines.join("\n"), &ReadOptions::default()).0);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("error: t.csv:4:7 /parties: `parties` has 1 of the 2"), "{said:?}");
}

#[test]
fn names_with_and_without_a_language_stand_side_by_side() {
    let csv = "type,id,level,name,names@en,names@zh-hant\nplace,a,state,甲;乙,A,甲\nplace,b,state,甲;乙,,\n";
    let (records, said) = read("p.csv", csv, &ReadOptions::default());
    assert_eq!(said, Vec::<String>::new());
    let names = |record: &Record| match record {
        Record::Place(place) => place.names.clone(),
        other => panic!("{other:?}"),
    };
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let tagged = |tag: &str, text: &str| (Some(tag.to_owned()), texts(&[text]));
    assert_eq!(names(&records[0]).0, [(None, texts(&["甲", "乙"])), tagged("en", "A"), tagged("zh-Hant", "甲")]);
    assert_eq!(names(&records[1]).0, [(None, texts(&["甲", "乙"]))]);
}
