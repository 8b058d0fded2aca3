//! Promoters less detractors.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::{ConfidenceLevel, Interval};

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
    /// Normal interval on the trinomial, clipped to -100 and 100: variance (p + d - (p - d)^2) / n
    /// with the shares p of promoters and d of detractors. With one answer its width is 0.
    pub interval: Option<Interval>,
}

impl NetScore {
    /// The score of these numbers of answers.
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
        let share = |count: u64| count as f64 / population as f64;
        let (promoting, detracting) = (share(promoters), share(detractors));
        let net = promoting - detracting;
        let half =
            level.z() * ((promoting + detracting - net * net).max(0.0) / population as f64).sqrt();
        let interval = Interval::new((net - half).max(-1.0), (net + half).min(1.0), level).ok();
        Self {
            score: Some(100.0 * net),
            interval: interval.map(|interval| interval.scaled(100.0)),
            ..counts
        }
    }
}

impl fmt::Display for NetScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.score, self.interval) {
            (Some(score), Some(interval)) => {
                write!(f, "{score:.1} ({interval:.1}, {} answers)", self.population)
            }
            _ => write!(f, "none ({} answers)", self.population),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_by_hand() {
        // 50 promoters, 30 passives, 20 detractors: net 0.3, variance (0.7 - 0.09) / 100 = 0.0061,
        // half width 1.959964 x 0.0781 = 0.15308.
        let score = NetScore::new(50, 30, 20, ConfidenceLevel::default());
        assert!((score.score.unwrap() - 30.0).abs() < 1e-12);
        let interval = score.interval.unwrap();
        assert!(
            (interval.low() - 14.692_2).abs() < 1e-3 && (interval.high() - 45.307_8).abs() < 1e-3,
            "{interval:?}"
        );
        assert_eq!(
            NetScore::new(0, 0, 0, ConfidenceLevel::default()).score,
            None
        );
        assert_eq!(
            NetScore::new(2, 0, 0, ConfidenceLevel::default()).score,
            Some(100.0)
        );
    }
}
