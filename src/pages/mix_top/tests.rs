//! What is said of channels with returns that are given.

use super::*;
use crate::budget::Goal;
use crate::mix::estimate::{Estimator, Search};
use crate::mix::panel::Panel;
use crate::mix::posterior::{ForecastErrors, PlanHorizon};
use crate::mix::specification::MixSpecification;
use crate::pages::{PlanChapter, mix_curves, mix_over_time, mix_returns};
use crate::report::chart::{Chart, Plot};
use crate::report::html::Block;
use crate::simulate::panels::PanelWorld;
use crate::stats::{ConfidenceLevel, Interval};

fn model() -> Posterior {
    let panel = PanelWorld::small_business().unwrap().simulate(1);
    let search = Search::default().with_evaluations(60);
    let panel = panel.panel().unwrap();
    search.estimate(&MixSpecification::new(), &panel).unwrap()
}

fn about((value, half): (f64, f64)) -> Estimate {
    let ends = Interval::new(value - half, value + half, ConfidenceLevel::P90);
    Estimate::new(value, ends.unwrap())
}

/// The model with such returns of its four channels, and such of their next units.
fn with_returns(
    model: &Posterior,
    kpi_in_money: bool,
    returns: [(f64, f64); 4],
    next: [(f64, f64); 4],
) -> MixTop<'_> {
    let kpi = KpiName {
        in_money: kpi_in_money,
        ..KpiName::default()
    };
    let mut top = MixTop::new(model, &kpi);
    for (at, channel) in top.channels.iter_mut().enumerate() {
        channel.channel = ["tv", "radio", "search", "social"][at].to_owned();
        (channel.spend, channel.weakly_identified) = (10.0, false);
        channel.roi = Some(about(returns[at]));
        channel.marginal_roi = Some(about(next[at]));
    }
    top
}

#[test]
fn no_money_is_moved_between_channels_that_cannot_be_told_apart() {
    let model = model();
    let returns = [(2.0, 0.5); 4];
    let next = [(0.5, 0.8), (1.0, 0.8), (1.5, 0.8), (1.0, 0.8)];
    let alike = with_returns(&model, true, returns, next).change();
    assert_eq!(alike.answer(), "Cannot be told");
    let next = [(0.5, 0.2), (1.0, 0.8), (1.5, 0.2), (2.0, 1.9)];
    let apart = with_returns(&model, true, returns, next).change();
    assert_eq!(apart.answer(), "Less tv, more search");
    assert_eq!(
        apart.detail(),
        "the next unit brings 0.50 (0.30 to 0.70) there and 1.50 (1.30 to 1.70) here"
    );
}

#[test]
fn no_money_is_moved_to_a_channel_that_the_data_say_nothing_of() {
    let model = model();
    let returns = [(2.0, 0.5), (2.0, 0.5), (9.0, 0.1), (4.0, 0.1)];
    let mut top = with_returns(&model, true, returns, returns);
    top.channels[2].weakly_identified = true;
    assert_eq!(top.change().answer(), "Less tv, more social");
    let (told, _) = top.told_apart().unwrap();
    assert_eq!(told, "social returns more than tv");
    for at in [0, 1, 3] {
        top.channels[at].weakly_identified = true;
    }
    assert_eq!(top.change().answer(), "Not known");
    assert_eq!(top.told_apart(), None);
}

#[test]
fn weeks_that_were_not_fitted_have_no_band() {
    let panel = PanelWorld::small_business().unwrap().simulate(1);
    let panel = panel.panel().unwrap();
    let mut weights = vec![1.0; panel.kpi().len()];
    weights[40] = 0.0;
    let panel = panel.with_weights(weights).unwrap();
    let search = Search::default().with_evaluations(60);
    let model = search.estimate(&MixSpecification::new(), &panel).unwrap();
    let chart = mix_over_time::actual_and_expected(&model, &KpiName::default(), None);
    let Plot::Lines(lines) = chart.plot() else {
        panic!("{chart:?}");
    };
    let expected = &lines.series()[0].marks();
    let fitted = expected.iter().filter(|mark| mark.interval().is_some());
    let fitted = fitted.count();
    assert!(expected[40].interval().is_none() && expected[41].interval().is_some());
    let periods = panel.periods();
    let said = format!("in the {fitted} of {periods} periods fitted");
    assert!(
        fitted < periods && chart.subtitle().ends_with(&said),
        "{}",
        chart.subtitle()
    );
}

#[test]
fn a_channel_that_loses_money_did_not_work() {
    let model = model();
    let next = [(0.5, 0.1); 4];
    let losing = [(0.3, 0.1), (0.2, 0.1), (1.2, 0.4), (0.1, 0.05)];
    let top = with_returns(&model, true, losing, next);
    let worked = top.worked();
    assert_eq!(worked.answer(), "Nothing surely pays back");
    assert_eq!(
        worked.detail(),
        "the most by search: 1.20 back for 1 spent (90 %: 0.80 to 1.60)"
    );
    let paid = [(0.3, 0.1), (1.2, 0.1), (2.2, 2.0), (0.1, 0.05)];
    let top = with_returns(&model, true, paid, next);
    assert_eq!(top.worked().answer(), "radio");
}

#[test]
fn units_of_a_kpi_are_not_held_against_break_even() {
    let model = model();
    let returns = [(0.02, 0.01), (0.03, 0.01), (0.05, 0.01), (0.01, 0.02)];
    let top = with_returns(&model, false, returns, returns);
    assert_eq!(top.worked().answer(), "search");
    assert!(
        top.worked()
            .detail()
            .starts_with("0.050 of the KPI for 1 spent"),
        "{:?}",
        top.worked()
    );
    assert_eq!(top.sure().answer(), "3 of 4 surely bring something");
    let said = |words: &str| top.findings().iter().any(|(said, _)| said.contains(words));
    assert!(!said("pay"), "{:?}", top.findings());
    let card = top.return_card().unwrap();
    assert_eq!(card.name(), "KPI for 1 spent");
    let units = KpiName::default();
    let curves = mix_curves::responses(&model, &units);
    let pays = |chart: &Chart| chart.title().contains("pays");
    assert!(!curves.is_empty() && !curves.iter().any(pays), "{curves:?}");
    let charts = mix_returns::charts(&model, &[], &units);
    assert!(
        charts
            .iter()
            .all(|chart| !chart.svg().contains("break-even"))
    );
    let top = with_returns(&model, true, returns, returns);
    assert_eq!(top.findings()[0].0, "tv, radio and 2 more do not pay back");
    // spend is alike, so all of it returns the mean
    assert_eq!(top.return_card().unwrap().figure(), words::short(0.0275));
}

#[test]
fn a_return_that_the_data_hardly_narrowed_is_called_so() {
    let model = model();
    let returns = [(2.0, 0.5); 4];
    let before = [None, Some(about((2.0, 0.6))), Some(about((2.0, 1.9))), None];
    let top = with_returns(&model, true, returns, returns).with_prior(&before);
    let said: Vec<String> = top.findings().into_iter().map(|(said, _)| said).collect();
    assert_eq!(said[1], "radio says mostly what was believed before");
    let told = |before: &[Option<Estimate>]| {
        let checks =
            crate::pages::mix_checks::checks(&model, before, &[], &KpiName::default(), None);
        let mut checks = checks.iter().map(|check| check.text().to_owned());
        checks.any(|text| text.starts_with("Mostly what was believed before: "))
    };
    let as_found: Vec<_> = model.channels().iter().map(|channel| channel.roi).collect();
    assert!(told(&as_found) && !told(&[]));
}

#[test]
fn what_hardly_informs_is_called_so() {
    let model = model();
    let mut top = with_returns(&model, true, [(2.0, 0.1); 4], [(2.0, 0.1); 4]);
    top.channels[0].weakly_identified = true;
    let findings = top.findings();
    let said = |words: &str| findings.iter().any(|(said, _)| said == words);
    assert!(said("tv: hardly informed by the data"), "{findings:?}");
    // of what the data hardly inform nothing is sure
    assert!(said("radio, search and social pay back"), "{findings:?}");
    assert_eq!(top.sure().answer(), "3 of 4 surely pay back");
    assert!(!findings.iter().any(|(said, _)| said.contains("believed")));
}

#[test]
fn curves_of_a_plan_have_its_own_now() {
    let model = model();
    let horizon = PlanHorizon::new(4).with_now_of_last(20);
    let budget = model.budget_over(&horizon).unwrap();
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    let curves = model.response_curves_over(&horizon).unwrap();
    let plan = budget.plan(&curves, Goal::Outcome { total }).unwrap();
    let (first, last) = horizon.now(model.panel()).unwrap();
    let chapter = PlanChapter::new(&plan).with_model(&model, 4);
    let chapter = chapter.with_now(first, last).chapter();
    let drawn = |channel: &str| {
        chapter.charts().find_map(|chart| match chart.plot() {
            Plot::ResponseCurve(curve) if chart.title().starts_with(channel) => {
                let said = format!("; spend now is the mean of the periods from {first} to {last}");
                assert!(chart.subtitle().ends_with(&said), "{}", chart.subtitle());
                // what a unit more brings today is no reason of the plan
                let title = chart.title();
                assert!(
                    title.ends_with(" a period") || title.ends_with(" a period as now"),
                    "{title}"
                );
                Some(curve.dots().to_vec())
            }
            _ => None,
        })
    };
    let Block::Text(text) = &chapter.blocks()[0] else {
        panic!("the plan says what now is");
    };
    assert!(
        text.starts_with("Spend now is the mean of the periods from "),
        "{text}"
    );
    for channel in plan.channels() {
        let dots = drawn(&channel.channel).expect("each channel's curve is drawn");
        let said = [
            ("now", channel.now / 4.0),
            ("planned", channel.planned / 4.0),
        ];
        assert_eq!(dots, said.map(|(name, at)| (name.to_owned(), at)));
    }
}

#[test]
fn periods_held_out_that_are_predicted_badly_are_a_doubt() {
    let model = model();
    let fitted = model.fit_statistics().mape.unwrap();
    let row = |within: f64, mape: f64| HoldoutRow {
        from: model.panel().dates()[5],
        to: model.panel().dates()[9],
        fitted: 5,
        errors: ForecastErrors {
            mape: Some(mape),
            r2: None,
            crps: 1.0,
            within,
        },
    };
    let doubts = |within: f64, mape: f64| {
        let checks = crate::pages::mix_checks::checks(
            &model,
            &[],
            &[row(within, mape)],
            &KpiName::default(),
            None,
        );
        let texts = checks.into_iter().map(|check| check.text().to_owned());
        texts
            .filter(|text| text.starts_with("Of the periods held out"))
            .count()
    };
    assert_eq!(doubts(0.9, fitted), 0);
    assert_eq!(doubts(0.69, fitted), 1);
    assert_eq!(doubts(0.9, 2.0 * fitted), 1);
}

#[test]
fn a_net_kpi_is_told_in_amounts() {
    let panel = PanelWorld::small_business().unwrap().simulate(1);
    let panel = panel.panel().unwrap();
    // what is left after costs that media do not cover
    let mean = panel.kpi().iter().sum::<f64>() / panel.kpi().len() as f64;
    let net: Vec<f64> = panel.kpi().iter().map(|kpi| kpi - 0.95 * mean).collect();
    let mut other = Panel::new(None, panel.dates().to_vec(), panel.geos().to_vec(), net).unwrap();
    for channel in panel.channels() {
        let spend = channel.spend().to_vec();
        other = other.with_channel(channel.name(), spend).unwrap();
    }
    let search = Search::default().with_evaluations(60);
    let model = search.estimate(&MixSpecification::new(), &other).unwrap();
    let kpi = KpiName::default();
    let top = MixTop::new(&model, &kpi);
    let titles = [
        top.headline(),
        top.anyway().answer().to_owned(),
        mix_over_time::contributions(&model, &kpi)
            .title()
            .to_owned(),
        mix_over_time::from_baseline_to_total(&model, &kpi)
            .title()
            .to_owned(),
    ];
    for title in &titles {
        assert!(!title.contains('%'), "{titles:?}");
    }
    assert!(titles[1].starts_with('-'), "{titles:?}");
    assert!(
        titles[3].starts_with("Without media the KPI would have been -"),
        "{titles:?}"
    );
    assert!(top.cards().iter().all(|card| card.name() != "Media share"));
}

#[test]
fn channels_that_bring_and_take_away_have_no_shares() {
    let mut channels = model().channels();
    assert!(mix_returns::has_shares(&channels));
    channels[0].contribution = about((-5.0, 1.0));
    assert!(!mix_returns::has_shares(&channels));
}
