//! Intervals of KPIs.

use crate::random::Random;
use crate::{Case, Held, LEVEL, holds};
use mixtouch::Result;
use mixtouch::kpi::service::NetScore;
use mixtouch::stats::{Proportion, RatioSums, Spell, Survival};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("Proportion", "60 persons, 5 %", "Wald's", proportion),
        Case::new(
            "Proportion::clustered",
            "300 persons, 5 to 30 mails each",
            "by mail",
            clustered,
        ),
        Case::new("NetScore", "10 answers", "Wald's", net_score),
        Case::new(
            "Survival, median",
            "100 cases over 30 days, 20 % still open",
            "closed cases alone",
            median,
        ),
        Case::new(
            "Survival::by_person, median",
            "40 customers, 1 to 9 intervals each",
            "by interval",
            median_by_person,
        ),
    ]
}

/// Whether rate +- z x error holds the truth.
fn wald(rate: f64, variance: f64, truth: f64) -> bool {
    (rate - truth).abs() <= 1.959_964 * variance.sqrt()
}

fn proportion(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let count = (0..60).filter(|_| random.chance(0.05)).count() as u64;
    let rate = count as f64 / 60.0;
    let usual = wald(rate, rate * (1.0 - rate) / 60.0, 0.05);
    Ok((
        holds(Proportion::new(count, 60)?.interval, 0.05),
        Some(usual),
    ))
}

fn clustered(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let mut sums = RatioSums::default();
    let (mut opened, mut mails) = (0, 0);
    for _ in 0..300 {
        let (one, other) = (random.gamma(1.0), random.gamma(1.5));
        let propensity = one / (one + other);
        let own = 5 + random.index(26);
        let count = (0..own).filter(|_| random.chance(propensity)).count() as u64;
        sums.add(count as f64, own as f64)?;
        (opened, mails) = (opened + count, mails + own);
    }
    let by_mail = Proportion::new(opened, mails)?;
    let by_person = Proportion::clustered(&sums, LEVEL);
    Ok((
        holds(by_person.interval, 0.4),
        Some(holds(by_mail.interval, 0.4)),
    ))
}

fn net_score(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let mut counts = [0_u64; 3];
    for _ in 0..10 {
        let at = random.uniform();
        counts[usize::from(at >= 0.5) + usize::from(at >= 0.8)] += 1;
    }
    let [promoters, passives, detractors] = counts;
    let score = NetScore::new(promoters, passives, detractors, LEVEL);
    let [promoting, detracting] = [promoters, detractors].map(|count| count as f64 / 10.0);
    let net = promoting - detracting;
    let usual = wald(net, (promoting + detracting - net * net) / 10.0, 0.3);
    Ok((holds(score.interval, 30.0), Some(usual)))
}

/// Cases open at any time of 30 days and take 6 days on average.
fn median(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let truth = 6.0 * std::f64::consts::LN_2;
    let spells: Vec<Spell> = (0..100)
        .map(|_| {
            let (watched, takes) = (random.between(0.0, 30.0), random.exponential(1.0 / 6.0));
            if takes <= watched {
                Spell::ended(takes)
            } else {
                Spell::open(watched)
            }
        })
        .collect();
    let closed = spells.iter().copied().filter(|spell| spell.is_ended());
    let closed = Survival::from_spells(closed, "days", LEVEL);
    let all = Survival::from_spells(spells, "days", LEVEL);
    Ok((
        median_holds(&all, truth),
        Some(median_holds(&closed, truth)),
    ))
}

/// Customers have a pace of their own: the median of a mixture, by how often each comes.
fn median_by_person(seed: u64) -> Result<Held> {
    let mut random = Random::new(seed);
    let mut spells = Vec::new();
    for person in 0..40 {
        let mean = if random.chance(0.5) { 5.0 } else { 20.0 };
        for _ in 0..1 + random.index(9) {
            spells.push((person, Spell::ended(random.exponential(1.0 / mean))));
        }
    }
    // half of exp(-t / 5) + exp(-t / 20) is 1/2
    let truth = 6.445_69;
    let by_interval = spells.iter().map(|(_, spell)| *spell);
    let by_interval = Survival::from_spells(by_interval, "days", LEVEL);
    let by_person = Survival::by_person(spells, "days", LEVEL);
    let usual = median_holds(&by_interval, truth);
    Ok((median_holds(&by_person, truth), Some(usual)))
}

/// Whether the median's interval holds the truth; an end that is unknown is as far as can be.
fn median_holds(survival: &Survival, truth: f64) -> bool {
    let mut quantiles = survival.quantiles.iter();
    quantiles.any(|row| {
        row.probability == 0.5
            && row.limits.low.is_none_or(|low| low <= truth)
            && row.limits.high.is_none_or(|high| truth <= high)
    })
}
