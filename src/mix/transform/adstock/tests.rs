use proptest::prelude::*;

use crate::mix::transform::adstock::*;

fn at(family: AdstockFamily, u: [f64; 2], window: LagWindow) -> AdstockKernel {
    let p: Vec<f64> = family
        .parameters(window.length())
        .iter()
        .zip(u)
        .map(|(parameter, u)| parameter.prior().quantile(u))
        .collect();
    family.kernel(&p, window)
}

proptest! {
    #[test]
    fn normalised_adstock_conserves_mass(u in [0.0..=1.0_f64, 0.0..=1.0_f64], length in 1..40_usize, spend in prop::collection::vec(0.0..1e6_f64, 1..30)) {
        let window = LagWindow::new(length, true).unwrap();
        for (_, family) in AdstockFamily::ALL.into_iter().filter(|(_, f)| *f != AdstockFamily::RobynGeometric) {
            let kernel = at(family, u, window);
            let mut padded = spend.clone();
            padded.resize(spend.len() + length, 0.0);
            let mut carried = vec![0.0; padded.len()];
            kernel.carry(&padded, &mut carried);
            let (before, after): (f64, f64) = (padded.iter().sum(), carried.iter().sum());
            prop_assert!((before - after).abs() <= 1e-12 * before, "{family:?}: {before} {after}");
            prop_assert!(carried.iter().all(|c| *c >= 0.0));
        }
    }

    #[test]
    fn gradients_are_finite_and_match_differences(u in [0.02..0.98_f64, 0.02..0.98_f64], length in 1..20_usize, normalised: bool) {
        let window = LagWindow::new(length, normalised).unwrap();
        for (_, family) in AdstockFamily::ALL {
            let kernel = at(family, u, window);
            let p: Vec<f64> = kernel.parameters().iter().map(|(_, v)| *v).collect();
            for j in 0..p.len() {
                let mut gradient = vec![f64::NAN; length + 2];
                kernel.gradient(j, &mut gradient);
                prop_assert!(gradient.iter().all(|g| g.is_finite()), "{kernel:?} {gradient:?}");
                let h = 1e-6 * p[j].max(1e-3);
                let shifted = |sign: f64| {
                    let mut q = p.clone();
                    q[j] += sign * h;
                    let mut weights = vec![0.0; length + 2];
                    family.kernel(&q, window).weights(&mut weights);
                    weights
                };
                for ((high, low), g) in shifted(1.0).iter().zip(shifted(-1.0)).zip(&gradient) {
                    let difference = (high - low) / (2.0 * h);
                    prop_assert!((difference - g).abs() <= 1e-4 * g.abs() + 1e-5, "{kernel:?} {j}: {difference} {g}");
                }
            }
        }
    }

    #[test]
    fn weights_are_finite_at_the_ends_of_every_range(a in 0..=1_u8, b in 0..=1_u8, length in 1..60_usize, normalised: bool) {
        let window = LagWindow::new(length, normalised).unwrap();
        for (_, family) in AdstockFamily::ALL {
            let kernel = at(family, [f64::from(a), f64::from(b)], window);
            let mut weights = vec![f64::NAN; length];
            kernel.weights(&mut weights);
            prop_assert!(weights.iter().all(|w| w.is_finite() && *w >= 0.0), "{kernel:?}");
        }
    }
}

#[test]
fn gradients_are_right_at_the_ends_of_every_range() {
    for (_, family) in AdstockFamily::ALL {
        for (length, normalised) in [
            (1, true),
            (4, true),
            (8, false),
            (13, true),
            (40, false),
            (40, true),
        ] {
            let window = LagWindow::new(length, normalised).unwrap();
            let weights = |p: &[f64]| {
                let mut weights = vec![0.0; length + 2];
                family.kernel(p, window).weights(&mut weights);
                weights
            };
            let parameters = family.parameters(length);
            for corner in 0..9 {
                let u = [f64::from(corner % 3) / 2.0, f64::from(corner / 3) / 2.0];
                let p: Vec<f64> = parameters
                    .iter()
                    .zip(u)
                    .map(|(parameter, u)| parameter.prior().quantile(u))
                    .collect();
                for j in (0..p.len()).filter(|&j| u[j] != 0.5) {
                    let mut gradient = vec![f64::NAN; length + 2];
                    family.kernel(&p, window).gradient(j, &mut gradient);
                    // From the end into the range, to the second order.
                    let h = 1e-5 * p[j].max(1e-3) * if u[j] == 0.0 { 1.0 } else { -1.0 };
                    let stepped = |steps: f64| {
                        let mut q = p.clone();
                        q[j] += steps * h;
                        weights(&q)
                    };
                    let (at, one, two) = (weights(&p), stepped(1.0), stepped(2.0));
                    for lag in 0..length + 2 {
                        let difference = (4.0 * one[lag] - 3.0 * at[lag] - two[lag]) / (2.0 * h);
                        let stated = gradient[lag];
                        let close = (difference - stated).abs() <= 1e-4 * stated.abs() + 1e-5;
                        assert!(
                            stated.is_finite() && close,
                            "{family:?} {p:?} {j} at {lag} of {length}: {difference} {stated}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn geometric_half_life_is_the_textbook_one() {
    let kernel = |alpha| {
        AdstockKernel::Geometric(Geometric::new(alpha, LagWindow::new(20, true).unwrap()).unwrap())
    };
    assert!((kernel(0.8).half_life().unwrap() - 2_f64.ln() / -(0.8_f64.ln())).abs() < 1e-12);
    assert_eq!(kernel(0.5).half_life(), Some(1.0));
    assert_eq!(kernel(0.0).half_life(), Some(0.0));
    let short =
        AdstockKernel::Geometric(Geometric::new(0.9, LagWindow::new(3, true).unwrap()).unwrap());
    assert_eq!(short.half_life(), None);
}

#[test]
fn pymc_marketing_geometric_example() {
    // PyMC-Marketing's geometric_adstock(x, alpha=0.4, l_max=8, normalize=True) of a unit pulse:
    // 0.4^l x 0.6 / (1 - 0.4^8).
    let mut weights = [0.0; 8];
    Geometric::new(0.4, LagWindow::new(8, true).unwrap())
        .unwrap()
        .weights(&mut weights);
    assert!((weights[0] - 0.6 / (1.0 - 0.4_f64.powi(8))).abs() < 1e-15);
    assert!((weights[3] / weights[0] - 0.064).abs() < 1e-15);
}

#[test]
fn every_family_at_one_setting() {
    // The formulas over five periods, worked out apart in Python.
    let (plain, normalised) = (
        LagWindow::new(5, false).unwrap(),
        LagWindow::new(5, true).unwrap(),
    );
    let expected: [(AdstockKernel, [f64; 5]); 7] = [
        (
            AdstockKernel::WeibullPdf(WeibullPdf::new(1.7, 2.5, plain).unwrap()),
            [
                0.9865928897643734,
                1.0,
                0.6176656674460346,
                0.2371306204928321,
                0.0,
            ],
        ),
        (
            AdstockKernel::WeibullPdf(WeibullPdf::new(1.7, 2.5, normalised).unwrap()),
            [
                0.34722201995639995,
                0.3519405253765071,
                0.21738157950798834,
                0.08345587515910445,
                0.0,
            ],
        ),
        (
            AdstockKernel::WeibullCdf(WeibullCdf::new(1.7, 2.5, plain).unwrap()),
            [
                1.0,
                0.8100809057242703,
                0.40863567230061515,
                0.10452973847787174,
                0.011315137063147022,
            ],
        ),
        (
            AdstockKernel::Binomial(Binomial::new(0.4, plain).unwrap()),
            [
                1.0,
                0.7607257743127308,
                0.5443310539518175,
                0.3535533905932738,
                0.1924500897298753,
            ],
        ),
        (
            AdstockKernel::Binomial(Binomial::meridian(0.4, plain).unwrap()),
            [
                1.0,
                0.7155417527999328,
                0.46475800154489,
                0.2529822128134704,
                0.08944271909999156,
            ],
        ),
        (
            AdstockKernel::Delayed(Delayed::new(0.6, 1.5, normalised).unwrap()),
            [
                0.13012098359897292,
                0.36144717666381365,
                0.36144717666381365,
                0.13012098359897292,
                0.016863679474426886,
            ],
        ),
        (
            AdstockKernel::Geometric(Geometric::new(0.6, normalised).unwrap()),
            [
                0.4337265787647467,
                0.260235947258848,
                0.1561415683553088,
                0.09368494101318527,
                0.05621096460791117,
            ],
        ),
    ];
    for (kernel, expected) in expected {
        let mut weights = [0.0; 5];
        kernel.weights(&mut weights);
        assert!(
            weights
                .iter()
                .zip(&expected)
                .all(|(found, w)| (found - w).abs() < 1e-14),
            "{kernel:?}: {weights:?}"
        );
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let window = LagWindow::new(4, true).unwrap();
    assert!(LagWindow::new(0, true).is_err());
    assert!(LagWindow::new(1001, true).is_err());
    assert!(Geometric::new(1.0, window).is_err());
    assert!(RobynGeometric::new(-0.1).is_err());
    assert!(Delayed::new(0.0, 1.0, window).is_err());
    assert!(
        Delayed::new(0.5, 4.0, window)
            .unwrap_err()
            .to_string()
            .contains("0 to 3")
    );
    assert!(WeibullPdf::new(f64::NAN, 1.0, window).is_err());
    assert!(WeibullCdf::new(1.0, 0.0, window).is_err());
    assert!(Binomial::meridian(1.5, window).is_err());
    assert!(
        "geometrical"
            .parse::<AdstockFamily>()
            .unwrap_err()
            .to_string()
            .contains("weibull-pdf")
    );
}

#[test]
fn files_are_validated() {
    let kernel =
        AdstockKernel::Geometric(Geometric::new(0.25, LagWindow::new(8, true).unwrap()).unwrap());
    let text = serde_json::to_string(&kernel).unwrap();
    assert_eq!(
        serde_json::from_str::<AdstockKernel>(&text).unwrap(),
        kernel
    );
    assert!(serde_json::from_str::<AdstockKernel>(&text.replace("0.25", "1.25")).is_err());
    assert!(serde_json::from_str::<AdstockKernel>(&text.replace(":8", ":0")).is_err());
}
