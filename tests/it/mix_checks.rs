//! Checks of a mix model, each on a world in which it says no and on one in which it does not.

use crate::common::random::Random;
use crate::common::{bursts, weeks};
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{BlockComparison, Placebo, Refit, Search, Stability};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::specification::{
    Baseline, Funnel, Likelihood, MixSpecification, RoiPrior, Synergy, Trend,
};

const WEEKS: usize = 120;

fn season(t: usize) -> f64 {
    (std::f64::consts::TAU * t as f64 / 52.18).sin()
}

/// TV and search, each unit of which brings 1 and 2; `more` of the KPI depends on the week.
fn world(seed: u64, more: impl Fn(usize) -> f64) -> Panel {
    let mut random = Random::new(seed);
    let (tv, search) = (
        bursts(WEEKS, 300.0, &mut random),
        bursts(WEEKS, 100.0, &mut random),
    );
    let kpi = (0..WEEKS).map(|t| {
        let media = tv[t] + 2.0 * search[t];
        1000.0 + media + more(t) + 25.0 * random.normal()
    });
    let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
    let panel = panel.with_channel("tv", tv).unwrap();
    panel.with_channel("search", search).unwrap()
}

fn mix(pairs: usize) -> MixSpecification {
    MixSpecification::new().with_baseline(Baseline::new(Trend::None, pairs).unwrap())
}

fn search() -> Search {
    Search::default()
        .with_evaluations(200)
        .with_pareto_evaluations(0)
}

#[test]
fn placebos_are_credited_where_a_season_is_left_out() {
    // Spend that follows the year, as does the KPI; moved by a year of three it still does.
    let seasonal = |seed| {
        let (mut random, first) = (Random::new(seed), weeks(WEEKS)[0]);
        let spend = |size: f64, random: &mut Random| -> Vec<f64> {
            let week = |t| size * (1.2 + season(t)) * random.between(0.7, 1.3);
            (0..156).map(week).collect()
        };
        let (tv, search) = (spend(100.0, &mut random), spend(30.0, &mut random));
        let kpi = (0..156).map(|t| 1000.0 + tv[t] + 300.0 * season(t) + 25.0 * random.normal());
        let dates = (0..156).map(|t| first.plus(7 * t)).collect();
        let panel = Panel::national(dates, kpi.collect()).unwrap();
        let panel = panel.with_channel("tv", tv).unwrap();
        panel.with_channel("search", search).unwrap()
    };
    let placebo = Placebo::new().with_shift(52);
    let without = placebo.run(&search(), &mix(0), &seasonal(1)).unwrap();
    assert_eq!(without.credited(), 2, "{without:?}");
    assert!(without.chance() < 0.02 && without.rows()[0].share > 0.02);
    let with = placebo.run(&search(), &mix(2), &seasonal(1)).unwrap();
    assert_eq!(with.credited(), 0, "{with:?}");
    assert_eq!(with.chance(), 1.0);
}

#[test]
fn placebos_are_seldom_credited_where_nothing_is_left_out() {
    let mut credited = 0;
    for seed in 1..=5 {
        let panel = world(seed, |t| 100.0 * season(t));
        let report = Placebo::new().run(&search(), &mix(1), &panel).unwrap();
        assert_eq!(report.rows()[0].channel, "tv");
        assert_eq!(report.rows()[1].shift, 60);
        credited += report.credited();
    }
    assert!(credited <= 2, "{credited} of 10");
}

#[test]
fn bad_placebos_are_refused() {
    let panel = world(1, |_| 0.0);
    let run = |placebo: Placebo| placebo.run(&search(), &mix(0), &panel).map(|_| ());
    assert!(run(Placebo::new().with_shift(0)).is_err());
    assert!(run(Placebo::new().with_shift(WEEKS)).is_err());
    assert!(run(Placebo::new().with_channels(["radio"])).is_err());
    let idle = panel
        .clone()
        .with_channel("radio", vec![0.0; WEEKS])
        .unwrap();
    let placebo = Placebo::new().with_channels(["radio"]);
    let error = placebo.run(&search(), &mix(0), &idle).unwrap_err();
    assert!(error.to_string().contains("radio"), "{error}");
}

#[test]
fn returns_move_where_a_window_or_a_channel_decides_them() {
    // TV brings 1 a unit in the first half and 3 in the second; a fit of one effect is of neither.
    let mut random = Random::new(5);
    let tv = bursts(WEEKS, 300.0, &mut random);
    let effect = |t: usize| if t < WEEKS / 2 { 1.0 } else { 3.0 };
    let kpi = (0..WEEKS).map(|t| 1000.0 + effect(t) * tv[t] + 25.0 * random.normal());
    let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
    let panel = panel.with_channel("tv", tv).unwrap();
    let stability = Stability::new().with_part_left_out(0.5).with_seeds(1);
    let report = stability.run(|seed| search().with_seed(seed), &mix(0), &panel);
    let report = report.unwrap();
    assert_eq!(report.refits().len(), 3);
    let tv = &report.channels()[0];
    assert!(tv.is_roi && !tv.is_stable() && tv.outside >= 2, "{tv:?}");
    assert!(matches!(tv.highest.1, Some(Refit::Window(from, _)) if from == weeks(WEEKS)[60]));
    assert!(tv.highest.0 > 2.5 && tv.lowest.0 < 1.4, "{tv:?}");
}

#[test]
fn returns_stay_where_the_world_is_as_the_model_says() {
    let panel = world(2, |t| 100.0 * season(t));
    let report = Stability::new()
        .run(|seed| search().with_seed(seed), &mix(1), &panel)
        .unwrap();
    // Two seeds, two windows, two channels left out.
    assert_eq!(report.refits().len(), 6);
    assert_eq!(report.refits()[4].to_string(), "without tv");
    for (channel, truth) in report.channels().iter().zip([1.0, 2.0]) {
        assert_eq!(channel.refits, 5, "each was left out once");
        assert!(channel.lowest.0 > 0.8 * truth && channel.highest.0 < 1.25 * truth);
    }
    // The same settings are the same report.
    let again = Stability::new().run(|seed| search().with_seed(seed), &mix(1), &panel);
    assert_eq!(again.unwrap(), report);
}

#[test]
fn what_names_a_channel_goes_with_it() {
    let panel = world(3, |_| 0.0);
    let test = LiftTest::new("tv", weeks(WEEKS)[100], weeks(WEEKS)[104])
        .with_spend_change(100.0)
        .with_outcome_change(100.0)
        .with_standard_error(50.0);
    let mix = mix(0)
        .with_lift_tests(vec![test])
        .with_roi_priors(vec![RoiPrior::new("tv", 1.0, 0.5).unwrap()])
        .with_channel_bounds("tv", 0.0..=5.0)
        .with_synergy(Synergy::new("tv", "search"))
        .with_funnel(Funnel::new("tv", "search"));
    let stability = Stability::new().with_seeds(0);
    let report = stability.run(|_| search(), &mix, &panel).unwrap();
    assert_eq!(report.refits().len(), 4);
    let bad = Stability::new().with_part_left_out(1.0);
    assert!(bad.run(|_| search(), &mix, &panel).is_err());
}

#[test]
fn a_specification_that_predicts_worse_is_told() {
    let panel = world(4, |t| 250.0 * season(t));
    let (with, without) = (mix(1), mix(0));
    let named = [("none", &without), ("season", &with)];
    let comparison = BlockComparison::new().with_blocks(6);
    let table = comparison.run(&search(), &named, &panel).unwrap();
    assert_eq!(table[0].name, "season");
    assert!(
        table[1].is_worse() && table[1].difference < -20.0,
        "{table:?}"
    );
    assert!(table[0].rows > 100 && table[0].log_score < 0.0);
    // Two of which neither is better are not told apart.
    let heavy = mix(1).with_likelihood(Likelihood::StudentT { degrees: 30.0 });
    let named = [("normal", &with), ("nearly normal", &heavy)];
    let table = comparison.run(&search(), &named, &panel).unwrap();
    assert!(!table[1].is_worse(), "{table:?}");
}

/// A panel whose last third has no weight is fitted, without a figure for periods held out.
#[test]
fn the_last_periods_may_have_no_weight() {
    let panel = world(6, |_| 0.0);
    let weights = (0..WEEKS).map(|t| f64::from(u8::from(t < 80)));
    let panel = panel.with_weights(weights.collect()).unwrap();
    let fit = search().fit(&mix(0), &panel).unwrap();
    assert_eq!(fit.posterior().fit_statistics().validation_nrmse, None);
    let roi = fit.posterior().channels()[1].roi.unwrap();
    assert!((roi.value() - 2.0).abs() < 0.4, "{roi:?}");
}

/// Scores are densities of the KPI itself, whatever the model works on.
#[test]
fn likelihoods_are_comparable() {
    let mut random = Random::new(8);
    let tv = bursts(WEEKS, 300.0, &mut random);
    let kpi = (0..WEEKS).map(|t| {
        let log = 1.5 * t as f64 / WEEKS as f64 + 0.5 * tv[t] / (150.0 + tv[t]);
        500.0 * (log + 0.1 * random.normal()).exp()
    });
    let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
    let panel = panel.with_channel("tv", tv).unwrap();
    let linear = MixSpecification::new().with_baseline(Baseline::new(Trend::Linear, 0).unwrap());
    let log = linear.clone().with_likelihood(Likelihood::Log);
    let named = [("adds", &linear), ("multiplies", &log)];
    let comparison = BlockComparison::new().with_blocks(6);
    let table = comparison.run(&search(), &named, &panel).unwrap();
    assert_eq!(table[0].name, "multiplies");
    assert!(table[1].is_worse(), "{table:?}");
}

#[test]
fn bad_comparisons_are_refused() {
    let panel = world(1, |_| 0.0);
    let mix = mix(0);
    let run = |blocks: usize, named: &[(&str, &MixSpecification)]| {
        let comparison = BlockComparison::new().with_blocks(blocks);
        comparison.run(&search(), named, &panel).map(|_| ())
    };
    assert!(run(2, &[("a", &mix)]).is_err());
    assert!(run(51, &[("a", &mix)]).is_err());
    assert!(run(3, &[]).is_err());
}
