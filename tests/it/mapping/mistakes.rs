//! Mistakes that people make in mappings and files are named where they are.

use super::{mapping, read_spend, refusal};

/// A preset's columns may be missing in a file, those that the mapping itself names may not.
#[test]
fn a_preset_of_spend_excuses_no_column_of_the_log() {
    let text = "[columns]\nperson = \"who\"\ntime = \"at\"\nevent = \"what\"\nchannel = \"chanel\"\n\
                [kinds]\nvisit = { kind = \"touch\" }\n\
                [spend]\npreset = \"google-ads-report\"\n";
    let log = "who,at,what,channel\nann,1767225600,visit,tv\n";
    let error = refusal(&mapping(text), log);
    assert!(
        error.starts_with("no column \"chanel\", found: who"),
        "{error}"
    );
}

#[test]
fn a_preset_of_logs_excuses_no_column_of_the_spend() {
    let text = "preset = \"ga4\"\n[file]\nformat = \"csv\"\n\
                [spend]\ndate = \"day\"\ncost = \"cost\"\ncampaign = \"campain\"\n";
    let table = "day,cost,campaign\n2026-01-05,3,brand\n";
    let error = read_spend(&mapping(text), table).unwrap_err().to_string();
    assert!(
        error.starts_with("no column \"campain\", found: day"),
        "{error}"
    );
}

/// Reports have titles above their header: the row is the header's own.
#[test]
fn a_column_that_stands_twice_is_named_with_the_line_of_the_header() {
    let report = "Campaign report\n\nDay,Cost,Cost,Campaign\n2026-01-05,3,3,brand\n";
    let error = read_spend(
        &mixtouch::io::Mapping::preset("google-ads-report").unwrap(),
        report,
    );
    let error = error.unwrap_err();
    assert_eq!(error.row(), Some(3), "{error}");
    assert!(
        error.to_string().contains("\"Cost\" stands there twice"),
        "{error}"
    );
}
