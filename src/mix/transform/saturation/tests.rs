use proptest::prelude::*;

use crate::mix::transform::saturation::*;

/// A curve of each family at the unit-cube point `u`.
fn curves(u: [f64; 2]) -> Vec<(SaturationFamily, SaturationCurve)> {
    SaturationFamily::ALL
        .iter()
        .map(|&(_, family)| (family, at(family, u)))
        .collect()
}

fn at(family: SaturationFamily, u: [f64; 2]) -> SaturationCurve {
    let p: Vec<f64> = family
        .parameters()
        .iter()
        .zip(u)
        .map(|(parameter, u)| parameter.prior().quantile(u))
        .collect();
    family.curve(&p, 1.3)
}

proptest! {
    #[test]
    fn monotone_finite_and_slope_is_the_derivative(u in [0.0..=1.0_f64, 0.0..=1.0_f64], x in 0.0..5.0_f64) {
        for (family, curve) in curves(u) {
            prop_assert_eq!(curve.response(0.0), 0.0, "{:?}", family);
            prop_assert!(curve.slope(0.0).is_finite() && curve.slope(0.0) >= 0.0, "{family:?} {}", curve.slope(0.0));
            let h = 1e-6 * x.max(1e-3);
            let difference = (curve.response(x + h) - curve.response((x - h).max(0.0))) / (h + h.min(x));
            prop_assert!(difference >= 0.0);
            let slope = curve.slope(x);
            // The chord's end is a kink: there the difference mixes both sides.
            if x > 1e-4 {
                prop_assert!((difference - slope).abs() <= 1e-4 * slope.abs() + 1e-7, "{family:?} at {x}: {difference} {slope}");
            }
        }
    }

    #[test]
    fn gradients_are_finite_and_match_differences(u in [0.05..0.95_f64, 0.05..0.95_f64], x in 0.0..5.0_f64) {
        for (family, curve) in curves(u) {
            let count = family.parameters().len();
            let mut gradient = [f64::NAN; 2];
            for x in [x, 0.0, 1e-9] {
                curve.gradient(x, &mut gradient[..count]);
                for j in 0..count {
                    prop_assert!(gradient[j].is_finite());
                    let p: Vec<f64> = curve.parameters().iter().map(|(_, v)| *v).collect();
                    let h = 1e-6 * p[j];
                    let shifted = |sign: f64| {
                        let mut q = p.clone();
                        q[j] += sign * h;
                        family.curve(&q, 1.3).response(x)
                    };
                    let difference = (shifted(1.0) - shifted(-1.0)) / (2.0 * h);
                    prop_assert!((difference - gradient[j]).abs() <= 1e-4 * gradient[j].abs() + 1e-7, "{family:?} {j} at {x}: {difference} {}", gradient[j]);
                }
            }
        }
    }
}

#[test]
fn gradients_are_right_at_the_ends_of_every_range() {
    for (_, family) in SaturationFamily::ALL {
        let parameters = family.parameters();
        for corner in 0..9 {
            let u = [f64::from(corner % 3) / 2.0, f64::from(corner / 3) / 2.0];
            let p: Vec<f64> = parameters
                .iter()
                .zip(u)
                .map(|(parameter, u)| parameter.prior().quantile(u))
                .collect();
            for (j, x) in (0..p.len())
                .filter(|&j| u[j] != 0.5)
                .flat_map(|j| [0.0, 1e-9, 1e-3, 0.1, 0.5, 1.0, 1.3, 5.0].map(|x| (j, x)))
            {
                let mut gradient = vec![f64::NAN; p.len()];
                family.curve(&p, 1.3).gradient(x, &mut gradient);
                // From the end into the range, to the second order.
                let h = 1e-5 * p[j] * if u[j] == 0.0 { 1.0 } else { -1.0 };
                let stepped = |steps: f64| {
                    let mut q = p.clone();
                    q[j] += steps * h;
                    family.curve(&q, 1.3).response(x)
                };
                let difference =
                    (4.0 * stepped(1.0) - 3.0 * stepped(0.0) - stepped(2.0)) / (2.0 * h);
                let close = (difference - gradient[j]).abs() <= 1e-5 * gradient[j].abs() + 1e-8;
                assert!(
                    gradient[j].is_finite() && close,
                    "{family:?} {p:?} {j} at {x}: {difference} {}",
                    gradient[j]
                );
            }
        }
    }
}

#[test]
fn extremes_stay_finite() {
    for curve in [
        Hill::new(1e-300, 50.0).unwrap(),
        Hill::new(1e300, 0.01).unwrap(),
    ] {
        for x in [0.0, 1e-320, 1e-9, 1.0, 1e300] {
            let mut gradient = [0.0; 2];
            curve.gradient(x, &mut gradient);
            assert!(
                curve.response(x).is_finite() && (0.0..=1.0).contains(&curve.response(x)),
                "{curve:?} at {x}"
            );
            assert!(gradient[1].is_finite(), "{curve:?} at {x}");
        }
    }
}

#[test]
fn every_family_at_one_point() {
    // The formulas at x = 2, worked out apart in Python.
    let expected: [(SaturationFamily, &[f64], f64); 7] = [
        (SaturationFamily::Hill, &[3.0, 1.7], 0.3341908827434963),
        (SaturationFamily::RobynHill, &[1.7, 0.3], 0.4231277618933765),
        (SaturationFamily::Logistic, &[0.9], 0.7162978701990245),
        (SaturationFamily::Tanh, &[3.0], 0.5827829453479102),
        (SaturationFamily::MichaelisMenten, &[3.0], 0.4),
        (SaturationFamily::Root, &[0.3], 1.2311444133449163),
        (SaturationFamily::Log, &[3.0], 0.5108256237659907),
    ];
    for (family, p, response) in expected {
        let found = family.curve(p, 8.0).response(2.0);
        assert!(
            (found - response).abs() < 1e-14,
            "{family:?}: {found} {response}"
        );
    }
}

#[test]
fn robyn_hill_is_hill_at_its_inflexion() {
    let (robyn, hill) = (
        RobynHill::new(1.7, 0.4, 250.0).unwrap(),
        Hill::new(100.0, 1.7).unwrap(),
    );
    assert_eq!(robyn.response(80.0), hill.response(80.0));
}

#[test]
fn parameters_out_of_range_are_refused() {
    for error in [
        Hill::new(0.0, 1.0).unwrap_err(),
        Hill::new(1.0, f64::NAN).unwrap_err(),
        RobynHill::new(1.0, -0.1, 1.0).unwrap_err(),
        LogisticSaturation::new(f64::INFINITY).unwrap_err(),
        Tanh::new(-1.0).unwrap_err(),
        MichaelisMenten::new(0.0).unwrap_err(),
        Log::new(0.0).unwrap_err(),
    ] {
        assert!(error.to_string().contains("a finite number > 0"), "{error}");
    }
    assert!(Root::new(1.5).is_err());
    assert!(
        "hull"
            .parse::<SaturationFamily>()
            .unwrap_err()
            .to_string()
            .contains("michaelis-menten")
    );
}

#[test]
fn files_are_validated() {
    let text = serde_json::to_string(&SaturationCurve::Hill(Hill::new(2.0, 0.5).unwrap())).unwrap();
    assert_eq!(
        text,
        r#"{"family":"hill","half_saturation":2.0,"slope":0.5}"#
    );
    assert_eq!(
        serde_json::from_str::<SaturationCurve>(&text).unwrap(),
        SaturationCurve::Hill(Hill::new(2.0, 0.5).unwrap())
    );
    assert!(serde_json::from_str::<SaturationCurve>(&text.replace("2.0", "-2.0")).is_err());
}
