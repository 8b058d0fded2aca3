//! Worlds of one kind each, whose truth is known: what each channel brought in every row.

use crate::random::Random;
use mixtouch::experiment::LiftTest;
use mixtouch::mix::panel::Panel;
use mixtouch::mix::specification::Likelihood;
use mixtouch::{Day, Result};

/// A kind of world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pauses,
    AlwaysOn,
    Collinear,
    Calibrated,
    Autocorrelated,
    HeavyTails,
    LateGeo,
    Lasting,
    Launch,
    Price,
    Weekdays,
    Slopes,
    CarryOver,
    Break,
    ToldBreak,
    Multiplied,
    Counts,
    ManyCounts,
}

impl Kind {
    pub(crate) const ALL: [(&'static str, Self); 18] = [
        ("media that pause", Self::Pauses),
        ("one always on", Self::AlwaysOn),
        ("collinear media", Self::Collinear),
        ("a lift test each", Self::Calibrated),
        ("autocorrelated noise", Self::Autocorrelated),
        ("heavy tails", Self::HeavyTails),
        ("a geo that opens late", Self::LateGeo),
        ("effects that last", Self::Lasting),
        ("a channel launched late", Self::Launch),
        ("a price that moves", Self::Price),
        ("days with a weekly rhythm", Self::Weekdays),
        ("slopes of 0.1 to 3", Self::Slopes),
        ("carry-over of 0 to 0.95", Self::CarryOver),
        ("a level that breaks", Self::Break),
        ("a break that a control tells", Self::ToldBreak),
        ("effects that multiply", Self::Multiplied),
        ("counts", Self::Counts),
        ("counts in the thousands", Self::ManyCounts),
    ];

    fn periods(self) -> usize {
        if self == Self::Weekdays { 365 } else { 156 }
    }

    fn geos(self) -> usize {
        if self == Self::LateGeo { 3 } else { 1 }
    }

    /// The share of its effect that a channel carries into the next period.
    fn rates(self) -> (f64, f64) {
        match self {
            Self::Lasting => (0.85, 0.95),
            Self::CarryOver => (0.0, 0.95),
            _ => (0.0, 0.75),
        }
    }

    /// Slopes of Hill's curve.
    fn slopes(self) -> (f64, f64) {
        match self {
            Self::Slopes => (0.1, 3.0),
            _ => (0.5, 2.0),
        }
    }

    /// How the KPI is distributed.
    pub(crate) fn likelihood(self) -> Likelihood {
        match self {
            Self::Multiplied => Likelihood::Log,
            Self::Counts | Self::ManyCounts => Likelihood::NegativeBinomial,
            _ => Likelihood::Normal,
        }
    }

    fn multiplies(self) -> bool {
        matches!(self, Self::Multiplied | Self::Counts | Self::ManyCounts)
    }

    /// What a competitor takes away in every period from a day on.
    fn taken(self, period: usize) -> f64 {
        let breaks = matches!(self, Self::Break | Self::ToldBreak);
        if breaks && period >= AFTER {
            200.0
        } else {
            0.0
        }
    }
}

/// A panel with what each channel brought, by geo, then period.
pub(crate) struct World {
    pub(crate) panel: Panel,
    pub(crate) truth: Vec<Vec<f64>>,
    pub(crate) tests: Vec<LiftTest>,
    effects: [Effect; 3],
}

/// How one channel works.
struct Effect {
    rate: f64,
    half: f64,
    slope: f64,
    most: f64,
}

impl Effect {
    fn draw(random: &mut Random, kind: Kind, typical: f64) -> Self {
        let (rate, slope) = (kind.rates(), kind.slopes());
        Self {
            rate: random.between(rate.0, rate.1),
            half: typical * random.between(0.4, 1.5),
            slope: random.between(slope.0, slope.1),
            most: random.between(100.0, 350.0),
        }
    }

    /// What spend brings in each period.
    fn of(&self, spend: &[f64]) -> Vec<f64> {
        let mut stock = 0.0;
        let carried = spend.iter().map(|x| {
            stock = (1.0 - self.rate) * x + self.rate * stock;
            let power = libm::pow(stock, self.slope);
            self.most * power / (libm::pow(self.half, self.slope) + power)
        });
        carried.collect()
    }
}

const BEFORE: usize = 30;
/// The first period after a break.
const AFTER: usize = 90;

impl World {
    pub(crate) fn new(kind: Kind, seed: u64) -> Result<Self> {
        let mut random = Random::new(seed).stream(kind as u64);
        let typical = [900.0, 300.0, 200.0];
        let effects = typical.map(|size| Effect::draw(&mut random, kind, 0.6 * size));
        let (periods, geos) = (kind.periods(), kind.geos());
        let mut spend = vec![vec![]; 3];
        let mut truth = vec![vec![]; 3];
        let mut history = vec![vec![]; 3];
        let mut kpi = vec![];
        for geo in 0..geos {
            let media = Self::media(kind, typical, BEFORE + periods, geo, &mut random);
            let mut brought: Vec<Vec<f64>> =
                effects.iter().zip(&media).map(|(e, x)| e.of(x)).collect();
            kpi.extend(match kind.multiplies() {
                true => Self::multiplied(kind, &mut brought, &mut random),
                false => Self::kpi(kind, &brought, &mut random),
            });
            for c in 0..3 {
                history[c].extend_from_slice(&media[c][..BEFORE]);
                spend[c].extend_from_slice(&media[c][BEFORE..]);
                truth[c].extend_from_slice(&brought[c][BEFORE..]);
            }
        }
        let first: Day = "2022-01-03".parse()?;
        let step = if kind == Kind::Weekdays { 1 } else { 7 };
        let dates: Vec<Day> = (0..periods as i32).map(|t| first.plus(step * t)).collect();
        let names = (0..geos).map(|geo| format!("geo {geo}")).collect();
        let price = (kind == Kind::Price).then(|| {
            let price: Vec<f64> = (0..periods).map(|_| 10.0 + random.normal()).collect();
            kpi.iter_mut().zip(&price).for_each(|(y, p)| *y -= 60.0 * p);
            price
        });
        let mut panel = Panel::new(None, dates, names, kpi)?;
        for (c, name) in ["tv", "search", "social"].into_iter().enumerate() {
            panel = panel.with_channel(name, spend[c].clone())?;
            panel = panel.with_history(name, history[c].clone())?;
        }
        if let Some(price) = price {
            panel = panel.with_control("price", price)?;
        }
        if kind == Kind::ToldBreak {
            let rival = (0..periods).map(|t| f64::from(u8::from(t >= AFTER)));
            panel = panel.with_control("rival", rival.collect())?;
        }
        if kind == Kind::LateGeo {
            let closed = |row: usize| row / periods == 2 && row % periods < 60;
            let weights = (0..panel.rows()).map(|row| f64::from(u8::from(!closed(row))));
            panel = panel.with_weights(weights.collect())?;
        }
        let tests = if kind == Kind::Calibrated {
            Self::tests(&panel, &effects, &history, &mut random)
        } else {
            vec![]
        };
        Ok(Self {
            panel,
            truth,
            tests,
            effects,
        })
    }

    /// A KPI that grows fourfold and that media multiply. What they bring as logarithms in thousandths
    /// becomes what they bring: the mean over all orders of removal.
    fn multiplied(kind: Kind, brought: &mut [Vec<f64>], random: &mut Random) -> Vec<f64> {
        let mut series = vec![];
        for t in BEFORE..brought[0].len() {
            let week = (t - BEFORE) as f64;
            let season = 0.1 * libm::sin(std::f64::consts::TAU * week / 52.18);
            let start = if kind == Kind::Counts { 20.0 } else { 1200.0 };
            let level = start * libm::exp(1.4 * week / 156.0 + season);
            let added: Vec<f64> = brought.iter().map(|b| libm::expm1(0.001 * b[t])).collect();
            let mean = added.iter().fold(level, |all, a| all * (1.0 + a));
            for (c, a) in added.iter().enumerate() {
                let (b, d) = (added[(c + 1) % 3], added[(c + 2) % 3]);
                // Joining first, second or third, each a third of all orders.
                brought[c][t] = level * a * (1.0 + (b + d) / 2.0 + b * d / 3.0);
            }
            series.push(match kind {
                Kind::Counts | Kind::ManyCounts => {
                    let size = if kind == Kind::Counts { 20.0 } else { 300.0 };
                    let spread = random.gamma(size) / size;
                    random.poisson(mean * spread) as f64
                }
                _ => mean * libm::exp(0.06 * random.normal() - 0.0018),
            });
        }
        series
    }

    /// What a plan of spend by channel over some periods to come truly brings more than another,
    /// carry-over after them included; for one geo.
    pub(crate) fn gain(&self, planned: &[f64], now: &[f64], periods: usize) -> f64 {
        let brings = |c: usize, total: f64| -> f64 {
            let channel = &self.panel.channels()[c];
            let ahead = vec![total / periods as f64; periods];
            let after = vec![0.0; 200];
            let spend = [channel.history(), channel.spend(), &ahead, &after].concat();
            let past = channel.history().len() + channel.spend().len();
            self.effects[c].of(&spend)[past..].iter().sum()
        };
        let channels = planned.iter().zip(now).enumerate();
        channels
            .map(|(c, (planned, now))| brings(c, *planned) - brings(c, *now))
            .sum()
    }

    fn media(
        kind: Kind,
        typical: [f64; 3],
        periods: usize,
        geo: usize,
        random: &mut Random,
    ) -> Vec<Vec<f64>> {
        let mut media: Vec<Vec<f64>> = typical
            .iter()
            .map(|size| bursts(periods, *size, random))
            .collect();
        match kind {
            Kind::AlwaysOn => {
                media[2] = (0..periods)
                    .map(|_| 200.0 * random.between(0.97, 1.03))
                    .collect();
            }
            Kind::Collinear => {
                let follows = |x: &f64| x * random.between(0.25, 0.35);
                media[1] = media[0].iter().map(follows).collect();
            }
            Kind::Launch => media[2][..BEFORE + 110].fill(0.0),
            Kind::LateGeo if geo == 2 => {
                media.iter_mut().for_each(|x| x[..BEFORE + 60].fill(0.0));
            }
            _ => {}
        }
        media
    }

    fn kpi(kind: Kind, brought: &[Vec<f64>], random: &mut Random) -> Vec<f64> {
        let mut shock = 0.0;
        let mut series = vec![];
        for t in BEFORE..brought[0].len() {
            let day = (t - BEFORE) as f64;
            let year = if kind == Kind::Weekdays {
                365.25
            } else {
                52.18
            };
            let season = 80.0 * libm::sin(std::f64::consts::TAU * day / year);
            let weekday = match kind {
                Kind::Weekdays if (t - BEFORE) % 7 >= 5 => 250.0,
                _ => 0.0,
            };
            let noise = match kind {
                // Student's t with 4 degrees of freedom.
                Kind::HeavyTails => {
                    let chi: f64 = (0..4).map(|_| random.normal()).map(|z| z * z).sum();
                    25.0 * random.normal() / (chi / 4.0).sqrt()
                }
                Kind::Autocorrelated => 30.0 * random.normal(),
                _ => 40.0 * random.normal(),
            };
            shock = match kind {
                Kind::Autocorrelated => 0.6 * shock + noise,
                _ => noise,
            };
            let media: f64 = brought.iter().map(|b| b[t]).sum();
            let level = 1200.0 + 0.5 * day - kind.taken(t - BEFORE);
            series.push(level + season + weekday + media + shock);
        }
        series
    }

    /// One test a channel: spend raised by 40 % of its mean for six weeks, measured to a fifth.
    fn tests(
        panel: &Panel,
        effects: &[Effect; 3],
        history: &[Vec<f64>],
        random: &mut Random,
    ) -> Vec<LiftTest> {
        let test = |(c, effect): (usize, &Effect)| {
            let channel = &panel.channels()[c];
            let from = 60 + 20 * c;
            let mean = channel.spend().iter().sum::<f64>() / panel.periods() as f64;
            let mut more = [history[c].clone(), channel.spend().to_vec()].concat();
            let now = effect.of(&more);
            let window = BEFORE + from..BEFORE + from + 6;
            let spent: f64 = more[window.clone()].iter().sum();
            let change = 6.0 * 0.4 * mean;
            for t in window.clone() {
                more[t] += if spent > 0.0 {
                    more[t] / spent
                } else {
                    1.0 / 6.0
                } * change;
            }
            let then = effect.of(&more);
            let lift: f64 = window.map(|t| then[t] - now[t]).sum();
            let error = (0.2 * lift).max(1.0);
            LiftTest::new(
                channel.name(),
                panel.dates()[from],
                panel.dates()[from + 5].plus(6),
            )
            .with_spend_change(change)
            .with_outcome_change(lift + error * random.normal())
            .with_standard_error(error)
        };
        effects.iter().enumerate().map(test).collect()
    }
}

/// Spend in bursts of 1 to 6 periods with pauses between.
fn bursts(periods: usize, size: f64, random: &mut Random) -> Vec<f64> {
    let mut spend = vec![];
    while spend.len() < periods {
        let level = size * random.between(0.3, 1.0);
        let (on, off) = (1 + random.index(6), 1 + random.index(5));
        spend.extend((0..on).map(|_| level * random.between(0.8, 1.2)));
        spend.extend((0..off).map(|_| 0.0));
    }
    spend.truncate(periods);
    spend
}
