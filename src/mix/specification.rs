//! What to fit: the settings of a marketing-mix model.

mod baseline;
mod channel;
mod check;
mod roi_prior;
mod stored;

pub use self::baseline::{Baseline, Holidays, Trend};
pub(crate) use self::channel::ChannelSettings;
pub use self::roi_prior::RoiPrior;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::mix::panel::Frequency;

use crate::mix::transform::SaturationFamily;
use crate::mix::transform::adstock::LONGEST;
use crate::mix::transform::{AdstockFamily, LagWindow};

/// Which transform comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Spend carries over, then saturates.
    #[default]
    AdstockFirst,
    /// Spend saturates period by period, then carries over.
    SaturationFirst,
}

/// How geos share the media's coefficients. Transforms are always common to all geos, on spend in
/// units of the geo's own maximum.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// One coefficient per channel.
    #[default]
    Pooled,
    /// One per channel and geo, drawn to the pooled one as if by so many periods of data.
    Partial(f64),
    /// One per channel and geo.
    Separate,
}

/// On which scale geos are compared: a pooled coefficient is the same share of each geo's scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeoScale {
    /// Population where the panel has it; else one scale for all geos as long as their mean KPIs
    /// lie within a factor of 2, and each geo's own mean beyond that.
    #[default]
    Auto,
    /// One scale for all geos: a coefficient is the same amount of KPI everywhere.
    Common,
    /// Each geo's mean KPI.
    Mean,
}

/// The specification of a marketing-mix model; [`MixSpecification::fit`] searches the transforms and
/// returns a [`Posterior`](crate::mix::posterior::Posterior).
///
/// KPI = baseline + sum over channels of coefficient x saturation(adstock(activity / its maximum in
/// the geo)) + noise, with the baseline of [`Baseline`] and the panel's controls. Defaults:
/// geometric adstock (normalised; 8 weeks, 28 days or 3 months), Hill saturation, effects of at
/// least 0, a linear trend and two Fourier pairs per geo, 2000 trials, an ensemble of 40.
///
/// ```
/// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
/// use mixtouch::mix::transform::{AdstockFamily, SaturationFamily};
///
/// let specification = MixSpecification::new()
///     .adstock(AdstockFamily::Delayed)
///     .saturation_of("search", SaturationFamily::MichaelisMenten)
///     .baseline(Baseline::new(Trend::Knots(4), 3)?)
///     .trials(500)?
///     .seed(7);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "crate::mix::specification::stored::Fields")]
pub struct MixSpecification {
    pub(crate) default: ChannelSettings,
    pub(crate) channels: Vec<(String, ChannelSettings)>,
    pub(crate) control_bounds: Vec<(String, Option<f64>, Option<f64>)>,
    pub(crate) window: Option<usize>,
    pub(crate) order: Order,
    pub(crate) pooling: Pooling,
    pub(crate) geo_scale: GeoScale,
    pub(crate) baseline: Baseline,
    pub(crate) penalty: Option<(f64, f64)>,
    pub(crate) trials: usize,
    pub(crate) front: usize,
    pub(crate) seed: u64,
    pub(crate) ensemble: usize,
    pub(crate) folds: usize,
    pub(crate) lift_tests: Vec<LiftTest>,
    pub(crate) roi_priors: Vec<RoiPrior>,
}

impl Default for MixSpecification {
    fn default() -> Self {
        Self {
            default: ChannelSettings::default(),
            channels: vec![],
            control_bounds: vec![],
            window: None,
            order: Order::default(),
            pooling: Pooling::default(),
            geo_scale: GeoScale::default(),
            baseline: Baseline::default(),
            penalty: None,
            trials: 2000,
            front: 240,
            seed: 1,
            ensemble: 40,
            folds: 3,
            lift_tests: vec![],
            roi_priors: vec![],
        }
    }
}

impl MixSpecification {
    /// The default specification.
    pub fn new() -> Self {
        Self::default()
    }

    /// The adstock of all channels that have none of their own.
    #[must_use]
    pub fn adstock(mut self, family: AdstockFamily) -> Self {
        self.default.adstock = family;
        self
    }

    /// The saturation of all channels that have none of their own.
    #[must_use]
    pub fn saturation(mut self, family: SaturationFamily) -> Self {
        self.default.saturation = family;
        self
    }

    /// Settings of one channel to be changed: what is not set stays as it is for all channels at
    /// the time of the call.
    fn channel_mut(&mut self, name: String) -> &mut ChannelSettings {
        let at = self
            .channels
            .iter()
            .position(|(n, _)| *n == name)
            .unwrap_or_else(|| {
                self.channels.push((name, self.default.clone()));
                self.channels.len() - 1
            });
        &mut self.channels[at].1
    }

    /// The adstock of one channel.
    #[must_use]
    pub fn with_channel_adstock(
        mut self,
        channel: impl Into<String>,
        family: AdstockFamily,
    ) -> Self {
        self.channel_mut(channel.into()).adstock = family;
        self
    }

    /// The saturation of one channel.
    #[must_use]
    pub fn saturation_of(mut self, channel: impl Into<String>, family: SaturationFamily) -> Self {
        self.channel_mut(channel.into()).saturation = family;
        self
    }

    /// Where to look for a transform parameter of one channel; spend counts in units of the geo's
    /// maximum.
    #[must_use]
    pub fn with_channel_prior(
        mut self,
        channel: impl Into<String>,
        parameter: impl Into<String>,
        low: f64,
        high: f64,
    ) -> Self {
        self.channel_mut(channel.into())
            .ranges
            .push((parameter.into(), low, high));
        self
    }

    /// Bounds of one channel's coefficient, in units of the mean KPI; at least 0 unless set.
    ///
    /// # Errors
    /// If the lower bound is above the upper one or either is not a number.
    pub fn with_channel_bounds(
        mut self,
        channel: impl Into<String>,
        low: f64,
        high: f64,
    ) -> Result<Self> {
        if low.is_nan()
            || high.is_nan()
            || low > high
            || low == f64::INFINITY
            || high == f64::NEG_INFINITY
        {
            return Err(Error::setting(
                "bounds",
                format!("{low}..{high}"),
                "a lower bound that is not above the upper one",
            ));
        }
        self.channel_mut(channel.into()).bounds =
            (low.max(f64::MIN), Some(high).filter(|h| h.is_finite()));
        Ok(self)
    }

    /// How much of the penalty one channel bears; 1 unless set.
    ///
    /// # Errors
    /// If it is not a finite number of at least 0.
    pub fn penalty_factor_of(mut self, channel: impl Into<String>, factor: f64) -> Result<Self> {
        if !(factor >= 0.0 && factor.is_finite()) {
            return Err(Error::setting(
                "penalty factor",
                factor,
                "a finite number of at least 0",
            ));
        }
        self.channel_mut(channel.into()).penalty_factor = factor;
        Ok(self)
    }

    /// Bounds of a control's coefficient, such as at most 0 for a price; none for no bound. They
    /// are in units of the KPI per unit of the control; where geos have scales of their own, of the
    /// mean KPI's geo.
    ///
    /// # Errors
    /// If the lower bound is above the upper one or either is not finite.
    pub fn control_bounds(
        mut self,
        control: impl Into<String>,
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Self> {
        let inverted = low.zip(high).is_some_and(|(l, h)| l > h);
        if inverted || low.iter().chain(&high).any(|b| !b.is_finite()) {
            return Err(Error::setting(
                "bounds",
                format!("{low:?}..{high:?}"),
                "finite bounds, the lower not above the upper one",
            ));
        }
        self.control_bounds.push((control.into(), low, high));
        Ok(self)
    }

    /// How many periods spend works on, its own included.
    ///
    /// # Errors
    /// If it is 0 or above 1000.
    pub fn window(mut self, periods: usize) -> Result<Self> {
        self.window = Some(LagWindow::new(periods, true)?.length());
        Ok(self)
    }

    /// Which transform comes first.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// How geos share coefficients.
    ///
    /// # Errors
    /// If the strength of partial pooling is not a finite number above 0.
    pub fn pooling(mut self, pooling: Pooling) -> Result<Self> {
        match pooling {
            Pooling::Partial(strength) if !(strength > 0.0 && strength.is_finite()) => {
                Err(Error::setting(
                    "strength of partial pooling",
                    strength,
                    "a finite number above 0",
                ))
            }
            _ => {
                self.pooling = pooling;
                Ok(self)
            }
        }
    }

    /// On which scale geos are compared.
    #[must_use]
    pub fn geo_scale(mut self, scale: GeoScale) -> Self {
        self.geo_scale = scale;
        self
    }

    /// Trend, seasonality and holidays.
    #[must_use]
    pub fn baseline(mut self, baseline: Baseline) -> Self {
        self.baseline = baseline;
        self
    }

    /// Where to look for the ridge penalty on the media, `penalty` in [`Ridge`](crate::mix::regression::Ridge)'s
    /// formula with the KPI in units of its mean and each coefficient measured as the channel's
    /// mean contribution.
    ///
    /// Unless set, it is the range that says, given the noise found in the data, that a channel's
    /// contribution is of the order of 5 % to 50 % of the KPI's mean.
    ///
    /// # Errors
    /// If not 0 <= low <= high, both finite.
    pub fn penalty(mut self, low: f64, high: f64) -> Result<Self> {
        if !(low >= 0.0 && low <= high && high.is_finite()) {
            return Err(Error::setting(
                "penalty",
                format!("{low}..{high}"),
                "a range from 0 or above to a finite number",
            ));
        }
        self.penalty = Some((low, high));
        Ok(self)
    }

    /// How many candidates to try in all.
    ///
    /// # Errors
    /// If fewer than 10.
    pub fn trials(mut self, trials: usize) -> Result<Self> {
        if trials < 10 {
            return Err(Error::setting("trials", trials, "10 or more"));
        }
        self.trials = trials;
        Ok(self)
    }

    /// How many more candidates to try for the Pareto front of fit and business sense alone; 240
    /// unless set.
    #[must_use]
    pub fn front_trials(mut self, trials: usize) -> Self {
        self.front = trials;
        self
    }

    /// The seed of the search.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many candidates the fitted model averages.
    ///
    /// # Errors
    /// If 0 or above 1000.
    pub fn ensemble(mut self, members: usize) -> Result<Self> {
        if !(1..=1000).contains(&members) {
            return Err(Error::setting("ensemble", members, "1 to 1000 members"));
        }
        self.ensemble = members;
        Ok(self)
    }

    /// How many validation folds, each the periods that follow its training data; 0 for none.
    ///
    /// # Errors
    /// If above 10.
    pub fn folds(mut self, folds: usize) -> Result<Self> {
        if folds > 10 {
            return Err(Error::setting("folds", folds, "0 to 10"));
        }
        self.folds = folds;
        Ok(self)
    }

    /// Experiments the fit has to agree with, as far as their standard errors ask for it.
    ///
    /// A test's `spend_change` comes on top of the spend the panel records for its window: the
    /// model compares the outcome at the recorded spend with that at the recorded spend +
    /// `spend_change`. [`MixSpecification::fit`] refuses a test whose window is not wholly within the
    /// panel, or that cuts more than the channel's spend in the window.
    #[must_use]
    pub fn lift_tests(mut self, tests: Vec<LiftTest>) -> Self {
        self.lift_tests = tests;
        self
    }

    /// Beliefs about returns.
    #[must_use]
    pub fn roi_priors(mut self, priors: Vec<RoiPrior>) -> Self {
        self.roi_priors = priors;
        self
    }

    /// The settings of a channel.
    pub(crate) fn settings(&self, channel: &str) -> &ChannelSettings {
        self.channels
            .iter()
            .find(|(name, _)| name == channel)
            .map_or(&self.default, |(_, settings)| settings)
    }

    /// The adstock's window for a panel.
    pub(crate) fn window_for(&self, period: Frequency) -> Result<LagWindow> {
        LagWindow::new(
            self.window.unwrap_or(period.default_window()).min(LONGEST),
            true,
        )
    }
}
