//! Small logs worked by hand, one rule of cutting each.

use super::reference::{Options, Row, What, actual, events};
use mixtouch::journeys::Transform;
use mixtouch::{
    CostTable, Event, Events, Interaction, JourneyBuilder, JourneyOptions, Journeys, Lookback,
};

/// `b5 d7! e9`: the channels' initials with the second of the touch; `$` for a conversion, `v`
/// behind a touch for a view.
fn log(text: &str) -> Vec<Row> {
    let row = |word: &str| {
        let view = word.ends_with('v');
        let time = word[1..].trim_end_matches('v').parse().unwrap();
        let channel = "bdez".find(&word[..1]);
        let what = match channel {
            Some(channel) => What::Touch {
                channel,
                interaction: view.then_some(Interaction::View),
                cost: 0,
            },
            None => What::Conversion {
                value: 10,
                goal: None,
                order: None,
                place: None,
            },
        };
        Row {
            person: 1,
            time,
            what,
        }
    };
    text.split(' ').map(row).collect()
}

/// The journeys as `b5 d7 > 9` for a conversion at 9, `x 9` for a null that closes then.
fn cut(rows: &[Row], options: &Options) -> Vec<String> {
    let journeys = Journeys::from_events(&events(rows), options.built()).unwrap();
    let mut all: Vec<_> = actual(&journeys).journeys;
    all.sort_by_key(|cut| cut.close);
    let shown = |cut: &super::reference::Cut| {
        let touches: Vec<String> = cut
            .touches
            .iter()
            .map(|(name, time)| format!("{}{time}", &name[..1]))
            .collect();
        let end = if cut.outcome.1 > 0.0 {
            "x".to_owned()
        } else {
            ">".repeat(cut.outcome.0 as usize)
        };
        format!("{} {end} {}", touches.join(" "), cut.close)
            .trim_start()
            .to_owned()
    };
    all.iter().map(shown).collect()
}

fn seconds(lookback: u32) -> Options {
    Options {
        lookback,
        ..Options::default()
    }
}

#[test]
fn both_ends_of_the_lookback_are_included() {
    assert_eq!(cut(&log("b9 b10 b20 $20"), &seconds(10)), ["b10 b20 > 20"]);
    assert_eq!(
        cut(&log("b10 b21 $20"), &seconds(10)),
        ["b10 > 20", "b21 x 21"],
        "one after the conversion never belongs to it"
    );
}

#[test]
fn the_default_lookback_is_30_days() {
    let day = 86_400;
    let mut log = Events::new();
    for time in [0, day - 1, day] {
        log.push(Event::touch(1, time, "tv")).unwrap();
    }
    log.push(Event::conversion(1, 31 * day)).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    assert_eq!(journeys.get(0).unwrap().times(), [86_400]);
}

#[test]
fn channels_and_interactions_have_lookbacks_of_their_own() {
    let options = Options {
        channel_lookback: Some((3, 2)),
        view_lookback: Some(5),
        ..seconds(10)
    };
    assert_eq!(
        cut(&log("e10 e10v z10 e15v z17 z18v $20"), &options),
        ["e10 e15 z18 > 20"]
    );
}

#[test]
fn in_one_second_touches_precede_conversions_and_keep_their_order() {
    assert_eq!(
        cut(&log("$20 e20 b20 d20"), &seconds(10)),
        ["e20 b20 d20 > 20"]
    );
}

#[test]
fn conversions_of_one_second_are_one_journey() {
    let journeys =
        Journeys::from_events(&events(&log("b19 $20 $20 $20")), seconds(10).built()).unwrap();
    let outcome = journeys.get(0).unwrap().outcome();
    assert_eq!(
        (
            journeys.len(),
            outcome.conversions(),
            outcome.value(),
            outcome.nulls()
        ),
        (1, 3.0, 30.0, 0.0)
    );
}

#[test]
fn a_new_journey_starts_after_a_conversion_unless_touches_are_used_again() {
    let rows = log("b10 d12 $12 e14 $16");
    assert_eq!(cut(&rows, &seconds(10)), ["b10 d12 > 12", "e14 > 16"]);
    assert_eq!(
        cut(
            &rows,
            &Options {
                reuse: true,
                ..seconds(5)
            }
        ),
        ["b10 d12 > 12", "d12 e14 > 16"]
    );
}

#[test]
fn conversions_without_touches_stay() {
    assert_eq!(cut(&log("b1 $20 $21"), &seconds(10)), ["> 20", "> 21"]);
}

#[test]
fn touches_after_the_last_conversion_form_at_most_one_null_journey() {
    assert_eq!(
        cut(
            &log("$5 b6 d20 e28 $99"),
            &Options {
                to: Some(90),
                ..seconds(10)
            }
        ),
        ["> 5", "d20 e28 x 38"],
        "b6 is in no window, and observation ends with the period"
    );
    let mut rows = log("b6 d12");
    rows.push(Row {
        person: 2,
        ..log("b50")[0]
    });
    let journeys = cut(&rows, &seconds(10));
    assert_eq!(
        journeys,
        ["b6 d12 x 22", "b50 x 50"],
        "it closes a lookback behind its last touch, or where the log ends"
    );
}

#[test]
fn a_null_journey_that_the_end_of_the_log_cuts_is_immature() {
    let mut rows = log("b6 d12");
    rows.push(Row {
        person: 2,
        ..log("b50")[0]
    });
    let journeys = Journeys::from_events(&events(&rows), seconds(10).built()).unwrap();
    assert_eq!((journeys.censored(), journeys.totals().nulls), (1, 2.0));
    let dropped = Options {
        drop_immature: true,
        ..seconds(10)
    };
    assert_eq!(cut(&rows, &dropped), ["b6 d12 x 22"]);
    rows.push(Row {
        person: 3,
        ..log("$60")[0]
    });
    let journeys = Journeys::from_events(&events(&rows), seconds(10).built()).unwrap();
    assert_eq!(
        journeys.censored(),
        0,
        "the log goes on to second 60, a lookback behind the touch"
    );
}

#[test]
fn the_period_reports_conversions_and_reads_earlier_rows() {
    let rows = log("b5 $6 d8 $12 e14 $22");
    let period = Options {
        from: Some(12),
        to: Some(22),
        ..seconds(10)
    };
    assert_eq!(
        cut(&rows, &period),
        ["d8 > 12", "e14 x 21"],
        "the conversion at 6 used b5; the one at 22 is not read"
    );
}

#[test]
fn window_exclude_transform_trim_go_in_this_order() {
    let rows = log("d1 z12 b13 b14 d15 z16 d17 $20");
    let options = Options {
        exclude: vec![1],
        transform: Transform::Exposure,
        trim: Some(2),
        ..seconds(10)
    };
    assert_eq!(cut(&rows, &options), ["b14 z16 > 20"]);
    let options = Options {
        exclude: vec![1],
        transform: Transform::First,
        ..seconds(10)
    };
    assert_eq!(cut(&rows, &options), ["z12 b13 > 20"]);
    assert_eq!(
        cut(&log("d18 d19 $20"), &options),
        ["d18 > 20"],
        "excluded channels stay where nothing else would remain"
    );
}

#[test]
fn goals_other_than_the_one_asked_for_are_as_if_not_there() {
    let mut rows = log("b5 $6 d8 $9");
    for (at, goal) in [(1, Some(0)), (3, Some(1))] {
        rows[at].what = What::Conversion {
            value: 10,
            goal,
            order: None,
            place: None,
        };
    }
    assert_eq!(
        cut(
            &rows,
            &Options {
                goal: Some(1),
                ..seconds(10)
            }
        ),
        ["b5 d8 > 9"]
    );
}

#[test]
fn duplicate_rows_stay_unless_deduplication_is_asked_for() {
    let rows = log("b5 b5 d5 b5v b5 $6 $6");
    assert_eq!(cut(&rows, &seconds(10)), ["b5 b5 d5 b5 b5 >> 6"]);
    assert_eq!(
        cut(
            &rows,
            &Options {
                deduplicate: true,
                ..seconds(10)
            }
        ),
        ["b5 d5 b5 > 6"]
    );
    let mut orders = log("$6 $6");
    orders[1].what = What::Conversion {
        value: 10,
        goal: None,
        order: Some(1),
        place: None,
    };
    assert_eq!(
        cut(
            &orders,
            &Options {
                deduplicate: true,
                ..seconds(10)
            }
        ),
        [">> 6"],
        "two orders are two rows"
    );
}

#[test]
fn every_touch_in_the_period_costs_whether_or_not_it_led_anywhere() {
    let mut log = Events::new();
    for (time, channel, cost) in [
        (5, "tv", 1.0),
        (10, "tv", 2.0),
        (11, "search", 4.0),
        (90, "search", 8.0),
        (99, "search", 16.0),
    ] {
        log.push(Event::touch(1, time, channel).with_cost(cost))
            .unwrap();
    }
    log.push(Event::conversion(1, 12)).unwrap();
    let options = Options {
        from: Some(10),
        to: Some(95),
        ..seconds(10)
    };
    let mut builder = JourneyBuilder::new(options.built());
    builder.extend(&log).unwrap();
    let journeys = builder.build().unwrap();
    assert_eq!(journeys.costs(), Some(&[12.0, 2.0][..]));
}

#[test]
fn costs_outside_the_period_are_none_whatever_the_batches() {
    let (read, unread) = (
        Event::touch(1, 5, "tv"),
        Event::touch(1, 50, "tv").with_cost(1.0),
    );
    for batches in [vec![vec![read, unread]], vec![vec![read], vec![unread]]] {
        let mut builder = JourneyBuilder::new(
            Options {
                to: Some(40),
                ..seconds(10)
            }
            .built(),
        );
        for batch in batches {
            let mut log = Events::new();
            batch.into_iter().for_each(|event| log.push(event).unwrap());
            builder.extend(&log).unwrap();
        }
        assert_eq!(builder.build().unwrap().costs(), None);
    }
}

#[test]
fn costs_by_channel_and_day_stand_beside_those_of_touches() {
    let mut costs = CostTable::new();
    costs
        .push("tv", "1970-01-01".parse().unwrap(), 100.0)
        .unwrap();
    costs
        .push("poster", "1970-01-03".parse().unwrap(), 50.0)
        .unwrap();
    costs
        .push("poster", "1970-01-09".parse().unwrap(), 7.0)
        .unwrap();
    let mut log = Events::new();
    log.push(Event::touch(1, 10, "tv").with_cost(1.0)).unwrap();
    log.push(Event::conversion(1, 3 * 86_400)).unwrap();
    let period = mixtouch::time::TimeRange::until(5 * 86_400).unwrap();
    let mut builder = JourneyBuilder::new(
        JourneyOptions::default()
            .with_lookback(Lookback::days(30.0).unwrap())
            .with_cost_source(mixtouch::event::CostSource::Sum)
            .with_period(period),
    );
    builder.extend(&log).unwrap();
    builder.add_costs(&costs);
    let journeys = builder.build().unwrap();
    assert_eq!(
        journeys.channels().iter().collect::<Vec<_>>(),
        ["poster", "tv"]
    );
    assert_eq!(journeys.costs(), Some(&[50.0, 101.0][..]));
}
