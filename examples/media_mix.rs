//! Fits a marketing-mix model to a panel, prints contributions and returns by channel, and plans
//! the next period's budget.
//!
//! Without a panel it fits a simulated one, whose true returns it prints beside the estimates.
//!
//!     cargo run --release --example media_mix
//!     cargo run --release --example media_mix -- \
//!         --panel weeks.csv --date week --kpi sales --media tv,search --controls price
//!     cargo run --release --example media_mix -- \
//!         --panel weeks.csv --date week --kpi sales,leads --media tv,search
//!     cargo run --release --example media_mix -- --budget 400 --json
//!     cargo run --release --example media_mix -- --scenario Search-Ads*0.7 --holdout 13
//!     cargo run --release --example media_mix -- --placebo --stability --compare trend=smooth
//!     cargo run --release --example media_mix -- --estimator least-squares
//!     cargo run --release --example attribution -- --events log.csv --bootstrap 100 --json > credits.json
//!     cargo run --release --example media_mix -- --panel days.csv --date day --kpi orders \
//!         --media tv,search --reconcile credits.json --reconcile-tests tests.csv

#[path = "media_mix/check_options.rs"]
mod check_options;
#[path = "media_mix/effect_options.rs"]
mod effect_options;
#[path = "common/exit.rs"]
mod exit;
#[path = "media_mix/fit.rs"]
mod fit;
#[path = "media_mix/interrupt.rs"]
mod interrupt;
#[path = "common/json.rs"]
mod json;
#[path = "media_mix/model_options.rs"]
mod model_options;
#[path = "media_mix/options.rs"]
mod options;
#[path = "common/pictures.rs"]
mod pictures;
#[path = "media_mix/plan.rs"]
mod plan;
#[path = "media_mix/plan_options.rs"]
mod plan_options;
#[path = "common/progress.rs"]
mod progress;
#[path = "media_mix/questions.rs"]
mod questions;
#[path = "media_mix/reconcile.rs"]
mod reconcile;
#[path = "media_mix/shared.rs"]
mod shared;
#[path = "common/terminal.rs"]
mod terminal;

use std::io::Write;
use std::process::ExitCode;

use check_options::Checked;
use clap::Parser;
use fit::Fitted;
use mixtouch::mix::panel::Finding;
use mixtouch::mix::posterior::{MixReport, Posterior};
#[cfg(feature = "html")]
use mixtouch::pages::{MixChapter, Results};
use mixtouch::report::{Document, Report};
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};
use mixtouch::{Error, Result};
use options::Options;
use plan::Planned;
use progress::Bar;
use questions::Answers;
use reconcile::Joined;
use serde_json::{Value, json};

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

/// What was fitted and what came of it.
struct Outcome {
    fitted: Fitted,
    truth: Option<SimulatedPanel>,
    answers: Answers,
    checked: Checked,
    joined: Joined,
    plan: Option<Planned>,
}

impl Outcome {
    fn report(&self) -> MixReport<'_> {
        let report = self.fitted.report();
        match &self.truth {
            None => report,
            Some(panel) => report.with_true_roi((0..panel.channels.len()).map(|at| panel.roas(at))),
        }
    }

    /// The main figures for reading.
    fn document(&self) -> Document {
        let mut document = self.report().document();
        if self.truth.is_some() {
            document.title = format!(
                "a simulated panel, true returns beside the estimates: {}",
                document.title
            );
        }
        document.sections.extend(self.fitted.coefficients());
        document.sections.extend(self.answers.sections());
        document.sections.extend(self.checked.sections());
        document.sections.extend(self.joined.sections());
        let plan = self.plan.iter();
        document.sections.extend(plan.flat_map(Planned::sections));
        document
    }

    /// Every figure.
    fn json(&self, by_geo: bool) -> Value {
        let mut document = json!(self.fitted.posterior().report().with_geos(by_geo));
        self.fitted.add_to(&mut document);
        self.answers.add_to(&mut document);
        self.checked.add_to(&mut document);
        self.joined.add_to(&mut document);
        if let Some(plan) = &self.plan {
            document["plan"] = plan.document();
        }
        document
    }
}

fn run(options: &Options) -> Result<()> {
    fit::check(options.estimator, options.trials)?;
    let drawn = options.pictures.are_asked()?;
    if options.kpi.len() > 1 {
        if drawn {
            return Err(Error::Setting {
                name: "--kpi".into(),
                value: options.kpi.join(","),
                expected: "one KPI where a page or pictures are drawn".into(),
            });
        }
        return write_out(&shared::fitted(options)?);
    }
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
    let bar = Bar::new(options.json);
    let fitted = interrupt::may_end(&bar, |progress| {
        Fitted::new(options, &specification, &panel, progress)
    })?;
    let model = fitted.posterior();
    let plan = plan::best(&options.plan, model, &bar)?;
    let columns = options::named_columns(options)?;
    let estimator = fit::estimator(options, 0);
    let answers = options
        .questions
        .ask(model, estimator.as_ref(), columns.as_ref())?;
    let checked = check_options::check(options, &specification, &panel)?;
    let in_money = options.kpi_in_money || truth.is_some();
    let joined = options
        .reconcile
        .join(model, options.lift.as_deref(), in_money)?;
    drop(bar);
    note_dropped_columns(model, &findings);
    let outcome = Outcome {
        fitted,
        truth,
        answers,
        checked,
        joined,
        plan,
    };
    if drawn {
        draw(options, &outcome)?;
    }
    let text = if options.json {
        json::escaped(outcome.json(options.geo.is_some())) + "\n"
    } else {
        options.terminal.shown(outcome.document()).to_string()
    };
    write_out(&text)
}

fn write_out(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes the page and its charts.
#[cfg(feature = "html")]
fn draw(options: &Options, outcome: &Outcome) -> Result<()> {
    let model = outcome.fitted.posterior();
    let chapter = MixChapter::new(model).with_prior_roi(outcome.fitted.prior_roi());
    let chapter = outcome.answers.add_to_chapter(chapter);
    let chapter = match outcome.fitted.search() {
        Some(search) => chapter.with_search(search),
        None => chapter,
    };
    // what is simulated is sold for money
    let in_money = options.kpi_in_money || outcome.truth.is_some();
    let kpi = options.kpi.first().map(String::as_str);
    let about = format!("Where {} came from", kpi.unwrap_or("sales"));
    let mut results = Results::new(about)
        .with_mix(model)
        .with_prior_roi(outcome.fitted.prior_roi())
        .with_holdout(outcome.answers.holdout());
    let chapter = match in_money {
        true => {
            results = results.with_kpi_in_money();
            chapter.with_kpi_in_money()
        }
        false => chapter,
    };
    let chapter = match &outcome.truth {
        Some(panel) => {
            results = results.with_chip("simulated, seed", options.seed.to_string());
            chapter.with_true_roi((0..panel.channels.len()).map(|at| panel.roas(at)))
        }
        None => {
            results = results.with_chip("seed", options.seed.to_string());
            chapter
        }
    };
    let chapter = match kpi {
        Some(name) => {
            results = results.with_kpi_name(name);
            chapter.with_kpi_name(name)
        }
        None => chapter,
    };
    let sensitivity = outcome.plan.as_ref().and_then(plan::Planned::sensitivity);
    let chapter = match sensitivity {
        Some(sensitivity) => chapter.with_sensitivity(sensitivity),
        None => chapter,
    };
    let mut results = results.with_chapter(chapter.chapter());
    if let Some(plan) = &outcome.plan {
        let others = plan::of_other_totals(&options.plan, model, plan)?;
        results = results
            .with_plan(plan.plan())
            .with_chip("spent now", options.plan.now_in_words())
            .with_chapter(plan.chapter(model, kpi, &others)?);
        if let Some(sensitivity) = sensitivity {
            results = results.with_sensitivity(sensitivity);
        }
    }
    options.pictures.write(&results.page())
}

#[cfg(not(feature = "html"))]
fn draw(_: &Options, _: &Outcome) -> Result<()> {
    Ok(())
}

/// Names the columns that were left out, unless a finding has named them.
fn note_dropped_columns(model: &Posterior, findings: &[Finding]) {
    let dropped = model.dropped_columns().iter();
    for column in dropped.filter(|column| !explained(column, findings)) {
        eprintln!(
            "note: {column} is a combination of other columns of the baseline and was left out"
        );
    }
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
