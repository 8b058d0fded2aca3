//! Several chains of draws, in parallel.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use nuts_rs::rand::SeedableRng;
use nuts_rs::rand::rngs::StdRng;
use nuts_rs::{Chain as _, CpuMath, DiagNutsSettings, Settings as _};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::mix::estimate::nuts::chain::Chain;
use crate::mix::estimate::nuts::report::agree;
use crate::mix::estimate::nuts::settings::Nuts;
use crate::mix::estimate::nuts::whitened::Whitened;
use crate::progress::{Progress, Stage};
use crate::util::Random;

/// How many steps a draw are taken where chains of one step a draw do not agree.
const MORE_STEPS: usize = 4;

/// The chains, each from a seed of its own, so that their number of threads does not matter. Unless
/// draws are stated, chains that do not agree are begun anew, with more steps a draw.
pub(super) fn run(
    settings: &Nuts,
    posterior: &Whitened<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Chain>> {
    let chains = with_steps(1, settings, posterior, progress)?;
    let is_whole = chains.iter().all(|chain| !chain.stopped);
    if settings.draws.is_none() && is_whole && !agree(&chains) {
        return with_steps(MORE_STEPS, settings, posterior, progress);
    }
    Ok(chains)
}

fn with_steps(
    steps: usize,
    settings: &Nuts,
    posterior: &Whitened<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Chain>> {
    let each = settings.warmup + settings.draws() * steps;
    let watch = Watch {
        progress,
        done: AtomicU64::new(0),
        diverged: AtomicU64::new(0),
        total: (settings.chains * each) as u64,
        stopped: AtomicBool::new(false),
    };
    (0..settings.chains as u64)
        .into_par_iter()
        .map(|number| chain(settings, posterior.clone(), number, steps, &watch))
        .collect()
}

struct Watch<'a> {
    progress: &'a dyn Progress,
    done: AtomicU64,
    diverged: AtomicU64,
    total: u64,
    stopped: AtomicBool,
}

impl Watch<'_> {
    fn diverged(&self) {
        let all = self.diverged.fetch_add(1, Ordering::Relaxed) + 1;
        self.progress.diverged(all);
    }

    /// Counts a draw; false if the work shall stop.
    fn goes_on(&self) -> bool {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let answer = self
            .progress
            .advance(Stage::Sampling, done, Some(self.total));
        if answer.is_break() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        !self.stopped.load(Ordering::Relaxed)
    }
}

fn chain(
    settings: &Nuts,
    mut posterior: Whitened<'_>,
    number: u64,
    steps: usize,
    watch: &Watch<'_>,
) -> Result<Chain> {
    let start = start(&mut posterior, settings.seed, number);
    let points = posterior.clone();
    let mut options = DiagNutsSettings {
        num_tune: settings.warmup as u64,
        num_draws: (settings.draws() * steps) as u64,
        maxdepth: 10,
        seed: settings.seed,
        ..DiagNutsSettings::default()
    };
    options.adapt_options.step_size_settings.target_accept = settings.acceptance;
    let mut random = StdRng::seed_from_u64(Random::new(settings.seed).stream(number).next_u64());
    let failed = |error: &dyn std::fmt::Display| {
        Error::setting(
            "posterior",
            format!("not sampled: {error}"),
            "a density that is a number about its mode",
        )
    };
    let mut sampler = options
        .new_chain(number, CpuMath::new(posterior), &mut random)
        .map_err(|error| failed(&error))?;
    sampler
        .set_position(&start)
        .map_err(|error| failed(&error))?;
    let mut chain = Chain::default();
    for step in 0..settings.warmup + settings.draws() * steps {
        let (x, _, statistics, info) = sampler.expanded_draw().map_err(|error| failed(&error))?;
        chain.gradients += info.num_steps;
        if step >= settings.warmup {
            if info.diverging {
                chain.divergences += 1;
                watch.diverged();
            }
            chain.energies.push(statistics.point.energy);
            if (step + 1 - settings.warmup).is_multiple_of(steps) {
                chain.draws.push(points.point(&x));
            }
        }
        if !watch.goes_on() {
            chain.stopped = true;
            break;
        }
    }
    Ok(chain)
}

/// A point about the mode at which the density is a number.
fn start(posterior: &mut Whitened<'_>, seed: u64, number: u64) -> Vec<f64> {
    let mut random = Random::new(seed).stream(1_000 + number);
    let size = posterior.point(&[]).len();
    for shrink in 0..20 {
        let scale = 0.5_f64.powi(shrink);
        let x: Vec<f64> = (0..size).map(|_| scale * random.normal()).collect();
        if posterior.is_possible(&x) {
            return x;
        }
    }
    vec![0.0; size]
}
