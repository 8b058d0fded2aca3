//! From exposures to a fitted additive hazard.

use crate::attribution::fit::Fit;
use crate::attribution::hazard::additive::AdditiveHazard;
use crate::attribution::hazard::calibrate::Tests;
use crate::attribution::hazard::calibrated::{check_seen, check_start};
use crate::attribution::hazard::evidence::Exposures;
use crate::attribution::hazard::exposed;
use crate::attribution::hazard::flags::flags;
use crate::attribution::hazard::information::Information;
use crate::attribution::hazard::model::{AdditiveHazardModel, kept};
use crate::attribution::hazard::report::FitReport;
use crate::attribution::hazard::screening;
use crate::attribution::hazard::upstream::Upstream;
use crate::attribution::needs::Needs;
use crate::attribution::replicate::Replicate;
use crate::attribution::sensitivity::Sensitivity;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::progress::Progress;
use rayon::prelude::*;

/// EM steps after which fitting gives up unless set.
const MOST_STEPS: u64 = 6_000;

impl Fit for AdditiveHazard {
    type Evidence = Exposures;
    type Model = AdditiveHazardModel;

    fn needs(&self) -> Needs {
        Needs::TIMELINE
    }

    fn evidence(&self, channels: &Channels) -> Exposures {
        let mut upstream: Vec<ChannelId> = self
            .upstream
            .iter()
            .filter_map(|name| channels.id(name))
            .collect();
        upstream.sort_unstable();
        upstream.dedup();
        Exposures::new(
            channels,
            self.design(channels),
            &upstream,
            self.symmetric_upstream,
        )
        .with_candidates(&self.candidates(channels), self.symmetric_upstream)
        .with_tests(self.windows(channels))
    }

    /// Unless a basis is stated, one that the journeys' number of conversions can tell apart.
    fn evidence_for(&self, journeys: &Journeys) -> Exposures {
        let conversions = journeys.totals().conversions;
        self.for_conversions(conversions)
            .evidence(journeys.channels())
    }

    /// # Errors
    /// If a flagged channel is not one of the journeys'; the evidence is of other settings or
    /// beyond the [limits](crate::attribution#limits); or there are conversions, but no time
    /// between first touches and the end of observation. Also if a lift test is not sound, its
    /// channel not one of the journeys' or one of demand capture, or none of its days in the log.
    fn solve(&self, evidence: Exposures) -> Result<AdditiveHazardModel> {
        self.solve_with_progress(evidence, None, &())
    }

    /// Starts at the rates of the earlier fit: with a bootstrap replicate's evidence, a few steps
    /// do.
    ///
    /// # Errors
    /// Like [`Fit::solve`]; or if the earlier model has other channels or settings.
    fn solve_from(
        &self,
        evidence: Exposures,
        earlier: &AdditiveHazardModel,
    ) -> Result<AdditiveHazardModel> {
        self.solve_with_progress(evidence, Some(earlier), &())
    }

    fn solve_with_progress(
        &self,
        evidence: Exposures,
        earlier: Option<&AdditiveHazardModel>,
        progress: &dyn Progress,
    ) -> Result<AdditiveHazardModel> {
        let stated = self.stated(&evidence.design.basis);
        stated.solve_with_tests(evidence, earlier, Tests::Measured, progress)
    }

    /// Draws the shares that lift tests leave from their posterior; in a segment, from that of all
    /// journeys.
    fn solve_replicate(
        &self,
        evidence: Exposures,
        earlier: &AdditiveHazardModel,
        replicate: &Replicate,
    ) -> Result<AdditiveHazardModel> {
        let tests = match earlier.of_segment {
            true => Tests::Drawn(&earlier.calibration, replicate),
            false => Tests::Replicated(replicate),
        };
        let stated = self.stated(&evidence.design.basis);
        stated.solve_with_tests(evidence, Some(earlier), tests, &())
    }

    /// Keeps the shares of the model of all journeys, which lift tests are about.
    fn solve_segment(
        &self,
        evidence: Exposures,
        whole: &AdditiveHazardModel,
        progress: &dyn Progress,
    ) -> Result<AdditiveHazardModel> {
        let tests = Tests::Known(&whole.calibration);
        let stated = self.stated(&evidence.design.basis);
        stated.solve_with_tests(evidence, None, tests, progress)
    }
}

impl AdditiveHazard {
    fn solve_with_tests(
        &self,
        evidence: Exposures,
        earlier: Option<&AdditiveHazardModel>,
        tests: Tests<'_>,
        progress: &dyn Progress,
    ) -> Result<AdditiveHazardModel> {
        if let Some(earlier) = earlier {
            check_start(&evidence, earlier)?;
        }
        let captured = self.captured(&evidence)?;
        self.check_tests(&evidence, &captured)?;
        evidence.same_settings(&self.evidence(evidence.channels()))?;
        evidence.check_size()?;
        if matches!(tests, Tests::Measured) {
            check_seen(&self.lift_tests, &evidence)?;
        }
        let report = FitReport {
            conversions: evidence.conversions(),
            person_days: evidence.person_days(),
            ..FitReport::default()
        };
        if report.conversions > 0.0 && report.person_days == 0.0 {
            return Err(Error::NoExposure {
                conversions: report.conversions,
            });
        }
        let rates = self.rates(&evidence, earlier, progress)?;
        let mut upstream = self.upstream(&evidence, progress)?;
        let (known, suspected) = self.found(&evidence, &rates.rates, &upstream, tests, progress)?;
        upstream.extend(known.mediators);
        let shown = matches!(tests, Tests::Measured | Tests::Known(_));
        let sensitivity = match shown {
            true => sensitivity(&evidence, &rates.rates, suspected),
            false => Vec::new(),
        };
        let model = self.model(evidence, captured, rates, upstream, report);
        let of_segment = matches!(tests, Tests::Known(_) | Tests::Drawn(..));
        let model = AdditiveHazardModel {
            sensitivity,
            ..model
        };
        Ok(model.with_calibration(known.rows, of_segment))
    }
}

fn sensitivity(
    evidence: &Exposures,
    rates: &[f64],
    suspected: Vec<Option<f64>>,
) -> Vec<Sensitivity> {
    let mut all = exposed::sensitivities(&evidence.conversions.rows, rates, &evidence.design);
    for (row, suspicion) in all.iter_mut().zip(suspected) {
        row.suspicion = suspicion;
    }
    all
}

/// Rates by feature, the baseline's last, and how they were found.
struct Rates {
    rates: Vec<f64>,
    errors: Option<Vec<Option<f64>>>,
    log_likelihood: f64,
    steps: u64,
    converged: bool,
    /// How many had exposure and, of pairs, were kept.
    free: usize,
}

impl AdditiveHazard {
    /// # Errors
    /// If more than a million are set.
    pub(super) fn most_steps(&self) -> Result<u64> {
        let steps = self.most_steps.unwrap_or(MOST_STEPS);
        if steps > 1_000_000 {
            return Err(Error::setting(
                "the number of EM steps",
                steps,
                "at most 1000000",
            ));
        }
        Ok(steps)
    }

    /// By channel, whether its credit goes to the baseline.
    fn captured(&self, evidence: &Exposures) -> Result<Vec<bool>> {
        let channels = evidence.channels();
        let mut captured = flags(channels, "demand capture", &self.demand_capture)?;
        flags(channels, "upstream", &self.upstream)?;
        flags(channels, "a mediator", &self.mediators)?;
        flags(channels, "unpaid", &self.unpaid)?;
        for id in &evidence.excluded {
            captured[id.index()] = true;
        }
        Ok(captured)
    }

    fn rates(
        &self,
        evidence: &Exposures,
        earlier: Option<&AdditiveHazardModel>,
        progress: &dyn Progress,
    ) -> Result<Rates> {
        let design = &evidence.design;
        let ranked = evidence
            .conversions
            .ranked(design.singles(), design.basis.unit());
        let problem = ranked.problem();
        let start = earlier.map(|model| {
            let rates = ranked.by_place(&model.rates);
            screening::revived(&problem, &rates, design.singles())
        });
        let found = screening::fit(&problem, design, start, self.most_steps()?, progress)?;
        let errors = match self.standard_errors {
            true => {
                let information = Information::new(&problem, &found.rates)?;
                Some(ranked.by_number(&information.standard_errors()))
            }
            false => None,
        };
        let free = (0..found.rates.len()).filter(|&at| {
            let pair = (design.singles()..design.features()).contains(&at);
            problem.exposure[at] > 0.0 && (!pair || found.rates[at] > 0.0)
        });
        Ok(Rates {
            free: free.count(),
            rates: ranked.by_number(&found.rates),
            errors,
            log_likelihood: found.log_likelihood,
            steps: found.steps,
            converged: found.converged,
        })
    }

    fn upstream(&self, evidence: &Exposures, progress: &dyn Progress) -> Result<Vec<Upstream>> {
        let (basis, steps) = (&evidence.design.basis, self.most_steps()?);
        let named = evidence.arrivals.len() - self.candidates(evidence.channels()).len();
        evidence.arrivals[..named]
            .par_iter()
            .map(|arrivals| arrivals.solve(basis, steps, progress))
            .collect()
    }

    fn model(
        &self,
        evidence: Exposures,
        captured: Vec<bool>,
        found: Rates,
        upstream: Vec<Upstream>,
        report: FitReport,
    ) -> AdditiveHazardModel {
        let fit = FitReport {
            log_likelihood: found.log_likelihood,
            steps: found.steps + upstream.iter().map(|fitted| fitted.steps).sum::<u64>(),
            rates: found.free,
            converged: found.converged && upstream.iter().all(|fitted| fitted.converged),
            ..report
        };
        let design = evidence.design.clone();
        let pairs = (design.singles()..design.features())
            .filter(|&pair| found.rates[pair] > 0.0)
            .collect();
        let exposure = &evidence.conversions.exposure;
        let own = design.singles() / design.channels.max(1);
        let is_unseen = |id: &ChannelId| {
            let first = id.index() * own;
            exposure[first..first + own].iter().all(|&time| time == 0.0)
        };
        AdditiveHazardModel {
            unseen: evidence.channels().ids().filter(is_unseen).collect(),
            specification: self.clone(),
            kept: kept(&captured, &[], evidence.channels()),
            calibration: Vec::new(),
            sensitivity: Vec::new(),
            of_segment: false,
            channels: evidence.channels().clone(),
            design,
            rates: found.rates,
            errors: found.errors,
            captured,
            pairs,
            upstream,
            fit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::JourneyOptions;
    use crate::progress::Stage;
    use crate::simulate::worlds::World;
    use std::ops::ControlFlow;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Stops the work at the call of this number, and counts the calls.
    struct StopAt(u64, AtomicU64);

    impl Progress for StopAt {
        fn advance(&self, stage: Stage, _: u64, _: Option<u64>) -> ControlFlow<()> {
            assert_eq!(stage, Stage::Fitting);
            if self.1.fetch_add(1, Ordering::Relaxed) == self.0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    }

    #[test]
    fn an_observer_stops_a_fit_and_changes_no_bit() {
        let simulation = World::Multiplicative.simulate(1_000, 3).unwrap();
        let journeys = simulation.journeys(JourneyOptions::default()).unwrap();
        let specification = AdditiveHazard::default();
        let watched = StopAt(u64::MAX, AtomicU64::new(0));
        let model = specification.fit_with_progress(&journeys, &watched);
        assert_eq!(model.unwrap(), specification.fit(&journeys).unwrap());
        let calls = watched.1.into_inner();
        assert!((2..500).contains(&calls), "{calls}");
        for call in [0, 1, calls - 1] {
            let stopped = StopAt(call, AtomicU64::new(0));
            let error = specification.fit_with_progress(&journeys, &stopped).err();
            assert!(matches!(error, Some(Error::Cancelled { .. })), "{call}");
        }
    }
}
