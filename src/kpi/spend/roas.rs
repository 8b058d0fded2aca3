//! What spend brings in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attribution::{Credits, Tally};
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::kpi::options::KpiOptions;
use crate::kpi::spend::buyers::Buyers;
use crate::kpi::spend::cost::{sum, total_spend};
use crate::privacy::{Group, MinimumGroup};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::ratio::{cost_each, is_material};
use crate::time::TimeRange;

/// Return on ad spend, of all channels and by channel, as a model's [`Credits`] divide conversions
/// and value.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::spend::ReturnOnAdSpend;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys, attribute};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(20.0))?;
/// log.push(Event::conversion("bob", 1_767_225_900).with_value(10.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let credits = attribute(&journeys, &LastTouch)?;
/// let returns = ReturnOnAdSpend::new(&journeys, &credits, 0.5, &KpiOptions::default())?;
/// assert_eq!((returns.whole.roas, returns.credited.roas), (Some(7.5), Some(5.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReturnOnAdSpend {
    /// The range reported.
    pub window: TimeRange,
    /// All conversions.
    pub population: u64,
    /// The share of value that is margin, 0 to 1.
    pub margin: f64,
    /// All conversions and value against all spend, whether or not marketing brought them.
    pub whole: SpendReturn,
    /// Conversions and value credited to channels against all spend.
    pub credited: SpendReturn,
    /// The return of each channel, in order of their names.
    pub channels: Vec<ChannelReturn>,
}

/// Conversions and value against spend.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::spend::ReturnOnAdSpend;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys, attribute};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(20.0))?;
/// log.push(Event::conversion("bob", 1_767_225_900).with_value(10.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let credits = attribute(&journeys, &LastTouch)?;
/// let returns = ReturnOnAdSpend::new(&journeys, &credits, 0.5, &KpiOptions::default())?;
/// let whole = &returns.whole;
/// assert_eq!((whole.value, whole.spend, whole.roi), (30.0, Some(4.0), Some(2.75)));
/// assert_eq!(whole.cost_per_conversion, Some(2.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpendReturn {
    /// Conversions.
    pub conversions: f64,
    /// Value of the conversions.
    pub value: f64,
    /// Spend; none if no cost is known.
    pub spend: Option<f64>,
    /// ROAS = value / spend; none without spend, over a credit that is rounding alone, or where
    /// conversions have no value.
    pub roas: Option<f64>,
    /// ROI = (margin x value - spend) / spend; none where ROAS is none.
    pub roi: Option<f64>,
    /// CPA = spend / conversions; none without spend or without conversions.
    pub cost_per_conversion: Option<f64>,
}

/// The return of one channel.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::spend::ReturnOnAdSpend;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys, attribute};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(20.0))?;
/// log.push(Event::conversion("bob", 1_767_225_900).with_value(10.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let credits = attribute(&journeys, &LastTouch)?;
/// let returns = ReturnOnAdSpend::new(&journeys, &credits, 0.5, &KpiOptions::default())?;
/// let best = returns.channels.iter().max_by(|a, b| a.figures.value.total_cmp(&b.figures.value));
/// assert_eq!(best.map(|channel| channel.channel.as_str()), Some("social"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelReturn {
    /// The channel.
    pub channel: String,
    /// The channel's conversions and value against its spend.
    #[serde(flatten)]
    pub figures: SpendReturn,
}

impl ReturnOnAdSpend {
    /// The return of the journeys' spend by a model's credits for the same journeys. `margin` is
    /// the share of value left after the cost of goods, 0 to 1.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::spend::ReturnOnAdSpend;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys, attribute};
    /// use mixtouch::attribution::rules::LastTouch;
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
    /// log.push(Event::conversion("ann", 1_767_225_800).with_value(20.0))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let credits = attribute(&journeys, &LastTouch)?;
    /// let returns = ReturnOnAdSpend::new(&journeys, &credits, 0.5, &KpiOptions::default())?;
    /// assert_eq!((returns.whole.roas, returns.whole.roi), (Some(5.0), Some(1.5)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the margin is not 0 to 1, the credits are of other channels, or journeys have no persons
    /// and times.
    pub fn new(
        journeys: &Journeys,
        credits: &Credits,
        margin: f64,
        options: &KpiOptions,
    ) -> Result<Self> {
        if !(0.0..=1.0).contains(&margin) {
            return Err(Error::setting("margin", margin, "0 to 1"));
        }
        credits.channels().same_as(journeys.channels())?;
        let spend = total_spend(journeys.costs());
        let all = credits.total();
        let figures =
            |tally: Tally, spend: Option<f64>| SpendReturn::new(tally, spend, margin, all);
        let channel = |(at, (channel, tally)): (usize, (&str, &Tally))| ChannelReturn {
            channel: channel.to_owned(),
            figures: figures(*tally, journeys.costs().map(|costs| costs[at])),
        };
        let returns = Self {
            window: options.shown(journeys.observed_range()?),
            population: credits.total().conversions as u64,
            margin,
            whole: figures(credits.total(), spend),
            credited: figures(credits.credited(), spend),
            channels: credits
                .channels()
                .iter()
                .zip(credits.by_channel())
                .enumerate()
                .map(channel)
                .collect(),
        };
        returns.protected(journeys, options.minimum())
    }

    /// Merges or leaves out channels whose credit is of too few persons.
    fn protected(self, journeys: &Journeys, minimum: &MinimumGroup) -> Result<Self> {
        // half a conversion is no person, but nobody asked for protection
        if minimum.persons() == 1 {
            return Ok(self);
        }
        let buyers = Buyers::new(journeys)?;
        let credited = |(at, row): (usize, ChannelReturn)| {
            let persons = buyers.least(Some(at), row.figures.conversions);
            let buyers = &buyers;
            (
                row.channel.clone(),
                Credited {
                    row,
                    persons,
                    buyers,
                },
            )
        };
        let groups = minimum.apply(self.channels.into_iter().enumerate().map(credited));
        let all = Tally {
            conversions: self.whole.conversions,
            value: self.whole.value,
        };
        let channel = |(channel, Credited { row, .. }): (String, Credited<'_>)| {
            let SpendReturn {
                conversions,
                value,
                spend,
                ..
            } = row.figures;
            let tally = Tally { conversions, value };
            ChannelReturn {
                channel,
                figures: SpendReturn::new(tally, spend, self.margin, all),
            }
        };
        let channels = groups.groups.into_iter().map(channel).collect();
        Ok(Self { channels, ..self })
    }

    /// The return of a channel; none if it is not shown.
    pub fn channel(&self, name: &str) -> Option<&SpendReturn> {
        self.channels
            .iter()
            .find(|row| row.channel == name)
            .map(|row| &row.figures)
    }
}

/// A channel, and the persons that its credit is of, at least.
struct Credited<'a> {
    row: ChannelReturn,
    persons: u64,
    buyers: &'a Buyers,
}

impl Group for Credited<'_> {
    fn persons(&self) -> u64 {
        self.persons
    }

    fn merge(&mut self, other: Self) {
        let figures = &mut self.row.figures;
        figures.conversions += other.row.figures.conversions;
        figures.value += other.row.figures.value;
        figures.spend = sum(figures.spend, other.row.figures.spend);
    }

    /// A person may have credit in several channels.
    fn persons_together(groups: &[&Self]) -> u64 {
        let most = groups.iter().map(|group| group.persons).max().unwrap_or(0);
        let conversions = groups
            .iter()
            .map(|group| group.row.figures.conversions)
            .sum();
        let together = groups
            .first()
            .map(|group| group.buyers.least(None, conversions));
        most.max(together.unwrap_or(0))
    }

    fn is_empty(&self) -> bool {
        self.row.figures.conversions == 0.0
    }
}

impl SpendReturn {
    /// `all` are the conversions of the log and their value.
    fn new(tally: Tally, spend: Option<f64>, margin: f64, all: Tally) -> Self {
        let (credited, in_all) = (tally.conversions, all.conversions);
        // nothing credited is a return of 0; a trace of a conversion is rounding
        let is_stated = credited == 0.0 || is_material(credited.abs(), in_all);
        // conversions without any value say nothing of what came back
        let has_values = all.value != 0.0 || in_all == 0.0;
        let paid = spend.filter(|&spend| spend > 0.0 && is_stated && has_values);
        let finite = |figure: &f64| figure.is_finite();
        Self {
            conversions: tally.conversions,
            value: tally.value,
            spend,
            roas: paid.map(|spend| tally.value / spend).filter(finite),
            roi: paid
                .map(|spend| (margin * tally.value - spend) / spend)
                .filter(finite),
            cost_per_conversion: cost_each(spend, credited, in_all),
        }
    }

    fn row(&self, name: &str) -> Vec<Cell> {
        let Self {
            conversions,
            value,
            spend,
            roas,
            roi,
            cost_per_conversion,
        } = *self;
        let figures = [
            Some(conversions),
            Some(value),
            spend,
            roas,
            roi,
            cost_per_conversion,
        ];
        std::iter::once(Cell::from(name))
            .chain(figures.map(|number| Cell::number(number, 2)))
            .collect()
    }
}

impl Report for ReturnOnAdSpend {
    fn title(&self) -> String {
        let margin = 100.0 * self.margin;
        format!("return on spend, {}, margin {margin:.0} %", self.window)
    }

    fn sections(&self) -> Vec<Section> {
        let channels = self
            .channels
            .iter()
            .map(|row| row.figures.row(&row.channel));
        let rows = channels.chain([self.credited.row("(credited)"), self.whole.row("(whole)")]);
        let heading = [
            "channel",
            "conversions",
            "value",
            "spend",
            "roas",
            "roi",
            "cpa",
        ];
        vec![Section::new().with_table(Table::new(heading).with_rows(rows))]
    }
}

impl fmt::Display for ReturnOnAdSpend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::attribute;
    use crate::attribution::rules::LastTouch;
    use crate::event::{Event, Events};
    use crate::journeys::JourneyOptions;

    #[test]
    fn conversions_without_value_have_a_cost_and_no_return() {
        let returns = |value: f64| {
            let mut log = Events::new();
            let touch = Event::touch("ann", 1_767_225_600, "social").with_cost(4.0);
            log.push(touch).unwrap();
            let sale = Event::conversion("ann", 1_767_225_800).with_value(value);
            log.push(sale).unwrap();
            let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
            let credits = attribute(&journeys, &LastTouch).unwrap();
            let options = KpiOptions::default();
            ReturnOnAdSpend::new(&journeys, &credits, 1.0, &options)
                .unwrap()
                .whole
        };
        let figures = returns(0.0);
        assert_eq!((figures.roas, figures.roi), (None, None));
        assert_eq!(figures.cost_per_conversion, Some(4.0));
        assert_eq!(returns(2.0).roas, Some(0.5));
    }
}
