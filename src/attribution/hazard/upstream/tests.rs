//! Two ways to read touches that must agree.

use super::*;
use crate::util::Random;

/// The way for many touches and the way for few lead to the same rows and the same credit.
#[test]
fn many_touches_are_read_like_few() {
    let mut random = Random::new(5);
    let mut times: Vec<u32> = (0..300).map(|_| random.index(5_000_000) as u32).collect();
    times.sort_unstable();
    let channels: Vec<ChannelId> = (0..300)
        .map(|_| ChannelId(random.index(4) as u16))
        .collect();
    let timeline = Timeline {
        channels: &channels,
        times: &times,
    };
    let person = Person {
        channels: &channels,
        times: &times,
        from: 0,
        end: 6_000_000,
        weight: 1.0,
    };
    for basis in [
        Basis::default(),
        Basis::exponential(vec![0.3, 3.0]).unwrap(),
    ] {
        let design = Design {
            channels: 4,
            basis: basis.clone(),
            frequency: false,
            pairs: false,
        };
        for symmetric in [false, true] {
            let own = ChannelId(2);
            let fresh = || Arrivals::new(own, &[own], symmetric, &design);
            let (mut few, mut many) = (fresh(), fresh());
            few.observe_few(person, &basis, &mut Vec::new());
            many.observe_many(person, &basis, &mut Vec::new());
            assert_eq!(few.process.rows.len(), many.process.rows.len());
            for (left, right) in few.process.rows.iter().zip(many.process.rows.iter()) {
                assert_eq!(left.features, right.features);
                for (left, right) in left.values.iter().zip(right.values) {
                    approx::assert_relative_eq!(left, right, max_relative = 1e-9);
                }
            }
            few.observe(person, &basis, &mut Vec::new());
            let fitted = few.solve(&basis, 200, &()).unwrap();
            let parts: Vec<f64> = (0..300)
                .map(|at| f64::from(u8::from(channels[at] == own)) * at as f64)
                .collect();
            let mut one_by_one = vec![0.0; 300];
            for at in (0..300).filter(|&at| parts[at] > 0.0) {
                fitted.parents(timeline, at, &basis, |parent, share| {
                    one_by_one[parent] += parts[at] * share
                });
            }
            let mut together = vec![0.0; 300];
            let left = fitted.divide(timeline, &parts, &basis, |parent, part| {
                together[parent] += part;
                part
            });
            for (one, other) in one_by_one.iter().zip(&together) {
                approx::assert_relative_eq!(one, other, max_relative = 1e-9, epsilon = 1e-9);
            }
            let given: f64 = together.iter().sum();
            let whole: f64 = parts.iter().sum();
            approx::assert_relative_eq!(given + left, whole, max_relative = 1e-12);
        }
    }
}
