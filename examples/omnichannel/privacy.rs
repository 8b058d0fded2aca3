//! What is measured without consent: totals, and no more.

use crate::family::Family;
use crate::input::Input;
use crate::options::Options;
use crate::stitching::Stitching;
use mixtouch::Result;
use mixtouch::identity::{NoConsent, WithoutConsent};
use mixtouch::report::Section;
use serde_json::json;

pub(crate) fn family(options: &Options, input: &Input, stitching: &Stitching) -> Result<Family> {
    let NoConsent {
        touches,
        conversions,
        value,
        ..
    } = stitching.after.without_consent;
    let rows = input.log.len();
    let outcome = match options.without_consent() {
        WithoutConsent::TotalsOnly => "these conversions are in the totals, unattributed",
        WithoutConsent::LeaveOut => "left out",
    };
    let asked = input
        .consent
        .as_ref()
        .map(|(consent, purpose)| (consent.records(), purpose.as_str()));
    let section = Section::new().set_apart();
    let section = match asked {
        Some((records, purpose)) => section
            .with_line(format!(
                "privacy: {records} records of consent; of {rows} rows, without consent to {purpose}:"
            ))
            .with_line(format!(
                "{touches} touches, {conversions} conversions worth {value:.0} - {outcome}"
            )),
        None => section.with_line("privacy: consent was not checked"),
    };
    let json = json!({
        "purpose": asked.map(|(_, purpose)| purpose),
        "records": asked.map(|(records, _)| records),
        "rows": rows,
        "without_consent": {"touches": touches, "conversions": conversions, "value": value},
        "minimum_group": options.minimum_group()?.persons(),
    });
    Ok(Family {
        name: "privacy",
        section,
        json,
    })
}
