//! From identifiers to persons: by hand, by a plain reference, by laws, on a world whose persons
//! are known, and on bad input.

use mixtouch::attribution::rules::{LastTouch, Linear};
use mixtouch::identity::{
    Consent, HashKey, IdentifiedEvents, Identifier, IdentifierKind, Identities, Link, Links,
    Pseudonymiser, Resolver, Rule, Rules, WithoutConsent,
};
use mixtouch::{Event, JourneyOptions, Journeys, attribute};
use std::time::Duration;

mod erasure;
#[cfg(all(feature = "csv", feature = "time"))]
mod files;
mod reference;
mod world;

const START: i64 = 1_767_225_600;
const HOUR: i64 = 3600;

fn id(kind: &str, value: &str) -> Identifier {
    Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard())
        .identifier(kind, value)
        .unwrap()
}

fn links<const N: usize>(rows: [(Identifier, Identifier, i64, f64); N]) -> Links {
    let mut links = Links::new();
    rows.into_iter()
        .for_each(|(left, right, time, confidence)| {
            links
                .push(Link {
                    left,
                    right,
                    time,
                    confidence,
                })
                .unwrap()
        });
    links
}

fn resolve(rules: Rules, links: Links) -> Identities {
    let mut resolver = Resolver::new(rules);
    resolver.add_links(links);
    resolver.resolve().unwrap()
}

fn same(identities: &Identities, left: Identifier, right: Identifier) -> bool {
    identities.person(left, START) == identities.person(right, START)
}

/// The standard kinds with devices that are whoever's signed in for half an hour.
fn lent_devices(back_stitching: bool) -> Rules {
    let device = IdentifierKind::anonymous("device")
        .unwrap()
        .with_validity(Duration::from_secs(1800))
        .unwrap();
    let kinds = Rules::standard()
        .kinds()
        .map(|kind| {
            if kind.name() == "device" {
                device.clone()
            } else {
                kind.clone()
            }
        })
        .collect::<Vec<_>>();
    Rules::new(kinds)
        .unwrap()
        .with_back_stitching(back_stitching)
}

#[test]
fn a_chain_of_links_is_one_person() {
    let (cookie, account, mail, card) = (
        id("cookie", "c"),
        id("account", "ann"),
        id("e-mail", "a@x"),
        id("card", "1"),
    );
    let found = resolve(
        Rules::standard(),
        links([
            (cookie, account, 5, 1.0),
            (mail, account, 9, 1.0),
            (card, mail, 2, 1.0),
            (card, cookie, 3, 1.0),
        ]),
    );
    assert!(
        [cookie, mail, card]
            .iter()
            .all(|&other| same(&found, account, other)),
        "a cycle is no matter"
    );
    assert_eq!(
        (found.persons(), found.len(), found.largest().unwrap().1),
        (1, 4, 4)
    );
    assert_eq!(found.identifiers(found.person(card, 0)).len(), 4);
    assert!(
        !same(&found, account, id("account", "bob")),
        "somebody unknown is somebody else"
    );
}

#[test]
fn a_person_has_one_account_and_the_surest_link_wins() {
    let (card, ann, bob) = (id("card", "1"), id("account", "ann"), id("account", "bob"));
    let found = resolve(
        Rules::standard(),
        links([(card, bob, 1, 0.6), (card, ann, 9, 0.9)]),
    );
    assert!(
        same(&found, card, ann) && !same(&found, card, bob),
        "the surer one, though later"
    );
    let found = resolve(
        Rules::standard(),
        links([(card, ann, 9, 0.9), (card, bob, 1, 0.9)]),
    );
    assert!(same(&found, card, bob), "of equals the earlier");
    assert_eq!(
        (
            found.rejected_links().by(Rule::MostValues),
            found.rejected_links().total(),
            found.rejected_links().links
        ),
        (1, 1, 2)
    );
    let refused = &found.rejected_links().rules[0];
    assert_eq!(
        (refused.kind.as_deref(), refused.worst.len()),
        (Some("account"), 2)
    );
    assert!(
        refused
            .worst
            .iter()
            .any(|worst| worst.kind == "card" && worst.pseudonym == card.to_string())
    );
}

#[test]
fn ten_thousand_people_on_one_tablet_stay_apart() {
    let tablet = id("device", "till");
    let mut logins = Links::new();
    for person in 1..=10_000 {
        let (account, cookie) = (
            id("account", &person.to_string()),
            id("cookie", &person.to_string()),
        );
        logins
            .push(Link {
                left: tablet,
                right: account,
                time: START + person,
                confidence: 1.0,
            })
            .unwrap();
        logins
            .push(Link {
                left: cookie,
                right: account,
                time: START + person,
                confidence: 1.0,
            })
            .unwrap();
    }
    let found = resolve(Rules::standard(), logins.clone());
    assert_eq!(
        (found.persons(), found.largest().unwrap().1),
        (10_001, 2),
        "everybody with a cookie, and the tablet alone"
    );
    assert_eq!(found.rejected_links().by(Rule::MostPersons), 10_000);
    assert_eq!(
        found.rejected_links().rules[0].worst[0].pseudonym,
        tablet.to_string()
    );
    let melted = resolve(Rules::standard().without_guards(), logins);
    assert_eq!((melted.persons(), melted.largest().unwrap().1), (1, 20_001));
    assert_eq!(melted.rejected_links().total(), 0);
}

#[test]
fn a_lent_device_is_whoevers_signed_in() {
    let (tablet, ann, bob) = (
        id("device", "till"),
        id("account", "ann"),
        id("account", "bob"),
    );
    let (mail, cookie) = (id("e-mail", "ann@x"), id("cookie", "c"));
    let logins = || {
        links([
            (tablet, ann, START, 1.0),
            (tablet, bob, START + HOUR, 1.0),
            (mail, ann, START, 1.0),
            (tablet, cookie, 5, 1.0),
        ])
    };
    for back_stitching in [true, false] {
        let found = resolve(lent_devices(back_stitching), logins());
        let at = |time: i64| found.person(tablet, time);
        let (ann, bob) = (found.person(ann, 0), found.person(bob, 0));
        assert_eq!(
            (
                at(START),
                at(START + 1800),
                at(START + HOUR),
                at(START + HOUR + 1799)
            ),
            (ann, ann, bob, bob)
        );
        assert_ne!(ann, bob, "a device held by both joins nobody");
        assert_eq!(ann, found.person(mail, 0));
        // after the half hour it is nobody's, or the next one's, if that is near enough
        let nobody = at(START + 10 * HOUR);
        assert!(nobody != ann && nobody != bob);
        assert_eq!(at(START + 1801) == bob, back_stitching);
        assert_eq!(at(START - 1800) == ann, back_stitching);
        assert_eq!((at(START - 1801), at(START - HOUR)), (nobody, nobody));
    }
    let both = links([(tablet, id("device", "other"), START, 1.0)]);
    assert_eq!(
        resolve(lent_devices(true), both)
            .rejected_links()
            .by(Rule::Validity),
        1,
        "neither says who it is"
    );
}

#[test]
fn anonymous_history_joins_or_not() {
    let (cookie, ann) = (id("cookie", "c"), id("account", "ann"));
    let login = || links([(cookie, ann, START, 1.0), (cookie, ann, START + HOUR, 1.0)]);
    let found = resolve(Rules::standard(), login());
    assert_eq!(found.person(cookie, START - HOUR), found.person(ann, 0));
    let found = resolve(Rules::standard().with_back_stitching(false), login());
    assert_ne!(found.person(cookie, START - 1), found.person(ann, 0));
    assert_ne!(found.person(cookie, START - 1), found.person(cookie, START));
    assert_eq!(
        found.person(cookie, START),
        found.person(ann, 0),
        "and the account is the person's at any time"
    );
}

#[test]
fn weak_links_and_links_to_oneself_are_counted() {
    let (cookie, ann) = (id("cookie", "c"), id("account", "ann"));
    let rules = Rules::standard().with_confidence(0.5).unwrap();
    let found = resolve(rules, links([(cookie, ann, 1, 0.4999), (ann, ann, 1, 1.0)]));
    assert!(!same(&found, cookie, ann));
    let refused = found.rejected_links();
    assert_eq!(
        (
            refused.links,
            refused.self_links,
            refused.by(Rule::Confidence),
            refused.total()
        ),
        (2, 1, 1, 1)
    );
    assert!(refused.to_string().contains("confidence too low"));
}

#[test]
fn nothing_is_nobody() {
    let found = Resolver::new(Rules::standard()).resolve().unwrap();
    assert!(
        found.is_empty()
            && found.largest().is_none()
            && found.profiles(&IdentifiedEvents::new()).is_empty()
    );
    assert!(
        found
            .stitch(&IdentifiedEvents::new(), WithoutConsent::default())
            .unwrap()
            .events
            .is_empty()
    );
    // identifiers that no link names are persons of their own, the same each time
    assert_eq!(
        found.person(id("card", "1"), 5),
        found.person(id("card", "1"), 9)
    );
}

/// Ann sees an ad on the phone, opens the loyalty app there, and buys in the shop; bob buys there
/// without a history.
fn log() -> IdentifiedEvents {
    let mut log = IdentifiedEvents::new();
    let (phone, card) = (id("device", "phone"), id("card", "4711"));
    log.push(Event::touch(0, START, "instagram").with_cost(0.5), &[phone])
        .unwrap();
    log.push(Event::touch(0, START + HOUR, "app"), &[phone, card])
        .unwrap();
    log.push(
        Event::conversion(0, START + 9 * HOUR)
            .with_channel("shop")
            .with_value(80.0),
        &[card],
    )
    .unwrap();
    log.push(
        Event::conversion(0, START + 9 * HOUR)
            .with_channel("shop")
            .with_value(20.0),
        &[id("card", "9")],
    )
    .unwrap();
    log
}

#[test]
fn a_sale_in_the_shop_closes_the_journey_that_began_online() {
    let mut resolver = Resolver::new(Rules::standard());
    resolver.add_events(&log());
    let found = resolver.resolve().unwrap();
    let stitched = found.stitch(&log(), WithoutConsent::default()).unwrap();
    let journeys = Journeys::from_events(&stitched.events, JourneyOptions::default()).unwrap();
    let credits = attribute(&journeys, &Linear).unwrap();
    assert_eq!(
        (
            credits.channel("instagram").unwrap().value,
            credits.channel("app").unwrap().value
        ),
        (40.0, 40.0)
    );
    assert_eq!(credits.unattributed().value, 20.0);
    let profile = &found.profiles(&log())
        [usize::from(found.person(id("card", "9"), 0) < found.person(id("card", "4711"), 0))];
    assert_eq!(
        (
            profile.first_seen,
            profile.last_seen,
            profile.purchases,
            profile.value
        ),
        (START, START + 9 * HOUR, 1, 80.0)
    );
    assert_eq!(
        (
            profile.channels.len(),
            profile.devices,
            profile.identifiers["device"],
            profile.identifiers["card"]
        ),
        (2, 1, 1, 1)
    );
    assert_eq!(profile.key, found.person(id("card", "4711"), 0).key());
}

#[test]
fn consent_comes_before_linking() {
    let (phone, card) = (id("device", "phone"), id("card", "4711"));
    let resolved = |records: &[(Identifier, bool, i64)]| {
        let mut consent = Consent::new();
        records.iter().for_each(|&(id, granted, time)| {
            consent.push(id, "measurement", granted, time).unwrap()
        });
        let mut resolver = Resolver::new(Rules::standard())
            .with_consent(consent, "measurement")
            .unwrap();
        resolver.add_events(&log());
        resolver.resolve().unwrap()
    };
    let all = resolved(&[
        (phone, true, 1),
        (card, true, 1),
        (id("card", "9"), true, 1),
    ]);
    assert!(same(&all, phone, card) && all.rejected_links().total() == 0);
    // the card never agreed: no link, and of its rows nothing but totals
    let some = resolved(&[(phone, true, 1), (id("card", "9"), true, 1)]);
    assert!(!same(&some, phone, card));
    assert_eq!(some.rejected_links().by(Rule::Consent), 1);
    let totals = some.stitch(&log(), WithoutConsent::TotalsOnly).unwrap();
    let without = totals.without_consent;
    assert_eq!(
        (
            without.touches,
            without.conversions,
            without.value,
            totals.events.len()
        ),
        (1, 1, 80.0, 3)
    );
    let journeys = Journeys::from_events(&totals.events, JourneyOptions::default()).unwrap();
    assert_eq!(
        attribute(&journeys, &LastTouch)
            .unwrap()
            .unattributed()
            .value,
        100.0
    );
    let left = some.stitch(&log(), WithoutConsent::LeaveOut).unwrap();
    assert_eq!((left.events.len(), left.without_consent), (2, without));
    assert_eq!(
        some.profiles(&log()).len(),
        2,
        "the phone's and the other card's"
    );
    // what counts is the latest word, before or after the events
    let withdrawn = resolved(&[
        (phone, true, START),
        (card, true, START),
        (card, false, START + 99 * HOUR),
    ]);
    assert!(!same(&withdrawn, phone, card));
    let regained = resolved(&[
        (phone, true, 5),
        (card, false, 5),
        (card, true, START + 99 * HOUR),
    ]);
    assert!(same(&regained, phone, card));
    assert!(
        Resolver::new(Rules::standard())
            .with_consent(Consent::new(), "")
            .is_err()
    );
}

#[test]
fn what_touches_without_consent_cost_stays_spent() {
    let resolver = Resolver::new(Rules::standard())
        .with_consent(Consent::new(), "measurement")
        .unwrap();
    let stitched = resolver
        .resolve()
        .unwrap()
        .stitch(&log(), WithoutConsent::TotalsOnly)
        .unwrap();
    let mut builder = mixtouch::JourneyBuilder::new(JourneyOptions::default());
    builder.add_costs(&stitched.costs);
    builder.extend(&stitched.events).unwrap();
    let journeys = builder.build().unwrap();
    assert_eq!(
        (
            journeys.costs().unwrap().iter().sum::<f64>(),
            journeys.totals().value
        ),
        (0.5, 100.0)
    );
}

#[test]
fn raw_values_are_nowhere() {
    let (mail, card) = (id("e-mail", "ann@example.org"), id("card", "4711-0815"));
    let mut log = IdentifiedEvents::new();
    log.push(
        Event::touch("ann@example.org", START, "e-mail"),
        &[mail, card],
    )
    .unwrap();
    let mut resolver = Resolver::new(Rules::standard());
    resolver.add_events(&log);
    let found = resolver.resolve().unwrap();
    let printed = format!(
        "{log:?} {found:?} {:?}",
        found.stitch(&log, WithoutConsent::default()).unwrap()
    );
    assert!(!printed.contains("example.org") && !printed.contains("0815"));
}

#[test]
fn rows_without_identifiers_are_refused() {
    let error = IdentifiedEvents::new()
        .push(Event::touch(0, START, "tv"), &[])
        .unwrap_err()
        .to_string();
    assert_eq!(error, "row 1: identifiers is \"\", expected: at least one");
    let bad = IdentifiedEvents::new()
        .push(Event::touch(0, -1, "tv"), &[id("card", "1")])
        .unwrap_err()
        .to_string();
    assert!(bad.starts_with("row 1: timestamp"));
}
