//! Figures over time, and whether their last change is more than noise.

use crate::pages::words;
use crate::report::chart::{Chart, Lines, Mark, Measure, Size, Sparkline};
use crate::report::html::{Card, Check, Verdict};
use crate::stats::{holm, normal};

/// The chance at which a change that is none is taken for one, over all figures of a page.
const CHANCE: f64 = 0.05;

/// A figure by period, its intervals at one level.
#[derive(Debug, Clone)]
pub(crate) struct Trend {
    pub(crate) name: String,
    pub(crate) measure: Measure,
    pub(crate) periods: Vec<String>,
    pub(crate) marks: Vec<Mark>,
    /// The level of the intervals, 0 to 1.
    pub(crate) level: f64,
}

/// From one period to the next.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) size: f64,
    pub(crate) ends: (f64, f64),
    pub(crate) p_value: f64,
}

impl Trend {
    /// The standard error that an interval is as wide as.
    fn error(&self, mark: Mark) -> Option<f64> {
        let (low, high) = mark.interval()?;
        let error = (high - low) / (2.0 * self.deviations());
        (error > 0.0).then_some(error)
    }

    /// Standard errors between the middle and an end of an interval of the level.
    fn deviations(&self) -> f64 {
        normal::quantile(0.5 + self.level / 2.0)
    }

    /// The change between the last two periods whose figures are known with their intervals.
    pub(crate) fn change(&self) -> Option<Change> {
        let known = |at: &usize| self.error(self.marks[*at]).is_some();
        let mut known = (0..self.marks.len()).rev().filter(known);
        let (last, before) = (known.next()?, known.next()?);
        let size = self.marks[last].value()? - self.marks[before].value()?;
        let error = libm::hypot(
            self.error(self.marks[last])?,
            self.error(self.marks[before])?,
        );
        let half = self.deviations() * error;
        Some(Change {
            from: self.periods[before].clone(),
            to: self.periods[last].clone(),
            size,
            ends: (size - half, size + half),
            p_value: normal::two_sided(size / error),
        })
    }

    fn written(&self, amount: f64) -> String {
        let sign = if amount > 0.0 { "+" } else { "" };
        format!("{sign}{}", self.measure.written(amount))
    }

    /// The last figure with its change.
    pub(crate) fn card(&self) -> Option<Card> {
        let last = self.marks.iter().rev().find_map(|mark| mark.value())?;
        let card = Card::new(&self.name, self.measure.written(last));
        let card = match self.change() {
            Some(change) => {
                let ends = [change.ends.0, change.ends.1].map(|end| self.written(end));
                let size = self.written(change.size);
                card.with_note(format!(
                    "{size} ({} to {}) on {}",
                    ends[0], ends[1], change.from
                ))
            }
            None => card,
        };
        let course = Sparkline::new(
            self.measure.clone(),
            self.periods.clone(),
            self.marks.clone(),
        );
        Some(card.with_course(course))
    }

    /// The figure by period.
    pub(crate) fn chart(&self, alerts: &[(String, f64)]) -> Chart {
        let alert = alerts.iter().any(|(name, _)| *name == self.name);
        let title = match self.change() {
            Some(change) if alert => {
                let verb = if change.size > 0.0 { "rose" } else { "fell" };
                format!(
                    "{} {verb} by {} in {}",
                    self.name,
                    self.measure.written(change.size.abs()),
                    change.to
                )
            }
            Some(change) => format!("{}: no change beyond chance in {}", self.name, change.to),
            None => format!("{}: too few periods to test a change", self.name),
        };
        let lines = Lines::new(self.measure.clone(), self.periods.clone())
            .with_series("", self.marks.clone());
        let level = words::percent(self.level);
        Chart::new(title, lines)
            .with_subtitle(format!("By period, {level} band"))
            .with_size(Size::Half)
    }
}

/// The figures whose last change exceeds its noise, with adjusted p-values (Holm 1979): among all
/// of them one change in twenty pages is false.
pub(crate) fn alerts(trends: &[Trend]) -> Vec<(String, f64)> {
    let changes = trends
        .iter()
        .filter_map(|trend| Some((trend, trend.change()?)));
    let changes: Vec<(&Trend, Change)> = changes.collect();
    let p_values: Vec<f64> = changes.iter().map(|(_, change)| change.p_value).collect();
    let adjusted = holm(&p_values).unwrap_or_default();
    let named = changes.iter().zip(adjusted);
    named
        .filter(|(_, p_value)| *p_value < CHANCE)
        .map(|((trend, _), p_value)| (trend.name.clone(), p_value))
        .collect()
}

/// A check for each alert; a good one where there is none.
pub(crate) fn checks(trends: &[Trend]) -> Vec<Check> {
    let alerts = alerts(trends);
    let changes = trends
        .iter()
        .filter(|trend| trend.change().is_some())
        .count();
    if alerts.is_empty() && changes > 0 {
        let text = format!("None of {changes} figures changed more than chance does");
        return vec![Check::new(Verdict::Good, text)];
    }
    let check = |(name, p_value): &(String, f64)| {
        let trend = trends.iter().find(|trend| trend.name == *name)?;
        let change = trend.change()?;
        let size = trend.written(change.size);
        let text = format!(
            "{name}: {size} from {} to {} (adjusted p {p_value:.3})",
            change.from, change.to
        );
        Some(Check::new(Verdict::Watch, text).with_action("Look for what else changed then."))
    };
    alerts.iter().filter_map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(name: &str, values: [f64; 3], half: f64) -> Trend {
        Trend {
            name: name.into(),
            measure: Measure::share("share"),
            periods: ["May", "June", "July"].map(String::from).to_vec(),
            marks: values
                .map(|x| Mark::new(x).with_interval(x - half, x + half))
                .to_vec(),
            level: 0.95,
        }
    }

    #[test]
    fn a_change_is_tested_by_both_intervals() {
        // half widths of .0196 are errors of .01, and .01 sqrt 2 of the difference
        let change = trend("kept", [0.5, 0.5, 0.55], 0.019_6).change().unwrap();
        assert!((change.size - 0.05).abs() < 1e-12);
        // z = 5 / sqrt 2 = 3.536: p = .000407
        assert!(
            (change.p_value - 0.000_407).abs() < 2e-6,
            "{}",
            change.p_value
        );
        assert!((change.ends.0 - (0.05 - 0.027_719)).abs() < 1e-5);
    }

    #[test]
    fn noise_gives_no_alert_and_a_gap_is_stepped_over() {
        let mut trends = vec![
            trend("a", [0.5, 0.5, 0.52], 0.05),
            trend("b", [0.5, 0.5, 0.9], 0.05),
        ];
        assert_eq!(alerts(&trends).len(), 1);
        assert_eq!(alerts(&trends)[0].0, "b");
        trends[1].marks[1] = Mark::MISSING;
        assert_eq!(trends[1].change().unwrap().from, "May");
        trends[1].marks[0] = Mark::MISSING;
        assert!(trends[1].change().is_none() && trends[1].card().unwrap().note().is_empty());
    }
}
