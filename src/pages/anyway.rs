//! What would have come without marketing, where a model and its data tell it.

use crate::attribution::{ComparisonTable, Finding, ModelTable};
use crate::pages::grounds::Grounds;
use crate::pages::words;
use std::fmt;

/// A share that reads as none or as all.
fn is_edge(share: f64) -> bool {
    ["0.0 %", "100 %"].contains(&words::percent(share).as_str())
}

/// The baseline's share of all conversions, in words.
pub(crate) struct Share {
    pub(crate) part: String,
    /// `18 % to 52 %`.
    pub(crate) ends: Option<String>,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ends {
            Some(ends) => write!(f, "{} ({ends})", self.part),
            None => f.write_str(&self.part),
        }
    }
}

/// The baseline's share, or why the data do not tell it; none of a model without a baseline.
pub(crate) fn anyway(table: &ComparisonTable, main: &ModelTable) -> Option<Result<Share, String>> {
    let baseline = main.baseline?;
    let total = table.totals().conversions;
    if total <= 0.0 {
        return Some(Err("there are no conversions".to_owned()));
    }
    let few = table.findings().iter().find(
        |finding| matches!(finding, Finding::FewConversions { model, .. } if *model == main.model),
    );
    if let Some(few) = few {
        return Some(Err(few.to_string()));
    }
    let share = baseline.conversions / total;
    let part = words::percent(share);
    let ends = baseline.share_low.zip(baseline.share_high);
    let (low, high) = ends.unwrap_or((share, share));
    // an estimate at its limit that no replicate moves has no interval
    if is_edge(share) && words::percent(low) == words::percent(high) {
        let model = &main.model;
        return Some(Err(format!(
            "{model} ends at its limit of {part}, which does not say how sure that is"
        )));
    }
    let ends = ends.map(|(low, high)| words::ends(low, high, words::percent));
    Some(Ok(Share { part, ends }))
}

/// What would have come anyway as a sentence in lower case, or what else is known of the whole.
pub(crate) fn anyway_sentence(table: &ComparisonTable, main: &ModelTable) -> String {
    let model = &main.model;
    match anyway(table, main) {
        Some(Ok(share)) => {
            format!("by {model}, {share} of conversions would have come without marketing")
        }
        Some(Err(_)) => "not told what would have come without marketing".to_owned(),
        None if main.unattributed.conversions > 0.0 => {
            let total = table.totals().conversions;
            let part = words::percent(main.unattributed.conversions / total);
            format!("{part} of conversions had no touch to credit")
        }
        None => format!("{model} divides all conversions among touches: it has no baseline"),
    }
}

/// What that share rests on.
pub(crate) fn anyway_rests_on(main: &ModelTable) -> String {
    let grounds = Grounds::new(main);
    let (assumed, untested) = (grounds.assumed(), grounds.untested());
    let mut parts = Vec::new();
    if !assumed.is_empty() {
        let names = words::listed(&assumed);
        parts.push(format!("{names} assumed to cause nothing"));
    }
    if !untested.is_empty() {
        parts.push(format!("no test of {}", words::listed(&untested)));
    }
    parts.join(", ")
}
