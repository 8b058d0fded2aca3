//! Fractions of a second: rows of one second keep the order of the log's clock.

use mixtouch::attribution::rules::{FirstTouch, LastTouch};
use mixtouch::io::{EventColumns, TimeUnit};
use mixtouch::{AttributionModel, Events, JourneyBuilder, JourneyOptions, Journeys, attribute};

fn value(journeys: &Journeys, model: &dyn AttributionModel, channel: &str) -> f64 {
    let credits = attribute(journeys, model).unwrap();
    credits.channel(channel).map_or(0.0, |tally| tally.value)
}

fn journeys(log: &Events) -> Journeys {
    Journeys::from_events(log, JourneyOptions::default()).unwrap()
}

const HEADER: &str = "person,timestamp,channel,kind,value\n";

/// A touch half a second after the sale took the credit for it.
#[test]
fn what_follows_a_sale_in_its_second_has_no_part_in_it() {
    let mut rows = [
        "ann,2026-01-01T10:00:00.100Z,social,touch,\n",
        "ann,2026-01-01T10:00:00.400Z,,conversion,40\n",
        "ann,2026-01-01T10:00:00.900Z,search,touch,\n",
        "ann,2026-01-01T10:00:01.200Z,,conversion,5\n",
        "bob,2026-01-01T10:00:00.900Z,tv,touch,\n",
        "bob,2026-01-01T10:00:00.900Z,,conversion,7\n",
    ];
    let alone = format!("{HEADER}{}", rows[..3].concat());
    let log = Events::from_csv(alone.as_bytes(), EventColumns::default()).unwrap();
    let last_second = value(&journeys(&log), &LastTouch, "social");
    assert_eq!(last_second, 40.0, "also in the log's last second");
    for _ in 0..rows.len() {
        rows.rotate_left(1);
        let file = format!("{HEADER}{}", rows.concat());
        let log = Events::from_csv(file.as_bytes(), EventColumns::default()).unwrap();
        let journeys = journeys(&log);
        assert_eq!(value(&journeys, &LastTouch, "social"), 40.0);
        assert_eq!(
            value(&journeys, &LastTouch, "search"),
            5.0,
            "of the next sale"
        );
        assert_eq!(
            value(&journeys, &LastTouch, "tv"),
            7.0,
            "a tie is before the sale"
        );
    }
}

#[test]
fn touches_of_a_second_stand_in_the_order_of_the_clock() {
    for (unit, [late, early]) in [
        (TimeUnit::Seconds, ["1767261600.9", "1767261600.25"]),
        (TimeUnit::Milliseconds, ["1767261600900", "1767261600250"]),
        (
            TimeUnit::Microseconds,
            ["1767261600900000", "1767261600250000"],
        ),
    ] {
        let sale = match unit {
            TimeUnit::Seconds => "1767261700",
            TimeUnit::Milliseconds => "1767261700000",
            _ => "1767261700000000",
        };
        let file = format!(
            "{HEADER}ann,{late},search,touch,\nann,{early},social,touch,\nann,{sale},,conversion,9\n"
        );
        let columns = EventColumns::default().with_time_unit(unit);
        let log = Events::from_csv(file.as_bytes(), columns).unwrap();
        let journeys = journeys(&log);
        assert_eq!(value(&journeys, &FirstTouch, "social"), 9.0, "{unit}");
        assert_eq!(value(&journeys, &LastTouch, "search"), 9.0, "{unit}");
    }
}

/// In other files of one log, and after a restart, the order is the same.
#[test]
fn fractions_meet_across_batches_and_survive_a_restart() {
    let batch = |row: &str| {
        let file = format!("{HEADER}{row}\n");
        Events::from_csv(file.as_bytes(), EventColumns::default()).unwrap()
    };
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder
        .extend(&batch("ann,2026-01-01T10:00:00.900Z,search,touch,"))
        .unwrap();
    builder
        .extend(&batch("ann,2026-01-01T10:00:00.400Z,,conversion,40"))
        .unwrap();
    let mut state = Vec::new();
    builder.write_state(&mut state, &()).unwrap();
    let (mut builder, ()) = JourneyBuilder::read_state(&state[..]).unwrap();
    builder
        .extend(&batch("ann,2026-01-01T10:00:00.100Z,social,touch,"))
        .unwrap();
    builder
        .extend(&batch("bob,2026-01-02T10:00:00Z,tv,touch,"))
        .unwrap();
    let journeys = builder.build().unwrap();
    assert_eq!(value(&journeys, &LastTouch, "social"), 40.0);
    assert_eq!(value(&journeys, &LastTouch, "search"), 0.0);
}
