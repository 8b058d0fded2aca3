//! The lists that `list:NAME` means: shipped, a user's own, or those of Google's file.

use std::collections::BTreeMap;

use crate::channel::grouping::lists::{List, Reach};
use crate::error::{ANY_TEXT, Error, Result};

const SEARCH: &str = include_str!("lists/search.txt");
const SOCIAL: &str = include_str!("lists/social.txt");
const SOCIAL_MORE: &str = include_str!("lists/social_more.txt");
const AI: &str = include_str!("lists/ai.txt");
const SHOPPING: &str = include_str!("lists/shopping.txt");
const VIDEO: &str = include_str!("lists/video.txt");

/// The entries of a file: each host and, as an entry of itself, each name.
fn entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let named = lines.filter_map(|line| line.split_once(':'));
    named.flat_map(|(name, hosts)| {
        let hosts = hosts.split_whitespace().map(move |host| (host, name));
        std::iter::once((name, name)).chain(hosts)
    })
}

fn is_name((entry, name): &(&str, &str)) -> bool {
    entry == name
}

fn is_host((entry, name): &(&str, &str)) -> bool {
    entry != name || entry.contains('.')
}

fn list<'a>(reach: Reach, entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> List {
    let mut list = List::new(reach);
    for (entry, name) in entries {
        list.add(entry, name);
    }
    list
}

/// The lists by number.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    names: Vec<String>,
    lists: Vec<List>,
    own: Vec<bool>,
    /// Networks, shops and video places: referrers that are named instead of their host.
    known: List,
}

impl Lists {
    /// The shipped lists and these of the user, which replace shipped ones of the same name.
    pub(super) fn new(own: &BTreeMap<String, Vec<String>>, fold: bool) -> Result<Self> {
        let mut lists = Self::shipped();
        let mut read = Vec::with_capacity(own.len());
        for (name, entries) in own {
            if name.trim().is_empty() {
                return Err(Error::setting("a list's name", "empty", ANY_TEXT));
            }
            read.push((name, lists.read(name, entries, fold)?));
        }
        for (name, list) in read {
            match lists.number(name) {
                Some(at) => (lists.lists[at], lists.own[at]) = (list, true),
                None => lists.push(name, list, true),
            }
        }
        Ok(lists)
    }

    fn shipped() -> Self {
        let video = list(Reach::Domains, entries(VIDEO));
        let networks = || entries(SOCIAL).chain(entries(SOCIAL_MORE));
        let social = networks().filter(|&(entry, _)| !video.contains(entry));
        let ai = list(Reach::Domains, entries(AI));
        let everywhere = list(Reach::Domains, networks());
        // some networks and assistants can be searched; a visit from them is not from a search
        let search = || {
            let engine = |entry| !everywhere.contains(entry) && !ai.contains(entry);
            entries(SEARCH).filter(move |&(entry, _)| engine(entry))
        };
        let known = networks().chain(entries(VIDEO)).chain(entries(SHOPPING));
        let mut lists = Self {
            names: Vec::new(),
            lists: Vec::new(),
            own: Vec::new(),
            known: list(Reach::Domains, known.filter(is_host)),
        };
        for (name, list) in [
            ("search", list(Reach::Exact, search().filter(is_name))),
            ("search_hosts", list(Reach::Hosts, search().filter(is_host))),
            ("social", list(Reach::Domains, social)),
            ("social_networks", everywhere.clone()),
            ("ai", ai.clone()),
            (
                "ai_hosts",
                list(Reach::Domains, entries(AI).filter(is_host)),
            ),
            ("shopping", list(Reach::Domains, entries(SHOPPING))),
            ("video", video),
        ] {
            lists.push(name, list, false);
        }
        lists
    }

    /// A user's list. `list:NAME` stands for the entries of a shipped one.
    fn read(&self, name: &str, entries: &[String], fold: bool) -> Result<List> {
        let mut list = List::new(Reach::Domains);
        for entry in entries {
            let entry = entry.trim();
            let key = || format!("lists.{name}");
            if entry.is_empty() {
                return Err(Error::setting(key(), "\"\"", ANY_TEXT));
            }
            match entry.strip_prefix("list:") {
                None if fold => list.add(&entry.to_lowercase(), &entry.to_lowercase()),
                None => list.add(entry, entry),
                Some(shipped) => {
                    let at = self.number(shipped);
                    let at = at.ok_or_else(|| self.unknown(key(), shipped))?;
                    list.include(&self.lists[at]);
                }
            }
        }
        Ok(list)
    }

    fn push(&mut self, name: &str, list: List, own: bool) {
        self.names.push(name.to_owned());
        self.lists.push(list);
        self.own.push(own);
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The error of a key that names a list there is not.
    pub(super) fn unknown(&self, key: String, name: &str) -> Error {
        let expected = format!("a list, one of {}", self.names.join(", "));
        Error::setting(key, format!("\"list:{name}\""), expected)
    }

    pub(super) fn get(&self, number: usize) -> &List {
        &self.lists[number]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &List> {
        self.lists.iter().chain([&self.known])
    }

    /// Puts a list in the place of the shipped one, if the user has none of that name.
    pub(super) fn replace(&mut self, name: &str, list: List) {
        if let Some(at) = self.number(name).filter(|&at| !self.own[at]) {
            self.lists[at] = list;
        }
    }

    fn named(&self, name: &str) -> Option<&List> {
        self.number(name).map(|at| &self.lists[at])
    }

    /// Source and medium of a referrer: its host, with the path where a list has paths.
    pub(super) fn origin<'a>(&'a self, place: &'a str, host: &'a str) -> (&'a str, &'static str) {
        let find = |list: &str| self.named(list)?.name_of(place);
        if let Some(assistant) = find("ai_hosts") {
            return (assistant, "ai-assistant");
        }
        if let Some(engine) = find("search_hosts") {
            return (engine, "organic");
        }
        // Google's file may lack a network's name and have its host.
        let listed = |name: &&str| {
            let mut lists = ["social", "shopping", "video"].iter();
            lists.any(|list| self.named(list).is_some_and(|list| list.contains(name)))
        };
        let name = self.known.name_of(place).filter(listed);
        (name.unwrap_or(host), "referral")
    }
}
