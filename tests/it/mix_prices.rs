//! Plans buy at the prices of the periods they start from, or at stated ones.

use crate::common::random::Random;
use crate::common::{bursts, weeks};
use mixtouch::budget::{Goal, Plan};
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::{PlanHorizon, Posterior};
use mixtouch::mix::specification::MixSpecification;

const WEEKS: usize = 80;
const LATELY: usize = 13;
/// What a view cost at first, and lately.
const PRICES: [f64; 2] = [0.5, 2.0];

fn lately(t: usize) -> bool {
    t >= WEEKS - LATELY
}

fn panel() -> Panel {
    let mut random = Random::new(8);
    let views: Vec<f64> = bursts(WEEKS, 100.0, &mut random)
        .iter()
        .map(|x| x + 10.0)
        .collect();
    let spend = views.iter().enumerate();
    let spend = spend.map(|(t, x)| x * PRICES[usize::from(lately(t))]);
    let kpi = views.iter();
    let kpi = kpi.map(|x| 500.0 + 300.0 * x / (x + 80.0) + 10.0 * random.normal());
    let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
    let spend = spend.collect();
    panel.with_exposures("views", spend, views).unwrap()
}

fn fit(panel: &Panel) -> Posterior {
    Search::default()
        .with_evaluations(100)
        .with_pareto_evaluations(0)
        .with_draws(5)
        .estimate(&MixSpecification::new(), panel)
        .unwrap()
}

/// As much as is spent lately.
fn plan(model: &Posterior, horizon: &PlanHorizon) -> Plan {
    let budget = model.budget_over(horizon).unwrap();
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    let curves = model.response_curves_over(horizon).unwrap();
    budget.plan(&curves, Goal::Outcome { total }).unwrap()
}

#[test]
fn a_plan_buys_at_the_prices_of_now() {
    let model = fit(&panel());
    let now = PlanHorizon::new(LATELY).with_now_of_last(LATELY);
    let outcome = plan(&model, &now).outcome_planned();
    let at = |price: f64| {
        let horizon = now.clone().with_cost_per_unit("views", price);
        plan(&model, &horizon).outcome_planned()
    };
    assert!((at(PRICES[1]) / outcome - 1.0).abs() < 1e-9);
    assert!(at(PRICES[0]) > 1.2 * outcome, "{} {outcome}", at(PRICES[0]));
    assert!(at(2.0 * PRICES[1]) < outcome);
    // As many views as lately bring what they brought lately, near enough.
    let brought = model.decomposition().contribution("views").unwrap();
    let brought: f64 = brought[WEEKS - LATELY..].iter().sum();
    assert!(
        (0.8..1.35).contains(&(outcome / brought)),
        "{outcome} {brought}"
    );
    let refused = |channel: &str, price: f64| {
        let horizon = now.clone().with_cost_per_unit(channel, price);
        model
            .response_curves_over(&horizon)
            .unwrap_err()
            .to_string()
    };
    assert!(refused("views", 0.0).contains("cost per unit of views"));
    assert!(refused("radio", 1.0).contains("radio"));
}

#[test]
fn a_unit_of_the_kpi_is_worth_what_it_is_worth_now() {
    let with = |worth: &dyn Fn(usize) -> f64| {
        let panel = panel().with_revenue_per_kpi((0..WEEKS).map(worth).collect());
        let now = PlanHorizon::new(4).with_now_of_last(LATELY);
        plan(&fit(&panel.unwrap()), &now).outcome_planned()
    };
    let rising = with(&|t| if lately(t) { 30.0 } else { 10.0 });
    assert!((rising / with(&|_| 30.0) - 1.0).abs() < 1e-9);
}
