use super::{Cells, JsonPaths};
use crate::io::record::FieldPath;

fn read(paths: &[&str], text: &str) -> Result<Vec<String>, String> {
    let mut tree = JsonPaths::default();
    for path in paths {
        tree.add(&FieldPath::new(*path));
    }
    let mut cells = Cells::default();
    tree.read(text.as_bytes(), &mut cells)?;
    let show = |slot| match cells.value(slot) {
        Ok(value) => format!("{value:?}"),
        Err(fault) => format!("({fault})"),
    };
    Ok((0..paths.len()).map(show).collect())
}

fn one(path: &str, text: &str) -> String {
    read(&[path], text).unwrap().remove(0)
}

#[test]
fn values_by_path() {
    let text = r#"{"person":"ann","n":5,"x":-1.5e2,"ok":true,"none":null,
        "geo":{"country":"FR","city":{"name":"Paris"}},"big":18446744073709551615,
        "a.b":1,"a":{"b":2,"c":"\u00e9\n"},"e":{},"l":[]}"#;
    let paths = [
        "person",
        "n",
        "x",
        "ok",
        "none",
        "geo.country",
        "geo.city.name",
        "big",
    ];
    assert_eq!(
        read(&paths, text).unwrap(),
        [
            "Text(\"ann\")",
            "Integer(5)",
            "Number(-150.0)",
            "Boolean(true)",
            "Missing",
            "Text(\"FR\")",
            "Text(\"Paris\")",
            "Text(\"18446744073709551615\")",
        ]
    );
    assert_eq!(
        one("a.b", text),
        "Integer(1)",
        "a name with a point comes first"
    );
    assert_eq!(one("a.c", text), "Text(\"é\\n\")");
    assert_eq!(
        one("geo", text),
        "(is an object, expected: a text or a number)"
    );
    for missing in ["e", "l", "z", "geo.z", "person.z", "e.z"] {
        assert_eq!(one(missing, text), "Missing", "{missing}");
    }
    assert_eq!(
        one("x", r#"{"x":1e30}"#),
        "(is a number of more than 64 bits, expected: a text)"
    );
    assert_eq!(one("x", r#"{"x":1,"x":2}"#), "Integer(2)");
}

#[test]
fn values_by_key() {
    let text = r#"{"event_params":[
        {"key":"source","value":{"string_value":"google","int_value":null}},
        {"value":{"string_value":null,"int_value":"123"},"key":"ga_session_id"},
        {"key":"engaged","value":{"int_value":1}},
        {"key":"plain","value":"x"},
        {"key":"source","value":{"string_value":"later"}},
        {"key":"flat","double_value":0.5}, null],
        "user":{"plan":"pro"}}"#;
    let keys = [
        "param:source",
        "param:ga_session_id",
        "param:engaged",
        "param:plain",
    ];
    assert_eq!(
        read(&keys, text).unwrap(),
        [
            "Text(\"google\")",
            "Text(\"123\")",
            "Integer(1)",
            "Text(\"x\")"
        ]
    );
    assert_eq!(one("event_params:flat", text), "Number(0.5)");
    assert_eq!(one("user:plan", text), "Text(\"pro\")");
    assert_eq!(one("param:none", text), "Missing");
    assert_eq!(
        read(&["param:source", "param:source"], text).unwrap()[1],
        "Text(\"google\")"
    );
}

#[test]
fn bad_texts_are_named_without_their_content() {
    let fault = |text: &str| read(&["a"], text).unwrap_err();
    for text in ["\"ann@example.com\"", "5", "null", "[{\"a\":1}]"] {
        assert_eq!(fault(text), "is no JSON object", "{text}");
    }
    for text in [
        "",
        "{",
        "{\"a\":}",
        "{\"a\":1}x",
        "{\"a\":NaN}",
        "{\"a\":1e999}",
    ] {
        assert!(fault(text).starts_with("is not JSON: "), "{text}");
    }
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    assert!(fault(&deep).starts_with("is not JSON: "));
    let deep = format!("{{\"b\":{}", "[".repeat(100_000));
    assert!(fault(&deep).starts_with("is not JSON: "));
    let nested = ["a"; 200].join(".");
    assert!(read(&[&nested], "{}").is_ok());
}
