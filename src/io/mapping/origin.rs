//! Where a touch came from: its channel, and the levels below.

use crate::channel::{CachedGrouping, Group, GroupCodes, Traffic};
use crate::error::{Error, Result};
use crate::io::mapping::kinds::TouchWhen;
use crate::io::mapping::layout::Layout;
use crate::io::record::Value;
use crate::util::blanks::trimmed;
use std::borrow::Cow;

/// Where a touch came from.
pub(super) struct Origin<'a> {
    pub(super) channel: Cow<'a, str>,
    /// `source / medium`.
    pub(super) source_medium: Cow<'a, str>,
    pub(super) campaign: Cow<'a, str>,
    /// Whether a rule or the log itself names the channel.
    pub(super) is_matched: bool,
    pub(super) codes: Codes<'a>,
}

/// The numbers that the log gave to an origin's texts, once it gave them.
pub(super) enum Codes<'a> {
    Own(Option<GroupCodes>),
    /// Those that are remembered for all visits of the group.
    OfGroup(&'a mut Option<GroupCodes>),
}

impl Codes<'_> {
    /// Where they stand.
    pub(super) fn get_mut(&mut self) -> &mut Option<GroupCodes> {
        match self {
            Self::Own(codes) => codes,
            Self::OfGroup(codes) => codes,
        }
    }
}

/// What a row is as a touch.
pub(super) enum Touch<'a> {
    From(Origin<'a>),
    /// None, as it states no source.
    WithoutSource,
    /// None, as no rule names its channel and such touches are left out.
    Unassigned,
}

impl<'a> Origin<'a> {
    /// The origin of a touch of which the log states nothing but the channel.
    fn of_log(channel: &'a str) -> Self {
        Self {
            channel: Cow::Borrowed(channel),
            source_medium: Cow::Borrowed(""),
            campaign: Cow::Borrowed(""),
            is_matched: true,
            codes: Codes::Own(None),
        }
    }

    /// The same with texts of its own.
    #[cfg(feature = "parquet")]
    pub(super) fn into_owned(mut self) -> Origin<'static> {
        Origin {
            codes: Codes::Own(*self.codes.get_mut()),
            channel: Cow::Owned(self.channel.into_owned()),
            source_medium: Cow::Owned(self.source_medium.into_owned()),
            campaign: Cow::Owned(self.campaign.into_owned()),
            is_matched: self.is_matched,
        }
    }
}

/// Finds the origins of touches.
pub(super) struct Origins<'a> {
    layout: &'a Layout,
    grouping: CachedGrouping<'a>,
    /// The channel that the log states.
    channel: String,
}

impl<'a> Origins<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self {
            layout,
            grouping: layout.grouping.cached(),
            channel: String::new(),
        }
    }

    /// Where a touch of this row came from, or why it is none.
    ///
    /// # Errors
    /// If no rule names the channel and such rows are refused.
    pub(super) fn touch(
        &mut self,
        line: u64,
        row: &[Value<'_>],
        when: TouchWhen,
    ) -> Result<Touch<'_>> {
        let stated = self.layout.channel.text(row);
        self.channel.clear();
        self.channel.push_str(trimmed(&stated));
        let by_log = (!self.channel.is_empty()).then_some(self.channel.as_str());
        let remembered = with_traffic(self.layout, row, |traffic| {
            self.grouping.remembered(traffic)
        });
        let found = match (remembered, by_log) {
            (Ok(found), _) => found,
            // a channel that the log states needs no rule
            (Err(_), Some(channel)) => return Ok(Touch::From(Origin::of_log(channel))),
            (Err(error), None) => return Err(unassigned(line, &error)),
        };
        let (group, codes) = (&found.group, &mut found.codes);
        if by_log.is_none() && !qualifies(when, group) {
            return Ok(Touch::WithoutSource);
        }
        let Some(channel) = by_log.or(group.channel()) else {
            return Ok(Touch::Unassigned);
        };
        Ok(Touch::From(Origin {
            channel: Cow::Borrowed(channel),
            source_medium: Cow::Borrowed(group.source_medium()),
            campaign: Cow::Borrowed(group.campaign()),
            is_matched: group.is_matched() || by_log.is_some(),
            codes: match by_log {
                Some(_) => Codes::Own(None),
                None => Codes::OfGroup(codes),
            },
        }))
    }
}

/// Whether a row with this source is a touch.
fn qualifies(when: TouchWhen, group: &Group) -> bool {
    match when {
        TouchWhen::Always | TouchWhen::SourceChanged => true,
        TouchWhen::HasSource => group.has_tags(),
        TouchWhen::HasSourceOrReferrer => group.has_tags() || group.has_referrer(),
    }
}

/// Asks something of what a row says about its source.
fn with_traffic<T>(layout: &Layout, row: &[Value<'_>], ask: impl FnOnce(&Traffic<'_>) -> T) -> T {
    let tags = &layout.tags;
    let [
        source,
        medium,
        campaign,
        term,
        content,
        click_id,
        network,
        referrer,
        url,
    ] = tags.slots().map(|slot| slot.text_unless(row, is_blank_tag));
    let event = layout.event.text_unless(row, is_blank_tag);
    let further: Vec<Cow<'_, str>> = tags.further.iter().map(|slot| slot.text(row)).collect();
    let further: Vec<&str> = further.iter().map(|text| &**text).collect();
    let click_network = match trimmed(&network) {
        "" => tags.click_id.key(row),
        stated => stated,
    };
    ask(&Traffic {
        source: &source,
        medium: &medium,
        campaign: &campaign,
        term: &term,
        content: &content,
        click_id: &click_id,
        click_network,
        referrer: &referrer,
        url: &url,
        event: &event,
        further: &further,
    })
}

/// The error of a row whose channel no rule names.
#[cold]
fn unassigned(row: u64, error: &Error) -> Error {
    Error::Malformed {
        row,
        reason: error.to_string(),
    }
}

/// Whether a tag says nothing, so that the next column may say more.
fn is_blank_tag(text: &str) -> bool {
    matches!(
        trimmed(text),
        "(not set)" | "(none)" | "(direct)" | "(not provided)"
    )
}
