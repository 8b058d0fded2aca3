//! Voice of the customer, service and carts on the log of twelve persons in
//! `tests/it/data/service.csv`, worked by hand.
//!
//! | person | contacts up to the answer | answers |
//! |---|---|---|
//! | ann | social, web web | nps 10 |
//! | bob | web web web | nps 9, and 3 to a question of its own |
//! | cem | social, app, store store | nps 10, csat 5 |
//! | dan | store store | nps 8, csat 4 |
//! | eve | store, e-mail, web | nps 9 |
//! | fay | social, web web web | nps 3 |
//! | gus | web web, call call | csat 5, ces 2 |
//! | hal | call, chat chat | csat 2, ces 6 |
//! | ida | chat chat | csat 4, ces 1 |
//! | jon | store | consistency 2 |
//! | kim | call | nps 7 |
//! | leo | chat chat | consistency 4, nps 0 |

use super::{APRIL, DAY, JANUARY, assert_near, counts, offline};
use crate::common::random::Random;
use mixtouch::io::EventColumns;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::PersonTimelines;
use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
use mixtouch::kpi::journeys::{Contrast, Finding, GroupComparison};
use mixtouch::kpi::service::{
    CaseResolutions, NetScore, Questions, Score, ServiceColumns, ServiceTeams, VoiceOfCustomer,
};
use mixtouch::privacy::MinimumGroup;
use mixtouch::time::{Periods, TimeRange};
use mixtouch::{Event, Events, Kind, TimeZone};
use std::time::Duration;

pub(crate) fn log() -> Events {
    let columns = EventColumns::default()
        .with_texts(["agent", "team", "tool", "device"])
        .keep_all();
    Events::from_csv(include_str!("../data/service.csv").as_bytes(), columns).unwrap()
}

fn quarter(log: &Events) -> PersonTimelines<'_> {
    PersonTimelines::new(log).unwrap()
}

fn grouping() -> KpiOptions {
    let months = Periods::months("2026-01-01".parse().unwrap(), 3, 1, &TimeZone::utc()).unwrap();
    KpiOptions::default()
        .with_range(TimeRange::new(JANUARY, APRIL).unwrap())
        .with_offline(offline())
        .with_periods(months)
}

fn columns() -> ServiceColumns {
    ServiceColumns::default()
        .with_agent("agent")
        .with_team("team")
        .with_tool("tool")
}

fn net(score: &Score) -> &NetScore {
    if let Score::NetPromoter(score) = score {
        score
    } else {
        panic!("{score} is no net promoter score")
    }
}

fn find(comparisons: &[GroupComparison], contrast: Contrast) -> &GroupComparison {
    comparisons
        .iter()
        .find(|comparison| comparison.contrast == contrast)
        .unwrap()
}

#[test]
fn answers_overall_over_time_and_by_kind_of_journey() {
    let log = log();
    let voice = VoiceOfCustomer::new(&quarter(&log), &Questions::default(), &grouping()).unwrap();
    // 8 nps, 5 csat, 3 ces, 2 consistency; bob's mood.
    assert_eq!(
        (
            voice.population,
            voice.unknown,
            voice.window.to_string().as_str()
        ),
        (18, 1, "2026-01-01 to 2026-04-01")
    );
    let nps = voice.question("nps").unwrap();
    let overall = net(&nps.scores.overall.score);
    // Promoters ann, bob, cem, eve; passives dan, kim; detractors fay, leo: 100 x (4 - 2) / 8.
    assert_eq!(
        (
            overall.promoters,
            overall.passives,
            overall.detractors,
            overall.score
        ),
        (4, 2, 2, Some(25.0))
    );
    // With three answers more 2 / 11 = 0.1818182, variance (7.5 / 11 - 0.0330579) / 11 = 0.0589782,
    // half width 1.959964 x 0.2428543 = 0.4759857.
    let interval = overall.interval.unwrap();
    assert!(
        (interval.low() + 29.416_8).abs() < 1e-3 && (interval.high() - 65.780_4).abs() < 1e-3,
        "{interval:?}"
    );
    // January: 4 promoters of ann, bob, cem, dan, eve. February: fay, kim, leo. Nobody in March.
    let months: Vec<Option<f64>> = nps
        .scores
        .periods
        .iter()
        .map(|month| month.figures.score.figure())
        .collect();
    assert_eq!((months[0], months[2], months.len()), (Some(80.0), None, 3));
    assert_near(months[1], -200.0 / 3.0);
    // Several channels: ann, cem, eve, fay, three promoters and a detractor. One: bob, dan, kim,
    // leo, one each and two passives.
    let group = |name: &str| {
        nps.scores
            .group(name)
            .map(|of| (of.answers, of.score.figure()))
    };
    assert_eq!(
        (
            group("several channels"),
            group("one channel"),
            group("no contact")
        ),
        (Some((4, Some(50.0))), Some((4, Some(0.0))), Some((0, None)))
    );
    // Online only: ann, bob, fay, kim, leo.
    assert_eq!(group("online only"), Some((5, Some(0.0))));
    assert_eq!(
        (
            group("offline only"),
            group("online to offline"),
            group("offline to online")
        ),
        (
            Some((1, Some(0.0))),
            Some((1, Some(100.0))),
            Some((1, Some(100.0)))
        )
    );
    // Satisfied: cem, dan, gus, ida of five. Effort (2 + 6 + 1) / 3. Consistency (2 + 4) / 2.
    let figure = |name: &str| voice.question(name).unwrap().scores.overall.score.figure();
    assert_eq!(
        (figure("csat"), figure("ces"), figure("consistency")),
        (Some(0.8), Some(3.0), Some(3.0))
    );
    // Variance 7, t 4.302653 with 2 degrees of freedom: half width 4.302653 x sqrt(7 / 3).
    let Score::Effort(effort) = voice.question("ces").unwrap().scores.overall.score else {
        panic!("ces is effort")
    };
    assert!((effort.interval.unwrap().high() - 9.572_411).abs() < 1e-5);
}

#[test]
fn are_those_who_use_several_channels_happier() {
    let log = log();
    let voice = VoiceOfCustomer::new(&quarter(&log), &Questions::default(), &grouping()).unwrap();
    let comparisons = &voice.question("nps").unwrap().comparisons;
    // 100 100 100 -100, variance 10000, against 100 0 0 -100, variance 20000/3: 50 with error
    // sqrt(2500 + 5000/3) = 64.5497, so t = 0.774597 with 5.769 degrees of freedom, p = 0.469 by
    // the incomplete beta function.
    let several = find(comparisons, Contrast::SeveralChannels);
    let difference = several.difference.unwrap();
    assert_eq!(
        (
            several.treatment_persons,
            several.control_persons,
            difference.estimate
        ),
        (4, 4, 50.0)
    );
    assert_near(difference.standard_error, (12_500.0_f64 / 3.0).sqrt());
    assert!(
        (difference.p_value - 0.469).abs() < 1e-3
            && difference.interval.low() < 0.0
            && several.finding == Finding::Undecided,
        "{difference}"
    );
    // cem and eve were in both worlds: 100 100 against ann, bob, dan, fay, kim, leo: 100 100 0 -100
    // 0 -100, mean 0.
    assert_eq!(
        find(comparisons, Contrast::BothWorlds)
            .difference
            .unwrap()
            .estimate,
        100.0
    );
    // Two hand-overs: cem, eve: 100 100. One: ann, fay: 100 -100, variance 20000: 100 with error
    // 100 and one degree: p = 1/2 (Cauchy).
    let more = find(comparisons, Contrast::MoreHandoffs)
        .difference
        .unwrap();
    assert_eq!((more.estimate, more.standard_error), (100.0, 100.0));
    assert!((more.p_value - 0.5).abs() < 1e-9, "{more}");
    // Holm: the smallest of three p values counts threefold.
    let least = comparisons
        .iter()
        .min_by(|a, b| {
            a.difference
                .unwrap()
                .p_value
                .total_cmp(&b.difference.unwrap().p_value)
        })
        .unwrap();
    assert_near(
        least.adjusted_p_value,
        (3.0 * least.difference.unwrap().p_value).min(1.0),
    );
    // Effort: gus and hal (2 and 6) against ida alone.
    let effort = find(
        &voice.question("ces").unwrap().comparisons,
        Contrast::SeveralChannels,
    );
    assert_eq!(effort.difference, None);
    assert_eq!(
        effort.reason.as_deref(),
        Some("number of values in an arm is 1, expected: at least 2")
    );
}

#[test]
fn cases_and_the_time_they_take() {
    let log = log();
    let resolutions = CaseResolutions::new(&quarter(&log), &columns(), &grouping()).unwrap();
    // gus 4 h, hal 24 h, ida 2 h; jon's is open; leo's was closed first; nobody opened kim's.
    assert_eq!(
        (
            resolutions.population,
            resolutions.closed_before_opened,
            resolutions.never_opened
        ),
        (4, 1, 1)
    );
    let all = &resolutions.cases.overall;
    assert_eq!(
        (
            counts(&all.resolved),
            all.open,
            all.closed_again,
            counts(&all.reopened)
        ),
        ((3, 4), 1, 0, (0, 3))
    );
    // 2, 4, 24 and one open for longer: half last longer than 4 hours and up to 24.
    assert_eq!((all.median(), all.p90()), (Some(14.0), None));
    assert_eq!(
        (all.hours.ended, all.hours.open, all.hours.mean.mean),
        (3, 1, None)
    );
    assert_eq!(counts(&all.joint), (1, 3), "hal's");
    // Up to the opening gus had been on the web and called; the others came by one channel.
    let of = |name: &str| {
        resolutions
            .cases
            .group(name)
            .map(|of| (of.resolved.population, of.median()))
    };
    assert_eq!(
        (
            of("several channels"),
            of("one channel"),
            of("offline only")
        ),
        (Some((1, Some(4.0))), Some((3, Some(24.0))), Some((1, None)))
    );
    let months: Vec<u64> = resolutions
        .cases
        .periods
        .iter()
        .map(|month| month.figures.resolved.population)
        .collect();
    assert_eq!(months, [0, 4, 0]);
    // hal's case is one agent's for an hour and joint for 23 more, next to jon's that stays open.
    let joint = find(&resolutions.comparisons, Contrast::JointCase);
    assert_eq!((joint.treatment_persons, joint.control_persons), (1, 4));
    // At 2 hours 3 of one agent and hal's are at risk, at 4 hours 2, at 24 jon's: expected of hal's
    // 1/4 + 1/3 + 1/2 of the three that end, where 1 ended; variance 3/16 + 2/9 + 1/4: z = -1/12 /
    // sqrt(95/144) = -0.102598.
    let p_value = joint.rate_ratio.unwrap().p_value;
    assert!((p_value - 0.918_282).abs() < 1e-6, "{p_value}");
    let several = find(&resolutions.comparisons, Contrast::SeveralChannels);
    assert!(several.difference.is_none() && several.rate_ratio.is_some());
    // Seen on 13 February at midnight, hal's is open and later ones are not known.
    let early = grouping().with_range(TimeRange::new(JANUARY, JANUARY + 43 * DAY).unwrap());
    let early = CaseResolutions::new(&quarter(&log), &columns(), &early).unwrap();
    assert_eq!((early.population, early.cases.overall.open), (2, 1));
}

#[test]
fn agents_and_teams() {
    let log = log();
    let service = ServiceTeams::new(
        &quarter(&log),
        &columns(),
        &Questions::default(),
        &grouping(),
    )
    .unwrap();
    // zoe: gus twice, hal, kim. yan: hal twice, ida twice, leo twice. xia: jon.
    let of = |name: &str| {
        let figures = &service
            .agent(name)
            .or_else(|| service.team(name))
            .unwrap()
            .overall;
        (figures.persons, figures.interactions, figures.channels)
    };
    assert_eq!(
        (service.population, of("zoe"), of("yan"), of("xia")),
        (11, (3, 4, 1), (3, 6, 1), (1, 1, 1))
    );
    assert_eq!(
        (of("phone"), of("chat"), of("floor")),
        (of("zoe"), of("yan"), of("xia"))
    );
    let figures = |name: &str| service.agent(name).unwrap().overall.clone();
    let (zoe, yan, xia) = (figures("zoe"), figures("yan"), figures("xia"));
    // gus came from the web, hal to yan from the call.
    assert_eq!(
        (counts(&zoe.across_channels), counts(&yan.across_channels)),
        ((2, 4), (2, 6))
    );
    // zoe worked on gus' and hal's, yan on hal's and ida's.
    assert_eq!(
        (
            zoe.resolved,
            counts(&zoe.joint),
            yan.resolved,
            counts(&yan.joint),
            xia.resolved
        ),
        (2, (1, 2), 2, (1, 2), 0)
    );
    assert_eq!(
        (
            service.whole.overall.resolved,
            counts(&service.whole.overall.joint)
        ),
        (3, (1, 3))
    );
    // gus' 5 is zoe's, hal's 2 and ida's 4 are yan's; nobody served cem and dan.
    assert_eq!(
        (
            counts(&zoe.satisfaction),
            counts(&yan.satisfaction),
            xia.satisfaction.rate
        ),
        ((1, 1), (1, 2), None)
    );
    assert_eq!(counts(&service.whole.overall.satisfaction), (2, 3));
    // The assistant: hal twice, ida once.
    assert_eq!(
        (
            zoe.tool.map(|tool| tool.count),
            yan.tool.map(|tool| counts(&tool))
        ),
        (Some(0), Some((3, 6)))
    );
    assert_eq!(
        service.adopters.map(|adopters| counts(&adopters)),
        Some((1, 3))
    );
    // gus and hal used several channels: 1 of 2 satisfied, ida 1 of 1.
    assert_eq!(
        find(&service.comparisons, Contrast::SeveralChannels)
            .difference
            .unwrap()
            .estimate,
        -0.5
    );
    // After the joint case 0 of 1, after the others 2 of 2: pooled 2/3, error sqrt(2/9 x 3/2) = 1 /
    // sqrt 3, z = sqrt 3.
    let joint = find(&service.comparisons, Contrast::JointCase)
        .difference
        .unwrap();
    assert_eq!(joint.estimate, -1.0);
    assert!((joint.p_value - 0.083_265).abs() < 1e-5, "{joint}");
    let january: Vec<u64> = service
        .whole
        .periods
        .iter()
        .map(|month| month.figures.interactions)
        .collect();
    assert_eq!(january, [0, 11, 0]);
}

#[test]
fn carts_left_by_device_and_channel() {
    let log = log();
    let carts = CartAbandonment::new(&quarter(&log), &CartOptions::default(), &grouping()).unwrap();
    // Bought: ann and bob within the hour, fay three days later by the cart's id. Left: cem, who
    // bought in the store two days later, gus and leo. kim's may yet be bought.
    assert_eq!(
        (
            carts.population,
            carts.undecided,
            counts(&carts.overall.abandoned),
            carts.overall.value
        ),
        (6, 1, (3, 6), 130.0)
    );
    let of = |name: &str| {
        carts
            .group(name)
            .map(|of| (counts(&of.abandoned), of.value))
            .unwrap()
    };
    assert_eq!(
        (of("phone"), of("laptop"), of("(unknown)")),
        (((1, 3), 80.0), ((1, 2), 45.0), ((1, 1), 5.0))
    );
    assert_eq!(
        (of("web"), of("app"), of("phone, app")),
        (((1, 4), 45.0), ((1, 1), 80.0), ((1, 1), 80.0))
    );
    // With a week's patience cem's is bought, and of those not bought, none is decided but gus' and
    // leo's.
    let patient = CartOptions::default().with_patience(Duration::from_secs(7 * 86_400));
    assert_eq!(
        counts(
            &CartAbandonment::new(&quarter(&log), &patient, &grouping())
                .unwrap()
                .overall
                .abandoned
        ),
        (2, 6)
    );
    assert!(
        CartAbandonment::new(
            &quarter(&log),
            &CartOptions::default().with_patience(Duration::ZERO),
            &grouping(),
        )
        .is_err()
    );
    let error = CartAbandonment::new(
        &quarter(&log),
        &CartOptions::default().with_device("terminal"),
        &grouping(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no column \"terminal\", found: agent, team, tool, device"
    );
}

#[test]
fn small_groups_are_not_shown() {
    let log = log();
    let minimum = MinimumGroup::new(3).unwrap();
    let grouping = grouping().with_minimum(minimum);
    let voice = VoiceOfCustomer::new(&quarter(&log), &Questions::default(), &grouping).unwrap();
    let nps = voice.question("nps").unwrap();
    let kinds: Vec<(&str, u64)> = nps
        .scores
        .by_kind
        .iter()
        .map(|of| (of.group.as_str(), of.figures.persons))
        .filter(|of| of.1 > 0)
        .collect();
    assert_eq!(kinds, [("online only", 5), ("(other)", 3)]);
    assert!(
        nps.comparisons
            .iter()
            .all(|test| test.treatment_persons >= 3 && test.control_persons >= 3),
        "two were in both worlds"
    );
    assert_eq!(nps.comparisons.len(), 1);
    let service =
        ServiceTeams::new(&quarter(&log), &columns(), &Questions::default(), &grouping).unwrap();
    assert!(
        service.agent("xia").is_none()
            && service
                .agents
                .iter()
                .all(|of| of.figures.overall.persons >= 3)
    );
    let carts = CartAbandonment::new(&quarter(&log), &CartOptions::default(), &grouping).unwrap();
    assert!(carts.by_device.iter().all(|of| of.figures.persons >= 3));
}

fn answers(rows: &[(&'static str, &'static str, f64)]) -> Events {
    let mut log = Events::with_columns(["agent"]).keep_all();
    for (time, &(person, goal, value)) in (JANUARY..).zip(rows) {
        log.push(
            Event::of_kind(Kind::Survey, person, time)
                .with_goal(goal)
                .with_value(value)
                .with_texts(&[""]),
        )
        .unwrap();
    }
    log
}

#[test]
fn bad_input_has_an_error_or_a_stated_result() {
    let of = |log: &Events| {
        VoiceOfCustomer::new(
            &PersonTimelines::new(log).unwrap(),
            &Questions::default(),
            &KpiOptions::default(),
        )
    };
    // Off the scale: refused with the row, or counted.
    for (goal, value, allowed) in [
        ("nps", 11.0, "0 to 10"),
        ("csat", 0.0, "1 to 5"),
        ("ces", 7.5, "1 to 7"),
        ("consistency", 6.0, "1 to 5"),
    ] {
        let log = answers(&[("ann", goal, 3.0), ("bob", goal, value)]);
        let message = of(&log).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("row 2: value is \"{value}\", expected: {allowed} as an answer to \"{goal}\"")
        );
        let lenient = Questions::default().leave_out_off_scale();
        let voice = VoiceOfCustomer::new(
            &PersonTimelines::new(&log).unwrap(),
            &lenient,
            &KpiOptions::default(),
        )
        .unwrap();
        assert_eq!(
            (voice.population, voice.question(goal).unwrap().off_scale),
            (1, 1)
        );
    }
    // Nobody to have said it.
    let mut log = Events::new().keep_all();
    log.push(Event::of_kind(Kind::Survey, "", 5).with_goal("nps"))
        .unwrap();
    assert_eq!((log.len(), log.cleaned_rows().unknown_others), (0, 1));
    let file = "person,timestamp,channel,kind,value,goal\nann,5,tv,touch,,\n,6,,survey,9,nps\n";
    let columns = mixtouch::io::EventColumns::default().keep_all();
    let log = Events::from_csv(file.as_bytes(), columns).unwrap();
    assert_eq!((log.len(), log.cleaned_rows().unknown_others), (1, 1));
    // No surveys: nothing, said as such; no log: an error.
    let mut touches = Events::with_columns(["agent"]).keep_all();
    touches
        .push(Event::touch("ann", JANUARY, "tv").with_texts(&[""]))
        .unwrap();
    let voice = of(&touches).unwrap();
    assert!(
        voice.population == 0
            && voice
                .questions
                .iter()
                .all(|of| of.scores.overall.score.figure().is_none())
    );
    assert_eq!(
        of(&Events::new()).unwrap_err().to_string(),
        "the log is empty, expected: at least one row"
    );
    // All answers equal, and no contact before any: no test, and no width.
    let equal = of(&answers(&[
        ("ann", "ces", 4.0),
        ("bob", "ces", 4.0),
        ("cem", "nps", 10.0),
        ("dan", "nps", 10.0),
    ]))
    .unwrap();
    assert_eq!(
        equal.question("nps").unwrap().scores.overall.score.figure(),
        Some(100.0)
    );
    assert!(
        equal
            .questions
            .iter()
            .flat_map(|of| &of.comparisons)
            .all(|test| test.difference.is_none() && test.reason.is_some())
    );
    // Equal answers in both arms vary nowhere: the reason says so.
    let mut log = answers(&[
        ("ann", "ces", 4.0),
        ("bob", "ces", 4.0),
        ("cem", "ces", 4.0),
        ("dan", "ces", 4.0),
    ]);
    for (person, channel) in [
        ("ann", "tv"),
        ("bob", "tv"),
        ("cem", "tv"),
        ("cem", "web"),
        ("dan", "tv"),
        ("dan", "web"),
    ] {
        log.push(Event::touch(person, JANUARY - 9, channel).with_texts(&[""]))
            .unwrap();
    }
    let reason = find(
        &of(&log).unwrap().question("ces").unwrap().comparisons,
        Contrast::SeveralChannels,
    )
    .reason
    .clone();
    assert_eq!(
        reason.as_deref(),
        Some("variance of both arms is 0, expected: > 0 in at least one arm")
    );
    // Who served is stated nowhere, or in a column that is not there.
    let service = |columns| {
        ServiceTeams::new(
            &PersonTimelines::new(&log).unwrap(),
            &columns,
            &Questions::default(),
            &KpiOptions::default(),
        )
    };
    assert!(
        service(ServiceColumns::default())
            .unwrap_err()
            .to_string()
            .starts_with("the columns of who served is none")
    );
    assert!(
        service(ServiceColumns::default().with_team("team"))
            .unwrap_err()
            .to_string()
            .starts_with("no column \"team\"")
    );
    let nobody = service(
        ServiceColumns::default()
            .with_agent("agent")
            .with_tool("agent"),
    )
    .unwrap();
    assert!(
        nobody.agents.is_empty()
            && nobody.whole.overall.satisfaction.rate.is_none()
            && nobody.adopters.is_some_and(|of| of.rate.is_none())
    );
    let stray = KpiOptions::default().with_offline(mixtouch::kpi::OfflineChannels::new(["shop"]));
    let error = VoiceOfCustomer::new(
        &PersonTimelines::new(&log).unwrap(),
        &Questions::default(),
        &stray,
    )
    .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the list of offline channels names channel \"shop\""),
        "{error}"
    );
}

#[test]
fn shown_and_read_back() {
    let log = log();
    let (histories, grouping) = (quarter(&log), grouping());
    let voice = VoiceOfCustomer::new(&histories, &Questions::default(), &grouping).unwrap();
    let service =
        ServiceTeams::new(&histories, &columns(), &Questions::default(), &grouping).unwrap();
    let resolutions = CaseResolutions::new(&histories, &columns(), &grouping).unwrap();
    let carts = CartAbandonment::new(&histories, &CartOptions::default(), &grouping).unwrap();
    let shown = format!("{voice}{service}{resolutions}{carts}");
    for line in [
        "several channels (4) against one channel (4): +50.00 (95 % interval -109.49 to +209.49, p = 0.4691); of all tests p = 0.9382: undecided",
        "  one channel              4     0.0 (95 % interval -52.4 to 52.4, 4 answers)",
        "  yan            3             6         2          33.33 %  50.00 %    50.00 %    50.00 %",
        "  left out: 1 closed before they were opened, 1 never opened",
    ] {
        assert!(shown.contains(line), "{line}\nis not in\n{shown}");
    }
    assert!(!shown.contains("NaN") && !shown.contains("inf"));
    let json = serde_json::to_string(&voice).unwrap();
    assert_eq!(
        serde_json::from_str::<VoiceOfCustomer>(&json).unwrap(),
        voice
    );
    assert!(json.contains("\"net_promoter\":{\"promoters\":4"), "{json}");
    assert_eq!(
        serde_json::from_str::<ServiceTeams>(&serde_json::to_string(&service).unwrap()).unwrap(),
        service
    );
    assert_eq!(
        serde_json::from_str::<CaseResolutions>(&serde_json::to_string(&resolutions).unwrap())
            .unwrap(),
        resolutions
    );
    assert_eq!(
        serde_json::from_str::<CartAbandonment>(&serde_json::to_string(&carts).unwrap()).unwrap(),
        carts
    );
    assert_eq!(
        serde_json::from_str::<KpiOptions>(&serde_json::to_string(&grouping).unwrap()).unwrap(),
        grouping
    );
    assert!(serde_json::from_str::<KpiOptions>(r#"{"level": 2.0}"#).is_err());
}

/// Answers of persons who came by one channel or by two, satisfied with a chance that the use of
/// channels changes by `effect`.
fn surveyed(seed: u64, persons: u64, effect: f64) -> Events {
    let mut random = Random::new(seed);
    let mut log = Events::new().keep_all();
    for person in 0..persons {
        let several = random.chance(0.4);
        log.push(Event::touch(person, JANUARY, "web")).unwrap();
        if several {
            log.push(Event::touch(person, JANUARY + 60, "store"))
                .unwrap();
        }
        let score = (random.between(4.0, 11.0) + if several { effect } else { 0.0 })
            .floor()
            .clamp(0.0, 10.0);
        log.push(
            Event::of_kind(Kind::Survey, person, JANUARY + 120)
                .with_goal("nps")
                .with_value(score),
        )
        .unwrap();
        // who answers twice counts once in the test, with the later answer
        log.push(
            Event::of_kind(Kind::Survey, person, JANUARY + 90)
                .with_goal("nps")
                .with_value(0.0),
        )
        .unwrap();
    }
    log
}

#[test]
fn tests_hold_their_level_and_find_what_is_there() {
    let tested = |seed: u64, effect: f64| {
        let log = surveyed(seed, 200, effect);
        let voice = VoiceOfCustomer::new(
            &PersonTimelines::new(&log).unwrap(),
            &Questions::default(),
            &KpiOptions::default(),
        )
        .unwrap();
        find(
            &voice.question("nps").unwrap().comparisons,
            Contrast::SeveralChannels,
        )
        .clone()
    };
    // Scores 4 to 10 alike: promoters 2/7 less detractors 3/7. A point more: 3/7 less 2/7, a
    // difference of 200/7.
    for (effect, truth) in [(0.0, 0.0), (1.0, 200.0 / 7.0)] {
        let covered = (0..500).filter(|&seed| {
            let difference = tested(seed, effect).difference.unwrap();
            difference.interval.contains(truth)
        });
        let share = covered.count() as f64 / 500.0;
        assert!(
            (0.92..=0.98).contains(&share),
            "{share} of intervals hold {truth}"
        );
    }
    let findings: Vec<Finding> = (0..100).map(|seed| tested(seed, -2.0).finding).collect();
    assert!(
        findings
            .iter()
            .filter(|&&finding| finding == Finding::Worse)
            .count()
            > 95
    );
    assert!(!findings.contains(&Finding::Better));
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_in_any_order_of_persons() {
    let log = log();
    let mut rows: Vec<(Event<'_>, [&str; 4])> = Vec::new();
    for (row, event) in log.iter().enumerate() {
        rows.push((
            event,
            ["agent", "team", "tool", "device"].map(|column| log.text(row, column).unwrap()),
        ));
    }
    rows.reverse();
    let mut reversed = Events::with_columns(["agent", "team", "tool", "device"]).keep_all();
    rows.iter()
        .for_each(|(event, texts)| reversed.push(event.with_texts(texts)).unwrap());
    let reports = |log: &Events| {
        let (histories, grouping) = (quarter(log), grouping());
        serde_json::json!([
            VoiceOfCustomer::new(&histories, &Questions::default(), &grouping).unwrap(),
            ServiceTeams::new(&histories, &columns(), &Questions::default(), &grouping).unwrap(),
            CaseResolutions::new(&histories, &columns(), &grouping).unwrap(),
            CartAbandonment::new(&histories, &CartOptions::default(), &grouping).unwrap(),
        ])
    };
    let first = reports(&log).to_string();
    for threads in [1, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(
            pool.install(|| reports(&reversed)).to_string(),
            first,
            "{threads} threads"
        );
    }
}
