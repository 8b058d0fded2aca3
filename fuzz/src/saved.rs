//! Saved models, evidence, settings and reports: a few numbers, names and lengths of their JSON are
//! changed; what still loads must do what it promises.

mod figures;
mod mix;
mod models;
mod settings;

use crate::bytes::Choices;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::LazyLock;

/// A document, and what is done with one that loads.
struct Saved {
    document: Value,
    used: Box<dyn Fn(Value) + Send + Sync>,
}

fn saved<T: Serialize + DeserializeOwned>(
    sample: &T,
    used: impl Fn(T) + Send + Sync + 'static,
) -> Saved {
    Saved {
        document: serde_json::to_value(sample).unwrap(),
        used: Box::new(move |document| {
            let Ok(loaded) = serde_json::from_value::<T>(document) else {
                return;
            };
            // what loads is stored and loads again
            let text = serde_json::to_string(&loaded).unwrap();
            let again: T = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
            assert_eq!(serde_json::to_string(&again).unwrap(), text);
            used(loaded);
        }),
    }
}

fn settings<T: Serialize + DeserializeOwned + 'static>(sample: &T) -> Saved {
    saved(sample, |_: T| ())
}

static SAVED: LazyLock<Vec<Saved>> = LazyLock::new(|| {
    let parts = [models::all(), figures::all(), mix::all(), settings::all()];
    parts.into_iter().flatten().collect()
});

pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let sample = &SAVED[choices.below(SAVED.len())];
    let mut document = sample.document.clone();
    for _ in 0..=choices.below(3) {
        changed(&mut document, &mut choices);
    }
    (sample.used)(document);
}

/// Walks down to some part of a document and changes it there.
fn changed(document: &mut Value, choices: &mut Choices<'_>) {
    let stays = choices.below(12) == 0;
    match document {
        Value::Object(fields) if !stays && !fields.is_empty() => {
            let at = choices.below(fields.len());
            if let Some(field) = fields.values_mut().nth(at) {
                changed(field, choices);
            }
        }
        Value::Array(items) if !stays && !items.is_empty() => {
            let at = choices.below(items.len());
            match choices.below(8) {
                0 => drop(items.remove(at)),
                1 => items.insert(at, items[at].clone()),
                2 => {
                    let other = choices.below(items.len());
                    items.swap(at, other);
                }
                _ => changed(&mut items[at], choices),
            }
        }
        other => *other = value(other, choices),
    }
}

fn value(old: &Value, choices: &mut Choices<'_>) -> Value {
    let numbers = [
        0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        1e-300,
        1e15,
        1e16,
        1e300,
        f64::MAX,
        -1e300,
        5e-324,
        1e9,
        3.0,
    ];
    let whole = [
        0_u64,
        1,
        2,
        3,
        56,
        255,
        65_535,
        65_536,
        4_294_967_295,
        u64::MAX,
        1 << 53,
    ];
    match choices.below(10) {
        0 => Value::Null,
        1 => Value::Bool(choices.yes()),
        2 => "".into(),
        3 => "\u{1b}[2J\u{202e}=1+1".into(),
        4 => Value::Array(vec![]),
        5..=7 => match old {
            Value::Number(number) if choices.yes() => {
                let number = number.as_f64().unwrap_or(0.0);
                (number * choices.of(&[-1.0, 0.5, 2.0, 1.0 + 1e-9, 1e6, 1e-6])).into()
            }
            _ => choices.of(&numbers).into(),
        },
        _ => choices.of(&whole).into(),
    }
}
