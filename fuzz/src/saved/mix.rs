//! Panels, specifications, fits and plans of the mix.

use super::{Saved, saved};
use crate::promises::{shown, told};
use mixtouch::budget::{Budget, Goal};
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Search, SearchFit};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;

pub(super) fn all() -> Vec<Saved> {
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
    let budget = fit.posterior().budget(2, 0.5, 1.5).unwrap();
    let curves = fit.posterior().response_curves(2).unwrap();
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
        saved(&budget, move |budget: Budget| {
            let total = budget.channels().iter().map(|channel| channel.now()).sum();
            match budget.plan(&curves, Goal::Outcome { total }) {
                Ok(plan) => assert!(plan.outcome_planned().is_finite()),
                Err(error) => told(&error),
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
