use super::*;

fn message(event: Event<'_>) -> String {
    Events::new().push(event).unwrap_err().to_string()
}

#[test]
fn bad_rows_are_named() {
    assert_eq!(
        message(Event::touch("ann", -1, "tv")),
        "row 1: timestamp is \"-1\", expected: seconds since 1970-01-01T00:00:00Z, 0 to 4294967295"
    );
    assert!(
        message(Event::touch("ann", 1_767_225_600_000, "tv")).contains("looks like milliseconds")
    );
    assert_eq!(
        message(Event::touch("ann", 1, "")),
        "row 1: channel is \"\", expected: any text; only a conversion may have none"
    );
    for bad in [f64::NAN, f64::INFINITY, -1.0, 1e16] {
        assert!(
            message(Event::conversion("ann", 1).with_value(bad)).contains("value is"),
            "{bad}"
        );
        assert!(
            message(Event::touch("ann", 1, "tv").with_cost(bad)).contains("cost is"),
            "{bad}"
        );
    }
}

#[test]
fn rows_come_back_as_they_were() {
    let mut log = Events::with_columns(["device"]);
    let sale = Event::conversion("ann", 5)
        .with_value(2.5)
        .with_goal("sale")
        .with_order_id("o-1")
        .with_texts(&["phone"]);
    log.push(
        Event::touch("ann", 4, "tv")
            .with_interaction(Interaction::View)
            .with_texts(&["laptop"]),
    )
    .unwrap();
    log.push(sale).unwrap();
    log.push(Event::touch(7, 6, "search").with_cost(0.25))
        .unwrap();
    let back = log.get(1).unwrap();
    assert_eq!(
        (back.value(), back.goal(), back.order_id(), back.channel()),
        (2.5, Some("sale"), Some("o-1"), None)
    );
    assert_eq!(log.get(0).unwrap().interaction(), Some(Interaction::View));
    assert_eq!(log.get(0).unwrap().cost(), 0.0);
    assert_eq!(log.get(2).unwrap().cost(), 0.25);
    assert_eq!(
        (log.text(0, "device"), log.text(2, "device")),
        (Some("laptop"), Some(""))
    );
    assert!(log.get(3).is_none());
}

#[test]
fn appending_equals_pushing_on() {
    let rows = [
        Event::touch("ann", 1, "tv").with_cost(1.0),
        Event::conversion("bob", 2).with_goal("g"),
        Event::touch("ann", 3, "radio"),
    ];
    let (mut whole, mut left, mut right) = (Events::new(), Events::new(), Events::new());
    for (at, row) in rows.into_iter().enumerate() {
        whole.push(row).unwrap();
        if at == 0 {
            left.push(row).unwrap()
        } else {
            right.push(row).unwrap()
        }
    }
    left.append(&right).unwrap();
    assert!(left.iter().eq(whole.iter()));
    assert!(left.append(&Events::with_columns(["x"])).is_err());
}

#[test]
fn unused_kinds_are_counted() {
    let mut log = Events::new();
    log.push(Event::of_kind(Kind::Return, "ann", 1).with_value(-20.0))
        .unwrap();
    log.push(Event::of_kind(Kind::CaseOpen, "ann", 1)).unwrap();
    assert_eq!(
        (
            log.len(),
            log.ignored_rows().returns,
            log.ignored_rows().total()
        ),
        (0, 1, 2)
    );
}

#[test]
fn all_kinds_come_back_where_they_are_kept() {
    let mut log = Events::with_columns(["agent"]).keep_all();
    let rows = [
        Event::touch("ann", 1, "tv").with_texts(&[""]),
        Event::conversion("ann", 2)
            .with_value(50.0)
            .with_goal("sale")
            .with_order_id("o-1")
            .with_texts(&[""]),
        Event::of_kind(Kind::Return, "ann", 9)
            .with_value(-20.0)
            .with_order_id("o-1")
            .with_texts(&[""]),
        Event::of_kind(Kind::Survey, "ann", 8)
            .with_goal("nps")
            .with_value(9.0)
            .with_channel("store")
            .with_texts(&[""]),
        Event::of_kind(Kind::CaseOpen, "bob", 7)
            .with_goal("late")
            .with_order_id("c-1")
            .with_texts(&["kim"]),
    ];
    rows.into_iter().for_each(|row| log.push(row).unwrap());
    let kept: Vec<Event<'_>> = log.iter().collect();
    assert!(
        kept.iter()
            .zip(rows)
            .all(|(kept, row)| *kept == row.with_texts(&[])),
        "{kept:?}"
    );
    assert_eq!(
        (log.ignored_rows().total(), log.text(4, "agent")),
        (0, Some("kim"))
    );
    let mut twice = log.clone();
    twice.append(&log).unwrap();
    assert!(twice.iter().eq(log.iter().chain(log.iter())));
}

#[test]
fn a_missing_person_is_nobody_and_totals_stay_right() {
    let mut log = Events::new().keep_all();
    let sale = |person, time, value| Event::conversion(person, time).with_value(value);
    for row in [
        Event::touch("", 5, "tv").with_cost(2.0),
        Event::touch(" NULL ", 6, "tv").with_cost(3.0),
        sale("undefined", 9, 10.0),
        sale("undefined", 9, 20.0),
        sale("0", 9, 30.0),
        Event::of_kind(Kind::Survey, "(not set)", 9).with_goal("nps"),
    ] {
        log.push(row).unwrap();
    }
    let cleaned = log.cleaned_rows();
    assert_eq!((cleaned.placeholders, cleaned.blanks), (4, 1));
    assert_eq!(
        (
            cleaned.unknown_touches,
            cleaned.unknown_conversions,
            cleaned.unknown_others
        ),
        (2, 2, 1)
    );
    let mut persons: Vec<_> = log.iter().map(|event| event.person()).collect();
    persons.sort_unstable();
    persons.dedup();
    assert_eq!((log.len(), persons.len()), (3, 3));
    // the caller's number 0 is a person; a file's text is not
    assert_eq!(persons[0], PersonKey::Number(0));
    let journeys =
        crate::journeys::Journeys::from_events(&log, crate::journeys::JourneyOptions::default());
    let journeys = journeys.unwrap();
    assert_eq!(journeys.totals().value, 60.0);
    assert_eq!(journeys.costs(), Some(&[5.0][..]));
    let mut twice = log.clone();
    twice.append(&log).unwrap();
    assert_eq!(twice.cleaned_rows().placeholders, 8);
}

#[test]
fn blanks_around_texts_do_not_count() {
    let mut log = Events::new();
    log.push(Event::touch("ann ", 1, "\ttv")).unwrap();
    log.push(Event::touch("ann", 2, "tv\u{a0}")).unwrap();
    let sale = Event::conversion(" ann", 3).with_order_id("o-1 ");
    log.push(sale.with_goal(" sale")).unwrap();
    assert!(
        log.iter()
            .all(|event| event.person() == PersonKey::Text("ann"))
    );
    assert_eq!(log.get(0).unwrap().channel(), log.get(1).unwrap().channel());
    let sale = log.get(2).unwrap();
    assert_eq!((sale.goal(), sale.order_id()), (Some("sale"), Some("o-1")));
    assert_eq!(log.cleaned_rows().blanks, 6);
}
