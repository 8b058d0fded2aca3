//! One customer, three identifiers: how joining them changes the credit.
//!
//!     cargo run --example identity_stitching

use mixtouch::attribution::rules::LastTouch;
use mixtouch::identity::{
    HashKey, IdentifiedEvents, Link, Links, Pseudonymiser, Resolver, Rules, WithoutConsent,
};
use mixtouch::{Comparison, Event, JourneyOptions, Journeys, Result};

fn main() -> Result<()> {
    // Identifiers are hashed with your key as they are read; raw values go no further.
    let rules = Rules::standard();
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &rules);
    let phone = hasher.identifier("device", "phone-1")?;
    let account = hasher.identifier("account", "ann@example.com")?;
    let card = hasher.identifier("card", "4711")?;

    let mut log = IdentifiedEvents::new();
    log.push(Event::touch(0, 1_767_225_600, "social"), &[phone])?; // an ad on the phone
    log.push(Event::touch(0, 1_767_312_000, "e-mail"), &[phone, account])?; // she logs in
    log.push(
        Event::conversion(0, 1_767_398_400).with_value(80.0),
        &[card],
    )?; // and buys in the shop

    // The loyalty programme knows which card belongs to which account.
    let mut links = Links::new();
    links.push(Link {
        left: account,
        right: card,
        time: 1_767_225_600,
        confidence: 1.0,
    })?;

    for (name, known) in [
        ("without the card's link", Links::new()),
        ("with it", links),
    ] {
        let mut resolver = Resolver::new(rules.clone());
        resolver.add_links(known);
        resolver.add_events(&log);
        let stitched = resolver
            .resolve()?
            .stitch(&log, WithoutConsent::default())?;
        let journeys = Journeys::from_events(&stitched.events, JourneyOptions::default())?;
        let table = Comparison::new()
            .model("last-touch", LastTouch)
            .run(&journeys)?;
        println!("{name}:\n{table}");
    }
    Ok(())
}
