//! How near time-to-event comes to the truth with experiments: distances of its shares of credit to
//! the true shares in simulated worlds, without tests and with some.
//!
//!     cargo run --release --example calibrated_credit -- 200000 5 8
//!
//! With the name of a world, of that world only. With `coverage`, how often its 90 % intervals hold the true conversions of a channel:
//!
//!     cargo run --release --example calibrated_credit -- 20000 5 4 coverage

use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::{AdditiveHazard, AdditiveHazardModel, Exposures};
use mixtouch::experiment::LiftTest;
use mixtouch::simulate::worlds::{Holdout, Simulation, World};
use mixtouch::{Comparison, Day, Fit, JourneyOptions, Journeys, Result, attribute};

/// A world, the channels tested together in it, and the channel whose touches tests count too.
type Case = (World, &'static [&'static str], Option<&'static str>);

const CASES: [Case; 10] = [
    (World::Additive, &["paid_search"], None),
    (World::Baseline, &["email"], None),
    (World::Saturation, &["tv"], None),
    (World::Multiplicative, &["social"], None),
    (World::Retargeting, &["retargeting"], None),
    (
        World::Retargeting,
        &["retargeting", "retargeting", "retargeting"],
        None,
    ),
    (World::Retargeting, &["email"], None),
    (World::Upstream, &["display"], None),
    (World::Upstream, &["display", "tv", "video"], None),
    (World::Upstream, &["display"], Some("branded_search")),
];

/// Shares of persons held out, and whether only persons reached are compared.
const DESIGNS: [(f64, bool); 4] = [(0.5, false), (0.1, false), (0.5, true), (0.1, true)];

/// Of each interval.
const REPLICATES: usize = 50;

/// A world's log, and the plain specification.
struct Study {
    world: World,
    persons: u64,
    seed: u64,
    simulation: Simulation,
    journeys: Journeys,
    plain: AdditiveHazard,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: u64| {
        let given = arguments.get(at).and_then(|text| text.parse().ok());
        given.unwrap_or(usual)
    };
    let (persons, seeds, repeats) = (number(0, 10_000), number(1, 1), number(2, 2));
    match arguments.get(3).map(String::as_str) {
        Some("coverage") => coverage(persons, seeds, repeats),
        only => distances(persons, seeds, repeats, only.unwrap_or_default()),
    }
}

fn distances(persons: u64, seeds: u64, repeats: u64, only: &str) -> Result<()> {
    println!("{persons} persons, {seeds} seeds x {repeats} tests: mean distance (largest)");
    println!(
        "{:<16}{:<38}{:>6}{:>16}{:>16}{:>16}{:>16}",
        "world", "tested", "none", "50 %", "10 %", "50 % reached", "10 % reached"
    );
    let asked = |case: &Case| case.0.name().contains(only);
    for (world, channels, counted) in CASES.into_iter().filter(asked) {
        let (mut without, mut with) = (Vec::new(), DESIGNS.map(|_| Vec::new()));
        for seed in 1..=seeds {
            let study = Study::new(world, persons, seed)?.counting(counted);
            let model = study.plain.fit(&study.journeys)?;
            without.push(study.distance(&model)?);
            let mut evidence = None;
            for (distances, design) in with.iter_mut().zip(DESIGNS) {
                for tests in study.tests((channels, counted), design, repeats)? {
                    let calibrated = study.calibrated(&model, tests, &mut evidence)?;
                    distances.push(study.distance(&calibrated)?);
                }
            }
        }
        let with = with.map(|distances| format!("{:>16}", summary(&distances)));
        let (world, mut tested) = (world.name(), channels.join(" "));
        if let Some(counted) = counted {
            tested = format!("{tested}, counting {counted}");
        }
        println!(
            "{world:<16}{tested:<38}{:>6.3}{}",
            mean(&without),
            with.concat()
        );
    }
    Ok(())
}

/// Intervals of replicates beside the conversions that each channel brought.
fn coverage(persons: u64, seeds: u64, repeats: u64) -> Result<()> {
    println!("{persons} persons, {seeds} seeds x {repeats} tests: intervals that hold the truth");
    println!(
        "{:<16}{:<14}{:>8}{:>14}",
        "world", "tested", "none", "50 % reached"
    );
    for (world, channel) in [
        (World::Additive, "paid_search"),
        (World::Baseline, "email"),
        (World::Retargeting, "retargeting"),
    ] {
        let (mut without, mut with) = (Held::default(), Held::default());
        for seed in 1..=seeds {
            let study = Study::new(world, persons, seed)?;
            without.add(&study, &study.plain)?;
            for tests in study.tests((&[channel], None), DESIGNS[2], repeats)? {
                with.add(&study, &study.plain.clone().with_lift_tests(tests))?;
            }
        }
        let (world, without, with) = (world.name(), without.share(), with.share());
        println!("{world:<16}{channel:<14}{without:>8.2}{with:>14.2}");
    }
    Ok(())
}

/// Intervals, and those that held the truth.
#[derive(Default)]
struct Held {
    all: f64,
    held: f64,
}

impl Held {
    fn add(&mut self, study: &Study, specification: &AdditiveHazard) -> Result<()> {
        let table = Comparison::new()
            .fit("hazard", specification.clone())
            .bootstrap(Bootstrap::new(REPLICATES, study.seed)?)
            .run(&study.journeys)?;
        for truth in &study.simulation.truth().channels {
            let row = table.models()[0].channel(&truth.channel);
            let ends = row.and_then(|row| row.conversions_low.zip(row.conversions_high));
            let holds = |(low, high): (f64, f64)| (low..=high).contains(&truth.removal);
            self.all += 1.0;
            self.held += f64::from(u8::from(ends.is_some_and(holds)));
        }
        Ok(())
    }

    fn share(&self) -> f64 {
        self.held / self.all
    }
}

impl Study {
    fn new(world: World, persons: u64, seed: u64) -> Result<Self> {
        let simulation = world.simulate(persons, seed)?;
        let journeys = simulation.journeys(JourneyOptions::default())?;
        // in the upstream world any channel may have the credit of others
        let plain = match world {
            World::Upstream => AdditiveHazard::default().with_mediators(journeys.channels().iter()),
            _ => AdditiveHazard::default(),
        };
        Ok(Self {
            world,
            persons,
            seed,
            simulation,
            journeys,
            plain,
        })
    }

    /// A channel whose touches tests count needs no other candidate.
    fn counting(self, counted: Option<&str>) -> Self {
        let plain = match counted {
            Some(_) => AdditiveHazard::default(),
            None => self.plain,
        };
        Self { plain, ..self }
    }

    /// 30 days of each channel, with a week to count what comes later, as often as asked.
    fn tests(
        &self,
        (channels, counted): (&[&str], Option<&str>),
        (share, among_reached): (f64, bool),
        repeats: u64,
    ) -> Result<Vec<Vec<LiftTest>>> {
        let first: Day = "2026-01-15".parse()?;
        let mut tests = vec![Vec::new(); repeats as usize];
        for (at, channel) in channels.iter().enumerate() {
            let mut holdout = Holdout::new(*channel, first, first.plus(29))
                .with_share(share)
                .with_tail_days(7);
            if among_reached {
                holdout = holdout.among_reached();
            }
            if let Some(counted) = counted {
                holdout = holdout.counting(counted);
            }
            let seeds: Vec<u64> = (0..repeats)
                .map(|repeat| 100 * repeat + at as u64)
                .collect();
            let runs = holdout.repeated(self.world, self.persons, self.seed, &seeds)?;
            for (tests, (test, _)) in tests.iter_mut().zip(runs) {
                tests.push(test);
            }
        }
        Ok(tests)
    }

    /// The evidence is gathered once: all tests are of the same days.
    fn calibrated(
        &self,
        model: &AdditiveHazardModel,
        tests: Vec<LiftTest>,
        evidence: &mut Option<Exposures>,
    ) -> Result<AdditiveHazardModel> {
        if evidence.is_none() {
            let tested = self.plain.clone().with_lift_tests(tests.clone());
            *evidence = Some(tested.gather(&self.journeys)?);
        }
        let evidence = evidence.as_ref().expect("gathered above");
        model.calibrated(tests, evidence)
    }

    fn distance(&self, model: &AdditiveHazardModel) -> Result<f64> {
        let credits = attribute(&self.journeys, model)?;
        let credit = |channel: &str| {
            let tally = credits.channel(channel);
            tally.map_or(0.0, |tally| tally.conversions)
        };
        Ok(self.simulation.truth().distance(credit))
    }
}

fn mean(distances: &[f64]) -> f64 {
    distances.iter().sum::<f64>() / distances.len().max(1) as f64
}

fn summary(distances: &[f64]) -> String {
    let largest = distances.iter().copied().fold(0.0, f64::max);
    format!("{:.3} ({largest:.3})", mean(distances))
}
