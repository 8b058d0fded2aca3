//! The classical regression against published figures, its typed errors and its options.

use crate::common::random::Random;
use mixtouch::Error;
use mixtouch::mix::estimate::{Estimator, Family, LeastSquares, RegressionData, StandardErrors};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;
use ndarray::{Array1, Array2, array};

/// Longley's data (1967): employed, deflator, GNP, unemployed, armed forces, population, year.
/// <https://www.itl.nist.gov/div898/strd/lls/data/LINKS/DATA/Longley.dat>
const LONGLEY: [[f64; 7]; 16] = [
    [60323.0, 83.0, 234289.0, 2356.0, 1590.0, 107608.0, 1947.0],
    [61122.0, 88.5, 259426.0, 2325.0, 1456.0, 108632.0, 1948.0],
    [60171.0, 88.2, 258054.0, 3682.0, 1616.0, 109773.0, 1949.0],
    [61187.0, 89.5, 284599.0, 3351.0, 1650.0, 110929.0, 1950.0],
    [63221.0, 96.2, 328975.0, 2099.0, 3099.0, 112075.0, 1951.0],
    [63639.0, 98.1, 346999.0, 1932.0, 3594.0, 113270.0, 1952.0],
    [64989.0, 99.0, 365385.0, 1870.0, 3547.0, 115094.0, 1953.0],
    [63761.0, 100.0, 363112.0, 3578.0, 3350.0, 116219.0, 1954.0],
    [66019.0, 101.2, 397469.0, 2904.0, 3048.0, 117388.0, 1955.0],
    [67857.0, 104.6, 419180.0, 2822.0, 2857.0, 118734.0, 1956.0],
    [68169.0, 108.4, 442769.0, 2936.0, 2798.0, 120445.0, 1957.0],
    [66513.0, 110.8, 444546.0, 4681.0, 2637.0, 121950.0, 1958.0],
    [68655.0, 112.6, 482704.0, 3813.0, 2552.0, 123366.0, 1959.0],
    [69564.0, 114.2, 502601.0, 3931.0, 2514.0, 125368.0, 1960.0],
    [69331.0, 115.7, 518173.0, 4806.0, 2572.0, 127852.0, 1961.0],
    [70551.0, 116.9, 554894.0, 4007.0, 2827.0, 130081.0, 1962.0],
];

fn named(names: &[&str], records: Array2<f64>, target: Array1<f64>) -> RegressionData {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    RegressionData::new(names, records, target)
}

fn longley() -> RegressionData {
    let names = [
        "deflator",
        "gnp",
        "unemployed",
        "armed",
        "population",
        "year",
    ];
    named(
        &names,
        Array2::from_shape_fn((16, 6), |(r, j)| LONGLEY[r][j + 1]),
        Array1::from_shape_fn(16, |r| LONGLEY[r][0]),
    )
}

/// Dobson (1990), page 93, as in R's `?glm`: counts by outcome (3 levels) and treatment (3 levels).
fn dobson() -> RegressionData {
    let levels = |r: usize, j: usize| match j {
        0 | 1 => r % 3 == j + 1,
        _ => r / 3 == j - 1,
    };
    named(
        &["outcome2", "outcome3", "treatment2", "treatment3"],
        Array2::from_shape_fn((9, 4), |(r, j)| f64::from(u8::from(levels(r, j)))),
        array![18.0, 17.0, 15.0, 20.0, 10.0, 20.0, 25.0, 13.0, 12.0],
    )
}

/// McCullagh and Nelder (1989), page 300, as in R's `?glm`: clotting time, lot 1, by log plasma.
fn clotting() -> RegressionData {
    let plasma = array![5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0];
    named(
        &["log(u)"],
        plasma.mapv(f64::ln).insert_axis(ndarray::Axis(1)),
        array![118.0, 58.0, 42.0, 35.0, 27.0, 25.0, 21.0, 19.0, 18.0],
    )
}

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs().max(1e-300),
        "{found} is not {expected}"
    );
}

/// Certified values: <https://www.itl.nist.gov/div898/strd/lls/data/LINKS/v-Longley.shtml>.
#[test]
fn longley_meets_the_certified_values() {
    let summary = LeastSquares::new().regress(&longley()).unwrap();
    let certified = [
        ("intercept", -3482258.63459582, 890420.383607373),
        ("deflator", 15.0618722713733, 84.9149257747669),
        ("gnp", -0.358191792925910e-01, 0.334910077722432e-01),
        ("unemployed", -2.02022980381683, 0.488399681651699),
        ("armed", -1.03322686717359, 0.214274163161675),
        ("population", -0.511041056535807e-01, 0.226073200069370),
        ("year", 1829.15146461355, 455.478499142212),
    ];
    for (line, (name, estimate, error)) in summary.coefficients().iter().zip(certified) {
        assert_eq!(line.name(), name);
        close(line.estimate(), estimate, 1e-8);
        close(line.standard_error(), error, 1e-8);
    }
    close(summary.residual_standard_error(), 304.854073561965, 1e-10);
    close(summary.r2(), 0.995479004577296, 1e-12);
    let (f, p) = summary.f_test().unwrap();
    close(f, 330.285339234588, 1e-9);
    // 4.984e-10 in R's summary.
    close(p, 4.984030528e-10, 1e-6);
    assert_eq!((summary.rows(), summary.degrees_of_freedom()), (16, 9));
}

/// R 4: `m <- lm(Employed ~ ., longley)` with the certified units; `summary(m)`, `AIC(m)`,
/// `BIC(m)`, `lmtest::dwtest(m)`, `lmtest::bptest(m)`, `car::vif(m)`. Digits beyond those R prints
/// are statsmodels 0.15's (`OLS`, with 1 added to its number of parameters as R counts them).
#[test]
fn longley_has_the_statistics_of_r() {
    let summary = LeastSquares::new().regress(&longley()).unwrap();
    let t = [-3.911, 0.177, -1.070, -4.136, -4.822, -0.226, 4.016];
    let p = [
        0.003560, 0.863141, 0.312681, 0.002535, 0.000944, 0.826212, 0.003037,
    ];
    for (line, (t, p)) in summary.coefficients().iter().zip(t.into_iter().zip(p)) {
        assert!((line.statistic() - t).abs() < 6e-4, "{line:?}");
        assert!((line.p_value() - p).abs() < 6e-7, "{line:?}");
    }
    let year = summary.coefficient("year").unwrap().interval();
    close(year.low(), 798.7875, 1e-6);
    close(year.high(), 2859.515, 1e-6);
    close(summary.adjusted_r2().unwrap(), 0.992465007628816, 1e-12);
    close(summary.log_likelihood(), -109.6174348084912, 1e-10);
    close(summary.aic(), 235.2348696169824, 1e-10);
    close(summary.bic(), 241.41557939490065, 1e-10);
    close(summary.durbin_watson(), 2.5594876892797256, 1e-7);
    let test = summary.breusch_pagan().unwrap();
    assert_eq!(test.degrees_of_freedom(), 6);
    close(test.statistic(), 2.5096632074721974, 1e-6);
    close(test.p_value(), 0.8673846348761984, 1e-7);
    let inflation = [
        135.53244, 1788.51348, 33.61889, 3.58893, 399.15102, 758.98060,
    ];
    assert_eq!(summary.coefficients()[0].variance_inflation(), None);
    for (line, expected) in summary.coefficients()[1..].iter().zip(inflation) {
        close(line.variance_inflation().unwrap(), expected, 1e-6);
    }
    let text = summary.to_string();
    assert!(
        text.contains("adjusted R2 0.9925, AIC 235.23, BIC 241.42"),
        "{text}"
    );
}

/// R: `sqrt(diag(sandwich::NeweyWest(m, lag = 1, prewhite = FALSE)))`, the same as statsmodels
/// 0.15's `get_robustcov_results("HAC", maxlags=1)`, whose digits these are.
#[test]
fn newey_west_errors_are_those_of_sandwich() {
    let expected = [
        (
            1,
            [
                734984.0713864174,
                51.584836812778434,
                0.01776013589913885,
                0.29010726838494155,
            ],
        ),
        (
            2,
            [
                725219.8887388225,
                48.44914967037181,
                0.017794749971211554,
                0.2905358311757236,
            ],
        ),
    ];
    for (lags, errors) in expected {
        let robust = StandardErrors::NeweyWest { lags: Some(lags) };
        let least_squares = LeastSquares::new().with_standard_errors(robust);
        let summary = least_squares.regress(&longley()).unwrap();
        for (line, error) in summary.coefficients().iter().zip(errors) {
            close(line.standard_error(), error, 1e-7);
        }
    }
    // The rule of thumb is 2 lags for 16 rows.
    let rule = LeastSquares::new().with_standard_errors(StandardErrors::NeweyWest { lags: None });
    let summary = rule.regress(&longley()).unwrap();
    close(
        summary.coefficients()[1].standard_error(),
        48.44914967037181,
        1e-7,
    );
}

/// R: `glm(counts ~ outcome + treatment, family = poisson())` from `?glm`, whose summary says
/// 3.045e+00 (1.709e-01), -4.543e-01 (2.022e-01), -2.930e-01 (1.927e-01), two treatments of 0
/// (2.000e-01), residual deviance 5.1291 on 4 degrees of freedom, null deviance 10.5814, AIC 56.76.
/// Further digits are statsmodels 0.15's `GLM(counts, X, family=Poisson())`.
#[test]
fn counts_have_the_figures_of_dobson() {
    let poisson = LeastSquares::new().with_family(Family::Poisson);
    let summary = poisson.regress(&dobson()).unwrap();
    let expected = [
        (3.044522437723423, 0.17089865136252613),
        (-0.454255272277596, 0.20217075885058716),
        (-0.29298712468147514, 0.19274234495900236),
        (0.0, 0.2),
        (0.0, 0.2),
    ];
    for (line, (estimate, error)) in summary.coefficients().iter().zip(expected) {
        assert!((line.estimate() - estimate).abs() < 1e-9, "{line:?}");
        close(line.standard_error(), error, 1e-7);
    }
    let second = &summary.coefficients()[1];
    close(second.p_value(), 0.024647116167427572, 1e-6);
    close(summary.deviance(), 5.129141077001144, 1e-10);
    close(summary.null_deviance(), 10.581445863750867, 1e-10);
    close(summary.aic(), 56.76131840195768, 1e-10);
    close(summary.overdispersion(), 5.173201621073964 / 4.0, 1e-8);
    assert_eq!(summary.adjusted_r2(), None);
    assert_eq!(summary.breusch_pagan(), None);
    let robust = poisson.with_standard_errors(StandardErrors::NeweyWest { lags: Some(1) });
    let summary = robust.regress(&dobson()).unwrap();
    // statsmodels: GLM(counts, X, family=Poisson()).fit(cov_type="HAC", cov_kwds={"maxlags": 1}).
    close(
        summary.coefficients()[0].standard_error(),
        0.08430529172088858,
        1e-6,
    );
    close(
        summary.coefficients()[4].standard_error(),
        0.12472191289246454,
        1e-6,
    );
}

/// statsmodels 0.15: `GLM(lot1, [1, log(u)], family=Gamma(Log()))`; R's `?glm` fits these data with
/// the inverse link, so there is no printed output with the logarithmic one. The criterion is R's:
/// `-2 * sum(dgamma(y, 1/d, scale = mu * d, log = TRUE)) + 2 + 2 * 2` with d = deviance / 9.
#[test]
fn positive_outcomes_have_the_figures_of_a_gamma_regression() {
    let gamma = LeastSquares::new().with_family(Family::Gamma);
    let summary = gamma.regress(&clotting()).unwrap();
    let expected = [
        (
            5.503230227515959,
            0.19030092491736794,
            1.5215082764093874e-08,
        ),
        (
            -0.601917671742361,
            0.05530780303263475,
            1.2214954908136803e-05,
        ),
    ];
    for (line, (estimate, error, p)) in summary.coefficients().iter().zip(expected) {
        close(line.estimate(), estimate, 1e-10);
        close(line.standard_error(), error, 1e-9);
        close(line.p_value(), p, 1e-6);
    }
    close(summary.deviance(), 0.1626082944973315, 1e-9);
    close(summary.null_deviance(), 3.512826263828517, 1e-10);
    close(
        summary.residual_standard_error().powi(2),
        0.024354384565190186,
        1e-9,
    );
    close(summary.aic(), 58.481656206584894, 1e-9);
}

#[test]
fn weights_repeat_rows() {
    let x = array![[1.0, 0.0], [2.0, 1.0], [3.0, 1.0], [4.0, 0.0], [5.0, 3.0]];
    let y = array![1.0, 3.0, 2.5, 5.0, 4.5];
    let weighted = named(&["a", "b"], x.clone(), y.clone());
    let weighted = weighted.with_weights(vec![2.0, 1.0, 1.0, 0.0, 1.0]);
    let rows = [0, 0, 1, 2, 4];
    let repeated = named(
        &["a", "b"],
        x.select(ndarray::Axis(0), &rows),
        y.select(ndarray::Axis(0), &rows),
    );
    let fit = |data: &RegressionData| LeastSquares::new().regress(data).unwrap();
    let (weighted, repeated) = (fit(&weighted), fit(&repeated));
    assert_eq!(weighted.rows(), 4);
    for (a, b) in weighted.coefficients().iter().zip(repeated.coefficients()) {
        close(a.estimate(), b.estimate(), 1e-10);
    }
    close(weighted.r2(), repeated.r2(), 1e-12);
    close(weighted.deviance(), repeated.deviance(), 1e-10);
}

/// linfa's regressor on the design's dataset is least squares, and its coefficients make a draw.
#[test]
fn any_regressor_of_linfa_makes_a_draw() {
    use linfa::traits::Fit;
    use mixtouch::mix::estimate::TransformedDesign;
    use mixtouch::mix::posterior::Posterior;

    for world in [PanelWorld::small_business(), PanelWorld::growing_business()] {
        let panel = world.unwrap().simulate(1).panel().unwrap();
        let specification = MixSpecification::new().with_burn_in(0);
        let curves = specification.curves(&panel, |_, p| p.prior().quantile(0.5));
        let design = TransformedDesign::new(&specification, &panel, &curves.unwrap()).unwrap();
        let fit = linfa_linear::LinearRegression::new()
            .fit(&design.dataset())
            .unwrap();
        let draw = design.draw_with_intercept(&fit.params().to_vec(), fit.intercept());
        let (_, summary) = LeastSquares::new().fit(&specification, &panel).unwrap();
        let lines = summary.coefficients().iter();
        let ours = design.draw(&lines.map(|line| line.estimate()).collect::<Vec<f64>>());
        let r2 = [draw, ours].map(|draw| {
            let draws = vec![draw.unwrap()];
            let posterior = Posterior::new(specification.clone(), panel.clone(), draws);
            posterior.unwrap().fit_statistics().r2.unwrap()
        });
        assert!(r2[0] > 0.8 && (r2[0] - r2[1]).abs() < 1e-6, "{r2:?}");
    }
}

#[test]
fn dependent_columns_are_a_typed_error() {
    let gnp = longley().records().column(1).to_owned();
    let doubled = ndarray::concatenate![
        ndarray::Axis(1),
        longley().records().view(),
        gnp.mapv(|v| 2.0 * v - 7.0).insert_axis(ndarray::Axis(1))
    ];
    let mut names: Vec<String> = longley().names().to_vec();
    names.push("gnp again".to_owned());
    let data = RegressionData::new(names, doubled, longley().target().clone());
    // 2 x gnp - 7 depends on gnp and the intercept.
    for family in [Family::Gaussian, Family::Poisson, Family::Gamma] {
        match LeastSquares::new().with_family(family).regress(&data) {
            Err(Error::Collinear { column }) => assert_eq!(column, "gnp again"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn separation_is_a_typed_error() {
    let y = array![0.0, 0.0, 3.0, 5.0, 4.0, 6.0];
    let poisson = LeastSquares::new().with_family(Family::Poisson);
    let separated = |x: Array2<f64>| match poisson.regress(&named(&["promotion"], x, y.clone())) {
        Err(Error::Separation { column }) => assert_eq!(column, "promotion"),
        other => panic!("{other:?}"),
    };
    // Other than 0 only where the counts are 0; then the same after a shift of the column.
    separated(array![[1.0], [2.0], [0.0], [0.0], [0.0], [0.0]]);
    separated(array![[0.0], [0.0], [1.0], [1.0], [1.0], [1.0]]);
    // Zeros that a finite estimate explains.
    let x = array![[1.0], [2.0], [3.0], [4.0], [2.0], [5.0]];
    assert!(
        poisson
            .regress(&named(&["promotion"], x, y.clone()))
            .is_ok()
    );
}

#[test]
fn impossible_rows_are_refused() {
    let refused = |family, data: &RegressionData, part: &str| {
        let error = LeastSquares::new()
            .with_family(family)
            .regress(data)
            .unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    };
    let x = array![[1.0], [2.0], [4.0]];
    let data = |y: Array1<f64>| named(&["spend"], x.clone(), y);
    refused(
        Family::Gaussian,
        &data(array![1.0, f64::NAN, 2.0]),
        "outcome is NaN",
    );
    refused(
        Family::Gaussian,
        &data(array![1.0, 1.0, 1.0]),
        "the same in every row",
    );
    refused(
        Family::Gaussian,
        &data(array![1.0, 2.0]),
        "number of outcomes",
    );
    refused(Family::Poisson, &data(array![1.0, -1.0, 2.0]), "0 or more");
    refused(Family::Gamma, &data(array![1.0, 0.0, 2.0]), "> 0");
    let weights = data(array![1.0, 3.0, 2.0]).with_weights(vec![1.0, 2.0, 1.0]);
    refused(Family::Poisson, &weights, "weights of 1");
    let infinite = named(&["spend"], array![[f64::INFINITY], [1.0]], array![1.0, 2.0]);
    refused(Family::Gaussian, &infinite, "spend is inf");
    let few = named(
        &["a", "b"],
        array![[1.0, 0.0], [0.0, 1.0]],
        array![1.0, 2.0],
    );
    refused(Family::Gaussian, &few, "number of rows is 2");
    let empty = named(&[], Array2::zeros((3, 0)), array![1.0, 2.0, 3.0]);
    refused(Family::Gaussian, &empty, "is empty");
    let series = data(array![1.0, 3.0, 2.0]).with_series_length(2);
    refused(Family::Gaussian, &series, "series length");
}

/// Counts of two groups, one of millions and one with a single 1: means are those of the groups.
#[test]
fn counts_that_span_many_orders_of_magnitude_are_not_separated() {
    let large = |r: usize| 1e6 + (r % 7) as f64;
    let y = Array1::from_shape_fn(40, |r| match r {
        0..20 => large(r),
        20 => 1.0,
        _ => 0.0,
    });
    let open = Array2::from_shape_fn((40, 1), |(r, _)| f64::from(u8::from(r < 20)));
    let poisson = LeastSquares::new().with_family(Family::Poisson);
    let summary = poisson.regress(&named(&["open"], open, y)).unwrap();
    let mean = (0..20).map(large).sum::<f64>() / 20.0;
    let [closed, open] = [0, 1].map(|at| summary.coefficients()[at].estimate());
    close(closed, (1.0_f64 / 20.0).ln(), 1e-9);
    close(closed + open, mean.ln(), 1e-9);
    // Counts that fall from hundreds of millions to 0, as exp(20 - i) does.
    let falling = Array1::from_shape_fn(30, |i| (20.0 - i as f64).exp().floor());
    let time = Array2::from_shape_fn((30, 1), |(i, _)| i as f64);
    let summary = poisson.regress(&named(&["time"], time, falling)).unwrap();
    close(summary.coefficient("time").unwrap().estimate(), -1.0, 1e-3);
}

/// y = b x alone: b = sum xy / sum x2, and F compares with 0 as R's `lm(y ~ x - 1)` does.
#[test]
fn without_a_constant_the_null_model_is_zero() {
    let (x, y) = ([1.0, 2.0, 3.0], [1.0, 2.0, 3.1]);
    let data = named(
        &["x"],
        array![[1.0], [2.0], [3.0]],
        Array1::from(y.to_vec()),
    );
    let summary = LeastSquares::new()
        .regress(&data.without_intercept())
        .unwrap();
    let slope = (1.0 + 4.0 + 9.3) / 14.0;
    let left: f64 = x.iter().zip(y).map(|(x, y)| (y - slope * x).powi(2)).sum();
    let all: f64 = y.iter().map(|y| y * y).sum();
    close(summary.r2(), 1.0 - left / all, 1e-12);
    close(
        summary.f_test().unwrap().0,
        (all - left) / (left / 2.0),
        1e-9,
    );
    close(
        summary.adjusted_r2().unwrap(),
        1.0 - left / 2.0 / (all / 3.0),
        1e-12,
    );
}

#[test]
fn what_no_error_can_be_told_of_is_refused() {
    let x = array![[1.0], [2.0], [4.0], [5.0]];
    let y = array![1.0, 2.5, 3.5, 5.5];
    let refused = |least_squares: LeastSquares, data: &RegressionData, part: &str| {
        let error = least_squares.regress(data).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    let exact = named(&["spend"], x.clone(), array![2.0, 4.0, 8.0, 10.0]);
    refused(LeastSquares::new(), &exact, "give the outcome exactly");
    for lags in [4, usize::MAX] {
        let errors = StandardErrors::NeweyWest { lags: Some(lags) };
        let least_squares = LeastSquares::new().with_standard_errors(errors);
        let data = named(&["spend"], x.clone(), y.clone());
        refused(least_squares, &data, "fewer than the 4 rows");
    }
    for size in [1e-160, 1e154, 1e300] {
        let data = named(&["spend"], x.clone() * size, y.clone());
        refused(LeastSquares::new(), &data, "between 1e-140 and 1e140");
    }
    for name in ["", "intercept"] {
        let data = named(&[name], x.clone(), y.clone());
        refused(LeastSquares::new(), &data, "a name of its own");
    }
    let summary = LeastSquares::new()
        .regress(&named(&["spend"], x, y))
        .unwrap();
    assert!(summary.draws(usize::MAX, 1).is_err());
}

#[test]
fn draws_have_the_mean_and_covariance_of_the_estimates() {
    let mut random = Random::new(1);
    let x = Array2::from_shape_fn((60, 2), |(_, j)| random.normal() * 10_f64.powi(j as i32));
    let y = Array1::from_shape_fn(60, |r| 3.0 + x[[r, 0]] + 0.2 * x[[r, 1]] + random.normal());
    let summary = LeastSquares::new()
        .regress(&named(&["a", "b"], x, y))
        .unwrap();
    let draws = summary.draws(20_000, 7).unwrap();
    assert_eq!(draws, summary.draws(20_000, 7).unwrap());
    let count = draws.len() as f64;
    let mean = |j: usize| draws.iter().map(|d| d[j]).sum::<f64>() / count;
    let means = [0, 1, 2].map(mean);
    for (i, line) in summary.coefficients().iter().enumerate() {
        assert!((means[i] - line.estimate()).abs() < 0.03 * line.standard_error());
        for (j, other) in summary.coefficients().iter().enumerate() {
            let products = draws.iter().map(|d| (d[i] - means[i]) * (d[j] - means[j]));
            let covariance = products.sum::<f64>() / count;
            let size = line.standard_error() * other.standard_error();
            assert!((covariance - summary.covariance()[i][j]).abs() < 0.04 * size);
        }
    }
}

fn shop() -> Panel {
    let world = PanelWorld::small_business().unwrap().simulate(1);
    world.panel().unwrap()
}

#[test]
fn a_panel_gives_a_posterior_whose_mean_is_the_regression() {
    let panel = shop();
    let specification = MixSpecification::new().with_burn_in(0);
    let least_squares = LeastSquares::new().with_draws(300);
    let (model, summary) = least_squares.fit(&specification, &panel).unwrap();
    assert_eq!(model.draws().len(), 300);
    // Classical draws average to the estimates: fitted KPI and prediction agree.
    let mean = panel.kpi().iter().sum::<f64>() / panel.rows() as f64;
    let scale = mean / (summary.fitted().iter().sum::<f64>() / panel.rows() as f64);
    let prediction = model.decomposition().prediction();
    for (fitted, predicted) in summary.fitted().iter().zip(prediction) {
        assert!(
            (fitted * scale - predicted).abs() < 0.02 * mean,
            "{fitted} {predicted}"
        );
    }
    assert_eq!(
        least_squares.estimate(&specification, &panel).unwrap(),
        model
    );
    assert!((model.fit_statistics().r2.unwrap() - summary.r2()).abs() < 0.01);
}

#[test]
fn counts_of_a_panel_keep_the_totals_of_what_each_channel_brings() {
    let panel = shop();
    let poisson = LeastSquares::new()
        .with_family(Family::Poisson)
        .with_draws(200);
    let mix = MixSpecification::new().with_burn_in(0);
    let (model, summary) = poisson.fit(&mix, &panel).unwrap();
    let fitted: f64 = summary.fitted().iter().sum();
    let predicted: f64 = model.decomposition().prediction().iter().sum();
    assert!(
        (predicted / fitted - 1.0).abs() < 0.02,
        "{predicted} {fitted}"
    );
    assert!(model.fit_statistics().r2 > Some(0.3));
}

#[test]
fn transforms_are_given_by_parameter_or_by_curve() {
    let panel = shop();
    let specification = MixSpecification::new();
    let channel = panel.channels()[0].name().to_owned();
    let at = |value: f64| {
        let name = mixtouch::mix::transform::AdstockFamily::Geometric.parameters(8)[0].name();
        LeastSquares::new()
            .with_draws(10)
            .with_parameter(&channel, name, value)
    };
    let (short, _) = at(0.1).fit(&specification, &panel).unwrap();
    let (long, _) = at(0.8).fit(&specification, &panel).unwrap();
    assert_ne!(short, long);
    let curves = long.draws()[0].curves().to_vec();
    let given = LeastSquares::new().with_draws(10).with_curves(curves);
    assert_eq!(given.fit(&specification, &panel).unwrap().0, long);
    let unknown = LeastSquares::new().with_parameter(&channel, "speed", 0.5);
    let error = unknown.fit(&specification, &panel).unwrap_err().to_string();
    assert!(error.contains("speed of"), "{error}");
    let none = LeastSquares::new().with_draws(0);
    assert!(none.fit(&specification, &panel).is_err());
}
