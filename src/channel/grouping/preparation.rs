//! What happens to a visit before the rules see it.

use crate::util::known_fields::refuse_unknown_fields;
use serde::{Deserialize, Serialize};

/// The steps before the rules, in this order; each can be switched off.
///
/// | step | does |
/// |---|---|
/// | `url` | reads `utm_*` and click ids off the landing page, for what the log does not state |
/// | `hosts` | takes own hosts, payment hosts and the landing page's host for no referrer |
/// | `referrer` | makes source and medium of the referrer, where both are absent |
/// | `click_ids` | makes source and medium of a click id, see [`ClickIdPriority`] |
///
/// A referrer that is a search engine becomes `google / organic`, an AI assistant
/// `chatgpt / ai-assistant`, a network, shop or video place `facebook / referral`, any other host
/// `blog.example.com / referral`.
///
/// ```
/// use mixtouch::channel::{ChannelRules, Grouping, Preparation, Traffic};
///
/// let visit = Traffic { referrer: "https://www.google.com/", ..Traffic::default() };
/// let prepared = Grouping::new(&ChannelRules::default())?;
/// assert_eq!(prepared.group(&visit)?.channel(), Some("Organic Search"));
///
/// let rules = ChannelRules::default().with_preparation(Preparation::none());
/// assert_eq!(Grouping::new(&rules)?.group(&visit)?.channel(), Some("Direct"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Preparation {
    pub(super) url: bool,
    pub(super) hosts: bool,
    pub(super) referrer: bool,
    pub(super) click_ids: bool,
}
refuse_unknown_fields!(Preparation, serialize);

impl Default for Preparation {
    fn default() -> Self {
        Self::all()
    }
}

impl Preparation {
    /// All steps, the default.
    pub const fn all() -> Self {
        Self {
            url: true,
            hosts: true,
            referrer: true,
            click_ids: true,
        }
    }

    /// No step: rules see what the log states.
    pub const fn none() -> Self {
        Self {
            url: false,
            hosts: false,
            referrer: false,
            click_ids: false,
        }
    }

    /// Whether tags and click ids are read off the landing page.
    #[must_use]
    pub fn with_url(mut self, on: bool) -> Self {
        self.url = on;
        self
    }

    /// Whether own and payment hosts are no referrer.
    #[must_use]
    pub fn with_hosts(mut self, on: bool) -> Self {
        self.hosts = on;
        self
    }

    /// Whether a referrer makes source and medium.
    #[must_use]
    pub fn with_referrer(mut self, on: bool) -> Self {
        self.referrer = on;
        self
    }

    /// Whether a click id makes source and medium.
    #[must_use]
    pub fn with_click_ids(mut self, on: bool) -> Self {
        self.click_ids = on;
        self
    }
}

/// Which wins where a visit has both tags and a click id.
///
/// A click id that proves the network only (`fbclid`, `igshid`, `epik`, `qclid`) never replaces
/// anything: it fills in where source and medium are absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClickIdPriority {
    /// Tags: a click id fills in absent ones and replaces the mediums `organic` and `referral`.
    #[default]
    Fill,
    /// The click id: it replaces source and medium whatever they are.
    First,
}
