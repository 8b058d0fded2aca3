//! A column changed over some periods: what a scenario asks about.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::build::Panel;
use crate::mix::panel::column::{Channel, Control};
use crate::time::Day;

/// A change of one column of a panel - a channel's spend or a control, or the activity of a channel
/// without spend - over a range of periods.
///
/// ```
/// use mixtouch::mix::panel::{Change, PanelColumns};
///
/// let csv = "week,tv,price,sales\n2024-01-01,40,9,90\n2024-01-08,20,9,80\n";
/// let columns = PanelColumns::new("week", "sales").channel("tv").control("price");
/// let panel = columns.read(csv.as_bytes())?;
/// let less = panel.with_changes(&[
///     Change::times("tv", 0.7),
///     Change::plus("price", 1.0).between("2024-01-08".parse()?, "2024-01-08".parse()?),
/// ])?;
/// assert_eq!(less.channels()[0].spend(), [28.0, 14.0]);
/// assert_eq!(less.controls()[0].values(), [9.0, 10.0]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    column: String,
    amount: Amount,
    from: Day,
    to: Day,
}

/// By how much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Amount {
    Times(f64),
    Plus(f64),
    Set(f64),
}

impl Change {
    const fn new(column: String, amount: Amount) -> Self {
        Self {
            column,
            amount,
            from: Day::MIN,
            to: Day::MAX,
        }
    }

    /// The column times a factor.
    pub fn times(column: impl Into<String>, factor: f64) -> Self {
        Self::new(column.into(), Amount::Times(factor))
    }

    /// The column plus an amount in every row.
    pub fn plus(column: impl Into<String>, amount: f64) -> Self {
        Self::new(column.into(), Amount::Plus(amount))
    }

    /// The column at one value in every row.
    pub fn set(column: impl Into<String>, value: f64) -> Self {
        Self::new(column.into(), Amount::Set(value))
    }

    /// The same change in the periods that begin from `from` to `to`, both included; in all of them
    /// otherwise.
    #[must_use]
    pub fn between(self, from: Day, to: Day) -> Self {
        Self { from, to, ..self }
    }

    /// The same change without periods that begin before a day.
    pub(crate) fn not_before(&self, day: Day) -> Self {
        let from = self.from.max(day);
        Self {
            from,
            ..self.clone()
        }
    }

    /// The column.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// A cell after the change.
    fn of(&self, value: f64) -> f64 {
        match self.amount {
            Amount::Times(factor) => value * factor,
            Amount::Plus(amount) => value + amount,
            Amount::Set(to) => to,
        }
    }

    /// A cell of spend, or of exposures that cost nothing, after the change.
    fn activity(&self, value: f64) -> Result<f64> {
        let then = self.of(value);
        match then >= 0.0 && then.is_finite() {
            true => Ok(then),
            false => Err(self.error(then, "spend or activity that is finite and 0 or more")),
        }
    }

    fn error(
        &self,
        value: impl std::fmt::Display,
        expected: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Error {
        Error::setting(format!("change of {}", self.column), value, expected)
    }
}

impl Panel {
    /// The panel with columns changed, one change after the other. Exposures of a channel change in
    /// proportion to its spend, and so does reach; frequency stays. Exposures of a period without
    /// spend stay as they are; where a channel never has any spend, as an organic one, its activity
    /// itself is changed. Nothing runs in rows that are no part of the panel, as before a geo opened.
    ///
    /// # Errors
    /// If a change names no channel or control, touches no period, leaves spend or activity that is
    /// negative or a cell that is not a number, or buys exposures where there were none.
    pub fn with_changes(&self, changes: &[Change]) -> Result<Self> {
        let mut panel = self.clone();
        for change in changes {
            let channel = self.channels.iter().find(|c| c.name == change.column);
            let unpaid = channel.is_some_and(|c| c.spend.iter().all(|spend| *spend == 0.0));
            panel.apply(change, unpaid)?;
        }
        Ok(panel)
    }

    /// One change, of the activity itself where the channel had no spend before all changes.
    fn apply(&mut self, change: &Change, unpaid: bool) -> Result<()> {
        let periods = self.periods();
        let touched: Vec<bool> = (0..self.rows())
            .map(|row| (change.from..=change.to).contains(&self.dates[row % periods]))
            .collect();
        if !touched.contains(&true) {
            let range = format!("days of {} to {}", self.dates[0], self.dates[periods - 1]);
            return Err(change.error(format!("{} to {}", change.from, change.to), range));
        }
        let absent: Vec<usize> = self.absent_rows().collect();
        let channel = self.channels.iter_mut().find(|c| c.name == change.column);
        if let Some(channel) = channel {
            let mut touched = touched;
            absent.iter().for_each(|&row| touched[row] = false);
            return channel.change(change, &touched, unpaid);
        }
        let control = self.controls.iter_mut().find(|c| c.name == change.column);
        if let Some(control) = control {
            return control.change(change, &touched);
        }
        let known: Vec<&str> = self
            .channel_names()
            .chain(self.controls.iter().map(|c| c.name.as_str()))
            .collect();
        Err(Error::setting("change", &change.column, known.join(", ")))
    }
}

impl Channel {
    fn change(&mut self, change: &Change, touched: &[bool], unpaid: bool) -> Result<()> {
        let rows = touched.iter().enumerate().filter(|(_, touched)| **touched);
        for (row, _) in rows {
            match &mut self.exposure {
                Some(exposure) if unpaid => {
                    let then = change.activity(exposure[row])?;
                    let often = self.frequency.as_ref().map(|f| f[row]);
                    if then > 0.0 && often == Some(0.0) {
                        let expected = "persons reached in a period whose frequency is known";
                        return Err(change.error(then, expected));
                    }
                    exposure[row] = then;
                }
                Some(exposure) => {
                    let (now, then) = (self.spend[row], change.activity(self.spend[row])?);
                    if now > 0.0 {
                        exposure[row] *= then / now;
                    } else if then > 0.0 {
                        let expected =
                            "spend in a period that has exposures to change in proportion";
                        return Err(change.error(then, expected));
                    }
                    self.spend[row] = then;
                }
                None => self.spend[row] = change.activity(self.spend[row])?,
            }
        }
        Ok(())
    }
}

impl Control {
    fn change(&mut self, change: &Change, touched: &[bool]) -> Result<()> {
        let cells = self.values.iter_mut().zip(touched);
        for (cell, _) in cells.filter(|(_, touched)| **touched) {
            *cell = change.of(*cell);
            if !cell.is_finite() {
                return Err(change.error(*cell, "a finite number"));
            }
        }
        Ok(())
    }
}
