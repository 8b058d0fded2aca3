//! The simulated retailer's truth beside what the models say.

use crate::models::CAPTURE;
use mixtouch::attribution::{ComparisonTable, ModelTable};
use serde_json::{Value, json};
use std::fmt;

pub(crate) struct Truth {
    /// Purchases caused, by channel.
    pub(crate) incremental: Vec<(&'static str, f64)>,
    /// Purchases that would have come anyway.
    pub(crate) baseline: f64,
}

impl Truth {
    pub(crate) fn json(&self) -> Value {
        let row = |(channel, conversions): &(&str, f64)| json!({"channel": channel, "incremental_conversions": conversions});
        json!({"channels": self.incremental.iter().map(row).collect::<Vec<_>>(), "baseline": self.baseline})
    }

    /// A table of shares: who caused what, and who gets what by each model.
    pub(crate) fn beside<'a>(&'a self, table: &'a ComparisonTable) -> impl fmt::Display + 'a {
        Beside {
            truth: self,
            models: table.models(),
        }
    }

    fn share(&self, channel: &str) -> f64 {
        let all: f64 = self
            .incremental
            .iter()
            .map(|(_, conversions)| conversions)
            .sum();
        self.incremental
            .iter()
            .find(|(name, _)| *name == channel)
            .map_or(0.0, |(_, conversions)| conversions / all)
    }
}

struct Beside<'a> {
    truth: &'a Truth,
    models: &'a [ModelTable],
}

/// Each channel's share of what a model credits to channels.
fn shares(model: &ModelTable) -> Vec<f64> {
    let all: f64 = model.channels.iter().map(|row| row.conversions).sum();
    model
        .channels
        .iter()
        .map(|row| {
            if all > 0.0 {
                row.conversions / all
            } else {
                0.0
            }
        })
        .collect()
}

impl fmt::Display for Beside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.models.first() else {
            return Ok(());
        };
        let columns: Vec<(&str, Vec<f64>)> = self
            .models
            .iter()
            .map(|model| (model.model.as_str(), shares(model)))
            .collect();
        let truth: Vec<f64> = first
            .channels
            .iter()
            .map(|row| self.truth.share(&row.channel))
            .collect();
        let (caused, anyway) = (
            self.truth
                .incremental
                .iter()
                .map(|(_, conversions)| conversions)
                .sum::<f64>(),
            self.truth.baseline,
        );
        writeln!(
            f,
            "The simulation knows the truth: advertising caused {caused:.0} purchases, {anyway:.0} would have come anyway."
        )?;
        writeln!(
            f,
            "Shares of what is credited to channels, in percent, beside each channel's share of what advertising caused:\n"
        )?;
        let label = first
            .channels
            .iter()
            .map(|row| row.channel.len())
            .max()
            .unwrap_or(0)
            .max("distance".len());
        write!(f, "{:label$}  {:>6}", "", "truth")?;
        columns
            .iter()
            .try_for_each(|(name, _)| write!(f, "  {name}"))?;
        writeln!(f)?;
        for (at, row) in first.channels.iter().enumerate() {
            write!(f, "{:label$}  {:>6.1}", row.channel, 100.0 * truth[at])?;
            columns.iter().try_for_each(|(name, shares)| {
                write!(f, "  {:>1$.1}", 100.0 * shares[at], name.len())
            })?;
            writeln!(f)?;
        }
        write!(f, "{:label$}  {:>6.1}", "distance", 0.0)?;
        for (name, shares) in &columns {
            let distance: f64 = shares
                .iter()
                .zip(&truth)
                .map(|(share, truth)| (share - truth).abs())
                .sum();
            write!(f, "  {:>1$.1}", 100.0 * distance, name.len())?;
        }
        writeln!(
            f,
            "\n\ndistance: the shares' differences from the truth added up; 0 is right, 200 is all to the wrong channels."
        )?;
        if self
            .models
            .iter()
            .any(|model| model.model == "time-to-event-flagged")
        {
            let flagged = CAPTURE.join(", ");
            writeln!(
                f,
                "time-to-event-flagged was told which channels people touch because they are about to buy: {flagged}."
            )?;
            writeln!(
                f,
                "A log cannot tell that from cause; whoever knows it says so by --demand-capture."
            )?;
        }
        Ok(())
    }
}
