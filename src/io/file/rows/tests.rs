use super::*;
use crate::io::file::forms::Header;
use crate::io::file::input::tests::{gzip, utf16le};
use proptest::prelude::*;

/// Every row as a text: its line and its values, or the error.
fn rows_in(bytes: &[u8], format: &FileFormat, paths: &[&str], size: usize) -> Result<Vec<String>> {
    let paths: Vec<FieldPath> = paths.iter().map(|path| FieldPath::new(*path)).collect();
    let reader = RowReader::with_pieces(bytes, format, &paths, size)?;
    let mut rows = Vec::new();
    for piece in reader {
        piece?.each(&mut |line, row| {
            rows.push(match row {
                Ok(values) => format!("{line}: {values:?}"),
                Err(error) => error.to_string(),
            });
            Ok(())
        })?;
    }
    Ok(rows)
}

fn rows(bytes: impl AsRef<[u8]>, format: &FileFormat, paths: &[&str]) -> Vec<String> {
    let bytes = bytes.as_ref();
    let rows = rows_in(bytes, format, paths, PIECE).unwrap();
    for size in [1, 7, 30] {
        assert_eq!(
            rows_in(bytes, format, paths, size).unwrap(),
            rows,
            "pieces of {size}"
        );
    }
    rows
}

fn refusal(text: &str, format: &FileFormat, paths: &[&str]) -> String {
    rows_in(text.as_bytes(), format, paths, PIECE)
        .unwrap_err()
        .to_string()
}

const PLAIN: &str = "person,timestamp,value\nann,1767225600,\nbob,1767312000,50\n";
const PATHS: [&str; 3] = ["value", "person", "gone"];

#[test]
fn rows_of_any_packing() {
    let expected = [
        "2: [Missing, Text(\"ann\"), Missing]",
        "3: [Text(\"50\"), Text(\"bob\"), Missing]",
    ];
    let wide = [b"\xff\xfe".as_slice(), &utf16le(PLAIN)].concat();
    let zstd = zstd::encode_all(PLAIN.as_bytes(), 1).unwrap();
    let plain = FileFormat::default();
    for bytes in [
        PLAIN.as_bytes(),
        &gzip(PLAIN.as_bytes()),
        &wide,
        &gzip(&wide),
        &zstd,
    ] {
        assert_eq!(rows(bytes, &plain, &PATHS), expected);
    }
    let crlf = PLAIN.replace('\n', "\r\n");
    assert_eq!(rows(crlf, &plain, &PATHS), expected);
    let marked = format!("\u{feff}{PLAIN}");
    assert_eq!(rows(marked.trim_end(), &plain, &PATHS), expected);
    let paths: Vec<FieldPath> = PATHS.iter().map(|path| FieldPath::new(*path)).collect();
    let reader = RowReader::open(PLAIN.as_bytes(), &plain, &paths).unwrap();
    assert_eq!(reader.header(), ["person", "timestamp", "value"]);
    assert_eq!(reader.found(), [true, true, false]);
    assert_eq!(reader.guess().to_string(), "guessed: format csv");
}

#[test]
fn rows_of_any_dialect() {
    let german = "person;value\n\"a;\"\"b\"\"\";12,5\n\n\"c\nd\";\n";
    let expected = [
        "2: [Text(\"a;\\\"b\\\"\"), Text(\"12,5\")]",
        "4: [Text(\"c\\nd\"), Missing]",
    ];
    let semicolons = FileFormat::default().with_separator(';');
    assert_eq!(rows(german, &semicolons, &["person", "value"]), expected);
    let guessed = FileFormat::guessed();
    assert_eq!(
        rows_in(german.as_bytes(), &guessed, &["person", "value"], PIECE).unwrap(),
        expected
    );

    let adobe = FileFormat::default()
        .with_separator('\t')
        .with_quote(None)
        .with_escape(Some('\\'))
        .with_header(Header::Columns(["id", "page"].map(String::from).to_vec()));
    assert_eq!(
        rows(
            "7\tshoes\\\tand \"more\n8\ttwo\\\nlines\n9\tback\\\\slash",
            &adobe,
            &["page", "id"]
        ),
        [
            "1: [Text(\"shoes\\tand \\\"more\"), Text(\"7\")]",
            "2: [Text(\"two\\nlines\"), Text(\"8\")]",
            "4: [Text(\"back\\\\slash\"), Text(\"9\")]",
        ]
    );
    let mysql = FileFormat::default().with_escape(Some('\\'));
    assert_eq!(
        rows("a,b\n\"x\\\"y\",1\n", &mysql, &["a"]),
        ["2: [Text(\"x\\\"y\")]"]
    );
    let single = FileFormat::default().with_quote(Some('\''));
    assert_eq!(
        rows("a,b\n'x,\"y',1\n", &single, &["a"]),
        ["2: [Text(\"x,\\\"y\")]"]
    );
    let nulls = FileFormat::default().with_nulls(["", "NULL", "--"]);
    assert_eq!(
        rows("a,b\nNULL,--\n null,0\n", &nulls, &["a", "b"]),
        ["2: [Missing, Missing]", "3: [Text(\" null\"), Text(\"0\")]",]
    );
}

/// A report of AdWords: a title with commas in quotes, a total at the end.
#[test]
fn title_lines_are_skipped_and_kept() {
    let report = "\"Criteria report (Jan 1, 2026)\"\nDate range: January\n\nDay,Cost\n2026-01-01,1110000\nTotal,10.02,x\n";
    let names = ["Date", "Day"].map(String::from).to_vec();
    let format = FileFormat::default().with_header(Header::StartsWith(names));
    let expected = [
        "5: [Text(\"1110000\")]",
        "row 6: has 3 fields, the header has 2",
    ];
    assert_eq!(rows(report, &format, &["Cost"]), expected);
    let lines = FileFormat::default().with_header(Header::SkipLines(2));
    assert_eq!(
        rows(report, &lines, &["Cost"]),
        expected,
        "the blank line is skipped as well"
    );
    assert_eq!(
        rows(
            report,
            &FileFormat::default().with_header(Header::Auto),
            &["Cost"]
        ),
        expected
    );
    let reader = RowReader::open(report.as_bytes(), &format, &[]).unwrap();
    assert_eq!(
        reader.preamble(),
        [
            "\"Criteria report (Jan 1, 2026)\"",
            "Date range: January",
            ""
        ]
    );
    let none = FileFormat::default().with_header(Header::StartsWith(vec!["Week".into()]));
    assert!(refusal(report, &none, &[]).contains("starts with Week"));
}

#[test]
fn bad_rows_come_as_errors_with_their_line() {
    assert_eq!(
        rows(
            b"a,b\n1,2\n\"3\n\"\nx,\xff\n5,6,7",
            &FileFormat::default().with_encoding("utf-8"),
            &["a", "b"]
        ),
        [
            "2: [Text(\"1\"), Text(\"2\")]",
            "row 3: has 1 fields, the header has 2",
            "row 5: field 2 is not UTF-8: state the encoding of the file",
            "row 6: has 3 fields, the header has 2",
        ]
    );
    let twice = "a,b,b\n1,2,3\n";
    assert_eq!(
        rows(twice, &FileFormat::default(), &["a"]),
        ["2: [Text(\"1\")]"]
    );
    assert_eq!(
        refusal(twice, &FileFormat::default(), &["b"]),
        "row 1: column \"b\" stands there twice"
    );
    assert_eq!(
        refusal("a\n\"1\n2\n", &FileFormat::default(), &["a"]),
        "row 2: a quoted field of this row never closes"
    );
    for empty in ["", "\n\n", "\u{feff}"] {
        let message = refusal(empty, &FileFormat::default(), &["a"]);
        assert!(message.starts_with("the file is empty"), "{message}");
    }
    assert!(rows("a,b\n", &FileFormat::default(), &["a"]).is_empty());
    assert!(refusal("PAR1", &FileFormat::default(), &[]).contains("Parquet is read from a file"));
}

#[test]
fn columns_of_json_texts() {
    let log = "person,properties,event_params\n\
        ann,\"{\"\"utm\"\":{\"\"source\"\":\"\"google\"\"},\"\"$host\"\":\"\"a\\u0062\"\"}\",\"[{\"\"key\"\":\"\"id\"\",\"\"value\"\":{\"\"int_value\"\":7}}]\"\n\
        bob,,\n\
        cem,{broken},\n\
        dan,null,[]\n";
    let format = FileFormat::default().with_json_columns(["properties", "event_params"]);
    let paths = [
        "properties.utm.source",
        "properties.$host",
        "param:id",
        "person",
    ];
    assert_eq!(
        rows(log, &format, &paths),
        [
            "2: [Text(\"google\"), Text(\"ab\"), Integer(7), Text(\"ann\")]",
            "3: [Missing, Missing, Missing, Text(\"bob\")]",
            "row 4: column \"properties\" is not JSON: key must be a string at line 1 column 2",
            "5: [Missing, Missing, Missing, Text(\"dan\")]",
        ]
    );
    let plain = refusal(log, &FileFormat::default(), &["properties.utm.source"]);
    assert!(
        plain.contains("a column that the file's setting json names"),
        "{plain}"
    );
}

/// As `bq extract` writes GA4 events: integers as texts.
#[test]
fn rows_of_json_lines() {
    let log = r#"{"event_timestamp":"1609459200123456","geo":{"country":"FR"},"event_params":[{"key":"source","value":{"string_value":"google"}}]}

{"event_timestamp":1609459200123457,"user_id":"","x":[1]}
not json
{"x":[1]}
{"event_timestamp":5"#;
    let paths = ["event_timestamp", "geo.country", "param:source", "user_id"];
    let format = FileFormat::default();
    assert_eq!(
        rows(log, &format, &paths),
        [
            "1: [Text(\"1609459200123456\"), Text(\"FR\"), Text(\"google\"), Missing]",
            "3: [Integer(1609459200123457), Missing, Missing, Missing]",
            "row 4: is not JSON: expected ident at line 1 column 2",
            "5: [Missing, Missing, Missing, Missing]",
            "row 6: is not JSON: EOF while parsing an object at line 1 column 20; a line holds one object",
        ]
    );
    assert_eq!(
        rows(log, &format, &["x"])[1],
        "row 3: x is a list, expected: a text or a number"
    );
    let reader = RowReader::open(log.as_bytes(), &format, &[]).unwrap();
    assert_eq!(
        reader.header(),
        ["event_params", "event_timestamp", "geo", "user_id", "x"]
    );
    assert_eq!(
        rows_in(&gzip(log.as_bytes()), &format, &paths, PIECE)
            .unwrap()
            .len(),
        5
    );
}

#[test]
fn a_visitor_ends_the_reading() {
    let reader = RowReader::open(PLAIN.as_bytes(), &FileFormat::default(), &[]).unwrap();
    let mut seen = 0;
    for piece in reader {
        let read = piece.unwrap().each(&mut |line, _| {
            seen = line;
            Err(Error::Malformed {
                row: line,
                reason: "enough".into(),
            })
        });
        assert_eq!(read.unwrap_err().to_string(), "row 2: enough");
    }
    assert_eq!(seen, 2);
}

fn dialects() -> Vec<FileFormat> {
    let plain = FileFormat::default().with_format(FileKind::Csv);
    vec![
        plain.clone(),
        plain.clone().with_separator(';').with_escape(Some('\\')),
        plain.clone().with_quote(None),
        plain
            .clone()
            .with_separator('\t')
            .with_quote(None)
            .with_escape(Some('\\')),
        plain.clone().with_header(Header::SkipLines(1)),
        plain
            .clone()
            .with_header(Header::StartsWith(vec!["a".into()])),
        plain
            .clone()
            .with_header(Header::Columns(vec!["a".into(), "b".into()])),
        plain.with_json_columns(["b"]),
        FileFormat::default().with_format(FileKind::JsonLines),
        FileFormat::guessed(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, size in 1usize..50) {
        for format in dialects() {
            rows_in(&bytes, &format, &["a", "b.c", "param:x"], size).ok();
            let named = [b"a,b\n".as_slice(), &bytes].concat();
            rows_in(&named, &format, &["a"], size).ok();
        }
    }

    #[test]
    fn pieces_do_not_matter(text in "(a|b|,|;|\t|\"|\\\\|\n|\r\n|\\{|\\}|:|1){0,60}", size in 1usize..50) {
        let text = format!("a,b\n{text}");
        for format in dialects() {
            let show = |rows: Result<Vec<String>>| rows.map_err(|error| error.to_string());
            let whole = show(rows_in(text.as_bytes(), &format, &["a"], PIECE));
            let parts = show(rows_in(text.as_bytes(), &format, &["a"], size));
            prop_assert_eq!(whole, parts, "{:?}", format);
        }
    }
}
