//! Periods of other lengths than days, weeks and months, and what a table of another step is told.

use crate::common::solution;
use mixtouch::Day;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Frequency, Panel, PanelColumns};
use mixtouch::mix::specification::{Baseline, Holidays, MixSpecification, Trend};
use mixtouch::mix::transform::{AdstockFamily, SaturationFamily};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A table of dates with spend and sales that follow it.
fn table(dates: &[Day]) -> String {
    let rows = dates.iter().enumerate().map(|(at, date)| {
        let tv = at * 7 % 11 * 10;
        format!("{date},{tv},{}\n", 500 + 2 * tv + at * 5 % 3)
    });
    "date,tv,y\n".to_owned() + &rows.collect::<String>()
}

fn read(csv: &str) -> mixtouch::Result<Panel> {
    let columns = PanelColumns::new("date", "y").channel("tv");
    let columns = if csv.starts_with("date,tv,y,geo") {
        columns.geo("geo")
    } else {
        columns
    };
    columns.read(csv.as_bytes())
}

#[test]
fn month_ends_weeks_by_two_and_four_and_quarters_are_periods() {
    let steps = |first: &str, period: Frequency, count: usize| {
        let follow = |date: &Day| Some(period.next(*date));
        std::iter::successors(Some(day(first)), follow)
            .take(count)
            .collect::<Vec<_>>()
    };
    for (first, period) in [
        ("2015-01-31", Frequency::MonthEnd),
        ("2015-01-05", Frequency::TwoWeeks),
        ("2015-01-05", Frequency::FourWeeks),
        ("2015-01-01", Frequency::Quarter),
        ("2015-03-31", Frequency::QuarterEnd),
    ] {
        let panel = read(&table(&steps(first, period, 40))).unwrap();
        assert_eq!(panel.period(), period);
        let flat = MixSpecification::new()
            .with_adstock(AdstockFamily::None)
            .with_saturation(SaturationFamily::None)
            .with_baseline(Baseline::new(Trend::None, 0).unwrap());
        let model = solution(&Search::default().with_evaluations(40), &flat, &panel);
        let roi = model.channels()[0].roi.unwrap().value();
        assert!((1.8..2.2).contains(&roi), "{period:?}: {roi}");
    }
    // The rows of a file as companies write it.
    let rows = "date,tv,y\n2015-01-31,726.5,1239.5\n2015-02-28,0,1118.4\n2015-03-31,2040.5,1269.8\n2015-04-30,1111.7,1346.7\n";
    let panel = read(rows).unwrap();
    assert_eq!(
        (panel.period(), panel.dates()[1]),
        (Frequency::MonthEnd, day("2015-02-28"))
    );
}

#[test]
fn a_holiday_belongs_to_the_month_that_ends_after_it() {
    let dates: Vec<Day> = (0..30)
        .map(|month| day("2015-02-01").plus_months(month).plus(-1))
        .collect();
    let panel = read(&table(&dates)).unwrap();
    let holidays = Holidays::new(vec![(day("2015-05-10"), "fair".into())]).unwrap();
    let flat = Baseline::new(Trend::None, 0)
        .unwrap()
        .with_holidays(holidays);
    let mut kpi = panel.kpi().to_vec();
    kpi[4] += 5000.0;
    let panel = Panel::national(dates.clone(), kpi)
        .unwrap()
        .with_channel("tv", panel.channels()[0].spend().to_vec())
        .unwrap();
    let search = Search::default().with_evaluations(40).with_draws(4);
    let specification = MixSpecification::new().with_baseline(flat);
    let model = search.estimate(&specification, &panel).unwrap();
    let baseline = model.decomposition().baseline();
    assert_eq!(dates[4], day("2015-05-31"));
    assert!(
        baseline[4] > baseline[3] + 4000.0 && baseline[4] > baseline[5] + 4000.0,
        "{baseline:?}"
    );
}

#[test]
fn geos_whose_weeks_begin_on_other_days_are_named() {
    let csv = "date,tv,y,geo\n\
               2022-01-03,1124.7,1377.5,g0\n2022-01-10,1115.0,1373.1,g0\n2022-01-17,1027.8,1416.8,g0\n\
               2022-01-02,927.0,1197.5,g1\n2022-01-09,1242.9,1357.1,g1\n2022-01-16,1336.1,1377.8,g1\n";
    let message = read(csv).unwrap_err().to_string();
    assert_eq!(
        message,
        "row 5: date is \"2022-01-02\", expected: a Monday, on which the weeks of geo g0 begin; \
         those of geo g1 begin on Sundays"
    );
    // One geo that changes its weekday.
    let csv = "date,tv,y\n2022-01-03,1,2\n2022-01-10,2,4\n2022-01-18,1,2\n";
    let message = read(csv).unwrap_err().to_string();
    assert!(
        message.contains("2022-01-18 is a Tuesday, the weeks before begin on Mondays"),
        "{message}"
    );
}

#[test]
fn without_spend_there_is_no_cost_of_an_acquisition() {
    let panel = read(&table(
        &(0..60)
            .map(|w| day("2022-01-03").plus(7 * w))
            .collect::<Vec<_>>(),
    ));
    let panel = panel.unwrap();
    let organic = Panel::national(panel.dates().to_vec(), panel.kpi().to_vec())
        .unwrap()
        .with_exposures(
            "organic",
            vec![0.0; 60],
            panel.channels()[0].spend().to_vec(),
        )
        .unwrap();
    let search = Search::default().with_evaluations(60).with_draws(4);
    let model = search.estimate(&MixSpecification::new(), &organic).unwrap();
    let summary = &model.channels()[0];
    assert!(summary.contribution.value() > 1000.0);
    assert_eq!(
        (summary.cpa, summary.roi, summary.marginal_roi),
        (None, None, None)
    );
}
