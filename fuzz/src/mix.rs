//! Random panels and specifications: fitted, told, planned with, stored and loaded again.

use crate::bytes::Choices;
use crate::promises::{shown, told};
use mixtouch::Day;
use mixtouch::budget::Goal;
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Search, SearchFit};
use mixtouch::mix::panel::{Frequency, Panel};
use mixtouch::mix::specification::{
    Baseline, ChangingEffect, Likelihood, MixSpecification, Pooling, Trend,
};
use mixtouch::mix::transform::{AdstockFamily, SaturationFamily};

pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let Ok(panel) = panel(&mut choices) else {
        return;
    };
    let specification = specification(&mut choices, &panel);
    let search = Search::default()
        .with_evaluations(10 + choices.below(20))
        .with_pareto_evaluations(choices.below(6))
        .with_draws(1 + choices.below(6))
        .with_folds(choices.below(3));
    let fit = match search.fit(&specification, &panel) {
        Ok(fit) => fit,
        Err(error) => return told(&error),
    };
    let stored = serde_json::to_string(&fit).unwrap();
    let back: SearchFit = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), stored);
    let model = fit.posterior();
    let statistics = format!("{:?}", model.fit_statistics());
    assert!(
        !statistics.contains("NaN") && !statistics.contains("inf"),
        "{statistics}"
    );
    shown(&model.report().to_string());
    let Ok(budget) = model.budget(2, 0.5, 1.5) else {
        return;
    };
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    let Ok(curves) = model.response_curves(2) else {
        return;
    };
    for goal in [Goal::Outcome { total }, Goal::Roi { target: 1.0 }] {
        match budget.plan(&curves, goal) {
            Ok(plan) => assert!(plan.outcome_planned().is_finite()),
            Err(error) => told(&error),
        }
    }
}

fn panel(choices: &mut Choices<'_>) -> mixtouch::Result<Panel> {
    let periods = 8 + choices.below(40);
    let geos = 1 + choices.below(3);
    let first: Day = "2024-01-01".parse()?;
    let step = choices.of(&[1, 7]);
    let dates: Vec<Day> = (0..periods)
        .map(|at| first.plus(step * at as i32))
        .collect();
    let rows = periods * geos;
    let wild = choices.below(8) == 0;
    let usual = [0.0, 1.0, 10.0, 100.0, 1000.0, 0.01];
    let ends = [1e-300, 1e15, 0.0, 1e8, 1.0, 5e-324];
    let values = |choices: &mut Choices<'_>| -> Vec<f64> {
        let from = if wild { &ends } else { &usual };
        let base = choices.of(from);
        (0..rows).map(|_| base + choices.of(from)).collect()
    };
    let frequency = if step == 1 {
        Frequency::Day
    } else {
        Frequency::Week
    };
    let names: Vec<String> = (0..geos).map(|geo| format!("g{geo}")).collect();
    let kpi = values(choices);
    let mut panel = Panel::new(Some(frequency), dates, names, kpi)?;
    for at in 0..1 + choices.below(3) {
        let spend = values(choices);
        panel = panel.with_channel(format!("c{at}"), spend)?;
    }
    if choices.yes() {
        panel = panel.with_control("price", values(choices))?;
    }
    Ok(panel)
}

fn specification(choices: &mut Choices<'_>, panel: &Panel) -> MixSpecification {
    let adstocks = [
        AdstockFamily::None,
        AdstockFamily::Geometric,
        AdstockFamily::RobynGeometric,
        AdstockFamily::Delayed,
        AdstockFamily::WeibullPdf,
        AdstockFamily::WeibullCdf,
        AdstockFamily::Binomial,
    ];
    let saturations = [
        SaturationFamily::None,
        SaturationFamily::Hill,
        SaturationFamily::RobynHill,
        SaturationFamily::Logistic,
        SaturationFamily::Tanh,
        SaturationFamily::MichaelisMenten,
        SaturationFamily::Root,
        SaturationFamily::Log,
    ];
    let trends = [Trend::None, Trend::Linear, Trend::Knots(3), Trend::Smooth];
    let baseline = Baseline::new(choices.of(&trends), choices.below(3)).unwrap();
    let mut specification = MixSpecification::new()
        .with_adstock(choices.of(&adstocks))
        .with_saturation(choices.of(&saturations))
        .with_baseline(baseline)
        .with_pooling(choices.of(&[Pooling::Pooled, Pooling::Partial(1.0), Pooling::Separate]))
        .with_likelihood(choices.of(&[
            Likelihood::Normal,
            Likelihood::StudentT { degrees: 4.0 },
            Likelihood::Log,
            Likelihood::NegativeBinomial,
        ]));
    if choices.yes() {
        specification = specification.with_changing_effect("c0", ChangingEffect::Year);
    }
    if choices.yes() {
        let dates = panel.dates();
        let test = LiftTest::new("c0", dates[0], dates[dates.len() - 1])
            .with_spend_change(choices.of(&[1.0, 1000.0, -5.0]))
            .with_outcome_change(choices.of(&[1.0, 1e5, -3.0]))
            .with_standard_error(choices.of(&[0.001, 1.0, 1e4]));
        specification = specification.with_lift_tests(vec![test]);
    }
    specification
}
