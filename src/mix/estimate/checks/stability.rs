//! Refits under seeds, windows and with a channel left out: do returns stay?

use std::fmt;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::estimate::estimator::Estimator;
use crate::mix::panel::Panel;
use crate::mix::posterior::ChannelSummary;
use crate::mix::specification::MixSpecification;
use crate::stats::Estimate;
use crate::time::Day;

/// Fits again under other seeds, to parts of the panel and without one channel at a time, and sets
/// each channel's returns side by side.
///
/// ```
/// use mixtouch::mix::estimate::{Search, Stability};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = |seed| Search::default().with_evaluations(200).with_seed(seed);
/// let stability = Stability::new().with_seeds(1).without_channels_left_out();
/// let report = stability.run(search, &MixSpecification::new(), &panel)?;
/// for channel in report.channels() {
///     println!("{}: {:?} to {:?}", channel.channel, channel.lowest, channel.highest);
/// }
/// // One more seed and two windows.
/// assert_eq!(report.refits().len(), 3);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Stability {
    seeds: u64,
    windows: bool,
    channels: bool,
    part: f64,
}

impl Default for Stability {
    fn default() -> Self {
        Self::new()
    }
}

/// What a refit changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Refit {
    /// The estimator's seed.
    Seed(u64),
    /// The periods: those from the first to the second day.
    Window(Day, Day),
    /// The channels: this one is left out.
    Without(String),
}

impl fmt::Display for Refit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed(seed) => write!(f, "seed {seed}"),
            Self::Window(from, to) => write!(f, "{from} to {to}"),
            Self::Without(channel) => write!(f, "without {channel}"),
        }
    }
}

/// A channel's returns over all refits that have the channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelStability {
    /// The channel.
    pub channel: String,
    /// The return of the fit as asked for, with its interval; contribution per period where the
    /// channel has no spend.
    pub fitted: Estimate,
    /// Whether the figures are returns, not contributions per period.
    pub is_roi: bool,
    /// The lowest figure of all fits, and the refit that gives it; none where it is the first fit's.
    pub lowest: (f64, Option<Refit>),
    /// The highest, likewise.
    pub highest: (f64, Option<Refit>),
    /// How many refits have a figure outside the first fit's interval.
    pub outside: usize,
    /// How many refits have the channel.
    pub refits: usize,
}

impl ChannelStability {
    /// Whether no more refits lie outside the interval than its level lets: a tenth for one of 90 %.
    pub fn is_stable(&self) -> bool {
        let misses = 1.0 - self.fitted.interval().level().get();
        self.outside as f64 <= misses * self.refits as f64
    }
}

/// Each channel's returns over all refits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StabilityReport {
    refits: Vec<Refit>,
    channels: Vec<ChannelStability>,
}

impl StabilityReport {
    /// The refits in the order they were made.
    pub fn refits(&self) -> &[Refit] {
        &self.refits
    }

    /// The channels in the panel's order.
    pub fn channels(&self) -> &[ChannelStability] {
        &self.channels
    }
}

/// One fit's figures by channel: name, figure, whether it is a return.
type Figures = Vec<(String, Estimate, bool)>;

impl Stability {
    /// Two more seeds; the panel without its first and without its last quarter; each channel left
    /// out.
    pub const fn new() -> Self {
        Self {
            seeds: 2,
            windows: true,
            channels: true,
            part: 0.25,
        }
    }

    /// How many more seeds, 0 to 100.
    #[must_use]
    pub const fn with_seeds(self, seeds: u64) -> Self {
        Self { seeds, ..self }
    }

    /// The part of the panel that windows leave out, first at its beginning, then at its end: above
    /// 0 and below 1.
    #[must_use]
    pub const fn with_part_left_out(self, part: f64) -> Self {
        Self { part, ..self }
    }

    /// No windows.
    #[must_use]
    pub const fn without_windows(self) -> Self {
        Self {
            windows: false,
            ..self
        }
    }

    /// No channels left out.
    #[must_use]
    pub const fn without_channels_left_out(self) -> Self {
        Self {
            channels: false,
            ..self
        }
    }

    /// Fits as asked for with seed 1, then each refit. `estimator` makes an estimator of a seed.
    /// Lift tests beyond a window are left out of its fit, as is all that names a channel left out.
    ///
    /// # Errors
    /// If a setting is out of range, and whatever the estimator refuses.
    pub fn run<E: Estimator>(
        &self,
        estimator: impl Fn(u64) -> E,
        specification: &MixSpecification,
        panel: &Panel,
    ) -> Result<StabilityReport> {
        self.check()?;
        let first = figures(&estimator(1), specification, panel)?;
        let mut fits: Vec<(Refit, Figures)> = vec![];
        for seed in 2..2 + self.seeds {
            let refit = figures(&estimator(seed), specification, panel)?;
            fits.push((Refit::Seed(seed), refit));
        }
        for (from, to) in self.ranges(panel) {
            let window = panel.between(from, to)?;
            let mut known = specification.clone();
            let inside = |start: Day, end: Day| {
                let (_, after) = window.period().span(to);
                window.period().span(from).0 <= start && end < after
            };
            known
                .lift_tests
                .retain(|test| inside(test.start(), test.end()));
            fits.push((
                Refit::Window(from, to),
                figures(&estimator(1), &known, &window)?,
            ));
        }
        let left_out = panel.channel_names().filter(|_| self.channels);
        for name in left_out.filter(|_| panel.channels().len() > 1) {
            let rest = without(panel, name);
            let known = specification.clone().without_channel(name);
            let refit = figures(&estimator(1), &known, &rest)?;
            fits.push((Refit::Without(name.to_owned()), refit));
        }
        let channels = first.iter().map(|first| stability(first, &fits)).collect();
        let refits = fits.into_iter().map(|(refit, _)| refit).collect();
        Ok(StabilityReport { refits, channels })
    }

    fn check(&self) -> Result<()> {
        if self.seeds > 100 {
            return Err(Error::setting("seeds of refits", self.seeds, "0 to 100"));
        }
        if !(self.part > 0.0 && self.part < 1.0) {
            let expected = "a number above 0, below 1";
            return Err(Error::setting("part left out", self.part, expected));
        }
        Ok(())
    }

    /// The first and last day of each window.
    fn ranges(&self, panel: &Panel) -> Vec<(Day, Day)> {
        let dates = panel.dates();
        let out = ((self.part * dates.len() as f64).ceil() as usize).min(dates.len() - 1);
        if !self.windows || out == 0 {
            return vec![];
        }
        vec![
            (dates[out], dates[dates.len() - 1]),
            (dates[0], dates[dates.len() - 1 - out]),
        ]
    }
}

/// The panel without a channel.
fn without(panel: &Panel, name: &str) -> Panel {
    let mut panel = panel.clone();
    panel.channels.retain(|channel| channel.name() != name);
    panel
}

fn figures(
    estimator: &dyn Estimator,
    specification: &MixSpecification,
    panel: &Panel,
) -> Result<Figures> {
    let model = estimator.estimate(specification, panel)?;
    let periods = panel.periods() as f64;
    let figure = |summary: ChannelSummary| {
        let whole = summary.contribution;
        let each = Estimate::new(
            whole.value() / periods,
            whole.interval().scaled(1.0 / periods),
        );
        let is_roi = summary.roi.is_some();
        (summary.channel, summary.roi.unwrap_or(each), is_roi)
    };
    Ok(model.channels().into_iter().map(figure).collect())
}

/// A channel's figures side by side.
fn stability(first: &(String, Estimate, bool), fits: &[(Refit, Figures)]) -> ChannelStability {
    let (name, fitted, is_roi) = first;
    let mut stability = ChannelStability {
        channel: name.clone(),
        fitted: *fitted,
        is_roi: *is_roi,
        lowest: (fitted.value(), None),
        highest: (fitted.value(), None),
        outside: 0,
        refits: 0,
    };
    for (refit, figures) in fits {
        // A window without spend has no return to compare.
        let same = |figure: &&(String, Estimate, bool)| figure.0 == *name && figure.2 == *is_roi;
        let Some((_, figure, _)) = figures.iter().find(same) else {
            continue;
        };
        let value = figure.value();
        stability.refits += 1;
        stability.outside += usize::from(!fitted.interval().contains(value));
        if value < stability.lowest.0 {
            stability.lowest = (value, Some(refit.clone()));
        }
        if value > stability.highest.0 {
            stability.highest = (value, Some(refit.clone()));
        }
    }
    stability
}
