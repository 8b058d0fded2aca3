//! What is worth knowing about a comparison before its figures are used.

use crate::journeys::Irregularities;
use crate::report::figure;
use crate::time::TimeRange;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that weakens what models learned from the journeys, or what their credit says. None of
/// these stops a comparison.
///
/// ```
/// use mixtouch::attribution::Finding;
/// use mixtouch::attribution::shapley::SetRateShapley;
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["search"], Outcome::new(1.0, 1.0, 0.0)?)?;
/// paths.push(["search", "radio"], Outcome::new(1.0, 9.0, 0.0)?)?;
/// let comparison = Comparison::new().fit("shapley-set-rate", SetRateShapley);
/// let table = comparison.run(&paths.journeys()?)?;
/// let radio = Finding::NeverAlone { channel: "radio".into(), with: vec!["search".into()] };
/// assert!(table.findings().contains(&radio));
/// assert_eq!(radio.to_string(), "radio is never seen without search");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// The log is out of the ordinary: repeated orders, rows without a person, several goals, persons
    /// with very many touches.
    IrregularLog {
        /// What is, and what was done about it.
        log: Irregularities,
    },
    /// A builder had forgotten rows that journeys fitted on or scored may hold
    /// ([`JourneyBuilder::forget_before`](crate::JourneyBuilder::forget_before)).
    Forgotten {
        /// The part of the period whose journeys may lack touches or conversions.
        time: TimeRange,
    },
    /// A model is left out: the journeys do not support it, and it was not asked for by name.
    LeftOut {
        /// The model.
        model: String,
        /// Why.
        reason: String,
    },
    /// More than half of all conversions have no touch before them: persons may be called otherwise
    /// where they convert than where they are touched.
    WithoutTouch {
        /// Conversions without a touch.
        conversions: f64,
        /// All conversions.
        all: f64,
    },
    /// There are fewer than five conversions for each parameter that fitting chose. Below five, and
    /// rarely above, intervals of such models cover less than they say (Vittinghoff and McCulloch
    /// 2007).
    FewConversions {
        /// The model.
        model: String,
        /// Conversions it was fitted on.
        conversions: f64,
        /// Parameters chosen by fitting.
        parameters: usize,
    },
    /// More of a model comes from its prior or penalty than from the data.
    MostlyPrior {
        /// The model.
        model: String,
        /// The prior's part of what sets the parameters, 0 to 1.
        share: f64,
    },
    /// Models were fitted on less than a week: not every day of the week was seen, and effects that
    /// take days had no time to show.
    ShortFit {
        /// Days from the first to the last second whose conversions were fitted.
        days: f64,
    },
    /// Every journey with the channel also has the others, so that their effects cannot be told
    /// from each other.
    NeverAlone {
        /// The channel.
        channel: String,
        /// The channels in all of its journeys.
        with: Vec<String>,
    },
    /// Bootstrap replicates have another baseline on average than the fit: on few conversions a
    /// model whose credit cannot be negative takes noise for marketing, once in the fit and once more
    /// in each replicate. The fit is at least as far from the truth.
    Biased {
        /// The model.
        model: String,
        /// Mean baseline of the replicates - baseline, in conversions.
        bias: f64,
        /// All conversions.
        conversions: f64,
    },
    /// The baseline is at its least or its most, and no bootstrap replicate moves it: how sure it is
    /// is not known.
    AtLimit {
        /// The model.
        model: String,
        /// The baseline's share of all conversions, 0 or 1.
        share: f64,
    },
    /// What weakened the journeys that a model given ready was fitted on.
    OfFit {
        /// The model.
        model: String,
        /// The finding of then.
        then: Box<Finding>,
    },
    /// The journeys touch channels that the model was not fitted on. They get no credit from it.
    UnknownChannels {
        /// The model.
        model: String,
        /// The channels.
        channels: Vec<String>,
    },
    /// Lift tests say that a channel's touches brought more than the log shows of them, beyond
    /// chance: they bring touches of other channels, which have the credit, or work on persons
    /// whose touches the log lacks.
    TestAboveLog {
        /// The model.
        model: String,
        /// The channel.
        channel: String,
        /// Conversions by the log.
        log: f64,
        /// Conversions by the tests.
        tested: f64,
    },
    /// Two lift tests of a channel contradict each other beyond chance; both count.
    TestsContradict {
        /// The model.
        model: String,
        /// The channel.
        channel: String,
        /// Standard errors between what they say.
        apart: f64,
    },
    /// The log covers a part of the days of a lift test, so that the test is about more touches than
    /// the log's figure.
    TestPartlySeen {
        /// The model.
        model: String,
        /// The channel.
        channel: String,
        /// The part, 0 to 1.
        seen: f64,
    },
    /// A lift test changes nothing: the log shows no effect of the touches it is about, or none of
    /// them.
    TestWithoutEffect {
        /// The model.
        model: String,
        /// The channel.
        channel: String,
    },
    /// Lift tests say that a channel's touches took conversions away, beyond chance: a loss was given
    /// where what the touches brought belongs, or the channel does harm. It keeps next to nothing.
    TestBelowZero {
        /// The model.
        model: String,
        /// The channel.
        channel: String,
        /// Conversions by the tests.
        tested: f64,
        /// Their standard error.
        error: f64,
    },
    /// The credit of one channel is larger than all conversions, or below zero by as much.
    BeyondTotal {
        /// The model.
        model: String,
        /// The channel.
        channel: String,
        /// Conversions credited to it.
        credited: f64,
        /// All conversions.
        conversions: f64,
    },
}

impl Finding {
    /// The same of a model that is called so.
    pub(crate) fn of_model(mut self, name: &str) -> Self {
        match &mut self {
            Self::LeftOut { model, .. }
            | Self::FewConversions { model, .. }
            | Self::MostlyPrior { model, .. }
            | Self::Biased { model, .. }
            | Self::AtLimit { model, .. }
            | Self::OfFit { model, .. }
            | Self::UnknownChannels { model, .. }
            | Self::TestAboveLog { model, .. }
            | Self::TestsContradict { model, .. }
            | Self::TestPartlySeen { model, .. }
            | Self::TestWithoutEffect { model, .. }
            | Self::TestBelowZero { model, .. }
            | Self::BeyondTotal { model, .. } => name.clone_into(model),
            Self::IrregularLog { .. }
            | Self::Forgotten { .. }
            | Self::WithoutTouch { .. }
            | Self::ShortFit { .. }
            | Self::NeverAlone { .. } => {
                return Self::OfFit {
                    model: name.to_owned(),
                    then: Box::new(self),
                };
            }
        }
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IrregularLog { .. }
            | Self::Forgotten { .. }
            | Self::WithoutTouch { .. }
            | Self::ShortFit { .. }
            | Self::NeverAlone { .. } => self.of_log(f),
            Self::TestAboveLog { .. }
            | Self::TestsContradict { .. }
            | Self::TestPartlySeen { .. }
            | Self::TestWithoutEffect { .. }
            | Self::TestBelowZero { .. } => self.of_tests(f),
            _ => self.of_models(f),
        }
    }
}

/// Each kind in a sentence.
impl Finding {
    fn of_log(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IrregularLog { log } => f.write_str(log.to_string().trim_end()),
            Self::Forgotten { time } => write!(
                f,
                "journeys that close within {time} lack rows that were forgotten"
            ),
            Self::WithoutTouch { conversions, all } => write!(
                f,
                "{} of {} conversions have no touch before them and stay unattributed: are persons \
                 called the same where they convert?",
                figure(*conversions, 1),
                figure(*all, 1)
            ),
            Self::ShortFit { days } => write!(
                f,
                "models are fitted on {days:.1} days, less than a week: fit on some weeks and \
                 score these days"
            ),
            Self::NeverAlone { channel, with } => {
                write!(f, "{channel} is never seen without {}", with.join(", "))
            }
            _ => Ok(()),
        }
    }

    fn of_models(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut { model, reason } => write!(f, "{model} is left out: {reason}"),
            Self::FewConversions {
                model,
                conversions,
                parameters,
            } => few_conversions(f, model, *conversions, *parameters),
            Self::MostlyPrior { model, share } => write!(
                f,
                "{model}: {:.0} % of what sets its parameters is the prior, not the data",
                100.0 * share
            ),
            Self::Biased {
                model,
                bias,
                conversions,
            } => write!(
                f,
                "{model}: its baseline is probably at least {} conversions too {}, of {} in all, as \
                 few conversions are fitted",
                figure(bias.abs(), 1),
                if *bias < 0.0 { "low" } else { "high" },
                figure(*conversions, 1)
            ),
            Self::AtLimit { model, share } => write!(
                f,
                "{model}: its baseline ends at its limit of {:.0} % of conversions, and nothing says \
                 how sure that is",
                100.0 * share
            ),
            Self::OfFit { model, then } => write!(f, "{model}, when it was fitted: {then}"),
            Self::UnknownChannels { model, channels } => write!(
                f,
                "{model} gives no credit to {}, which it was not fitted on",
                channels.join(", ")
            ),
            Self::BeyondTotal {
                model,
                channel,
                credited,
                conversions,
            } => write!(
                f,
                "{model}: the credit of {channel}, {}, is beyond all conversions, {}",
                figure(*credited, 1),
                figure(*conversions, 1)
            ),
            _ => Ok(()),
        }
    }

    fn of_tests(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TestAboveLog {
                model,
                channel,
                log,
                tested,
            } => write!(
                f,
                "{model}: tests say that touches of {channel} brought {} conversions, the log shows \
                 {}: others may have the credit of what they brought",
                figure(*tested, 1),
                figure(*log, 1)
            ),
            Self::TestsContradict {
                model,
                channel,
                apart,
            } => write!(
                f,
                "{model}: tests of {channel} are {apart:.1} standard errors apart"
            ),
            Self::TestPartlySeen {
                model,
                channel,
                seen,
            } => write!(
                f,
                "{model}: the log covers {:.0} % of the days of a test of {channel}",
                100.0 * seen
            ),
            Self::TestWithoutEffect { model, channel } => write!(
                f,
                "{model}: a test of {channel} changes nothing, as the log shows no effect of its \
                 touches"
            ),
            Self::TestBelowZero {
                model,
                channel,
                tested,
                error,
            } => write!(
                f,
                "{model}: tests say that touches of {channel} brought {} conversions (standard error \
                 {}); a test states what they brought, above 0 where those without them lost \
                 conversions",
                figure(*tested, 1),
                figure(*error, 1)
            ),
            _ => Ok(()),
        }
    }
}

fn few_conversions(
    f: &mut fmt::Formatter<'_>,
    model: &str,
    conversions: f64,
    parameters: usize,
) -> fmt::Result {
    let conversions = match &*figure(conversions, 0) {
        "1" => "1 conversion is".to_owned(),
        several => format!("{several} conversions are"),
    };
    let parameter = if parameters == 1 {
        "parameter"
    } else {
        "parameters"
    };
    let count = figure(parameters as f64, 0);
    write!(f, "{model}: {conversions} few for {count} {parameter}")
}
