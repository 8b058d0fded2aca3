//! A model of your own, beside the library's.
//!
//!     cargo run --example your_own_model

use mixtouch::attribution::rules::Linear;
use mixtouch::simulate::worlds::World;
use mixtouch::{AttributionModel, Comparison, Journey, JourneyOptions, Result};

/// Touches weigh less the more often the person saw the same channel before: 1, 1/2, 1/3 ..
struct Wearout;

impl AttributionModel for Wearout {
    /// Writes a raw weight for each touch and gives back that of the baseline. The engine divides,
    /// so that credited + baseline + unattributed = total whatever is written here.
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let channels = journey.channels();
        for (at, weight) in weights.iter_mut().enumerate() {
            let before = channels[..at]
                .iter()
                .filter(|&&channel| channel == channels[at]);
            *weight = 1.0 / (1.0 + before.count() as f64);
        }
        0.0
    }
}

fn main() -> Result<()> {
    let simulation = World::Saturation.simulate(10_000, 1)?;
    let journeys = simulation.journeys(JourneyOptions::default())?;

    let comparison = Comparison::new()
        .model("linear", Linear)
        .model("wear-out", Wearout);
    let table = comparison.run(&journeys)?;
    println!("{table}");

    for model in table.models() {
        let credit = |name: &str| model.channel(name).map_or(0.0, |credit| credit.conversions);
        println!(
            "{}: {:.3} from the truth",
            model.model,
            simulation.truth().distance(credit)
        );
    }
    Ok(())
}
