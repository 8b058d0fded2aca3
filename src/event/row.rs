//! One event as a caller states or reads it.

use crate::error::{Error, Result};
use crate::event::person::PersonKey;
use crate::time::limits::{bad_time, check_amount, second};
use serde::{Deserialize, Serialize};

/// The kind of an event. Attribution uses touches and conversions; KPIs use the other kinds too, in
/// logs that keep them ([`Events::keep_all`](crate::Events::keep_all)). What the columns of a row
/// mean depends on its kind:
///
/// | kind | channel | value | goal | order_id |
/// |---|---|---|---|---|
/// | touch | where (needed) | | | |
/// | conversion | place of sale | what it was worth | which goal | the order |
/// | return | where the goods came back | the refund, of either sign | | the order sent back |
/// | cart | where it was filled | what is in it | | the cart |
/// | survey | where it was asked | the answer | the question: `nps`, `csat`, `ces`, .. | |
/// | case_open, case_close | of that contact | | the topic, the outcome | the case |
/// | opportunity | whose ad could be shown | 1 if it was, 0 if not | | |
///
/// Who served a case stands in the text columns `agent` and `team`, what with in `tool`, the device
/// of any row in `device`, a sale's margin in `margin`, the mailing of an e-mail in `campaign`
/// ([`Events::with_columns`](crate::Events::with_columns)); those names are usual, and the KPIs
/// that read them take others.
///
/// ```
/// use mixtouch::Kind;
///
/// assert_eq!(Kind::from_name("case_open"), Some(Kind::CaseOpen));
/// assert!(Kind::Touch.is_used() && !Kind::Survey.is_used());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A contact with marketing or a place of sale.
    Touch,
    /// What the marketing is for: a sale, a sign-up.
    Conversion,
    /// Goods sent back.
    Return,
    /// A cart was filled.
    Cart,
    /// An answer to a survey.
    Survey,
    /// A service case was opened.
    CaseOpen,
    /// A service case was closed.
    CaseClose,
    /// A moment at which a channel's ad could be shown: an auction, a slot. Its value is 1 where it
    /// was shown and 0 where it was not ([`Uplift`](crate::experiment::Uplift)).
    Opportunity,
}

impl Kind {
    /// Every kind with the name logs give it.
    pub const ALL: [(&'static str, Self); 8] = [
        ("touch", Self::Touch),
        ("conversion", Self::Conversion),
        ("return", Self::Return),
        ("cart", Self::Cart),
        ("survey", Self::Survey),
        ("case_open", Self::CaseOpen),
        ("case_close", Self::CaseClose),
        ("opportunity", Self::Opportunity),
    ];

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|&(_, kind)| kind)
    }

    /// Whether attribution uses such rows.
    pub fn is_used(self) -> bool {
        matches!(self, Self::Touch | Self::Conversion)
    }
}

/// The interaction of a person with a touch.
///
/// ```
/// use mixtouch::{Event, Interaction};
///
/// let seen = Event::touch("ann", 1_767_225_600, "display").with_interaction(Interaction::View);
/// assert_eq!(seen.interaction(), Some(Interaction::View));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interaction {
    /// The person clicked.
    Click,
    /// The person only saw it.
    View,
}

/// One row of a log: a person, a second since 1970-01-01T00:00:00Z, a channel, and what else is
/// known.
///
/// ```
/// use mixtouch::{Event, Interaction};
///
/// let ad = Event::touch("ann", 1_767_225_600, "display")
///     .with_interaction(Interaction::View)
///     .with_cost(0.002);
/// let sale = Event::conversion("ann", 1_767_229_200)
///     .with_value(79.90)
///     .with_goal("sale")
///     .with_order_id("A-1007");
/// assert_eq!((ad.channel(), sale.value()), (Some("display"), 79.90));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event<'a> {
    pub(crate) person: PersonKey<'a>,
    pub(crate) time: i64,
    pub(crate) kind: Kind,
    pub(crate) channel: Option<&'a str>,
    pub(crate) interaction: Option<Interaction>,
    /// None only for a survey's row without an answer.
    pub(crate) value: Option<f64>,
    pub(crate) cost: f64,
    pub(crate) goal: Option<&'a str>,
    pub(crate) order_id: Option<&'a str>,
    pub(crate) texts: &'a [&'a str],
}

impl<'a> Event<'a> {
    /// A touch of `channel`.
    pub fn touch(person: impl Into<PersonKey<'a>>, time: i64, channel: &'a str) -> Self {
        Self::of_kind(Kind::Touch, person, time).with_channel(channel)
    }

    /// A conversion; [`Event::with_channel`] states the place of sale.
    pub fn conversion(person: impl Into<PersonKey<'a>>, time: i64) -> Self {
        Self::of_kind(Kind::Conversion, person, time)
    }

    /// An event of any kind.
    pub fn of_kind(kind: Kind, person: impl Into<PersonKey<'a>>, time: i64) -> Self {
        Self {
            person: person.into(),
            time,
            kind,
            channel: None,
            interaction: None,
            value: (kind != Kind::Survey).then_some(0.0),
            cost: 0.0,
            goal: None,
            order_id: None,
            texts: &[],
        }
    }

    /// Replaces the person.
    pub fn with_person(self, person: impl Into<PersonKey<'a>>) -> Self {
        Self {
            person: person.into(),
            ..self
        }
    }

    /// The channel.
    pub fn with_channel(self, channel: &'a str) -> Self {
        Self {
            channel: Some(channel),
            ..self
        }
    }

    /// Whether a touch was a click or a view.
    pub fn with_interaction(self, interaction: Interaction) -> Self {
        Self {
            interaction: Some(interaction),
            ..self
        }
    }

    /// The value of a conversion in the log's currency; the answer to a survey, the refund of a
    /// return.
    pub fn with_value(self, value: f64) -> Self {
        Self {
            value: Some(value),
            ..self
        }
    }

    /// The cost of a touch in the log's currency.
    pub fn with_cost(self, cost: f64) -> Self {
        Self { cost, ..self }
    }

    /// Which goal was reached, where a log has several; the question of a survey, the topic of a
    /// case.
    pub fn with_goal(self, goal: &'a str) -> Self {
        Self {
            goal: Some(goal),
            ..self
        }
    }

    /// The order behind a conversion or a return; the cart; the case.
    pub fn with_order_id(self, order_id: &'a str) -> Self {
        Self {
            order_id: Some(order_id),
            ..self
        }
    }

    /// The texts of the log's named columns, in their order.
    pub fn with_texts(self, texts: &'a [&'a str]) -> Self {
        Self { texts, ..self }
    }

    /// The person.
    pub fn person(&self) -> PersonKey<'a> {
        self.person
    }

    /// The time in seconds since 1970-01-01T00:00:00Z.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The channel, if stated.
    pub fn channel(&self) -> Option<&'a str> {
        self.channel
    }

    /// Whether a touch was a click or a view, if known.
    pub fn interaction(&self) -> Option<Interaction> {
        self.interaction
    }

    /// The value of a conversion, or what the kind has in its place; 0 for touches.
    pub fn value(&self) -> f64 {
        self.value.unwrap_or(0.0)
    }

    /// The value; none if the event is a survey's and nobody answered.
    ///
    /// ```
    /// use mixtouch::{Event, Kind};
    ///
    /// let asked = Event::of_kind(Kind::Survey, "ann", 1_767_225_600).with_goal("nps");
    /// assert_eq!(asked.stated_value(), None);
    /// assert_eq!(asked.with_value(0.0).stated_value(), Some(0.0));
    /// ```
    pub fn stated_value(&self) -> Option<f64> {
        self.value
    }

    /// What a touch cost, 0 if unknown.
    pub fn cost(&self) -> f64 {
        self.cost
    }

    /// The goal a conversion reached, or what the kind has in its place, if stated.
    pub fn goal(&self) -> Option<&'a str> {
        self.goal
    }

    /// The order behind a conversion, or what the kind has in its place, if stated.
    pub fn order_id(&self) -> Option<&'a str> {
        self.order_id
    }

    /// The event itself if a log can hold it; `row` is for the message.
    pub(crate) fn checked(self, row: u64) -> Result<Self> {
        if second(self.time).is_none() {
            return Err(bad_time(row, "timestamp", self.time));
        }
        if self.kind == Kind::Touch && self.channel.is_none_or(str::is_empty) {
            return Err(Error::field(
                row,
                "channel",
                "",
                "any text; only a conversion may have none",
            ));
        }
        check_amount(row, "value", self.value(), self.kind == Kind::Return)?;
        check_amount(row, "cost", self.cost, false)?;
        Ok(self)
    }
}
