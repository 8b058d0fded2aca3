//! From person-time to a fitted log-linear hazard.

use crate::attribution::fit::Fit;
use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::flags::flags;
use crate::attribution::hazard::log_link::model::LogLinearHazardModel;
use crate::attribution::hazard::log_link::newton::{Solution, maximise};
use crate::attribution::hazard::log_link::person_time::PersonTime;
use crate::attribution::hazard::log_link::specification::LogLinearHazard;
use crate::attribution::hazard::report::FitReport;
use crate::attribution::needs::Needs;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};

/// Newton steps after which fitting gives up.
const MOST_STEPS: u64 = 100;

impl Fit for LogLinearHazard {
    type Evidence = PersonTime;
    type Model = LogLinearHazardModel;

    fn needs(&self) -> Needs {
        Needs::TIMELINE
    }

    fn evidence(&self, channels: &Channels) -> PersonTime {
        PersonTime::new(channels, &self.ends)
    }

    /// # Errors
    /// If a flagged channel is not one of the journeys'; the evidence is of other bins or beyond the
    /// [limits](crate::attribution#limits); or there are conversions, but no time
    /// between first touches and the end of observation.
    fn solve(&self, evidence: PersonTime) -> Result<LogLinearHazardModel> {
        let channels = evidence.channels().clone();
        let mut captured = flags(&channels, "demand capture", &self.demand_capture)?;
        evidence
            .excluded()
            .iter()
            .for_each(|id| captured[id.index()] = true);
        evidence.check(&self.ends)?;
        let states = evidence.states();
        let conversions = states
            .iter()
            .fold(0.0, |sum, state| sum + state.conversions);
        let person_days = states.iter().map(|state| state.seconds).sum::<f64>() / DAY;
        if conversions > 0.0 && person_days == 0.0 {
            return Err(Error::NoExposure { conversions });
        }
        let Solution {
            coefficients,
            log_likelihood,
            steps,
            converged,
        } = if conversions == 0.0 {
            Solution::NO_CONVERSIONS
        } else {
            let features = channels.len() * self.ends.len();
            maximise(&states, features, conversions, MOST_STEPS)
        };
        let mut seen = vec![false; channels.len() * self.ends.len()];
        for state in states.iter().filter(|state| state.seconds > 0.0) {
            for &feature in state.features {
                seen[feature as usize] = true;
            }
        }
        let fit = FitReport {
            rates: seen.iter().filter(|&&seen| seen).count() + 1,
            log_likelihood,
            steps,
            converged,
            conversions,
            person_days,
        };
        let bins = self.ends.len();
        let is_unseen = |id: &ChannelId| {
            let first = id.index() * bins;
            !seen[first..first + bins].contains(&true)
        };
        Ok(LogLinearHazardModel {
            unseen: channels.ids().filter(is_unseen).collect(),
            specification: self.clone(),
            channels,
            coefficients,
            captured,
            fit,
        })
    }
}
