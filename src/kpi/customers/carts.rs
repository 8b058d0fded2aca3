//! Carts that were filled and left.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::event::Events;
use crate::kpi::customers::cart_log::{Cart, read_carts};
use crate::kpi::journeys::PeriodFigures;
use crate::kpi::journeys::breakdown::by_period;
use crate::kpi::members::{Members, Personal, distinct, protected, share_by_person};
use crate::kpi::options::KpiOptions;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines, text_code};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::TimeRange;
use crate::util::known_fields::refuse_unknown_fields;

/// Cart abandonment: the share of carts that no purchase followed, by device, by channel and by
/// both.
///
/// Carts whose patience is not over at the end of the range are left out, bought or not: the bought
/// ones alone would make carts look better. Rows of one cart share a cart id in `order_id`. Rows without an id belong together while each follows the other within the
/// patience and no purchase comes between. A purchase buys the person's cart of its own `order_id`,
/// or else the unbought cart filled last within the patience. Device and channel are those of the
/// cart's last row.
///
/// ```
/// use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::time::TimeRange;
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::with_columns(["device"]).keep_all();
/// for (person, device) in [("ann", "phone"), ("bob", "phone"), ("cem", "laptop")] {
///     let cart = Event::of_kind(Kind::Cart, person, 1_767_225_600).with_value(30.0);
///     log.push(cart.with_texts(&[device]))?;
/// }
/// log.push(Event::conversion("bob", 1_767_229_200).with_texts(&[""]))?;
/// let january = TimeRange::new(1_767_225_600, 1_769_904_000)?;
/// let options = KpiOptions::default().with_range(january);
/// let timelines = PersonTimelines::new(&log)?;
/// let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &options)?;
/// assert_eq!((carts.population, carts.overall.abandoned.count), (3, 2));
/// assert!(carts.to_string().starts_with("carts, 2026-01-01 to 2026-02-01: 3 bought or left"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CartAbandonment {
    /// The range in which carts were first filled.
    pub window: TimeRange,
    /// Carts bought or left.
    pub population: u64,
    /// Carts whose patience is not over at the end of the range, bought or not. No other figure
    /// counts them.
    pub undecided: u64,
    /// How long a cart may wait to be bought, in seconds.
    pub patience: u64,
    /// Figures of all carts.
    pub overall: CartFigures,
    /// Figures by the period in which carts were first filled, oldest first; empty unless
    /// [`KpiOptions::with_periods`](crate::kpi::KpiOptions::with_periods) asks for some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<PeriodFigures<CartFigures>>,
    /// Figures by device; empty if the log has no column of devices. No device is `(unknown)`.
    pub by_device: Vec<CartGroup>,
    /// Figures by channel; no channel is `(unknown)`.
    pub by_channel: Vec<CartGroup>,
    /// Figures by device and channel, as in `phone, app`; empty if the log has no column of
    /// devices.
    pub by_device_and_channel: Vec<CartGroup>,
}

/// The abandoned carts of one device or channel.
///
/// ```
/// use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::time::TimeRange;
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::with_columns(["device"]).keep_all();
/// for (person, device) in [("ann", "phone"), ("bob", "phone"), ("cem", "laptop")] {
///     let cart = Event::of_kind(Kind::Cart, person, 1_767_225_600).with_value(30.0);
///     log.push(cart.with_texts(&[device]))?;
/// }
/// log.push(Event::conversion("bob", 1_767_229_200).with_texts(&[""]))?;
/// let january = TimeRange::new(1_767_225_600, 1_769_904_000)?;
/// let options = KpiOptions::default().with_range(january);
/// let timelines = PersonTimelines::new(&log)?;
/// let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &options)?;
/// let names: Vec<&str> = carts.by_device.iter().map(|row| row.group.as_str()).collect();
/// assert_eq!(names, ["laptop", "phone"]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CartGroup {
    /// The device, channel or both.
    pub group: String,
    /// Figures of the group.
    pub figures: CartFigures,
}

/// How many carts of a group were abandoned.
///
/// ```
/// use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::time::TimeRange;
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::with_columns(["device"]).keep_all();
/// for (person, device) in [("ann", "phone"), ("bob", "phone"), ("cem", "laptop")] {
///     let cart = Event::of_kind(Kind::Cart, person, 1_767_225_600).with_value(30.0);
///     log.push(cart.with_texts(&[device]))?;
/// }
/// log.push(Event::conversion("bob", 1_767_229_200).with_texts(&[""]))?;
/// let january = TimeRange::new(1_767_225_600, 1_769_904_000)?;
/// let options = KpiOptions::default().with_range(january);
/// let timelines = PersonTimelines::new(&log)?;
/// let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &options)?;
/// let phones = carts.group("phone").expect("two carts were filled on phones");
/// assert_eq!((phones.abandoned.rate, phones.value), (Some(0.5), 30.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CartFigures {
    /// Persons who filled the carts.
    pub persons: u64,
    /// Abandoned carts, of all carts; its interval is by person.
    pub abandoned: Proportion,
    /// Value of the abandoned carts, as their last rows state it.
    pub value: f64,
}

/// How carts are read: the column of devices (default `device`) and how long a cart may wait to be
/// bought (default one day).
///
/// ```
/// use mixtouch::kpi::customers::CartOptions;
/// use std::time::Duration;
///
/// let week = Duration::from_secs(7 * 86_400);
/// let options = CartOptions::default().with_device("terminal").with_patience(week);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct CartOptions {
    device: Option<String>,
    patience: Duration,
}

refuse_unknown_fields!(CartOptions, serialize);

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

impl CartFigures {
    /// Of carts in the order of their persons.
    fn new(carts: &[&Cart], level: ConfidenceLevel) -> Self {
        let left = carts.iter().filter(|cart| !cart.bought);
        Self {
            persons: distinct(carts.iter().map(|cart| cart.person()).collect()),
            abandoned: share_by_person(carts, |cart| Some(!cart.bought), level),
            value: left.fold(0.0, |sum, cart| sum + cart.value),
        }
    }
}

impl CartAbandonment {
    /// Abandonment of the carts first filled in the range.
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
            read_carts(person as u32, &timeline, patience, window, options.goal())
        };
        let all: Vec<Cart> = timelines
            .par_iter()
            .enumerate()
            .flat_map_iter(read)
            .collect();
        let is_decided = |cart: &&Cart| i64::from(cart.last) + i64::from(patience) < window.to();
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
            periods: by_period(
                &decided,
                |cart| cart.first,
                options,
                window,
                |carts| CartFigures::new(carts, options.level()),
            ),
            overall: CartFigures::new(&decided, options.level()),
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
            figures: CartFigures::new(&carts.items, options.level()),
        })
        .collect()
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
        let row = |name: &String, figures: &CartFigures| {
            [
                Cell::from(name),
                Cell::count(figures.abandoned.population),
                Cell::percent(figures.abandoned.rate, 2),
                Cell::number(figures.value, 2),
            ]
        };
        let of = |heading: &str| Table::new([heading, "carts", "abandoned", "worth"]);
        let table = |heading: &str, groups: &[CartGroup]| {
            let rows = groups.iter().map(|one| row(&one.group, &one.figures));
            (!groups.is_empty()).then(|| of(heading).with_rows(rows))
        };
        let periods = self.periods.iter().map(|one| row(&one.name, &one.figures));
        let tables = [
            (!self.periods.is_empty()).then(|| of("period").with_rows(periods)),
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
