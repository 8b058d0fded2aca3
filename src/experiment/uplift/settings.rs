//! The settings of an uplift.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::experiment::uplift::channel::{ChannelUplift, UpliftReport};
use crate::experiment::uplift::moments::{Moments, Rules};
use crate::stats::ConfidenceLevel;

/// What showing an ad changed, where a log also has the moments at which it could have been shown
/// and was not: lost auctions, ghost ads, capped frequency.
///
/// Rows of the kind [`Kind::Opportunity`](crate::Kind::Opportunity) are such moments: a person, a
/// time, the channel, and the value 1 where the ad was shown and 0 where it was not. A person's
/// outcome is the number of conversions within the follow-up from there on. Who is shown an ad
/// depends on what the person did before, and so does buying: the plain difference of shown and not
/// shown is wrong. The doubly robust estimate (AIPW; Robins, Rotnitzky and Zhao 1994) takes both
/// into account. With A whether shown, Y the outcome and X the person's history at that moment,
///
/// psi = mu_1(X) - mu_0(X) + A (Y - mu_1(X)) / e(X) - (1 - A) (Y - mu_0(X)) / (1 - e(X)),
///
/// whose mean is the effect of showing the ad at a moment. e is a logistic regression of A, mu_1
/// and mu_0 linear ones of Y, each fitted on the persons of other folds (Chernozhukov et al. 2018);
/// e's ridge penalty, 0.01 to 10, is the one that tells most of the folds left out.
/// It is right where either e or mu is, and wrong where something that is not in the log drives
/// both.
///
/// X has, by channel, the logarithm of 1 + touches in the 30 days before and how recent the last
/// one is; the same of conversions and of earlier moments of the channel, shown and in all; and the
/// calendar. Rows of the same second are not history. Standard errors are by person.
///
/// Moments whose e is nearly 0 or 1 have no like on the other side and are left out; the report
/// says how many. The result is about the others.
///
/// ```
/// use mixtouch::experiment::Uplift;
/// use mixtouch::simulate::SimulatedOpportunities;
///
/// let world = SimulatedOpportunities::new(3_000, 1)?;
/// let report = Uplift::default().report(&world.log)?;
/// let ad = report.channel("retargeting").unwrap();
/// let effect = ad.effect_on_shown.unwrap();
/// let truth = world.brought / world.shown as f64;
/// // Shown to those about to buy, the ad seems to work several times as well as it does.
/// assert!(ad.plain_difference.unwrap() > 2.0 * truth);
/// assert!((effect.estimate - truth).abs() < 3.0 * effect.standard_error);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Uplift {
    goal: Option<String>,
    follow: Duration,
    trim: f64,
    level: ConfidenceLevel,
}

impl Default for Uplift {
    fn default() -> Self {
        Self {
            goal: None,
            follow: Duration::from_secs(7 * 86_400),
            trim: 0.02,
            level: ConfidenceLevel::default(),
        }
    }
}

impl Uplift {
    /// Counts conversions of this goal only; all goals unless set.
    #[must_use]
    pub fn with_goal(self, goal: impl Into<String>) -> Self {
        Self {
            goal: Some(goal.into()),
            ..self
        }
    }

    /// How long after a moment conversions count; 7 days unless set. Moments for which it is not
    /// over by the log's last row are left out.
    #[must_use]
    pub fn with_follow_up(self, follow: Duration) -> Self {
        Self { follow, ..self }
    }

    /// Leaves out moments whose probability of being shown is below this or above 1 less it, at
    /// most 0.2; 0.02 unless set.
    #[must_use]
    pub fn with_trimming(self, trim: f64) -> Self {
        Self { trim, ..self }
    }

    /// With another level of intervals; 95 % unless set.
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// What the ad of each channel with opportunities did. The log keeps all kinds
    /// ([`Events::keep_all`]).
    ///
    /// # Errors
    /// If the log has no opportunity, one lacks its channel or has a value other than 0 and 1, or
    /// the trimming is not from 0 to 0.2.
    pub fn report(&self, log: &Events) -> Result<UpliftReport> {
        if !(0.0..=0.2).contains(&self.trim) {
            let expected = "a probability from 0 to 0.2";
            return Err(Error::setting("trimming", self.trim, expected));
        }
        let follow = i64::try_from(self.follow.as_secs()).unwrap_or(i64::MAX);
        let rules = Rules {
            goal: self.goal.as_deref(),
            follow,
        };
        let channels = Moments::by_channel(log, &rules)?;
        let found = channels.iter().map(|moments| {
            ChannelUplift::new(moments, self.trim, self.level, follow).of_goal(rules.goal)
        });
        Ok(UpliftReport {
            channels: found.collect(),
        })
    }
}
