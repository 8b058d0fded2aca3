//! From experiments to the share of its credit that each channel keeps.

use crate::attribution::calibration::{Calibration, Mediator, TestedEffect};
use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::evidence::Exposures;
use crate::attribution::hazard::flows;
use crate::attribution::hazard::information::Information;
use crate::attribution::hazard::kept_share::{Comparison, KeptShare, disagreement};
use crate::attribution::hazard::mediation::{Excess, shares};
use crate::attribution::hazard::process::Ranked;
use crate::attribution::hazard::tested::TestedTouches;
use crate::attribution::hazard::upstream::Upstream;
use crate::attribution::replicate::Replicate;
use crate::channel::ChannelId;
use crate::error::Result;
use crate::experiment::LiftTest;

/// The tail beyond each end of the interval of a kept share.
const TAIL: f64 = 0.05;
/// Standard errors by which a test lies above the log before mediators are looked for.
const ABOVE: f64 = 1.0;

/// What a replicate draws for mediators: which one, and the share that it passes on.
const MEDIATION: [&str; 2] = ["mediator", "share of a mediator"];

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

/// A test and the log's figure for it.
struct Figures<'a> {
    test: &'a LiftTest,
    touches: &'a TestedTouches,
    /// By feature, what a rate of 1 brings; and the same by way of mediators.
    exposure: Vec<f64>,
    mediated: Vec<f64>,
    tested: f64,
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
        let pairs = self.tests.iter().zip(&self.evidence.tests);
        let figures = pairs.map(|(test, touches)| Figures {
            exposure: self.exposure(test, touches),
            mediated: Vec::new(),
            tested: test.brought(),
            test,
            touches,
        });
        let mut figures: Vec<Figures<'_>> = figures.collect();
        let rows = rows(&figures, &sure, &[], draws);
        if !rows.iter().any(|row| row.disagreement > ABOVE) {
            let mediators = Vec::new();
            return Ok(Calibrated { rows, mediators });
        }
        let candidates = candidates()?;
        let (mediators, found) = self.mediators(&figures, &rows, (&sure, draws), candidates);
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

    /// The candidates that pass credit on, each with its exposure by test; and what is known of
    /// them.
    fn mediators(
        &self,
        figures: &[Figures<'_>],
        rows: &[Calibration],
        (sure, draws): (&Certainty<'_>, Option<&Replicate>),
        candidates: Vec<Upstream>,
    ) -> (Vec<Passing>, Vec<Mediator>) {
        let name = |channel| self.evidence.channels().name(channel);
        let kept = |channel| {
            let row = rows.iter().find(|row| row.channel == name(channel));
            row.map_or(1.0, |row| row.kept)
        };
        let excess = figures.iter().map(|row| {
            let alone = row.comparison(sure, false);
            Excess {
                beyond: alone.tested - kept(row.channel()) * alone.log,
                variance: alone.tested_variance + alone.log_variance,
            }
        });
        let flows: Vec<Vec<Vec<f64>>> = candidates
            .iter()
            .map(|candidate| {
                let own = kept(candidate.channel);
                let each = figures.iter().map(|row| row.through(candidate, self, own));
                each.collect()
            })
            .collect();
        let conversions = |flows: &Vec<Vec<f64>>| -> Vec<f64> {
            flows.iter().map(|days| dot(days, self.rates)).collect()
        };
        let totals: Vec<Vec<f64>> = flows.iter().map(conversions).collect();
        let draw = draws.map(|replicate| [0, 1].map(|at| replicate.uniform(MEDIATION[at])));
        let passed = shares(&excess.collect::<Vec<_>>(), &totals, draw);
        let (mut mediators, mut found) = (Vec::new(), Vec::new());
        for ((candidate, flows), passed) in candidates.into_iter().zip(flows).zip(passed) {
            if passed.share > 0.0 {
                found.push(Mediator {
                    channel: name(candidate.channel).to_owned(),
                    share: passed.share,
                    probability: passed.probability,
                });
                mediators.push((candidate.passing(passed.share), flows));
            }
        }
        (mediators, found)
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

/// A channel that passes credit on, and its exposure by feature for each test.
type Passing = (Upstream, Vec<Vec<f64>>);

/// How sure sums of the fitted rates are.
struct Certainty<'a> {
    information: Information,
    /// The likelihood, in whose order of features the information is.
    ranked: Ranked,
    rates: &'a [f64],
}

impl<'a> Certainty<'a> {
    fn new(evidence: &Exposures, rates: &'a [f64]) -> Result<Self> {
        let design = &evidence.design;
        let ranked = evidence
            .conversions
            .ranked(design.singles(), design.basis.unit());
        let information = Information::new(&ranked.problem(), &ranked.by_place(rates))?;
        Ok(Self {
            information,
            ranked,
            rates,
        })
    }

    /// The sum of the rates with these weights, and its variance: where the information has no
    /// inverse, that of so many events.
    fn sum(&self, weights: &[f64]) -> (f64, f64) {
        let sum = dot(weights, self.rates);
        let variance = self.information.variance(&self.ranked.by_place(weights));
        (sum, variance.unwrap_or(sum))
    }
}

impl Figures<'_> {
    fn channel(&self) -> ChannelId {
        self.touches.window.channel
    }

    /// The test beside the log, with what flows by way of mediators or without.
    fn comparison(&self, sure: &Certainty<'_>, mediated: bool) -> Comparison {
        let (log, log_variance) = match mediated && !self.mediated.is_empty() {
            true => sure.sum(&sum([self.exposure.clone(), self.mediated.clone()])),
            false => sure.sum(&self.exposure),
        };
        Comparison {
            log,
            log_variance,
            tested: self.tested,
            tested_variance: self.test.standard_error() * self.test.standard_error(),
        }
    }

    /// By feature, what a rate of 1 brings by way of a mediator that passes on this share.
    fn through(&self, mediator: &Upstream, of: &Calibrator<'_>, share: f64) -> Vec<f64> {
        let days = flows::exposure(self.touches, mediator, &of.evidence.design);
        let share = share * self.test.share().unwrap_or(1.0);
        days.iter().map(|days| share * days).chain([0.0]).collect()
    }

    fn effect(&self, compared: &Comparison) -> TestedEffect {
        TestedEffect {
            start: self.test.start(),
            end: self.test.end(),
            share: self.test.share().unwrap_or(1.0),
            touches: self.touches.touches(),
            seen: self.touches.seen(),
            log: compared.log,
            log_error: compared.log_variance.sqrt(),
            tested: compared.tested,
            tested_error: self.test.standard_error(),
            disagreement: disagreement(compared),
        }
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The sum of some columns; empty without any.
fn sum(columns: impl IntoIterator<Item = Vec<f64>>) -> Vec<f64> {
    let add = |mut sum: Vec<f64>, column: Vec<f64>| {
        sum.iter_mut()
            .zip(column)
            .for_each(|(sum, other)| *sum += other);
        sum
    };
    columns.into_iter().reduce(add).unwrap_or_default()
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
    let at = |p: f64, none: f64| share.as_ref().map_or(none, |share| share.quantile(p));
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
        kept_low: at(TAIL, 0.0),
        kept_high: at(1.0 - TAIL, 1.0),
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
fn drawn(row: &Calibration, replicate: &Replicate) -> Calibration {
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
