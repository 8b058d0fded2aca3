//! What a table lacks: rows of geos that opened late or miss a period, and media before the panel.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::mix::panel::build::Panel;
use crate::mix::panel::columns::PanelColumns;
use crate::mix::panel::reach_columns::ReachColumns;
use crate::mix::panel::read::Row;
use crate::time::Day;

impl PanelColumns {
    /// Adds the rows that a geo lacks and another has: no spend, no KPI, controls and labels as in
    /// the other geo. Says of each row whether it was added.
    pub(super) fn fill(&self, rows: &mut Vec<Row>, dates: &[Day], geos: &[String]) -> Vec<bool> {
        let mut present = std::mem::take(rows).into_iter().peekable();
        let mut absent = vec![];
        for geo in geos {
            for date in dates {
                let found = present.next_if(|row| row.geo == *geo && row.date == *date);
                absent.push(found.is_none());
                rows.push(found.unwrap_or_else(|| Row {
                    line: 0,
                    date: *date,
                    geo: geo.clone(),
                    numbers: vec![],
                    labels: vec![],
                }));
            }
        }
        for at in (0..rows.len()).filter(|at| absent[*at]) {
            let same_date = (0..geos.len()).map(|geo| geo * dates.len() + at % dates.len());
            let other = same_date.into_iter().find(|row| !absent[*row]);
            let other = other.expect("every date has a row");
            rows[at].labels = rows[other].labels.clone();
            rows[at].numbers = self.without_activity(&rows[other]);
        }
        self.copy_populations(rows, &absent, dates.len());
        absent
    }

    /// A row's numbers without KPI and activity.
    fn without_activity(&self, row: &Row) -> Vec<f64> {
        let exposures = self.channels.iter().filter(|(_, spend)| spend.is_some());
        let active = usize::from(self.kpi.is_some())
            + self.channels.len()
            + exposures.count()
            + self.organic.len()
            + self.reaches.iter().flat_map(ReachColumns::columns).count();
        let mut numbers = row.numbers.clone();
        numbers[..active].fill(0.0);
        numbers
    }

    /// A geo's population stands in its own rows.
    fn copy_populations(&self, rows: &mut [Row], absent: &[bool], periods: usize) {
        let Some(name) = &self.population else { return };
        let numbers = self.numbers();
        let Some(column) = numbers.iter().position(|(n, _)| n == name) else {
            return;
        };
        for (geo, absent) in rows.chunks_mut(periods).zip(absent.chunks(periods)) {
            if let Some(own) = absent.iter().position(|absent| !absent) {
                let population = geo[own].numbers[column];
                geo.iter_mut()
                    .for_each(|row| row.numbers[column] = population);
            }
        }
    }

    /// Reads a file like [`PanelColumns::read_history`].
    ///
    /// # Errors
    /// Like [`PanelColumns::read_history`], naming the file.
    pub fn read_history_path(&self, panel: &Panel, path: impl AsRef<Path>) -> Result<Panel> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|e| Error::from(e).in_file(path))?;
        self.read_history(panel, std::io::BufReader::new(file))
            .map_err(|e| e.in_file(path))
    }

    /// Reads a file like [`PanelColumns::read_future`].
    ///
    /// # Errors
    /// Like [`PanelColumns::read_future`], naming the file.
    pub fn read_future_path(&self, panel: &Panel, path: impl AsRef<Path>) -> Result<Panel> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|e| Error::from(e).in_file(path))?;
        self.read_future(panel, std::io::BufReader::new(file))
            .map_err(|e| e.in_file(path))
    }

    /// Reads a table of periods to come, for [`Posterior::forecast`]: the same columns of dates, geos,
    /// channels, controls and events. The KPI, weights and the revenue of a unit are not needed.
    ///
    /// ```
    /// use mixtouch::mix::panel::PanelColumns;
    ///
    /// let columns = PanelColumns::new("week", "sales").channel("tv");
    /// let panel = columns.read("week,tv,sales\n2024-01-01,40,90\n2024-01-08,20,80\n".as_bytes())?;
    /// let next = columns.read_future(&panel, "week,tv\n2024-01-15,30\n".as_bytes())?;
    /// assert_eq!(next.channels()[0].spend(), [30.0]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`PanelColumns::read`], and if a control to hold is none.
    ///
    /// [`Posterior::forecast`]: crate::mix::posterior::Posterior::forecast
    pub fn read_future(&self, panel: &Panel, reader: impl Read) -> Result<Panel> {
        let columns = Self {
            kpi: None,
            revenue_per_kpi: None,
            weight: None,
            population: None,
            period: Some(panel.period()),
            controls: self.read_controls()?,
            ..self.clone()
        };
        let future = self.with_held(columns.read(reader)?, panel)?;
        match panel.revenue_per_kpi() {
            // of no KPI yet, so it says nothing
            Some(_) => {
                let rows = future.rows();
                future.with_revenue_per_kpi(vec![1.0; rows])
            }
            None => Ok(future),
        }
    }

    /// The controls that a table of periods to come has.
    fn read_controls(&self) -> Result<Vec<String>> {
        if let Some(name) = self.held.iter().find(|name| !self.controls.contains(name)) {
            let known = self.controls.join(", ");
            return Err(Error::setting("control to hold", name, known));
        }
        let controls = self.controls.iter();
        let read = controls.filter(|name| !self.held.contains(name));
        Ok(read.cloned().collect())
    }

    /// Periods to come with the controls that are held, in the order of the panel's.
    fn with_held(&self, mut future: Panel, panel: &Panel) -> Result<Panel> {
        let named = self.controls.iter().enumerate();
        for (at, name) in named.filter(|(_, name)| self.held.contains(name)) {
            let control = panel.control(name).ok_or_else(|| {
                let known = panel.controls().iter().map(|control| control.name());
                Error::setting(
                    "control to hold",
                    name,
                    known.collect::<Vec<_>>().join(", "),
                )
            })?;
            let last = |geo: &String| {
                let geo = panel.geos().iter().position(|known| known == geo)?;
                let mut rows = panel.rows_of(geo).rev();
                let row = rows.find(|row| !panel.is_absent(*row))?;
                Some(control.values()[row])
            };
            let values = future.geos().iter().flat_map(|geo| {
                let value = last(geo).unwrap_or_default();
                std::iter::repeat_n(value, future.periods())
            });
            let values = values.collect();
            future = future.with_control(name, values)?;
            let held = future.controls.pop().expect("it was added last");
            future.controls.insert(at, held);
        }
        Ok(future)
    }

    /// Reads a table of what the channels ran before the panel's first period: the same columns of
    /// dates, geos and channels, no KPI needed. Rows of the panel's own periods are left out.
    ///
    /// # Errors
    /// Like [`PanelColumns::read`] and [`Panel::preceded_by`].
    pub fn read_history(&self, panel: &Panel, reader: impl Read) -> Result<Panel> {
        let columns = Self {
            kpi: None,
            controls: vec![],
            events: vec![],
            population: None,
            revenue_per_kpi: None,
            weight: None,
            period: Some(panel.period()),
            ..self.clone()
        };
        let earlier = columns.read(reader)?;
        let last = panel.dates()[0].plus(-1);
        panel.preceded_by(&earlier.between(Day::MIN, last)?)
    }
}
