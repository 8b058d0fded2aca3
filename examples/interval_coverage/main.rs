//! Do intervals hold what they say? Each interval of experiments, attribution and KPIs in 500
//! simulations whose truth is known: how often it holds the truth, beside the usual one that takes no
//! account of what the simulation has. Where a simulation takes seconds there are fewer.
//!
//!     cargo run --release --example interval_coverage
//!     cargo run --release --example interval_coverage -- 100
//!     cargo run --release --example interval_coverage -- 500 GeoLift

mod attribution;
mod experiments;
mod kpis;
/// The crate's own generator, which is not public.
#[allow(dead_code, reason = "simulations draw from some of its distributions")]
#[path = "../../src/util/random.rs"]
mod random;

use mixtouch::Result;
use mixtouch::report::{Cell, Table};
use mixtouch::stats::{ConfidenceLevel, Interval};

/// Whether an interval held the truth, and whether the usual one did.
type Held = (bool, Option<bool>);

/// The level of intervals, unless a case has another.
const LEVEL: ConfidenceLevel = ConfidenceLevel::P95;

/// An interval, what is simulated, the usual one, and one simulation.
struct Case {
    interval: &'static str,
    world: &'static str,
    usual: &'static str,
    simulate: fn(u64) -> Result<Held>,
    level: ConfidenceLevel,
    most: u64,
}

impl Case {
    fn new(
        interval: &'static str,
        world: &'static str,
        usual: &'static str,
        simulate: fn(u64) -> Result<Held>,
    ) -> Self {
        Self {
            interval,
            world,
            usual,
            simulate,
            level: LEVEL,
            most: u64::MAX,
        }
    }

    /// The same at a level of 90 %.
    fn at_ninety(self) -> Self {
        Self {
            level: ConfidenceLevel::P90,
            ..self
        }
    }

    /// The same with that many simulations at most: each takes long.
    fn at_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Its row of the table.
    fn row(&self, count: u64) -> Result<[Cell; 7]> {
        let count = count.min(self.most);
        let (mut own, mut usual, mut known) = (0_u64, 0_u64, false);
        for seed in 0..count {
            let held = (self.simulate)(seed)?;
            own += u64::from(held.0);
            usual += u64::from(held.1 == Some(true));
            known = held.1.is_some();
        }
        let share = |held: u64| Cell::percent(held as f64 / count as f64, 1);
        Ok([
            Cell::from(self.interval),
            Cell::from(self.world),
            Cell::number(count as f64, 0),
            Cell::percent(self.level.get(), 0),
            share(own),
            Cell::from(self.usual),
            if known { share(usual) } else { Cell::MISSING },
        ])
    }
}

fn main() -> Result<()> {
    let argument = std::env::args().nth(1);
    let count: u64 = argument
        .and_then(|text| text.parse().ok())
        .unwrap_or(500)
        .max(1);
    // only intervals whose name begins so
    let only = std::env::args().nth(2).unwrap_or_default();
    let columns = [
        "interval",
        "simulated",
        "times",
        "level",
        "holds",
        "usual",
        "holds ",
    ];
    let cases = experiments::cases().into_iter();
    let cases = cases.chain(attribution::cases()).chain(kpis::cases());
    let cases = cases.filter(|case| case.interval.starts_with(&only));
    let rows = cases.map(|case| case.row(count));
    let table = Table::new(columns).with_rows(rows.collect::<Result<Vec<_>>>()?);
    println!("{table}");
    Ok(())
}

/// Whether an interval holds a value; one that is absent does not.
fn holds(interval: Option<Interval>, truth: f64) -> bool {
    interval.is_some_and(|interval| interval.contains(truth))
}
