//! The same persons from code that is plain and slow.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Ten values of each of four kinds, small guards, so that a few links already clash.
fn rules() -> Rules {
    let known = |name, most| {
        IdentifierKind::known(name)
            .unwrap()
            .with_most_values(most)
            .unwrap()
    };
    let cookie = IdentifierKind::anonymous("cookie")
        .unwrap()
        .with_most_persons(1)
        .unwrap();
    let address = IdentifierKind::anonymous("address")
        .unwrap()
        .with_most_persons(2)
        .unwrap();
    Rules::new([known("account", 1), known("card", 2), cookie, address])
        .unwrap()
        .with_confidence(0.3)
        .unwrap()
}

fn identifier(number: usize) -> Identifier {
    let kinds = ["account", "card", "cookie", "address"];
    Pseudonymiser::new(HashKey::new([9; 32]), &rules())
        .identifier(kinds[number % 4], &format!("v{}", number / 4))
        .unwrap()
}

type Row = (usize, usize, i64, u8);

/// The smallest of the set of each identifier, nothing of values that are shared; and the first
/// second that a link was followed.
fn by_hand(rows: &[Row]) -> BTreeMap<Identifier, (Option<Identifier>, Option<i64>)> {
    let rules = rules();
    let kinds: Vec<&IdentifierKind> = rules.kinds().collect();
    let mut tries: Vec<(u8, i64, Identifier, Identifier)> = Vec::new();
    for &(left, right, time, confidence) in rows
        .iter()
        .filter(|row| row.0 != row.1 && f64::from(row.3) / 10.0 >= 0.3)
    {
        let (left, right) = (identifier(left), identifier(right));
        tries.push((10 - confidence, time, left.min(right), left.max(right)));
    }
    tries.sort_unstable();
    let mut partners: BTreeMap<(Identifier, usize), BTreeSet<Identifier>> = BTreeMap::new();
    for &(_, _, left, right) in &tries {
        partners
            .entry((left, right.kind()))
            .or_default()
            .insert(right);
        partners
            .entry((right, left.kind()))
            .or_default()
            .insert(left);
    }
    let persons = |value: Identifier| -> usize {
        let of = |(kind, limit): (usize, u16)| {
            partners
                .get(&(value, kind))
                .map_or(0, |set| set.len().div_ceil(usize::from(limit)))
        };
        kinds
            .iter()
            .enumerate()
            .filter_map(|(at, kind)| Some(of((at, kind.most_values()?))))
            .max()
            .unwrap_or(0)
    };
    let shared = |value: Identifier| {
        kinds[value.kind()]
            .most_persons()
            .is_some_and(|most| persons(value) > most as usize)
    };
    let mut sets: Vec<BTreeSet<Identifier>> = rows
        .iter()
        .flat_map(|row| [row.0, row.1])
        .map(|n| BTreeSet::from([identifier(n)]))
        .collect();
    let mut since: BTreeMap<Identifier, i64> = BTreeMap::new();
    for (_, time, left, right) in tries {
        if shared(left) || shared(right) {
            continue;
        }
        let union: BTreeSet<Identifier> = sets
            .iter()
            .filter(|set| set.contains(&left) || set.contains(&right))
            .flatten()
            .copied()
            .collect();
        let fits = |(at, kind): (usize, &&IdentifierKind)| {
            kind.most_values().is_none_or(|most| {
                union.iter().filter(|id| id.kind() == at).count() <= usize::from(most)
            })
        };
        if kinds.iter().enumerate().all(fits) {
            sets.retain(|set| !set.contains(&left) && !set.contains(&right));
            sets.push(union);
            [left, right].into_iter().for_each(|end| {
                _ = since
                    .entry(end)
                    .and_modify(|first| *first = time.min(*first))
                    .or_insert(time)
            });
        }
    }
    let smallest =
        |set: &BTreeSet<Identifier>| set.first().copied().filter(|&first| !shared(first));
    sets.iter()
        .flat_map(|set| {
            set.iter()
                .map(|&member| (member, (smallest(set), since.get(&member).copied())))
        })
        .collect()
}

/// The same kinds with cookies that are somebody's for two seconds, and no history before the first
/// link.
fn lent_cookies() -> Rules {
    let lent = IdentifierKind::anonymous("cookie")
        .unwrap()
        .with_validity(Duration::from_secs(2))
        .unwrap();
    let kinds: Vec<IdentifierKind> = rules()
        .kinds()
        .map(|kind| {
            if kind.name() == "cookie" {
                lent.clone()
            } else {
                kind.clone()
            }
        })
        .collect();
    Rules::new(kinds).unwrap().with_back_stitching(false)
}

fn resolved(rules: Rules, rows: &[Row]) -> Identities {
    let mut links = Links::new();
    for &(left, right, time, confidence) in rows {
        links
            .push(Link {
                left: identifier(left),
                right: identifier(right),
                time,
                confidence: f64::from(confidence) / 10.0,
            })
            .unwrap();
    }
    resolve(rules, links)
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0usize..24, 0usize..24, 0i64..5, 0u8..=10), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn persons_are_those_found_by_hand(rows in rows(), back_stitching in any::<bool>()) {
        let found = resolved(rules().with_back_stitching(back_stitching), &rows);
        for (identifier, (smallest, since)) in by_hand(&rows) {
            if let Some(since) = since.filter(|&since| since > 0) {
                let early = found.person(identifier, since - 1) == found.person(identifier, since);
                prop_assert_eq!(early, back_stitching || identifier.kind() < 2, "known ones at any time");
            }
            match smallest {
                Some(smallest) => prop_assert_eq!(found.person(identifier, 5).to_string(), smallest.to_string()),
                None => prop_assert_ne!(found.person(identifier, 5), found.person(identifier, 6)),
            }
        }
        let refused = found.rejected_links();
        prop_assert_eq!(refused.links as usize, rows.len());
        prop_assert_eq!(refused.self_links as usize, rows.iter().filter(|row| row.0 == row.1).count());
    }

    #[test]
    fn no_order_of_rows_and_no_number_of_threads_matters(rows in rows(), seed in 0u64..1000, lent in any::<bool>()) {
        let rules = || if lent { lent_cookies() } else { rules() };
        let found = resolved(rules(), &rows);
        let mut shuffled = rows.clone();
        let mut random = crate::common::random::Random::new(seed);
        (1..shuffled.len()).rev().for_each(|at| shuffled.swap(at, random.index(at as u64 + 1) as usize));
        shuffled.iter_mut().for_each(|row| if random.chance(0.5) { (row.0, row.1) = (row.1, row.0) });
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let other = pool.install(|| resolved(rules(), &shuffled));
            prop_assert_eq!(format!("{:?}", found), format!("{:?}", other));
        }
    }
}
