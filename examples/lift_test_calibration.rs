//! Demand that nobody recorded drives spend and sales alike, and misleads a mix model. Three lift
//! tests put it right.
//!
//!     cargo run --release --example lift_test_calibration

use mixtouch::Result;
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::Search;
use mixtouch::mix::posterior::ChannelSummary;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};

fn main() -> Result<()> {
    let world = PanelWorld::confounded()?.simulate(1);

    // Each channel paused for twelve weeks, its effect measured with an error of 5 %.
    let mut tests = Vec::new();
    for (at, channel) in world.channels.iter().enumerate() {
        let first = 40 + 30 * at;
        let days = (world.dates[first], world.dates[first + 11].plus(6));
        tests.push(world.lift_test(channel, None, days, 0.0, 0.05, 11 + at as u64)?);
    }
    for test in &tests {
        println!(
            "{:<8} {} to {}: spend {:+.0}, sales {:+.0} (standard error {:.0})",
            test.channel(),
            test.start(),
            test.end(),
            test.spend_change(),
            test.outcome_change(),
            test.standard_error(),
        );
    }

    let before = returns(&world, Vec::new())?;
    let after = returns(&world, tests)?;
    println!("\nROI       truth  without tests  with tests");
    for (at, channel) in world.channels.iter().enumerate() {
        let [before, after] =
            [&before[at], &after[at]].map(|found| found.roi.map_or(0.0, |roi| roi.value()));
        println!(
            "{channel:<8} {:>6.2}  {before:>13.2}  {after:>10.2}",
            world.roas(at)
        );
    }
    Ok(())
}

/// Fits the panel with these tests and sums up its channels.
fn returns(world: &SimulatedPanel, tests: Vec<LiftTest>) -> Result<Vec<ChannelSummary>> {
    let specification = MixSpecification::new().with_lift_tests(tests);
    let search = Search::default().with_evaluations(2_000).with_seed(1);
    Ok(search
        .fit(&specification, &world.panel()?)?
        .posterior()
        .channels())
}
