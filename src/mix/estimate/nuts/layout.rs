//! Which number of a point means what.

use std::ops::Range;

use crate::error::Result;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::effect::sign;
use crate::mix::panel::Panel;
use crate::mix::specification::columns::Source;

/// The order of a point's numbers: each channel's transform parameters, the logarithm of each media
/// column's mean contribution, the coefficient of each control with bounds, the logarithm of the
/// noise.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Where each channel's transform parameters begin, and the end.
    offsets: Vec<usize>,
    /// By media column, 1 or -1.
    pub(super) signs: Vec<f64>,
    controls: usize,
    /// What each number is called.
    pub(super) names: Vec<String>,
}

impl Layout {
    pub(super) fn new(design: &Design, panel: &Panel) -> Result<Self> {
        let (mut names, mut signs, mut controls) = (vec![], vec![], vec![]);
        for (column, channel) in panel.channels().iter().zip(&design.channels) {
            let named = |name| format!("{}.{name}", column.name());
            names.extend(channel.parameter_names().map(named));
        }
        for column in &design.columns {
            match column.source {
                Source::Channel(c) => {
                    let channel = panel.channels()[c].name();
                    signs.push(sign(column, channel)?);
                    let geo = column.geo.map(|geo| format!("[{}]", panel.geos()[geo]));
                    names.push(format!("{channel}.contribution{}", geo.unwrap_or_default()));
                }
                Source::Synergy(_) => {}
                Source::Control(c) => controls.push(design.baseline.bounded[c].0.clone()),
            }
        }
        let controls_count = controls.len();
        names.extend(controls);
        names.push("noise".to_owned());
        Ok(Self {
            offsets: design.offsets(),
            signs,
            controls: controls_count,
            names,
        })
    }

    /// How many numbers a point has.
    pub(super) fn dimension(&self) -> usize {
        self.names.len()
    }

    pub(super) fn transform(&self, channel: usize) -> Range<usize> {
        self.offsets[channel]..self.offsets[channel + 1]
    }

    /// The number of a media column.
    pub(super) fn effect(&self, column: usize) -> usize {
        self.offsets[self.offsets.len() - 1] + column
    }

    /// The number of a control with bounds, counted from the first such column.
    pub(super) fn control(&self, control: usize) -> usize {
        self.effect(self.signs.len()) + control
    }

    pub(super) fn noise(&self) -> usize {
        self.control(self.controls)
    }
}
