//! What a dashboard says on page one.

use crate::kpi::dashboard::Dashboard;
use crate::kpi::map::{FrictionPoint, JourneyMap};
use crate::pages::apart::told_apart;
use crate::pages::kpi_trends::{self, of_mean, of_rate, told};
use crate::pages::trends::Trends;
use crate::pages::{
    friction, journey_kinds, personas, service_charts, survey_charts, words, worth_charts,
};
use crate::privacy::MinimumGroup;
use crate::report::chart::Mark;
use crate::report::html::Answer;

/// The row of all customers.
const WHOLE: &str = "(whole)";
/// The findings of page one.
const FINDINGS: usize = 5;
/// Of them, the findings on segments, and those on answers.
const ALIKE: usize = 2;

/// A dashboard in sentences.
pub(crate) struct KpiTop<'a> {
    dashboard: &'a Dashboard,
    trends: &'a Trends,
    minimum: MinimumGroup,
    personas: &'a [(String, &'a Dashboard)],
    devices: &'a [(String, &'a JourneyMap)],
}

impl<'a> KpiTop<'a> {
    pub(crate) const fn new(
        dashboard: &'a Dashboard,
        trends: &'a Trends,
        minimum: MinimumGroup,
        personas: &'a [(String, &'a Dashboard)],
        devices: &'a [(String, &'a JourneyMap)],
    ) -> Self {
        Self {
            dashboard,
            trends,
            minimum,
            personas,
            devices,
        }
    }

    /// Five short answers; a figure that is kept back or missing is not known.
    pub(crate) fn answers(&self) -> [Answer; 5] {
        [
            self.buy(),
            self.worth(),
            self.again(),
            self.change(),
            self.lost(),
        ]
    }

    fn buy(&self) -> Answer {
        let overall = &self.dashboard.conversion.conversion.overall;
        self.of_share(
            "How many buy?",
            of_rate(overall),
            overall.population,
            "persons reached",
        )
    }

    fn worth(&self) -> Answer {
        let question = "What is a customer worth?";
        let Some(whole) = self.worth_of_one() else {
            return Answer::new(question, "Not known").with_detail(self.few("customers"));
        };
        let Some(value) = whole
            .value()
            .filter(|_| worth_charts::has_values(self.dashboard))
        else {
            return Answer::new(question, "Not known").with_detail("no purchase has a value");
        };
        let answer = Answer::new(question, format!("{} so far", words::short(value)));
        let ends = whole
            .interval()
            .map(|(low, high)| words::ends(low, high, words::short));
        let payback = self.dashboard.customers.payback.report.group(WHOLE);
        let cost = payback.and_then(|row| Some((row, row.cost?)));
        let cost = cost.map(|(row, cost)| {
            let costs = format!("winning one costs {}", words::short(cost));
            match row.margin.len() {
                0 => costs,
                _ => format!("{costs}, {}", worth_charts::when(row, cost)),
            }
        });
        let detail: Vec<String> = ends.into_iter().chain(cost).collect();
        answer.with_detail(detail.join("; "))
    }

    /// What a customer has been worth so far; none of customers too few to be shown.
    pub(crate) fn worth_of_one(&self) -> Option<Mark> {
        let whole = &self.dashboard.customers.lifetime_value.report.whole;
        let shown = self.minimum.allows(whole.customers);
        shown.then(|| of_mean(&whole.historic))
    }

    fn few(&self, whom: &str) -> String {
        match self.minimum.persons() {
            0 | 1 => format!("too few {whom}"),
            least => format!("fewer than {least} {whom}"),
        }
    }

    fn again(&self) -> Answer {
        let repurchase = &self.dashboard.customers.repurchase;
        let again = &repurchase.bought_again;
        self.of_share(
            "How many customers bought again?",
            of_rate(again),
            again.population,
            "customers",
        )
    }

    fn change(&self) -> Answer {
        let question = "What changed?";
        let names = self.trends.changed();
        match (names.is_empty(), self.trends.tested()) {
            (true, None) => Answer::new(question, "Not known").with_detail(self.trends.rule()),
            (true, Some(tested)) => {
                Answer::new(question, "Nothing beyond chance lately").with_detail(tested)
            }
            (false, tested) => Answer::new(question, words::listed(&names))
                .with_detail(format!("beyond chance; {}", tested.unwrap_or_default())),
        }
    }

    fn map(&self) -> &JourneyMap {
        &self.dashboard.journeys.journey_map.report
    }

    /// The step of the greatest loss, of those that surely lose conversions.
    fn worst(&self) -> Option<&FrictionPoint> {
        friction::losing(&self.map().friction, 1).first().copied()
    }

    fn lost(&self) -> Answer {
        let question = "Where is it lost?";
        match (self.worst(), friction::unknown(self.map())) {
            (Some(point), _) => Answer::new(question, &point.step).with_detail(format!(
                "{} conversions fewer than at the mean of all",
                friction::lost(point)
            )),
            (None, None) => match service_charts::friction_by_device(self.devices) {
                Some(sentence) => Answer::new(question, "On a device").with_detail(sentence),
                None => Answer::new(question, "At no step beyond chance"),
            },
            (None, Some(why)) => Answer::new(question, "Not known").with_detail(why),
        }
    }

    /// What figures say beyond chance.
    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let lost = self.worst().map(|point| {
            let share = of_rate(&point.conversion);
            (
                format!("{} loses conversions", point.step),
                format!(
                    "{} of journeys through it convert, {} conversions fewer than at the mean; \
                     the test is adjusted for the number of steps",
                    told(&share, words::percent),
                    friction::lost(point)
                ),
            )
        });
        let kinds = journey_kinds::largest(self.dashboard).map(|kind| {
            let figures = "the whole interval lies above that of every other kind of journey";
            (kind, figures.to_owned())
        });
        let voice = self.dashboard.service.voice.iter();
        let questions = voice.flat_map(|voice| &voice.questions);
        let channels = self.channels().into_iter().chain(lost);
        channels
            .chain(worth_charts::findings(self.dashboard))
            .chain(
                personas::findings(self.personas, self.minimum)
                    .into_iter()
                    .take(ALIKE),
            )
            .chain(questions.filter_map(survey_charts::finding).take(ALIKE))
            .chain(kinds)
            .take(FINDINGS)
            .collect()
    }

    /// Two channels whose persons surely buy at different rates.
    fn channels(&self) -> Option<(String, String)> {
        let rows = &self.dashboard.conversion.conversion.by_channel;
        let marks: Vec<Mark> = rows.iter().map(|row| of_rate(&row.rate)).collect();
        let (more, less) = told_apart(&marks, kpi_trends::level(self.dashboard))?;
        let [high, low] = [more, less].map(|at| told(&marks[at], words::percent));
        Some((
            format!(
                "Persons reached by {} buy more often than those reached by {}",
                rows[more].channel, rows[less].channel
            ),
            format!("{high} against {low}"),
        ))
    }

    /// A share of so many.
    fn of_share(&self, question: &str, mark: Mark, all: u64, whom: &str) -> Answer {
        let value = mark.value().filter(|_| self.minimum.allows(all));
        let Some(value) = value else {
            return Answer::new(question, "Not known").with_detail(self.few(whom));
        };
        let all = words::count(all as f64);
        let detail = match mark.interval() {
            Some((low, high)) => {
                format!(
                    "{}, of {all} {whom}",
                    words::ends(low, high, words::percent)
                )
            }
            None => format!("of {all} {whom}"),
        };
        Answer::new(question, words::percent(value)).with_detail(detail)
    }
}
