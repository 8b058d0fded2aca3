//! What of a visit matters to the rules, as slices of the log's texts.
//!
//! Everything after this reads nothing else, so visits that are equal here share a remembered
//! group: values of click ids, further query parameters and, where no rule asks,
//! paths are gone.

use crate::channel::grouping::address::{Address, bare};
use crate::channel::grouping::clicks::{CAMPAIGN_ID, CLICK_IDS, ClickId};
use crate::channel::grouping::field::{Field, Fields};
use crate::channel::grouping::lists::List;
use crate::channel::grouping::preparation::Preparation;
use crate::channel::grouping::traffic::Traffic;
use crate::util::blanks::{cut, trimmed};
use std::borrow::Cow;

/// The tags in a query, in the order of [`Raw::tags`].
pub(super) const TAGS: [&str; 5] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
];

/// What to take from a visit.
#[derive(Debug, Clone)]
pub(super) struct Needs {
    prepare: Preparation,
    term: bool,
    content: bool,
    event: bool,
    referrer: bool,
    url_host: bool,
    url_path: bool,
    clicks: bool,
    queries: Vec<String>,
    /// The lengths of parameters that are read, one bit each, by the lowest five bits of their first
    /// letters, which have no case: most others are cleared by this.
    lengths: [u32; 32],
    further: usize,
    /// First parts of paths by which lists tell places apart, and the most parts that matter.
    first_parts: Vec<Box<str>>,
    depth: usize,
}

impl Needs {
    pub(super) fn new<'a>(
        fields: &Fields,
        prepare: Preparation,
        lists: impl Iterator<Item = &'a List>,
    ) -> Self {
        let (mut first_parts, mut depth) = (Vec::<Box<str>>::new(), 0);
        for list in lists {
            let (parts, deepest) = list.paths();
            first_parts.extend(parts.map(Box::from));
            depth = depth.max(deepest);
        }
        first_parts.sort_unstable();
        first_parts.dedup();
        Self {
            prepare,
            term: fields.uses(Field::Term),
            content: fields.uses(Field::Content),
            event: fields.uses(Field::Event),
            referrer: prepare.referrer || fields.uses(Field::ReferrerHost),
            url_host: prepare.hosts || fields.uses(Field::UrlHost),
            url_path: fields.uses(Field::UrlPath),
            clicks: prepare.click_ids
                || fields.uses(Field::ClickId)
                || fields.uses(Field::ClickNetwork),
            lengths: lengths(&fields.queries),
            queries: fields.queries.clone(),
            further: fields.further.len(),
            first_parts,
            depth,
        }
    }

    /// Whether a query's parameter of that name may be read.
    #[inline]
    fn may_read(&self, name: &str) -> bool {
        let (first, bit) = place(name);
        self.lengths[first] & bit != 0
    }

    /// What of a referrer's path lists tell places apart by; empty for most.
    fn path<'a>(&self, path: &'a str) -> &'a str {
        let Some(inside) = path.strip_prefix('/') else {
            return "";
        };
        let first = inside.split('/').next().unwrap_or_default();
        let mut known = self.first_parts.iter();
        if !known.any(|part| part.eq_ignore_ascii_case(first)) {
            return "";
        }
        let end = inside.match_indices('/').nth(self.depth - 1);
        &inside[..end.map_or(inside.len(), |(at, _)| at)]
    }
}

/// Where a parameter's name stands in [`Needs::lengths`].
fn place(name: &str) -> (usize, u32) {
    let first = name.bytes().next().unwrap_or_default();
    (usize::from(first & 31), 1 << name.len().min(31))
}

/// The lengths of the tags, of click ids and of further parameters.
fn lengths(queries: &[String]) -> [u32; 32] {
    let mut lengths = [0; 32];
    let clicks = CLICK_IDS.iter().map(|id| id.parameter).chain([CAMPAIGN_ID]);
    let names = TAGS.into_iter().chain(clicks);
    for name in names.chain(queries.iter().map(String::as_str)) {
        let (first, bit) = place(name);
        lengths[first] |= bit;
    }
    lengths
}

/// The parts of a visit that matter. `pairs` are `name=value` of the query, not decoded.
#[derive(Debug, Default)]
pub(super) struct Raw<'a> {
    pub(super) source: &'a str,
    pub(super) medium: &'a str,
    pub(super) campaign: &'a str,
    pub(super) term: &'a str,
    pub(super) content: &'a str,
    pub(super) event: &'a str,
    pub(super) referrer: &'a str,
    pub(super) referrer_path: &'a str,
    pub(super) url_host: &'a str,
    pub(super) url_path: &'a str,
    /// The query's tags; they count where the log states none.
    pub(super) tags: [&'a str; 5],
    /// Which of the known click ids there are, a bit each.
    pub(super) clicks: u32,
    /// A network that is not known, of a click id that is stated.
    pub(super) network: &'a str,
    /// The query's parameters that rules name.
    pub(super) queries: Vec<&'a str>,
    /// A stated click id's parameter and value, where rules name a parameter.
    pub(super) stated: Option<(&'a str, &'a str)>,
    pub(super) further: &'a [&'a str],
}

impl<'a> Raw<'a> {
    pub(super) fn new(traffic: &Traffic<'a>, needs: &Needs) -> Self {
        let only = |needed: bool, text: &'a str| if needed { trimmed(text) } else { "" };
        let mut raw = Self {
            source: trimmed(traffic.source),
            medium: trimmed(traffic.medium),
            campaign: trimmed(traffic.campaign),
            term: only(needs.term, traffic.term),
            content: only(needs.content, traffic.content),
            event: only(needs.event, traffic.event),
            queries: vec![""; needs.queries.len()],
            further: &traffic.further[..needs.further.min(traffic.further.len())],
            ..Self::default()
        };
        if needs.referrer {
            let referrer = Address::parse(traffic.referrer);
            (raw.referrer, raw.referrer_path) = (referrer.host, needs.path(referrer.path));
        }
        raw.read_url(traffic.url, needs);
        raw.read_stated(traffic, needs);
        raw
    }

    fn read_url(&mut self, url: &'a str, needs: &Needs) {
        let address = Address::parse(url);
        if needs.url_host {
            self.url_host = address.host;
        }
        if needs.url_path {
            self.url_path = address.path;
        }
        let unread = !needs.prepare.url && needs.queries.is_empty();
        if unread || address.query.is_empty() {
            return;
        }
        let mut rest = address.query;
        while !rest.is_empty() {
            let pair;
            (pair, rest) = cut(rest, b'&').unwrap_or((rest, ""));
            let Some((name, value)) = cut(pair, b'=') else {
                continue;
            };
            if value.is_empty() {
                continue;
            }
            let is_coded = name.bytes().any(|byte| matches!(byte, b'%' | b'+'));
            let name = if is_coded {
                decoded(name)
            } else {
                Cow::Borrowed(name)
            };
            if needs.may_read(&name) {
                self.read_pair(pair, &name, needs);
            }
        }
    }

    fn read_pair(&mut self, pair: &'a str, name: &str, needs: &Needs) {
        for (query, slot) in needs.queries.iter().zip(&mut self.queries) {
            if slot.is_empty() && query.eq_ignore_ascii_case(name) {
                *slot = pair;
            }
        }
        if !needs.prepare.url {
            return;
        }
        if let Some(at) = TAGS.iter().position(|tag| tag.eq_ignore_ascii_case(name)) {
            let wanted = match at {
                3 => needs.term,
                4 => needs.content,
                _ => true,
            };
            if wanted && self.tags[at].is_empty() {
                self.tags[at] = pair;
            }
        } else if needs.clicks
            && let Some(at) = ClickId::parameter(name)
        {
            self.clicks |= 1 << at;
        }
    }

    /// Takes a click id that has a column of its own.
    fn read_stated(&mut self, traffic: &Traffic<'a>, needs: &Needs) {
        let (value, network) = (trimmed(traffic.click_id), trimmed(traffic.click_network));
        if value.is_empty() {
            return;
        }
        if needs.clicks {
            match ClickId::named(network) {
                Some(at) => self.clicks |= 1 << at,
                None if network.is_empty() => self.network = "unknown",
                None => self.network = network,
            }
        }
        let mut queries = needs.queries.iter();
        if queries.any(|query| query.eq_ignore_ascii_case(network)) {
            self.stated = Some((network, value));
        }
    }

    /// The known click ids of the visit, the one that decides first.
    pub(super) fn click_ids(&self) -> impl Iterator<Item = &'static ClickId> + use<> {
        let clicks = self.clicks;
        let ids = CLICK_IDS.iter().enumerate();
        ids.filter(move |(at, _)| clicks >> at & 1 == 1)
            .map(|(_, id)| id)
    }

    /// Whether the referrer is the landing page's own site.
    pub(super) fn is_self_referral(&self) -> bool {
        !self.referrer.is_empty() && bare(self.referrer).eq_ignore_ascii_case(bare(self.url_host))
    }

    /// Writes what visits are remembered by: the parts that are not empty, each behind its number
    /// and length.
    pub(super) fn write_key(&self, key: &mut String) {
        let texts = [
            self.source,
            self.medium,
            self.campaign,
            self.term,
            self.content,
            self.event,
            self.referrer,
            self.referrer_path,
            self.url_host,
            self.url_path,
            self.network,
        ];
        let (name, value) = self.stated.unwrap_or_default();
        key.clear();
        push_number(key, self.clicks as usize);
        let mut number = 0;
        for part in [
            &texts[..],
            &self.tags,
            &self.queries,
            &[name, value],
            self.further,
        ] {
            for text in part {
                if !text.is_empty() {
                    push_number(key, number);
                    push_number(key, text.len());
                    key.push_str(text);
                }
                number += 1;
            }
        }
    }
}

/// Writes a number as letters of six bits, of which the last alone is below `@`.
#[inline]
fn push_number(key: &mut String, mut number: usize) {
    while number >= 64 {
        key.push(char::from(64 + (number & 63) as u8));
        number >>= 6;
    }
    key.push(char::from(number as u8));
}

/// The value of `name=value` as the browser meant it.
pub(super) fn value(pair: &str) -> Cow<'_, str> {
    let decoded = form_urlencoded::parse(pair.as_bytes()).next();
    decoded.map_or(Cow::Borrowed(""), |(_, value)| value)
}

/// A name in a query as the browser meant it.
fn decoded(name: &str) -> Cow<'_, str> {
    let decoded = form_urlencoded::parse(name.as_bytes()).next();
    decoded.map_or(Cow::Borrowed(""), |(name, _)| name)
}
