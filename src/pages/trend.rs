//! A figure over time, and its changes.

use crate::pages::apart::{deviations, standard_error};
use crate::pages::calendar::Calendar;
use crate::pages::words;
use crate::report::chart::{Forest, Lines, Mark, Measure, Plot, Sparkline};
use crate::report::figure;
use crate::report::html::Card;
use crate::stats::normal;

/// A figure by period, its intervals at one level.
#[derive(Debug, Clone)]
pub(crate) struct Trend {
    pub(crate) name: String,
    pub(crate) measure: Measure,
    pub(crate) periods: Vec<String>,
    pub(crate) marks: Vec<Mark>,
    /// The level of the intervals, 0 to 1.
    pub(crate) level: f64,
    /// What the lengths of periods do to the figure.
    pub(crate) calendar: Calendar,
}

/// From one period to the next.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) from: String,
    pub(crate) to: String,
    /// The place of `to` among the periods.
    pub(crate) at: usize,
    pub(crate) size: f64,
    pub(crate) ends: (f64, f64),
    /// The part of the size that the lengths of the periods may make.
    pub(crate) by_length: f64,
    pub(crate) p_value: f64,
}

impl Trend {
    /// The standard error that an interval is as wide as.
    fn error(&self, mark: Mark) -> Option<f64> {
        let error = standard_error(mark.interval()?, self.level);
        (error > 0.0).then_some(error)
    }

    /// The places of the periods whose figures are known with their intervals.
    fn known(&self) -> Vec<usize> {
        let known = |at: &usize| self.error(self.marks[*at]).is_some();
        (0..self.marks.len()).filter(known).collect()
    }

    /// The changes from the last period that is alike, of periods that are known.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let known = self.known();
        let before = |place: usize| {
            let mut earlier = known[..place].iter().rev();
            earlier.find(|&&before| self.calendar.alike(before, known[place]))
        };
        (0..known.len())
            .filter_map(|place| self.between(*before(place)?, known[place]))
            .collect()
    }

    /// A change, tested beyond what lengths of periods explain.
    fn between(&self, before: usize, after: usize) -> Option<Change> {
        let (first, second) = (self.marks[before], self.marks[after]);
        let counted = [first.value()?, second.value()?];
        let errors = [self.error(first)?, self.error(second)?];
        let size = counted[1] - counted[0];
        let half = deviations(self.level) * libm::hypot(errors[0], errors[1]);
        let factor = self.calendar.factor([before, after], counted);
        let error = libm::hypot(factor * errors[0], errors[1]);
        let beyond = counted[1] - factor * counted[0];
        Some(Change {
            from: self.periods[before].clone(),
            to: self.periods[after].clone(),
            at: after,
            size,
            ends: (size - half, size + half),
            by_length: (factor - 1.0) * counted[0],
            p_value: normal::two_sided(beyond / error),
        })
    }

    /// The change to the last period that is known.
    pub(crate) fn change(&self) -> Option<Change> {
        let last = *self.known().last()?;
        self.changes().pop().filter(|change| change.at == last)
    }

    /// Why no change is tested.
    pub(crate) fn untested(&self) -> String {
        let values: Vec<f64> = self.marks.iter().filter_map(|mark| mark.value()).collect();
        let same = values.windows(2).all(|pair| pair[0] == pair[1]);
        let why = match values.len() {
            count if count > 1 && same => format!("the same in all {count} periods"),
            _ if self.known().len() > 1 => {
                "no two of the periods known are equally long, so no change is tested".into()
            }
            _ => "too few periods to test a change".into(),
        };
        format!("{}: {why}", self.name)
    }

    /// What is said below a chart of it.
    pub(crate) fn about(&self) -> String {
        let level = words::percent(self.level);
        let more = match &self.calendar {
            Calendar::Grows(_) => " band; a change counts beyond what the days of a period explain",
            calendar if !calendar.all_alike() => {
                " intervals. Who bought shortly before a short period counts as kept at its end, so only \
                 periods of equal length are compared"
            }
            _ => " band",
        };
        format!("By period, {level}{more}")
    }

    /// A change: of a share in points of a hundred.
    pub(crate) fn difference(&self, amount: f64) -> String {
        match self.measure.is_share() {
            true => format!("{} points", figure(100.0 * amount, 1)),
            false => self.measure.written(amount),
        }
    }

    pub(crate) fn signed(&self, amount: f64) -> String {
        let sign = if amount > 0.0 { "+" } else { "" };
        format!("{sign}{}", self.difference(amount))
    }

    /// The last figure with its change and whether it is told, or its interval where no change is
    /// tested.
    pub(crate) fn card(&self, is_told: bool) -> Option<Card> {
        let at = self.marks.iter().rposition(|mark| mark.value().is_some())?;
        let last = self.marks[at];
        let card = Card::new(&self.name, self.measure.written(last.value()?));
        let note = match (self.change(), last.interval()) {
            (Some(change), _) => {
                let ends = [change.ends.0, change.ends.1].map(|end| self.signed(end));
                let size = self.signed(change.size);
                let by_length = change.by_length != 0.0;
                let judged = match (is_told, by_length) {
                    (true, false) => "beyond chance",
                    (true, true) => "beyond chance and its days",
                    (false, false) => "within chance",
                    (false, true) => "within what its days and chance explain",
                };
                format!(
                    "{size} ({} to {}) on {}: {judged}",
                    ends[0], ends[1], change.from
                )
            }
            (None, Some((low, high))) => words::ends(low, high, |end| self.measure.written(end)),
            (None, None) => String::new(),
        };
        let card = card.with_note(note);
        Some(match self.course(at) {
            Some(course) => card.with_course(course),
            None => card,
        })
    }

    /// Its course, with the period of the change that is marked; periods that are not alike have none
    /// and stand below each other.
    pub(crate) fn plot(&self, changed: Option<usize>) -> Plot {
        let (measure, periods) = (self.measure.clone(), self.periods.clone());
        if !self.calendar.all_alike() {
            let forest = Forest::new(measure, periods);
            return forest.with_series("", self.marks.clone()).into();
        }
        let lines = Lines::new(measure, periods).with_series("", self.marks.clone());
        match changed {
            Some(at) => lines.with_divider(at, "changed").into(),
            None => lines.into(),
        }
    }

    /// The course of the periods that are alike the one at that place; none of a single one.
    fn course(&self, at: usize) -> Option<Sparkline> {
        let each = self.marks.iter().enumerate();
        let marks: Vec<Mark> = each
            .map(|(place, mark)| match self.calendar.alike(place, at) {
                true => *mark,
                false => Mark::MISSING,
            })
            .collect();
        let known = marks.iter().filter(|mark| mark.value().is_some());
        (known.count() > 1)
            .then(|| Sparkline::new(self.measure.clone(), self.periods.clone(), marks))
    }
}
