//! The joint answer of several methods.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::specification::RoiPrior;
use crate::stats::Estimate;

/// What attribution, the mix model and tests say of one channel, and their joint answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReconciledChannel {
    /// The channel.
    pub channel: String,
    /// What attribution credits; none if it does not know the channel.
    pub attribution: Option<Estimate>,
    /// What the mix model says it contributed; none if the panel does not have it.
    pub mix: Option<Estimate>,
    /// What tests say, scaled to the whole period.
    pub tests: Option<Estimate>,
    /// Attribution less mix model in standard errors of their difference; beyond 2.58 they
    /// contradict each other.
    pub conflict: Option<f64>,
    /// How far the method further from the tests is from them, in standard errors; beyond 2.58 it is
    /// not in the joint answer.
    pub from_tests: Option<f64>,
    /// How far the two tests that differ most are apart, in standard errors; beyond 2.58 there is no
    /// joint answer.
    pub between_tests: Option<f64>,
    /// The joint answer; none where the methods contradict each other and no test decides, or tests
    /// contradict each other.
    pub together: Option<Estimate>,
}

/// What channels brought over a period, by attribution, mix model and tests together.
///
/// An example is at [`Reconciliation`](crate::calibration::Reconciliation).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reconciled {
    /// The names of the two methods.
    pub methods: [String; 2],
    /// All outcomes of the period.
    pub outcomes: f64,
    /// By name.
    pub channels: Vec<ReconciledChannel>,
    /// What would have come without the channels: the rest of all outcomes. None where a channel has
    /// no joint answer.
    pub baseline: Option<Estimate>,
}

impl Reconciled {
    /// One channel's row.
    pub fn channel(&self, name: &str) -> Option<&ReconciledChannel> {
        self.channels.iter().find(|row| row.channel == name)
    }

    /// The share of what attribution credits a channel that the joint answer keeps: credits of
    /// touches times this share, the rest to the baseline, are in line with it. None where there is
    /// no joint answer or no credit; above 1 where attribution credits too little.
    pub fn kept_share(&self, channel: &str) -> Option<f64> {
        let row = self.channel(channel)?;
        let credited = row.attribution?.value();
        (credited > 0.0).then_some(row.together?.value() / credited)
    }

    /// The joint answer as beliefs of a mix model: by channel its total, and the standard error, per
    /// unit of `spend` over the period. Channels without joint answer or spend are left out. For a
    /// panel with the revenue of a unit of the KPI, see [`Reconciled::roi_priors_in_money`].
    ///
    /// A model fitted with them may be compared with this answer no more: it holds the same panel
    /// twice. Use them for the next panel.
    ///
    /// # Errors
    /// If spend is negative or not finite.
    pub fn roi_priors<'a>(
        &self,
        spend: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<Vec<RoiPrior>> {
        self.roi_priors_in_money(spend, 1.0)
    }

    /// The same for a panel with the revenue of a unit of the KPI, whose beliefs are about revenue:
    /// `revenue` is what an outcome of the period brought on average.
    ///
    /// # Errors
    /// If the revenue is not a finite number > 0, or spend is negative or not finite.
    pub fn roi_priors_in_money<'a>(
        &self,
        spend: impl IntoIterator<Item = (&'a str, f64)>,
        revenue: f64,
    ) -> Result<Vec<RoiPrior>> {
        if !(revenue > 0.0 && revenue.is_finite()) {
            return Err(Error::setting(
                "revenue of an outcome",
                revenue,
                "a finite number > 0",
            ));
        }
        let mut priors = Vec::new();
        for (channel, spend) in spend {
            if !(spend >= 0.0 && spend.is_finite()) {
                let what = format!("spend on {channel:?}");
                return Err(Error::setting(what, spend, "a finite number, 0 or more"));
            }
            let row = self.channel(channel).and_then(|row| row.together);
            if let Some(total) = row.filter(|_| spend > 0.0) {
                let error = total.interval().half_width() / total.interval().level().z();
                let [mean, error] = [total.value(), error].map(|x| x * revenue / spend);
                priors.push(RoiPrior::new(channel, mean, error)?);
            }
        }
        Ok(priors)
    }
}
