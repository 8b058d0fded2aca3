//! What the model knows before it sees the data, on the command line.

use std::path::PathBuf;

use clap::Args;
use mixtouch::Result;
use mixtouch::mix::panel::{Panel, PanelColumns};
use mixtouch::mix::specification::{
    Belief, EffectFigure, EffectPrior, GeoScale, MixSpecification, Pooling, RoiPrior,
};
use mixtouch::mix::transform::Prior;

use crate::options::{EstimatorName, pair};

/// Settings of the model besides families and baseline.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelOptions {
    /// How many periods spend works on, such as 26; a year for geometric adstock otherwise
    #[arg(long)]
    pub(crate) window: Option<usize>,
    /// Media before the panel: a table with the same columns of dates, geos and media
    #[arg(long, requires = "panel")]
    history: Option<PathBuf>,
    /// First periods not to fit, as what ran before them is not known; 8 weeks at most otherwise
    #[arg(long)]
    burn_in: Option<usize>,
    /// Prior of a transform parameter: tv.alpha=beta(1,3), tv.slope=log-normal(1,0.3),
    /// tv.half_saturation=uniform(0.1,2); of a medium's return: tv.roi=normal(1.5,0.4); for nuts also
    /// other distributions, such as tv.roi=between(0.5,4,0.9), and tv.marginal_roi, cpa,
    /// contribution_share or effect
    #[arg(long, value_parser = pair)]
    prior: Vec<(String, String)>,
    /// Column of weights: 0 where the KPI is not to be looked at
    #[arg(long, requires = "panel")]
    weights: Option<String>,
    /// Column of revenue per unit of the KPI, for ROI in money
    #[arg(long, requires = "panel")]
    revenue_per_kpi: Option<String>,
    /// How geos share effects: pooled, separate, or partial=ROWS, pulled together like so many rows
    #[arg(long, value_parser = pooling)]
    pooling: Option<Pooling>,
    /// What counts as the same effect in geos of unlike size: auto, common (the same amount of the KPI
    /// everywhere) or mean (the same share of each geo's mean KPI)
    #[arg(long, value_parser = geo_scale)]
    geo_scale: Option<GeoScale>,
    /// The sign of a control's effect: price=negative or promotion=positive
    #[arg(long, value_delimiter = ',', value_parser = sign)]
    control_sign: Vec<(String, bool)>,
}

/// `pooled`, `separate` or `partial=ROWS`.
fn pooling(text: &str) -> std::result::Result<Pooling, String> {
    let rows = text.strip_prefix("partial=").and_then(|n| n.parse().ok());
    match (text, rows) {
        ("pooled", _) => Ok(Pooling::Pooled),
        ("separate", _) => Ok(Pooling::Separate),
        (_, Some(rows)) => Ok(Pooling::Partial(rows)),
        _ => Err("expected pooled, separate or partial=ROWS".into()),
    }
}

/// `auto`, `common` or `mean`.
fn geo_scale(text: &str) -> std::result::Result<GeoScale, String> {
    match text {
        "auto" => Ok(GeoScale::Auto),
        "common" => Ok(GeoScale::Common),
        "mean" => Ok(GeoScale::Mean),
        _ => Err("expected auto, common or mean".into()),
    }
}

/// `CONTROL=positive` or `CONTROL=negative`.
fn sign(text: &str) -> std::result::Result<(String, bool), String> {
    match text.split_once('=') {
        Some((name, "positive")) => Ok((name.to_owned(), true)),
        Some((name, "negative")) => Ok((name.to_owned(), false)),
        _ => Err("expected CONTROL=positive or CONTROL=negative".into()),
    }
}

impl ModelOptions {
    /// The panel's columns with those that these options name.
    pub(crate) fn columns(&self, columns: PanelColumns) -> PanelColumns {
        let columns = match &self.weights {
            Some(name) => columns.weight(name),
            None => columns,
        };
        match &self.revenue_per_kpi {
            Some(name) => columns.revenue_per_kpi(name),
            None => columns,
        }
    }

    /// The panel with the history of its media.
    pub(crate) fn with_history(&self, columns: &PanelColumns, panel: Panel) -> Result<Panel> {
        match &self.history {
            Some(path) => columns.read_history_path(&panel, path),
            None => Ok(panel),
        }
    }

    /// The specification with these settings.
    pub(crate) fn specification(
        &self,
        mut mix: MixSpecification,
        estimator: EstimatorName,
    ) -> Result<MixSpecification> {
        if let Some(window) = self.window {
            mix = mix.with_window(window);
        }
        if let Some(periods) = self.burn_in {
            mix = mix.with_burn_in(periods);
        }
        let mut returns = vec![];
        for (name, prior) in &self.prior {
            let (channel, parameter) = name.rsplit_once('.').ok_or_else(|| {
                let expected = "MEDIUM.PARAMETER=PRIOR, such as tv.alpha=beta(1,3)";
                mixtouch::Error::Setting {
                    name: "--prior".into(),
                    value: name.clone(),
                    expected: expected.into(),
                }
            })?;
            let figure = parameter.parse::<EffectFigure>();
            mix = match (figure, prior.parse::<Belief>()) {
                // One more row of the regression, which every estimator takes.
                (Ok(EffectFigure::Roi), Ok(Belief::Normal { mean, deviation }))
                    if estimator != EstimatorName::Nuts =>
                {
                    returns.push(RoiPrior::new(channel, mean, deviation)?);
                    mix
                }
                (Ok(figure), belief) => {
                    mix.with_effect_prior(EffectPrior::new(channel, figure, belief?)?)
                }
                (Err(_), _) => mix.with_channel_prior(channel, parameter, prior.parse::<Prior>()?),
            };
        }
        mix = mix.with_roi_priors(returns);
        if let Some(pooling) = self.pooling {
            mix = mix.with_pooling(pooling);
        }
        if let Some(scale) = self.geo_scale {
            mix = mix.with_geo_scale(scale);
        }
        for (control, positive) in &self.control_sign {
            mix = match positive {
                true => mix.with_control_bounds(control, 0.0..),
                false => mix.with_control_bounds(control, ..=0.0),
            };
        }
        Ok(mix)
    }
}
