//! What a regression is fitted to: named columns, an outcome, weights and the length of a series.

use ndarray::{Array1, Array2};

use crate::error::{Error, Result};
use crate::linalg::magnitude::check_squarable;

/// The rows of a regression: regressors with names and an outcome.
///
/// Rows are ordered in time. Where a panel has several geos, rows run by geo, then period, and
/// [`RegressionData::with_series_length`] says how many rows belong to each.
///
/// ```
/// use mixtouch::mix::estimate::{LeastSquares, RegressionData};
/// use ndarray::array;
///
/// let spend = array![[1.0], [2.0], [3.0], [4.0], [5.0]];
/// let sales = array![11.9, 14.2, 15.8, 18.1, 20.0];
/// let data = RegressionData::new(vec!["search".to_owned()], spend, sales);
/// let summary = LeastSquares::new().regress(&data)?;
/// let search = summary.coefficient("search").unwrap();
/// assert!((search.estimate() - 2.01).abs() < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionData {
    names: Vec<String>,
    records: Array2<f64>,
    target: Array1<f64>,
    weights: Option<Vec<f64>>,
    series_length: Option<usize>,
    intercept: bool,
}

impl RegressionData {
    /// Records of rows x regressors, one name a regressor and one outcome a row.
    pub const fn new(names: Vec<String>, records: Array2<f64>, target: Array1<f64>) -> Self {
        Self {
            names,
            records,
            target,
            weights: None,
            series_length: None,
            intercept: true,
        }
    }

    /// The weight of each row, 0 or more: a row's variance is in proportion to 1 / weight.
    ///
    /// Rows with a weight of 0 are left out; the rows around them count as neighbours.
    #[must_use]
    pub fn with_weights(mut self, weights: Vec<f64>) -> Self {
        self.weights = Some(weights);
        self
    }

    /// The same regressors with another outcome.
    #[must_use]
    pub fn with_target(mut self, target: Array1<f64>) -> Self {
        self.target = target;
        self
    }

    /// No intercept is added: the columns span a constant already, such as one column a geo.
    #[must_use]
    pub const fn without_intercept(mut self) -> Self {
        self.intercept = false;
        self
    }

    /// Whether a regression adds an intercept.
    pub const fn has_intercept(&self) -> bool {
        self.intercept
    }

    /// The number of successive rows that make one time series; all rows unless set.
    ///
    /// Autocorrelation is measured within series only.
    #[must_use]
    pub const fn with_series_length(mut self, rows: usize) -> Self {
        self.series_length = Some(rows);
        self
    }

    /// The regressors' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The regressors, rows x columns.
    pub const fn records(&self) -> &Array2<f64> {
        &self.records
    }

    /// The outcome of each row.
    pub const fn target(&self) -> &Array1<f64> {
        &self.target
    }

    /// The weight of each row; none where all are 1.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// The number of rows of each time series.
    pub fn series_length(&self) -> usize {
        self.series_length.unwrap_or_else(|| self.target.len())
    }

    /// The rows as a linfa dataset with feature names, for any of linfa's regressors.
    ///
    /// linfa holds weights as `f32`, and most of its regressors do not read them.
    ///
    /// Regressors of linfa add an intercept unless told otherwise; where the columns span a constant
    /// ([`RegressionData::without_intercept`]), say `with_intercept(false)`. A panel's design has a
    /// dataset without the constant: [`TransformedDesign::dataset`](crate::mix::estimate::TransformedDesign::dataset).
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use linfa_linear::LinearRegression;
    /// use mixtouch::mix::estimate::RegressionData;
    /// use ndarray::array;
    ///
    /// let spend = array![[1.0], [2.0], [3.0]];
    /// let data = RegressionData::new(vec!["search".into()], spend, array![5.0, 7.0, 9.0]);
    /// let dataset = data.dataset();
    /// assert_eq!(dataset.feature_names(), ["search"]);
    /// let fit = LinearRegression::new().fit(&dataset)?;
    /// assert!((fit.params()[0] - 2.0).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dataset(&self) -> linfa::Dataset<f64, f64, ndarray::Ix1> {
        let dataset = linfa::Dataset::new(self.records.clone(), self.target.clone());
        let dataset = match self.names.len() == self.records.ncols() {
            true => dataset.with_feature_names(self.names.clone()),
            false => dataset,
        };
        match &self.weights {
            Some(weights) => dataset.with_weights(weights.iter().map(|w| *w as f32).collect()),
            None => dataset,
        }
    }

    /// Names are neither empty nor given twice, nor that of an intercept that is added.
    fn check_names(&self) -> Result<()> {
        let mut sorted: Vec<&str> = self.names.iter().map(String::as_str).collect();
        if self.intercept {
            sorted.push("intercept");
        }
        sorted.sort_unstable();
        let repeated = sorted.windows(2).find(|pair| pair[0] == pair[1]);
        match repeated
            .map(|pair| pair[0])
            .or(sorted.first().copied().filter(|n| n.is_empty()))
        {
            Some(name) => Err(Error::setting(
                "regressor's name",
                format!("{name:?}"),
                "a name of its own",
            )),
            None => Ok(()),
        }
    }

    /// Shapes fit, names differ, numbers are finite, weights are 0 or more.
    pub(crate) fn check(&self) -> Result<()> {
        let (rows, columns) = self.records.dim();
        if rows == 0 || columns == 0 {
            return Err(Error::Empty {
                what: "regression".into(),
                expected: "one row and one column at least".into(),
            });
        }
        same("number of names", self.names.len(), columns)?;
        same("number of outcomes", self.target.len(), rows)?;
        let weights = self.weights.as_ref();
        same("number of weights", weights.map_or(rows, Vec::len), rows)?;
        let series = self.series_length();
        if series == 0 || rows % series != 0 {
            return Err(Error::setting(
                "series length",
                series,
                format!("a divisor of the {rows} rows"),
            ));
        }
        self.check_names()?;
        for (name, column) in self.names.iter().zip(self.records.columns()) {
            check_squarable(name, column.iter())?;
        }
        check_squarable("outcome", self.target.iter())?;
        check_squarable("weight", weights.into_iter().flatten())?;
        match weights
            .into_iter()
            .flatten()
            .find(|w| !(**w >= 0.0 && w.is_finite()))
        {
            Some(weight) => Err(Error::setting(
                "weight",
                weight,
                "a finite number, 0 or more",
            )),
            None => Ok(()),
        }
    }
}

fn same(what: &'static str, found: usize, needed: usize) -> Result<()> {
    if found == needed {
        return Ok(());
    }
    Err(Error::setting(what, found, needed.to_string()))
}
