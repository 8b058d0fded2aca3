//! Figures of a fitted model against the same figures worked out by hand or from first principles.

use crate::common::random::Random;
use crate::common::solution;
use mixtouch::Day;
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Frequency, Panel, PanelColumns};
use mixtouch::mix::posterior::{Posterior, PosteriorDraw};
use mixtouch::mix::specification::{Baseline, GeoScale, MixSpecification, Pooling, Trend};
use mixtouch::mix::transform::{AdstockFamily, Order, SaturationFamily};
use mixtouch::simulate::panels::PanelWorld;

fn weeks(count: i32) -> Vec<Day> {
    (0..count)
        .map(|w| Day::new(18_000 + 7 * w).unwrap())
        .collect()
}

fn search() -> Search {
    Search::default()
        .with_evaluations(60)
        .with_pareto_evaluations(24)
        .with_draws(6)
}

/// A search that finds a straight line, whose parameters are none.
fn plain_search() -> Search {
    Search::default()
        .with_evaluations(10)
        .with_pareto_evaluations(0)
        .with_draws(1)
        .with_folds(0)
}

/// A straight line: no transforms, no penalty, no trend, no seasons.
fn line() -> MixSpecification {
    let flat = Baseline::new(Trend::None, 0).unwrap();
    MixSpecification::new()
        .with_penalty(0.0..=0.0)
        .with_baseline(flat)
        .with_adstock(AdstockFamily::None)
        .with_saturation(SaturationFamily::None)
}

fn assert_close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{found} {expected}"
    );
}

#[test]
fn fit_statistics_by_hand() {
    // y = 11 + 2 x + (1, -2, 1, 1, -2, 1): the last are orthogonal to 1 and x, so they are the
    // residuals.
    let (x, y) = (
        vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0],
        vec![12.0, 11.0, 16.0, 12.0, 11.0, 16.0],
    );
    let panel = Panel::national(weeks(6), y.clone())
        .unwrap()
        .with_channel("tv", x.clone())
        .unwrap();
    let model = solution(&plain_search(), &line(), &panel);
    let fit = model.fit_statistics();
    for (found, expected) in model
        .residuals()
        .iter()
        .zip([1.0, -2.0, 1.0, 1.0, -2.0, 1.0])
    {
        assert_close(*found, expected);
    }
    // Squares: residuals 12, deviations from the mean of 13 28, steps between residuals 9 + 9 + 0 +
    // 9 + 9.
    assert_close(fit.r2.unwrap(), 1.0 - 12.0 / 28.0);
    assert_close(fit.adjusted_r2.unwrap(), 1.0 - 12.0 / 28.0 * 5.0 / 4.0);
    assert_close(fit.durbin_watson.unwrap(), 36.0 / 12.0);
    assert_close(fit.nrmse.unwrap(), 2_f64.sqrt() / 5.0);
    assert_close(
        fit.mape.unwrap(),
        (2.0 / 12.0 + 4.0 / 11.0 + 2.0 / 16.0) / 6.0,
    );
    assert_eq!(fit.validation_nrmse, None);
    // The same rows as two geos: the step from one geo's end to the other's beginning is none.
    let geos = Panel::new(None, weeks(3), vec!["a".into(), "b".into()], y)
        .unwrap()
        .with_channel("tv", x)
        .unwrap();
    let by_geo = solution(&plain_search(), &line(), &geos).fit_statistics();
    assert_close(by_geo.durbin_watson.unwrap(), 36.0 / 12.0);
    assert_close(by_geo.adjusted_r2.unwrap(), 1.0 - 12.0 / 28.0 * 5.0 / 3.0);
}

#[test]
fn of_a_kpi_that_never_moves_nothing_is_explained() {
    let spend: Vec<f64> = (0..30).map(|week| f64::from(week % 4)).collect();
    let with = |kpi: Vec<f64>| {
        let panel = Panel::national(weeks(30), kpi).unwrap();
        panel.with_channel("tv", spend.clone()).unwrap()
    };
    // what was learned where the KPI moves, beside one that does not
    let learned = with(spend.iter().map(|spend| 10.0 + spend).collect());
    let learned = solution(&plain_search(), &line(), &learned);
    let draws = learned.draws().to_vec();
    // an error in relation to next to nothing is no number
    let mut tiny: Vec<f64> = (0..30).map(f64::from).collect();
    tiny[0] = 1e-310;
    let model = Posterior::new(line(), with(tiny), draws.clone()).unwrap();
    assert_eq!(model.fit_statistics().mape, None);

    let model = Posterior::new(line(), with(vec![0.1; 30]), draws).unwrap();
    let fit = model.fit_statistics();
    assert_eq!((fit.r2, fit.adjusted_r2, fit.nrmse), (None, None, None));
    assert!(fit.mape.is_some());
    let document = serde_json::to_value(fit).unwrap();
    assert!(document["r2"].is_null() && document["nrmse"].is_null());
    let text = model.report().to_string();
    assert!(
        text.contains("R2 -, NRMSE -") && !text.contains("NaN"),
        "{text}"
    );
}

#[test]
fn a_step_between_geos_is_no_step_in_time() {
    // Residuals (1, -2, 1) and (-1, 2, -1): steps 9 + 9 and 9 + 9; across the border there would be
    // 4 more.
    let (x, y) = (
        vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0],
        vec![12.0, 11.0, 16.0, 10.0, 15.0, 14.0],
    );
    let panel = Panel::new(None, weeks(3), vec!["a".into(), "b".into()], y)
        .unwrap()
        .with_channel("tv", x)
        .unwrap();
    assert_close(
        solution(&plain_search(), &line(), &panel)
            .fit_statistics()
            .durbin_watson
            .unwrap(),
        36.0 / 12.0,
    );
}

#[test]
fn the_adstock_curve_by_hand() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .with_size(1, 80)
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let channel = panel.channel_names().next().unwrap().to_owned();
    let model = search()
        .estimate(
            &MixSpecification::new().with_window(4).with_channel_range(
                &channel,
                "alpha",
                0.5..=0.5,
            ),
            &panel,
        )
        .unwrap();
    let summary = &model.channels()[0];
    for (found, expected) in summary.adstock_curve.iter().zip([8.0, 4.0, 2.0, 1.0]) {
        assert_close(*found, expected / 15.0);
    }
    assert_eq!(summary.adstock_curve.len(), 4);
    assert_close(summary.half_life.unwrap(), 1.0);
}

#[test]
fn immediate_effects_by_hand() {
    let mut random = Random::new(8);
    let spend: Vec<f64> = (0..60).map(|_| random.between(0.0, 10.0)).collect();
    let kpi = (0..60)
        .map(|t| 50.0 + 2.0 * spend[t] + if t > 0 { spend[t - 1] } else { 0.0 } + random.normal())
        .collect();
    let panel = Panel::national(weeks(60), kpi)
        .unwrap()
        .with_channel("tv", spend.clone())
        .unwrap();
    let mix = line()
        .with_adstock(AdstockFamily::Geometric)
        .with_window(2)
        .with_channel_range("tv", "alpha", 0.5..=0.5);
    let model = plain_search().estimate(&mix, &panel).unwrap();
    // Two thirds of the effect fall into the period of the spend, one third into the next.
    let rate = model.draws()[0].coefficients()[0][0] / spend.iter().fold(0.0_f64, |m, x| m.max(*x));
    assert!((rate - 3.0).abs() < 0.2, "{rate}");
    let parts = model.decomposition();
    for t in 0..60 {
        let (now, before) = (
            rate * 2.0 / 3.0 * spend[t],
            if t > 0 {
                rate / 3.0 * spend[t - 1]
            } else {
                0.0
            },
        );
        assert_close(parts.immediate_contributions()[0][t], now);
        assert_close(parts.contributions()[0][t], now + before);
    }
    assert_close(
        model.channels()[0].immediate,
        parts.immediate_contributions()[0].iter().sum(),
    );
}

#[test]
fn objectives_are_what_they_are_called() {
    let world = PanelWorld::small_business()
        .unwrap()
        .with_size(2, 80)
        .unwrap()
        .simulate(4);
    let panel = world.panel().unwrap();
    let channels: Vec<String> = panel.channel_names().map(Into::into).collect();
    let window = (panel.dates()[10], panel.dates()[21].plus(6));
    let tests = channels[..2]
        .iter()
        .map(|name| world.lift_test(name, None, window, 1.8, 0.2, 3).unwrap())
        .collect();
    let mix = MixSpecification::new().with_lift_tests(tests);
    let model = solution(&search(), &mix, &panel);
    let parts = model.decomposition();
    let objectives = model.draws()[0].objectives().unwrap();
    let share =
        |of: &dyn Fn(usize) -> f64, c: usize| of(c) / (0..channels.len()).map(of).sum::<f64>();
    let spend = |c: usize| panel.channels()[c].spend().iter().sum::<f64>();
    let square = |c: usize| (share(&|c| parts.totals()[c], c) - share(&spend, c)).powi(2);
    let rssd = (0..channels.len()).map(square).sum::<f64>().sqrt();
    assert!(
        (objectives.rssd / rssd - 1.0).abs() < 1e-6,
        "{} {rssd}",
        objectives.rssd
    );
    let deviations: Vec<f64> = model
        .lift_report()
        .iter()
        .map(|test| test.deviation())
        .collect();
    let error = (deviations.iter().map(|d| d * d).sum::<f64>() / deviations.len() as f64).sqrt();
    assert!(
        (objectives.lift_error.unwrap() / error - 1.0).abs() < 1e-6,
        "{:?} {error}",
        objectives.lift_error
    );
}

#[test]
fn partial_pooling_lies_between_pooled_and_separate() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .with_size(2, 90)
        .unwrap()
        .simulate(6)
        .panel()
        .unwrap();
    let apart = |pooling: Pooling| {
        let mix = MixSpecification::new()
            .with_geo_scale(GeoScale::Common)
            .with_pooling(pooling);
        let model = solution(&search(), &mix, &panel);
        let by_channel = |c: usize| {
            let of = |g: usize| {
                model
                    .draws()
                    .iter()
                    .map(|m| m.coefficients()[c][g])
                    .sum::<f64>()
            };
            (of(0) - of(1)).abs()
        };
        (0..panel.channels().len()).map(by_channel).sum::<f64>()
    };
    let (pooled, separate) = (apart(Pooling::Pooled), apart(Pooling::Separate));
    let partly: Vec<f64> = [1e9, 100.0, 10.0, 1e-9]
        .map(|rows| apart(Pooling::Partial(rows)))
        .to_vec();
    assert!(
        pooled == 0.0 && partly[0] < 1e-5 * separate,
        "{pooled} {partly:?}"
    );
    assert!(
        partly.is_sorted() && partly[1] > 0.05 * separate && partly[2] < 0.99 * separate,
        "{partly:?} {separate}"
    );
    assert!(
        (partly[3] / separate - 1.0).abs() < 1e-4,
        "{partly:?} {separate}"
    );
}

#[test]
fn a_figure_that_the_data_hardly_inform_says_so() {
    let mut random = Random::new(3);
    let (tv, noise): (Vec<f64>, Vec<f64>) = (0..104)
        .map(|_| (random.between(0.0, 10.0), random.between(4.0, 5.0)))
        .unzip();
    let kpi = tv
        .iter()
        .map(|x| 100.0 + 8.0 * x + 3.0 * random.normal())
        .collect();
    let panel = Panel::national(weeks(104), kpi)
        .unwrap()
        .with_channel("tv", tv)
        .unwrap()
        .with_channel("noise", noise)
        .unwrap();
    let channels = Search::default()
        .with_evaluations(600)
        .estimate(&MixSpecification::new(), &panel)
        .unwrap()
        .channels();
    assert!(
        !channels[0].weakly_identified && channels[1].weakly_identified,
        "{channels:?}"
    );
}

#[test]
fn arrays_are_laid_out_by_geo() {
    let geos = || vec!["a".to_owned(), "b".to_owned()];
    let kpi = ndarray::array![[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]];
    let spend =
        ndarray::Array3::from_shape_fn((3, 2, 2), |(t, g, c)| (100 * c + 10 * g + t) as f64);
    let panel =
        Panel::from_arrays(weeks(3), geos(), kpi.view(), &["tv", "radio"], spend.view()).unwrap();
    assert_eq!(panel.kpi(), [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
    assert_eq!(
        panel.channels()[0].spend(),
        [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]
    );
    assert_eq!(
        panel.channels()[1].spend(),
        [100.0, 101.0, 102.0, 110.0, 111.0, 112.0]
    );
    let refused = Panel::from_arrays(weeks(3), geos(), kpi.t(), &["tv", "radio"], spend.view())
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "shape of kpi and spend is (2, 3) and (3, 2, 2), expected: (3, 2, 2)"
    );
    assert!(Panel::from_arrays(weeks(3), geos(), kpi.view(), &["tv"], spend.view()).is_err());
    let negative = spend.mapv(|x| x - 1.0);
    assert!(
        Panel::from_arrays(
            weeks(3),
            geos(),
            kpi.view(),
            &["tv", "radio"],
            negative.view()
        )
        .unwrap_err()
        .to_string()
        .contains("tv in a")
    );
}

#[test]
fn the_best_has_the_highest_score_and_stands_alone() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .with_size(2, 80)
        .unwrap()
        .simulate(2)
        .panel()
        .unwrap();
    let fit = search().fit(&MixSpecification::new(), &panel).unwrap();
    let (model, report) = (fit.posterior(), fit.report());
    let best = report.best();
    let score = |draw: &PosteriorDraw| draw.objectives().unwrap().score;
    assert!(
        model
            .draws()
            .iter()
            .chain(report.pareto_front())
            .all(|draw| score(draw) <= score(best))
    );
    let alone = model.decomposition_by(best).unwrap();
    for row in 0..panel.rows() {
        let sum = alone.baseline()[row]
            + (0..panel.channels().len())
                .map(|c| alone.contributions()[c][row])
                .sum::<f64>();
        assert_close(sum, alone.prediction()[row]);
    }
    assert_eq!(best.curves().len(), panel.channels().len());
    assert!(best.kkt_residual().unwrap() <= 1e-8 && best.penalty() > 0.0);
}

/// Two geos of the same habits, the second three times the size of the first, in one channel.
fn geos_of_two_sizes() -> Panel {
    let mut random = Random::new(5);
    let spend: Vec<f64> = (0..80).map(|_| random.between(1.0, 9.0)).collect();
    let kpi: Vec<f64> = spend
        .iter()
        .map(|x| 100.0 + 4.0 * x + random.normal())
        .collect();
    let thrice = |values: &[f64]| values.iter().map(|v| 3.0 * v).collect::<Vec<f64>>();
    let panel = Panel::new(
        None,
        weeks(80),
        vec!["a".into(), "b".into()],
        [kpi.clone(), thrice(&kpi)].concat(),
    )
    .unwrap();
    panel
        .with_channel("tv", [spend.clone(), thrice(&spend)].concat())
        .unwrap()
}

#[test]
fn pooled_effects_are_per_head_where_populations_are_known() {
    let ratio = |panel: &Panel, scale: GeoScale| {
        let model = search()
            .estimate(&MixSpecification::new().with_geo_scale(scale), panel)
            .unwrap();
        let by_geo = &model.draws()[0].coefficients()[0];
        by_geo[1] / by_geo[0]
    };
    let panel = geos_of_two_sizes();
    let peopled = |b: f64| panel.clone().with_population(vec![1000.0, b]).unwrap();
    assert_close(ratio(&peopled(3000.0), GeoScale::Auto), 3.0);
    assert_close(ratio(&peopled(5000.0), GeoScale::Auto), 5.0);
    assert_close(ratio(&peopled(5000.0), GeoScale::Mean), 3.0);
    assert_close(ratio(&peopled(5000.0), GeoScale::Common), 1.0);
    assert_close(ratio(&panel, GeoScale::Auto), 3.0);
    // Scaled alike, the geos have the same effect per unit of spend: 4 for each.
    let model = search()
        .estimate(
            &MixSpecification::new()
                .with_adstock(AdstockFamily::None)
                .with_saturation(SaturationFamily::None),
            &peopled(3000.0),
        )
        .unwrap();
    for geo in 0..2 {
        let roi = model.channels_in(&panel.geos()[geo]).unwrap()[0]
            .roi
            .unwrap()
            .value();
        assert!((roi - 4.0).abs() < 0.3, "{roi}");
    }
    assert!(
        ratio(&panel, GeoScale::Common) == 1.0
            && search()
                .estimate(
                    &MixSpecification::new().with_pooling(Pooling::Separate),
                    &panel
                )
                .is_ok()
    );
}

/// The model's contributions of the first channel were its spend multiplied, all else as it is,
/// scale of activity included.
fn with_spend_times(model: &Posterior, factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut document = serde_json::to_value(model).unwrap();
    for (row, cell) in document["panel"]["channels"][0]["spend"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        *cell = serde_json::json!(cell.as_f64().unwrap() * factor(row));
    }
    let changed: Posterior = serde_json::from_value(document).unwrap();
    changed.decomposition().contributions()[0].to_vec()
}

#[test]
fn a_lift_test_is_predicted_by_what_the_model_says_of_the_changed_spend() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .with_size(2, 80)
        .unwrap()
        .simulate(3)
        .panel()
        .unwrap();
    let (channel, geos) = (
        panel.channel_names().next().unwrap().to_owned(),
        panel.geos().to_vec(),
    );
    let (from, to) = (20, 32);
    let (start, end) = (panel.dates()[from], panel.dates()[to - 1].plus(6));
    for order in [Order::AdstockFirst, Order::SaturationFirst] {
        for geo in [None, Some(0), Some(1)] {
            let tested =
                |row: usize| (from..to).contains(&(row % 80)) && geo.is_none_or(|g| g == row / 80);
            let spent: f64 = panel.channels()[0]
                .spend()
                .iter()
                .enumerate()
                .filter(|(row, _)| tested(*row))
                .map(|(_, x)| x)
                .sum();
            let named = geo.map(|g| geos[g].clone());
            let test = named.clone().into_iter().fold(
                LiftTest::new(&channel, start, end)
                    .with_spend_change(0.4 * spent)
                    .with_outcome_change(0.3 * spent)
                    .with_standard_error(0.05 * spent),
                LiftTest::with_geo,
            );
            let model = search()
                .estimate(
                    &MixSpecification::new()
                        .with_order(order)
                        .with_lift_tests(vec![test]),
                    &panel,
                )
                .unwrap();
            let report = &model.lift_report()[0];
            let (before, after) = (
                with_spend_times(&model, |_| 1.0),
                with_spend_times(&model, |row| if tested(row) { 1.4 } else { 1.0 }),
            );
            let change: f64 = (0..160)
                .filter(|row| (from..to).contains(&(row % 80)))
                .map(|row| after[row] - before[row])
                .sum();
            assert!(
                (report.predicted.value() - change).abs() <= 1e-6 * change,
                "{order:?} {geo:?}: {:?} {change}",
                report.predicted
            );
            assert_eq!(
                (report.geo.clone(), report.start, report.end),
                (named, start, end)
            );
            assert!(report.deviation().abs() < 3.0, "{report:?}");
        }
    }
}

/// A level of 500, to which every unit of spend adds 1 at once and 1 a period later.
fn table(dates: &[Day], seed: u64) -> (String, Vec<f64>) {
    let mut random = Random::new(seed);
    let spend: Vec<f64> = dates
        .iter()
        .map(|_| {
            if random.chance(0.3) {
                0.0
            } else {
                random.between(20.0, 120.0)
            }
        })
        .collect();
    let truth: Vec<f64> = (0..spend.len())
        .map(|t| spend[t] + if t > 0 { spend[t - 1] } else { 0.0 })
        .collect();
    let rows = dates
        .iter()
        .zip(&spend)
        .zip(&truth)
        .map(|((d, x), y)| format!("{d},{},{x}\n", 500.0 + y + 5.0 * random.normal()));
    (
        "date,sales,tv\n".to_owned() + &rows.collect::<String>(),
        truth,
    )
}

#[test]
fn days_and_months_are_periods_too() {
    let first: Day = "2019-01-01".parse().unwrap();
    let days: Vec<Day> = (0..365).map(|t| first.plus(t)).collect();
    let months: Vec<Day> = (0..72).map(|t| first.plus_months(t)).collect();
    for (dates, period, window, tested) in [
        (days, Frequency::Day, 364, ("2019-03-01", "2019-03-10")),
        (months, Frequency::Month, 12, ("2020-02-01", "2020-04-30")),
    ] {
        let (csv, truth) = table(&dates, 7);
        let panel = PanelColumns::new("date", "sales")
            .channel("tv")
            .read(csv.as_bytes())
            .unwrap();
        assert_eq!(panel.period(), period);
        let (start, end): (Day, Day) = (tested.0.parse().unwrap(), tested.1.parse().unwrap());
        let test = LiftTest::new("tv", start, end)
            .with_spend_change(300.0)
            .with_outcome_change(570.0)
            .with_standard_error(30.0);
        let mix = MixSpecification::new()
            .with_saturation(SaturationFamily::None)
            .with_lift_tests(vec![test]);
        let model = Search::default()
            .with_evaluations(200)
            .estimate(&mix, &panel)
            .unwrap();
        assert_eq!(model.channels()[0].adstock_curve.len(), window);
        let total = truth.iter().sum::<f64>();
        let found = model.channels()[0].contribution;
        assert!(
            found.interval().contains(total) && (found.value() / total - 1.0).abs() < 0.25,
            "{period:?}: {found} {total}"
        );
        assert!(
            (model.lift_report()[0].deviation()).abs() < 2.0,
            "{period:?}: {:?}",
            model.lift_report()
        );
        let after = panel.period().next(*dates.last().unwrap());
        let future = Panel::new(Some(period), vec![after], vec!["all".into()], vec![0.0])
            .unwrap()
            .with_channel("tv", vec![50.0])
            .unwrap();
        let forecast = model.forecast(&future).unwrap();
        assert!((500.0..760.0).contains(&forecast.decomposition().prediction()[0]));
    }
}

#[test]
fn a_test_within_a_month_changes_its_share_of_the_month() {
    let first: Day = "2019-01-01".parse().unwrap();
    let months: Vec<Day> = (0..48).map(|t| first.plus_months(t)).collect();
    let (csv, _) = table(&months, 3);
    let panel = PanelColumns::new("date", "sales")
        .channel("tv")
        .read(csv.as_bytes())
        .unwrap();
    // Without transforms an effect is a rate: whatever the days, the change of spend brings the
    // rate times the change.
    let mix = line().with_lift_tests(vec![
        LiftTest::new(
            "tv",
            "2020-02-10".parse().unwrap(),
            "2020-03-20".parse().unwrap(),
        )
        .with_spend_change(50.0)
        .with_outcome_change(100.0)
        .with_standard_error(1000.0),
    ]);
    let model = plain_search().estimate(&mix, &panel).unwrap();
    let roi = model.channels()[0].roi.unwrap().value();
    assert!(
        (model.lift_report()[0].predicted.value() - 50.0 * roi).abs() < 1e-6 * 50.0 * roi,
        "{:?} {roi}",
        model.lift_report()
    );
}
