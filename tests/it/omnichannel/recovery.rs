//! What is planted in the simulated customers is found again, where everybody is known.

use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::OfflineChannels;
use mixtouch::kpi::PersonTimelines;
use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
use mixtouch::kpi::journeys::Contrast;
use mixtouch::kpi::service::{
    AnswerFigures, CaseResolutions, Questions, ServiceColumns, ServiceTeams, VoiceOfCustomer,
};
use mixtouch::kpi::spend::EmailRates;
use mixtouch::simulate::customers::Customers;
use mixtouch::stats::{Interval, Proportion};
use mixtouch::time::TimeRange;
use mixtouch::{Events, Kind};

use super::{APRIL, DAY, JANUARY};

/// All rows, and those of contacts: e-mails that only arrived are none.
fn logs(persons: u64) -> (Events, Events) {
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    let log = Customers::new(persons, 11, &hasher)
        .unwrap()
        .known()
        .unwrap();
    let (contacts, _) =
        log.retained(|event| event.channel() != Some("e-mail") || event.interaction().is_some());
    (log, contacts)
}

/// Within three standard errors of the truth, by an interval of 95 %.
#[track_caller]
fn assert_recovered(what: &str, got: f64, low: f64, high: f64, truth: f64) {
    let error = (high - low) / (2.0 * 1.959_964);
    assert!(
        (got - truth).abs() < 3.0 * error,
        "{what}: {got} ({low} to {high}), not {truth}"
    );
}

#[track_caller]
fn assert_rate(what: &str, rate: &Proportion, truth: f64) {
    let interval = rate.interval.unwrap();
    assert_recovered(
        what,
        rate.rate.unwrap(),
        interval.low(),
        interval.high(),
        truth,
    );
}

fn interval(figures: &AnswerFigures) -> Interval {
    use mixtouch::kpi::service::Score::*;
    match figures.score {
        NetPromoter(score) => score.interval,
        Satisfaction(rate) => rate.interval,
        Effort(mean) | Consistency(mean) => mean.interval,
        _ => None,
    }
    .unwrap()
}

fn columns() -> ServiceColumns {
    ServiceColumns::default()
        .with_agent("agent")
        .with_team("team")
        .with_tool("tool")
}

fn grouping() -> KpiOptions {
    KpiOptions::default().with_offline(OfflineChannels::new(["store"]))
}

#[test]
fn several_channels_please_and_hand_overs_hurt_as_much_as_planted() {
    let (_, contacts) = logs(25_000);
    let histories = PersonTimelines::new(&contacts).unwrap();
    let voice = VoiceOfCustomer::new(&histories, &Questions::default(), &grouping()).unwrap();
    let [one_channel, one_hand_over, more] = Customers::NET_PROMOTER;
    let nps = voice.question("nps").unwrap();
    let group = nps.scores.group("one channel").unwrap();
    assert_recovered(
        "one channel",
        group.score.figure().unwrap(),
        interval(group).low(),
        interval(group).high(),
        one_channel,
    );
    let of = |question: &str, contrast: Contrast| {
        voice
            .question(question)
            .unwrap()
            .comparisons
            .iter()
            .find(|of| of.contrast == contrast)
            .cloned()
            .unwrap()
    };
    let handoffs = of("nps", Contrast::MoreHandoffs);
    let difference = handoffs.difference.unwrap();
    assert_recovered(
        "hand-overs",
        difference.estimate,
        difference.interval.low(),
        difference.interval.high(),
        more - one_hand_over,
    );
    // those with several channels are so many with one hand-over and so many with more
    let persons = (
        handoffs.control_persons as f64,
        handoffs.treatment_persons as f64,
    );
    let several = (persons.0 * one_hand_over + persons.1 * more) / (persons.0 + persons.1);
    let difference = of("nps", Contrast::SeveralChannels).difference.unwrap();
    assert_recovered(
        "several channels",
        difference.estimate,
        difference.interval.low(),
        difference.interval.high(),
        several - one_channel,
    );
    let consistency = of("consistency", Contrast::MoreHandoffs)
        .difference
        .unwrap();
    let truth = Customers::CONSISTENCY[2] - Customers::CONSISTENCY[1];
    assert_recovered(
        "consistency",
        consistency.estimate,
        consistency.interval.low(),
        consistency.interval.high(),
        truth,
    );
}

#[test]
fn cases_of_two_teams_take_longer_and_please_less_as_planted() {
    let (_, contacts) = logs(25_000);
    let histories = PersonTimelines::new(&contacts).unwrap();
    let service =
        ServiceTeams::new(&histories, &columns(), &Questions::default(), &grouping()).unwrap();
    let joint = service
        .comparisons
        .iter()
        .find(|of| of.contrast == Contrast::JointCase)
        .unwrap()
        .difference
        .unwrap();
    let [alone, two] = Customers::SATISFIED;
    assert_recovered(
        "satisfaction",
        joint.estimate,
        joint.interval.low(),
        joint.interval.high(),
        two - alone,
    );
    // the last agent of each of the three teams does without, the others use the tool in 6 of 10
    // contacts
    assert_eq!(
        service.adopters.map(|rate| (rate.count, rate.population)),
        Some((9, 12))
    );
    let ada = service.agent("ada").unwrap().overall.tool.unwrap();
    assert_rate("the tool", &ada, 0.6);
    assert_eq!(service.agent("lev").unwrap().overall.tool.unwrap().count, 0);
    let resolutions = CaseResolutions::new(&histories, &columns(), &grouping()).unwrap();
    // the time by which a share of cases is resolved, of both kinds together
    let lasts = |hours: f64| {
        let [alone, two] = Customers::HOURS.map(|mean| (-hours / mean).exp());
        (1.0 - Customers::JOINT) * alone + Customers::JOINT * two
    };
    let quantile = |share: f64| {
        let (mut low, mut high) = (0.0, 1_000.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            *(if lasts(middle) > 1.0 - share {
                &mut low
            } else {
                &mut high
            }) = middle;
        }
        low
    };
    for found in &resolutions.cases.overall.hours.quantiles {
        assert_recovered(
            "hours",
            found.value.unwrap(),
            found.limits.low.unwrap(),
            found.limits.high.unwrap(),
            quantile(found.probability),
        );
    }
    assert_rate(
        "joint cases",
        &resolutions.cases.overall.joint,
        Customers::JOINT,
    );
    let voice = VoiceOfCustomer::new(&histories, &Questions::default(), &grouping()).unwrap();
    let effort = &voice.question("ces").unwrap().scores.overall;
    let [alone, two] = Customers::EFFORT;
    let truth = alone + Customers::JOINT * (two - alone);
    assert_recovered(
        "effort",
        effort.score.figure().unwrap(),
        interval(effort).low(),
        interval(effort).high(),
        truth,
    );
}

#[test]
fn carts_newsletters_and_returns_are_as_planted() {
    let (log, contacts) = logs(25_000);
    let carts = CartAbandonment::new(
        &PersonTimelines::new(&contacts).unwrap(),
        &CartOptions::default(),
        &KpiOptions::default(),
    )
    .unwrap();
    for (group, truth) in ["phone", "laptop"].into_iter().zip(Customers::ABANDONED) {
        assert_rate(group, &carts.group(group).unwrap().abandoned, truth);
    }
    // twelve whole weeks; the thirteenth is cut short
    let weeks = TimeRange::new(JANUARY, JANUARY + 84 * DAY).unwrap();
    let mails = EmailRates::new(
        &PersonTimelines::new(&log).unwrap(),
        "e-mail",
        Some("campaign"),
        &KpiOptions::default().with_range(weeks),
    )
    .unwrap();
    let [opened, clicked] = Customers::OPENED_AND_CLICKED;
    assert_rate("opened", &mails.opened, opened);
    assert_rate("clicked", &mails.clicked, clicked);
    // of purchases that have two weeks left
    let due: Vec<&str> = log
        .iter()
        .filter(|event| event.kind() == Kind::Conversion && event.time() < APRIL - 14 * DAY)
        .map(|sale| sale.order_id().unwrap())
        .collect();
    let back: std::collections::BTreeSet<&str> = log
        .iter()
        .filter(|event| event.kind() == Kind::Return)
        .map(|event| event.order_id().unwrap())
        .collect();
    let returned = due.iter().filter(|order| back.contains(*order)).count();
    assert_rate(
        "returned",
        &Proportion::new(returned as u64, due.len() as u64).unwrap(),
        Customers::RETURNED,
    );
}
