//! How large the next test must be.

use clap::Args;
use mixtouch::experiment::{Effect, GeoCandidate, GeoSelection, PowerAnalysis};
use mixtouch::report::{Cell, Table, figure};
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Error, Result};
use serde_json::json;

use crate::geos::{Outcomes, PanelFile};
use crate::{Output, person_designs, persons};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct PersonPlan {
    /// The control's share of persons who convert
    #[arg(long, conflicts_with = "deviation")]
    rate: Option<f64>,
    /// A log of the past, person,timestamp,channel,kind,value, in place of a rate: its last days are
    /// tried as tests of several lengths, with persons' past taken out and without
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rate", "deviation", "variance_reduction"])]
    events: Option<PathBuf>,
    /// Lengths to try, in days
    #[arg(long, value_delimiter = ',', default_values_t = [7, 14, 28], requires = "events")]
    pub(crate) lengths: Vec<u32>,
    /// Days before the test that tell of a person's habits
    #[arg(long, default_value_t = 28, value_name = "DAYS", requires = "events")]
    pub(crate) past: u32,
    /// Conversions of this goal only
    #[arg(long, requires = "events")]
    pub(crate) goal: Option<String>,
    /// What treating a person costs a day
    #[arg(long, requires = "events")]
    pub(crate) cost: Option<f64>,
    /// Standard deviation of a person's value
    #[arg(long, requires = "difference")]
    deviation: Option<f64>,
    /// Difference of the mean value to find
    #[arg(long, requires = "deviation")]
    difference: Option<f64>,
    /// Relative lift to find: 0.1 is ten percent more
    #[arg(long, default_value_t = 0.1, conflicts_with = "deviation")]
    pub(crate) lift: f64,
    /// Probability of finding the effect
    #[arg(long, default_value_t = 0.8)]
    power: f64,
    /// Probability of a false find
    #[arg(long, default_value_t = 0.05)]
    significance: f64,
    /// Share of assigned persons whom the treatment can reach
    #[arg(long, default_value_t = 1.0)]
    pub(crate) reached: f64,
    /// Share of the variance that persons' past explains
    #[arg(long, default_value_t = 0.0)]
    variance_reduction: f64,
}

impl PersonPlan {
    pub(crate) fn run(&self) -> Result<Output> {
        if let Some(path) = &self.events {
            return person_designs::designs(self, &persons::read_log(path, false)?);
        }
        let effect = match (self.rate, self.deviation, self.difference) {
            (Some(control), ..) => Effect::Rates {
                control,
                treatment: control * (1.0 + self.lift),
            },
            (None, Some(deviation), Some(difference)) => Effect::Means {
                difference,
                deviation,
            },
            _ => {
                return Err(Error::Setting {
                    name: "effect to find".into(),
                    value: "none".into(),
                    expected: "--rate with --lift, --deviation with --difference, or --events"
                        .into(),
                });
            }
        };
        let test = self.with_settings(effect);
        persons_needed(test.with_variance_reduction(self.variance_reduction))
    }

    /// The test for an effect, by the settings asked for.
    pub(crate) fn with_settings(&self, effect: Effect) -> PowerAnalysis {
        PowerAnalysis::new(effect)
            .with_power(self.power)
            .with_significance(self.significance)
            .with_reached(self.reached)
    }
}

pub(crate) fn persons_needed(test: PowerAnalysis) -> Result<Output> {
    let persons = test.sample_size()?;
    let mut table = Table::new(["persons in each arm", "power"]);
    let mut curve = Vec::new();
    for part in [0.25, 0.5, 0.75, 1.0, 1.5, 2.0] {
        let count = ((part * persons as f64).round() as u64).max(2);
        let power = test.power_at(count)?;
        table.push_row([Cell::count(count), Cell::percent(power, 1)]);
        curve.push(json!({"persons": count, "power": power}));
    }
    Ok(Output {
        text: format!(
            "{} persons in each arm are needed.\n\n{table}",
            figure(persons as f64, 0)
        ),
        json: json!({"persons_in_each_arm": persons, "power": curve}),
    })
}

#[derive(Debug, Args)]
pub(crate) struct GeoPlan {
    #[command(flatten)]
    panel: PanelFile,
    /// Numbers of geos to treat
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 4])]
    sizes: Vec<usize>,
    /// Lengths, in periods
    #[arg(long, value_delimiter = ',', default_values_t = [4, 8])]
    lengths: Vec<usize>,
    /// Probability of finding the effect
    #[arg(long, default_value_t = 0.8)]
    power: f64,
    /// Level of the test's interval
    #[arg(long, default_value_t = 0.9)]
    level: f64,
    /// Judge by synthetic controls
    #[arg(long)]
    synthetic: bool,
    /// Outcome expected of a unit of spend: says what each test costs
    #[arg(long = "return", value_name = "ROI")]
    expected_return: Option<f64>,
    /// Leave out tests that cost more
    #[arg(long, requires = "expected_return")]
    most_spend: Option<f64>,
    /// Rows of the table; JSON has all
    #[arg(long, default_value_t = 10)]
    limit: usize,
}

impl GeoPlan {
    pub(crate) fn run(&self) -> Result<Output> {
        let (days, outcomes): Outcomes = self.panel.read()?;
        let mut selection = GeoSelection::new(days, outcomes)?
            .with_sizes(self.sizes.iter().copied())
            .with_lengths(self.lengths.iter().copied())
            .with_power(self.power)
            .with_level(ConfidenceLevel::new(self.level)?)
            .with_synthetic_control(self.synthetic);
        if let Some(expected) = self.expected_return {
            selection = selection.with_return(expected);
        }
        if let Some(most) = self.most_spend {
            selection = selection.with_most_spend(most);
        }
        Ok(candidates(&selection.candidates()?, self.limit))
    }
}

pub(crate) fn candidates(candidates: &[GeoCandidate], limit: usize) -> Output {
    let columns = [
        "geos",
        "periods",
        "share of outcome",
        "smallest effect",
        "in outcome",
        "spend",
        "false finds",
    ];
    let row = |candidate: &GeoCandidate| {
        [
            Cell::text(candidate.geos.join(", ")),
            Cell::count(candidate.periods as u64),
            Cell::percent(candidate.share, 1),
            Cell::percent(candidate.smallest_effect, 1),
            Cell::number(candidate.smallest_change, 0),
            Cell::number(candidate.spend, 0),
            Cell::percent(candidate.false_finds.rate, 0),
        ]
    };
    let table = Table::new(columns).with_rows(candidates.iter().take(limit).map(row));
    let (shown, all) = (limit.min(candidates.len()), candidates.len());
    Output {
        text: format!("The best {shown} of {all} tests on geos\n\n{table}"),
        json: json!({ "candidates": candidates }),
    }
}
