//! The findings, as types and as sentences.

use std::fmt;

use serde::Serialize;

use crate::report::figure;
use crate::stats::difference::p_text;
use crate::time::Day;

/// Something about a fit that weakens what it says. None of these stops anything; each sentence
/// ends with what to do.
///
/// Rows without weight are not looked at. Serialised, `name` says which finding it is.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::posterior::FitFinding;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// for finding in model.findings() {
///     println!("note: {finding}");
/// }
/// let finding = FitFinding::NegativeBaseline { share: 0.25 };
/// assert!(finding.to_string().starts_with("the baseline is below 0 in 25 % of the rows"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FitFinding {
    /// Residuals repeat: intervals are too narrow, and something that moves slowly or in a rhythm is
    /// missing.
    Autocorrelation {
        /// The number of periods after which residuals repeat most.
        lag: usize,
        /// The residuals' correlation at that lag, from -1 to 1.
        correlation: f64,
        /// Durbin-Watson: 2 without autocorrelation.
        durbin_watson: f64,
        /// Ljung and Box's Q (1978) over all lags up to 10 or a fifth of the periods, summed over
        /// geos.
        ljung_box: f64,
        /// The probability of a larger Q without autocorrelation.
        p_value: f64,
    },
    /// The level changes at a date and stays changed (Andrews 1993).
    Break {
        /// The geo; none for all together.
        geo: Option<String>,
        /// The first day of the first period after the change.
        date: Day,
        /// By how much a period's KPI is higher from then on, as far as the model left it
        /// unexplained.
        size: f64,
        /// The largest F statistic of a step over all dates, for autocorrelated residuals divided
        /// by (1 + r) / (1 - r).
        statistic: f64,
    },
    /// Much of a channel's contribution lies below the least that worked in any period, carry-over
    /// counted.
    Unseen {
        /// The channel.
        channel: String,
        /// The share of its contribution.
        share: f64,
        /// Whether nothing ran in some periods, so that carry-over alone worked there.
        paused: bool,
    },
    /// A channel ran only in periods that were not fitted: its figures are guesses.
    BeforeFit {
        /// The channel.
        channel: String,
    },
    /// A channel's frequency hardly varies, so the data do not say which is best.
    FrequencyUnvaried {
        /// The channel.
        channel: String,
        /// How often a person reached saw it on average.
        frequency: f64,
    },
    /// The draws of a search are of few different candidates.
    FewCandidates {
        /// How many.
        candidates: usize,
    },
    /// What two channels bring together cannot be told from nothing.
    SynergyUnproven {
        /// The first channel.
        first: String,
        /// The second channel.
        second: String,
    },
    /// The draws of a transform parameter crowd at an end of the range it was given.
    AtEndOfRange {
        /// The channel.
        channel: String,
        /// The parameter.
        parameter: String,
        /// The end.
        end: f64,
    },
    /// The baseline is below 0 though the KPI never is.
    NegativeBaseline {
        /// The share of rows.
        share: f64,
    },
    /// The noise depends on how large the prediction is.
    UnequalVariance {
        /// Root mean square residual in the third of rows with the largest predictions, over that
        /// in the third with the smallest.
        ratio: f64,
        /// Breusch and Pagan's statistic in Koenker's form (1981), on the prediction.
        breusch_pagan: f64,
        /// The probability of a larger one with equal variance.
        p_value: f64,
        /// Whether effects multiply in the model already.
        multiplied: bool,
    },
    /// Single rows lie far from what the model predicts.
    Outliers {
        /// The rows, the farthest first.
        rows: Vec<Outlier>,
    },
}

/// A row far from its prediction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlier {
    /// The period's first day.
    pub date: Day,
    /// The geo; none where there is one only.
    pub geo: Option<String>,
    /// KPI minus prediction, in units of the KPI.
    pub residual: f64,
    /// The residual over a robust standard deviation of all residuals.
    pub deviations: f64,
}

impl FitFinding {
    /// What the finding is about: a geo, a channel, or the first of the rows; none for the whole fit.
    ///
    /// ```
    /// use mixtouch::mix::posterior::FitFinding;
    ///
    /// assert_eq!(FitFinding::NegativeBaseline { share: 0.25 }.about(), None);
    /// ```
    pub fn about(&self) -> Option<String> {
        match self {
            Self::Break { geo, .. } => geo.clone(),
            Self::Unseen { channel, .. }
            | Self::BeforeFit { channel }
            | Self::FrequencyUnvaried { channel, .. }
            | Self::AtEndOfRange { channel, .. } => Some(channel.clone()),
            Self::SynergyUnproven { first, second } => Some(format!("{first} x {second}")),
            Self::Outliers { rows } => rows.first().map(ToString::to_string),
            _ => None,
        }
    }

    /// The sentence of what curves and effects say that the data have not shown.
    fn of_curves(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unseen {
                channel,
                share,
                paused,
            } => write!(
                f,
                "{:.0} % of what {channel} brought lies below the least that worked in any period, \
                 where only the curve says so: {}, or state a belief about its return",
                100.0 * share,
                match paused {
                    true => "its pauses are shorter than its carry-over, so pause it for longer",
                    false => "pause it in a test",
                }
            ),
            Self::BeforeFit { channel } => write!(
                f,
                "{channel} ran only in periods that were not fitted, so the data say nothing of it: \
                 its contribution is a guess; leave it out, or give the media before the panel and \
                 fit all periods"
            ),
            Self::FrequencyUnvaried { channel, frequency } => write!(
                f,
                "{channel} is seen about {frequency:.1} times a person in every period, so the data \
                 do not say which frequency is best: vary it by period or geo to find out"
            ),
            Self::FewCandidates { candidates } => write!(
                f,
                "the search found {candidates} different candidates to average, too few for \
                 intervals to mean much: let it try more, such as 2,000, and keep 100 draws or more"
            ),
            Self::SynergyUnproven { first, second } => write!(
                f,
                "what {first} and {second} bring together cannot be told from nothing: leave the \
                 synergy out, or test each of them with the other off"
            ),
            Self::AtEndOfRange {
                channel,
                parameter,
                end,
            } => write!(
                f,
                "{parameter} of {channel} lies at the end of its range, {end}: widen the range, or \
                 take another family of curves"
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Outlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.geo {
            Some(geo) => write!(f, "{} in {geo}", self.date),
            None => write!(f, "{}", self.date),
        }
    }
}

/// How many rows a sentence names.
const NAMED: usize = 5;

impl fmt::Display for FitFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Autocorrelation {
                lag,
                correlation,
                durbin_watson,
                p_value,
                ..
            } => {
                let periods = if *lag == 1 { "period" } else { "periods" };
                let figures = format!(
                    "after {lag} {periods} (correlation {correlation:.2}, Durbin-Watson \
                     {durbin_watson:.2}, Ljung-Box {})",
                    p_text(*p_value)
                );
                repetition(f, &figures, *correlation < 0.0)
            }
            Self::Break {
                geo, date, size, ..
            } => level_changes(f, geo.as_deref(), *date, *size),
            Self::Unseen { .. }
            | Self::BeforeFit { .. }
            | Self::FrequencyUnvaried { .. }
            | Self::FewCandidates { .. }
            | Self::SynergyUnproven { .. }
            | Self::AtEndOfRange { .. } => self.of_curves(f),
            Self::NegativeBaseline { share } => write!(
                f,
                "the baseline is below 0 in {:.0} % of the rows, so media are credited with more \
                 than there is: bound their returns by experiments or beliefs, or check controls",
                100.0 * share
            ),
            Self::UnequalVariance {
                ratio,
                p_value,
                multiplied,
                ..
            } => write!(
                f,
                "residuals are {ratio:.1} times as large where the prediction is large as where it \
                 is small (Breusch-Pagan {}): {}give noisy rows less weight, or model a \
                 KPI of steadier noise, such as one per inhabitant",
                p_text(*p_value),
                match multiplied {
                    true => "",
                    false => "let effects multiply (likelihood log), ",
                }
            ),
            Self::Outliers { rows } => far_off(f, rows),
        }
    }
}

fn level_changes(
    f: &mut fmt::Formatter<'_>,
    geo: Option<&str>,
    date: Day,
    size: f64,
) -> fmt::Result {
    let of = geo.map_or_else(String::new, |geo| format!(" of {geo}"));
    write!(
        f,
        "the level{of} changes by {} a period from {date} on and the model cannot follow: add a \
         control that is 0 before and 1 from then on, or let the trend bend",
        figure(size, 0)
    )
}

/// Residuals that repeat, or turn round.
fn repetition(f: &mut fmt::Formatter<'_>, figures: &str, negative: bool) -> fmt::Result {
    if negative {
        return write!(
            f,
            "residuals turn round {figures}: look for sales that are booked late, or add the \
             rhythm as a season, days of the week or a control"
        );
    }
    write!(
        f,
        "residuals repeat {figures}, so intervals are too narrow: add what is missing as a \
         control, or a season, days of the week or a trend that bends"
    )
}

fn far_off(f: &mut fmt::Formatter<'_>, rows: &[Outlier]) -> fmt::Result {
    let named: Vec<String> = rows.iter().take(NAMED).map(ToString::to_string).collect();
    let more = match rows.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    write!(
        f,
        "far from the prediction: {}{more}; correct them, name their cause as a holiday or an \
         event, or give them a weight of 0",
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_is_not_what_was_done() {
        let unequal = |multiplied| {
            let finding = FitFinding::UnequalVariance {
                ratio: 2.0,
                breusch_pagan: 20.0,
                p_value: 1e-5,
                multiplied,
            };
            finding.to_string()
        };
        assert!(unequal(false).contains("likelihood log"));
        assert!(!unequal(true).contains("likelihood log"));
        let unseen = |paused| {
            let finding = FitFinding::Unseen {
                channel: "tv".into(),
                share: 0.5,
                paused,
            };
            finding.to_string()
        };
        assert!(unseen(false).contains("pause it in a test"));
        assert!(unseen(true).contains("pause it for longer"));
    }
}
