//! The way there and back, the gradient, and the volume.

use crate::mix::estimate::nuts::bent::Bent;
use crate::mix::estimate::nuts::density::{Density, Room};
use crate::mix::specification::{MixSpecification, Pooling};
use crate::mix::transform::Prior;
use crate::simulate::panels::PanelWorld;
use crate::util::Random;

fn regional(pooling: Pooling) -> Density {
    let panel = PanelWorld::regional().unwrap().simulate(1).panel().unwrap();
    let mix = MixSpecification::new().with_pooling(pooling);
    Density::new(&panel, &mix).unwrap()
}

fn about(centre: &[f64], scale: f64, random: &mut Random) -> Vec<f64> {
    centre.iter().map(|z| z + scale * random.normal()).collect()
}

#[test]
fn a_point_comes_back() {
    let density = regional(Pooling::Separate);
    let start = density.start();
    let bent = Bent::new(&density, &start);
    assert!(!bent.ridges.is_empty());
    let mut random = Random::new(1);
    for _ in 0..20 {
        let z = about(&start, 2.0, &mut random);
        let w = bent.bend(&z);
        assert!(w.iter().zip(&z).any(|(w, z)| (w - z).abs() > 0.01));
        for (back, z) in bent.point(&w).iter().zip(&z) {
            assert!((back - z).abs() < 1e-9 * (1.0 + z.abs()), "{back} {z}");
        }
    }
}

#[test]
fn the_gradient_is_that_of_the_density() {
    for pooling in [Pooling::Pooled, Pooling::Partial(52.0), Pooling::Separate] {
        let density = regional(pooling);
        let start = density.start();
        let bent = Bent::new(&density, &start);
        let (mut random, room) = (Random::new(2), &mut Room::default());
        let (mut gradient, mut ignored) = (vec![0.0; start.len()], vec![0.0; start.len()]);
        for _ in 0..4 {
            let w = about(&bent.bend(&start), 0.5, &mut random);
            let here = bent.evaluate(&w, &mut gradient, room);
            for at in 0..w.len() {
                let mut value = |step: f64| {
                    let mut moved = w.clone();
                    moved[at] += step;
                    bent.evaluate(&moved, &mut ignored, room)
                };
                let difference = (value(1e-5) - value(-1e-5)) / 2e-5;
                let error = (gradient[at] - difference).abs();
                assert!(
                    error < 2e-5 * (1.0 + difference.abs()) + 1e-9 * here.abs(),
                    "{}: {} against {difference}",
                    density.layout.names[at],
                    gradient[at]
                );
            }
        }
    }
}

#[test]
fn the_volume_is_that_of_the_map() {
    let density = regional(Pooling::Pooled);
    let start = density.start();
    let bent = Bent::new(&density, &start);
    let mut random = Random::new(3);
    // Of one curve, by differences; others stay where they are.
    let ridge = &bent.ridges[0];
    let places = [ridge.half_saturation.at, ridge.slope.at];
    let determinant = |w: &[f64]| {
        let by = |at: usize| {
            let moved = |step: f64| {
                let mut moved = w.to_vec();
                moved[at] += step;
                bent.point(&moved)
            };
            let (up, down) = (moved(1e-5), moved(-1e-5));
            places.map(|row| (up[row] - down[row]) / 2e-5)
        };
        let [a, b] = places.map(by);
        (a[0] * b[1] - a[1] * b[0]).abs().ln()
    };
    let first = bent.bend(&start);
    let volume = |w: &[f64]| bent.point_with_volume(w).1;
    for _ in 0..20 {
        let mut w = first.clone();
        places.iter().for_each(|at| w[*at] += random.normal());
        let moved = determinant(&w) - determinant(&first);
        let stated = volume(&w) - volume(&first);
        assert!((moved - stated).abs() < 1e-6, "{moved} {stated}");
    }
}

/// A channel that ran in one week, and one that never did.
#[test]
fn a_channel_that_hardly_ran_stays_as_it_is() {
    let panel = PanelWorld::small_business().unwrap().simulate(1);
    let panel = panel.panel().unwrap();
    let mut once = vec![0.0; panel.rows()];
    once[50] = 1_000.0;
    let panel = panel.with_channel("once", once).unwrap();
    let panel = panel.with_channel("never", vec![0.0; 104]).unwrap();
    // Little is carried over, so that nearly all levels are next to 0.
    let prior = Prior::Uniform {
        low: 1e-4,
        high: 2e-4,
    };
    let mix = MixSpecification::new().with_channel_prior("once", "alpha", prior);
    let density = Density::new(&panel, &mix).unwrap();
    let start = density.start();
    let bent = Bent::new(&density, &start);
    assert_eq!(bent.ridges.len(), panel.channels().len() - 2);
    let mut gradient = vec![0.0; start.len()];
    let value = bent.evaluate(&bent.bend(&start), &mut gradient, &mut Room::default());
    assert!(value.is_finite() && gradient.iter().all(|g| g.is_finite()));
}

#[test]
fn what_is_no_number_is_no_point() {
    let density = regional(Pooling::Pooled);
    let start = density.start();
    let bent = Bent::new(&density, &start);
    let mut gradient = vec![0.0; start.len()];
    for far in [1e4, -1e4, f64::NAN] {
        let mut w = bent.bend(&start);
        w[bent.ridges[0].slope.at] = far;
        let value = bent.evaluate(&w, &mut gradient, &mut Room::default());
        let is_number = value.is_finite() && gradient.iter().all(|g| g.is_finite());
        assert!(!is_number, "{far}");
    }
}
