//! The fit by the estimator that is asked for, and what only that estimator has to say.

use std::time::Instant;

#[cfg(feature = "html")]
use mixtouch::mix::estimate::SearchReport;
use mixtouch::mix::estimate::{Estimator, LeastSquares, RegressionSummary, SearchFit};
#[cfg(feature = "bayes")]
use mixtouch::mix::estimate::{Learned, LearnedFrom, Nuts, NutsFit, PriorPredictive};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::{MixReport, Posterior};
use mixtouch::mix::specification::MixSpecification;
use mixtouch::progress::Progress;
#[cfg(feature = "bayes")]
use mixtouch::report::{Cell, Table};
use mixtouch::report::{Report, Section};
use mixtouch::{Error, Result};
use serde_json::{Value, json};

use crate::options::{self, EstimatorName, Options};

/// A fitted model and the seconds that the fit took.
pub(crate) struct Fitted {
    by: By,
    seconds: f64,
    #[cfg(feature = "bayes")]
    prior: Option<PriorPredictive>,
}

/// What each estimator gives.
enum By {
    Search(Box<SearchFit>),
    LeastSquares {
        posterior: Box<Posterior>,
        summary: Box<RegressionSummary>,
    },
    #[cfg(feature = "bayes")]
    Nuts(Box<NutsFit>),
}

/// An error for an estimator that is not there, or too few trials, under the options' names.
pub(crate) fn check(estimator: EstimatorName, trials: usize) -> Result<()> {
    if trials < 10 {
        return Err(Error::Setting {
            name: "--trials".into(),
            value: trials.to_string(),
            expected: "10 or more".into(),
        });
    }
    if estimator == EstimatorName::Nuts && cfg!(not(feature = "bayes")) {
        return Err(Error::Setting {
            name: "--estimator".into(),
            value: "nuts".into(),
            expected: "search or least-squares; nuts needs --features bayes".into(),
        });
    }
    Ok(())
}

/// The estimator that is asked for, to fit again, with a seed that is so far from the one asked for.
pub(crate) fn estimator(options: &Options, farther: u64) -> Box<dyn Estimator> {
    let seed = options.seed.wrapping_add(farther);
    match options.estimator {
        EstimatorName::Search => Box::new(options::search(options).with_seed(seed)),
        EstimatorName::LeastSquares => Box::new(LeastSquares::new().with_seed(seed)),
        #[cfg(feature = "bayes")]
        EstimatorName::Nuts => Box::new(nuts(options).with_seed(seed)),
        #[cfg(not(feature = "bayes"))]
        EstimatorName::Nuts => unreachable!("refused before the fit"),
    }
}

impl Fitted {
    pub(crate) fn new(
        options: &Options,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let clock = Instant::now();
        if options.estimator == EstimatorName::LeastSquares {
            let least_squares = LeastSquares::new().with_seed(options.seed);
            let (posterior, summary) = least_squares.fit(specification, panel)?;
            return Ok(Self {
                seconds: clock.elapsed().as_secs_f64(),
                by: By::LeastSquares {
                    posterior: Box::new(posterior),
                    summary: Box::new(summary),
                },
                #[cfg(feature = "bayes")]
                prior: None,
            });
        }
        #[cfg(feature = "bayes")]
        if options.estimator == EstimatorName::Nuts {
            let prior = nuts(options).prior(specification, panel)?;
            if prior.exceeds_sales() {
                eprintln!(
                    "note: by its priors media bring more than all of the KPI in {:.0} % of draws; \
                     state --prior MEDIUM.roi or MEDIUM.contribution_share",
                    100.0 * prior.beyond_all_sales()
                );
            }
            let fit = nuts(options).fit_with_progress(specification, panel, progress)?;
            fit.report().check()?;
            return Ok(Self {
                seconds: clock.elapsed().as_secs_f64(),
                by: By::Nuts(Box::new(fit)),
                prior: Some(prior),
            });
        }
        let search = options::search(options);
        let fit = search.fit_with_progress(specification, panel, progress)?;
        let seconds = clock.elapsed().as_secs_f64();
        let by = By::Search(Box::new(fit));
        Ok(Self {
            by,
            seconds,
            #[cfg(feature = "bayes")]
            prior: None,
        })
    }

    /// Each channel's return before any data, where the estimator knows it.
    #[cfg(feature = "html")]
    pub(crate) fn prior_roi(&self) -> Vec<Option<mixtouch::stats::Estimate>> {
        #[cfg(feature = "bayes")]
        if let Some(prior) = &self.prior {
            return prior.channels().iter().map(|channel| channel.roi).collect();
        }
        Vec::new()
    }

    pub(crate) fn posterior(&self) -> &Posterior {
        match &self.by {
            By::Search(fit) => fit.posterior(),
            By::LeastSquares { posterior, .. } => posterior,
            #[cfg(feature = "bayes")]
            By::Nuts(fit) => fit.posterior(),
        }
    }

    /// The candidates of the search, where one was run.
    #[cfg(feature = "html")]
    pub(crate) const fn search(&self) -> Option<&SearchReport> {
        match &self.by {
            By::Search(fit) => Some(fit.report()),
            _ => None,
        }
    }

    /// The main figures, with a note on how they were found.
    pub(crate) fn report(&self) -> MixReport<'_> {
        let (report, draws) = (self.posterior().report(), self.posterior().draws().len());
        match &self.by {
            By::Search(fit) => {
                let tried = fit.report().evaluations();
                report.with_note(format!("{tried} candidates tried, {draws} draws"))
            }
            By::LeastSquares { .. } => {
                report.with_note(format!("least squares at median transforms, {draws} draws"))
            }
            #[cfg(feature = "bayes")]
            By::Nuts(fit) => {
                let report_on = fit.report();
                let (chains, each) = report_on.size();
                let stopped = if report_on.is_stopped() {
                    "stopped early: "
                } else {
                    ""
                };
                report.with_note(format!(
                    "{stopped}{chains} chains of {each} draws, R-hat at most {:.3}, {:.0} effective draws at \
                     least, {} divergences; {draws} draws kept",
                    report_on.r_hat(),
                    report_on.ess_bulk(),
                    report_on.divergences()
                ))
            }
        }
    }

    /// The classical table of coefficients, in units of the KPI's and each channel's scale; what the
    /// data added to the priors.
    pub(crate) fn coefficients(&self) -> Vec<Section> {
        match &self.by {
            By::LeastSquares { summary, .. } => {
                let sections = summary.sections().into_iter();
                sections.map(Section::set_apart).collect()
            }
            #[cfg(feature = "bayes")]
            By::Nuts(fit) => vec![learned(fit.report().learned()), checked(fit)],
            By::Search(_) => Vec::new(),
        }
    }

    /// Adds the figures of this estimator to the document.
    pub(crate) fn add_to(&self, document: &mut Value) {
        match &self.by {
            By::Search(fit) => {
                let search = fit.report();
                let front = search.pareto_front().iter().map(|draw| draw.objectives());
                document["front"] = json!(front.collect::<Vec<_>>());
                document["candidates"] = json!({
                    "tried": search.evaluations(),
                    "averaged": fit.posterior().draws().len(),
                });
            }
            By::LeastSquares { summary, .. } => document["regression"] = json!(summary),
            #[cfg(feature = "bayes")]
            By::Nuts(fit) => {
                let report = fit.report();
                document["diagnostics"] = json!({
                    "r_hat": report.r_hat(),
                    "ess_bulk": report.ess_bulk(),
                    "ess_tail": report.ess_tail(),
                    "divergences": report.divergences(),
                    "stopped": report.is_stopped(),
                    "gradients": report.gradients(),
                    "parameters": report.parameters(),
                    "learned": report.learned(),
                    "figures": report.figures(),
                    "bfmi": report.bfmi(),
                });
                document["predictive_checks"] = json!(fit.predictive_checks());
                document["variables"] = json!(fit.draws().summary());
                let validated = fit.leave_one_out();
                document["leave_one_out"] = json!({
                    "log_density": validated.log_density,
                    "standard_error": validated.standard_error,
                    "unreliable": validated.unreliable().count(),
                    "indispensable": validated.indispensable,
                });
            }
        }
        document["seconds"] = json!({"fit": self.seconds});
    }
}

/// The sampler that is asked for.
#[cfg(feature = "bayes")]
fn nuts(options: &Options) -> Nuts {
    let nuts = Nuts::default().with_seed(options.seed);
    options.draws.map_or(nuts, |draws| nuts.with_draws(draws))
}

/// What the data added to each channel's prior.
#[cfg(feature = "bayes")]
fn learned(channels: &[Learned]) -> Section {
    let says = |learned: &Learned| match learned.source() {
        LearnedFrom::Data if learned.contradicts_prior() => "the data, against the prior",
        LearnedFrom::Data => "the data",
        LearnedFrom::Both => "data and prior",
        _ => "mostly the prior: test this channel",
    };
    let row = |learned: &Learned| {
        [
            Cell::from(&learned.channel),
            Cell::number(learned.contraction, 2),
            Cell::number(learned.shift, 1),
            Cell::from(says(learned)),
        ]
    };
    let columns = ["learned of", "contraction", "shift", "comes from"];
    Section::new()
        .with_table(Table::new(columns).with_rows(channels.iter().map(row)))
        .set_apart()
}

/// Whether the fitted model makes data like those it was fitted to.
#[cfg(feature = "bayes")]
fn checked(fit: &NutsFit) -> Section {
    let checks = fit.predictive_checks();
    let row = |(name, value): (String, f64)| [Cell::from(&name), Cell::number(value, 2)];
    let figures = checks.figures.iter();
    let figures = figures.map(|check| (format!("p of the {}", check.figure), check.p_value));
    let inside = [("rows inside their 90 % intervals".to_owned(), checks.inside)];
    let rows = inside.into_iter().chain(figures).map(row);
    Section::new()
        .with_table(Table::new(["predictive check", "value"]).with_rows(rows))
        .set_apart()
}
