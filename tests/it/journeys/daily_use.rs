//! Logs as systems in daily use write them: orders that come twice, persons that are nobody, several
//! goals, robots, returns. Every right value is worked out by hand.

use mixtouch::attribution::rules::{LastNonDirect, LastTouch, Linear};
use mixtouch::event::{CostSource, Placeholders};
use mixtouch::identity::{HashKey, Pseudonymiser, Resolver, Rules, WithoutConsent};
use mixtouch::io::{EventColumns, IdentifiedReader};
use mixtouch::journeys::{Irregularities, PersonCutter};
use mixtouch::{
    AttributionModel, Channels, CostTable, Credits, Event, Events, Fit, JourneyBuilder,
    JourneyOptions, Journeys, Kind, PathTable, attribute,
};
use std::num::NonZeroUsize;

fn read(file: &str) -> Events {
    Events::from_csv(file.as_bytes(), EventColumns::default()).unwrap()
}

fn cut(file: &str, options: JourneyOptions) -> Journeys {
    Journeys::from_events(&read(file), options).unwrap()
}

/// Conversions and value of the channels named, then of what is unattributed.
fn credit(
    journeys: &Journeys,
    model: &impl AttributionModel,
    channels: &[&str],
) -> Vec<(f64, f64)> {
    let credits: Credits = attribute(journeys, model).unwrap();
    let of = |name: &&str| credits.channel(name).unwrap();
    let tallies = channels.iter().map(of).chain([credits.unattributed()]);
    tallies
        .map(|tally| (tally.conversions, tally.value))
        .collect()
}

const RELOADED: &str = "person,timestamp,channel,kind,value,order_id
ann,1767225600,social,touch,,
ann,1767312000,search,touch,,
ann,1767315600,,conversion,50,T-1
ann,1767315660,,conversion,50,T-1
ann,1767402000,,conversion,50,T-1
bob,1767312000,display,touch,,
bob,1767315600,,conversion,30,T-2
";

#[test]
fn a_page_loaded_again_is_no_second_order() {
    let options = JourneyOptions::default;
    for options in [
        options(),
        options().with_deduplicate(true),
        options().with_reuse(true),
    ] {
        let journeys = cut(RELOADED, options.clone());
        let totals = journeys.totals();
        assert_eq!(
            (totals.conversions, totals.value),
            (2.0, 80.0),
            "{options:?}"
        );
        assert_eq!(
            credit(&journeys, &LastTouch, &["search", "display"]),
            [(1.0, 50.0), (1.0, 30.0), (0.0, 0.0)]
        );
        let found = journeys.irregularities();
        assert_eq!((found.repeated_orders, found.repeated_value), (2, 100.0));
        let rows = cut(RELOADED, options.with_unique_orders(false)).totals();
        assert_eq!((rows.conversions, rows.value), (4.0, 180.0));
    }
}

#[test]
fn the_earliest_row_of_an_order_stands_whichever_batch_and_person_it_comes_in() {
    let rows = [
        ("zoe", 400, "T-1", 9.0),
        ("ann", 300, "T-1", 7.0),
        ("bob", 500, "T-1", 7.0),
        ("bob", 500, "T-2", 1.0),
        ("ann", 900, "T-2", 2.0),
        ("ann", 200, "", 100.0),
        ("ann", 200, "", 100.0),
    ];
    let push = |log: &mut Events, at: usize| {
        let (person, time, order, value) = rows[at];
        let sale = Event::conversion(person, time).with_value(value);
        log.push(sale.with_order_id(order)).unwrap();
    };
    for turn in 0..rows.len() {
        let mut builder = JourneyBuilder::new(JourneyOptions::default());
        for at in 0..rows.len() {
            let mut batch = Events::new();
            push(&mut batch, (at + turn) % rows.len());
            builder.extend(&batch).unwrap();
        }
        let journeys = builder.build().unwrap();
        let totals = journeys.totals();
        assert_eq!((totals.conversions, totals.value), (4.0, 208.0));
        let found = journeys.irregularities();
        assert_eq!((found.repeated_orders, found.repeated_value), (3, 18.0));
        assert_eq!(found.order_lines, 0);
    }
}

#[test]
fn lines_of_an_order_are_one_conversion_and_add_up() {
    let file = "person,timestamp,channel,kind,value,order_id
ann,100,social,touch,,
ann,200,,conversion,30,T-1
ann,200,,conversion,5,T-2
ann,200,,conversion,20,T-1
ann,200,,conversion,1,
ann,200,,conversion,1,
";
    let journeys = cut(file, JourneyOptions::default());
    let totals = journeys.totals();
    assert_eq!((totals.conversions, totals.value), (4.0, 57.0));
    assert_eq!((totals.journeys, totals.touchpoints), (1.0, 1.0));
    assert_eq!(journeys.irregularities().order_lines, 1);
    assert_eq!(journeys.len(), 1, "one journey, of the second");
}

#[test]
fn one_order_id_of_two_goals_is_two_orders() {
    let file = "person,timestamp,channel,kind,value,goal,order_id
ann,100,social,touch,,,
ann,150,,conversion,0,checkout,T-1
ann,200,,conversion,80,purchase,T-1
";
    let totals = |options| cut(file, options).totals();
    let all = totals(JourneyOptions::default());
    assert_eq!((all.conversions, all.value), (2.0, 80.0));
    let bought = totals(JourneyOptions::default().with_goal("purchase"));
    assert_eq!((bought.conversions, bought.value), (1.0, 80.0));
}

#[test]
fn exact_repeats_are_one_row_on_request() {
    let file = "person,timestamp,channel,kind,value,order_id
ann,1767225600,social,touch,,
ann,1767225600,social,touch,,
ann,1767312000,search,touch,,
ann,1767315600,,conversion,50,T-1
ann,1767315600,,conversion,50,T-1
";
    let once = cut(file, JourneyOptions::default().with_deduplicate(true));
    assert_eq!(
        (once.totals().value, once.totals().touchpoints),
        (50.0, 2.0)
    );
    // without the request the rows of one second are lines of the order
    let lines = cut(file, JourneyOptions::default()).totals();
    assert_eq!((lines.conversions, lines.value), (1.0, 100.0));
}

#[test]
fn a_cutter_of_one_person_knows_that_persons_orders() {
    let options = JourneyOptions::default().with_observation_end(1_769_904_000);
    let channels = Channels::new(["search", "social"]).unwrap();
    let mut cutter = PersonCutter::new(options.clone(), channels.clone()).unwrap();
    let log = read(RELOADED);
    let anns = log
        .iter()
        .filter(|event| event.person().to_string() == "ann");
    anns.for_each(|event| cutter.push(&event).unwrap());
    let ann = cutter.cut();
    let values: Vec<f64> = ann
        .journeys()
        .map(|journey| journey.outcome().value())
        .collect();
    assert_eq!(values, [50.0]);
    // the next person's orders are others
    let (touch, sale) = (
        Event::touch("cem", 1_767_312_000, "search"),
        Event::conversion("cem", 1_767_315_600).with_value(9.0),
    );
    cutter.push(&touch).unwrap();
    cutter.push(&sale.with_order_id("T-1")).unwrap();
    assert_eq!(cutter.cut().journeys().len(), 1);

    let mut cutter = PersonCutter::new(options.with_net_of_returns(true), channels).unwrap();
    let refund = Event::of_kind(Kind::Return, "cem", 1_767_400_000).with_value(-4.0);
    for event in [touch, sale.with_order_id("T-1"), refund] {
        cutter.push(&event).unwrap();
    }
    let cem = cutter.cut();
    assert_eq!(cem.journeys().next().unwrap().outcome().value(), 5.0);
}

#[test]
fn goals_are_attributed_apart_on_request_and_named_otherwise() {
    let file = "person,timestamp,channel,kind,value,goal
ann,1767225600,social,touch,,
ann,1767312000,search,touch,,
ann,1767315600,,conversion,0,signup
ann,1767402000,,conversion,80,purchase
";
    let bought = cut(file, JourneyOptions::default().with_goal("purchase"));
    assert_eq!(
        credit(&bought, &LastTouch, &["social", "search"]),
        [(0.0, 0.0), (1.0, 80.0), (0.0, 0.0)]
    );
    assert!(bought.irregularities().goals.is_empty());
    let all = cut(file, JourneyOptions::default()).irregularities();
    let goals: Vec<_> = all.goals.iter().map(|each| each.goal.as_str()).collect();
    assert_eq!(goals, ["purchase", "signup"]);
    assert_eq!(
        all.to_string(),
        "conversions of 2 goals are counted together, as no goal was chosen: purchase (1), signup (1)\n"
    );
}

#[test]
fn a_person_with_blanks_around_is_that_person() {
    let file = "person,timestamp,channel,kind,value
ann ,1767225600,social,touch,
ann,1767312000,,conversion,40
";
    let journeys = cut(file, JourneyOptions::default());
    assert_eq!(
        credit(&journeys, &LastTouch, &["social"]),
        [(1.0, 40.0), (0.0, 0.0)]
    );
    assert_eq!(journeys.irregularities().cleaned_rows.blanks, 1);
}

const SPELT: &str = "person,timestamp,channel,kind,value
ann,1767225600,Facebook,touch,
ann,1767225700,facebook,touch,
ann,1767225800,facebook ,touch,
ann,1767225900, facebook,touch,
ann,1767312000,,conversion,40
";

#[test]
fn channels_are_trimmed_and_on_request_one_whatever_their_case() {
    let journeys = cut(SPELT, JourneyOptions::default());
    assert_eq!(
        credit(&journeys, &Linear, &["Facebook", "facebook"]),
        [(0.25, 10.0), (0.75, 30.0), (0.0, 0.0)]
    );
    let columns = EventColumns::default().with_folded_channels(true);
    let log = Events::from_csv(SPELT.as_bytes(), columns).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    assert_eq!(
        credit(&journeys, &Linear, &["facebook"]),
        [(1.0, 40.0), (0.0, 0.0)]
    );
    assert_eq!(journeys.channels().len(), 1);
}

#[test]
fn nobody_is_not_one_person() {
    let mut file = "person,timestamp,channel,kind,value\n".to_owned();
    let nobody = [
        "undefined",
        "NULL",
        "",
        "0",
        "00000000-0000-0000-0000-000000000000",
    ];
    for (at, name) in nobody.iter().enumerate() {
        file += &format!("{name},{},display,touch,\n", 1_767_225_600 + at);
        file += &format!("{name},{},,conversion,10\n", 1_767_312_000 + at);
    }
    file += "ann,1767225600,search,touch,\nann,1767312000,,conversion,5\n";
    let journeys = cut(&file, JourneyOptions::default());
    assert_eq!(
        credit(&journeys, &LastTouch, &["search"]),
        [(1.0, 5.0), (5.0, 50.0)]
    );
    let cleaned = journeys.irregularities().cleaned_rows;
    assert_eq!(
        (cleaned.unknown_touches, cleaned.unknown_conversions),
        (5, 5)
    );
    assert_eq!(cleaned.placeholders, 8, "an empty field is no placeholder");
    let columns = EventColumns::default().with_placeholders(Placeholders::none());
    let log = Events::from_csv(file.as_bytes(), columns).unwrap();
    assert_eq!(log.cleaned_rows().unknown_conversions, 1);
}

/// Sixty cookies of one visit each; those of the first thirty end on a page that names the account
/// `undefined`.
#[test]
fn an_identifier_of_nobody_joins_nobody() {
    let mut file = "id:cookie,id:account,timestamp,channel,kind,value\n".to_owned();
    for at in 0..60 {
        let (start, channel) = (1_767_225_600 + 86_400 * at, ["search", "display"][at % 2]);
        let account = if at < 30 { "undefined" } else { "" };
        file += &format!("ck{at},,{start},{channel},touch,\n");
        file += &format!("ck{at},{account},{},web,conversion,10\n", start + 3600);
    }
    file += ",null,1767225600,web,conversion,7\n,null,1767225600,search,touch,\n";
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    let mut reader =
        IdentifiedReader::csv(file.as_bytes(), EventColumns::default(), &hasher).unwrap();
    let log = reader.read_all().unwrap();
    let mut resolver = Resolver::new(Rules::standard());
    resolver.add_events(&log);
    let stitched = resolver.resolve().unwrap();
    let stitched = stitched.stitch(&log, WithoutConsent::default()).unwrap();
    let journeys = Journeys::from_events(&stitched.events, JourneyOptions::default()).unwrap();
    assert_eq!(
        credit(&journeys, &LastTouch, &["display", "search"]),
        [(30.0, 300.0), (30.0, 300.0), (1.0, 7.0)]
    );
    let cleaned = journeys.irregularities().cleaned_rows;
    assert_eq!(cleaned.placeholders, 32);
    assert_eq!(
        (cleaned.unknown_touches, cleaned.unknown_conversions),
        (1, 1)
    );
}

#[test]
fn direct_goes_by_many_names() {
    let file = "person,timestamp,channel,kind,value
ann,1767225600,google / cpc,touch,
ann,1767312000,(direct) / (none),touch,
ann,1767315600,,conversion,50
bob,1767225600,newsletter / email,touch,
bob,1767312000,Direct,touch,
bob,1767315600,,conversion,70
";
    let journeys = cut(file, JourneyOptions::default());
    let model = LastNonDirect::default().fit(&journeys).unwrap();
    assert_eq!(
        credit(&journeys, &model, &["google / cpc", "newsletter / email"]),
        [(1.0, 50.0), (1.0, 70.0), (0.0, 0.0)]
    );
}

/// The rows of a robot with that many touches, and of Ann.
fn robot(touches: i64) -> Events {
    let (mut log, start) = (Events::new(), 1_767_225_600);
    for at in 0..touches {
        let channel = if at % 3 == 0 { "search" } else { "display" };
        let touch = Event::touch("bot", start + 2 * at, channel).with_cost(0.5);
        log.push(touch).unwrap();
    }
    log.push(Event::conversion("bot", start + 2 * touches + 1).with_value(1.0))
        .unwrap();
    log.push(Event::touch("ann", start, "search")).unwrap();
    log.push(Event::conversion("ann", start + 5).with_value(9.0))
        .unwrap();
    log
}

#[test]
fn a_limit_of_touches_leaves_robots_out_and_keeps_totals() {
    let log = robot(80_000);
    let all = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let heavy = all.irregularities().heavy;
    assert_eq!(
        (heavy.limit, heavy.persons, heavy.touches),
        (1_000, 1, 80_000)
    );
    assert_eq!((heavy.most, heavy.conversions), (80_000, 1.0));
    let most = NonZeroUsize::new(1_000).unwrap();
    let options = JourneyOptions::default().with_most_touches(most);
    let limited = Journeys::from_events(&log, options.clone()).unwrap();
    assert_eq!(
        credit(&limited, &LastTouch, &["search", "display"]),
        [(1.0, 9.0), (0.0, 0.0), (1.0, 1.0)]
    );
    assert_eq!(limited.costs(), all.costs(), "the touches were paid for");
    assert_eq!(
        limited.costs().map(|costs| costs.iter().sum()),
        Some(40_000.0)
    );
    let found = limited.irregularities();
    assert_eq!(
        (found.left_out.persons, found.left_out.touches),
        (1, 80_000)
    );
    assert_eq!((found.left_out.conversions, found.heavy.persons), (1.0, 0));
    // a person at the limit stays
    let most = NonZeroUsize::new(80_000).unwrap();
    let options = options.with_most_touches(most);
    let all_stay = Journeys::from_events(&log, options).unwrap();
    assert_eq!(all_stay.totals(), all.totals());
}

const RETURNED: &str = "person,timestamp,channel,kind,value,order_id
ann,1767225600,search,touch,,
ann,1767229200,,conversion,100,T1
ann,1767484800,,return,-100,T1
bob,1767225600,social,touch,,
bob,1767229200,,conversion,40,T2
";

fn net(file: &str) -> Journeys {
    let columns = EventColumns::default().keep_returns();
    let log = Events::from_csv(file.as_bytes(), columns).unwrap();
    let options = JourneyOptions::default().with_net_of_returns(true);
    Journeys::from_events(&log, options).unwrap()
}

#[test]
fn a_full_refund_leaves_no_credit() {
    let journeys = net(RETURNED);
    assert_eq!(
        credit(&journeys, &LastTouch, &["search", "social"]),
        [(0.0, 0.0), (1.0, 40.0), (0.0, 0.0)]
    );
    assert!(journeys.is_net_of_returns());
    assert_eq!(journeys.irregularities().returned_conversions, 1);
    let gross = cut(RETURNED, JourneyOptions::default()).totals();
    assert_eq!((gross.conversions, gross.value), (2.0, 140.0));
    // asked for, but the log counted its returns and kept none
    let options = JourneyOptions::default().with_net_of_returns(true);
    let refused = Journeys::from_events(&read(RETURNED), options).unwrap_err();
    assert!(refused.to_string().contains("keep_returns"), "{refused}");
}

#[test]
fn a_return_finds_its_conversion() {
    // by its order, whoever brings it back; else the latest one of which something is left
    let journeys = net("person,timestamp,channel,kind,value,order_id
ann,100,search,touch,,
ann,110,,conversion,60,T1
ann,110,,conversion,40,T1
ann,200,,conversion,30,
ann,300,,conversion,20,
cem,305,,return,-70,T1
ann,310,,return,-20,
ann,320,,return,-5,
ann,90,,return,-1,
dan,400,,return,-9,
ann,330,,return,-8,T9
");
    let totals = journeys.totals();
    // 100 - 70, 30 - 5, 20 - 20
    assert_eq!((totals.conversions, totals.value), (2.0, 55.0));
    let found: Irregularities = journeys.irregularities();
    assert_eq!(
        (found.returned_conversions, found.unmatched_returns),
        (2, 3)
    );
    // what comes back after the end of observation is not known yet
    let columns = EventColumns::default().keep_returns();
    let log = Events::from_csv(RETURNED.as_bytes(), columns).unwrap();
    let options = JourneyOptions::default()
        .with_net_of_returns(true)
        .with_observation_end(1_767_400_000);
    let totals = Journeys::from_events(&log, options).unwrap().totals();
    assert_eq!(totals.value, 140.0);
}

fn table(channel: &str, cost: f64) -> CostTable {
    let mut costs = CostTable::new();
    costs
        .push(channel, "2026-01-01".parse().unwrap(), cost)
        .unwrap();
    costs
}

#[test]
fn costs_add_up_and_none_is_counted_twice_unasked() {
    let built = |options: JourneyOptions, tables: &[CostTable]| {
        let mut builder = JourneyBuilder::new(options);
        let mut log = Events::new();
        log.push(Event::touch("ann", 1_767_225_600, "search").with_cost(2.0))
            .unwrap();
        builder.extend(&log).unwrap();
        tables.iter().for_each(|table| builder.add_costs(table));
        builder.build()
    };
    let options = JourneyOptions::default;
    let daily = built(options(), &[table("tv", 100.0), table("tv", 200.0)]).unwrap();
    assert_eq!(daily.costs(), Some(&[2.0, 300.0][..]));
    let refused = built(options(), &[table("search", 3.0)]).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("the cost of channel \"search\" is 2 on touches and 3 in the cost table"),
        "{refused}"
    );
    for (source, cost) in [
        (CostSource::Touches, 2.0),
        (CostSource::Table, 3.0),
        (CostSource::Sum, 5.0),
    ] {
        let told = options().with_cost_source(source);
        let journeys = built(told, &[table("search", 3.0)]).unwrap();
        assert_eq!(journeys.costs(), Some(&[cost][..]), "{source:?}");
    }
    let mut paths = PathTable::new();
    paths.push(["tv"], mixtouch::Outcome::NULL).unwrap();
    paths.add_costs(&table("tv", 100.0));
    paths.add_costs(&table("tv", 200.0));
    assert_eq!(paths.journeys().unwrap().costs(), Some(&[300.0][..]));
}

#[test]
fn a_stated_end_holds_whatever_the_last_row_is() {
    let log = read(RELOADED);
    let ends = |end| {
        let options = JourneyOptions::default().with_observation_end(end);
        let journeys = Journeys::from_events(&log, options).unwrap();
        i64::from(journeys.observation().end())
    };
    assert_eq!(
        [1_767_300_000, 1_769_904_000].map(ends),
        [1_767_300_000, 1_769_904_000]
    );
}

#[test]
fn a_name_that_the_data_lack_is_refused_with_the_remedy() {
    let options = JourneyOptions::default().with_exclude(["direct"]);
    let refused = Journeys::from_events(&read(RELOADED), options.clone()).unwrap_err();
    assert!(refused.to_string().contains("add_channels"), "{refused}");
    let mut builder = JourneyBuilder::new(options);
    builder.add_channels(["direct"]).unwrap();
    builder.extend(&read(RELOADED)).unwrap();
    assert_eq!(builder.build().unwrap().totals().value, 80.0);
}

#[test]
fn a_slip_in_stored_settings_is_refused_with_the_name_that_was_meant() {
    let read = |text: &str| serde_json::from_str::<JourneyOptions>(text);
    let refused = read(r#"{"re_use": true}"#).unwrap_err().to_string();
    assert!(refused.contains("did you mean `reuse`?"), "{refused}");
    let nested = read(r#"{"lookback": {"second": 5}}"#).unwrap_err();
    assert!(
        nested.to_string().contains("did you mean `seconds`?"),
        "{nested}"
    );
    assert_eq!(read("{}").unwrap(), JourneyOptions::default());
    let options = JourneyOptions::default()
        .with_unique_orders(false)
        .with_trim(NonZeroUsize::MIN);
    let text = serde_json::to_string(&options).unwrap();
    assert_eq!(read(&text).unwrap(), options);
}
