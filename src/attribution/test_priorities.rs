//! Which channel to test first: what a test of each is worth, beside its cost.

use crate::attribution::calibration::TestedEffect;
use crate::attribution::comparison::model_table::{ChannelCredit, ModelTable};
use crate::attribution::comparison::table::ComparisonTable;
use crate::attribution::hazard::kept_share::{MOST, SPREAD};
use crate::attribution::test_design::TestDesign;
use crate::error::{Error, Result};
use crate::experiment::{PossibleTruth, TestValue};
use crate::journeys::arena::Totals;
use crate::report::{Cell, Report, Section, Table, figure};
use serde::Serialize;

/// Cells of the causal share, from 0 to the largest considered.
const CELLS: usize = 400;

/// What a test of one channel is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TestPriority {
    /// The channel.
    pub channel: String,
    /// What it cost over the period.
    pub cost: f64,
    /// Value that the log alone shows of it.
    pub value_by_log: f64,
    /// The share of that which is expected to be causal, before the test.
    pub causal_share: f64,
    /// The share of its touches that follow unpaid visits, where some are declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspicion: Option<f64>,
    /// Whether it goes on without a test: margin x expected value exceeds the cost.
    pub goes_on: bool,
    /// Whether, without a test, more would be spent on it ([`TestDesign::with_growth`]).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub grows: bool,
    /// Conversions that the withheld touches would have brought, were the log right.
    pub log: f64,
    /// Standard error of the test, in conversions.
    pub standard_error: f64,
    /// Expected value of the test: what the decision to stop or go on gains by it over a period as
    /// long.
    pub test_value: f64,
    /// The same of a test without noise.
    pub value_of_certainty: f64,
    /// What the test is expected to lose: margin x value of the withheld touches, less their cost.
    /// Below 0 where the channel is expected to cost more than it brings.
    pub test_cost: f64,
}

impl TestPriority {
    /// What is done without a test.
    pub(crate) const fn decision(&self) -> &'static str {
        match (self.goes_on, self.grows) {
            (false, _) => "stops",
            (true, false) => "goes on",
            (true, true) => "grows",
        }
    }
}

/// Paid channels by what a test of each is worth, the best first: `test_value` - `test_cost`.
///
/// The decision that a test serves is to stop a channel or go on: going on gains rho x margin x V -
/// C over a period like the one reported, with V the value that the log alone shows and C the cost.
/// rho is the causal share, which the log does not tell. Before any test it is, as in calibration,
/// Normal(1, 0.1^2) with probability 1 - p and any share from 0 to 1 alike with p. p is 1/2;
/// where a share s of the channel's touches follows unpaid visits, it is (1 + s) / 2
/// ([`Sensitivity::suspicion`](crate::attribution::Sensitivity::suspicion)). Tests that the model
/// has seen count by their likelihood.
///
/// A test on a share f of persons measures rho f N, with N the conversions that the log alone shows
/// and a standard error of sqrt(f K / (1 - f)), K being all conversions: the error of two Poisson
/// counts. [`TestValue`] says what that is worth. The log's own sampling error is left out, as are
/// diminishing returns: halving the spend in place of stopping it is worth half. With
/// [`TestDesign::with_growth`] there is a third decision, to spend more at a lower return.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::attribution::{TestDesign, TestPriorities};
/// use mixtouch::simulate::worlds::World;
/// use mixtouch::{Comparison, JourneyOptions};
///
/// let journeys = World::Retargeting.simulate(20_000, 1)?.journeys(JourneyOptions::default())?;
/// let comparison = Comparison::new().fit("time-to-event", AdditiveHazard::default());
/// let table = comparison.run(&journeys)?;
/// let tests = TestPriorities::new(&table, "time-to-event", TestDesign::default())?;
/// for row in tests.rows() {
///     assert!(0.0 <= row.test_value && row.test_value <= row.value_of_certainty);
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct TestPriorities {
    rows: Vec<TestPriority>,
}

impl TestPriorities {
    /// The tests by one hazard model of a comparison. Channels without a cost, or of which the log
    /// shows no value, are not decided on and left out.
    ///
    /// # Errors
    /// If the share of persons is not above 0 and below 1, the margin is not a finite number > 0,
    /// or the comparison has no such model.
    pub fn new(table: &ComparisonTable, model: &str, design: TestDesign) -> Result<Self> {
        let design = design.checked()?;
        let Some(model) = table.model(model) else {
            let names = table.models().iter().map(|model| model.model.as_str());
            let known = names.collect::<Vec<_>>().join(", ");
            return Err(Error::setting("the model of tests to run", model, known));
        };
        let totals = table.totals();
        let rows = model.channels.iter();
        let rows = rows.filter_map(|row| Case::new(row, model, &totals, design));
        let rows: Result<Vec<TestPriority>> = rows.map(|case| case.priority()).collect();
        let mut rows = rows?;
        let net = |row: &TestPriority| row.test_value - row.test_cost;
        rows.sort_by(|one, other| net(other).total_cmp(&net(one)));
        Ok(Self { rows })
    }

    /// The channels, the one to test first at the top.
    pub fn rows(&self) -> &[TestPriority] {
        &self.rows
    }

    /// The channel to test first: the first whose test is worth something, and more than it costs.
    pub fn first(&self) -> Option<&TestPriority> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.test_value > row.test_cost.max(0.0))
    }
}

impl TestPriorities {
    /// Why there is no test to run first. A test that saves money is of a channel that is expected to
    /// lose some, with a test or without.
    pub(crate) fn without_first(&self) -> String {
        let stopped = self.rows.iter().filter(|row| row.test_cost < 0.0);
        let stopped: Vec<&str> = stopped.map(|row| row.channel.as_str()).collect();
        let names = stopped.join(", ");
        match stopped.len() {
            0 => "No test is worth what it costs".to_owned(),
            1 => format!(
                "No test is worth running for what it tells; {names} is expected to cost more than \
                 it brings"
            ),
            _ => format!(
                "No test is worth running for what it tells; {names} are expected to cost more than \
                 they bring"
            ),
        }
    }
}

/// A channel whose cost and value are known.
struct Case<'a> {
    row: &'a ChannelCredit,
    tests: &'a [TestedEffect],
    design: TestDesign,
    cost: f64,
    value: f64,
    /// Conversions that the log alone shows, and all of them.
    log: f64,
    all: f64,
}

impl<'a> Case<'a> {
    fn new(
        row: &'a ChannelCredit,
        model: &'a ModelTable,
        totals: &Totals,
        design: TestDesign,
    ) -> Option<Self> {
        let (cost, share) = row.cost.zip(row.break_even_share)?;
        let value = cost / share;
        // value follows conversions, whatever share of both is kept
        let each = if row.value > 0.0 && row.conversions > 0.0 {
            row.conversions / row.value
        } else {
            totals.conversions / totals.value
        };
        let calibration = model.calibration.iter();
        let mut tested = calibration.filter(|tested| tested.channel == row.channel);
        let case = Self {
            row,
            tests: tested.next().map_or(&[], |tested| &tested.tests),
            design,
            cost,
            value,
            log: value * each,
            all: totals.conversions,
        };
        let numbers = [case.value, case.log, case.all];
        let known = numbers
            .iter()
            .all(|number| *number > 0.0 && number.is_finite());
        known.then_some(case)
    }

    fn priority(&self) -> Result<TestPriority> {
        let share = self.design.share();
        let standard_error = (share / (1.0 - share) * self.all).sqrt();
        let (earned, log) = (self.design.margin() * self.value, share * self.log);
        let truths: Vec<PossibleTruth> = (0..CELLS)
            .map(|cell| MOST * (cell as f64 + 0.5) / CELLS as f64)
            .map(|rho| {
                let gains = self.design.gains(rho * earned, self.cost);
                PossibleTruth::new(self.belief(rho), rho * log, gains)
            })
            .collect();
        let worth = TestValue::new(&truths, standard_error)?;
        let sums = truths.iter().fold((0.0, 0.0), |(all, kept), truth| {
            let weight = truth.weight();
            (all + weight, kept + weight * truth.measured() / log)
        });
        let causal_share = sums.1 / sums.0;
        Ok(TestPriority {
            channel: self.row.channel.clone(),
            cost: self.cost,
            value_by_log: self.value,
            causal_share,
            suspicion: self.row.suspicion,
            goes_on: worth.decision() > 0,
            grows: worth.decision() == 2,
            log,
            standard_error,
            test_value: worth.value(),
            value_of_certainty: worth.value_of_certainty(),
            test_cost: share * (causal_share * earned - self.cost),
        })
    }

    /// How likely a causal share is, but for a constant.
    fn belief(&self, rho: f64) -> f64 {
        let follows = 0.5 * (1.0 + self.row.suspicion.unwrap_or(0.0).clamp(0.0, 1.0));
        let z = (rho - 1.0) / SPREAD;
        let right = libm::exp(-0.5 * z * z) / (SPREAD * libm::sqrt(2.0 * std::f64::consts::PI));
        let selection = if rho < 1.0 { follows } else { 0.0 };
        let prior = (1.0 - follows) * right + selection;
        let seen = self.tests.iter().map(|test| {
            // no finer than the cells are
            let errors = [
                test.tested_error,
                rho * test.log_error,
                test.log * MOST / CELLS as f64,
            ];
            let variance: f64 = errors.iter().map(|error| error * error).sum();
            let error = test.tested - rho * test.log;
            // the fit at its best share, so that a precise test does not underflow everywhere
            let best = (test.tested / test.log).clamp(0.0, MOST);
            let least = test.tested - if test.log > 0.0 { best * test.log } else { 0.0 };
            libm::exp(0.5 * (least * least - error * error) / variance) / libm::sqrt(variance)
        });
        prior * seen.product::<f64>()
    }
}

impl Report for TestPriorities {
    fn title(&self) -> String {
        "What a test of each channel is worth, by what the log shows".to_owned()
    }

    fn sections(&self) -> Vec<Section> {
        let columns = [
            "",
            "cost",
            "value by the log",
            "follows unpaid visits",
            "expected causal",
            "without a test",
            "a test is worth",
            "certainty",
            "a test costs",
        ];
        let row = |row: &TestPriority| {
            [
                Cell::from(&row.channel),
                Cell::number(row.cost, 0),
                Cell::number(row.value_by_log, 0),
                Cell::number(row.suspicion, 2),
                Cell::number(row.causal_share, 2),
                Cell::text(row.decision()),
                Cell::number(row.test_value, 0),
                Cell::number(row.value_of_certainty, 0),
                Cell::number(row.test_cost, 0),
            ]
        };
        let table = Table::new(columns).with_rows(self.rows.iter().map(row));
        let line = match self.first() {
            Some(first) => format!(
                "Test {} first: it is worth {} beside a cost of {}.",
                first.channel,
                figure(first.test_value, 0),
                figure(first.test_cost, 0)
            ),
            None => format!("{}.", self.without_first()),
        };
        vec![Section::new().with_table(table).with_line(line)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::comparison::Comparison;
    use crate::attribution::hazard::AdditiveHazard;
    use crate::event::{Event, Events};
    use crate::experiment::LiftTest;
    use crate::journeys::JourneyOptions;
    use crate::journeys::arena::Journeys;

    const START: i64 = 1_767_225_600;

    /// Touches of a channel that costs something, and of one that does not; half of either converts
    /// within an hour, for 40 each.
    fn log() -> Journeys {
        let mut log = Events::new();
        for person in 0..1_200u64 {
            let time = START + (person as i64 % 40) * 86_400;
            let (channel, cost) = [("search", 9.0), ("direct", 0.0)][person as usize / 600];
            log.push(Event::touch(person, time, channel).with_cost(cost))
                .unwrap();
            if person % 2 == 0 {
                let sale = Event::conversion(person, time + 600).with_value(40.0);
                log.push(sale).unwrap();
            }
        }
        Journeys::from_events(&log, JourneyOptions::default()).unwrap()
    }

    fn found(hazard: AdditiveHazard, design: TestDesign) -> Vec<TestPriority> {
        let comparison = Comparison::new().fit("hazard", hazard);
        let table = comparison.run(&log()).unwrap();
        TestPriorities::new(&table, "hazard", design).unwrap().rows
    }

    #[test]
    fn an_untested_channel_has_the_prior() {
        let rows = found(AdditiveHazard::default(), TestDesign::default());
        let [search] = rows.as_slice() else {
            panic!("direct costs nothing: {rows:?}")
        };
        assert_eq!(search.cost, 5_400.0);
        // nearly all of the 300 conversions are search's, half held out; 600 conversions in all
        assert!(
            (search.value_by_log / 12_000.0 - 1.0).abs() < 0.02,
            "{search:?}"
        );
        assert!((search.log - search.value_by_log / 80.0).abs() < 1e-6);
        assert!((search.standard_error - 600f64.sqrt()).abs() < 1e-9);
        // half of the prior is about 1, the other about 1/2
        assert!((search.causal_share - 0.75).abs() < 1e-4);
        let gain = search.causal_share * search.value_by_log - search.cost;
        assert!(search.goes_on && (search.test_cost - 0.5 * gain).abs() < 1e-6);
        // stopped where less than 45 % is causal: the mean shortfall of the uniform half
        let least = search.cost / search.value_by_log;
        let known = 0.5 * search.value_by_log * least * least / 2.0;
        assert!(
            (search.value_of_certainty / known - 1.0).abs() < 0.01,
            "{search:?}, {known}"
        );
        assert!(search.test_value > 0.8 * known && search.test_value < known);
        // at a margin of .4 the channel is stopped, and a test may save it
        let design = TestDesign::default().with_margin(0.4);
        let rows = found(AdditiveHazard::default(), design);
        assert!(!rows[0].goes_on && rows[0].test_cost < 0.0, "{rows:?}");
        assert_eq!(
            TestPriorities { rows }.without_first(),
            "No test is worth running for what it tells; search is expected to cost more than it brings"
        );
    }

    #[test]
    fn a_channel_that_surely_goes_on_is_tested_for_its_growth() {
        // of 12,000 with a cost of 5,400 it goes on from a causal share of .045 on, at a margin of 10;
        // half more at .0643 of the return pays from .7 on
        let design = TestDesign::default().with_margin(10.0);
        let [without] = found(AdditiveHazard::default(), design).try_into().unwrap();
        let growing = design.with_growth(0.5, 0.0643);
        let [with] = found(AdditiveHazard::default(), growing)
            .try_into()
            .unwrap();
        assert!(without.goes_on && !without.grows && with.goes_on);
        let least = with.cost / (0.643 * with.value_by_log);
        assert!((least - 0.7).abs() < 0.02);
        // decided on the mean, .75: it grows, which is wrong where less is causal: the mean shortfall
        // of the uniform half, of half the spend
        assert!(with.grows);
        let shortfall = 0.5 * 0.643 * with.value_by_log * 0.5 * least * least / 2.0;
        let gained = with.value_of_certainty - without.value_of_certainty;
        assert!(
            (gained / shortfall - 1.0).abs() < 0.02,
            "{gained} {shortfall}"
        );
        assert!(with.test_value > 2.0 * without.test_value + 0.5 * shortfall);
        assert_eq!((with.decision(), without.decision()), ("grows", "goes on"));
    }

    #[test]
    fn a_channel_that_was_tested_is_worth_no_further_test() {
        let test = LiftTest::new(
            "search",
            "2026-01-01".parse().unwrap(),
            "2026-02-09".parse().unwrap(),
        )
        .with_share(1.0)
        .with_outcome_change(60.0)
        .with_standard_error(6.0);
        let hazard = AdditiveHazard::default().with_lift_tests([test]);
        let [search] = found(hazard, TestDesign::default()).try_into().unwrap();
        assert!((search.causal_share - 0.2).abs() < 0.02, "{search:?}");
        assert!(!search.goes_on && search.test_value < 1e-3 * search.cost);
        // one so precise that it falls between the cells
        let sharp = LiftTest::new(
            "search",
            "2026-01-01".parse().unwrap(),
            "2026-02-09".parse().unwrap(),
        )
        .with_share(1.0)
        .with_outcome_change(60.123)
        .with_standard_error(1e-9);
        let hazard = AdditiveHazard::default().with_lift_tests([sharp]);
        assert!((found(hazard, TestDesign::default())[0].causal_share - 0.2).abs() < 0.02);
    }

    #[test]
    fn bad_settings_are_refused() {
        let comparison = Comparison::new().fit("hazard", AdditiveHazard::default());
        let table = comparison.run(&log()).unwrap();
        let new = |model, design| TestPriorities::new(&table, model, design);
        assert!(new("linear", TestDesign::default()).is_err());
        for bad in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(new("hazard", TestDesign::default().with_share(bad)).is_err());
        }
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(new("hazard", TestDesign::default().with_margin(bad)).is_err());
            assert!(new("hazard", TestDesign::default().with_growth(bad, 0.5)).is_err());
            assert!(new("hazard", TestDesign::default().with_growth(0.5, bad)).is_err());
        }
    }
}
