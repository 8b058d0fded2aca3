//! One order, divided among the touches before it by a stored model: fitted at night, asked by day.
//!
//!     cargo run --release --example score_order

use mixtouch::attribution::markov::{Markov, MarkovModel};
use mixtouch::attribution::{StoredModel, stream_credits};
use mixtouch::simulate::worlds::World;
use mixtouch::{AttributionModel, Comparison, Event, Events, JourneyOptions, Journeys};
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// At night: a report, and the model behind it as JSON. One fit serves both.
fn fit() -> Result<String> {
    let journeys = World::Additive
        .simulate(5_000, 1)?
        .journeys(JourneyOptions::default())?;
    let comparison = Comparison::new().fit("markov", Markov::order(1)?);
    let (table, models) = comparison.run_with_models(&journeys)?;
    println!("{table}");
    let model: &MarkovModel = models
        .get("markov")
        .ok_or("the comparison has no such chain")?;
    Ok(serde_json::to_string(&StoredModel::new(model, &journeys))?)
}

/// By day: what each channel has of the value of one person's orders, and what no touch accounts
/// for.
fn score(
    rows: &Events,
    model: &impl AttributionModel,
) -> mixtouch::Result<(BTreeMap<String, f64>, f64)> {
    let journeys = Journeys::from_events(rows, JourneyOptions::default())?;
    let (mut by_channel, mut rest) = (BTreeMap::new(), 0.0);
    stream_credits(&journeys, model, |credit| {
        let value = credit.journey.outcome().value();
        let shares: f64 = credit.shares.iter().sum();
        rest += value * (1.0 - shares);
        for touch in credit.touches() {
            let channel = journeys.channels().name(touch.channel);
            *by_channel.entry(channel.to_owned()).or_insert(0.0) += touch.value;
        }
        Ok(())
    })?;
    Ok((by_channel, rest))
}

fn main() -> Result<()> {
    let stored = fit()?;

    let model: StoredModel<MarkovModel> = serde_json::from_str(&stored)?;
    let noon = 1_775_044_800;
    let mut rows = Events::new();
    rows.push(Event::touch("zoe", noon - 86_400, "social"))?;
    rows.push(Event::touch("zoe", noon - 3_600, "search"))?;
    rows.push(Event::touch("zoe", noon - 60, "a channel of tomorrow"))?;
    rows.push(Event::conversion("zoe", noon).with_value(80.0))?;
    let (by_channel, rest) = score(&rows, &model)?;
    println!("an order of 80.00, by the model fitted before:");
    for (channel, value) in by_channel {
        println!("  {value:6.2} {channel}");
    }
    println!("  {rest:6.2} (no touch)");
    Ok(())
}
