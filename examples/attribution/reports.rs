//! Reports that are no models: they need not divide conversions among touches.

use crate::input::Input;
use crate::models;
use crate::options::{Options, bad};
use mixtouch::attribution::rules::Participation;
use mixtouch::attribution::shapley::{ExactSetShapley, OrderedShapley};
use mixtouch::attribution::{ChannelSetCounts, CreditLevels};
use mixtouch::report::{Cell, Section, Table};
use mixtouch::{Journeys, Result};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy)]
pub(crate) enum ReportName {
    Participation,
    ShapleyOrdered,
    ShapleyExactSet,
}

/// A report as a document and as a table.
pub(crate) struct Figures {
    pub(crate) json: Value,
    table: Table,
}

impl ReportName {
    pub(crate) const ALL: [Self; 3] = [
        Self::Participation,
        Self::ShapleyOrdered,
        Self::ShapleyExactSet,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Participation => "participation",
            Self::ShapleyOrdered => "shapley-ordered",
            Self::ShapleyExactSet => "shapley-exact-set",
        }
    }

    pub(crate) fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.name() == text)
    }

    pub(crate) fn figures(self, journeys: &Journeys) -> Result<Figures> {
        match self {
            Self::Participation => participation(journeys),
            Self::ShapleyOrdered => ordered(journeys),
            Self::ShapleyExactSet => exact_set(journeys),
        }
    }
}

impl Figures {
    pub(crate) fn section(self, name: &str) -> Section {
        let section = Section::new().with_heading(name).set_apart();
        section.with_table(self.table)
    }
}

/// Credit, costs and returns of a model by channel, source / medium and campaign.
pub(crate) fn levels(options: &Options, name: &str, input: &Input) -> Result<Figures> {
    let models = models::fitted(options, name, &input.journeys)?;
    let model = models.names().next().and_then(|name| models.model(name));
    let model =
        model.ok_or_else(|| bad("--levels", name, "a model that these journeys support"))?;
    let mut levels = CreditLevels::new(&input.journeys, model)?;
    if let Some(costs) = &input.costs {
        levels = levels.with_costs(costs, options.period()?);
    }
    Ok(Figures {
        json: json!(levels),
        table: levels.table(2),
    })
}

fn participation(journeys: &Journeys) -> Result<Figures> {
    let report = journeys.accumulate(|| Participation::new(journeys.channels()))?;
    let mut table = Table::new(["channel", "conversions", "value"]);
    let mut json = Vec::new();
    for (channel, tally) in report.iter() {
        let figures = [tally.conversions, tally.value].map(|number| Cell::number(number, 1));
        table.push_row([Cell::from(channel)].into_iter().chain(figures));
        json.push(json!({
            "channel": channel,
            "conversions": tally.conversions,
            "value": tally.value,
        }));
    }
    let json = json.into();
    Ok(Figures { json, table })
}

fn ordered(journeys: &Journeys) -> Result<Figures> {
    let report = journeys.accumulate(|| OrderedShapley::new(journeys.channels()))?;
    let longest = report.iter().map(|(_, tallies)| tallies.len()).max();
    let positions = (1..=longest.unwrap_or(0)).map(|position| position.to_string());
    let mut table = Table::new(std::iter::once("channel".to_owned()).chain(positions));
    let mut json = Vec::new();
    for (channel, tallies) in report.iter() {
        let conversions: Vec<f64> = tallies.iter().map(|tally| tally.conversions).collect();
        let figures = conversions.iter().map(|&number| Cell::number(number, 1));
        table.push_row([Cell::from(channel)].into_iter().chain(figures));
        json.push(json!({"channel": channel, "positions": conversions}));
    }
    let json = json.into();
    Ok(Figures { json, table })
}

fn exact_set(journeys: &Journeys) -> Result<Figures> {
    let counts = journeys.accumulate(|| ChannelSetCounts::new(journeys.channels()))?;
    let report = ExactSetShapley::new(&counts);
    let mut table = Table::new(["channel", "value"]);
    let mut json = Vec::new();
    for (channel, value) in report.iter() {
        table.push_row([Cell::from(channel), Cell::number(value, 1)]);
        json.push(json!({"channel": channel, "value": value}));
    }
    let json = json.into();
    Ok(Figures { json, table })
}
