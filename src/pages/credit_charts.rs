//! Charts of credit.

use crate::attribution::{ChannelCredit, ComparisonTable, ModelTable};
use crate::pages::anyway::{anyway_rests_on, anyway_sentence};
use crate::pages::grounds::Grounds;
use crate::pages::largest::Largest;
use crate::pages::main_model::{agreement, credits, least_alike, names, shares, usual_model};
use crate::pages::words;
use crate::report::chart::{Bars, Chart, Forest, HeatMap, Mark, Measure, Size, Waterfall};

/// The channels that a chart names.
const MOST: usize = 11;
/// The least share of all credit that a title speaks of.
const LARGE: f64 = 0.02;
/// The least factor between two models that a title speaks of.
const APART: f64 = 1.2;

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

/// Credit with its interval; what is assumed varies with no data.
fn mark(channel: &ChannelCredit, grounds: &Grounds<'_>) -> Mark {
    let mark = Mark::new(channel.conversions);
    match grounds.is_assumed(&channel.channel) {
        true => mark,
        false => mark.with_interval(channel.conversions_low, channel.conversions_high),
    }
}

/// The marks of the largest channels and, without interval, of the rest.
fn marks(model: &ModelTable, largest: &Largest) -> Vec<Mark> {
    let grounds = Grounds::new(model);
    let named = largest.named.iter();
    let named = named.map(|&at| mark(&model.channels[at], &grounds));
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
        "Credited conversions by channel, {}{}",
        intervals(table),
        assumed_note(main)
    ))
}

/// Which channels have no credit because the caller said so.
fn assumed_note(main: &ModelTable) -> String {
    match Grounds::new(main).assumed().as_slice() {
        [] => String::new(),
        [only] => format!("; {only} is assumed to cause nothing"),
        several => format!("; {} are assumed to cause nothing", words::listed(several)),
    }
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

/// Where the usual model is farthest from the main one: of changes beyond chance where intervals are
/// known, and of channels that are not assumed to cause nothing.
fn difference(main: &ModelTable, usual: &ModelTable) -> String {
    let grounds = Grounds::new(main);
    let sum = |model: &ModelTable| -> f64 {
        let credits = credits(model);
        credits.iter().map(|credit| credit.max(0.0)).sum()
    };
    let all = (sum(main) + sum(usual)) / 2.0;
    if all <= 0.0 {
        return "No channel is credited".to_owned();
    }
    let pairs = main.channels.iter().zip(&usual.channels);
    let large = pairs.filter(|(own, usual)| {
        let largest = own.conversions.max(usual.conversions);
        largest > LARGE * all && !grounds.is_assumed(&own.channel)
    });
    let size = |(own, usual): &(&ChannelCredit, &ChannelCredit)| {
        let [own, usual] = [own.conversions.max(0.0), usual.conversions.max(0.0)];
        (usual / own).max(own / usual)
    };
    let told = large.clone().filter(|pair| is_beyond_chance(*pair));
    let farthest = told.max_by(|a, b| size(a).total_cmp(&size(b)));
    let (name, main) = (&usual.model, &main.model);
    let Some((own, usual)) = farthest.filter(|pair| size(pair) >= APART) else {
        let apart = large.max_by(|a, b| size(a).total_cmp(&size(b)));
        return match apart.filter(|pair| size(pair) >= APART) {
            Some(_) => format!("{main} and {name} differ on no large channel beyond chance"),
            None => format!("{main} and {name} agree on every large channel"),
        };
    };
    let name = words::sentence(name);
    let (channel, times) = (&own.channel, usual.conversions / own.conversions);
    if own.conversions <= 0.0 || usual.conversions <= 0.0 {
        let [usual, own] = [usual, own].map(|one| words::count(one.conversions));
        return format!("{name} credits {channel} with {usual}, {main} with {own}");
    }
    let times = words::short(times);
    match own.change_low.zip(own.change_high) {
        Some((low, high)) if low > -1.0 => {
            let ends = words::ends(1.0 / (1.0 + high), 1.0 / (1.0 + low), words::short);
            format!("{name} gives {channel} {times} times ({ends}) what {main} gives")
        }
        _ => format!("{name} gives {channel} {times} times what {main} gives"),
    }
}

/// Whether a channel's credit by two models differs beyond chance, as far as intervals are known: of
/// the change, or without it of both credits.
fn is_beyond_chance((own, usual): (&ChannelCredit, &ChannelCredit)) -> bool {
    let change = own.change_low.zip(own.change_high);
    let ends = |one: &ChannelCredit| one.conversions_low.zip(one.conversions_high);
    match (change, ends(own).zip(ends(usual))) {
        (Some((low, high)), _) => low > 0.0 || high < 0.0,
        (None, Some((own, usual))) => own.0 > usual.1 || usual.0 > own.1,
        (None, None) => true,
    }
}

/// From channels to all conversions: what is baseline and what nobody is credited with; the true
/// baseline beside, where it is known.
pub(crate) fn totals(table: &ComparisonTable, main: &ModelTable, truth: Option<f64>) -> Chart {
    let largest = Largest::of(&credits(main), 8);
    let all = names(main);
    let grounds = Grounds::new(main);
    let parts = largest
        .names(&all)
        .into_iter()
        .zip(largest.sums(|at| main.channels[at].conversions))
        .filter(|(name, _)| !grounds.is_assumed(name));
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
    let mut title = words::sentence(&anyway_sentence(table, main));
    if let Some(truth) = truth.filter(|_| total > 0.0 && main.baseline.is_some()) {
        title += &format!("; in truth {}", words::percent(truth / total));
    }
    let rests_on = match anyway_rests_on(main) {
        text if text.is_empty() || main.baseline.is_none() => String::new(),
        text => format!("; {text}"),
    };
    Chart::new(title, waterfall)
        .with_subtitle(format!(
            "Conversions by {}: credited + baseline + unattributed = all{rests_on}",
            main.model
        ))
        .with_size(Size::Half)
}

/// Return on ad spend beside break-even, where costs are known; the truth beside, where it is known.
pub(crate) fn returns(
    table: &ComparisonTable,
    main: &ModelTable,
    truth: &[(String, f64)],
) -> Option<Chart> {
    let paid = Grounds::new(main).paid();
    let is_credited = main.channels.iter().any(|one| one.conversions != 0.0);
    if paid.is_empty() || !is_credited {
        return None;
    }
    let spent: Vec<f64> = paid
        .iter()
        .map(|channel| channel.cost.unwrap_or(0.0))
        .collect();
    let order = Largest::of(&spent, paid.len()).named;
    let marks = order.iter().map(|&at| roas(paid[at]));
    let names = order.iter().map(|&at| paid[at].channel.clone());
    let own = if truth.is_empty() { "" } else { "estimate" };
    let mut forest = Forest::new(Measure::new("value for 1 spent"), names)
        .with_series(own, marks)
        .with_reference(1.0, "break-even");
    let mut note = assumed_note(main);
    if !truth.is_empty() {
        let known = order.iter().map(|&at| true_roas(table, paid[at], truth));
        forest = forest.with_series("truth", known);
        note += "; truth: what each channel caused, at the mean value of a conversion";
    }
    let title = returns_title(&paid, table);
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Credited value for 1 spent by {}; largest spend on top{note}",
        main.model
    )))
}

/// Conversions caused times the mean value of a conversion / cost.
fn true_roas(
    table: &ComparisonTable,
    channel: &ChannelCredit,
    truth: &[(String, f64)],
) -> Option<f64> {
    let (_, caused) = truth.iter().find(|(name, _)| *name == channel.channel)?;
    let totals = table.totals();
    let each = totals.value / totals.conversions;
    channel.cost.map(|cost| caused * each / cost)
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
                "Credited with more than they cost, by the whole {level} interval: {sure} of {count} \
                 paid channels"
            )
        }
        None => {
            let above = paid
                .iter()
                .filter(|channel| channel.roas.is_some_and(|roas| roas > 1.0))
                .count();
            format!("Credited with more than they cost: {above} of {count} paid channels")
        }
    }
}

/// How much of the credit two models place alike.
pub(crate) fn agreement_of_models(table: &ComparisonTable) -> Option<Chart> {
    let models = table.models();
    if models.len() < 2 || models[0].channels.len() < 2 {
        return None;
    }
    let name = |model: &ModelTable| model.model.clone();
    let mut map = HeatMap::new(
        Measure::share("credit placed on the same channels").with_digits(0),
        models.iter().map(name),
    );
    for a in models {
        map = map.with_row(&a.model, models.iter().map(|b| agreement(a, b)));
    }
    let unknown = || "No two models credit channels".to_owned();
    let title = least_alike(table).map_or_else(unknown, |(a, b, alike)| {
        let (first, alike) = (words::sentence(&a.model), words::percent(alike));
        match alike == "100 %" {
            true => "All models place the credit alike".to_owned(),
            false => format!(
                "{first} and {} agree least: on {alike} of the credit",
                b.model
            ),
        }
    });
    let chart = Chart::new(title, map).with_size(Size::Half);
    Some(
        chart.with_subtitle("The sum over channels of the smaller of two models' shares of credit"),
    )
}

/// Each model's shares by channel.
pub(crate) fn by_model(table: &ComparisonTable, main: &ModelTable) -> Option<Chart> {
    let models = table.models();
    let is_credited = credits(main).iter().any(|credit| *credit > 0.0);
    if models.len() < 2 || !is_credited {
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
    // the rest is no channel of its own
    let widest =
        (0..largest.named.len()).max_by(|a, b| spread(*a).total_cmp(&spread(*b)).then(b.cmp(a)))?;
    let title = match spread(widest) > 0.0 {
        true => format!(
            "Models differ most on {}: by {} points",
            names[widest],
            words::short(100.0 * spread(widest))
        ),
        false => "Models divide credit alike".to_owned(),
    };
    let chart = Chart::new(title, map).with_size(Size::Half);
    Some(chart.with_subtitle("Each model's share of the credit that all channels have"))
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
        let Some(apart) = agreement(main, model).map(|alike| 1.0 - alike) else {
            continue;
        };
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
