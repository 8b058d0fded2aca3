//! A panel's transformed design as a dataset of linfa.

use linfa::Dataset;
use ndarray::{Array2, Axis, Ix1};

use crate::mix::estimate::transformed_design::TransformedDesign;

impl TransformedDesign {
    /// The columns with their names and the target, for any of linfa's regressors.
    ///
    /// The first geo's intercept is left out, as regressors add a constant of their own.
    /// [`TransformedDesign::draw_with_intercept`] takes what they give. linfa holds weights as `f32`,
    /// and most of its regressors do not read them; rows of weight 0 are left out.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use linfa_linear::LinearRegression;
    /// use mixtouch::mix::estimate::TransformedDesign;
    /// use mixtouch::mix::posterior::Posterior;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let specification = MixSpecification::new();
    /// let curves = specification.curves(&panel, |_, p| p.prior().quantile(0.5))?;
    /// let design = TransformedDesign::new(&specification, &panel, &curves)?;
    /// let dataset = design.dataset();
    /// assert_eq!(dataset.feature_names()[0], panel.channels()[0].name());
    ///
    /// let fit = LinearRegression::new().fit(&dataset)?;
    /// let coefficients = fit.params().to_vec();
    /// let draw = design.draw_with_intercept(&coefficients, fit.intercept())?;
    /// let posterior = Posterior::new(specification, panel, vec![draw])?;
    /// assert!(posterior.fit_statistics().r2 > Some(0.8));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dataset(&self) -> Dataset<f64, f64, Ix1> {
        let constant = self.constant_column();
        let kept: Vec<usize> = (0..self.names().len())
            .filter(|column| Some(*column) != constant)
            .collect();
        let names: Vec<String> = kept.iter().map(|k| self.names()[*k].clone()).collect();
        let counts = |row: &usize| self.weights().is_none_or(|weights| weights[*row] > 0.0);
        let rows: Vec<usize> = (0..self.target().len()).filter(counts).collect();
        let records: Array2<f64> = self.records().select(Axis(1), &kept).select(Axis(0), &rows);
        let target = self.target().select(Axis(0), &rows);
        let dataset = Dataset::new(records, target).with_feature_names(names);
        match self.weights() {
            Some(weights) => {
                let weights = weights.select(Axis(0), &rows);
                dataset.with_weights(weights.mapv(|weight| weight as f32))
            }
            None => dataset,
        }
    }
}
