//! Events that repeat within persons: their intervals and tests are by person.

use super::{DAY, JANUARY};
use crate::common::random::Random;
use mixtouch::experiment::compare_proportions;
use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
use mixtouch::kpi::journeys::{Contrast, Finding, JourneyKind, KindShares};
use mixtouch::kpi::map::{JourneyMap, Steps};
use mixtouch::kpi::service::{
    CaseResolutions, Questions, Score, ServiceColumns, ServiceTeams, VoiceOfCustomer,
};
use mixtouch::kpi::spend::EmailRates;
use mixtouch::kpi::{KpiOptions, OfflineChannels, PersonTimelines};
use mixtouch::stats::{Interval, Proportion};
use mixtouch::time::TimeRange;
use mixtouch::{Event, Events, Interaction, JourneyOptions, Journeys, Kind};

/// How often intervals of .95 held the truth, and how often those that take events as independent
/// did.
#[derive(Default)]
struct Held {
    clustered: u32,
    independent: u32,
}

impl Held {
    fn count(&mut self, interval: Option<Interval>, independent: Option<Interval>, truth: f64) {
        let holds = |interval: Option<Interval>| u32::from(interval.unwrap().contains(truth));
        self.clustered += holds(interval);
        self.independent += holds(independent);
    }

    fn share(&mut self, share: &Proportion, truth: f64) {
        let independent = Proportion::new(share.count, share.population).unwrap();
        self.count(share.interval, independent.interval, truth);
    }

    #[track_caller]
    fn check(&self, what: &str, tests: u64) {
        let [clustered, independent] =
            [self.clustered, self.independent].map(|held| f64::from(held) / tests as f64);
        assert!(clustered >= 0.92, "{what}: {clustered}");
        assert!(
            independent <= 0.88,
            "{what} taken as independent: {independent}"
        );
    }
}

const CAMPAIGNS: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// 60 persons with 2 to 9 of everything and a leaning of their own: mails (2/5 opened, of these half
/// clicked), carts (3/5 left), answers (half satisfied, effort 4), cases (3/5 resolved, 2/5 with a
/// tool).
fn contacts(seed: u64) -> Events {
    let mut random = Random::new(seed);
    let mut log = Events::with_columns(["campaign", "agent", "tool"]).keep_all();
    for person in 0..60_u64 {
        let mut leaning = |a, b| random.beta(a, b);
        let [opens, clicks, leaves] = [leaning(1.0, 1.5), leaning(1.0, 1.0), leaning(1.5, 1.0)];
        let [pleased, solved, helped] = [leaning(1.0, 1.0), leaning(1.5, 1.0), leaning(1.0, 1.5)];
        let (effort, count) = (2 + random.index(5), 2 + random.index(8));
        for (at, campaign) in CAMPAIGNS.iter().enumerate().take(count as usize) {
            let time = JANUARY + (3 * at as i64) * DAY;
            let mut push = |event: Event<'_>, texts: [&str; 3]| {
                log.push(event.with_texts(&texts)).unwrap();
            };
            let mail = |seconds: i64| Event::touch(person, time + seconds, "e-mail");
            push(mail(0), [campaign, "", ""]);
            if random.chance(opens) {
                let kind = if random.chance(clicks) {
                    Interaction::Click
                } else {
                    Interaction::View
                };
                push(mail(60).with_interaction(kind), [campaign, "", ""]);
            }
            let cart = format!("{person}-{at}");
            let row = |kind, seconds: i64| Event::of_kind(kind, person, time + seconds);
            push(row(Kind::Cart, 120).with_order_id(&cart), [""; 3]);
            if !random.chance(leaves) {
                push(row(Kind::Conversion, 180).with_order_id(&cart), [""; 3]);
            }
            let satisfied = if random.chance(pleased) { 5.0 } else { 2.0 };
            let answer = |goal, value| row(Kind::Survey, 240).with_goal(goal).with_value(value);
            push(answer("csat", satisfied), ["", "zoe", ""]);
            push(
                answer("ces", (effort + random.index(3)) as f64 - 1.0),
                [""; 3],
            );
            let tool = if random.chance(helped) { "bot" } else { "" };
            push(
                row(Kind::CaseOpen, 300).with_order_id(&cart),
                ["", "zoe", tool],
            );
            if random.chance(solved) {
                let close = row(Kind::CaseClose, 360).with_order_id(&cart);
                push(close, ["", "", ""]);
            }
        }
    }
    log
}

#[test]
fn intervals_of_repeated_events_hold_their_level() {
    const TESTS: u64 = 250;
    let names = [
        "opened",
        "clicked of opened",
        "carts",
        "satisfied",
        "effort",
        "resolved",
        "tool",
        "served",
    ];
    let mut held: [Held; 8] = Default::default();
    for seed in 0..TESTS {
        let log = contacts(seed);
        let range = TimeRange::new(JANUARY, JANUARY + 40 * DAY).unwrap();
        let options = KpiOptions::default().with_range(range);
        let (timelines, questions) = (PersonTimelines::new(&log).unwrap(), Questions::default());
        let mails = EmailRates::new(&timelines, "e-mail", Some("campaign"), &options).unwrap();
        held[0].share(&mails.opened, 0.4);
        held[1].share(&mails.clicked_of_opened, 0.5);
        let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &options).unwrap();
        held[2].share(&carts.overall.abandoned, 0.6);
        let voice = VoiceOfCustomer::new(&timelines, &questions, &options).unwrap();
        let score = |name: &str| voice.question(name).unwrap().scores.overall.score;
        let (Score::Satisfaction(satisfied), Score::Effort(effort)) = (score("csat"), score("ces"))
        else {
            panic!("csat is satisfaction, ces effort")
        };
        held[3].share(&satisfied, 0.5);
        held[4].count(effort.interval, effort.interval, 4.0);
        let columns = ServiceColumns::default()
            .with_agent("agent")
            .with_tool("tool");
        let cases = CaseResolutions::new(&timelines, &columns, &options).unwrap();
        held[5].share(&cases.cases.overall.resolved, 0.6);
        let teams = ServiceTeams::new(&timelines, &columns, &questions, &options).unwrap();
        held[6].share(&teams.whole.overall.tool.unwrap(), 0.4);
        held[7].share(&teams.agent("zoe").unwrap().overall.satisfaction, 0.5);
    }
    held[4].independent = 0;
    for (name, held) in names.iter().zip(&held) {
        held.check(name, TESTS);
    }
}

/// 80 persons with 1 to 8 purchases each; the share that begins in the store, and the share led
/// there by search, is each person's own: 2/5 and 1/2 on average.
fn purchases(seed: u64) -> Journeys {
    let mut random = Random::new(seed);
    let mut log = Events::new();
    for person in 0..80_u64 {
        let (store, search) = (random.beta(1.0, 1.5), random.beta(1.0, 1.0));
        for at in 0..=random.index(8) as i64 {
            let time = JANUARY + at * 5 * DAY;
            let first = if random.chance(store) { "store" } else { "web" };
            log.push(Event::touch(person, time, first)).unwrap();
            if random.chance(search) {
                log.push(Event::touch(person, time + 60, "search")).unwrap();
            }
            log.push(Event::conversion(person, time + 120)).unwrap();
        }
    }
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

#[test]
fn intervals_of_repeated_journeys_hold_their_level() {
    const TESTS: u64 = 250;
    let mut held: [Held; 4] = Default::default();
    let options = KpiOptions::default().with_offline(OfflineChannels::new(["store"]));
    for seed in 0..TESTS {
        let journeys = purchases(seed);
        let kinds = KindShares::new(&journeys, &options).unwrap();
        let offline = kinds.kind(JourneyKind::OfflineOnly).unwrap();
        held[0].share(&offline.purchases, 0.4 * 0.5);
        let steps = Steps::channels(journeys.channels());
        let map = JourneyMap::new(&journeys, &steps, &options).unwrap();
        held[1].share(&map.step("search").unwrap().reached, 0.5);
        held[2].share(&map.edge("(start)", "store").unwrap().taken, 0.4);
        held[3].share(&map.edge("store", "search").unwrap().taken, 0.5);
    }
    for (name, held) in ["kind", "reached", "from the start", "to search"]
        .iter()
        .zip(&held)
    {
        held.check(name, TESTS);
    }
}

/// 100 persons with 1 to 6 visits each, some by chat by a habit that has nothing to do with how often
/// they buy. Who does not buy on the last visit leaves a journey without a purchase.
fn habits(seed: u64) -> Journeys {
    let mut random = Random::new(seed);
    let mut log = Events::new();
    for person in 0..100_u64 {
        let (chats, buys) = (random.beta(0.4, 0.4), random.beta(0.5, 0.5));
        for at in 0..=random.index(6) as i64 {
            let time = JANUARY + at * 40 * DAY;
            log.push(Event::touch(person, time, "web")).unwrap();
            if random.chance(chats) {
                log.push(Event::touch(person, time + 60, "chat")).unwrap();
            }
            if random.chance(buys) {
                log.push(Event::conversion(person, time + 120)).unwrap();
            }
        }
    }
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

#[test]
fn habits_of_persons_are_no_friction() {
    let (mut found, mut independent, tests) = (0, 0, 600_u64);
    for seed in 0..tests {
        let journeys = habits(seed);
        let steps = Steps::channels(journeys.channels());
        let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default()).unwrap();
        // A step that converts better than the average is no friction: half of the tests see it.
        let Some(chat) = map.friction.iter().find(|point| point.step == "chat") else {
            continue;
        };
        found += u32::from(chat.lost.difference.unwrap().p_value < 0.05);
        let (through, all) = (chat.conversion, map.conversion);
        let rest = Proportion::new(
            all.count - through.count,
            all.population - through.population,
        );
        let through = Proportion::new(through.count, through.population).unwrap();
        let naive = compare_proportions(rest.unwrap(), through, Default::default()).unwrap();
        independent += u32::from(naive.p_value < 0.05);
    }
    // One side of a test at .05: .025 of 600.
    assert!((4..=27).contains(&found), "{found} of {tests}");
    assert!(
        found < independent,
        "{found}, {independent} where journeys are independent"
    );
}

#[test]
fn each_person_once_changes_nothing() {
    let mut log = Events::new().keep_all();
    for person in 0..9_u64 {
        log.push(Event::touch(person, JANUARY, "e-mail")).unwrap();
        if person < 3 {
            let view = Event::touch(person, JANUARY + 60, "e-mail");
            log.push(view.with_interaction(Interaction::View)).unwrap();
        }
    }
    let timelines = PersonTimelines::new(&log).unwrap();
    let rates = EmailRates::new(&timelines, "e-mail", None, &KpiOptions::default()).unwrap();
    assert_eq!(rates.opened, Proportion::new(3, 9).unwrap());
}

/// Cases that end at one rate whoever works on them; a second agent joins at random, and the ones
/// open after 30 days stay so. `late` in a hundred persons used two channels; these came in the last
/// 12 days.
fn cases(seed: u64, late: f64, joint_speed: f64) -> Events {
    let mut random = Random::new(seed);
    let mut log = Events::with_columns(["agent"]).keep_all();
    let day = |time: f64| JANUARY + (time * DAY as f64) as i64;
    for person in 0..150_u64 {
        let several = random.chance(late);
        let opened = if several {
            18.0 + 12.0 * random.uniform()
        } else {
            30.0 * random.uniform()
        };
        let (alone, joins) = (random.exponential(1.0 / 6.0), random.exponential(1.0 / 6.0));
        let lasts = if joins < alone {
            joins + random.exponential(joint_speed / 6.0)
        } else {
            alone
        };
        let mut push = |event: Event<'_>, agent: &str| {
            if event.time() < day(30.0) {
                log.push(event.with_texts(&[agent])).unwrap();
            }
        };
        push(Event::touch(person, day(opened) - 7_200, "web"), "");
        if several {
            push(Event::touch(person, day(opened) - 3_600, "app"), "");
        }
        let row = |kind, time: f64| {
            let channel = if several { "app" } else { "web" };
            Event::of_kind(kind, person, day(time)).with_channel(channel)
        };
        push(row(Kind::CaseOpen, opened).with_order_id("c"), "zoe");
        if joins < alone {
            push(
                row(Kind::CaseOpen, opened + joins).with_order_id("c"),
                "yan",
            );
        }
        let last = if joins < alone { "yan" } else { "zoe" };
        push(
            row(Kind::CaseClose, opened + lasts).with_order_id("c"),
            last,
        );
    }
    log
}

/// The finding and the p value of a contrast of cases.
fn compared(log: &Events, contrast: Contrast) -> (Finding, f64) {
    let range = TimeRange::new(JANUARY - DAY, JANUARY + 30 * DAY).unwrap();
    let options = KpiOptions::default().with_range(range);
    let columns = ServiceColumns::default().with_agent("agent");
    let timelines = PersonTimelines::new(log).unwrap();
    let report = CaseResolutions::new(&timelines, &columns, &options).unwrap();
    let mut comparisons = report.comparisons.iter();
    let test = comparisons.find(|test| test.contrast == contrast).unwrap();
    (test.finding, test.rate_ratio.unwrap().p_value)
}

#[test]
fn a_group_that_came_late_is_not_found_faster() {
    let found = (0..300)
        .filter(|&seed| compared(&cases(seed, 0.4, 1.0), Contrast::SeveralChannels).1 < 0.05);
    let found = found.count();
    assert!((4..=27).contains(&found), "{found} of 300");
}

#[test]
fn longer_cases_meet_more_agents_and_are_not_found_slower() {
    let tests: Vec<(Finding, f64)> = (0..300)
        .map(|seed| compared(&cases(seed, 0.0, 1.0), Contrast::JointCase))
        .collect();
    let found = tests.iter().filter(|test| test.1 < 0.05).count();
    assert!((4..=27).contains(&found), "{found} of 300");
    let faster = (0..60)
        .filter(|&seed| compared(&cases(seed, 0.0, 3.0), Contrast::JointCase).0 == Finding::Better);
    assert!(faster.count() > 55);
}
