//! Effects that multiply.

use crate::mix::estimate::{Nuts, NutsFit};
use crate::mix::panel::Panel;
use crate::mix::specification::{
    EffectFigure, EffectPrior, Likelihood, MixSpecification, RoiPrior, Synergy,
};
use crate::time::Day;
use crate::util::Random;

const WEEKS: i32 = 156;

/// A KPI about a mean that grows threefold, `scale` at its start, which two channels multiply; and
/// what goes when the first is removed, the mean over both orders.
fn growing(scale: f64, seen: impl Fn(f64, &mut Random) -> f64) -> (Panel, f64) {
    let mut random = Random::new(8);
    let dates: Vec<Day> = (0..WEEKS)
        .map(|w| Day::new(19_000 + 7 * w).unwrap())
        .collect();
    // About half of all weeks are without.
    let spend = |step: i32, most: i32| -> Vec<f64> {
        let spent = (0..WEEKS).map(|t| t * step % most - most / 2);
        spent.map(|x| f64::from(x.max(0))).collect()
    };
    let (tv, search) = (spend(7, 11), spend(5, 13));
    let (mut kpi, mut brought) = (vec![], 0.0);
    for t in 0..WEEKS as usize {
        let u = 0.5 * tv[t] / (tv[t] + 5.0);
        let v = 0.3 * search[t] / (search[t] + 4.0);
        let base = scale * libm::exp(1.1 * t as f64 / f64::from(WEEKS));
        brought += base * libm::expm1(u) * (1.0 + 0.5 * libm::expm1(v));
        kpi.push(seen(base * libm::exp(u + v), &mut random));
    }
    let panel = Panel::national(dates, kpi).unwrap();
    let panel = panel.with_channel("tv", tv).unwrap();
    (panel.with_channel("search", search).unwrap(), brought)
}

fn large() -> (Panel, f64) {
    growing(1_000.0, |mean, random| {
        mean * libm::exp(0.03 * random.normal())
    })
}

/// Counts whose variance is mean + mean^2 / 200.
fn counts() -> (Panel, f64) {
    growing(400.0, |mean, random| {
        let mean = mean * random.gamma(200.0) / 200.0;
        random.poisson(mean) as f64
    })
}

fn logarithms() -> MixSpecification {
    MixSpecification::new().with_likelihood(Likelihood::Log)
}

fn of_counts() -> MixSpecification {
    MixSpecification::new().with_likelihood(Likelihood::NegativeBinomial)
}

fn fit(mix: &MixSpecification, panel: &Panel) -> NutsFit {
    let nuts = Nuts::default().with_warmup(200).with_draws(200);
    nuts.fit(mix, panel).unwrap()
}

#[test]
fn factors_are_recovered() {
    let (panel, truth) = large();
    let found = fit(&logarithms(), &panel);
    assert!(found.report().r_hat() < 1.1 && found.report().divergences() <= 6);
    let tv = found.posterior().channels()[0].contribution;
    assert!(tv.interval().contains(truth), "{tv} for {truth}");
    assert!(tv.high() - tv.low() < 0.3 * truth, "{tv} for {truth}");
    let checks = found.predictive_checks();
    assert!((0.82..=0.99).contains(&checks.inside), "{checks:?}");
    // The draws' own figure is what goes from the KPI that was seen, not from what is expected.
    let draws = found.draws();
    let of_draws = draws.variable("contribution[tv]").unwrap();
    let mean = of_draws.iter().sum::<f64>() / of_draws.len() as f64;
    assert!((mean / tv.value() - 1.0).abs() < 0.03, "{mean} for {tv}");
    // A sum has no room for growth by which media bring threefold.
    let sum = fit(&MixSpecification::new(), &panel);
    let (better, error) = found.leave_one_out().compare(&sum.leave_one_out()).unwrap();
    assert!(better > 2.0 * error, "{better} within {error}");
}

#[test]
fn counts_are_sampled() {
    let (panel, truth) = counts();
    let found = fit(&of_counts(), &panel);
    assert!(found.report().r_hat() < 1.1 && found.report().divergences() <= 6);
    let tv = found.posterior().channels()[0].contribution;
    assert!(tv.interval().contains(truth), "{tv} for {truth}");
    assert!(tv.high() - tv.low() < truth, "{tv} for {truth}");
    let checks = found.predictive_checks();
    assert!((0.82..=0.99).contains(&checks.inside), "{checks:?}");
    // The square of sigma is the dispersion, 1 / 200.
    let summary = found.draws().summary();
    let sigma = summary.iter().find(|v| v.name == "sigma").unwrap();
    let (low, high) = (sigma.low * sigma.low, sigma.high * sigma.high);
    assert!(low < 0.005 && 0.005 < high && high < 0.02, "{low} {high}");
    // Both are densities of whole numbers, and the noise is as counts are.
    let others = fit(&logarithms(), &panel).leave_one_out();
    let (better, _) = found.leave_one_out().compare(&others).unwrap();
    assert!(better > -2.0, "{better}");
}

/// Densities are of the KPI: in units a tenth as large each row's is a tenth.
#[test]
fn densities_are_those_of_the_kpi() {
    let (large, _) = large();
    let tenth = large.kpi().iter().map(|y| y / 10.0).collect();
    let small = Panel::national(large.dates().to_vec(), tenth).unwrap();
    let small = large.channels().iter().try_fold(small, |panel, channel| {
        panel.with_channel(channel.name(), channel.spend().to_vec())
    });
    let score = |panel| fit(&logarithms(), panel).leave_one_out();
    let (small, large) = (score(&small.unwrap()), score(&large));
    let rows: usize = large.blocks.iter().map(|block| block.rows).sum();
    let expected = rows as f64 * std::f64::consts::LN_10;
    let found = small.log_density - large.log_density;
    assert!((found - expected).abs() < 2.0, "{found} for {expected}");
}

#[test]
fn by_their_priors_media_bring_less_than_all_sales() {
    let (panel, _) = large();
    let prior = Nuts::default().prior(&logarithms(), &panel).unwrap();
    assert_eq!(prior.beyond_all_sales(), 0.0);
    let (all, parts) = (prior.media_share(), prior.channels());
    let sum: f64 = parts.iter().map(|c| c.contribution_share.value()).sum();
    assert!((all.value() - sum).abs() < 1e-9 && all.value() > 0.1);
}

#[test]
fn what_is_not_sampled_is_refused_with_a_way_out() {
    let (panel, _) = large();
    let fault = |mix: MixSpecification| Nuts::default().fit(&mix, &panel).unwrap_err().to_string();
    let together = MixSpecification::new().with_synergy(Synergy::new("tv", "search"));
    let refused = fault(together);
    assert!(refused.contains("synergy is tv with search"), "{refused}");
    let belief = RoiPrior::new("tv", 2.0, 1.0).unwrap();
    let refused = fault(logarithms().with_roi_priors(vec![belief]));
    assert!(refused.contains("ROI prior is of tv") && refused.contains("student-t"));
    let day = |week: i32| Day::new(19_000 + 7 * week).unwrap();
    let test = crate::experiment::LiftTest::new("tv", day(20), day(26).plus(-1))
        .with_spend_change(20.0)
        .with_outcome_change(80.0)
        .with_standard_error(30.0)
        .checked()
        .unwrap();
    let refused = fault(logarithms().with_lift_tests(vec![test]));
    assert!(refused.contains("lift test is of tv") && refused.contains("student-t"));
    let prior = |figure| EffectPrior::new("tv", figure, "half-normal(1)".parse().unwrap()).unwrap();
    let refused = fault(logarithms().with_effect_prior(prior(EffectFigure::Roi)));
    assert!(refused.contains("prior on a return") && refused.contains("tv"));
    let effect = logarithms().with_effect_prior(prior(EffectFigure::Effect));
    assert!(Nuts::default().prior(&effect, &panel).is_ok());
}
