//! A panel with later periods appended, or with the media of earlier ones before it.

use crate::error::{Error, Result};
use crate::mix::panel::build::Panel;
use crate::mix::panel::column::{Channel, Control};

impl Panel {
    /// The panel with later periods of the same geos and columns appended. Events that only one of
    /// the two has did not take place in the other.
    ///
    /// # Errors
    /// If columns other than events, geos or the period's length differ, or the periods do not
    /// follow on.
    pub fn followed_by(&self, later: &Self) -> Result<Self> {
        self.same_shape(later)?;
        let (own, new) = (self.periods(), later.periods());
        let join = |a: &[f64], b: &[f64]| -> Vec<f64> {
            a.chunks(own)
                .zip(b.chunks(new))
                .flat_map(|(a, b)| [a, b].concat())
                .collect()
        };
        let dates = [self.dates(), later.dates()].concat();
        let mut whole = Self::new(
            Some(self.period()),
            dates,
            self.geos().to_vec(),
            join(self.kpi(), later.kpi()),
        )?;
        for (a, b) in self.channels().iter().zip(later.channels()) {
            let joined = a.followed_by(b, join);
            whole = whole
                .add_like(joined)?
                .with_history(a.name(), a.history().to_vec())?
                .with_frequency_history(a.name(), a.frequency_history.clone())?;
        }
        let (nothing_before, nothing_after) = (vec![0.0; self.rows()], vec![0.0; later.rows()]);
        for control in self.controls() {
            let after = later
                .control(control.name())
                .map_or(nothing_after.as_slice(), Control::values);
            whole = whole.add_control(Control {
                values: join(control.values(), after),
                ..control.clone()
            })?;
        }
        let is_new = |control: &&Control| self.control(control.name()).is_none();
        for new in later.controls().iter().filter(is_new) {
            whole = whole.add_control(Control {
                values: join(&nothing_before, new.values()),
                ..new.clone()
            })?;
        }
        if let Some(population) = self.population() {
            whole = whole.with_population(population.to_vec())?;
        }
        if let (Some(a), Some(b)) = (self.revenue_per_kpi(), later.revenue_per_kpi()) {
            whole = whole.with_revenue_per_kpi(join(a, b))?;
        }
        if self.weights().is_some() || later.weights().is_some() {
            let ones = |panel: &Self| vec![1.0; panel.rows()];
            let weights =
                |panel: &Self| panel.weights().map_or_else(|| ones(panel), <[f64]>::to_vec);
            whole = whole.with_weights(join(&weights(self), &weights(later)))?;
        }
        let absent = self.absent_before(later);
        if absent.contains(&true) {
            whole = whole.with_absent_rows(absent)?;
        }
        Ok(whole)
    }

    /// By row of both panels joined, whether its geo was not there.
    fn absent_before(&self, later: &Self) -> Vec<bool> {
        let of_geo = |panel: &Self, geo: usize| -> Vec<bool> {
            let rows = panel.rows_of(geo);
            rows.map(|row| panel.absent.get(row) == Some(&true))
                .collect()
        };
        let geos = 0..self.geos().len();
        geos.flat_map(|geo| [of_geo(self, geo), of_geo(later, geo)].concat())
            .collect()
    }

    /// The panel with the activity of earlier periods as its channels' history; the earlier panel's
    /// KPI and controls are not looked at. A geo that was not there in the panel's first period may
    /// be missing: nothing ran in it before.
    ///
    /// # Errors
    /// If the earlier panel does not end where this one begins, or has other geos or channels.
    pub fn preceded_by(&self, earlier: &Self) -> Result<Self> {
        let next = self.period().next(earlier.dates()[earlier.periods() - 1]);
        if next != self.dates()[0] {
            let expected = format!("{}, the panel's first period", self.dates()[0]);
            return Err(Error::setting("period after the history", next, expected));
        }
        let places = self.places_in(earlier)?;
        let by_geo = |values: &[f64]| -> Vec<f64> {
            let nothing = vec![0.0; earlier.periods()];
            let geo = |place: &Option<usize>| match place {
                Some(at) => values[earlier.rows_of(*at)].to_vec(),
                None => nothing.clone(),
            };
            places.iter().flat_map(geo).collect()
        };
        let mut panel = self.clone();
        for channel in self.channels() {
            let at = earlier.channel_index("a history", channel.name())?;
            let activity = by_geo(earlier.channels()[at].activity());
            let frequency = earlier.channels()[at].frequency.as_deref();
            let frequency = frequency.map(by_geo).unwrap_or_default();
            panel = panel.with_history(channel.name(), activity)?;
            if channel.frequency.is_some() {
                panel = panel.with_frequency_history(channel.name(), frequency)?;
            }
        }
        Ok(panel)
    }

    /// The place of each geo in an earlier panel; none where it was not there yet.
    ///
    /// # Errors
    /// If geos are missing that were there, or others are not the panel's.
    fn places_in(&self, earlier: &Self) -> Result<Vec<Option<usize>>> {
        let place = |name: &String| earlier.geos().iter().position(|other| other == name);
        let places: Vec<Option<usize>> = self.geos().iter().map(place).collect();
        let missing =
            |geo: usize| places[geo].is_none() && !self.is_absent(self.rows_of(geo).start);
        let known = places.iter().flatten().count() == earlier.geos().len();
        if known && !(0..places.len()).any(missing) {
            return Ok(places);
        }
        Err(Error::setting(
            "geos of the history",
            earlier.geos().join(", "),
            self.geos().join(", "),
        ))
    }

    pub(crate) fn control(&self, name: &str) -> Option<&Control> {
        self.controls().iter().find(|c| c.name == name)
    }

    fn same_shape(&self, later: &Self) -> Result<()> {
        let shape = |p: &Self| {
            let channels = p.channels().iter().map(|c| {
                let measured = match (&c.exposure, &c.frequency) {
                    (_, Some(_)) => " (reach and frequency)",
                    (Some(_), None) => " (exposures)",
                    (None, None) => "",
                };
                format!("{}{measured}", c.name())
            });
            let controls = p
                .controls()
                .iter()
                .filter(|c| !c.event)
                .map(|c| c.name().to_owned());
            let geos = p.geos().iter().cloned();
            let revenue = p.revenue_per_kpi().map(|_| "revenue per kpi".to_owned());
            channels
                .chain(controls)
                .chain(geos)
                .chain(revenue)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (own, new) = (shape(self), shape(later));
        if own == new {
            Ok(())
        } else {
            Err(Error::setting("later panel's columns and geos", new, own))
        }
    }
}

impl Channel {
    /// The channel with the columns of later periods joined to its own.
    fn followed_by(&self, later: &Self, join: impl Fn(&[f64], &[f64]) -> Vec<f64>) -> Self {
        let both = |a: &Option<Vec<f64>>, b: &Option<Vec<f64>>| {
            a.as_ref().zip(b.as_ref()).map(|(a, b)| join(a, b))
        };
        Self {
            spend: join(&self.spend, &later.spend),
            exposure: both(&self.exposure, &later.exposure),
            frequency: both(&self.frequency, &later.frequency),
            ..self.clone()
        }
    }
}
