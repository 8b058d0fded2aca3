//! Journeys cut the slow and obvious way: one person after the other, every touch compared with
//! every conversion.

use mixtouch::journeys::Transform;
use mixtouch::time::TimeRange;
use mixtouch::{Event, Events, Interaction, JourneyOptions, Journeys, Lookback};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

pub(super) const CHANNELS: [&str; 4] = ["beta", "direct", "eta", "zeta"];
pub(super) const GOALS: [&str; 2] = ["lead", "sale"];

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub(super) person: usize,
    pub(super) time: u32,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    Touch {
        channel: usize,
        interaction: Option<Interaction>,
        cost: u32,
    },
    Conversion {
        value: u32,
        goal: Option<usize>,
        order: Option<usize>,
        place: Option<usize>,
    },
}

/// The options as plain numbers of seconds and channels.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) lookback: u32,
    pub(super) channel_lookback: Option<(usize, u32)>,
    pub(super) view_lookback: Option<u32>,
    pub(super) from: Option<u32>,
    pub(super) to: Option<u32>,
    pub(super) goal: Option<usize>,
    pub(super) reuse: bool,
    pub(super) exclude: Vec<usize>,
    pub(super) transform: Transform,
    pub(super) trim: Option<usize>,
    pub(super) drop_immature: bool,
    pub(super) deduplicate: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lookback: 30,
            channel_lookback: None,
            view_lookback: None,
            from: None,
            to: None,
            goal: None,
            reuse: false,
            exclude: Vec::new(),
            transform: Transform::None,
            trim: None,
            drop_immature: false,
            deduplicate: false,
        }
    }
}

/// A journey as anyone can compare it.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) struct Cut {
    pub(super) person: String,
    pub(super) touches: Vec<(&'static str, u32)>,
    pub(super) close: u32,
    /// Conversions, nulls, value.
    pub(super) outcome: (f64, f64, f64),
    /// Every touch of the person up to the close, for journeys with a conversion.
    pub(super) timeline: Vec<(&'static str, u32)>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Expected {
    pub(super) journeys: Vec<Cut>,
    pub(super) immature: u64,
    pub(super) costs: BTreeMap<&'static str, f64>,
}

/// Keys of every sort: numbers, texts, texts that look like numbers, and numbers at the end of the
/// range.
pub(super) fn key(person: usize) -> String {
    match person % 5 {
        0 => person.to_string(),
        1 => format!("person {person}"),
        2 => format!("0{person}"),
        3 => (u64::MAX - person as u64).to_string(),
        _ => ((1_u64 << 40) + person as u64).to_string(),
    }
}

impl Options {
    pub(super) fn lookbacks(&self) -> Lookback {
        let seconds =
            |seconds: u32| Lookback::new(std::time::Duration::from_secs(seconds.into())).unwrap();
        let mut lookback = seconds(self.lookback);
        if let Some((channel, own)) = self.channel_lookback {
            lookback = lookback.with_channel(CHANNELS[channel], seconds(own));
        }
        if let Some(own) = self.view_lookback {
            lookback = lookback.with_interaction(Interaction::View, seconds(own));
        }
        lookback
    }

    pub(super) fn built(&self) -> JourneyOptions {
        let mut options = JourneyOptions::default()
            .with_lookback(self.lookbacks())
            .with_period(self.period())
            .with_reuse(self.reuse)
            .with_exclude(self.exclude.iter().map(|&channel| CHANNELS[channel]))
            .with_transform(self.transform)
            .with_drop_censored(self.drop_immature)
            .with_deduplicate(self.deduplicate);
        if let Some(goal) = self.goal {
            options = options.with_goal(GOALS[goal]);
        }
        if let Some(trim) = self.trim {
            options = options.with_trim(NonZeroUsize::new(trim).unwrap());
        }
        options
    }

    fn lookback_of(&self, channel: usize, interaction: Option<Interaction>) -> u32 {
        match (self.channel_lookback, self.view_lookback) {
            (Some((own, seconds)), _) if own == channel => seconds,
            (_, Some(seconds)) if interaction == Some(Interaction::View) => seconds,
            _ => self.lookback,
        }
    }

    fn period(&self) -> TimeRange {
        TimeRange::new(
            self.from.map_or(0, i64::from),
            self.to.map_or(1 << 32, i64::from),
        )
        .unwrap()
    }

    fn is_reported(&self, time: u32) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
    }
}

pub(super) fn events(rows: &[Row]) -> Events {
    let mut log = Events::new();
    for row in rows {
        let person = key(row.person);
        let mut event = match row.what {
            What::Touch { channel, cost, .. } => {
                Event::touch(&person, row.time.into(), CHANNELS[channel]).with_cost(f64::from(cost))
            }
            What::Conversion { value, .. } => {
                Event::conversion(&person, row.time.into()).with_value(f64::from(value))
            }
        };
        let orders = ["o-0", "o-1", "o-2"];
        match row.what {
            What::Touch {
                interaction: Some(interaction),
                ..
            } => event = event.with_interaction(interaction),
            What::Touch { .. } => {}
            What::Conversion {
                goal, order, place, ..
            } => {
                event = goal.map_or(event, |goal| event.with_goal(GOALS[goal]));
                event = order.map_or(event, |order| event.with_order_id(orders[order]));
                event = place.map_or(event, |place| event.with_channel(CHANNELS[place]));
            }
        }
        log.push(event).unwrap();
    }
    log
}

#[derive(Debug, Clone, Copy)]
struct Touch {
    channel: usize,
    time: u32,
    lookback: u32,
}

pub(super) fn reference(rows: &[Row], options: &Options) -> Expected {
    let read: Vec<Row> = rows
        .iter()
        .copied()
        .filter(|row| options.to.is_none_or(|to| row.time < to))
        .collect();
    let last_row = read.iter().map(|row| row.time).max().unwrap_or(0);
    let end = options.to.map_or(last_row, |to| to.saturating_sub(1));
    let read = unique_orders(&read);
    let mut expected = Expected::default();
    let persons = rows
        .iter()
        .map(|row| row.person)
        .max()
        .map_or(0, |most| most + 1);
    for person in 0..persons {
        let mut own: Vec<Row> = Vec::new();
        for row in read.iter().filter(|row| row.person == person) {
            if !(options.deduplicate && own.contains(row)) {
                own.push(*row);
            }
        }
        own.sort_by_key(|row| row.time);
        cut_person(person, &own, end, options, &mut expected);
    }
    expected.journeys.sort_by(|a, b| a.partial_cmp(b).unwrap());
    expected
}

/// The rows but for conversions that repeat an order: an earlier row states it, with the same goal.
fn unique_orders(rows: &[Row]) -> Vec<Row> {
    let repeats = |row: &Row, other: &Row| match (row.what, other.what) {
        (
            What::Conversion { order, goal, .. },
            What::Conversion {
                order: first,
                goal: same,
                ..
            },
        ) => order.is_some() && (order, goal) == (first, same) && other.time < row.time,
        _ => false,
    };
    let stands = |row: &&Row| !rows.iter().any(|other| repeats(row, other));
    rows.iter().filter(stands).copied().collect()
}

fn cut_person(person: usize, own: &[Row], end: u32, options: &Options, expected: &mut Expected) {
    let mut touches = Vec::new();
    let mut conversions: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    let mut lines = Vec::new();
    for row in own {
        match row.what {
            What::Touch {
                channel,
                interaction,
                cost,
            } => {
                touches.push(Touch {
                    channel,
                    time: row.time,
                    lookback: options.lookback_of(channel, interaction),
                });
                if options.is_reported(row.time) && cost > 0 {
                    *expected.costs.entry(CHANNELS[channel]).or_default() += f64::from(cost);
                }
            }
            What::Conversion {
                value, goal, order, ..
            } if options.goal.is_none() || options.goal == goal => {
                let sum = conversions.entry(row.time).or_default();
                let line = order.map(|order| (row.time, order, goal));
                let further = line.is_some() && lines.contains(&line);
                lines.push(line);
                *sum = (
                    sum.0 + if further { 0.0 } else { 1.0 },
                    sum.1 + f64::from(value),
                );
            }
            What::Conversion { .. } => {}
        }
    }
    let mut last: Option<u32> = None;
    for (&time, &(count, value)) in &conversions {
        let candidates = touches.iter().filter(|touch| {
            touch.time <= time && (options.reuse || last.is_none_or(|last| touch.time > last))
        });
        let window: Vec<Touch> = candidates
            .filter(|touch| time - touch.time <= touch.lookback)
            .copied()
            .collect();
        if options.is_reported(time) {
            let timeline = touches
                .iter()
                .filter(|touch| touch.time <= time)
                .map(shown)
                .collect();
            expected.journeys.push(Cut {
                person: key(person),
                touches: shaped(window, options),
                close: time,
                outcome: (count, 0.0, value),
                timeline,
            });
        }
        last = Some(time);
    }
    let rest: Vec<Touch> = touches
        .iter()
        .filter(|touch| last.is_none_or(|last| touch.time > last))
        .copied()
        .collect();
    let Some(latest) = rest.last().copied() else {
        return;
    };
    let natural = u64::from(latest.time) + u64::from(latest.lookback);
    let close = natural.min(u64::from(end)) as u32;
    if !options.is_reported(close) {
        return;
    }
    let immature = natural > u64::from(end);
    expected.immature += u64::from(immature);
    if !(immature && options.drop_immature) {
        let window = rest
            .into_iter()
            .filter(|touch| latest.time - touch.time <= touch.lookback)
            .collect();
        expected.journeys.push(Cut {
            person: key(person),
            touches: shaped(window, options),
            close,
            outcome: (0.0, 1.0, 0.0),
            timeline: Vec::new(),
        });
    }
}

fn shown(touch: &Touch) -> (&'static str, u32) {
    (CHANNELS[touch.channel], touch.time)
}

/// Exclude, transform, trim.
fn shaped(window: Vec<Touch>, options: &Options) -> Vec<(&'static str, u32)> {
    let kept: Vec<Touch> = window
        .iter()
        .filter(|touch| !options.exclude.contains(&touch.channel))
        .copied()
        .collect();
    let kept = if kept.is_empty() { window } else { kept };
    let count = kept.len();
    let same = |left: usize, right: usize| kept[left].channel == kept[right].channel;
    let stays = |at: usize| match options.transform {
        Transform::None => true,
        Transform::Exposure => at + 1 == count || !same(at, at + 1),
        Transform::First => !(0..at).any(|earlier| same(earlier, at)),
        Transform::Last => !(at + 1..count).any(|later| same(later, at)),
    };
    let shaped: Vec<_> = (0..count)
        .filter(|&at| stays(at))
        .map(|at| shown(&kept[at]))
        .collect();
    shaped[shaped.len() - options.trim.unwrap_or(usize::MAX).min(shaped.len())..].to_vec()
}

/// What the crate made of it, as anyone can compare it.
pub(super) fn actual(journeys: &Journeys) -> Expected {
    let name = |channel: &mixtouch::ChannelId| {
        *CHANNELS
            .iter()
            .find(|name| **name == journeys.channels().name(*channel))
            .unwrap()
    };
    let mut timelines = super::timelines(journeys, name).into_iter();
    let mut cuts = Vec::new();
    for (at, journey) in journeys.iter().enumerate() {
        let outcome = journey.outcome();
        cuts.push(Cut {
            person: journeys.person(at).unwrap().to_string(),
            touches: journey
                .channels()
                .iter()
                .map(name)
                .zip(journey.times().iter().copied())
                .collect(),
            close: journey.close(),
            outcome: (outcome.conversions(), outcome.nulls(), outcome.value()),
            timeline: if outcome.conversions() > 0.0 {
                timelines.next().unwrap()
            } else {
                Vec::new()
            },
        });
    }
    cuts.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let costs = journeys.costs().unwrap_or(&[]);
    let costs = journeys
        .channels()
        .ids()
        .zip(costs)
        .filter(|(_, cost)| **cost > 0.0)
        .map(|(id, &cost)| (name(&id), cost))
        .collect();
    Expected {
        journeys: cuts,
        immature: journeys.censored(),
        costs,
    }
}
