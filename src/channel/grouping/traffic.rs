//! One visit as a log states it, and what the rules made of it.

/// Where one visit came from, as the log states it. Empty texts are absent.
///
/// ```
/// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
///
/// let grouping = Grouping::new(&ChannelRules::default())?;
/// let visit = Traffic {
///     referrer: "https://www.google.de/",
///     url: "https://shop.example.com/?gclid=Cj0K",
///     ..Traffic::default()
/// };
/// let group = grouping.group(&visit)?;
/// assert_eq!(group.channel(), Some("Paid Search"));
/// assert_eq!(group.source_medium(), "google / cpc");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic<'a> {
    /// Where the visit came from, `utm_source`.
    pub source: &'a str,
    /// The kind of link, `utm_medium`.
    pub medium: &'a str,
    /// The campaign's name, `utm_campaign`.
    pub campaign: &'a str,
    /// The search term, `utm_term`.
    pub term: &'a str,
    /// Which of several links, `utm_content`.
    pub content: &'a str,
    /// The page with the link: a URL or a bare host.
    pub referrer: &'a str,
    /// The landing page, with its query.
    pub url: &'a str,
    /// A click id's value, where it has a column of its own.
    pub click_id: &'a str,
    /// The click id's parameter (`gclid`) or ad network (`google`), where a column states it.
    pub click_network: &'a str,
    /// The event's name.
    pub event: &'a str,
    /// The values of [`Grouping::further_fields`](crate::channel::Grouping::further_fields), in
    /// that order; missing ones are absent.
    pub further: &'a [&'a str],
}

/// What the rules made of a visit: channel, then source and medium, then campaign.
///
/// ```
/// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
///
/// let grouping = Grouping::new(&ChannelRules::default())?;
/// let group = grouping.group(&Traffic { source: "Bing", medium: "cpc", ..Traffic::default() })?;
/// assert_eq!(group.channel(), Some("Paid Search"));
/// assert_eq!((group.source(), group.medium(), group.campaign()), ("bing", "cpc", ""));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub(super) channel: Option<String>,
    pub(super) source: String,
    pub(super) medium: String,
    pub(super) campaign: String,
    pub(super) is_matched: bool,
}

impl Group {
    /// The channel; `None` if no rule matched and `unassigned = "drop"`.
    pub fn channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// The source after the preparation; empty if absent.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The medium after the preparation; empty if absent.
    pub fn medium(&self) -> &str {
        &self.medium
    }

    /// The campaign; empty if absent.
    pub fn campaign(&self) -> &str {
        &self.campaign
    }

    /// Whether a rule named the channel, in place of `unassigned`.
    pub fn is_matched(&self) -> bool {
        self.is_matched
    }

    /// Source and medium as analytics tools print them: `google / cpc`, `(direct) / (none)` where
    /// both are absent.
    ///
    /// A lone absent part is `(not set)`.
    ///
    /// ```
    /// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
    ///
    /// let grouping = Grouping::new(&ChannelRules::default())?;
    /// let label = |source, medium| -> mixtouch::Result<String> {
    ///     let visit = Traffic { source, medium, ..Traffic::default() };
    ///     Ok(grouping.group(&visit)?.source_medium())
    /// };
    /// assert_eq!(label("", "")?, "(direct) / (none)");
    /// assert_eq!(label("newsletter", "")?, "newsletter / (not set)");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn source_medium(&self) -> String {
        let or_not_set = |text| {
            if str::is_empty(text) {
                "(not set)".to_owned()
            } else {
                text.to_owned()
            }
        };
        if self.source.is_empty() && self.medium.is_empty() {
            return "(direct) / (none)".into();
        }
        format!(
            "{} / {}",
            or_not_set(&self.source),
            or_not_set(&self.medium)
        )
    }
}
