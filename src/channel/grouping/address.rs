//! The parts of a URL that channels are told by.

use crate::util::blanks::{cut, trimmed};

/// Host, path and query of a URL, as slices of it. Any may be empty.
///
/// The text may lack its scheme (`www.google.com/search`), be a bare host, or begin with the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Address<'a> {
    /// Without user, port and last point; an IPv6 address keeps its brackets.
    pub(super) host: &'a str,
    /// From its first `/`.
    pub(super) path: &'a str,
    /// Without the `?`.
    pub(super) query: &'a str,
}

impl<'a> Address<'a> {
    pub(super) fn parse(url: &'a str) -> Self {
        let url = trimmed(url);
        let url = cut(url, b'#').map_or(url, |(url, _)| url);
        let (place, query) = cut(url, b'?').unwrap_or((url, ""));
        let rest = without_scheme(place);
        let (authority, path) = match rest {
            Some(rest) => {
                rest.split_at(memchr::memchr(b'/', rest.as_bytes()).unwrap_or(rest.len()))
            }
            None => ("", place),
        };
        Self {
            host: host(authority),
            path,
            query,
        }
    }
}

/// What follows the scheme or stands for it; `None` for a path alone.
fn without_scheme(place: &str) -> Option<&str> {
    // a search for a text of two bytes takes longer than all the rest
    let slashes = place.as_bytes().windows(2).position(|pair| pair == b"//");
    match slashes.map(|at| (&place[..at], &place[at + 2..])) {
        Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => Some(rest),
        _ if place.starts_with('/') => None,
        _ => Some(place),
    }
}

/// The host in `user@host:port`; empty if it cannot be one, such as `(direct)` or `about:blank`.
fn host(authority: &str) -> &str {
    let user = memchr::memrchr(b'@', authority.as_bytes());
    let place = user.map_or(authority, |at| &authority[at + 1..]);
    if place.starts_with('[') {
        return place.find(']').map_or("", |end| &place[..=end]);
    }
    let (name, port) = cut(place, b':').unwrap_or((place, ""));
    let name = name.strip_suffix('.').unwrap_or(name);
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    let sound = if name.is_ascii() {
        name.bytes().all(|byte| letter(char::from(byte)))
    } else {
        name.chars().all(letter)
    };
    if sound && port.bytes().all(|byte| byte.is_ascii_digit()) {
        name
    } else {
        ""
    }
}

/// A host without `www.` (or `www2.`) in front of it.
pub(super) fn bare(host: &str) -> &str {
    let Some(rest) = host.strip_prefix("www") else {
        return host;
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix('.') {
        Some(rest) if rest.contains('.') => rest,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart_however_they_are_written() {
        for (url, host, path, query) in [
            (
                "https://www.google.com/search?q=a#b",
                "www.google.com",
                "/search",
                "q=a",
            ),
            ("google.com", "google.com", "", ""),
            ("google.com?q=a", "google.com", "", "q=a"),
            ("//cdn.example.com/x", "cdn.example.com", "/x", ""),
            ("/landing?utm_source=x", "", "/landing", "utm_source=x"),
            ("?utm_source=x", "", "", "utm_source=x"),
            (
                "http://[2001:db8::1]:8080/p?q=1",
                "[2001:db8::1]",
                "/p",
                "q=1",
            ),
            (
                "http://ann:secret@example.com:443/p",
                "example.com",
                "/p",
                "",
            ),
            ("http://example.com./", "example.com", "/", ""),
            (
                "android-app://com.google.android.gm/",
                "com.google.android.gm",
                "/",
                "",
            ),
            (
                "https://bücher.example/ä?ö=ü",
                "bücher.example",
                "/ä",
                "ö=ü",
            ),
            (
                "/go?to=https://other.example/",
                "",
                "/go",
                "to=https://other.example/",
            ),
            ("", "", "", ""),
            ("$direct", "", "", ""),
            ("(direct)", "", "", ""),
            ("about:blank", "", "", ""),
            ("http://[broken/", "", "/", ""),
            ("?", "", "", ""),
            ("://", "", "", ""),
        ] {
            assert_eq!(Address::parse(url), Address { host, path, query }, "{url}");
        }
    }

    #[test]
    fn only_a_leading_www_goes() {
        for (host, rest) in [
            ("www.google.com", "google.com"),
            ("www2.google.com", "google.com"),
            ("wwwgoogle.com", "wwwgoogle.com"),
            ("www.com", "www.com"),
            ("news.www.com", "news.www.com"),
        ] {
            assert_eq!(bare(host), rest);
        }
    }
}
