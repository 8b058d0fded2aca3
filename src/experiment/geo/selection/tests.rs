//! Geo tests drawn from simulated pasts.

use crate::experiment::geo::{GeoSelection, GeoTest};
use crate::stats::ConfidenceLevel;
use crate::time::Day;
use crate::util::Random;

/// Twelve geos whose noise falls with their size, over 80 weeks.
fn panel(seed: u64) -> (Vec<Day>, Vec<(String, Vec<f64>)>) {
    let first = Day::from_calendar(2024, 1, 1).unwrap();
    let random = Random::new(seed);
    let outcomes = (0..12).map(|geo| {
        let mut stream = random.stream(geo);
        let size = 100.0 * 1.5_f64.powi(geo as i32);
        let noise = 0.5 / size.sqrt();
        let weeks = (0..80).map(|_| size * (1.0 + noise * stream.normal()));
        (format!("geo{geo}"), weeks.collect())
    });
    let outcomes = outcomes.collect();
    ((0..80).map(|week| first.plus(7 * week)).collect(), outcomes)
}

#[test]
fn the_smallest_effect_is_found_with_its_power() {
    let (days, outcomes) = panel(0);
    let candidates = GeoSelection::new(days, outcomes)
        .unwrap()
        .with_sizes([2])
        .with_lengths([6])
        .candidates()
        .unwrap();
    let best = &candidates[0];
    let effect = best.smallest_effect.unwrap();
    let treated: Vec<&str> = best.geos.iter().map(String::as_str).collect();
    let found = (1..=200).filter(|&seed| {
        let (days, mut outcomes) = panel(seed);
        for (name, values) in &mut outcomes {
            if treated.contains(&name.as_str()) {
                values[74..]
                    .iter_mut()
                    .for_each(|value| *value *= 1.0 + effect);
            }
        }
        let (start, end) = (days[74], days[79]);
        let test = GeoTest::new(days, outcomes, &treated, start, end).unwrap();
        let lift = test
            .difference_in_differences(ConfidenceLevel::P90)
            .unwrap();
        lift.interval.low() > 0.0
    });
    let power = found.count() as f64 / 200.0;
    assert!((0.65..=0.92).contains(&power), "{power} at {effect}");
}

#[test]
fn large_quiet_geos_find_smaller_effects() {
    let (days, outcomes) = panel(1);
    let selection = GeoSelection::new(days, outcomes).unwrap().with_sizes([1]);
    let candidates = selection.candidates().unwrap();
    assert_eq!(candidates.len(), 24, "12 geos, 2 lengths");
    let effects: Vec<f64> = candidates
        .iter()
        .filter_map(|c| c.smallest_effect)
        .collect();
    assert!(effects.is_sorted());
    let rank = |name: &str| candidates.iter().position(|c| c.geos == [name]).unwrap();
    assert!(rank("geo11") < rank("geo0"));
    let finds: u64 = candidates.iter().map(|c| c.false_finds.count).sum();
    let all: u64 = candidates.iter().map(|c| c.false_finds.population).sum();
    assert!(finds as f64 / (all as f64) < 0.2, "{finds} of {all}");
}

#[test]
fn spend_follows_from_the_return_and_is_limited() {
    let (days, outcomes) = panel(2);
    let selection = GeoSelection::new(days, outcomes)
        .unwrap()
        .with_sizes([1, 2])
        .with_return(4.0);
    let all = selection.candidates().unwrap();
    for candidate in &all {
        let spend = candidate.smallest_change.map(|change| change / 4.0);
        assert_eq!(candidate.spend, spend);
    }
    let most = all
        .iter()
        .filter_map(|c| c.spend)
        .fold(f64::INFINITY, f64::min)
        * 3.0;
    let some = selection
        .clone()
        .with_most_spend(most)
        .candidates()
        .unwrap();
    assert!(some.len() < all.len() && some.iter().all(|c| c.spend.unwrap() <= most));
    let none = selection.with_most_spend(0.0).candidates();
    assert!(
        none.unwrap_err()
            .to_string()
            .contains("most spend on a geo test is 0")
    );
}

#[test]
fn what_cannot_be_tried_is_refused() {
    let (days, outcomes) = panel(3);
    let selection = GeoSelection::new(days.clone(), outcomes.clone()).unwrap();
    assert!(selection.clone().with_sizes([11]).candidates().is_err());
    assert!(selection.clone().with_lengths([70]).candidates().is_err());
    assert!(selection.clone().with_power(1.0).candidates().is_err());
    assert!(selection.with_return(-1.0).candidates().is_err());
    assert!(GeoSelection::new(days, outcomes[..2].to_vec()).is_err());
}
