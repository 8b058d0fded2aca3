//! Charts of a dashboard.

use crate::kpi::customers::{Cohort, RfmSegment};
use crate::kpi::dashboard::Dashboard;
use crate::pages::apart::{surely_first, told_apart};
use crate::pages::kpi_trends::{self, LEVEL, of_mean, of_rate, told, with_intervals};
use crate::pages::largest::Largest;
use crate::pages::{friction, journey_kinds, survey_charts, words, worth_charts};
use crate::report::chart::{Chart, Dumbbell, Forest, HeatMap, Mark, Measure, Size};
use crate::stats::{ConfidenceLevel, Proportion};

/// The names that a chart shows.
const MOST: usize = 15;

/// What may be said of the order of several rates.
struct Ranking<'a> {
    /// The one whose interval lies above all others.
    first: Option<&'a str>,
    /// One that is surely more, and one that is surely less.
    apart: Option<(&'a str, &'a str)>,
}

/// A forest of rates by name, the largest first; none without any.
fn rates(
    title: impl Fn(&Ranking<'_>) -> String,
    subtitle: &str,
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
    let marks: Vec<Mark> = known.iter().map(|row| of_rate(row.1)).collect();
    let ends = known.iter().find_map(|row| row.1.interval);
    let level = ends.map_or(LEVEL, |ends| ends.level().get());
    let name = |at: usize| known[at].0.as_str();
    let ranking = Ranking {
        first: surely_first(&marks).map(name),
        apart: told_apart(&marks, level).map(|(more, less)| (name(more), name(less))),
    };
    let chart = Chart::new(title(&ranking), forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!("{subtitle}, {}", with_intervals(ends))))
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
        None => "How often persons reached buy does not surely differ by channel".to_owned(),
    };
    let by_channel = "Conversion of persons by a channel that reached them";
    let charts = [
        rates(title, by_channel, "of persons reached who bought", &rows),
        kinds(dashboard),
        friction::chart(&dashboard.journeys.journey_map.report),
        email(dashboard),
    ];
    charts.into_iter().flatten().collect()
}

fn kinds(dashboard: &Dashboard) -> Option<Chart> {
    let kinds = dashboard.conversion.journey_kinds.kinds.iter();
    let rows: Vec<(String, &Proportion)> = kinds
        .filter(|kind| kind.purchases.count > 0)
        .map(|kind| (journey_kinds::named(kind.kind.name()), &kind.purchases))
        .collect();
    let title = journey_kinds::largest(dashboard)
        .unwrap_or_else(|| "No kind of journey surely brings the most purchases".to_owned());
    let subtitle = "Purchases by kind of journey";
    rates(|_| title.clone(), subtitle, "of purchases", &rows)
}

fn email(dashboard: &Dashboard) -> Option<Chart> {
    let email = dashboard.conversion.email.as_ref()?;
    let rows = [
        ("opened", &email.opened),
        ("clicked", &email.clicked),
        ("clicked of opened", &email.clicked_of_opened),
    ]
    .map(|(name, rate)| (name.to_owned(), rate));
    email.opened.rate?;
    let opened = told(&of_rate(&email.opened), words::percent);
    let delivered = words::count(email.delivered as f64);
    let title = |_: &Ranking<'_>| format!("{opened} of {delivered} e-mails delivered were opened");
    rates(title, "E-mails opened and clicked", "of e-mails", &rows)
}

/// Cohorts, segments and values.
pub(crate) fn customers(dashboard: &Dashboard) -> Vec<Chart> {
    let has_values = worth_charts::has_values(dashboard);
    let worth = |chart: fn(&Dashboard) -> Option<Chart>| chart(dashboard).filter(|_| has_values);
    let charts = [
        cohorts(dashboard),
        worth(worth_charts::cohort_values),
        segments(dashboard),
        worth(segment_values),
        worth(worth_charts::value_to_cost),
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
        Measure::share("of a cohort who bought, by periods since their first purchase")
            .with_digits(0),
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
    let level = ConfidenceLevel::new(kpi_trends::level(dashboard)).unwrap_or_default();
    let again = Proportion::from_counts(next.0, next.1, level);
    again.rate?;
    let share = told(&of_rate(&again), words::percent);
    let title = format!("{share} of new customers buy in the period after their first purchase");
    Some(Chart::new(title, map).with_subtitle(
        "Cohorts: of the customers whose first purchase lies in the period of the row, those who bought \
         so many periods later (column), whether or not in between",
    ))
}

fn segments(dashboard: &Dashboard) -> Option<Chart> {
    let segments = &dashboard.customers.rfm.segments;
    let known: Vec<_> = segments
        .iter()
        .filter_map(|group| Some((group, group.customers.rate?, group.value_share?)))
        .collect();
    let most = known.iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
    // where refunds outweigh what a segment bought, segments have no shares of the value
    if known.iter().any(|(.., share)| *share < 0.0) {
        return None;
    }
    let dumbbell = Dumbbell::new(
        Measure::share("share"),
        known.iter().map(|(group, _, _)| habit(&group.segment)),
    )
    .with_sides(
        ("of customers", known.iter().map(|(_, share, _)| *share)),
        ("of value", known.iter().map(|(_, _, share)| *share)),
    );
    let [customers, value] = [most.1, most.2].map(words::percent);
    let title = format!(
        "Bought {}: {customers} of customers, {value} of value",
        habit(&most.0.segment)
    );
    let chart = Chart::new(title, dumbbell).with_size(Size::Half);
    Some(chart.with_subtitle(
        "How often customers bought and how long ago, each against the other customers of the log",
    ))
}

/// What a segment's customers did, in place of a name that judges them.
fn habit(segment: &str) -> String {
    let known = RfmSegment::ALL.iter().find(|known| known.name() == segment);
    let told = known.map_or(segment, |known| match known {
        RfmSegment::Champions => "often, lately",
        RfmSegment::PotentialLoyalists => "more than once, lately",
        RfmSegment::NewCustomers => "once, lately",
        RfmSegment::Loyal => "often, a while ago",
        RfmSegment::NeedAttention => "more than once, a while ago",
        RfmSegment::Promising => "once, a while ago",
        RfmSegment::AtRisk => "often, longest ago",
        RfmSegment::AboutToSleep => "more than once, longest ago",
        RfmSegment::Lost => "once, longest ago",
    });
    told.to_owned()
}

/// The channel that won customers, in words.
fn won_by(group: &str) -> &str {
    match group {
        "(none)" => "no channel",
        channel => channel,
    }
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
    let names: Vec<&str> = known.iter().map(|group| won_by(&group.group)).collect();
    let measure = Measure::new("value of a customer");
    let mut forest = Forest::new(measure, names.iter().copied()).with_series(
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
    let marks: Vec<Mark> = known
        .iter()
        .map(|group| of_mean(&group.value.historic))
        .collect();
    let apart = told_apart(&marks, kpi_trends::level(dashboard));
    let title = match (surely_first(&marks), apart) {
        (Some(first), _) => format!("Customers won by {} are worth most", names[first]),
        (_, Some((more, less))) => format!(
            "Customers won by {} are worth more than those won by {}",
            names[more], names[less]
        ),
        _ => match known.as_slice() {
            [only] => {
                let value = told(&of_mean(&only.value.historic), words::short);
                format!("Customers won by {} are worth {value} so far", names[0])
            }
            _ => "No channel's customers are surely worth more than another's".to_owned(),
        },
    };
    let chart = Chart::new(title, forest).with_size(Size::Half);
    let ends = known.iter().find_map(|group| group.value.historic.interval);
    Some(chart.with_subtitle(format!(
        "Value of a customer by the channel that won them, {}",
        with_intervals(ends)
    )))
}

/// Answers, cases and carts.
pub(crate) fn service(dashboard: &Dashboard) -> Vec<Chart> {
    let service = &dashboard.service;
    let questions = service.voice.iter().flat_map(|voice| &voice.questions);
    let mut charts: Vec<Chart> = questions.flat_map(survey_charts::charts).collect();
    charts.extend(cases(dashboard));
    charts.extend(carts(dashboard));
    charts
}

fn cases(dashboard: &Dashboard) -> Option<Chart> {
    let cases = &dashboard.service.resolutions.as_ref()?.cases;
    let rows: Vec<(String, Proportion)> = journey_kinds::groups(cases, |figures| figures.resolved);
    let rows: Vec<(String, &Proportion)> = rows
        .iter()
        .map(|(name, rate)| (name.clone(), rate))
        .collect();
    let overall = told(&of_rate(&cases.overall.resolved), words::percent);
    cases.overall.resolved.rate?;
    rates(
        |_| format!("{overall} of cases are resolved"),
        "Cases resolved by use of channels and kind of journey",
        "of cases",
        &rows,
    )
}

fn carts(dashboard: &Dashboard) -> Option<Chart> {
    let carts = dashboard.service.carts.as_ref()?;
    let groups = carts.by_device.iter().chain(&carts.by_channel);
    let rows: Vec<(String, &Proportion)> = groups
        .map(|group| (group.group.clone(), &group.figures.abandoned))
        .collect();
    carts.overall.abandoned.rate?;
    let overall = told(&of_rate(&carts.overall.abandoned), words::percent);
    rates(
        |ranking| match (ranking.first, ranking.apart) {
            (Some(first), _) => format!("{overall} of carts are left, most often by {first}"),
            (_, Some((more, less))) => {
                format!("{overall} of carts are left, more often by {more} than by {less}")
            }
            _ => {
                format!("{overall} of carts are left, with no sure difference by device or channel")
            }
        },
        "Carts abandoned by device and channel",
        "of carts",
        &rows,
    )
}
