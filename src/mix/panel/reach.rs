//! Channels measured in reach and frequency.

use crate::error::{Error, Result};
use crate::mix::panel::build::Panel;
use crate::mix::panel::column::Channel;
use crate::mix::panel::rules::is_allowed;

impl Panel {
    /// The panel with one more channel that is measured in reach and frequency: how many persons it
    /// reached in each period, and how often each of them saw it on average. Its effect is
    /// coefficient x adstock(reach x saturation(frequency)), as in Meridian: saturation is a matter
    /// of how often the same person sees it, and twice the persons bring twice as much.
    ///
    /// Frequency enters saturation in units of its largest value in the panel; Hill's slope then has
    /// the prior median 2 in place of 1. Spend may be 0 throughout, where it is not
    /// known.
    ///
    /// ```
    /// use mixtouch::Day;
    /// use mixtouch::mix::panel::Panel;
    ///
    /// let weeks = (0..3).map(|w| Day::new(19_000 + 7 * w)).collect::<Result<_, _>>()?;
    /// let (spend, reach) = (vec![20.0, 0.0, 50.0], vec![1e4, 0.0, 2e4]);
    /// let panel = Panel::national(weeks, vec![9.0, 8.0, 12.0])?
    ///     .with_reach_frequency("tv", spend, reach, vec![2.0, 0.0, 2.5])?;
    /// assert_eq!(panel.channels()[0].activity(), [1e4, 0.0, 2e4]);
    /// assert_eq!(panel.channels()[0].frequency(), Some(&[2.0, 0.0, 2.5][..]));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`Panel::with_channel`], for all three columns; also if somebody was reached and the
    /// frequency is not 1 to 1000: it is impressions / reach, and who is reached saw it once at
    /// least.
    pub fn with_reach_frequency(
        self,
        name: impl Into<String>,
        spend: Vec<f64>,
        reach: Vec<f64>,
        frequency: Vec<f64>,
    ) -> Result<Self> {
        self.add_channel(name.into(), spend, Some(reach), Some(frequency))
    }

    /// The panel with one more channel, with the columns of another.
    pub(super) fn add_like(self, channel: Channel) -> Result<Self> {
        let Channel {
            name,
            spend,
            exposure,
            frequency,
            ..
        } = channel;
        self.add_channel(name, spend, exposure, frequency)
    }

    /// The panel with the frequency of a channel's history; nothing where it is not known.
    pub(super) fn with_frequency_history(
        mut self,
        channel: &str,
        earlier: Vec<f64>,
    ) -> Result<Self> {
        let at = self.channel_index("a history", channel)?;
        let fits = earlier.is_empty() || earlier.len() == self.channels[at].history.len();
        if !fits || earlier.iter().any(|x| !is_allowed(*x, 0.0)) {
            let expected = "a finite number, 0 or more, for each period of the history";
            let name = format!("frequency history of {channel}");
            return Err(Error::setting(name, format!("{earlier:?}"), expected));
        }
        self.channels[at].frequency_history = earlier;
        Ok(self)
    }

    /// An error if somebody was reached with a frequency that cannot be.
    pub(super) fn check_frequency(
        &self,
        name: &str,
        reach: &[f64],
        frequency: &[f64],
    ) -> Result<()> {
        let mut cells = reach.iter().zip(frequency);
        let Some(row) = cells.position(|(reach, f)| *reach > 0.0 && !can_be(*f)) else {
            return Ok(());
        };
        let date = self.dates[row % self.periods()];
        let geo = match self.geos.as_slice() {
            [_] => String::new(),
            geos => format!(" in {}", geos[row / self.periods()]),
        };
        Err(Error::setting(
            format!("frequency of {name}{geo} on {date}"),
            frequency[row],
            "impressions / reach, which is 1 to 1000 where anybody was reached",
        ))
    }
}

/// The most contacts a person reached has in a period: a hundred a day are a slip of units.
const MOST: f64 = 1000.0;

/// Whether persons reached can have seen it so often on average; a quotient may be rounded.
fn can_be(frequency: f64) -> bool {
    (1.0 - 1e-6..=MOST).contains(&frequency)
}
