//! Voice, service, carts and maps of any log: nothing panics, nothing is NaN, parts add up to their
//! whole.

use super::offline;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::PersonTimelines;
use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
use mixtouch::kpi::journeys::Breakdown;
use mixtouch::kpi::map::{FrequentPaths, JourneyMap, Steps};
use mixtouch::kpi::service::{
    CaseResolutions, Questions, ServiceColumns, ServiceTeams, VoiceOfCustomer,
};
use mixtouch::privacy::MinimumGroup;
use mixtouch::time::{Periods, TimeRange};
use mixtouch::{Event, Events, JourneyOptions, Journeys, Kind};
use proptest::prelude::*;
use std::collections::BTreeSet;

const PEOPLE: [&str; 4] = ["ann", "bob", "cem", "dan"];
const CHANNELS: [&str; 4] = ["store", "web", "call", "app"];
const AGENTS: [&str; 3] = ["zoe", "yan", ""];

/// One row: person, kind, second, and a number that the rest is made of.
type Row = (usize, usize, i64, usize);

fn push(log: &mut Events, (person, kind, time, rest): Row) {
    let kind = [
        Kind::Touch,
        Kind::Conversion,
        Kind::Cart,
        Kind::Survey,
        Kind::CaseOpen,
        Kind::CaseClose,
        Kind::Return,
    ][kind % 7];
    let goal = ["nps", "csat", "ces", "consistency", "mood"][rest % 5];
    let ids = ["", "1", "2"];
    let channel = if kind == Kind::Touch || !rest.is_multiple_of(3) {
        CHANNELS[rest % 4]
    } else {
        ""
    };
    let texts = [
        AGENTS[rest / 3 % 3],
        ["phone", ""][rest / 5 % 2],
        ["assistant", ""][rest % 2],
        ["laptop", ""][rest / 2 % 2],
    ];
    let event = Event::of_kind(kind, PEOPLE[person % 4], time)
        .with_value((rest % 13) as f64)
        .with_goal(goal);
    log.push(
        event
            .with_order_id(ids[rest / 7 % 3])
            .with_channel(channel)
            .with_texts(&texts),
    )
    .unwrap();
}

fn log(rows: &[Row]) -> Events {
    let mut log = Events::with_columns(["agent", "team", "tool", "device"]).keep_all();
    // every channel is in the log, whatever the rows
    for channel in CHANNELS {
        log.push(Event::touch("zed", 0, channel).with_texts(&["", "", "", ""]))
            .unwrap();
    }
    rows.iter().for_each(|&row| push(&mut log, row));
    log
}

fn adds_up<F>(of: &Breakdown<F>, count: impl Fn(&F) -> u64) {
    let sum = |groups: &[mixtouch::kpi::journeys::GroupFigures<F>]| {
        groups
            .iter()
            .map(|group| count(&group.figures))
            .sum::<u64>()
    };
    assert_eq!(
        (sum(&of.by_use), sum(&of.by_kind)),
        (count(&of.overall), count(&of.overall))
    );
    assert!(
        of.periods
            .iter()
            .map(|period| count(&period.figures))
            .sum::<u64>()
            <= count(&of.overall)
    );
}

proptest! {
    #[test]
    fn parts_add_up(rows in prop::collection::vec((0usize..4, 0usize..7, 0i64..400, 0usize..1000), 0..60), minimum in 1u64..4) {
        let log = log(&rows);
        let window = TimeRange::new(100, 300).unwrap();
        let histories = PersonTimelines::new(&log).unwrap();
        let periods = Periods::new(vec![100, 150, 300]).unwrap();
        let grouping = KpiOptions::default().with_range(window).with_offline(offline()).with_periods(periods)
            .with_lookback(mixtouch::Lookback::new(std::time::Duration::from_secs(90)).unwrap());
        let questions = Questions::default().leave_out_off_scale();
        let voice = VoiceOfCustomer::new(&histories, &questions, &grouping).unwrap();
        voice.questions.iter().for_each(|question| adds_up(&question.scores, |of| of.answers));
        let asked = |kind: usize, time: i64| kind % 7 == 3 && window.contains(time);
        let surveys = rows.iter().filter(|row| asked(row.1, row.2)).count() as u64;
        prop_assert_eq!(voice.population + voice.unknown + voice.questions.iter().map(|of| of.off_scale + of.skipped).sum::<u64>(), surveys);

        let columns = ServiceColumns::default().with_agent("agent").with_team("team").with_tool("tool");
        let resolutions = CaseResolutions::new(&histories, &columns, &grouping).unwrap();
        adds_up(&resolutions.cases, |of| of.resolved.population);
        let all = &resolutions.cases.overall;
        prop_assert_eq!((all.resolved.count + all.open, all.hours.ended, all.hours.open), (resolutions.population, all.resolved.count, all.open));
        let service = ServiceTeams::new(&histories, &columns, &questions, &grouping).unwrap();
        adds_up(&service.whole, |of| of.interactions);
        adds_up(&service.whole, |of| of.resolved);
        adds_up(&service.whole, |of| of.satisfaction.population);
        let of_agents = service.agents.iter().map(|of| of.figures.overall.interactions).sum::<u64>();
        let named = rows.iter().filter(|row| row.1 % 7 != 3 && window.contains(row.2) && !AGENTS[row.3 / 3 % 3].is_empty()).count();
        prop_assert_eq!(of_agents, named as u64);

        let carts = CartAbandonment::new(&histories, &CartOptions::default(), &grouping).unwrap();
        let sum = |groups: &[mixtouch::kpi::customers::CartGroup]| groups.iter().map(|group| group.figures.abandoned.population).sum::<u64>();
        prop_assert_eq!([&carts.by_device, &carts.by_channel, &carts.by_device_and_channel].map(|groups| sum(groups)), [carts.population; 3]);

        // several persons share an order id
        let journeys = Journeys::from_events(&log, JourneyOptions::default().with_unique_orders(false)).unwrap();
        let steps = Steps::channels(journeys.channels());
        let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default()).unwrap();
        let ends: u64 = map.edges.iter().filter(|edge| ["(conversion)", "(drop)"].contains(&edge.to.to_string().as_str())).map(|edge| edge.taken.count).sum();
        let people: BTreeSet<usize> = rows.iter().filter(|row| row.1 % 7 < 2).map(|row| row.0 % 4).collect();
        prop_assert_eq!((ends, map.persons), (map.population, people.len() as u64 + 1));
        let paths = FrequentPaths::new(&journeys, &steps, 1_000, &KpiOptions::default()).unwrap();
        prop_assert_eq!(paths.paths.iter().map(|path| path.share.count).sum::<u64>(), map.population);

        let shown = format!("{voice}{resolutions}{service}{carts}{map}{paths}");
        prop_assert!(!shown.contains("NaN") && !shown.contains("inf ") && !shown.contains("-0.00 "), "{}", shown);
        // nothing of fewer persons than the minimum
        let minimum = MinimumGroup::new(minimum).unwrap();
        let small = grouping.clone().with_minimum(minimum);
        let voice = VoiceOfCustomer::new(&histories, &questions, &small).unwrap();
        for question in &voice.questions {
            prop_assert!(question.scores.by_use.iter().chain(&question.scores.by_kind).all(|of| minimum.allows(of.figures.persons)));
            prop_assert!(question.scores.periods.iter().all(|of| minimum.allows(of.figures.persons)));
        }
        let service = ServiceTeams::new(&histories, &columns, &questions, &small).unwrap();
        prop_assert!(service.agents.iter().chain(&service.teams).all(|of| minimum.allows(of.figures.overall.persons)));
        let map = JourneyMap::new(&journeys, &steps, &small).unwrap();
        prop_assert!(map.edges.iter().all(|edge| minimum.allows(edge.persons)) && map.steps.iter().all(|of| minimum.allows(of.persons)));
    }
}
