//! A regression as a table.

use std::fmt;

use crate::mix::estimate::least_squares::summary::RegressionSummary;

impl fmt::Display for RegressionSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.coefficients().iter().map(|c| c.name().len());
        let width = widths.max().unwrap_or(0).max("coefficient".len());
        writeln!(
            f,
            "{:width$} {:>12} {:>12} {:>8} {:>8} {:>12} {:>12} {:>8}",
            "coefficient", "estimate", "std. error", "t", "p", "95 % low", "95 % high", "VIF"
        )?;
        for c in self.coefficients() {
            let interval = c.interval();
            let inflation = c.variance_inflation();
            writeln!(
                f,
                "{:width$} {:>12.5} {:>12.5} {:>8.3} {:>8.4} {:>12.5} {:>12.5} {:>8}",
                c.name(),
                c.estimate(),
                c.standard_error(),
                c.statistic(),
                c.p_value(),
                interval.low(),
                interval.high(),
                inflation.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}")),
            )?;
        }
        write!(f, "rows {}, R2 {:.4}", self.rows(), self.r2())?;
        if let Some(adjusted) = self.adjusted_r2() {
            write!(f, ", adjusted R2 {adjusted:.4}")?;
        }
        write!(f, ", AIC {:.2}, BIC {:.2}", self.aic(), self.bic())?;
        write!(f, ", Durbin-Watson {:.3}", self.durbin_watson())?;
        if let Some(test) = self.breusch_pagan() {
            write!(f, ", Breusch-Pagan {:.3}", test.statistic())?;
            write!(f, " (p = {:.4})", test.p_value())?;
        }
        Ok(())
    }
}
