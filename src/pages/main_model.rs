//! The model that a page speaks of first, and the one it is compared with.

use crate::attribution::{ComparisonTable, ModelName, ModelTable};

/// What advertisers know from their tools.
const USUAL: &str = ModelName::LastTouch.name();

/// The least part of the credit on which methods that agree agree.
pub(crate) const ALIKE: f64 = 0.8;

/// Of the models that say what would have come anyway, one that knows tests; else one that was told
/// which channels follow demand; else the first. Without any Markov, else the first that is not the
/// usual.
pub(crate) fn main_model(table: &ComparisonTable) -> Option<&ModelTable> {
    let models = table.models();
    let knows = |model: &&ModelTable| match model.baseline {
        Some(_) if !model.calibration.is_empty() => 3,
        Some(_) if model.parameters.contains_key("demand_capture") => 2,
        Some(_) => 1,
        None => 0,
    };
    // of several that know as much, the first
    let with_baseline = models.iter().rev().max_by_key(knows);
    let with_baseline = with_baseline.filter(|model| model.baseline.is_some());
    let unusual = || models.iter().find(|model| model.model != USUAL);
    let markov = || table.model("markov");
    with_baseline
        .or_else(markov)
        .or_else(unusual)
        .or(models.first())
}

/// Last touch, if it is there and not the main model.
pub(crate) fn usual_model(table: &ComparisonTable) -> Option<&ModelTable> {
    let main = main_model(table)?;
    table.model(USUAL).filter(|usual| usual.model != main.model)
}

/// The conversions credited to each channel.
pub(crate) fn credits(model: &ModelTable) -> Vec<f64> {
    model
        .channels
        .iter()
        .map(|channel| channel.conversions)
        .collect()
}

/// Each channel's share of the credit that all channels have; credit below zero counts as none.
pub(crate) fn shares(model: &ModelTable) -> Vec<f64> {
    let credits: Vec<f64> = credits(model)
        .iter()
        .map(|credit| credit.max(0.0))
        .collect();
    let all: f64 = credits.iter().sum();
    let share = |credit: &f64| if all > 0.0 { credit / all } else { 0.0 };
    credits.iter().map(share).collect()
}

/// The names of the channels.
pub(crate) fn names(model: &ModelTable) -> Vec<String> {
    model
        .channels
        .iter()
        .map(|channel| channel.channel.clone())
        .collect()
}

/// The share of credit that two models place on the same channels, 0 to 1; none where one of them
/// credits no channel, or there is one channel alone.
pub(crate) fn agreement(a: &ModelTable, b: &ModelTable) -> Option<f64> {
    let (a, b) = (shares(a), shares(b));
    let credits = |shares: &[f64]| shares.iter().any(|share| *share > 0.0);
    let alike = || a.iter().zip(&b).map(|(a, b)| a.min(*b)).sum();
    (a.len() > 1 && credits(&a) && credits(&b)).then(alike)
}

/// The two models that place the least credit alike, and how much.
pub(crate) fn least_alike(table: &ComparisonTable) -> Option<(&ModelTable, &ModelTable, f64)> {
    let models = table.models();
    let pairs = (0..models.len()).flat_map(|b| (0..b).map(move |a| (&models[a], &models[b])));
    let known = pairs.filter_map(|(a, b)| Some((a, b, agreement(a, b)?)));
    // of several pairs that are as far apart, the first
    known.reduce(|least, pair| if pair.2 < least.2 { pair } else { least })
}
