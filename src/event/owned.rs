//! An event that owns its texts: a message of a queue.

use crate::error::{Error, Result};
use crate::event::log::Events;
use crate::event::message::{self, OwnedKey};
use crate::event::person::PersonKey;
use crate::event::row::{Event, Interaction, Kind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An [`Event`] that owns its texts, as a message of a queue or a line of a file states it. Fields
/// go by the names of a log's columns; a person is a text or a number; what a row does not state is
/// left out.
///
/// A timestamp is a number of whole seconds since 1970-01-01T00:00:00Z or, with the feature `time`,
/// a text as RFC 3339 has it, with an offset. `null` states nothing, as a field that is left out.
///
/// `texts` has the log's named columns by name, so that their order does not matter. A misspelt
/// field is refused and never ignored.
///
/// ```
/// use mixtouch::event::OwnedEvent;
/// use mixtouch::Events;
///
/// let message = r#"{"person": "ann", "timestamp": 1767225600, "kind": "touch",
///     "channel": "search", "texts": {"campaign": "d\u00e9but"}}"#;
/// let event: OwnedEvent = serde_json::from_str(message)?;
/// let mut log = Events::with_columns(["campaign"]);
/// log.push_owned(&event)?;
/// assert_eq!(log.text(0, "campaign"), Some("début"));
/// assert_eq!(log.owned(0), Some(event));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnedEvent {
    person: OwnedKey,
    #[serde(rename = "timestamp", deserialize_with = "message::timestamp")]
    time: i64,
    #[serde(deserialize_with = "message::word")]
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "message::stated_amount"
    )]
    value: Option<f64>,
    #[serde(
        default,
        skip_serializing_if = "is_zero",
        deserialize_with = "message::amount"
    )]
    cost: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interaction: Option<Interaction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "message::texts"
    )]
    texts: BTreeMap<String, String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands on a reference"
)]
fn is_zero(amount: &f64) -> bool {
    *amount == 0.0
}

impl From<Event<'_>> for OwnedEvent {
    /// The event without the texts of named columns, whose names it does not know.
    fn from(event: Event<'_>) -> Self {
        Self {
            person: match event.person() {
                PersonKey::Number(number) => OwnedKey::Number(number),
                PersonKey::Text(text) => OwnedKey::Text(text.to_owned()),
            },
            time: event.time(),
            kind: event.kind(),
            channel: event.channel().map(str::to_owned),
            // an answer of 0 is an answer
            value: event
                .stated_value()
                .filter(|&value| value != 0.0 || event.kind() == Kind::Survey),
            cost: event.cost(),
            interaction: event.interaction(),
            goal: event.goal().map(str::to_owned),
            order_id: event.order_id().map(str::to_owned),
            texts: BTreeMap::new(),
        }
    }
}

impl OwnedEvent {
    /// Adds the text of a named column.
    #[must_use]
    pub fn with_text(mut self, column: impl Into<String>, text: impl Into<String>) -> Self {
        self.texts.insert(column.into(), text.into());
        self
    }

    /// The text of a named column, if stated.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.texts.get(column).map(String::as_str)
    }

    /// The event as a log takes it, without the texts of named columns.
    pub fn event(&self) -> Event<'_> {
        let person = match &self.person {
            OwnedKey::Number(number) => PersonKey::Number(*number),
            OwnedKey::Text(text) => text.into(),
        };
        let blank = Event::of_kind(self.kind, person, self.time);
        Event {
            channel: self.channel.as_deref(),
            interaction: self.interaction,
            value: self.value.or(blank.value),
            cost: self.cost,
            goal: self.goal.as_deref(),
            order_id: self.order_id.as_deref(),
            ..blank
        }
    }
}

impl Events {
    /// Adds one event with the texts of its named columns; what it does not state is empty.
    ///
    /// # Errors
    /// If [`Events::push`] fails, or the event names a column that the log does not have.
    pub fn push_owned(&mut self, event: &OwnedEvent) -> Result<()> {
        let stranger = |name: &&String| !self.columns().any(|column| column == *name);
        if let Some(column) = event.texts.keys().find(stranger) {
            return Err(Error::MissingColumn {
                column: column.clone(),
                found: self.columns().map(str::to_owned).collect(),
            });
        }
        let texts: Vec<&str> = self
            .columns()
            .map(|column| event.text(column).unwrap_or_default())
            .collect();
        self.push(event.event().with_texts(&texts))
    }

    /// One row, if there is one, with the texts of named columns that are not empty.
    pub fn owned(&self, row: usize) -> Option<OwnedEvent> {
        let event = OwnedEvent::from(self.get(row)?);
        let texts = self.columns().filter_map(|column| {
            let text = self.text(row, column).filter(|text| !text.is_empty())?;
            Some((column.to_owned(), text.to_owned()))
        });
        Some(OwnedEvent {
            texts: texts.collect(),
            ..event
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> serde_json::Result<OwnedEvent> {
        serde_json::from_str(message)
    }

    #[test]
    fn every_row_comes_back() {
        let mut log = Events::with_columns(["device", "ad"]).keep_all();
        let sale = Event::conversion(u64::MAX, 10)
            .with_channel("shop")
            .with_value(0.1 + 0.2)
            .with_goal("sale")
            .with_order_id("\"7\"\n");
        log.push(sale.with_texts(&["", "spring"])).unwrap();
        let touch = Event::touch(7, 9, "tv").with_interaction(Interaction::View);
        log.push(touch.with_cost(1e-9)).unwrap();
        log.push(Event::of_kind(Kind::Return, "ann", 12).with_value(-3.0))
            .unwrap();
        for answer in [None, Some(0.0), Some(9.0)] {
            let asked = Event::of_kind(Kind::Survey, "ann", 13).with_goal("nps");
            let row = answer.map_or(asked, |answer| asked.with_value(answer));
            log.push(row).unwrap();
        }
        let mut again = Events::with_columns(["ad", "device"]).keep_all();
        for row in 0..log.len() {
            let message = serde_json::to_string(&log.owned(row).unwrap()).unwrap();
            again.push_owned(&read(&message).unwrap()).unwrap();
            assert_eq!(again.get(row), log.get(row), "{message}");
            assert_eq!(again.text(row, "ad"), log.text(row, "ad"));
        }
    }

    #[test]
    fn a_person_is_a_number_or_a_text() {
        let event = |person: &str| {
            let message =
                format!(r#"{{"person": {person}, "timestamp": 1, "kind": "conversion"}}"#);
            read(&message)
        };
        assert_eq!(
            event("42").unwrap().event(),
            event("\"42\"").unwrap().event()
        );
        for (bad, said) in [
            ("-1", "-1"),
            ("1.5", "1.5"),
            ("null", "null"),
            ("true", "true"),
        ] {
            let error = event(bad).unwrap_err().to_string();
            let expected = "expected: a text, or a whole number from 0";
            let message = format!("the person of a message is {said}, {expected} at line 1");
            assert!(error.starts_with(&message), "{error}");
        }
    }

    #[test]
    fn null_is_what_is_left_out() {
        let message = r#"{"person": 1, "timestamp": 1, "kind": "touch", "channel": "tv",
            "cost": null, "value": null, "goal": null, "order_id": null, "interaction": null,
            "texts": {"ad": null, "device": "phone"}}"#;
        let event = OwnedEvent::from(Event::touch(1, 1, "tv")).with_text("device", "phone");
        assert_eq!(read(message).unwrap(), event);
        let message = message.replace(r#"{"ad": null, "device": "phone"}"#, "null");
        assert_eq!(read(&message).unwrap().text("device"), None);
    }

    #[test]
    fn a_timestamp_is_seconds_or_a_date_with_offset() {
        let time = |stamp: &str| {
            let message = format!(r#"{{"person": 1, "timestamp": {stamp}, "kind": "conversion"}}"#);
            read(&message).map(|event| event.event().time())
        };
        assert_eq!(time("1767225600").unwrap(), 1_767_225_600);
        #[cfg(feature = "time")]
        for text in [
            "\"2026-01-01T00:00:00Z\"",
            "\"2026-01-01T01:00:00.5+01:00\"",
        ] {
            assert_eq!(time(text).unwrap(), 1_767_225_600);
        }
        for (bad, said) in [
            ("\"2026-01-01T00:00:00\"", "2026-01-01T00:00:00"),
            ("\"\"", "\"\""),
            ("1.5", "1.5"),
            ("null", "null"),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            let error = time(bad).unwrap_err().to_string();
            assert!(
                error.starts_with("the timestamp of a message is"),
                "{error}"
            );
            let expected = "expected: seconds since 1970-01-01T00:00:00Z";
            assert!(error.contains(said) && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_misspelt_name_is_refused() {
        let message = r#"{"person": 1, "timestamp": 1, "kind": "conversion", "valu": 3}"#;
        assert!(
            read(message)
                .unwrap_err()
                .to_string()
                .contains("unknown field `valu`")
        );
        let event = OwnedEvent::from(Event::touch(1, 1, "tv")).with_text("ad", "spring");
        let error = Events::with_columns(["device"])
            .push_owned(&event)
            .unwrap_err();
        assert_eq!(error.to_string(), "no column \"ad\", found: device");
        let error = Events::new().push_owned(&event).unwrap_err();
        assert_eq!(error.to_string(), "no column \"ad\", found: none");
    }
}
