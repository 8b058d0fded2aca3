//! Questions to a fitted model: what if, what next, and how well does it predict.

use std::path::PathBuf;

use clap::Args;
use mixtouch::mix::estimate::{Estimator, Holdout, HoldoutRow};
use mixtouch::mix::panel::{Change, Panel, PanelColumns};
use mixtouch::mix::posterior::{MixForecast, Posterior, Scenario};
use mixtouch::mix::specification::MixSpecification;
#[cfg(feature = "html")]
use mixtouch::pages::MixChapter;
use mixtouch::report::{Cell, Section, Table, digits_for, figure};
use mixtouch::{Day, Error, Result};
use serde_json::{Value, json};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Questions")]
pub(crate) struct QuestionOptions {
    /// What if: tv*0.7, price+1 or search=500, each in all periods or FROM..TO after an @, such as
    /// tv*0.7@2023-01-02..2023-12-25; or a table of column,change,from,to with the change *0.7, +1 or
    /// =500
    #[arg(long, value_delimiter = ',')]
    scenario: Vec<String>,
    /// What next: a table of the periods to come with the panel's media and controls; --holidays has to
    /// reach over them
    #[arg(long, requires = "panel")]
    forecast: Option<PathBuf>,
    /// What if, of the periods to come: like --scenario, over the table of --forecast
    #[arg(long, value_delimiter = ',', requires = "forecast")]
    forecast_scenario: Vec<String>,
    /// Controls that stay at their last value over the periods to come, whether --forecast has them or not
    #[arg(long, value_delimiter = ',', requires = "forecast")]
    hold: Vec<String>,
    /// Hold the last N periods out, fit to those before, and compare
    #[arg(long)]
    holdout: Option<usize>,
    /// Hold out several times, ever earlier
    #[arg(long, default_value_t = 1, requires = "holdout")]
    origins: usize,
}

/// `COLUMN*FACTOR`, `COLUMN+AMOUNT`, `COLUMN-AMOUNT` or `COLUMN=VALUE`, with `@FROM..TO`.
fn change(text: &str) -> std::result::Result<Change, String> {
    let expected = "expected COLUMN*FACTOR, COLUMN+AMOUNT, COLUMN-AMOUNT or COLUMN=VALUE, @FROM..TO after it for some periods";
    let (what, range) = match text.split_once('@') {
        Some((what, range)) => (what, Some(range)),
        None => (text, None),
    };
    // A column's name may have such signs too: the first with a number after it counts.
    let signs = what.match_indices(['*', '=', '+', '-']);
    let mut found = signs.filter_map(|(at, sign)| {
        let number: f64 = what[at + 1..].parse().ok()?;
        Some((&what[..at], sign, number))
    });
    let change = match found.next().ok_or(expected)? {
        (column, "*", number) => Change::times(column, number),
        (column, "+", number) => Change::plus(column, number),
        (column, "-", number) => Change::plus(column, -number),
        (column, _, number) => Change::set(column, number),
    };
    let Some(range) = range else {
        return Ok(change);
    };
    let (from, to) = range.split_once("..").ok_or(expected)?;
    let day = |text: &str| text.parse::<Day>().map_err(|error| error.to_string());
    Ok(change.between(day(from)?, day(to)?))
}

/// The rows of a table with the columns column, change, from and to; the last two may be empty.
fn table_of_changes(path: &str, table: &str) -> Result<Vec<Change>> {
    let row = |(at, line): (usize, &str)| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let text = match cells.as_slice() {
            [column, change] | [column, change, "", ""] => format!("{column}{change}"),
            [column, change, from, to] => format!("{column}{change}@{from}..{to}"),
            _ => line.to_owned(),
        };
        change(&text).map_err(|expected| bad_scenario(&format!("{path}, row {}", at + 1), expected))
    };
    let rows = table.lines().enumerate().skip(1);
    rows.filter(|(_, line)| !line.trim().is_empty())
        .map(row)
        .collect()
}

/// The changes that are stated, or those of the tables that are named.
fn changes(texts: &[String]) -> Result<Vec<Change>> {
    let mut changes = vec![];
    for text in texts {
        match (change(text), std::fs::read_to_string(text)) {
            (Ok(stated), _) => changes.push(stated),
            (Err(_), Ok(table)) => changes.extend(table_of_changes(text, &table)?),
            (Err(expected), Err(_)) => return Err(bad_scenario(text, expected)),
        }
    }
    Ok(changes)
}

fn bad_scenario(value: &str, expected: String) -> Error {
    Error::Setting {
        name: "--scenario".into(),
        value: value.to_owned(),
        expected: expected.trim_start_matches("expected ").to_owned().into(),
    }
}

/// The answers.
#[derive(Default)]
pub(crate) struct Answers {
    scenario: Option<Scenario>,
    forecast: Option<MixForecast>,
    forecast_scenario: Option<Scenario>,
    holdout: Vec<HoldoutRow>,
}

impl QuestionOptions {
    /// Whether anything was asked for.
    pub(crate) fn is_asked(&self) -> bool {
        !self.scenario.is_empty() || self.forecast.is_some() || self.holdout.is_some()
    }

    /// Asks what was asked for; the estimator is for periods held out.
    pub(crate) fn ask(
        &self,
        model: &Posterior,
        estimator: &dyn Estimator,
        columns: Option<&PanelColumns>,
    ) -> Result<Answers> {
        let scenario = match changes(&self.scenario)?.as_slice() {
            [] => None,
            changes => Some(model.scenario(changes)?),
        };
        let future = self
            .forecast
            .as_ref()
            .zip(columns)
            .map(|(path, columns)| {
                let held = self.hold.iter();
                let columns = held.fold(columns.clone(), PanelColumns::hold_control);
                columns.read_future_path(model.panel(), path)
            })
            .transpose()?;
        let forecast = future.as_ref().map(|future| model.forecast(future));
        let forecast_scenario = match (&future, changes(&self.forecast_scenario)?.as_slice()) {
            (Some(future), changes @ [_, ..]) => Some(model.scenario_over(future, changes)?),
            _ => None,
        };
        let holdout = match self.holdout {
            Some(periods) => {
                self.hold_out(periods, estimator, model.specification(), model.panel())?
            }
            None => vec![],
        };
        Ok(Answers {
            scenario,
            forecast: forecast.transpose()?,
            forecast_scenario,
            holdout,
        })
    }

    fn hold_out(
        &self,
        periods: usize,
        estimator: &dyn Estimator,
        mix: &MixSpecification,
        panel: &Panel,
    ) -> Result<Vec<HoldoutRow>> {
        let holdout = Holdout::new(periods).with_origins(self.origins);
        holdout
            .run(estimator, mix, panel)
            .map_err(|error| match error {
                Error::Setting {
                    name,
                    value,
                    expected,
                } => {
                    let (name, value) = match name.as_ref() {
                        "periods held out" => ("--holdout".into(), value),
                        "number of rows" => (
                            "--holdout".into(),
                            format!("{periods} x {}, which leaves {value} rows", self.origins),
                        ),
                        _ => (name, value),
                    };
                    Error::Setting {
                        name,
                        value,
                        expected,
                    }
                }
                other => other,
            })
    }
}

impl Answers {
    /// The chapter with forecast and holdout, where they were asked for.
    #[cfg(feature = "html")]
    pub(crate) fn add_to_chapter<'a>(&'a self, chapter: MixChapter<'a>) -> MixChapter<'a> {
        let chapter = chapter.with_holdout(&self.holdout);
        match &self.forecast {
            Some(forecast) => chapter.with_forecast(forecast),
            None => chapter,
        }
    }

    /// The errors on periods held out.
    #[cfg(feature = "html")]
    pub(crate) fn holdout(&self) -> &[HoldoutRow] {
        &self.holdout
    }

    pub(crate) fn sections(&self) -> Vec<Section> {
        let scenario = self.scenario.as_ref();
        let scenario = scenario.map(|scenario| scenario_section("scenario", scenario));
        let forecast = self.forecast.as_ref().map(forecast_section);
        let over = self.forecast_scenario.as_ref();
        let over = over.map(|over| scenario_section("scenario of the forecast", over));
        let holdout = (!self.holdout.is_empty()).then(|| holdout_section(&self.holdout));
        [scenario, forecast, over, holdout]
            .into_iter()
            .flatten()
            .collect()
    }

    pub(crate) fn add_to(&self, document: &mut Value) {
        if let Some(scenario) = &self.scenario {
            document["scenario"] = json!(scenario);
        }
        if let Some(forecast) = &self.forecast {
            document["forecast"] = json!(forecast);
        }
        if let Some(scenario) = &self.forecast_scenario {
            document["forecast_scenario"] = json!(scenario);
        }
        if !self.holdout.is_empty() {
            document["holdout"] = json!(self.holdout);
        }
    }
}

fn amount(number: f64) -> String {
    figure(number, digits_for([number], 0))
}

fn scenario_section(what: &str, scenario: &Scenario) -> Section {
    let digits = digits_for([scenario.difference().value()], 0);
    let heading = format!(
        "{what}: spend changes by {}, the KPI by {} (90 %), of {} in all",
        amount(scenario.spend_difference()),
        Cell::estimate(scenario.difference(), digits),
        amount(scenario.outcome())
    );
    let channels = scenario.channels().iter();
    let channels = channels.map(|(name, difference)| (name.clone(), *difference));
    let parts = scenario.baseline().iter();
    let parts = parts.map(|(part, difference)| (part.to_string(), *difference));
    let rows = channels.chain(parts);
    let rows =
        rows.map(|(name, difference)| [Cell::text(name), Cell::estimate(difference, digits)]);
    let notes = scenario.beyond_seen().iter();
    Section::new()
        .with_heading(heading)
        .with_table(Table::new(["channel or part", "difference (90 %)"]).with_rows(rows))
        .with_lines(notes.map(|beyond| format!("note: {beyond}")))
        .set_apart()
}

fn forecast_section(forecast: &MixForecast) -> Section {
    let parts = forecast.decomposition();
    let expected = forecast.predictions().iter();
    let digits = digits_for(expected.map(|row| row.value()), 0);
    let notes = forecast.findings().iter();
    let notes = notes.map(|finding| format!("note: {finding}"));
    let rows = (0..forecast.predictions().len()).map(|row| {
        let (geo, date) = (row / parts.dates().len(), row % parts.dates().len());
        [
            Cell::text(parts.dates()[date].to_string()),
            Cell::from(&parts.geos()[geo]),
            Cell::estimate(forecast.predictions()[row], digits),
        ]
    });
    Section::new()
        .with_heading("forecast, with the interval of what will be seen")
        .with_table(Table::new(["period", "geo", "expected (90 %)"]).with_rows(rows))
        .with_lines(notes)
        .set_apart()
}

fn holdout_section(rows: &[HoldoutRow]) -> Section {
    let columns = ["held out", "fitted to", "MAPE", "R2", "CRPS", "within 90 %"];
    let rows = rows.iter().map(|row| {
        [
            Cell::text(format!("{} to {}", row.from, row.to)),
            Cell::number(row.fitted as f64, 0),
            Cell::percent(row.errors.mape, 1),
            Cell::number(row.errors.r2, 3),
            Cell::number(row.errors.crps, 1),
            Cell::percent(row.errors.within, 0),
        ]
    });
    Section::new()
        .with_heading("periods held out, predicted from those before")
        .with_table(Table::new(columns).with_rows(rows))
        .set_apart()
}
