//! What a plan says on page one.

use crate::budget::{Plan, PlannedChannel};
use crate::pages::words;
use crate::report::html::Answer;
use crate::stats::ConfidenceLevel;

/// A plan in sentences.
pub(crate) struct PlanTop<'a> {
    plan: &'a Plan,
}

impl<'a> PlanTop<'a> {
    pub(crate) const fn new(plan: &'a Plan) -> Self {
        Self { plan }
    }

    /// The channels with the largest cut and the largest rise.
    fn ends(&self) -> Option<(&PlannedChannel, &PlannedChannel)> {
        let change = |channel: &&PlannedChannel| channel.planned - channel.now;
        let channels = self.plan.channels().iter();
        let less = channels
            .clone()
            .min_by(|a, b| change(a).total_cmp(&change(b)))?;
        let more = channels.max_by(|a, b| change(a).total_cmp(&change(b)))?;
        (change(&more) > change(&less)).then_some((less, more))
    }

    /// The share of today's spend that goes elsewhere.
    fn moved(&self) -> f64 {
        let channels = self.plan.channels().iter();
        let now: f64 = channels.clone().map(|channel| channel.now).sum();
        let cut: f64 = channels
            .map(|channel| (channel.now - channel.planned).max(0.0))
            .sum();
        if now > 0.0 { cut / now } else { 0.0 }
    }

    /// The title of spend now and planned.
    pub(crate) fn moves(&self) -> String {
        match self.ends() {
            Some((less, more)) if less.planned < less.now => format!(
                "Move {} of the budget: most from {}, most to {}",
                words::percent(self.moved()),
                less.channel,
                more.channel
            ),
            Some((_, more)) => format!("Spend most of what is added on {}", more.channel),
            None => "Spend as now".to_owned(),
        }
    }

    /// The probability that the plan is better than today.
    pub(crate) fn better(&self) -> f64 {
        let all: f64 = self.plan.gains().iter().map(|(_, weight)| weight).sum();
        let better = self.plan.gains().iter().filter(|(gain, _)| *gain > 0.0);
        let better: f64 = better.map(|(_, weight)| weight).sum();
        if all > 0.0 { better / all } else { 0.0 }
    }

    /// The gain with its interval, as a share of today's outcome where there is one.
    pub(crate) fn gain(&self) -> String {
        let plan = self.plan;
        let now = plan.outcome_now();
        let written = |gain: f64| {
            if now > 0.0 {
                words::percent(gain / now)
            } else {
                words::short(gain)
            }
        };
        let ends = plan
            .gain_interval(ConfidenceLevel::P90)
            .map_or_else(String::new, |ends| {
                format!(
                    " (90 %: {} to {})",
                    written(ends.low()),
                    written(ends.high())
                )
            });
        format!(
            "The plan is worth {}{ends} more than spending as now",
            written(plan.gain())
        )
    }

    /// Behind the headline of a page.
    pub(crate) fn headline(&self) -> String {
        let gain = self.gain();
        let gain = gain.strip_prefix("The plan is").unwrap_or(&gain);
        format!(
            "moving {} of the budget is{gain}",
            words::percent(self.moved())
        )
    }

    pub(crate) fn change(&self) -> Answer {
        let answer = match self.ends() {
            Some((less, more)) if less.planned < less.now => {
                format!("Less {}, more {}", less.channel, more.channel)
            }
            Some((_, more)) => format!("More {}", more.channel),
            None => "Nothing".to_owned(),
        };
        Answer::new("What to change?", answer).with_detail(self.gain())
    }

    pub(crate) fn finding(&self) -> (String, String) {
        let probability = words::percent(self.better());
        (
            self.moves(),
            format!("better than today with a probability of {probability}"),
        )
    }
}
