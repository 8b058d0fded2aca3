//! The bounded ridge against linfa's ordinary least squares and against a closed form.

use crate::common::random::Random;
use linfa::ParamGuard;
use linfa::traits::{Fit, Predict};
use linfa_linear::LinearRegression;
use mixtouch::mix::regression::Ridge;
use ndarray::{Array1, Array2};

fn problem(rows: usize, columns: usize, seed: u64) -> (Array2<f64>, Array1<f64>) {
    let mut random = Random::new(seed);
    let x = Array2::from_shape_fn((rows, columns), |(_, j)| {
        10_f64.powi(j as i32 - 2) * (3.0 + random.normal())
    });
    let y = Array1::from_shape_fn(rows, |i| {
        5.0 + x
            .row(i)
            .iter()
            .enumerate()
            .map(|(j, v)| v * (j as f64 - 1.5))
            .sum::<f64>()
            + random.normal()
    });
    (x, y)
}

#[test]
fn without_penalty_it_is_ordinary_least_squares() {
    for seed in 0..5 {
        let (x, y) = problem(80, 5, seed);
        let ours = Ridge::new(0.0).solve(x.view(), y.view()).unwrap();
        let theirs = LinearRegression::new()
            .fit(&linfa::Dataset::new(x, y))
            .unwrap();
        assert!((ours.intercept() / theirs.intercept() - 1.0).abs() < 1e-8);
        for (a, b) in ours.coefficients().iter().zip(theirs.params()) {
            assert!((a - b).abs() <= 1e-8 * b.abs().max(1.0), "{a} {b}");
        }
        assert!(ours.kkt_residual() < 1e-12);
    }
}

#[test]
fn one_column_has_a_closed_form() {
    // b = (cov(x, y) + penalty x sd^2 x mean) / (var(x) x (1 + penalty)) with weights as
    // frequencies.
    let x = ndarray::array![[1.0], [2.0], [4.0]];
    let y = ndarray::array![2.0, 3.0, 9.0];
    let fit = Ridge::new(0.5)
        .with_weights(vec![1.0, 1.0, 2.0])
        .with_prior_means(vec![1.0])
        .solve(x.view(), y.view())
        .unwrap();
    let (mean_x, mean_y) = (11.0 / 4.0, 23.0 / 4.0);
    let variance = (1.75_f64.powi(2) + 0.75_f64.powi(2) + 2.0 * 1.25_f64.powi(2)) / 4.0;
    let covariance = ((1.0 - mean_x) * (2.0 - mean_y)
        + (2.0 - mean_x) * (3.0 - mean_y)
        + 2.0 * (4.0 - mean_x) * (9.0 - mean_y))
        / 4.0;
    let expected = (covariance + 0.5 * variance) / (1.5 * variance);
    assert!((fit.coefficients()[0] - expected).abs() < 1e-14);
    assert!((fit.intercept() - (mean_y - expected * mean_x)).abs() < 1e-13);
}

#[test]
fn units_do_not_matter() {
    let (x, y) = problem(60, 4, 9);
    let bounds = vec![(0.0, f64::INFINITY); 4];
    let fit = Ridge::new(0.1)
        .with_bounds(bounds.clone())
        .solve(x.view(), y.view())
        .unwrap();
    let scaled = Ridge::new(0.1)
        .with_bounds(bounds)
        .solve((&x * 1000.0).view(), y.view())
        .unwrap();
    for (a, b) in fit.coefficients().iter().zip(scaled.coefficients()) {
        assert!((a - 1000.0 * b).abs() <= 1e-10 * a.abs().max(1e-6));
    }
}

#[test]
fn duplicate_columns_need_a_penalty() {
    let (x, y) = problem(40, 2, 3);
    let twice = ndarray::concatenate![ndarray::Axis(1), x, x.slice(ndarray::s![.., ..1])];
    let error = Ridge::new(0.0)
        .solve(twice.view(), y.view())
        .unwrap_err()
        .to_string();
    assert!(error.contains("combinations of others"), "{error}");
    let fit = Ridge::new(1e-3).solve(twice.view(), y.view()).unwrap();
    assert!(
        (fit.coefficients()[0] - fit.coefficients()[2]).abs() < 1e-9 * fit.coefficients()[0].abs()
    );
}

#[test]
fn impossible_settings_are_refused() {
    let (x, y) = problem(10, 2, 1);
    let fit = |ridge: Ridge| ridge.solve(x.view(), y.view()).unwrap_err().to_string();
    let ridge = || Ridge::new(0.1);
    assert!(fit(Ridge::new(-1.0)).contains("0 or more"));
    assert!(fit(ridge().with_bounds(vec![(0.0, 1.0)])).contains("number of bounds"));
    assert!(fit(ridge().with_bounds(vec![(0.0, 1.0), (2.0, 1.0)])).contains("2..1"));
    assert!(fit(ridge().with_penalty_factors(vec![1.0, -1.0])).contains("0 or more"));
    assert!(fit(ridge().with_weights(vec![0.0; 10])).contains("one weight > 0"));
    assert!(fit(ridge().with_prior_means(vec![f64::NAN; 2])).contains("finite"));
    assert!(fit(Ridge::new(1e308)).contains("1e-140 and 1e140"));
    assert!(fit(ridge().with_prior_means(vec![1e308; 2])).contains("1e-140 and 1e140"));
    assert!(fit(ridge().with_weights(vec![1e308; 10])).contains("1e-140 and 1e140"));
    for size in [1e-170, 1e300] {
        let refused = ridge()
            .solve((x.clone() * size).view(), y.view())
            .unwrap_err();
        assert!(refused.to_string().starts_with("column is"), "{refused}");
    }
    let bad = Array1::from_elem(10, f64::NAN);
    assert!(ridge().solve(x.view(), bad.view()).is_err());
    assert!(ridge().solve(x.view(), y.slice(ndarray::s![..5])).is_err());
}

#[test]
fn it_is_a_linfa_estimator() {
    let (x, y) = problem(50, 3, 4);
    let ridge = Ridge::new(0.2).with_bounds(vec![(0.0, f64::INFINITY); 3]);
    let dataset = linfa::Dataset::new(x.clone(), y.clone());
    let fit = ridge.fit(&dataset).unwrap();
    assert_eq!(fit, ridge.solve(x.view(), y.view()).unwrap());
    assert_eq!(fit, ridge.clone().check().unwrap().fit(&dataset).unwrap());
    let predicted: Array1<f64> = fit.predict(&x);
    assert_eq!(predicted, fit.evaluate(x.view()));
    let by_hand = fit.intercept()
        + x.row(7)
            .iter()
            .zip(fit.coefficients())
            .map(|(v, c)| v * c)
            .sum::<f64>();
    assert!((predicted[7] - by_hand).abs() < 1e-12);
    assert!(Ridge::new(f64::NAN).fit(&dataset).is_err());
    assert!(Ridge::new(f64::NAN).check_ref().is_err());
}

#[test]
fn weights_of_a_dataset_count_where_the_settings_have_none() {
    let (x, y) = problem(40, 2, 8);
    let weights: Vec<f64> = (0..40).map(|i| f64::from(i % 4)).collect();
    let dataset = linfa::Dataset::new(x.clone(), y.clone())
        .with_weights(weights.iter().map(|w| *w as f32).collect());
    let weighted = Ridge::new(0.1).with_weights(weights);
    let expected = weighted.solve(x.view(), y.view()).unwrap();
    assert_eq!(Ridge::new(0.1).fit(&dataset).unwrap(), expected);
    let equal = Ridge::new(0.1).with_weights(vec![1.0; 40]);
    assert_ne!(equal.fit(&dataset).unwrap(), expected);
}
