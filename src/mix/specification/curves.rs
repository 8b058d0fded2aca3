//! A specification's transforms with given parameters.

use crate::error::Result;
use crate::mix::panel::Panel;
use crate::mix::specification::mix_specification::MixSpecification;
use crate::mix::specification::scales::Scales;
use crate::mix::transform::curve::Transform;
use crate::mix::transform::{ChannelCurve, TransformParameter};

impl MixSpecification {
    /// Each channel's transforms with given parameters, in the panel's order of channels. `value`
    /// gives the value of a parameter of a channel, such as its prior's median.
    ///
    /// ```
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::mix::transform::Adstock;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let curves = MixSpecification::new().curves(&panel, |channel, parameter| {
    ///     match (channel, parameter.name()) {
    ///         ("Search-Ads", "alpha") => 0.1,
    ///         _ => parameter.prior().quantile(0.5),
    ///     }
    /// })?;
    /// assert_eq!(curves.len(), panel.channels().len());
    /// assert_eq!(curves[0].adstock().parameters()[0], ("alpha", 0.1));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a value is outside the parameter's range, or a setting of the specification is out of
    /// range or names something that is not in the panel.
    pub fn curves(
        &self,
        panel: &Panel,
        value: impl Fn(&str, &TransformParameter) -> f64,
    ) -> Result<Vec<ChannelCurve>> {
        self.check_against(panel)?;
        let scales = Scales::new(panel, self.geo_scale)?;
        let curve = |(c, name): (usize, &str)| {
            let settings = self.settings(name);
            let window = self.window_for(name, panel.period())?;
            let (adstock, saturation) =
                settings.parameters(&panel.channels()[c], window.length())?;
            let values = |parameters: &[TransformParameter]| {
                parameters
                    .iter()
                    .map(|parameter| parameter.checked(value(name, parameter)))
                    .collect::<Result<Vec<_>>>()
            };
            let transform = Transform {
                adstock: settings.adstock,
                adstock_at: values(&adstock)?,
                saturation: settings.saturation,
                saturation_at: values(&saturation)?,
                window,
                order: self.order,
            };
            Ok(transform.bind(&scales.scaled_activity(panel, c)))
        };
        panel.channel_names().enumerate().map(curve).collect()
    }
}
