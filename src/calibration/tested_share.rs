//! How much of a channel's effect a test switched.

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::mix::panel::Panel;
use crate::time::Day;

/// The share of what a channel brought from one day to another, both included, that a test switched
/// on or off, for [`Reconciliation::with_test`]. It takes effects as proportional to spend.
///
/// A test that states its change of spend: the size of the change over what the channel spent in the
/// periods that begin on these days. One on a [`LiftTest::share`] of persons: that share of what it
/// spent on the days of the test, each period's spend spread evenly over its days. Without either a
/// test withheld the channel from everybody on its days.
///
/// # Errors
/// If the panel has no such channel or geo, or the channel spent nothing then.
///
/// [`Reconciliation::with_test`]: crate::calibration::Reconciliation::with_test
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::calibration::tested_share;
/// use mixtouch::experiment::LiftTest;
/// use mixtouch::mix::panel::Panel;
///
/// let weeks: Vec<Day> = (0..8).map(|week| Day::new(20_458 + 7 * week)).collect::<Result<_, _>>()?;
/// let panel = Panel::national(weeks.clone(), vec![100.0; 8])?.with_channel("tv", vec![50.0; 8])?;
/// let test = LiftTest::new("tv", weeks[2], weeks[4].plus(-1)).with_share(0.5);
/// let share = tested_share(&test, &panel, weeks[0], weeks[7])?;
/// assert!((share - 0.125).abs() < 1e-12, "half of two weeks of eight");
/// let on_top = test.with_spend_change(40.0);
/// assert_eq!(tested_share(&on_top, &panel, weeks[0], weeks[7])?, 0.1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub fn tested_share(test: &LiftTest, panel: &Panel, from: Day, to: Day) -> Result<f64> {
    let at = panel.channel_index("lift test", test.channel())?;
    for geo in test.geos() {
        if !panel.geos().contains(geo) {
            return Err(Error::setting(
                format!("geo of the test of {:?}", test.channel()),
                geo,
                panel.geos().join(", "),
            ));
        }
    }
    let spend = panel.channels()[at].spend();
    let (mut whole, mut on_its_days) = (0.0, 0.0);
    for (row, spent) in spend.iter().enumerate() {
        let date = panel.dates()[row % panel.periods()];
        if !(from..=to).contains(&date) {
            continue;
        }
        whole += spent;
        let geo = &panel.geos()[row / panel.periods()];
        if test.geos().is_empty() || test.geos().contains(geo) {
            on_its_days += spent * overlap(panel.period().span(date), test);
        }
    }
    if whole <= 0.0 {
        return Err(Error::setting(
            format!("spend on {:?} from {from} to {to}", test.channel()),
            whole,
            "> 0, for a test is a share of it",
        ));
    }
    let change = test.spend_change();
    Ok(if change.is_finite() {
        change.abs() / whole
    } else {
        test.share().unwrap_or(1.0) * on_its_days / whole
    })
}

/// The share of a period's days on which a test ran.
fn overlap((first, after): (Day, Day), test: &LiftTest) -> f64 {
    let (start, end) = (first.max(test.start()), after.min(test.end().plus(1)));
    f64::from(end.since(start).max(0)) / f64::from(after.since(first))
}
