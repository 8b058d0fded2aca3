//! Figures over time, and which of their changes are more than noise.

use crate::pages::trend::{Change, Trend};
use crate::report::chart::{Chart, Size};
use crate::report::html::{Card, Check, Verdict};
use crate::stats::benjamini_hochberg;
use crate::stats::difference::p_text;

/// The share of alerts that are false on average, over all changes of a page.
const FALSE: f64 = 0.05;
/// The alerts that a page names.
const NAMED: usize = 8;

/// A change that exceeds its noise.
#[derive(Debug, Clone)]
pub(crate) struct Alert {
    /// The place of the figure among the trends.
    trend: usize,
    change: Change,
    /// The p-value adjusted over all changes of all figures.
    adjusted: f64,
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

    /// The alerts of the last change of each figure.
    fn last(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|alert| {
            let change = self.trends[alert.trend].change();
            change.is_some_and(|change| change.at == alert.change.at)
        })
    }

    /// The figures whose last change is an alert.
    pub(crate) fn changed(&self) -> Vec<&str> {
        let alerts = self.last();
        alerts
            .map(|alert| self.trends[alert.trend].name.as_str())
            .collect()
    }

    /// The last value of each figure, with its change judged as everywhere on the page.
    pub(crate) fn cards(&self) -> impl Iterator<Item = Card> {
        let told: Vec<usize> = self.last().map(|alert| alert.trend).collect();
        let trends = self.trends.iter().enumerate();
        trends.filter_map(move |(at, trend)| trend.card(told.contains(&at)))
    }

    /// How many changes were tested; none where there was none.
    pub(crate) fn tested(&self) -> Option<String> {
        match self.tested {
            0 => None,
            1 => Some("1 change is tested".to_owned()),
            tested => Some(format!("{tested} changes are tested")),
        }
    }

    /// How changes were tested, or why none was, in a sentence.
    pub(crate) fn rule(&self) -> String {
        match (self.tested, self.trends.len()) {
            (0, 0) => {
                "No figure is known of two whole periods: no change can be tested.".to_owned()
            }
            (0, _) => "Too few periods have intervals: no change can be tested.".to_owned(),
            (1, _) => {
                "One change from one period to the next is tested, by the intervals of both. \
                       It is called a change where its p-value is below .05."
                    .to_owned()
            }
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
            (None, 0) => trend.untested(),
            (None, 1) => format!("{}: no change beyond chance", trend.name),
            (None, count) => format!("{}: none of {count} changes beyond chance", trend.name),
        };
        Chart::new(title, trend.plot(latest.map(|alert| alert.change.at)))
            .with_subtitle(trend.about())
            .with_size(Size::Half)
    }

    /// A check for each alert, the latest first; a good one where there is none.
    pub(crate) fn checks(&self) -> Vec<Check> {
        if self.alerts.is_empty() && self.tested > 0 {
            let text = match self.tested {
                1 => "The one change that is tested does not exceed chance".to_owned(),
                tested => format!("None of {tested} changes exceeds chance"),
            };
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
    use crate::pages::calendar::Calendar;
    use crate::report::chart::{Mark, Measure};
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
            calendar: Calendar::Free,
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
        let trends = Trends::new(all.clone());
        assert_eq!(trends.changed(), ["b"]);
        let notes: Vec<String> = trends.cards().map(|card| card.note().to_owned()).collect();
        let judged = ["within chance", "beyond chance"].map(|word| format!("on month 2: {word}"));
        assert!(
            notes
                .iter()
                .zip(&judged)
                .all(|(note, end)| note.ends_with(end)),
            "{notes:?}"
        );
        all[1].marks[1] = Mark::MISSING;
        assert_eq!(all[1].change().unwrap().from, "month 1");
        all[1].marks[0] = Mark::MISSING;
        assert!(all[1].change().is_none());
        // no change is tested, and the note is the interval of the figure
        assert_eq!(all[1].card(false).unwrap().note(), "85.0 % to 95.0 %");
    }

    /// Four months from January on in which what is counted does not change, with intervals so
    /// narrow that the days of a month are told.
    #[test]
    fn the_calendar_is_no_change() {
        let days = [31.0, 28.0, 31.0, 30.0];
        let mut bought = trend("Bought", &days.map(|days| days / 200.0), 0.001);
        assert_eq!(Trends::new(vec![bought.clone()]).alerts.len(), 3);
        bought.calendar = Calendar::Grows(days.to_vec());
        let note = Trends::new(vec![bought.clone()]).cards().next().unwrap();
        let note = note.note().to_owned();
        assert!(
            note.ends_with("on month 3: within what its days and chance explain"),
            "{note}"
        );
        assert!(Trends::new(vec![bought.clone()]).alerts.is_empty());
        // a quarter more than January is more than the days of March explain
        bought.marks[2] = Mark::new(0.19).with_interval(0.189, 0.191);
        assert_eq!(Trends::new(vec![bought]).alerts.len(), 2);

        let mut kept = trend("Retention", &[0.04, 0.13, 0.04, 0.07], 0.005);
        assert_eq!(Trends::new(vec![kept.clone()]).changed(), ["Retention"]);
        kept.calendar = Calendar::Before(vec![0, 3, 0, 1]);
        let trends = Trends::new(vec![kept.clone()]);
        assert!(trends.alerts.is_empty() && trends.tested == 1);
        let card = kept.card(false).unwrap();
        assert!(card.course().is_none(), "April is like no other month");
        assert_eq!(card.note(), "6.5 % to 7.5 %");
        // March is compared with January
        kept.marks[2] = Mark::new(0.4).with_interval(0.395, 0.405);
        let trends = Trends::new(vec![kept.clone()]);
        let title = "Retention rose by 36.0 points in month 3";
        assert_eq!(trends.charts()[0].title(), title);
        let mut alone = kept;
        alone.calendar = Calendar::Before(vec![0, 3, 2, 1]);
        let title =
            "Retention: no two of the periods known are equally long, so no change is tested";
        assert_eq!(Trends::new(vec![alone]).charts()[0].title(), title);
    }

    #[test]
    fn one_change_is_one_and_what_stays_the_same_is_said_so() {
        let trends = Trends::new(vec![trend("kept", &[0.5, 0.51], 0.05)]);
        assert_eq!(trends.tested().unwrap(), "1 change is tested");
        assert!(trends.rule().starts_with("One change from one period"));
        let check = trends.checks()[0].text().to_owned();
        assert_eq!(
            check,
            "The one change that is tested does not exceed chance"
        );
        let constant = Trends::new(vec![trend("Order value", &[40.0; 3], 0.0)]);
        let title = "Order value: the same in all 3 periods";
        assert_eq!(constant.charts()[0].title(), title);
        assert_eq!(constant.tested(), None);
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
