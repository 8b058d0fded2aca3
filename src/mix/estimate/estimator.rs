//! What every estimator does.

use crate::error::Result;
use crate::mix::panel::Panel;
use crate::mix::posterior::Posterior;
use crate::mix::specification::MixSpecification;
use crate::progress::Progress;

/// A way to fit a mix model: from a specification and a panel to draws from the posterior.
///
/// An estimator's settings are its fields. Everything after the fit works on the draws:
/// contributions, response curves, budgets and forecasts do not know who drew them.
///
/// A complete estimator, which takes each transform parameter at its prior's median and solves for
/// the coefficients by gradient descent:
///
/// ```
/// use mixtouch::Result;
/// use mixtouch::mix::estimate::{Estimator, TransformedDesign};
/// use mixtouch::mix::panel::Panel;
/// use mixtouch::mix::posterior::Posterior;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
/// use ndarray::Array1;
///
/// struct GradientDescent {
///     steps: usize,
/// }
///
/// impl Estimator for GradientDescent {
///     fn estimate(&self, specification: &MixSpecification, panel: &Panel) -> Result<Posterior> {
///         let median = |_: &str, parameter: &mixtouch::mix::transform::TransformParameter| {
///             parameter.prior().quantile(0.5)
///         };
///         let curves = specification.curves(panel, median)?;
///         let design = TransformedDesign::new(specification, panel, &curves)?;
///         let (x, y) = (design.records(), design.target());
///         let mut coefficients = Array1::<f64>::zeros(x.ncols());
///         let pace = 1.0 / x.iter().map(|v| v * v).sum::<f64>();
///         for _ in 0..self.steps {
///             let gradient = x.t().dot(&(y - &x.dot(&coefficients)));
///             coefficients.scaled_add(pace, &gradient);
///             for (coefficient, (low, high)) in coefficients.iter_mut().zip(design.bounds()) {
///                 *coefficient = coefficient.clamp(*low, *high);
///             }
///         }
///         let draw = design.draw(coefficients.as_slice().expect("contiguous"))?;
///         Posterior::new(specification.clone(), panel.clone(), vec![draw])
///     }
/// }
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let model = GradientDescent { steps: 500 }.estimate(&MixSpecification::new(), &panel)?;
/// assert_eq!(model.channels().len(), panel.channels().len());
/// assert_eq!(model.draws().len(), 1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait Estimator {
    /// Fits the specification to the panel.
    ///
    /// # Errors
    /// If a setting is out of range or names something that is not in the panel, or the panel does
    /// not allow the fit.
    fn estimate(&self, specification: &MixSpecification, panel: &Panel) -> Result<Posterior>;

    /// Fits like [`Estimator::estimate`], observed by `progress`, which may stop it. An estimator
    /// that implements the former alone is not observed.
    ///
    /// A stopped [`Search`](crate::mix::estimate::Search) gives what it has found so far, which looks
    /// like any other posterior: its own [`fit_with_progress`] reports that it was stopped.
    ///
    /// [`fit_with_progress`]: crate::mix::estimate::Search::fit_with_progress
    ///
    /// # Errors
    /// Like [`Estimator::estimate`]; [`Error::Cancelled`](crate::error::Error::Cancelled) if it was
    /// stopped before it found anything.
    fn estimate_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Posterior> {
        let _ = progress;
        self.estimate(specification, panel)
    }
}

impl<E: Estimator + ?Sized> Estimator for &E {
    fn estimate(&self, specification: &MixSpecification, panel: &Panel) -> Result<Posterior> {
        (**self).estimate(specification, panel)
    }

    fn estimate_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Posterior> {
        (**self).estimate_with_progress(specification, panel, progress)
    }
}

impl<E: Estimator + ?Sized> Estimator for Box<E> {
    fn estimate(&self, specification: &MixSpecification, panel: &Panel) -> Result<Posterior> {
        (**self).estimate(specification, panel)
    }

    fn estimate_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Posterior> {
        (**self).estimate_with_progress(specification, panel, progress)
    }
}
