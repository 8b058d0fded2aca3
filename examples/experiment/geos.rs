//! A test on geos, from a panel.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use mixtouch::experiment::{GeoLift, GeoTest};
use mixtouch::mix::panel::{Panel, PanelColumns};
use mixtouch::report::Report;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Day, Error, Result};
use serde_json::json;

use crate::Output;

/// Outcomes by geo, one for each period, and the periods' first days.
pub(crate) type Outcomes = (Vec<Day>, Vec<(String, Vec<f64>)>);

#[derive(Debug, Args)]
pub(crate) struct PanelFile {
    /// A table with a row for each period and geo
    #[arg(long, value_name = "FILE")]
    panel: PathBuf,
    /// Its column of first days
    #[arg(long, default_value = "date", value_name = "COL")]
    date: String,
    /// Its column of outcomes, such as sales
    #[arg(long, value_name = "COL")]
    kpi: String,
    /// Its column of geos
    #[arg(long, default_value = "geo", value_name = "COL")]
    geo: String,
}

impl PanelFile {
    pub(crate) fn read(&self) -> Result<Outcomes> {
        let columns = PanelColumns::new(&self.date, &self.kpi).geo(&self.geo);
        outcomes(&columns.read_path(&self.panel)?)
    }
}

/// The outcomes of a panel that has all periods of all geos.
pub(crate) fn outcomes(panel: &Panel) -> Result<Outcomes> {
    if let Some(weight) = panel.weights().and_then(|w| w.iter().find(|&&w| w == 0.0)) {
        return Err(Error::Setting {
            name: "weight of a geo's period".into(),
            value: weight.to_string(),
            expected: "every geo in every period".into(),
        });
    }
    let periods = panel.periods();
    let by_geo = panel.geos().iter().zip(panel.kpi().chunks(periods));
    let outcomes = by_geo.map(|(geo, kpi)| (geo.clone(), kpi.to_vec()));
    Ok((panel.dates().to_vec(), outcomes.collect()))
}

#[derive(Debug, Args)]
pub(crate) struct GeoOptions {
    #[command(flatten)]
    panel: PanelFile,
    /// The geos in which spend changed
    #[arg(long, value_delimiter = ',', required = true)]
    treated: Vec<String>,
    /// The test's first day
    #[arg(long)]
    from: Day,
    /// The test's last day
    #[arg(long)]
    to: Day,
    /// Weigh controls so that they moved like each treated geo before the test
    #[arg(long)]
    synthetic: bool,
    /// Level of intervals
    #[arg(long, default_value_t = 0.9)]
    level: f64,
    /// Prints the result as a lift test of this channel, for a mix model
    #[arg(long, requires = "spend_change")]
    channel: Option<String>,
    /// Spend with the test less spend without, over all treated geos
    #[arg(long, requires = "channel", allow_negative_numbers = true)]
    spend_change: Option<f64>,
}

impl GeoOptions {
    pub(crate) fn run(&self) -> Result<Output> {
        let (days, outcomes) = self.panel.read()?;
        let treated: Vec<&str> = self.treated.iter().map(String::as_str).collect();
        let test = GeoTest::new(days, outcomes, &treated, self.from, self.to)?;
        let level = ConfidenceLevel::new(self.level)?;
        let lift = if self.synthetic {
            test.synthetic_control(level)?
        } else {
            test.difference_in_differences(level)?
        };
        let change = self.channel.as_deref().zip(self.spend_change);
        output(&lift, change)
    }
}

/// The lift, and the same as a lift test of a channel whose spend changed.
pub(crate) fn output(lift: &GeoLift, change: Option<(&str, f64)>) -> Result<Output> {
    let mut text = lift.to_text();
    let mut document = json!({ "test": lift });
    if let Some((channel, spend_change)) = change {
        let test = lift.joint_lift_test(channel, spend_change)?;
        let _ = writeln!(
            text,
            "\nAs a lift test, for media_mix --lift:\n\
             channel,geo,start,end,spend_change,outcome_change,standard_error\n\
             {channel},{},{},{},{},{:.2},{:.2}",
            test.geos().join(";"),
            test.start(),
            test.end(),
            test.spend_change(),
            test.outcome_change(),
            test.standard_error()
        );
        document["lift_test"] = json!(test);
    }
    Ok(Output {
        text,
        json: document,
    })
}
