//! What a log does not show is unknown: periods that are not over, history before the period
//! reported, cases still open, carts that may yet be bought.

use mixtouch::attribution::rules::LastTouch;
use mixtouch::kpi::customers::lifetime::Customer;
use mixtouch::kpi::customers::{
    CartAbandonment, CartOptions, Cohorts, InterpurchaseTimes, Purchases, Regularity, Repurchase,
    Retention, RfmSegments,
};
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions, Finding};
use mixtouch::kpi::journeys::Contrast;
use mixtouch::kpi::service::{CaseResolutions, Questions, ServiceColumns, VoiceOfCustomer};
use mixtouch::kpi::spend::EmailRates;
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::time::{Periods, TimeRange};
use mixtouch::{Day, Event, Events, Interaction, JourneyOptions, Journeys, Kind, TimeZone};

use super::{DAY, JANUARY, counts};

/// 00:00 UTC of a day such as `2026-01-31`.
fn at(day: &str) -> i64 {
    let day: Day = day.parse().unwrap();
    i64::from(day.days()) * DAY
}

/// Purchases of persons on days, at noon.
fn sales(rows: &[(&str, &str)]) -> Events {
    let mut log = Events::new().keep_all();
    for &(person, day) in rows {
        let sale = Event::conversion(person, at(day) + DAY / 2).with_value(100.0);
        log.push(sale).unwrap();
    }
    log
}

fn months(first: &str, count: u32) -> KpiOptions {
    let months = Periods::months(first.parse().unwrap(), count, 1, &TimeZone::utc());
    KpiOptions::default().with_periods(months.unwrap())
}

#[test]
fn months_beyond_the_log_and_the_running_one_are_unknown() {
    // ann and bob bought in February; the log ends on 2 March
    let mut log = sales(&[("ann", "2026-02-20"), ("bob", "2026-02-22")]);
    log.push(Event::touch("cyd", at("2026-03-02"), "search"))
        .unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let purchases = Purchases::new(&journeys).unwrap();
    let retention = Retention::new(&purchases, 31.0, &months("2026-02-01", 3)).unwrap();
    let [february, march, april] = &retention.periods[..] else {
        panic!("three months: {retention}");
    };
    assert_eq!(
        (
            february.name.as_str(),
            february.over,
            february.buyers,
            february.customers
        ),
        ("2026-02", true, Some(2), Some(2))
    );
    assert_eq!(
        (march.over, march.buyers, march.customers, march.returned),
        (false, Some(0), None, None)
    );
    assert_eq!(
        (april.buyers, april.new_customers, april.customers),
        (None, None, None)
    );
    for period in [march, april] {
        assert_eq!(
            (period.retention.rate, period.churn.rate),
            (None, None),
            "{retention}"
        );
    }
    let cohorts = Cohorts::new(&purchases, &months("2026-02-01", 3)).unwrap();
    let rates: Vec<Vec<Option<f64>>> = cohorts
        .cohorts
        .iter()
        .map(|cohort| cohort.bought.iter().map(|share| share.rate).collect())
        .collect();
    // April's cohort has not begun
    assert_eq!(rates, [vec![Some(1.0), None, None], vec![None, None]]);
    assert!(!retention.to_string().contains("100.00 %"), "{retention}");
    // where the end of observation is stated, March is over
    let whole = TimeRange::new(at("2026-02-01"), at("2026-04-01")).unwrap();
    let journeys =
        Journeys::from_events(&log, JourneyOptions::default().with_period(whole)).unwrap();
    let purchases = Purchases::new(&journeys).unwrap();
    let retention = Retention::new(&purchases, 31.0, &months("2026-02-01", 2)).unwrap();
    assert_eq!(counts(&retention.periods[1].churn), (2, 2));
}

/// a bought on 20 December and 10 January, b on 12 November and 10 January, c on 27 December.
fn history() -> Events {
    sales(&[
        ("a", "2025-12-20"),
        ("a", "2026-01-10"),
        ("b", "2025-11-12"),
        ("b", "2026-01-10"),
        ("c", "2025-12-27"),
    ])
}

#[test]
fn customers_keep_their_history_before_the_period() {
    let log = history();
    let january = TimeRange::new(at("2026-01-01"), at("2026-02-01")).unwrap();
    let whole = TimeRange::until(at("2026-02-01")).unwrap();
    let journeys =
        Journeys::from_events(&log, JourneyOptions::default().with_period(whole)).unwrap();
    let purchases = Purchases::new(&journeys).unwrap().within(january);
    let period = &Retention::new(&purchases, 31.0, &months("2026-01-01", 1))
        .unwrap()
        .periods[0];
    // a and c were active on 1 January; a bought, c did not; b came back
    assert_eq!(
        (counts(&period.retention), counts(&period.churn)),
        ((1, 2), (1, 2))
    );
    assert_eq!(
        (period.returned, period.new_customers, period.buyers),
        (Some(1), Some(0), Some(2))
    );
    let repurchase = Repurchase::new(&purchases, &KpiOptions::default());
    assert_eq!(counts(&repurchase.bought_again), (2, 2));
    // 21 days of a, 59 of b; both are open for 21 days more, and c's 27 December has no next one.
    // Watched in January alone: at 21 days a, a's and b's next and c are at risk, and 1 of 4 ends.
    assert_eq!((repurchase.days.ended, repurchase.days.open), (2, 3));
    let quantiles = [0.1, 0.25].map(|probability| repurchase.days.quantile(probability));
    assert_eq!(quantiles, [Some(21.0), Some(40.0)]);
    let segments = RfmSegments::new(&purchases, &KpiOptions::default());
    assert_eq!(segments.segments[0].purchases.mean, Some(2.0), "{segments}");
}

#[test]
fn the_dashboard_reads_history_from_the_log() {
    let log = history();
    let january = TimeRange::new(at("2026-01-01"), at("2026-02-01")).unwrap();
    let options = JourneyOptions::default().with_period(january);
    let journeys = Journeys::from_events(&log, options).unwrap();
    let dashboard =
        Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default()).unwrap();
    let customers = &dashboard.customers;
    let period = &customers.retention.periods[0];
    assert_eq!(
        (
            counts(&period.retention),
            counts(&period.churn),
            period.returned
        ),
        ((1, 2), (1, 2), Some(1))
    );
    assert_eq!(counts(&customers.repurchase.bought_again), (2, 2));
    assert_eq!(customers.rfm.segments[0].purchases.mean, Some(2.0));
    // the period itself is what is credited and divided by
    assert_eq!(dashboard.conversion.conversion.conversions, 2.0);
    assert_eq!(dashboard.conversion.acquisition.report.new_customers, 0);
}

/// A random log gives in each month what the rows say, whatever the period reported.
#[test]
fn retention_of_a_month_does_not_depend_on_where_the_report_begins() {
    let mut log = Events::new();
    let mut state = 7_u64;
    let mut draw = |most: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % most
    };
    for person in 0..120_u64 {
        for _ in 0..=draw(4) {
            let time = JANUARY - 60 * DAY + draw(150) as i64 * DAY;
            log.push(Event::conversion(person, time)).unwrap();
        }
    }
    let dashboard = |from: &str| {
        let period = TimeRange::new(at(from), at("2026-04-01")).unwrap();
        let options = JourneyOptions::default().with_period(period);
        let journeys = Journeys::from_events(&log, options).unwrap();
        Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default()).unwrap()
    };
    let (all, late) = (dashboard("2025-11-01"), dashboard("2026-02-01"));
    let periods = |dashboard: &Dashboard| dashboard.customers.retention.periods.clone();
    assert_eq!(periods(&all)[3..], periods(&late)[..]);
    assert!(periods(&late)[0].retention.population > 20);
}

#[cfg(feature = "time")]
#[test]
fn months_of_a_dashboard_are_those_of_its_zone() {
    for zone in ["America/New_York", "Europe/Berlin", "Asia/Shanghai"] {
        let zone = TimeZone::new(zone).unwrap();
        let day = |text: &str| Some(text.parse().unwrap());
        // summer time begins in March, in Shanghai never
        let range = TimeRange::days(day("2026-02-01"), day("2026-03-31"), &zone).unwrap();
        let mut log = Events::new();
        for (person, time) in [("ann", range.from()), ("bob", range.to() - 1)] {
            log.push(Event::conversion(person, time).with_value(10.0))
                .unwrap();
        }
        let options = JourneyOptions::default().with_period(range);
        let journeys = Journeys::from_events(&log, options).unwrap();
        let options = DashboardOptions::default().with_zone(zone);
        let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &options).unwrap();
        let names: Vec<&str> = dashboard
            .customers
            .cohorts
            .cohorts
            .iter()
            .map(|cohort| cohort.name.as_str())
            .collect();
        assert_eq!(names, ["2026-02", "2026-03"]);
        let page = dashboard.to_string();
        assert!(
            page.contains("retention, 2026-02-01 to 2026-04-01: 2 customers"),
            "{page}"
        );
        assert!(
            page.contains("return on spend, 2026-02-01 to 2026-04-01,"),
            "{page}"
        );
        assert!(
            !page.contains(":00Z"),
            "instants of UTC in a report of local days: {page}"
        );
    }
}

#[test]
fn a_goal_is_not_a_purchase_of_another() {
    let mut log = Events::new();
    for (person, hours, goal) in [
        ("ann", 9, "signup"),
        ("ann", 33, "purchase"),
        ("bob", 9, "signup"),
    ] {
        let sale = Event::conversion(person, JANUARY + hours * 3600).with_goal(goal);
        log.push(sale).unwrap();
    }
    let dashboard = |options: JourneyOptions| {
        let journeys = Journeys::from_events(&log, options).unwrap();
        Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default()).unwrap()
    };
    let purchases = dashboard(JourneyOptions::default().with_goal("purchase"));
    assert_eq!(counts(&purchases.customers.repurchase.bought_again), (0, 1));
    assert!(purchases.findings.is_empty());
    let all = dashboard(JourneyOptions::default());
    let [Finding::SeveralGoals { goals }] = &all.findings[..] else {
        panic!("{:?}", all.findings);
    };
    assert_eq!(
        goals
            .iter()
            .map(|of| (of.goal.as_str(), of.conversions))
            .collect::<Vec<_>>(),
        [("purchase", 1), ("signup", 2)]
    );
    assert!(
        all.to_string()
            .contains("purchase (1), signup (2); choose one")
    );
    // KPIs of one goal over journeys of all would not agree with each other
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let options = DashboardOptions::default().with_kpis(KpiOptions::default().with_goal("signup"));
    let error = Dashboard::new(&log, &journeys, &LastTouch, &options)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("\"signup\"") && error.contains("all goals"),
        "{error}"
    );
}

#[test]
fn a_row_without_an_answer_is_no_answer() {
    let mut log = Events::new().keep_all();
    for (person, answer) in (0..35_u64).zip(
        [9.0; 18]
            .into_iter()
            .chain([8.0; 11])
            .chain([3.0; 2])
            .map(Some)
            .chain([None; 4]),
    ) {
        let row = Event::of_kind(Kind::Survey, person, JANUARY).with_goal("nps");
        log.push(answer.map_or(row, |answer| row.with_value(answer)))
            .unwrap();
    }
    let timelines = PersonTimelines::new(&log).unwrap();
    let voice =
        VoiceOfCustomer::new(&timelines, &Questions::default(), &KpiOptions::default()).unwrap();
    let nps = voice.question("nps").unwrap();
    let score = nps.scores.overall.score.figure().unwrap();
    // (18 - 2) / 31
    assert!((score - 51.612_903).abs() < 1e-5, "{score}");
    assert_eq!(
        (voice.population, nps.scores.overall.answers, nps.skipped),
        (31, 31, 4)
    );
    // a score of 0 is an answer
    log.push(
        Event::of_kind(Kind::Survey, "zoe", JANUARY)
            .with_goal("nps")
            .with_value(0.0),
    )
    .unwrap();
    let timelines = PersonTimelines::new(&log).unwrap();
    let voice =
        VoiceOfCustomer::new(&timelines, &Questions::default(), &KpiOptions::default()).unwrap();
    assert_eq!(voice.population, 32);
}

#[test]
fn empty_answers_of_files_are_no_answers() {
    let mut file = String::from("person,timestamp,channel,kind,value,goal\n");
    for question in ["nps", "csat", "ces", "consistency"] {
        for (person, answer) in ["", "4", ""].iter().enumerate() {
            file += &format!("p{person},1767225600,,survey,{answer},{question}\n");
        }
    }
    let columns = mixtouch::io::EventColumns::default().keep_all();
    let log = Events::from_csv(file.as_bytes(), columns).unwrap();
    let timelines = PersonTimelines::new(&log).unwrap();
    let voice =
        VoiceOfCustomer::new(&timelines, &Questions::default(), &KpiOptions::default()).unwrap();
    for question in &voice.questions {
        let answers = question.scores.overall.answers;
        assert_eq!(
            (answers, question.skipped, question.off_scale),
            (1, 2, 0),
            "{question:?}"
        );
    }
}

#[test]
fn e_mails_whose_opens_are_not_recorded_have_no_rate() {
    let rates = |interaction: Option<Interaction>| {
        let mut log = Events::new();
        for person in ["ann", "bob"] {
            log.push(Event::touch(person, JANUARY, "e-mail")).unwrap();
        }
        if let Some(interaction) = interaction {
            let row = Event::touch("ann", JANUARY + 60, "e-mail").with_interaction(interaction);
            log.push(row).unwrap();
        }
        let timelines = PersonTimelines::new(&log).unwrap();
        let rates = EmailRates::new(&timelines, "e-mail", None, &KpiOptions::default()).unwrap();
        (rates.opened.rate, rates.clicked.rate, rates.has_rates())
    };
    assert_eq!(rates(None), (None, None, false));
    assert_eq!(rates(Some(Interaction::Click)), (None, Some(0.5), true));
    assert_eq!(rates(Some(Interaction::View)), (Some(0.5), Some(0.0), true));
}

#[test]
fn carts_count_once_their_patience_is_over() {
    // filled 10 minutes before the end: one bought at once, the others may yet be
    let mut log = Events::new().keep_all();
    for person in ["ann", "bob", "cem"] {
        log.push(Event::of_kind(Kind::Cart, person, JANUARY).with_value(5.0))
            .unwrap();
    }
    log.push(Event::conversion("ann", JANUARY + 60)).unwrap();
    let carts = |end: i64| {
        let options = KpiOptions::default().with_range(TimeRange::new(JANUARY, end).unwrap());
        let timelines = PersonTimelines::new(&log).unwrap();
        CartAbandonment::new(&timelines, &CartOptions::default(), &options).unwrap()
    };
    let early = carts(JANUARY + 600);
    assert_eq!(
        (
            early.population,
            early.undecided,
            early.overall.abandoned.rate
        ),
        (0, 3, None)
    );
    let late = carts(JANUARY + 2 * DAY);
    assert_eq!(
        (late.undecided, counts(&late.overall.abandoned)),
        (0, (2, 3))
    );
}

#[test]
fn a_hundred_thousand_carts_of_one_person_are_read() {
    let mut log = Events::new().keep_all();
    for at in 0..100_000_i64 {
        let id = at.to_string();
        log.push(Event::of_kind(Kind::Cart, "ann", JANUARY + at).with_order_id(&id))
            .unwrap();
        log.push(Event::conversion("ann", JANUARY + at).with_order_id("another"))
            .unwrap();
    }
    let options =
        KpiOptions::default().with_range(TimeRange::new(JANUARY, JANUARY + 9 * DAY).unwrap());
    let timelines = PersonTimelines::new(&log).unwrap();
    let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &options).unwrap();
    assert_eq!(counts(&carts.overall.abandoned), (0, 100_000));
}

/// Cases of two groups that take equally long, 6 days on average; those of persons with several
/// channels were opened in the last 12 of 30 days.
#[test]
fn groups_that_began_later_are_not_faster() {
    let mut found = 0;
    for seed in 0..40_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
        let mut uniform = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut log = Events::new().keep_all();
        let end = JANUARY + 30 * DAY;
        for person in 0..300_u64 {
            let several = person % 2 == 0;
            let watched = if several { 12.0 } else { 30.0 };
            let opened = end - 1 - (uniform() * watched * DAY as f64) as i64;
            let closed = opened + (-6.0 * (1.0 - uniform()).ln() * DAY as f64) as i64;
            log.push(Event::touch(person, opened - 60, "web")).unwrap();
            if several {
                log.push(Event::touch(person, opened - 30, "store"))
                    .unwrap();
            }
            log.push(Event::of_kind(Kind::CaseOpen, person, opened))
                .unwrap();
            if closed < end {
                log.push(Event::of_kind(Kind::CaseClose, person, closed))
                    .unwrap();
            }
        }
        let options = KpiOptions::default().with_range(TimeRange::new(JANUARY, end).unwrap());
        let timelines = PersonTimelines::new(&log).unwrap();
        let cases = CaseResolutions::new(&timelines, &ServiceColumns::default(), &options).unwrap();
        let several = cases
            .comparisons
            .iter()
            .find(|of| of.contrast == Contrast::SeveralChannels);
        found += u32::from(several.unwrap().rate_ratio.unwrap().p_value < 0.05);
    }
    // of 40 tests of nothing 2 find something; of the closed cases alone all did
    assert!(found <= 7, "{found} of 40");
}

#[test]
fn purchases_of_a_day_are_one_on_request() {
    let mut log = Events::new();
    for (person, minute, value) in [
        ("ann", 540, 100.0),
        ("ann", 550, 5.0),
        ("bob", 540, 100.0),
        ("cyd", 26 * 1440 + 540, 100.0),
    ] {
        log.push(Event::conversion(person, JANUARY + minute * 60).with_value(value))
            .unwrap();
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let dashboard = |by_day: bool| {
        let options = DashboardOptions::default().with_purchases_by_day(by_day);
        Dashboard::new(&log, &journeys, &LastTouch, &options)
            .unwrap()
            .customers
    };
    assert_eq!(counts(&dashboard(false).repurchase.bought_again), (1, 3));
    let by_day = dashboard(true);
    assert_eq!(counts(&by_day.repurchase.bought_again), (0, 3));
    assert_eq!(by_day.repurchase.days.quantile(0.5), None);
    assert_eq!(
        (by_day.rfm.value, by_day.lifetime_value.report.whole.total),
        (305.0, 305.0)
    );
}

#[test]
fn refunds_are_no_purchases() {
    assert!(Customer::from_purchases(&[(1.0, 20.0), (3.0, -20.0)], 9.0).is_err());
    let (customer, spend) = Customer::from_purchases(&[(1.0, 20.0), (3.0, 10.0)], 9.0).unwrap();
    assert_eq!((customer.repeats(), spend.is_some()), (1, true));
}

#[test]
fn overdue_buyers_are_those_who_did_not_come_in_the_period() {
    // every ten days up to 20 December, and not since
    let log = sales(&[
        ("ann", "2025-11-30"),
        ("ann", "2025-12-10"),
        ("ann", "2025-12-20"),
        ("bob", "2026-01-09"),
    ]);
    let january = TimeRange::new(at("2026-01-01"), at("2026-02-01")).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let purchases = Purchases::new(&journeys).unwrap().within(january);
    let cycles = InterpurchaseTimes::new(&purchases, Regularity::default(), &KpiOptions::default());
    assert_eq!(
        (counts(&cycles.regular), counts(&cycles.overdue)),
        ((1, 2), (1, 1))
    );
}

#[test]
fn margins_are_net_where_journeys_are() {
    let mut log = Events::with_columns(["margin"]).keep_all();
    let rows = [("ann", 100.0, "40"), ("bob", 50.0, "")];
    for (person, value, margin) in rows {
        let sale = Event::conversion(person, JANUARY)
            .with_value(value)
            .with_order_id(person);
        log.push(sale.with_texts(&[margin])).unwrap();
        let refund = Event::of_kind(Kind::Return, person, JANUARY + DAY).with_value(25.0);
        log.push(refund.with_order_id(person)).unwrap();
    }
    let timelines = PersonTimelines::new(&log).unwrap();
    let margins = |net: bool| {
        let options = JourneyOptions::default().with_net_of_returns(net);
        let journeys = Journeys::from_events(&log, options).unwrap();
        let purchases = Purchases::new(&journeys).unwrap().with_margin(0.5).unwrap();
        let purchases = purchases.with_margins(&timelines, "margin").unwrap();
        let purchases = purchases.with_returns(&timelines);
        let mut margins: Vec<f64> = purchases.customers().map(|one| one.margin()).collect();
        margins.sort_unstable_by(f64::total_cmp);
        margins
    };
    // bob half of 25; ann three quarters of 40
    assert_eq!(margins(false), [12.5, 30.0]);
    assert_eq!(margins(true), [12.5, 30.0]);
}

#[test]
fn misspelt_settings_are_refused_with_the_nearest_name() {
    let told = |text: &str| {
        serde_json::from_str::<KpiOptions>(text)
            .unwrap_err()
            .to_string()
    };
    assert!(
        told(r#"{"perods": null}"#).contains("periods"),
        "{}",
        told(r#"{"perods": null}"#)
    );
    let options: KpiOptions = serde_json::from_str(r#"{"goal": "sale", "zone": "UTC"}"#).unwrap();
    assert_eq!(options, KpiOptions::default().with_goal("sale"));
    assert!(serde_json::from_str::<CartOptions>(r#"{"patence": 3}"#).is_err());
    assert!(
        serde_json::from_str::<Regularity>(r#"{"purchases": 3, "variation": 0.5, "x": 1}"#)
            .is_err()
    );
}
