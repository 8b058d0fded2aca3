//! From experiments to the share of its credit that each channel keeps.

use crate::attribution::calibration::{Calibration, CountedTouches, Mediator};
use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::evidence::Exposures;
use crate::attribution::hazard::figures::{Certainty, Figures, sum};
use crate::attribution::hazard::flows;
use crate::attribution::hazard::kept_share::{Comparison, KeptShare, disagreement};
use crate::attribution::hazard::mediators::{ABOVE, Search};
use crate::attribution::hazard::tested::TestedTouches;
use crate::attribution::hazard::upstream::Upstream;
use crate::attribution::replicate::Replicate;
use crate::channel::ChannelId;
use crate::error::Result;
use crate::experiment::LiftTest;
use crate::stats::ConfidenceLevel;

/// The level of the interval of a kept share.
const LEVEL: ConfidenceLevel = ConfidenceLevel::P90;

/// What a fit makes of the tests.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tests<'a> {
    /// Takes them as measured.
    Measured,
    /// Draws from the posterior of the shares that they leave.
    Replicated(&'a Replicate),
    /// Takes over the shares of a fit of more journeys, which the tests are about.
    Known(&'a [Calibration]),
    /// Draws shares from the posterior of that fit.
    Drawn(&'a [Calibration], &'a Replicate),
}

/// Tests beside a fit of the log.
pub(super) struct Calibrator<'a> {
    pub(super) evidence: &'a Exposures,
    /// By feature, the baseline's last.
    pub(super) rates: &'a [f64],
    /// In the order of the evidence's.
    pub(super) tests: &'a [LiftTest],
    /// Channels that are known to pass all their credit on.
    pub(super) upstream: &'a [Upstream],
}

/// A row for each tested channel, and the channels that pass some of their credit on.
#[derive(Default)]
pub(super) struct Calibrated {
    pub(super) rows: Vec<Calibration>,
    pub(super) mediators: Vec<Upstream>,
}

impl Calibrator<'_> {
    /// Calibrates by the tests; `candidates` finds the channels that may be mediators, where a test
    /// lies above the log.
    pub(super) fn calibrated(
        &self,
        tests: Tests<'_>,
        candidates: impl FnOnce() -> Result<Vec<Upstream>>,
    ) -> Result<Calibrated> {
        match tests {
            _ if self.tests.is_empty() => Ok(Calibrated::default()),
            Tests::Known(rows) => self.known(rows.to_vec(), candidates),
            Tests::Drawn(rows, replicate) => {
                let rows = rows.iter().map(|row| drawn(row, replicate)).collect();
                self.known(rows, candidates)
            }
            Tests::Measured => self.compared(None, candidates),
            Tests::Replicated(replicate) => self.compared(Some(replicate), candidates),
        }
    }

    /// What a calibration of more journeys found, here.
    fn known(
        &self,
        rows: Vec<Calibration>,
        candidates: impl FnOnce() -> Result<Vec<Upstream>>,
    ) -> Result<Calibrated> {
        let mediators = match rows.first().is_some_and(|row| !row.mediators.is_empty()) {
            true => known_mediators(&rows, candidates()?, self.evidence),
            false => Vec::new(),
        };
        Ok(Calibrated { rows, mediators })
    }

    fn compared(
        &self,
        draws: Option<&Replicate>,
        candidates: impl FnOnce() -> Result<Vec<Upstream>>,
    ) -> Result<Calibrated> {
        let sure = Certainty::new(self.evidence, self.rates)?;
        let mut figures: Vec<Figures<'_>> = self.figures().collect();
        let rows = rows(&figures, &sure, &[], draws);
        let counts = self
            .tests
            .iter()
            .any(|test| !test.touches_brought().is_empty());
        if !counts && !rows.iter().any(|row| row.disagreement > ABOVE) {
            let mediators = Vec::new();
            return Ok(Calibrated { rows, mediators });
        }
        let candidates = candidates()?;
        self.count(&mut figures, &candidates);
        let search = Search {
            evidence: self.evidence,
            figures: &figures,
            rows: &rows,
            sure: &sure,
            draws,
        };
        let (mediators, found) = search.found(candidates);
        for (at, row) in figures.iter_mut().enumerate() {
            row.mediated = sum(mediators.iter().map(|(upstream, flows)| {
                let flow = &flows[at];
                flow.iter().map(|days| days * upstream.share).collect()
            }));
        }
        Ok(Calibrated {
            rows: self::rows(&figures, &sure, &found, draws),
            mediators: mediators
                .into_iter()
                .map(|(upstream, _)| upstream)
                .collect(),
        })
    }

    /// Each test beside the log, without mediators.
    fn figures(&self) -> impl Iterator<Item = Figures<'_>> {
        let pairs = self.tests.iter().zip(&self.evidence.tests);
        pairs.map(|(test, touches)| Figures {
            exposure: self.exposure(test, touches),
            mediated: Vec::new(),
            counted: Vec::new(),
            tested: test.brought(),
            test,
            touches,
        })
    }

    /// Adds what the tests counted of the candidates' touches.
    fn count(&self, figures: &mut [Figures<'_>], candidates: &[Upstream]) {
        let design = &self.evidence.design;
        for row in figures {
            let counted = row.test.touches_brought().iter().filter_map(|counted| {
                let id = self.evidence.channels().id(counted.channel())?;
                let of = candidates
                    .iter()
                    .find(|candidate| candidate.channel == id)?;
                Some(CountedTouches {
                    channel: counted.channel().to_owned(),
                    log: row.touches_through(of, design),
                    tested: counted.brought(),
                    tested_error: counted.standard_error(),
                })
            });
            row.counted = counted.collect();
        }
    }

    /// By feature, what a rate of 1 a day brings within the test, also by way of channels that pass
    /// all their credit on; 0 for the baseline.
    fn exposure(&self, test: &LiftTest, touches: &TestedTouches) -> Vec<f64> {
        let design = &self.evidence.design;
        let share = test.share().unwrap_or(1.0);
        let unit = |feature| match feature < design.singles() {
            true => design.basis.unit(),
            false => 1.0 / DAY,
        };
        let singles = touches.exposure.iter().enumerate();
        let days = singles.map(|(feature, exposure)| share * exposure * unit(feature));
        let own: Vec<f64> = days.chain([0.0]).collect();
        let flows = self.upstream.iter().map(|upstream| {
            let days = flows::exposure(touches, upstream, design);
            days.iter().map(|days| share * days).chain([0.0]).collect()
        });
        sum(std::iter::once(own).chain(flows))
    }
}

/// A row for each tested channel, in the order of channels.
fn rows(
    figures: &[Figures<'_>],
    sure: &Certainty<'_>,
    mediators: &[Mediator],
    draws: Option<&Replicate>,
) -> Vec<Calibration> {
    let mut channels: Vec<ChannelId> = figures.iter().map(Figures::channel).collect();
    channels.sort_unstable();
    channels.dedup();
    let row = |channel| {
        let own = figures.iter().filter(|row| row.channel() == channel);
        calibration(&own.collect::<Vec<_>>(), sure, mediators, draws)
    };
    channels.into_iter().map(row).collect()
}

/// One channel's row.
fn calibration(
    tests: &[&Figures<'_>],
    sure: &Certainty<'_>,
    mediators: &[Mediator],
    draws: Option<&Replicate>,
) -> Calibration {
    let compared = |mediated: bool| -> Vec<Comparison> {
        let each = tests.iter();
        each.map(|figures| figures.comparison(sure, mediated))
            .collect()
    };
    let (alone, whole) = (compared(false), compared(true));
    let effects = tests.iter().zip(&alone);
    let effects = effects.map(|(figures, compared)| figures.effect(compared));
    let total = |tests: &[Comparison], figure: fn(&Comparison) -> f64| -> f64 {
        tests.iter().map(figure).sum()
    };
    let (log, log_variance) = sure.sum(&sum(tests.iter().map(|row| row.exposure.clone())));
    let all = Comparison {
        log,
        log_variance,
        tested: total(&alone, |test| test.tested),
        tested_variance: total(&alone, |test| test.tested_variance),
    };
    let share = kept_share(&whole);
    let interval = share.as_ref().map(|share| share.interval(LEVEL));
    let (kept_low, kept_high) = interval.unwrap_or((0.0, 1.0));
    let channel = tests[0].test.channel().to_owned();
    let best = match (&share, draws) {
        (Some(share), Some(replicate)) => share.quantile(replicate.uniform(&channel)),
        (Some(share), None) => share.estimate(),
        (None, _) => 1.0,
    };
    Calibration {
        channel,
        log,
        log_error: all.log_variance.sqrt(),
        mediated: total(&whole, |test| test.log) - total(&alone, |test| test.log),
        mediators: mediators.to_vec(),
        tested: all.tested,
        tested_error: all.tested_variance.sqrt(),
        disagreement: disagreement(&all),
        kept: kept(best),
        kept_low,
        kept_high,
        selection: share.as_ref().map_or(0.5, |share| share.selection),
        tests: effects.collect(),
    }
}

/// The candidates that a calibration of more journeys found to pass credit on, with its shares.
fn known_mediators(
    rows: &[Calibration],
    candidates: Vec<Upstream>,
    evidence: &Exposures,
) -> Vec<Upstream> {
    let known = rows.first().map_or(&[][..], |row| &row.mediators);
    let share = |candidate: Upstream| {
        let name = evidence.channels().name(candidate.channel);
        let found = known.iter().find(|mediator| mediator.channel == name)?;
        Some(candidate.passing(found.share))
    };
    candidates.into_iter().filter_map(share).collect()
}

/// None where no test is about a touch that has an effect: it cannot say anything of its share.
fn kept_share(compared: &[Comparison]) -> Option<KeptShare> {
    let telling = compared.iter().filter(|test| test.log > 0.0);
    let telling: Vec<Comparison> = telling.copied().collect();
    (!telling.is_empty()).then(|| KeptShare::new(&telling))
}

/// What a channel keeps at that share: no channel is credited more than the log shows.
fn kept(share: f64) -> f64 {
    share.clamp(0.0, 1.0)
}

/// The row with a share drawn from its posterior.
pub(super) fn drawn(row: &Calibration, replicate: &Replicate) -> Calibration {
    let compared = row.tests.iter().map(|test| Comparison {
        log: test.log,
        log_variance: test.log_error * test.log_error,
        tested: test.tested,
        tested_variance: test.tested_error * test.tested_error,
    });
    let share = kept_share(&compared.collect::<Vec<_>>());
    let at = replicate.uniform(&row.channel);
    Calibration {
        kept: share.map_or(row.kept, |share| kept(share.quantile(at))),
        ..row.clone()
    }
}
