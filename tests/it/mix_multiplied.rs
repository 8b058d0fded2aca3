//! Effects that multiply: a log-normal KPI and counts, whose truth is known.

use crate::common::random::Random;
use crate::common::{bursts, weeks};
use mixtouch::budget::Goal;
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Change, Panel};
use mixtouch::mix::posterior::{FitFinding, Posterior};
use mixtouch::mix::specification::{
    Baseline, Likelihood, MixSpecification, RoiPrior, Synergy, Trend,
};
use mixtouch::mix::transform::{AdstockFamily, Order};
use mixtouch::{Day, Error};

const WEEKS: usize = 156;

/// Three years in which sales grow fivefold and media bring a share of them.
struct World {
    panel: Panel,
    /// What each channel brought in all, the mean over both orders of removal.
    truth: [f64; 2],
}

/// `seen` draws a figure about its mean.
fn world(base: f64, seed: u64, seen: impl Fn(f64, &mut Random) -> f64) -> World {
    let mut random = Random::new(seed);
    let media = [
        bursts(WEEKS, 900.0, &mut random),
        bursts(WEEKS, 300.0, &mut random),
    ];
    let logs = |spend: &[f64], rate: f64, half: f64, most: f64| -> Vec<f64> {
        let mut stock = 0.0;
        let carried = spend.iter().map(|x| {
            stock = (1.0 - rate) * x + rate * stock;
            most * stock / (half + stock)
        });
        carried.collect()
    };
    let (tv, search) = (
        logs(&media[0], 0.5, 600.0, 0.7),
        logs(&media[1], 0.1, 200.0, 0.4),
    );
    let mut truth = [0.0; 2];
    let kpi = (0..WEEKS).map(|t| {
        let season = 0.3 * (std::f64::consts::TAU * t as f64 / 52.18).sin();
        let level = base * (1.6 * t as f64 / WEEKS as f64 + season).exp();
        let (a, b) = (tv[t].exp_m1(), search[t].exp_m1());
        // Joining first adds a, joining last a (1 + b).
        truth[0] += level * a * (1.0 + 0.5 * b);
        truth[1] += level * b * (1.0 + 0.5 * a);
        seen(level * (1.0 + a) * (1.0 + b), &mut random)
    });
    let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
    let panel = panel.with_channel("tv", media[0].clone()).unwrap();
    World {
        panel: panel.with_channel("search", media[1].clone()).unwrap(),
        truth,
    }
}

/// Sales whose logarithm varies by a tenth.
fn sales(seed: u64) -> World {
    let noise = 0.1;
    world(400.0, seed, |mean, random| {
        mean * (noise * random.normal() - 0.5 * noise * noise).exp()
    })
}

/// Leads, more spread than Poisson's counts.
fn leads(seed: u64) -> World {
    world(60.0, seed, |mean, random| {
        let size = 80.0;
        let spread = random.gamma(size) / size;
        random.poisson(mean * spread) as f64
    })
}

fn mix(likelihood: Likelihood) -> MixSpecification {
    let baseline = Baseline::new(Trend::Linear, 1).unwrap();
    MixSpecification::new()
        .with_baseline(baseline)
        .with_likelihood(likelihood)
}

fn fit(panel: &Panel, likelihood: Likelihood) -> Posterior {
    Search::default()
        .with_evaluations(600)
        .with_pareto_evaluations(0)
        .estimate(&mix(likelihood), panel)
        .unwrap()
}

/// The mean relative error of totals over seeds, and how many of their intervals hold the truth.
fn recovery(world: fn(u64) -> World, likelihood: Likelihood) -> (f64, usize) {
    let (mut error, mut held) = (0.0, 0);
    for seed in 1..=4 {
        let world = world(seed);
        for (channel, truth) in fit(&world.panel, likelihood)
            .channels()
            .iter()
            .zip(world.truth)
        {
            error += (channel.contribution.value() / truth - 1.0).abs() / 8.0;
            held += usize::from(channel.contribution.interval().contains(truth));
        }
    }
    (error, held)
}

#[test]
fn effects_that_multiply_are_recovered() {
    let (error, held) = recovery(sales, Likelihood::Log);
    let (added, _) = recovery(sales, Likelihood::Normal);
    assert!(error < 0.12 && held >= 6, "{error} {held}");
    assert!(added > 2.0 * error, "{added} {error}");
}

#[test]
fn counts_are_recovered() {
    let (error, held) = recovery(leads, Likelihood::NegativeBinomial);
    let (added, _) = recovery(leads, Likelihood::Normal);
    assert!(error < 0.25 && held >= 6, "{error} {held}");
    assert!(added > 1.3 * error, "{added} {error}");
}

/// Baseline, its parts and channels add up, whatever the likelihood.
#[test]
fn parts_add_up_to_the_prediction() {
    for (world, likelihood) in [
        (sales(1), Likelihood::Log),
        (leads(1), Likelihood::NegativeBinomial),
    ] {
        let model = fit(&world.panel, likelihood);
        let whole = model.decomposition();
        let kpi: f64 = world.panel.kpi().iter().sum();
        let predicted: f64 = whole.prediction().iter().sum();
        assert!((predicted / kpi - 1.0).abs() < 0.03, "{predicted} {kpi}");
        for row in 0..WEEKS {
            let parts: f64 = whole.baseline_parts().map(|(_, values)| values[row]).sum();
            assert_eq!(parts, whole.baseline()[row]);
            let media: f64 = whole.contributions().iter().map(|c| c[row]).sum();
            let sum = whole.baseline()[row] + media;
            assert!((sum / whole.prediction()[row] - 1.0).abs() < 1e-12);
            assert!(whole.baseline()[row] > 0.0);
            for (whole, now) in whole
                .contributions()
                .iter()
                .zip(whole.immediate_contributions())
            {
                assert!(now[row] >= 0.0 && now[row] <= whole[row] * (1.0 + 1e-12));
            }
        }
        let baseline: f64 = whole.baseline().iter().sum();
        let parts = model.baseline_parts().into_iter();
        let parts: f64 = parts.map(|part| part.contribution.value()).sum();
        assert!((parts / baseline - 1.0).abs() < 1e-9, "{parts} {baseline}");
        // Without any channel the baseline is left.
        let none = [Change::times("tv", 0.0), Change::times("search", 0.0)];
        let lost = -model.scenario(&none).unwrap().difference().value();
        let media: f64 = whole.totals().iter().sum();
        assert!((lost / media - 1.0).abs() < 1e-9, "{lost} {media}");
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<Posterior>(&text).unwrap(), model);
    }
}

/// A marginal return is what a hundredth more of all of a channel's spend brings.
#[test]
fn marginal_returns_are_derivatives() {
    let world = sales(2);
    let model = fit(&world.panel, Likelihood::Log);
    let more = model.scenario(&[Change::times("tv", 1.0001)]).unwrap();
    let tv = &model.channels()[0];
    let slope = more.difference().value() / (0.0001 * tv.spend);
    let stated = tv.marginal_roi.unwrap().value();
    assert!((slope / stated - 1.0).abs() < 1e-3, "{slope} {stated}");
}

#[test]
fn plans_and_forecasts_multiply() {
    let world = sales(3);
    let dates = world.panel.dates();
    let past = world.panel.between(dates[0], dates[WEEKS - 14]).unwrap();
    let future = world.panel.between(dates[WEEKS - 13], Day::MAX).unwrap();
    let model = fit(&past, Likelihood::Log);
    let errors = model.forecast(&future).unwrap().errors(&future).unwrap();
    assert!(
        errors.mape < Some(0.2) && errors.within >= 0.7,
        "{errors:?}"
    );
    // A curve's slope is its derivative, and its level that of the last quarter.
    let points = model.response_curve("tv", &[400.0, 400.4]).unwrap();
    let slope = (points[1].response.value() - points[0].response.value()) / 0.4;
    assert!((slope / points[0].slope.value() - 1.0).abs() < 1e-3);
    let recent = past.kpi()[WEEKS - 26..].iter().sum::<f64>() / 13.0;
    let share = points[0].response.value() / recent;
    assert!(share > 0.08 && share < 0.4, "{share}");
    let budget = model.budget(4, 0.5, 1.5).unwrap();
    let total = budget.channels().iter().map(|c| c.now()).sum();
    let curves = model.response_curves(4).unwrap();
    let plan = budget.plan(&curves, Goal::Outcome { total }).unwrap();
    assert!(plan.outcome_planned() >= plan.outcome_now() * (1.0 - 1e-9));
    // Counts are forecast as counts.
    let counts = leads(3).panel;
    let past = counts.between(dates[0], dates[WEEKS - 14]).unwrap();
    let future = counts.between(dates[WEEKS - 13], Day::MAX).unwrap();
    let model = fit(&past, Likelihood::NegativeBinomial);
    let forecast = model.forecast(&future).unwrap();
    assert!(forecast.predictions().iter().all(|p| p.low() >= 0.0));
    let errors = forecast.errors(&future).unwrap();
    assert!(errors.within >= 0.7, "{errors:?}");
}

/// Saturation before carry-over: curves and contributions of the same draw agree.
#[test]
fn saturation_first_multiplies_too() {
    let world = sales(4);
    let mix = mix(Likelihood::Log)
        .with_order(Order::SaturationFirst)
        .with_adstock(AdstockFamily::Geometric);
    let search = Search::default().with_evaluations(100);
    let model = search.estimate(&mix, &world.panel).unwrap();
    let points = model.response_curve("search", &[200.0, 200.2]).unwrap();
    let slope = (points[1].response.value() - points[0].response.value()) / 0.2;
    assert!((slope / points[0].slope.value() - 1.0).abs() < 1e-3);
    assert!(model.response_curves(3).is_ok());
}

#[test]
fn a_fit_of_the_right_kind_has_even_noise() {
    let unequal = |model: &Posterior| {
        let findings = model.findings();
        let mut findings = findings.iter();
        findings.any(|finding| matches!(finding, FitFinding::UnequalVariance { .. }))
    };
    let world = sales(1);
    assert!(unequal(&fit(&world.panel, Likelihood::Normal)));
    assert!(!unequal(&fit(&world.panel, Likelihood::Log)));
}

#[test]
fn what_has_no_logarithm_is_refused() {
    let error = |kpi: Vec<f64>, likelihood: Likelihood| {
        let spend = (0..60).map(|t| f64::from(t * 7 % 11)).collect();
        let panel = Panel::national(weeks(WEEKS)[..60].to_vec(), kpi).unwrap();
        let panel = panel.with_channel("tv", spend).unwrap();
        let search = Search::default().with_evaluations(50);
        search.estimate(&mix(likelihood), &panel).map(|_| ())
    };
    let counts: Vec<f64> = (0..60).map(|t| f64::from(20 + t * 5 % 13)).collect();
    let with = |row: usize, value: f64| {
        let mut kpi = counts.clone();
        kpi[row] = value;
        kpi
    };
    assert!(error(counts.clone(), Likelihood::Log).is_ok());
    assert!(error(with(20, 0.0), Likelihood::NegativeBinomial).is_ok());
    for (kpi, likelihood, value) in [
        (with(20, 0.0), Likelihood::Log, "0 on 2022-05-23"),
        (with(59, -3.0), Likelihood::Log, "-3 on 2023-02-20"),
        (
            with(2, 20.5),
            Likelihood::NegativeBinomial,
            "20.5 on 2022-01-17",
        ),
        (
            with(2, -1.0),
            Likelihood::NegativeBinomial,
            "-1 on 2022-01-17",
        ),
    ] {
        let error = error(kpi, likelihood).unwrap_err();
        assert!(matches!(&error, Error::Setting { .. }), "{error}");
        assert!(error.to_string().contains(value), "{error}");
    }
}

/// A row of weight 0 may have any KPI.
#[test]
fn rows_of_weight_0_need_no_logarithm() {
    let world = sales(1);
    let mut weights = vec![1.0; WEEKS];
    weights[70] = 0.0;
    let fits = |value: f64, likelihood| {
        let mut kpi = world.panel.kpi().to_vec();
        kpi.iter_mut().for_each(|y| *y = y.round());
        kpi[70] = value;
        let panel = Panel::national(weeks(WEEKS), kpi).unwrap();
        let channels = world.panel.channels().iter();
        let panel = channels.fold(panel, |panel, channel| {
            let spend = channel.spend().to_vec();
            panel.with_channel(channel.name(), spend).unwrap()
        });
        let panel = panel.with_weights(weights.clone()).unwrap();
        let search = Search::default().with_evaluations(50);
        search
            .estimate(&mix(likelihood), &panel)
            .unwrap()
            .channels()
    };
    for likelihood in [Likelihood::Log, Likelihood::NegativeBinomial] {
        assert_eq!(fits(0.0, likelihood), fits(1e6, likelihood));
    }
}

#[test]
fn what_adds_up_is_refused_where_effects_multiply() {
    let world = sales(1);
    let mix = mix(Likelihood::Log).with_synergy(Synergy::new("tv", "search"));
    let error = Search::default().estimate(&mix, &world.panel).unwrap_err();
    assert!(error.to_string().contains("synergies"), "{error}");
    #[cfg(feature = "linfa")]
    {
        let plain = MixSpecification::new().with_likelihood(Likelihood::Log);
        let least_squares = mixtouch::mix::estimate::LeastSquares::new();
        assert!(least_squares.estimate(&plain, &world.panel).is_err());
    }
}

/// TV always runs alike, so that only a test or a belief tells what it brings.
#[test]
fn tests_decide_where_effects_multiply() {
    let mut random = Random::new(31);
    let tv: Vec<f64> = (0..WEEKS)
        .map(|_| 500.0 * random.between(0.97, 1.03))
        .collect();
    let brought = |x: f64| 0.6 * x / (500.0 + x);
    let level = |t: usize| 500.0 * (1.2 * t as f64 / WEEKS as f64).exp();
    let truth: f64 = (0..WEEKS).map(|t| level(t) * brought(tv[t]).exp_m1()).sum();
    let fitted = |tests: Vec<LiftTest>, priors: Vec<RoiPrior>| {
        let mut random = Random::new(32);
        let kpi = (0..WEEKS).map(|t| level(t) * (brought(tv[t]) + 0.05 * random.normal()).exp());
        let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
        let panel = panel.with_channel("tv", tv.clone()).unwrap();
        let mix = mix(Likelihood::Log)
            .with_adstock(AdstockFamily::None)
            .with_baseline(Baseline::new(Trend::Linear, 0).unwrap())
            .with_lift_tests(tests)
            .with_roi_priors(priors);
        let search = Search::default().with_evaluations(600);
        search.estimate(&mix, &panel).unwrap()
    };
    let alone = fitted(vec![], vec![]).channels()[0].contribution;
    // A holdout of six weeks, measured to a fiftieth.
    let lost: f64 = (100..106).map(|t| level(t) * brought(tv[t]).exp_m1()).sum();
    let cut: f64 = tv[100..106].iter().sum();
    let test = LiftTest::new("tv", weeks(WEEKS)[100], weeks(WEEKS)[105].plus(6))
        .with_spend_change(-cut)
        .with_outcome_change(-lost)
        .with_standard_error(0.02 * lost);
    let model = fitted(vec![test], vec![]);
    let report = &model.lift_report()[0];
    assert!(report.deviation().abs() < 3.0, "{report:?}");
    let tested = model.channels()[0].contribution;
    assert!(
        (tested.value() / truth - 1.0).abs() < 0.1,
        "{tested:?} {truth}"
    );
    assert!(tested.high() - tested.low() < 0.5 * (alone.high() - alone.low()));
    // A belief about the return, as sure.
    let roi = truth / tv.iter().sum::<f64>();
    let prior = RoiPrior::new("tv", roi, 0.03 * roi).unwrap();
    let believed = fitted(vec![], vec![prior]).channels()[0].contribution;
    assert!(
        (believed.value() / truth - 1.0).abs() < 0.1,
        "{believed:?} {truth}"
    );
    assert!(believed.high() - believed.low() < 0.5 * (alone.high() - alone.low()));
}

/// Three geos a tenth, one and four times as large, each with spend of its own; media multiply all
/// alike.
fn geos(seed: u64) -> (Panel, [f64; 2]) {
    let levels = [40.0, 400.0, 1600.0];
    let worlds: Vec<World> = (0..3)
        .map(|geo| {
            world(levels[geo], 10 * seed + geo as u64, |mean, random| {
                mean * (0.1 * random.normal() - 0.005).exp()
            })
        })
        .collect();
    let joined = |of: &dyn Fn(&World) -> Vec<f64>| worlds.iter().flat_map(of).collect::<Vec<f64>>();
    let names = ["small", "middle", "large"].map(str::to_owned).to_vec();
    let kpi = joined(&|world| world.panel.kpi().to_vec());
    let mut panel = Panel::new(None, weeks(WEEKS), names, kpi).unwrap();
    for (c, name) in ["tv", "search"].into_iter().enumerate() {
        let spend = joined(&|world| world.panel.channels()[c].spend().to_vec());
        panel = panel.with_channel(name, spend).unwrap();
    }
    let truth = [0, 1].map(|c| worlds.iter().map(|world| world.truth[c]).sum());
    (panel, truth)
}

/// Geos of any size say of one percentage what it is; effects that add up cannot.
#[test]
fn several_geos_are_recovered_where_effects_multiply() {
    let (mut error, mut added, mut held) = (0.0, 0.0, 0);
    for seed in 1..=2 {
        let (panel, truth) = geos(seed);
        let log = fit(&panel, Likelihood::Log);
        let normal = fit(&panel, Likelihood::Normal);
        for (c, truth) in truth.into_iter().enumerate() {
            let of = |model: &Posterior| model.channels()[c].contribution;
            error += (of(&log).value() / truth - 1.0).abs() / 4.0;
            added += (of(&normal).value() / truth - 1.0).abs() / 4.0;
            held += usize::from(of(&log).interval().contains(truth));
        }
        // parts add up in each geo
        let whole = log.decomposition();
        let prediction = whole.prediction();
        for geo in 0..3 {
            let rows = geo * WEEKS..(geo + 1) * WEEKS;
            let all: f64 = prediction[rows.clone()].iter().sum();
            let kpi: f64 = panel.kpi()[rows].iter().sum();
            assert!((all / kpi - 1.0).abs() < 0.03, "geo {geo}: {all} {kpi}");
        }
    }
    assert!(error < 0.08 && held >= 3, "{error} {held}");
    assert!(added > 1.5 * error, "{added} {error}");
}

/// Media and a control of three orders of magnitude against a KPI of five: the parts of a draw cancelled
/// out as logarithms and were infinite as factors, so that every figure was NaN without a word.
#[test]
fn effects_beyond_what_numbers_hold_are_refused() {
    use mixtouch::mix::panel::Frequency;
    use mixtouch::mix::specification::ChangingEffect;
    use mixtouch::mix::transform::SaturationFamily;
    let kpi = vec![
        1.01, 0.02, 1000.01, 100.01, 100.01, 10.01, 10.01, 0.02, 100.01, 1000.01, 10.01, 1.01,
        100.01, 0.02, 1000.01, 100.01, 100.01, 10.01, 10.01, 1000.01, 0.01, 0.01, 0.02, 0.02,
        100.01, 1000.01, 0.02, 100.01, 1000.01, 0.01, 0.02, 0.02, 100.01, 100.01, 10.01, 10.01,
        1000.01, 0.02,
    ];
    let first = vec![
        1000.0, 1010.0, 1000.01, 1000.0, 1001.0, 1000.0, 1100.0, 2000.0, 1000.0, 1010.0, 1001.0,
        2000.0, 1001.0, 1100.0, 1010.0, 1000.01, 1010.0, 1000.01, 1100.0, 1001.0, 1000.0, 1010.0,
        1000.0, 1001.0, 1001.0, 1000.0, 1001.0, 1010.0, 1000.0, 2000.0, 2000.0, 1001.0, 1010.0,
        1000.01, 2000.0, 1010.0, 1001.0, 2000.0,
    ];
    let second = vec![
        1000.0, 1001.0, 1010.0, 1100.0, 1000.01, 1010.0, 2000.0, 1001.0, 1000.01, 2000.0, 2000.0,
        1001.0, 1100.0, 1100.0, 1100.0, 1000.0, 1010.0, 1000.0, 1000.0, 1100.0, 1100.0, 2000.0,
        2000.0, 2000.0, 1010.0, 2000.0, 1001.0, 1100.0, 1100.0, 1100.0, 1001.0, 1001.0, 1001.0,
        2000.0, 1001.0, 1000.01, 1001.0, 1001.0,
    ];
    let price = vec![
        10.0, 20.0, 1010.0, 20.0, 11.0, 110.0, 110.0, 110.0, 10.01, 1010.0, 20.0, 1010.0, 10.01,
        10.0, 11.0, 20.0, 1010.0, 110.0, 20.0, 110.0, 1010.0, 1010.0, 20.0, 110.0, 1010.0, 20.0,
        11.0, 10.01, 10.01, 10.0, 110.0, 10.0, 110.0, 1010.0, 1010.0, 20.0, 1010.0, 11.0,
    ];
    let start: Day = "2024-01-01".parse().unwrap();
    let dates: Vec<Day> = (0..19).map(|day| start.plus(day)).collect();
    let geos = ["g0", "g1"].map(String::from).to_vec();
    let panel = Panel::new(Some(Frequency::Day), dates, geos, kpi)
        .and_then(|panel| panel.with_channel("c0", first))
        .and_then(|panel| panel.with_channel("c1", second))
        .and_then(|panel| panel.with_control("price", price))
        .unwrap();
    let specification = MixSpecification::new()
        .with_saturation(SaturationFamily::None)
        .with_baseline(Baseline::new(Trend::None, 2).unwrap())
        .with_likelihood(Likelihood::Log)
        .with_changing_effect("c0", ChangingEffect::Year);
    let search = Search::default()
        .with_evaluations(24)
        .with_pareto_evaluations(5)
        .with_draws(3)
        .with_folds(2);
    let error = search.fit(&specification, &panel).unwrap_err().to_string();
    assert!(error.contains("more than a number holds"), "{error}");
}
