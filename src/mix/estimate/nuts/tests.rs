//! Truth and determinism.

use crate::mix::estimate::{Estimator, LearnedFrom, Nuts};
use crate::mix::panel::Panel;
use crate::mix::specification::{EffectFigure, EffectPrior, MixSpecification, Synergy, Trend};
use crate::progress::{Progress, Stage};
use crate::simulate::panels::PanelWorld;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn contributions_are_recovered_and_chains_agree() {
    let world = PanelWorld::small_business().unwrap().simulate(2);
    let panel = world.panel().unwrap();
    let fit = Nuts::default()
        .with_draws(300)
        .fit(&MixSpecification::new(), &panel)
        .unwrap();
    let report = fit.report();
    assert!(report.r_hat() < 1.03, "{report:?}");
    assert!(
        report.ess_bulk() > 200.0 && report.divergences() == 0,
        "{report:?}"
    );
    report.check().unwrap();
    let mut held = 0;
    for (at, channel) in fit.posterior().channels().iter().enumerate() {
        let truth = world.contribution(at);
        held += u32::from(channel.contribution.interval().contains(truth));
        let ratio = channel.contribution.value() / truth;
        assert!((0.6..1.6).contains(&ratio), "{}: {ratio}", channel.channel);
    }
    assert!(held >= 1);
    let parts = fit.posterior().decomposition();
    let kpi: f64 = panel.kpi().iter().sum();
    let predicted: f64 = parts.prediction().iter().sum();
    assert!((predicted / kpi - 1.0).abs() < 0.01);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let nuts = Nuts::default().with_warmup(60).with_draws(30);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let fit = || nuts.fit(&MixSpecification::new(), &panel).unwrap();
        serde_json::to_string(pool.build().unwrap().install(fit).posterior()).unwrap()
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(7));
    let other = nuts
        .with_seed(2)
        .fit(&MixSpecification::new(), &panel)
        .unwrap();
    assert_ne!(one, serde_json::to_string(other.posterior()).unwrap());
}

#[test]
fn smooth_trends_and_weekly_terms_are_drawn() {
    let panel = PanelWorld::national().unwrap().simulate(1).panel().unwrap();
    let baseline = crate::mix::specification::Baseline::new(Trend::Smooth, 2).unwrap();
    let mix = MixSpecification::new().with_baseline(baseline);
    let fit = Nuts::default()
        .with_warmup(100)
        .with_draws(100)
        .fit(&mix, &panel)
        .unwrap();
    assert!(
        fit.posterior()
            .decomposition()
            .baseline()
            .iter()
            .all(|b| b.is_finite())
    );
}

#[test]
fn chains_too_short_to_agree_are_an_error() {
    let panel = PanelWorld::national().unwrap().simulate(1).panel().unwrap();
    let nuts = Nuts::default()
        .with_warmup(50)
        .with_draws(20)
        .with_chains(2);
    let error = nuts.estimate(&MixSpecification::new(), &panel).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("R-hat of") || text.contains("effective draws of"),
        "{text}"
    );
}

#[test]
fn spend_that_never_moves_is_mostly_prior() {
    let world = PanelWorld::national().unwrap().simulate(3);
    let (rows, kpi) = (world.dates.len(), world.kpi.clone());
    let wave = |t: usize| if t % 9 < 3 { 1.0 + (t % 4) as f64 } else { 0.0 };
    let moved: Vec<f64> = (0..rows).map(wave).collect();
    let always = 600.0;
    let kpi: Vec<f64> = kpi
        .iter()
        .zip(&moved)
        .map(|(y, x)| 0.1 * y + 4_400.0 + always + 800.0 * x)
        .collect();
    let panel = Panel::national(world.dates.clone(), kpi)
        .unwrap()
        .with_channel("always", vec![100.0; rows])
        .unwrap()
        .with_channel("waves", moved)
        .unwrap();
    let brought = always * rows as f64;
    let nuts = Nuts::default().with_draws(200);
    let fit = nuts.fit(&MixSpecification::new(), &panel).unwrap();
    let [always, waves] = fit.report().learned() else {
        panic!("two channels");
    };
    assert_eq!(always.source(), LearnedFrom::Prior, "{always:?}");
    assert_eq!(waves.source(), LearnedFrom::Data, "{waves:?}");
    assert!(always.contraction < 0.4 && waves.contraction > 0.9);
    let found = fit.posterior().channels()[0].contribution;
    assert!(found.interval().contains(brought), "{found} for {brought}");
}

/// Stops after so many draws.
struct Stop(AtomicU64, u64);

impl Progress for Stop {
    fn advance(&self, stage: Stage, _: u64, total: Option<u64>) -> ControlFlow<()> {
        assert_eq!((stage, total), (Stage::Sampling, Some(4 * 1_300)));
        if self.0.fetch_add(1, Ordering::Relaxed) < self.1 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

#[test]
fn a_stopped_sampler_gives_what_it_has() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let mix = MixSpecification::new();
    let stopped = |after: u64| {
        Nuts::default().fit_with_progress(&mix, &panel, &Stop(AtomicU64::new(0), after))
    };
    assert!(matches!(
        stopped(10),
        Err(crate::error::Error::Cancelled { .. })
    ));
    // One thread runs chain after chain: two are whole, the third has 100 draws, the last none.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let fit = pool.unwrap().install(|| stopped(3 * 1_300 - 900)).unwrap();
    assert!(fit.report().is_stopped());
    assert_eq!(fit.report().size(), (2, 1_000));
    assert!(fit.report().check().is_ok());
}

/// Counts divergences as they are told.
struct Diverged(AtomicU64);

impl Progress for Diverged {
    fn advance(&self, _: Stage, _: u64, _: Option<u64>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn diverged(&self, draws: u64) {
        self.0.fetch_max(draws, Ordering::Relaxed);
    }
}

#[test]
fn divergences_are_told_as_they_come() {
    let world = PanelWorld::small_business().unwrap().simulate(1);
    // Steps that are too long for effects that may be next to nothing.
    let nuts = Nuts::default().with_draws(200).with_acceptance(0.51);
    let told = Diverged(AtomicU64::new(0));
    let panel = world.panel().unwrap();
    let belief = || "half-normal(0.001)".parse().unwrap();
    let prior = |channel| EffectPrior::new(channel, EffectFigure::Effect, belief()).unwrap();
    let channels = world.channels.iter();
    let mix = channels.fold(MixSpecification::new(), |mix, channel| {
        mix.with_effect_prior(prior(channel))
    });
    let fit = nuts.fit_with_progress(&mix, &panel, &&told).unwrap();
    assert_eq!(told.0.into_inner(), fit.report().divergences());
    assert!(fit.report().divergences() > 0);
}

#[test]
fn settings_and_bounds_are_checked() {
    let panel = PanelWorld::regional().unwrap().simulate(1).panel().unwrap();
    let fault = |nuts: Nuts, mix: MixSpecification| nuts.fit(&mix, &panel).unwrap_err().to_string();
    let mix = MixSpecification::new;
    assert!(fault(Nuts::default().with_chains(1), mix()).contains("chains is 1"));
    assert!(fault(Nuts::default().with_draws(0), mix()).contains("draws of a chain is 0"));
    assert!(fault(Nuts::default().with_acceptance(1.0), mix()).contains("steps to accept"));
    let names: Vec<&str> = panel.channels().iter().map(|c| c.name()).collect();
    let together = mix().with_synergy(Synergy::new(names[0], names[1]));
    assert!(fault(Nuts::default(), together).contains("synergy"));
    let channel = panel.channels()[0].name();
    let bounded = mix().with_channel_bounds(channel, 0.0..=2.0);
    assert!(fault(Nuts::default(), bounded).contains("bounds of the effect"));
}
