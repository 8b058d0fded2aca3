//! Checks of the model: placebos, refits, other specifications.

use clap::Args;
use mixtouch::mix::estimate::{
    BlockComparison, ChannelStability, ComparedSpecification, Placebo, PlaceboReport, Refit,
    Stability, StabilityReport,
};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::report::{Cell, Section, Table};
use mixtouch::{Error, Result};
use serde_json::{Value, json};

use crate::fit::estimator;
use crate::options::{self, Options};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Checks")]
pub(crate) struct CheckOptions {
    /// Add each medium's activity at other times as a channel that brought nothing, one at a time, and
    /// show what the model credits it with
    #[arg(long)]
    placebo: bool,
    /// Fit again with other seeds, to parts of the panel and without each medium
    #[arg(long)]
    stability: bool,
    /// Compare with other specifications by blocks of periods left out: trend=smooth, seasonality=0,
    /// adstock=weibull-pdf, saturation=logistic, likelihood=student-t or window=26, each a
    /// specification of its own
    #[arg(long, value_delimiter = ',')]
    compare: Vec<String>,
    /// Blocks to leave out, one at a time
    #[arg(long, default_value_t = 8, requires = "compare")]
    blocks: usize,
}

impl CheckOptions {
    /// Whether any check was asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.placebo || self.stability || !self.compare.is_empty()
    }
}

/// What the checks found.
#[derive(Default)]
pub(crate) struct Checked {
    placebo: Option<PlaceboReport>,
    stability: Option<StabilityReport>,
    comparison: Vec<ComparedSpecification>,
}

/// Runs the checks that are asked for.
pub(crate) fn check(options: &Options, mix: &MixSpecification, panel: &Panel) -> Result<Checked> {
    let asked = &options.checks;
    let placebo = match asked.placebo {
        true => Some(Placebo::new().run(&estimator(options, 0), mix, panel)?),
        false => None,
    };
    let stability = match asked.stability {
        true => {
            let of_seed = |seed| estimator(options, seed - 1);
            Some(Stability::new().run(of_seed, mix, panel)?)
        }
        false => None,
    };
    let comparison = match asked.compare.as_slice() {
        [] => vec![],
        others => compare(options, others, mix, panel)?,
    };
    Ok(Checked {
        placebo,
        stability,
        comparison,
    })
}

fn compare(
    options: &Options,
    others: &[String],
    mix: &MixSpecification,
    panel: &Panel,
) -> Result<Vec<ComparedSpecification>> {
    let others = others.iter().map(|text| {
        let changed = options::specification(&changed(options, text)?, panel)?;
        Ok((text.as_str(), changed))
    });
    let others = others.collect::<Result<Vec<_>>>()?;
    let mut all = vec![("as asked for", mix)];
    all.extend(others.iter().map(|(name, mix)| (*name, mix)));
    let comparison = BlockComparison::new().with_blocks(options.checks.blocks);
    comparison.run(&estimator(options, 0), &all, panel)
}

/// The options with one changed, as `NAME=VALUE`.
fn changed(options: &Options, text: &str) -> Result<Options> {
    let bad = || Error::Setting {
        name: "--compare".into(),
        value: text.into(),
        expected: "trend, seasonality, adstock, saturation, likelihood or window, = and a value"
            .into(),
    };
    let (name, value) = text.split_once('=').ok_or_else(bad)?;
    let mut options = options.clone();
    match name {
        "trend" => options.trend = value.parse()?,
        "seasonality" => options.seasonality = value.parse().map_err(|_| bad())?,
        "adstock" => options.adstock = vec![value.to_owned()],
        "saturation" => options.saturation = vec![value.to_owned()],
        "likelihood" => options.effects.likelihood = Some(value.parse()?),
        "window" => options.model.window = Some(value.parse().map_err(|_| bad())?),
        _ => return Err(bad()),
    }
    Ok(options)
}

impl Checked {
    pub(crate) fn sections(&self) -> Vec<Section> {
        let placebo = self.placebo.as_ref().map(placebo_section);
        let stability = self.stability.as_ref().map(stability_section);
        let comparison =
            (!self.comparison.is_empty()).then(|| comparison_section(&self.comparison));
        [placebo, stability, comparison]
            .into_iter()
            .flatten()
            .collect()
    }

    pub(crate) fn add_to(&self, document: &mut Value) {
        if let Some(placebo) = &self.placebo {
            document["placebo"] = json!(placebo);
        }
        if let Some(stability) = &self.stability {
            document["stability"] = json!(stability);
        }
        if !self.comparison.is_empty() {
            document["comparison"] = json!(self.comparison);
        }
    }
}

fn placebo_section(report: &PlaceboReport) -> Section {
    let heading = format!(
        "placebos: {} of {} credited, which chance alone does with probability {:.2}",
        report.credited(),
        report.rows().len(),
        report.chance()
    );
    let rows = report.rows().iter().map(|row| {
        [
            Cell::text(format!("{}, {} periods on", row.channel, row.shift)),
            Cell::estimate(row.contribution, 0),
            Cell::percent(row.share, 1),
            Cell::from(if row.credited { "credited" } else { "" }),
        ]
    });
    let columns = ["placebo of", "contribution (90 %)", "of the KPI", ""];
    Section::new()
        .with_heading(heading)
        .with_table(Table::new(columns).with_rows(rows))
        .set_apart()
}

fn stability_section(report: &StabilityReport) -> Section {
    let heading = format!("{} refits: the range of each ROI", report.refits().len());
    let end = |(value, refit): &(f64, Option<Refit>)| match refit {
        Some(refit) => format!("{value:.2}, {refit}"),
        None => format!("{value:.2}"),
    };
    let row = |row: &ChannelStability| {
        let what = if row.is_roi { "" } else { ", a period" };
        [
            Cell::text(format!("{}{what}", row.channel)),
            Cell::estimate(row.fitted, 2),
            Cell::text(end(&row.lowest)),
            Cell::text(end(&row.highest)),
            Cell::text(format!("{} of {}", row.outside, row.refits)),
        ]
    };
    let columns = ["channel", "ROI (90 %)", "lowest", "highest", "outside"];
    Section::new()
        .with_heading(heading)
        .with_table(Table::new(columns).with_rows(report.channels().iter().map(row)))
        .set_apart()
}

fn comparison_section(rows: &[ComparedSpecification]) -> Section {
    let rows = rows.iter().map(|row| {
        [
            Cell::from(&row.name),
            Cell::number(row.log_score, 1),
            Cell::number(row.difference, 1),
            Cell::number(row.standard_error, 1),
            Cell::from(if row.is_worse() { "worse" } else { "" }),
        ]
    });
    let columns = [
        "specification",
        "log score",
        "difference",
        "standard error",
        "",
    ];
    Section::new()
        .with_heading("specifications, by blocks of periods left out")
        .with_table(Table::new(columns).with_rows(rows))
        .set_apart()
}
