//! What customers are worth, against what winning them cost.

use crate::kpi::customers::{Cohort, PaybackRow};
use crate::kpi::dashboard::Dashboard;
use crate::pages::kpi_trends::of_mean;
use crate::pages::words;
use crate::report::Cell;
use crate::report::chart::{Chart, HeatMap, Lines, Mark, Measure, Scatter, Size};
use crate::stats::Interval;

/// The row of all customers.
const WHOLE: &str = "(whole)";
/// The channels whose payback is drawn.
const MOST: usize = 6;

/// Whether purchases have a value, so that it can be said what customers are worth.
pub(crate) fn has_values(dashboard: &Dashboard) -> bool {
    let whole = &dashboard.customers.lifetime_value.report.whole;
    whole.historic.mean.is_some_and(|value| value != 0.0)
}

/// Value against cost of a customer by channel.
pub(crate) fn value_to_cost(dashboard: &Dashboard) -> Option<Chart> {
    let rows = &dashboard.customers.value_to_cost.report.rows;
    let known: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, row.cost?, row.value?)))
        .collect();
    // all customers together have not been won by anything
    let best = known
        .iter()
        .filter(|(row, _, _)| row.group != WHOLE && row.ratio.is_some())
        .max_by(|a, b| (a.2 / a.1).total_cmp(&(b.2 / b.1)))?;
    let whole = &dashboard.customers.lifetime_value.report.whole;
    let when = match whole.predicted {
        Some(_) => "so far and expected",
        None => "so far",
    };
    let scatter = Scatter::new(
        Measure::new("cost of a new customer"),
        Measure::new(format!("value of a customer, {when}")),
    );
    let scatter = known
        .iter()
        .fold(scatter.with_diagonal(), |scatter, (row, cost, value)| {
            let value = Mark::new(*value);
            let value = worth(dashboard, &row.group)
                .map_or(value, |ends| value.with_interval(ends.low(), ends.high()));
            match row.group.as_str() {
                WHOLE => scatter.with_point("all customers", *cost, value),
                name if name == best.0.group => scatter.with_chosen(name, *cost, value),
                name => scatter.with_point(name, *cost, value),
            }
        });
    let times = words::short(best.2 / best.1);
    let ends = best.0.interval.map_or_else(String::new, |ends| {
        format!(" ({})", words::ends(ends.low(), ends.high(), words::short))
    });
    let title = format!(
        "Customers won by {} are worth {times} times what they cost{ends}",
        best.0.group
    );
    let chart = Chart::new(title, scatter).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Value of a customer, {when}, against the cost of winning one; on the line both are the \
         same. The title's interval holds chance in both, with spend as known"
    )))
}

/// The interval of what a customer of a channel, or any, is worth.
fn worth(dashboard: &Dashboard, group: &str) -> Option<Interval> {
    let values = &dashboard.customers.lifetime_value.report;
    let value = match group {
        WHOLE => Some(&values.whole),
        channel => values.group(channel),
    };
    value.and_then(|value| value.lifetime_interval)
}

/// The margin of a customer by cohort, added up over periods.
pub(crate) fn cohort_values(dashboard: &Dashboard) -> Option<Chart> {
    let cohorts: &[Cohort] = &dashboard.customers.cohorts.cohorts;
    let ages = |cohort: &Cohort| cohort.margin.len();
    let longest = cohorts.iter().map(ages).max().filter(|most| *most > 1)?;
    let measure = Measure::new("margin of a customer, by periods after the first purchase");
    let columns = (0..longest).map(|age| age.to_string());
    let map = HeatMap::new(measure.with_digits(1), columns);
    let map = cohorts.iter().fold(map, |map, cohort| {
        map.with_row(&cohort.name, so_far(cohort))
    });
    let (oldest, worth) = cohorts.iter().find_map(|cohort| {
        let known: Vec<f64> = so_far(cohort).into_iter().flatten().collect();
        (known.len() > 1).then_some((cohort, known))
    })?;
    let title = format!(
        "A customer of {} brought {} in the first period and {} within {} periods",
        oldest.name,
        words::short(worth[0]),
        words::short(worth[worth.len() - 1]),
        worth.len()
    );
    Some(Chart::new(title, map).with_subtitle(
        "Margin of a customer so far by period of the first purchase (row) and periods since (column)",
    ))
}

/// The margin so far by age; none from the first period on that is not known.
fn so_far(cohort: &Cohort) -> Vec<Option<f64>> {
    let mut sum = Some(0.0);
    let margins = cohort.margin.iter();
    margins
        .map(|margin| {
            sum = sum.zip(*margin).map(|(sum, margin)| sum + margin);
            sum
        })
        .collect()
}

/// The margin of new customers by month against what winning them cost, for the channels with most
/// new customers.
pub(crate) fn payback(dashboard: &Dashboard) -> Vec<Chart> {
    let rows = dashboard.customers.payback.report.rows.iter();
    let mut rows: Vec<(&PaybackRow, f64)> = rows
        .filter(|row| row.group != WHOLE && row.margin.len() > 1)
        .filter_map(|row| Some((row, row.cost?)))
        .collect();
    // equal numbers stay in order of names
    rows.sort_by_key(|(row, _)| std::cmp::Reverse(row.customers));
    rows.truncate(MOST);
    rows.into_iter()
        .map(|(row, cost)| paid(row, cost))
        .collect()
}

fn paid(row: &PaybackRow, cost: f64) -> Chart {
    let months = (0..row.margin.len()).map(|month| month.to_string());
    let measure = Measure::new("margin of a new customer, by months since the first purchase");
    let lines = Lines::new(measure, months)
        .with_series("margin so far", row.margin.iter().map(of_mean))
        .with_series("cost", row.margin.iter().map(|_| cost))
        .with_zero(true);
    let title = format!("{}: {}", row.group, when(row, cost));
    let chart = Chart::new(title, lines).with_size(Size::Third);
    chart.with_subtitle(format!(
        "Margin of {} new customers in the mean, and what winning one cost; months of 30 days",
        Cell::count(row.customers)
    ))
}

/// The channels whose new customers have surely paid back, and those whose surely have not so far.
pub(crate) fn findings(dashboard: &Dashboard) -> Vec<(String, String)> {
    let rows = || {
        let rows = dashboard.customers.payback.report.rows.iter();
        let rows = rows.filter(|row| row.group != WHOLE);
        rows.filter_map(|row| Some((row, row.cost?)))
    };
    let names = |keep: &dyn Fn(&PaybackRow, f64) -> bool| -> Vec<&str> {
        let kept = rows().filter(|(row, cost)| keep(row, *cost));
        kept.map(|(row, _)| row.group.as_str()).collect()
    };
    let finding = |names: Vec<&str>, what: &str, lies: &str| {
        let figures =
            format!("the whole interval of their margin lies {lies} the cost of winning one");
        let who = words::listed(&names);
        (!names.is_empty()).then(|| (format!("Customers won by {who} {what}"), figures))
    };
    let paid = names(&|row, _| row.surely_paid_back.is_some());
    let open = names(&|row, cost| is_below(row, cost));
    let paid = finding(paid, "have paid back what they cost", "above");
    let open = finding(open, "have not paid back so far", "below");
    paid.into_iter().chain(open).collect()
}

/// Whether customers have surely not paid back in the months seen.
fn is_below(row: &PaybackRow, cost: f64) -> bool {
    let last = row.margin.last().and_then(|margin| margin.interval);
    row.paid_back.is_none() && last.is_some_and(|ends| ends.high() < cost)
}

/// After how long a customer has paid back, as far as it can be told.
pub(crate) fn when(row: &PaybackRow, cost: f64) -> String {
    let months = |month: u32| match month {
        0 => "at the first purchase".to_owned(),
        1 => "within a month".to_owned(),
        months => format!("within {months} months"),
    };
    let last = row.margin.len().saturating_sub(1) as u32;
    match (row.surely_paid_back, row.paid_back) {
        (Some(month), _) => format!("paid back {}", months(month)),
        (None, Some(month)) => format!("paid back {}, but not beyond chance", months(month)),
        (None, None) if is_below(row, cost) => format!("not paid back {}", months(last)),
        (None, None) => format!("not known whether paid back {}", months(last)),
    }
}
