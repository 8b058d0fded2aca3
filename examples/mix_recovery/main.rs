//! How well the mix model finds truths that are known: worlds of eighteen kinds, many seeds each.
//!
//!     cargo run --release --example mix_recovery
//!     cargo run --release --example mix_recovery -- --seeds 200
//!     cargo run --release --features bayes --example mix_recovery -- --estimator nuts
//!     cargo run --release --example mix_recovery -- --held-out 13
//!
//! SRMSE is the root mean square error of a channel's contribution by period over its true mean;
//! "totals" the mean relative error of channels' totals; "held" how many 90 % intervals of totals
//! hold the truth; "flagged" how many channels are said to be weakly identified; "either" how many
//! intervals hold the truth or are flagged. "gain" is what the best plans for four periods promise,
//! each channel at half to one and a half of what it spends now, over what they truly bring.
//! "ahead" is the share of the last periods inside their 90 % intervals, forecast from those before
//! (`--held-out`).
//!
//! For the posterior (`--estimator nuts`), figures that come mostly from the prior are flagged too,
//! and a second line gives the worst of the chains: R-hat, bulk effective draws, divergences, and
//! how many fits were refused for them.

mod fitted;
#[path = "../../src/util/random.rs"]
#[allow(dead_code, reason = "worlds draw from some of its distributions")]
mod random;
mod worlds;

use clap::Parser;
use fitted::{Chains, Estimators, Fitted, Method};
use mixtouch::budget::Goal;
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::{Likelihood, MixSpecification};
use mixtouch::mix::transform::Prior;
use mixtouch::{Error, Result};
use rayon::prelude::*;
use std::ops::RangeInclusive;
use worlds::{Kind, World};

#[derive(Parser)]
struct Options {
    /// Worlds of each kind
    #[arg(long, default_value_t = 8)]
    seeds: u64,
    /// Candidates to try
    #[arg(long, default_value_t = 2000)]
    trials: usize,
    /// Prior of all carry-over rates, such as beta(1,1)
    #[arg(long)]
    carry_over: Option<Prior>,
    /// Only kinds whose name holds this
    #[arg(long, default_value = "")]
    kind: String,
    /// How to fit: search, or nuts with feature bayes
    #[arg(long, value_enum, default_value = "search")]
    estimator: Estimators,
    /// Draws of each chain for nuts
    #[arg(long, default_value_t = 500)]
    draws: usize,
    /// Periods to forecast from those before, in a second fit
    #[arg(long, default_value_t = 0)]
    held_out: usize,
    /// Fail where intervals hold too few truths of channels that are not flagged, or plans promise
    /// far from what they bring: for 20 seeds or more
    #[arg(long)]
    check: bool,
}

/// The share of truths that intervals hold, or that are flagged, at least with `--check`.
const EITHER: f64 = 0.85;
/// What plans may promise over what they bring with `--check`.
const GAIN: RangeInclusive<f64> = 0.8..=1.25;

/// One channel of one world.
struct Outcome {
    srmse: f64,
    error: f64,
    held: bool,
    flagged: bool,
}

/// What was found in a world.
struct Found {
    outcomes: Vec<Outcome>,
    /// What the plan promised and brought.
    gain: Option<(f64, f64)>,
    /// The share of rows held out that lie within their intervals.
    within: Option<f64>,
    chains: Option<Chains>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let method = Method::new(options.estimator, options.trials, options.draws);
    println!(
        "{:<28} {:>6} {:>7} {:>7} {:>9} {:>9} {:>6} {:>6}",
        "kind", "SRMSE", "totals", "held", "flagged", "either", "gain", "ahead"
    );
    let asked = Kind::ALL.into_iter();
    for (name, kind) in asked.filter(|(name, _)| name.contains(&options.kind)) {
        let worlds = (0..options.seeds).into_par_iter();
        let found: Vec<Found> = worlds
            .map(|seed| find(kind, &World::new(kind, seed)?, method, &options))
            .collect::<Result<_>>()?;
        let (either, gain) = print(name, &found);
        if options.check {
            check(name, either, gain)?;
        }
    }
    Ok(())
}

/// An error if a kind is not found as well as it has to be.
fn check(name: &str, either: f64, gain: Option<f64>) -> Result<()> {
    let wrong = |what: &str, value: f64, expected: String| {
        Err(Error::Setting {
            name: format!("{what} of {name}").into(),
            value: format!("{value:.3}"),
            expected: expected.into(),
        })
    };
    if either < EITHER {
        return wrong(
            "truths held or flagged",
            either,
            format!("{EITHER} or more"),
        );
    }
    match gain {
        Some(gain) if !GAIN.contains(&gain) => wrong(
            "what plans promise over what they bring",
            gain,
            format!("{GAIN:?}"),
        ),
        _ => Ok(()),
    }
}

/// Prints a row, and gives the share held or flagged and the gain.
fn print(name: &str, found: &[Found]) -> (f64, Option<f64>) {
    let gains = found.iter().filter_map(|found| found.gain);
    let (promised, brought) = gains.fold((0.0, 0.0), |(a, b), (p, t)| (a + p, b + t));
    let gain = (brought > 0.0).then(|| promised / brought);
    let gain_text = gain.map_or("-".into(), |gain| format!("{gain:.2}"));
    let within: Vec<f64> = found.iter().filter_map(|found| found.within).collect();
    let ahead = match within.len() {
        0 => "-".into(),
        count => format!("{:.3}", within.iter().sum::<f64>() / count as f64),
    };
    let all: Vec<&Outcome> = found.iter().flat_map(|found| &found.outcomes).collect();
    let mean = |f: &dyn Fn(&Outcome) -> f64| {
        all.iter().map(|outcome| f(outcome)).sum::<f64>() / all.len() as f64
    };
    let share = |f: &dyn Fn(&Outcome) -> bool| mean(&|o| f64::from(u8::from(f(o))));
    let either = share(&|o| o.held || o.flagged);
    println!(
        "{name:<28} {:>6.3} {:>7.3} {:>7.3} {:>9.3} {either:>9.3} {gain_text:>6} {ahead:>6}",
        mean(&|o| o.srmse),
        mean(&|o| o.error),
        share(&|o| o.held),
        share(&|o| o.flagged),
    );
    let chains: Vec<Chains> = found.iter().filter_map(|found| found.chains).collect();
    if !chains.is_empty() {
        println!("{}", Chains::worst(&chains));
    }
    (either, gain)
}

fn find(kind: Kind, world: &World, method: Method, options: &Options) -> Result<Found> {
    let mut mix = MixSpecification::new()
        .with_lift_tests(world.tests.clone())
        .with_likelihood(kind.likelihood());
    if let Some(prior) = options.carry_over {
        for channel in world.panel.channel_names() {
            mix = mix.with_channel_prior(channel, "alpha", prior);
        }
    }
    let fitted = method.fit(&mix, &world.panel)?;
    let gain = match kind.likelihood() {
        Likelihood::Normal => gain(world, &fitted.posterior)?,
        // What the level will be decides what a plan brings.
        _ => None,
    };
    Ok(Found {
        outcomes: compare(world, &fitted),
        gain,
        within: match options.held_out {
            0 => None,
            periods => Some(within(&world.panel, mix, method, periods)?),
        },
        chains: fitted.chains,
    })
}

/// The share of the last periods' rows within their 90 % intervals, forecast from those before.
fn within(panel: &Panel, mix: MixSpecification, method: Method, periods: usize) -> Result<f64> {
    let dates = panel.dates();
    let first = dates.len().saturating_sub(periods).max(1);
    let past = panel.between(dates[0], dates[first - 1])?;
    let future = panel.between(dates[first], dates[dates.len() - 1])?;
    let model = method.fit(&mix.with_lift_tests(vec![]), &past)?.posterior;
    Ok(model.forecast(&future)?.errors(&future)?.within)
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

fn compare(world: &World, fitted: &Fitted) -> Vec<Outcome> {
    let model = &fitted.posterior;
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
            flagged: summary.weakly_identified || fitted.mostly_prior[c],
        }
    };
    model.channels().iter().enumerate().map(outcome).collect()
}
