//! After how long customers have paid back what winning them cost.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::customers::purchases::{CustomerPurchases, Purchases};
use crate::kpi::options::KpiOptions;
use crate::kpi::spend::CustomerAcquisitionCost;
use crate::privacy::Group;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::Mean;
use crate::time::TimeRange;
use crate::time::limits::DAY;

/// The name of the row of all customers.
const WHOLE: &str = "(whole)";
/// Seconds of a month.
const MONTH: i64 = 30 * DAY as i64;
/// The most months that are reported.
const MONTHS: usize = 36;

/// The margin of new customers by months since their first purchase, against what winning them
/// cost, by channel and for all.
///
/// A month is 30 days. New customers are those whose first purchase ever lies in the range, as
/// those of [`CustomerAcquisitionCost`]. What a month brought is a mean over the customers whom
/// observation followed to its end, so that recent customers count in the months they have had (the
/// partitioned estimator of Lin, Feuer, Etzioni and Wax 1997). Its sum over months is the margin so
/// far; its interval allows for customers whose months go together, and takes the cost as known.
/// It assumes that recent customers are worth what earlier ones were.
///
/// ```
/// use mixtouch::attribution::rules::FirstTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{CustomerPurchases, Payback, Purchases};
/// use mixtouch::kpi::spend::CustomerAcquisitionCost;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let day = |day: i64| 1_767_225_600 + day * 86_400;
/// let mut log = Events::new();
/// log.push(Event::touch("ann", day(0), "social").with_cost(70.0))?;
/// log.push(Event::conversion("ann", day(1)).with_value(50.0))?;
/// log.push(Event::conversion("ann", day(20)).with_value(30.0))?;
/// log.push(Event::conversion("ann", day(61)).with_value(30.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let (purchases, options) = (Purchases::new(&journeys)?, KpiOptions::default());
/// let channel = |customer: &CustomerPurchases<'_>| {
///     customer.first_channel().unwrap_or("(none)").to_owned()
/// };
/// let cost = CustomerAcquisitionCost::new(&journeys, &FirstTouch, &options)?;
/// let payback = Payback::new(&purchases, &cost, channel, &options);
/// let social = payback.group("social").expect("ann came by it");
/// // 50 at once, 80 after a month, as much after two
/// let margins: Vec<_> = social.margin.iter().map(|margin| margin.mean).collect();
/// assert_eq!(margins, [Some(50.0), Some(80.0), Some(80.0)]);
/// assert_eq!((social.cost, social.paid_back), (Some(70.0), Some(1)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Payback {
    /// The range reported.
    pub window: TimeRange,
    /// New customers.
    pub population: u64,
    /// Channels in order of their names, then all customers.
    pub rows: Vec<PaybackRow>,
}

/// The margin of one channel's new customers by month against what winning them cost.
///
/// ```
/// use mixtouch::attribution::rules::FirstTouch;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{CustomerPurchases, Payback, Purchases};
/// use mixtouch::kpi::spend::CustomerAcquisitionCost;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(70.0))?;
/// log.push(Event::conversion("ann", 1_767_225_700).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let (purchases, options) = (Purchases::new(&journeys)?, KpiOptions::default());
/// let channel = |customer: &CustomerPurchases<'_>| {
///     customer.first_channel().unwrap_or("(none)").to_owned()
/// };
/// let cost = CustomerAcquisitionCost::new(&journeys, &FirstTouch, &options)?;
/// let payback = Payback::new(&purchases, &cost, channel, &options);
/// let social = payback.group("social").expect("ann came by it");
/// assert_eq!((social.customers, social.paid_back, social.surely_paid_back), (1, None, None));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaybackRow {
    /// The channel, or `(whole)`.
    pub group: String,
    /// New customers.
    pub customers: u64,
    /// Acquisition cost per new customer; none if nothing was spent or credited.
    pub cost: Option<f64>,
    /// Margin per new customer, less refunds, in units of value: of the first purchase, within one
    /// month of it, within two, and so on, as far as enough customers were followed. `population`
    /// is the number of those followed so far. None where no purchase has a value.
    pub margin: Vec<Mean>,
    /// The first month by which the margin reached the cost, 0 at the first purchase; none if it
    /// has not.
    pub paid_back: Option<u32>,
    /// The first month by which the whole interval of the margin lies at or above the cost.
    pub surely_paid_back: Option<u32>,
}

impl Payback {
    /// The margin of new customers by month; `group` names each customer's channel. Group customers
    /// by the channel that the cost's model credits:
    /// [`first_channel`](CustomerPurchases::first_channel) with
    /// [`FirstTouch`](crate::attribution::rules::FirstTouch). Groups that are no channel of the
    /// cost are in the row of all customers alone.
    pub fn new<F>(
        purchases: &Purchases<'_>,
        acquisition: &CustomerAcquisitionCost,
        group: F,
        options: &KpiOptions,
    ) -> Self
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let mut groups: BTreeMap<String, Members> = BTreeMap::new();
        let mut all = Members::default();
        let from = purchases.window().from();
        let is_new = |customer: &CustomerPurchases<'_>| {
            customer.is_new() && i64::from(customer.times()[0]) >= from
        };
        for (at, customer) in purchases.known_customers().enumerate() {
            if is_new(&customer) {
                groups
                    .entry(group(&customer))
                    .or_default()
                    .0
                    .push(at as u32);
                all.0.push(at as u32);
            }
        }
        // purchases without any value say nothing of what came back
        let mut customers = purchases.known_customers();
        let has_values =
            customers.any(|customer| customer.margins().iter().any(|margin| *margin != 0.0));
        let row = |group: &str, members: &Members, cost: Option<f64>| {
            let margins = match has_values {
                true => members.margins(purchases, options),
                false => Vec::new(),
            };
            PaybackRow::new(group, cost, margins, members.persons())
        };
        let protected = options.minimum().apply(groups).groups;
        let rows = protected.iter().filter_map(|(name, members)| {
            let channel = acquisition.channel(name)?;
            Some(row(name, members, channel.cost_per_customer))
        });
        let whole = row(WHOLE, &all, acquisition.cost_per_customer);
        Self {
            window: options.shown(purchases.window()),
            population: all.persons(),
            rows: rows.chain([whole]).collect(),
        }
    }

    /// The row of a channel, or of `(whole)`.
    pub fn group(&self, name: &str) -> Option<&PaybackRow> {
        self.rows.iter().find(|row| row.group == name)
    }
}

impl PaybackRow {
    fn new(group: &str, cost: Option<f64>, margin: Vec<Mean>, customers: u64) -> Self {
        let first = |at_least: &dyn Fn(&Mean) -> Option<f64>| {
            let cost = cost?;
            let mut months = margin.iter();
            let month = months.position(|margin| at_least(margin).is_some_and(|it| it >= cost));
            month.map(|month| month as u32)
        };
        Self {
            group: group.to_owned(),
            customers,
            cost,
            paid_back: first(&|margin| margin.mean),
            surely_paid_back: first(&|margin| margin.interval.map(|ends| ends.low())),
            margin,
        }
    }
}

/// The margin of one customer at the first purchase and in each month after it that observation
/// followed to its end.
fn by_month(customer: &CustomerPurchases<'_>, end: i64, margins: &mut Vec<f64>) {
    let first = i64::from(customer.times()[0]);
    let months = ((end - first) / MONTH).clamp(0, MONTHS as i64);
    margins.clear();
    margins.resize(months as usize + 1, 0.0);
    for (&time, margin) in customer.times().iter().zip(customer.margins()) {
        let since = i64::from(time) - first;
        let month = if since == 0 { 0 } else { 1 + since / MONTH };
        if let Some(sum) = margins.get_mut(month as usize) {
            *sum += margin;
        }
    }
}

/// The new customers of a group, by number among the known ones.
#[derive(Debug, Default)]
struct Members(Vec<u32>);

impl Group for Members {
    fn persons(&self) -> u64 {
        self.0.len() as u64
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl Members {
    /// The margin so far by month, as far as a group of those followed may be shown.
    fn margins(&self, purchases: &Purchases<'_>, options: &KpiOptions) -> Vec<Mean> {
        let months = Months::new(self, purchases);
        let squares = months.squares(self, purchases);
        let mut so_far = 0.0;
        let mean = |(month, (&followed, square)): (usize, (&u64, f64))| {
            so_far += months.brought[month];
            let count = followed as f64;
            // the variance of one value whose mean over those followed has this error
            let variance = square * count * count / (count - 1.0).max(1.0);
            Mean::from_moments(followed, so_far, variance, options.level())
        };
        let shown = |mean: &Mean| options.minimum().allows(mean.population);
        let months = months.followed.iter().zip(squares).enumerate();
        months.map(mean).take_while(shown).collect()
    }

    /// Hands each customer's margins by month to `take`.
    fn each(&self, purchases: &Purchases<'_>, mut take: impl FnMut(&[f64])) {
        let mut margins = Vec::new();
        for &at in &self.0 {
            let customer = purchases.customer(at as usize);
            by_month(&customer, purchases.observed_to(), &mut margins);
            take(&margins);
        }
    }
}

/// Months since the first purchase: how many customers were followed to the end of each, and what
/// these brought in it, in the mean.
#[derive(Debug, Default)]
struct Months {
    followed: Vec<u64>,
    brought: Vec<f64>,
}

impl Months {
    fn new(members: &Members, purchases: &Purchases<'_>) -> Self {
        let mut months = Self::default();
        members.each(purchases, |margins| {
            let longest = margins.len().max(months.followed.len());
            months.followed.resize(longest, 0);
            months.brought.resize(longest, 0.0);
            for (month, margin) in margins.iter().enumerate() {
                months.followed[month] += 1;
                months.brought[month] += margin;
            }
        });
        let counts = months.followed.iter();
        for (sum, &count) in months.brought.iter_mut().zip(counts) {
            *sum /= count as f64;
        }
        months
    }

    /// The squared error of the margin so far: each customer pulls a month's mean by what they
    /// brought beyond it over the number followed, and the pulls of one customer add up.
    fn squares(&self, members: &Members, purchases: &Purchases<'_>) -> Vec<f64> {
        let mut squares = vec![0.0; self.followed.len()];
        members.each(purchases, |margins| {
            let mut pull = 0.0;
            for (month, square) in squares.iter_mut().enumerate() {
                if let Some(margin) = margins.get(month) {
                    pull += (margin - self.brought[month]) / self.followed[month] as f64;
                }
                *square += pull * pull;
            }
        });
        squares
    }
}

impl Report for Payback {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("payback, {window}: {population} new customers")
    }

    fn sections(&self) -> Vec<Section> {
        let longest = self.rows.iter().map(|row| row.margin.len()).max();
        let months = (0..longest.unwrap_or(0)).map(|month| match month {
            0 => "first".to_owned(),
            month => format!("+{month}"),
        });
        let heading = [
            "group",
            "new customers",
            "cost",
            "paid back after",
            "surely after",
        ];
        let row = |row: &PaybackRow| {
            let after = |month: Option<u32>| Cell::number(month.map(f64::from), 0);
            let margins = row.margin.iter().map(|margin| Cell::number(margin.mean, 2));
            [
                Cell::from(&row.group),
                Cell::count(row.customers),
                Cell::number(row.cost, 2),
                after(row.paid_back),
                after(row.surely_paid_back),
            ]
            .into_iter()
            .chain(margins)
            .collect::<Vec<_>>()
        };
        let table = Table::new(heading.map(str::to_owned).into_iter().chain(months));
        let note =
            "(margin of a customer at the first purchase and within so many months of 30 days)";
        let section = Section::new().with_table(table.with_rows(self.rows.iter().map(row)));
        vec![section.with_line(note)]
    }
}

impl fmt::Display for Payback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
