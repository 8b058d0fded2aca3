//! What an uplift finds of a channel.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::experiment::lift::LiftTest;
use crate::experiment::uplift::estimate::estimated;
use crate::experiment::uplift::moments::Moments;
use crate::stats::{ConfidenceLevel, Difference};
use crate::time::TimeZone;

const DAY: i64 = 86_400;

/// The uplift of each channel with opportunities, by name.
///
/// An example is at [`Uplift`](crate::experiment::Uplift).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UpliftReport {
    pub(super) channels: Vec<ChannelUplift>,
}

impl UpliftReport {
    /// The channels, by name.
    pub fn channels(&self) -> &[ChannelUplift] {
        &self.channels
    }

    /// The channel of that name.
    pub fn channel(&self, name: &str) -> Option<&ChannelUplift> {
        self.channels.iter().find(|row| row.channel == name)
    }
}

/// What showing one channel's ad changed, in conversions a moment.
///
/// Figures that the moments do not support are absent: a fit needs 20 moments with the ad shown and
/// 20 without, of persons outside its fold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelUplift {
    /// The channel.
    pub channel: String,
    /// Moments followed to the end at which the ad could be shown.
    pub opportunities: u64,
    /// Those at which it was.
    pub shown: u64,
    /// Persons who had such moments.
    pub persons: u64,
    /// Moments left out, as the log ends before their follow-up does.
    pub not_followed_to_the_end: u64,
    /// Moments left out, as they have no like on the other side: the ad was nearly always shown in
    /// such a history, or never.
    pub trimmed: u64,
    /// Those with the ad shown that count.
    pub shown_counted: u64,
    /// Mean outcome with the ad shown less that without, which history confounds.
    pub plain_difference: Option<f64>,
    /// The effect of showing the ad at a moment, over all moments that count.
    pub effect: Option<Difference>,
    /// The effect where it was shown.
    pub effect_on_shown: Option<Difference>,
    /// Seconds of the first and the last moment, and of the follow-up.
    #[serde(skip)]
    span: (i64, i64),
    #[serde(skip)]
    follow: i64,
    /// The goal whose conversions count, of all goals where none is named.
    #[serde(skip)]
    goal: Option<String>,
}

impl ChannelUplift {
    pub(super) fn new(moments: &Moments, trim: f64, level: ConfidenceLevel, follow: i64) -> Self {
        let found = estimated(moments, trim, level);
        let mean = |shown: bool| {
            let arm = moments.all.iter().filter(|moment| moment.shown == shown);
            let (count, sum) = arm.fold((0.0, 0.0), |(count, sum), moment| {
                (count + 1.0, sum + moment.outcome)
            });
            (count > 0.0).then_some(sum / count)
        };
        let persons = moments
            .all
            .chunk_by(|one, other| one.person == other.person);
        let shown = moments.all.iter().filter(|moment| moment.shown);
        Self {
            channel: moments.channel.clone(),
            opportunities: moments.all.len() as u64,
            shown: shown.count() as u64,
            persons: persons.count() as u64,
            not_followed_to_the_end: moments.cut_off,
            trimmed: found.trimmed,
            shown_counted: found.shown,
            plain_difference: mean(true)
                .zip(mean(false))
                .map(|(with, without)| with - without),
            effect: found.effect,
            effect_on_shown: found.effect_on_shown,
            span: moments.span,
            follow,
            goal: None,
        }
    }

    pub(super) fn of_goal(self, goal: Option<&str>) -> Self {
        Self {
            goal: goal.map(str::to_owned),
            ..self
        }
    }

    /// Conversions that the ads shown brought, and the standard error: the effect where they were
    /// shown, times how many count.
    pub fn brought(&self) -> Option<(f64, f64)> {
        let (effect, shown) = (self.effect_on_shown?, self.shown_counted as f64);
        Some((shown * effect.estimate, shown * effect.standard_error))
    }

    /// The result as a [`LiftTest`] of the ads shown, from the first moment's day to the last
    /// one's; the follow-up is the tail, and the share that of the ads shown that count.
    ///
    /// It is worth what the histories are: a test that withholds ads at random needs no such
    /// belief.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::experiment::Uplift;
    /// use mixtouch::simulate::SimulatedOpportunities;
    ///
    /// let world = SimulatedOpportunities::new(2_000, 1)?;
    /// let report = Uplift::default().report(&world.log)?;
    /// let test = report.channels()[0].lift_test(&TimeZone::utc())?;
    /// assert_eq!((test.channel(), test.tail_days()), ("retargeting", 7));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the moments do not support an effect.
    pub fn lift_test(&self, zone: &TimeZone) -> Result<LiftTest> {
        let Some((brought, error)) = self.brought() else {
            return Err(Error::setting(
                format!("opportunities of {}", self.channel),
                self.opportunities,
                "enough of them, with the ad shown and without, to tell its effect",
            ));
        };
        let (first, last) = self.span;
        let tail = u32::try_from(self.follow.div_euclid(DAY)).unwrap_or(u32::MAX);
        LiftTest::new(&self.channel, zone.day_of(first)?, zone.day_of(last)?)
            .of_goal(self.goal.as_deref())
            .with_share(self.shown_counted as f64 / self.shown as f64)
            .with_tail_days(tail)
            .with_outcome_change(brought)
            .with_standard_error(error)
            .checked()
    }
}
