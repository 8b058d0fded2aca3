//! Rules compiled, and the group of one visit.

use crate::channel::grouping::address::{Address, bare};
use crate::channel::grouping::field::Fields;
use crate::channel::grouping::lists::{List, Reach};
use crate::channel::grouping::pattern::{Compiler, Rule};
use crate::channel::grouping::raw::{Needs, Raw};
use crate::channel::grouping::rules::{ChannelRules, Unassigned};
use crate::channel::grouping::sets::rule_set;
use crate::channel::grouping::shipped::Lists;
use crate::channel::grouping::traffic::{Group, Traffic};
use crate::channel::grouping::visit::{Steps, Visit};
use crate::error::{ANY_TEXT, Error, Result};
use crate::io::csv::table::Table;
use std::io::Read;

/// The categories of Google's file and the lists they stand for.
const CATEGORIES: [(&str, &str); 4] = [
    ("SOURCE_CATEGORY_SEARCH", "search"),
    ("SOURCE_CATEGORY_SOCIAL", "social"),
    ("SOURCE_CATEGORY_SHOPPING", "shopping"),
    ("SOURCE_CATEGORY_VIDEO", "video"),
];

/// Channel rules, compiled: finds the channel of visits. Cheap to share between threads.
///
/// ```
/// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
///
/// let grouping = Grouping::new(&ChannelRules::default())?;
/// let visit = Traffic {
///     url: "https://shop.example.com/?utm_source=news&utm_medium=e-mail&utm_campaign=May%20sale",
///     ..Traffic::default()
/// };
/// let group = grouping.group(&visit)?;
/// assert_eq!(group.channel(), Some("Email"));
/// assert_eq!((group.source(), group.campaign()), ("news", "may sale"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Grouping {
    unassigned: Unassigned,
    rules: Vec<Rule>,
    further: Vec<String>,
    pub(super) needs: Needs,
    steps: Steps,
}

impl Grouping {
    /// Compiles rules.
    ///
    /// ```
    /// use mixtouch::channel::{ChannelRule, ChannelRules, Condition, Grouping};
    ///
    /// let paid = ChannelRule::new("Paid", Condition::new().with("medium", ["re:(cpc"]));
    /// let error = Grouping::new(&ChannelRules::default().with_channel(paid)).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "channel \"Paid\": medium is \"re:(cpc\", expected: a regular expression: unclosed group",
    /// );
    /// ```
    ///
    /// # Errors
    /// If a rule set or a list is unknown, a name, a list of patterns or a list of blocks is empty,
    /// a pattern is no regular expression or compiles to more than 1 MiB, or a host is none.
    pub fn new(rules: &ChannelRules) -> Result<Self> {
        if matches!(&rules.unassigned, Unassigned::Name(name) if name.trim().is_empty()) {
            return Err(Error::setting("unassigned", "empty", ANY_TEXT));
        }
        let lists = Lists::new(&rules.lists, rules.fold)?;
        let mut fields = Fields::default();
        let mut compiler = Compiler {
            lists: &lists,
            fields: &mut fields,
            fold: rules.fold,
        };
        let mut compiled = Vec::new();
        for rule in &rules.channel {
            compiled.push(compiler.rule(rule)?);
        }
        for set in &rules.rules {
            for rule in rule_set(set)? {
                compiled.push(compiler.rule(&rule)?);
            }
        }
        Ok(Self {
            unassigned: rules.unassigned.clone(),
            rules: compiled,
            needs: Needs::new(&fields, rules.prepare, lists.iter()),
            further: fields.further,
            steps: Steps {
                fold: rules.fold,
                prepare: rules.prepare,
                click_ids: rules.click_ids,
                queries: fields.queries,
                lists,
                own_hosts: own_hosts(rules)?,
            },
        })
    }

    /// Takes Google's list of sources in place of the shipped `search`, `social`, `shopping` and
    /// `video`, where the user has no lists of these names.
    ///
    /// The file is the one that Google links from its page on default channel groups
    /// (support.google.com/analytics/answer/9756891), as CSV `source,source_category`. Sources match
    /// exactly, as they do there.
    ///
    /// ```
    /// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
    ///
    /// let file = "source,source_category\nmysocial,SOURCE_CATEGORY_SOCIAL\n";
    /// let grouping = Grouping::new(&ChannelRules::default())?
    ///     .with_source_categories(file.as_bytes())?;
    /// let visit = Traffic { source: "mysocial", medium: "cpc", ..Traffic::default() };
    /// assert_eq!(grouping.group(&visit)?.channel(), Some("Paid Social"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the table is malformed or lacks a column, or a row has no source or another category.
    pub fn with_source_categories(mut self, csv: impl Read) -> Result<Self> {
        let mut table = Table::trimmed("the table of source categories", csv)?;
        let (source, category) = (table.column("source")?, table.column("source_category")?);
        let mut lists = CATEGORIES.map(|_| List::new(Reach::Exact));
        while let Some(row) = table.next_row()? {
            let named = CATEGORIES
                .iter()
                .position(|(name, _)| *name == row.text(category));
            let at = named.ok_or_else(|| {
                let names = CATEGORIES.map(|(name, _)| name).join(", ");
                row.fault(category, format!("one of {names}"))
            })?;
            let text = row.text(source);
            if text.is_empty() {
                return Err(row.fault(source, ANY_TEXT));
            }
            if self.steps.fold {
                lists[at].add(&text.to_lowercase(), text);
            } else {
                lists[at].add(text, text);
            }
        }
        for ((_, name), list) in CATEGORIES.iter().zip(lists) {
            self.steps.lists.replace(name, list);
        }
        Ok(self)
    }

    /// The columns that rules name beyond the fields of [`Traffic`], in the order in which
    /// [`Traffic::further`] has their values.
    ///
    /// ```
    /// use mixtouch::channel::{ChannelRule, ChannelRules, Condition, Grouping, Traffic};
    ///
    /// let app = ChannelRule::new("App", Condition::new().with("platform", ["ios", "android"]));
    /// let grouping = Grouping::new(&ChannelRules::default().with_channel(app))?;
    /// assert_eq!(grouping.further_fields(), ["platform"]);
    /// let visit = Traffic { further: &["iOS"], ..Traffic::default() };
    /// assert_eq!(grouping.group(&visit)?.channel(), Some("App"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn further_fields(&self) -> &[String] {
        &self.further
    }

    /// The group of a visit. For many visits, [`Grouping::cached`] is faster.
    ///
    /// # Errors
    /// If no rule matches and `unassigned = "error"`.
    pub fn group(&self, traffic: &Traffic<'_>) -> Result<Group> {
        self.group_raw(&Raw::new(traffic, &self.needs))
    }

    pub(super) fn group_raw(&self, raw: &Raw<'_>) -> Result<Group> {
        let visit = Visit::new(raw, &self.steps);
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.holds(&visit, &self.steps.lists));
        let mut group = Group {
            channel: rule.map(|rule| rule.name.clone()),
            source: visit.source.into_owned(),
            medium: visit.medium.into_owned(),
            campaign: visit.campaign.into_owned(),
            is_matched: rule.is_some(),
        };
        if !group.is_matched {
            match &self.unassigned {
                Unassigned::Name(name) => group.channel = Some(name.clone()),
                Unassigned::Drop => {}
                Unassigned::Error => return Err(unassigned(&group)),
            }
        }
        Ok(group)
    }
}

/// The error of a visit that no rule matches.
fn unassigned(group: &Group) -> Error {
    let visit = format!("{}, campaign {:?}", group.source_medium(), group.campaign);
    let expected = "one that a channel rule matches (unassigned = \"error\")";
    Error::setting("a visit", visit, expected)
}

/// The hosts that are no referrers, from hosts or URLs.
fn own_hosts(rules: &ChannelRules) -> Result<List> {
    let mut list = List::new(Reach::Domains);
    let own = rules.own_hosts.iter().map(|host| ("own_hosts", host));
    let payment = rules
        .payment_hosts
        .iter()
        .map(|host| ("payment_hosts", host));
    for (key, text) in own.chain(payment) {
        let host = Address::parse(text).host.to_lowercase();
        if host.is_empty() {
            return Err(Error::setting(key, format!("{text:?}"), "a host"));
        }
        list.add(bare(&host), bare(&host));
    }
    Ok(list)
}
