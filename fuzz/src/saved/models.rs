//! Models, their evidence, and what shards send.

use super::{Saved, saved};
use crate::promises::{conserved, shown, told};
use crate::samples::{self, JOURNEYS};
use mixtouch::attribution::markov::{Markov, OrderChoice};
use mixtouch::attribution::regression::{LogisticRegression, ShaoLi};
use mixtouch::attribution::rules::{
    LastNonDirect, Linear, Participation, Position, TimeDecay, WShaped,
};
use mixtouch::attribution::shapley::{ExactSetShapley, OrderedShapley, SetRateShapley};
use mixtouch::attribution::{
    Bootstrap, ChannelSetCounts, ComparisonTable, Counterfactual, Fit, ModelName, ModelSettings,
    ShardCredits, ShardEvidence, ShardModels, ShardedComparison, StoredModel,
};
use mixtouch::journeys::Accumulator;
use mixtouch::{AttributionModel, Comparison, Credits, JourneyOptions, Journeys, attribute};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A loaded model credits every conversion, or says why not.
fn scores(model: &impl AttributionModel) {
    match attribute(&JOURNEYS, model) {
        Ok(credits) => {
            let sum = credits.credited().conversions
                + credits.baseline().conversions
                + credits.unattributed().conversions;
            let sizes: f64 = credits
                .by_channel()
                .iter()
                .map(|row| row.conversions.abs())
                .sum();
            let total = credits.total().conversions;
            assert!(
                (sum - total).abs() <= 1e-9 * (1.0 + sizes),
                "{sum} of {total}"
            );
        }
        Err(error) => told(&error),
    }
}

/// Samples of a specification, its evidence and its model.
fn of_fit<F>(specification: F) -> Vec<Saved>
where
    F: Fit + Clone + Sync + Send + Serialize + DeserializeOwned + 'static,
    F::Model: Serialize + DeserializeOwned,
{
    let evidence = specification.gather(&JOURNEYS).unwrap();
    let model = specification.fit(&JOURNEYS).unwrap();
    let (own, other) = (specification.clone(), specification.clone());
    vec![
        saved(&specification, |specification: F| {
            match specification.fit(&JOURNEYS) {
                Ok(model) => scores(&model),
                Err(error) => told(&error),
            }
        }),
        saved(&evidence, move |evidence: F::Evidence| {
            match own.solve(evidence) {
                Ok(model) => scores(&model),
                Err(error) => told(&error),
            }
        }),
        saved(&evidence, move |evidence: F::Evidence| {
            let mut whole = other.gather(&JOURNEYS).unwrap();
            match whole.merge(evidence).and_then(|()| other.solve(whole)) {
                Ok(model) => scores(&model),
                Err(error) => told(&error),
            }
        }),
        saved(&model, |model: F::Model| scores(&model)),
    ]
}

/// Samples of what only counts.
pub(super) fn of_counts<A>(fresh: impl Fn() -> A + Sync + Send + Clone + 'static) -> Saved
where
    A: Accumulator + Serialize + DeserializeOwned,
{
    let counted = JOURNEYS.accumulate(fresh.clone()).unwrap();
    saved(&counted, move |counted: A| {
        let mut whole = JOURNEYS.accumulate(fresh.clone()).unwrap();
        if let Err(error) = whole.merge(counted) {
            told(&error);
        }
    })
}

pub(super) fn all() -> Vec<Saved> {
    let mut all = Vec::new();
    all.extend(of_fit(samples::markov()));
    all.extend(of_fit(samples::additive()));
    all.extend(of_fit(samples::log_linear()));
    all.extend(of_fit(LogisticRegression::default()));
    all.extend(of_fit(ShaoLi));
    all.extend(of_fit(SetRateShapley));
    all.extend(of_fit(Counterfactual));
    all.extend(of_fit(LastNonDirect::default()));
    all.extend(of_fit(WShaped::new(["search"]).unwrap()));
    all.extend(attribution());
    all.extend(shards());
    all
}

fn attribution() -> Vec<Saved> {
    let channels = JOURNEYS.channels();
    let names = channels.clone();
    let comparison = Comparison::new()
        .model("linear", Linear)
        .fit("markov", samples::markov())
        .fit("time-to-event", samples::additive());
    let table = comparison.run(&JOURNEYS).unwrap();
    let stored = StoredModel::new(samples::markov().fit(&JOURNEYS).unwrap(), &JOURNEYS);
    let counts = JOURNEYS
        .accumulate(|| ChannelSetCounts::new(channels))
        .unwrap();
    let (one, two, three) = (names.clone(), names.clone(), names.clone());
    vec![
        saved(&table, |table: ComparisonTable| {
            shown(&table.to_string());
            let _ = table.write_csv(std::io::sink());
        }),
        saved(
            &attribute(&JOURNEYS, &Linear).unwrap(),
            |credits: Credits| {
                let sum = credits.credited().conversions
                    + credits.baseline().conversions
                    + credits.unattributed().conversions;
                assert!(sum.is_finite());
            },
        ),
        saved(&stored, |stored| scores(&stored)),
        saved(
            &ExactSetShapley::new(&counts),
            |shapley: ExactSetShapley| {
                let _ = shapley.iter().count();
            },
        ),
        of_counts(move || Participation::new(&one)),
        of_counts(move || OrderedShapley::new(&two)),
        of_counts(move || ChannelSetCounts::new(&three)),
        saved(&Position::u(), |model: Position| scores(&model)),
        saved(&TimeDecay::days(7.0).unwrap(), |model: TimeDecay| {
            scores(&model)
        }),
        saved(
            &JourneyOptions::default(),
            |options: JourneyOptions| match Journeys::from_events(&samples::log(), options) {
                Ok(journeys) => scores_of(&journeys),
                Err(error) => told(&error),
            },
        ),
        saved(
            &Markov::choose_order(&JOURNEYS, 3).unwrap(),
            |choice: OrderChoice| {
                assert!(choice.by_bic() > 0 && choice.scores().len() < 10_000);
            },
        ),
    ]
}

/// What travels between the machines of a sharded comparison.
fn shards() -> Vec<Saved> {
    let names = [ModelName::Linear, ModelName::Markov, ModelName::TimeToEvent];
    let comparison = ShardedComparison::new(names, ModelSettings::default()).unwrap();
    let comparison = comparison.bootstrap(Bootstrap::new(3, 1).unwrap());
    let evidence = || comparison.gather(&JOURNEYS).unwrap();
    let models = comparison.solve(evidence()).unwrap();
    let credits = comparison.credit(&models, &JOURNEYS).unwrap();
    let (one, two) = (comparison.clone(), models.clone());
    vec![
        saved(&comparison, |comparison: ShardedComparison| {
            let gathered = comparison.gather(&JOURNEYS);
            if let Err(error) = gathered.and_then(|evidence| tabled(&comparison, evidence)) {
                told(&error);
            }
        }),
        saved(&evidence(), move |loaded: ShardEvidence| {
            let mut whole = one.gather(&JOURNEYS).unwrap();
            let merged = whole
                .merge(loaded)
                .and_then(|()| one.solve(whole).map(drop));
            if let Err(error) = merged {
                told(&error);
            }
        }),
        saved(&models, |models: ShardModels| {
            let comparison = models.comparison().clone();
            if let Err(error) = comparison.credit(&models, &JOURNEYS) {
                told(&error);
            }
        }),
        saved(&credits, move |credits: ShardCredits| {
            match two.comparison().table(&two, credits) {
                Ok(table) => shown(&table.to_string()),
                Err(error) => told(&error),
            }
        }),
    ]
}

fn tabled(comparison: &ShardedComparison, evidence: ShardEvidence) -> mixtouch::Result<()> {
    let models = comparison.solve(evidence)?;
    let credits = comparison.credit(&models, &JOURNEYS)?;
    let table = comparison.table(&models, credits)?;
    conserved(&table, &table.totals());
    Ok(())
}

fn scores_of(journeys: &Journeys) {
    let table = Comparison::new().model("linear", Linear).run(journeys);
    match table {
        Ok(table) => conserved(&table, &table.totals()),
        Err(error) => told(&error),
    }
}
