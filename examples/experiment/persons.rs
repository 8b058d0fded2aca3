//! A test on persons, from its assignments and an event log.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mixtouch::experiment::{AlwaysValid, Assignments, PersonLift, PersonTest};
use mixtouch::io::{CsvReader, EventColumns};
use mixtouch::report::Report;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Error, Events, Result, TimeZone};
use serde_json::json;

use crate::{Output, rows};

#[derive(Debug, Args)]
pub(crate) struct PersonOptions {
    /// Who was assigned to which arm: person,timestamp,arm; for ghost ads, who saw the ad or would
    /// have
    #[arg(long, value_name = "FILE")]
    assignments: PathBuf,
    /// The event log: person,timestamp,channel,kind,value; its conversions are the outcome
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// The name of the untreated arm
    #[arg(long, value_name = "ARM")]
    control: String,
    /// The treated arm, where there are several
    #[arg(long, value_name = "ARM")]
    treatment: Option<String>,
    /// Planned shares of control and treatment
    #[arg(long, value_delimiter = ':', default_values_t = [1.0, 1.0], value_name = "C:T")]
    shares: Vec<f64>,
    /// Conversions of this goal only
    #[arg(long)]
    goal: Option<String>,
    /// Follow every person for so many days; to the end of the log otherwise
    #[arg(long, value_name = "DAYS")]
    follow: Option<u32>,
    /// Days before the assignment that tell of a person's habits
    #[arg(long, default_value_t = 28, value_name = "DAYS")]
    past: u32,
    /// Level of intervals
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// The test still runs: judge it by the effect it was made to find, in conversions a person
    #[arg(long, value_name = "EFFECT")]
    expected_effect: Option<f64>,
    /// Prints the result as a lift test of this channel, whose touches the control did not get
    #[arg(long)]
    channel: Option<String>,
    /// Compare arms that are not as large as planned, too
    #[arg(long)]
    any_sample_ratio: bool,
}

impl PersonOptions {
    pub(crate) fn run(&self) -> Result<Output> {
        let assignments = Assignments::read_csv_file(&self.assignments)?;
        let log = read_log(&self.events, false)?;
        let lift = self.test()?.lift(&assignments, &log)?;
        let mut output = output(&lift, self.expected_effect)?;
        if let Some(channel) = &self.channel {
            let test = lift.lift_test(channel, &TimeZone::utc())?;
            output.text += &rows::of(std::slice::from_ref(&test))?;
            output.json["lift_test"] = json!(test);
        }
        Ok(output)
    }

    fn test(&self) -> Result<PersonTest> {
        let [control, treatment] = self.shares.as_slice() else {
            return Err(Error::Setting {
                name: "--shares".into(),
                value: format!("{:?}", self.shares),
                expected: "two numbers, such as 9:1".into(),
            });
        };
        let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
        let mut test = PersonTest::new(&self.control)
            .with_shares(*control, *treatment)
            .with_past(days(self.past))
            .with_level(ConfidenceLevel::new(self.level)?)
            .with_any_sample_ratio(self.any_sample_ratio);
        if let Some(treatment) = &self.treatment {
            test = test.with_treatment(treatment);
        }
        if let Some(goal) = &self.goal {
            test = test.with_goal(goal);
        }
        Ok(match self.follow {
            Some(follow) => test.with_follow_up(days(follow)),
            None => test,
        })
    }
}

/// The log, with rows of kinds that attribution does not use or without.
pub(crate) fn read_log(path: &std::path::Path, keep_all: bool) -> Result<Events> {
    let (mut columns, mut log) = (EventColumns::default(), Events::new());
    if keep_all {
        (columns, log) = (columns.keep_all(), log.keep_all());
    }
    let mut reader = CsvReader::open(path, columns)?;
    while let Some(batches) = reader.next_batches()? {
        for batch in &batches {
            log.append(batch)?;
        }
    }
    Ok(log)
}

/// The lift, and what it says while the test runs.
pub(crate) fn output(lift: &PersonLift, expected_effect: Option<f64>) -> Result<Output> {
    let mut text = lift.to_text();
    let mut document = json!({
        "test": lift,
        "conversions_brought": lift.conversions_brought(),
        "standard_error": lift.standard_error(),
    });
    if let Some(expected) = expected_effect {
        let now = AlwaysValid::new(&lift.conversions, expected)?;
        let _ = writeln!(
            text,
            "\nHowever often one looks: {:+.4} conversions a person ({:.4}), p = {:.4}: {}.",
            now.estimate,
            now.interval,
            now.p_value,
            if now.interval.contains(0.0) {
                "let it run"
            } else {
                "it may stop"
            }
        );
        document["always_valid"] = json!(now);
    }
    Ok(Output {
        text,
        json: document,
    })
}
