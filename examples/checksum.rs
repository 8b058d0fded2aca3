//! A checksum for each part of the library, to compare machines: figures are the same to the bit on
//! all of them.
//!
//!     cargo run --release --no-default-features --example checksum

use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::regression::LogisticRegression;
use mixtouch::attribution::rules::{LastTouch, Linear, TimeDecay};
use mixtouch::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use mixtouch::budget::Goal;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::mix::estimate::Search;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::simulate::retailer::Retailer;
use mixtouch::simulate::worlds::World;
use mixtouch::{Comparison, JourneyBuilder, JourneyOptions, Journeys};
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// FNV-1a of 64 bits (Fowler, Noll and Vo), which is the same everywhere and short.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Numbers are written with as many digits as tell them apart, so equal texts are equal bits.
fn of_json(value: &impl serde::Serialize) -> Result<u64> {
    Ok(checksum(&serde_json::to_vec(value)?))
}

fn attribution() -> Result<u64> {
    let world = World::Baseline.simulate(2_000, 1)?;
    let journeys = world.journeys(JourneyOptions::default())?;
    let comparison = Comparison::new()
        .model("linear", Linear)
        .model("time-decay", TimeDecay::days(7.0)?)
        .model("shapley", SimplifiedShapley)
        .fit("markov", Markov::order(2)?)
        .fit("logistic", LogisticRegression::default())
        .fit("shapley-set-rate", SetRateShapley)
        .fit("time-to-event", AdditiveHazard::default())
        .fit("time-to-event-log-link", LogLinearHazard::default())
        .bootstrap(Bootstrap::new(20, 1)?);
    of_json(&comparison.run(&journeys)?)
}

fn state() -> Result<u64> {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend_all(World::Upstream.simulate(2_000, 1)?.batches())?;
    let mut state = Vec::new();
    builder.write_state(&mut state, &7_u64)?;
    Ok(checksum(&state))
}

fn figures() -> Result<u64> {
    let retailer = Retailer::new(2_000, 1)?;
    let journeys = Journeys::from_events(&retailer.events, JourneyOptions::default())?;
    let options = DashboardOptions::default().with_model_name("last-touch");
    of_json(&Dashboard::new(
        &retailer.events,
        &journeys,
        &LastTouch,
        &options,
    )?)
}

fn mix() -> Result<[u64; 2]> {
    let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    let search = Search::default().with_evaluations(100).with_draws(20);
    let fit = search.fit(&MixSpecification::new(), &panel)?;
    let model = fit.posterior();
    let budget = model.budget(4, 0.5, 1.5)?;
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    let plan = budget.plan(&model.response_curves(4)?, Goal::Outcome { total })?;
    Ok([of_json(&fit)?, of_json(&plan)?])
}

fn main() -> Result<()> {
    let [fit, plan] = mix()?;
    let parts = [
        ("attribution", attribution()?),
        ("state", state()?),
        ("figures", figures()?),
        ("mix", fit),
        ("plan", plan),
    ];
    for (name, checksum) in parts {
        println!("{name} {checksum:016x}");
    }
    Ok(())
}
