//! The settings of a grouping, as a mapping file writes them.

use std::collections::BTreeMap;

use crate::channel::grouping::condition::ChannelRule;
use crate::channel::grouping::preparation::{ClickIdPriority, Preparation};
use crate::channel::grouping::sets::RULE_SETS;
use crate::util::known_fields::refuse_unknown_fields;
use serde::{Deserialize, Deserializer, Serialize};

/// Hosts that take payments and send customers back, which no marketing did.
const PAYMENT_HOSTS: &[&str] = &[
    "paypal.com",
    "checkout.stripe.com",
    "hooks.stripe.com",
    "pay.google.com",
    "pay.amazon.com",
    "payments.amazon.com",
    "checkout.shopify.com",
    "klarna.com",
    "sofort.com",
    "adyen.com",
    "mollie.com",
    "worldpay.com",
    "authorize.net",
    "afterpay.com",
    "giropay.de",
];

/// Rules that name a visit's channel, and what happens before and after them.
///
/// Own rules (`channel`) are tried first, in order, then the named sets (`rules`); the first rule
/// that matches names the channel. Reads from TOML or JSON; missing fields are as by default.
///
/// | field | default | |
/// |---|---|---|
/// | `rules` | `"ga4"` | a set or a list of sets: `ga4`, `matomo`, `posthog`, `none` |
/// | `channel` | none | own rules, see [`ChannelRule`] |
/// | `own_hosts` | none | own sites, with their subdomains: never a referrer |
/// | `payment_hosts` | well-known ones | never a referrer either |
/// | `unassigned` | `"Unassigned"` | the channel where no rule matches, or `drop`, or `error` |
/// | `fold` | true | compares and returns texts in lower case; click ids' values stay |
/// | `prepare` | all steps | see [`Preparation`] |
/// | `click_ids` | `"fill"` | see [`ClickIdPriority`] |
/// | `lists` | none | lists of names and hosts for `list:NAME`; they replace shipped ones |
///
/// Shipped lists are `search` (names), `search_hosts`, `social`, `social_networks` (with video),
/// `ai`, `ai_hosts`, `shopping` and `video`. An entry `list:social` of an own list stands for the
/// entries of the shipped one.
///
/// ```
/// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
///
/// let rules: ChannelRules = serde_json::from_str(r#"{
///     "own_hosts": ["example.com"],
///     "lists": {"partners": ["shop-guide.example", "deals.example"]},
///     "channel": [{"name": "Partners", "source": "list:partners"}]
/// }"#).unwrap();
/// let grouping = Grouping::new(&rules)?;
/// let from = |referrer| Traffic { referrer, ..Traffic::default() };
/// assert_eq!(grouping.group(&from("https://deals.example/today"))?.channel(), Some("Partners"));
/// assert_eq!(grouping.group(&from("https://pay.example.com/done"))?.channel(), Some("Direct"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct ChannelRules {
    #[serde(deserialize_with = "one_or_many")]
    pub(super) rules: Vec<String>,
    pub(super) own_hosts: Vec<String>,
    pub(super) payment_hosts: Vec<String>,
    pub(super) unassigned: Unassigned,
    pub(super) fold: bool,
    pub(super) prepare: Preparation,
    pub(super) click_ids: ClickIdPriority,
    pub(super) lists: BTreeMap<String, Vec<String>>,
    pub(super) channel: Vec<ChannelRule>,
}
refuse_unknown_fields!(ChannelRules, serialize);

impl Default for ChannelRules {
    fn default() -> Self {
        Self {
            rules: vec!["ga4".into()],
            own_hosts: Vec::new(),
            payment_hosts: PAYMENT_HOSTS.iter().map(|&host| host.into()).collect(),
            unassigned: Unassigned::default(),
            fold: true,
            prepare: Preparation::all(),
            click_ids: ClickIdPriority::Fill,
            lists: BTreeMap::new(),
            channel: Vec::new(),
        }
    }
}

impl ChannelRules {
    /// The names of the rule sets there are, without `none`.
    pub fn known_sets() -> impl ExactSizeIterator<Item = &'static str> {
        RULE_SETS.iter().map(|(name, _)| *name)
    }

    /// The rule sets tried after own rules, in order; none if there are no names.
    #[must_use]
    pub fn with_rules<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.rules = texts(names);
        self
    }

    /// Adds an own rule after those there are.
    #[must_use]
    pub fn with_channel(mut self, rule: ChannelRule) -> Self {
        self.channel.push(rule);
        self
    }

    /// Adds own rules after those there are.
    #[must_use]
    pub fn with_channels(mut self, rules: impl IntoIterator<Item = ChannelRule>) -> Self {
        self.channel.extend(rules);
        self
    }

    /// Own sites: a referrer on them, or below them, is none.
    #[must_use]
    pub fn with_own_hosts<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.own_hosts = texts(hosts);
        self
    }

    /// Sites that take payments, in place of the well-known ones.
    #[must_use]
    pub fn with_payment_hosts<S: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = S>,
    ) -> Self {
        self.payment_hosts = texts(hosts);
        self
    }

    /// What becomes of visits that no rule matches.
    #[must_use]
    pub fn with_unassigned(mut self, unassigned: Unassigned) -> Self {
        self.unassigned = unassigned;
        self
    }

    /// Whether texts are compared and returned in lower case.
    #[must_use]
    pub fn with_fold(mut self, fold: bool) -> Self {
        self.fold = fold;
        self
    }

    /// The steps before the rules.
    #[must_use]
    pub fn with_preparation(mut self, prepare: Preparation) -> Self {
        self.prepare = prepare;
        self
    }

    /// Which wins where a visit has both tags and a click id.
    #[must_use]
    pub fn with_click_ids(mut self, priority: ClickIdPriority) -> Self {
        self.click_ids = priority;
        self
    }

    /// A list for `list:NAME`, in place of a shipped one of that name.
    #[must_use]
    pub fn with_list<S: Into<String>>(
        mut self,
        name: impl Into<String>,
        entries: impl IntoIterator<Item = S>,
    ) -> Self {
        self.lists.insert(name.into(), texts(entries));
        self
    }
}

fn texts<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a rule set's name or a list of them")]
    enum Names {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Names::deserialize(from)? {
        Names::One(name) => vec![name],
        Names::Many(names) => names,
    })
}

/// What becomes of a visit that no rule matches. As text: `drop`, `error`, or a channel's name.
///
/// ```
/// use mixtouch::channel::Unassigned;
///
/// assert_eq!(Unassigned::from("drop".to_owned()), Unassigned::Drop);
/// assert_eq!(Unassigned::default(), Unassigned::Name("Unassigned".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Unassigned {
    /// It gets this channel.
    Name(String),
    /// It has no channel and is left out.
    Drop,
    /// It is an error, which names its source and medium.
    Error,
}

impl Default for Unassigned {
    fn default() -> Self {
        Self::Name("Unassigned".into())
    }
}

impl From<String> for Unassigned {
    fn from(text: String) -> Self {
        match text.as_str() {
            "drop" => Self::Drop,
            "error" => Self::Error,
            _ => Self::Name(text),
        }
    }
}

impl From<Unassigned> for String {
    fn from(unassigned: Unassigned) -> Self {
        match unassigned {
            Unassigned::Name(name) => name,
            Unassigned::Drop => "drop".into(),
            Unassigned::Error => "error".into(),
        }
    }
}
