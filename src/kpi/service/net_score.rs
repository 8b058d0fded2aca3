//! Promoters less detractors.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::{ConfidenceLevel, Interval, RatioSums};

/// A net promoter score (Reichheld 2003): the percentage of promoters less that of detractors, -100
/// to 100.
///
/// ```
/// use mixtouch::kpi::service::NetScore;
/// use mixtouch::stats::ConfidenceLevel;
///
/// let score = NetScore::new(4, 2, 2, ConfidenceLevel::default());
/// assert_eq!((score.population, score.score), (8, Some(25.0)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NetScore {
    /// Number of answers 9 and 10.
    pub promoters: u64,
    /// Number of answers 7 and 8.
    pub passives: u64,
    /// Number of answers 0 to 6.
    pub detractors: u64,
    /// Number of all answers.
    pub population: u64,
    /// The score, -100 to 100; none without answers.
    pub score: Option<f64>,
    /// Adjusted Wald interval (Rocks 2016), clipped to -100 and 100: three answers are added, 3/4 of
    /// a promoter, 3/2 of a passive and 3/4 of a detractor. With the shares p of promoters and d of
    /// detractors that follow, and n answers, the variance is (p + d - (p - d)^2) / (n + 3). Where
    /// persons answer several times, n is the number of independent answers that would have the
    /// standard error by person; none if all answers are those of one person.
    pub interval: Option<Interval>,
}

/// The answers added, and the share of promoters and detractors among them. They matter less the
/// more answers there are, so that they are added to any number: without them 50 answers hold down
/// to .90 where the level is .95, with them .95 at 10 answers and at 50.
const ADDED: (f64, f64) = (3.0, 0.5);

impl NetScore {
    /// The score of these numbers of answers, each of another person.
    pub fn new(promoters: u64, passives: u64, detractors: u64, level: ConfidenceLevel) -> Self {
        let population = promoters + passives + detractors;
        let counts = Self {
            promoters,
            passives,
            detractors,
            population,
            score: None,
            interval: None,
        };
        if population == 0 {
            return counts;
        }
        Self {
            score: Some(100.0 * counts.shares().0),
            interval: Some(counts.adjusted_wald(population as f64, level)),
            ..counts
        }
    }

    /// The same with an interval by person; the sums are those of a person's points, -100, 0 or 100
    /// each, and answers.
    pub(crate) fn clustered(self, points: &RatioSums, level: ConfidenceLevel) -> Self {
        if points.is_one_each() {
            return self;
        }
        let (net, leaning) = self.shares();
        let variance = 100.0 * 100.0 * (leaning - net * net).max(0.0);
        let answers = points.independent(variance, level);
        Self {
            interval: answers.map(|answers| self.adjusted_wald(answers, level)),
            ..self
        }
    }

    /// Promoters less detractors, and both together, of all answers.
    fn shares(&self) -> (f64, f64) {
        let share = |count: u64| count as f64 / self.population as f64;
        let (promoting, detracting) = (share(self.promoters), share(self.detractors));
        (promoting - detracting, promoting + detracting)
    }

    /// The interval at a number of independent answers > 0, in percent; it holds the score.
    fn adjusted_wald(&self, answers: f64, level: ConfidenceLevel) -> Interval {
        let (net, leaning) = self.shares();
        let all = answers + ADDED.0;
        let centre = net * answers / all;
        let leaning = (leaning * answers + ADDED.0 * ADDED.1) / all;
        let half = level.z() * ((leaning - centre * centre).max(0.0) / all).sqrt();
        let low = (centre - half).max(-1.0).min(net);
        let high = (centre + half).min(1.0).max(net);
        Interval::from_ends(100.0 * low, 100.0 * high, level)
    }
}

impl fmt::Display for NetScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.score, self.interval) {
            (Some(score), Some(interval)) => {
                write!(f, "{score:.1} ({interval:.1}, {} answers)", self.population)
            }
            (Some(score), None) => write!(f, "{score:.1} ({} answers)", self.population),
            (None, _) => write!(f, "none ({} answers)", self.population),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn scores_by_hand() {
        // 50 promoters, 30 passives, 20 detractors: net 0.3. With three answers more (50.75 - 20.75)
        // / 103 = 0.291262, variance (71.5 / 103 - 0.084834) / 103 = 0.0059160, half width 1.959964
        // x 0.0769155 = 0.150752.
        let score = NetScore::new(50, 30, 20, ConfidenceLevel::default());
        assert!((score.score.unwrap() - 30.0).abs() < 1e-12);
        let interval = score.interval.unwrap();
        assert!(
            (interval.low() - 14.051_0).abs() < 1e-3 && (interval.high() - 44.201_4).abs() < 1e-3,
            "{interval:?}"
        );
        let none = NetScore::new(0, 0, 0, ConfidenceLevel::default());
        assert_eq!((none.score, none.interval), (None, None));
        // Two promoters: the plain interval has no width.
        let two = NetScore::new(2, 0, 0, ConfidenceLevel::default());
        assert_eq!(two.score, Some(100.0));
        assert!(two.interval.unwrap().low() < 0.0 && two.interval.unwrap().high() == 100.0);
    }

    /// The probability that the interval of n answers holds the truth, summed over all outcomes.
    fn coverage(answers: u64, promoting: f64, detracting: f64) -> f64 {
        let log_factorial = |count: u64| libm::lgamma(count as f64 + 1.0);
        let log = |share: f64, count: u64| count as f64 * libm::log(share);
        let (mut sum, truth) = (0.0, 100.0 * (promoting - detracting));
        for promoters in 0..=answers {
            for detractors in 0..=answers - promoters {
                let passives = answers - promoters - detractors;
                let score =
                    NetScore::new(promoters, passives, detractors, ConfidenceLevel::default());
                if score.interval.unwrap().contains(truth) {
                    let counts = [promoters, passives, detractors].map(log_factorial);
                    sum += libm::exp(
                        log_factorial(answers) - counts.iter().sum::<f64>()
                            + log(promoting, promoters)
                            + log(detracting, detractors)
                            + log(1.0 - promoting - detracting, passives),
                    );
                }
            }
        }
        sum
    }

    #[test]
    fn intervals_of_few_answers_hold_their_level() {
        // The plain interval holds 55 to 93 % with these shares of promoters and detractors.
        let shares = [
            (0.5, 0.2),
            (0.3, 0.3),
            (0.7, 0.1),
            (0.2, 0.5),
            (0.1, 0.1),
            (0.85, 0.05),
        ];
        for (answers, least) in [(5, 0.89), (10, 0.93), (20, 0.94), (49, 0.94), (50, 0.94)] {
            for (promoting, detracting) in shares {
                let holds = coverage(answers, promoting, detracting);
                assert!(
                    holds >= least,
                    "{answers} {promoting} {detracting}: {holds}"
                );
            }
        }
    }

    #[test]
    fn answers_of_the_same_persons_count_by_person() {
        let level = ConfidenceLevel::default();
        let mut held = [0, 0];
        for seed in 0..600 {
            // 40 persons with 2 to 9 answers and a leaning of their own, 30 on average.
            let mut random = Random::new(seed);
            let (mut sums, mut counts) = (RatioSums::default(), [0; 3]);
            for _ in 0..40 {
                let (promoting, answers) = (random.beta(1.0, 1.0), 2 + random.index(8));
                let mut points = 0.0;
                for _ in 0..answers {
                    let at = match (random.chance(promoting), random.chance(0.4)) {
                        (true, _) => 0,
                        (false, false) => 1,
                        (false, true) => 2,
                    };
                    counts[at] += 1;
                    points += [100.0, 0.0, -100.0][at];
                }
                sums.add(points, answers as f64).unwrap();
            }
            let plain = NetScore::new(counts[0], counts[1], counts[2], level);
            for (held, score) in held.iter_mut().zip([plain, plain.clustered(&sums, level)]) {
                *held += u32::from(score.interval.unwrap().contains(30.0));
            }
        }
        let share = held.map(|held| f64::from(held) / 600.0);
        assert!(
            share[0] < 0.85 && (0.92..=0.98).contains(&share[1]),
            "{share:?}"
        );
        let once = NetScore::new(4, 2, 2, level);
        let mut sums = RatioSums::default();
        for points in [100.0, 100.0, 100.0, 100.0, 0.0, 0.0, -100.0, -100.0] {
            sums.add(points, 1.0).unwrap();
        }
        assert_eq!(once.clustered(&sums, level), once);
    }
}
