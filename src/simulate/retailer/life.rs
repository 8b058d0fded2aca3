//! One person of the retailer: the contacts with advertising, and what they bring.

use crate::simulate::retailer::media::{DAYS, MEDIA};
use crate::util::Random;

/// What makes a person buy.
pub(crate) struct Life {
    /// The day of each contact and its medium, oldest first.
    pub(crate) contacts: Vec<(f64, usize)>,
    /// Purchases a day without advertising.
    pub(crate) own: f64,
}

impl Life {
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut contacts: Vec<(f64, usize)> = Vec::new();
        for (at, medium) in MEDIA.iter().enumerate() {
            if random.chance(medium.reach) {
                contacts.extend(moments(medium.daily, random).map(|time| (time, at)));
            }
        }
        contacts.sort_by(|left, right| left.0.total_cmp(&right.0));
        let own = 0.0004 * random.exponential(1.0);
        Self { contacts, own }
    }

    /// Purchases expected within some days, with all contacts and without those withheld.
    pub(crate) fn expected(
        &self,
        is_withheld: impl Fn(usize, f64) -> bool,
        (from, to): (f64, f64),
    ) -> (f64, f64) {
        let (mut with, mut withheld) = (self.own * (to - from), 0.0);
        for &(time, at) in &self.contacts {
            let left = |day: f64| libm::exp(-(day - time).max(0.0) / MEDIA[at].tau);
            let brought = MEDIA[at].effect * (left(from) - left(to));
            with += brought;
            if is_withheld(at, time) {
                withheld += brought;
            }
        }
        (with, with - withheld)
    }
}

/// The moments of a Poisson process over the 90 days, in days.
pub(crate) fn moments(daily: f64, random: &mut Random) -> impl Iterator<Item = f64> + '_ {
    let mut time = 0.0;
    std::iter::from_fn(move || {
        time += random.exponential(daily.max(f64::MIN_POSITIVE));
        (time < f64::from(DAYS)).then_some(time)
    })
}
