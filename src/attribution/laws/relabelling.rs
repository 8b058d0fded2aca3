//! The law that names of channels do not matter.

use crate::attribution::engine::attribute;
use crate::attribution::laws::lawful::Lawful;
use crate::attribution::laws::verdict::{Verdict, ensure_close};
use crate::attribution::laws::worlds::{LOG, NAMES, PATHS, ROWS, build, paths, worlds};
use crate::attribution::model::AttributionModel;
use crate::journeys::JourneyOptions;
use crate::journeys::arena::Journeys;

pub(super) fn relabelling(specification: &impl Lawful) -> Verdict {
    let mut pairs = vec![(&*LOG, build(&ROWS, &JourneyOptions::default(), mirrored))];
    if worlds(specification).len() == 3 {
        pairs.push((&*PATHS, paths(mirrored)));
    }
    for (journeys, relabelled) in pairs {
        let credits = attribute(journeys, &specification.fit(journeys)?)?;
        let model = mirrored_specification(specification)?.fit(&relabelled)?;
        if model.channels().is_none() {
            ensure_no_numbers(&specification.fit(journeys)?, journeys, &relabelled)?;
        }
        let others = attribute(&relabelled, &model)?;
        let total = credits.total();
        for (name, tally) in credits.channels().iter().zip(credits.by_channel()) {
            let other = others.channel(&mirrored(name)).unwrap_or_default();
            ensure_close(name, total, *tally, other)?;
        }
        let unattributed = [credits.unattributed(), others.unattributed()];
        ensure_close("unattributed", total, unattributed[0], unattributed[1])?;
    }
    Ok(())
}

/// Fails unless a model that names no channels gives renamed channels the same credit: one that uses
/// their numbers says so by `AttributionModel::channels`.
fn ensure_no_numbers(
    model: &impl AttributionModel,
    journeys: &Journeys,
    relabelled: &Journeys,
) -> Verdict {
    let (credits, others) = (attribute(journeys, model)?, attribute(relabelled, model)?);
    for (name, tally) in credits.channels().iter().zip(credits.by_channel()) {
        let other = others.channel(&mirrored(name)).unwrap_or_default();
        let what = format!("{name}, by a model that states no channels and uses their numbers");
        ensure_close(&what, credits.total(), *tally, other)?;
    }
    Ok(())
}

/// Each name turned into one that sorts the other way round.
fn mirrored(name: &str) -> String {
    let mirror: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_lowercase() {
                (b'a' + b'z' - letter as u8) as char
            } else {
                letter
            }
        })
        .collect();
    format!("{mirror} mirrored")
}

/// The specification with every channel it names mirrored.
fn mirrored_specification<F: Lawful>(specification: &F) -> Verdict<F> {
    fn rename(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if NAMES.contains(&text.as_str()) => {
                *text = mirrored(text)
            }
            serde_json::Value::Array(values) => values.iter_mut().for_each(rename),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(rename),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(specification)?;
    rename(&mut value);
    Ok(serde_json::from_value(value)?)
}
