//! A choice at each session: who comes buys with a logit probability of taste and of what was seen in
//! the last days. Nothing is bought between sessions, and those with a taste for the shop come more
//! often.

use super::lives::{DAYS, World};

/// Channels that end in a session.
const VISITS: [usize; 2] = [2, 3];

pub(super) const WORLD: World = World {
    name: "sessions",
    channels: ["display", "video", "affiliate", "search"],
    live: |mut taste, each_day| {
        let liking = taste.normal();
        let activity = (0.6 * liking).exp();
        let mut seen = [0.0; 2];
        for day in 0..DAYS {
            each_day(day, &mut |today| {
                for (at, daily) in [0.08, 0.05].into_iter().enumerate() {
                    seen[at] = 0.8 * seen[at] + today.touches(at, daily);
                }
                let remembered = 0.5 * f64::ln_1p(seen[0]) + 1.2 * f64::ln_1p(seen[1]);
                let daily = [0.012 * activity, 0.015 * activity];
                let mut sessions = 0.0;
                for (at, daily) in VISITS.into_iter().zip(daily) {
                    sessions += today.touches(at, daily);
                }
                // some come by themselves
                let by_themselves = today.random.stream(3_000).chance(0.01 * activity);
                sessions += f64::from(u8::from(by_themselves));
                let utility = -3.2 + 0.8 * liking + remembered;
                let choice = 1.0 / (1.0 + (-utility).exp());
                today.buys(1.0 - (1.0 - choice).powf(sessions));
            });
        }
    },
};
