use super::*;
use crate::event::Kind;

const HEADER: &str = "person,timestamp,channel,kind,value,cost,interaction";

fn error(text: &str) -> String {
    Events::from_csv(text.as_bytes(), EventColumns::default())
        .unwrap_err()
        .to_string()
}

#[test]
fn bad_files_are_named() {
    assert_eq!(
        error(""),
        "the event log is empty, expected: a header and rows"
    );
    assert_eq!(
        error("\n\n"),
        "the event log is empty, expected: a header and rows"
    );
    assert_eq!(
        error(HEADER),
        "the event log is empty, expected: at least one row"
    );
    assert_eq!(
        error("person,timestamp,kind\n"),
        "no column \"channel\", found: person, timestamp, kind"
    );
    assert_eq!(
        error("person,timestamp,channel,kind,kind\n"),
        "row 1: column \"kind\" stands there twice"
    );
}

#[test]
fn bad_rows_are_named() {
    let of = |row: &str| error(&format!("{HEADER}\nann,1,tv,touch,,,\n{row}\n"));
    assert_eq!(
        of("ann,1,tv,visit,,,"),
        "row 3: kind is \"visit\", expected: touch, conversion, return, cart, survey, case_open, case_close, opportunity"
    );
    assert!(
        of("ann,soon,tv,touch,,,")
            .starts_with("row 3: timestamp is \"soon\", expected: seconds since")
    );
    assert!(of("ann,-5,tv,touch,,,").starts_with("row 3: timestamp is \"-5\""));
    assert!(of("ann,1767225600000,tv,touch,,,").contains("milliseconds"));
    assert_eq!(
        of("ann,1,,touch,,,"),
        "row 3: channel is \"\", expected: any text; only a conversion may have none"
    );
    assert_eq!(
        of("ann,1,tv,conversion,ten,,"),
        "row 3: value is \"ten\", expected: a number"
    );
    assert!(of("ann,1,tv,conversion,NaN,,").starts_with("row 3: value is \"NaN\""));
    assert!(of("ann,1,tv,conversion,inf,,").starts_with("row 3: value is \"inf\""));
    assert!(of("ann,1,tv,conversion,-20,,").contains("a refund is a row of kind return"));
    assert!(of("ann,1,tv,touch,,-1,").starts_with("row 3: cost is \"-1\""));
    assert_eq!(
        of("ann,1,tv,touch,,,hover"),
        "row 3: interaction is \"hover\", expected: click, view, or nothing"
    );
    assert_eq!(
        of("ann,1,tv,touch"),
        "row 3: has 4 fields, the header has 7"
    );
    assert_eq!(
        of("ann,1,tv,touch,,,,,"),
        "row 3: has 9 fields, the header has 7"
    );
    let bytes = [HEADER.as_bytes(), b"\nann,1,caf\xe9,touch,,,\n"].concat();
    let message = Events::from_csv(bytes.as_slice(), EventColumns::default())
        .unwrap_err()
        .to_string();
    assert!(message.starts_with("row 2: channel is \"caf"), "{message}");
}

#[test]
fn what_spreadsheets_write_is_read() {
    let file = "\u{feff}kind,\"person\",timestamp,channel,value,note\r\n\
                touch,ann,1767225600,\"a, \"\"b\"\"\nc\",,x\r\n\r\n\
                conversion,ann,1767225700,,\"12.5\",y\r\n\
                return,ann,1767225800,,-12.5,z\r\n";
    let log = Events::from_csv(file.as_bytes(), EventColumns::default()).unwrap();
    assert_eq!((log.len(), log.ignored_rows().returns), (2, 1));
    assert_eq!(log.get(0).unwrap().channel(), Some("a, \"b\"\nc"));
    assert_eq!(log.get(1).unwrap().value(), 12.5);
    let log = Events::from_csv(file.as_bytes(), EventColumns::default().keep_all()).unwrap();
    let back = log.get(2).unwrap();
    assert_eq!(
        (
            log.len(),
            log.ignored_rows().total(),
            back.kind(),
            back.value()
        ),
        (3, 0, Kind::Return, -12.5)
    );
    let survey = "person,timestamp,channel,kind,goal,value\nann,1,,survey,nps,NaN\n";
    let refused = Events::from_csv(survey.as_bytes(), EventColumns::default().keep_all())
        .unwrap_err()
        .to_string();
    assert!(refused.starts_with("row 2: value is \"NaN\""), "{refused}");
    let nobody = Events::from_csv(
        "person,timestamp,channel,kind\n,1,,survey\n".as_bytes(),
        EventColumns::default().keep_all(),
    );
    assert_eq!(nobody.unwrap().cleaned_rows().unknown_others, 1);
}

#[test]
fn rows_are_counted_through_chunks_and_quoted_lines() {
    let mut file = String::from("person,timestamp,channel,kind\n");
    for row in 0..50 {
        file.push_str(if row % 9 == 4 { "\n\r\n" } else { "" });
        file.push_str(if row % 7 == 0 {
            "7,1,\"two\nlines\",touch\n"
        } else {
            "ann,1,tv,touch\n"
        });
    }
    let good = file.lines().count() as u64;
    file.push_str("ann,1,tv,typo\nann,1,tv,worse\n");
    for size in [16, 64, 1000, 1 << 20] {
        let mut reader =
            CsvReader::with_chunks(file.as_bytes(), EventColumns::default(), size, None).unwrap();
        let message = loop {
            match reader.next_batches() {
                Ok(batches) => assert!(batches.is_some(), "the bad row was ignored"),
                Err(error) => break error.to_string(),
            }
        };
        assert!(
            message.starts_with(&format!("row {}: kind is \"typo\"", good + 1)),
            "chunks of {size}: {message}"
        );
    }
}
