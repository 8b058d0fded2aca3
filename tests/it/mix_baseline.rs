//! The baseline: trends that move, days of the week, parts that add up, and findings about what is
//! left.

use crate::common::random::Random;
use mixtouch::Day;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Finding, Panel, PanelColumns};
use mixtouch::mix::posterior::{FitFinding, Posterior};
use mixtouch::mix::specification::{
    Baseline, BaselinePart, Holidays, MixSpecification, Reference, Trend,
};
use mixtouch::mix::transform::{AdstockFamily, SaturationFamily};

fn days(first: &str, step: i32, count: i32) -> Vec<Day> {
    let first: Day = first.parse().unwrap();
    (0..count).map(|t| first.plus(step * t)).collect()
}

/// Media without carry-over or saturation, so that only the baseline is in question.
fn plain(baseline: Baseline) -> MixSpecification {
    MixSpecification::new()
        .with_adstock(AdstockFamily::None)
        .with_saturation(SaturationFamily::None)
        .with_baseline(baseline)
}

fn trend(trend: Trend) -> Baseline {
    Baseline::new(trend, 0).unwrap()
}

fn fit(specification: &MixSpecification, panel: &Panel) -> Posterior {
    Search::default()
        .with_evaluations(200)
        .with_pareto_evaluations(0)
        .estimate(specification, panel)
        .unwrap()
}

/// Three years of weeks whose level falls by 500 in week 76, while TV is on in the first half more
/// often: its true total is 2 a unit.
fn shifted() -> (Panel, f64) {
    let (mut spend, mut kpi) = (vec![], vec![]);
    for week in 0..156_u64 {
        let mut random = Random::new(week + 1);
        let on = if week < 76 {
            week % 4 != 0
        } else {
            week % 4 == 0
        };
        let tv = if on {
            50.0 + 100.0 * random.uniform()
        } else {
            0.0
        };
        let level = if week < 76 { 1200.0 } else { 700.0 };
        kpi.push(level + 2.0 * tv + 40.0 * random.normal());
        spend.push(tv);
    }
    let total = 2.0 * spend.iter().sum::<f64>();
    let panel = Panel::national(days("2022-01-03", 7, 156), kpi).unwrap();
    (panel.with_channel("tv", spend).unwrap(), total)
}

#[test]
fn a_smooth_trend_follows_a_level_that_moves() {
    let (panel, truth) = shifted();
    let error = |kind: Trend| {
        let total = fit(&plain(trend(kind)), &panel).decomposition().totals()[0];
        (total / truth - 1.0).abs()
    };
    let (line, smooth) = (error(Trend::Linear), error(Trend::Smooth));
    assert!(
        line > 0.2 && line > 1.5 * smooth,
        "a line cannot follow: {line} {smooth}"
    );
    assert!(smooth < 0.15, "{smooth}");
}

#[test]
fn a_smooth_trend_stays_straight_where_the_level_does() {
    let (mut spend, mut kpi) = (vec![], vec![]);
    for week in 0..156_u64 {
        let mut random = Random::new(week + 1);
        spend.push(100.0 * random.uniform());
        kpi.push(1000.0 + week as f64 + 2.0 * spend[week as usize] + 40.0 * random.normal());
    }
    let panel = Panel::national(days("2022-01-03", 7, 156), kpi).unwrap();
    let panel = panel.with_channel("tv", spend).unwrap();
    let model = fit(&plain(trend(Trend::Smooth)), &panel);
    let series = model.decomposition().baseline_part(&BaselinePart::Trend);
    let series = series.unwrap();
    let bend = |t: usize| series[t] - 0.5 * (series[t - 50] + series[t + 50]);
    assert!((50..106).all(|t| bend(t).abs() < 15.0), "{series:?}");
    assert!(model.smoothness().unwrap() >= 10.0);
    // What the search says of its best candidate is what the residuals of that say.
    let mix = plain(trend(Trend::Smooth)).with_burn_in(0);
    let found = Search::default().with_evaluations(200).fit(&mix, &panel);
    let found = found.unwrap();
    let draw = found.report().best();
    let parts = found.posterior().decomposition_by(draw).unwrap();
    let pairs = panel.kpi().iter().zip(parts.prediction());
    let square: f64 = pairs.map(|(y, p)| (y - p) * (y - p)).sum();
    let low = panel.kpi().iter().fold(f64::INFINITY, |m, y| m.min(*y));
    let high = panel.kpi().iter().fold(0.0_f64, |m, y| m.max(*y));
    let nrmse = (square / 156.0).sqrt() / (high - low);
    let stated = draw.objectives().unwrap().nrmse;
    assert!((stated / nrmse - 1.0).abs() < 1e-9, "{stated} {nrmse}");
}

#[test]
fn a_saved_model_keeps_its_smoothness() {
    let (panel, _) = shifted();
    let model = fit(&plain(trend(Trend::Smooth)), &panel);
    let text = serde_json::to_string(&model).unwrap();
    let loaded: Posterior = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, model);
    assert!(loaded.smoothness().is_some());
    let bad = text.replace("\"smoothness\":", "\"smoothness\":-");
    assert!(serde_json::from_str::<Posterior>(&bad).is_err());
}

#[test]
fn a_smooth_trend_goes_on_as_a_line() {
    let (panel, _) = shifted();
    let model = fit(&plain(trend(Trend::Smooth)), &panel);
    let future = Panel::national(days("2024-12-30", 7, 3), vec![0.0; 3]).unwrap();
    let future = future.with_channel("tv", vec![0.0; 3]).unwrap();
    let forecast = model.forecast(&future).unwrap();
    let next = forecast.decomposition().prediction();
    assert!((next[2] - 2.0 * next[1] + next[0]).abs() < 1e-9 * next[0]);
    assert!((next[0] - 700.0).abs() < 80.0, "{next:?}");
}

/// Days of which Saturdays and Sundays sell 300 more, with a channel that is on at weekends.
fn weekly_rhythm() -> (Panel, f64) {
    let dates = days("2023-01-01", 1, 240);
    let (mut spend, mut kpi) = (vec![], vec![]);
    for (t, day) in dates.iter().enumerate() {
        let mut random = Random::new(t as u64 + 1);
        let weekend = day.weekday() >= 5;
        let on = if weekend { t % 5 != 0 } else { t % 9 == 0 };
        spend.push(if on { 100.0 * random.uniform() } else { 0.0 });
        let rhythm = if weekend { 300.0 } else { 0.0 };
        kpi.push(600.0 + rhythm + 0.5 * spend[t] + 20.0 * random.normal());
    }
    let total = 0.5 * spend.iter().sum::<f64>();
    let panel = Panel::national(dates, kpi).unwrap();
    (panel.with_channel("weekend", spend).unwrap(), total)
}

#[test]
fn daily_panels_have_days_of_the_week() {
    let (panel, truth) = weekly_rhythm();
    let model = fit(&plain(trend(Trend::Linear)), &panel);
    let found = model.decomposition().totals()[0];
    assert!((found / truth - 1.0).abs() < 0.25, "{found} {truth}");
    let effects = model.decomposition().baseline_part(&BaselinePart::Weekday);
    let effects = effects.unwrap();
    // 2023-01-01 is a Sunday: + 300 x 5 / 7, and - 300 x 2 / 7 on the Monday after it.
    assert!((effects[0] - 214.3).abs() < 15.0 && (effects[1] + 85.7).abs() < 15.0);
    assert!(effects[..7].iter().sum::<f64>().abs() < 1e-6);

    let without = fit(&plain(trend(Trend::Linear).with_weekdays(false)), &panel);
    assert!(without.decomposition().totals()[0] > 3.0 * truth);
    let repeats = |finding: &FitFinding| matches!(finding, FitFinding::Autocorrelation { .. });
    assert!(without.findings().iter().any(repeats));
    assert!(
        !model.findings().iter().any(repeats),
        "{:?}",
        model.findings()
    );
}

#[test]
fn months_serve_as_the_season() {
    let dates: Vec<Day> = (0..48)
        .map(|m| "2020-01-01".parse::<Day>().unwrap().plus_months(m))
        .collect();
    let december = |day: &Day| if day.calendar().1 == 12 { 110.0 } else { 0.0 };
    let spend: Vec<f64> = (0..48).map(|t| f64::from(t * 7 % 11)).collect();
    let noise = |t: usize| Random::new(t as u64 + 1).normal();
    let kpi = dates
        .iter()
        .enumerate()
        .map(|(t, day)| 100.0 + december(day) + 2.0 * spend[t] + noise(t))
        .collect();
    let panel = Panel::national(dates, kpi).unwrap();
    let panel = panel.with_channel("tv", spend).unwrap();
    let model = fit(&plain(trend(Trend::None).with_months(true)), &panel);
    let months = model.decomposition().baseline_part(&BaselinePart::Month);
    let months = months.unwrap();
    assert!(
        (months[11] - 110.0 * 11.0 / 12.0).abs() < 3.0 && (months[0] + 110.0 / 12.0).abs() < 3.0
    );
}

/// Weeks with a price around 10 that costs 60 sales a unit, a promotion and a holiday.
fn priced() -> Panel {
    let mut text = "date,sales,tv,price,promotion\n".to_owned();
    for (t, day) in days("2022-01-03", 7, 120).into_iter().enumerate() {
        let mut random = Random::new(t as u64 + 1);
        let price = 10.0 + random.uniform();
        let promotion = if t % 11 == 5 { 1.0 } else { 0.0 };
        let tv = if t % 3 == 0 {
            0.0
        } else {
            100.0 * random.uniform()
        };
        let easter = if t == 14 || t == 66 { 80.0 } else { 0.0 };
        let sales =
            1500.0 - 60.0 * price + 90.0 * promotion + easter + 2.0 * tv + 10.0 * random.normal();
        text += &format!("{day},{sales},{tv},{price},{promotion}\n");
    }
    PanelColumns::new("date", "sales")
        .channel("tv")
        .control("price")
        .control("promotion")
        .read(text.as_bytes())
        .unwrap()
}

fn priced_baseline() -> Baseline {
    let easter = ["2022-04-17", "2023-04-16"].map(|d| (d.parse().unwrap(), "Easter".to_owned()));
    Baseline::new(Trend::Linear, 1)
        .unwrap()
        .with_holidays(Holidays::new(easter.to_vec()).unwrap())
}

#[test]
fn what_a_price_brings_can_be_read() {
    let panel = priced();
    let specification = plain(priced_baseline()).with_control_bounds("price", ..=0.0);
    let model = fit(&specification, &panel);
    let parts = model.baseline_parts();
    let names: Vec<String> = parts.iter().map(|p| p.part.to_string()).collect();
    let expected = [
        "level",
        "trend",
        "season",
        "holiday Easter",
        "control promotion",
        "control price",
    ];
    assert_eq!(names, expected);
    let price = parts[5].per_unit.unwrap();
    assert!((price.value() + 60.0).abs() < 6.0, "{price:?}");
    let total: f64 = panel.controls()[0].values().iter().map(|x| -60.0 * x).sum();
    assert!((parts[5].contribution.value() / total - 1.0).abs() < 0.1);
    assert!(parts[5].contribution.low() <= parts[5].contribution.value());
    assert!((parts[3].contribution.value() - 160.0).abs() < 40.0);
    assert!((parts[4].per_unit.unwrap().value() - 90.0).abs() < 15.0);
    assert_eq!(parts[0].per_unit, None);
}

#[test]
fn parts_add_up_to_the_last_bit_in_every_row_and_geo() {
    let panel = mixtouch::simulate::panels::PanelWorld::national()
        .unwrap()
        .with_size(3, 60)
        .unwrap()
        .simulate(2)
        .panel()
        .unwrap();
    let baseline = Baseline::new(Trend::Smooth, 1).unwrap().with_months(true);
    let control = panel.controls().first().map(|c| c.name().to_owned());
    let mut specification = MixSpecification::new().with_baseline(baseline);
    if let Some(control) = control {
        specification = specification.with_treatment(control, Reference::Minimum);
    }
    let model = fit(&specification, &panel);
    let whole = model.decomposition();
    for row in 0..panel.rows() {
        let mut sum = 0.0;
        for (_, values) in whole.baseline_parts() {
            sum += values[row];
        }
        assert_eq!(sum, whole.baseline()[row]);
        for contribution in whole.contributions() {
            sum += contribution[row];
        }
        assert_eq!(sum, whole.prediction()[row]);
    }
    let totals: f64 = model
        .baseline_parts()
        .iter()
        .map(|p| p.contribution.value())
        .sum();
    let baseline: f64 = whole.baseline().iter().sum();
    assert!((totals / baseline - 1.0).abs() < 1e-9);
}

#[test]
fn a_treatment_counts_from_its_reference() {
    let panel = priced();
    let prices = panel.controls()[0].values();
    let least = prices.iter().fold(f64::INFINITY, |least, x| least.min(*x));
    let plainly = fit(&plain(priced_baseline()), &panel);
    for (reference, from) in [(Reference::Minimum, least), (Reference::Value(10.5), 10.5)] {
        let specification = plain(priced_baseline()).with_treatment("price", reference);
        let model = fit(&specification, &panel);
        let part = BaselinePart::Treatment("price".into());
        let values = model.decomposition().baseline_part(&part).unwrap();
        let effect = model.baseline_parts();
        let effect = effect.iter().find(|p| p.part == part).unwrap();
        let effect = effect.per_unit.unwrap().value();
        for (value, price) in values.iter().zip(prices) {
            assert!((value - effect * (price - from)).abs() < 1e-9 * effect.abs());
        }
        // The same fit: only what counts as the level differs.
        let (a, b) = (model.decomposition(), plainly.decomposition());
        let pairs = a.prediction().iter().zip(b.prediction());
        assert!(pairs.into_iter().all(|(x, y)| (x - y).abs() < 1e-9 * y));
    }
    let unknown = plain(priced_baseline()).with_treatment("prise", Reference::Minimum);
    assert!(
        unknown
            .check(&panel)
            .unwrap_err()
            .to_string()
            .contains("price")
    );
    let endless = plain(priced_baseline()).with_treatment("price", Reference::Value(f64::NAN));
    assert!(endless.check(&panel).is_err());
}

#[test]
fn organic_channels_have_contributions_and_no_returns() {
    let mut text = "date,sales,tv,posts\n".to_owned();
    for (t, day) in days("2022-01-03", 7, 100).into_iter().enumerate() {
        let mut random = Random::new(t as u64 + 1);
        let (tv, posts) = (100.0 * random.uniform(), (10.0 * random.uniform()).floor());
        let sales = 500.0 + tv + 20.0 * posts + 5.0 * random.normal();
        text += &format!("{day},{sales},{tv},{posts}\n");
    }
    let columns = PanelColumns::new("date", "sales").channel("tv");
    let panel = columns
        .organic_channel("posts")
        .read(text.as_bytes())
        .unwrap();
    let model = fit(&plain(trend(Trend::None)), &panel);
    let posts = &model.channels()[1];
    let truth = 20.0 * panel.channels()[1].activity().iter().sum::<f64>();
    assert!((posts.contribution.value() / truth - 1.0).abs() < 0.1);
    assert_eq!(
        (posts.spend, posts.roi, posts.marginal_roi, posts.cpa),
        (0.0, None, None, None)
    );
    let small = |finding: &Finding| finding.to_string().contains("posts");
    assert!(!panel.check().iter().any(small), "{:?}", panel.check());
}

#[test]
fn a_break_is_found_with_its_date_and_size() {
    let (panel, _) = shifted();
    let model = fit(&plain(trend(Trend::Linear)), &panel);
    let findings = model.findings();
    let found = findings.iter().find_map(|finding| match finding {
        FitFinding::Break {
            geo, date, size, ..
        } => Some((geo.clone(), *date, *size)),
        _ => None,
    });
    let (geo, date, size) = found.expect("the level falls");
    let truth: Day = "2023-06-19".parse().unwrap();
    assert_eq!(geo, None);
    assert!(date.since(truth).abs() <= 14, "{date}");
    assert!((size + 500.0).abs() < 60.0, "{size}");
    let text = findings[0].to_string();
    assert!(
        text.contains("2023-06") && text.contains("trend bend"),
        "{text}"
    );

    // A smooth trend follows at its knots only: the jump between them is found all the same.
    let smooth = fit(&plain(trend(Trend::Smooth)), &panel).findings();
    assert!(
        matches!(&smooth[0], FitFinding::Break { date, size, .. }
            if date.since(truth).abs() <= 14 && (size + 500.0).abs() < 100.0),
        "{smooth:?}"
    );

    // With the step as a control nothing is left to be found.
    let step = (0..156)
        .map(|week| f64::from(u8::from(week >= 76)))
        .collect();
    let told = panel.with_control("step", step).unwrap();
    assert_eq!(fit(&plain(trend(Trend::Linear)), &told).findings(), []);
}

#[test]
fn one_geo_breaks_and_is_named() {
    let (mut kpi, mut spend) = (vec![], vec![]);
    for row in 0..300_u64 {
        let mut random = Random::new(row + 1);
        let (geo, week) = (row / 100, row % 100);
        spend.push(100.0 * random.uniform());
        let step = if geo == 1 && week >= 60 { 90.0 } else { 0.0 };
        let more = if geo == 2 && week >= 60 { -90.0 } else { 0.0 };
        kpi.push(800.0 + step + more + spend[row as usize] + 30.0 * random.normal());
    }
    let geos = ["east", "north", "west"].map(str::to_owned).to_vec();
    let panel = Panel::new(None, days("2022-01-03", 7, 100), geos, kpi).unwrap();
    let panel = panel.with_channel("tv", spend).unwrap();
    let findings = fit(&plain(trend(Trend::Linear)), &panel).findings();
    let broken: Vec<(Option<String>, bool)> = findings
        .iter()
        .filter_map(|finding| match finding {
            FitFinding::Break { geo, size, .. } => Some((geo.clone(), *size > 0.0)),
            _ => None,
        })
        .collect();
    let named = |geo: &str| Some(geo.to_owned());
    assert_eq!(broken, [(named("north"), true), (named("west"), false)]);
}

/// Weeks of noise around a line, with single figures changed.
fn noisy(change: impl Fn(usize, f64) -> f64) -> Panel {
    let (mut kpi, mut spend) = (vec![], vec![]);
    for week in 0..150_usize {
        let mut random = Random::new(week as u64 + 1);
        spend.push(100.0 * random.uniform());
        let noise = change(week, random.normal());
        kpi.push(500.0 + 4.0 * spend[week] + 20.0 * noise);
    }
    let panel = Panel::national(days("2022-01-03", 7, 150), kpi).unwrap();
    panel.with_channel("tv", spend).unwrap()
}

#[test]
fn a_sound_fit_has_no_findings() {
    let model = fit(&plain(trend(Trend::Linear)), &noisy(|_, noise| noise));
    assert_eq!(model.findings(), []);
}

#[test]
fn outliers_are_named_unless_they_have_no_weight() {
    let panel = noisy(|week, noise| if week == 40 { 9.0 } else { noise });
    let model = fit(&plain(trend(Trend::Linear)), &panel);
    let rows = model
        .findings()
        .into_iter()
        .find_map(|finding| match finding {
            FitFinding::Outliers { rows } => Some(rows),
            _ => None,
        });
    let rows = rows.expect("one row is far off");
    assert_eq!(
        (rows.len(), rows[0].date),
        (1, "2022-10-10".parse().unwrap())
    );
    assert!((rows[0].residual - 180.0).abs() < 30.0 && rows[0].deviations > 5.0);

    let weights = (0..150)
        .map(|week| f64::from(u8::from(week != 40)))
        .collect();
    let weighted = panel.with_weights(weights).unwrap();
    assert_eq!(fit(&plain(trend(Trend::Linear)), &weighted).findings(), []);
}

#[test]
fn repeating_and_unequal_residuals_are_found() {
    let rhythm = noisy(|week, noise| noise + if week % 4 == 0 { 3.0 } else { -1.0 });
    let found = fit(&plain(trend(Trend::Linear)), &rhythm).findings();
    assert!(
        matches!(found[..], [FitFinding::Autocorrelation { lag: 4 | 8, correlation, .. }] if correlation > 0.4),
        "{found:?}"
    );
    let panel = noisy(|_, noise| noise);
    let spend = panel.channels()[0].spend().to_vec();
    let fanned = noisy(|week, noise| noise * spend[week] / 20.0);
    let found = fit(&plain(trend(Trend::Linear)), &fanned).findings();
    let unequal = found.iter().find_map(|finding| match finding {
        FitFinding::UnequalVariance { ratio, p_value, .. } => Some((*ratio, *p_value)),
        _ => None,
    });
    let (ratio, p_value) = unequal.expect("noise grows with spend");
    assert!(ratio > 2.0 && p_value < 1e-4, "{ratio} {p_value}");
}

#[test]
fn a_negative_baseline_is_found() {
    let panel = noisy(|_, noise| noise);
    let kpi: Vec<f64> = panel.kpi().iter().map(|y| (y - 560.0).max(0.0)).collect();
    let spend = panel.channels()[0].spend().to_vec();
    let panel = Panel::national(panel.dates().to_vec(), kpi).unwrap();
    let panel = panel.with_channel("tv", spend).unwrap();
    let found = fit(&plain(trend(Trend::None)), &panel).findings();
    let share = found.iter().find_map(|finding| match finding {
        FitFinding::NegativeBaseline { share } => Some(*share),
        _ => None,
    });
    assert_eq!(share, Some(1.0), "{found:?}");
}

/// Forty weeks of a KPI that a formula gives exactly.
fn exact(kpi: impl Fn(usize) -> f64) -> Panel {
    let spend = (0..40).map(|t| f64::from(t * 2 % 13)).collect();
    let panel = Panel::national(days("2024-01-01", 7, 40), (0..40).map(kpi).collect()).unwrap();
    panel.with_channel("tv", spend).unwrap()
}

#[test]
fn exact_and_tiny_fits_say_nothing_that_is_not_a_number() {
    let line = exact(|t| 100.0 + t as f64);
    let step = exact(|t| if t < 20 { 0.0 } else { 100.0 });
    let (small, _) = (exact(|t| 1e-9 * (100.0 + t as f64)), ());
    let tiny = noisy(|_, noise| noise)
        .between("2022-01-03".parse().unwrap(), "2022-02-28".parse().unwrap())
        .unwrap();
    for kind in [Trend::Linear, Trend::Smooth] {
        for panel in [&line, &step, &small, &tiny] {
            let model = fit(&plain(trend(kind)), panel);
            let statistics = model.fit_statistics();
            assert!(statistics.durbin_watson.is_none_or(f64::is_finite));
            let text = serde_json::to_string(&model.report()).unwrap();
            assert!(!text.contains("NaN"), "{text}");
            for finding in model.findings() {
                let text = finding.to_string();
                assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            }
        }
        assert_eq!(fit(&plain(trend(kind)), &line).findings(), []);
        let from_nothing = exact(|t| t as f64);
        assert_eq!(fit(&plain(trend(kind)), &from_nothing).findings(), []);
    }
}
