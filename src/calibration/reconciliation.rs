//! Joins what several methods say.

use std::collections::BTreeSet;

use crate::calibration::channel_totals::ChannelTotals;
use crate::calibration::common_period;
use crate::calibration::reconciled::{Reconciled, ReconciledChannel};
use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::linalg::cholesky::Cholesky;
use crate::stats::{ConfidenceLevel, Estimate, Interval};
use crate::time::Day;

/// Two answers further apart than this, in standard errors, contradict each other: chance does it
/// once in a hundred (chi-square of one degree of freedom beyond its 99 % point).
pub(super) const CONTRADICTION: f64 = 2.575_829_303_548_901;

/// Attribution, the mix model and tests over a common period, joined channel by channel.
///
/// With totals a and m, their covariances A and M, and tests L = share x total + noise, the joint
/// answer x is that of generalised least squares:
///
/// (A^-1 + M^-1 + H' S^-1 H) x = A^-1 a + M^-1 m + H' S^-1 L
///
/// First it is asked whether they speak of the same thing: z = (a - m) / sqrt(A + M) for each
/// channel. Beyond 2.58 the two are **not** averaged, since a mean of two answers of which one is
/// wrong is wrong too. They are shown apart. A test decides: it joins only methods that it does not
/// contradict, whether or not these agree with each other. Tests of a channel that contradict each
/// other decide nothing, and the channel has no joint answer. The baseline is what remains of all
/// outcomes.
///
/// ```
/// use mixtouch::calibration::{ChannelTotals, Reconciliation};
/// use mixtouch::experiment::LiftTest;
///
/// let log = ChannelTotals::new("attribution", [("search", 300.0, 20.0), ("social", 90.0, 15.0)])?;
/// let mix = ChannelTotals::new("mix model", [("search", 90.0, 30.0), ("social", 110.0, 30.0)])?;
/// let answer = Reconciliation::new(1_000.0, log.clone(), mix.clone()).solve()?;
/// assert!(answer.channel("search").unwrap().together.is_none(), "300 against 90");
/// let social = answer.channel("social").unwrap().together.unwrap();
/// assert!(social.value() > 90.0 && social.value() < 110.0);
///
/// // Half of search was switched off for the period and cost 50 conversions.
/// let test = LiftTest::new("search", "2026-03-02".parse()?, "2026-03-29".parse()?)
///     .with_spend_change(-1_000.0)
///     .with_outcome_change(-50.0)
///     .with_standard_error(12.0);
/// let decided = Reconciliation::new(1_000.0, log, mix).with_test(&test, 0.5).solve()?;
/// let search = decided.channel("search").unwrap().together.unwrap();
/// assert!((search.value() - 100.0).abs() < 10.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Reconciliation {
    outcomes: f64,
    methods: [ChannelTotals; 2],
    tests: Vec<Row>,
    level: ConfidenceLevel,
}

/// A test: `brought` = `share` x the channel's total, with an error.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    channel: String,
    share: f64,
    brought: f64,
    error: f64,
    days: (Day, Day),
}

impl Reconciliation {
    /// Of all `outcomes` of the period, what attribution and the mix model say channels brought.
    pub fn new(outcomes: f64, attribution: ChannelTotals, mix: ChannelTotals) -> Self {
        Self {
            outcomes,
            methods: [attribution, mix],
            tests: vec![],
            level: ConfidenceLevel::P90,
        }
    }

    /// Adds a test that switched `share` of the channel's effect of the period on or off, above 0.
    ///
    /// Where effects are about proportional to spend, that is the size of the test's change of spend
    /// over the channel's spend of the period; for a test on persons, the share of persons times the
    /// share of the period's touches that the test covers. [`tested_share`] works it out from a
    /// panel. Give a test here only if neither method
    /// was fitted with it, so that it counts once. Errors of tests count as independent; tests of a
    /// channel against one control group share its noise, so give them as one.
    ///
    /// [`tested_share`]: crate::calibration::tested_share
    #[must_use]
    pub fn with_test(mut self, test: &LiftTest, share: f64) -> Self {
        let sign = if test.spend_change() < 0.0 { -1.0 } else { 1.0 };
        self.tests.push(Row {
            channel: test.channel().to_owned(),
            share,
            brought: sign * test.outcome_change(),
            error: test.standard_error(),
            days: (test.start(), test.end()),
        });
        self
    }

    /// With another level of intervals than 90 %.
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// The joint answer.
    ///
    /// # Errors
    /// If the two methods are about other days, or a test ran outside of them, by more than a day at
    /// either end, where days are known ([`ChannelTotals::days`]); if the outcomes are not finite, a structural error is negative, a test's share is not > 0, or
    /// its figures are not finite with a standard error > 0.
    pub fn solve(&self) -> Result<Reconciled> {
        self.check()?;
        let names: BTreeSet<&String> = self
            .methods
            .iter()
            .flat_map(|method| &method.channels)
            .chain(self.tests.iter().map(|test| &test.channel))
            .collect();
        let views: Vec<View> = names.into_iter().map(|name| self.view(name)).collect();
        let (totals, covariance) = self.joined(&views)?;
        let z = self.level.z();
        let estimate = |value: f64, error: f64| -> Result<Estimate> {
            let interval = Interval::new(value - z * error, value + z * error, self.level)?;
            Ok(Estimate::new(value, interval))
        };
        let optional = |figure: Option<(f64, f64)>| {
            figure
                .map(|(value, variance)| estimate(value, variance.sqrt()))
                .transpose()
        };
        let mut channels = Vec::with_capacity(views.len());
        for (at, view) in views.iter().enumerate() {
            let together = totals[at].map(|value| (value, covariance[at * views.len() + at]));
            channels.push(ReconciledChannel {
                channel: view.name.clone(),
                attribution: optional(view.methods[0])?,
                mix: optional(view.methods[1])?,
                tests: optional(view.tests)?,
                conflict: view.conflict,
                from_tests: view.from_tests,
                between_tests: view.between_tests,
                together: optional(together)?,
            });
        }
        let baseline = totals.iter().copied().sum::<Option<f64>>().map(|credited| {
            (
                self.outcomes - credited,
                covariance.iter().sum::<f64>().max(0.0),
            )
        });
        Ok(Reconciled {
            methods: self.methods.each_ref().map(|method| method.method.clone()),
            outcomes: self.outcomes,
            channels,
            baseline: optional(baseline)?,
        })
    }

    fn check(&self) -> Result<()> {
        if !self.outcomes.is_finite() {
            return Err(Error::setting(
                "outcomes of the period",
                self.outcomes,
                "a finite number",
            ));
        }
        for method in &self.methods {
            method.clone().checked()?;
        }
        common_period::of_methods(&self.methods)?;
        for test in &self.tests {
            for method in &self.methods {
                common_period::of_test(method, &test.channel, test.days)?;
            }
            let positive = |number: f64| number > 0.0 && number.is_finite();
            if !(positive(test.share) && positive(test.error) && test.brought.is_finite()) {
                return Err(Error::setting(
                    format!("test of {:?}", test.channel),
                    format!(
                        "{} of a share of {} +- {}",
                        test.brought, test.share, test.error
                    ),
                    "a finite outcome, a share and a standard error > 0",
                ));
            }
        }
        Ok(())
    }

    fn view(&self, name: &str) -> View {
        let methods = self.methods.each_ref().map(|method| {
            let at = method.place(name)?;
            Some((method.totals[at], method.covariance(at, at)))
        });
        let conflict = methods[0].zip(methods[1]).map(|(a, m)| distance(a, m));
        let tests = self.tested(name);
        let from_tests = tests.and_then(|tests| {
            let known = methods.iter().flatten();
            let distances = known.map(|&figure| distance(figure, tests).abs());
            distances.max_by(f64::total_cmp)
        });
        let between_tests = self.between_tests(name);
        let undecided = between_tests.is_some_and(|z| z > CONTRADICTION);
        let agrees = |figure| match tests {
            Some(test) => distance(figure, test).abs() <= CONTRADICTION,
            None => conflict.is_none_or(|z| z.abs() <= CONTRADICTION),
        };
        let trusted = methods.map(|figure| !undecided && figure.is_some_and(agrees));
        View {
            name: name.to_owned(),
            methods,
            tests,
            conflict,
            from_tests,
            between_tests,
            trusted,
            undecided,
        }
    }

    /// How far the two tests of a channel that differ most are apart, in standard errors.
    fn between_tests(&self, name: &str) -> Option<f64> {
        let own = self.tests.iter().filter(|test| test.channel == name);
        let totals: Vec<(f64, f64)> = own
            .map(|test| {
                let error = test.error / test.share;
                (test.brought / test.share, error * error)
            })
            .collect();
        let pairs = totals.iter().enumerate().flat_map(|(at, &one)| {
            let earlier = totals[..at].iter();
            earlier.map(move |&other| distance(one, other).abs())
        });
        pairs.max_by(f64::total_cmp)
    }

    /// All tests of a channel as one answer: its total and variance.
    fn tested(&self, name: &str) -> Option<(f64, f64)> {
        let (mut weight, mut sum) = (0.0, 0.0);
        for test in self.tests.iter().filter(|test| test.channel == name) {
            let precision = test.share / (test.error * test.error);
            weight += precision * test.share;
            sum += precision * test.brought;
        }
        (weight > 0.0).then(|| (sum / weight, 1.0 / weight))
    }

    /// Totals, none for channels on which there is no agreement, and their covariance, row by row.
    fn joined(&self, views: &[View]) -> Result<(Vec<Option<f64>>, Vec<f64>)> {
        let known: Vec<usize> = (0..views.len())
            .filter(|&at| views[at].is_known())
            .collect();
        let size = known.len();
        let (mut information, mut right) = (vec![0.0; size * size], vec![0.0; size]);
        for (which, method) in self.methods.iter().enumerate() {
            let used: Vec<usize> = (0..size)
                .filter(|&i| views[known[i]].trusted[which])
                .collect();
            let places = used
                .iter()
                .filter_map(|&i| method.place(&views[known[i]].name));
            let places: Vec<usize> = places.collect();
            let inverse = inverse(places.len(), |a, b| method.covariance(places[a], places[b]))?;
            for (a, &i) in used.iter().enumerate() {
                for (b, &j) in used.iter().enumerate() {
                    let weight = inverse[a * used.len() + b];
                    information[i * size + j] += weight;
                    right[i] += weight * method.totals[places[b]];
                }
            }
        }
        for (i, &at) in known.iter().enumerate() {
            if let Some((total, variance)) = views[at].tests {
                information[i * size + i] += 1.0 / variance;
                right[i] += total / variance;
            }
        }
        let joint = inverse(size, |a, b| information[a * size + b])?;
        let (mut totals, mut covariance) = (
            vec![None; views.len()],
            vec![0.0; views.len() * views.len()],
        );
        for (i, &at) in known.iter().enumerate() {
            totals[at] = Some((0..size).map(|j| joint[i * size + j] * right[j]).sum());
            for (j, &other) in known.iter().enumerate() {
                covariance[at * views.len() + other] = joint[i * size + j];
            }
        }
        Ok((totals, covariance))
    }
}

/// What is said of one channel: totals and variances.
struct View {
    name: String,
    methods: [Option<(f64, f64)>; 2],
    tests: Option<(f64, f64)>,
    conflict: Option<f64>,
    from_tests: Option<f64>,
    between_tests: Option<f64>,
    /// Whether a method's answer enters the joint one.
    trusted: [bool; 2],
    /// Whether tests contradict each other.
    undecided: bool,
}

impl View {
    fn is_known(&self) -> bool {
        !self.undecided && (self.tests.is_some() || self.trusted.contains(&true))
    }
}

/// Two answers' difference in its standard errors.
fn distance(one: (f64, f64), other: (f64, f64)) -> f64 {
    (one.0 - other.0) / (one.1 + other.1).sqrt()
}

/// The inverse of a positive definite matrix, row by row.
fn inverse(size: usize, cell: impl Fn(usize, usize) -> f64) -> Result<Vec<f64>> {
    let matrix = (0..size * size).map(|at| cell(at / size, at % size));
    let factor = Cholesky::new(matrix.collect(), size).ok_or_else(|| {
        Error::setting(
            "covariance of channels' totals",
            "singular",
            "errors of which none follows from others",
        )
    })?;
    let column = |at: usize| {
        let unit: Vec<f64> = (0..size)
            .map(|row| f64::from(u8::from(row == at)))
            .collect();
        factor.solve(&unit)
    };
    Ok((0..size).flat_map(column).collect())
}
