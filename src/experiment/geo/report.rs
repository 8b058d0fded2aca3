//! A geo test as text and tables.

use crate::experiment::geo::lift::GeoLift;
use crate::report::{Cell, Report, Section, Table, figure};
use crate::stats::difference::p_text;

impl Report for GeoLift {
    fn title(&self) -> String {
        let (treated, controls) = (self.effects.len(), self.placebos.len());
        format!(
            "{treated} treated and {controls} control geos, {} to {}",
            self.start, self.end
        )
    }

    fn sections(&self) -> Vec<Section> {
        let columns = ["geo", "without the test", "change", "standard error"];
        let mut table = Table::new(columns);
        for effect in &self.effects {
            table.push_row([
                Cell::from(&effect.geo),
                Cell::number(effect.counterfactual, 0),
                Cell::number(effect.outcome_change, 0),
                Cell::number(effect.standard_error, 0),
            ]);
        }
        let (low, high) = (self.interval.low(), self.interval.high());
        table.push_row([
            Cell::from("all"),
            Cell::number(self.counterfactual(), 0),
            Cell::number(self.outcome_change, 0).with_interval(low, high),
            Cell::number(self.standard_error, 0),
        ]);
        let relative = self.relative().map_or_else(
            || "-".to_owned(),
            |relative| format!("{:+.1} %", 100.0 * relative),
        );
        let line = format!(
            "All treated geos: {} or {relative} ({:.0}, {}).",
            figure(self.outcome_change, 0),
            self.interval,
            p_text(self.p_value)
        );
        vec![Section::new().with_table(table).with_line(line)]
    }
}
