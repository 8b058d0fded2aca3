//! Which model is right? In a simulated world the truth is known, so each model's distance to it is too.
//!
//!     cargo run --release --example choose_a_model

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastTouch, Linear};
use mixtouch::attribution::shapley::SimplifiedShapley;
use mixtouch::simulate::worlds::World;
use mixtouch::{Comparison, JourneyOptions, Result};

fn main() -> Result<()> {
    println!("distance to the truth: 0 is right, 2 is all to the wrong channels");
    for world in [World::Additive, World::Baseline, World::Retargeting] {
        let simulation = world.simulate(20_000, 1)?;
        let journeys = simulation.journeys(JourneyOptions::default())?;

        let comparison = Comparison::new()
            .model("last touch", LastTouch)
            .model("linear", Linear)
            .model("Shapley", SimplifiedShapley)
            .fit("Markov", Markov::order(1)?)
            .fit("additive hazard", AdditiveHazard::default());
        let table = comparison.run(&journeys)?;

        println!("\nworld: {world}");
        for model in table.models() {
            let credit = |name: &str| model.channel(name).map_or(0.0, |credit| credit.conversions);
            println!(
                "  {:<16} {:.2}",
                model.model,
                simulation.truth().distance(credit)
            );
        }
    }
    println!(
        "\nIn the last world ads follow people who are about to buy. No log shows that: a test does."
    );
    Ok(())
}
