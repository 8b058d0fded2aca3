//! Numbers as files write them.

use crate::error::{Error, Result};
use crate::io::record::Value;
use crate::io::values::Read;
use serde::{Deserialize, Serialize};

/// How a column writes numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::io) struct NumberFormat {
    /// `.` or `,`.
    pub(in crate::io) decimal: char,
    /// What stands between groups of digits, if anything does: `,`, `.`, a blank, `'` or `_`.
    pub(in crate::io) thousands: Option<char>,
    /// How much a 1 in the file is worth: 1e-6 where the file counts millionths.
    pub(in crate::io) unit: f64,
    /// The texts that stand for no number, blanks around them aside.
    pub(in crate::io) missing: Vec<String>,
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self {
            decimal: '.',
            thousands: None,
            unit: 1.0,
            missing: ["", "-", "--", "NULL", "null"].map(String::from).to_vec(),
        }
    }
}

/// The longest text that is read as a number.
const LONGEST: usize = 64;

impl NumberFormat {
    /// # Errors
    /// If a sign is none of those that numbers are written with, both are the same, or the unit is
    /// no number above 0.
    pub(in crate::io) fn check(&self) -> Result<()> {
        if !matches!(self.decimal, '.' | ',') {
            let decimal = format!("{:?}", self.decimal);
            return Err(Error::setting(
                "the decimal sign",
                decimal,
                "\".\" or \",\"",
            ));
        }
        let known = |sign: &char| matches!(sign, ',' | '.' | ' ' | '\'' | '_');
        match self.thousands {
            Some(sign) if !known(&sign) || sign == self.decimal => Err(Error::setting(
                "the thousands sign",
                format!("{sign:?}"),
                "one of , . ' _ or a blank, other than the decimal sign",
            )),
            _ if !(self.unit > 0.0 && self.unit.is_finite()) => Err(Error::setting(
                "the unit of numbers",
                self.unit,
                "a number above 0",
            )),
            _ => Ok(()),
        }
    }

    /// A value of a row as a number in units of 1; none where it is missing. A float that is not a
    /// number is missing too: that is how data frames store a gap.
    #[inline]
    pub(in crate::io) fn number(&self, value: Value<'_>) -> Read<Option<f64>> {
        match value {
            Value::Missing => Ok(None),
            Value::Text(text) => self.parse(text),
            Value::Integer(number) => Ok(Some(self.scaled(number as f64))),
            Value::Number(number) if number.is_nan() => Ok(None),
            Value::Number(number) if number.is_finite() => Ok(Some(self.scaled(number))),
            _ => Err("a number".into()),
        }
    }

    /// A text as a number in units of 1; none where it is missing. A currency sign does not count,
    /// and `54%` is 0.54.
    #[inline]
    pub(in crate::io) fn parse(&self, text: &str) -> Read<Option<f64>> {
        let text = text.trim();
        if self.missing.iter().any(|missing| missing.trim() == text) {
            return Ok(None);
        }
        let parts = Parts::of(text);
        let number = self
            .digits(parts.digits)
            .ok_or_else(|| self.expected(text))?;
        let number = if parts.negative { -number } else { number };
        let number = if parts.percent {
            number / 100.0
        } else {
            number
        };
        Ok(Some(self.scaled(number)))
    }

    /// In units of 1. Divides where the unit is one part in a whole number, so that 1,230,000
    /// millionths are 1.23 to the bit.
    #[inline]
    fn scaled(&self, number: f64) -> f64 {
        if self.unit == 1.0 {
            return number;
        }
        let parts = (1.0 / self.unit).round();
        if self.unit < 1.0 && (parts * self.unit - 1.0).abs() < 1e-12 {
            number / parts
        } else {
            number * self.unit
        }
    }

    /// An unsigned number of digits, groups, decimals and perhaps an exponent.
    fn digits(&self, text: &str) -> Option<f64> {
        let (whole, decimals) = match text.split_once(self.decimal) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (text, None),
        };
        let mut plain = Plain::default();
        let (last, exponent) = exponent(decimals.unwrap_or(whole))?;
        match decimals {
            Some(_) => {
                self.whole_digits(whole, &mut plain)?;
                plain.push('.')?;
                plain.push_digits(last)?;
            }
            None => self.whole_digits(last, &mut plain)?,
        }
        let has_digits = plain.digits > 0;
        exponent.chars().try_for_each(|sign| plain.push(sign))?;
        let number: f64 = plain.text().parse().ok().filter(|_| has_digits)?;
        number.is_finite().then_some(number)
    }

    /// The digits before the decimal sign. Groups are of three digits, or of two ahead of the last
    /// as in India; only the first may be shorter.
    fn whole_digits(&self, text: &str, plain: &mut Plain) -> Option<()> {
        let Some(sign) = self.thousands else {
            return plain.push_digits(text);
        };
        let is_sign = |c: char| c == sign || is_like(c, sign);
        let mut groups = text.split(is_sign).peekable();
        let first = groups.next()?;
        let grouped = groups.peek().is_some();
        if grouped && !(1..=3).contains(&first.len()) {
            return None;
        }
        plain.push_digits(first)?;
        while let Some(group) = groups.next() {
            let is_last = groups.peek().is_none();
            if group.len() != 3 && (is_last || group.len() != 2) {
                return None;
            }
            plain.push_digits(group)?;
        }
        Some(())
    }

    #[cold]
    fn expected(&self, text: &str) -> std::borrow::Cow<'static, str> {
        let mut expected = format!("a number with the decimal sign {:?}", self.decimal);
        match self.thousands {
            Some(sign) => expected += &format!(" and the thousands sign {sign:?}"),
            None if text.contains(['.', ',']) && text.contains(|c: char| c.is_ascii_digit()) => {
                expected += " and no thousands sign";
            }
            None => {}
        }
        if text.starts_with('(') && text.ends_with(')') {
            expected += ", negative ones with a minus";
        }
        expected.into()
    }
}

/// Whether a character stands for the thousands sign: blanks and apostrophes have several forms.
fn is_like(c: char, sign: char) -> bool {
    match sign {
        ' ' => matches!(c, '\u{a0}' | '\u{2009}' | '\u{202f}'),
        '\'' => c == '\u{2019}',
        _ => false,
    }
}

/// What stands around the digits.
struct Parts<'a> {
    digits: &'a str,
    negative: bool,
    percent: bool,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let is_minus = |c| matches!(c, '-' | '\u{2212}');
        let (mut digits, mut signs, mut negative) = (text, 0, false);
        // a sign may stand before a currency or behind it: -$5 and $-5
        for _ in 0..3 {
            if let Some(rest) = digits.strip_prefix(is_minus).filter(|_| signs == 0) {
                (digits, signs, negative) = (rest, 1, true);
            } else if let Some(rest) = digits.strip_prefix('+').filter(|_| signs == 0) {
                (digits, signs) = (rest, 1);
            } else if let Some(rest) = digits.strip_prefix(is_currency) {
                digits = rest.trim_start();
            }
        }
        let percent = digits.strip_suffix('%');
        digits = percent.unwrap_or(digits).trim_end();
        if percent.is_none() {
            digits = digits
                .strip_suffix(is_currency)
                .unwrap_or(digits)
                .trim_end();
        }
        Self {
            digits,
            negative,
            percent: percent.is_some(),
        }
    }
}

/// Signs of currencies: the block of Unicode, and those from before it.
fn is_currency(c: char) -> bool {
    matches!(c, '$' | '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}')
}

/// The digits before an exponent, and the exponent with its `e`, which may be missing.
fn exponent(text: &str) -> Option<(&str, &str)> {
    let Some(at) = text.find(['e', 'E']) else {
        return Some((text, ""));
    };
    let (digits, exponent) = text.split_at(at);
    let power = exponent[1..].trim_start_matches(['+', '-']);
    let signs = exponent.len() - 1 - power.len();
    let is_power = (1..=4).contains(&power.len()) && power.bytes().all(|b| b.is_ascii_digit());
    (is_power && signs <= 1 && !digits.is_empty()).then_some((digits, exponent))
}

/// A number as programs write it, on the stack.
struct Plain {
    bytes: [u8; LONGEST],
    len: usize,
    digits: usize,
}

impl Default for Plain {
    fn default() -> Self {
        Self {
            bytes: [0; LONGEST],
            len: 0,
            digits: 0,
        }
    }
}

impl Plain {
    fn push(&mut self, c: char) -> Option<()> {
        *self.bytes.get_mut(self.len)? = u8::try_from(c).ok()?;
        self.len += 1;
        Some(())
    }

    fn push_digits(&mut self, text: &str) -> Option<()> {
        for byte in text.bytes() {
            if !byte.is_ascii_digit() {
                return None;
            }
            *self.bytes.get_mut(self.len)? = byte;
            self.len += 1;
        }
        self.digits += text.len();
        Some(())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or("")
    }
}

#[cfg(test)]
mod tests;
