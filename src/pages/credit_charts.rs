//! Charts of credit.

use crate::attribution::{Calibration, ChannelCredit, ComparisonTable, ModelTable};
use crate::pages::largest::Largest;
use crate::pages::main_model::{agreement, credits, names, shares, usual_model};
use crate::pages::words;
use crate::report::chart::{Bars, Chart, Forest, HeatMap, Mark, Measure, Size, Waterfall};

/// The channels that a chart names.
const MOST: usize = 11;
/// The least share of all credit that a title speaks of.
const LARGE: f64 = 0.02;
/// The least factor between two models that a title speaks of.
const APART: f64 = 1.2;
/// Standard errors in 90 %.
const Z90: f64 = 1.644_853_626_951_472_2;

fn conversions() -> Measure {
    Measure::new("conversions").with_digits(1)
}

/// `bootstrap intervals at 90 %`, or that there are none.
fn intervals(table: &ComparisonTable) -> String {
    match table.bootstrap() {
        Some(bootstrap) => format!(
            "bars with {} bootstrap intervals",
            words::level(bootstrap.level())
        ),
        None => "no intervals: no bootstrap was asked for".to_owned(),
    }
}

fn mark(channel: &ChannelCredit) -> Mark {
    Mark::new(channel.conversions).with_interval(channel.conversions_low, channel.conversions_high)
}

/// The marks of the largest channels and, without interval, of the rest.
fn marks(model: &ModelTable, largest: &Largest) -> Vec<Mark> {
    let named = largest.named.iter().map(|&at| mark(&model.channels[at]));
    let sums = largest.sums(|at| model.channels[at].conversions);
    let rest = sums.into_iter().skip(largest.named.len()).map(Mark::new);
    named.chain(rest).collect()
}

/// Credit by channel: the main model beside the usual one, and the truth where it is known.
pub(crate) fn credit(table: &ComparisonTable, main: &ModelTable, truth: &[(String, f64)]) -> Chart {
    let all = names(main);
    let largest = Largest::of(&credits(main), MOST);
    let mut bars = Bars::new(conversions(), largest.names(&all))
        .with_series(&main.model, marks(main, &largest));
    let usual = usual_model(table);
    if let Some(usual) = usual {
        bars = bars.with_series(&usual.model, marks(usual, &largest));
    }
    if !truth.is_empty() {
        let caused = |at: usize| {
            let known = truth.iter().find(|(name, _)| *name == all[at]);
            known.map_or(f64::NAN, |(_, caused)| *caused)
        };
        bars = bars.with_series("truth", largest.sums(caused));
    }
    let title = usual.map_or_else(|| leader(main), |usual| difference(main, usual));
    Chart::new(title, bars).with_subtitle(format!(
        "Credited conversions by channel, {}",
        intervals(table)
    ))
}

fn leader(main: &ModelTable) -> String {
    let shares = shares(main);
    let first = Largest::of(&shares, 1).named;
    let credited = first.first().filter(|at| shares[**at] > 0.0);
    credited.map_or_else(
        || "No channel is credited".to_owned(),
        |&at| {
            let share = words::percent(shares[at]);
            format!(
                "{} has {share} of the credit by {}",
                main.channels[at].channel, main.model
            )
        },
    )
}

/// Where the usual model is farthest from the main one.
fn difference(main: &ModelTable, usual: &ModelTable) -> String {
    let all = credits(usual)
        .iter()
        .chain(&credits(main))
        .map(|credit| credit.max(0.0))
        .sum::<f64>()
        / 2.0;
    let pairs = main.channels.iter().zip(&usual.channels);
    let large = pairs.filter(|(a, b)| {
        a.conversions > 0.0 && b.conversions > 0.0 && a.conversions.max(b.conversions) > LARGE * all
    });
    let factor = |(a, b): &(&ChannelCredit, &ChannelCredit)| b.conversions / a.conversions;
    let size = |factor: f64| factor.max(1.0 / factor);
    let farthest = large.max_by(|a, b| size(factor(a)).total_cmp(&size(factor(b))));
    match farthest {
        Some(pair) if size(factor(&pair)) >= APART => {
            let times = words::short(factor(&pair));
            let (usual, channel, main) = (&usual.model, &pair.0.channel, &main.model);
            format!(
                "{} gives {channel} {times} times what {main} gives",
                words::sentence(usual)
            )
        }
        _ => format!(
            "{} and {} agree on every large channel",
            main.model, usual.model
        ),
    }
}

/// From channels to all conversions: what is baseline and what nobody is credited with.
pub(crate) fn totals(table: &ComparisonTable, main: &ModelTable) -> Chart {
    let largest = Largest::of(&credits(main), 8);
    let all = names(main);
    let parts = largest
        .names(&all)
        .into_iter()
        .zip(largest.sums(|at| main.channels[at].conversions));
    let mut waterfall = parts.fold(
        Waterfall::new(conversions()),
        |waterfall, (name, credit)| waterfall.with_change(name, credit),
    );
    if let Some(baseline) = main.baseline {
        waterfall = waterfall.with_change("baseline", baseline.conversions);
    }
    let total = table.totals().conversions;
    let waterfall = waterfall
        .with_change("unattributed", main.unattributed.conversions)
        .with_level("all conversions", total);
    Chart::new(total_title(table, main), waterfall)
        .with_subtitle(format!(
            "Conversions by {}: credited + baseline + unattributed = all",
            main.model
        ))
        .with_size(Size::Half)
}

/// What would have come anyway, in words.
pub(crate) fn total_title(table: &ComparisonTable, main: &ModelTable) -> String {
    let total = table.totals().conversions;
    let share = |part: f64| words::percent(if total > 0.0 { part / total } else { 0.0 });
    match main.baseline {
        Some(baseline) => {
            let ends = baseline.share_low.zip(baseline.share_high);
            let ends = ends.map_or_else(String::new, |(low, high)| {
                format!(" ({} to {})", words::percent(low), words::percent(high))
            });
            let part = share(baseline.conversions);
            format!("{part}{ends} of conversions would have come without marketing")
        }
        None if main.unattributed.conversions > 0.0 => {
            let part = share(main.unattributed.conversions);
            format!("{part} of conversions had no touch to credit")
        }
        None => format!(
            "{} divides all conversions among touches: it has no baseline",
            main.model
        ),
    }
}

/// Return on ad spend beside break-even, where costs are known.
pub(crate) fn returns(table: &ComparisonTable, main: &ModelTable) -> Option<Chart> {
    let paid: Vec<&ChannelCredit> = main
        .channels
        .iter()
        .filter(|channel| channel.roas.is_some())
        .collect();
    if paid.is_empty() {
        return None;
    }
    let spent: Vec<f64> = paid
        .iter()
        .map(|channel| channel.cost.unwrap_or(0.0))
        .collect();
    let order = Largest::of(&spent, paid.len()).named;
    let marks = order.iter().map(|&at| roas(paid[at]));
    let names = order.iter().map(|&at| paid[at].channel.clone());
    let forest = Forest::new(Measure::new("value for 1 spent"), names)
        .with_series("", marks)
        .with_reference(1.0, "break-even");
    let title = returns_title(&paid, table);
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Return on ad spend by {}; largest spend on top",
        main.model
    )))
}

/// Value / cost with the ends of its interval.
pub(crate) fn roas(channel: &ChannelCredit) -> Mark {
    let each = |value: Option<f64>| value.zip(channel.cost).map(|(value, cost)| value / cost);
    Mark::new(channel.roas).with_interval(each(channel.value_low), each(channel.value_high))
}

fn returns_title(paid: &[&ChannelCredit], table: &ComparisonTable) -> String {
    let count = paid.len();
    match table.bootstrap() {
        Some(bootstrap) => {
            let sure = |channel: &&&ChannelCredit| {
                roas(channel).interval().is_some_and(|(low, _)| low > 1.0)
            };
            let sure = paid.iter().filter(sure).count();
            let level = words::level(bootstrap.level());
            format!(
                "{sure} of {count} paid channels pay back: the {level} interval lies above break-even"
            )
        }
        None => {
            let above = paid
                .iter()
                .filter(|channel| channel.roas.is_some_and(|roas| roas > 1.0))
                .count();
            format!("{above} of {count} paid channels bring more value than they cost")
        }
    }
}

/// How much of the credit two models place alike.
pub(crate) fn agreement_of_models(table: &ComparisonTable) -> Option<Chart> {
    let models = table.models();
    if models.len() < 2 {
        return None;
    }
    let name = |model: &ModelTable| model.model.clone();
    let mut map = HeatMap::new(
        Measure::share("credit placed on the same channels").with_digits(0),
        models.iter().map(name),
    );
    let mut least: Option<(f64, &str, &str)> = None;
    for (at, a) in models.iter().enumerate() {
        let row: Vec<f64> = models.iter().map(|b| agreement(a, b)).collect();
        for (b, &alike) in models[..at].iter().zip(&row) {
            if least.is_none_or(|(known, _, _)| alike < known) {
                least = Some((alike, &b.model, &a.model));
            }
        }
        map = map.with_row(&a.model, row);
    }
    let title = least.map_or_else(String::new, |(alike, a, b)| {
        let alike = words::percent(alike);
        format!(
            "{} and {b} agree least: on {alike} of the credit",
            words::sentence(a)
        )
    });
    let chart = Chart::new(title, map).with_size(Size::Half);
    Some(
        chart.with_subtitle("The sum over channels of the smaller of two models' shares of credit"),
    )
}

/// Each model's shares by channel.
pub(crate) fn by_model(table: &ComparisonTable, main: &ModelTable) -> Option<Chart> {
    let models = table.models();
    if models.len() < 2 {
        return None;
    }
    let largest = Largest::of(&credits(main), MOST);
    let shares: Vec<Vec<f64>> = models.iter().map(shares).collect();
    let columns = models.iter().map(|model| model.model.clone());
    let names = largest.names(&names(main));
    let of_model: Vec<Vec<f64>> = shares
        .iter()
        .map(|shares| largest.sums(|at| shares[at]))
        .collect();
    let map = HeatMap::new(Measure::share("share of credit").with_digits(0), columns);
    let map = names.iter().enumerate().fold(map, |map, (row, name)| {
        map.with_row(name, of_model.iter().map(|shares| shares[row]))
    });
    let spread = |row: usize| {
        let all = of_model.iter().map(|shares| shares[row]);
        all.clone().fold(0.0, f64::max) - all.fold(1.0, f64::min)
    };
    let widest =
        (0..names.len()).max_by(|a, b| spread(*a).total_cmp(&spread(*b)).then(b.cmp(a)))?;
    let title = format!(
        "Models differ most on {}: by {} points",
        names[widest],
        words::short(100.0 * spread(widest))
    );
    let chart = Chart::new(title, map).with_size(Size::Half);
    Some(chart.with_subtitle("Each model's share of the credit that all channels have"))
}

/// A figure of tests by its name, by the log and by the tests, each with its standard error.
struct TestRow {
    name: String,
    log: (f64, f64),
    tested: (f64, f64),
}

/// A channel's tests one by one with their days, behind all of them where there are several.
fn test_rows(of: &Calibration) -> Vec<TestRow> {
    let each = of.tests.iter().map(|test| TestRow {
        name: format!("{}, {} to {}", of.channel, test.start, test.end),
        log: (test.log, test.log_error),
        tested: (test.tested, test.tested_error),
    });
    let all = (of.tests.len() != 1).then(|| TestRow {
        name: format!("{}, {} tests", of.channel, of.tests.len()),
        log: (of.log, of.log_error),
        tested: (of.tested, of.tested_error),
    });
    all.into_iter().chain(each).collect()
}

/// What tests say beside what the log says.
pub(crate) fn calibration(main: &ModelTable) -> Option<Chart> {
    let tested = &main.calibration;
    let most = tested
        .iter()
        .max_by(|a, b| (1.0 - a.kept).abs().total_cmp(&(1.0 - b.kept).abs()))?;
    let around = |(value, error): (f64, f64)| {
        Mark::new(value).with_interval(value - Z90 * error, value + Z90 * error)
    };
    let rows: Vec<TestRow> = tested.iter().flat_map(test_rows).collect();
    let forest = Forest::new(conversions(), rows.iter().map(|row| row.name.clone()))
        .with_series("log", rows.iter().map(|row| around(row.log)))
        .with_series("tests", rows.iter().map(|row| around(row.tested)));
    let kept = words::percent(most.kept);
    let title = format!(
        "Tests leave {} {kept} of the credit that the log shows",
        most.channel
    );
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle("Conversions by the log and by tests, 90 % intervals"))
}

/// Shares of credit by segment.
pub(crate) fn by_segment(table: &ComparisonTable, main: &ModelTable) -> Option<Chart> {
    let segments = table.segments();
    let largest = Largest::of(&credits(main), MOST);
    let columns = largest.names(&names(main));
    let map = HeatMap::new(Measure::share("share of credit").with_digits(0), columns);
    let mut farthest: Option<(f64, &str)> = None;
    let mut drawn = map;
    for segment in segments {
        let Some(model) = segment
            .models
            .iter()
            .find(|model| model.model == main.model)
        else {
            continue;
        };
        let own = shares(model);
        drawn = drawn.with_row(&segment.segment, largest.sums(|at| own[at]));
        let apart = 1.0 - agreement(main, model);
        if farthest.is_none_or(|(known, _)| apart > known) {
            farthest = Some((apart, &segment.segment));
        }
    }
    let (apart, segment) = farthest?;
    let title = format!(
        "{segment} is farthest from all journeys: {} of its credit lies elsewhere",
        words::percent(apart)
    );
    Some(
        Chart::new(title, drawn)
            .with_subtitle(format!("Shares of credit by segment, {}", main.model)),
    )
}
