//! Ridge regression as one of linfa's estimators.

use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use crate::error::{Error, Result};
use crate::mix::regression::ridge::{Ridge, RidgeFit, ValidRidge};

impl ParamGuard for Ridge {
    type Checked = ValidRidge;
    type Error = Error;

    fn check_ref(&self) -> Result<&ValidRidge> {
        self.checked()
    }

    fn check(self) -> Result<ValidRidge> {
        self.checked().cloned()
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, Error>
    for ValidRidge
{
    type Object = RidgeFit;

    /// Fits a dataset's records to its target, with the weights of the settings or, where these
    /// have none, of the dataset, which holds them as `f32`.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<RidgeFit> {
        let y = dataset.as_single_targets();
        let x = dataset.records().view();
        match dataset.weights() {
            Some(weights) if !self.has_weights() => {
                let weights = weights.iter().map(|w| f64::from(*w)).collect();
                self.clone().with_row_weights(weights)?.solve(x, y)
            }
            _ => self.solve(x, y),
        }
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for RidgeFit {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = self.evaluate(x.view());
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Self::Solver {
            reason: error.to_string(),
        }
    }
}
