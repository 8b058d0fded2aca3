//! What several tests use.

/// The crate's own generator, which is not public.
#[allow(dead_code, reason = "tests draw from some of its distributions")]
#[path = "../../src/util/random.rs"]
pub(crate) mod random;

use crate::common::random::Random;
use mixtouch::Day;
use mixtouch::mix::estimate::Search;
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;

/// The search's best candidate alone, with its coefficients' exact solution instead of draws about
/// it.
pub(crate) fn solution(search: &Search, mix: &MixSpecification, panel: &Panel) -> Posterior {
    let best = search.fit(mix, panel).unwrap().report().best().clone();
    Posterior::new(mix.clone(), panel.clone(), vec![best]).unwrap()
}

/// That many Mondays, from 2022-01-03 on.
pub(crate) fn weeks(count: usize) -> Vec<Day> {
    let first: Day = "2022-01-03".parse().unwrap();
    (0..count as i32).map(|week| first.plus(7 * week)).collect()
}

/// Spend in bursts of 1 to 6 weeks with pauses between.
pub(crate) fn bursts(weeks: usize, size: f64, random: &mut Random) -> Vec<f64> {
    let mut spend = vec![];
    while spend.len() < weeks {
        let level = size * random.between(0.3, 1.0);
        let (on, off) = (1 + random.index(6), 1 + random.index(5));
        spend.extend((0..on).map(|_| level * random.between(0.8, 1.2)));
        spend.extend((0..off).map(|_| 0.0));
    }
    spend.truncate(weeks);
    spend
}
