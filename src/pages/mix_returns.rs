//! Returns of a mix model.

use crate::mix::posterior::{ChannelSummary, Posterior};
use crate::pages::apart::surely_apart;
use crate::pages::kpi_name::KpiName;
use crate::pages::largest::Largest;
use crate::pages::words;
use crate::report::chart::{Chart, Dumbbell, Forest, Mark, Measure, Size};
use crate::stats::Estimate;

/// Charts of returns and shares; none without a channel that costs something.
pub(crate) fn charts(model: &Posterior, true_roi: &[f64], kpi: &KpiName) -> Vec<Chart> {
    let channels = model.channels();
    let spends: Vec<f64> = channels.iter().map(|channel| channel.spend).collect();
    let order = Largest::of(&spends, channels.len()).named;
    let paid: Vec<(usize, &ChannelSummary)> = order
        .into_iter()
        .filter(|&at| channels[at].roi.is_some())
        .map(|at| (at, &channels[at]))
        .collect();
    if paid.is_empty() {
        return Vec::new();
    }
    let mut charts = vec![returns(true_roi, &paid, kpi)];
    charts.extend(has_shares(&channels).then(|| shares(&paid)));
    charts.push(marginal(&paid, kpi));
    charts.extend(tests(model, kpi));
    charts
}

/// Whether what channels brought can be divided into shares: all of one sign.
pub(crate) fn has_shares(channels: &[ChannelSummary]) -> bool {
    let brought = || channels.iter().map(|channel| channel.contribution.value());
    brought().all(|amount| amount >= 0.0) || brought().all(|amount| amount <= 0.0)
}

/// The forest with the line of break-even, where there is one.
fn judged(forest: Forest, in_money: bool) -> Forest {
    match in_money {
        true => forest.with_reference(1.0, "break-even"),
        false => forest,
    }
}

fn values(paid: &[(usize, &ChannelSummary)]) -> impl Iterator<Item = f64> {
    paid.iter()
        .filter_map(|(_, channel)| channel.roi.map(|roi| roi.value()))
}

fn names(paid: &[(usize, &ChannelSummary)]) -> Vec<String> {
    paid.iter()
        .map(|(_, channel)| channel.channel.clone())
        .collect()
}

/// Whether a channel's whole interval lies above break-even, and the data tell that.
pub(crate) fn pays_back(channel: &ChannelSummary) -> bool {
    !channel.weakly_identified && channel.roi.is_some_and(|roi| roi.low() > 1.0)
}

fn returns(true_roi: &[f64], paid: &[(usize, &ChannelSummary)], kpi: &KpiName) -> Chart {
    let own = if true_roi.is_empty() { "" } else { "estimate" };
    let forest = Forest::new(kpi.return_measure(values(paid)), names(paid))
        .with_series(own, paid.iter().map(|(_, channel)| Mark::from(channel.roi)));
    let mut forest = judged(forest, kpi.in_money);
    if !true_roi.is_empty() {
        let truth = paid.iter().map(|(at, _)| true_roi.get(*at).copied());
        forest = forest.with_series("truth", truth);
    }
    let sure = paid
        .iter()
        .filter(|(_, channel)| pays_back(channel))
        .count();
    let title = match (kpi.in_money, sure) {
        (false, _) => {
            let each: Vec<Mark> = paid.iter().map(|(_, channel)| channel.roi.into()).collect();
            more_than(paid, &each, "What 1 spent brings")
        }
        (true, 0) => "No channel is sure to pay back".to_owned(),
        (true, _) => format!(
            "{sure} of {} channels pay back with 90 % certainty",
            paid.len()
        ),
    };
    let what = match kpi.in_money {
        true => "Return on spend".to_owned(),
        false => words::sentence(&kpi.return_unit()),
    };
    Chart::new(title, forest)
        .with_subtitle(format!("{what}, 90 % intervals; largest spend on top"))
        .with_size(Size::Half)
}

/// Which channel surely brings more than another.
fn more_than(paid: &[(usize, &ChannelSummary)], each: &[Mark], what: &str) -> String {
    let known = |(mark, (_, channel)): (&Mark, &(usize, &ChannelSummary))| match channel
        .weakly_identified
    {
        true => Mark::MISSING,
        false => *mark,
    };
    let informed: Vec<Mark> = each.iter().zip(paid).map(known).collect();
    match (surely_apart(&informed), paid) {
        (Some((more, less)), _) => format!(
            "{what} is surely more by {} than by {}",
            paid[more].1.channel, paid[less].1.channel
        ),
        (None, [only]) => format!("{what} by {}", only.1.channel),
        (None, _) => format!("{what}: channels cannot be told apart"),
    }
}

/// The channels whose return says mostly what was believed before the data.
pub(crate) fn mostly_prior<'a>(
    channels: &'a [ChannelSummary],
    prior: &[Option<Estimate>],
) -> Vec<&'a str> {
    let known = channels.iter().zip(prior);
    let mostly = known.filter(|(channel, prior)| {
        let both = prior.zip(channel.roi);
        both.is_some_and(|(before, after)| says_mostly(before, after))
    });
    mostly
        .map(|(channel, _)| channel.channel.as_str())
        .collect()
}

/// Whether the data took away less than half of the variance, by the widths of intervals: of
/// logarithms, as returns are believed in multiples, or of returns where these may be nothing.
fn says_mostly(before: Estimate, after: Estimate) -> bool {
    let width = |estimate: Estimate| match before.low() > 0.0 && after.low() > 0.0 {
        true => libm::log(estimate.high() / estimate.low()),
        false => estimate.high() - estimate.low(),
    };
    let ratio = width(after) / width(before);
    ratio * ratio > 0.5
}

/// What was believed of returns before the data, and after; none without a channel of which both are
/// known.
pub(crate) fn prior(model: &Posterior, prior: &[Option<Estimate>], kpi: &KpiName) -> Option<Chart> {
    let channels = model.channels();
    let known: Vec<(&str, Estimate, Estimate)> = channels
        .iter()
        .zip(prior)
        .filter_map(|(channel, prior)| Some((&*channel.channel, (*prior)?, channel.roi?)))
        .collect();
    let width = |estimate: &Estimate| estimate.high() - estimate.low();
    let narrower = |row: &(&str, Estimate, Estimate)| 1.0 - width(&row.2) / width(&row.1);
    let least = known
        .iter()
        .min_by(|a, b| narrower(a).total_cmp(&narrower(b)))?;
    let forest = Forest::new(
        kpi.return_measure(known.iter().map(|row| row.2.value())),
        known.iter().map(|(name, ..)| *name),
    )
    .with_series(
        "prior",
        known.iter().map(|(_, prior, _)| Mark::from(*prior)),
    )
    .with_series(
        "posterior",
        known.iter().map(|(.., posterior)| Mark::from(*posterior)),
    );
    let forest = judged(forest, kpi.in_money);
    let name = least.0;
    let title = match narrower(least) {
        part if part > 0.0 => format!(
            "The data narrow every return, that of {name} least: by {}",
            words::percent(part)
        ),
        _ => format!("The data do not narrow the return of {name}: it is what was believed before"),
    };
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle("Return on spend by priors alone and with the data, 90 % intervals"))
}

fn shares(paid: &[(usize, &ChannelSummary)]) -> Chart {
    let spend = paid.iter().map(|(_, channel)| channel.spend_share);
    let effect = paid.iter().map(|(_, channel)| channel.effect_share);
    let dumbbell = Dumbbell::new(Measure::share("share of all channels"), names(paid))
        .with_sides(("share of spend", spend), ("share of effect", effect));
    let gap = |channel: &ChannelSummary| channel.effect_share - channel.spend_share;
    let farthest = paid
        .iter()
        .max_by(|a, b| gap(a.1).abs().total_cmp(&gap(b.1).abs()));
    let title = farthest.map_or_else(String::new, |(_, channel)| {
        let [spend, effect] = [channel.spend_share, channel.effect_share].map(words::percent);
        format!(
            "{} takes {spend} of spend and brings {effect} of the effect",
            channel.channel
        )
    });
    Chart::new(title, dumbbell)
        .with_subtitle("Share of spend and share of what media brought")
        .with_size(Size::Half)
}

fn marginal(paid: &[(usize, &ChannelSummary)], kpi: &KpiName) -> Chart {
    let forest = Forest::new(kpi.return_measure(values(paid)), names(paid))
        .with_series(
            "all spend",
            paid.iter().map(|(_, channel)| Mark::from(channel.roi)),
        )
        .with_series(
            "the next unit",
            paid.iter()
                .map(|(_, channel)| Mark::from(channel.marginal_roi)),
        );
    let title = match kpi.in_money {
        true => {
            let sure = paid
                .iter()
                .filter(|(_, channel)| !channel.weakly_identified);
            let each = sure.map(|(_, channel)| Returns {
                name: &channel.channel,
                whole: channel.roi,
                next: channel.marginal_roi,
            });
            next_pays(&each.collect::<Vec<_>>())
        }
        false => {
            let each: Vec<Mark> = paid
                .iter()
                .map(|(_, channel)| channel.marginal_roi.into())
                .collect();
            more_than(paid, &each, "What the next unit brings")
        }
    };
    Chart::new(title, judged(forest, kpi.in_money))
        .with_subtitle("Return on all spend and on the next unit, 90 % intervals")
        .with_size(Size::Half)
}

/// What a channel's spend returns, and what its next unit does.
struct Returns<'a> {
    name: &'a str,
    whole: Option<Estimate>,
    next: Option<Estimate>,
}

/// Where the next unit pays, of channels that surely pay as a whole.
fn next_pays(channels: &[Returns<'_>]) -> String {
    let above = |ends: Option<Estimate>| ends.is_some_and(|roi| roi.low() > 1.0);
    let below = |ends: Option<Estimate>| ends.is_some_and(|roi| roi.high() < 1.0);
    let pay: Vec<&Returns<'_>> = channels.iter().filter(|one| above(one.whole)).collect();
    let full = pay.iter().filter(|one| below(one.next));
    let full: Vec<&str> = full.map(|one| one.name).collect();
    let next = pay.iter().filter(|one| above(one.next)).count();
    match (&full[..], pay.len()) {
        ([], 0) if channels.iter().any(|one| above(one.next)) => {
            "No channel surely pays as a whole, but some by their next unit".to_owned()
        }
        ([], 0) => "No channel surely pays, as a whole or by its next unit".to_owned(),
        ([], pay) if pay == next => {
            "The next unit of spend surely pays wherever spend as a whole does".to_owned()
        }
        ([], pay) => {
            format!("{pay} surely pay as a whole; of these {next} surely by their next unit")
        }
        ([only], _) => format!("{only} pays as a whole, but its next unit does not"),
        (full, _) => format!(
            "{} pay as a whole, but their next unit does not",
            words::listed(full)
        ),
    }
}

/// What the model says beside what tests measured.
pub(crate) fn tests(model: &Posterior, kpi: &KpiName) -> Option<Chart> {
    const Z90: f64 = 1.644_853_626_951_472_2;
    let tests = model.lift_report();
    let far = tests
        .iter()
        .max_by(|a, b| a.deviation().abs().total_cmp(&b.deviation().abs()))?;
    let names = tests
        .iter()
        .map(|test| format!("{}, {}", test.channel, test.start));
    let measured = tests.iter().map(|test| {
        let half = Z90 * test.standard_error;
        Mark::new(test.measured).with_interval(test.measured - half, test.measured + half)
    });
    let forest = Forest::new(
        Measure::new(format!("change of {}", kpi.the())).with_digits(0),
        names,
    )
    .with_series("test", measured)
    .with_series("model", tests.iter().map(|test| Mark::from(test.predicted)));
    let apart = words::short(far.deviation().abs());
    let title = format!(
        "Model and test are farthest apart on {}: {apart} standard errors",
        far.channel
    );
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(
        chart
            .with_subtitle("Lift tests as measured and as the model predicts them, 90 % intervals"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{ConfidenceLevel, Interval};

    #[test]
    fn a_return_says_mostly_its_prior_where_half_of_the_variance_is_left() {
        let of = |low: f64, high: f64| {
            let ends = Interval::new(low, high, ConfidenceLevel::P90).unwrap();
            Estimate::new((low + high) / 2.0, ends)
        };
        // from 1 to 16: a quarter of that in logarithms, then three quarters
        assert!(!says_mostly(of(1.0, 16.0), of(4.0, 8.0)));
        assert!(says_mostly(of(1.0, 16.0), of(2.0, 16.0)));
        // where a return may be nothing, as it is
        assert!(!says_mostly(of(0.0, 10.0), of(0.0, 7.0)));
        assert!(says_mostly(of(0.0, 10.0), of(0.0, 7.2)));
    }

    #[test]
    fn titles_say_no_more_than_intervals() {
        let about = |value: f64, half: f64| {
            let ends = Interval::new(value - half, value + half, ConfidenceLevel::P90);
            Some(Estimate::new(value, ends.unwrap()))
        };
        let title = |rows: &[[(f64, f64); 2]]| {
            let rows = rows.iter().enumerate().map(|(at, [whole, next])| Returns {
                name: ["tv", "radio"][at],
                whole: about(whole.0, whole.1),
                next: about(next.0, next.1),
            });
            next_pays(&rows.collect::<Vec<_>>())
        };
        let cases = [
            (
                [[(0.5, 0.2), (0.2, 0.1)], [(1.2, 0.4), (0.9, 0.4)]],
                "No channel surely pays, as a whole or by its next unit",
            ),
            (
                [[(2.0, 0.2), (1.5, 0.2)], [(0.5, 0.2), (0.2, 0.1)]],
                "The next unit of spend surely pays wherever spend as a whole does",
            ),
            (
                [[(2.0, 0.2), (0.9, 0.2)], [(2.0, 0.2), (1.5, 0.1)]],
                "2 surely pay as a whole; of these 1 surely by their next unit",
            ),
            (
                [[(2.0, 0.2), (0.5, 0.2)], [(1.5, 0.9), (0.5, 0.1)]],
                "tv pays as a whole, but its next unit does not",
            ),
        ];
        for (rows, said) in cases {
            assert_eq!(title(&rows), said);
        }
    }
}
