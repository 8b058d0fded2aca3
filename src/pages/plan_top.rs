//! What a plan says on page one.

use crate::budget::{Plan, PlannedChannel};
use crate::pages::words;
use crate::report::html::Answer;
use crate::stats::ConfidenceLevel;

/// The part of today's spend up to which the plan's total is the same.
const SAME: f64 = 0.005;

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

    /// The total spent now.
    fn now(&self) -> f64 {
        self.plan.channels().iter().map(|channel| channel.now).sum()
    }

    /// Where the plan spends another total than now: `spend 120 in place of 100`.
    fn other_total(&self) -> Option<String> {
        let (now, planned) = (self.now(), self.plan.total());
        let other = (planned - now).abs() > SAME * now.abs();
        other.then(|| {
            let [now, planned] = [now, planned].map(words::short);
            format!("spend {planned} in place of {now}")
        })
    }

    /// The title of spend now and planned.
    pub(crate) fn moves(&self) -> String {
        let ends = self.ends();
        match (self.other_total(), ends) {
            (Some(other), Some((_, more))) if more.planned > more.now => {
                format!(
                    "{}: more on {} above all",
                    words::sentence(&other),
                    more.channel
                )
            }
            (Some(other), Some((less, _))) => {
                format!(
                    "{}: less on {} above all",
                    words::sentence(&other),
                    less.channel
                )
            }
            (Some(other), None) => words::sentence(&other),
            (None, Some((less, more))) => format!(
                "Move {} of the budget: most from {}, most to {}",
                words::percent(self.moved()),
                less.channel,
                more.channel
            ),
            (None, None) => "Spend as now".to_owned(),
        }
    }

    /// The probability that the plan is better than today; none of a model without draws.
    pub(crate) fn better(&self) -> Option<f64> {
        let gains = self.plan.gains();
        let all: f64 = gains.iter().map(|(weight, _)| weight).sum();
        let better = gains.iter().filter(|(_, gain)| *gain > 0.0);
        let better: f64 = better.map(|(weight, _)| weight).sum();
        (gains.len() > 1 && all > 0.0).then(|| better / all)
    }

    /// The gain with its interval, and beside what spending as now brings: `worth 4,160 (90 %: 3,500
    /// to 4,900) more than spending as now, which brings 15.4K`.
    fn worth(&self) -> String {
        let plan = self.plan;
        let (now, gain) = (plan.outcome_now(), plan.gain());
        let (sign, side) = if gain < 0.0 {
            (-1.0, "less")
        } else {
            (1.0, "more")
        };
        let ends = plan.gain_interval(ConfidenceLevel::P90);
        let ends = ends.map_or_else(String::new, |ends| {
            let (a, b) = (sign * ends.low(), sign * ends.high());
            format!(" (90 %: {})", words::ends(a.min(b), a.max(b), words::short))
        });
        let beside = match now > 0.0 {
            true => format!(", which brings {}", words::short(now)),
            false => String::new(),
        };
        // another total is not free
        let more = plan.total() - self.now();
        let spent = match (self.other_total(), more > 0.0) {
            (None, _) => String::new(),
            (Some(_), true) => format!(", for {} more spent", words::short(more)),
            (Some(_), false) => format!(", with {} less spent", words::short(-more)),
        };
        format!(
            "worth {}{ends} {side} than spending as now{beside}{spent}",
            words::short(sign * gain)
        )
    }

    /// The gain in a sentence.
    pub(crate) fn gain(&self) -> String {
        format!("The plan is {}", self.worth())
    }

    /// Behind the headline of a page.
    pub(crate) fn headline(&self) -> String {
        match (self.other_total(), self.ends()) {
            (Some(other), _) => format!("to {other} is {}", self.worth()),
            (None, Some(_)) => format!(
                "moving {} of the budget is {}",
                words::percent(self.moved()),
                self.worth()
            ),
            (None, None) => "the plan is to spend as now".to_owned(),
        }
    }

    pub(crate) fn change(&self) -> Answer {
        let answer = match self.ends() {
            Some((less, more)) if less.planned < less.now && more.planned > more.now => {
                format!("Less {}, more {}", less.channel, more.channel)
            }
            Some((less, more)) if more.planned <= more.now => format!("Less {}", less.channel),
            Some((_, more)) => format!("More {}", more.channel),
            None => self
                .other_total()
                .map_or_else(|| "Nothing".to_owned(), |other| words::sentence(&other)),
        };
        Answer::new("What to change?", answer).with_detail(self.gain())
    }

    pub(crate) fn finding(&self) -> (String, String) {
        let figures = match self.better() {
            Some(share) => format!(
                "better than today with a probability {}",
                probability(share)
            ),
            None => self.worth(),
        };
        (self.moves(), figures)
    }
}

/// A probability in words. Draws are too few to tell one next to 0 or 1.
pub(crate) fn probability(share: f64) -> String {
    match share {
        _ if share > 0.99 => "above 99 %".to_owned(),
        _ if share < 0.01 => "below 1 %".to_owned(),
        _ => format!("of {}", words::percent(share)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
    use crate::pages::PlanChapter;
    use crate::report::chart::Plot;

    struct Root(f64);

    impl ResponseCurve for Root {
        fn response(&self, spend: f64) -> f64 {
            self.0 * spend.sqrt()
        }
        fn slope(&self, spend: f64) -> f64 {
            self.0 / (2.0 * spend.sqrt())
        }
    }

    /// A plan of two channels that have 50 each, by members of such weights and curves.
    fn plan(total: f64, members: &[(f64, [f64; 2])]) -> Plan {
        let members = members.iter();
        let members = members.map(|(weight, roots)| (*weight, roots.map(Root).into()));
        let curves = Ensemble::new(members.collect()).unwrap();
        let channel = |name| ChannelBudget::new(name, 50.0).with_bounds(10.0..=90.0);
        let budget = Budget::new(["tv", "search"].map(channel));
        budget.plan(&curves, Goal::Outcome { total }).unwrap()
    }

    #[test]
    fn a_plan_of_another_total_says_so() {
        let more = plan(120.0, &[(1.0, [1.0, 2.0])]);
        let top = PlanTop::new(&more);
        assert!(
            top.headline()
                .starts_with("to spend 120 in place of 100 is worth "),
            "{}",
            top.headline()
        );
        assert_eq!(
            top.moves(),
            "Spend 120 in place of 100: more on search above all"
        );
        let less = plan(60.0, &[(1.0, [1.0, 1.0])]);
        let top = PlanTop::new(&less);
        // the root of .6 is .77
        assert_eq!(
            top.gain(),
            "The plan is worth 3.19 less than spending as now, which brings 14.1, with 40.0 less spent"
        );
        let same = plan(100.0, &[(1.0, [1.0, 2.0])]);
        let top = PlanTop::new(&same);
        assert_eq!(
            top.headline(),
            "moving 30 % of the budget is worth 1.15 more than spending as now, which brings 21.2"
        );
        assert_eq!(top.better(), None, "one model has no probability");
        assert!(!top.finding().1.contains("probability"));
    }

    #[test]
    fn the_probability_is_the_weight_of_members_that_gain() {
        let members = [
            (0.3, [1.0, 2.0]),
            (0.3, [1.0, 2.2]),
            (0.3, [1.0, 1.8]),
            (0.1, [5.0, 1.0]),
        ];
        let plan = plan(100.0, &members);
        let top = PlanTop::new(&plan);
        let gains = plan.gains();
        let gaining: f64 = gains
            .iter()
            .filter(|(_, gain)| *gain > 0.0)
            .map(|(w, _)| w)
            .sum();
        assert!(gaining < 0.999, "a member loses: {gains:?}");
        assert!((top.better().unwrap() - gaining).abs() < 1e-12);
        let chapter = PlanChapter::new(&plan).chapter();
        let bins = chapter.charts().find_map(|chart| match chart.plot() {
            Plot::Histogram(_) => Some(chart.table()),
            _ => None,
        });
        let rows = bins.expect("gains are drawn").rows().len();
        assert!(rows > 1);
    }
}
