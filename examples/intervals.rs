//! How sure is a figure? Bootstrap intervals by resampling persons.
//!
//!     cargo run --release --example intervals

use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::LastTouch;
use mixtouch::simulate::worlds::World;
use mixtouch::{Comparison, JourneyOptions, Result};

fn main() -> Result<()> {
    let simulation = World::Baseline.simulate(5_000, 1)?;
    let journeys = simulation.journeys(JourneyOptions::default())?;

    // 200 replicates; each person counts Poisson(1) times in each. The seed makes them repeat.
    let comparison = Comparison::new()
        .model("last-touch", LastTouch)
        .fit("markov", Markov::order(1)?)
        .bootstrap(Bootstrap::new(200, 1)?);
    let table = comparison.run(&journeys)?;
    println!("{table}");
    Ok(())
}
