//! Intervals of experiments.

use crate::random::Random;
use crate::{Case, Held, LEVEL, holds};
use mixtouch::experiment::{
    AlwaysValid, GeoTest, PersonTest, RelativeLift, Sample, SampleRatio, Uplift,
    compare_adjusted_means, compare_means, compare_proportions, compare_ratios,
};
use mixtouch::simulate::{SimulatedOpportunities, SimulatedPersonTest};
use mixtouch::stats::{Proportion, RatioSums};
use mixtouch::{Day, Result};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "SampleRatio, p > .05",
            "1,000 persons, halves as planned",
            "",
            sample_ratio,
        ),
        Case::new(
            "compare_proportions",
            "400 persons an arm, 5 % and 7 %",
            "",
            proportions,
        ),
        Case::new(
            "compare_means",
            "60 and 120 persons, skewed spend of unlike spread",
            "one spread for both",
            means,
        ),
        Case::new(
            "compare_adjusted_means",
            "80 persons an arm, past and present correlated by .7",
            "without the past",
            adjusted,
        ),
        Case::new(
            "AlwaysValid",
            "20 looks at 100 more persons an arm, no effect",
            "each look's own",
            always_valid,
        ),
        Case::new(
            "compare_ratios",
            "120 persons an arm, 1 to 12 sessions each",
            "by session",
            ratios,
        ),
        Case::new(
            "RelativeLift",
            "200 persons an arm, skewed spend, +10 %",
            "difference / control",
            relative,
        ),
        Case::new(
            "PersonLift",
            "1,000 persons from two logs, +20 %",
            "",
            person_lift,
        ),
        Case::new(
            "GeoLift by differences",
            "the 4 smallest of 24 geos, noise 1 / root of size",
            "",
            |seed| {
                Ok((
                    geo_test(seed)?
                        .difference_in_differences(LEVEL)?
                        .interval
                        .contains(0.0),
                    None,
                ))
            },
        ),
        Case::new(
            "GeoLift by synthetic control",
            "the same geos",
            "",
            |seed| {
                Ok((
                    geo_test(seed)?
                        .synthetic_control(LEVEL)?
                        .interval
                        .contains(0.0),
                    None,
                ))
            },
        ),
        Case::new(
            "Uplift where shown",
            "1,500 persons, 3 moments each, shown by history",
            "plain difference",
            uplift,
        ),
    ]
}

fn sample_ratio(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let first = (0..1_000).filter(|_| random.chance(0.5)).count() as u64;
    let ratio = SampleRatio::new(&[first, 1_000 - first], &[1.0, 1.0])?;
    Ok((ratio.p_value > 0.05, None))
}

fn proportions(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let [control, treatment] =
        [0.05, 0.07].map(|rate| (0..400).filter(|_| random.chance(rate)).count() as u64);
    let arms = (
        Proportion::new(control, 400)?,
        Proportion::new(treatment, 400)?,
    );
    let difference = compare_proportions(arms.0, arms.1, LEVEL)?;
    Ok((difference.interval.contains(0.02), None))
}

fn means(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let mut arm = |count: usize, shape: f64| -> Vec<f64> {
        (0..count).map(|_| random.gamma(shape) / shape).collect()
    };
    // both of mean 1, variances 2 and 0.25
    let (control, treatment) = (arm(60, 0.5), arm(120, 4.0));
    let squares = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
    };
    let pooled = (squares(&control) + squares(&treatment)) / 178.0;
    let arms = (
        Sample::from_values(&control)?,
        Sample::from_values(&treatment)?,
    );
    let welch = compare_means(arms.0, arms.1, LEVEL)?;
    let error = (pooled * (1.0 / 60.0 + 1.0 / 120.0)).sqrt();
    let usual = welch.estimate.abs() < 1.973 * error;
    Ok((welch.interval.contains(0.0), Some(usual)))
}

fn adjusted(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let mut arm = |lift: f64| -> Vec<(f64, f64)> {
        let pair = |_| {
            let past = random.normal();
            (
                past,
                lift + 0.7 * past + (1.0_f64 - 0.49).sqrt() * random.normal(),
            )
        };
        (0..80).map(pair).collect()
    };
    let (control, treatment) = (arm(0.0), arm(0.3));
    let adjusted = compare_adjusted_means(&control, &treatment, LEVEL)?;
    let present = |arm: &[(f64, f64)]| {
        Sample::from_values(&arm.iter().map(|pair| pair.1).collect::<Vec<f64>>())
    };
    let plain = compare_means(present(&control)?, present(&treatment)?, LEVEL)?;
    let usual = plain.interval.contains(0.3);
    Ok((adjusted.difference.interval.contains(0.3), Some(usual)))
}

fn always_valid(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let (mut control, mut treatment) = (Vec::new(), Vec::new());
    let (mut at_all, mut each) = (true, true);
    for _ in 0..20 {
        for _ in 0..100 {
            control.push(random.normal());
            treatment.push(random.normal());
        }
        let arms = (
            Sample::from_values(&control)?,
            Sample::from_values(&treatment)?,
        );
        let today = compare_means(arms.0, arms.1, LEVEL)?;
        at_all &= AlwaysValid::new(&today, 0.1)?.interval.contains(0.0);
        each &= today.interval.contains(0.0);
    }
    Ok((at_all, Some(each)))
}

fn ratios(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let mut arm = || -> Result<(RatioSums, Sample)> {
        let (mut sums, mut all) = (RatioSums::default(), Vec::new());
        for _ in 0..120 {
            let level = random.normal();
            let sessions = 1 + random.index(12);
            let values: Vec<f64> = (0..sessions).map(|_| level + random.normal()).collect();
            sums.add(values.iter().sum(), sessions as f64)?;
            all.extend(values);
        }
        Ok((sums, Sample::from_values(&all)?))
    };
    let (control, treatment) = (arm()?, arm()?);
    let by_person = compare_ratios(&control.0, &treatment.0, LEVEL)?;
    let by_session = compare_means(control.1, treatment.1, LEVEL)?;
    let usual = by_session.interval.contains(0.0);
    Ok((by_person.interval.contains(0.0), Some(usual)))
}

fn relative(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let mut arm = |factor: f64| {
        let spend = (0..200).map(|_| factor * random.gamma(0.4));
        Sample::from_values(&spend.collect::<Vec<f64>>())
    };
    let (control, treatment) = (arm(1.0)?, arm(1.1)?);
    let lift = RelativeLift::of_means(control, treatment, LEVEL)?;
    // the control taken for known
    let difference = compare_means(control, treatment, LEVEL)?.interval;
    let [low, high] = [difference.low(), difference.high()].map(|end| end / control.mean());
    Ok((holds(lift.interval, 0.1), Some((low..=high).contains(&0.1))))
}

fn person_lift(seed: u64) -> Result<Held> {
    let world = SimulatedPersonTest::new(1_000, 0.2, seed)?;
    let lift = PersonTest::new("withheld").lift(&world.assignments, &world.log)?;
    let truth = world.brought / lift.treatment.persons as f64;
    Ok((lift.conversions.interval.contains(truth), None))
}

fn geo_test(seed: u64) -> Result<GeoTest> {
    let random = Random::new(seed);
    let mut sizes: Vec<f64> = (0..24)
        .map(|geo| (1.2 * random.stream(geo).normal()).exp())
        .collect();
    sizes.sort_by(f64::total_cmp);
    let outcomes = sizes.iter().enumerate().map(|(geo, size)| {
        let mut stream = random.stream(1_000 + geo as u64);
        let noise = 0.05 / size.sqrt();
        let weeks = (0..32).map(|_| size * (1.0 + noise * stream.normal()));
        (format!("geo{geo}"), weeks.collect())
    });
    let first: Day = "2024-01-01".parse()?;
    let days: Vec<Day> = (0..32).map(|week| first.plus(7 * week)).collect();
    let (start, end) = (days[26], days[31].plus(6));
    let treated = ["geo0", "geo1", "geo2", "geo3"];
    GeoTest::new(days, outcomes.collect(), &treated, start, end)
}

fn uplift(seed: u64) -> Result<Held> {
    let world = SimulatedOpportunities::new(1_500, seed)?;
    let report = Uplift::default().report(&world.log)?;
    let ad = report.channel("retargeting");
    let effect = ad.and_then(|ad| ad.effect_on_shown);
    let truth = world.brought / world.shown as f64;
    let plain = ad.and_then(|ad| ad.plain_difference).zip(effect);
    let usual =
        plain.is_some_and(|(plain, effect)| (plain - truth).abs() < 1.96 * effect.standard_error);
    Ok((
        holds(effect.map(|effect| effect.interval), truth),
        Some(usual),
    ))
}
