//! Logs of the same events in two forms: plain, and as Google Analytics 4 exports them.

use arrow_array::builder::{
    Float64Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder,
};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field, Fields};
use std::sync::Arc;

/// Source, medium and the channel of each, as the rules of GA4 name it.
const ORIGINS: [(&str, &str, &str); 6] = [
    ("google", "cpc", "Paid Search"),
    ("google", "organic", "Organic Search"),
    ("facebook", "paid_social", "Paid Social"),
    ("newsletter", "email", "Email"),
    ("partner.example", "referral", "Referral"),
    ("criteo", "display", "Display"),
];

/// One event, made from its number alone.
pub(crate) struct Event {
    pub(crate) person: u64,
    time: i64,
    origin: (&'static str, &'static str, &'static str),
    session: i64,
    pub(crate) is_purchase: bool,
    value: f64,
}

/// The event of that number.
pub(crate) fn event(number: usize) -> Event {
    let mix = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mix ^ (mix >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let person = mixed >> 42;
    Event {
        person,
        time: 1_767_225_600 + (mixed % 5_184_000) as i64,
        origin: ORIGINS[((mixed >> 17) % 6) as usize],
        session: number as i64,
        is_purchase: mixed.is_multiple_of(97),
        value: 10.0 + (mixed % 90) as f64,
    }
}

/// A column of events' texts.
fn texts(events: &[Event], text: impl Fn(&Event) -> Option<String>) -> ArrayRef {
    Arc::new(events.iter().map(text).collect::<StringArray>())
}

/// Person, timestamp, channel, kind and value.
pub(crate) fn plain(events: &[Event]) -> RecordBatch {
    let person = texts(events, |event| {
        Some(format!("{:x}.{:x}", event.person, !event.person))
    });
    let time = events
        .iter()
        .map(|event| event.time)
        .collect::<Int64Array>();
    let channel = texts(events, |event| {
        (!event.is_purchase).then(|| event.origin.2.to_owned())
    });
    let kind = |event: &Event| {
        if event.is_purchase {
            "conversion"
        } else {
            "touch"
        }
    };
    let value = events
        .iter()
        .map(|event| event.is_purchase.then_some(event.value));
    let columns: [(&str, ArrayRef); 5] = [
        ("person", person),
        ("timestamp", Arc::new(time)),
        ("channel", channel),
        ("kind", texts(events, |event| Some(kind(event).to_owned()))),
        ("value", Arc::new(value.collect::<Float64Array>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

/// As the export has them: nested, with parameters as lists of keys and values.
pub(crate) fn ga4(events: &[Event]) -> RecordBatch {
    let person = texts(events, |event| {
        Some(format!("{:x}.{:x}", event.person, !event.person))
    });
    let time = events
        .iter()
        .map(|event| event.time * 1_000_000)
        .collect::<Int64Array>();
    let name = |event: &Event| {
        if event.is_purchase {
            "purchase"
        } else {
            "session_start"
        }
    };
    let source = |event: &Event| (!event.is_purchase).then(|| event.origin.0.to_owned());
    let medium = |event: &Event| (!event.is_purchase).then(|| event.origin.1.to_owned());
    let traffic = structure([
        ("manual_source", texts(events, source)),
        ("manual_medium", texts(events, medium)),
        ("manual_campaign_name", texts(events, |_| None)),
    ]);
    let value = events
        .iter()
        .map(|event| event.is_purchase.then_some(event.value));
    let order = |event: &Event| event.is_purchase.then(|| format!("T-{}", event.session));
    let commerce = structure([
        (
            "purchase_revenue",
            Arc::new(value.collect::<Float64Array>()) as ArrayRef,
        ),
        ("transaction_id", texts(events, order)),
    ]);
    let columns: [(&str, ArrayRef); 7] = [
        ("event_timestamp", Arc::new(time)),
        (
            "event_name",
            texts(events, |event| Some(name(event).to_owned())),
        ),
        ("event_params", parameters(events)),
        ("user_id", texts(events, |_| None)),
        ("user_pseudo_id", person),
        ("ecommerce", commerce),
        ("collected_traffic_source", traffic),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

fn structure<const N: usize>(columns: [(&str, ArrayRef); N]) -> ArrayRef {
    let field = |(name, array): &(&str, ArrayRef)| {
        Arc::new(Field::new(*name, array.data_type().clone(), true))
    };
    let fields: Fields = columns.iter().map(field).collect();
    let arrays = columns.map(|(_, array)| array).to_vec();
    Arc::new(StructArray::new(fields, arrays, None))
}

/// `event_params`: keys, and a value of one of four types for each.
fn parameters(events: &[Event]) -> ArrayRef {
    let types = [
        ("string_value", DataType::Utf8),
        ("int_value", DataType::Int64),
        ("float_value", DataType::Float64),
        ("double_value", DataType::Float64),
    ];
    let value: Fields = types
        .map(|(name, kind)| Arc::new(Field::new(name, kind, true)))
        .into_iter()
        .collect();
    let entry: Fields = [
        Arc::new(Field::new("key", DataType::Utf8, true)),
        Arc::new(Field::new("value", DataType::Struct(value), true)),
    ]
    .into_iter()
    .collect();
    let mut lists = ListBuilder::new(StructBuilder::from_fields(entry, events.len()));
    for event in events {
        let entries = lists.values();
        push(entries, "ga_session_id", Err(event.session));
        push(entries, "page_location", Ok("https://shop.example.com/"));
        push(entries, "page_title", Ok("Shop"));
        push(entries, "engaged_session_event", Err(1));
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn push(entries: &mut StructBuilder, key: &str, value: Result<&str, i64>) {
    let part = "the builder has the parts of its fields";
    let keys = entries.field_builder::<StringBuilder>(0).expect(part);
    keys.append_value(key);
    let values = entries.field_builder::<StructBuilder>(1).expect(part);
    let texts = values.field_builder::<StringBuilder>(0).expect(part);
    texts.append_option(value.ok());
    let integers = values.field_builder::<Int64Builder>(1).expect(part);
    integers.append_option(value.err());
    for at in 2..4 {
        values
            .field_builder::<Float64Builder>(at)
            .expect(part)
            .append_null();
    }
    values.append(true);
    entries.append(true);
}
