//! The model beside attribution of the same days and tests that neither was fitted with.

use std::path::{Path, PathBuf};

use clap::Args;
use mixtouch::attribution::ComparisonTable;
use mixtouch::calibration::{ChannelTotals, Outcomes, Reconciled, Reconciliation, tested_share};
use mixtouch::experiment::LiftTest;
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::report::{Report, Section, figure};
use mixtouch::{Day, Error, Result};
use serde_json::{Value, json};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Attribution beside the model")]
pub(crate) struct ReconcileOptions {
    /// Credits of the same channels and days, as attribution --json --bootstrap N prints them:
    /// conversions, or value where --kpi-in-money is given
    #[arg(long)]
    reconcile: Option<PathBuf>,
    /// The model of these credits
    #[arg(long, default_value = "time-to-event", requires = "reconcile")]
    reconcile_model: String,
    /// Lift tests that neither side was fitted with, in the columns of --lift; tail_days, share of
    /// persons
    #[arg(long, requires = "reconcile")]
    reconcile_tests: Option<PathBuf>,
}

/// What was asked of a model, and the joint answer.
pub(crate) struct Joined(Option<Reconciled>);

impl ReconcileOptions {
    pub(crate) const fn is_asked(&self) -> bool {
        self.reconcile.is_some()
    }

    /// The joint answer over the days of the credits; `fitted_with` are the tests of the mix model.
    pub(crate) fn join(
        &self,
        model: &Posterior,
        fitted_with: Option<&Path>,
        in_money: bool,
    ) -> Result<Joined> {
        let Some(path) = &self.reconcile else {
            return Ok(Joined(None));
        };
        let in_file = |source| Error::File {
            path: path.clone(),
            source: Box::new(source),
        };
        let table = read(path).map_err(in_file)?;
        let (outcomes, seen) = match in_money {
            true => (Outcomes::Value, table.totals().value),
            false => (Outcomes::Conversions, table.totals().conversions),
        };
        let totals = ChannelTotals::of_attribution(&table, &self.reconcile_model, outcomes);
        let log = totals.map_err(in_file)?;
        let panel = model.panel();
        let (first, last) = periods(panel, log.days()).map_err(in_file)?;
        let mix = ChannelTotals::of_mix(model, first, last)?;
        let all = kpi(panel, first, last);
        if (seen / all - 1.0).abs() > 0.1 {
            eprintln!(
                "note: the log has {} and the panel {} of the outcome; both are taken to count the same",
                figure(seen, 0),
                figure(all, 0)
            );
        }
        let calibrated = table.model(&self.reconcile_model);
        let calibrated = calibrated.map_or(&[][..], |model| &model.calibration);
        let mut both = Reconciliation::new(all, log, mix);
        for test in self.tests(fitted_with)? {
            if calibrated.iter().any(|row| row.channel == test.channel()) {
                eprintln!(
                    "note: {} is calibrated by tests of {}; one of them counts twice if it is in \
                     --reconcile-tests too",
                    self.reconcile_model,
                    test.channel()
                );
            }
            both = both.with_test(&test, tested_share(&test, panel, first, last)?);
        }
        Ok(Joined(Some(both.solve()?)))
    }

    /// The tests that decide; none of them may be among those of the mix model.
    fn tests(&self, fitted_with: Option<&Path>) -> Result<Vec<LiftTest>> {
        let Some(path) = &self.reconcile_tests else {
            return Ok(Vec::new());
        };
        let tests = LiftTest::read_csv_file(path)?;
        let fitted = fitted_with.map(LiftTest::read_csv_file).transpose()?;
        let fitted = fitted.unwrap_or_default();
        match tests.iter().find(|test| fitted.contains(test)) {
            None => Ok(tests),
            Some(twice) => Err(Error::Setting {
                name: "--reconcile-tests".into(),
                value: format!(
                    "the test of {} from {} that --lift has",
                    twice.channel(),
                    twice.start()
                ),
                expected: "tests that the model was not fitted with, so that each counts once"
                    .into(),
            }),
        }
    }
}

impl Joined {
    pub(crate) fn sections(&self) -> Vec<Section> {
        let Some(answer) = &self.0 else {
            return Vec::new();
        };
        let sections = answer.sections().into_iter();
        sections
            .map(|section| section.with_heading(answer.title()).set_apart())
            .collect()
    }

    pub(crate) fn add_to(&self, document: &mut Value) {
        let Some(answer) = &self.0 else {
            return;
        };
        let mut joined = json!(answer);
        for (at, row) in answer.channels.iter().enumerate() {
            if let Some(kept) = answer.kept_share(&row.channel) {
                joined["channels"][at]["kept_share"] = json!(kept);
            }
        }
        document["reconciled"] = joined;
    }
}

/// The document of a comparison.
fn read(path: &Path) -> Result<ComparisonTable> {
    let text = std::fs::read(path)?;
    serde_json::from_slice(&text).map_err(|fault| Error::Setting {
        name: "document".into(),
        value: fault.to_string(),
        expected: "what attribution --json prints".into(),
    })
}

/// The dates of the first and the last period that lie within some days, a day over at each end.
fn periods(panel: &Panel, days: Option<(Day, Day)>) -> Result<(Day, Day)> {
    let (from, to) = days.ok_or_else(|| Error::Setting {
        name: "period of the credits".into(),
        value: "not known".into(),
        expected: "credits of a log with times".into(),
    })?;
    let within = panel.dates().iter().copied().filter(|&date| {
        let (first, after) = panel.period().span(date);
        from.plus(-1) <= first && after.plus(-1) <= to.plus(1)
    });
    let both = within.map(|date| (date, date)).reduce(|a, b| (a.0, b.1));
    both.ok_or_else(|| {
        let dates = panel.dates();
        Error::Setting {
            name: "period of the credits".into(),
            value: format!("{from} to {to}"),
            expected: format!(
                "whole periods of the panel, which are dated {} to {}",
                dates[0],
                dates[dates.len() - 1]
            )
            .into(),
        }
    })
}

/// The KPI of all geos over periods.
fn kpi(panel: &Panel, first: Day, last: Day) -> f64 {
    let rows = panel.kpi().iter().zip(panel.dates().iter().cycle());
    let within = rows.filter(|(_, date)| (first..=last).contains(date));
    within.map(|(kpi, _)| kpi).sum()
}
