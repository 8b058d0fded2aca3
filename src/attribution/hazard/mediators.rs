//! The channels that pass credit on to the touches that brought their own.

use crate::attribution::calibration::{Calibration, CountedTouches, Mediator};
use crate::attribution::hazard::evidence::Exposures;
use crate::attribution::hazard::figures::{Certainty, Figures, dot};
use crate::attribution::hazard::mediation::{Excess, Passed, shares};
use crate::attribution::hazard::upstream::Upstream;
use crate::attribution::replicate::Replicate;
use crate::channel::ChannelId;

/// Standard errors by which a test lies above the log before mediators are looked for.
pub(super) const ABOVE: f64 = 1.0;

/// What a replicate draws for mediators: which one, and the share that it passes on.
const MEDIATION: [&str; 2] = ["mediator", "share of a mediator"];

/// A channel that passes credit on, and its exposure by feature for each test.
pub(super) type Passing = (Upstream, Vec<Vec<f64>>);

/// What mediators are found from.
pub(super) struct Search<'a> {
    pub(super) evidence: &'a Exposures,
    pub(super) figures: &'a [Figures<'a>],
    /// What the tests say without mediators.
    pub(super) rows: &'a [Calibration],
    pub(super) sure: &'a Certainty<'a>,
    pub(super) draws: Option<&'a Replicate>,
}

/// A channel that may pass credit on.
struct Candidate {
    upstream: Upstream,
    /// By test, the exposure by feature of what flows through it, and the conversions of that.
    flows: Vec<Vec<f64>>,
    conversions: Vec<f64>,
    /// What tests counted of its touches.
    counted: Vec<CountedTouches>,
}

impl Search<'_> {
    /// The candidates that pass credit on, each with its exposure by test; and what is known of
    /// them.
    ///
    /// A channel whose touches a test counted passes on the share of what the log says they brought
    /// that was brought, by these counts alone. One of the others may explain what conversions are
    /// then left above the log.
    pub(super) fn found(&self, candidates: Vec<Upstream>) -> (Vec<Passing>, Vec<Mediator>) {
        let candidates = candidates
            .into_iter()
            .map(|upstream| self.candidate(upstream));
        let candidates: Vec<Candidate> = candidates.collect();
        let counted = candidates.iter().map(|candidate| self.by_counts(candidate));
        let counted: Vec<Option<Passed>> = counted.collect();
        let inferred = self.inferred(&candidates, &counted);
        let passed = counted.iter().zip(inferred);
        let passed = passed.map(|(counted, inferred)| counted.unwrap_or(inferred));
        let (mut passing, mut mediators) = (Vec::new(), Vec::new());
        for (candidate, passed) in candidates.into_iter().zip(passed) {
            if passed.share > 0.0 {
                let Candidate {
                    upstream, flows, ..
                } = candidate;
                mediators.push(Mediator {
                    channel: self.name(upstream.channel).to_owned(),
                    share: passed.share,
                    probability: passed.probability,
                });
                passing.push((upstream.passing(passed.share), flows));
            }
        }
        (passing, mediators)
    }

    fn candidate(&self, upstream: Upstream) -> Candidate {
        let (own, design) = (self.kept(upstream.channel), &self.evidence.design);
        let each = self.figures.iter();
        let flows = each.map(|figures| figures.through(&upstream, design, own));
        let flows: Vec<Vec<f64>> = flows.collect();
        let conversions = flows.iter().map(|days| dot(days, self.sure.rates));
        let name = self.name(upstream.channel);
        let counted = self.figures.iter().flat_map(|figures| &figures.counted);
        Candidate {
            conversions: conversions.collect(),
            counted: counted.filter(|row| row.channel == name).cloned().collect(),
            upstream,
            flows,
        }
    }

    /// The share that counts of its touches say, where there are any: that of the touches of the
    /// fit that were brought.
    fn by_counts(&self, candidate: &Candidate) -> Option<Passed> {
        if candidate.counted.is_empty() {
            return None;
        }
        let counted = candidate.counted.iter();
        let excess = counted.clone().map(|row| Excess {
            beyond: row.tested,
            variance: row.tested_error * row.tested_error,
        });
        let excess: Vec<Excess> = excess.collect();
        let flows = counted.map(|row| row.log).collect();
        let name = self.name(candidate.upstream.channel);
        let draw = self.draws.map(|replicate| {
            MEDIATION.map(|of| replicate.uniform(&format!("{of} whose touches count: {name}")))
        });
        shares(&excess, &[flows], draw).pop()
    }

    /// Which of the others explains the conversions above the log, if any does.
    fn inferred(&self, candidates: &[Candidate], counted: &[Option<Passed>]) -> Vec<Passed> {
        let known = |at: usize| -> f64 {
            let pairs = candidates.iter().zip(counted);
            let known = pairs.filter_map(|(candidate, passed)| {
                passed.map(|passed| passed.share * candidate.conversions[at])
            });
            known.sum()
        };
        let excess = self.figures.iter().enumerate().map(|(at, figures)| {
            let alone = figures.comparison(self.sure, false);
            Excess {
                beyond: alone.tested - self.kept(figures.channel()) * alone.log - known(at),
                variance: alone.tested_variance + alone.log_variance,
            }
        });
        let excess: Vec<Excess> = excess.collect();
        let is_above = |excess: &Excess| excess.beyond > ABOVE * excess.variance.sqrt();
        let any_counted = counted.iter().any(Option::is_some);
        let may_be = self.rows.iter().any(|row| row.disagreement > ABOVE)
            && (!any_counted || excess.iter().any(is_above));
        let pairs = candidates.iter().zip(counted);
        let flows = pairs.map(|(candidate, counted)| match may_be && counted.is_none() {
            true => candidate.conversions.clone(),
            false => vec![0.0; excess.len()],
        });
        let draw = self.draws;
        let draw = draw.map(|replicate| MEDIATION.map(|of| replicate.uniform(of)));
        shares(&excess, &flows.collect::<Vec<_>>(), draw)
    }

    /// The share of its credit that a channel keeps by the tests, 1 without any.
    fn kept(&self, channel: ChannelId) -> f64 {
        let name = self.name(channel);
        let row = self.rows.iter().find(|row| row.channel == name);
        row.map_or(1.0, |row| row.kept)
    }

    fn name(&self, channel: ChannelId) -> &str {
        self.evidence.channels().name(channel)
    }
}
