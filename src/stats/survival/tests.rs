use super::*;
use crate::util::Random;

/// Times joined by blanks; `+` behind an open one.
pub(crate) fn spells(text: &str) -> Vec<Spell> {
    let spell = |word: &str| match word.strip_suffix('+') {
        Some(time) => Spell::open(time.parse().unwrap()),
        None => Spell::ended(word.parse().unwrap()),
    };
    text.split_whitespace().map(spell).collect()
}

/// Weeks of remission of acute myelogenous leukaemia with and without maintenance chemotherapy
/// (Embury et al. 1977; Miller 1997), R's `survival::aml`.
pub(crate) const MAINTAINED: &str = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+";
pub(crate) const NOT_MAINTAINED: &str = "5 5 8 8 12 16+ 23 27 30 33 43 45";

fn median(spells: &[Spell]) -> (Option<f64>, Option<f64>, Option<f64>) {
    let all = Survival::from_spells(spells.to_vec(), "weeks", ConfidenceLevel::default());
    let median = all.quantiles[2];
    (median.value, median.limits.low, median.limits.high)
}

#[test]
fn published_medians_and_their_intervals() {
    // R: survfit(Surv(time, status) ~ x, aml): median 31, 0.95LCL 18, 0.95UCL NA; 23, 8, NA.
    assert_eq!(median(&spells(MAINTAINED)), (Some(31.0), Some(18.0), None));
    assert_eq!(
        median(&spells(NOT_MAINTAINED)),
        (Some(23.0), Some(8.0), None)
    );
    // R: survfit(Surv(time, cens) ~ treat, MASS::gehan): 6-MP 23, 16, NA; control 8, 4, 12.
    let drug = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+";
    let placebo = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23";
    assert_eq!(median(&spells(drug)), (Some(23.0), Some(16.0), None));
    assert_eq!(median(&spells(placebo)), (Some(8.0), Some(4.0), Some(12.0)));
}

#[test]
fn curves_by_hand() {
    // 1, 2+, 3, 4: survival 3/4 at 1, then 3/4 x 1/2 at 3, 0 at 4. Mean 1 + 2 x 3/4 + 1 x 3/8.
    let all = Survival::from_spells(spells("4 2+ 1 3"), "days", ConfidenceLevel::default());
    assert_eq!(
        (all.ended, all.open, all.smallest, all.largest),
        (3, 1, Some(1.0), Some(4.0))
    );
    let quantiles = [0.1, 0.25, 0.5, 0.75, 0.9].map(|p| all.quantile(p));
    // at a quarter the curve is level from 1 to 3
    assert_eq!(
        quantiles,
        [Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(4.0)]
    );
    assert_eq!((all.mean.population, all.mean.mean), (4, Some(2.875)));
    assert!(
        all.mean
            .interval
            .is_some_and(|interval| interval.contains(2.875))
    );
    let open = Survival::from_spells(spells("1 2 9+"), "days", ConfidenceLevel::default());
    assert_eq!((open.mean.mean, open.quantile(0.9)), (None, None));
    assert_eq!(open.quantile(0.5), Some(2.0));
}

#[test]
fn complete_times_are_a_sample() {
    let all = Survival::from_spells(spells("1 2 3 4"), "days", ConfidenceLevel::default());
    assert_eq!((all.quantile(0.5), all.mean.mean), (Some(2.5), Some(2.5)));
    let none = Survival::from_spells(
        [Spell::ended(f64::NAN), Spell::open(-1.0)],
        "days",
        ConfidenceLevel::default(),
    );
    assert_eq!((none.quantiles.len(), none.ended, none.open), (0, 0, 0));
    assert_eq!(none.to_string(), "0 ended, 0 open");
    let cases = Survival::from_spells(spells("1 2 9+"), "days", ConfidenceLevel::default());
    assert_eq!(
        cases.to_string(),
        "median 2.00 days (95 % interval 1.00 to -), p90 - days (95 % interval 2.00 to -), \
         2 ended, 1 open"
    );
}

/// 500 cases opened at any time of 30 days and watched to their end.
fn cases(seed: u64, hours: impl Fn(&mut Random) -> f64) -> Survival {
    let mut random = Random::new(seed);
    let case = |_| match (hours(&mut random), 30.0 * random.uniform()) {
        (time, end) if time < end => Spell::ended(time),
        (_, end) => Spell::open(end),
    };
    let cases: Vec<Spell> = (0..500).map(case).collect();
    Survival::from_spells(cases, "days", ConfidenceLevel::default())
}

#[test]
fn quantiles_and_intervals_recover_the_truth() {
    // Exponential with a mean of 6 days: a fifth is open at the end. Of the closed ones alone the
    // median is 3.3 and the 90th percentile 10.4.
    let truth = [
        (2, 6.0 * std::f64::consts::LN_2),
        (4, 6.0 * std::f64::consts::LN_10),
    ];
    let all: Vec<Survival> = (0..200)
        .map(|seed| cases(seed, |random| random.exponential(1.0 / 6.0)))
        .collect();
    for (at, truth) in truth {
        let values = all.iter().map(|one| one.quantiles[at].value.unwrap());
        let mean = values.sum::<f64>() / 200.0;
        assert!((mean / truth - 1.0).abs() < 0.02, "{mean}, not {truth}");
        let holds = |one: &&Survival| {
            let Limits { low, high, .. } = one.quantiles[at].limits;
            low.is_none_or(|low| low <= truth) && high.is_none_or(|high| high >= truth)
        };
        let share = all.iter().filter(holds).count() as f64 / 200.0;
        assert!((0.91..=0.99).contains(&share), "{share}");
    }
}

#[test]
fn spells_watched_later_on_are_at_risk_from_there() {
    let level = ConfidenceLevel::default();
    // Klein and Moeschberger (2003), section 4.6: at risk are those who entered before. By hand: at
    // 2 of 2 (the third enters at 3) 1 ends, at 4 of 2, at 9 of 1.
    let mut some = spells("2 4 9");
    some[2] = some[2].watched_from(3.0);
    let all = Survival::from_spells(some, "days", level);
    let quantiles = [0.1, 0.5, 0.75, 0.9].map(|probability| all.quantile(probability));
    assert_eq!(quantiles, [Some(2.0), Some(3.0), Some(6.5), Some(9.0)]);
    // One that is never watched, and one watched from an unknown time, do not count.
    let unwatched = [
        Spell::ended(2.0).watched_from(2.0),
        Spell::open(2.0).watched_from(f64::NAN),
    ];
    assert_eq!(Survival::from_spells(unwatched, "days", level).ended, 0);
    let spell = Spell::ended(9.0).watched_from(3.0);
    let json = serde_json::to_string(&spell).unwrap();
    assert_eq!(json, r#"{"time":9.0,"ended":true,"from":3.0}"#);
    assert_eq!(serde_json::from_str::<Spell>(&json).unwrap(), spell);
}

#[test]
fn a_watch_that_begins_late_recovers_the_truth() {
    // Intervals of 20 days on average that began at any time of 60 days, watched in the last 20:
    // those that ended before are not known, those that began before are the long ones.
    let truth = 20.0 * std::f64::consts::LN_2;
    let (mut held, mut sum, mut naive) = (0, 0.0, 0.0);
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let (mut watched, mut from_the_start) = (Vec::new(), Vec::new());
        for _ in 0..600 {
            let (began, lasts) = (60.0 * random.uniform(), random.exponential(1.0 / 20.0));
            if began + lasts >= 40.0 {
                let spell = if began + lasts < 60.0 {
                    Spell::ended(lasts)
                } else {
                    Spell::open(60.0 - began)
                };
                watched.push(spell.watched_from((40.0 - began).max(0.0)));
                from_the_start.push(spell);
            }
        }
        let median = |spells: Vec<Spell>| {
            Survival::from_spells(spells, "days", ConfidenceLevel::default()).quantiles[2]
        };
        let (right, wrong) = (median(watched), median(from_the_start));
        sum += right.value.unwrap();
        naive += wrong.value.unwrap();
        let holds = right.limits.low.unwrap() <= truth
            && right.limits.high.is_none_or(|high| high >= truth);
        held += u32::from(holds);
    }
    assert!((sum / 200.0 / truth - 1.0).abs() < 0.03, "{}", sum / 200.0);
    assert!(naive / 200.0 > 1.3 * truth, "{}", naive / 200.0);
    assert!((182..=198).contains(&held), "{held} of 200");
}

#[test]
fn times_that_repeat_within_persons_have_intervals_by_person() {
    // 60 customers buy at rates of their own, of mean 1/20 a day, for 90 days. Of purchases the next
    // comes within t days with 1 - (20 / (20 + t))^2: median 20 (sqrt 2 - 1).
    let truth = 20.0 * (std::f64::consts::SQRT_2 - 1.0);
    let level = ConfidenceLevel::default();
    let mut held = [0, 0];
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let mut spells = Vec::new();
        for person in 0..60 {
            let rate = random.exponential(20.0);
            let mut time = random.exponential(rate);
            while time < 90.0 {
                let next = time + random.exponential(rate);
                let spell = match next < 90.0 {
                    true => Spell::ended(next - time),
                    false => Spell::open(90.0 - time),
                };
                spells.push((person, spell));
                time = next;
            }
        }
        let by_person = Survival::by_person(spells.iter().copied(), "days", level);
        let times = spells.iter().map(|&(_, spell)| spell);
        let independent = Survival::from_spells(times, "days", level);
        assert_eq!(by_person.quantile(0.5), independent.quantile(0.5));
        for (held, one) in held.iter_mut().zip([by_person, independent]) {
            let Limits { low, high, .. } = one.quantiles[2].limits;
            let holds = low.is_none_or(|low| low <= truth) && high.is_none_or(|high| high >= truth);
            *held += u32::from(holds);
        }
    }
    assert!((364..=392).contains(&held[0]), "{held:?} of 400");
    assert!(held[1] < 330, "{held:?} of 400");
}

#[test]
fn a_person_of_one_time_each_is_greenwoods() {
    // The sums by person of one spell each are Greenwood's times n / (n - 1), ties included.
    let level = ConfidenceLevel::default();
    let sorted = sorted((0..).zip(spells("1 2 2 3+ 4 4 6+ 7 9 9+")));
    let (plain, by_person) = (
        Curve::new(&sorted, None, level),
        Curve::new(&sorted, Some(10), level),
    );
    let count = 10.0 / 9.0;
    for (greenwood, own) in plain.variances().zip(by_person.variances()) {
        assert!(
            (own - count * greenwood).abs() < 1e-12,
            "{own}, {greenwood}"
        );
    }
    let alone = Survival::by_person(
        [(3, Spell::ended(1.0)), (3, Spell::open(4.0))],
        "days",
        level,
    );
    assert_eq!(
        (alone.persons, alone.quantiles[2].limits.high),
        (Some(1), None)
    );
}
