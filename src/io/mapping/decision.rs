//! What is made of a row, by what it says of its event and where it came from.

use crate::error::Result;
use crate::event::{Events, Kind};
use crate::io::mapping::layout::Layout;
use crate::io::mapping::origin::{Origin, Origins, Touch};
use crate::io::record::Value;
use crate::util::blanks::trimmed;
use std::borrow::Cow;

/// What is made of a row. It follows alone from event, source and what conditions ask for, in
/// which the rows of a log say few different things.
pub(super) enum Decision<'a> {
    /// Left out by the condition of that number.
    Dropped(usize),
    /// Left out, as no rule is for the event of that name, or one that ignores it.
    PassedOver(Cow<'a, str>),
    /// Of a kind that the log counts alone.
    Counted(Kind),
    /// No touch, as it states no source.
    WithoutSource,
    /// No touch, as no rule names its channel and such touches are left out.
    Unassigned,
    Kept(Kept<'a>),
}

/// A row that states events.
pub(super) struct Kept<'a> {
    /// The number of its rule.
    pub(super) rule: usize,
    pub(super) kind: Kind,
    /// Where it came from, if it is a touch.
    pub(super) origin: Option<Origin<'a>>,
}

impl Decision<'_> {
    /// The same for other rows that say the same.
    #[cfg(feature = "parquet")]
    pub(super) fn into_owned(self) -> Decision<'static> {
        match self {
            Self::Dropped(condition) => Decision::Dropped(condition),
            Self::PassedOver(event) => Decision::PassedOver(Cow::Owned(event.into_owned())),
            Self::Counted(kind) => Decision::Counted(kind),
            Self::WithoutSource => Decision::WithoutSource,
            Self::Unassigned => Decision::Unassigned,
            Self::Kept(kept) => Decision::Kept(Kept {
                rule: kept.rule,
                kind: kept.kind,
                origin: kept.origin.map(Origin::into_owned),
            }),
        }
    }
}

/// Decides what is made of rows.
pub(super) struct Decider<'a> {
    layout: &'a Layout,
    origins: Origins<'a>,
}

impl<'a> Decider<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self {
            layout,
            origins: Origins::new(layout),
        }
    }

    /// What is made of a row in this log.
    ///
    /// # Errors
    /// If no rule names the channel and such rows are refused.
    pub(super) fn decide<'d>(
        &'d mut self,
        events: &Events,
        line: u64,
        row: &'d [Value<'d>],
    ) -> Result<Decision<'d>> {
        let layout = self.layout;
        let mut drops = layout.drops.iter();
        if let Some(met) = drops.position(|condition| condition.holds(row)) {
            return Ok(Decision::Dropped(met));
        }
        let event = layout.event.text(row);
        let rule = layout.rules.find(trimmed(&event));
        let kind = |at: usize| Some((at, layout.rules.get(at).kind.kind()?));
        let Some((rule, kind)) = rule.and_then(kind) else {
            return Ok(Decision::PassedOver(event));
        };
        if !events.keeps(kind) {
            return Ok(Decision::Counted(kind));
        }
        let origin = match layout.rules.get(rule).touch {
            None => None,
            Some(when) => match self.origins.touch(line, row, when)? {
                Touch::From(origin) => Some(origin),
                Touch::WithoutSource if kind == Kind::Touch => return Ok(Decision::WithoutSource),
                Touch::Unassigned if kind == Kind::Touch => return Ok(Decision::Unassigned),
                _ => None,
            },
        };
        Ok(Decision::Kept(Kept { rule, kind, origin }))
    }
}
