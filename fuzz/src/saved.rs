//! Saved models, evidence, settings and reports: a few numbers, names and lengths of their JSON are
//! changed; what still loads must do what it promises.

use crate::bytes::Choices;
use crate::promises::{conserved, shown, told};
use crate::samples::{self, JOURNEYS};
use mixtouch::attribution::regression::{LogisticRegression, ShaoLi};
use mixtouch::attribution::rules::{
    LastNonDirect, LastTouch, Linear, Participation, Position, TimeDecay, WShaped,
};
use mixtouch::attribution::shapley::{ExactSetShapley, OrderedShapley, SetRateShapley};
use mixtouch::attribution::{
    Bootstrap, ChannelSetCounts, ComparisonTable, Counterfactual, Fit, ModelName, ModelSettings,
    ShardCredits, ShardEvidence, ShardModels, ShardedComparison, StoredModel,
};
use mixtouch::budget::Goal;
use mixtouch::experiment::LiftTest;
use mixtouch::journeys::Accumulator;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::kpi::journeys::ConversionCounts;
use mixtouch::kpi::map::{MapCounts, PathCounts, Steps};
use mixtouch::mix::estimate::{Search, SearchFit};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::privacy::MinimumGroup;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::{
    AttributionModel, Comparison, CostTable, Credits, JourneyOptions, Journeys, Lookback, Outcome,
    TimeRange, attribute,
};
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
fn of_counts<A>(fresh: impl Fn() -> A + Sync + Send + Clone + 'static) -> Saved
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

fn settings<T: Serialize + DeserializeOwned + 'static>(sample: &T) -> Saved {
    saved(sample, |_: T| ())
}

static SAVED: LazyLock<Vec<Saved>> = LazyLock::new(|| {
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
    all.extend(kpis());
    all.extend(mix());
    all
});

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
        settings(&Lookback::default()),
        settings(&TimeRange::default()),
        settings(&Outcome::new(1.0, 2.0, 3.0).unwrap()),
        settings(&Bootstrap::new(50, 1).unwrap()),
        settings(&MinimumGroup::default()),
        settings(&CostTable::new()),
        settings(channels),
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

fn kpis() -> Vec<Saved> {
    let log = samples::log();
    let options = DashboardOptions::default().with_model_name("last-touch");
    let dashboard = Dashboard::new(&log, &JOURNEYS, &LastTouch, &options).unwrap();
    let channels = JOURNEYS.channels().clone();
    let steps = || Steps::channels(JOURNEYS.channels());
    vec![
        saved(&dashboard, |dashboard: Dashboard| {
            shown(&dashboard.to_string())
        }),
        settings(&KpiOptions::default()),
        of_counts(move || ConversionCounts::new(&channels)),
        of_counts(move || MapCounts::new(steps())),
        of_counts(move || PathCounts::new(&steps())),
    ]
}

fn mix() -> Vec<Saved> {
    let panel = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let dates = panel.dates();
    let panel = panel.between(dates[0], dates[29]).unwrap();
    let search = Search::default()
        .with_evaluations(10)
        .with_pareto_evaluations(2)
        .with_draws(2);
    let fit = search.fit(&MixSpecification::new(), &panel).unwrap();
    let days = (panel.dates()[3], panel.dates()[9]);
    let (of_search, of_specification) = (panel.clone(), panel.clone());
    vec![
        saved(&panel, |panel: Panel| drop(panel.check())),
        saved(&fit, |fit: SearchFit| planned(fit.posterior())),
        saved(fit.posterior(), |posterior: Posterior| planned(&posterior)),
        saved(
            &MixSpecification::new(),
            move |specification: MixSpecification| match search
                .fit(&specification, &of_specification)
            {
                Ok(fit) => planned(fit.posterior()),
                Err(error) => told(&error),
            },
        ),
        saved(&search, move |search: Search| {
            if let Err(error) = search
                .with_evaluations(10)
                .fit(&MixSpecification::new(), &of_search)
            {
                told(&error);
            }
        }),
        saved(&LiftTest::new("tv", days.0, days.1), |test: LiftTest| {
            drop(test.check())
        }),
    ]
}

fn planned(model: &Posterior) {
    shown(&model.report().to_string());
    let curves = match model.response_curves(2) {
        Ok(curves) => curves,
        Err(error) => return told(&error),
    };
    let Ok(budget) = model.budget(2, 0.5, 1.5) else {
        return;
    };
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    if let Err(error) = budget.plan(&curves, Goal::Outcome { total }) {
        told(&error);
    }
}

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
