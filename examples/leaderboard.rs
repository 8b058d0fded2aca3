//! Which model should I use? Fits every model on every simulated world and prints how far its shares of credit are from the
//! truth: the L1 distance between shares of paid channels, 0 is perfect, 2 is the worst there is.
//!
//!     cargo run --release --example leaderboard -- --persons 200000 --seed 1

use clap::Parser;
use mixtouch::simulate::{Simulation, World};
use mixtouch::{
    AttributionModel, Credits, FirstTouch, Fit, JourneyOptions, Journeys, LastTouch, Linear, Markov, Position, Result, SetRateShapley,
    SubsetSumShapley, TimeDecay, TimeToEvent, attribute,
};
use std::process::ExitCode;
use std::time::Instant;

/// Fits every model on every simulated world and prints the L1 distance between shares of credit and of the truth (removal,
/// paid channels; 0 is perfect, 2 the worst).
#[derive(Parser)]
struct Options {
    /// Persons in each world
    #[arg(long, default_value_t = 50_000)]
    persons: u64,
    /// Seed of the worlds
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these worlds: additive, baseline, saturation, retargeting, upstream, multiplicative
    #[arg(long, value_delimiter = ',')]
    worlds: Vec<World>,
    /// Prints one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

type Scorer = Box<dyn Fn(&Journeys) -> Result<Credits>>;

fn rule(model: impl AttributionModel + 'static) -> Scorer {
    Box::new(move |journeys| attribute(journeys, &model))
}

fn fitted<F: Fit + Sync + 'static>(specification: F) -> Scorer {
    Box::new(move |journeys| attribute(journeys, &specification.fit(journeys)?))
}

fn models(world: World) -> Result<Vec<(&'static str, Scorer)>> {
    let mut models = vec![
        ("last-touch", rule(LastTouch)),
        ("first-touch", rule(FirstTouch)),
        ("linear", rule(Linear)),
        ("time-decay", rule(TimeDecay::days(7.0)?)),
        ("position-based", rule(Position::default())),
        ("markov", fitted(Markov::order(1)?)),
        ("shapley", rule(SubsetSumShapley)),
        ("shapley-set-rate", fitted(SetRateShapley)),
        ("time-to-event", fitted(TimeToEvent::default())),
        ("  with exponentials", fitted(TimeToEvent::default().with_exponentials([0.1, 0.3, 1.0, 3.0, 10.0])?)),
        ("  with frequency classes", fitted(TimeToEvent::default().with_frequency_classes(true))),
        ("  with pairs", fitted(TimeToEvent::default().with_pairs(true))),
    ];
    if world == World::Retargeting {
        models.push(("  with demand capture", fitted(TimeToEvent::default().with_demand_capture(["retargeting"]))));
    }
    if world == World::Upstream {
        let upstream = TimeToEvent::default().with_upstream(["branded_search"]);
        models.push(("  with upstream", fitted(upstream.clone())));
        models.push(("  with symmetric upstream", fitted(upstream.with_symmetric_upstream(true))));
    }
    Ok(models)
}

/// One line of the board.
struct Line {
    model: &'static str,
    distance: f64,
    incremental: f64,
    seconds: f64,
}

fn board(world: World, simulation: &Simulation, journeys: &Journeys) -> Result<Vec<Line>> {
    let truth = simulation.truth();
    let mut lines = Vec::new();
    for (model, score) in models(world)? {
        let started = Instant::now();
        let credits = score(journeys)?;
        let seconds = started.elapsed().as_secs_f64();
        let distance = truth.distance(|channel| credits.channel(channel).map_or(0.0, |tally| tally.conversions));
        lines.push(Line { model, distance, incremental: credits.credited().conversions / truth.total, seconds });
    }
    Ok(lines)
}

fn run(options: &Options) -> Result<()> {
    let worlds = if options.worlds.is_empty() { World::ALL.to_vec() } else { options.worlds.clone() };
    let mut documents = Vec::new();
    for world in worlds {
        let simulation = world.simulate(options.persons, options.seed)?;
        let journeys = simulation.journeys(JourneyOptions::default())?;
        let lines = board(world, &simulation, &journeys)?;
        if options.json {
            documents.push(document(world, &lines));
        } else {
            print(world, &simulation, &journeys, &lines);
        }
    }
    if options.json {
        println!("[{}]", documents.join(","));
    }
    Ok(())
}

fn print(world: World, simulation: &Simulation, journeys: &Journeys, lines: &[Line]) {
    let (truth, totals) = (simulation.truth(), journeys.totals());
    println!("{world}: {}", world.description());
    println!(
        "  {:.0} touches in journeys, {:.0} conversions; marketing brings {:.0} of them",
        totals.touchpoints, totals.conversions, truth.total
    );
    println!("  {:<26} {:>14} {:>20} {:>9}", "model", "L1 to truth", "credited / caused", "seconds");
    for Line { model, distance, incremental, seconds } in lines {
        println!("  {model:<26} {distance:>14.3} {incremental:>20.2} {seconds:>9.3}");
    }
    println!();
}

fn document(world: World, lines: &[Line]) -> String {
    let models = lines.iter().map(|Line { model, distance, incremental, seconds }| {
        let model = model.trim();
        format!(r#"{{"model":"{model}","l1":{distance},"credited_over_caused":{incremental},"seconds":{seconds}}}"#)
    });
    format!(r#"{{"world":"{world}","models":[{}]}}"#, models.collect::<Vec<_>>().join(","))
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
