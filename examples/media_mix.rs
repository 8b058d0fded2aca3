//! Fits a marketing-mix model to a panel, prints contributions and returns by channel, and plans
//! the next period's budget.
//!
//! Without a panel it fits a simulated one, whose true returns it prints beside the estimates.
//!
//!     cargo run --release --example media_mix
//!     cargo run --release --example media_mix -- \
//!         --panel weeks.csv --date week --kpi sales --media tv,search --controls price
//!     cargo run --release --example media_mix -- --budget 400 --json

#[path = "common/exit.rs"]
mod exit;
#[path = "media_mix/options.rs"]
mod options;
#[path = "media_mix/plan.rs"]
mod plan;

use std::io::Write;
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use mixtouch::Result;
use mixtouch::budget::{Goal, Plan};
use mixtouch::mix::estimate::Bootstrap;
use mixtouch::mix::panel::Finding;
use mixtouch::mix::posterior::{MixReport, Posterior};
use mixtouch::report::{Document, Report};
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};
use options::Options;
use serde_json::{Value, json};

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

/// What was fitted and what came of it.
struct Outcome {
    model: Posterior,
    truth: Option<SimulatedPanel>,
    plan: Option<Plan>,
    bootstrap: Bootstrap,
    seconds: f64,
}

impl Outcome {
    fn report(&self) -> MixReport<'_> {
        let model = &self.model;
        let found = format!(
            "{} candidates tried, {} averaged",
            model.tried(),
            model.members().len()
        );
        let channels = self.bootstrap.channels().iter();
        let report = model
            .report()
            .with_intervals(channels.map(|channel| (channel.contribution, channel.roi)));
        match &self.truth {
            None => report.with_note(found),
            Some(panel) => report
                .with_note(format!(
                    "{found}, simulated: true returns beside the estimates"
                ))
                .with_true_roi((0..panel.channels.len()).map(|at| panel.roas(at))),
        }
    }

    /// The main figures for reading.
    fn document(&self) -> Document {
        let mut document = self.report().document();
        document
            .sections
            .extend(self.plan.iter().map(plan::section));
        document
    }

    /// Every figure.
    fn json(&self, by_geo: bool) -> Value {
        let model = &self.model;
        let front = model.front().iter().map(|member| member.objectives());
        let mut document = json!(model.report().with_geos(by_geo));
        document["front"] = json!(front.collect::<Vec<_>>());
        document["candidates"] = json!({
            "tried": model.tried(),
            "averaged": model.members().len(),
        });
        document["bootstrap"] = json!(self.bootstrap);
        document["seconds"] = json!({"fit": self.seconds});
        if let Some(plan) = &self.plan {
            document["plan"] = plan::document(plan);
        }
        document
    }
}

/// Replicates of the bootstrap and periods in each of its blocks: its 90 % intervals held the truth
/// of 151 of 164 simulated channels, the ensemble's spread alone, which knows no noise, of 138.
const BOOTSTRAP: (usize, usize) = (100, 4);

fn run(options: &Options) -> Result<()> {
    let truth = if options.panel.is_none() {
        Some(PanelWorld::small_business()?.simulate(options.seed))
    } else {
        None
    };
    let panel = options::panel(options, truth.as_ref())?;
    let specification = options::specification(options, &panel)?;
    let findings = specification.check(&panel)?;
    for finding in &findings {
        eprintln!("note: {finding}");
    }
    let clock = Instant::now();
    let model = specification.fit(&panel)?;
    let seconds = clock.elapsed().as_secs_f64();
    for column in model
        .dropped()
        .iter()
        .filter(|column| !explained(column, &findings))
    {
        eprintln!(
            "note: {column} is a combination of other columns of the baseline and was left out"
        );
    }
    let plan = options
        .budget
        .map(|total| best_plan(&model, total, &options.budget_bounds))
        .transpose()?;
    let bootstrap = model.bootstrap(BOOTSTRAP.0, BOOTSTRAP.1.min(panel.periods()), options.seed)?;
    let outcome = Outcome {
        model,
        truth,
        plan,
        bootstrap,
        seconds,
    };
    let text = if options.json {
        format!("{}\n", outcome.json(options.geo.is_some()))
    } else {
        outcome.document().to_string()
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Whether a finding has told already why a column of the baseline is of no use.
fn explained(left_out: &str, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| match finding {
        Finding::AllZero { column }
        | Finding::Constant { column }
        | Finding::Duplicate { column, .. } => column == left_out,
        Finding::HolidaysOutside { holidays } => holidays
            .iter()
            .any(|name| left_out == format!("holiday={name}")),
        _ => false,
    })
}

fn best_plan(model: &Posterior, total: f64, bounds: &RangeInclusive<f64>) -> Result<Plan> {
    model
        .budget(1, *bounds.start(), *bounds.end())?
        .plan(&model.response_curves(1)?, Goal::Outcome { total })
}
