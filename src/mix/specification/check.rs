//! A specification against the panel it is to be fitted to.

use crate::error::{Error, Result};
use crate::mix::panel::{Channel, Finding, Panel};
use crate::mix::specification::columns::BaselineColumns;
use crate::mix::specification::contradictions::contradictions;
use crate::mix::specification::effect_prior::check_distinct;
use crate::mix::specification::funnel::Funnel;
use crate::mix::specification::mix_specification::MixSpecification;
use crate::mix::specification::pooling::Pooling;
use crate::mix::transform::LagWindow;

const ROWS_PER_PARAMETER: usize = 5;

impl MixSpecification {
    /// What is worth knowing before this model is fitted to a panel: what [`Panel::check`] finds,
    /// too few rows for all of the model's parameters - of media, trend, seasonality, holidays,
    /// events and controls - or for one geo's baseline, holidays that the panel does not reach, and lift tests that
    /// contradict each other.
    ///
    /// ```
    /// use mixtouch::mix::panel::Finding;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.with_size(1, 60)?.simulate(1).panel()?;
    /// let findings = MixSpecification::new().check(&panel)?;
    /// assert!(findings.iter().any(|finding| matches!(finding, Finding::FewRows { rows: 60, .. })));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a setting names something that is not in the panel, or cannot be.
    pub fn check(&self, panel: &Panel) -> Result<Vec<Finding>> {
        self.check_against(panel)?;
        let mut findings = panel.check();
        let holidays = self
            .baseline
            .holidays_outside(panel.dates(), panel.period());
        if !holidays.is_empty() {
            findings.push(Finding::HolidaysOutside { holidays });
        }
        let rows = (0..panel.rows()).filter(|row| panel.is_observed(*row));
        let (rows, parameters) = (rows.count(), self.parameters(panel)?);
        if rows < ROWS_PER_PARAMETER * parameters {
            findings.push(Finding::FewRows { rows, parameters });
        }
        findings.extend(self.baseline.short_geos(panel));
        findings.extend(contradictions(&self.lift_tests, panel));
        Ok(findings)
    }

    /// How many figures a fit to the panel has to find: transform parameters and coefficients.
    fn parameters(&self, panel: &Panel) -> Result<usize> {
        let transforms = panel
            .channels()
            .iter()
            .map(|channel| self.dimensions(channel, panel))
            .sum::<Result<usize>>()?;
        let terms = panel.channels().len() + self.synergies.len();
        let coefficients = match self.pooling {
            Pooling::Pooled => terms,
            Pooling::Partial(_) | Pooling::Separate => terms * panel.geos().len(),
        };
        let timeline = (panel.dates()[0], panel.dates()[panel.periods() - 1]);
        let baseline = BaselineColumns::new(panel, self, timeline).coefficients();
        Ok(transforms + coefficients + baseline)
    }

    /// How many parameters of a channel are searched: those of its transforms and, where its effect
    /// changes, how much.
    fn dimensions(&self, column: &Channel, panel: &Panel) -> Result<usize> {
        let channel = column.name();
        let window = self.window_for(channel, panel.period())?.length();
        let (adstock, saturation) = self.settings(channel).parameters(column, window)?;
        let changing = usize::from(self.settings(channel).changing.is_some());
        Ok(adstock.len() + saturation.len() + changing)
    }

    /// The dimensions of the cube that candidates are points of: every channel's transform
    /// parameters and the penalty.
    pub(crate) fn cube(&self, panel: &Panel) -> Result<usize> {
        Ok(1 + panel
            .channels()
            .iter()
            .map(|channel| self.dimensions(channel, panel))
            .sum::<Result<usize>>()?)
    }

    /// An error if a setting is out of range or names something that is not in the panel.
    pub(crate) fn check_against(&self, panel: &Panel) -> Result<()> {
        self.check_settings()?;
        self.check_names(panel)?;
        self.check_burn_in(panel)?;
        self.likelihood.check_kpi(panel)
    }

    /// An error if no period is left to fit.
    fn check_burn_in(&self, panel: &Panel) -> Result<()> {
        let (left_out, periods) = (self.burn_in_for(panel), panel.periods());
        if left_out < periods {
            return Ok(());
        }
        let expected = format!("fewer than the panel's {periods} periods");
        Err(Error::setting(
            "first periods not to fit",
            left_out,
            expected,
        ))
    }

    /// An error if a setting is out of range.
    pub(crate) fn check_settings(&self) -> Result<()> {
        self.default.check()?;
        self.channels.iter().try_for_each(|(_, c)| c.check())?;
        self.control_bounds
            .iter()
            .try_for_each(|(_, b)| b.check())?;
        self.treatments
            .iter()
            .try_for_each(|(_, level)| level.check())?;
        Funnel::check_all(&self.funnels)?;
        self.check_synergies()?;
        self.check_multiplicative()?;
        self.likelihood.check()?;
        check_distinct(&self.effect_priors)?;
        if let Some(window) = self.window {
            LagWindow::new(window, true)?;
        }
        if let Pooling::Partial(strength) = self.pooling
            && !(strength > 0.0 && strength.is_finite())
        {
            return Err(Error::setting(
                "strength of partial pooling",
                strength,
                "a finite number > 0",
            ));
        }
        if let Some((low, high)) = self.penalty
            && !(low >= 0.0 && low <= high && high.is_finite())
        {
            return Err(Error::setting(
                "penalty",
                format!("{low}..{high}"),
                "a finite range, 0 or more",
            ));
        }
        Ok(())
    }

    /// An error if effects multiply and a setting is stated for effects that add up.
    fn check_multiplicative(&self) -> Result<()> {
        if !self.likelihood.is_multiplicative() {
            return Ok(());
        }
        if self.synergies.is_empty() {
            return Ok(());
        }
        let expected = "none where effects multiply: channels raise each other's effect already";
        Err(Error::setting("synergies", self.synergies.len(), expected))
    }

    /// An error if a synergy's settings are out of range or it is stated twice.
    fn check_synergies(&self) -> Result<()> {
        for (at, synergy) in self.synergies.iter().enumerate() {
            synergy.check()?;
            if self.synergies[..at]
                .iter()
                .any(|other| other.is_like(synergy))
            {
                let (first, second) = synergy.channels();
                let pair = format!("{first} and {second}, twice");
                return Err(Error::setting(
                    "synergy",
                    pair,
                    "each pair of channels once",
                ));
            }
        }
        Ok(())
    }

    /// An error if effects have priors that only a posterior by NUTS takes.
    pub(crate) fn check_no_effect_priors(&self) -> Result<()> {
        match self.effect_priors.first() {
            None => Ok(()),
            Some(prior) => Err(Error::setting(
                "prior on an effect",
                prior.channel(),
                "none but for a posterior by NUTS; other estimators take a normal prior on its return",
            )),
        }
    }

    /// An error if a setting names something that is not in the panel.
    fn check_names(&self, panel: &Panel) -> Result<()> {
        for (name, _) in &self.channels {
            panel.channel_index("a channel's setting", name)?;
        }
        for test in &self.lift_tests {
            test.check_in_spend()?;
            if !panel.channel_names().any(|name| name == test.channel()) {
                return Err(test.error(
                    "channel",
                    test.channel(),
                    panel.channel_names().collect::<Vec<_>>().join(", "),
                ));
            }
            if let Some(geo) = test.geos().iter().find(|geo| !panel.geos().contains(geo)) {
                return Err(test.error("geo", geo, panel.geos().join(", ")));
            }
        }
        for prior in &self.roi_priors {
            panel.channel_index("an ROI prior", prior.channel())?;
        }
        for prior in &self.effect_priors {
            prior.check_on(panel)?;
        }
        for synergy in &self.synergies {
            synergy.places(panel)?;
        }
        for funnel in &self.funnels {
            funnel.places(panel)?;
        }
        let bounded = self.control_bounds.iter().map(|(name, _)| name);
        let treatments = self.treatments.iter().map(|(name, _)| name);
        let named = bounded.map(|name| ("bounded control", name));
        for (what, name) in named.chain(treatments.map(|name| ("treatment", name))) {
            if !panel.controls().iter().any(|c| c.name() == name) {
                let known: Vec<&str> = panel.controls().iter().map(|c| c.name()).collect();
                return Err(Error::setting(what, name, known.join(", ")));
            }
        }
        Ok(())
    }
}
