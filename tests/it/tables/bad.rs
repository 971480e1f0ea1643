//! Bad tables and bad mappings: each a clear error with what to write into the mapping, and no row that vanishes.

use std::io::Write;

use citypact::record::read::Input;
use citypact::table::{Mapping, schema};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value;

use super::{folder, given, of, refused};

const TIE: &str = "[source]\nlanguage = \"en\"\n[table]\n# here\n[[record]]\ntype = \"tie\"\nkind = \"friendship-city\"\nparties = [\"cn-xian\", \"{City}\"]\n";

fn with(layout: &str) -> String {
    TIE.replace("# here", layout)
}

#[test]
fn mappings_are_refused_with_line_key_and_what_was_meant() {
    for (text, error) in [
        (TIE.replace("kind", "kimd"), "m.toml:7: `kimd` is no key of a tie\n  Hint: did you mean `kind`?"),
        (with("hedaer = 3"), "m.toml:4: `hedaer` is no key of [table]\n  Hint: did you mean `header`?"),
        (
            with("encoding = \"gb18031\""),
            "m.toml:4: `encoding` is \"gb18031\", which is no known encoding\n  Hint: did you mean `gb18030`?",
        ),
        (
            TIE.replace("\"tie\"", "\"tei\""),
            "m.toml:6: `type` is \"tei\", which is no type of record\n  Hint: did you mean `tie`?",
        ),
        (
            TIE.replace("language = \"en\"", ""),
            "m.toml: the mapping does not say the language of the table\n  Hint: write it under [source] into the mapping, such as language = \"zh-Hans\"",
        ),
        (
            with("header = \"3\""),
            "m.toml:4: `header` is a whole number\n  Hint: write it without quotation marks, counted from 1",
        ),
        (
            TIE.replace("{City}", "{City"),
            "m.toml:8: `parties` cannot be read: a brace of `{City` has no partner; a brace that belongs to the text is written twice\n  Hint: such as \"{城市}\"",
        ),
        (TIE.replace("\"{City}\"", "\"?\""), "m.toml:8: `parties` still has a `?` in it"),
        (
            format!("{TIE}since = {{ column = \"Since\", date = \"%d.%m.%y\" }}\n"),
            "m.toml:9: `date` is \"%d.%m.%y\": `%y` is none of %Y, %m, %d, %B, %b",
        ),
        (
            format!("{TIE}since = {{ colum = \"Since\" , column = \"x\" }}\n"),
            "m.toml:9: `colum` is no key of what `since` takes from a column\n  Hint: did you mean `column`?",
        ),
        (
            format!("{TIE}until = {{ column = \"Since\", match = '(' }}\n"),
            "m.toml:9: `match` is no regular expression:",
        ),
        (with("skip = [1]"), "m.toml:4: `skip` is a text"),
        ("[source]\nlanguage = \"en\"\n".to_owned(), "m.toml: the mapping has no [[record]]"),
        ("a = [".to_owned(), "m.toml:1: "),
    ] {
        let told = refused(of("t.csv", "City,Since\nNara,1\n", &text));
        assert!(told.starts_with(error), "{told}\nis not\n{error}");
    }
}

#[test]
fn what_does_not_fit_the_table_is_told_with_the_nearest_column() {
    let told = refused(of("t.csv", "Citys,Since\nNara,1974\n", TIE));
    assert_eq!(told, "m.toml:8: t.csv has no column `City`\n  Hint: did you mean `Citys`?");
    let told = refused(of("t.csv", "A,B\nNara,1974\n", TIE));
    assert_eq!(
        told,
        "m.toml:8: t.csv has no column `City`\n  Hint: its columns are A, B; or name one by its number, such as #2"
    );
}

#[test]
fn an_open_order_of_day_and_month_is_an_error_that_asks() {
    let dated = format!("{TIE}since = {{ column = \"Since\", date = \"guess\" }}\n");
    let table = "City,Since\nNara,03/04/1985\nKyoto,05/06/1986\n";
    assert_eq!(
        refused(of("t.csv", table, &dated)),
        "m.toml:9: in t.csv, column Since, 03/04/1985 can have the day or the month first, and no date of the column tells which\n  \
         Hint: say which: date = \"day-first\" or date = \"month-first\", or a pattern such as date = \"%d/%m/%Y\""
    );
    let told = given(&Input::bytes("t.csv", table.as_bytes()), &dated.replace("guess", "day-first")).unwrap();
    assert!(serde_json::to_string(&told.records[0]).unwrap().contains("1985-04-03"));
    let shown = of("t.csv", format!("{table}Osaka,28/06/1986\n"), &dated).unwrap();
    assert!(serde_json::to_string(&shown.records[0]).unwrap().contains("1985-04-03"));
    let both = refused(of("t.csv", format!("{table}Osaka,28/06/1986\nUji,06/28/1986\n"), &dated));
    assert!(both.contains("the column has both orders: 28/06/1986 and 06/28/1986"), "{both}");
}

#[test]
fn rows_without_a_record_are_told_by_row_and_column() {
    let mapping = format!(
        "{TIE}since = {{ column = \"Since\", date = \"guess\" }}\nstatus = {{ column = \"S\", map = {{ x = \"ended\" }} }}\n"
    );
    let table = "City,Since,S\nNara,1974,x\n,1975,x\n\"Kyo\nto\",soon,x\nUji,1976,y\nOtsu,1977,x,9\n";
    let given = of("t.csv", table, &mapping).unwrap();
    assert_eq!(
        given.account.to_string(),
        "6 rows in = 1 with 1 record + 1 heading + 0 sections + 0 notes + 0 totals + 0 empty + 4 errors"
    );
    for (told, begins) in given.said.iter().zip([
        "error: t.csv:3 (row 3, column City): the cell is empty",
        "error: t.csv:4 (row 4, column Since): `soon` is no date as the mapping (line 9) has it\n  Hint: mend the cell, or say how dates are written",
        "error: t.csv:6 (row 5, column S): `y` stands in no `map` of the mapping (line 10)\n  Hint: write \"y\" = \"…\" into it",
        "error: t.csv:7 (row 6, column D): the row has more cells than the heading, which has 3",
    ]) {
        assert!(told.starts_with(begins), "{told}\nis not\n{begins}");
    }
    assert_eq!(given.said.len(), 4);
}

#[test]
fn findings_of_records_are_told_by_row_and_column() {
    let mapping = TIE.replace("kind = \"friendship-city\"", "kind = \"{Kind}\"");
    let given = of("t.csv", "City,Kind\nNara,friendship-city\nKyoto,sisters\n", &mapping).unwrap();
    assert_eq!(given.records.len(), 1);
    assert!(
        given.said[0].starts_with("error: t.csv:3 (row 3, column Kind) /kind: `sisters` is no value of `kind`"),
        "{:?}",
        given.said
    );
}

#[test]
fn texts_in_a_wrong_encoding_are_refused() {
    let table = "城市\n奈良市\n";
    let mapping = TIE.replace("City", "城市");
    let gb = encoded("gb18030", table);
    assert_eq!(of("t.csv", &gb, &mapping.replace("# here", "encoding = \"gb18030\"")).unwrap().records.len(), 1);
    let told = refused(of("t.csv", gb, &mapping.replace("# here", "encoding = \"utf-8\"")));
    assert!(
        told.starts_with(
            "t.csv:1: the bytes on this line are not UTF-8\n  Hint: write the right one under [table] into the mapping"
        ),
        "{told}"
    );
}

fn encoded(name: &str, text: &str) -> Vec<u8> {
    encoding_rs::Encoding::for_label(name.as_bytes()).unwrap().encode(text).0.into_owned()
}

#[test]
fn what_is_no_table_is_refused() {
    for (name, bytes, told) in [
        ("t.csv", &b""[..], "t.csv: the file is empty"),
        ("t.pdf", b"%PDF-1.7 x", "t.pdf: it is a PDF\n  Hint: copy its table into a spreadsheet"),
        ("t.html", b"<html><p>no table</p></html>", "t.html: there is no <table> in the page"),
        (
            "t.csv",
            b"a,b\n\"c,d\n",
            "t.csv:2: a quotation mark in this row is not closed\n  Hint: double a quotation mark that belongs to the text, or write quote = false",
        ),
        ("t.json", b"[1, 2]", "t.json: there is no array of objects in it"),
        ("t.json", b"[{]", "t.json:1: it is no JSON"),
        (
            "t.srj",
            b"{\"head\":{\"vars\":[\"a\"]},\"results\":{\"bindings\":[{\"a\":3}]}}",
            "t.srj: the results of a query cannot be read",
        ),
        ("t.xlsx", b"PK\x03\x04rubbish", "t.xlsx: "),
        ("t.xls", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0], "t.xls: "),
        ("t.bin", b"\0\x01\x02\0\0\x07binary\0\0", "t.bin: it is no text"),
    ] {
        let error = refused(of(name, bytes, TIE));
        assert!(error.starts_with(told) && !error.ends_with("Hint: "), "{error}\nis not\n{told}");
    }
}

#[test]
fn too_many_columns_are_refused_and_many_rows_are_not() {
    let wide = format!("City{}\n", ",x".repeat(1_000_000));
    let told = refused(of("t.csv", wide, TIE));
    assert!(told.starts_with("t.csv:1: the row has more than 16384 cells, the most that a table has"), "{told}");
    let long: String = std::iter::once("City\n".to_owned()).chain((0..50_000).map(|n| format!("Town {n}\n"))).collect();
    let given = of("t.csv", long, TIE).unwrap();
    assert_eq!((given.account.rows, given.account.records), (50_001, 50_000));
}

/// A ZIP archive of these members, deflated.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(content).unwrap();
        let packed = packed.finish().unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let numbers = [crc.sum(), packed.len() as u32, content.len() as u32].map(u32::to_le_bytes).concat();
        let name_length = (name.len() as u16).to_le_bytes();
        let start = (bytes.len() as u32).to_le_bytes();
        bytes.extend(
            [b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0", &numbers[..], &name_length, &[0, 0], name.as_bytes(), &packed]
                .concat(),
        );
        directory.extend(
            [
                b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0",
                &numbers[..],
                &name_length,
                &[0; 12],
                &start,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let count = (members.len() as u16).to_le_bytes();
    let (size, start) = ((directory.len() as u32).to_le_bytes(), (bytes.len() as u32).to_le_bytes());
    [bytes, directory, [b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &start, &[0, 0]].concat()].concat()
}

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const PARTS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>"#;

/// A workbook of one sheet with these rows, and members beside.
fn workbook(rows: &str, beside: &[(&str, &[u8])]) -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    let mut members: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", PARTS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    members.extend_from_slice(beside);
    archive(&members)
}

const ROWS: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>City</t></is></c><c r="B1" t="inlineStr"><is><t>No</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Nara</t></is></c><c r="B2"><v>1</v></c></row>"#;

#[test]
fn workbooks_that_are_traps_are_refused() {
    assert_eq!(of("t.xlsx", workbook(ROWS, &[]), TIE).unwrap().records.len(), 1);
    let macros = of("t.xlsm", workbook(ROWS, &[("xl/vbaProject.bin", b"x")]), TIE).unwrap();
    assert!(macros.remarks[0].contains("the macros in it are not run"), "{:?}", macros.remarks);
    let zeros = vec![b' '; 200 << 20];
    let bomb = refused(of("t.xlsx", workbook(ROWS, &[("xl/sharedStrings.xml", &zeros)]), TIE));
    assert!(bomb.starts_with("t.xlsx: it is packed so tightly that no workbook of people is"), "{bomb}");
    let formulas = ROWS.replace(r#"<c r="B2"><v>1</v></c>"#, r#"<c r="B2"><f>1+1</f></c>"#);
    let told = refused(of("t.xlsx", workbook(&formulas, &[]), TIE));
    assert!(
        told.starts_with("t.xlsx, sheet One: none of the formulas in it (1) has a value; the first is in B2"),
        "{told}"
    );
    let far = ROWS.replace("</row><row r=\"2\">", "<c r=\"XFE1\"><v>1</v></c></row><row r=\"2\">");
    assert!(of("t.xlsx", workbook(&far, &[]), TIE).is_err());
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let locked = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], &[0; 504][..], &name].concat();
    assert_eq!(
        refused(of("t.xlsx", locked, TIE)),
        "t.xlsx: it is protected by a password\n  Hint: open it in a spreadsheet program and save it without one"
    );
    let mut cut = workbook(ROWS, &[]);
    cut.truncate(cut.len() / 2);
    assert!(refused(of("t.xlsx", cut, TIE)).contains("open it in a spreadsheet program and save it anew"));
}

#[test]
fn the_schema_knows_the_keys_that_mappings_have() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mapping = |value: Value| validator.is_valid(&value);
    let tie = serde_json::json!({ "type": "tie", "kind": "friendship-city", "parties": ["cn-xian", { "name": "{City}" }],
        "since": { "column": "Since", "date": ["%Y"] }, "each": { "column": "City", "split": "," } });
    let source = serde_json::json!({ "language": "en" });
    let layout = serde_json::json!({ "encoding": "gb18030", "delimiter": ";", "quote": false, "sheet": ["a", 2], "header": [1, 2],
        "columns": ["a"], "skip": "^x", "totals": ["^y"], "fill_down": ["a"], "sections": [{ "match": "x", "column": "a" }] });
    assert!(mapping(serde_json::json!({ "source": source, "table": layout, "record": [tie] })));
    assert!(!mapping(serde_json::json!({ "source": source, "table": { "hedaer": 1 }, "record": [tie] })));
    assert!(!mapping(serde_json::json!({ "source": {}, "record": [tie] })));
    assert!(!mapping(serde_json::json!({ "source": source, "record": [{ "type": "tie" }] })));
    assert!(!mapping(
        serde_json::json!({ "source": source, "record": [{ "type": "tie", "kimd": "x", "parties": [], "kind": "x" }] })
    ));
    // What the reader takes, too: one key after the other of [table].
    for (key, value) in layout.as_object().unwrap() {
        let text = with(&format!("{key} = {}", toml(value)));
        let told = Mapping::parse("m.toml", &text).map(drop).map_err(|error| error.to_string());
        assert_eq!(told, Ok(()), "{text}");
    }
}

/// A value of JSON as TOML writes it.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

#[test]
fn several_tables_ask_which() {
    let told = refused(given(&Input::Path(folder().join("islands.html")), TIE));
    assert!(
        told.contains(
            "there are 2 tables in it: 1 (Asia), 2 (Europe)\n  Hint: say which under [table] of the mapping: sheet ="
        ),
        "{told}"
    );
    let told = refused(given(&Input::Path(folder().join("islands.html")), &with("sheet = \"Africa\"")));
    assert!(told.contains("it has no sheet Africa\n  Hint: its sheets are 1 (Asia), 2 (Europe)"), "{told}");
}
