//! Credit joined to orders, campaigns and ads.

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastTouch, Linear, Position};
use mixtouch::attribution::{AttributionModel, CreditLevels, Tally, stream_credits};
use mixtouch::journeys::Transform;
use mixtouch::{
    Error, Event, Events, Fit, Interaction, JourneyBuilder, JourneyOptions, Journeys, Lookback,
    attribute,
};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

const START: i64 = 1_767_225_600;

fn texts() -> Events {
    Events::with_columns(["ad", "device", "campaign"])
}

/// Two orders of one person and one second, in a shop and a store, after three touches; then a
/// third order.
fn orders() -> Events {
    let mut log = texts();
    let touch = |time, channel| Event::touch("ann", START + time, channel);
    log.push(touch(0, "social").with_texts(&["a1", "phone", "spring"]))
        .unwrap();
    log.push(touch(10, "search").with_texts(&["a2", "till", "brand"]))
        .unwrap();
    log.push(touch(20, "social").with_texts(&["a3", "phone", "spring"]))
        .unwrap();
    let sale = |time, id, value| {
        let sale = Event::conversion("ann", START + time).with_value(value);
        sale.with_order_id(id).with_texts(&["", "tablet", ""])
    };
    log.push(sale(30, "A-1", 60.0).with_goal("sale").with_channel("shop"))
        .unwrap();
    log.push(
        sale(30, "A-2", 30.0)
            .with_goal("sale")
            .with_channel("store"),
    )
    .unwrap();
    log.push(touch(40, "e-mail").with_texts(&["", "phone", "news"]))
        .unwrap();
    log.push(sale(50, "A-3", 9.0)).unwrap();
    log
}

fn joined() -> JourneyOptions {
    JourneyOptions::default()
        .with_orders(true)
        .with_segment("device")
        .with_touch_columns(["campaign", "ad"])
}

/// A line for each order and touch.
fn lines<M: AttributionModel>(journeys: &Journeys, model: &M) -> Vec<String> {
    let mut lines = Vec::new();
    stream_credits(journeys, model, |credit| {
        let segment = credit.segment().unwrap_or("-").to_owned();
        for order in credit.conversions() {
            for (at, touch) in credit.touches().enumerate() {
                let text = |column| credit.touch_text(at, column).unwrap_or("-");
                lines.push(format!(
                    "{} {} {} {segment} {} {} {} {}",
                    order.order_id.unwrap_or("-"),
                    order.goal.unwrap_or("-"),
                    order.place.unwrap_or("-"),
                    journeys.channels().name(touch.channel),
                    text("campaign"),
                    text("ad"),
                    order.value * credit.shares[at],
                ));
            }
        }
        Ok(())
    })
    .unwrap();
    lines
}

#[test]
fn credit_joins_orders() {
    let journeys = Journeys::from_events(&orders(), joined()).unwrap();
    let expected = [
        "A-1 sale shop tablet social spring a1 20",
        "A-1 sale shop tablet search brand a2 20",
        "A-1 sale shop tablet social spring a3 20",
        "A-2 sale store tablet social spring a1 10",
        "A-2 sale store tablet search brand a2 10",
        "A-2 sale store tablet social spring a3 10",
        "A-3 - - tablet e-mail news  9",
    ];
    assert_eq!(lines(&journeys, &Linear), expected);
}

#[test]
fn touches_keep_their_texts_whatever_is_made_of_a_journey() {
    let cut = |options: JourneyOptions| {
        let journeys = Journeys::from_events(&orders(), options).unwrap();
        lines(&journeys, &Linear)
    };
    // journeys with touches of their own
    let own = Lookback::default().with_interaction(Interaction::View, Lookback::days(1.0).unwrap());
    assert_eq!(cut(joined().with_lookback(own)), cut(joined()));
    let last = cut(joined().with_transform(Transform::Last));
    assert_eq!(last[0], "A-1 sale shop tablet search brand a2 30");
    assert_eq!(last[1], "A-1 sale shop tablet social spring a3 30");
    let first = cut(joined().with_transform(Transform::First));
    assert_eq!(first[0], "A-1 sale shop tablet social spring a1 30");
    let again = cut(joined().with_reuse(true));
    assert_eq!(again[9], "A-3 - - tablet e-mail news  2.25");
    assert_eq!(again[6], "A-3 - - tablet social spring a1 2.25");
}

#[test]
fn lines_of_an_order_are_one_conversion_and_robots_leave_no_texts() {
    let mut log = orders();
    for second in 0..40 {
        let touch = Event::touch("robot", START + second, "display");
        log.push(touch.with_texts(&["r", "phone", "robots"]))
            .unwrap();
    }
    let sale = Event::conversion("ann", START + 30).with_value(3.0);
    let line = sale
        .with_order_id("A-1")
        .with_goal("sale")
        .with_channel("shop");
    log.push(line.with_texts(&["", "tablet", ""])).unwrap();
    let most = NonZeroUsize::new(20).unwrap();
    let options = joined().with_most_touches(most);
    let journeys = Journeys::from_events(&log, options).unwrap();
    let all = lines(&journeys, &Linear);
    assert_eq!(all.len(), 7);
    assert_eq!(all[0], "A-1 sale shop tablet social spring a1 21");
    assert_eq!(all[6], "A-3 - - tablet e-mail news  9");
    let levels = CreditLevels::new(&journeys, &Linear).unwrap();
    assert_eq!(levels.credit(&["display"]), None);
}

#[test]
fn models_of_whole_timelines_find_the_texts_too() {
    let journeys = Journeys::from_events(&log(300), joined()).unwrap();
    let model = AdditiveHazard::default().fit(&journeys).unwrap();
    let mut seen = 0;
    stream_credits(&journeys, &model, |credit| {
        for (at, touch) in credit.touches().enumerate() {
            let channel = journeys.channels().name(touch.channel);
            // every ad of this log names its channel and second
            let ad = format!("{channel} {}", touch.time.unwrap());
            assert_eq!(credit.touch_text(at, "ad"), Some(ad.as_str()));
            seen += 1;
        }
        Ok(())
    })
    .unwrap();
    assert!(seen > 300, "{seen}");
}

/// Persons with 1 to 6 touches, of whom some convert; ads name channel and second.
fn log(persons: i64) -> Events {
    let mut log = texts();
    let channels = ["search", "social", "e-mail", "display", "tv"];
    for person in 0..persons {
        let name = format!("person {person}");
        for touch in 0..1 + person * 7 % 6 {
            let time = START + person * 3_000 + touch * 5_000 + person * touch % 977;
            let channel = channels[((person * 3 + touch * touch) % 5) as usize];
            let (ad, campaign) = (
                format!("{channel} {time}"),
                format!("c{}", (person + touch) % 4),
            );
            log.push(Event::touch(&name, time, channel).with_texts(&[&ad, "", &campaign]))
                .unwrap();
        }
        if person % 3 != 0 {
            let sale = Event::conversion(&name, START + person * 3_000 + 40_000);
            let value = (person * 37 % 1_000) as f64 / 7.0;
            log.push(sale.with_value(value).with_order_id(&name))
                .unwrap();
        }
    }
    log
}

/// The sums of each node's children, added in order.
fn sums(levels: &CreditLevels) -> BTreeMap<Vec<String>, Tally> {
    let mut sums: BTreeMap<Vec<String>, Tally> = BTreeMap::new();
    for node in levels.nodes().iter().filter(|node| node.path.len() > 1) {
        let above = node.path[..node.path.len() - 1].to_vec();
        *sums.entry(above).or_default() += node.credit;
    }
    sums
}

fn assert_adds_up<M: AttributionModel>(journeys: &Journeys, model: &M) {
    let levels = CreditLevels::new(journeys, model).unwrap();
    let credits = attribute(journeys, model).unwrap();
    let sums = sums(&levels);
    for node in levels.nodes().iter().filter(|node| node.path.len() < 3) {
        assert_eq!(sums[&node.path], node.credit, "{:?}", node.path);
    }
    for (name, whole) in journeys.channels().iter().zip(credits.by_channel()) {
        let tree = levels.credit(&[name]).unwrap_or_default();
        let near = |left: f64, right: f64| (left - right).abs() <= 1e-9 * (1.0 + right.abs());
        assert!(
            near(tree.conversions, whole.conversions),
            "{name}: {tree:?} {whole:?}"
        );
        assert!(near(tree.value, whole.value), "{name}: {tree:?} {whole:?}");
    }
    assert_eq!(levels.total(), credits.total());
    assert_eq!(levels.baseline(), credits.baseline());
    assert_eq!(levels.unattributed(), credits.unattributed());
}

#[test]
fn every_level_adds_up_to_the_one_above() {
    let journeys = Journeys::from_events(&log(400), joined()).unwrap();
    assert_adds_up(&journeys, &LastTouch);
    assert_adds_up(&journeys, &Linear);
    assert_adds_up(&journeys, &Position::new(0.4, 0.2, 0.4).unwrap());
    assert_adds_up(
        &journeys,
        &Markov::order(1).unwrap().fit(&journeys).unwrap(),
    );
    assert_adds_up(
        &journeys,
        &AdditiveHazard::default().fit(&journeys).unwrap(),
    );
}

#[test]
fn levels_by_hand() {
    let journeys = Journeys::from_events(&orders(), joined()).unwrap();
    let levels = CreditLevels::new(&journeys, &Linear).unwrap();
    let credit = |path: &[&str]| levels.credit(path).map(|credit| credit.value);
    assert_eq!(levels.columns(), ["channel", "campaign", "ad"]);
    assert_eq!(credit(&["social"]), Some(60.0));
    assert_eq!(credit(&["social", "spring"]), Some(60.0));
    assert_eq!(credit(&["social", "spring", "a3"]), Some(30.0));
    assert_eq!(credit(&["search", "brand", "a2"]), Some(30.0));
    assert_eq!(credit(&["e-mail", "news", ""]), Some(9.0));
    assert_eq!(credit(&["search", "spring"]), None);
    assert_eq!(levels.level(0).count(), 3);
    assert_eq!(levels.level(2).count(), 4);
    let json = serde_json::to_string(&levels).unwrap();
    assert_eq!(serde_json::from_str::<CreditLevels>(&json).unwrap(), levels);
    let stray = json.replacen(r#"["e-mail"]"#, "[]", 1);
    let error = serde_json::from_str::<CreditLevels>(&stray).unwrap_err();
    assert!(
        error.to_string().contains("is 0, expected: 1 to 3"),
        "{error}"
    );
}

#[test]
fn levels_read_as_text() {
    let options = JourneyOptions::default().with_touch_columns(["campaign"]);
    let journeys = Journeys::from_events(&orders(), options).unwrap();
    let levels = CreditLevels::new(&journeys, &Linear).unwrap();
    let expected = "\
credit by channel > campaign

channel  conversions  value
e-mail           1.0      9
search           0.7     30
social           1.3     60

channel  campaign  conversions  value
e-mail   news              1.0      9
search   brand             0.7     30
social   spring            1.3     60
";
    assert_eq!(levels.to_string(), expected);
}

#[cfg(feature = "csv")]
#[test]
fn levels_are_written_as_csv() {
    use mixtouch::report::Report;

    let options = JourneyOptions::default().with_touch_columns(["campaign"]);
    let journeys = Journeys::from_events(&orders(), options).unwrap();
    let levels = CreditLevels::new(&journeys, &LastTouch).unwrap();
    let mut csv = Vec::new();
    levels.write_csv(&mut csv).unwrap();
    let expected = "\
level,channel,campaign,conversions,value
channel,e-mail,,1,9
campaign,e-mail,news,1,9
channel,search,,0,0
campaign,search,brand,0,0
channel,social,,2,90
campaign,social,spring,2,90
";
    assert_eq!(String::from_utf8(csv).unwrap(), expected);
}

#[test]
fn the_order_of_rows_changes_no_node() {
    let log = log(200);
    let mut turned = texts();
    for row in (0..log.len()).rev() {
        turned.push_owned(&log.owned(row).unwrap()).unwrap();
    }
    let levels = |log: &Events| {
        let journeys = Journeys::from_events(log, joined()).unwrap();
        CreditLevels::new(&journeys, &Linear).unwrap()
    };
    assert_eq!(levels(&turned), levels(&log));
}

#[test]
fn nothing_is_kept_unless_asked_for() {
    let journeys = Journeys::from_events(&orders(), JourneyOptions::default()).unwrap();
    stream_credits(&journeys, &Linear, |credit| {
        assert_eq!(credit.conversions().len(), 0);
        assert_eq!(
            (credit.segment(), credit.touch_text(0, "campaign")),
            (None, None)
        );
        Ok(())
    })
    .unwrap();
    let error = CreditLevels::new(&journeys, &Linear).unwrap_err();
    assert!(matches!(error, Error::MissingInput { .. }), "{error}");
    let lacking = JourneyOptions::default().with_touch_columns(["advert"]);
    let error = Journeys::from_events(&orders(), lacking).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no column \"advert\", found: ad, device, campaign"
    );
}

#[test]
fn a_forgotten_persons_orders_are_gone() {
    let mut journeys = Journeys::from_events(&log(30), joined()).unwrap();
    let lines_without = |journeys: &Journeys| {
        let mut all = lines(journeys, &Linear);
        all.retain(|line| !line.starts_with("person 4 "));
        all
    };
    let expected = lines_without(&journeys);
    assert!(journeys.erase("person 4").unwrap() > 0);
    assert_eq!(lines(&journeys, &Linear), expected);
    assert!(!format!("{journeys:?}").contains("\"person 4\""));
}

#[test]
fn a_saved_state_keeps_orders_and_texts() {
    let mut builder = JourneyBuilder::new(joined());
    builder.extend(&log(50)).unwrap();
    let mut state = Vec::new();
    builder.write_state(&mut state, &50).unwrap();
    let (mut again, _): (_, i64) = JourneyBuilder::read_state(&state[..]).unwrap();
    for builder in [&mut builder, &mut again] {
        builder.extend(&orders()).unwrap();
        builder.forget_before(START);
    }
    let lines = |builder: JourneyBuilder| lines(&builder.build().unwrap(), &Linear);
    assert_eq!(lines(again), lines(builder));
}
