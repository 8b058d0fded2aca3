//! Effects beyond one constant curve a medium, on the command line.

use clap::Args;
use mixtouch::Result;
use mixtouch::mix::panel::PanelColumns;
use mixtouch::mix::specification::{ChangingEffect, Funnel, Likelihood, MixSpecification, Synergy};

/// How media work, besides their curves.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Effects")]
pub(crate) struct EffectOptions {
    /// Media whose effect changes over time: tv or tv=quarter, half-year (the default) or year
    #[arg(long, value_delimiter = ',')]
    changing_effect: Vec<String>,
    /// Media measured in reach and frequency, as tv=reach_column:frequency_column; --spend names the
    /// column of their spend
    #[arg(long, value_delimiter = ',', value_parser = reach, requires = "panel")]
    reach_frequency: Vec<(String, String, String)>,
    /// Media that bring more, or less, together than each alone, as tv:search
    #[arg(long, value_delimiter = ',', value_parser = two)]
    synergy: Vec<(String, String)>,
    /// Media that move another medium, as tv:branded_search
    #[arg(long, value_delimiter = ',', value_parser = two)]
    funnel: Vec<(String, String)>,
    /// How the KPI is distributed: normal (the default), student-t or student-t=DEGREES; with effects
    /// that multiply: log, or negative-binomial for counts
    #[arg(long)]
    pub(crate) likelihood: Option<Likelihood>,
}

/// `MEDIUM:MEDIUM` taken apart.
fn two(text: &str) -> std::result::Result<(String, String), String> {
    text.split_once(':')
        .map(|(first, second)| (first.into(), second.into()))
        .ok_or_else(|| "expected MEDIUM:MEDIUM".into())
}

/// `MEDIUM=REACH:FREQUENCY` taken apart.
fn reach(text: &str) -> std::result::Result<(String, String, String), String> {
    text.split_once('=')
        .and_then(|(medium, columns)| Some((medium, columns.split_once(':')?)))
        .map(|(medium, (reach, frequency))| (medium.into(), reach.into(), frequency.into()))
        .ok_or_else(|| "expected MEDIUM=REACH_COLUMN:FREQUENCY_COLUMN".into())
}

impl EffectOptions {
    /// Media that have more columns than one.
    pub(crate) fn media(&self) -> impl Iterator<Item = &String> {
        self.reach_frequency.iter().map(|(medium, ..)| medium)
    }

    /// The panel's columns with those that these options name; `spend` are columns of spend by
    /// medium.
    pub(crate) fn columns(
        &self,
        columns: PanelColumns,
        spend: &[(String, String)],
    ) -> PanelColumns {
        let media = self.reach_frequency.iter();
        media.fold(columns, |columns, (medium, reach, frequency)| {
            let mut spend = spend.iter().filter(|(name, _)| name == medium);
            let spend = spend.next().map(|(_, column)| column.as_str());
            columns.channel_with_reach(medium, reach, frequency, spend)
        })
    }

    /// The specification with these settings.
    pub(crate) fn specification(&self, mut mix: MixSpecification) -> Result<MixSpecification> {
        for text in &self.changing_effect {
            mix = match text.rsplit_once('=') {
                Some((medium, every)) => mix.with_changing_effect(medium, every.parse()?),
                None => mix.with_changing_effect(text, ChangingEffect::default()),
            };
        }
        let pairs = self.synergy.iter();
        mix = pairs.fold(mix, |mix, (a, b)| mix.with_synergy(Synergy::new(a, b)));
        mix = mix.with_likelihood(self.likelihood.unwrap_or_default());
        let funnels = self.funnel.iter();
        Ok(funnels.fold(mix, |mix, (a, b)| mix.with_funnel(Funnel::new(a, b))))
    }
}
