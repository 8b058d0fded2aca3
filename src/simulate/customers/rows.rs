//! What one customer leaves in the files: rows of the log, links and consents.

use crate::event::{Event, Interaction, Kind};

/// Numbers of devices from here on are tablets of shops.
pub(super) const FIRST_TABLET: u64 = 1_000_000_000;

/// An identifier before it is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) kind: &'static str,
    pub(super) number: u64,
}

impl Name {
    pub(super) fn value(&self) -> String {
        format!("{}-{}", self.kind, self.number)
    }

    fn device(&self) -> Option<&'static str> {
        match self.kind {
            "cookie" => Some("laptop"),
            "device" if self.number >= FIRST_TABLET => Some("tablet"),
            "device" => Some("phone"),
            _ => None,
        }
    }
}

/// A row of the log; an empty text is none.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) names: Vec<Name>,
    pub(super) second: i64,
    pub(super) kind: Kind,
    pub(super) channel: &'static str,
    pub(super) interaction: Option<Interaction>,
    pub(super) cost: f64,
    pub(super) value: f64,
    pub(super) goal: &'static str,
    /// The order, the cart or the case.
    pub(super) id: String,
    /// In the order of [`Customers::COLUMNS`](crate::simulate::customers::Customers::COLUMNS).
    pub(super) texts: [&'static str; 5],
}

impl Row {
    pub(super) fn new(kind: Kind, names: Vec<Name>, second: i64, channel: &'static str) -> Self {
        let texts = [device(&names), "", "", "", ""];
        Self {
            names,
            second,
            kind,
            channel,
            interaction: None,
            cost: 0.0,
            value: 0.0,
            goal: "",
            id: String::new(),
            texts,
        }
    }

    pub(super) fn event(&self) -> Event<'_> {
        let event = Event::of_kind(self.kind, 0, self.second)
            .with_channel(self.channel)
            .with_value(self.value)
            .with_cost(self.cost);
        let event = event
            .with_goal(self.goal)
            .with_order_id(&self.id)
            .with_texts(&self.texts);
        self.interaction
            .map_or(event, |interaction| event.with_interaction(interaction))
    }
}

/// What the identifiers of a row say of the device it came from.
fn device(names: &[Name]) -> &'static str {
    names.iter().find_map(|name| name.device()).unwrap_or("")
}

/// A row of the other files.
#[derive(Debug, Clone)]
pub(super) enum Record {
    Link {
        left: Name,
        right: Name,
        second: i64,
        confidence: f64,
    },
    Consent {
        name: Name,
        granted: bool,
        second: i64,
    },
}
