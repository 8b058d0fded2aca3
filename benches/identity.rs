//! How fast link records resolve to persons, beside the time it takes to sort the same records
//! once: in turn and in one run, so that the ratio says something on any machine.
//!
//! What is sorted are the whole records - confidence, time and both identifiers, 48 bytes - in the
//! order in which links are tried: the surest first, then by time, then by identifiers; by rayon's
//! `par_sort_unstable`, the quickest at hand, in memory that has been written to before. Resolving
//! starts from the links as they were added, and its memory is new.
//!
//! Measured with 20 million links of 17.5 million identifiers on 2 virtual processors of an AMD
//! EPYC: resolving takes 2.2 sorts on a quiet machine, 2.4 with other work beside it, and 2.6 to 3
//! the first time, while the system still finds memory for it. Memory beside the links is 1.09 GB,
//! 62 bytes an identifier.
//!
//!     cargo bench --bench identity
//!     cargo bench --bench identity -- 1000000

#[allow(
    dead_code,
    unused_imports,
    reason = "of its parts the bench needs some"
)]
#[path = "../src/util/random.rs"]
mod random;

use mixtouch::identity::{HashKey, Identifier, Link, Links, Pseudonymiser, Resolver, Rules};
use random::Random;
use rayon::prelude::*;
use std::time::Instant;

/// Links a person: an account signed in to on two cookies, known by an e-mail address and a card.
const LINKS: u64 = 4;

/// One person's link number `which`, at some time; in 50 persons' cookies one is another person's
/// too.
fn link(hasher: &Pseudonymiser, random: &mut Random, persons: u64) -> Link {
    let (person, which) = (random.index(persons), random.index(LINKS));
    let identifier = |kind, value: String| {
        hasher
            .identifier(kind, &value)
            .expect("a kind of the rules")
    };
    let left = match which {
        0 | 1 if person % 50 == 0 && random.chance(0.5) => {
            identifier("cookie", format!("c{}-{which}", person + 1))
        }
        0 | 1 => identifier("cookie", format!("c{person}-{which}")),
        2 => identifier("e-mail", format!("{person}@example.org")),
        _ => identifier("card", format!("{person}")),
    };
    let confidence = if which < 2 { 0.9 } else { 1.0 };
    Link {
        left,
        right: identifier("account", format!("{person}")),
        time: 1_767_225_600 + random.index(7_776_000) as i64,
        confidence,
    }
}

/// Sorts and resolutions, taken in turn.
const ROUNDS: usize = 5;

type Record = (u32, u32, Identifier, Identifier);

/// Time on the clock and, where the system tells, of all processors together: on a busy machine the
/// latter says more.
struct Clock {
    started: Instant,
    ticks: f64,
}

impl Clock {
    fn start() -> Self {
        Self {
            started: Instant::now(),
            ticks: ticks(),
        }
    }

    fn stop(&self) -> Spent {
        Spent {
            clock: self.started.elapsed().as_secs_f64(),
            processors: ticks() - self.ticks,
        }
    }
}

struct Spent {
    clock: f64,
    processors: f64,
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.2} s ({:.2} s of processors)",
            self.clock, self.processors
        )
    }
}

/// Seconds of processor time so far: Linux counts in hundredths.
fn ticks() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Sorting the records the way they are tried.
fn sort(records: &[Record]) -> Spent {
    let mut records = records.to_vec();
    let clock = Clock::start();
    records.par_sort_unstable();
    let spent = clock.stop();
    assert!(records.is_sorted());
    spent
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Bytes of memory, where the system tells: `VmRSS` now, `VmHWM` the most there ever were.
fn memory(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0)
}

fn main() {
    let links = std::env::args()
        .skip(1)
        .find_map(|text| text.parse().ok())
        .unwrap_or(20_000_000u64);
    let (persons, base) = (links / LINKS, Random::new(1));
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    let clock = Clock::start();
    let made: Vec<Link> = (0..links)
        .into_par_iter()
        .map(|at| link(&hasher, &mut base.stream(at), persons))
        .collect();
    let hashed = clock.stop();
    let records: Vec<Record> = made
        .iter()
        .map(|link| {
            (
                !((link.confidence * 1e9) as u32),
                link.time as u32,
                link.left,
                link.right,
            )
        })
        .collect();
    let mut table = Links::new();
    made.iter()
        .for_each(|link| table.push(*link).expect("a good link"));
    drop(made);
    let mut resolver = Resolver::new(Rules::standard());
    resolver.add_links(table);
    println!(
        "{links} links, {} threads, two identifiers each hashed in {hashed}",
        rayon::current_num_threads()
    );
    let mut ratios = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let sorted = sort(&records);
        let resolver = resolver.clone();
        let before = memory("VmRSS");
        let clock = Clock::start();
        let identities = resolver.resolve().expect("a partition");
        let resolved = clock.stop();
        let ratio = (
            resolved.clock / sorted.clock,
            resolved.processors / sorted.processors,
        );
        println!(
            "sorted once in {sorted}, resolved in {resolved}: {:.2} sorts on the clock, {:.2} of processors",
            ratio.0, ratio.1
        );
        ratios.0.push(ratio.0);
        ratios.1.push(ratio.1);
        if round == 0 {
            println!(
                "{} identifiers, {} persons; {}",
                identities.len(),
                identities.persons(),
                identities.rejected_links()
            );
            if let (Some(before), Some(most)) = (before, memory("VmHWM")) {
                let each = (most - before) / identities.len() as f64;
                println!(
                    "memory beside the links at the most {:.2} GB, {each:.0} bytes an identifier",
                    (most - before) / 1e9
                );
            }
        }
    }
    let (clock, processors) = (median(ratios.0), median(ratios.1));
    println!(
        "resolving takes {clock:.2} sorts on the clock, {processors:.2} of processors: medians of {ROUNDS}"
    );
}
