//! Rules of one's own: patterns, blocks, lists, and what is refused.

use super::{channel, group, own};
use mixtouch::channel::{ChannelRules, Grouping, Traffic, Unassigned};

const VISIT: Traffic<'static> = Traffic {
    source: "",
    medium: "",
    campaign: "",
    term: "",
    content: "",
    referrer: "",
    url: "",
    click_id: "",
    click_network: "",
    event: "",
    further: &[],
};

#[test]
fn own_rules_come_before_a_tools() {
    let grouping = own(r#"
        [channels]
        rules = ["none", "ga4"]
        [[channel]]
        name = "Brand"
        medium = ["cpc", "ppc"]
        campaign = "glob:*brand*"
        not = { campaign = "re:non.?brand" }
        [[channel]]
        name = "Messages"
        any = [{ source = "sms" }, { medium = "glob:?ms", term = "" }]
    "#)
    .unwrap();
    let ad = |campaign| Traffic {
        source: "google",
        medium: "cpc",
        campaign,
        ..VISIT
    };
    assert_eq!(channel(&grouping, &ad("DE Brand")), "Brand");
    assert_eq!(channel(&grouping, &ad("DE Non-Brand")), "Paid Search");
    assert_eq!(channel(&grouping, &ad("")), "Paid Search");
    let message = |source, medium, term| Traffic {
        source,
        medium,
        term,
        ..VISIT
    };
    assert_eq!(channel(&grouping, &message("SMS", "x", "y")), "Messages");
    assert_eq!(channel(&grouping, &message("x", "mms", "")), "Messages");
    assert_eq!(channel(&grouping, &message("z", "mms", "y")), "Unassigned");
    assert_eq!(channel(&grouping, &message("z", "mmms", "")), "Unassigned");
}

#[test]
fn every_field_can_be_asked() {
    let visit = Traffic {
        source: "s",
        medium: "m",
        campaign: "c",
        term: "t",
        content: "o",
        referrer: "https://ref.example/path",
        url: "https://www.shop.example/sale/shoes?msclkid=Q1&Ref=Ann+B",
        event: "e",
        further: &["ios"],
        ..VISIT
    };
    for (field, pattern) in [
        ("source", "s"),
        ("medium", "m"),
        ("campaign", "c"),
        ("utm_source", "s"),
        ("utm_medium", "m"),
        ("utm_campaign", "c"),
        ("term", "t"),
        ("content", "o"),
        ("event", "e"),
        ("referrer_host", "ref.example"),
        ("url_host", "glob:*.shop.example"),
        ("url_path", "re:^/sale/"),
        ("click_id", "msclkid"),
        ("click_id", "bing"),
        ("click_network", "bing"),
        ("\"query:ref\"", "ann b"),
        ("\"query:msclkid\"", "Q1"),
        ("platform", "iOS"),
    ] {
        let rules = |pattern: &str| {
            let head = "[channels]\nrules = \"none\"\nunassigned = \"drop\"\n[[channel]]\nname = \"yes\"\n";
            own(&format!("{head}{field} = {pattern:?}")).unwrap()
        };
        assert_eq!(channel(&rules(pattern), &visit), "yes", "{field}");
        assert_eq!(channel(&rules("other"), &visit), "-", "{field}");
        assert_eq!(channel(&rules(""), &visit), "-", "{field}");
        assert_eq!(channel(&rules(""), &VISIT), "yes", "{field}");
    }
}

#[test]
fn what_no_rule_matches_is_named_dropped_or_an_error() {
    let rules = ChannelRules::default();
    let with = |unassigned| Grouping::new(&rules.clone().with_unassigned(unassigned)).unwrap();
    let visit = Traffic {
        source: "Acme",
        medium: "partner",
        ..VISIT
    };
    let named = group(&with(Unassigned::Name("Other".into())), &visit);
    assert_eq!(
        (named.channel(), named.is_matched()),
        (Some("Other"), false)
    );
    let dropped = group(&with(Unassigned::Drop), &visit);
    assert_eq!((dropped.channel(), dropped.is_matched()), (None, false));
    assert_eq!(dropped.source_medium(), "acme / partner");

    let strict = with(Unassigned::Error);
    let error = strict.group(&visit).unwrap_err().to_string();
    assert!(error.contains("acme / partner"), "{error}");
    assert_eq!(
        strict.cached().group(&visit).unwrap_err().to_string(),
        error
    );
    assert!(Grouping::new(&rules.with_unassigned(Unassigned::Name(" ".into()))).is_err());
}

#[test]
fn lists_hold_names_hosts_and_other_lists() {
    let grouping = own(r#"
        [channels]
        rules = "none"
        [channels.lists]
        partners = ["Deals.example", "guide", "example.org/ads", "list:social"]
        social = ["mynet"]
        [[channel]]
        name = "Social"
        source = "list:social"
        [[channel]]
        name = "Partners"
        any = [{ source = "list:partners" }, { referrer_host = "list:partners" }]
    "#)
    .unwrap();
    let from = |source| Traffic { source, ..VISIT };
    for (source, expected) in [
        ("MyNet", "Social"),
        ("guide", "Partners"),
        ("www.deals.example", "Partners"),
        ("blog.deals.example", "Partners"),
        ("facebook", "Partners"),
        ("m.facebook.com", "Partners"),
        ("notdeals.example", "Unassigned"),
        ("", "Unassigned"),
    ] {
        assert_eq!(channel(&grouping, &from(source)), expected, "{source}");
    }
    let referred = |referrer| Traffic { referrer, ..VISIT };
    let ads = "https://www.example.org/Ads/7?x=1";
    assert_eq!(channel(&grouping, &referred(ads)), "Partners");
    assert_eq!(
        channel(&grouping, &referred("https://example.org/")),
        "Unassigned"
    );
}

#[test]
fn texts_fold_unless_told_not_to() {
    let rules = |fold| {
        let text = format!(
            "[channels]\nrules = \"none\"\nfold = {fold}\n[[channel]]\nname = \"yes\"\n\
             any = [{{ source = \"Zürich\" }}, {{ source = 're:^Ä' }}, {{ source = \"glob:*Ölbild\" }}]"
        );
        own(&text).unwrap()
    };
    for (source, folded, exact) in [
        ("Zürich", "yes", "yes"),
        ("ZÜRICH", "yes", "Unassigned"),
        ("äpfel", "yes", "Unassigned"),
        ("Äpfel", "yes", "yes"),
        ("EIN ÖLBILD", "yes", "Unassigned"),
        ("öl", "Unassigned", "Unassigned"),
    ] {
        let visit = Traffic { source, ..VISIT };
        assert_eq!(channel(&rules(true), &visit), folded, "{source}");
        assert_eq!(channel(&rules(false), &visit), exact, "{source}");
    }
    let visit = Traffic {
        source: "ZÜRICH",
        ..VISIT
    };
    assert_eq!(group(&rules(true), &visit).source(), "zürich");
    assert_eq!(group(&rules(false), &visit).source(), "ZÜRICH");
}

#[test]
fn what_is_wrong_with_rules_is_named() {
    for (toml, expected) in [
        (
            "[channels]\nrules = \"ga5\"",
            "rules is \"ga5\", expected: one of ga4, matomo, posthog, none",
        ),
        (
            "[[channel]]\nname = \"A\"\nsource = \"list:serch\"",
            "channel \"A\": source is \"list:serch\", expected: a list, one of search, search_hosts, \
             social, social_networks, ai, ai_hosts, shopping, video",
        ),
        (
            "[[channel]]\nname = \"A\"\nany = [{ medium = \"re:a{2\" }]",
            "channel \"A\": medium is \"re:a{2\", expected: a regular expression: unclosed counted repetition",
        ),
        (
            "[[channel]]\nname = \"A\"\nmedium = \"re:((a{100}){100}){100}\"",
            "channel \"A\": medium is \"re:((a{100}){100}){100}\", expected: a regular expression: \
             one that compiles to at most 1048576 bytes",
        ),
        (
            "[[channel]]\nname = \" \"",
            "a channel rule's name is empty, expected: any text of at least one character",
        ),
        (
            "[[channel]]\nname = \"A\"\nany = []",
            "channel \"A\": any is empty, expected: at least one block",
        ),
        (
            "[[channel]]\nname = \"A\"\nterm = []",
            "channel \"A\": term is empty, expected: at least one pattern",
        ),
        (
            "[channels]\nown_hosts = [\"(none)\"]",
            "own_hosts is \"(none)\", expected: a host",
        ),
        (
            "[channels.lists]\na = [\"\"]",
            "lists.a is \"\", expected: any text of at least one character",
        ),
        (
            "[channels.lists]\na = [\"list:b\"]\nb = []",
            "lists.a is \"list:b\", expected: a list, one of",
        ),
    ] {
        let error = own(toml).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let slip = toml::from_str::<ChannelRules>("own_host = []").unwrap_err();
    assert!(
        slip.message().contains("did you mean `own_hosts`"),
        "{slip}"
    );
}

/// An expression that would take a backtracking matcher ages.
#[test]
fn hard_expressions_end() {
    let grouping =
        own("[[channel]]\nname = \"A\"\nsource = 're:^(a+)+$'\nterm = \"glob:*a*a*a*a*a*b\"")
            .unwrap();
    let text = "a".repeat(100_000) + "!";
    let visit = Traffic {
        source: &text,
        term: &text,
        ..VISIT
    };
    assert_eq!(channel(&grouping, &visit), "Unassigned");
}

#[test]
fn settings_read_what_they_write() {
    let toml = "rules = [\"posthog\", \"ga4\"]\nown_hosts = [\"a.example\"]\nunassigned = \"drop\"\n\
                fold = false\nclick_ids = \"first\"\nprepare = { referrer = false }\nlists = { a = [\"b\"] }\n\
                channel = [{ name = \"A\", source = [\"x\", \"\"], not = { any = [{ medium = \"y\" }] } }]";
    let rules: ChannelRules = toml::from_str(toml).unwrap();
    let json = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<ChannelRules>(&json).unwrap(), rules);
    assert_eq!(
        toml::from_str::<ChannelRules>("").unwrap(),
        ChannelRules::default()
    );
}
