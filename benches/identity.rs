//! How fast link records resolve to persons, beside the time it takes to sort the same records once: both in one run, so that the
//! ratio says something on any machine. What is sorted are the whole records - confidence, time and both identifiers, 48 bytes - in
//! the order in which they are tried.
//!
//! Measured with 20 million links of 17.5 million identifiers on 2 virtual processors of an AMD EPYC with other work beside it:
//! resolving takes 3.2 sorts of processors, 3.3 to 3.5 on the clock.
//!
//!     cargo bench --bench identity
//!     cargo bench --bench identity -- 1000000

use mixtouch::Random;
use mixtouch::identity::{HashKey, Identifier, Link, Links, Pseudonymiser, Resolver, Rules};
use rayon::prelude::*;
use std::time::Instant;

/// Links a person: an account signed in to on two cookies, known by an e-mail address and a card.
const LINKS: u64 = 4;

/// One person's link number `which`, at some time; in 50 persons' cookies one is another person's too.
fn link(hasher: &Pseudonymiser, random: &mut Random, persons: u64) -> Link {
    let (person, which) = (random.index(persons), random.index(LINKS));
    let identifier = |kind, value: String| hasher.identifier(kind, &value).expect("a kind of the rules");
    let left = match which {
        0 | 1 if person % 50 == 0 && random.chance(0.5) => identifier("cookie", format!("c{}-{which}", person + 1)),
        0 | 1 => identifier("cookie", format!("c{person}-{which}")),
        2 => identifier("e-mail", format!("{person}@example.org")),
        _ => identifier("card", format!("{person}")),
    };
    let confidence = if which < 2 { 0.9 } else { 1.0 };
    Link { left, right: identifier("account", format!("{person}")), time: 1_767_225_600 + random.index(7_776_000) as i64, confidence }
}

type Record = (u32, u32, Identifier, Identifier);

/// Time on the clock and, where the system tells, of all processors together: on a busy machine the latter says more.
struct Clock {
    started: Instant,
    ticks: f64,
}

impl Clock {
    fn start() -> Self {
        Self { started: Instant::now(), ticks: ticks() }
    }

    fn stop(&self) -> Spent {
        Spent { clock: self.started.elapsed().as_secs_f64(), processors: ticks() - self.ticks }
    }
}

struct Spent {
    clock: f64,
    processors: f64,
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} s ({:.2} s of processors)", self.clock, self.processors)
    }
}

/// Seconds of processor time so far: Linux counts in hundredths.
fn ticks() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Sorting the records the way they are tried.
fn sort(records: &[Record], sort: impl Fn(&mut [Record])) -> Spent {
    let mut records = records.to_vec();
    let clock = Clock::start();
    sort(&mut records);
    let spent = clock.stop();
    assert!(records.is_sorted());
    spent
}

/// The most memory the process has had, in bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

fn main() {
    let links = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(20_000_000u64);
    let (persons, base) = (links / LINKS, Random::new(1));
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    let clock = Clock::start();
    let made: Vec<Link> = (0..links).into_par_iter().map(|at| link(&hasher, &mut base.stream(at), persons)).collect();
    let hashed = clock.stop();
    let records: Vec<Record> =
        made.iter().map(|link| (!((link.confidence * 1e9) as u32), link.time as u32, link.left, link.right)).collect();
    let all = sort(&records, |records| records.par_sort_unstable());
    drop(records);
    let mut table = Links::new();
    made.iter().for_each(|link| table.push(*link).expect("a good link"));
    drop(made);
    let mut resolver = Resolver::new(Rules::standard());
    resolver.add_links(table);
    let clock = Clock::start();
    let identities = resolver.resolve().expect("a partition");
    let resolved = clock.stop();
    let threads = rayon::current_num_threads();
    println!("{links} links, {} identifiers, {} persons, {threads} threads", identities.len(), identities.persons());
    println!("two identifiers a link hashed in {hashed}");
    println!("sorted once in {all}, resolved in {resolved}");
    let ratio = (resolved.clock / all.clock, resolved.processors / all.processors);
    println!("resolving takes {:.2} sorts on the clock, {:.2} of processors", ratio.0, ratio.1);
    if let Some(bytes) = peak() {
        println!("most memory, records and their copies for sorting included: {:.1} GB", bytes as f64 / 1e9);
    }
    print!("{}", identities.refused());
}
