//! From a CSV file to a CSV file of credits, touch by touch.
//!
//!     cargo run --example csv_to_credits -- log.csv > credits.csv

use mixtouch::attribution::rules::TimeDecay;
use mixtouch::attribution::stream_credits;
use mixtouch::io::EventColumns;
use mixtouch::{Events, JourneyOptions, Journeys};
use std::error::Error;
use std::fs::File;

/// What is read where no file is named.
const SAMPLE: &str = "\
user_id,timestamp,channel,kind,value
ann,2026-01-01T10:00:00Z,social,touch,
ann,2026-01-08T10:00:00Z,search,touch,
ann,2026-01-08T10:00:00Z,,conversion,90
bob,2026-01-09T12:00:00Z,,conversion,20
";

fn main() -> Result<(), Box<dyn Error>> {
    // Columns in any order and under any name; errors name the row and what was expected.
    let columns = EventColumns::default().rename("person", "user_id")?;
    let log = match std::env::args().nth(1) {
        Some(path) => Events::from_csv(File::open(path)?, columns)?,
        None => Events::from_csv(SAMPLE.as_bytes(), columns)?,
    };
    let journeys = Journeys::from_events(&log, JourneyOptions::default())?;

    // Half of the weight is gone every seven days before the conversion.
    let model = TimeDecay::days(7.0)?;
    println!("person,channel,seconds,conversions,value");
    stream_credits(&journeys, &model, |journey| {
        let person = journey
            .person
            .map_or_else(String::new, |person| person.to_string());
        for touch in journey.touches() {
            let channel = journeys.channels().name(touch.channel);
            let seconds = touch.time.map_or_else(String::new, |time| time.to_string());
            println!(
                "{person},{channel},{seconds},{:.4},{:.2}",
                touch.conversions, touch.value
            );
        }
        if journey.is_unattributed() {
            let outcome = journey.journey.outcome();
            println!(
                "{person},(unattributed),,{},{}",
                outcome.conversions(),
                outcome.value()
            );
        }
        Ok(())
    })?;
    Ok(())
}
