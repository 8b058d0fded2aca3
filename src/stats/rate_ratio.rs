//! Two groups of times compared: the log-rank test.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::confidence::ConfidenceLevel;
use crate::stats::difference::p_text;
use crate::stats::normal;
use crate::stats::spell::{AtRisk, Spell, sorted};
use crate::stats::survival::Limits;

/// How many times as fast events come in one group as in another, with the log-rank test of Mantel
/// (1966) of no difference.
///
/// The ratio solves Cox's partial likelihood (1972; ties after Breslow). The interval holds every
/// ratio that the test, asked of that ratio, does not reject: it excludes 1 where the p value is
/// below 1 - level, and only there.
///
/// Something that changes groups is an open spell of the first up to the change, and one of the
/// second watched from there ([`Spell::watched_from`]): its time up to the change says nothing of
/// the second.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, RateRatio, Spell};
///
/// let slow: Vec<Spell> = (1..=20).map(|time| Spell::ended(f64::from(2 * time))).collect();
/// let fast: Vec<Spell> = (1..=20).map(|time| Spell::ended(f64::from(time))).collect();
/// let faster = RateRatio::new(&slow, &fast, ConfidenceLevel::default())?;
/// assert!(faster.ratio.is_some_and(|ratio| ratio > 1.5) && faster.p_value < 0.05);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RateRatio {
    /// Rate of the treatment / rate of the control; none unless both had events side by side.
    pub ratio: Option<f64>,
    /// The interval of the ratio.
    #[serde(rename = "interval")]
    pub limits: Limits,
    /// Two-sided p value of no difference.
    pub p_value: f64,
    /// Whether more events came in the treatment than expected without a difference.
    faster: bool,
}

/// Events at one time: of how many at risk in each group, and how many in the treatment.
struct Moment {
    control: f64,
    treatment: f64,
    ended: f64,
    ended_treatment: f64,
}

/// The logarithm of the largest ratio sought; beyond it one group as good as never has events.
const FARTHEST: f64 = 20.0;

impl RateRatio {
    /// Compares two groups.
    ///
    /// # Errors
    /// If no event came while both groups were watched, so that nothing can be compared.
    pub fn new(control: &[Spell], treatment: &[Spell], level: ConfidenceLevel) -> Result<Self> {
        let moments = moments(control, treatment);
        let (score, variance) = score(&moments, 0.0);
        if variance <= 0.0 {
            return Err(Error::setting(
                "events while both groups were watched",
                0,
                "at least 1",
            ));
        }
        let z = level.z();
        let signed = |log: f64, shift: f64| {
            let (score, variance) = self::score(&moments, log);
            score - shift * variance.max(0.0).sqrt()
        };
        let end = |shift: f64| root(|log| signed(log, shift)).map(libm::exp);
        Ok(Self {
            ratio: end(0.0),
            limits: Limits {
                low: end(z),
                high: end(-z),
                level,
            },
            p_value: normal::two_sided(score / variance.sqrt()),
            faster: score > 0.0,
        })
    }

    /// Whether events come faster in the treatment, whatever the uncertainty.
    pub const fn is_faster(&self) -> bool {
        self.faster
    }
}

/// The times at which events came while both groups were at risk.
fn moments(control: &[Spell], treatment: &[Spell]) -> Vec<Moment> {
    let groups = [control, treatment].map(|spells| sorted((0..).zip(spells.iter().copied())));
    let spells = groups.iter().flatten();
    let mut times: Vec<f64> = spells.map(|(_, spell)| spell.time()).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    let [mut control, mut treatment] = [0, 1].map(|at: usize| AtRisk::new(&groups[at]));
    let mut moments = Vec::new();
    for time in times {
        let [control, treatment] = [control.at(time), treatment.at(time)].map(|moment| {
            let ended = moment.leaving.iter().filter(|(_, spell)| spell.is_ended());
            (moment.at_risk as f64, ended.count() as f64)
        });
        if control.0 > 0.0 && treatment.0 > 0.0 && control.1 + treatment.1 > 0.0 {
            moments.push(Moment {
                control: control.0,
                treatment: treatment.0,
                ended: control.1 + treatment.1,
                ended_treatment: treatment.1,
            });
        }
    }
    moments
}

/// Events of the treatment less those expected if its rate were exp(log) times the control's, and
/// their variance: at 0 the hypergeometric one of the log-rank test.
fn score(moments: &[Moment], log: f64) -> (f64, f64) {
    let ratio = libm::exp(log);
    moments
        .iter()
        .fold((0.0, 0.0), |(score, variance), moment| {
            let share = moment.treatment * ratio / (moment.control + moment.treatment * ratio);
            let all = moment.control + moment.treatment;
            let ties = (all - moment.ended) / (all - 1.0).max(1.0);
            (
                score + moment.ended_treatment - moment.ended * share,
                variance + moment.ended * ties * share * (1.0 - share),
            )
        })
}

/// Where a falling function is 0, between minus and plus [`FARTHEST`].
fn root(function: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut high) = (-FARTHEST, FARTHEST);
    if function(low) <= 0.0 || function(high) >= 0.0 {
        return None;
    }
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if function(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(0.5 * (low + high))
}

impl fmt::Display for RateRatio {
    /// The ratio, its interval and the p value, with the formatter's precision (2 digits by
    /// default).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let ratio = self
            .ratio
            .map_or("-".to_owned(), |ratio| format!("{ratio:.digits$}"));
        let p = p_text(self.p_value);
        write!(f, "{ratio} times as fast ({:.digits$}, {p})", self.limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    fn spells(text: &str) -> Vec<Spell> {
        crate::stats::survival::tests::spells(text)
    }

    /// Freireich et al. (1963), weeks of remission of leukaemia, as in Cox (1972) and R's
    /// `MASS::gehan`; `+` is a censored one.
    pub(crate) const DRUG: &str =
        "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+";
    pub(crate) const PLACEBO: &str = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23";

    #[test]
    fn published_log_rank_tests() {
        let level = ConfidenceLevel::default();
        // R: survdiff(Surv(time, cens) ~ treat, gehan): chisq 16.8 on 1 degree, p = 4e-05;
        // coxph(.., ties = "breslow"): coefficient 1.509 for the placebo.
        let placebo = RateRatio::new(&spells(DRUG), &spells(PLACEBO), level).unwrap();
        let z = normal::quantile(1.0 - 0.5 * placebo.p_value);
        assert!((z * z - 16.79).abs() < 0.01, "{}", z * z);
        let log = libm::log(placebo.ratio.unwrap());
        assert!((log - 1.509).abs() < 5e-4, "{log}");
        // R: survdiff(Surv(time, status) ~ x, aml): chisq 3.4, p = 0.07.
        use crate::stats::survival::tests::{MAINTAINED, NOT_MAINTAINED};
        let aml = RateRatio::new(&spells(MAINTAINED), &spells(NOT_MAINTAINED), level).unwrap();
        let z = normal::quantile(1.0 - 0.5 * aml.p_value);
        assert!((z * z - 3.396).abs() < 5e-3, "{}", z * z);
        assert!(aml.limits.low.unwrap() < 1.0 && aml.limits.high.unwrap() > 2.5);
    }

    #[test]
    fn the_interval_excludes_1_where_the_test_rejects() {
        for seed in 0..300 {
            let mut random = Random::new(seed);
            let mut group = |rate: f64| -> Vec<Spell> {
                let spell = |_| match (random.exponential(rate), 3.0 * random.uniform()) {
                    (time, end) if time < end => Spell::ended(time),
                    (_, end) => Spell::open(end),
                };
                (0..30).map(spell).collect()
            };
            let (control, treatment) = (group(1.0), group(1.7));
            let test = RateRatio::new(&control, &treatment, ConfidenceLevel::default()).unwrap();
            let holds = |end: Option<f64>, is: fn(f64) -> bool| end.is_none_or(is);
            let contains_1 = holds(test.limits.low, |low| low <= 1.0)
                && holds(test.limits.high, |high| high >= 1.0);
            assert_eq!(contains_1, test.p_value >= 0.05, "{seed}: {test}");
        }
    }

    #[test]
    fn groups_of_equal_speed_that_began_later_do_not_differ() {
        // Cases of 6 days on average, watched for up to 30 days; those of one group were opened in
        // the last 12. A test of the closed ones alone finds them faster every time.
        let found = (0..400).filter(|&seed| {
            let mut random = Random::new(seed);
            let mut group = |watched: f64, count: usize| -> Vec<Spell> {
                let spell = |_| match (random.exponential(1.0 / 6.0), watched * random.uniform()) {
                    (time, end) if time < end => Spell::ended(time),
                    (_, end) => Spell::open(end),
                };
                (0..count).map(spell).collect()
            };
            let (all, late) = (group(30.0, 300), group(12.0, 200));
            RateRatio::new(&all, &late, ConfidenceLevel::default())
                .unwrap()
                .p_value
                < 0.05
        });
        let share = found.count() as f64 / 400.0;
        assert!((0.02..=0.09).contains(&share), "{share}");
    }

    /// Cases that end at the same rate, alone or joint; the second agent joins at random. Spells of
    /// the state as it changes, and of all cases that were ever joint.
    fn joint_cases(seed: u64, speed: f64) -> [[Vec<Spell>; 2]; 2] {
        let mut random = Random::new(seed);
        let (mut changing, mut ever) = ([vec![], vec![]], [vec![], vec![]]);
        for _ in 0..300 {
            let (alone, joins) = (random.exponential(1.0), random.exponential(0.7));
            let time = if joins < alone {
                joins + random.exponential(speed)
            } else {
                alone
            };
            ever[usize::from(joins < alone)].push(Spell::ended(time));
            if joins < alone {
                changing[0].push(Spell::open(joins));
                changing[1].push(Spell::ended(time).watched_from(joins));
            } else {
                changing[0].push(Spell::ended(time));
            }
        }
        [changing, ever]
    }

    #[test]
    fn a_change_of_groups_makes_no_time_immortal() {
        let level = ConfidenceLevel::default();
        let (mut found, mut by_the_end) = (0, 0);
        for seed in 0..400 {
            let [[alone, joint], [never, ever]] = joint_cases(seed, 1.0);
            let p = |control, treatment| RateRatio::new(control, treatment, level).unwrap().p_value;
            found += u32::from(p(&alone, &joint) < 0.05);
            by_the_end += u32::from(p(&never, &ever) < 0.05);
        }
        assert!((8..=34).contains(&found), "{found} of 400");
        assert!(by_the_end > 390, "those ever joint look slow: {by_the_end}");
    }

    #[test]
    fn a_change_of_groups_that_changes_the_speed_is_found() {
        let ratios = (0..200).map(|seed| {
            let [[alone, joint], _] = joint_cases(seed, 2.0);
            let test = RateRatio::new(&alone, &joint, ConfidenceLevel::default()).unwrap();
            let holds = test.limits.low.unwrap() <= 2.0 && test.limits.high.unwrap() >= 2.0;
            (libm::log(test.ratio.unwrap()), u32::from(holds))
        });
        let (sum, held) = ratios.fold((0.0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let ratio = libm::exp(sum / 200.0);
        assert!((ratio / 2.0 - 1.0).abs() < 0.03, "{ratio}");
        assert!((182..=198).contains(&held), "{held} of 200");
    }

    #[test]
    fn what_cannot_be_compared_is_told() {
        let level = ConfidenceLevel::default();
        assert!(RateRatio::new(&[], &[Spell::ended(1.0)], level).is_err());
        assert!(RateRatio::new(&[Spell::open(9.0)], &[Spell::open(1.0)], level).is_err());
        let one_sided = RateRatio::new(&spells("5+ 6+ 7+ 8+"), &spells("1 2 3 4"), level).unwrap();
        assert_eq!((one_sided.ratio, one_sided.limits.high), (None, None));
        assert!(one_sided.limits.low.is_some_and(|low| low > 1.0) && one_sided.p_value < 0.05);
    }
}
