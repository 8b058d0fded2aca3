//! Excitement that feeds itself (Hawkes, Biometrika 58(1), 1971): touches excite, purchases excite
//! again, and who is excited searches.

use super::lives::{DAYS, World};

const SEARCH: usize = 3;

pub(super) const WORLD: World = World {
    name: "excitement",
    channels: ["display", "social", "email", "search"],
    live: |mut taste, each_day| {
        let level = taste.gamma(2.0) / 2.0;
        let mut excitement = 0.0;
        for day in 0..DAYS {
            each_day(day, &mut |today| {
                for (at, (daily, jump)) in
                    [(0.08, 0.5), (0.05, 1.0), (0.04, 0.6)].iter().enumerate()
                {
                    excitement += jump * today.touches(at, daily * level);
                }
                // searching is what excitement does; the search itself adds little
                excitement += 0.1 * today.touches(SEARCH, 0.01 + 0.1 * excitement);
                if today.buys(0.001 * level + 0.008 * excitement) {
                    excitement += 2.0;
                }
                excitement *= 0.7;
            });
        }
    },
};
