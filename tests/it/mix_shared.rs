//! Several KPIs fitted at once, with the shapes of media in common.

use crate::common::random::Random;
use crate::common::weeks;
use mixtouch::Error;
use mixtouch::mix::estimate::Search;
use mixtouch::mix::panel::Panel;
use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
use mixtouch::mix::transform::AdstockFamily;
use mixtouch::report::Report;

const WEEKS: usize = 130;

/// What TV brings is carried over at .6 and saturates at 400; sales are measured well, leads badly.
struct World {
    sales: Panel,
    leads: Panel,
    /// What TV brought to leads by week.
    truth: Vec<f64>,
}

fn world(seed: u64) -> World {
    let mut random = Random::new(seed);
    let mut tv: Vec<f64> = vec![];
    while tv.len() < WEEKS {
        let level = 900.0 * random.between(0.2, 1.0);
        let (on, off) = (1 + random.index(5), 1 + random.index(7));
        tv.extend((0..on).map(|_| level * random.between(0.8, 1.2)));
        tv.extend((0..off).map(|_| 0.0));
    }
    tv.truncate(WEEKS);
    let mut stock = 0.0;
    let response = tv.iter().map(|x| {
        stock = 0.4 * x + 0.6 * stock;
        stock / (400.0 + stock)
    });
    let response: Vec<f64> = response.collect();
    let mut panel = |level: f64, most: f64, noise: f64| {
        let kpi = response
            .iter()
            .map(|r| level + most * r + noise * random.normal());
        let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
        panel.with_channel("tv", tv.clone()).unwrap()
    };
    World {
        sales: panel(2000.0, 900.0, 40.0),
        leads: panel(200.0, 60.0, 30.0),
        truth: response.iter().map(|r| 60.0 * r).collect(),
    }
}

fn mix() -> MixSpecification {
    MixSpecification::new().with_baseline(Baseline::new(Trend::None, 0).unwrap())
}

fn search() -> Search {
    Search::default()
        .with_evaluations(400)
        .with_pareto_evaluations(0)
}

/// The distance of a series' shape from the truth's, whatever their sizes.
fn misshape(found: &[f64], truth: &[f64]) -> f64 {
    let norm = |series: &[f64]| series.iter().map(|x| x * x).sum::<f64>().sqrt();
    let (a, b) = (norm(found), norm(truth));
    let cells = found.iter().zip(truth);
    cells
        .map(|(x, y)| (x / a - y / b).powi(2))
        .sum::<f64>()
        .sqrt()
}

#[test]
fn what_one_kpi_cannot_say_another_says_for_it() {
    let (mut alone, mut shared) = (0.0, 0.0);
    for seed in 1..=5 {
        let World {
            sales,
            leads,
            truth,
        } = world(seed);
        let fit = search().fit(&mix(), &leads).unwrap();
        let parts = fit.posterior().decomposition();
        alone += misshape(parts.contribution("tv").unwrap(), &truth);
        let (a, b) = (mix(), mix());
        let kpis = [("sales", &a, &sales), ("leads", &b, &leads)];
        let together = search().fit_shared(&kpis).unwrap();
        let (name, model) = together.models().nth(1).unwrap();
        assert_eq!(name, "leads");
        let parts = model.decomposition();
        shared += misshape(parts.contribution("tv").unwrap(), &truth);
        let leads = &together.combined()[0];
        let whole: f64 = truth.iter().sum();
        assert!(
            (leads.contributions[1].value() / whole - 1.0).abs() < 0.4,
            "{leads:?}"
        );
    }
    assert!(shared < 0.6 * alone, "{shared} {alone}");
}

#[test]
fn shapes_are_common_and_the_rest_is_each_kpis_own() {
    let World { sales, leads, .. } = world(7);
    // The second KPI has a season besides.
    let (a, b) = (
        mix(),
        mix().with_baseline(Baseline::new(Trend::Linear, 1).unwrap()),
    );
    let fit = search()
        .fit_shared(&[("sales", &a, &sales), ("leads", &b, &leads)])
        .unwrap();
    let models: Vec<_> = fit.models().map(|(_, model)| model).collect();
    assert_eq!(models[0].draws().len(), models[1].draws().len());
    for (first, second) in models[0].draws().iter().zip(models[1].draws()) {
        assert_eq!(first.curves(), second.curves());
        assert_ne!(first.coefficients(), second.coefficients());
    }
    for model in &models {
        let whole = model.decomposition();
        let parts = whole.baseline().iter().zip(&whole.contributions()[0]);
        for ((baseline, media), all) in parts.zip(whole.prediction()) {
            assert_eq!(baseline + media, *all);
        }
    }
    let text = fit.to_text();
    assert!(
        text.contains("sales (90 %)") && text.contains("leads ROI"),
        "{text}"
    );
    let json = serde_json::to_value(fit.combined()).unwrap();
    assert_eq!(json[0]["channel"], "tv");
    assert_eq!(json[0]["contributions"].as_array().unwrap().len(), 2);
}

/// One KPI alone is the plain search, to the bit.
#[test]
fn one_kpi_is_the_plain_search() {
    let World { sales, .. } = world(3);
    let a = mix();
    let shared = search().fit_shared(&[("sales", &a, &sales)]).unwrap();
    let plain = search().fit(&a, &sales).unwrap();
    assert_eq!(shared.fits().next().unwrap().1, &plain);
}

#[test]
fn kpis_that_cannot_share_are_refused() {
    let World { sales, leads, .. } = world(3);
    let (a, b) = (mix(), mix().with_adstock(AdstockFamily::Delayed));
    let refused = |kpis: &[(&str, &MixSpecification, &Panel)], part: &str| {
        let error = search().fit_shared(kpis).unwrap_err();
        assert!(matches!(error, Error::Setting { .. } | Error::Empty { .. }));
        assert!(error.to_string().contains(part), "{error}");
    };
    refused(&[], "KPI");
    refused(&[("a", &a, &sales), ("a", &a, &leads)], "once");
    refused(&[("a", &a, &sales), ("b", &b, &leads)], "tv for b");
    let more = leads
        .clone()
        .with_channel("radio", vec![1.0; WEEKS])
        .unwrap();
    refused(&[("a", &a, &sales), ("b", &a, &more)], "tv, radio");
}

#[test]
fn a_refresh_starts_from_the_earlier_draws() {
    let world = world(5);
    let cut = |panel: &Panel, weeks: std::ops::Range<usize>| {
        let dates = panel.dates()[weeks.clone()].to_vec();
        let tv = panel.channels()[0].spend()[weeks.clone()].to_vec();
        let part = Panel::national(dates, panel.kpi()[weeks].to_vec()).unwrap();
        part.with_channel("tv", tv).unwrap()
    };
    let mix = mix();
    let old = [&world.sales, &world.leads].map(|panel| cut(panel, 0..104));
    let new = [&world.sales, &world.leads].map(|panel| cut(panel, 104..WEEKS));
    let earlier = search()
        .fit_shared(&[("sales", &mix, &old[0]), ("leads", &mix, &old[1])])
        .unwrap();
    let names = [("sales", &new[0]), ("leads", &new[1])];
    let fit = search().refresh_shared(&earlier, &names).unwrap();
    let whole = search()
        .fit_shared(&[("sales", &mix, &world.sales), ("leads", &mix, &world.leads)])
        .unwrap();
    let total = |fit: &mixtouch::mix::estimate::SharedFit, kpi: usize| {
        fit.combined()[0].contributions[kpi].value()
    };
    for kpi in [0, 1] {
        let (refreshed, fitted) = (total(&fit, kpi), total(&whole, kpi));
        assert!(
            (refreshed / fitted - 1.0).abs() < 0.15,
            "{refreshed} {fitted}"
        );
    }
    let curve = |kpi: usize| fit.models().nth(kpi).unwrap().1.draws()[0].curves()[0];
    assert_eq!(curve(0), curve(1));
    // one KPI may have no news
    let only = search().refresh_shared(&earlier, &names[..1]).unwrap();
    let periods: Vec<usize> = only
        .models()
        .map(|(_, model)| model.panel().periods())
        .collect();
    assert_eq!(periods, [WEEKS, 104]);
    for wrong in [[("clicks", &new[0]), names[1]], [names[0], names[0]]] {
        assert!(search().refresh_shared(&earlier, &wrong).is_err());
    }
    assert!(
        search()
            .refresh_shared(&earlier, &[("sales", &old[0])])
            .is_err()
    );
}
