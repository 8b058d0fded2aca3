//! What plans promise and what they bring, in worlds whose truth is known.

use mixtouch::budget::{Goal, Plan};
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::posterior::{PlanHorizon, Posterior};
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};

const PERIODS: usize = 4;

/// What a channel's spend over the next periods truly brings, whenever it does.
fn outcome(world: &SimulatedPanel, channel: usize, total: f64) -> f64 {
    let truth = &world.truth[channel];
    let geos = world.scales.nrows() as f64;
    let mut sum = 0.0;
    for geo in 0..world.scales.nrows() {
        let rows = geo * world.periods..(geo + 1) * world.periods;
        let past = rows.map(|row| world.spend[[row, channel]]);
        let next = total / geos / PERIODS as f64;
        let planned = std::iter::repeat_n(next, PERIODS);
        let after = std::iter::repeat_n(0.0, truth.window);
        let spend: Vec<f64> = past.chain(planned).chain(after).collect();
        let parts = truth.contributions(&spend, world.scales[[geo, channel]]);
        sum += parts[world.periods..].iter().sum::<f64>();
    }
    sum
}

fn true_gain(world: &SimulatedPanel, plan: &Plan) -> f64 {
    let channels = plan.channels().iter().enumerate();
    channels
        .map(|(at, channel)| outcome(world, at, channel.planned) - outcome(world, at, channel.now))
        .sum()
}

fn planned(model: &Posterior, bounds: (f64, f64)) -> Plan {
    let horizon = PlanHorizon::new(PERIODS).with_factors(bounds.0..=bounds.1);
    let budget = model.budget_over(&horizon).unwrap();
    let curves = model.response_curves_over(&horizon).unwrap();
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    budget.plan(&curves, Goal::Outcome { total }).unwrap()
}

/// Promised, promised by the draws that chose, and true gains, summed over seeds.
fn gains(world: &PanelWorld, seeds: std::ops::RangeInclusive<u64>) -> [[f64; 3]; 2] {
    let mut sums = [[0.0; 3]; 2];
    for seed in seeds {
        let drawn = world.simulate(seed);
        let panel = drawn.panel().unwrap();
        let model = Search::default()
            .estimate(&MixSpecification::new(), &panel)
            .unwrap();
        for (sums, bounds) in sums.iter_mut().zip([(0.5, 1.5), (0.0, 3.0)]) {
            let plan = planned(&model, bounds);
            let found = [
                plan.gain(),
                plan.gain_where_chosen(),
                true_gain(&drawn, &plan),
            ];
            sums.iter_mut().zip(found).for_each(|(sum, x)| *sum += x);
        }
    }
    sums
}

/// The table in the guide.
#[test]
#[ignore = "minutes without optimisation; `just slow` runs it"]
fn plans_bring_what_they_promise() {
    for (name, world) in [
        ("national", PanelWorld::national().unwrap()),
        ("small business", PanelWorld::small_business().unwrap()),
    ] {
        let sums = gains(&world, 1..=12);
        for ([promised, chosen, came], bounds) in sums.into_iter().zip(["0.5..1.5", "0..3"]) {
            let (ratio, chosen) = (promised / came, chosen / came);
            println!("{name}, {bounds}: {ratio:.2} ({chosen:.2} where chosen), true {came:.0}");
            assert!((0.8..1.25).contains(&ratio), "{name}, {bounds}: {ratio}");
        }
    }
}
