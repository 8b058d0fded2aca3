//! Models of which channels a person met, against figures worked out elsewhere.

use mixtouch::attribution::regression::{LogisticRegression, ShaoLi};
use mixtouch::attribution::shapley::{ResponseShapley, SetRateShapley};
use mixtouch::attribution::{ChannelSetCounts, Counterfactual};
use mixtouch::{ChannelId, Comparison, Fit, Journeys, Outcome, PathTable, attribute};

fn journeys(rows: &[(&[&str], f64, f64)]) -> Journeys {
    let mut table = PathTable::new();
    for &(path, conversions, nulls) in rows {
        table
            .push(
                path.iter().copied(),
                Outcome::new(conversions, nulls, conversions).unwrap(),
            )
            .unwrap();
    }
    table.journeys().unwrap()
}

fn credit(journeys: &Journeys, fit: &(impl Fit<Model: 'static> + Sync)) -> Vec<f64> {
    let credits = attribute(journeys, &fit.fit(journeys).unwrap()).unwrap();
    credits
        .by_channel()
        .iter()
        .map(|tally| tally.conversions)
        .collect()
}

fn assert_close(ours: &[f64], expected: &[f64], tolerance: f64) {
    assert!(
        ours.len() == expected.len()
            && ours
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() <= tolerance),
        "{ours:?} {expected:?}"
    );
}

/// Newton's method in NumPy 2.4.6 on the same penalised likelihood: rows (1, search, social) of
/// 1,000 journeys each.
#[test]
fn logistic_coefficients_are_those_of_numpy() {
    let journeys = journeys(&[
        (&["social"], 100.0, 900.0),
        (&["search"], 200.0, 800.0),
        (&["social", "search"], 360.0, 640.0),
    ]);
    let model = LogisticRegression::new().fit(&journeys).unwrap();
    assert!(model.converged());
    let ours: Vec<f64> = std::iter::once(model.intercept())
        .chain(model.coefficients().map(|(_, coefficient)| coefficient))
        .collect();
    assert_close(&ours, &NUMPY, 1e-9);
}

const NUMPY: [f64; 3] = [-2.9752178778276446, 1.593888508440805, 0.7955790852430269];

/// Without nulls everybody converts, and without conversions nobody: probabilities near 1 and 0,
/// finite coefficients.
#[test]
fn logistic_stays_finite_at_the_edges() {
    for (conversions, nulls, rate) in [(50.0, 0.0, 1.0), (0.0, 50.0, 0.0)] {
        let journeys = journeys(&[
            (&["a"], conversions, nulls),
            (&["a", "b"], conversions, nulls),
        ]);
        let model = LogisticRegression::new().fit(&journeys).unwrap();
        assert!(
            model.intercept().is_finite()
                && model
                    .coefficients()
                    .all(|(_, coefficient)| coefficient.is_finite())
        );
        let ids: Vec<ChannelId> = journeys.channels().ids().collect();
        assert!((model.predict(&ids) - rate).abs() < 1e-3);
        assert!(
            (attribute(&journeys, &model).unwrap().credited().conversions - 2.0 * conversions)
                .abs()
                < 1e-9
        );
    }
    assert!(LogisticRegression::new().with_penalty(0.0).is_err());
}

/// Figures by hand. p(a) = 6/30, p(b) = 9/20, p(c) = 4/20, p(a, b) = p(a, b, c) = 3/10 with p(a, c)
/// = p(b, c) = 3/10.
#[test]
fn shao_li_by_hand() {
    let journeys = journeys(&[
        (&["a"], 3.0, 17.0),
        (&["b"], 6.0, 4.0),
        (&["c"], 1.0, 9.0),
        (&["a", "b", "c", "a"], 3.0, 7.0),
    ]);
    let weights = [
        0.2 + (0.3 - 0.2 - 0.45 + 0.3 - 0.2 - 0.2) / 4.0,
        0.45 + (0.3 - 0.2 - 0.45 + 0.3 - 0.45 - 0.2) / 4.0,
        0.2 + (0.3 - 0.2 - 0.2 + 0.3 - 0.45 - 0.2) / 4.0,
    ];
    let sum: f64 = weights.iter().sum();
    let expected = [
        3.0 + 3.0 * weights[0] / sum,
        6.0 + 3.0 * weights[1] / sum,
        1.0 + 3.0 * weights[2] / sum,
    ];
    assert_close(&credit(&journeys, &ShaoLi), &expected, 1e-12);
}

/// Paths that were never seen convert at 0, and where no touch adds anything the last one has it
/// all.
#[test]
fn counterfactual_by_hand() {
    let journeys = journeys(&[
        (&["a", "b", "a"], 2.0, 8.0),
        (&["a", "a"], 1.0, 9.0),
        (&["a", "b"], 5.0, 5.0),
        (&["b"], 6.0, 4.0),
    ]);
    // a > b > a: without the first b > a (unseen) 0.2, without b 0.2 - 0.1, without the last max(0,
    // 0.2 - 0.5): a 2/3, b 1/3 of 2 a > a: without either a (unseen) 0.1 each; a > b: without a
    // max(0, 0.5 - 0.6), without b 0.5: all to b; b: all to it
    assert_close(
        &credit(&journeys, &Counterfactual),
        &[4.0 / 3.0 + 1.0, 2.0 / 3.0 + 5.0 + 6.0],
        1e-12,
    );
    let journeys = self::journeys(&[
        (&["a"], 5.0, 5.0),
        (&["b"], 5.0, 5.0),
        (&["a", "b"], 1.0, 9.0),
    ]);
    assert_close(&credit(&journeys, &Counterfactual), &[5.0, 6.0], 1e-12);
}

/// A response that is the rate seen is the set-rate game, whose values are worked out in another
/// way.
#[test]
fn the_response_game_of_seen_rates_is_the_set_rate_game() {
    let names: Vec<String> = (0..6).map(|at| format!("c{at}")).collect();
    let sets: Vec<Vec<&str>> = (1u32..64)
        .map(|bits| {
            (0..6)
                .filter(|at| bits >> at & 1 == 1)
                .map(|at| names[at].as_str())
                .collect()
        })
        .collect();
    // Rates rise with the set, so no value is negative.
    let rows: Vec<(&[&str], f64, f64)> = sets
        .iter()
        .map(|set| {
            (
                set.as_slice(),
                (set.len() * set.len()) as f64,
                60.0 - (set.len() * set.len()) as f64,
            )
        })
        .collect();
    let journeys = journeys(&rows);
    let coalitions = journeys
        .accumulate(|| ChannelSetCounts::new(journeys.channels()))
        .unwrap();
    let rate = move |set: &[ChannelId]| {
        coalitions
            .get(set)
            .map_or(0.0, |outcome| outcome.conversions() / 60.0)
    };
    let game = ResponseShapley::new(rate);
    let expected = credit(&journeys, &SetRateShapley);
    assert_close(&credit(&journeys, &game), &expected, 1e-9);
    // Sampled, it agrees within its stated error.
    let sampled = game
        .clone()
        .with_exact(0)
        .unwrap()
        .with_error(0.001)
        .unwrap()
        .with_seed(4)
        .fit(&journeys)
        .unwrap();
    let set: Vec<ChannelId> = journeys.channels().ids().collect();
    let exact = game.fit(&journeys).unwrap();
    let (values, errors) = (
        sampled.values(&set).unwrap(),
        sampled.standard_errors(&set).unwrap(),
    );
    for ((value, error), expected) in values.iter().zip(errors).zip(exact.values(&set).unwrap()) {
        assert!(
            *error <= 0.001 * 0.6 && (value - expected).abs() <= 5.0 * error + 1e-12,
            "{value} {error} {expected}"
        );
    }
    assert_eq!(exact.standard_errors(&set).unwrap(), [0.0; 6]);
}

#[test]
fn a_baseline_takes_what_comes_without_marketing() {
    let journeys = journeys(&[(&["a", "b"], 10.0, 0.0)]);
    let rate = |set: &[ChannelId]| 0.02 + 0.04 * set.len() as f64;
    let credits = attribute(
        &journeys,
        &ResponseShapley::new(rate)
            .with_baseline(true)
            .fit(&journeys)
            .unwrap(),
    )
    .unwrap();
    assert!((credits.baseline().conversions - 2.0).abs() < 1e-12);
    let error = ResponseShapley::new(|_: &[ChannelId]| f64::NAN)
        .fit(&journeys)
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        "the response to a, b or a part of it is NaN, expected: finite numbers"
    );
    for refused in [
        ResponseShapley::new(rate).with_exact(21),
        ResponseShapley::new(rate).with_error(0.0),
        ResponseShapley::new(rate).with_most_pairs(1),
    ] {
        assert!(refused.is_err());
    }
}

/// More channels than bits in a number: the same sets, kept as lists.
#[test]
fn sets_of_many_channels_are_those_of_few() {
    let rows: [(&[&str], f64, f64); 4] = [
        (&["a", "b", "a"], 3.0, 7.0),
        (&["c", "a"], 1.0, 5.0),
        (&["b", "a"], 2.0, 2.0),
        (&["c"], 4.0, 30.0),
    ];
    let names: Vec<String> = (0..100).map(|at| format!("z{at:02}")).collect();
    let padding: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
    let many: Vec<(&[&str], f64, f64)> = rows
        .iter()
        .copied()
        .chain(padding.iter().map(|path| (path.as_slice(), 0.0, 1.0)))
        .collect();
    let (few, many) = (journeys(&rows), journeys(&many));
    let coalitions = |journeys: &Journeys| {
        journeys
            .accumulate(|| ChannelSetCounts::new(journeys.channels()))
            .unwrap()
    };
    let (small, large) = (coalitions(&few), coalitions(&many));
    let converting = |all: &ChannelSetCounts| {
        all.sorted()
            .into_iter()
            .filter(|(_, outcome)| outcome.conversions() > 0.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(converting(&small), converting(&large));
    assert_eq!(small.sorted().len(), 3);
    assert_close(
        &credit(&many, &SetRateShapley)[..3],
        &credit(&few, &SetRateShapley),
        1e-12,
    );
    let text = serde_json::to_string(&large).unwrap();
    assert_eq!(
        serde_json::from_str::<ChannelSetCounts>(&text).unwrap(),
        large
    );
}

#[test]
fn all_of_them_compare_and_bootstrap() {
    let journeys = journeys(&[
        (&["a"], 30.0, 170.0),
        (&["b"], 60.0, 40.0),
        (&["c"], 10.0, 90.0),
        (&["a", "b", "c", "a"], 30.0, 70.0),
    ]);
    let table = Comparison::new()
        .fit("logistic", LogisticRegression::new())
        .fit("shao-li", ShaoLi)
        .fit("counterfactual", Counterfactual)
        .bootstrap(mixtouch::attribution::Bootstrap::new(100, 1).unwrap())
        .run(&journeys)
        .unwrap();
    for model in table.models() {
        for row in &model.channels {
            assert!(
                row.conversions_low.unwrap() < row.conversions
                    && row.conversions < row.conversions_high.unwrap(),
                "{row:?}"
            );
        }
    }
}
