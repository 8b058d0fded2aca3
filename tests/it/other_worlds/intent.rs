//! Hidden states of intent (a hidden Markov chain, as in Abhishek, Fader and Hosanagar's model of the
//! purchase funnel): idle, aware, about to buy. Touches move persons up; two channels follow those
//! who are about to buy.

use super::lives::{DAYS, World};

const RETARGETING: usize = 2;
const SEARCH: usize = 3;

pub(super) const WORLD: World = World {
    name: "intent",
    channels: ["display", "email", "retargeting", "search"],
    live: |_, each_day| {
        let mut state = 0_usize;
        for day in 0..DAYS {
            each_day(day, &mut |today| {
                let display = today.touches(0, 0.06);
                let email = today.touches(1, 0.04);
                let retargeting = today.touches(RETARGETING, [0.0, 0.02, 0.3][state]);
                let search = today.touches(SEARCH, [0.003, 0.03, 0.2][state]);
                let up = [
                    0.004 + 0.04 * display + 0.02 * email,
                    0.03 + 0.06 * email + 0.03 * display + 0.05 * search,
                    0.0,
                ];
                let buys = [
                    0.0,
                    0.001,
                    0.07 + 0.01 * retargeting.min(1.0) + 0.02 * search.min(1.0),
                ];
                let chance = today.random.stream(2_000).uniform();
                if today.buys(buys[state]) {
                    state = 0;
                } else if chance < up[state] {
                    state += 1;
                } else if chance > 0.93 {
                    state = state.saturating_sub(1);
                }
            });
        }
    },
};
