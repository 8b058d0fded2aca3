use super::*;
use crate::attribution::rules::Linear;
use crate::event::{Event, Events};
use crate::journeys::JourneyOptions;
use proptest::prelude::*;

const CHANNELS: [&str; 4] = ["tv", "search", "social", "rare"];

/// Rows of person, second and channel; a conversion where the channel is none of them.
fn journeys(rows: &[(u64, i64, usize)], without: Option<u64>) -> Journeys {
    let mut log = Events::new();
    for &(person, time, what) in rows.iter().filter(|row| Some(row.0) != without) {
        let event = match CHANNELS.get(what) {
            Some(channel) => Event::touch(person, time, channel),
            None => Event::conversion(person, time),
        };
        log.push(event).unwrap();
    }
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

fn sums(journeys: &Journeys, privacy: DifferentialPrivacy) -> (Vec<i64>, Vec<i64>) {
    let listed = Listed::new(["tv", "search"], journeys.channels()).unwrap();
    let persons = journeys.accumulate(|| Persons::new(&listed, privacy));
    (
        credited(journeys, &Linear, &listed, privacy).unwrap(),
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
        let (credit, persons) = sums(&journeys(&rows, None), privacy);
        for person in 0..5 {
            let (without, others) = sums(&journeys(&rows, Some(person)), privacy);
            prop_assert!(moved(&credit, &without) <= STEPS as u64);
            prop_assert!(moved(&persons, &others) <= u64::from(most_channels));
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
            let key = NoiseKey::new(bytes);
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
