//! What holds of every fitted mix model, whatever the data.

use crate::common::solution;
use mixtouch::budget::{Goal, ResponseCurve};
use mixtouch::mix::estimate::{Estimator, Search, SearchFit};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::{Posterior, PosteriorDraw};
use mixtouch::mix::specification::{Baseline, GeoScale, MixSpecification, Pooling, Trend};
use mixtouch::mix::transform::{AdstockFamily, Order, SaturationFamily};
use mixtouch::progress::{Progress, Stage};
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::stats::ConfidenceLevel;
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

fn small_panel(seed: u64, geos: usize, periods: usize) -> Panel {
    PanelWorld::small_business()
        .unwrap()
        .with_size(geos, periods)
        .unwrap()
        .simulate(seed)
        .panel()
        .unwrap()
}

fn search() -> Search {
    Search::default()
        .with_evaluations(60)
        .with_pareto_evaluations(24)
        .with_draws(6)
}

fn assert_sums(model: &Posterior) {
    let parts = model.decomposition();
    let scale = model
        .panel()
        .kpi()
        .iter()
        .fold(0.0_f64, |m, y| m.max(y.abs()));
    for row in 0..model.panel().rows() {
        let sum: f64 = parts.baseline()[row]
            + (0..parts.channels().len())
                .map(|c| parts.contributions()[c][row])
                .sum::<f64>();
        assert!((sum - parts.prediction()[row]).abs() <= 1e-9 * scale);
        for c in 0..parts.channels().len() {
            let (immediate, whole) = (
                parts.immediate_contributions()[c][row],
                parts.contributions()[c][row],
            );
            assert!(
                (0.0..=whole * (1.0 + 1e-12)).contains(&immediate),
                "{immediate} of {whole}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn contributions_sum_and_optima_are_exact(
        seed in 0..1000_u64,
        geos in 1..4_usize,
        adstock in 0..AdstockFamily::ALL.len(),
        saturation in 0..SaturationFamily::ALL.len(),
        pooling in 0..3_usize,
        saturation_first: bool,
        weighted: bool,
    ) {
        let mut panel = small_panel(seed, geos, 80);
        if weighted {
            let weights = (0..panel.rows()).map(|r| [0.0, 1.0, 2.5][r % 3]).collect();
            panel = panel.with_weights(weights).unwrap();
        }
        let order = if saturation_first { Order::SaturationFirst } else { Order::AdstockFirst };
        let specification = MixSpecification::new()
            .with_adstock(AdstockFamily::ALL[adstock].1)
            .with_saturation(SaturationFamily::ALL[saturation].1)
            .with_order(order)
            .with_pooling([Pooling::Pooled, Pooling::Partial(20.0), Pooling::Separate][pooling])
            .with_baseline(Baseline::new(Trend::Knots(2), 1).unwrap());
        assert_sums(&search().estimate(&specification, &panel).unwrap());
        let specification = specification.with_burn_in(0);
        let model = solution(&search(), &specification, &panel);
        assert_sums(&model);
        prop_assert!(model.fit_statistics().kkt_residual.unwrap() <= 1e-8);
        prop_assert!(model.draws().iter().all(|m| m.coefficients().iter().flatten().all(|c| *c >= 0.0 && c.is_finite())));
        let residual_sum: f64 = model.residuals().iter().zip(panel.weights().unwrap_or(&vec![1.0; panel.rows()])).map(|(r, w)| r * w).sum();
        // With an intercept in every geo, weighted residuals cancel.
        prop_assert!(residual_sum.abs() < 1e-8 * panel.kpi().iter().sum::<f64>());
    }

    #[test]
    fn reported_errors_are_those_of_the_decomposition(seed in 0..1000_u64) {
        let panel = small_panel(seed, 1, 90);
        let mix = MixSpecification::new().with_burn_in(0);
        let fit = search().fit(&mix, &panel).unwrap();
        let model = fit.posterior();
        let (low, high) = panel.kpi().iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(*y), h.max(*y)));
        for member in fit.report().pareto_front() {
            let prediction = model.decomposition_by(member).unwrap();
            let square: f64 = panel.kpi().iter().zip(prediction.prediction()).map(|(y, p)| (y - p) * (y - p)).sum();
            let nrmse = (square / 90.0).sqrt() / (high - low);
            let stated = member.objectives().unwrap().nrmse;
            prop_assert!((stated / nrmse - 1.0).abs() < 1e-6, "{stated} {nrmse}");
        }
    }
}

#[test]
fn bounds_are_kept() {
    let panel = small_panel(4, 1, 104);
    let model = search()
        .estimate(
            &MixSpecification::new()
                .with_channel_bounds("Search-Ads", 0.02..=0.05)
                .with_control_bounds("Event", ..=0.0),
            &panel,
        )
        .unwrap();
    let mean = panel.kpi().iter().sum::<f64>() / panel.rows() as f64;
    for member in model.draws() {
        let share = member.coefficients()[0][0] / mean;
        assert!((0.02 - 1e-12..=0.05 + 1e-12).contains(&share), "{share}");
        assert!(member.kkt_residual().unwrap() <= 1e-8);
    }
    assert_sums(&model);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let panel = small_panel(3, 2, 90);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let fit = search()
                .with_seed(9)
                .fit(&MixSpecification::new(), &panel)
                .unwrap();
            serde_json::to_string(&fit).unwrap()
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(7));
}

#[test]
fn another_seed_is_another_search() {
    let panel = small_panel(3, 1, 104);
    assert_ne!(
        search()
            .with_seed(1)
            .estimate(&MixSpecification::new(), &panel)
            .unwrap(),
        search()
            .with_seed(2)
            .estimate(&MixSpecification::new(), &panel)
            .unwrap()
    );
}

#[test]
fn a_saved_model_is_the_model() {
    let model = search()
        .estimate(&MixSpecification::new(), &small_panel(5, 2, 80))
        .unwrap();
    let text = serde_json::to_string(&model).unwrap();
    let again: Posterior = serde_json::from_str(&text).unwrap();
    assert_eq!(model, again);
    assert_eq!(model.decomposition(), again.decomposition());
    assert!(text.starts_with("{\"version\":1,"));
    let newer = text.replacen("\"version\":1", "\"version\":2", 1);
    let refused = serde_json::from_str::<Posterior>(&newer).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("version of the saved model is 2, expected: 1")
    );
    assert!(
        serde_json::from_str::<Posterior>(&text.replacen(
            "\"draws\":[{",
            "\"draws\":[],\"x\":[{",
            1
        ))
        .is_err()
    );
}

fn fit_dimensions(fit: &serde_json::Value) -> usize {
    fit["report"]["best"]["candidate"]["point"]
        .as_array()
        .unwrap()
        .len()
}

#[test]
fn a_saved_model_of_every_family_loads_and_what_does_not_fit_is_refused() {
    let panel = small_panel(5, 1, 60);
    for (adstock, saturation) in AdstockFamily::ALL.iter().zip(&SaturationFamily::ALL[1..]) {
        let fit = search()
            .fit(
                &MixSpecification::new()
                    .with_adstock(adstock.1)
                    .with_saturation(saturation.1),
                &panel,
            )
            .unwrap();
        let document = serde_json::to_value(&fit).unwrap();
        assert_eq!(
            serde_json::from_value::<SearchFit>(document.clone()).unwrap(),
            fit
        );
        let refused = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut changed = document.clone();
            change(&mut changed);
            serde_json::from_value::<SearchFit>(changed)
                .unwrap_err()
                .to_string()
        };
        let point = |draw: &mut serde_json::Value, point: serde_json::Value| {
            draw["candidate"]["point"] = point;
        };
        let (short, beyond) = (serde_json::json!([]), {
            let dimensions = fit_dimensions(&document);
            serde_json::json!(vec![1.5; dimensions])
        });
        for wrong in [short, beyond] {
            let changed = refused(&|d| point(&mut d["posterior"]["draws"][0], wrong.clone()));
            assert!(changed.contains("posterior is point"), "{changed}");
            for list in ["best", "pareto_front"] {
                let changed = refused(&|d| {
                    let of_report = &mut d["report"][list];
                    let draw = if of_report.is_array() {
                        &mut of_report[0]
                    } else {
                        of_report
                    };
                    point(draw, wrong.clone());
                });
                assert!(changed.contains("saved search is point"), "{changed}");
            }
        }
        let other = if adstock.0 == "none" {
            "geometric"
        } else {
            "none"
        };
        assert!(
            refused(&|d| d["posterior"]["specification"]["default"]["adstock"] = other.into())
                .contains("posterior is curves")
        );
    }
}

#[test]
fn a_forecast_continues_the_decomposition() {
    let whole = small_panel(6, 2, 100);
    let (dates, cut) = (whole.dates(), 90);
    let past = whole.between(dates[0], dates[cut - 1]).unwrap();
    let future = whole.between(dates[cut], dates[99]).unwrap();
    let fit = search().fit(&MixSpecification::new(), &past).unwrap();
    let model = fit.posterior();
    let forecast = model.forecast(&future).unwrap();
    assert_eq!(forecast.decomposition().dates(), &dates[cut..]);
    let spread = forecast.predictions();
    assert!(
        forecast
            .decomposition()
            .prediction()
            .iter()
            .zip(spread)
            .all(|(p, s)| (p - s.value()).abs() < 1e-6 * p.abs())
    );
    // The same coefficients over the whole panel: history carries over into the forecast.
    let mut document = serde_json::to_value(model).unwrap();
    document["panel"] = serde_json::to_value(&whole).unwrap();
    let over_all = serde_json::from_value::<Posterior>(document).unwrap();
    let over_all = over_all.decomposition();
    for (geo, t, channel) in
        (0..2).flat_map(|g| (0..10).flat_map(move |t| (0..4).map(move |c| (g, t, c))))
    {
        let (found, row) = (forecast.decomposition(), geo * 100 + cut + t);
        assert_eq!(
            found.contributions()[channel][geo * 10 + t],
            over_all.contributions()[channel][row]
        );
        assert_eq!(found.prediction()[geo * 10 + t], over_all.prediction()[row]);
    }
    assert!(
        model
            .forecast(&past)
            .unwrap_err()
            .to_string()
            .contains("the week after")
    );
    let refreshed = search().refresh(&fit, &future).unwrap();
    assert_eq!(refreshed.posterior().panel(), &whole);
    assert!(refreshed.report().evaluations() < fit.report().evaluations());
    assert_sums(refreshed.posterior());
}

#[test]
fn response_curves_rise_with_the_slope_they_state() {
    let model = search()
        .estimate(
            &MixSpecification::new().with_order(Order::SaturationFirst),
            &small_panel(7, 2, 80),
        )
        .unwrap();
    let other = search()
        .estimate(&MixSpecification::new(), &small_panel(7, 1, 80))
        .unwrap();
    for (model, horizon) in [(&model, 3), (&other, 5)] {
        for channel in model.channels() {
            let mean = channel.spend / model.panel().periods() as f64;
            let h = 1e-5 * mean;
            for spend in [0.3 * mean, mean, 4.0 * mean] {
                let points = model
                    .response_curve(&channel.channel, &[spend - h, spend, spend + h])
                    .unwrap();
                let difference =
                    (points[2].response.value() - points[0].response.value()) / (2.0 * h);
                assert!(difference >= 0.0);
                assert!(
                    (difference - points[1].slope.value()).abs() <= 1e-5 * difference + 1e-9,
                    "{difference} {:?}",
                    points[1].slope
                );
            }
            assert_eq!(
                model.response_curve(&channel.channel, &[0.0]).unwrap()[0]
                    .response
                    .value(),
                0.0
            );
        }
        let budget = model.budget(horizon, 0.5, 2.0).unwrap();
        let total = budget.channels().iter().map(|c| c.now()).sum();
        let plan = budget
            .plan(
                &model.response_curves(horizon).unwrap(),
                Goal::Outcome { total },
            )
            .unwrap();
        assert!(
            plan.gain_where_chosen() >= 0.0 && plan.kkt_residual() <= 1e-8,
            "{plan:?}"
        );
        let gain = plan.gain_interval(ConfidenceLevel::P90).unwrap();
        assert!(gain.contains(plan.gain()));
    }
}

#[test]
fn a_horizon_of_one_period_returns_what_the_forecast_says() {
    let whole = small_panel(8, 1, 90);
    let dates = whole.dates();
    let past = whole.between(dates[0], dates[79]).unwrap();
    let mix = MixSpecification::new().with_window(8);
    let model = search().estimate(&mix, &past).unwrap();
    let future = whole.between(dates[80], dates[89]).unwrap();
    let with = |spend: f64| {
        let mut panel = Panel::new(
            Some(future.period()),
            future.dates().to_vec(),
            future.geos().to_vec(),
            future.kpi().to_vec(),
        )
        .unwrap();
        for (c, channel) in future.channels().iter().enumerate() {
            let mut series = vec![0.0; 10];
            series[0] = if c == 0 { spend } else { 0.0 };
            panel = panel.with_channel(channel.name(), series).unwrap();
        }
        for control in future.controls() {
            panel = panel
                .with_control(control.name(), control.values().to_vec())
                .unwrap();
        }
        model.forecast(&panel).unwrap().decomposition().totals()[0]
    };
    let spend = 150.0;
    let response = Probe(&model).response(spend);
    assert!(
        (response - (with(spend) - with(0.0))).abs() < 1e-6 * response,
        "{response} {}",
        with(spend) - with(0.0)
    );
}

/// The first channel's mean response over the ensemble, read off plans that spend on it alone.
struct Probe<'a>(&'a Posterior);

impl ResponseCurve for Probe<'_> {
    fn response(&self, spend: f64) -> f64 {
        use mixtouch::budget::{Budget, ChannelBudget};
        let names: Vec<&str> = self.0.panel().channel_names().collect();
        let fixed =
            |(c, name): (usize, &&str)| ChannelBudget::new(*name, if c == 0 { spend } else { 0.0 });
        let budget = Budget::new(names.iter().enumerate().map(fixed));
        budget
            .plan(
                &self.0.response_curves(1).unwrap(),
                Goal::Outcome { total: spend },
            )
            .unwrap()
            .outcome_planned()
    }

    fn slope(&self, _: f64) -> f64 {
        0.0
    }
}

#[test]
fn geos_of_very_different_size_pool_on_their_own_scale() {
    let panel = small_panel(2, 2, 104);
    let periods = panel.periods();
    let factor = |row: usize| if row < periods { 1.0 } else { 50.0 };
    let kpi: Vec<f64> = panel
        .kpi()
        .iter()
        .enumerate()
        .map(|(r, y)| y * factor(r))
        .collect();
    let mut scaled = Panel::new(None, panel.dates().to_vec(), panel.geos().to_vec(), kpi).unwrap();
    for channel in panel.channels() {
        scaled = scaled
            .with_channel(channel.name(), channel.spend().to_vec())
            .unwrap();
    }
    let r2 = |scale: GeoScale| {
        search()
            .estimate(&MixSpecification::new().with_geo_scale(scale), &scaled)
            .unwrap()
            .fit_statistics()
    };
    let (auto, common) = (r2(GeoScale::Auto), r2(GeoScale::Common));
    assert!(
        auto.rssd.unwrap().is_finite() && auto.mape < common.mape,
        "{:?} {:?}",
        auto.mape,
        common.mape
    );
    assert_eq!(auto, r2(GeoScale::Mean));
}

#[test]
fn a_channel_that_was_never_active_has_no_contribution_and_says_so() {
    let panel = small_panel(1, 1, 104)
        .with_channel("radio", vec![0.0; 104])
        .unwrap();
    let adstocks = AdstockFamily::ALL
        .map(|(_, family)| MixSpecification::new().with_channel_adstock("radio", family));
    let saturations = SaturationFamily::ALL
        .map(|(_, family)| MixSpecification::new().with_channel_saturation("radio", family));
    for mix in adstocks.into_iter().chain(saturations) {
        let model = search().estimate(&mix, &panel).unwrap();
        let radio = &model.channels()[4];
        assert_eq!(
            (radio.contribution.value(), radio.roi, radio.cpa),
            (0.0, None, None)
        );
        assert!(radio.weakly_identified);
        assert_sums(&model);
    }
}

#[test]
fn a_channel_without_spend_in_the_training_folds_is_fitted() {
    let late = (0..104)
        .map(|t| {
            if t >= 95 {
                10.0 + f64::from(t % 3)
            } else {
                0.0
            }
        })
        .collect();
    let panel = small_panel(1, 1, 104).with_channel("radio", late).unwrap();
    let model = search().estimate(&MixSpecification::new(), &panel).unwrap();
    assert!(model.fit_statistics().validation_nrmse.unwrap().is_finite());
    assert_sums(&model);
}

#[test]
fn the_front_is_a_front() {
    let fit = search()
        .with_pareto_evaluations(480)
        .fit(&MixSpecification::new(), &small_panel(9, 1, 104))
        .unwrap();
    let front = fit.report().pareto_front();
    assert!(front.len() > 3);
    for pair in front.windows(2) {
        let (a, b) = (pair[0].objectives().unwrap(), pair[1].objectives().unwrap());
        assert!(a.nrmse <= b.nrmse && a.rssd >= b.rssd, "{a:?} {b:?}");
    }
    // The trade is worth having: the last candidate agrees with spend far better than the best
    // fitting one.
    let rssd = |draw: &PosteriorDraw| draw.objectives().unwrap().rssd;
    assert!(rssd(&front[front.len() - 1]) < 0.5 * rssd(&front[0]));
}

/// The panel with the KPI and all spend in other units.
fn in_units(panel: &Panel, kpi: f64, spend: f64) -> Panel {
    let times =
        |values: &[f64], factor: f64| values.iter().map(|v| v * factor).collect::<Vec<f64>>();
    let mut scaled = Panel::new(
        None,
        panel.dates().to_vec(),
        panel.geos().to_vec(),
        times(panel.kpi(), kpi),
    )
    .unwrap();
    for channel in panel.channels() {
        scaled = scaled
            .with_channel(channel.name(), times(channel.spend(), spend))
            .unwrap();
    }
    for control in panel.controls() {
        scaled = scaled
            .with_control(control.name(), control.values().to_vec())
            .unwrap();
    }
    scaled
}

#[test]
fn units_do_not_matter() {
    let panel = small_panel(11, 2, 90);
    let model = search().estimate(&MixSpecification::new(), &panel).unwrap();
    // Powers of two, so that scaling itself rounds nothing; the KPI stays below the 1e15 a panel
    // holds.
    let (kpi, spend) = (2_f64.powi(30), 2_f64.powi(-30));
    let scaled = search()
        .estimate(&MixSpecification::new(), &in_units(&panel, kpi, spend))
        .unwrap();
    for (a, b) in model.channels().iter().zip(&scaled.channels()) {
        assert!(
            (a.contribution.value() * kpi - b.contribution.value()).abs()
                <= 1e-9 * b.contribution.value()
        );
        assert!(
            (a.roi.unwrap().value() * kpi / spend / b.roi.unwrap().value() - 1.0).abs() <= 1e-9
        );
    }
}

#[test]
fn exposures_drive_the_effect_and_spend_the_return() {
    let panel = small_panel(12, 1, 104);
    let mut bought = Panel::new(
        None,
        panel.dates().to_vec(),
        panel.geos().to_vec(),
        panel.kpi().to_vec(),
    )
    .unwrap();
    for channel in panel.channels() {
        let spend = channel.spend().iter().map(|x| 3.0 * x).collect();
        bought = bought
            .with_exposures(channel.name(), spend, channel.spend().to_vec())
            .unwrap();
    }
    for control in panel.controls() {
        bought = bought
            .with_control(control.name(), control.values().to_vec())
            .unwrap();
    }
    bought = bought.with_revenue_per_kpi(vec![2.0; 104]).unwrap();
    let (plain, bought) = (
        search()
            .estimate(&MixSpecification::new(), &panel)
            .unwrap()
            .channels(),
        search()
            .estimate(&MixSpecification::new(), &bought)
            .unwrap()
            .channels(),
    );
    for (a, b) in plain.iter().zip(&bought) {
        assert_eq!(a.contribution, b.contribution);
        assert!((a.roi.unwrap().value() * 2.0 / 3.0 / b.roi.unwrap().value() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn marginal_return_is_what_a_little_more_of_everything_brings() {
    let panel = small_panel(13, 2, 80);
    for order in [Order::AdstockFirst, Order::SaturationFirst] {
        let model = search()
            .estimate(&MixSpecification::new().with_order(order), &panel)
            .unwrap();
        let total = |factor: f64| -> Vec<f64> {
            // The model's scale of activity stays, so the panel is scaled by way of a saved model.
            let text = serde_json::to_string(&model).unwrap();
            let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
            for channel in document["panel"]["channels"].as_array_mut().unwrap() {
                for cell in channel["spend"].as_array_mut().unwrap() {
                    *cell = serde_json::json!(cell.as_f64().unwrap() * factor);
                }
            }
            let scaled: Posterior = serde_json::from_value(document).unwrap();
            scaled
                .channels()
                .iter()
                .map(|c| c.contribution.value())
                .collect()
        };
        let h = 1e-5;
        let (more, less) = (total(1.0 + h), total(1.0 - h));
        for (c, summary) in model.channels().iter().enumerate() {
            let difference = (more[c] - less[c]) / (2.0 * h * summary.spend);
            let stated = summary.marginal_roi.unwrap().value();
            assert!(
                (difference - stated).abs() <= 1e-4 * stated.abs().max(1e-6),
                "{difference} {stated}"
            );
        }
    }
}

/// Stops work once it has been told of it a number of times.
struct Patience {
    left: AtomicUsize,
}

impl Patience {
    fn new(calls: usize) -> Self {
        Self {
            left: AtomicUsize::new(calls),
        }
    }
}

impl Progress for Patience {
    fn advance(&self, _: Stage, done: u64, total: Option<u64>) -> ControlFlow<()> {
        assert!(total.is_some_and(|total| done <= total));
        let left = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        if left.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

#[test]
fn observing_changes_no_bit() {
    let panel = small_panel(3, 1, 90);
    let mix = MixSpecification::new();
    let (plain, observer) = (search().fit(&mix, &panel).unwrap(), Patience::new(10_000));
    let observed = search().fit_with_progress(&mix, &panel, &observer).unwrap();
    assert_eq!(plain, observed);
    assert!(observer.left.load(Ordering::Relaxed) < 10_000);
}

#[test]
fn a_stopped_search_gives_what_it_found() {
    let panel = small_panel(3, 1, 90);
    let mix = MixSpecification::new();
    let whole = search().fit(&mix, &panel).unwrap();
    assert!(!whole.report().stopped());
    for calls in [0, 3, 12, 18] {
        let stopped = search()
            .fit_with_progress(&mix, &panel, &Patience::new(calls))
            .unwrap();
        assert!(stopped.report().stopped());
        assert!(stopped.report().evaluations() < whole.report().evaluations());
        assert_sums(stopped.posterior());
    }
}
