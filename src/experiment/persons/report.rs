//! A test on persons as text and tables.

use crate::experiment::persons::lift::{ArmFigures, PersonLift};
use crate::report::{Cell, Report, Section, Table, figure};
use crate::stats::Difference;
use crate::stats::difference::p_text;

impl Report for PersonLift {
    fn title(&self) -> String {
        format!(
            "{} against {}: {} persons",
            self.treatment.arm,
            self.control.arm,
            figure((self.control.persons + self.treatment.persons) as f64, 0)
        )
    }

    fn sections(&self) -> Vec<Section> {
        let arms = [&self.control, &self.treatment];
        let rows = arms.iter().zip(&self.sample_ratio.expected);
        let columns = [
            "arm",
            "persons",
            "planned",
            "converted",
            "conversions",
            "value",
        ];
        let arms = Table::new(columns).with_rows(rows.map(|(arm, planned)| arm_row(arm, *planned)));
        let measures = [
            ("share who converted", Some(&self.converted), 4),
            ("conversions a person", Some(&self.conversions), 4),
            ("value a person", self.value.as_ref(), 2),
        ];
        let rows = measures
            .into_iter()
            .filter_map(|(name, difference, digits)| Some(measure_row(name, difference?, digits)));
        let columns = ["measure", "control", "treatment", "difference", "p value"];
        vec![
            Section::new().with_table(arms),
            Section::new()
                .with_table(Table::new(columns).with_rows(rows))
                .with_lines(self.lines())
                .set_apart(),
        ]
    }
}

fn arm_row(arm: &ArmFigures, planned: f64) -> Vec<Cell> {
    vec![
        Cell::from(&arm.arm),
        Cell::count(arm.persons),
        Cell::number(planned, 0),
        Cell::percent(arm.converted.rate, 2),
        Cell::number(arm.conversions, 0),
        Cell::number(arm.value, 0),
    ]
}

fn measure_row(name: &str, difference: &Difference, digits: usize) -> Vec<Cell> {
    let interval = (difference.interval.low(), difference.interval.high());
    vec![
        Cell::from(name),
        Cell::number(difference.control, digits),
        Cell::number(difference.treatment, digits),
        Cell::number(difference.estimate, digits).with_interval(interval.0, interval.1),
        Cell::text(p_text(difference.p_value)),
    ]
}

impl PersonLift {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "The treatment brought {} conversions among the treated (standard error {}).",
            figure(self.conversions_brought(), 1),
            figure(self.standard_error(), 1)
        )];
        if let Some(relative) = &self.relative {
            let interval = relative.interval.map_or_else(
                || "the control is too small for an interval".to_owned(),
                |interval| format!("{:.1}", interval.scaled(100.0)),
            );
            let percent = 100.0 * relative.estimate;
            lines.push(format!(
                "In percent of the control: {percent:+.1} % ({interval})."
            ));
        }
        if self.variance_reduction > 0.0 {
            lines.push(format!(
                "What persons did before the test explained {:.0} % of the variance.",
                100.0 * self.variance_reduction
            ));
        }
        lines.push(format!(
            "Sizes of the arms against their plan: {}.",
            p_text(self.sample_ratio.p_value)
        ));
        for (count, why) in [
            (self.left_out.in_both_arms, "found in both arms"),
            (
                self.left_out.not_followed_to_the_end,
                "not followed to the end",
            ),
        ] {
            if count > 0 {
                lines.push(format!(
                    "Left out: {} persons {why}.",
                    figure(count as f64, 0)
                ));
            }
        }
        lines
    }
}
