//! The specification of a marketing-mix model.

use std::ops::{RangeBounds, RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::experiment::LiftTest;
use crate::mix::panel::{Frequency, Panel};
use crate::mix::specification::baseline::Baseline;
use crate::mix::specification::bounds::Bounds;
use crate::mix::specification::changing_effect::{ChangingEffect, EffectKnots};
use crate::mix::specification::channel::ChannelSettings;
use crate::mix::specification::effect_prior::EffectPrior;
use crate::mix::specification::funnel::Funnel;
use crate::mix::specification::likelihood::Likelihood;
use crate::mix::specification::pooling::{GeoScale, Pooling};
use crate::mix::specification::roi_prior::RoiPrior;
use crate::mix::specification::synergy::Synergy;
use crate::mix::specification::treatment::Reference;
use crate::mix::transform::{AdstockFamily, LagWindow, Order, Prior, SaturationFamily};
use crate::time::Day;

/// The specification of a marketing-mix model: what is modelled, whatever estimator fits it.
///
/// KPI = baseline + sum over channels of coefficient x saturation(adstock(activity / its maximum in
/// the geo)) + noise, with the baseline of [`Baseline`] and the panel's controls. Defaults:
/// geometric adstock (normalised, over a year), Hill saturation, coefficients of 0
/// or more, a linear trend and two Fourier pairs per geo, days of the week in daily panels.
///
/// Builders take any value; [`MixSpecification::check`] and every estimator refuse values out of
/// range.
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
/// use mixtouch::mix::transform::{AdstockFamily, SaturationFamily};
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let specification = MixSpecification::new()
///     .with_adstock(AdstockFamily::Delayed)
///     .with_channel_saturation("Search-Ads", SaturationFamily::MichaelisMenten)
///     .with_channel_range("Search-Ads", "theta", 0.0..=1.0)
///     .with_control_bounds("Sale", 0.0..)
///     .with_baseline(Baseline::new(Trend::Knots(4), 3)?);
/// let fit = Search::default().with_evaluations(200).fit(&specification, &panel)?;
/// assert!(fit.posterior().fit_statistics().r2 > Some(0.5));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "crate::mix::specification::stored::Fields")]
pub struct MixSpecification {
    pub(crate) default: ChannelSettings,
    pub(crate) channels: Vec<(String, ChannelSettings)>,
    pub(crate) control_bounds: Vec<(String, Bounds)>,
    pub(crate) treatments: Vec<(String, Reference)>,
    pub(crate) window: Option<usize>,
    pub(crate) burn_in: Option<usize>,
    pub(crate) order: Order,
    pub(crate) pooling: Pooling,
    pub(crate) geo_scale: GeoScale,
    pub(crate) baseline: Baseline,
    pub(crate) penalty: Option<(f64, f64)>,
    pub(crate) lift_tests: Vec<LiftTest>,
    pub(crate) roi_priors: Vec<RoiPrior>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) effect_priors: Vec<EffectPrior>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) synergies: Vec<Synergy>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) funnels: Vec<Funnel>,
    #[serde(skip_serializing_if = "Likelihood::is_normal")]
    pub(crate) likelihood: Likelihood,
}

impl MixSpecification {
    /// The default specification.
    pub fn new() -> Self {
        Self::default()
    }

    /// The adstock of all channels that have none of their own.
    #[must_use]
    pub fn with_adstock(mut self, family: AdstockFamily) -> Self {
        self.default.adstock = family;
        self
    }

    /// The saturation of all channels that have none of their own.
    #[must_use]
    pub fn with_saturation(mut self, family: SaturationFamily) -> Self {
        self.default.saturation = family;
        self
    }

    /// The settings of one channel, to be changed. A setting that is never changed keeps the value
    /// that all channels had when the channel was first named.
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
    pub fn with_channel_saturation(
        mut self,
        channel: impl Into<String>,
        family: SaturationFamily,
    ) -> Self {
        self.channel_mut(channel.into()).saturation = family;
        self
    }

    /// The range of a transform parameter of one channel; the shape of the prior stays. Spend
    /// counts in units of the geo's maximum.
    #[must_use]
    pub fn with_channel_range(
        mut self,
        channel: impl Into<String>,
        parameter: impl Into<String>,
        range: RangeInclusive<f64>,
    ) -> Self {
        let (low, high) = range.into_inner();
        self.channel_mut(channel.into())
            .ranges
            .push((parameter.into(), low, high));
        self
    }

    /// The prior of a transform parameter of one channel, its range included. A later
    /// [`MixSpecification::with_channel_range`] cuts it.
    ///
    /// ```
    /// use mixtouch::mix::specification::MixSpecification;
    ///
    /// let mix = MixSpecification::new()
    ///     .with_channel_prior("tv", "slope", "log-normal(1,0.3)".parse()?);
    /// # let _ = mix;
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_channel_prior(
        mut self,
        channel: impl Into<String>,
        parameter: impl Into<String>,
        prior: Prior,
    ) -> Self {
        self.channel_mut(channel.into())
            .priors
            .push((parameter.into(), prior));
        self
    }

    /// Bounds of one channel's coefficient, both ends included, in units of the mean KPI; `0.0..`
    /// unless set.
    #[must_use]
    pub fn with_channel_bounds(
        mut self,
        channel: impl Into<String>,
        bounds: impl RangeBounds<f64>,
    ) -> Self {
        self.channel_mut(channel.into()).bounds = Bounds::from_range(bounds);
        self
    }

    /// How much of the ridge penalty one channel bears, 0 or more; 1 unless set.
    #[must_use]
    pub fn with_channel_penalty_factor(mut self, channel: impl Into<String>, factor: f64) -> Self {
        self.channel_mut(channel.into()).penalty_factor = factor;
        self
    }

    /// Lets the effect of a channel change over time; see [`ChangingEffect`]. The effect of a
    /// period counts for all that responds in it, whenever that was spent.
    ///
    /// After the panel the effect stays as it is at its end: response curves, plans, forecasts and
    /// the channel's coefficient are those of that day.
    #[must_use]
    pub fn with_changing_effect(
        mut self,
        channel: impl Into<String>,
        every: ChangingEffect,
    ) -> Self {
        self.channel_mut(channel.into()).changing = Some(every);
        self
    }

    /// Bounds of a control's coefficient, both ends included, such as `..=0.0` for a price; none
    /// unless set. They are in units of the KPI per unit of the control; where geos have scales of
    /// their own, of the mean KPI's geo.
    #[must_use]
    pub fn with_control_bounds(
        mut self,
        control: impl Into<String>,
        bounds: impl RangeBounds<f64>,
    ) -> Self {
        self.control_bounds
            .push((control.into(), Bounds::from_range(bounds)));
        self
    }

    /// A control whose contribution is measured from a reference level, such as a promotion from
    /// none or a price from its list price. The fit is the same; what the reference brings counts
    /// as the baseline's level.
    #[must_use]
    pub fn with_treatment(mut self, control: impl Into<String>, reference: Reference) -> Self {
        self.treatments.push((control.into(), reference));
        self
    }

    /// How many periods spend works on, its own included: 1 to 1000. Unless set, a year for
    /// geometric adstock, 8 weeks, 28 days or 3 months for others.
    #[must_use]
    pub fn with_window(mut self, periods: usize) -> Self {
        self.window = Some(periods);
        self
    }

    /// How many of the first periods are not fitted, as what ran before them still works on them;
    /// less the periods of [`Channel::history`](crate::mix::panel::Channel::history). Unless set,
    /// the usual carry-over (8 weeks, 28 days, 3 months), at most a thirteenth of the panel.
    #[must_use]
    pub fn with_burn_in(mut self, periods: usize) -> Self {
        self.burn_in = Some(periods);
        self
    }

    /// Which transform comes first.
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// How geos share coefficients.
    #[must_use]
    pub fn with_pooling(mut self, pooling: Pooling) -> Self {
        self.pooling = pooling;
        self
    }

    /// On which scale geos are compared.
    #[must_use]
    pub fn with_geo_scale(mut self, scale: GeoScale) -> Self {
        self.geo_scale = scale;
        self
    }

    /// Trend, seasonality and holidays.
    #[must_use]
    pub fn with_baseline(mut self, baseline: Baseline) -> Self {
        self.baseline = baseline;
        self
    }

    /// The range of the ridge penalty on the media, 0 or more: `penalty` in
    /// [`Ridge`](crate::mix::regression::Ridge)'s formula with the KPI in units of its mean and
    /// each coefficient measured as the channel's mean contribution.
    ///
    /// Unless set, it is the range that says, given the noise found in the data, that a channel's
    /// contribution is of the order of 5 % to 50 % of the KPI's mean.
    #[must_use]
    pub fn with_penalty(mut self, range: RangeInclusive<f64>) -> Self {
        self.penalty = Some(range.into_inner());
        self
    }

    /// Experiments the fit has to agree with, as far as their standard errors ask for it.
    ///
    /// A test's `spend_change` comes on top of the spend that the panel records for its window,
    /// unless the test says that it is recorded there ([`LiftTest::with_recorded`]). The model
    /// compares the outcome at the recorded spend with that at the recorded spend + `spend_change`,
    /// or where it is recorded, with that at the recorded spend - `spend_change`. Estimators refuse
    /// a test whose window is not wholly within the panel, or that takes away more than the
    /// channel's recorded spend in the window.
    #[must_use]
    pub fn with_lift_tests(mut self, tests: Vec<LiftTest>) -> Self {
        self.lift_tests = tests;
        self
    }

    /// Prior beliefs about returns.
    #[must_use]
    pub fn with_roi_priors(mut self, priors: Vec<RoiPrior>) -> Self {
        self.roi_priors = priors;
        self
    }

    /// One more prior on a channel's effect, contribution, return or cost; one a channel. Only a
    /// posterior by NUTS takes it.
    #[must_use]
    pub fn with_effect_prior(mut self, prior: EffectPrior) -> Self {
        self.effect_priors.push(prior);
        self
    }

    /// One more pair of channels that bring more together than each alone.
    #[must_use]
    pub fn with_synergy(mut self, synergy: Synergy) -> Self {
        self.synergies.push(synergy);
        self
    }

    /// How the noise is distributed; [`Likelihood::Normal`] unless set.
    #[must_use]
    pub fn with_likelihood(mut self, likelihood: Likelihood) -> Self {
        self.likelihood = likelihood;
        self
    }

    /// One more channel that moves another.
    #[must_use]
    pub fn with_funnel(mut self, funnel: Funnel) -> Self {
        self.funnels.push(funnel);
        self
    }

    /// The same for a panel that lacks a channel: whatever names it is left out.
    pub(crate) fn without_channel(mut self, channel: &str) -> Self {
        self.channels.retain(|(name, _)| name != channel);
        self.lift_tests.retain(|test| test.channel() != channel);
        self.roi_priors.retain(|prior| prior.channel() != channel);
        self.effect_priors
            .retain(|prior| prior.channel() != channel);
        self.synergies.retain(|synergy| {
            let (first, second) = synergy.channels();
            first != channel && second != channel
        });
        self.funnels
            .retain(|funnel| funnel.upstream() != channel && funnel.mediator() != channel);
        self
    }

    /// The places in a panel of each synergy's channels. Of a panel that was checked none is
    /// missing.
    pub(crate) fn synergy_places(&self, panel: &Panel) -> Vec<(usize, usize)> {
        let synergies = self.synergies.iter();
        synergies
            .filter_map(|synergy| synergy.places(panel).ok())
            .collect()
    }

    /// The settings of a channel.
    pub(crate) fn settings(&self, channel: &str) -> &ChannelSettings {
        self.channels
            .iter()
            .find(|(name, _)| name == channel)
            .map_or(&self.default, |(_, settings)| settings)
    }

    /// The level that a control's contribution is measured from, if one was set; the last one.
    pub(crate) fn reference_of(&self, control: &str) -> Option<Reference> {
        let mut all = self.treatments.iter().rev();
        all.find(|(name, _)| name == control)
            .map(|(_, level)| *level)
    }

    /// The bounds of a control, if it has any; the last ones set.
    pub(crate) fn bounds_of_control(&self, control: &str) -> Option<&Bounds> {
        let mut all = self.control_bounds.iter().rev();
        all.find(|(name, _)| name == control).map(|(_, b)| b)
    }

    /// The knots of a channel's effect over a panel that runs from the first to the second day;
    /// none where the effect is constant.
    pub(crate) fn effect_knots(
        &self,
        channel: &str,
        timeline: (Day, Day),
        period: Frequency,
    ) -> Option<EffectKnots> {
        let every = self.settings(channel).changing?;
        Some(every.knots(timeline, period))
    }

    /// A channel's window on a panel.
    pub(crate) fn window_for(&self, channel: &str, period: Frequency) -> Result<LagWindow> {
        // A rate of decay may last; other adstocks' weights are shaped by the window's length.
        let usual = match self.settings(channel).adstock {
            AdstockFamily::Geometric => period.year(),
            _ => period.default_window(),
        };
        LagWindow::new(self.window.unwrap_or(usual), true)
    }
}
