//! Priors on what a channel brings, in the terms in which it is known.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::specification::belief::Belief;

/// The figure of a channel that a prior is about. All are over the whole panel.
///
/// ```
/// use mixtouch::mix::specification::EffectFigure;
///
/// assert_eq!("roi".parse::<EffectFigure>()?, EffectFigure::Roi);
/// assert!("roas".parse::<EffectFigure>().is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectFigure {
    /// The effect of a full response, in units of the mean KPI.
    Effect,
    /// Contribution / KPI, in rows with weight.
    ContributionShare,
    /// Contribution, times revenue per KPI where the panel has it, / spend.
    Roi,
    /// What one more unit spent returns if all of the channel's spend is scaled alike.
    MarginalRoi,
    /// Spend / contribution.
    Cpa,
}

impl EffectFigure {
    const ALL: [(&'static str, Self); 5] = [
        ("effect", Self::Effect),
        ("contribution_share", Self::ContributionShare),
        ("roi", Self::Roi),
        ("marginal_roi", Self::MarginalRoi),
        ("cpa", Self::Cpa),
    ];

    /// Whether the figure is per unit of spend or per unit of contribution.
    const fn needs_spend(self) -> bool {
        matches!(self, Self::Roi | Self::MarginalRoi | Self::Cpa)
    }
}

impl FromStr for EffectFigure {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, figure)| *figure).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name).join(", ");
            Error::setting("figure of a prior", text, names)
        })
    }
}

/// What is believed of a channel's effect, contribution, return or cost before the data speak. It
/// replaces the estimator's own prior on the effect; geos with effects of their own have it each.
///
/// Only a posterior by NUTS (feature `bayes`) takes it. Others take a
/// [`RoiPrior`](crate::mix::specification::RoiPrior), which comes as one more row of the
/// regression.
///
/// Source: priors on ROI, marginal ROI and contribution in Google's Meridian.
///
/// ```
/// use mixtouch::mix::specification::{Belief, EffectFigure, EffectPrior, MixSpecification};
///
/// // A euro on television brings between .5 and 4 euros, with 90 %.
/// let prior = EffectPrior::new("tv", EffectFigure::Roi, Belief::between(0.5, 4.0, 0.9)?)?;
/// assert_eq!(prior.channel(), "tv");
/// let specification = MixSpecification::new().with_effect_prior(prior);
/// # let _ = specification;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct EffectPrior {
    channel: String,
    figure: EffectFigure,
    belief: Belief,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channel: String,
    figure: EffectFigure,
    belief: Belief,
}

impl TryFrom<Fields> for EffectPrior {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.channel, fields.figure, fields.belief)
    }
}

impl EffectPrior {
    /// What is believed of one figure of a channel.
    ///
    /// # Errors
    /// If the belief is no distribution of figures above 0.
    pub fn new(channel: impl Into<String>, figure: EffectFigure, belief: Belief) -> Result<Self> {
        belief.check()?;
        Ok(Self {
            channel: channel.into(),
            figure,
            belief,
        })
    }

    /// The channel.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The figure that is known.
    pub const fn figure(&self) -> EffectFigure {
        self.figure
    }

    /// How plausible its values are.
    pub const fn belief(&self) -> Belief {
        self.belief
    }

    /// An error if the panel does not have the channel, or no spend where the figure is per spend.
    pub(super) fn check_on(&self, panel: &Panel) -> Result<()> {
        let channel = panel.channel_index("a prior on an effect", &self.channel)?;
        let spend: f64 = panel.channels()[channel].spend().iter().sum();
        if self.figure.needs_spend() && spend <= 0.0 {
            return Err(Error::setting(
                "channel of a prior on returns",
                &self.channel,
                "a channel with spend",
            ));
        }
        Ok(())
    }
}

/// An error if two priors are about the same channel.
pub(super) fn check_distinct(priors: &[EffectPrior]) -> Result<()> {
    for (at, prior) in priors.iter().enumerate() {
        if priors[..at].iter().any(|p| p.channel == prior.channel) {
            return Err(Error::setting(
                "prior on an effect",
                format!("{:?}, twice", prior.channel),
                "one figure of each channel",
            ));
        }
    }
    Ok(())
}
