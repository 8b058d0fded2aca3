//! Simulated customers whose persons are known.

use super::*;
use mixtouch::identity::{PairCounts, Stitched};
use mixtouch::simulate::customers::{Customers, PURPOSE};

fn rules() -> Rules {
    Rules::standard().with_confidence(0.8).unwrap()
}

fn customers(persons: u64) -> Customers {
    Customers::new(
        persons,
        5,
        &Pseudonymiser::new(HashKey::new([3; 32]), &rules()),
    )
    .unwrap()
}

fn resolved(customers: &Customers, rules: Rules) -> Identities {
    let mut resolver = Resolver::new(rules);
    resolver.add_links(customers.links.clone());
    resolver.add_events(&customers.events);
    resolver.resolve().unwrap()
}

fn pairs(customers: &Customers, found: &Identities, truth: &[u64]) -> PairCounts {
    let persons: Vec<u64> = found
        .persons_of_rows(&customers.events)
        .map(|person| person.key())
        .collect();
    PairCounts::new(&persons, truth).unwrap()
}

#[test]
fn persons_are_found_with_guards_and_melt_without() {
    let customers = customers(5_000);
    let found = resolved(&customers, rules());
    let all = pairs(&customers, &found, &customers.persons);
    let supported = pairs(&customers, &found, &customers.supported);
    assert!(all.precision() >= 0.999, "{}", all.precision());
    assert!(supported.recall() >= 0.98, "{}", supported.recall());
    assert!(all.recall() > 0.9, "{}", all.recall());
    let melted = resolved(&customers, rules().without_guards());
    let pairs = pairs(&customers, &melted, &customers.persons);
    assert!(
        pairs.precision() < 0.1 && melted.largest().unwrap().1 > 1_000,
        "{} {:?}",
        pairs.precision(),
        melted.largest()
    );
    let refused = found.rejected_links();
    assert!(
        [Rule::MostPersons, Rule::Confidence]
            .iter()
            .all(|&rule| refused.by(rule) > 100),
        "{refused}"
    );
}

/// What a log's conversions come to by a model: credited + baseline + unattributed.
fn accounted(stitched: &Stitched) -> (f64, f64) {
    let journeys = Journeys::from_events(&stitched.events, JourneyOptions::default()).unwrap();
    let credits = attribute(&journeys, &Linear).unwrap();
    let sums = [
        credits.credited(),
        credits.baseline(),
        credits.unattributed(),
    ];
    (
        sums.iter().map(|tally| tally.conversions).sum(),
        sums.iter().map(|tally| tally.value).sum(),
    )
}

#[test]
fn conversions_are_conserved() {
    let customers = customers(3_000);
    let sales = || {
        customers
            .events
            .iter()
            .filter(|event| event.kind() == mixtouch::Kind::Conversion)
    };
    let (count, value) = (
        sales().count() as f64,
        sales().map(|sale| sale.value()).sum::<f64>(),
    );
    let mut resolver = Resolver::new(rules())
        .with_consent(customers.consent.clone(), PURPOSE)
        .unwrap();
    resolver.add_links(customers.links.clone());
    resolver.add_events(&customers.events);
    let (asked, unasked) = (resolver.resolve().unwrap(), resolved(&customers, rules()));
    let near = |found: (f64, f64), count: f64, value: f64| {
        assert!(
            (found.0 - count).abs() < 1e-6 && (found.1 - value).abs() < 1e-6 * value,
            "{found:?}, not {count}, {value}"
        );
    };
    near(
        accounted(
            &unasked
                .stitch(&customers.events, WithoutConsent::TotalsOnly)
                .unwrap(),
        ),
        count,
        value,
    );
    let totals = asked
        .stitch(&customers.events, WithoutConsent::TotalsOnly)
        .unwrap();
    near(accounted(&totals), count, value);
    let left = asked
        .stitch(&customers.events, WithoutConsent::LeaveOut)
        .unwrap();
    let without = left.without_consent;
    assert!(without.conversions > 10 && totals.without_consent == without);
    near(
        accounted(&left),
        count - without.conversions as f64,
        value - without.value,
    );
}

#[test]
fn stitching_brings_histories_to_sales() {
    let customers = customers(5_000);
    let unattributed = |found: &Identities| {
        let stitched = found
            .stitch(&customers.events, WithoutConsent::default())
            .unwrap();
        let journeys = Journeys::from_events(&stitched.events, JourneyOptions::default()).unwrap();
        attribute(&journeys, &LastTouch)
            .unwrap()
            .unattributed()
            .conversions
    };
    let journeys =
        Journeys::from_events(&customers.known().unwrap(), JourneyOptions::default()).unwrap();
    let known = attribute(&journeys, &LastTouch)
        .unwrap()
        .unattributed()
        .conversions;
    let (apart, stitched) = (
        unattributed(&resolve(rules(), Links::new())),
        unattributed(&resolved(&customers, rules())),
    );
    assert!(
        known <= stitched && stitched < 0.5 * apart,
        "{known}, {stitched}, {apart}"
    );
}

#[test]
fn batches_stitch_as_the_whole() {
    let customers = customers(300);
    let found = resolved(&customers, rules());
    let whole = found
        .stitch(&customers.events, WithoutConsent::default())
        .unwrap()
        .events;
    let mut parts = mixtouch::Events::with_columns(Customers::COLUMNS).keep_all();
    let empty = || IdentifiedEvents::with_columns(Customers::COLUMNS).keep_all();
    let mut batch = empty();
    for (row, event) in customers.events.iter().enumerate() {
        batch
            .push(event, customers.events.identifiers(row))
            .unwrap();
        if row % 701 == 700 || row + 1 == customers.events.len() {
            parts
                .append(
                    &found
                        .stitch(
                            &std::mem::replace(&mut batch, empty()),
                            WithoutConsent::default(),
                        )
                        .unwrap()
                        .events,
                )
                .unwrap();
        }
    }
    assert!(whole.iter().eq(parts.iter()));
}
