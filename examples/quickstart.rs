//! From rows to credit in twenty lines.
//!
//!     cargo run --example quickstart

use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastTouch, Linear};
use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys, Result};

fn main() -> Result<()> {
    // A log has one row for each touch and each conversion, in any order.
    let mut log = Events::new();
    log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(0.40))?;
    log.push(Event::touch("ann", 1_767_312_000, "search").with_cost(0.90))?;
    log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
    log.push(Event::touch("bob", 1_767_312_000, "search").with_cost(0.90))?;

    // Journeys are each person's touches within 30 days before a conversion, and those that led to none.
    let journeys = Journeys::from_events(&log, JourneyOptions::default())?;

    // Several models score them side by side.
    let comparison = Comparison::new()
        .model("last-touch", LastTouch)
        .model("linear", Linear)
        .fit("markov", Markov::order(1)?);
    let table = comparison.run(&journeys)?;
    println!("{table}");

    let social = table
        .model("linear")
        .and_then(|model| model.channel("social"));
    println!(
        "linear gives social {:.2}",
        social.map_or(0.0, |credit| credit.value)
    );
    Ok(())
}
