//! The gradient against differences.

use crate::mix::estimate::nuts::density::{Density, Room};
use crate::mix::panel::Panel;
use crate::mix::specification::{
    Baseline, ChangingEffect, EffectFigure, EffectPrior, Likelihood, MixSpecification, Pooling,
    RoiPrior, Trend,
};
use crate::mix::transform::{AdstockFamily, Order, SaturationFamily};
use crate::simulate::panels::PanelWorld;
use crate::time::Day;
use crate::util::Random;

/// The gradient against central differences at points about the start.
fn check_gradient(name: &str, specification: &MixSpecification, panel: &Panel) {
    let mut density = Density::new(panel, specification).unwrap();
    // Every other geo's difference as it is, not in units of the spread.
    for centred in density.centring.centred.iter_mut().flatten().step_by(2) {
        *centred = true;
    }
    let mut random = Random::new(3);
    let size = density.dimension();
    for _ in 0..4 {
        let z: Vec<f64> = density
            .start()
            .iter()
            .map(|start| start + 0.5 * random.normal())
            .collect();
        let (mut gradient, mut ignored) = (vec![0.0; size], vec![0.0; size]);
        let room = &mut Room::default();
        let here = density.evaluate(&z, &mut gradient, room);
        assert!(here.is_finite(), "{name}");
        for at in 0..size {
            let mut value = |step: f64| {
                let mut moved = z.clone();
                moved[at] += step;
                density.evaluate(&moved, &mut ignored, room)
            };
            let difference = (value(1e-5) - value(-1e-5)) / 2e-5;
            let error = (gradient[at] - difference).abs();
            assert!(
                error < 2e-5 * (1.0 + difference.abs()) + 1e-9 * here.abs(),
                "{name}, {}: {} against {difference}",
                density.layout.names[at],
                gradient[at]
            );
        }
    }
}

#[test]
fn the_gradient_is_that_of_the_density() {
    let small = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let regional = PanelWorld::regional().unwrap().simulate(1).panel().unwrap();
    let mix = MixSpecification::new;
    for (name, family) in AdstockFamily::ALL {
        check_gradient(name, &mix().with_adstock(family), &small);
    }
    for (name, family) in SaturationFamily::ALL {
        // Robyn's curve is in units of the largest carried value, which the gradient takes as
        // given.
        if family != SaturationFamily::RobynHill {
            check_gradient(name, &mix().with_saturation(family), &small);
        }
    }
    check_gradient(
        "saturation first",
        &mix().with_order(Order::SaturationFirst),
        &small,
    );
    check_gradient("geos", &mix(), &regional);
    check_gradient(
        "separate",
        &mix().with_pooling(Pooling::Separate),
        &regional,
    );
    check_gradient("log", &mix().with_likelihood(Likelihood::Log), &small);
    let below = mix().with_channel_bounds(small.channels()[0].name(), ..=0.0);
    check_gradient("effects of 0 and less", &below, &small);
    let world = PanelWorld::small_business().unwrap().simulate(1);
    let (channel, days) = (
        &world.channels[0],
        (world.dates[40], world.dates[51].plus(6)),
    );
    let test = world.lift_test(channel, None, days, 1.5, 0.2, 1).unwrap();
    let belief = RoiPrior::new(channel, 2.0, 1.0).unwrap();
    let tested = mix()
        .with_lift_tests(vec![test])
        .with_roi_priors(vec![belief]);
    check_gradient("tests", &tested, &small);
    let tested = tested.with_order(Order::SaturationFirst);
    check_gradient("tests, saturation first", &tested, &small);
    let days = (world.dates[40], world.dates[51].plus(6));
    let paused = world.lift_test(channel, None, days, 0.0, 0.2, 1).unwrap();
    let logarithms = mix()
        .with_likelihood(Likelihood::Log)
        .with_lift_tests(vec![paused]);
    check_gradient("log, tests", &logarithms, &small);
    let weights = (0..small.rows())
        .map(|row| if row % 7 == 0 { 0.0 } else { 1.5 })
        .collect();
    check_gradient(
        "weights",
        &mix(),
        &small.clone().with_weights(weights).unwrap(),
    );
}

#[test]
fn the_gradient_of_priors_on_answers() {
    let world = PanelWorld::small_business().unwrap().simulate(1);
    let panel = world.panel().unwrap();
    let priced = panel
        .clone()
        .with_revenue_per_kpi(
            (0..panel.rows())
                .map(|row| 1.0 + (row % 5) as f64)
                .collect(),
        )
        .unwrap();
    let figures = [
        EffectFigure::Effect,
        EffectFigure::ContributionShare,
        EffectFigure::Roi,
        EffectFigure::MarginalRoi,
        EffectFigure::Cpa,
    ];
    let beliefs = [
        "normal(1.5,0.8)",
        "log-normal(0.5,0.7)",
        "half-normal(2)",
        "beta(2,8)",
        "uniform(0.1,4)",
        "fixed(0.7)",
    ];
    let order = [Order::AdstockFirst, Order::SaturationFirst];
    for (f, figure) in figures.into_iter().enumerate() {
        for (b, belief) in beliefs.into_iter().enumerate() {
            let channel = &world.channels[(f + b) % world.channels.len()];
            let prior = EffectPrior::new(channel, figure, belief.parse().unwrap()).unwrap();
            let mix = MixSpecification::new()
                .with_order(order[(f + b) % 2])
                .with_effect_prior(prior);
            let name = format!("{figure:?} {belief}");
            check_gradient(&name, &mix, if b % 2 == 0 { &priced } else { &panel });
        }
    }
}

#[test]
fn the_gradient_of_geos_changes_and_tails() {
    let world = PanelWorld::regional()
        .unwrap()
        .with_size(3, 60)
        .unwrap()
        .simulate(1);
    let panel = world.panel().unwrap();
    let mix = MixSpecification::new;
    let (first, second) = (&world.channels[0], &world.channels[1]);
    let partial = mix().with_pooling(Pooling::Partial(20.0));
    check_gradient("partial", &partial, &panel);
    let changing = mix().with_changing_effect(first, ChangingEffect::Quarter);
    check_gradient("changing", &changing, &panel);
    let separate = changing.clone().with_pooling(Pooling::Separate);
    check_gradient("changing, separate", &separate, &panel);
    let days = (world.dates[40], world.dates[51].plus(6));
    let test = |channel: &str| world.lift_test(channel, None, days, 1.5, 0.2, 1).unwrap();
    let marginal = "log-normal(1,1)".parse().unwrap();
    let all = partial
        .with_changing_effect(first, ChangingEffect::HalfYear)
        .with_lift_tests(vec![test(first), test(second)])
        .with_roi_priors(vec![RoiPrior::new(second, 2.0, 1.0).unwrap()])
        .with_effect_prior(EffectPrior::new(second, EffectFigure::MarginalRoi, marginal).unwrap());
    check_gradient("partial, changing, tests", &all, &panel);
    let heavy = Likelihood::StudentT { degrees: 4.0 };
    check_gradient("student", &all.with_likelihood(heavy), &panel);
    let multiplied = mix()
        .with_pooling(Pooling::Partial(20.0))
        .with_changing_effect(first, ChangingEffect::HalfYear)
        .with_lift_tests(vec![test(first), test(second)])
        .with_likelihood(Likelihood::Log);
    check_gradient("partial, changing, tests, log", &multiplied, &panel);
    let small = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let smooth = mix()
        .with_baseline(Baseline::new(Trend::Smooth, 2).unwrap())
        .with_likelihood(heavy);
    check_gradient("student, smooth", &smooth, &small);
}

#[test]
fn the_gradient_of_counts() {
    let small = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let largest = small.kpi().iter().copied().fold(0.0, f64::max);
    let counts = small.kpi().iter().map(|y| (40.0 * y / largest).round());
    let counts = Panel::national(small.dates().to_vec(), counts.collect()).unwrap();
    let counts = small.channels().iter().try_fold(counts, |panel, channel| {
        panel.with_channel(channel.name(), channel.spend().to_vec())
    });
    let counts = counts.unwrap();
    let mix = MixSpecification::new().with_likelihood(Likelihood::NegativeBinomial);
    check_gradient("counts", &mix, &counts);
    let smooth = mix.with_baseline(Baseline::new(Trend::Smooth, 2).unwrap());
    let weights = (0..counts.rows())
        .map(|row| if row % 7 == 0 { 0.0 } else { 1.5 })
        .collect();
    let weighted = counts.with_weights(weights).unwrap();
    check_gradient("counts, smooth, weights", &smooth, &weighted);
}

#[test]
fn the_gradient_of_reach_and_frequency() {
    let rows = 60;
    let dates = (0..rows).map(|w| Day::new(19_000 + 7 * w).unwrap());
    let reach: Vec<f64> = (0..rows).map(|w| f64::from(w * 7 % 11) * 1000.0).collect();
    let frequency: Vec<f64> = (0..rows)
        .map(|w| 1.0 + f64::from(w * 5 % 13) / 2.0)
        .collect();
    let sales = (0..rows).map(|w| 900.0 + f64::from(w * 13 % 29));
    let panel = Panel::national(dates.collect(), sales.collect())
        .unwrap()
        .with_reach_frequency("tv", reach.clone(), reach, frequency)
        .unwrap();
    check_gradient("reach", &MixSpecification::new(), &panel);
    let day = |week: i32| Day::new(19_000 + 7 * week).unwrap();
    let test = crate::experiment::LiftTest::new("tv", day(20), day(26).plus(-1))
        .with_spend_change(5_000.0)
        .with_outcome_change(80.0)
        .with_standard_error(30.0)
        .checked()
        .unwrap();
    let tested = MixSpecification::new()
        .with_adstock(AdstockFamily::Delayed)
        .with_lift_tests(vec![test]);
    check_gradient("reach, tested", &tested, &panel);
}
