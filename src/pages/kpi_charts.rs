//! Charts of a dashboard.

use crate::kpi::customers::Cohort;
use crate::kpi::dashboard::Dashboard;
use crate::kpi::service::QuestionVoice;
use crate::pages::apart::{Ends, surely_apart, surely_first};
use crate::pages::kpi_trends::{measure, of_mean, of_rate, of_score};
use crate::pages::largest::Largest;
use crate::pages::{words, worth_charts};
use crate::report::chart::{Bars, Chart, Dumbbell, Forest, HeatMap, Mark, Measure, Size};
use crate::stats::Proportion;

/// The names that a chart shows.
const MOST: usize = 15;

/// What may be said of the order of several rates.
struct Ranking<'a> {
    /// The largest as counted.
    largest: &'a str,
    /// The one whose interval lies above all others.
    first: Option<&'a str>,
    /// One that is surely more, and one that is surely less.
    apart: Option<(&'a str, &'a str)>,
}

/// A forest of rates by name, the largest first; none without any.
fn rates(
    title: impl Fn(&Ranking<'_>) -> String,
    what: &str,
    rows: &[(String, &Proportion)],
) -> Option<Chart> {
    let known: Vec<&(String, &Proportion)> = rows
        .iter()
        .filter(|(_, rate)| rate.rate.is_some())
        .collect();
    if known.len() < 2 {
        return None;
    }
    let sizes: Vec<f64> = known
        .iter()
        .map(|(_, rate)| rate.rate.unwrap_or(0.0))
        .collect();
    let order = Largest::of(&sizes, known.len()).named;
    let shown = &order[..order.len().min(MOST)];
    let forest = Forest::new(
        Measure::share(what),
        shown.iter().map(|&at| known[at].0.clone()),
    )
    .with_series("", shown.iter().map(|&at| of_rate(known[at].1)));
    let ends: Vec<Ends> = known.iter().map(|row| of_rate(row.1).interval()).collect();
    let name = |at: usize| known[at].0.as_str();
    let ranking = Ranking {
        largest: name(order[0]),
        first: surely_first(&ends).map(name),
        apart: surely_apart(&ends).map(|(more, less)| (name(more), name(less))),
    };
    Some(Chart::new(title(&ranking), forest).with_size(Size::Half))
}

/// Rates, kinds of journeys, returns and friction.
pub(crate) fn conversion(dashboard: &Dashboard) -> Vec<Chart> {
    let rows: Vec<(String, &Proportion)> = dashboard
        .conversion
        .conversion
        .by_channel
        .iter()
        .map(|row| (row.channel.clone(), &row.rate))
        .collect();
    let title = |ranking: &Ranking<'_>| match ranking.apart {
        Some((more, less)) => {
            format!("Persons reached by {more} buy more often than those reached by {less}")
        }
        None => "No channel's persons surely buy more often than another's".to_owned(),
    };
    let by_channel = rates(title, "of persons reached who bought", &rows);
    let charts = [
        by_channel.map(|chart| {
            chart.with_subtitle(
                "Conversion of persons by a channel that reached them, with intervals",
            )
        }),
        kinds(dashboard),
        friction(dashboard),
        email(dashboard),
    ];
    charts.into_iter().flatten().collect()
}

fn kinds(dashboard: &Dashboard) -> Option<Chart> {
    let kinds = &dashboard.conversion.journey_kinds.kinds;
    let rows: Vec<(String, &Proportion)> = kinds
        .iter()
        .map(|kind| (kind.kind.name().to_owned(), &kind.purchases))
        .collect();
    let title = |ranking: &Ranking<'_>| {
        let largest = ranking.largest;
        format!("The largest part of purchases comes by journeys of the kind {largest}")
    };
    let chart = rates(title, "of purchases", &rows)?;
    Some(chart.with_subtitle("Purchases by kind of journey, with intervals"))
}

fn friction(dashboard: &Dashboard) -> Option<Chart> {
    let points = &dashboard.journeys.journey_map.report.friction;
    let shown: Vec<_> = points.iter().take(MOST).collect();
    let worst = shown
        .iter()
        .max_by(|a, b| a.lost.count.total_cmp(&b.lost.count))?;
    let bars = Bars::new(
        Measure::new("conversions lost").with_digits(1),
        shown.iter().map(|point| point.step.clone()),
    );
    let marks = shown.iter().map(|point| {
        let mark = Mark::new(point.lost.count);
        let ends = point.lost.interval;
        ends.map_or(mark, |ends| mark.with_interval(ends.low(), ends.high()))
    });
    let sure = worst.lost.interval.is_some_and(|ends| ends.low() > 0.0);
    let title = match sure {
        true => format!(
            "{} loses most: {} conversions",
            worst.step,
            words::short(worst.lost.count)
        ),
        false => "No step loses conversions beyond chance".to_owned(),
    };
    let chart = Chart::new(title, bars.with_series("", marks)).with_size(Size::Half);
    Some(chart.with_subtitle("Conversions lost at a step against the mean of all, with intervals"))
}

fn email(dashboard: &Dashboard) -> Option<Chart> {
    let email = dashboard.conversion.email.as_ref()?;
    let rows = [
        ("opened", &email.opened),
        ("clicked", &email.clicked),
        ("clicked of opened", &email.clicked_of_opened),
    ]
    .map(|(name, rate)| (name.to_owned(), rate));
    let opened = words::percent(email.opened.rate?);
    let delivered = words::short(email.delivered as f64);
    let title = |_: &Ranking<'_>| format!("{opened} of {delivered} e-mails delivered were opened");
    let chart = rates(title, "of e-mails", &rows)?;
    Some(chart.with_subtitle("E-mails opened and clicked, with intervals"))
}

/// Cohorts, segments and values.
pub(crate) fn customers(dashboard: &Dashboard) -> Vec<Chart> {
    let charts = [
        cohorts(dashboard),
        worth_charts::cohort_values(dashboard),
        segments(dashboard),
        segment_values(dashboard),
        worth_charts::value_to_cost(dashboard),
    ];
    let charts = charts.into_iter().flatten();
    charts.chain(worth_charts::payback(dashboard)).collect()
}

fn cohorts(dashboard: &Dashboard) -> Option<Chart> {
    let cohorts: &[Cohort] = &dashboard.customers.cohorts.cohorts;
    let longest = cohorts
        .iter()
        .map(|cohort| cohort.bought.len())
        .max()
        .filter(|length| *length > 1)?;
    let columns = (0..longest).map(|age| age.to_string());
    let map = HeatMap::new(
        Measure::share("who bought, by periods after their first purchase").with_digits(0),
        columns,
    );
    let map = cohorts.iter().fold(map, |map, cohort| {
        map.with_row(&cohort.name, cohort.bought.iter().map(|bought| bought.rate))
    });
    let next: (u64, u64) = cohorts
        .iter()
        .filter_map(|cohort| cohort.bought.get(1))
        .filter(|bought| bought.rate.is_some())
        .fold((0, 0), |sums, bought| {
            (sums.0 + bought.count, sums.1 + bought.population)
        });
    let share = (next.1 > 0).then(|| words::percent(next.0 as f64 / next.1 as f64))?;
    let title = format!("{share} of new customers buy again in the next period");
    Some(Chart::new(title, map).with_subtitle(
        "Customers by period of their first purchase (row) and periods since (column)",
    ))
}

fn segments(dashboard: &Dashboard) -> Option<Chart> {
    let segments = &dashboard.customers.rfm.segments;
    let known: Vec<_> = segments
        .iter()
        .filter_map(|group| Some((group, group.customers.rate?, group.value_share?)))
        .collect();
    let most = known.iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
    let dumbbell = Dumbbell::new(
        Measure::share("share"),
        known.iter().map(|(group, _, _)| group.segment.clone()),
    )
    .with_sides(
        ("of customers", known.iter().map(|(_, share, _)| *share)),
        ("of value", known.iter().map(|(_, _, share)| *share)),
    );
    let [customers, value] = [most.1, most.2].map(words::percent);
    let title = format!(
        "{}: {customers} of customers, {value} of value",
        most.0.segment
    );
    let chart = Chart::new(title, dumbbell).with_size(Size::Half);
    Some(chart.with_subtitle("Segments by recency, frequency and value, side by side"))
}

fn segment_values(dashboard: &Dashboard) -> Option<Chart> {
    let groups = &dashboard.customers.lifetime_value.report.groups;
    let known: Vec<_> = groups
        .iter()
        .filter(|group| group.value.historic.mean.is_some())
        .take(MOST)
        .collect();
    if known.is_empty() {
        return None;
    }
    let names = known.iter().map(|group| group.group.clone());
    let mut forest = Forest::new(Measure::new("value of a customer"), names).with_series(
        "so far",
        known.iter().map(|group| of_mean(&group.value.historic)),
    );
    if known.iter().any(|group| group.value.predicted.is_some()) {
        let predicted = known.iter().map(|group| {
            group
                .value
                .predicted
                .as_ref()
                .map_or(Mark::MISSING, of_mean)
        });
        forest = forest.with_series("expected", predicted);
    }
    let ends: Vec<Ends> = known
        .iter()
        .map(|group| of_mean(&group.value.historic).interval())
        .collect();
    let title = match (surely_first(&ends), surely_apart(&ends)) {
        (Some(first), _) => format!("Customers won by {} are worth most", known[first].group),
        (_, Some((more, less))) => format!(
            "Customers won by {} are worth more than those won by {}",
            known[more].group, known[less].group
        ),
        _ => "No channel's customers are surely worth more than another's".to_owned(),
    };
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle("Value of a customer by the channel that won them, with intervals"))
}

/// Answers, cases and carts.
pub(crate) fn service(dashboard: &Dashboard) -> Vec<Chart> {
    let service = &dashboard.service;
    let questions = service.voice.iter().flat_map(|voice| &voice.questions);
    let mut charts: Vec<Chart> = questions.filter_map(answers).collect();
    charts.extend(cases(dashboard));
    charts.extend(carts(dashboard));
    charts
}

/// Answers by kind of journey.
fn answers(question: &QuestionVoice) -> Option<Chart> {
    let kinds = &question.scores.by_kind;
    let known: Vec<_> = kinds
        .iter()
        .filter(|group| group.figures.score.figure().is_some())
        .collect();
    if known.len() < 2 {
        return None;
    }
    let forest = Forest::new(
        measure(question.scale),
        known.iter().map(|group| group.group.clone()),
    )
    .with_series("", known.iter().map(|group| of_score(&group.figures.score)));
    let told = question
        .comparisons
        .iter()
        .find(|comparison| comparison.adjusted_p_value.is_some_and(|p| p < 0.05));
    let mut tested = question.comparisons.iter();
    let tested = tested.any(|comparison| comparison.adjusted_p_value.is_some());
    let title = match told {
        Some(comparison) => {
            let (with, without) = comparison.contrast.sides();
            format!(
                "{}: {with} and {without} differ beyond chance",
                question.question
            )
        }
        None if tested => format!(
            "{}: kinds of journeys do not differ beyond chance",
            question.question
        ),
        None => format!(
            "{}: differences between kinds of journeys are not tested",
            question.question
        ),
    };
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Answers by kind of journey, {} in all",
        question.scores.overall.answers
    )))
}

fn cases(dashboard: &Dashboard) -> Option<Chart> {
    let cases = &dashboard.service.resolutions.as_ref()?.cases;
    let rows: Vec<(String, &Proportion)> = cases
        .by_use
        .iter()
        .chain(&cases.by_kind)
        .map(|group| (group.group.clone(), &group.figures.resolved))
        .collect();
    let overall = words::percent(cases.overall.resolved.rate?);
    let chart = rates(
        |_| format!("{overall} of cases are resolved"),
        "of cases",
        &rows,
    )?;
    Some(
        chart
            .with_subtitle("Cases resolved by use of channels and kind of journey, with intervals"),
    )
}

fn carts(dashboard: &Dashboard) -> Option<Chart> {
    let carts = dashboard.service.carts.as_ref()?;
    let groups = carts.by_device.iter().chain(&carts.by_channel);
    let rows: Vec<(String, &Proportion)> = groups
        .map(|group| (group.group.clone(), &group.figures.abandoned))
        .collect();
    let overall = words::percent(carts.overall.abandoned.rate?);
    let chart = rates(
        |ranking| match (ranking.first, ranking.apart) {
            (Some(first), _) => format!("{overall} of carts are left, most often by {first}"),
            (_, Some((more, less))) => {
                format!("{overall} of carts are left, more often by {more} than by {less}")
            }
            _ => {
                format!("{overall} of carts are left, with no sure difference by device or channel")
            }
        },
        "of carts",
        &rows,
    )?;
    Some(chart.with_subtitle("Carts abandoned by device and channel, with intervals"))
}
