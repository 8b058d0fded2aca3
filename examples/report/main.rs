//! One page of a simulated retailer: credit by channel, journeys, a mix model and the next budget,
//! with the truth beside where the simulation knows it.
//!
//!     cargo run --release --features html --example report
//!     cargo run --release --features html --example report -- --html report.html --svg pictures

#[path = "../common/exit.rs"]
mod exit;
#[path = "../common/pictures.rs"]
mod pictures;
#[path = "../common/progress.rs"]
mod progress;

use clap::Parser;
use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::budget::{Goal, Plan};
use mixtouch::mix::estimate::{Search, SearchFit};
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::pages::{AttributionChapter, MixChapter, PlanChapter, Results};
use mixtouch::report::html::Page;
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};
use mixtouch::simulate::retailer::Retailer;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Comparison, ComparisonTable, JourneyBuilder, JourneyOptions, Journeys, Result};
use pictures::PictureOptions;
use progress::Bar;
use std::process::ExitCode;

/// Channels on the way of those who are about to buy: the retailer knows that they cause nothing.
const CAPTURE: [&str; 4] = ["search", "direct", "store", "call centre"];
/// The periods that are planned.
const PERIODS: usize = 4;

/// Writes one page of a simulated retailer, the truth beside the estimates.
///
/// Persons and weeks are simulated apart: two businesses with the same kind of channels.
#[derive(Debug, Parser)]
#[command(name = "report")]
struct Options {
    /// Persons of the simulated log
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    persons: u64,
    /// Replicates behind the intervals of credit
    #[arg(long, value_name = "N", default_value_t = 50)]
    bootstrap: usize,
    /// Candidates of the search for the mix model
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    trials: usize,
    /// Seed of both simulations
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    pictures: PictureOptions,
}

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    let drawn = options.pictures.are_asked()?;
    let bar = Bar::new(!drawn);
    let retailer = Retailer::new(options.persons, options.seed)?;
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&retailer.events)?;
    builder.add_costs(&retailer.costs);
    let journeys = builder.build()?;
    let table = credit(options, &journeys, &bar)?;
    let panel = PanelWorld::small_business()?.simulate(options.seed);
    let search = Search::default().with_evaluations(options.trials);
    let fit = search.fit_with_progress(&MixSpecification::new(), &panel.panel()?, &bar)?;
    drop(bar);
    let (plan, others) = plans(fit.posterior())?;
    let page = page(
        options,
        &retailer,
        &journeys,
        &table,
        &panel,
        &fit,
        (&plan, &others),
    );
    if drawn {
        return options.pictures.write(&page);
    }
    println!("{}", page.headline());
    println!(
        "{} charts; write them with --html FILE or --svg DIR",
        page.charts().len()
    );
    Ok(())
}

fn credit(options: &Options, journeys: &Journeys, bar: &Bar) -> Result<ComparisonTable> {
    Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .model("linear", Linear)
        .fit("markov", Markov::order(1)?)
        .fit(
            "time-to-event",
            AdditiveHazard::default().with_demand_capture(CAPTURE),
        )
        .bootstrap(
            Bootstrap::new(options.bootstrap, options.seed)?.with_level(ConfidenceLevel::P90),
        )
        .run_with_progress(journeys, bar)
}

/// The best plan of today's total, and those of less and more.
fn plans(model: &Posterior) -> Result<(Plan, Vec<Plan>)> {
    let budget = model.budget(PERIODS, 0.5, 1.5)?;
    let curves = model.response_curves(PERIODS)?;
    let now: f64 = budget.channels().iter().map(|channel| channel.now()).sum();
    let plan = |factor: f64| {
        budget.plan(
            &curves,
            Goal::Outcome {
                total: factor * now,
            },
        )
    };
    let others = [0.6, 0.8, 1.2, 1.4]
        .map(plan)
        .into_iter()
        .collect::<Result<_>>()?;
    Ok((plan(1.0)?, others))
}

fn page(
    options: &Options,
    retailer: &Retailer,
    journeys: &Journeys,
    table: &ComparisonTable,
    panel: &SimulatedPanel,
    fit: &SearchFit,
    (plan, others): (&Plan, &[Plan]),
) -> Page {
    let model = fit.posterior();
    let caused = retailer
        .incremental
        .iter()
        .map(|(name, caused)| (*name, *caused));
    let roas = (0..panel.channels.len()).map(|at| panel.roas(at));
    let mix = MixChapter::new(model)
        .with_search(fit.report())
        .with_true_roi(roas);
    let spend = PlanChapter::new(plan)
        .with_model(model, PERIODS)
        .with_totals(others);
    Results::new("A simulated retailer: its log of persons, and its weeks of sales and spend")
        .with_chip("simulated, seed", options.seed.to_string())
        .with_mix(model)
        .with_plan(plan)
        .with_attribution(table)
        .with_journeys(journeys)
        .with_chapter(mix.chapter())
        .with_chapter(spend.chapter())
        .with_chapter(AttributionChapter::new(table).with_truth(caused).chapter())
        .page()
}
