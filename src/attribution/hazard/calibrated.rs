//! A fitted additive hazard calibrated by lift tests.

use crate::attribution::calibration::Calibration;
use crate::attribution::fit::Fit;
use crate::attribution::hazard::additive::AdditiveHazard;
use crate::attribution::hazard::calibrate::{Calibrated, Calibrator, Tests, drawn};
use crate::attribution::hazard::evidence::Exposures;
use crate::attribution::hazard::model::{AdditiveHazardModel, kept};
use crate::attribution::hazard::report::FitReport;
use crate::attribution::hazard::tested::Window;
use crate::attribution::hazard::upstream::Upstream;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::experiment::{LiftTest, TouchesBrought};
use crate::progress::Progress;
use rayon::prelude::*;

/// Fails where the log has none of a test's days.
pub(super) fn check_seen(tests: &[LiftTest], evidence: &Exposures) -> Result<()> {
    for (test, touches) in tests.iter().zip(&evidence.tests) {
        if touches.seen() == 0.0 && evidence.person_days() > 0.0 {
            let days = format!("{} to {}", test.start(), test.end());
            return Err(test.error("start", days, "days that the log covers"));
        }
    }
    Ok(())
}

/// Fails where a log's touches are not those of the test: it ran in some geos, which a log does not
/// know, or on what was spent on top, whose touches are a part of the channel's.
fn check_share(test: &LiftTest) -> Result<()> {
    if test.share().is_some() {
        return Ok(());
    }
    if !test.geos().is_empty() {
        let expected = "none, or the share of the channel's touches that these geos have";
        return Err(test.error("geo", test.geos().join(";"), expected));
    }
    if test.spend_change() > 0.0 {
        let expected = "the share of the channel's touches that was paid for by the test";
        return Err(test.error("share", "not given", expected));
    }
    Ok(())
}

/// Fails where what an earlier test found cannot be.
fn check_earlier(row: &Calibration) -> Result<()> {
    if row.is_sound() {
        return Ok(());
    }
    Err(Error::setting(
        format!("what earlier tests found of {:?}", row.channel),
        row.kept,
        "a share from 0 to 1, of tests with finite figures",
    ))
}

/// Fails unless the evidence is of the channels and settings of the fit to start from.
pub(super) fn check_start(evidence: &Exposures, earlier: &AdditiveHazardModel) -> Result<()> {
    evidence.channels().same_as(&earlier.channels)?;
    if evidence.design == earlier.design {
        return Ok(());
    }
    Err(Error::setting(
        "the fit to start from",
        "of other settings",
        "a fit of the same specification",
    ))
}

impl AdditiveHazard {
    /// The touches that lift tests are about; those of tests that a fit refuses are left out.
    pub(super) fn windows(&self, channels: &Channels) -> Vec<Window> {
        let zone = self.lift_test_zone.clone().unwrap_or_default();
        let tests = self.lift_tests.iter();
        let windows = tests.map(|test| Window::new(test, channels, &zone));
        windows.filter_map(|window| window.ok().flatten()).collect()
    }

    /// The channels that may pass credit on, or that may follow unpaid visits: those named, and
    /// those whose touches tests counted.
    pub(super) fn candidates(&self, channels: &Channels) -> Vec<ChannelId> {
        let is_named =
            |names: &[String], id| names.iter().any(|name| channels.id(name) == Some(id));
        let counted = self.lift_tests.iter().flat_map(LiftTest::touches_brought);
        let counted: Vec<&str> = counted.map(TouchesBrought::channel).collect();
        let is_counted = |id| counted.iter().any(|name| channels.id(name) == Some(id));
        let is_candidate = |&id: &ChannelId| {
            let others = !self.unpaid.is_empty() && !is_named(&self.unpaid, id);
            let may_pass = others || is_named(&self.mediators, id) || is_counted(id);
            may_pass && !is_named(&self.upstream, id)
        };
        channels.ids().filter(is_candidate).collect()
    }

    pub(super) fn check_tests(&self, evidence: &Exposures, captured: &[bool]) -> Result<()> {
        let channels = evidence.channels();
        let zone = self.lift_test_zone.clone().unwrap_or_default();
        for row in &self.earlier_tests {
            check_earlier(row)?;
        }
        for test in &self.lift_tests {
            test.check()?;
            check_share(test)?;
            let unknown = || channels.undeclared("a lift test", test.channel());
            let window = Window::new(test, channels, &zone)?.ok_or_else(unknown)?;
            for counted in test.touches_brought() {
                let name = counted.channel();
                channels
                    .id(name)
                    .ok_or_else(|| channels.undeclared("a lift test", name))?;
            }
            if captured[window.channel.index()] && !evidence.excluded.contains(&window.channel) {
                let expected = "a channel not named as demand capture, which a test measures";
                return Err(test.error("channel", test.channel(), expected));
            }
        }
        Ok(())
    }

    /// What tests say, and by channel the share of touches that visits of unpaid channels brought.
    pub(super) fn found(
        &self,
        evidence: &Exposures,
        rates: &[f64],
        upstream: &[Upstream],
        tests: Tests<'_>,
        progress: &dyn Progress,
    ) -> Result<(Calibrated, Vec<Option<f64>>)> {
        let calibrator = Calibrator {
            evidence,
            rates,
            tests: &self.lift_tests,
            upstream,
        };
        let arrivals = &evidence.arrivals[upstream.len()..];
        let (basis, steps) = (&evidence.design.basis, self.most_steps()?);
        let solve = || -> Result<Vec<Upstream>> {
            let each = arrivals.par_iter();
            each.map(|arrivals| arrivals.solve(basis, steps, progress))
                .collect()
        };
        let mut suspected = vec![None; evidence.channels().len()];
        let earlier = |found: Calibrated| self.with_earlier(found, tests, evidence.channels());
        if self.unpaid.is_empty() || !matches!(tests, Tests::Measured | Tests::Known(_)) {
            let found = calibrator.calibrated(tests, solve)?;
            return Ok((earlier(found), suspected));
        }
        let fitted = solve()?;
        let names = self.unpaid.iter();
        let unpaid: Vec<ChannelId> = names
            .filter_map(|name| evidence.channels().id(name))
            .collect();
        for (arrivals, fitted) in arrivals.iter().zip(&fitted) {
            let share = arrivals.brought_by(fitted, &unpaid, basis);
            suspected[fitted.channel.index()] = share;
        }
        let found = calibrator.calibrated(tests, || Ok(fitted))?;
        Ok((earlier(found), suspected))
    }

    /// Adds what earlier tests found of channels without a test now, in the order of channels.
    fn with_earlier(
        &self,
        mut found: Calibrated,
        tests: Tests<'_>,
        channels: &Channels,
    ) -> Calibrated {
        for row in &self.earlier_tests {
            let is_known = found.rows.iter().any(|known| known.channel == row.channel);
            if is_known || channels.id(&row.channel).is_none() {
                continue;
            }
            found.rows.push(match tests {
                Tests::Measured | Tests::Known(_) => row.clone(),
                Tests::Replicated(replicate) | Tests::Drawn(_, replicate) => drawn(row, replicate),
            });
        }
        found.rows.sort_by_key(|row| channels.id(&row.channel));
        found
    }
}

impl AdditiveHazardModel {
    /// The same rates calibrated by lift tests, without another fit: a service fits each night, and
    /// adds a test when it ends. Only the shares of their credit that tested channels keep change.
    ///
    /// The evidence is that of the journeys fitted on, gathered by the model's specification with
    /// the same tests ([`AdditiveHazard::with_lift_tests`]): one pass and no search.
    ///
    /// ```
    /// use mixtouch::attribution::hazard::AdditiveHazard;
    /// use mixtouch::experiment::LiftTest;
    /// use mixtouch::simulate::worlds::World;
    /// use mixtouch::{Fit, JourneyOptions};
    ///
    /// let journeys = World::Retargeting.simulate(2_000, 1)?.journeys(JourneyOptions::default())?;
    /// let plain = AdditiveHazard::default();
    /// let model = plain.fit(&journeys)?;
    /// let test = LiftTest::new("retargeting", "2026-02-01".parse()?, "2026-02-28".parse()?)
    ///     .with_share(0.5)
    ///     .with_outcome_change(0.5)
    ///     .with_standard_error(3.0);
    /// let tested = plain.with_lift_tests([test.clone()]);
    /// let calibrated = model.calibrated([test], &tested.gather(&journeys)?)?;
    /// assert_eq!(calibrated, tested.fit(&journeys)?);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the evidence is of other channels, settings or tests, or like [`Fit::solve`] for a test.
    pub fn calibrated(
        &self,
        tests: impl IntoIterator<Item = LiftTest>,
        evidence: &Exposures,
    ) -> Result<Self> {
        let specification = self.specification.clone().with_lift_tests(tests);
        check_start(evidence, self)?;
        specification.check_tests(evidence, &self.captured)?;
        evidence.same_settings(&specification.evidence(evidence.channels()))?;
        evidence.check_size()?;
        check_seen(&specification.lift_tests, evidence)?;
        let known = self.upstream.iter().filter(|upstream| !upstream.is_found);
        let mut upstream: Vec<Upstream> = known.cloned().collect();
        let tests = Tests::Measured;
        let (found, _) = specification.found(evidence, &self.rates, &upstream, tests, &())?;
        let steps = |fits: &[Upstream]| fits.iter().map(|fitted| fitted.steps).sum::<u64>();
        let before = steps(&self.upstream) - steps(&upstream);
        let converged = found.mediators.iter().all(|fitted| fitted.converged);
        let fit = FitReport {
            steps: self.fit.steps.saturating_sub(before) + steps(&found.mediators),
            converged: self.fit.converged && converged,
            ..self.fit
        };
        upstream.extend(found.mediators);
        let model = Self {
            specification,
            upstream,
            fit,
            ..self.clone()
        };
        Ok(model.with_calibration(found.rows, false))
    }

    /// The same model whose tested channels keep these shares of their credit.
    pub(super) fn with_calibration(self, calibration: Vec<Calibration>, of_segment: bool) -> Self {
        Self {
            kept: kept(&self.captured, &calibration, &self.channels),
            calibration,
            of_segment,
            ..self
        }
    }
}
