//! A regression as a report: its table of coefficients and a line of statistics.

use std::fmt;

use crate::mix::estimate::least_squares::coefficient::Coefficient;
use crate::mix::estimate::least_squares::summary::RegressionSummary;
use crate::report::{Cell, Report, Section, Table};

impl RegressionSummary {
    fn coefficient_table(&self) -> Table {
        Table::new([
            "coefficient",
            "estimate",
            "std. error",
            "t",
            "p",
            "95 % low",
            "95 % high",
            "VIF",
        ])
        .with_rows(self.coefficients().iter().map(coefficient_row))
    }

    fn fit_line(&self) -> String {
        let mut line = format!("R2 {:.4}", self.r2());
        if let Some(adjusted) = self.adjusted_r2() {
            line += &format!(", adjusted R2 {adjusted:.4}");
        }
        line += &format!(", AIC {:.2}, BIC {:.2}", self.aic(), self.bic());
        line += &format!(", Durbin-Watson {:.3}", self.durbin_watson());
        if let Some(test) = self.breusch_pagan() {
            let (statistic, p) = (test.statistic(), test.p_value());
            line += &format!(", Breusch-Pagan {statistic:.3} (p = {p:.4})");
        }
        line
    }
}

fn coefficient_row(line: &Coefficient) -> [Cell; 8] {
    let interval = line.interval();
    [
        Cell::from(line.name()),
        Cell::number(line.estimate(), 5),
        Cell::number(line.standard_error(), 5),
        Cell::number(line.statistic(), 3),
        Cell::number(line.p_value(), 4),
        Cell::number(interval.low(), 5),
        Cell::number(interval.high(), 5),
        Cell::number(line.variance_inflation(), 2),
    ]
}

impl Report for RegressionSummary {
    fn title(&self) -> String {
        format!(
            "regression of {} rows on {} columns",
            self.rows(),
            self.coefficients().len()
        )
    }

    fn sections(&self) -> Vec<Section> {
        vec![
            Section::new()
                .with_table(self.coefficient_table())
                .with_line(self.fit_line()),
        ]
    }
}

impl fmt::Display for RegressionSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
