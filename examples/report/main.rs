//! One page of a simulated retailer: credit by channel, journeys, a mix model, the next budget,
//! experiments and KPIs, with the truth beside where the simulation knows it.
//!
//!     cargo run --release --features html --example report
//!     cargo run --release --features html --example report -- --html report.html --svg pictures

#[path = "../common/exit.rs"]
mod exit;
mod experiments;
mod kpis;
#[path = "../common/pictures.rs"]
mod pictures;
#[path = "../common/progress.rs"]
mod progress;

use clap::Parser;
use experiments::Experiments;
use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::budget::{FlightPlan, Goal, Plan, PlanSensitivity};
use mixtouch::kpi::dashboard::Dashboard;
use mixtouch::mix::estimate::{Holdout, HoldoutRow, Search, SearchFit};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::{MixForecast, PlanHorizon, Posterior};
use mixtouch::mix::specification::MixSpecification;
use mixtouch::pages::{AttributionChapter, JourneysChapter, MixChapter, PlanChapter, Results};
use mixtouch::report::html::{Chapter, Page};
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};
use mixtouch::simulate::retailer::Retailer;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{
    Comparison, ComparisonTable, Day, Fit, JourneyBuilder, JourneyOptions, Journeys, Lookback,
    Result,
};
use pictures::PictureOptions;
use progress::Bar;
use std::process::ExitCode;

/// Channels on the way of those who are about to buy: the retailer knows that they cause nothing.
const CAPTURE: [&str; 4] = ["search", "direct", "store", "call centre"];
/// Which business a chapter is of.
const OF_SHOP: &str = "Of the shop: four channels by week. The retailer's log is not part of this.";
const OF_RETAILER: &str =
    "Of the retailer: a log of persons. The shop's weeks are not part of this.";
/// The periods that are planned.
const PERIODS: usize = 4;
/// The most that a period spends, in means of the periods planned.
const PEAK: f64 = 2.0;
/// The weeks whose mean spend counts as today's.
const YEAR: usize = 52;
/// The last weeks that are predicted from those before, and the next that are forecast.
const HELD_OUT: usize = 13;

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

/// Everything that the page shows.
struct Found {
    retailer: Retailer,
    journeys: Journeys,
    table: ComparisonTable,
    /// The same with shorter windows.
    windows: Vec<(&'static str, ComparisonTable)>,
    panel: SimulatedPanel,
    fit: SearchFit,
    holdout: Vec<HoldoutRow>,
    forecast: MixForecast,
    plans: Plans,
    experiments: Experiments,
    dashboard: Dashboard,
}

fn run(options: &Options) -> Result<()> {
    let drawn = options.pictures.are_asked()?;
    let bar = Bar::new(!drawn);
    let found = Found::new(options, &bar)?;
    drop(bar);
    let page = found.page(options)?;
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

impl Found {
    fn new(options: &Options, bar: &Bar) -> Result<Self> {
        let retailer = Retailer::new(options.persons, options.seed)?;
        let journeys = journeys(&retailer, JourneyOptions::default())?;
        let table = credit(options, &journeys, bar)?;
        let panel = PanelWorld::small_business()?.simulate(options.seed);
        let search = Search::default().with_evaluations(options.trials);
        let (mix, weeks) = (MixSpecification::new(), panel.panel()?);
        let fit = search.fit_with_progress(&mix, &weeks, bar)?;
        Ok(Self {
            windows: windows(&retailer)?,
            experiments: Experiments::new(options.persons, options.seed, &table)?,
            dashboard: kpis::dashboard(&retailer, &journeys)?,
            retailer,
            journeys,
            table,
            panel,
            forecast: fit.posterior().forecast(&a_year_later(&weeks, HELD_OUT)?)?,
            holdout: Holdout::new(HELD_OUT).run(&search, &mix, &weeks)?,
            plans: plans(fit.posterior())?,
            fit,
        })
    }

    fn page(&self, options: &Options) -> Result<Page> {
        let model = self.fit.posterior();
        let roas = (0..self.panel.channels.len()).map(|at| self.panel.roas(at));
        let mix = MixChapter::new(model)
            .with_kpi_in_money()
            .with_search(self.fit.report())
            .with_forecast(&self.forecast)
            .with_holdout(&self.holdout)
            .with_sensitivity(&self.plans.sensitivity)
            .with_true_roi(roas);
        let spend = PlanChapter::new(&self.plans.best)
            .with_model(model, PERIODS)
            .with_now(self.plans.now.0, self.plans.now.1)
            .with_totals(&self.plans.other_totals)
            .with_sensitivity(&self.plans.sensitivity)
            .with_flights(&self.plans.flights);
        let journeys = JourneysChapter::new(&self.journeys).chapter();
        let about = "Two simulated businesses, not to be compared: a shop, of which weeks of sales and \
                     spend are known (mix model, plan), and a retailer with a log of persons (all else)";
        let page = Results::new(about)
            .with_businesses("Shop", "Retailer")
            .with_chip("simulated, seed", options.seed.to_string())
            .with_mix(model)
            .with_kpi_in_money()
            .with_plan(&self.plans.best)
            .with_sensitivity(&self.plans.sensitivity)
            .with_holdout(&self.holdout)
            .with_attribution(&self.table)
            .with_journeys(&self.journeys)
            .with_priorities(&self.experiments.priorities)
            .with_chapter(mix.chapter().with_introduction(OF_SHOP))
            .with_chapter(spend.chapter().with_introduction(OF_SHOP))
            .with_chapter(journeys.with_introduction(OF_RETAILER))
            .with_chapter(self.attribution()?)
            .with_chapter(self.experiments.chapter());
        let chapters = kpis::chapters(&self.dashboard).into_iter();
        let chapters = chapters.map(|chapter| chapter.with_introduction(OF_RETAILER));
        Ok(chapters.fold(page, Results::with_chapter).page())
    }

    fn attribution(&self) -> Result<Chapter> {
        let caused = self.retailer.incremental.iter();
        let caused = caused.map(|(name, caused)| (*name, *caused));
        let hazard = hazard().fit(&self.journeys)?;
        let chapter = AttributionChapter::new(&self.table)
            .with_truth(caused)
            .with_true_baseline(self.retailer.baseline)
            .with_priorities(&self.experiments.priorities)
            .with_stages(&self.journeys, "time-to-event", &hazard)?;
        let windows = self.windows.iter();
        let chapter = windows.fold(chapter, |chapter, (name, table)| {
            chapter.with_window(*name, table)
        });
        let chapter = chapter.with_window("30 days", &self.table).chapter();
        Ok(chapter.with_introduction(OF_RETAILER))
    }
}

/// The weeks after a panel's, with the spend and the controls of the same weeks a year before.
fn a_year_later(panel: &Panel, weeks: usize) -> Result<Panel> {
    let first = panel.periods() - YEAR;
    let same = first..first + weeks;
    let dates = panel.dates()[same.clone()].iter();
    let dates = dates.map(|day| day.plus(7 * YEAR as i32)).collect();
    // what will be sold is not known, and not looked at
    let mut later = Panel::new(None, dates, panel.geos().to_vec(), vec![0.0; weeks])?;
    for channel in panel.channels() {
        later = later.with_channel(channel.name(), channel.spend()[same.clone()].to_vec())?;
    }
    for control in panel.controls() {
        later = later.with_control(control.name(), control.values()[same.clone()].to_vec())?;
    }
    Ok(later)
}

fn journeys(retailer: &Retailer, options: JourneyOptions) -> Result<Journeys> {
    let mut builder = JourneyBuilder::new(options);
    builder.extend(&retailer.events)?;
    builder.add_costs(&retailer.costs);
    builder.build()
}

fn hazard() -> AdditiveHazard {
    AdditiveHazard::default().with_demand_capture(CAPTURE)
}

fn credit(options: &Options, journeys: &Journeys, bar: &Bar) -> Result<ComparisonTable> {
    Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .model("linear", Linear)
        .fit("markov", Markov::order(1)?)
        .fit("time-to-event", hazard())
        .bootstrap(
            Bootstrap::new(options.bootstrap, options.seed)?.with_level(ConfidenceLevel::P90),
        )
        .run_with_progress(journeys, bar)
}

/// Credit where touches count for a week or two before a conversion.
fn windows(retailer: &Retailer) -> Result<Vec<(&'static str, ComparisonTable)>> {
    let each = [("7 days", 7.0), ("14 days", 14.0)];
    let table = |(name, days): (&'static str, f64)| {
        let options = JourneyOptions::default().with_lookback(Lookback::days(days)?);
        let comparison = Comparison::new()
            .model("linear", Linear)
            .fit("time-to-event", hazard());
        Ok((name, comparison.run(&journeys(retailer, options)?)?))
    };
    each.into_iter().map(table).collect()
}

/// The best plan of today's total, those of less and more, what knowing a curve is worth, and the
/// spend of each period.
struct Plans {
    best: Plan,
    other_totals: Vec<Plan>,
    sensitivity: PlanSensitivity,
    flights: FlightPlan,
    /// The first and the last week whose mean spend counts as now.
    now: (Day, Day),
}

/// Channels here run in bursts, so that a year says what is spent now and the last weeks do not.
fn plans(model: &Posterior) -> Result<Plans> {
    let horizon = PlanHorizon::new(PERIODS)
        .with_now_of_last(YEAR)
        .with_factors(0.5..=1.5);
    let budget = model.budget_over(&horizon)?;
    let curves = model.response_curves_over(&horizon)?;
    let now: f64 = budget.channels().iter().map(|channel| channel.now()).sum();
    let goal = |factor: f64| Goal::Outcome {
        total: factor * now,
    };
    let other_totals = [0.6, 0.8, 1.2, 1.4].map(|factor| budget.plan(&curves, goal(factor)));
    Ok(Plans {
        now: horizon.now(model.panel())?,
        best: budget.plan(&curves, goal(1.0))?,
        other_totals: other_totals.into_iter().collect::<Result<_>>()?,
        flights: budget.plan_flights(&model.flights_over(&horizon)?, goal(1.0), PEAK)?,
        sensitivity: budget.sensitivity(&curves, goal(1.0), ConfidenceLevel::P90)?,
    })
}
