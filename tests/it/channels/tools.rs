//! Thirty visits and the channels that analytics tools give them.

use super::{channel, prepared, raw};
use mixtouch::channel::{Grouping, Traffic};

/// source | medium | campaign | referrer | query | GA4 | Matomo | PostHog.
///
/// GA4 is the rule of Google's page on default channel groups as Velir's dbt-ga4 carries it, run
/// over source, medium and campaign only: what GA4 makes of a referrer or a click id before is in
/// the test of prepared visits. PostHog is its published rule. Matomo's column follows from its
/// documented order: AI assistant by referrer or utm_source, then any campaign parameter, then the
/// referrer; placeholders of other tools, such as (direct), count as no parameter.
const VISITS: &str = "
google | cpc | brand | - | - | Paid Search | Campaigns | Paid Search
google | cpc | summer-shopping | - | - | Paid Shopping | Campaigns | Paid Search
facebook | cpm | - | - | - | Paid Social | Campaigns | Paid Social
someadnet | cpm | - | - | - | Display | Campaigns | Display
google-ad | ppc | data | - | - | Paid Other | Campaigns | Paid Unknown
google_ads | - | - | - | - | Unassigned | Campaigns | Direct
google | referral | - | - | - | Organic Search | Campaigns | Organic Search
google.com | referral | - | - | - | Referral | Campaigns | Organic Search
facebook.com | referral | - | - | - | Organic Social | Campaigns | Organic Social
chatgpt.com | referral | - | - | - | Referral | AI Assistants | Organic Search
newsletter | - | - | - | - | Unassigned | Campaigns | Direct
mailchimp | email | - | - | - | Email | Campaigns | Email
mailchimp | email | photoshop-course | - | - | Email | Campaigns | Email
acme | email | e-shop-news | - | - | Organic Shopping | Campaigns | Organic Shopping
acme | gcp-newsletter | - | - | - | Paid Other | Campaigns | Direct
acme | affiliate_paid | - | - | - | Unassigned | Campaigns | Direct
acme | social-media | - | - | - | Organic Social | Campaigns | Organic Social
acme | web_push | - | - | - | Mobile Push Notifications | Campaigns | Push
acme | mobile_app | - | - | - | Mobile Push Notifications | Campaigns | Direct
youtube | video | - | - | - | Organic Video | Campaigns | Organic Video
acme | paid_social | - | - | - | Paid Other | Campaigns | Paid Unknown
(direct) | (none) | - | - | - | Direct | Direct Entry | Direct
direct | none | - | - | - | Unassigned | Campaigns | Direct
- | - | - | - | - | Direct | Direct Entry | Direct
- | - | - | google.com | gclid=a | Direct | Search Engines | Paid Search
- | - | - | - | gclid=a&gad_source=1 | Direct | Direct Entry | Paid Search
- | - | - | - | fbclid=a | Direct | Direct Entry | Organic Social
- | - | - | facebook.com | fbclid=a | Direct | Social Networks | Organic Social
(not set) | (not set) | - | - | - | Unassigned | Direct Entry | Direct
acme | organic | - | - | - | Organic Search | Campaigns | Direct
";

/// The visits and one tool's channels.
fn visits(tool: usize) -> impl Iterator<Item = ([&'static str; 5], &'static str)> {
    VISITS.trim().lines().map(move |line| {
        let cells = line.split(" | ");
        let cells: Vec<&str> = cells
            .map(|cell| if cell == "-" { "" } else { cell })
            .collect();
        (cells[..5].try_into().unwrap(), cells[5 + tool])
    })
}

fn channel_of(grouping: &Grouping, visit: [&str; 5]) -> String {
    let [source, medium, campaign, referrer, query] = visit;
    let url = format!("https://shop.example/?{query}");
    let traffic = Traffic {
        source,
        medium,
        campaign,
        referrer,
        url: &url,
        ..Traffic::default()
    };
    channel(grouping, &traffic)
}

#[test]
fn the_tools_rules_give_the_channels_they_are_known_for() {
    assert_eq!(visits(0).count(), 30);
    for (tool, set) in ["ga4", "matomo", "posthog"].into_iter().enumerate() {
        let grouping = raw(set);
        for (visit, expected) in visits(tool) {
            assert_eq!(channel_of(&grouping, visit), expected, "{set}: {visit:?}");
        }
    }
}

/// Matomo and PostHog read tags, referrers and click ids themselves, so the preparation changes
/// nothing for them.
#[test]
fn rules_that_read_referrers_themselves_stay_as_they_are() {
    for (tool, set) in [(1, "matomo"), (2, "posthog")] {
        let grouping = prepared(set);
        for (visit, expected) in visits(tool) {
            assert_eq!(channel_of(&grouping, visit), expected, "{set}: {visit:?}");
        }
    }
}

/// GA4's reports decode click ids and name search engines before the rule is asked: a Google ad
/// without tags is Paid Search there. `fbclid` stands for Facebook without saying that it was paid.
#[test]
fn ga4_prepared_gives_what_its_reports_say() {
    let grouping = prepared("ga4");
    for (visit, rule) in visits(0) {
        let expected = match visit[4] {
            "gclid=a" | "gclid=a&gad_source=1" => "Paid Search",
            "fbclid=a" => "Organic Social",
            _ => rule,
        };
        assert_eq!(channel_of(&grouping, visit), expected, "{visit:?}");
    }
}

#[test]
fn ga4_lists_come_from_the_users_copy_of_googles_file() {
    let file = "source,source_category\n360.cn,SOURCE_CATEGORY_SEARCH\n43things,SOURCE_CATEGORY_SOCIAL\n\
                Google Shopping,SOURCE_CATEGORY_SHOPPING\ngoogle,SOURCE_CATEGORY_SEARCH\n\
                facebook.com,SOURCE_CATEGORY_SOCIAL\nyoutube,SOURCE_CATEGORY_VIDEO\n";
    let read = |file: &str| prepared("ga4").with_source_categories(file.as_bytes());
    let grouping = read(file).unwrap();
    let from = |source| Traffic {
        source,
        medium: "cpc",
        ..Traffic::default()
    };
    for (source, expected) in [
        ("360.CN", "Paid Search"),
        ("43things", "Paid Social"),
        ("google shopping", "Paid Shopping"),
        ("youtube", "Paid Video"),
        // no longer on the list, and nothing is stripped
        ("bing", "Paid Other"),
        ("www.facebook.com", "Paid Other"),
    ] {
        assert_eq!(channel(&grouping, &from(source)), expected, "{source}");
    }
    // a network whose name the file lacks keeps its host as source
    let referred = Traffic {
        referrer: "https://www.facebook.com/",
        ..Traffic::default()
    };
    assert_eq!(channel(&grouping, &referred), "Organic Social");

    let error = read("source,source_category\nx,SEARCH\n").unwrap_err();
    assert_eq!(error.row(), Some(2));
    assert!(
        error.to_string().contains("SOURCE_CATEGORY_VIDEO"),
        "{error}"
    );
    assert!(
        read("source\nx\n")
            .unwrap_err()
            .to_string()
            .contains("source_category")
    );
    assert!(read("source,source_category\n,SOURCE_CATEGORY_SEARCH\n").is_err());
}
