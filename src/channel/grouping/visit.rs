//! A visit made ready for the rules: decoded, folded, and its source concluded where it is absent.

use crate::channel::grouping::address::bare;
use crate::channel::grouping::clicks::{ClickId, Proof};
use crate::channel::grouping::field::Field;
use crate::channel::grouping::lists::List;
use crate::channel::grouping::preparation::{ClickIdPriority, Preparation};
use crate::channel::grouping::raw::{Raw, value};
use crate::channel::grouping::shipped::Lists;
use std::borrow::Cow;

/// Values that analytics tools write where there is none.
const PLACEHOLDERS: [&str; 3] = ["(direct)", "(none)", "(not set)"];

/// Mediums that a click id may replace.
const UNPAID: [&str; 2] = ["organic", "referral"];

/// How visits are made ready.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    pub(super) fold: bool,
    pub(super) prepare: Preparation,
    pub(super) click_ids: ClickIdPriority,
    /// The query's parameters that rules name.
    pub(super) queries: Vec<String>,
    pub(super) lists: Lists,
    /// Own and payment hosts.
    pub(super) own_hosts: List,
}

/// What conditions are asked of.
#[derive(Debug, Default)]
pub(super) struct Visit<'a> {
    pub(super) source: Cow<'a, str>,
    pub(super) medium: Cow<'a, str>,
    pub(super) campaign: Cow<'a, str>,
    /// `utm_source`, `utm_medium` before the referrer and click ids.
    tags: [Cow<'a, str>; 2],
    term: Cow<'a, str>,
    content: Cow<'a, str>,
    event: Cow<'a, str>,
    referrer_host: Cow<'a, str>,
    /// The host with what lists need of the path.
    pub(super) referrer_place: Cow<'a, str>,
    url_host: Cow<'a, str>,
    url_path: Cow<'a, str>,
    clicks: Vec<&'static ClickId>,
    network: Cow<'a, str>,
    queries: Vec<Cow<'a, str>>,
    further: Vec<Cow<'a, str>>,
}

impl<'a> Visit<'a> {
    pub(super) fn new(raw: &Raw<'a>, steps: &Steps) -> Self {
        let fold = |text| folded(Cow::Borrowed(text), steps.fold);
        let stated_or = |text: &'a str, pair: &'a str| {
            let text = if text.is_empty() {
                value(pair)
            } else {
                Cow::Borrowed(text)
            };
            trimmed(folded(text, steps.fold))
        };
        let [source, medium, campaign, term, content] = raw.tags;
        let mut visit = Self {
            source: stated_or(raw.source, source),
            medium: stated_or(raw.medium, medium),
            campaign: stated_or(raw.campaign, campaign),
            term: stated_or(raw.term, term),
            content: stated_or(raw.content, content),
            event: fold(raw.event),
            url_host: lower(raw.url_host),
            url_path: fold(raw.url_path),
            clicks: raw.click_ids().collect(),
            network: lower(raw.network),
            queries: queries(raw, steps),
            further: raw
                .further
                .iter()
                .map(|&text| trimmed(fold(text)))
                .collect(),
            ..Self::default()
        };
        visit.tags = [visit.source.clone(), visit.medium.clone()];
        visit.read_referrer(raw, steps);
        if steps.prepare.click_ids {
            visit.read_click_id(steps.click_ids);
        }
        visit
    }

    fn read_referrer(&mut self, raw: &Raw<'a>, steps: &Steps) {
        let host = lower(raw.referrer);
        let path = raw.referrer_path;
        let own = || steps.own_hosts.contains(&host) || raw.is_self_referral();
        if host.is_empty() || steps.prepare.hosts && own() {
            return;
        }
        self.referrer_place = if path.is_empty() {
            host.clone()
        } else {
            Cow::Owned(format!("{host}/{}", path.to_lowercase()))
        };
        self.referrer_host = host;
        if steps.prepare.referrer && self.source.is_empty() && self.medium.is_empty() {
            let site = bare(&self.referrer_host);
            let (source, medium) = steps.lists.origin(&self.referrer_place, site);
            self.source = Cow::Owned(source.to_owned());
            self.medium = Cow::Borrowed(medium);
        }
    }

    /// Makes source and medium of the click id that decides.
    fn read_click_id(&mut self, priority: ClickIdPriority) {
        let Some(&id) = self.clicks.first() else {
            return;
        };
        let absent = |text: &str| text.is_empty() || PLACEHOLDERS.contains(&text);
        let (no_source, no_medium) = (absent(&self.source), absent(&self.medium));
        let (source, medium) = match id.proof {
            Proof::Network => (no_source && no_medium, no_source && no_medium),
            _ if priority == ClickIdPriority::First => (true, true),
            _ if UNPAID.contains(&&*self.medium) => (true, true),
            _ => (no_source && no_medium, no_medium),
        };
        if source || (no_source && medium) {
            self.source = Cow::Borrowed(id.network);
        }
        if medium {
            self.medium = Cow::Borrowed(id.medium());
        }
    }

    /// Whether one of the field's values passes; an absent one is the empty text.
    pub(super) fn any(&self, field: Field, test: impl Fn(&str) -> bool) -> bool {
        let text = match field {
            Field::Source => &self.source,
            Field::Medium => &self.medium,
            Field::Campaign | Field::UtmCampaign => &self.campaign,
            Field::UtmSource => &self.tags[0],
            Field::UtmMedium => &self.tags[1],
            Field::Term => &self.term,
            Field::Content => &self.content,
            Field::Event => &self.event,
            Field::ReferrerHost => &self.referrer_host,
            Field::UrlHost => &self.url_host,
            Field::UrlPath => &self.url_path,
            Field::Query(at) => &self.queries[at],
            Field::Further(at) => match self.further.get(at) {
                Some(text) => text,
                None => return test(""),
            },
            Field::ClickId => {
                return self.any_click(|id| test(id.parameter) || test(id.network), &test);
            }
            Field::ClickNetwork => return self.any_click(|id| test(id.network), &test),
        };
        test(text)
    }

    fn any_click(&self, known: impl Fn(&ClickId) -> bool, test: impl Fn(&str) -> bool) -> bool {
        if self.clicks.is_empty() {
            return test(&self.network);
        }
        let mut clicks = self.clicks.iter();
        clicks.any(|id| known(id)) || (!self.network.is_empty() && test(&self.network))
    }
}

/// The values of the parameters that rules name; a click id's is never folded.
fn queries<'a>(raw: &Raw<'a>, steps: &Steps) -> Vec<Cow<'a, str>> {
    let named = steps.queries.iter().zip(&raw.queries);
    let query = |(name, pair): (&String, &&'a str)| {
        let stated = raw
            .stated
            .filter(|(stated, _)| stated.eq_ignore_ascii_case(name));
        let text = match stated {
            Some((_, text)) if pair.is_empty() => Cow::Borrowed(text),
            _ => value(pair),
        };
        let fold = steps.fold && ClickId::parameter(name).is_none();
        trimmed(folded(text, fold))
    };
    named.map(query).collect()
}

/// The text in lower case, if it is to be folded.
fn folded(text: Cow<'_, str>, fold: bool) -> Cow<'_, str> {
    let as_is = |text: &str| {
        let plain = |byte: &u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        text.as_bytes().iter().all(plain)
    };
    if !fold || as_is(&text) {
        text
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// Hosts and names of networks have no case, whatever the settings.
fn lower(text: &str) -> Cow<'_, str> {
    folded(Cow::Borrowed(text), true)
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
