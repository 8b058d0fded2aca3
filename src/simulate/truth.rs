//! Models' shares of credit beside the true shares.

use crate::attribution::{ComparisonTable, ModelTable};
use crate::report::{Cell, Report, Section, Table, figure};
use std::fmt;

/// Models' shares of the credit of channels, beside each channel's share of what advertising caused.
///
/// A model's distance to the truth is the sum of the absolute differences of the shares: 0 if all
/// are right, 2 if all credit goes to the wrong channels.
///
/// ```
/// use mixtouch::attribution::rules::{FirstTouch, LastTouch};
/// use mixtouch::report::Report;
/// use mixtouch::simulate::truth::TruthComparison;
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(30.0, 100.0, 0.0)?)?;
/// paths.push(["search"], Outcome::new(10.0, 50.0, 0.0)?)?;
/// let table = Comparison::new()
///     .model("first-touch", FirstTouch)
///     .model("last-touch", LastTouch)
///     .run(&paths.journeys()?)?;
/// // social caused 20 conversions, search none; 20 would have come anyway
/// let truth = TruthComparison::new([("social", 20.0)], 20.0, &table);
/// assert_eq!(truth.distance("first-touch"), Some(0.5));
/// assert_eq!(truth.distance("last-touch"), Some(2.0));
/// assert!(truth.to_text().contains("social    100.0         75.0         0.0"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TruthComparison {
    caused: f64,
    baseline: f64,
    channels: Vec<String>,
    /// The true share of each channel.
    truth: Vec<f64>,
    models: Vec<ModelShares>,
}

/// One model's shares, by channel.
#[derive(Debug, Clone, PartialEq)]
struct ModelShares {
    model: String,
    shares: Vec<f64>,
}

impl TruthComparison {
    /// Compares a table's models with the conversions each channel caused, 0 for channels not named,
    /// and with the `baseline` that would have come anyway.
    pub fn new<S: AsRef<str>>(
        incremental: impl IntoIterator<Item = (S, f64)>,
        baseline: f64,
        table: &ComparisonTable,
    ) -> Self {
        let incremental: Vec<(S, f64)> = incremental.into_iter().collect();
        let caused: f64 = incremental.iter().map(|(_, conversions)| conversions).sum();
        let rows = table
            .models()
            .first()
            .map_or(&[][..], |model| &model.channels);
        let channels: Vec<String> = rows.iter().map(|row| row.channel.clone()).collect();
        let share = |channel: &String| {
            let mut named = incremental
                .iter()
                .filter(|(name, _)| name.as_ref() == channel);
            named
                .next()
                .map_or(0.0, |(_, conversions)| conversions / caused)
        };
        let models = table.models().iter().map(|model| ModelShares {
            model: model.model.clone(),
            shares: shares(model),
        });
        Self {
            caused,
            baseline,
            truth: channels.iter().map(share).collect(),
            models: models.collect(),
            channels,
        }
    }

    /// The distance of the model of that name to the truth, 0 to 2.
    pub fn distance(&self, model: &str) -> Option<f64> {
        let model = self.models.iter().find(|row| row.model == model)?;
        Some(self.distance_of(model))
    }

    fn distance_of(&self, model: &ModelShares) -> f64 {
        let pairs = model.shares.iter().zip(&self.truth);
        pairs.map(|(share, truth)| (share - truth).abs()).sum()
    }

    fn table(&self) -> Table {
        // in percent, as the line above the table says
        let percent = |share: f64| Cell::number(100.0 * share, 1);
        let models = self.models.iter().map(|row| row.model.as_str());
        let mut table = Table::new(["", "truth"].into_iter().chain(models));
        for (at, channel) in self.channels.iter().enumerate() {
            let shares = self.models.iter().map(|row| percent(row.shares[at]));
            let label = [Cell::from(channel), percent(self.truth[at])];
            table.push_row(label.into_iter().chain(shares));
        }
        let distances = self.models.iter().map(|row| percent(self.distance_of(row)));
        let label = [Cell::from("distance"), percent(0.0)];
        table.push_row(label.into_iter().chain(distances));
        table
    }
}

/// Each channel's share of the model's credit of channels.
fn shares(model: &ModelTable) -> Vec<f64> {
    let all: f64 = model.channels.iter().map(|row| row.conversions).sum();
    let share = |conversions: f64| if all > 0.0 { conversions / all } else { 0.0 };
    model
        .channels
        .iter()
        .map(|row| share(row.conversions))
        .collect()
}

impl Report for TruthComparison {
    fn title(&self) -> String {
        format!(
            "The simulation knows the truth: advertising caused {} purchases, {} would have come anyway.",
            figure(self.caused, 0),
            figure(self.baseline, 0)
        )
    }

    fn sections(&self) -> Vec<Section> {
        if self.models.is_empty() {
            return Vec::new();
        }
        let heading = "Shares of what is credited to channels, in percent, beside each channel's \
                       share of what advertising caused:";
        let distance = "distance: the shares' differences from the truth added up; 0 is right, 200 \
                        is all to the wrong channels.";
        vec![
            Section::new()
                .with_heading(heading)
                .with_table(self.table())
                .set_apart(),
            Section::new().with_line(distance).set_apart(),
        ]
    }
}

impl fmt::Display for TruthComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
