//! The main figures of a posterior, as a report and as a document.

use crate::mix::posterior::baseline_report::{self, FindingFigures, PartFigures};
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::effect_over_time::EffectStretch;
use crate::mix::posterior::effect_report;
use crate::mix::posterior::funnel::FunnelSummary;
use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::reach::ReachSummary;
use crate::mix::posterior::statistics::FitStatistics;
use crate::mix::posterior::summary::ChannelSummary;
use crate::mix::posterior::synergy::SynergySummary;
use crate::mix::posterior::test_agreement::TestAgreement;
use crate::report::{Alignment, Cell, Column, Report, Section, Table, digits_for, figure};
use crate::stats::Estimate;
use crate::time::Day;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The main figures of a posterior: fit, channels, the baseline's parts, lift tests and findings.
///
/// Displayed it is a table of channels and one of the baseline; serialised, a document that also has
/// the contributions of each period. [`Posterior::report`] makes one.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let report = model.report().with_note("simulated");
/// println!("{report}");
/// assert!(report.to_string().contains("simulated"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MixReport<'a> {
    posterior: &'a Posterior,
    by_geo: bool,
    notes: Vec<String>,
    true_roi: Option<Vec<f64>>,
}

impl Posterior {
    /// The main figures as a report.
    pub fn report(&self) -> MixReport<'_> {
        MixReport {
            posterior: self,
            by_geo: false,
            notes: Vec::new(),
            true_roi: None,
        }
    }
}

impl MixReport<'_> {
    /// The same report, which names the geo in each of the document's rows. False by default.
    #[must_use]
    pub fn with_geos(self, by_geo: bool) -> Self {
        Self { by_geo, ..self }
    }

    /// The same report with a note in its title, such as how the posterior was found.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same report with the known ROI of each channel beside the estimate, in the order of
    /// channels.
    #[must_use]
    pub fn with_true_roi(self, roi: impl IntoIterator<Item = f64>) -> Self {
        Self {
            true_roi: Some(roi.into_iter().collect()),
            ..self
        }
    }

    fn fit_line(&self) -> String {
        let fit = self.posterior.fit_statistics();
        let validation = fit.validation_nrmse.map_or_else(String::new, |error| {
            format!(", on later periods {error:.3}")
        });
        format!(
            "R2 {}, NRMSE {}{validation}, MAPE {}, Durbin-Watson {}",
            Cell::number(fit.r2, 3),
            Cell::number(fit.nrmse, 3),
            Cell::percent(fit.mape, 1),
            Cell::number(fit.durbin_watson, 2)
        )
    }

    fn channel_table(&self) -> Table {
        let mut table = Table::new([
            "channel",
            "spend",
            "contribution (90 %)",
            "share",
            "ROI (90 %)",
            "marginal ROI",
            "half-life (periods)",
        ]);
        if self.true_roi.is_some() {
            table = table.with_column(Column::new("true ROI", Alignment::Right));
        }
        let table = table.with_column(Column::new("", Alignment::Left));
        let summaries = self.posterior.channels();
        let digits = Digits::of(&summaries);
        let rows = summaries.iter().enumerate();
        table.with_rows(rows.map(|(at, summary)| self.channel_row(at, summary, &digits)))
    }

    fn channel_row(&self, at: usize, summary: &ChannelSummary, digits: &Digits) -> Vec<Cell> {
        let mut row = vec![
            Cell::from(&summary.channel),
            Cell::number(summary.spend, digits.spend),
            Cell::estimate(summary.contribution, digits.contribution),
            Cell::percent(summary.effect_share, 1),
            summary
                .roi
                .map(|roi| Cell::estimate(roi, digits.roi))
                .into(),
            Cell::number(summary.marginal_roi.map(|roi| roi.value()), digits.roi),
            Cell::number(summary.half_life, 1),
        ];
        if let Some(truth) = &self.true_roi {
            row.push(Cell::number(truth.get(at).copied(), digits.roi));
        }
        row.push(Cell::text(if summary.weakly_identified {
            "hardly informed by the data"
        } else {
            ""
        }));
        row
    }

    fn baseline_line(&self) -> String {
        let parts = self.posterior.decomposition();
        let baseline = parts.baseline().iter().sum::<f64>();
        let all = parts.prediction().iter().sum::<f64>();
        format!(
            "the baseline brought {}, {:.1} % of all; shares are of what media brought",
            figure(baseline, digits_for([baseline], 0)),
            100.0 * baseline / all
        )
    }

    /// A line for each lift test, and one for each channel whose tests contradict something.
    fn test_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for agreement in self.posterior.test_agreement() {
            if agreement.is_doubtful() {
                lines.push(format!("note: {agreement}"));
            }
        }
        for test in self.posterior.lift_report() {
            let geo = test.geo.as_ref();
            let geo = geo.map_or_else(String::new, |geo| format!(" in {geo}"));
            let digits = digits_for([test.measured, test.standard_error], 0);
            lines.push(format!(
                "lift test on {}{geo} from {} to {}: measured {} +- {}, predicted {} ({:+.1} standard \
                 errors)",
                test.channel,
                test.start,
                test.end,
                figure(test.measured, digits),
                figure(test.standard_error, digits),
                figure(test.predicted.value(), digits),
                test.deviation()
            ));
        }
        lines
    }
}

/// Decimal places of the channels' columns.
struct Digits {
    spend: usize,
    contribution: usize,
    roi: usize,
}

impl Digits {
    fn of(summaries: &[ChannelSummary]) -> Self {
        let each = || summaries.iter();
        Self {
            spend: digits_for(each().map(|row| row.spend), 0),
            contribution: digits_for(each().map(|row| row.contribution.value()), 0),
            roi: digits_for(each().filter_map(|row| row.roi).map(|roi| roi.value()), 2),
        }
    }
}

impl Report for MixReport<'_> {
    fn title(&self) -> String {
        let panel = self.posterior.panel();
        let periods = format!("{} {}", panel.periods(), panel.period().nouns());
        let geos = match panel.geos().len() {
            0 | 1 => String::new(),
            geos => format!(" x {geos} geos"),
        };
        let notes = self.notes.iter().map(|note| format!(", {note}"));
        format!("{periods}{geos}{}", notes.collect::<String>())
    }

    fn sections(&self) -> Vec<Section> {
        let channels = Section::new()
            .with_table(self.channel_table())
            .with_line(self.baseline_line())
            .with_lines(self.test_lines());
        let mut sections = vec![
            Section::new().with_line(self.fit_line()),
            channels.set_apart(),
            baseline_report::section(self.posterior).set_apart(),
        ];
        sections.extend(effect_report::sections(self.posterior));
        let findings = self.posterior.findings();
        if !findings.is_empty() {
            sections.push(baseline_report::notes(&findings).set_apart());
        }
        sections
    }
}

impl fmt::Display for MixReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// The document: every channel, in every geo, and every period's contributions.
impl Serialize for MixReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let posterior = self.posterior;
        let parts = posterior.decomposition();
        let summaries = posterior.channels_by_geo();
        let channel = |summary| ChannelFigures::new(summary, self.by_geo);
        Figures {
            fit: posterior.fit_statistics(),
            channels: summaries.iter().map(channel).collect(),
            baseline: parts.baseline().iter().sum(),
            baseline_parts: baseline_report::parts(posterior, parts),
            contributions: contributions(parts, self.by_geo),
            lift_tests: posterior.lift_report(),
            findings: baseline_report::findings(posterior),
            test_agreement: posterior.test_agreement(),
            synergies: posterior.synergies(),
            funnels: posterior.funnels(),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Figures<'a, T: Serialize> {
    fit: FitStatistics,
    channels: Vec<ChannelFigures<'a>>,
    baseline: f64,
    baseline_parts: Vec<PartFigures<'a>>,
    contributions: Vec<PeriodFigures<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lift_tests: Vec<T>,
    findings: Vec<FindingFigures>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    test_agreement: Vec<TestAgreement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    synergies: Vec<SynergySummary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    funnels: Vec<FunnelSummary>,
}

/// One channel, in one geo where there are several.
#[derive(Serialize)]
struct ChannelFigures<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    geo: Option<&'a Option<String>>,
    spend: f64,
    contribution: f64,
    contribution_low: f64,
    contribution_high: f64,
    immediate: f64,
    unseen_share: f64,
    share: f64,
    spend_share: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    roi: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roi_low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roi_high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marginal_roi: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpa: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    half_life: Option<f64>,
    adstock: CurveFigures<'a>,
    saturation: CurveFigures<'a>,
    coefficient: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach_frequency: Option<&'a ReachSummary>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    effect_over_time: &'a [EffectStretch],
    hardly_informed: bool,
}

impl<'a> ChannelFigures<'a> {
    fn new(summary: &'a ChannelSummary, by_geo: bool) -> Self {
        Self {
            channel: &summary.channel,
            geo: by_geo.then_some(&summary.geo),
            spend: summary.spend,
            contribution: summary.contribution.value(),
            contribution_low: summary.contribution.low(),
            contribution_high: summary.contribution.high(),
            immediate: summary.immediate,
            unseen_share: summary.unseen_share,
            share: summary.effect_share,
            spend_share: summary.spend_share,
            roi: summary.roi.map(|roi| roi.value()),
            roi_low: summary.roi.map(|roi| roi.low()),
            roi_high: summary.roi.map(|roi| roi.high()),
            marginal_roi: summary.marginal_roi.map(|roi| roi.value()),
            cpa: summary.cpa,
            half_life: summary.half_life,
            adstock: CurveFigures::new(&summary.adstock_family, &summary.adstock),
            saturation: CurveFigures::new(&summary.saturation_family, &summary.saturation),
            coefficient: summary.coefficient.value(),
            reach_frequency: summary.reach_frequency.as_ref(),
            effect_over_time: &summary.effect_over_time,
            hardly_informed: summary.weakly_identified,
        }
    }
}

/// A family with its parameters' means.
#[derive(Serialize)]
struct CurveFigures<'a> {
    family: &'a str,
    #[serde(flatten)]
    parameters: BTreeMap<&'a str, f64>,
}

impl<'a> CurveFigures<'a> {
    fn new(family: &'a str, parameters: &'a [(String, Estimate)]) -> Self {
        let means = parameters.iter();
        let means = means.map(|(name, estimate)| (name.as_str(), estimate.value()));
        Self {
            family,
            parameters: means.collect(),
        }
    }
}

/// What the baseline and each channel brought in one period and geo.
#[derive(Serialize)]
struct PeriodFigures<'a> {
    date: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    geo: Option<&'a str>,
    baseline: f64,
    #[serde(flatten)]
    channels: BTreeMap<&'a str, f64>,
}

fn contributions(parts: &Decomposition, by_geo: bool) -> Vec<PeriodFigures<'_>> {
    let mut rows = Vec::new();
    for (geo, name) in parts.geos().iter().enumerate() {
        for (period, &date) in parts.dates().iter().enumerate() {
            let row = parts.row(geo, period);
            let names = parts.channels().iter().enumerate();
            let channels = names.map(|(at, name)| (name.as_str(), parts.contributions()[at][row]));
            rows.push(PeriodFigures {
                date,
                geo: by_geo.then_some(name.as_str()),
                baseline: parts.baseline()[row],
                channels: channels.collect(),
            });
        }
    }
    rows
}
