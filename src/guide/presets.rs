//! # Presets
//!
//! The mappings of well-known exports, each as the file it is: [`Mapping::preset`] has them by name,
//! and `preset = "NAME"` starts a mapping from one.
//!
//! [`Mapping::preset`]: crate::io::Mapping::preset

#![doc = concat!("## plain\n\n```toml\n", include_str!("../io/mapping/presets/plain.toml"), "```\n")]
#![doc = concat!("## ga4\n\n```toml\n", include_str!("../io/mapping/presets/ga4.toml"), "```\n")]
#![doc = concat!("## ga4-fivetran\n\n```toml\n", include_str!("../io/mapping/presets/ga4-fivetran.toml"), "```\n")]
#![doc = concat!("## snowplow\n\n```toml\n", include_str!("../io/mapping/presets/snowplow.toml"), "```\n")]
#![doc = concat!("## segment\n\n```toml\n", include_str!("../io/mapping/presets/segment.toml"), "```\n")]
#![doc = concat!("## rudderstack\n\n```toml\n", include_str!("../io/mapping/presets/rudderstack.toml"), "```\n")]
#![doc = concat!("## posthog\n\n```toml\n", include_str!("../io/mapping/presets/posthog.toml"), "```\n")]
#![doc = concat!("## matomo\n\n```toml\n", include_str!("../io/mapping/presets/matomo.toml"), "```\n")]
#![doc = concat!("## adobe\n\n```toml\n", include_str!("../io/mapping/presets/adobe.toml"), "```\n")]
#![doc = concat!("## criteo\n\n```toml\n", include_str!("../io/mapping/presets/criteo.toml"), "```\n")]
#![doc = concat!("## shopify-orders\n\n```toml\n", include_str!("../io/mapping/presets/shopify-orders.toml"), "```\n")]
#![doc = concat!("## shopify-visits\n\n```toml\n", include_str!("../io/mapping/presets/shopify-visits.toml"), "```\n")]
#![doc = concat!("## hubspot-deals\n\n```toml\n", include_str!("../io/mapping/presets/hubspot-deals.toml"), "```\n")]
#![doc = concat!("## ra-attribution-events\n\n```toml\n", include_str!("../io/mapping/presets/ra-attribution-events.toml"), "```\n")]
#![doc = concat!("## ra-attribution-orders\n\n```toml\n", include_str!("../io/mapping/presets/ra-attribution-orders.toml"), "```\n")]
#![doc = concat!("## google-ads\n\n```toml\n", include_str!("../io/mapping/presets/google-ads.toml"), "```\n")]
#![doc = concat!("## google-ads-report\n\n```toml\n", include_str!("../io/mapping/presets/google-ads-report.toml"), "```\n")]
#![doc = concat!("## adwords-report\n\n```toml\n", include_str!("../io/mapping/presets/adwords-report.toml"), "```\n")]
#![doc = concat!("## meta\n\n```toml\n", include_str!("../io/mapping/presets/meta.toml"), "```\n")]
#![doc = concat!("## tiktok\n\n```toml\n", include_str!("../io/mapping/presets/tiktok.toml"), "```\n")]
#![doc = concat!("## linkedin\n\n```toml\n", include_str!("../io/mapping/presets/linkedin.toml"), "```\n")]
#![doc = concat!("## microsoft\n\n```toml\n", include_str!("../io/mapping/presets/microsoft.toml"), "```\n")]
#![doc = concat!("## pinterest\n\n```toml\n", include_str!("../io/mapping/presets/pinterest.toml"), "```\n")]
#![doc = concat!("## amazon\n\n```toml\n", include_str!("../io/mapping/presets/amazon.toml"), "```\n")]
#![doc = concat!("## snapchat\n\n```toml\n", include_str!("../io/mapping/presets/snapchat.toml"), "```\n")]
#![doc = concat!("## reddit\n\n```toml\n", include_str!("../io/mapping/presets/reddit.toml"), "```\n")]
#![doc = concat!("## x\n\n```toml\n", include_str!("../io/mapping/presets/x.toml"), "```\n")]
#![doc = concat!("## apple\n\n```toml\n", include_str!("../io/mapping/presets/apple.toml"), "```\n")]
