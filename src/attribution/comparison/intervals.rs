//! Intervals of a comparison's tables, from the credit of each bootstrap replicate.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::model_name::ModelName;
use crate::attribution::comparison::model_table::{ModelTable, baseline_share};
use crate::attribution::credits::Credits;

/// The model that others are held against.
const USUAL: &str = ModelName::LastTouch.name();

/// The width of an interval of the baseline's share, 0 to 1, up to which all replicates have the same.
const SAME: f64 = 1e-6;

/// Sets the intervals of all tables; a replicate has the credit of each of them.
pub(crate) fn set_intervals(
    tables: &mut [ModelTable],
    bootstrap: &Bootstrap,
    replicates: &[Vec<&Credits>],
) {
    let usual = tables.iter().position(|table| table.model == USUAL);
    for (model, table) in tables.iter_mut().enumerate() {
        let own: Vec<&Credits> = replicates.iter().map(|credits| credits[model]).collect();
        table.set_intervals(bootstrap, &own);
        if let Some(usual) = usual.filter(|usual| *usual != model) {
            let usual: Vec<&Credits> = replicates.iter().map(|credits| credits[usual]).collect();
            table.set_changes(bootstrap, &own, &usual);
        }
    }
}

impl ModelTable {
    /// Sets the intervals from the credit of each bootstrap replicate.
    fn set_intervals(&mut self, bootstrap: &Bootstrap, replicates: &[&Credits]) {
        // of no conversions, all replicates have none either: nothing says how sure that is
        let baseline = self.baseline.iter().map(|row| row.conversions);
        let mut credited = baseline.chain(self.channels.iter().map(|row| row.conversions));
        if credited.all(|conversions| conversions == 0.0) {
            return;
        }
        let interval = |figure: &dyn Fn(&Credits) -> f64| {
            let figures = replicates.iter().map(|credits| figure(credits)).collect();
            let (low, high) = bootstrap.interval(figures);
            (Some(low), Some(high))
        };
        for (at, row) in self.channels.iter_mut().enumerate() {
            (row.conversions_low, row.conversions_high) =
                interval(&|credits| credits.by_channel()[at].conversions);
            (row.value_low, row.value_high) = interval(&|credits| credits.by_channel()[at].value);
        }
        if let Some(row) = &mut self.baseline {
            let sum: f64 = replicates
                .iter()
                .map(|credits| credits.baseline().conversions)
                .sum();
            let shares: Option<Vec<f64>> = replicates
                .iter()
                .map(|credits| baseline_share(credits))
                .collect();
            let ends = shares.map(|shares| bootstrap.interval(shares));
            // where no replicate moves it from its limit, nothing says how sure it is
            let moves = |(low, high): &(f64, f64)| high - low > SAME;
            if ends.as_ref().is_none_or(moves) {
                (row.conversions_low, row.conversions_high) =
                    interval(&|credits| credits.baseline().conversions);
                (row.value_low, row.value_high) = interval(&|credits| credits.baseline().value);
            }
            (row.share_low, row.share_high) = ends.filter(moves).unzip();
            let bias = sum / replicates.len() as f64 - row.conversions;
            // replicates of a calibrated model draw shares that its estimate holds at the likeliest
            row.conversions_bias = self.calibration.is_empty().then_some(bias);
        }
    }

    /// Sets the intervals of the change against another model's credit; none where a replicate of
    /// it credits a channel with nothing.
    fn set_changes(&mut self, bootstrap: &Bootstrap, own: &[&Credits], usual: &[&Credits]) {
        for (at, row) in self.channels.iter_mut().enumerate() {
            let of = |credits: &Credits| credits.by_channel().get(at).map(|own| own.conversions);
            let pairs = own.iter().zip(usual);
            let change = pairs.map(|(own, usual)| {
                let usual = of(usual).filter(|usual| *usual > 0.0)?;
                Some(of(own)? / usual - 1.0)
            });
            let changes: Option<Vec<f64>> = change.collect();
            let ends = changes.map(|changes| bootstrap.interval(changes));
            (row.change_low, row.change_high) = ends.unzip();
        }
    }
}
