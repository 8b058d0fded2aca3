//! What a new customer costs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attribution::{AttributionModel, Credits, Tally, attribute_sample};
use crate::error::Result;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, BootstrapWeights, Sample};
use crate::journeys::{Journey, Outcome};
use crate::kpi::options::KpiOptions;
use crate::kpi::spend::cost::{sum, total_spend};
use crate::privacy::{Group, MinimumGroup};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::ratio::cost_each;
use crate::time::TimeRange;

/// Customer acquisition cost (CAC) = spend / new customers, of all channels and by channel.
///
/// A new customer is a person whose first conversion in the log lies in the range. The log must
/// reach back far enough to tell: a builder must not have forgotten earlier rows
/// ([`JourneyBuilder::forget_before`](crate::journeys::build::JourneyBuilder::forget_before)). By
/// channel, only first purchases are credited, each as one customer.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::spend::CustomerAcquisitionCost;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(20.0))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social").with_cost(4.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let acquired = CustomerAcquisitionCost::new(&journeys, &LastTouch, &KpiOptions::default())?;
/// assert_eq!((acquired.new_customers, acquired.cost_per_customer), (1, Some(8.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerAcquisitionCost {
    /// The range reported.
    pub window: TimeRange,
    /// Customers: persons with a conversion in the range.
    pub population: u64,
    /// Customers whose first conversion lies in the range.
    pub new_customers: u64,
    /// Customers who had bought before the range.
    pub returning_customers: u64,
    /// Spend of all channels; none if no cost is known.
    pub spend: Option<f64>,
    /// Spend per new customer; none without spend or without new customers.
    pub cost_per_customer: Option<f64>,
    /// New customers and spend by channel, in order of their names.
    pub channels: Vec<ChannelAcquisition>,
    /// New customers who would have come without marketing; 0 unless the model estimates them.
    pub baseline: f64,
    /// New customers credited to no touch.
    pub unattributed: f64,
}

/// New customers credited to a channel, and its spend.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::spend::CustomerAcquisitionCost;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(20.0))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social").with_cost(4.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let acquired = CustomerAcquisitionCost::new(&journeys, &LastTouch, &KpiOptions::default())?;
/// let social = acquired.channel("social").expect("a channel of the log");
/// assert_eq!((social.new_customers, social.spend, social.value), (1.0, Some(8.0), 20.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelAcquisition {
    /// The channel.
    pub channel: String,
    /// Spend of the channel; none if no cost is known.
    pub spend: Option<f64>,
    /// New customers credited to it.
    pub new_customers: f64,
    /// Value of their first purchases.
    pub value: f64,
    /// Spend per new customer; none if nothing was spent or credited.
    pub cost_per_customer: Option<f64>,
}

impl CustomerAcquisitionCost {
    /// New customers as `model` credits them.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::spend::CustomerAcquisitionCost;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    /// use mixtouch::attribution::rules::LastTouch;
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
    /// log.push(Event::conversion("ann", 1_767_225_800))?;
    /// log.push(Event::conversion("ann", 1_767_225_900))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let acquired = CustomerAcquisitionCost::new(&journeys, &LastTouch, &KpiOptions::default())?;
    /// assert_eq!((acquired.new_customers, acquired.cost_per_customer), (1, Some(4.0)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Journeys without persons and times, as those of a path table, or without any touch or
    /// conversion, or if [`attribute`](crate::attribution::attribute) fails.
    pub fn new<M: AttributionModel + ?Sized>(
        journeys: &Journeys,
        model: &M,
        options: &KpiOptions,
    ) -> Result<Self> {
        let window = options.shown(journeys.observed_range()?);
        let first = journeys.accumulate_converting(|| FirstPurchases::new(journeys))?;
        let (new_customers, returning_customers) = (first.new_customers, first.returning_customers);
        let draws = BootstrapWeights::Rows(first.outcomes);
        let credits = attribute_sample(Sample::with_draws(journeys, &draws), model)?;
        let spend = total_spend(journeys.costs());
        let acquisition = Self {
            window,
            population: new_customers + returning_customers,
            new_customers,
            returning_customers,
            spend,
            cost_per_customer: cost_each(spend, new_customers as f64, new_customers as f64),
            channels: by_channel(&credits, journeys.costs()),
            baseline: credits.baseline().conversions,
            unattributed: credits.unattributed().conversions,
        };
        Ok(acquisition.protected(options.minimum()))
    }

    /// Merges or leaves out channels with too few new customers.
    fn protected(self, minimum: &MinimumGroup) -> Self {
        // half a customer is no person, but nobody asked for protection
        if minimum.persons() == 1 {
            return self;
        }
        let groups = minimum
            .apply(
                self.channels
                    .into_iter()
                    .map(|row| (row.channel.clone(), row)),
            )
            .groups;
        let all = self.new_customers as f64;
        let row = |(channel, row): (String, ChannelAcquisition)| {
            let cost_per_customer = cost_each(row.spend, row.new_customers, all);
            ChannelAcquisition {
                channel,
                cost_per_customer,
                ..row
            }
        };
        Self {
            channels: groups.into_iter().map(row).collect(),
            ..self
        }
    }

    /// The new customers and the spend of a channel; none if it is not shown.
    pub fn channel(&self, name: &str) -> Option<&ChannelAcquisition> {
        self.channels.iter().find(|row| row.channel == name)
    }
}

impl Group for ChannelAcquisition {
    /// At least: more may share in it.
    fn persons(&self) -> u64 {
        self.new_customers as u64
    }

    fn merge(&mut self, other: Self) {
        self.spend = sum(self.spend, other.spend);
        self.new_customers += other.new_customers;
        self.value += other.value;
    }

    fn is_empty(&self) -> bool {
        self.new_customers == 0.0
    }
}

fn by_channel(credits: &Credits, costs: Option<&[f64]>) -> Vec<ChannelAcquisition> {
    let all = credits.total().conversions;
    let row = |(at, (channel, tally)): (usize, (&str, &Tally))| {
        let spend = costs.map(|costs| costs[at]);
        ChannelAcquisition {
            channel: channel.to_owned(),
            spend,
            new_customers: tally.conversions,
            value: tally.value,
            cost_per_customer: cost_each(spend, tally.conversions, all),
        }
    };
    credits
        .channels()
        .iter()
        .zip(credits.by_channel())
        .enumerate()
        .map(row)
        .collect()
}

impl Report for CustomerAcquisitionCost {
    fn title(&self) -> String {
        let Self {
            window,
            new_customers,
            returning_customers,
            ..
        } = self;
        let spend = Cell::number(self.spend, 2);
        let each = Cell::number(self.cost_per_customer, 2);
        format!(
            "new customers, {window}: {new_customers} for {spend}, {each} each; \
             {returning_customers} had bought before"
        )
    }

    fn sections(&self) -> Vec<Section> {
        let row = |row: &ChannelAcquisition| {
            let figures = [Some(row.new_customers), row.spend, row.cost_per_customer];
            [Cell::from(&row.channel)]
                .into_iter()
                .chain(figures.map(|figure| Cell::number(figure, 2)))
                .collect::<Vec<_>>()
        };
        let rest = |name: &str, customers: f64| {
            let customers = Cell::number(customers, 2);
            vec![Cell::from(name), customers, Cell::MISSING, Cell::MISSING]
        };
        let rows = self.channels.iter().map(row).chain([
            rest("(baseline)", self.baseline),
            rest("(unattributed)", self.unattributed),
        ]);
        let table = Table::new(["channel", "new customers", "spend", "each"]);
        vec![Section::new().with_table(table.with_rows(rows))]
    }
}

impl fmt::Display for CustomerAcquisitionCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// The outcome of every journey that may have conversions: one customer where it is a new
/// customer's first purchase.
#[derive(Debug)]
struct FirstPurchases<'a> {
    journeys: &'a Journeys,
    /// Of the journeys of the persons seen, which follow each other.
    outcomes: Vec<Outcome>,
    new_customers: u64,
    returning_customers: u64,
}

impl<'a> FirstPurchases<'a> {
    fn new(journeys: &'a Journeys) -> Self {
        Self {
            journeys,
            outcomes: Vec::new(),
            new_customers: 0,
            returning_customers: 0,
        }
    }
}

impl Accumulator for FirstPurchases<'_> {
    fn observe(&mut self, _: Journey<'_>) {
        self.outcomes.push(Outcome::default());
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block
            .people()
            .take_while(|person| person.number() < self.journeys.converting_persons())
        {
            let returning = person.bought_before();
            let mut bought = false;
            for (_, journey) in person.journeys() {
                let outcome = journey.outcome();
                let first = outcome.conversions() > 0.0 && !bought;
                bought |= first;
                let counts = first && !returning;
                self.outcomes.push(if counts {
                    Outcome::conversion(outcome.value())
                } else {
                    Outcome::default()
                });
            }
            self.new_customers += u64::from(bought && !returning);
            self.returning_customers += u64::from(bought && returning);
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.outcomes.extend(later.outcomes);
        self.new_customers += later.new_customers;
        self.returning_customers += later.returning_customers;
        Ok(())
    }
}
