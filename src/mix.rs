//! The marketing-mix model: from a table of spend and sales to contributions, returns, response
//! curves and the next budget.
//!
//! A [`Panel`] holds spend, KPI and controls by period and geo; a [`MixSpecification`] says what is
//! modelled; an [`Estimator`], such as [`Search`], fits it. The [`Posterior`] it gives consists of
//! draws, and answers:
//!
//! | question | answer |
//! |---|---|
//! | Where did the KPI come from? | [`Posterior::decomposition`], [`Posterior::baseline_parts`] |
//! | What does a channel return, and how sure is that? | [`Posterior::channels`] |
//! | What would the next unit of spend return? | [`Posterior::response_curve`] |
//! | How should the next budget be spent? | [`Posterior::budget`], [`Posterior::response_curves`] and [`budget`](crate::budget) |
//! | What will a plan bring? | [`Posterior::forecast`] |
//! | Does it agree with experiments? | [`Posterior::lift_report`] |
//! | Does it fit, and is it trustworthy? | [`Posterior::fit_statistics`], [`Posterior::findings`], [`MixSpecification::check`] |
//! | What would a Robyn user have picked? | [`SearchReport::pareto_front`] |
//!
//! ```
//! use mixtouch::mix::estimate::Search;
//! use mixtouch::mix::specification::MixSpecification;
//! use mixtouch::simulate::panels::PanelWorld;
//!
//! let panel = PanelWorld::small_business()?.simulate(1).panel()?;
//! let fit = Search::default().with_evaluations(200).fit(&MixSpecification::new(), &panel)?;
//! for channel in fit.posterior().channels() {
//!     println!("{} returns {:.2}", channel.channel, channel.roi.expect("it has spend"));
//! }
//! # Ok::<(), mixtouch::Error>(())
//! ```
//!
//! [`Panel`]: crate::mix::panel::Panel
//! [`MixSpecification`]: crate::mix::specification::MixSpecification
//! [`MixSpecification::check`]: crate::mix::specification::MixSpecification::check
//! [`Estimator`]: crate::mix::estimate::Estimator
//! [`Search`]: crate::mix::estimate::Search
//! [`SearchReport::pareto_front`]: crate::mix::estimate::SearchReport::pareto_front
//! [`Posterior`]: crate::mix::posterior::Posterior
//! [`Posterior::decomposition`]: crate::mix::posterior::Posterior::decomposition
//! [`Posterior::channels`]: crate::mix::posterior::Posterior::channels
//! [`Posterior::response_curve`]: crate::mix::posterior::Posterior::response_curve
//! [`Posterior::response_curves`]: crate::mix::posterior::Posterior::response_curves
//! [`Posterior::budget`]: crate::mix::posterior::Posterior::budget
//! [`Posterior::forecast`]: crate::mix::posterior::Posterior::forecast
//! [`Posterior::lift_report`]: crate::mix::posterior::Posterior::lift_report
//! [`Posterior::baseline_parts`]: crate::mix::posterior::Posterior::baseline_parts
//! [`Posterior::findings`]: crate::mix::posterior::Posterior::findings
//! [`Posterior::fit_statistics`]: crate::mix::posterior::Posterior::fit_statistics
//! [`ChangingEffect`]: crate::mix::specification::ChangingEffect
//! [`Synergy`]: crate::mix::specification::Synergy
//! [`Funnel`]: crate::mix::specification::Funnel
//! [`Likelihood`]: crate::mix::specification::Likelihood
//! [`Panel::with_reach_frequency`]: crate::mix::panel::Panel::with_reach_frequency
//! [`Ridge`]: crate::mix::regression::Ridge
//! [`ChannelSummary::weakly_identified`]: crate::mix::posterior::ChannelSummary::weakly_identified
//!
//! # The model
//! For geo g and period t, with x the activity (exposures or spend) in units of the geo's maximum,
//!
//! KPI = scale_g x (baseline_gt + sum over channels c of beta_c x saturation_c(adstock_c(x_c))) +
//! noise,
//!
//! On request beta_c changes over time ([`ChangingEffect`]), a channel's response is adstock_c(reach
//! x saturation_c(frequency)) ([`Panel::with_reach_frequency`]), pairs of channels add coefficient x
//! response x response ([`Synergy`]), one channel moves another ([`Funnel`]), and noise has heavy
//! tails ([`Likelihood`]).
//!
//! baseline_gt = intercept, trend and Fourier seasonality of the geo + days of the week, months,
//! holidays and controls. A smooth trend's bends bear a penalty, found by its evidence. Given
//! the transforms and the ridge penalty, the coefficients are the exact solution of a ridge
//! regression with bounds ([`Ridge`] is the same problem on its own). Transforms and penalty are
//! searched: their evidence - the probability of the data with coefficients and noise integrated
//! out - is the score, and the draws are in proportion to it. A single winner is
//! fragile: the average of such draws halved the error of a ridge search's winner on simulated
//! panels whose truth is known.
//!
//! Lift tests and beliefs about returns are rows of the same regression, weighed by their standard
//! errors against the noise of the panel; a test's row runs through adstock and saturation over the
//! test's days.
//!
//! # What it cannot know
//! Where media never pause, their level is not separated from the baseline by anything but the
//! shape of the curves: intervals are wide then and [`ChannelSummary::weakly_identified`] says so.
//! Demand that drives both spend and sales and is not in the controls biases every regression; only
//! experiments put that right.

pub mod estimate;
pub mod panel;
pub mod posterior;
pub mod regression;
pub mod specification;
pub mod transform;
