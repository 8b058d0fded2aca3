//! What the priors say before any data are fitted.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::mix::estimate::nuts::contributions::{Brought, contributions};
use crate::mix::estimate::nuts::density::{Density, Room};
use crate::mix::estimate::nuts::refusals::refuse_what_is_not_sampled;
use crate::mix::estimate::nuts::settings::Nuts;
use crate::mix::panel::{Channel, Panel};
use crate::mix::specification::MixSpecification;
use crate::stats::{ConfidenceLevel, Estimate};
use crate::util::Random;

/// Draws of the prior.
const DRAWS: usize = 1_000;
/// The share of draws beyond all sales from which the prior is not to be believed.
const MOST_BEYOND: f64 = 0.1;

/// What the priors say of one channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PriorFigures {
    /// The channel.
    pub channel: String,
    /// Contribution / KPI, in the panel's rows with weight.
    pub contribution_share: Estimate,
    /// Contribution, times revenue per KPI where there is one, / spend; none without spend.
    pub roi: Option<Estimate>,
}

/// What the priors say before any data are fitted: draws of transforms and effects, put to the
/// panel's spend. Of the KPI only its size is used.
///
/// ```
/// use mixtouch::mix::estimate::Nuts;
/// use mixtouch::mix::specification::{Belief, EffectFigure, EffectPrior, MixSpecification};
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let bold = panel.channels().iter().try_fold(MixSpecification::new(), |mix, channel| {
///     let belief = Belief::between(0.2, 0.8, 0.9)?;
///     let share = EffectPrior::new(channel.name(), EffectFigure::ContributionShare, belief)?;
///     Ok::<_, mixtouch::Error>(mix.with_effect_prior(share))
/// })?;
/// let prior = Nuts::default().prior(&bold, &panel)?;
/// // Four channels of about 40 % each bring more than all sales.
/// assert!(prior.media_share().value() > 1.0 && prior.exceeds_sales());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PriorPredictive {
    channels: Vec<PriorFigures>,
    media_share: Estimate,
    beyond: f64,
}

impl PriorPredictive {
    /// By channel, in the panel's order.
    pub fn channels(&self) -> &[PriorFigures] {
        &self.channels
    }

    /// The share of the KPI that all media together bring.
    pub const fn media_share(&self) -> Estimate {
        self.media_share
    }

    /// The share of draws in which media bring more than the whole KPI.
    pub const fn beyond_all_sales(&self) -> f64 {
        self.beyond
    }

    /// Whether the priors take it for well possible that media bring more than all sales: in more
    /// than a tenth of the draws. A panel that says little will then show it.
    pub fn exceeds_sales(&self) -> bool {
        self.beyond > MOST_BEYOND
    }
}

impl Nuts {
    /// What the priors say before any data are fitted.
    ///
    /// # Errors
    /// As for [`Nuts::fit`].
    pub fn prior(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
    ) -> Result<PriorPredictive> {
        self.check()?;
        refuse_what_is_not_sampled(specification)?;
        let density = Density::new(panel, specification)?;
        let random = Random::new(self.seed).stream(8);
        let draws: Vec<Vec<Brought>> = (0..DRAWS as u64)
            .into_par_iter()
            .map_init(Room::default, |room, draw| {
                let z = density.draw_prior(&mut random.stream(draw), room);
                density.at(&z, room, |point| contributions(&density, panel, point))
            })
            .collect();
        let observed = (0..panel.rows()).filter(|row| panel.is_observed(*row));
        let kpi: f64 = observed.map(|row| panel.kpi()[row]).sum();
        let weights = vec![1.0; DRAWS];
        let estimate =
            |values: Vec<f64>| Estimate::from_draws(&values, &weights, ConfidenceLevel::P90);
        let figures = |(c, channel): (usize, &Channel)| {
            let spend: f64 = channel.spend().iter().sum();
            let roi = || estimate(draws.iter().map(|draw| draw[c].worth / spend).collect());
            PriorFigures {
                channel: channel.name().to_owned(),
                contribution_share: estimate(draws.iter().map(|d| d[c].observed / kpi).collect()),
                roi: (spend > 0.0).then(roi),
            }
        };
        let media = |draw: &Vec<Brought>| draw.iter().map(|c| c.observed).sum::<f64>() / kpi;
        let media: Vec<f64> = draws.iter().map(media).collect();
        let beyond = media.iter().filter(|share| **share > 1.0).count();
        Ok(PriorPredictive {
            channels: panel.channels().iter().enumerate().map(figures).collect(),
            media_share: estimate(media),
            beyond: beyond as f64 / DRAWS as f64,
        })
    }
}
