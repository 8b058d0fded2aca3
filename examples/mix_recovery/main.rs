//! How well the mix model finds truths that are known: worlds of eighteen kinds, many seeds each.
//!
//!     cargo run --release --example mix_recovery
//!     cargo run --release --example mix_recovery -- --seeds 200
//!
//! SRMSE is the root mean square error of a channel's contribution by period over its true mean;
//! "totals" the mean relative error of channels' totals; "held" how many 90 % intervals of totals
//! hold the truth; "flagged" how many channels are said to be weakly identified; "either" how many
//! intervals hold the truth or are flagged. "gain" is what the best plans for four periods promise,
//! each channel at half to one and a half of what it spends now, over what they truly bring.

#[path = "../../src/util/random.rs"]
#[allow(dead_code, reason = "worlds draw from some of its distributions")]
mod random;
mod worlds;

use clap::Parser;
use mixtouch::Result;
use mixtouch::budget::Goal;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::{Likelihood, MixSpecification};
use rayon::prelude::*;
use worlds::{Kind, World};

#[derive(Parser)]
struct Options {
    /// Worlds of each kind
    #[arg(long, default_value_t = 8)]
    seeds: u64,
    /// Candidates to try
    #[arg(long, default_value_t = 2000)]
    trials: usize,
    /// Only kinds whose name holds this
    #[arg(long, default_value = "")]
    kind: String,
}

/// One channel of one world.
struct Outcome {
    srmse: f64,
    error: f64,
    held: bool,
    flagged: bool,
}

/// What a world's outcomes are, channel by channel, and what its plan promised and brought.
type Found = (Vec<Outcome>, Option<(f64, f64)>);

fn main() -> Result<()> {
    let options = Options::parse();
    println!(
        "{:<28} {:>6} {:>7} {:>7} {:>9} {:>9} {:>6}",
        "kind", "SRMSE", "totals", "held", "flagged", "either", "gain"
    );
    let asked = |(name, _): &(&str, Kind)| name.contains(&options.kind);
    for (name, kind) in Kind::ALL.into_iter().filter(asked) {
        let worlds = (0..options.seeds).into_par_iter();
        let found: Vec<Found> = worlds
            .map(|seed| outcomes(kind, &World::new(kind, seed)?, options.trials))
            .collect::<Result<_>>()?;
        let gains = found.iter().filter_map(|(_, gains)| *gains);
        let (promised, brought) = gains.fold((0.0, 0.0), |(a, b), (p, t)| (a + p, b + t));
        let gain = match brought > 0.0 {
            true => format!("{:.2}", promised / brought),
            false => "-".into(),
        };
        let all: Vec<Outcome> = found
            .into_iter()
            .flat_map(|(outcomes, _)| outcomes)
            .collect();
        let mean = |f: &dyn Fn(&Outcome) -> f64| all.iter().map(f).sum::<f64>() / all.len() as f64;
        let share = |f: &dyn Fn(&Outcome) -> bool| mean(&|o| f64::from(u8::from(f(o))));
        println!(
            "{name:<28} {:>6.3} {:>7.3} {:>7.3} {:>9.3} {:>9.3} {gain:>6}",
            mean(&|o| o.srmse),
            mean(&|o| o.error),
            share(&|o| o.held),
            share(&|o| o.flagged),
            share(&|o| o.held || o.flagged),
        );
    }
    Ok(())
}

fn outcomes(kind: Kind, world: &World, trials: usize) -> Result<Found> {
    let mix = MixSpecification::new()
        .with_lift_tests(world.tests.clone())
        .with_likelihood(kind.likelihood());
    let search = Search::default()
        .with_evaluations(trials)
        .with_pareto_evaluations(0);
    let model = search.estimate(&mix, &world.panel)?;
    let gains = match kind.likelihood() {
        Likelihood::Normal => gain(world, &model)?,
        // What the level will be decides what a plan brings.
        _ => None,
    };
    Ok((compare(world, &model), gains))
}

/// Periods of a plan.
const AHEAD: usize = 4;

/// What the best plan of the next periods promises, and what it truly brings; for one geo.
fn gain(world: &World, model: &Posterior) -> Result<Option<(f64, f64)>> {
    if world.panel.geos().len() > 1 {
        return Ok(None);
    }
    let budget = model.budget(AHEAD, 0.5, 1.5)?;
    let now: Vec<f64> = budget.channels().iter().map(|c| c.now()).collect();
    let total = now.iter().sum();
    let plan = budget.plan(&model.response_curves(AHEAD)?, Goal::Outcome { total })?;
    let planned: Vec<f64> = plan.channels().iter().map(|c| c.planned).collect();
    let gain = plan.gain();
    Ok(Some((gain, world.gain(&planned, &now, AHEAD))))
}

fn compare(world: &World, model: &Posterior) -> Vec<Outcome> {
    let parts = model.decomposition();
    let outcome = |(c, summary): (usize, &mixtouch::mix::posterior::ChannelSummary)| {
        let truth = &world.truth[c];
        let total: f64 = truth.iter().sum();
        let square: f64 = truth
            .iter()
            .zip(&parts.contributions()[c])
            .map(|(a, b)| (a - b) * (a - b))
            .sum();
        let rows = truth.len() as f64;
        Outcome {
            srmse: (square / rows).sqrt() / (total / rows),
            error: (summary.contribution.value() / total - 1.0).abs(),
            held: summary.contribution.interval().contains(total),
            flagged: summary.weakly_identified,
        }
    };
    model.channels().iter().enumerate().map(outcome).collect()
}
