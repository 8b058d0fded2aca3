//! Figures about journeys, customers and tests.

use super::models::of_counts;
use super::{Saved, saved};
use crate::promises::{shown, told};
use crate::samples::{self, JOURNEYS};
use mixtouch::attribution::rules::LastTouch;
use mixtouch::experiment::{Sample, compare_means};
use mixtouch::identity::PairCounts;
use mixtouch::journeys::CountedJourneys;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::customers::lifetime::{BgNbd, Customer, GammaGamma, RepeatSpend};
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::kpi::journeys::{ConversionCounts, PathLengths};
use mixtouch::kpi::map::{MapCounts, PathCounts, Steps};
use mixtouch::stats::{ConfidenceLevel, Spell, Survival};

pub(super) fn all() -> Vec<Saved> {
    let log = samples::log();
    let options = DashboardOptions::default().with_model_name("last-touch");
    let dashboard = Dashboard::new(&log, &JOURNEYS, &LastTouch, &options).unwrap();
    let channels = JOURNEYS.channels().clone();
    let pairs = PairCounts::new(&[1, 1, 2, 3], &[1, 1, 1, 2]).unwrap();
    let spells = [Spell::ended(3.0), Spell::open(5.0), Spell::ended(8.0)];
    let survival = Survival::from_spells(spells, "days", ConfidenceLevel::P95);
    let steps = || Steps::channels(JOURNEYS.channels());
    vec![
        saved(&dashboard, |dashboard: Dashboard| {
            shown(&dashboard.to_string())
        }),
        saved(&JOURNEYS.counted().unwrap(), |loaded: CountedJourneys| {
            let mut whole = JOURNEYS.counted().unwrap();
            if let Err(error) = whole.merge(&loaded) {
                told(&error);
            }
            let lengths = JOURNEYS.accumulate(PathLengths::default).unwrap();
            let _ = lengths.report(&loaded, &KpiOptions::default());
        }),
        saved(&pairs, |pairs: PairCounts| {
            let shares = [pairs.precision(), pairs.recall()];
            assert!(
                shares.iter().all(|share| !share.is_infinite()),
                "{shares:?}"
            );
        }),
        saved(
            &Customer::new(3, 40.0, 60.0).unwrap(),
            |customer: Customer| {
                let model = BgNbd::new(0.3, 4.0, 0.8, 2.5).unwrap();
                assert!((0.0..=1.0).contains(&model.probability_alive(&customer)));
                match model.expected_purchases(&customer, 30.0) {
                    Ok(expected) => assert!(expected.is_finite()),
                    Err(error) => told(&error),
                }
            },
        ),
        saved(&BgNbd::new(0.3, 4.0, 0.8, 2.5).unwrap(), |model: BgNbd| {
            let customer = Customer::new(3, 40.0, 60.0).unwrap();
            assert!((0.0..=1.0).contains(&model.probability_alive(&customer)));
        }),
        saved(
            &RepeatSpend::new(3, 20.0).unwrap(),
            |spend: RepeatSpend| match GammaGamma::new(6.0, 4.0, 16.0)
                .unwrap()
                .expected_value(Some(&spend))
            {
                Ok(value) => assert!(value.is_finite()),
                Err(error) => told(&error),
            },
        ),
        saved(&survival, |survival: Survival| {
            let median = survival.quantile(0.5);
            assert!(median.is_none_or(f64::is_finite), "{median:?}");
        }),
        saved(&Sample::new(30, 2.0, 1.5).unwrap(), |sample: Sample| {
            let other = Sample::new(40, 1.0, 2.5).unwrap();
            match compare_means(other, sample, ConfidenceLevel::P95) {
                Ok(difference) => shown(&difference.to_string()),
                Err(error) => told(&error),
            }
        }),
        of_counts(PathLengths::default),
        of_counts(move || ConversionCounts::new(&channels)),
        of_counts(move || MapCounts::new(steps())),
        of_counts(move || PathCounts::new(&steps())),
    ]
}
