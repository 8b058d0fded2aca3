//! Effects that multiply.

use crate::experiment::LiftTest;
use crate::mix::estimate::{Nuts, NutsFit};
use crate::mix::panel::Panel;
use crate::mix::specification::{
    EffectFigure, EffectPrior, Likelihood, MixSpecification, RoiPrior, Synergy,
};
use crate::time::Day;
use crate::util::Random;

const WEEKS: i32 = 156;

/// Spend; about half of all weeks are without.
fn tv(week: i32) -> f64 {
    f64::from((week * 7 % 11 - 5).max(0))
}

fn search(week: i32) -> f64 {
    f64::from((week * 5 % 13 - 6).max(0))
}

/// The KPI without media, and what either channel adds to its logarithm.
fn parts(week: i32, scale: f64) -> (f64, f64, f64) {
    let base = scale * libm::exp(1.1 * f64::from(week) / f64::from(WEEKS));
    let (tv, search) = (tv(week), search(week));
    (base, 0.5 * tv / (tv + 5.0), 0.3 * search / (search + 4.0))
}

/// A KPI about a mean that grows threefold, `scale` at its start, which two channels multiply; and
/// what goes when the first is removed, the mean over both orders.
fn growing(scale: f64, seen: impl Fn(f64, &mut Random) -> f64) -> (Panel, f64) {
    let mut random = Random::new(8);
    let dates: Vec<Day> = (0..WEEKS)
        .map(|w| Day::new(19_000 + 7 * w).unwrap())
        .collect();
    let (tv, search) = ((0..WEEKS).map(tv), (0..WEEKS).map(search));
    let (tv, search): (Vec<f64>, Vec<f64>) = (tv.collect(), search.collect());
    let (mut kpi, mut brought) = (vec![], 0.0);
    for t in 0..WEEKS {
        let (base, u, v) = parts(t, scale);
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

/// Tests are of the KPI, not of its logarithm: what a pause costs late, where the KPI is threefold.
#[test]
fn tests_of_a_kpi_that_grew_are_held() {
    let day = |week: i32| Day::new(19_000 + 7 * week).unwrap();
    let weeks = 120..136;
    let cost = |week| {
        let (base, u, v) = parts(week, 1_000.0);
        base * libm::exp(v) * libm::expm1(u)
    };
    let cost: f64 = weeks.clone().map(cost).sum();
    let spent: f64 = weeks.clone().map(tv).sum();
    let pause = |share: f64, error: f64| {
        let test = LiftTest::new("tv", day(weeks.start), day(weeks.end).plus(-1))
            .with_spend_change(-spent)
            .with_outcome_change(-share * cost)
            .with_standard_error(error * cost);
        vec![test.checked().unwrap()]
    };
    let (panel, truth) = large();
    for (mix, panel, truth) in [
        (logarithms(), &panel, truth),
        (of_counts(), &counts().0, counts().1),
    ] {
        let scale = truth / large().1;
        let tested = |share: f64, error: f64| {
            let tests = pause(share * scale, error * scale);
            let found = fit(&mix.clone().with_lift_tests(tests), panel);
            let report = found.posterior().lift_report().remove(0);
            (found.posterior().channels()[0].contribution, report)
        };
        let (contribution, report) = tested(1.0, 0.05);
        assert!(
            contribution.interval().contains(truth),
            "{contribution} for {truth}"
        );
        assert!(report.deviation().abs() < 1.5, "{report:?}");
        // A sure test of half the truth has more to say than the panel.
        let (half, report) = tested(0.5, 0.01);
        // The report is at the KPI expected, the likelihood at the KPI seen: hidden demand is between.
        let ratio = report.predicted.value() / report.measured;
        assert!((ratio - 1.0).abs() < 0.15, "{report:?}");
        assert!(half.high() < 0.7 * truth, "{half} for {truth}");
    }
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
    let prior = |figure| EffectPrior::new("tv", figure, "half-normal(1)".parse().unwrap()).unwrap();
    let refused = fault(logarithms().with_effect_prior(prior(EffectFigure::Roi)));
    assert!(refused.contains("prior on a return") && refused.contains("tv"));
    let effect = logarithms().with_effect_prior(prior(EffectFigure::Effect));
    assert!(Nuts::default().prior(&effect, &panel).is_ok());
}
