//! Figures over time, and which of their changes are more than noise.

use crate::pages::words;
use crate::report::chart::{Chart, Lines, Mark, Measure, Size, Sparkline};
use crate::report::figure;
use crate::report::html::{Card, Check, Verdict};
use crate::stats::difference::p_text;
use crate::stats::{benjamini_hochberg, normal};

/// The share of alerts that are false on average, over all changes of a page.
const FALSE: f64 = 0.05;
/// The alerts that a page names.
const NAMED: usize = 8;

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
    /// The place of `to` among the periods.
    pub(crate) at: usize,
    pub(crate) size: f64,
    pub(crate) ends: (f64, f64),
    pub(crate) p_value: f64,
}

/// A change that exceeds its noise.
#[derive(Debug, Clone)]
pub(crate) struct Alert {
    /// The place of the figure among the trends.
    trend: usize,
    change: Change,
    /// The p-value adjusted over all changes of all figures.
    adjusted: f64,
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

    /// The changes between successive periods whose figures are known with their intervals.
    fn changes(&self) -> Vec<Change> {
        let known = |at: &usize| self.error(self.marks[*at]).is_some();
        let known: Vec<usize> = (0..self.marks.len()).filter(known).collect();
        let pairs = known.windows(2);
        pairs
            .filter_map(|pair| self.between(pair[0], pair[1]))
            .collect()
    }

    fn between(&self, before: usize, after: usize) -> Option<Change> {
        let (first, second) = (self.marks[before], self.marks[after]);
        let size = second.value()? - first.value()?;
        let error = libm::hypot(self.error(first)?, self.error(second)?);
        let half = self.deviations() * error;
        Some(Change {
            from: self.periods[before].clone(),
            to: self.periods[after].clone(),
            at: after,
            size,
            ends: (size - half, size + half),
            p_value: normal::two_sided(size / error),
        })
    }

    /// The last change.
    pub(crate) fn change(&self) -> Option<Change> {
        self.changes().pop()
    }

    /// A change: of a share in points of a hundred.
    fn difference(&self, amount: f64) -> String {
        match self.measure.is_share() {
            true => format!("{} points", figure(100.0 * amount, 1)),
            false => self.measure.written(amount),
        }
    }

    fn signed(&self, amount: f64) -> String {
        let sign = if amount > 0.0 { "+" } else { "" };
        format!("{sign}{}", self.difference(amount))
    }

    /// The last figure with its change.
    pub(crate) fn card(&self) -> Option<Card> {
        let last = self.marks.iter().rev().find_map(|mark| mark.value())?;
        let card = Card::new(&self.name, self.measure.written(last));
        let card = match self.change() {
            Some(change) => {
                let ends = [change.ends.0, change.ends.1].map(|end| self.signed(end));
                let size = self.signed(change.size);
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
}

/// All figures of a page with their alerts.
#[derive(Debug, Clone)]
pub(crate) struct Trends {
    pub(crate) trends: Vec<Trend>,
    /// How many changes were tested.
    tested: usize,
    /// The latest first.
    alerts: Vec<Alert>,
}

impl Trends {
    pub(crate) fn new(trends: Vec<Trend>) -> Self {
        let each = trends.iter().enumerate();
        let changes: Vec<(usize, Change)> = each
            .flat_map(|(at, trend)| trend.changes().into_iter().map(move |change| (at, change)))
            .collect();
        let p_values: Vec<f64> = changes.iter().map(|(_, change)| change.p_value).collect();
        let adjusted = benjamini_hochberg(&p_values).unwrap_or_default();
        let tested = changes.len();
        let changes = changes.into_iter().zip(adjusted);
        let mut alerts: Vec<Alert> = changes
            .filter(|(_, adjusted)| *adjusted < FALSE)
            .map(|((trend, change), adjusted)| Alert {
                trend,
                change,
                adjusted,
            })
            .collect();
        let age = |alert: &Alert| trends[alert.trend].periods.len() - alert.change.at;
        alerts.sort_by(|a, b| {
            age(a)
                .cmp(&age(b))
                .then(a.adjusted.total_cmp(&b.adjusted))
                .then(a.trend.cmp(&b.trend))
        });
        Self {
            trends,
            tested,
            alerts,
        }
    }

    /// The figures whose last change is an alert.
    pub(crate) fn changed(&self) -> Vec<&str> {
        let last = |alert: &&Alert| {
            let change = self.trends[alert.trend].change();
            change.is_some_and(|change| change.at == alert.change.at)
        };
        let alerts = self.alerts.iter().filter(last);
        alerts
            .map(|alert| self.trends[alert.trend].name.as_str())
            .collect()
    }

    /// How many changes were tested.
    pub(crate) const fn tested(&self) -> usize {
        self.tested
    }

    /// How changes were tested, or why none was, in a sentence.
    pub(crate) fn rule(&self) -> String {
        match (self.tested, self.trends.len()) {
            (0, 0) => "One period: no change can be tested.".to_owned(),
            (0, _) => "Too few periods have intervals: no change can be tested.".to_owned(),
            (tested, _) => format!(
                "All {tested} changes from one period to the next are tested by the intervals of \
                 both. A change is called one where its p-value, adjusted for their number, is below \
                 .05: of such changes one in twenty is false on average."
            ),
        }
    }

    /// A chart of each figure, the latest change that exceeds its noise in the title and marked.
    pub(crate) fn charts(&self) -> Vec<Chart> {
        (0..self.trends.len()).map(|at| self.chart(at)).collect()
    }

    fn chart(&self, at: usize) -> Chart {
        let trend = &self.trends[at];
        let mut alerts = self.alerts.iter().filter(|alert| alert.trend == at);
        let (latest, earlier) = (alerts.next(), alerts.count());
        let lines = Lines::new(trend.measure.clone(), trend.periods.clone())
            .with_series("", trend.marks.clone());
        let lines = match latest {
            Some(alert) => lines.with_divider(alert.change.at, "changed"),
            None => lines,
        };
        let title = match (latest, trend.changes().len()) {
            (Some(Alert { change, .. }), _) => {
                let verb = if change.size > 0.0 { "rose" } else { "fell" };
                let size = trend.difference(change.size.abs());
                let more = match earlier {
                    0 => String::new(),
                    1 => ", after another change".to_owned(),
                    _ => format!(", after {earlier} other changes"),
                };
                format!("{} {verb} by {size} in {}{more}", trend.name, change.to)
            }
            (None, 0) => format!("{}: too few periods to test a change", trend.name),
            (None, 1) => format!("{}: no change beyond chance", trend.name),
            (None, count) => format!("{}: none of {count} changes beyond chance", trend.name),
        };
        let level = words::percent(trend.level);
        Chart::new(title, lines)
            .with_subtitle(format!("By period, {level} band"))
            .with_size(Size::Half)
    }

    /// A check for each alert, the latest first; a good one where there is none.
    pub(crate) fn checks(&self) -> Vec<Check> {
        if self.alerts.is_empty() && self.tested > 0 {
            let text = format!("None of {} changes exceeds chance", self.tested);
            return vec![Check::new(Verdict::Good, text)];
        }
        let mut checks: Vec<Check> = self
            .alerts
            .iter()
            .take(NAMED)
            .map(|alert| self.check(alert))
            .collect();
        if let Some(more) = self.alerts.len().checked_sub(NAMED + 1) {
            let text = format!("{} earlier changes exceed chance too", more + 1);
            checks.push(Check::new(Verdict::Watch, text).with_action("See the charts of changes."));
        }
        checks
    }

    fn check(&self, alert: &Alert) -> Check {
        let (trend, change) = (&self.trends[alert.trend], &alert.change);
        let text = format!(
            "{}: {} from {} to {} (adjusted {})",
            trend.name,
            trend.signed(change.size),
            change.from,
            change.to,
            p_text(alert.adjusted)
        );
        Check::new(Verdict::Watch, text).with_action("Look for what else changed then.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    fn trend(name: &str, values: &[f64], half: f64) -> Trend {
        Trend {
            name: name.into(),
            measure: Measure::share("share"),
            periods: (1..=values.len()).map(|at| format!("month {at}")).collect(),
            marks: values
                .iter()
                .map(|x| Mark::new(*x).with_interval(x - half, x + half))
                .collect(),
            level: 0.95,
        }
    }

    #[test]
    fn a_change_is_tested_by_both_intervals() {
        // half widths of .0196 are errors of .01, and .01 sqrt 2 of the difference
        let change = trend("kept", &[0.5, 0.5, 0.55], 0.019_6).change().unwrap();
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
        let mut all = vec![
            trend("a", &[0.5, 0.5, 0.52], 0.05),
            trend("b", &[0.5, 0.5, 0.9], 0.05),
        ];
        assert_eq!(Trends::new(all.clone()).changed(), ["b"]);
        all[1].marks[1] = Mark::MISSING;
        assert_eq!(all[1].change().unwrap().from, "month 1");
        all[1].marks[0] = Mark::MISSING;
        assert!(all[1].change().is_none() && all[1].card().unwrap().note().is_empty());
    }

    #[test]
    fn a_change_long_ago_is_an_alert_and_not_in_the_headline() {
        let trends = Trends::new(vec![trend("kept", &[0.5, 0.5, 0.8, 0.8, 0.8], 0.05)]);
        assert!(trends.changed().is_empty());
        assert_eq!(
            trends.charts()[0].title(),
            "kept rose by 30.0 points in month 3"
        );
        assert!(
            trends.checks()[0]
                .text()
                .starts_with("kept: +30.0 points from month 2 to month 3")
        );
        let twice = Trends::new(vec![trend("kept", &[0.5, 0.8, 0.8, 0.3], 0.05)]);
        let title = "kept fell by 50.0 points in month 4, after another change";
        assert_eq!(twice.charts()[0].title(), title);
        assert_eq!(twice.changed(), ["kept"]);
    }

    /// Twelve months of six figures that do not change, and of six of which one jumps.
    #[test]
    fn false_alerts_are_as_rare_as_stated() {
        let (pages, error) = (400, 0.02);
        let (mut with_alert, mut found, mut wrong, mut told) = (0, 0, 0.0, 0);
        for seed in 0..pages {
            let mut random = Random::new(seed);
            let mut figures = |jump: f64| -> Vec<Trend> {
                let values = |figure: usize, random: &mut Random| -> Vec<f64> {
                    let level = |month: usize| {
                        let jumped = figure == 0 && month > 5;
                        0.5 + if jumped { jump } else { 0.0 } + error * random.normal()
                    };
                    (0..12).map(level).collect()
                };
                (0..6)
                    .map(|at| trend(&at.to_string(), &values(at, &mut random), 1.96 * error))
                    .collect()
            };
            with_alert += usize::from(!Trends::new(figures(0.0)).alerts.is_empty());
            let jumped = Trends::new(figures(0.12));
            let right = |alert: &&Alert| alert.trend == 0 && alert.change.at == 6;
            let right = jumped.alerts.iter().filter(right).count();
            found += right;
            told += jumped.alerts.len();
            let all = jumped.alerts.len().max(1) as f64;
            wrong += (jumped.alerts.len() - right) as f64 / all;
        }
        let share = |count: usize| count as f64 / pages as f64;
        assert!(share(with_alert) < 0.08, "{}", share(with_alert));
        assert!(
            wrong / (pages as f64) < 0.08,
            "{} of {told}",
            wrong / pages as f64
        );
        assert!(share(found) > 0.75, "{}", share(found));
    }
}
