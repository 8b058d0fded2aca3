//! E-mails and carts month by month.

use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
use mixtouch::kpi::spend::EmailRates;
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::privacy::MinimumGroup;
use mixtouch::time::Periods;
use mixtouch::{Event, Events, Interaction, Kind, TimeZone};

use super::{DAY, JANUARY};

const FEBRUARY: i64 = JANUARY + 31 * DAY;

fn by_month(minimum: u64) -> KpiOptions {
    let months = Periods::months("2026-01-01".parse().unwrap(), 3, 1, &TimeZone::utc()).unwrap();
    KpiOptions::default()
        .with_periods(months)
        .with_minimum(MinimumGroup::new(minimum).unwrap())
}

/// Ten persons get a mail on 31 January, four open it a day later; five get one in February, one
/// opens and clicks it.
fn mails(campaign: bool) -> Events {
    let mut log = Events::with_columns(["campaign"]);
    let mut push = |person: u64, time: i64, what: Option<Interaction>, name: &str| {
        let name = if campaign { name } else { "" };
        let row = Event::touch(person, time, "e-mail");
        let row = match what {
            Some(what) => row.with_interaction(what),
            None => row,
        };
        log.push(row.with_texts(&[name])).unwrap();
    };
    for person in 0..10 {
        push(person, FEBRUARY - DAY, None, "snow");
        if person < 4 {
            push(person, FEBRUARY, Some(Interaction::View), "snow");
        }
        if person < 5 {
            push(person, FEBRUARY + DAY, None, "thaw");
        }
    }
    push(9, FEBRUARY + 2 * DAY, Some(Interaction::Click), "thaw");
    push(0, FEBRUARY + 2 * DAY, Some(Interaction::Click), "thaw");
    log
}

#[test]
fn a_mail_is_of_the_month_in_which_it_was_sent() {
    let log = mails(true);
    let timelines = PersonTimelines::new(&log).unwrap();
    let rates = EmailRates::new(&timelines, "e-mail", Some("campaign"), &by_month(1)).unwrap();
    let month = |at: usize| {
        let figures = &rates.periods[at].figures;
        let count = |rate: &mixtouch::stats::Proportion| (rate.count, rate.population);
        (
            figures.persons,
            count(&figures.opened),
            count(&figures.clicked),
        )
    };
    assert_eq!(rates.periods.len(), 2, "March had not begun");
    assert_eq!(month(0), (10, (4, 10), (0, 10)));
    // person 9 clicked a mail that nobody saw arrive
    assert_eq!(month(1), (6, (1, 5), (1, 5)));
    let sent: u64 = rates
        .periods
        .iter()
        .map(|month| month.figures.delivered)
        .sum();
    assert_eq!(sent, rates.delivered);
    assert!(rates.to_string().contains("2026-02"), "{rates}");
}

#[test]
fn mails_without_a_name_are_one_a_person_and_month() {
    let log = mails(false);
    let timelines = PersonTimelines::new(&log).unwrap();
    let rates = EmailRates::new(&timelines, "e-mail", Some("campaign"), &by_month(1)).unwrap();
    let delivered = rates.periods.iter().map(|month| month.figures.delivered);
    assert_eq!(delivered.collect::<Vec<_>>(), [10, 5]);
    assert_eq!(rates.delivered, 10, "over all months one a person");
}

#[test]
fn months_of_few_persons_are_not_shown() {
    let log = mails(true);
    let timelines = PersonTimelines::new(&log).unwrap();
    let names = |minimum| {
        let options = by_month(minimum);
        let rates = EmailRates::new(&timelines, "e-mail", Some("campaign"), &options).unwrap();
        let names = rates.periods.iter().map(|month| month.name.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(6), ["2026-01", "2026-02"]);
    assert!(names(7).len() < 2, "{:?}", names(7));
    assert!(names(11).is_empty());
}

#[test]
fn a_cart_is_of_the_month_in_which_it_was_first_filled() {
    let mut log = Events::new().keep_all();
    for person in 0..8_u64 {
        let time = if person < 5 {
            FEBRUARY - 3_600
        } else {
            FEBRUARY + DAY
        };
        let cart = Event::of_kind(Kind::Cart, person, time).with_channel("app");
        log.push(cart.with_value(10.0)).unwrap();
        if person % 5 == 0 {
            log.push(Event::conversion(person, time + 7_200)).unwrap();
        }
    }
    log.push(Event::touch(9_u64, FEBRUARY + 20 * DAY, "app"))
        .unwrap();
    let timelines = PersonTimelines::new(&log).unwrap();
    let carts = CartAbandonment::new(&timelines, &CartOptions::default(), &by_month(1)).unwrap();
    let months = carts.periods.iter().map(|month| {
        let left = &month.figures.abandoned;
        (
            month.name.as_str(),
            left.count,
            left.population,
            month.figures.value,
        )
    });
    // person 0 bought on 1 February the cart of 31 January
    assert_eq!(
        months.collect::<Vec<_>>(),
        [("2026-01", 4, 5, 40.0), ("2026-02", 2, 3, 20.0)]
    );
    assert!(carts.to_string().contains("2026-02"), "{carts}");
}
