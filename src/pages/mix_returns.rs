//! Returns of a mix model.

use crate::mix::posterior::{ChannelSummary, Posterior};
use crate::pages::largest::Largest;
use crate::pages::words;
use crate::report::chart::{Chart, Dumbbell, Forest, Mark, Measure, Size};
use crate::stats::Estimate;

/// Charts of returns and shares; none without a channel that costs something.
pub(crate) fn charts(model: &Posterior, true_roi: &[f64]) -> Vec<Chart> {
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
    let mut charts = vec![returns(true_roi, &paid), shares(&paid), marginal(&paid)];
    charts.extend(tests(model));
    charts
}

fn names(paid: &[(usize, &ChannelSummary)]) -> Vec<String> {
    paid.iter()
        .map(|(_, channel)| channel.channel.clone())
        .collect()
}

/// Whether a channel's whole interval lies above break-even.
pub(crate) fn pays_back(channel: &ChannelSummary) -> bool {
    channel.roi.is_some_and(|roi| roi.low() > 1.0)
}

fn returns(true_roi: &[f64], paid: &[(usize, &ChannelSummary)]) -> Chart {
    let own = if true_roi.is_empty() { "" } else { "estimate" };
    let mut forest = Forest::new(Measure::new("return for 1 spent"), names(paid))
        .with_series(own, paid.iter().map(|(_, channel)| Mark::from(channel.roi)))
        .with_reference(1.0, "break-even");
    if !true_roi.is_empty() {
        let truth = paid.iter().map(|(at, _)| true_roi.get(*at).copied());
        forest = forest.with_series("truth", truth);
    }
    let sure = paid
        .iter()
        .filter(|(_, channel)| pays_back(channel))
        .count();
    let title = match sure {
        0 => "No channel is sure to pay back".to_owned(),
        _ => format!(
            "{sure} of {} channels pay back with 90 % certainty",
            paid.len()
        ),
    };
    Chart::new(title, forest)
        .with_subtitle("Return on spend, 90 % intervals; largest spend on top")
        .with_size(Size::Half)
}

/// What was believed of returns before the data, and after; none without a channel of which both are
/// known.
pub(crate) fn prior(model: &Posterior, prior: &[Option<Estimate>]) -> Option<Chart> {
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
        Measure::new("return for 1 spent"),
        known.iter().map(|(name, ..)| *name),
    )
    .with_series(
        "prior",
        known.iter().map(|(_, prior, _)| Mark::from(*prior)),
    )
    .with_series(
        "posterior",
        known.iter().map(|(.., posterior)| Mark::from(*posterior)),
    )
    .with_reference(1.0, "break-even");
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

fn marginal(paid: &[(usize, &ChannelSummary)]) -> Chart {
    let forest = Forest::new(Measure::new("return for 1 spent"), names(paid))
        .with_series(
            "all spend",
            paid.iter().map(|(_, channel)| Mark::from(channel.roi)),
        )
        .with_series(
            "the next unit",
            paid.iter()
                .map(|(_, channel)| Mark::from(channel.marginal_roi)),
        )
        .with_reference(1.0, "break-even");
    let next = |channel: &ChannelSummary| channel.marginal_roi.map(|roi| roi.value());
    let saturated = |channel: &ChannelSummary| {
        channel.roi.is_some_and(|roi| roi.value() > 1.0)
            && next(channel).is_some_and(|roi| roi < 1.0)
    };
    let full: Vec<&str> = paid
        .iter()
        .filter(|(_, channel)| saturated(channel))
        .map(|(_, channel)| channel.channel.as_str())
        .collect();
    let title = match full.len() {
        0 => "The next unit of spend pays wherever spend as a whole does".to_owned(),
        1 => format!("{} pays as a whole, but its next unit does not", full[0]),
        _ => format!(
            "{} pay as a whole, but their next unit does not",
            words::listed(&full)
        ),
    };
    Chart::new(title, forest)
        .with_subtitle("Return on all spend and on the next unit, 90 % intervals")
        .with_size(Size::Half)
}

/// What the model says beside what tests measured.
pub(crate) fn tests(model: &Posterior) -> Option<Chart> {
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
    let forest = Forest::new(Measure::new("change of the KPI").with_digits(0), names)
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
