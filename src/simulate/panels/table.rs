//! A simulated panel as the mix model takes it.

use crate::error::Result;
use crate::mix::panel::Panel;
use crate::simulate::panels::simulated::SimulatedPanel;

impl SimulatedPanel {
    /// The columns that a mix model gets to see.
    ///
    /// # Errors
    /// If a channel and a control share a name.
    pub fn panel(&self) -> Result<Panel> {
        let geos = self.geo_names().map(str::to_owned).collect();
        let dates = self.dates[..self.periods].to_vec();
        let mut panel = Panel::new(
            Some(crate::mix::panel::Frequency::Week),
            dates,
            geos,
            self.kpi.clone(),
        )?;
        for (column, name) in self.channels.iter().enumerate() {
            panel = panel.with_channel(name, self.spend.column(column).to_vec())?;
        }
        for (column, name) in self.control_names.iter().enumerate() {
            panel = panel.with_control(name, self.controls.column(column).to_vec())?;
        }
        Ok(panel)
    }
}
