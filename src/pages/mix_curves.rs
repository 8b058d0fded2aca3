//! Curves of a mix model: response, carry-over, and the candidates of a search.

use crate::mix::estimate::SearchReport;
use crate::mix::posterior::{ChannelSummary, Posterior};
use crate::mix::transform::Adstock;
use crate::pages::kpi_name::KpiName;
use crate::pages::largest::Largest;
use crate::pages::words;
use crate::report::chart::{Chart, Lines, Mark, Measure, ResponseCurve, Scatter, Size};

/// The points of a curve.
const POINTS: usize = 24;
/// The channels whose carry-over is drawn, and the lags.
const CARRIED: (usize, usize) = (6, 13);

/// A response curve for each channel, with its mean spend marked.
pub(crate) fn responses(model: &Posterior, kpi: &KpiName) -> Vec<Chart> {
    let channels = model.channels();
    let spends: Vec<f64> = channels.iter().map(|channel| channel.spend).collect();
    let order = Largest::of(&spends, channels.len()).named;
    let curves = order.iter().filter(|&&at| spends[at] > 0.0);
    let periods = model.panel().periods().max(1) as f64;
    let dates = model.panel().dates();
    let about = dates.first().zip(dates.last());
    let about = about.map_or_else(String::new, |(first, last)| {
        format!("; on average: mean spend of {first} to {last}")
    });
    let curve = |at: usize| {
        let dots = [("on average", spends[at] / periods)];
        let says = next_unit(&channels[at], kpi.in_money);
        response(model, &channels[at], &dots, kpi, (&says, &about))
    };
    curves.filter_map(|&at| curve(at)).collect()
}

/// One channel's curve up to twice the farthest of the dots; what it says, and what its dots are.
pub(crate) fn response(
    model: &Posterior,
    channel: &ChannelSummary,
    dots: &[(&str, f64)],
    kpi: &KpiName,
    (says, about): (&str, &str),
) -> Option<Chart> {
    let far = dots.iter().map(|(_, at)| *at).fold(0.0, f64::max);
    let step = 2.0 * far / POINTS as f64;
    let places: Vec<f64> = (0..=POINTS).map(|at| at as f64 * step).collect();
    let points = model.response_curve(&channel.channel, &places).ok()?;
    let marks = points
        .iter()
        .map(|point| (point.spend, Mark::from(point.response)));
    let curve = ResponseCurve::new(Measure::new("spend a period").with_digits(0), kpi.measure())
        .with_points(marks);
    let curve = dots
        .iter()
        .fold(curve, |curve, (name, at)| curve.with_dot(*name, *at));
    let title = format!("{}: {says}", channel.channel);
    let chart = Chart::new(title, curve).with_size(Size::Third);
    Some(chart.with_subtitle(format!(
        "Lasting effect of spending so much every period, 90 % band{about}"
    )))
}

/// What a channel's curve says about its next unit of spend.
fn next_unit(channel: &ChannelSummary, in_money: bool) -> String {
    let said = match channel.marginal_roi {
        _ if channel.weakly_identified => "hardly informed by the data",
        None => "what more spend brings is not known",
        Some(roi) if !in_money => {
            let [value, low, high] = [roi.value(), roi.low(), roi.high()].map(words::short);
            return format!("the next unit spent brings {value} ({low} to {high})");
        }
        Some(roi) if roi.low() > 1.0 => "the next unit spent brings back more",
        Some(roi) if roi.high() < 1.0 => "the next unit spent brings back less",
        Some(_) => "not told whether the next unit spent brings back more",
    };
    said.to_owned()
}

/// How long effects last, of the channels that brought most.
pub(crate) fn carry_over(model: &Posterior) -> Vec<Chart> {
    let channels = model.channels();
    let sizes: Vec<f64> = channels
        .iter()
        .map(|channel| channel.contribution.value())
        .collect();
    let order = Largest::of(&sizes, channels.len()).named.into_iter();
    let lasting = order.filter(|&at| channels[at].adstock_curve.len() > 1);
    lasting
        .take(CARRIED.0)
        .map(|at| carried(model, at, &channels[at]))
        .collect()
}

/// The part of one channel's effect by periods after the spend.
fn carried(model: &Posterior, at: usize, channel: &ChannelSummary) -> Chart {
    let length = channel.adstock_curve.len();
    let curves: Vec<Vec<f64>> = model
        .draws()
        .iter()
        .map(|draw| {
            let mut weights = vec![0.0; length];
            draw.curves()[at].adstock.weights(&mut weights);
            let all: f64 = weights.iter().sum();
            weights.iter().map(|weight| weight / all).collect()
        })
        .collect();
    let part = |of: &dyn Fn(&[f64]) -> f64| {
        let parts: Vec<f64> = curves.iter().map(|curve| of(curve)).collect();
        model.estimate(&parts)
    };
    let lags = length.min(CARRIED.1);
    let marks = (0..lags).map(|lag| Mark::from(part(&|curve| curve[lag])));
    let measure = Measure::share("of the effect, by periods after the spend").with_digits(0);
    let lines = Lines::new(measure, (0..lags).map(|lag| lag.to_string()))
        .with_series("", marks)
        .with_zero(true);
    let later = part(&|curve| 1.0 - curve[0]);
    let title = format!(
        "{}: {} ({}) of the effect comes in later periods",
        channel.channel,
        words::percent(later.value()),
        words::ends(later.low(), later.high(), words::percent)
    );
    let chart = Chart::new(title, lines).with_size(Size::Third);
    chart.with_subtitle(
        "Carry-over: the part of the effect in the period of the spend (0) and after, 90 % band",
    )
}

/// Error against how far effect shares lie from spend shares, and which candidate is best.
pub(crate) fn front(search: &SearchReport) -> Option<Chart> {
    let best = search.best().objectives()?;
    let scatter = Scatter::new(
        Measure::new("error (NRMSE)").with_digits(3),
        Measure::new("distance of shares (RSSD)").with_digits(3),
    );
    let front = search
        .pareto_front()
        .iter()
        .filter_map(|draw| draw.objectives());
    let front = front.filter(|objectives| *objectives != best);
    let scatter = front
        .enumerate()
        .fold(scatter, |scatter, (at, objectives)| {
            scatter.with_point(
                format!("candidate {}", at + 1),
                objectives.nrmse,
                objectives.rssd,
            )
        });
    let scatter = scatter.with_chosen("best of these", best.nrmse, best.rssd);
    let title = format!(
        "{} models of {} tried are not beaten in both fit and closeness to spend",
        search.pareto_front().len(),
        words::count(search.evaluations() as f64)
    );
    let chart = Chart::new(title, scatter).with_size(Size::Half);
    Some(chart.with_subtitle(
        "Error, and how far shares of effect lie from shares of spend, of models that no other beats in \
         both; what the page shows is the mean of the best models",
    ))
}
