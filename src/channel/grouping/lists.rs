//! A list of names and hosts that patterns and the preparation look values up in.

use std::collections::HashMap;

use crate::channel::grouping::address::bare;

/// How far a list reaches beyond its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Not at all.
    Exact,
    /// `www.` and `m.` before a host.
    Hosts,
    /// Every subdomain of a host.
    Domains,
}

/// Names, hosts and places (hosts with a path), each leading to the name it belongs to.
///
/// `{}` in a host stands for a country: `google.{}` holds google.de and google.co.uk, and
/// `{}.bing.com` holds fr.bing.com.
#[derive(Debug, Clone)]
pub(super) struct List {
    reach: Reach,
    entries: HashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
    has_countries: bool,
    /// The most parts of a path in an entry.
    depth: usize,
}

impl List {
    pub(super) fn new(reach: Reach) -> Self {
        Self {
            reach,
            entries: HashMap::new(),
            names: Vec::new(),
            has_countries: false,
            depth: 0,
        }
    }

    /// Adds an entry; the first of its text stays.
    pub(super) fn add(&mut self, entry: &str, name: &str) {
        if self.names.last().is_none_or(|last| **last != *name) {
            self.names.push(name.into());
        }
        let name = self.names.len() as u32 - 1;
        self.entries.entry(entry.into()).or_insert(name);
        self.has_countries |= entry.contains("{}");
        self.depth = self.depth.max(entry.matches('/').count());
    }

    /// Adds the entries of another list.
    pub(super) fn include(&mut self, other: &Self) {
        for (entry, &name) in &other.entries {
            self.add(entry, &other.names[name as usize]);
        }
    }

    /// The first parts of its places' paths, and the most parts of one.
    pub(super) fn paths(&self) -> (impl Iterator<Item = &str>, usize) {
        let paths = self
            .entries
            .keys()
            .filter_map(|entry| entry.split_once('/'));
        let first = paths.filter_map(|(_, path)| path.split('/').next());
        (first, self.depth)
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        self.name_of(text).is_some()
    }

    /// The name that a name, host or place belongs to. The text is folded already.
    pub(super) fn name_of(&self, text: &str) -> Option<&str> {
        let found = self.entries.get(text).or_else(|| {
            let (host, path) = text.split_once('/').unwrap_or((text, ""));
            (self.reach != Reach::Exact && host.contains('.')).then(|| self.host(host, path))?
        });
        found.map(|&name| &*self.names[name as usize])
    }

    fn host(&self, host: &str, path: &str) -> Option<&u32> {
        let mut host = bare(host);
        loop {
            if let Some(found) = self.place(host, path) {
                return Some(found);
            }
            let (below, parent) = host.split_once('.')?;
            let reached = self.reach == Reach::Domains || below == "m";
            if !reached || !parent.contains('.') {
                return None;
            }
            host = parent;
        }
    }

    /// A host as written or with its country left open, at the longest path there is.
    fn place(&self, host: &str, path: &str) -> Option<&u32> {
        let found = self.at(host, path);
        if found.is_some() || !self.has_countries {
            return found;
        }
        countryless(host).find_map(|host| self.at(&host, path))
    }

    fn at(&self, host: &str, path: &str) -> Option<&u32> {
        if self.depth > 0 && !path.is_empty() {
            let mut place = format!("{host}/{path}");
            while let Some(cut) = place.rfind('/') {
                if let Some(found) = self.entries.get(place.as_str()) {
                    return Some(found);
                }
                place.truncate(cut);
            }
        }
        self.entries.get(host)
    }
}

/// Parts between a name and its country: `co` in google.co.uk.
const SECOND_LEVELS: [&str; 8] = ["com", "co", "org", "net", "edu", "gov", "ac", "ne"];

/// The host with `{}` for its country: behind (`google.co.uk`) and in front (`fr.bing.com`).
fn countryless(host: &str) -> impl Iterator<Item = String> {
    let code = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let behind = host.rsplit_once('.').filter(|(_, last)| code(last));
    let behind = behind.map(|(rest, _)| {
        let second = rest.rsplit_once('.');
        let second = second.filter(|(_, part)| SECOND_LEVELS.contains(part));
        format!("{}.{{}}", second.map_or(rest, |(rest, _)| rest))
    });
    let parts: Vec<&str> = host.split('.').collect();
    let last = parts.len().saturating_sub(1);
    let inside = parts[..last].iter().position(|part| code(part));
    let inside = inside.map(|at| {
        let parts = parts.iter().enumerate();
        let parts: Vec<&str> = parts
            .map(|(n, &part)| if n == at { "{}" } else { part })
            .collect();
        parts.join(".")
    });
    behind.into_iter().chain(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(reach: Reach) -> List {
        let mut list = List::new(reach);
        for (entry, name) in [
            ("google.com", "google"),
            ("google.{}", "google"),
            ("google.{}/imgres", "google images"),
            ("{}.bing.com", "bing"),
            ("x.com", "x"),
            ("x.com/i/grok", "grok"),
            ("sms", "sms"),
        ] {
            list.add(entry, name);
        }
        list
    }

    #[test]
    fn hosts_are_found_with_their_countries_and_paths() {
        let hosts = list(Reach::Hosts);
        for (text, name) in [
            ("google.com", Some("google")),
            ("www.google.de", Some("google")),
            ("www.google.co.uk", Some("google")),
            ("google.com.br", Some("google")),
            ("google.com.br/imgres", Some("google images")),
            ("google.com/search", Some("google")),
            ("m.google.com", Some("google")),
            ("mail.google.com", None),
            ("google.info", None),
            ("notgoogle.com", None),
            ("fr.bing.com", Some("bing")),
            ("x.com/i/grok/share", Some("grok")),
            ("x.com/i", Some("x")),
            ("sms", Some("sms")),
            ("google", None),
            ("", None),
            (".", None),
            ("a..b", None),
        ] {
            assert_eq!(hosts.name_of(text), name, "{text}");
        }
    }

    #[test]
    fn domains_hold_what_is_below_them() {
        let domains = list(Reach::Domains);
        assert_eq!(domains.name_of("mobile.x.com/i/grok"), Some("grok"));
        assert_eq!(domains.name_of("a.b.google.fr"), Some("google"));
        assert_eq!(domains.name_of("com"), None);
        assert_eq!(list(Reach::Exact).name_of("www.google.com"), None);
        assert_eq!(list(Reach::Exact).name_of("google.com"), Some("google"));
    }
}
