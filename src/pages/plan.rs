//! The chapter of a plan.

use crate::budget::{Bound, FlightPlan, Plan, PlanSensitivity, PlannedChannel};
use crate::mix::posterior::Posterior;
use crate::pages::kpi_name::KpiName;
use crate::pages::largest::Largest;
use crate::pages::mix_curves;
use crate::pages::plan_top::{PlanTop, probability};
use crate::pages::words;
use crate::report::chart::{
    Bars, Chart, Dumbbell, HeatMap, Histogram, Mark, Measure, ResponseCurve, Size, Waterfall,
};
use crate::report::html::{Chapter, PageTable};
use crate::report::{Cell, Table, digits_for};
use crate::stats::ConfidenceLevel;
use crate::time::Day;

const LEVEL: ConfidenceLevel = ConfidenceLevel::P90;
/// What is said where knowing no channel's curve would change the plan.
pub(crate) const NO_TEST: &str = "No single test would change the plan";

/// Charts of a plan of spend.
///
/// ```
/// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
/// use mixtouch::pages::PlanChapter;
///
/// struct Root(f64);
/// impl ResponseCurve for Root {
///     fn response(&self, spend: f64) -> f64 {
///         self.0 * spend.sqrt()
///     }
///     fn slope(&self, spend: f64) -> f64 {
///         self.0 / (2.0 * spend.sqrt())
///     }
/// }
/// let channel = |name| ChannelBudget::new(name, 50.0).with_bounds(10.0..=90.0);
/// let channels = ["tv", "search"].map(channel);
/// let curves = Ensemble::single(vec![Root(1.0), Root(2.0)])?;
/// let plan = Budget::new(channels).plan(&curves, Goal::Outcome { total: 100.0 })?;
/// let chapter = PlanChapter::new(&plan).chapter();
/// assert!(chapter.charts().count() >= 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PlanChapter<'a> {
    plan: &'a Plan,
    model: Option<(&'a Posterior, usize)>,
    now: Option<(Day, Day)>,
    totals: &'a [Plan],
    sensitivity: Option<&'a PlanSensitivity>,
    flights: Option<&'a FlightPlan>,
    kpi: KpiName,
}

impl<'a> PlanChapter<'a> {
    /// A chapter on this plan.
    pub fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            model: None,
            now: None,
            totals: &[],
            sensitivity: None,
            flights: None,
            kpi: KpiName::default(),
        }
    }

    /// The same chapter with the response curves of the model that the plan of so many periods was
    /// made on, with dots for spend now and as planned.
    #[must_use]
    pub fn with_model(self, model: &'a Posterior, periods: usize) -> Self {
        Self {
            model: Some((model, periods.max(1))),
            ..self
        }
    }

    /// The same chapter with the first and the last period whose mean spend counts as now, as
    /// [`PlanHorizon::now`](crate::mix::posterior::PlanHorizon::now) says.
    #[must_use]
    pub fn with_now(self, first: Day, last: Day) -> Self {
        Self {
            now: Some((first, last)),
            ..self
        }
    }

    /// The same chapter with the best plans of other totals: outcome against budget.
    #[must_use]
    pub fn with_totals(self, plans: &'a [Plan]) -> Self {
        Self {
            totals: plans,
            ..self
        }
    }

    /// The same chapter with what knowing the curves is worth: which channel to test next.
    #[must_use]
    pub fn with_sensitivity(self, sensitivity: &'a PlanSensitivity) -> Self {
        Self {
            sensitivity: Some(sensitivity),
            ..self
        }
    }

    /// The same chapter with spend by period.
    #[must_use]
    pub fn with_flights(self, flights: &'a FlightPlan) -> Self {
        Self {
            flights: Some(flights),
            ..self
        }
    }

    /// The same chapter with what the KPI is called, as of
    /// [`MixChapter::with_kpi_name`](crate::pages::MixChapter::with_kpi_name).
    #[must_use]
    pub fn with_kpi_name(mut self, name: impl Into<String>) -> Self {
        self.kpi.name = Some(name.into());
        self
    }

    /// The chapter.
    pub fn chapter(&self) -> Chapter {
        let top = PlanTop::new(self.plan);
        let chapter = match self.now {
            Some(_) => Chapter::new("Plan").with_text(format!("Spend{}.", self.now_is())),
            None => Chapter::new("Plan"),
        };
        chapter
            .with_chart(self.spend(&top))
            .with_chart(self.outcome(&top))
            .with_charts(self.gains(&top))
            .with_charts(self.by_total())
            .with_charts(self.sensitivity.map(tests))
            .with_charts(self.flights.map(by_period))
            .with_charts(self.curves())
            .with_table(self.table())
    }

    /// What counts as now, where it is known.
    fn now_is(&self) -> String {
        self.now.map_or_else(String::new, |(first, last)| {
            format!(" now is the mean of the periods from {first} to {last}")
        })
    }

    /// The channels by spend, the largest first.
    fn channels(&self) -> Vec<&PlannedChannel> {
        let channels = self.plan.channels();
        let spends: Vec<f64> = channels
            .iter()
            .map(|channel| channel.now.max(channel.planned))
            .collect();
        let order = Largest::of(&spends, channels.len()).named;
        order.into_iter().map(|at| &channels[at]).collect()
    }

    fn spend(&self, top: &PlanTop<'_>) -> Chart {
        let channels = self.channels();
        let names = channels.iter().map(|channel| channel.channel.clone());
        let dumbbell = Dumbbell::new(Measure::new("spend").with_digits(0), names).with_sides(
            ("now", channels.iter().map(|channel| channel.now)),
            ("planned", channels.iter().map(|channel| channel.planned)),
        );
        Chart::new(top.moves(), dumbbell)
            .with_subtitle("Spend over the periods planned, now and as planned")
            .with_size(Size::Half)
    }

    fn outcome(&self, top: &PlanTop<'_>) -> Chart {
        let plan = self.plan;
        let start = Waterfall::new(Measure::new("outcome").with_digits(0))
            .with_level("as now", plan.outcome_now());
        let waterfall = self
            .channels()
            .into_iter()
            .fold(start, |waterfall, channel| {
                waterfall.with_change(
                    &channel.channel,
                    channel.outcome_planned - channel.outcome_now,
                )
            });
        Chart::new(
            top.gain(),
            waterfall.with_level("planned", plan.outcome_planned()),
        )
        .with_subtitle("Expected outcome of the periods planned, by channel")
        .with_size(Size::Half)
    }

    /// How the gain is spread over what the model holds possible.
    fn gains(&self, top: &PlanTop<'_>) -> Option<Chart> {
        const BINS: usize = 20;
        let gains = self.plan.gains();
        let known = || gains.iter().filter(|(_, gain)| gain.is_finite());
        let all: f64 = known().map(|(weight, _)| weight).sum();
        let (low, high) = (
            known().map(|(_, gain)| *gain).fold(f64::MAX, f64::min),
            known().map(|(_, gain)| *gain).fold(f64::MIN, f64::max),
        );
        if low >= high || all <= 0.0 {
            return None;
        }
        let mut sums = [0.0; BINS];
        for (weight, gain) in known() {
            let bin = (BINS as f64 * (gain - low) / (high - low)) as usize;
            sums[bin.min(BINS - 1)] += weight / all;
        }
        let step = (high - low) / BINS as f64;
        let bins = Histogram::new(
            Measure::new("gain over spending as now").with_digits(digits_for([step], 0)),
            Measure::share("probability"),
        );
        let bins = sums.iter().enumerate().fold(bins, |bins, (at, share)| {
            bins.with_bin(low + at as f64 * step, low + (at + 1) as f64 * step, *share)
        });
        let title = format!(
            "The plan is better than today with a probability {}",
            probability(top.better()?)
        );
        let chart = Chart::new(title, bins).with_size(Size::Half);
        Some(chart.with_subtitle("Gain by what the model holds possible"))
    }

    /// The best outcome of each total.
    fn by_total(&self) -> Option<Chart> {
        let mut plans: Vec<&Plan> = self.totals.iter().chain([self.plan]).collect();
        plans.sort_by(|a, b| a.total().total_cmp(&b.total()));
        plans.dedup_by(|a, b| a.total() <= b.total());
        let (first, last) = (*plans.first()?, *plans.last()?);
        if first.total() >= last.total() {
            return None;
        }
        let point = |plan: &&Plan| {
            let mark = Mark::new(plan.outcome_planned());
            let ends = plan.gain_interval(LEVEL);
            let mark = ends.map_or(mark, |gain| {
                let now = plan.outcome_now();
                mark.with_interval(now + gain.low(), now + gain.high())
            });
            (plan.total(), mark)
        };
        let curve = ResponseCurve::new(
            Measure::new("total budget").with_digits(0),
            Measure::new("outcome").with_digits(0),
        )
        .with_points(plans.iter().map(point))
        .with_dot("the plan", self.plan.total());
        let step = |pair: &[&Plan]| {
            let more = pair[1].total() - pair[0].total();
            let each = (pair[1].outcome_planned() - pair[0].outcome_planned()) / more;
            let [from, to, each] = [pair[0].total(), pair[1].total(), each].map(words::short);
            format!("{each} from {from} to {to}")
        };
        let steps: Vec<&[&Plan]> = plans.windows(2).collect();
        let title = match steps[..] {
            [only] => format!("A further unit brings {}", step(only)),
            _ => format!(
                "A further unit brings {}, and {}",
                step(steps[0]),
                step(steps[steps.len() - 1])
            ),
        };
        let chart = Chart::new(title, curve).with_size(Size::Half);
        Some(chart.with_subtitle("Best outcome by total budget"))
    }

    fn curves(&self) -> Vec<Chart> {
        let Some((model, periods)) = self.model else {
            return Vec::new();
        };
        let summaries = model.channels();
        let about = self
            .now
            .map_or_else(String::new, |_| format!("; spend{}", self.now_is()));
        let curve = |planned: &PlannedChannel| {
            let channel = summaries
                .iter()
                .find(|channel| channel.channel == planned.channel)?;
            let each = [("now", planned.now), ("planned", planned.planned)];
            let dots = each.map(|(name, spend)| (name, spend / periods as f64));
            let says = moved(planned, periods);
            mix_curves::response(model, channel, &dots, &self.kpi, (&says, &about))
        };
        self.channels().into_iter().filter_map(curve).collect()
    }

    fn table(&self) -> PageTable {
        let rows = self.channels().into_iter().map(|channel| {
            let change = (channel.now > 0.0).then(|| channel.planned / channel.now - 1.0);
            [
                Cell::from(&channel.channel),
                Cell::number(channel.now, 0),
                Cell::number(channel.planned, 0),
                Cell::percent(change, 0),
                Cell::number(channel.outcome_planned - channel.outcome_now, 0),
                Cell::number(channel.marginal_return, 2),
                limits(channel).into(),
            ]
        });
        let columns = [
            "channel",
            "now",
            "planned",
            "change",
            "outcome gained",
            "next unit, laid out evenly",
            "limits",
        ];
        PageTable::new("The plan by channel", Table::new(columns).with_rows(rows))
    }
}

/// What becomes of a channel's spend a period.
fn moved(planned: &PlannedChannel, periods: usize) -> String {
    let [from, to] =
        [planned.now, planned.planned].map(|spend| words::short(spend / periods as f64));
    match from == to {
        true => format!("{from} a period as now"),
        false => format!("from {from} to {to} a period"),
    }
}

/// Between which limits a channel's spend was planned, and whether it lies at one.
fn limits(channel: &PlannedChannel) -> String {
    let least = words::short(channel.lowest);
    let ends = match channel.highest {
        Some(most) => format!("{least} to {}", words::short(most)),
        None if channel.lowest > 0.0 => format!("{least} at least"),
        None => "none".to_owned(),
    };
    match channel.at_bound {
        None => ends,
        Some(Bound::Lower) => format!("{ends}, at the lower"),
        Some(Bound::Upper) => format!("{ends}, at the upper"),
        Some(Bound::Fixed) => "fixed".to_owned(),
    }
}

/// What knowing a channel's curve would gain.
fn tests(sensitivity: &PlanSensitivity) -> Chart {
    let worth: Vec<f64> = sensitivity
        .channels
        .iter()
        .map(|channel| channel.worth_of_knowing)
        .collect();
    let order = Largest::of(&worth, worth.len()).named;
    let names = order
        .iter()
        .map(|&at| sensitivity.channels[at].channel.clone());
    let bars = Bars::new(Measure::new("outcome").with_digits(0), names)
        .with_series("", order.iter().map(|&at| worth[at]));
    let title = sensitivity.to_test_first().map_or_else(
        || NO_TEST.to_owned(),
        |first| {
            format!(
                "Test {} first: knowing its curve is worth up to {}",
                first.channel,
                words::short(first.worth_of_knowing)
            )
        },
    );
    Chart::new(title, bars)
        .with_subtitle("What the plan would gain from knowing a channel's curve")
        .with_size(Size::Half)
}

/// Spend by channel and period.
fn by_period(flights: &FlightPlan) -> Chart {
    let periods = flights
        .channels
        .first()
        .map_or(0, |channel| channel.by_period.len());
    let columns = (1..=periods).map(|period| period.to_string());
    let map = HeatMap::new(Measure::new("spend by period").with_digits(0), columns);
    let map = flights.channels.iter().fold(map, |map, channel| {
        map.with_row(&channel.channel, channel.by_period.iter().copied())
    });
    let timing = flights.outcome_planned - flights.outcome_laid_out_evenly;
    let title = format!(
        "Timing is worth {} over laying spend out evenly",
        words::short(timing)
    );
    Chart::new(title, map).with_subtitle("Spend by channel and period planned")
}
