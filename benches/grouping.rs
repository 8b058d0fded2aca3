//! How fast visits get their channels, in rows a second on one thread, by the rules of GA4.
//!
//! Two logs of 100,000 rows: one where 64 visits repeat, as in most logs, and one whose landing
//! pages all differ by their click ids and session parameters.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mixtouch::channel::{ChannelRules, Grouping, Traffic};
use std::hint::black_box;

const ROWS: usize = 100_000;

const SOURCES: [(&str, &str, &str); 8] = [
    ("google", "cpc", "brand"),
    ("Facebook", "paid_social", "summer sale"),
    ("newsletter", "email", "week 12"),
    ("bing", "organic", ""),
    ("partner.example", "referral", ""),
    ("", "", ""),
    ("tiktok", "cpm", "awareness"),
    ("acme", "web_push", "cart"),
];

const REFERRERS: [&str; 8] = [
    "",
    "https://www.google.de/",
    "https://l.facebook.com/",
    "https://t.co/abc",
    "https://chatgpt.com/",
    "https://blog.example/post/17",
    "https://shop.example/cart",
    "https://www.bing.com/search",
];

/// The landing page of every row; `unique` ones differ in values that no rule asks for.
fn pages(unique: bool) -> Vec<String> {
    let page = |row: usize| {
        let value = if unique { row } else { row % 64 };
        let id = ["gclid", "fbclid", "x"][row % 64 % 3];
        format!("https://shop.example/sale/shoes?utm_source=&{id}=Cj0KCQ{value:08}&session={value}")
    };
    (0..ROWS).map(page).collect()
}

fn visit(row: usize, url: &str) -> Traffic<'_> {
    let (source, medium, campaign) = SOURCES[row % 8];
    Traffic {
        source,
        medium,
        campaign,
        referrer: REFERRERS[row / 8 % 8],
        url,
        ..Traffic::default()
    }
}

fn grouping(criterion: &mut Criterion) {
    let rules = ChannelRules::default().with_own_hosts(["shop.example"]);
    let grouping = Grouping::new(&rules).expect("the rules are sound");
    let mut group = criterion.benchmark_group("grouping");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(ROWS as u64));
    for (log, unique) in [("64 visits", false), ("unique pages", true)] {
        let pages = pages(unique);
        group.bench_function(format!("cached/{log}"), |bench| {
            bench.iter(|| {
                let mut cached = grouping.cached();
                for (row, url) in pages.iter().enumerate() {
                    black_box(cached.group(&visit(row, url)).expect("every visit has one"));
                }
            });
        });
        group.bench_function(format!("uncached/{log}"), |bench| {
            bench.iter(|| {
                for (row, url) in pages.iter().enumerate() {
                    black_box(
                        grouping
                            .group(&visit(row, url))
                            .expect("every visit has one"),
                    );
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, grouping);
criterion_main!(benches);
