//! Carts that were filled and left.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::event::details::NO_TEXT;
use crate::event::{Events, Kind};
use crate::kpi::members::{Members, Personal, protected};
use crate::kpi::options::KpiOptions;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines, text_code};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::TimeRange;

/// Cart abandonment: carts that no purchase followed, of all carts that were filled and whose time
/// is up; by device, by channel and by both.
///
/// Rows of one cart share a cart id in `order_id`; rows without one belong together while each
/// follows the other within the patience and no purchase comes between. A purchase buys the
/// person's cart of its own `order_id`, whenever it was filled, or else the one filled last, within
/// the patience and not bought yet. Device and channel are those of the cart's last row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CartAbandonment {
    /// The time in which carts were filled first.
    pub window: TimeRange,
    /// Carts bought or left.
    pub population: u64,
    /// Carts that the window's end leaves open: not bought, and their patience is not over. They
    /// are in no other figure.
    pub undecided: u64,
    /// How long a cart may wait to be bought, in seconds.
    pub patience: u64,
    /// Of all carts.
    pub overall: CartFigures,
    /// By device; nothing where the log has no such column. What names no device is `(unknown)`.
    pub by_device: Vec<CartGroup>,
    /// By channel; what names none is `(unknown)`.
    pub by_channel: Vec<CartGroup>,
    /// By device and channel, as `phone, app`; nothing where the log has no device.
    pub by_device_and_channel: Vec<CartGroup>,
}

/// The carts of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CartGroup {
    /// The device, channel or both.
    pub group: String,
    /// Its figures.
    pub figures: CartFigures,
}

/// How many carts were left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CartFigures {
    /// Persons.
    pub persons: u64,
    /// Carts left, of all.
    pub abandoned: Proportion,
    /// What was in those left, by their last rows.
    pub value: f64,
}

/// How carts are read: the column of devices, `device` by default, and how long a cart may wait to
/// be bought, a day by default.
///
/// ```
/// use mixtouch::kpi::customers::CartOptions;
/// use std::time::Duration;
///
/// let week = Duration::from_secs(7 * 86_400);
/// let options = CartOptions::default().with_device("terminal").with_patience(week);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CartOptions {
    device: Option<String>,
    patience: Duration,
}

impl Default for CartOptions {
    fn default() -> Self {
        Self {
            device: None,
            patience: Duration::from_secs(86_400),
        }
    }
}

impl CartOptions {
    /// Sets the text column that names the device, in place of `device`.
    #[must_use]
    pub fn with_device(self, column: impl Into<String>) -> Self {
        Self {
            device: Some(column.into()),
            ..self
        }
    }

    /// Sets how long a cart may wait to be bought, in whole seconds, 1 or more.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn patience(&self) -> Result<u32> {
        let seconds = self.patience.as_secs();
        u32::try_from(seconds)
            .ok()
            .filter(|&seconds| seconds > 0)
            .ok_or_else(|| {
                Error::setting(
                    "the patience with carts",
                    format!("{seconds} s"),
                    "1 to 4294967295 seconds",
                )
            })
    }
}

/// One cart.
#[derive(Debug, Clone, Copy)]
struct Cart {
    person: u32,
    id: u32,
    first: u32,
    last: u32,
    /// Its last row in the log.
    row: usize,
    value: f64,
    bought: bool,
}

impl Personal for Cart {
    fn person(&self) -> u32 {
        self.person
    }
}

impl CartFigures {
    fn new(carts: &Members<'_, Cart>, level: ConfidenceLevel) -> Self {
        let left = || carts.items.iter().filter(|cart| !cart.bought);
        Self {
            persons: carts.persons,
            abandoned: Proportion::from_counts(
                left().count() as u64,
                carts.items.len() as u64,
                level,
            ),
            value: left().fold(0.0, |sum, cart| sum + cart.value),
        }
    }
}

impl CartAbandonment {
    /// The carts first filled in the range.
    ///
    /// ```
    /// use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
    /// use mixtouch::kpi::{KpiOptions, PersonTimelines};
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// for (person, value) in [("ann", 30.0), ("bob", 20.0)] {
    ///     let cart = Event::of_kind(Kind::Cart, person, 1_767_225_600).with_channel("app");
    ///     log.push(cart.with_value(value))?;
    /// }
    /// log.push(Event::conversion("bob", 1_767_229_200).with_value(20.0))?;
    /// let january = TimeRange::new(1_767_225_600, 1_769_904_000)?;
    /// let options = KpiOptions::default().with_range(january);
    /// let timelines = PersonTimelines::new(&log)?;
    /// let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &options)?;
    /// assert_eq!((carts.overall.abandoned.rate, carts.overall.value), (Some(0.5), 30.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the log is empty, lacks the column of devices, or the patience is below a second or above
    /// 2^32 seconds.
    pub fn new(
        timelines: &PersonTimelines<'_>,
        carts: &CartOptions,
        options: &KpiOptions,
    ) -> Result<Self> {
        let (window, log) = (timelines.reported_range(options)?, timelines.log());
        let patience = carts.patience()?;
        timelines.check_column(carts.device.as_deref())?;
        let named = carts.device.as_deref().unwrap_or("device");
        let device = log.columns().position(|column| column == named);
        let read = |(person, timeline): (usize, PersonTimeline<'_>)| {
            read_carts(person as u32, &timeline, patience, window)
        };
        let all: Vec<Cart> = timelines
            .par_iter()
            .enumerate()
            .flat_map_iter(read)
            .collect();
        let is_decided =
            |cart: &&Cart| cart.bought || i64::from(cart.last) + i64::from(patience) < window.to();
        let decided: Vec<&Cart> = all.iter().filter(is_decided).collect();
        let device_of = |cart: &Cart| device_of(log, device, cart);
        let channel_of = |cart: &Cart| channel_of(log, cart);
        let by_device = |name: &dyn Fn(&Cart) -> String| match device {
            Some(_) => groups(&decided, options, name),
            None => Vec::new(),
        };
        Ok(Self {
            window,
            population: decided.len() as u64,
            undecided: (all.len() - decided.len()) as u64,
            patience: patience.into(),
            by_device: by_device(&|cart| device_of(cart).to_owned()),
            by_device_and_channel: by_device(&|cart| {
                format!("{}, {}", device_of(cart), channel_of(cart))
            }),
            by_channel: groups(&decided, options, |cart| channel_of(cart).to_owned()),
            overall: CartFigures::new(&Members::new(decided), options.level()),
        })
    }

    /// The figures of a device, a channel, or both, by name.
    pub fn group(&self, name: &str) -> Option<&CartFigures> {
        let mut groups = self
            .by_device
            .iter()
            .chain(&self.by_channel)
            .chain(&self.by_device_and_channel);
        groups.find(|row| row.group == name).map(|row| &row.figures)
    }
}

const UNKNOWN: &str = "(unknown)";

fn device_of<'l>(log: &'l Events, device: Option<usize>, cart: &Cart) -> &'l str {
    let named = device.zip(text_code(log, device, cart.row));
    named.map_or(UNKNOWN, |(at, code)| log.text_column(at).texts.get(code))
}

fn channel_of<'l>(log: &'l Events, cart: &Cart) -> &'l str {
    log.get(cart.row)
        .and_then(|event| event.channel())
        .unwrap_or(UNKNOWN)
}

fn groups(carts: &[&Cart], options: &KpiOptions, name: impl Fn(&Cart) -> String) -> Vec<CartGroup> {
    let mut groups: BTreeMap<String, Vec<&Cart>> = BTreeMap::new();
    for &cart in carts {
        groups.entry(name(cart)).or_default().push(cart);
    }
    let groups = groups
        .into_iter()
        .map(|(name, carts)| (name, Members::new(carts)))
        .collect();
    protected(groups, options.minimum(), options.minimum().small())
        .into_iter()
        .map(|(group, carts)| CartGroup {
            group,
            figures: CartFigures::new(&carts, options.level()),
        })
        .collect()
}

/// A person's carts that were first filled in the window, as far as its end tells.
fn read_carts(
    person: u32,
    timeline: &PersonTimeline<'_>,
    patience: u32,
    window: TimeRange,
) -> Vec<Cart> {
    let log = timeline.log();
    let mut carts = PersonCarts {
        person,
        patience,
        carts: Vec::new(),
        by_id: BTreeMap::new(),
    };
    for (row, time) in timeline
        .timed_rows()
        .take_while(|&(_, time)| i64::from(time) < window.to())
    {
        match log.row(row).kind() {
            Kind::Cart => carts.fill(row, time, stated(log, row)),
            Kind::Conversion => carts.buy(time, stated(log, row).0),
            _ => {}
        }
    }
    let mut carts = carts.carts;
    carts.retain(|cart| window.contains(i64::from(cart.first)));
    carts
}

/// One person's carts, row by row.
struct PersonCarts {
    person: u32,
    patience: u32,
    carts: Vec<Cart>,
    by_id: BTreeMap<u32, usize>,
}

impl PersonCarts {
    /// A row of a cart: the last row states what is in it.
    fn fill(&mut self, row: usize, time: u32, (id, value): (u32, f64)) {
        let known = if id == NO_TEXT {
            let last = self.carts.len().checked_sub(1);
            last.filter(|&at| self.carts[at].goes_on(time, self.patience))
        } else {
            self.by_id.get(&id).copied()
        };
        let at = known.unwrap_or(self.carts.len());
        if at == self.carts.len() {
            self.by_id.insert(id, at);
            self.carts.push(Cart {
                person: self.person,
                id,
                first: time,
                last: time,
                row,
                value,
                bought: false,
            });
        }
        let cart = &mut self.carts[at];
        (cart.last, cart.row, cart.value) = (time, row, value);
    }

    /// A purchase: of the cart of its own order, or else of the one filled last.
    fn buy(&mut self, time: u32, order: u32) {
        let own = self.by_id.get(&order).copied();
        let is_waiting =
            |&at: &usize| !self.carts[at].bought && time - self.carts[at].last <= self.patience;
        let latest = || {
            (0..self.carts.len())
                .filter(is_waiting)
                .max_by_key(|&at| self.carts[at].last)
        };
        if let Some(at) = own.filter(|_| order != NO_TEXT).or_else(latest) {
            self.carts[at].bought = true;
        }
    }
}

impl Cart {
    /// Whether a row without an id belongs to it.
    fn goes_on(&self, time: u32, patience: u32) -> bool {
        self.id == NO_TEXT && !self.bought && time - self.last <= patience
    }
}

/// The order or cart id and the value of a row.
fn stated(log: &Events, row: usize) -> (u32, f64) {
    log.row(row)
        .details()
        .map_or((NO_TEXT, 0.0), |stated| (stated.order, stated.value))
}

impl Report for CartAbandonment {
    fn title(&self) -> String {
        let Self {
            window,
            population,
            undecided,
            ..
        } = self;
        format!("carts, {window}: {population} bought or left, {undecided} undecided")
    }

    fn sections(&self) -> Vec<Section> {
        let CartFigures {
            abandoned, value, ..
        } = &self.overall;
        let row = |row: &CartGroup| {
            let CartFigures {
                abandoned, value, ..
            } = &row.figures;
            [
                Cell::from(&row.group),
                Cell::count(abandoned.population),
                Cell::percent(abandoned.rate, 2),
                Cell::number(*value, 2),
            ]
        };
        let table = |heading: &str, groups: &[CartGroup]| {
            let table = Table::new([heading, "carts", "abandoned", "worth"]);
            (!groups.is_empty()).then(|| table.with_rows(groups.iter().map(row)))
        };
        let tables = [
            table("device", &self.by_device),
            table("channel", &self.by_channel),
            table("device, channel", &self.by_device_and_channel),
        ];
        let section = Section::new().with_line(format!("abandoned {abandoned}, worth {value:.2}"));
        vec![
            tables
                .into_iter()
                .flatten()
                .fold(section, Section::with_table),
        ]
    }
}

impl fmt::Display for CartAbandonment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
