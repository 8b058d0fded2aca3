//! What happens before the rules: landing pages, own hosts, referrers and click ids.

use super::{channel, group, own, prepared, raw};
use mixtouch::channel::{
    ChannelRule, ChannelRules, ClickIdPriority, Condition, Group, Grouping, Preparation, Traffic,
};
use proptest::prelude::*;
use std::sync::LazyLock;

fn landing(url: &str) -> Traffic<'_> {
    Traffic {
        url,
        ..Traffic::default()
    }
}

fn referred(referrer: &str) -> Traffic<'_> {
    Traffic {
        referrer,
        ..Traffic::default()
    }
}

fn parts(group: &Group) -> (&str, &str, &str) {
    (group.source(), group.medium(), group.campaign())
}

#[test]
fn tags_are_read_off_the_landing_page() {
    let ga4 = prepared("ga4");
    for (url, expected) in [
        (
            "https://a.example/?utm_source=News&utm_medium=e-mail&utm_campaign=May%20sale",
            ("news", "e-mail", "may sale"),
        ),
        (
            "a.example/p?utm_source=a+b&utm_medium=%C3%84",
            ("a b", "ä", ""),
        ),
        (
            "/p?x=1&UTM_Source=x&utm%5Fmedium=y#utm_source=z",
            ("x", "y", ""),
        ),
        ("http://[::1]:80/?utm_source=x", ("x", "", "")),
        (
            "?utm_source=&utm_source=second&utm_source=third",
            ("second", "", ""),
        ),
        ("?utm_source=%20&utm_medium=%FF", ("", "\u{fffd}", "")),
        ("?utm_source", ("", "", "")),
        ("?=&&utm_source=x=y&", ("x=y", "", "")),
        ("", ("", "", "")),
    ] {
        assert_eq!(parts(&group(&ga4, &landing(url))), expected, "{url}");
    }
    let stated = Traffic {
        source: " Stated ",
        ..landing("?utm_source=x&utm_medium=y")
    };
    assert_eq!(parts(&group(&ga4, &stated)), ("stated", "y", ""));
}

#[test]
fn referrers_name_engines_assistants_networks_and_sites() {
    let ga4 = prepared("ga4");
    for (referrer, source_medium, expected) in [
        (
            "https://www.google.co.uk/search?q=a",
            "google / organic",
            "Organic Search",
        ),
        ("google.com", "google / organic", "Organic Search"),
        (
            "https://duckduckgo.com/",
            "duckduckgo / organic",
            "Organic Search",
        ),
        (
            "https://de.search.yahoo.com/x",
            "yahoo / organic",
            "Organic Search",
        ),
        (
            "android-app://com.google.android.googlequicksearchbox/",
            "google / organic",
            "Organic Search",
        ),
        (
            "https://chatgpt.com/",
            "chatgpt / ai-assistant",
            "AI Assistant",
        ),
        (
            "https://gemini.google.com/app",
            "gemini / ai-assistant",
            "AI Assistant",
        ),
        (
            "https://x.com/i/grok",
            "grok / ai-assistant",
            "AI Assistant",
        ),
        ("https://x.com/ann", "twitter / referral", "Organic Social"),
        ("https://t.co/abc", "twitter / referral", "Organic Social"),
        (
            "https://lm.facebook.com/l.php?u=1",
            "facebook / referral",
            "Organic Social",
        ),
        (
            "https://m.youtube.com/watch?v=1",
            "youtube / referral",
            "Organic Video",
        ),
        (
            "https://www.amazon.de/dp/1",
            "amazon / referral",
            "Organic Shopping",
        ),
        (
            "https://mail.google.com/",
            "mail.google.com / referral",
            "Referral",
        ),
        (
            "https://www.Blog.example:8080/post",
            "blog.example / referral",
            "Referral",
        ),
        (
            "https://[2001:db8::1]/",
            "[2001:db8::1] / referral",
            "Referral",
        ),
        (
            "https://www.paypal.com/checkout",
            "(direct) / (none)",
            "Direct",
        ),
        ("$direct", "(direct) / (none)", "Direct"),
        ("", "(direct) / (none)", "Direct"),
    ] {
        let group = group(&ga4, &referred(referrer));
        assert_eq!(group.source_medium(), source_medium, "{referrer}");
        assert_eq!(group.channel(), Some(expected), "{referrer}");
    }
    // a tag wins over the referrer, and so does what the log says outright
    let tagged = Traffic {
        source: "news",
        ..referred("https://www.google.com/")
    };
    assert_eq!(group(&ga4, &tagged).source_medium(), "news / (not set)");
    let direct = Traffic {
        source: "(direct)",
        medium: "(none)",
        ..referred("https://www.google.com/")
    };
    assert_eq!(channel(&ga4, &direct), "Direct");
}

#[test]
fn own_sites_are_no_referrers() {
    let grouping =
        own("[channels]\nown_hosts = [\"https://www.shop.example/\"]\npayment_hosts = []").unwrap();
    for (referrer, url, expected) in [
        ("https://shop.example/cart", "", "Direct"),
        ("https://pay.shop.example/", "", "Direct"),
        ("https://workshop.example/", "", "Referral"),
        (
            "https://www.other.example/a",
            "https://other.example/b",
            "Direct",
        ),
        (
            "https://www.other.example/a",
            "https://third.example/b",
            "Referral",
        ),
        ("https://www.paypal.com/", "", "Referral"),
    ] {
        let visit = Traffic {
            url,
            ..referred(referrer)
        };
        assert_eq!(channel(&grouping, &visit), expected, "{referrer}");
    }
    let off = ChannelRules::default().with_preparation(Preparation::all().with_hosts(false));
    let visit = Traffic {
        url: "https://a.example/",
        ..referred("https://a.example/")
    };
    assert_eq!(channel(&Grouping::new(&off).unwrap(), &visit), "Referral");
}

#[test]
fn click_ids_prove_what_they_prove() {
    let ga4 = prepared("ga4");
    for (id, source_medium, expected) in [
        ("gclid", "google / cpc", "Paid Search"),
        ("gbraid", "google / cpc", "Paid Search"),
        ("wbraid", "google / cpc", "Paid Search"),
        ("gad_source", "google / cpc", "Paid Search"),
        ("dclid", "doubleclick / display", "Display"),
        ("msclkid", "bing / cpc", "Paid Search"),
        ("ttclid", "tiktok / cpc", "Paid Social"),
        ("twclid", "twitter / cpc", "Paid Social"),
        ("li_fat_id", "linkedin / cpc", "Paid Social"),
        ("rdt_cid", "reddit / cpc", "Paid Social"),
        ("ScCid", "snapchat / cpc", "Paid Social"),
        ("yclid", "yandex / cpc", "Paid Search"),
        ("irclickid", "impact / affiliate", "Affiliates"),
        ("irclid", "impact / affiliate", "Affiliates"),
        ("mc_cid", "mailchimp / email", "Email"),
        ("mc_eid", "mailchimp / email", "Email"),
        ("_kx", "klaviyo / email", "Email"),
        ("srsltid", "google shopping / organic", "Organic Shopping"),
        // these stand in links that nobody paid for as well
        ("fbclid", "facebook / referral", "Organic Social"),
        ("igshid", "instagram / referral", "Organic Social"),
        ("epik", "pinterest / referral", "Organic Social"),
        ("qclid", "quora / referral", "Organic Social"),
        ("gclsrc", "(direct) / (none)", "Direct"),
    ] {
        let url = format!("https://shop.example/?{id}=Ab1");
        let in_url = group(&ga4, &landing(&url));
        assert_eq!(in_url.source_medium(), source_medium, "{id}");
        assert_eq!(in_url.channel(), Some(expected), "{id}");
        if id != "gclsrc" {
            let stated = Traffic {
                click_id: "Ab1",
                click_network: id,
                ..Traffic::default()
            };
            assert_eq!(group(&ga4, &stated), in_url, "{id}");
        }
    }
    let empty = Traffic {
        click_network: "gclid",
        ..landing("?gclid=&msclkid")
    };
    assert_eq!(channel(&ga4, &empty), "Direct");
}

#[test]
fn a_click_id_fills_in_and_does_not_replace_tags() {
    let (fill, first) = (ClickIdPriority::Fill, ClickIdPriority::First);
    for (priority, source, medium, query, expected) in [
        (fill, "", "", "gclid=a", "google / cpc"),
        (fill, "google", "organic", "gclid=a", "google / cpc"),
        (fill, "blog.example", "referral", "msclkid=a", "bing / cpc"),
        (fill, "(direct)", "(none)", "gclid=a", "google / cpc"),
        (fill, "(not set)", "", "gclid=a", "google / cpc"),
        (fill, "partner", "", "gclid=a", "partner / cpc"),
        (fill, "", "email", "gclid=a", "(not set) / email"),
        (fill, "news", "email", "gclid=a", "news / email"),
        (fill, "news", "email", "fbclid=a&gclid=b", "news / email"),
        (fill, "", "", "fbclid=a&gclid=b", "google / cpc"),
        (
            fill,
            "blog.example",
            "referral",
            "fbclid=a",
            "blog.example / referral",
        ),
        (first, "news", "email", "gclid=a", "google / cpc"),
        (first, "news", "email", "fbclid=a", "news / email"),
        (first, "", "", "fbclid=a", "facebook / referral"),
    ] {
        let rules = ChannelRules::default().with_click_ids(priority);
        let url = format!("https://shop.example/?{query}");
        let visit = Traffic {
            source,
            medium,
            ..landing(&url)
        };
        let group = group(&Grouping::new(&rules).unwrap(), &visit);
        assert_eq!(
            group.source_medium(),
            expected,
            "{priority:?} {source} {medium} {query}"
        );
    }
    let off = ChannelRules::default().with_preparation(Preparation::all().with_click_ids(false));
    assert_eq!(
        channel(&Grouping::new(&off).unwrap(), &landing("?gclid=a")),
        "Direct"
    );
}

#[test]
fn a_stated_network_counts_like_its_parameter() {
    let posthog = raw("posthog");
    let ga4 = prepared("ga4");
    let stated = |click_network| Traffic {
        click_id: "1",
        click_network,
        ..Traffic::default()
    };
    assert_eq!(
        group(&ga4, &stated("Google")).source_medium(),
        "google / cpc"
    );
    assert_eq!(
        group(&ga4, &stated("DoubleClick")).source_medium(),
        "doubleclick / display"
    );
    assert_eq!(
        group(&ga4, &stated("criteo")).source_medium(),
        "(direct) / (none)"
    );
    assert_eq!(channel(&posthog, &stated("gad_source")), "Paid Search");
    let unknown = own("[[channel]]\nname = \"Ads\"\nnot = { click_id = \"\" }").unwrap();
    for network in ["criteo", "", "gclid"] {
        assert_eq!(channel(&unknown, &stated(network)), "Ads", "{network}");
    }
    assert_eq!(channel(&unknown, &Traffic::default()), "Direct");
}

static GROUPINGS: LazyLock<[Grouping; 3]> =
    LazyLock::new(|| [all_fields(), prepared("ga4"), raw("posthog")]);

/// Rules that look at everything, so that everything counts in the cache.
fn all_fields() -> Grouping {
    let fields = [
        "term",
        "content",
        "event",
        "url_host",
        "url_path",
        "query:ref",
        "query:gclid",
        "column",
    ];
    let rules = fields.map(|field| {
        let seen = Condition::new().with(field, ["a", "re:b"]);
        ChannelRule::new(format!("by {field}"), seen)
    });
    Grouping::new(&ChannelRules::default().with_channels(rules)).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        prop::sample::select(vec![
            "a", "b", "google", "cpc", "A ", "gclid", "(direct)", "\0", "a\0b", "1"
        ])
        .prop_map(String::from),
        ".{0,6}",
    ]
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        text(),
        "(https?://)?(www\\.)?(x\\.com|google\\.de|a\\.b)(/i/grok|/a|/imgres)?(\\?(utm_source|utm_term|gclid|fbclid|ref|utm%5Fmedium)=[ab%+1]{0,3}(&gclid=x)?)?(#f)?",
    ]
}

proptest! {
    /// Remembered groups are those found anew, whatever came before.
    #[test]
    fn a_cache_changes_nothing(visits in prop::collection::vec(
        (prop::collection::vec(text(), 8), url(), url(), prop::collection::vec(text(), 0..2)), 1..12,
    )) {
        for grouping in GROUPINGS.iter() {
            let mut cached = grouping.cached();
            for (texts, referrer, url, further) in visits.iter().chain(&visits) {
                let further: Vec<&str> = further.iter().map(String::as_str).collect();
                let traffic = Traffic {
                    source: &texts[0],
                    medium: &texts[1],
                    campaign: &texts[2],
                    term: &texts[3],
                    content: &texts[4],
                    event: &texts[5],
                    click_id: &texts[6],
                    click_network: &texts[7],
                    referrer,
                    url,
                    further: &further,
                };
                prop_assert_eq!(cached.group(&traffic).unwrap(), &grouping.group(&traffic).unwrap());
            }
        }
    }
}
