//! Lift tests of one channel that cannot all be right.

use crate::experiment::LiftTest;
use crate::mix::panel::{Finding, Panel};
use crate::mix::specification::pseudo_observations::tested_spend;

/// Standard errors of a difference beyond which chance is no explanation: p below .01.
const BEYOND_CHANCE: f64 = 2.576;
/// Two changes are alike where neither is larger than this multiple of the other, relative to what
/// was spent without the test.
const ALIKE: f64 = 2.0;

/// Pairs of tests of the same channel whose changes of spend are alike, but whose outcomes per unit
/// of spend differ by more than their errors allow.
pub(crate) fn contradictions(tests: &[LiftTest], panel: &Panel) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, second) in tests.iter().enumerate() {
        for first in &tests[..at] {
            let z = difference(first, second);
            if z > BEYOND_CHANCE && are_alike(first, second, panel) {
                findings.push(Finding::TestsDisagree {
                    channel: first.channel().to_owned(),
                    first: first.name(),
                    second: second.name(),
                    z,
                });
            }
        }
    }
    findings
}

/// How far two tests' outcomes per unit of spend lie apart, in standard errors of the difference.
fn difference(first: &LiftTest, second: &LiftTest) -> f64 {
    let error = |test: &LiftTest| test.standard_error() / test.spend_change();
    let apart = first.return_on_change() - second.return_on_change();
    apart.abs() / error(first).hypot(error(second))
}

/// Whether the tests changed the same channel in the same direction, by about the same amount a
/// day, from about the same spend.
fn are_alike(first: &LiftTest, second: &LiftTest, panel: &Panel) -> bool {
    let same = first.channel() == second.channel()
        && first.geos() == second.geos()
        && (first.spend_change() > 0.0) == (second.spend_change() > 0.0);
    let daily = |test: &LiftTest| {
        let days = f64::from(test.days());
        let spend = tested_spend(test, panel)?;
        let without = spend - f64::from(u8::from(test.is_recorded())) * test.spend_change();
        Some((test.spend_change().abs() / days, without.max(0.0) / days))
    };
    let near = |a: f64, b: f64| a.max(b) <= ALIKE * a.min(b);
    let (Some(a), Some(b)) = (daily(first), daily(second)) else {
        return false;
    };
    same && near(a.0, b.0) && near(a.1 + a.0, b.1 + b.0)
}
