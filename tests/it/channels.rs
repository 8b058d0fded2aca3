//! Channels from tags: the rules of analytics tools against each other, and rules of one's own.

mod own_rules;
mod preparation;
mod tools;

use mixtouch::Result;
use mixtouch::channel::{ChannelRule, ChannelRules, Group, Grouping, Preparation, Traffic};

/// Rules of one set without preparation, but with the tags and click ids of the landing page.
fn raw(set: &str) -> Grouping {
    let rules = ChannelRules::default().with_rules([set]);
    Grouping::new(&rules.with_preparation(Preparation::none().with_url(true))).unwrap()
}

fn prepared(set: &str) -> Grouping {
    Grouping::new(&ChannelRules::default().with_rules([set])).unwrap()
}

/// Own rules as a mapping file writes them.
fn own(toml: &str) -> Result<Grouping> {
    #[derive(serde::Deserialize)]
    struct File {
        #[serde(default)]
        channels: ChannelRules,
        #[serde(default)]
        channel: Vec<ChannelRule>,
    }
    let file: File = toml::from_str(toml).unwrap();
    Grouping::new(&file.channels.with_channels(file.channel))
}

/// The group of a visit, found with and without a cache.
fn group(grouping: &Grouping, traffic: &Traffic<'_>) -> Group {
    let group = grouping.group(traffic).unwrap();
    let mut cached = grouping.cached();
    for _ in 0..2 {
        assert_eq!(cached.group(traffic).unwrap(), &group, "{traffic:?}");
    }
    group
}

fn channel(grouping: &Grouping, traffic: &Traffic<'_>) -> String {
    group(grouping, traffic).channel().unwrap_or("-").to_owned()
}
