//! Times until an event, which may not be watched from their beginning, nor to their end.

use serde::{Deserialize, Serialize};

/// A time that was watched: until its event came, or until watching ended before it came.
///
/// ```
/// use mixtouch::stats::Spell;
///
/// let (closed, open) = (Spell::ended(6.5), Spell::open(12.0));
/// assert!(closed.is_ended() && !open.is_ended());
/// assert_eq!(open.time(), 12.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spell {
    time: f64,
    ended: bool,
    /// Watched from this time on.
    #[serde(default, skip_serializing_if = "is_beginning")]
    from: f64,
}

fn is_beginning(from: &f64) -> bool {
    *from == 0.0
}

impl Spell {
    /// The event came after `time`.
    pub const fn ended(time: f64) -> Self {
        Self {
            time,
            ended: true,
            from: 0.0,
        }
    }

    /// The event had not come after `time`, when watching ended: a censored time.
    pub const fn open(time: f64) -> Self {
        Self {
            time,
            ended: false,
            from: 0.0,
        }
    }

    /// The same, watched only from `from` on: had it ended before, nobody would know of it (left
    /// truncation, or delayed entry). It is at risk between then and its time alone, so that the
    /// time before, in which it could not end, does not make it look long.
    ///
    /// ```
    /// use mixtouch::stats::{ConfidenceLevel, Spell, Survival};
    ///
    /// // At 2 only two of the three are watched: half end there.
    /// let spells = [Spell::ended(2.0), Spell::ended(4.0), Spell::ended(9.0).watched_from(3.0)];
    /// let days = Survival::from_spells(spells, "days", ConfidenceLevel::default());
    /// assert_eq!(days.quantile(0.25), Some(2.0));
    /// assert_eq!(days.mean.mean, Some(2.0 + 0.5 * 2.0 + 0.25 * 5.0));
    /// ```
    #[must_use]
    pub const fn watched_from(self, from: f64) -> Self {
        Self { from, ..self }
    }

    /// The time watched.
    pub const fn time(self) -> f64 {
        self.time
    }

    /// Whether the event came.
    pub const fn is_ended(self) -> bool {
        self.ended
    }

    /// Whether it was watched from its beginning until its event.
    pub(crate) fn is_complete(self) -> bool {
        self.ended && self.from == 0.0
    }

    /// Whether it was watched at all, and its numbers are some.
    fn is_watched(self) -> bool {
        let from = self.from == 0.0 || (self.from > 0.0 && self.from < self.time);
        from && self.time.is_finite() && self.time >= 0.0
    }
}

/// A spell with the number of its person.
pub(crate) type Owned = (u32, Spell);

/// Spells that were watched, by time; within a time those that ended come first, as an open one was
/// watched through it.
pub(crate) fn sorted(spells: impl IntoIterator<Item = Owned>) -> Vec<Owned> {
    let mut spells: Vec<Owned> = spells
        .into_iter()
        .filter(|(_, spell)| spell.is_watched())
        .collect();
    spells.sort_by(|(_, a), (_, b)| a.time.total_cmp(&b.time).then(b.ended.cmp(&a.ended)));
    spells
}

/// Spells at risk at rising times: watched from before, and no shorter.
pub(crate) struct AtRisk<'a> {
    spells: &'a [Owned],
    entries: Vec<(f64, u32)>,
    entered: usize,
    left: usize,
}

/// What happens up to a time, and at it.
pub(crate) struct Moment<'a> {
    /// The persons of spells that entered before, and of those that left before.
    pub(crate) entered: &'a [(f64, u32)],
    pub(crate) left: &'a [Owned],
    /// Spells at risk, and of them those that reach this time alone.
    pub(crate) at_risk: usize,
    pub(crate) leaving: &'a [Owned],
}

impl<'a> AtRisk<'a> {
    /// Of spells in their order.
    pub(crate) fn new(spells: &'a [Owned]) -> Self {
        let mut entries: Vec<(f64, u32)> = spells
            .iter()
            .map(|&(person, spell)| (spell.from, person))
            .collect();
        entries.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            spells,
            entries,
            entered: 0,
            left: 0,
        }
    }

    /// At a time after the last one asked.
    pub(crate) fn at(&mut self, time: f64) -> Moment<'_> {
        let (entered, left) = (self.entered, self.left);
        let is_watched = |entry: &&(f64, u32)| entry.0 == 0.0 || entry.0 < time;
        self.entered += self.entries[entered..]
            .iter()
            .take_while(is_watched)
            .count();
        let count = |from: usize, is: fn(f64, f64) -> bool| {
            let rest = self.spells[from..].iter();
            rest.take_while(|(_, spell)| is(spell.time, time)).count()
        };
        let first = left + count(left, |end, time| end < time);
        self.left = first + count(first, |end, time| end == time);
        Moment {
            entered: &self.entries[entered..self.entered],
            left: &self.spells[left..first],
            at_risk: self.entered - first,
            leaving: &self.spells[first..self.left],
        }
    }
}
