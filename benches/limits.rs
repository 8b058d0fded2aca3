//! What time and memory take as one size grows: rows of a table in Markdown, each measured in a process
//! of its own. To be compared along a column, where cost in proportion grows tenfold when its size does.
//!
//!     cargo bench --bench limits
//!
//! With the number of a row, that row alone. Memory is the most that the process held.

#[path = "common/eight.rs"]
mod eight;
#[path = "common/events.rs"]
mod events;
#[path = "common/peak.rs"]
mod peak;

use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::mix::estimate::Search;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::{Comparison, Event, Events, JourneyBuilder, JourneyOptions, Journeys, Result};
use peak::peak;
use std::process::Command;
use std::time::Instant;

/// What grows, what is done with it, and its sizes.
struct Case {
    what: &'static str,
    sizes: [u64; 3],
    run: fn(u64) -> Result<()>,
}

const CASES: [Case; 8] = [
    Case {
        what: "persons of 4 touches: journeys, eight models",
        sizes: [100_000, 1_000_000, 10_000_000],
        run: persons,
    },
    Case {
        what: "touches of one person: eight models, time to event",
        sizes: [10_000, 100_000, 1_000_000],
        run: touches_of_one,
    },
    Case {
        what: "channels, 100,000 persons: Markov",
        sizes: [100, 1_000, 10_000],
        run: |channels| with_channels(channels, Comparison::new().fit("markov", Markov::order(1)?)),
    },
    Case {
        what: "channels, 100,000 persons: time to event",
        sizes: [10, 100, 1_000],
        run: |channels| {
            let model = AdditiveHazard::default();
            with_channels(channels, Comparison::new().fit("time to event", model))
        },
    },
    Case {
        what: "order of Markov, 12 channels, 1,000,000 persons",
        sizes: [1, 2, 4],
        run: |order| {
            let journeys = events::journeys(1_000_000, 0.05);
            let model = Markov::order(order as usize)?;
            Comparison::new()
                .fit("markov", model)
                .run(&journeys)
                .map(drop)
        },
    },
    Case {
        what: "replicates of intervals, 100,000 persons: eight models",
        sizes: [20, 200, 2_000],
        run: |replicates| {
            let journeys = events::journeys(100_000, 0.05);
            let bootstrap = Bootstrap::new(replicates as usize, 1)?;
            eight::comparison()
                .bootstrap(bootstrap)
                .run(&journeys)
                .map(drop)
        },
    },
    Case {
        what: "geos of a panel of 104 weeks and 4 media: search with intervals",
        sizes: [1, 10, 100],
        run: |geos| searched(geos as usize, 104, Search::default()),
    },
    Case {
        what: "draws of a search, 10 geos, 104 weeks, 4 media",
        sizes: [100, 300, 1_000],
        run: |draws| searched(10, 104, Search::default().with_draws(draws as usize)),
    },
];

fn main() {
    let asked: Option<usize> = std::env::args().skip(1).find_map(|text| text.parse().ok());
    // `cargo test --benches` runs this too, and does not say so as `cargo bench` does
    let measured = std::env::args().any(|argument| argument == "--bench");
    match asked {
        Some(row) => println!("{}", measure(row)),
        None if measured => table(),
        None => println!("{}", measure(0)),
    }
}

/// A process for each row, so that one row's memory is not another's.
fn table() {
    println!("| what | size | seconds | MB |\n|---|---|---|---|");
    let program = std::env::current_exe().expect("the program has a path");
    for row in 0..CASES.len() * 3 {
        let output = Command::new(&program)
            .args(["--bench", &row.to_string()])
            .output()
            .expect("the program runs");
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

fn measure(row: usize) -> String {
    let (case, size) = (&CASES[row / 3], CASES[row / 3].sizes[row % 3]);
    let started = Instant::now();
    let seconds = match (case.run)(size) {
        Ok(()) => format!("{:.2}", started.elapsed().as_secs_f64()),
        Err(error) => error.to_string(),
    };
    let memory = peak().map_or("-".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1e6));
    format!("| {} | {size} | {seconds} | {memory} |", case.what)
}

fn persons(count: u64) -> Result<()> {
    let journeys = events::journeys(count, 0.05);
    eight::comparison().run(&journeys).map(drop)
}

/// One person whose touches are a minute apart and who buys at the end.
fn touches_of_one(touches: u64) -> Result<()> {
    let mut log = Events::new();
    for at in 0..touches {
        let channel = ["search", "social", "tv"][at as usize % 3];
        log.push(Event::touch("one", 60 * at as i64, channel))?;
    }
    log.push(Event::conversion("one", 60 * touches as i64))?;
    log.push(Event::touch("other", 60 * touches as i64, "tv"))?;
    let options = JourneyOptions::default();
    let journeys = Journeys::from_events(&log, options)?;
    let models = eight::comparison().fit("time to event", AdditiveHazard::default());
    models.run(&journeys).map(drop)
}

/// 100,000 persons of four touches each in so many channels, every twentieth of whom buys.
fn with_channels(channels: u64, models: Comparison) -> Result<()> {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    events::fill_with(&mut builder, 100_000, |person, log| {
        let start = 1_767_225_600 + (person as i64 * 7_919) % 5_000_000;
        let mut push = |event: Event<'_>| log.push(event).expect("the generated rows are sound");
        for touch in 0..4 {
            let channel = (person * 31 + touch * 17) % channels;
            let channel = format!("channel {channel}");
            push(Event::touch(
                person,
                start + 86_400 * touch as i64,
                &channel,
            ));
        }
        if person % 20 == 0 {
            push(Event::conversion(person, start + 4 * 86_400));
        }
    });
    models.run(&builder.build()?).map(drop)
}

fn searched(geos: usize, periods: usize, search: Search) -> Result<()> {
    let world = PanelWorld::small_business()?.with_size(geos, periods)?;
    let panel = world.simulate(1).panel()?;
    search.fit(&MixSpecification::new(), &panel).map(drop)
}
