//! The estimator: from rows to a fitted regression, from a panel to a posterior.

use std::cell::RefCell;

use ndarray::ArrayView1;

use crate::error::{Error, Result};
use crate::mix::estimate::estimator::Estimator;
use crate::mix::estimate::least_squares::additive::AdditiveModel;
use crate::mix::estimate::least_squares::data::RegressionData;
use crate::mix::estimate::least_squares::factor::Factor;
use crate::mix::estimate::least_squares::family::{Family, StandardErrors};
use crate::mix::estimate::least_squares::solution::Problem;
use crate::mix::estimate::least_squares::summary::RegressionSummary;
use crate::mix::estimate::transformed_design::TransformedDesign;
use crate::mix::panel::Panel;
use crate::mix::posterior::Posterior;
use crate::mix::specification::{Likelihood, MixSpecification};
use crate::mix::transform::ChannelCurve;
use crate::progress::{Progress, Stage, step};

/// The classical regression, solved by linfa-linear: ordinary least squares, or counts and positive
/// outcomes with a logarithmic link.
///
/// An intercept is added, except for data [`without_intercept`](RegressionData::without_intercept).
/// Coefficients have no bounds and bear no penalty: for these use
/// [`Ridge`](crate::mix::regression::Ridge).
///
/// Ordinary least squares is linfa-linear's `LinearRegression`, a Householder factor. Counts and
/// positive outcomes begin from its `TweedieRegressor` and are finished by Newton's method to full
/// accuracy. Their bits are linfa's: its matrix products pick instructions by processor, so the
/// last digits may differ from one machine to another.
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
/// assert!(summary.r2() > 0.99);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// A mix model on given transforms, and its table of coefficients:
///
/// ```
/// use mixtouch::mix::estimate::LeastSquares;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let least_squares = LeastSquares::new().with_draws(100);
/// let (model, summary) = least_squares.fit(&MixSpecification::new(), &panel)?;
/// let channel = panel.channels()[0].name();
/// assert!(summary.coefficient(channel).unwrap().standard_error() > 0.0);
/// assert_eq!(model.channels().len(), panel.channels().len());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    family: Family,
    standard_errors: StandardErrors,
    draws: usize,
    seed: u64,
    parameters: Vec<(String, String, f64)>,
    curves: Option<Vec<ChannelCurve>>,
}

impl Default for LeastSquares {
    fn default() -> Self {
        Self::new()
    }
}

impl LeastSquares {
    /// Ordinary least squares with classical standard errors; 400 draws.
    pub const fn new() -> Self {
        Self {
            family: Family::Gaussian,
            standard_errors: StandardErrors::Classical,
            draws: 400,
            seed: 0,
            parameters: Vec::new(),
            curves: None,
        }
    }

    /// The outcome's distribution; [`Family::Gaussian`] unless set.
    #[must_use]
    pub fn with_family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// How standard errors are computed; [`StandardErrors::Classical`] unless set.
    #[must_use]
    pub fn with_standard_errors(mut self, standard_errors: StandardErrors) -> Self {
        self.standard_errors = standard_errors;
        self
    }

    /// The number of draws from the estimates' normal approximation, 1 to 1,000,000; 400 unless
    /// set.
    #[must_use]
    pub fn with_draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// The seed of the draws; 0 unless set.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The value of a channel's transform parameter; its prior's median unless set. The names are
    /// those of the channel's families: [`AdstockFamily::parameters`] and
    /// [`SaturationFamily::parameters`].
    ///
    /// [`AdstockFamily::parameters`]: crate::mix::transform::AdstockFamily::parameters
    /// [`SaturationFamily::parameters`]: crate::mix::transform::SaturationFamily::parameters
    #[must_use]
    pub fn with_parameter(mut self, channel: &str, parameter: &str, value: f64) -> Self {
        self.parameters
            .push((channel.to_owned(), parameter.to_owned(), value));
        self
    }

    /// Each channel's transforms, in the panel's order of channels, such as those of a draw of
    /// another estimator. They stand in place of parameters.
    #[must_use]
    pub fn with_curves(mut self, curves: Vec<ChannelCurve>) -> Self {
        self.curves = Some(curves);
        self
    }

    /// Fits one regression.
    ///
    /// # Errors
    /// If shapes differ, a number is not finite, there are not more rows than coefficients, or the
    /// outcome never changes or is out of the family's range. [`Error::Collinear`] names a
    /// regressor that is a combination of others, [`Error::Separation`] one that separates counts
    /// of 0 from the rest.
    pub fn regress(&self, data: &RegressionData) -> Result<RegressionSummary> {
        data.check()?;
        self.summary(&problem(data)?)
    }

    fn summary(&self, problem: &Problem) -> Result<RegressionSummary> {
        let solution = problem.solve(self.family)?;
        RegressionSummary::new(problem, solution, self.family, self.standard_errors)
    }

    /// Fits a panel: the regression of its KPI on transformed media, controls and baseline, and
    /// draws from the estimates' normal approximation.
    ///
    /// Bounds, penalties, beliefs about returns and lift tests of the specification do not enter.
    /// With [`Family::Gaussian`] the KPI is in units of its geo's scale, as is
    /// [`TransformedDesign::target`]. Other families fit the KPI itself, and a channel multiplies
    /// it: a draw then holds the additive model with the same totals, where a channel's
    /// contribution is what the fitted KPI loses without it, summed over the periods.
    ///
    /// # Errors
    /// Like [`LeastSquares::regress`]; also if the specification asks for Student's t or does not
    /// fit the panel, a
    /// parameter is named that does not exist or is out of its range, or no draw is asked for.
    pub fn fit(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
    ) -> Result<(Posterior, RegressionSummary)> {
        if specification.likelihood != Likelihood::Normal {
            let expected = "normal, or a family of LeastSquares; Search fits the others";
            let value = format!("{:?}", specification.likelihood);
            return Err(Error::setting("likelihood", value, expected));
        }
        specification.check_no_effect_priors()?;
        let curves = match &self.curves {
            Some(curves) => curves.clone(),
            None => self.curves_at_parameters(specification, panel)?,
        };
        let design = TransformedDesign::new(specification, panel, &curves)?;
        let mut data = RegressionData::from(&design).with_series_length(panel.periods());
        if self.family != Family::Gaussian {
            data = data.with_target(panel.kpi().to_vec().into());
        }
        data.check()?;
        let summary = self.summary(&problem(&data)?)?;
        let draws = summary.draws(self.draws, self.seed)?;
        let draws = match self.family {
            Family::Gaussian => draws.iter().map(|b| design.draw(b)).collect(),
            _ => {
                let additive = AdditiveModel::new(&design, &data, panel)?;
                let draw = |b: &Vec<f64>| design.draw(&additive.coefficients(b));
                draws.iter().map(draw).collect::<Result<Vec<_>>>()
            }
        }?;
        let posterior = Posterior::new(specification.clone(), panel.clone(), draws)?;
        Ok((posterior, summary))
    }

    fn curves_at_parameters(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
    ) -> Result<Vec<ChannelCurve>> {
        let used = RefCell::new(vec![false; self.parameters.len()]);
        let curves = specification.curves(panel, |channel, parameter| {
            let mut value = parameter.prior().quantile(0.5);
            for (i, (c, name, given)) in self.parameters.iter().enumerate() {
                if c == channel && name == parameter.name() {
                    value = *given;
                    used.borrow_mut()[i] = true;
                }
            }
            value
        })?;
        match used.into_inner().iter().position(|used| !used) {
            Some(unused) => {
                let (channel, name, _) = &self.parameters[unused];
                Err(Error::setting(
                    "transform parameter",
                    format!("{name} of {channel}"),
                    known_parameters(specification, panel)?,
                ))
            }
            None => Ok(curves),
        }
    }
}

impl Estimator for LeastSquares {
    fn estimate(&self, specification: &MixSpecification, panel: &Panel) -> Result<Posterior> {
        self.fit(specification, panel)
            .map(|(posterior, _)| posterior)
    }

    /// Asks the observer before and after: the regression itself takes less than a second.
    fn estimate_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Posterior> {
        step(progress, Stage::Fitting, 0, Some(1))?;
        let posterior = self.estimate(specification, panel)?;
        step(progress, Stage::Fitting, 1, Some(1))?;
        Ok(posterior)
    }
}

impl From<&TransformedDesign> for RegressionData {
    /// The design's columns, which have intercepts of their own, target and weights; rows run by
    /// geo, then period.
    fn from(design: &TransformedDesign) -> Self {
        let data = Self::new(
            design.names().to_vec(),
            design.records().clone(),
            design.target().clone(),
        )
        .without_intercept();
        match design.weights() {
            Some(weights) => data.with_weights(weights.to_vec()),
            None => data,
        }
    }
}

/// The parameters of each channel's transforms, as an error names them.
fn known_parameters(specification: &MixSpecification, panel: &Panel) -> Result<String> {
    let names = RefCell::new(Vec::new());
    specification.curves(panel, |channel, parameter| {
        names
            .borrow_mut()
            .push(format!("{} of {channel}", parameter.name()));
        parameter.prior().quantile(0.5)
    })?;
    Ok(names.into_inner().join(", "))
}

/// The rows with weight, and the intercept as the first column, checked for rank.
fn problem(data: &RegressionData) -> Result<Problem> {
    let kept = |row: &usize| data.weights().is_none_or(|w| w[*row] > 0.0);
    let rows: Vec<usize> = (0..data.target().len()).filter(kept).collect();
    let length = data.series_length();
    let series = (0..data.target().len() / length)
        .map(|s| rows.iter().filter(|r| **r / length == s).count())
        .collect();
    let column = |column: ArrayView1<'_, f64>| rows.iter().map(|r| column[*r]).collect();
    let root_weight = |row: &usize| data.weights().map_or(1.0, |w| w[*row].sqrt());
    let mut problem = Problem {
        names: data.names().to_vec(),
        columns: data.records().columns().into_iter().map(column).collect(),
        target: column(data.target().view()),
        root_weights: rows.iter().map(root_weight).collect(),
        series,
    };
    if data.has_intercept() {
        problem.names.insert(0, "intercept".to_owned());
        problem.columns.insert(0, vec![1.0; rows.len()]);
    }
    check_size(&problem)?;
    Factor::new(&problem.names, &problem.scaled(&problem.root_weights))?;
    Ok(problem)
}

/// More rows than coefficients, and an outcome that changes.
fn check_size(problem: &Problem) -> Result<()> {
    let (rows, columns) = (problem.target.len(), problem.columns.len());
    if rows <= columns {
        return Err(Error::setting(
            "number of rows",
            rows,
            format!("more than the {columns} coefficients"),
        ));
    }
    if problem.target.iter().all(|y| *y == problem.target[0]) {
        return Err(Error::setting(
            "outcome",
            "the same in every row",
            "an outcome that changes",
        ));
    }
    Ok(())
}
