//! Nothing of an erased person is in a state file, in evidence or in reports: bytes are searched.

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::Linear;
use mixtouch::attribution::shapley::SetRateShapley;
use mixtouch::{Comparison, Event, Events, Fit, JourneyBuilder, JourneyOptions, PersonKey};

const START: i64 = 1_767_225_600;
const PERSON: &str = "zoe@example.org";
const ORDER: &str = "Z-4711-ORDER";

fn log(everybody: bool) -> Events {
    let mut log = Events::with_columns(["device"]).keep_returns();
    let mut push = |event: Event<'_>| log.push(event.with_texts(&["phone"])).unwrap();
    for at in 0..40_i64 {
        let bob = format!("bob {}", at % 7);
        push(Event::touch(&bob, START + 60 * at, ["tv", "search"][at as usize % 2]).with_cost(1.5));
        push(Event::touch((at % 5) as u64, START + 61 * at, "social"));
        if at % 3 == 0 {
            push(
                Event::conversion(&bob, START + 62 * at)
                    .with_value(5.0)
                    .with_order_id(&bob),
            );
        }
        if everybody {
            let sale = Event::conversion(PERSON, START + 63 * at).with_value(7.0);
            push(Event::touch(PERSON, START + 60 * at, "tv"));
            push(sale.with_order_id(ORDER));
            push(Event::touch(77_777_777_777, START + 60 * at, "search"));
        }
    }
    // somebody else sets when observation ends
    push(Event::touch("bob 1", START + 90_000, "social"));
    log
}

fn options() -> JourneyOptions {
    JourneyOptions::default()
        .with_segment("device")
        .with_net_of_returns(true)
}

fn builder(everybody: bool) -> JourneyBuilder {
    let mut builder = JourneyBuilder::new(options());
    builder.extend(&log(everybody)).unwrap();
    builder
}

fn has(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

fn state(builder: &JourneyBuilder) -> Vec<u8> {
    let mut state = Vec::new();
    builder.write_state(&mut state, &0_u32).unwrap();
    state
}

#[test]
fn a_builders_state_forgets_a_person() {
    let mut builder = builder(true);
    let before = state(&builder);
    let number = 77_777_777_777_u64.to_le_bytes();
    // the search finds what is there
    assert!(has(&before, PERSON.as_bytes()) && has(&before, ORDER.as_bytes()));
    assert!(builder.erase(PERSON) >= 40);
    assert_eq!(builder.erase(77_777_777_777_u64), 40);
    assert_eq!(builder.erase(PersonKey::Text("nobody")), 0);
    let after = state(&builder);
    for sought in [PERSON.as_bytes(), ORDER.as_bytes(), &number] {
        assert!(!has(&after, sought));
    }
    let (restored, _) = JourneyBuilder::read_state::<u32>(&after[..]).unwrap();
    assert_eq!(restored.kept(), self::builder(false).kept());
}

#[test]
fn what_follows_is_that_of_a_log_without_the_person() {
    let mut erased = builder(true);
    erased.erase(PERSON);
    erased.erase(77_777_777_777_u64);
    let (erased, never) = (erased.build().unwrap(), builder(false).build().unwrap());
    let json = |journeys| {
        let comparison = Comparison::new()
            .model("linear", Linear)
            .fit("time-to-event", AdditiveHazard::default());
        let table = comparison.run(journeys).unwrap();
        let hazard = AdditiveHazard::default().gather(journeys).unwrap();
        let sets = SetRateShapley.gather(journeys).unwrap();
        let evidence = serde_json::to_string(&(hazard, sets)).unwrap();
        (serde_json::to_string(&table).unwrap(), evidence)
    };
    assert_eq!(json(&erased), json(&never));
}

/// What a type holds as text, or its bytes as numbers, whichever way it is shown.
fn shows(shown: &str, sought: &str) -> bool {
    let numbers: Vec<String> = sought.bytes().map(|byte| byte.to_string()).collect();
    shown.contains(sought) || shown.contains(&numbers.join(", "))
}

#[test]
fn journeys_and_what_is_learned_from_them_forget_too() {
    let mut builder = JourneyBuilder::new(options().with_orders(true));
    builder.extend(&log(true)).unwrap();
    let mut journeys = builder.build().unwrap();
    let before = format!("{journeys:?}");
    // the search finds what is there
    let number = "77777777777";
    for sought in [PERSON, ORDER, number] {
        assert!(shows(&before, sought), "{sought}");
    }
    journeys.erase(PERSON).unwrap();
    journeys.erase(77_777_777_777_u64).unwrap();
    let hazard = AdditiveHazard::default().gather(&journeys).unwrap();
    let table = Comparison::new()
        .model("linear", Linear)
        .run(&journeys)
        .unwrap();
    let texts = [
        format!("{journeys:?}"),
        serde_json::to_string(&hazard).unwrap(),
        serde_json::to_string(&table).unwrap(),
    ];
    for text in texts {
        for sought in [PERSON, ORDER, number] {
            assert!(!shows(&text, sought), "{sought}");
        }
    }
    let mut events = log(true);
    assert!(shows(&format!("{events:?}"), PERSON));
    events.erase(PERSON);
    events.erase(77_777_777_777_u64);
    for sought in [PERSON, ORDER, number] {
        assert!(!shows(&format!("{events:?}"), sought), "{sought}");
    }
}

/// Of pseudonyms, in a log of identifiers, in links and in consent.
#[test]
fn logs_of_identifiers_links_and_consent_forget_too() {
    use mixtouch::identity::{
        Consent, HashKey, IdentifiedEvents, Link, Links, Pseudonymiser, Resolver, Rules,
    };
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    let id = |kind: &str, value: &str| hasher.identifier(kind, value).unwrap();
    let (cookie, zoe, bob) = (
        id("cookie", "c"),
        id("account", "zoe"),
        id("account", "bob"),
    );
    let mut log = IdentifiedEvents::new();
    for (time, channel, whose) in [
        (0, "her own channel", cookie),
        (1, "tv", zoe),
        (2, "tv", bob),
    ] {
        let touch = Event::touch(0, START + time, channel);
        log.push(touch, &[whose]).unwrap();
    }
    let mut links = Links::new();
    let link = Link {
        left: cookie,
        right: zoe,
        time: START,
        confidence: 1.0,
    };
    links.push(link).unwrap();
    let mut consent = Consent::new();
    for (whose, granted) in [(zoe, true), (cookie, false), (bob, true)] {
        consent.push(whose, "measurement", granted, START).unwrap();
    }
    let mut resolver = Resolver::new(Rules::standard());
    resolver.add_events(&log);
    resolver.add_links(links.clone());
    let identities = resolver.resolve().unwrap();
    let shown = |log: &IdentifiedEvents, links: &Links, consent: &Consent| {
        [
            format!("{log:?}"),
            format!("{links:?}"),
            format!("{consent:?}"),
        ]
    };
    let sought = [cookie, zoe].map(|identifier| identifier.to_string());
    // the search finds what is there
    for text in shown(&log, &links, &consent) {
        assert!(sought.iter().all(|sought| text.contains(sought)), "{text}");
    }
    assert!(shows(&format!("{log:?}"), "her own channel"));
    let person = identities.person(zoe, START);
    assert_eq!(identities.erase(person, &mut log).unwrap(), 2);
    links.erase(&identities.identifiers(person));
    consent.erase(&identities.identifiers(person));
    for text in shown(&log, &links, &consent) {
        assert!(!sought.iter().any(|sought| text.contains(sought)), "{text}");
        assert!(!shows(&text, "her own channel"), "{text}");
    }
    assert!(consent.is_granted(bob, "measurement"));
}
