//! Carts that were filled and left.

use crate::report::text as table;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::event::details::NO_TEXT;
use crate::event::{Events, Kind};
use crate::kpi::journeys::breakdown::{Members, Personal, protected};
use crate::kpi::service::case_log::named;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};
use crate::privacy::MinimumGroup;
use crate::report::text::{figure, percent};
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

/// How carts are read. The column `device` tells devices apart where the log has it, a cart may
/// wait for a day.
///
/// ```
/// use mixtouch::kpi::customers::CartOptions;
/// use std::time::Duration;
///
/// let options = CartOptions::default().with_device("terminal").with_patience(Duration::from_secs(7 * 86_400))?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CartOptions {
    device: Option<String>,
    patience: Option<u32>,
    level: ConfidenceLevel,
    minimum: MinimumGroup,
}

impl CartOptions {
    /// The column that names the device, in place of `device`.
    #[must_use]
    pub fn with_device(self, column: impl Into<String>) -> Self {
        Self {
            device: Some(column.into()),
            ..self
        }
    }

    /// How long a cart may wait to be bought, floored to seconds.
    ///
    /// # Errors
    /// Less than a second, or more than a log can span.
    pub fn with_patience(self, patience: Duration) -> Result<Self> {
        let seconds = u32::try_from(patience.as_secs())
            .ok()
            .filter(|&seconds| seconds > 0);
        let expected = || {
            Error::setting(
                "the patience with carts",
                format!("{} s", patience.as_secs()),
                "1 to 4294967295 seconds",
            )
        };
        Ok(Self {
            patience: Some(seconds.ok_or_else(expected)?),
            ..self
        })
    }

    /// The level of confidence.
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// The fewest persons of a group that is shown.
    #[must_use]
    pub fn with_minimum(self, minimum: MinimumGroup) -> Self {
        Self { minimum, ..self }
    }

    fn patience(&self) -> u32 {
        self.patience.unwrap_or(86_400)
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

fn figures(of: &Members<'_, Cart>, level: ConfidenceLevel) -> CartFigures {
    let left = || of.items.iter().filter(|cart| !cart.bought);
    let abandoned = Proportion::from_counts(left().count() as u64, of.items.len() as u64, level);
    CartFigures {
        persons: of.persons,
        abandoned,
        value: left().fold(0.0, |sum, cart| sum + cart.value),
    }
}

impl CartAbandonment {
    /// Of the carts filled in the histories' window.
    ///
    /// ```
    /// use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
    /// use mixtouch::kpi::timelines::PersonTimelines;
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// log.push(Event::of_kind(Kind::Cart, "ann", 1_767_225_600).with_channel("app").with_value(30.0))?;
    /// log.push(Event::of_kind(Kind::Cart, "bob", 1_767_225_600).with_channel("app").with_value(20.0))?;
    /// log.push(Event::conversion("bob", 1_767_229_200).with_value(20.0))?;
    /// let january = TimeRange::new(1_767_225_600, 1_769_904_000)?;
    /// let carts = CartAbandonment::of(&PersonTimelines::new(&log)?.within(january), &CartOptions::default())?;
    /// assert_eq!((carts.overall.abandoned.rate, carts.overall.value), (Some(0.5), 30.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// An empty log; a device column the log lacks.
    pub fn of(histories: &PersonTimelines<'_>, options: &CartOptions) -> Result<Self> {
        let (window, log) = (histories.stated_window()?, histories.log());
        histories.check_column(options.device.as_deref())?;
        let device = log
            .columns()
            .position(|column| column == options.device.as_deref().unwrap_or("device"));
        let read = |(person, history): (usize, PersonTimeline<'_>)| {
            carts(person as u32, &history, options.patience(), window)
        };
        let all: Vec<Cart> = histories.whole().enumerate().flat_map_iter(read).collect();
        let over = |cart: &&Cart| {
            cart.bought || i64::from(cart.last) + i64::from(options.patience()) < window.to()
        };
        let decided: Vec<&Cart> = all.iter().filter(over).collect();
        let on = |cart: &Cart| {
            named(log, device, cart.row).map_or(UNKNOWN, |code| {
                device.map_or(UNKNOWN, |at| log.text_column(at).texts.get(code))
            })
        };
        let where_ = |cart: &Cart| {
            log.get(cart.row)
                .and_then(|event| event.channel())
                .unwrap_or(UNKNOWN)
        };
        let (by_channel, both) = (
            groups(&decided, options, |cart| where_(cart).to_owned()),
            |cart: &Cart| format!("{}, {}", on(cart), where_(cart)),
        );
        let by_device = |name: &dyn Fn(&Cart) -> String| {
            if device.is_some() {
                groups(&decided, options, name)
            } else {
                Vec::new()
            }
        };
        Ok(Self {
            window,
            population: decided.len() as u64,
            undecided: (all.len() - decided.len()) as u64,
            patience: options.patience().into(),
            by_device: by_device(&|cart| on(cart).to_owned()),
            by_device_and_channel: by_device(&both),
            by_channel,
            overall: figures(&Members::new(decided), options.level),
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

fn groups(
    carts: &[&Cart],
    options: &CartOptions,
    name: impl Fn(&Cart) -> String,
) -> Vec<CartGroup> {
    let mut groups: BTreeMap<String, Vec<&Cart>> = BTreeMap::new();
    carts
        .iter()
        .for_each(|&cart| groups.entry(name(cart)).or_default().push(cart));
    let groups = groups
        .into_iter()
        .map(|(name, carts)| (name, Members::new(carts)))
        .collect();
    let shown = protected(groups, &options.minimum, options.minimum.small());
    shown
        .into_iter()
        .map(|(group, carts)| CartGroup {
            group,
            figures: figures(&carts, options.level),
        })
        .collect()
}

/// A person's carts that were first filled in the window, as far as its end tells.
fn carts(person: u32, history: &PersonTimeline<'_>, patience: u32, window: TimeRange) -> Vec<Cart> {
    let log = history.log();
    let (mut carts, mut by_id): (Vec<Cart>, BTreeMap<u32, usize>) = (Vec::new(), BTreeMap::new());
    for (row, time) in history
        .timed_rows()
        .take_while(|&(_, time)| i64::from(time) < window.to())
    {
        match log.row(row).kind() {
            Kind::Cart => {
                let (id, value) = stated(log, row);
                let nameless = || {
                    carts
                        .len()
                        .checked_sub(1)
                        .filter(|&at| carts[at].goes_on(time, patience))
                };
                let known = if id == NO_TEXT {
                    nameless()
                } else {
                    by_id.get(&id).copied()
                };
                let at = known.unwrap_or(carts.len());
                if at == carts.len() {
                    carts.push(Cart {
                        person,
                        id,
                        first: time,
                        last: time,
                        row,
                        value,
                        bought: false,
                    });
                    by_id.insert(id, at);
                }
                carts[at] = Cart {
                    last: time,
                    row,
                    value,
                    ..carts[at]
                };
            }
            Kind::Conversion => {
                let (order, _) = stated(log, row);
                let own = by_id.get(&order).copied().filter(|_| order != NO_TEXT);
                let waiting = |&at: &usize| !carts[at].bought && time - carts[at].last <= patience;
                let latest = || {
                    (0..carts.len())
                        .filter(waiting)
                        .max_by_key(|&at| carts[at].last)
                };
                if let Some(at) = own.or_else(latest) {
                    carts[at].bought = true;
                }
            }
            _ => {}
        }
    }
    carts.retain(|cart| window.contains(i64::from(cart.first)));
    carts
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

impl fmt::Display for CartAbandonment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            window,
            population,
            undecided,
            overall,
            ..
        } = self;
        writeln!(
            f,
            "carts, {window}: {population} bought or left, {undecided} undecided"
        )?;
        writeln!(
            f,
            "  abandoned {}, worth {:.2}",
            overall.abandoned, overall.value
        )?;
        for (heading, groups) in [
            ("device", &self.by_device),
            ("channel", &self.by_channel),
            ("device, channel", &self.by_device_and_channel),
        ] {
            let row = |row: &CartGroup| {
                let CartFigures {
                    abandoned, value, ..
                } = &row.figures;
                vec![
                    row.group.clone(),
                    abandoned.population.to_string(),
                    percent(abandoned.rate),
                    figure(Some(*value), 2),
                ]
            };
            if !groups.is_empty() {
                table::write(
                    f,
                    &[heading, "carts", "abandoned", "worth"],
                    groups.iter().map(row),
                )?;
            }
        }
        Ok(())
    }
}
