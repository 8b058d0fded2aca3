//! What the report says of effects beyond one constant curve a channel.

use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::summary::ChannelSummary;
use crate::report::{Cell, Section, Table};

/// Effects that change over time, channels measured in reach and frequency, what channels bring
/// together and by way of one another; nothing where there is none of it.
pub(crate) fn sections(posterior: &Posterior) -> Vec<Section> {
    let summaries = posterior.channels();
    let sections = [
        over_time(&summaries),
        reach(&summaries),
        synergies(posterior),
        funnels(posterior),
    ];
    sections.into_iter().flatten().collect()
}

/// Each changing effect stretch by stretch.
fn over_time(summaries: &[ChannelSummary]) -> Option<Section> {
    let stretches = summaries.iter().flat_map(|summary| {
        let stretches = summary.effect_over_time.iter();
        stretches.map(|stretch| (&summary.channel, stretch))
    });
    let rows = stretches.map(|(channel, stretch)| {
        [
            Cell::from(channel),
            Cell::text(format!("{} to {}", stretch.from, stretch.to)),
            Cell::number(stretch.spend, 0),
            Cell::estimate(stretch.contribution, 0),
            stretch.roi.map(|roi| Cell::estimate(roi, 2)).into(),
        ]
    });
    let columns = [
        "channel",
        "periods",
        "spend",
        "contribution (90 %)",
        "ROI (90 %)",
    ];
    table(
        "effects over time; curves, plans and forecasts have those at the end",
        Table::new(columns),
        rows.collect(),
    )
}

/// How often a person should see each channel measured in reach and frequency.
fn reach(summaries: &[ChannelSummary]) -> Option<Section> {
    let rows = summaries.iter().filter_map(|summary| {
        let figures = summary.reach_frequency.as_ref()?;
        Some([
            Cell::from(&summary.channel),
            Cell::number(figures.reach, 0),
            Cell::number(figures.frequency, 2),
            Cell::number(figures.cost_per_exposure, 4),
            figures
                .optimal_frequency
                .map(|best| Cell::estimate(best, 1))
                .into(),
            figures
                .contribution_at_optimum
                .map(|there| Cell::estimate(there, 0))
                .into(),
        ])
    });
    let columns = [
        "channel",
        "reach",
        "frequency",
        "cost per contact",
        "best frequency (90 %)",
        "contribution there (90 %)",
    ];
    table(
        "reach and frequency: at the best one the same number of contacts brings most",
        Table::new(columns),
        rows.collect(),
    )
}

/// What channels brought together.
fn synergies(posterior: &Posterior) -> Option<Section> {
    let synergies = posterior.synergies();
    let rows = synergies.iter().map(|together| {
        let pair = format!("{} x {}", together.first, together.second);
        [Cell::text(pair), Cell::estimate(together.contribution, 0)]
    });
    table(
        "what channels brought together, half of it in each one's contribution",
        Table::new(["channels", "contribution (90 %)"]),
        rows.collect(),
    )
}

/// What channels brought by way of others.
fn funnels(posterior: &Posterior) -> Option<Section> {
    let funnels = posterior.funnels();
    let rows = funnels.iter().map(|funnel| {
        [
            Cell::text(format!("{} by way of {}", funnel.upstream, funnel.mediator)),
            Cell::estimate(funnel.direct, 0),
            Cell::estimate(funnel.indirect, 0),
            funnel.roi.map(|roi| Cell::estimate(roi, 2)).into(),
        ]
    });
    let columns = [
        "channel",
        "direct (90 %)",
        "indirect (90 %)",
        "ROI of both (90 %)",
    ];
    table(
        "by way of other channels, whose contributions still include it",
        Table::new(columns),
        rows.collect(),
    )
}

fn table<const N: usize>(heading: &str, table: Table, rows: Vec<[Cell; N]>) -> Option<Section> {
    (!rows.is_empty()).then(|| {
        let section = Section::new().with_heading(heading);
        section.with_table(table.with_rows(rows)).set_apart()
    })
}
