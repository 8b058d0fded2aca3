//! Marks of byte order inside a file, and lines that end with a carriage return alone.

use mixtouch::Events;
use mixtouch::io::EventColumns;
use std::collections::BTreeMap;

fn read(file: &str) -> Result<Events, String> {
    Events::from_csv(file.as_bytes(), EventColumns::default()).map_err(|error| error.to_string())
}

/// Equal rows were another person where a chunk began: the parser took the mark for the file's.
#[test]
fn a_mark_of_byte_order_is_text_but_at_the_start() {
    let rows = "\u{feff}ann,5,tv,touch\n".repeat(250_000);
    let log = read(&format!("person,timestamp,channel,kind\n{rows}")).unwrap();
    let mut persons: BTreeMap<String, usize> = BTreeMap::new();
    for event in log.iter() {
        *persons.entry(event.person().to_string()).or_default() += 1;
    }
    assert_eq!(
        persons,
        BTreeMap::from([("\u{feff}ann".to_owned(), 250_000)])
    );
    // rows behind it are counted as before
    let error =
        read("\u{feff}person,timestamp,channel,kind\n\u{feff}ann,x,tv,touch\n").unwrap_err();
    assert!(error.starts_with("row 2: timestamp is \"x\""), "{error}");
    let quoted = read("\u{feff}\"x,\"\"\",person,timestamp,channel,kind\n1,ann,5,tv,touch\n");
    assert_eq!(quoted.unwrap().len(), 1);
}

#[test]
fn rows_of_old_macintosh_files_are_counted() {
    let file = "person,timestamp,channel,kind\rann,5,tv,touch\r\rbob,6,tv,oops\r";
    let error = read(file).unwrap_err();
    assert!(error.starts_with("row 4: kind is \"oops\""), "{error}");
    assert_eq!(read(&file.replace("oops", "touch")).unwrap().len(), 2);
}
