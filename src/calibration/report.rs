//! The joint answer as text and tables.

use std::fmt;

use crate::calibration::reconciled::{Reconciled, ReconciledChannel};
use crate::calibration::reconciliation::CONTRADICTION;
use crate::report::{Cell, Report, Section, Table, figure};
use crate::stats::Estimate;

impl Report for Reconciled {
    fn title(&self) -> String {
        format!(
            "{} and {} over {} outcomes",
            self.methods[0],
            self.methods[1],
            figure(self.outcomes, 0)
        )
    }

    fn sections(&self) -> Vec<Section> {
        let [attribution, mix] = self.methods.each_ref().map(String::as_str);
        let kept = format!("of {attribution} kept");
        let names = ["channel", attribution, mix, "tests", "conflict", "together"];
        let columns = names.into_iter().chain([kept.as_str()]);
        let mut table =
            Table::new(columns).with_rows(self.channels.iter().map(|row| self.row(row)));
        let mut baseline = vec![Cell::from("baseline")];
        baseline.extend([Cell::MISSING, Cell::MISSING, Cell::MISSING, Cell::MISSING]);
        baseline.extend([total(self.baseline), Cell::MISSING]);
        table.push_row(baseline);
        vec![
            Section::new().with_table(table).with_lines(
                self.channels
                    .iter()
                    .filter_map(|row| self.contradiction(row)),
            ),
        ]
    }
}

fn total(estimate: Option<Estimate>) -> Cell {
    estimate.map_or(Cell::MISSING, |estimate| Cell::estimate(estimate, 0))
}

impl Reconciled {
    fn row(&self, row: &ReconciledChannel) -> Vec<Cell> {
        let kept = self.kept_share(&row.channel);
        vec![
            Cell::from(&row.channel),
            total(row.attribution),
            total(row.mix),
            total(row.tests),
            Cell::number(row.conflict, 1),
            total(row.together),
            Cell::percent(kept, 0),
        ]
    }

    fn contradiction(&self, row: &ReconciledChannel) -> Option<String> {
        let beyond = |distance: Option<f64>| distance.filter(|z| z.abs() > CONTRADICTION);
        let channel = &row.channel;
        if let Some(apart) = beyond(row.between_tests) {
            return Some(format!(
                "{channel}: its tests are {apart:.1} standard errors apart and decide nothing; check \
                 how each was run"
            ));
        }
        if let Some(apart) = beyond(row.from_tests) {
            return Some(format!(
                "{channel}: the tests are up to {apart:.1} standard errors from the methods; one that \
                 they contradict is not in the joint answer"
            ));
        }
        beyond(row.conflict)?;
        let [attribution, mix] = self.methods.each_ref();
        let (one, other) = (row.attribution?.value(), row.mix?.value());
        Some(format!(
            "{channel}: {attribution} says {}, {mix} {}. They contradict each other and are not averaged; \
             a test of this channel decides.",
            figure(one, 0),
            figure(other, 0)
        ))
    }
}

impl fmt::Display for Reconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
