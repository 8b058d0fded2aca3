//! A person who is erased leaves no trace.

use super::*;
use proptest::prelude::*;

/// Rows and links that one number makes, of eight persons: each has a cookie, an account and a
/// card, and some have used the shop's tablet.
fn add(seed: usize, log: &mut IdentifiedEvents, links: &mut Links, consent: &mut Consent) {
    let (person, time) = (seed % 8, START + (seed * 911 % 5000) as i64);
    let of = |kind: &str| id(kind, &format!("{kind} of {person}"));
    let (order, value) = (format!("order {seed}"), seed as f64);
    let sale = Event::conversion(0, time)
        .with_order_id(&order)
        .with_value(value)
        .with_channel("shop");
    match seed % 5 {
        0 => log.push(sale, &[of("card")]).unwrap(),
        1 => log
            .push(
                Event::touch(0, time, "app").with_cost(1.0),
                &[of("cookie"), of("account")],
            )
            .unwrap(),
        2 => log
            .push(
                Event::touch(0, time, "app"),
                &[id("device", "tablet"), of("account")],
            )
            .unwrap(),
        3 => links
            .push(Link {
                left: of("card"),
                right: of("account"),
                time,
                confidence: 1.0,
            })
            .unwrap(),
        _ => consent
            .push(
                of("cookie"),
                "measurement",
                [2, 4, 8].contains(&(seed % 10)),
                time,
            )
            .unwrap(),
    }
}

fn resolved(log: &IdentifiedEvents, links: &Links) -> Identities {
    let mut resolver = Resolver::new(Rules::standard());
    resolver.add_links(links.clone());
    resolver.add_events(log);
    resolver.resolve().unwrap()
}

/// Where anonymous history does not join, a cookie's rows before its first link are nobody's; with
/// the cookie's holder they go too, as nothing of them would be left to tell whose they are.
#[test]
fn rows_that_name_the_person_alone_go_though_they_are_nobodys() {
    let (cookie, tablet, ann, bob) = (
        id("cookie", "c"),
        id("device", "t"),
        id("account", "ann"),
        id("account", "bob"),
    );
    let mut log = IdentifiedEvents::new();
    log.push(Event::touch(0, START, "app"), &[cookie]).unwrap();
    log.push(Event::touch(0, START + 1, "web"), &[cookie, tablet])
        .unwrap();
    log.push(Event::touch(0, START + 9, "app"), &[cookie, ann])
        .unwrap();
    log.push(Event::touch(0, START + 9, "app"), &[bob]).unwrap();
    let mut resolver = Resolver::new(Rules::standard().with_back_stitching(false));
    resolver.add_links(links([(cookie, ann, START + 5, 1.0)]));
    let identities = resolver.resolve().unwrap();
    assert_eq!(
        identities
            .erase(identities.person(ann, START), &mut log)
            .unwrap(),
        2
    );
    assert_eq!([log.identifiers(0), log.identifiers(1)], [[tablet], [bob]]);
    assert_eq!(
        identities
            .stitch(&log, mixtouch::identity::WithoutConsent::default())
            .unwrap()
            .events
            .len(),
        2
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_and_only_that_person(seeds in prop::collection::vec(0usize..1000, 0..60)) {
        let made = |keep: &dyn Fn(usize) -> bool| {
            let (mut log, mut links, mut consent) = (IdentifiedEvents::new(), Links::new(), Consent::new());
            seeds.iter().filter(|seed| keep(**seed)).for_each(|&seed| add(seed, &mut log, &mut links, &mut consent));
            (log, links, consent)
        };
        let (mut log, mut links, mut consent) = made(&|_| true);
        // all pieces of person 3, whether or not links connect them
        let found = resolved(&log, &links);
        for kind in ["account", "card", "cookie"] {
            let piece = id(kind, &format!("{kind} of 3"));
            let person = found.person(piece, START);
            found.erase(person, &mut log).unwrap();
            links.erase(&found.identifiers(person));
            consent.erase(&found.identifiers(person));
        }
        let (never_log, never_links, never_consent) = made(&|seed| seed % 8 != 3);
        prop_assert_eq!(format!("{log:?}"), format!("{never_log:?}"));
        prop_assert_eq!(&links, &never_links);
        let everybody = (0..8).map(|person| id("cookie", &format!("cookie of {person}")));
        for cookie in everybody {
            prop_assert_eq!(consent.is_granted(cookie, "measurement"), never_consent.is_granted(cookie, "measurement"));
        }
        prop_assert_eq!(format!("{:?}", resolved(&log, &links)), format!("{:?}", resolved(&never_log, &never_links)));
    }

    #[test]
    fn journeys_forget_too(seeds in prop::collection::vec((0u64..6, 0i64..100_000, 0usize..4), 0..60), person in 0u64..7, reuse: bool) {
        let log = |keep: &dyn Fn(u64) -> bool| {
            let mut log = mixtouch::Events::with_columns(["device"]);
            // somebody else sets the log's end and the channels
            for (channel, device) in [("tv", "phone"), ("app", "phone"), ("web", "laptop")] {
                log.push(Event::touch("zoe", 9_000_000, channel).with_texts(&[device])).unwrap();
            }
            for &(person, time, what) in seeds.iter().filter(|row| keep(row.0)) {
                let key = format!("person {person}");
                let event = match what {
                    3 => Event::conversion(&key, START % 100 + time).with_value(5.0),
                    _ => Event::touch(&key, START % 100 + time, ["tv", "app", "web"][what]),
                };
                log.push(event.with_texts(&[["phone", "laptop"][what % 2]])).unwrap();
            }
            log
        };
        let erased = format!("person {person}");
        for options in [
            JourneyOptions::default().with_reuse(reuse),
            JourneyOptions::default().with_reuse(reuse).with_transform(mixtouch::journeys::Transform::Last),
            JourneyOptions::default().with_segment("device"),
        ] {
            let mut journeys = Journeys::from_events(&log(&|_| true), options.clone()).unwrap();
            let never = Journeys::from_events(&log(&|other| other != person), options).unwrap();
            let before = journeys.len();
            let gone = journeys.erase(erased.as_str()).unwrap();
            prop_assert_eq!(before - gone, never.len());
            prop_assert_eq!(format!("{journeys:?}"), format!("{never:?}"));
        }
    }
}
