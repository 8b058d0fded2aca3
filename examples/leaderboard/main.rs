//! Which model should I use? Fits every model on every simulated world and prints how far its
//! shares of credit are from the truth.
//!
//!     cargo run --release --example leaderboard -- --persons 200000 --seed 1

#[path = "../common/exit.rs"]
mod exit;
mod experiments;

use clap::Parser;
use mixtouch::attribution::Counterfactual;
use mixtouch::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::regression::{LogisticRegression, ShaoLi};
use mixtouch::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay, WShaped,
};
use mixtouch::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use mixtouch::experiment::LiftTest;
use mixtouch::report::{Cell, Table};
use mixtouch::simulate::worlds::{Simulation, World};
use mixtouch::{AttributionModel, Credits, Fit, JourneyOptions, Journeys, Result, attribute};
use std::process::ExitCode;
use std::time::Instant;

/// Fit every model on every simulated world and print how far it is from the truth
///
/// L1 is the distance between each model's shares of credit and the shares of what channels really
/// caused (removal), over paid channels: 0 is right, 2 is all to the wrong channels. "credited /
/// caused" is the credit of all channels over what marketing caused in all: models without a
/// baseline also credit what would have come anyway.
///
/// "L1 with one test" gives models that can use experiments one of a channel, withheld from half of
/// the persons for 30 days; models that cannot show "-". Two and three are further tests: of the same
/// channel where credit follows intent, of another one elsewhere.
#[derive(Parser)]
struct Options {
    /// Persons in each world
    #[arg(long, default_value_t = 50_000)]
    persons: u64,
    /// Seed of the worlds
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these worlds, joined by commas: additive, baseline, saturation, retargeting, upstream,
    /// multiplicative
    #[arg(long, value_delimiter = ',')]
    worlds: Vec<World>,
    /// Print one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

type Scorer = Box<dyn Fn(&Journeys) -> Result<Credits>>;

/// A model by name, and the one world it is meant for if it names channels.
struct Entry {
    name: &'static str,
    only: Option<World>,
    score: Scorer,
    /// What lift tests calibrate; none of models that cannot use any.
    hazard: Option<AdditiveHazard>,
}

fn rule(name: &'static str, model: impl AttributionModel + 'static) -> Entry {
    Entry {
        name,
        only: None,
        score: Box::new(move |journeys| attribute(journeys, &model)),
        hazard: None,
    }
}

fn fitted<F: Fit + Sync + 'static>(name: &'static str, specification: F) -> Entry {
    Entry {
        name,
        only: None,
        score: Box::new(move |journeys| attribute(journeys, &specification.fit(journeys)?)),
        hazard: None,
    }
}

/// A model that lift tests calibrate.
fn tested(name: &'static str, specification: AdditiveHazard) -> Entry {
    Entry {
        hazard: Some(specification.clone()),
        ..fitted(name, specification)
    }
}

fn entries() -> Result<Vec<Entry>> {
    let (plain, taus) = (AdditiveHazard::default, [0.1, 0.3, 1.0, 3.0, 10.0]);
    let upstream = plain().with_upstream(["branded_search"]);
    let only = |world, entry| Entry {
        only: Some(world),
        ..entry
    };
    Ok(vec![
        rule("last-touch", LastTouch),
        // no world has direct visits; branded search, which marketing itself brings, comes nearest
        Entry {
            name: "last-non-direct",
            only: None,
            score: Box::new(last_non_direct),
            hazard: None,
        },
        rule("first-touch", FirstTouch),
        rule("linear", Linear),
        rule("time-decay", TimeDecay::days(7.0)?),
        rule("position-based", Position::u()),
        rule("position-j", Position::j()),
        rule("position-inverse-j", Position::inverse_j()),
        // no world has a stage either; a paid search is what comes nearest
        fitted("position-w", WShaped::new(["paid_search"])?),
        fitted("markov", Markov::order(1)?),
        fitted("markov order 2", Markov::order(2)?),
        // made from a fitted chain, so it has no specification of its own
        Entry {
            name: "markov-within-journeys",
            only: None,
            score: Box::new(within_journeys),
            hazard: None,
        },
        rule("shapley", SimplifiedShapley),
        fitted("shapley-set-rate", SetRateShapley),
        fitted("counterfactual", Counterfactual),
        fitted("logistic", LogisticRegression::new()),
        fitted("shao-li", ShaoLi),
        fitted("log-link hazard", LogLinearHazard::default()),
        tested("time-to-event", plain()),
        tested("  exponentials", plain().with_exponentials(taus)?),
        tested("  frequency classes", plain().with_frequency_classes(true)),
        tested("  pairs", plain().with_pairs(true)),
        only(
            World::Retargeting,
            tested(
                "  demand capture",
                plain().with_demand_capture(["retargeting"]),
            ),
        ),
        only(World::Upstream, tested("  upstream", upstream.clone())),
        only(
            World::Upstream,
            tested(
                "  symmetric upstream",
                upstream.with_symmetric_upstream(true),
            ),
        ),
    ])
}

/// Skips branded search in the world that has it.
fn last_non_direct(journeys: &Journeys) -> Result<Credits> {
    let specification = match journeys.channels().id("branded_search") {
        Some(_) => LastNonDirect::new(["branded_search"]),
        None => LastNonDirect::default(),
    };
    attribute(journeys, &specification.fit(journeys)?)
}

fn within_journeys(journeys: &Journeys) -> Result<Credits> {
    attribute(
        journeys,
        &Markov::order(1)?.fit(journeys)?.within_journeys(),
    )
}

/// How one model does in one world.
#[derive(Clone, Copy)]
struct Score {
    l1: f64,
    /// With one test, two and three; none of models that cannot use them.
    l1_with_tests: [Option<f64>; 3],
    credited_over_caused: f64,
    seconds: f64,
}

fn score(
    entry: &Entry,
    simulation: &Simulation,
    journeys: &Journeys,
    tests: &[LiftTest],
) -> Result<Score> {
    let truth = simulation.truth();
    let started = Instant::now();
    let credits = (entry.score)(journeys)?;
    let seconds = started.elapsed().as_secs_f64();
    let l1_with_tests = match &entry.hazard {
        Some(hazard) => experiments::distances(hazard, truth, journeys, tests)?,
        None => [None; 3],
    };
    Ok(Score {
        l1: experiments::distance(truth, &credits),
        l1_with_tests,
        credited_over_caused: credits.credited().conversions / truth.total,
        seconds,
    })
}

fn run(options: &Options) -> Result<()> {
    let worlds = if options.worlds.is_empty() {
        World::ALL.to_vec()
    } else {
        options.worlds.clone()
    };
    let entries = entries()?;
    let mut columns: Vec<Vec<Option<Score>>> = Vec::new();
    for &world in &worlds {
        let simulation = world.simulate(options.persons, options.seed)?;
        let journeys = simulation.journeys(JourneyOptions::default())?;
        let tests = experiments::tests(world, options.persons, options.seed)?;
        eprintln!("{:<15} {}", format!("{world}:"), world.description());
        eprintln!(
            "{:<15} tested: {}",
            "",
            experiments::channels(world).join(", ")
        );
        let fits = |entry: &Entry| entry.only.is_none_or(|only| only == world);
        let scores = entries.iter().map(|entry| {
            fits(entry)
                .then(|| score(entry, &simulation, &journeys, &tests))
                .transpose()
        });
        columns.push(scores.collect::<Result<_>>()?);
    }
    if options.json {
        println!("{}", document(&worlds, &entries, &columns));
        return Ok(());
    }
    for (title, digits, figure) in FIGURES {
        print!(
            "\n{}",
            table(title, digits, figure, &worlds, &entries, &columns)
        );
    }
    Ok(())
}

type Figure = fn(Score) -> Option<f64>;

/// Each table's title, digits and figure.
const FIGURES: [(&str, usize, Figure); 6] = [
    ("L1 to the truth", 3, |score| Some(score.l1)),
    ("L1 with one test", 3, |score| score.l1_with_tests[0]),
    ("L1 with two tests", 3, |score| score.l1_with_tests[1]),
    ("L1 with three tests", 3, |score| score.l1_with_tests[2]),
    ("credited / caused", 2, |score| {
        Some(score.credited_over_caused)
    }),
    ("seconds", 3, |score| Some(score.seconds)),
];

/// A row for each model and a column for each world.
fn table(
    title: &str,
    digits: usize,
    figure: Figure,
    worlds: &[World],
    entries: &[Entry],
    columns: &[Vec<Option<Score>>],
) -> Table {
    let names = worlds.iter().map(|world| world.name());
    let rows = entries.iter().enumerate().map(|(at, entry)| {
        let cell =
            move |column: &Vec<Option<Score>>| Cell::number(column[at].and_then(figure), digits);
        std::iter::once(entry.name.into()).chain(columns.iter().map(cell))
    });
    Table::new(std::iter::once(title).chain(names)).with_rows(rows)
}

fn document(
    worlds: &[World],
    entries: &[Entry],
    columns: &[Vec<Option<Score>>],
) -> serde_json::Value {
    let row = |(entry, score): (&Entry, &Option<Score>)| {
        let Score {
            l1,
            l1_with_tests,
            credited_over_caused,
            seconds,
        } = (*score)?;
        let model = entry.name.trim();
        Some(
            serde_json::json!({"model": model, "l1": l1, "l1_with_tests": l1_with_tests, "credited_over_caused": credited_over_caused, "seconds": seconds}),
        )
    };
    let world = |(world, column): (&World, &Vec<Option<Score>>)| {
        let models: Vec<_> = entries.iter().zip(column).filter_map(row).collect();
        serde_json::json!({"world": world, "models": models})
    };
    worlds.iter().zip(columns).map(world).collect()
}

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}
