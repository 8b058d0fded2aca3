//! Unrecorded demand that drives both spend and sales misleads a regression; experiments put it
//! right.

use mixtouch::experiment::LiftTest;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::{MixSpecification, RoiPrior};
use mixtouch::simulate::panels::{
    PanelWorld, SimulatedPanel, SpendPattern, TrueChannel, TrueSaturation,
};

const BASE: f64 = 10_000.0;

/// Three channels whose spend follows a demand that nobody records.
fn world(seed: u64) -> SimulatedPanel {
    let channel = |name: &str, level: f64, effect: f64, carry_over: f64, half: f64| {
        let hill = TrueSaturation::Hill { slope: 1.0, half };
        TrueChannel::new(
            name,
            (SpendPattern::Steady, level * BASE, 0.5),
            effect * BASE,
            carry_over,
            hill,
        )
        .unwrap()
        .normalised()
    };
    let channels = vec![
        channel("tv", 0.1, 0.5, 0.6, 0.4),
        channel("radio", 0.03, 0.25, 0.4, 0.5),
        channel("search", 0.05, 0.3, 0.1, 0.6),
    ];
    let world = PanelWorld::new(channels, vec!["national".into()], 156, BASE).unwrap();
    world
        .with_baseline(0.001, 0.15, 0.02)
        .with_demand(0.25, 0.4)
        .simulate(seed)
}

fn fit(world: &SimulatedPanel, tests: Vec<LiftTest>) -> Posterior {
    MixSpecification::new()
        .lift_tests(tests)
        .fit(&world.panel().unwrap())
        .unwrap()
}

/// Estimated over true return, by channel.
fn ratios(world: &SimulatedPanel, model: &Posterior) -> Vec<f64> {
    model
        .channels()
        .iter()
        .enumerate()
        .map(|(c, s)| s.roi.unwrap().value() / world.roas(c))
        .collect()
}

#[test]
fn three_lift_tests_repair_what_a_confounder_spoils() {
    for seed in 1..=3 {
        let world = world(seed);
        let naive = ratios(&world, &fit(&world, vec![]));
        let window = |week: usize| (world.dates[week], world.dates[week + 11].plus(6));
        let test = |(c, name): (usize, &String)| {
            world
                .lift_test(name, None, window(40 + 30 * c), 0.0, 0.05, 11 + c as u64)
                .unwrap()
        };
        let calibrated = fit(
            &world,
            world.channels.iter().enumerate().map(test).collect(),
        );
        assert!(
            naive.iter().copied().fold(0.0, f64::max) > 1.5,
            "seed {seed}: {naive:?}"
        );
        let found = ratios(&world, &calibrated);
        let error = found.iter().map(|r| (r - 1.0).abs()).sum::<f64>() / found.len() as f64;
        assert!(error < 0.15, "seed {seed}: {found:?}");
        for report in calibrated.lift_report() {
            assert!(report.deviation().abs() < 2.0, "seed {seed}: {report:?}");
        }
    }
}

/// The ready-made world has a fourth channel: what is tested is put right, and what is not stays as
/// wrong as it was.
#[test]
fn three_lift_tests_repair_the_confounded_world() {
    for seed in 1..=3 {
        let world = PanelWorld::confounded().unwrap().simulate(seed);
        let naive = ratios(&world, &fit(&world, vec![]));
        assert!(
            naive.iter().copied().fold(0.0, f64::max) > 1.5,
            "seed {seed}: {naive:?}"
        );
        let window = |week: usize| (world.dates[week], world.dates[week + 11].plus(6));
        let test = |(c, name): (usize, &String)| {
            world
                .lift_test(name, None, window(20 + 40 * c), 0.0, 0.05, 11 + c as u64)
                .unwrap()
        };
        let calibrated = fit(
            &world,
            world
                .channels
                .iter()
                .take(3)
                .enumerate()
                .map(test)
                .collect(),
        );
        let found = ratios(&world, &calibrated);
        let error = found[..3].iter().map(|r| (r - 1.0).abs()).sum::<f64>() / 3.0;
        assert!(error < 0.15, "seed {seed}: {found:?}");
        assert!(found[3] > 1.5, "seed {seed}: {found:?}");
        for (report, c) in calibrated.lift_report().iter().zip(0..) {
            assert!(report.deviation().abs() < 2.0, "seed {seed}: {report:?}");
            assert_eq!((report.start, report.end), window(20 + 40 * c));
        }
    }
}

#[test]
fn a_belief_about_the_return_pulls_as_hard_as_it_is_sure() {
    let world = world(1);
    let fit_with = |deviation: f64| {
        let prior = RoiPrior::new("radio", 1.0, deviation).unwrap();
        let model = MixSpecification::new()
            .trials(300)
            .unwrap()
            .roi_priors(vec![prior])
            .fit(&world.panel().unwrap())
            .unwrap();
        model.channels()[1].roi.unwrap().value()
    };
    let (sure, doubtful) = (fit_with(0.01), fit_with(100.0));
    assert!((sure - 1.0).abs() < 0.05, "{sure}");
    assert!(doubtful > 2.0, "{doubtful}");
}
