use super::*;
use crate::attribution::rules::{LastTouch, Linear};
use crate::event::{Event, Events};
use crate::journeys::{JourneyOptions, Lookback};
use proptest::prelude::*;

const CHANNELS: [&str; 4] = ["tv", "search", "social", "rare"];

/// Journeys are cut as differential privacy asks for, and end where no row says.
fn options() -> JourneyOptions {
    JourneyOptions::default()
        .with_unique_orders(false)
        .with_drop_censored(true)
        .with_observation_end(150)
        .with_lookback(Lookback::days(60.0 / 86_400.0).unwrap())
}

/// Rows of person, second and channel; a conversion where the channel is none of them, of an order
/// that every second person has too.
fn journeys(rows: &[(u64, i64, usize)], without: Option<u64>) -> Journeys {
    Journeys::from_events(&log(rows, without), options()).unwrap()
}

fn log(rows: &[(u64, i64, usize)], without: Option<u64>) -> Events {
    let mut log = Events::new();
    for &(person, time, what) in rows.iter().filter(|row| Some(row.0) != without) {
        let order = format!("T-{}", person % 2);
        let event = match CHANNELS.get(what) {
            Some(channel) => Event::touch(person, time, channel),
            None => Event::conversion(person, time).with_order_id(&order),
        };
        log.push(event).unwrap();
    }
    log
}

/// Half to a baseline, the rest to the first touch.
struct Half;

impl AttributionModel for Half {
    fn has_baseline(&self) -> bool {
        true
    }

    fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
        weights[0] = 1.0;
        1.0
    }
}

fn sums(
    journeys: &Journeys,
    model: &dyn AttributionModel,
    privacy: DifferentialPrivacy,
) -> (Vec<i64>, Vec<i64>) {
    let listed = Listed::new(["tv", "search"], journeys.channels()).unwrap();
    let persons = journeys.accumulate(|| Persons::new(&listed, privacy));
    (
        credited(journeys, model, &listed, privacy).unwrap(),
        persons.unwrap().counts,
    )
}

fn moved(left: &[i64], right: &[i64]) -> u64 {
    left.iter()
        .zip(right)
        .map(|(left, right)| left.abs_diff(*right))
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The bound that the noise is made for: no person moves the sums by more.
    #[test]
    fn a_person_moves_sums_by_no_more_than_the_bounds(
        rows in prop::collection::vec((0u64..5, 0i64..100, 0usize..7), 0..80),
        most_conversions in 0.5..4.0,
        most_channels in 1u32..4,
    ) {
        let privacy = DifferentialPrivacy::new(1.0).unwrap()
            .with_most_conversions(most_conversions)
            .with_most_channels(most_channels);
        let all = journeys(&rows, None);
        for model in [&Linear as &dyn AttributionModel, &Half] {
            let (credit, persons) = sums(&all, model, privacy);
            for person in 0..5 {
                let (without, others) = sums(&journeys(&rows, Some(person)), model, privacy);
                prop_assert!(moved(&credit, &without) <= STEPS as u64);
                prop_assert!(moved(&persons, &others) <= u64::from(most_channels));
            }
        }
    }
}

/// The accounting: what is seen with a person is seen without at e^epsilon times less at least. The
/// heaviest person there can be is there or not, and a reader knows everybody else.
#[test]
fn a_report_is_as_likely_without_any_person_up_to_epsilon() {
    let mut rows: Vec<(u64, i64, usize)> = (1..4).map(|person| (person, 5, 0)).collect();
    for at in 0..6 {
        rows.push((0, 10 * at, 0));
        rows.push((0, 10 * at + 1, 9));
    }
    let (with, without) = (journeys(&rows, None), journeys(&rows, Some(0)));
    let epsilon = 1.0;
    let privacy = DifferentialPrivacy::new(epsilon)
        .unwrap()
        .with_most_channels(1);
    let shares = |journeys: &Journeys| {
        let mut counts = [0_u32; 3];
        for key in 0..6_000_u32 {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&key.to_le_bytes());
            let key = NoiseKey::new(bytes).for_release("a");
            let credits = PrivateCredits::new(journeys, &Linear, ["tv"], privacy, &key).unwrap();
            let row = credits.channels().next().unwrap();
            counts[0] += u32::from(row.conversions > 0.5);
            counts[1] += u32::from(row.persons >= 4);
            counts[2] += u32::from(row.conversions > 0.5 && row.persons >= 4);
        }
        counts.map(|count| f64::from(count) / 6_000.0)
    };
    let (with, without) = (shares(&with), shares(&without));
    let allowed = [epsilon / 2.0, epsilon / 2.0, epsilon];
    for ((with, without), allowed) in with.iter().zip(without).zip(allowed) {
        let ratio = (with / without).ln();
        assert!(ratio < allowed + 0.1, "{with} against {without}");
        // and the noise is no larger than it has to be
        assert!(ratio > 0.3 * allowed, "{with} against {without}");
    }
}

#[test]
fn figures_are_near_the_truth_and_add_up() {
    let rows: Vec<(u64, i64, usize)> = (0..20_000)
        .flat_map(|person| [(person, 5, (person % 4) as usize), (person, 9, 9)])
        .collect();
    let journeys = journeys(&rows, None);
    let privacy = DifferentialPrivacy::new(1.0).unwrap();
    let key = NoiseKey::new([3; 32]);
    let credits = PrivateCredits::new(&journeys, &Linear, ["tv", "none"], privacy, &key).unwrap();
    let rows: Vec<&PrivateCredit> = credits.channels().collect();
    let (off, persons) = (
        credits.conversions_within(0.9999),
        credits.persons_within(0.9999),
    );
    for (row, truth) in rows.iter().zip([5_000.0, 0.0, 15_000.0]) {
        assert!((row.conversions - truth).abs() < off, "{row:?}");
        assert!((row.persons as f64 - truth).abs() < persons, "{row:?}");
    }
    assert!((credits.total() - 20_000.0).abs() < 5.0 * off);
    // asking again tells nothing new
    let again = PrivateCredits::new(&journeys, &Linear, ["tv", "none"], privacy, &key).unwrap();
    assert_eq!(credits, again);
    assert!(
        credits
            .to_string()
            .starts_with("credit and persons by channel with noise of epsilon 1")
    );
}

#[test]
fn lists_and_journeys_are_checked() {
    let journeys = journeys(&[(1, 5, 0), (1, 6, 9)], None);
    let (privacy, key) = (
        DifferentialPrivacy::new(1.0).unwrap(),
        NoiseKey::new([3; 32]),
    );
    let error = |channels: &[&str]| {
        let list = channels.iter().copied();
        PrivateCredits::new(&journeys, &Linear, list, privacy, &key)
            .unwrap_err()
            .to_string()
    };
    assert!(error(&["tv", "tv"]).contains("each channel once"));
    assert!(error(&["(other)"]).contains("each channel once"));
    let mut paths = crate::journeys::PathTable::new();
    paths
        .push(["a"], crate::journeys::Outcome::new(1.0, 0.0, 1.0).unwrap())
        .unwrap();
    let paths = paths.journeys().unwrap();
    let error = PrivateCredits::new(&paths, &Linear, ["a"], privacy, &key).unwrap_err();
    assert!(error.to_string().contains("needs persons"), "{error}");
}

/// What was wrong: the same figures had the same noise today as yesterday, so that a reader saw that
/// nobody came between, and saw at once when somebody did.
#[test]
fn equal_figures_of_two_releases_are_not_equal() {
    let journeys = journeys(&[(1, 5, 0), (1, 6, 9), (2, 5, 1), (2, 6, 9)], None);
    let privacy = DifferentialPrivacy::new(0.01).unwrap();
    let key = NoiseKey::new([3; 32]);
    let report = |label: &str, model: &dyn AttributionModel, channels: [&str; 2]| {
        PrivateCredits::new(&journeys, model, channels, privacy, &key.for_release(label)).unwrap()
    };
    let monday = report("monday", &Linear, ["tv", "search"]);
    assert_eq!(monday, report("monday", &Linear, ["tv", "search"]));
    let figures = |credits: &PrivateCredits| {
        let rows = credits.channels();
        rows.map(|row| (row.conversions, row.persons))
            .collect::<Vec<_>>()
    };
    for other in [
        report("tuesday", &Linear, ["tv", "search"]),
        // every journey has one touch: the same credit, by another model
        report("monday", &LastTouch, ["tv", "search"]),
        // no one touched either: the same figures, by other names
        report("monday", &Linear, ["tv", "fax"]),
    ] {
        assert_ne!(figures(&monday), figures(&other));
    }
    let names = |name: &str| figures(&report("monday", &Linear, ["tv", name]));
    assert_ne!(names("fax"), names("telex"));
}

#[test]
fn journeys_that_others_rows_move_are_refused() {
    // Ann's order id is Bob's too, and comes first: his conversion is gone because of her
    let rows = [(0, 5, 0), (2, 6, 9), (0, 4, 9)];
    let error = |options: JourneyOptions| {
        let journeys = Journeys::from_events(&log(&rows, None), options).unwrap();
        let (privacy, key) = (
            DifferentialPrivacy::new(1.0).unwrap(),
            NoiseKey::new([3; 32]),
        );
        PrivateCredits::new(&journeys, &Linear, ["tv"], privacy, &key)
            .map_err(|error| error.to_string())
    };
    let text = error(JourneyOptions::default()).unwrap_err();
    assert!(text.contains("unique orders is set, expected"), "{text}");
    let text = error(options().with_net_of_returns(true)).unwrap_err();
    assert!(text.contains("net of returns"), "{text}");
    let open = JourneyOptions::default().with_unique_orders(false);
    let text = error(open.clone().with_drop_censored(true)).unwrap_err();
    assert!(text.contains("with_observation_end"), "{text}");
    assert!(error(open).is_ok() && error(options()).is_ok());
}
