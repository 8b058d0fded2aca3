//! One currency out of several.

use crate::error::{Error, Result};
use crate::io::csv::table::Table;
use crate::time::Day;
use std::collections::BTreeMap;
use std::io::Read;

/// Exchange rates by day. On a day without a rate the latest one before holds.
///
/// ```
/// use mixtouch::io::Rates;
///
/// let file = "date,from,to,rate\n2026-01-01,USD,EUR,0.90\n2026-01-05,USD,EUR,0.92\n";
/// let rates = Rates::from_csv(file.as_bytes())?;
/// assert_eq!(rates.rate("USD", "EUR", "2026-01-03".parse()?), Some(0.90));
/// assert_eq!(rates.rate("EUR", "EUR", "2026-01-03".parse()?), Some(1.0));
/// assert_eq!(rates.rate("USD", "EUR", "2025-12-31".parse()?), None);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rates {
    /// By the currency converted from and the one converted to.
    days: BTreeMap<(String, String), BTreeMap<Day, f64>>,
}

impl Rates {
    /// No rates.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `date,from,to,rate`: one unit of `from` is `rate` units of `to`.
    ///
    /// # Errors
    /// If a column is missing or the table is empty. With the row, if a date or a currency is
    /// unusable or a rate is not positive and finite.
    pub fn from_csv(reader: impl Read) -> Result<Self> {
        let mut rows = Table::new("the table of rates", reader)?;
        let (date, from, to, rate) = (
            rows.column("date")?,
            rows.column("from")?,
            rows.column("to")?,
            rows.column("rate")?,
        );
        let mut rates = Self::default();
        while let Some(row) = rows.next_row()? {
            let day = row.parse::<Day>(date, "a date such as 2026-01-31")?;
            let (source, target) = (row.text(from), row.text(to));
            for (column, code) in [(from, source), (to, target)] {
                if code.trim().is_empty() {
                    return Err(row.fault(column, "a currency such as EUR"));
                }
            }
            let amount = row.number(Some(rate))?;
            if !(amount > 0.0 && amount.is_finite()) {
                return Err(row.fault(rate, "a number above 0"));
            }
            rates.push(day, source, target, amount);
        }
        Ok(rates)
    }

    /// Adds a rate: one unit of `from` is `rate` units of `to` from that day on.
    pub fn push(&mut self, day: Day, from: &str, to: &str, rate: f64) {
        let pair = (code(from), code(to));
        self.days.entry(pair).or_default().insert(day, rate);
    }

    /// What one unit of `from` is worth in units of `to` on a day; none before the first rate.
    pub fn rate(&self, from: &str, to: &str, day: Day) -> Option<f64> {
        let (from, to) = (code(from), code(to));
        if from == to {
            return Some(1.0);
        }
        let latest = |pair: (String, String)| {
            let days = self.days.get(&pair)?;
            days.range(..=day).next_back().map(|(_, rate)| *rate)
        };
        latest((from.clone(), to.clone())).or_else(|| latest((to, from)).map(|rate| 1.0 / rate))
    }
}

/// The one currency of a log and its spend tables, each with its name: credit and costs in two
/// currencies make no ROAS. None where none is stated.
///
/// ```
/// use mixtouch::io::common_currency;
///
/// let euros = [("the log", Some("EUR")), ("google-ads.csv", Some("EUR")), ("meta.csv", None)];
/// assert_eq!(common_currency(euros)?, Some("EUR"));
/// let mixed = [("the log", Some("EUR")), ("google-ads.csv", Some("USD"))];
/// assert_eq!(
///     common_currency(mixed).unwrap_err().to_string(),
///     "the currency of google-ads.csv is USD, expected: EUR, that of the log, or rates to convert \
///      by: currency = { column, to, rates }"
/// );
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If two of them state different currencies.
pub fn common_currency<'c>(
    stated: impl IntoIterator<Item = (&'c str, Option<&'c str>)>,
) -> Result<Option<&'c str>> {
    let stated = stated.into_iter();
    let mut known = stated.filter_map(|(name, currency)| Some((name, currency?)));
    let Some((first, currency)) = known.next() else {
        return Ok(None);
    };
    match known.find(|(_, other)| code(other) != code(currency)) {
        None => Ok(Some(currency)),
        Some((name, other)) => {
            let expected = format!(
                "{currency}, that of {first}, or rates to convert by: currency = {{ column, to, \
                 rates }}"
            );
            Err(Error::setting(
                format!("the currency of {name}"),
                other,
                expected,
            ))
        }
    }
}

/// A currency's code in capitals.
pub(super) fn code(text: &str) -> String {
    text.trim().to_uppercase()
}

/// How the amounts of a mapping become one currency.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversion {
    /// The currency to convert to; none where amounts stay as they are.
    pub(super) to: Option<String>,
    pub(super) rates: Rates,
}

impl Conversion {
    /// What one unit of a currency is worth on a day.
    ///
    /// # Errors
    /// If there is no rate, with row and column.
    pub(super) fn factor(&self, currency: &str, day: Day, row: u64, column: &str) -> Result<f64> {
        let Some(to) = &self.to else {
            return Ok(1.0);
        };
        self.rates.rate(currency, to, day).ok_or_else(|| {
            let expected = format!("a currency with a rate to {to} on or before {day}");
            Error::field(row, column, currency, expected)
        })
    }

    /// What one unit of a currency is worth on a day, which may be unknown; none without a rate.
    pub(super) fn factor_where_known(&self, currency: &str, day: Option<Day>) -> Option<f64> {
        match (&self.to, day) {
            (None, _) => Some(1.0),
            (Some(to), _) if code(currency) == *to => Some(1.0),
            (Some(to), day) => self.rates.rate(currency, to, day?),
        }
    }

    /// The currency of all amounts; none where none is stated.
    pub(super) fn common<'c>(&self, currencies: impl Iterator<Item = &'c str>) -> Option<String> {
        let mut stated = currencies.filter(|name| !name.is_empty());
        let to = self.to.clone();
        to.or_else(|| stated.next().map(str::to_owned))
    }

    /// # Errors
    /// If amounts stay as they are, and are in several currencies: those of `what`.
    pub(super) fn check<'c>(
        &self,
        currencies: impl Iterator<Item = &'c str>,
        what: &str,
    ) -> Result<()> {
        let named = |name: &'c str| if name.is_empty() { "none stated" } else { name };
        let names: Vec<&str> = currencies.map(named).collect();
        if self.to.is_some() || names.len() < 2 {
            return Ok(());
        }
        let expected = "one, or rates to convert by: currency = { column, to, rates }";
        let name = format!("the currency of {what}");
        Err(Error::setting(name, names.join(", "), expected))
    }
}
