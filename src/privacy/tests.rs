use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq)]
struct Cell {
    persons: u64,
    value: u64,
}

impl Group for Cell {
    fn persons(&self) -> u64 {
        self.persons
    }

    fn merge(&mut self, other: Self) {
        self.persons += other.persons;
        self.value += other.value;
    }
}

fn cells(sizes: &[u64]) -> Vec<(String, Cell)> {
    sizes
        .iter()
        .enumerate()
        .map(|(at, &persons)| {
            (
                format!("g{at}"),
                Cell {
                    persons,
                    value: persons * 7,
                },
            )
        })
        .collect()
}

#[test]
fn what_is_small_cannot_be_found_by_subtraction() {
    let protected = MinimumGroup::new(5)
        .unwrap()
        .with_small(SmallGroups::Suppress)
        .apply(cells(&[50, 1, 9, 0]));
    let names: Vec<&str> = protected
        .groups
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        ["g0", "g3"],
        "the next smallest is left out with the small one, the empty one stays"
    );
    assert_eq!(
        protected.withheld,
        Some(Withheld {
            groups: 2,
            persons: 10,
            small: SmallGroups::Suppress
        })
    );
}

#[test]
fn too_few_in_all_are_not_shown() {
    let protected = MinimumGroup::new(100).unwrap().apply(cells(&[3, 4]));
    assert!(protected.groups.is_empty());
    assert_eq!(protected.withheld.map(|withheld| withheld.persons), Some(7));
    assert!(!MinimumGroup::new(100).unwrap().allows(7));
}

#[test]
fn settings_are_checked() {
    assert_eq!(
        MinimumGroup::new(0).unwrap_err().to_string(),
        "the minimum group size is 0, expected: 1 person or more"
    );
    assert!(serde_json::from_str::<MinimumGroup>(r#"{"persons": 0}"#).is_err());
    let minimum = MinimumGroup::new(8).unwrap();
    assert_eq!(
        serde_json::from_str::<MinimumGroup>(&serde_json::to_string(&minimum).unwrap()).unwrap(),
        minimum
    );
}

proptest! {
    #[test]
    fn no_group_is_small_and_totals_stay(sizes in prop::collection::vec(0u64..40, 0..12), minimum in 1u64..60) {
        let minimum = MinimumGroup::new(minimum).unwrap();
        let total: u64 = sizes.iter().sum();
        let protected = minimum.apply(cells(&sizes));
        prop_assert!(protected.groups.iter().all(|(_, cell)| minimum.allows(cell.persons)));
        let shown: u64 = protected.groups.iter().map(|(_, cell)| cell.persons).sum();
        let worth: u64 = protected.groups.iter().map(|(_, cell)| cell.value).sum();
        // merged, nothing is missing; and what is missing, where the whole is too small, is the
        // whole
        prop_assert!((shown, worth) == (total, total * 7) || (shown == 0 && total < minimum.persons()));
        let suppressed = minimum.with_small(SmallGroups::Suppress).apply(cells(&sizes));
        let missing = total - suppressed.groups.iter().map(|(_, cell)| cell.persons).sum::<u64>();
        prop_assert!(missing == 0 || missing >= minimum.persons() || missing == total);
    }
}
