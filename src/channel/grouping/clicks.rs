//! Click ids: what the parameters that networks add to links prove.
//!
//! Sources: the parameters that posthog-js captures (`event-utils.ts`), Google's pages 16479993 and
//! 16297842, LinkedIn's page on first-party cookies, Meta's on `fbc`.

/// What a click id proves of the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A click on an ad.
    Paid,
    /// A click on a display ad.
    Display,
    /// A click on a partner's link.
    Affiliate,
    /// A click in an e-mail.
    Email,
    /// A click on a free product listing.
    OrganicShopping,
    /// The network, which adds the id to links of any kind.
    Network,
}

/// One parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClickId {
    pub(super) parameter: &'static str,
    /// The network's name, which is also the source it fills in.
    pub(super) network: &'static str,
    pub(super) proof: Proof,
}

const fn id(parameter: &'static str, network: &'static str, proof: Proof) -> ClickId {
    ClickId {
        parameter,
        network,
        proof,
    }
}

/// All known parameters; where a visit has several, the first here decides.
///
/// `gclsrc` is no click id of its own: it accompanies `gclid`.
pub(super) const CLICK_IDS: [ClickId; 22] = [
    id("gclid", "google", Proof::Paid),
    id("gbraid", "google", Proof::Paid),
    id("wbraid", "google", Proof::Paid),
    id("dclid", "doubleclick", Proof::Display),
    id("msclkid", "bing", Proof::Paid),
    id("ttclid", "tiktok", Proof::Paid),
    id("twclid", "twitter", Proof::Paid),
    id("li_fat_id", "linkedin", Proof::Paid),
    id("rdt_cid", "reddit", Proof::Paid),
    id("sccid", "snapchat", Proof::Paid),
    id("yclid", "yandex", Proof::Paid),
    id("gad_source", "google", Proof::Paid),
    id("irclickid", "impact", Proof::Affiliate),
    id("irclid", "impact", Proof::Affiliate),
    id("mc_cid", "mailchimp", Proof::Email),
    id("mc_eid", "mailchimp", Proof::Email),
    id("_kx", "klaviyo", Proof::Email),
    id("srsltid", "google shopping", Proof::OrganicShopping),
    id("fbclid", "facebook", Proof::Network),
    id("igshid", "instagram", Proof::Network),
    id("epik", "pinterest", Proof::Network),
    id("qclid", "quora", Proof::Network),
];

/// A parameter that comes with `gad_source`, and says the same.
pub(super) const CAMPAIGN_ID: &str = "gad_campaignid";

/// Other names of networks, with the parameter that stands for them.
const ALIASES: [(&str, &str); 15] = [
    ("google ads", "gclid"),
    ("adwords", "gclid"),
    (CAMPAIGN_ID, "gad_source"),
    ("microsoft", "msclkid"),
    ("microsoft ads", "msclkid"),
    ("microsoft advertising", "msclkid"),
    ("bing ads", "msclkid"),
    ("dv360", "dclid"),
    ("campaign manager", "dclid"),
    ("meta", "fbclid"),
    ("facebook ads", "fbclid"),
    ("x", "twclid"),
    ("tiktok ads", "ttclid"),
    ("linkedin ads", "li_fat_id"),
    ("yandex direct", "yclid"),
];

impl ClickId {
    /// Where in the table a URL's parameter stands, in any case.
    pub(super) fn parameter(name: &str) -> Option<usize> {
        let known = CLICK_IDS
            .iter()
            .position(|id| id.parameter.eq_ignore_ascii_case(name));
        let campaign = || name.eq_ignore_ascii_case(CAMPAIGN_ID);
        known.or_else(|| campaign().then(|| Self::named("gad_source"))?)
    }

    /// Where in the table a stated parameter or network stands.
    pub(super) fn named(name: &str) -> Option<usize> {
        let known = |name: &str| {
            let same = |text: &str| text.eq_ignore_ascii_case(name);
            let by_parameter = CLICK_IDS.iter().position(|id| same(id.parameter));
            by_parameter.or_else(|| CLICK_IDS.iter().position(|id| same(id.network)))
        };
        let mut aliases = ALIASES.iter();
        let alias = aliases.find(|(alias, _)| alias.eq_ignore_ascii_case(name));
        known(alias.map_or(name, |(_, parameter)| parameter))
    }

    /// The medium it fills in.
    pub(super) fn medium(&self) -> &'static str {
        match self.proof {
            Proof::Paid => "cpc",
            Proof::Display => "display",
            Proof::Affiliate => "affiliate",
            Proof::Email => "email",
            Proof::OrganicShopping => "organic",
            Proof::Network => "referral",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_networks_are_found_by_any_of_their_names() {
        for (name, parameter) in [
            ("GCLID", "gclid"),
            ("ScCid", "sccid"),
            ("Google", "gclid"),
            ("DoubleClick", "dclid"),
            ("Microsoft", "msclkid"),
            ("facebook", "fbclid"),
            ("gad_campaignid", "gad_source"),
        ] {
            let found = ClickId::named(name).map(|at| CLICK_IDS[at].parameter);
            assert_eq!(found, Some(parameter), "{name}");
        }
        assert_eq!(ClickId::named("criteo"), None);
        assert_eq!(ClickId::parameter("google"), None);
    }

    #[test]
    fn every_alias_leads_into_the_table() {
        for (alias, _) in ALIASES {
            assert!(ClickId::named(alias).is_some(), "{alias}");
        }
    }
}
