//! Whether a geo test's counterfactual fits before the test.

use crate::experiment::GeoCourse;
use crate::pages::words;
use crate::report::html::{Check, Verdict};
use crate::stats::normal;

/// The fewest periods before a test of which it is said how well they fit.
const FEWEST: usize = 8;
/// Noise that lasts as long by chance less often than this is a misfit.
const CHANCE: f64 = 0.01;

/// How far outcome and counterfactual are apart before a test.
struct Misfit {
    /// The mean distance and the largest over as many periods as the test has, as shares of what was to
    /// be expected.
    mean: f64,
    most: f64,
    /// The root of the mean square in units of the noise from one period to the next.
    times: f64,
    /// How often noise alone lasts so long: one-sided, by von Neumann's ratio.
    p_value: f64,
}

impl Misfit {
    /// None of few periods, or where nothing was to be expected or nothing moved.
    fn new(course: &GeoCourse) -> Option<Self> {
        let before = course.periods().iter().filter(|period| !period.in_test);
        let (gaps, expected): (Vec<f64>, Vec<f64>) = before
            .map(|period| (period.outcome - period.expected, period.expected))
            .unzip();
        let count = gaps.len();
        let length = (course.periods().len() - count).clamp(1, count.max(1));
        let steps: f64 = gaps
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).powi(2))
            .sum();
        let squares: f64 = gaps.iter().map(|gap| gap * gap).sum();
        let whole: f64 = expected.iter().sum();
        if count < FEWEST || whole <= 0.0 || steps <= 0.0 {
            return None;
        }
        let n = count as f64;
        // 2 of noise without a memory, less where gaps last
        let ratio = (steps / (n - 1.0)) / (squares / n);
        let error = ((n - 2.0) / (n * n - 1.0)).sqrt();
        let stretches = gaps.windows(length).zip(expected.windows(length));
        let off = stretches.map(|(gaps, all)| gaps.iter().sum::<f64>() / all.iter().sum::<f64>());
        Some(Self {
            mean: gaps.iter().map(|gap| gap.abs()).sum::<f64>() / whole,
            most: off.map(f64::abs).fold(0.0, f64::max),
            times: (2.0 / ratio).sqrt(),
            p_value: 1.0 - normal::below((1.0 - ratio / 2.0) / error),
        })
    }
}

/// Whether the counterfactual misses the outcome before the test by more than noise.
pub(crate) fn fit_before(name: &str, course: &GeoCourse) -> Option<Check> {
    let misfit = Misfit::new(course)?;
    let mean = words::percent(misfit.mean);
    if misfit.p_value >= CHANCE {
        let text = format!(
            "{name}: before the test the counterfactual is off by {mean} in the mean, no more than its \
             noise"
        );
        return Some(Check::new(Verdict::Good, text));
    }
    let text = format!(
        "{name}: before the test the counterfactual is off by {mean} in the mean, {} times its noise from \
         one period to the next, and by up to {} over as many periods as the test has",
        words::short(misfit.times),
        words::percent(misfit.most)
    );
    let action = "Compare with geos that share the treated geos' season and trend, or more of them; until \
                  then an effect no larger than that may be the misfit alone.";
    Some(Check::new(Verdict::Watch, text).with_action(action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::GeoTest;
    use crate::stats::ConfidenceLevel;
    use crate::time::Day;
    use crate::util::Random;

    /// What is said of a test in which the treated geo has a season of its own of so much.
    fn verdict(seed: u64, season: f64) -> Verdict {
        let mut random = Random::new(seed);
        let first: Day = "2024-01-01".parse().unwrap();
        let days: Vec<Day> = (0..60).map(|week| first.plus(7 * week)).collect();
        let sales = |own: f64, random: &mut Random| -> Vec<f64> {
            let week = |week: i32| {
                let wave = libm::sin(f64::from(week) / 8.0);
                1_000.0 * (1.0 + own * wave + 0.02 * random.normal())
            };
            (0..60).map(week).collect()
        };
        let mut geos = vec![("treated".to_owned(), sales(season, &mut random))];
        geos.extend((0..12).map(|at| (format!("control {at}"), sales(0.0, &mut random))));
        let (start, end) = (days[52], days[59].plus(6));
        let test = GeoTest::new(days, geos, &["treated"], start, end).unwrap();
        let course = test.course_by_synthetic_control(ConfidenceLevel::P90);
        fit_before("TV", &course.unwrap()).unwrap().verdict()
    }

    #[test]
    fn a_season_of_its_own_is_a_misfit_and_noise_is_none() {
        let watched = |season: f64| {
            let seeds = 0..40u64;
            let of = seeds.filter(|seed| verdict(*seed, season) == Verdict::Watch);
            of.count()
        };
        assert!(watched(0.0) <= 2, "{}", watched(0.0));
        assert!(watched(0.05) >= 38, "{}", watched(0.05));
    }

    #[test]
    fn the_misfit_is_in_parts_of_what_was_to_be_expected() {
        // four weeks 10 below and four 10 above 100, then a test of one week
        let first: Day = "2024-01-01".parse().unwrap();
        let days: Vec<Day> = (0..9).map(|week| first.plus(7 * week)).collect();
        let flat = |size: f64| vec![size; 9];
        let mut treated = flat(100.0);
        for (week, sales) in treated.iter_mut().enumerate() {
            *sales += [-10.0, 10.0][week / 4 % 2];
        }
        let mut moved = flat(100.0);
        moved[8] = 101.0;
        let controls = [("b", flat(100.0)), ("c", flat(100.0)), ("d", moved)];
        let mut geos = vec![("a".to_owned(), treated)];
        geos.extend(controls.map(|(name, sales)| (name.to_owned(), sales)));
        let (start, end) = (days[8], days[8].plus(6));
        let test = GeoTest::new(days, geos, &["a"], start, end).unwrap();
        let course = test.course_by_differences(ConfidenceLevel::P90).unwrap();
        let misfit = Misfit::new(&course).unwrap();
        assert!((misfit.mean - 0.1).abs() < 1e-12 && (misfit.most - 0.1).abs() < 1e-12);
        // one step of 20 in 7: a noise of sqrt(400 / 14) beside gaps of 10
        assert!((misfit.times - 10.0 / (400.0_f64 / 14.0).sqrt()).abs() < 1e-12);
    }
}
