//! What holds of any result.

use mixtouch::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::regression::{LogisticRegression, ShaoLi};
use mixtouch::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay,
};
use mixtouch::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use mixtouch::attribution::{ComparisonTable, Counterfactual};
use mixtouch::{Comparison, Error, Journeys, Totals};

/// An error is short, on one line, and free of what acts on a terminal.
pub fn told(error: &Error) {
    let text = error.to_string();
    assert!(text.len() < 20_000, "{} bytes", text.len());
    let acts = |letter: char| {
        letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(acts), "{text:?}");
}

/// A text that is shown has lines and no other sign that acts on a terminal.
pub fn shown(text: &str) {
    let acts = |letter: char| {
        (letter.is_control() && letter != '\n')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(acts), "{text:?}");
}

/// All models that need no names of channels.
pub fn comparison(journeys: &Journeys) -> Comparison {
    let comparison = Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .model("linear", Linear)
        .model("position-based", Position::u())
        .model("shapley", SimplifiedShapley)
        .fit("last-non-direct", LastNonDirect::default())
        .fit("markov", Markov::order(1).unwrap())
        .fit("markov-3", Markov::order(3).unwrap())
        .fit("logistic", LogisticRegression::default())
        .fit("shao-li", ShaoLi)
        .fit("counterfactual", Counterfactual)
        .fit("shapley-set-rate", SetRateShapley);
    if !journeys.has_times() {
        return comparison;
    }
    comparison
        .model("time-decay", TimeDecay::days(7.0).unwrap())
        .fit("time-to-event", AdditiveHazard::default())
        .fit("time-to-event-log-link", LogLinearHazard::default())
}

/// Compares all models; a conversion is credited, baseline or unattributed, and every figure is one.
pub fn compared(journeys: &Journeys) -> Option<ComparisonTable> {
    let table = match comparison(journeys).run(journeys) {
        Ok(table) => table,
        Err(error) => {
            told(&error);
            return None;
        }
    };
    conserved(&table, &table.totals());
    written(&table);
    Some(table)
}

/// Conversions and value in are credited, baseline or unattributed.
pub fn conserved(table: &ComparisonTable, totals: &Totals) {
    for model in table.models() {
        let mut sums = [model.unattributed.conversions, model.unattributed.value];
        let mut sizes = [sums[0].abs(), sums[1].abs()];
        let baseline = model
            .baseline
            .iter()
            .map(|row| [row.conversions, row.value]);
        let channels = model
            .channels
            .iter()
            .map(|row| [row.conversions, row.value]);
        for row in baseline.chain(channels) {
            for (at, figure) in row.into_iter().enumerate() {
                sums[at] += figure;
                sizes[at] += figure.abs();
            }
        }
        for (at, total) in [totals.conversions, totals.value].into_iter().enumerate() {
            let most = 1e-9 * (sizes[at] + total.abs());
            let name = &model.model;
            assert!(
                (sums[at] - total).abs() <= most,
                "{name}: {} of {total}",
                sums[at]
            );
        }
    }
}

/// As text, CSV and JSON; JSON comes back as it was.
pub fn written(table: &ComparisonTable) {
    shown(&table.to_string());
    let mut csv = Vec::new();
    table.write_csv(&mut csv).unwrap();
    let json = serde_json::to_string(table).unwrap();
    numbers(&json);
    let back: ComparisonTable = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), json);
}

/// A document has no figure that is no number: it would be told as null.
pub fn numbers(json: &str) {
    assert!(!json.contains("NaN") && !json.contains("inf,"), "{json}");
}
