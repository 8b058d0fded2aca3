//! What showing an ad changed, from a log of moments at which it could be shown.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mixtouch::Result;
use mixtouch::TimeZone;
use mixtouch::experiment::{LiftTest, Uplift, UpliftReport};
use mixtouch::report::Report;
use serde_json::json;

use crate::persons::read_log;
use crate::{Output, rows};

#[derive(Debug, Args)]
pub(crate) struct UpliftOptions {
    /// The event log: person,timestamp,channel,kind,value, with rows of the kind opportunity, whose
    /// value is 1 where the ad was shown and 0 where it was not
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Conversions of this goal only
    #[arg(long)]
    goal: Option<String>,
    /// Days after a moment in which conversions count
    #[arg(long, default_value_t = 7, value_name = "DAYS")]
    follow: u32,
    /// Leave out moments whose probability of being shown is below this or above 1 less it
    #[arg(long, default_value_t = 0.02, value_name = "P")]
    trim: f64,
}

impl UpliftOptions {
    pub(crate) fn run(&self) -> Result<Output> {
        let log = read_log(&self.events, true)?;
        let follow = Duration::from_secs(u64::from(self.follow) * 86_400);
        let mut uplift = Uplift::default()
            .with_follow_up(follow)
            .with_trimming(self.trim);
        if let Some(goal) = &self.goal {
            uplift = uplift.with_goal(goal);
        }
        output(&uplift.report(&log)?)
    }
}

/// The uplift, and each channel's lift test where there is one.
pub(crate) fn output(report: &UpliftReport) -> Result<Output> {
    let zone = TimeZone::utc();
    let tests = report.channels().iter();
    let tests: Vec<LiftTest> = tests
        .filter_map(|channel| channel.lift_test(&zone).ok())
        .collect();
    Ok(Output {
        text: report.to_text() + &rows::of(&tests)?,
        json: json!({"channels": report.channels(), "lift_tests": tests}),
    })
}
