//! Persons who tire, with memory of heavy tails: a touch works less the more there were, the fourth
//! of a channel in ten days puts off, and what is left of one falls like a power of time. A few
//! persons are met by most touches (Pareto).

use super::lives::{DAYS, World};

/// Touches a day of each channel, and what a first one brings on its day.
const DAILY: [f64; 4] = [0.08, 0.05, 0.03, 0.02];
const EFFECTS: [f64; 4] = [0.002, 0.004, 0.005, 0.008];

pub(super) const WORLD: World = World {
    name: "fatigue",
    channels: ["display", "social", "email", "affiliate"],
    live: |mut taste, each_day| {
        let activity = taste.uniform().max(1e-3).powf(-1.0 / 1.8) / 2.25;
        // how much is left of a touch after so many days
        let left: Vec<f64> = (1..=DAYS).map(|age| (age as f64).powf(-1.6)).collect();
        let mut met: [Vec<u64>; EFFECTS.len()] = Default::default();
        for day in 0..DAYS {
            each_day(day, &mut |today| {
                let mut chance = 0.0006;
                for (at, days) in met.iter_mut().enumerate() {
                    if today.touches(at, (DAILY[at] * activity).min(0.8)) > 0.0 {
                        days.push(day);
                    }
                    let (mut recent, mut all) = (0, 0.0);
                    for touched in days.iter() {
                        let age = (day - touched) as usize;
                        recent += usize::from(age < 10);
                        all += left[age];
                    }
                    let wear = [1.0, 1.0, 0.7, 0.4, 0.1][recent.min(4)];
                    chance += EFFECTS[at] * wear * all;
                }
                today.buys(chance.min(0.5));
            });
        }
    },
};
