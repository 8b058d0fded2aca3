//! Leaving rows out without fitting again, against leaving them out; and whether the sampler's
//! intervals hold what the priors made.

use crate::mix::estimate::Nuts;
use crate::mix::estimate::nuts::bent::Bent;
use crate::mix::estimate::nuts::chains::run;
use crate::mix::estimate::nuts::cross_validation::{Block, residuals};
use crate::mix::estimate::nuts::density::{Density, Room};
use crate::mix::estimate::nuts::mode::{Rounding, mode};
use crate::mix::estimate::nuts::whitened::Whitened;
use crate::mix::panel::Panel;
use crate::mix::specification::{Baseline, Likelihood, MixSpecification, Trend};
use crate::mix::transform::AdstockFamily;
use crate::time::Day;
use crate::util::Random;

/// A panel of one channel that pauses.
fn panel(rows: i32) -> Panel {
    let mut random = Random::new(5);
    let dates: Vec<Day> = (0..rows)
        .map(|w| Day::new(19_000 + 7 * w).unwrap())
        .collect();
    let spend: Vec<f64> = (0..rows).map(|t| f64::from((t * 7) % 11)).collect();
    let kpi = spend
        .iter()
        .map(|x| 100.0 + 40.0 * x / (x + 4.0) + 5.0 * random.normal());
    let panel = Panel::national(dates, kpi.collect()).unwrap();
    panel.with_channel("tv", spend).unwrap()
}

fn specification(trend: Trend, pairs: usize) -> MixSpecification {
    MixSpecification::new()
        .with_adstock(AdstockFamily::None)
        .with_baseline(Baseline::new(trend, pairs).unwrap())
}

/// With the baseline integrated out, the density of a block given the others is that of all rows
/// over that of the others: checked by leaving the rows out of the baseline's regression.
#[test]
fn a_block_given_the_others_is_a_ratio_of_densities() {
    let mix = specification(Trend::Linear, 1);
    let whole = panel(40);
    let weights = (0..40).map(|row| f64::from(u8::from(!(12..16).contains(&row))));
    let without = whole.clone().with_weights(weights.collect()).unwrap();
    let all = Density::new(&whole, &mix).unwrap();
    let mut rest = Density::new(&without, &mix).unwrap();
    // The same units, whatever rows the scales are taken from.
    rest.design.scales = all.design.scales.clone();
    for (row, cell) in rest.design.kpi.iter_mut().enumerate() {
        *cell = if (12..16).contains(&row) {
            0.0
        } else {
            all.design.kpi[row]
        };
    }
    rest.design.channels = all.design.channels.clone();
    let z = all.start();
    // log of the integral over the baseline, up to what is the same in both: -(n - p) log sigma - S
    // / 2 sigma^2 - half log det X'X - (n - p) / 2 log 2 pi.
    let integral = |density: &Density| {
        let (left, deviation) = residuals(density, &z, &density.point(&z));
        let square: f64 = left.iter().map(|r| r * r).sum();
        let freedom = (density.design.observations - density.design.basis.len()) as f64;
        -freedom * (deviation.ln() + 0.5 * (2.0 * std::f64::consts::PI).ln())
            - 0.5 * square / deviation.powi(2)
            - 0.5 * density.design.basis.log_determinant()
    };
    let block = Block::new(&all, (12..16).collect()).unwrap();
    let (left, deviation) = residuals(&all, &z, &all.point(&z));
    let scale = all.design.scales.kpi[0].ln();
    let found = block.log_density(&all, &left, deviation);
    let expected = integral(&all) - integral(&rest) - 4.0 * scale;
    assert!((found - expected).abs() < 1e-8, "{found} for {expected}");
}

#[test]
fn importance_weights_stand_for_fits_without_the_rows() {
    let whole = panel(60);
    for likelihood in [Likelihood::Normal, Likelihood::StudentT { degrees: 5.0 }] {
        let mix = specification(Trend::None, 1).with_likelihood(likelihood);
        let nuts = Nuts::default().with_draws(300);
        let fit = nuts.fit(&mix, &whole).unwrap();
        let found = fit.leave_out_periods(6).unwrap();
        assert_eq!((found.blocks.len(), found.indispensable), (10, 0));
        assert!(found.unreliable().count() <= 1, "{:?}", found.blocks);
        // The third block, left out in truth.
        let weights = (0..60).map(|row| f64::from(u8::from(!(12..18).contains(&row))));
        let without = whole.clone().with_weights(weights.collect()).unwrap();
        let apart = nuts.fit(&mix, &without).unwrap();
        let (dates, posterior) = (whole.dates(), apart.posterior());
        let held: Vec<f64> = posterior
            .draws()
            .iter()
            .map(|draw| {
                let parts = posterior.decomposition_by(draw).unwrap();
                let deviation =
                    posterior.noise().unwrap().variance.sqrt() * posterior.scales.kpi[0];
                (12..18)
                    .map(|t| {
                        let r = (whole.kpi()[t] - parts.prediction()[t]) / deviation;
                        let tail = match likelihood.degrees() {
                            None => -0.5 * r * r - 0.918_938_533_204_672_7,
                            Some(v) => {
                                libm::lgamma(0.5 * (v + 1.0))
                                    - libm::lgamma(0.5 * v)
                                    - 0.5 * (v * std::f64::consts::PI).ln()
                                    - 0.5 * (v + 1.0) * (r * r / v).ln_1p()
                            }
                        };
                        tail - deviation.ln()
                    })
                    .sum::<f64>()
            })
            .collect();
        let most = held.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean = held.iter().map(|x| (x - most).exp()).sum::<f64>() / held.len() as f64;
        let expected = most + mean.ln();
        let block = &found.blocks[2];
        assert_eq!(block.date, dates[12]);
        assert!(
            (block.log_density - expected).abs() < 0.5,
            "{likelihood:?}: {} for {expected}",
            block.log_density
        );
    }
    let fit = Nuts::default()
        .with_draws(60)
        .fit(&specification(Trend::None, 0), &whole)
        .unwrap();
    assert!(fit.leave_out_periods(0).is_err() && fit.leave_out_periods(31).is_err());
    let one = fit.leave_one_out();
    assert_eq!(one.blocks.len(), 60);
    assert!(one.compare(&fit.leave_out_periods(2).unwrap()).is_err());
    assert_eq!(one.compare(&one).unwrap(), (0.0, 0.0));
}

/// Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018): where data
/// come from the priors, the rank of the truth among the draws is uniform. Five bins of 40 ranks; a
/// chi-square above 18.5 comes once in a thousand. Of 200 replicates the largest was 7.3.
#[test]
fn ranks_of_the_truth_are_uniform() {
    const REPLICATES: u64 = 40;
    let mix = specification(Trend::Linear, 0);
    let base = Density::new(&panel(50), &mix).unwrap();
    let size = base.dimension();
    let settings = Nuts::default()
        .with_chains(2)
        .with_warmup(300)
        .with_draws(300);
    let mut bins = vec![[0_u32; 5]; size];
    for replicate in 0..REPLICATES {
        let mut random = Random::new(replicate).stream(77);
        let mut density = base.clone();
        let truth = density.draw_prior(&mut random, &mut Room::default());
        let point = density.point(&truth);
        // With a KPI of nothing, what is unexplained is -media; a flat prior takes any baseline.
        density.design.kpi.fill(0.0);
        let media = density.unexplained(&point, true);
        let kpi = media
            .iter()
            .enumerate()
            .map(|(t, m)| 1.0 + 0.01 * t as f64 - m + point.deviation * random.normal());
        density.design.kpi = kpi.collect();
        let start = density.start();
        let mode = mode(&density, start);
        let bent = Bent::new(&density, &mode);
        let rounding = Rounding::new(&bent, &mode);
        let whitened = Whitened::new(&bent, &rounding);
        let chains = run(&settings.with_seed(replicate), &whitened, &()).unwrap();
        let draws: Vec<&Vec<f64>> = chains
            .iter()
            .flat_map(|c| c.draws.iter().step_by(15))
            .collect();
        for at in 0..size {
            let below = draws.iter().filter(|draw| draw[at] < truth[at]).count();
            // 40 draws leave 41 places.
            bins[at][(below * 5 / (draws.len() + 1)).min(4)] += 1;
        }
    }
    let expected = REPLICATES as f64 / 5.0;
    for (name, bins) in base.layout.names.iter().zip(&bins) {
        let square: f64 = bins
            .iter()
            .map(|b| (f64::from(*b) - expected).powi(2))
            .sum();
        assert!(square / expected < 18.5, "{name}: {bins:?}");
    }
}
