//! A mix model over time.

use crate::mix::panel::Frequency;
use crate::mix::posterior::{Decomposition, MixForecast, Posterior};
use crate::mix::specification::BaselinePart;
use crate::pages::kpi_name::KpiName;
use crate::pages::largest::Largest;
use crate::pages::words;
use crate::report::chart::{Area, Chart, Lines, Mark, Size, Waterfall};

/// The layers that a chart names.
const MOST: usize = 9;
/// Standard errors in 90 %.
const Z90: f64 = 1.644_853_626_951_472_2;

/// Values by row as sums by period.
fn by_period(values: &[f64], periods: usize) -> Vec<f64> {
    let mut sums = vec![0.0; periods];
    for geo in values.chunks(periods.max(1)) {
        sums.iter_mut()
            .zip(geo)
            .for_each(|(sum, value)| *sum += value);
    }
    sums
}

/// Whether some row of each period was fitted.
pub(crate) fn fitted_periods(model: &Posterior) -> Vec<bool> {
    let (rows, periods) = (model.panel().kpi().len(), model.panel().periods());
    let is_fitted = |period: usize| {
        let mut rows = (period..rows).step_by(periods);
        rows.any(|row| model.is_fitted(row))
    };
    (0..periods).map(is_fitted).collect()
}

/// Actual against expected, with a band as wide as residuals and the forecast behind it.
pub(crate) fn actual_and_expected(
    model: &Posterior,
    kpi: &KpiName,
    forecast: Option<&MixForecast>,
) -> Chart {
    let parts = model.decomposition();
    let periods = parts.dates().len();
    let expected = by_period(parts.prediction(), periods);
    let actual = by_period(model.panel().kpi(), periods);
    let rows = model.residuals().into_iter().enumerate();
    let fitted = rows.map(|(row, off)| if model.is_fitted(row) { off } else { 0.0 });
    let residuals = by_period(&fitted.collect::<Vec<f64>>(), periods);
    let is_fitted = fitted_periods(model);
    let count = is_fitted.iter().filter(|fitted| **fitted).count();
    let square: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let half = Z90 * (square / count.max(1) as f64).sqrt();
    let mut dates: Vec<String> = parts.dates().iter().map(ToString::to_string).collect();
    let mark = |(x, fitted): (&f64, &bool)| match fitted {
        true => Mark::new(*x).with_interval(x - half, x + half),
        false => Mark::new(*x),
    };
    let mut marks: Vec<Mark> = expected.iter().zip(&is_fitted).map(mark).collect();
    let forecast = forecast.filter(|_| parts.geos().len() == 1);
    if let Some(forecast) = forecast {
        dates.extend(
            forecast
                .decomposition()
                .dates()
                .iter()
                .map(ToString::to_string),
        );
        marks.extend(
            forecast
                .predictions()
                .iter()
                .map(|estimate| Mark::from(*estimate)),
        );
    }
    let mut lines = Lines::new(kpi.measure(), dates)
        .with_series("expected", marks)
        .with_series("actual", actual);
    if forecast.is_some() {
        lines = lines.with_divider(periods, "forecast");
    }
    let fit = model.fit_statistics();
    let off = fit.mape.map_or_else(String::new, |error| {
        format!("; it is {} off in the mean", words::percent(error))
    });
    let title = format!("{}{off}", words::explained(fit.r2, kpi.the()));
    Chart::new(title, lines).with_subtitle(format!(
        "{} by period; the band is what residuals let expect of 90 %, in the {count} of {periods} periods fitted",
        kpi.label()
    ))
}

/// Layers of the baseline and the largest channels, largest first.
fn layers(parts: &Decomposition) -> Vec<(String, Vec<f64>)> {
    let periods = parts.dates().len();
    let totals = parts.totals();
    let largest = Largest::of(&totals, MOST);
    let all: Vec<Vec<f64>> = parts
        .contributions()
        .iter()
        .map(|cells| by_period(cells, periods))
        .collect();
    let sums = (0..periods).map(|period| largest.sums(|at| all[at][period]));
    let by_time: Vec<Vec<f64>> = sums.collect();
    let names = largest.names(parts.channels());
    let layer = |(at, name): (usize, String)| (name, by_time.iter().map(|sums| sums[at]).collect());
    let baseline = ("baseline".to_owned(), by_period(parts.baseline(), periods));
    std::iter::once(baseline)
        .chain(names.into_iter().enumerate().map(layer))
        .collect()
}

/// What each part brought by period.
pub(crate) fn contributions(model: &Posterior, kpi: &KpiName) -> Chart {
    let parts = model.decomposition();
    let dates = parts.dates().iter().map(ToString::to_string);
    let layers = layers(parts);
    let media: f64 = parts.totals().iter().sum();
    let all: f64 = parts.prediction().iter().sum();
    let first = layers
        .iter()
        .skip(1)
        .map(|(name, cells)| (name, cells.iter().sum::<f64>()));
    let first = first.max_by(|a, b| a.1.total_cmp(&b.1));
    let lead = first.map_or_else(String::new, |(name, sum)| {
        format!(", {name} {}", words::short(sum))
    });
    let brought = words::short(media);
    let title = match words::share(media, all) {
        Some(share) => format!(
            "Media brought {brought} ({} of all){lead}",
            words::percent(share)
        ),
        None => format!(
            "Media brought {brought}, all else {}{lead}",
            words::short(all - media)
        ),
    };
    let area = layers
        .into_iter()
        .fold(Area::new(kpi.measure(), dates), |area, (name, cells)| {
            area.with_layer(name, cells)
        });
    Chart::new(title, area).with_subtitle(format!(
        "{} by period and where it came from; what takes away lies under the zero line",
        kpi.label()
    ))
}

/// The parts of the baseline and the channels, up to the total.
pub(crate) fn from_baseline_to_total(model: &Posterior, kpi: &KpiName) -> Chart {
    let parts = model.decomposition();
    let mut waterfall = Waterfall::new(kpi.measure());
    for (name, sum) in baseline_bars(parts.baseline_parts()) {
        waterfall = waterfall.with_change(words::sentence(&name), sum);
    }
    let baseline: f64 = parts.baseline().iter().sum();
    waterfall = waterfall.with_level("Baseline", baseline);
    let totals = parts.totals();
    let largest = Largest::of(&totals, MOST);
    let names = largest.names(parts.channels());
    for (name, sum) in names.into_iter().zip(largest.sums(|at| totals[at])) {
        waterfall = waterfall.with_change(name, sum);
    }
    let all: f64 = parts.prediction().iter().sum();
    let title = match words::share(baseline, all) {
        Some(share) => format!("{} would have come without media", words::percent(share)),
        None => format!(
            "Without media {} would have been {} in place of {}",
            kpi.the(),
            words::short(baseline),
            words::short(all)
        ),
    };
    Chart::new(title, waterfall.with_level("Expected", all))
        .with_subtitle(format!(
            "{} over all periods: the baseline's parts, then what each channel brought",
            kpi.label()
        ))
        .with_size(Size::Half)
}

/// The sums of a baseline's parts. A control that is always there, such as a price, stands with the
/// level: either alone is of a world without it, which nobody saw.
fn baseline_bars<'a>(
    parts: impl Iterator<Item = (&'a BaselinePart, &'a [f64])>,
) -> Vec<(String, f64)> {
    let mut bars: Vec<(String, f64)> = Vec::new();
    let (mut level, mut with) = (None, Vec::new());
    for (part, cells) in parts {
        let sum: f64 = cells.iter().sum();
        match part {
            BaselinePart::Level => level = Some(sum),
            BaselinePart::Control(name) if is_always_there(cells) => with.push((&**name, sum)),
            other => bars.push((other.to_string(), sum)),
        }
    }
    let together = level.unwrap_or(0.0) + with.iter().map(|(_, sum)| sum).sum::<f64>();
    let names: Vec<&str> = with.iter().map(|(name, _)| *name).collect();
    let name = match names.is_empty() {
        true => BaselinePart::Level.to_string(),
        false => format!("{} with {}", BaselinePart::Level, words::listed(&names)),
    };
    if level.is_some() || !names.is_empty() {
        bars.insert(0, (name, together));
    }
    bars
}

/// Whether what a control brings is never near nothing.
fn is_always_there(cells: &[f64]) -> bool {
    let sizes = cells.iter().map(|cell| cell.abs());
    let (least, most) = sizes.fold((f64::MAX, 0.0_f64), |(least, most), size| {
        (least.min(size), most.max(size))
    });
    let one_sided = cells.iter().all(|cell| *cell > 0.0) || cells.iter().all(|cell| *cell < 0.0);
    one_sided && least > most / 4.0
}

/// The periods of a year.
const fn periods_a_year(frequency: Frequency) -> usize {
    match frequency {
        Frequency::Day => 364,
        Frequency::Week => 52,
        Frequency::TwoWeeks => 26,
        Frequency::FourWeeks => 13,
        Frequency::Month | Frequency::MonthEnd => 12,
        Frequency::Quarter | Frequency::QuarterEnd => 4,
    }
}

/// From last year's total to this year's, where there are two years.
pub(crate) fn year_on_year(model: &Posterior, kpi: &KpiName) -> Option<Chart> {
    let parts = model.decomposition();
    let (periods, year) = (parts.dates().len(), periods_a_year(model.panel().period()));
    if periods < 2 * year {
        return None;
    }
    let sums = |cells: &[f64]| {
        let cells = by_period(cells, periods);
        let sum = |from: usize, to: usize| cells[from..to].iter().sum::<f64>();
        (
            sum(periods - 2 * year, periods - year),
            sum(periods - year, periods),
        )
    };
    let change = |cells: &[f64]| sums(cells).1 - sums(cells).0;
    let (before, after) = sums(parts.prediction());
    let mut waterfall = Waterfall::new(kpi.measure()).with_level("Year before", before);
    for (part, cells) in parts.baseline_parts() {
        let moved = change(cells);
        if moved.abs() > 1e-9 * before.abs() {
            waterfall = waterfall.with_change(words::sentence(&part.to_string()), moved);
        }
    }
    let changes: Vec<f64> = parts
        .contributions()
        .iter()
        .map(|cells| change(cells))
        .collect();
    let largest = Largest::of(&changes, MOST);
    let names = largest.names(parts.channels());
    for (name, sum) in names.into_iter().zip(largest.sums(|at| changes[at])) {
        waterfall = waterfall.with_change(name, sum);
    }
    let media: f64 = changes.iter().sum();
    let grew = if before == 0.0 {
        0.0
    } else {
        after / before - 1.0
    };
    let title = format!(
        "The last year brought {} {}; media account for {}",
        words::percent(grew.abs()),
        if grew < 0.0 { "less" } else { "more" },
        words::short(media)
    );
    let chart = Chart::new(title, waterfall.with_level("Last year", after)).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Expected {} of the last year beside the year before",
        kpi.label()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A level of -30 beside 50 by competitors who always sell says nothing of either.
    #[test]
    fn a_control_that_is_always_there_stands_with_the_level() {
        let control = |name: &str| BaselinePart::Control(name.to_owned());
        let parts = [
            (BaselinePart::Level, vec![-10.0; 3]),
            (BaselinePart::Trend, vec![0.0, 1.0, 2.0]),
            (control("others"), vec![15.0, 16.0, 19.0]),
            (control("sale"), vec![0.0, 0.0, 4.0]),
        ];
        let bars = baseline_bars(parts.iter().map(|(part, cells)| (part, cells.as_slice())));
        let bars: Vec<(&str, f64)> = bars.iter().map(|(name, sum)| (&**name, *sum)).collect();
        let known = [
            ("level with others", 20.0),
            ("trend", 3.0),
            ("control sale", 4.0),
        ];
        assert_eq!(bars, known);
    }
}
