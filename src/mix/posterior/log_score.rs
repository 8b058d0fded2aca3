//! How probable the draws make rows of the panel.

use crate::mix::posterior::model::Posterior;

impl Posterior {
    /// The logarithm of the predictive density of the KPI in some rows: of each row the mean over
    /// draws of the density of what was seen.
    pub(crate) fn log_scores(&self, rows: &[usize]) -> Vec<f64> {
        let noise = self.seen_noise();
        let mut densities: Vec<Vec<f64>> = vec![vec![]; rows.len()];
        for draw in &self.draws {
            let prediction = self.decompose_by(&self.panel, draw).prediction;
            for (row, densities) in rows.iter().zip(&mut densities) {
                let geo = row / self.panel.periods();
                let y = self.panel.kpi()[*row];
                densities.push(noise.log_density(y, prediction[*row], geo));
            }
        }
        densities.iter().map(|logs| log_mean(logs)).collect()
    }
}

/// The logarithm of the mean of exponentials.
fn log_mean(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return most;
    }
    let sum: f64 = logs.iter().map(|log| libm::exp(log - most)).sum();
    most + libm::log(sum / logs.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_taken_of_densities() {
        let logs = [0.5_f64.ln() - 900.0, 0.1_f64.ln() - 900.0];
        assert!((log_mean(&logs) - (0.3_f64.ln() - 900.0)).abs() < 1e-12);
        assert_eq!(log_mean(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
    }
}
