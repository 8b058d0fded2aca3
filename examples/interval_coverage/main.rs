//! Do intervals hold what they say? Each interval of experiments and KPIs in 500 simulations whose
//! truth is known: how often it holds the truth, beside the usual one that takes no account of what
//! the simulation has.
//!
//!     cargo run --release --example interval_coverage
//!     cargo run --release --example interval_coverage -- 100

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

/// The level of all intervals.
const LEVEL: ConfidenceLevel = ConfidenceLevel::P95;

/// An interval, what is simulated, the usual one, and one simulation.
struct Case {
    interval: &'static str,
    world: &'static str,
    usual: &'static str,
    simulate: fn(u64) -> Result<Held>,
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
        }
    }
}

fn main() -> Result<()> {
    let argument = std::env::args().nth(1);
    let count: u64 = argument
        .and_then(|text| text.parse().ok())
        .unwrap_or(500)
        .max(1);
    let mut table = Table::new(["interval", "simulated", "level", "holds", "usual", "holds "]);
    for case in experiments::cases().into_iter().chain(kpis::cases()) {
        let (mut own, mut usual, mut known) = (0_u64, 0_u64, false);
        for seed in 0..count {
            let held = (case.simulate)(seed)?;
            own += u64::from(held.0);
            usual += u64::from(held.1 == Some(true));
            known = held.1.is_some();
        }
        let share = |held: u64| Cell::percent(held as f64 / count as f64, 1);
        table.push_row([
            Cell::from(case.interval),
            Cell::from(case.world),
            Cell::percent(LEVEL.get(), 0),
            share(own),
            Cell::from(case.usual),
            if known { share(usual) } else { Cell::MISSING },
        ]);
    }
    println!("{count} simulations each\n\n{table}");
    Ok(())
}

/// Whether an interval holds a value; one that is absent does not.
fn holds(interval: Option<Interval>, truth: f64) -> bool {
    interval.is_some_and(|interval| interval.contains(truth))
}
