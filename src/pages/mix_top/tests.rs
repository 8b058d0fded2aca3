//! What is said of channels with returns that are given.

use super::*;
use crate::mix::estimate::{Estimator, Search};
use crate::mix::specification::MixSpecification;
use crate::pages::{mix_curves, mix_returns};
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
    let mut top = MixTop::new(model, kpi_in_money);
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
            .starts_with("0.05 of the KPI for 1 spent"),
        "{:?}",
        top.worked()
    );
    assert_eq!(top.sure().answer(), "3 of 4 surely bring something");
    let said = |words: &str| top.findings().iter().any(|(said, _)| said.contains(words));
    assert!(!said("pay"), "{:?}", top.findings());
    let card = top.return_card().unwrap();
    assert_eq!(card.name(), "KPI for 1 spent");
    let curve = mix_curves::response(&model, &model.channels()[0], &[("now", 9.0)], false).unwrap();
    assert!(!curve.title().contains("pays"), "{}", curve.title());
    let charts = mix_returns::charts(&model, &[], false);
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
        let checks = crate::pages::mix_checks::checks(&model, before, &[]);
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
    assert_eq!(findings[1].0, "tv: hardly informed by the data");
    assert!(!findings.iter().any(|(said, _)| said.contains("believed")));
}
