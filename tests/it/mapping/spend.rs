//! Spend tables: units, totals, currencies, channels and campaigns.

use super::{mapping, read_spend};
use mixtouch::io::{CostReader, Mapping, Rates};
use mixtouch::time::TimeRange;

fn preset(name: &str) -> Mapping {
    Mapping::preset(name).unwrap()
}

/// The form of AdWords' reports: a title above the header, rows in micros, the total in units.
const REPORT: &str = "\"CAMPAIGN_PERFORMANCE_REPORT (May 1, 2013-May 2, 2013)\",,,,,\n\
    Customer ID,Day,Cost,Clicks,CTR,Currency,Campaign ID\n\
    123,2013-05-01,1110000,5,0.54%,EUR,7\n\
    123,2013-05-02,810000,5, --,EUR,7\n\
    Total, --,1.92,10, --, --, --\n";

#[test]
fn a_report_with_titles_and_totals_adds_up() {
    let reading = read_spend(&preset("adwords-report"), REPORT).unwrap();
    let report = &reading.report;
    assert!((report.cost - 1.92).abs() < 1e-12 && report.clicks == 10.0);
    assert_eq!((report.totals, report.wrong_totals.len()), (1, 0));
    assert!(
        report.files.titles[0].contains("CAMPAIGN_PERFORMANCE_REPORT"),
        "{report}"
    );
    assert!((report.cost_per_click().unwrap() - 0.192).abs() < 1e-12);
    assert_eq!(report.channels["Paid Search"], report.cost);
    let wrong = REPORT.replace("1.92", "10.02");
    let reading = read_spend(&preset("adwords-report"), &wrong).unwrap();
    let expected = "row 5: the total of Cost is \"10.02\", expected: 1.92, the sum of the rows";
    assert_eq!(reading.report.wrong_totals, [expected]);
    let strict = mapping("preset = \"adwords-report\"\n[spend.check]\ntotal_row = \"refuse\"");
    assert_eq!(
        read_spend(&strict, &wrong).unwrap_err().to_string(),
        expected
    );
    read_spend(&strict, REPORT).unwrap();
}

/// `spend` is in units at one platform and in millionths at another, which no name tells.
#[test]
fn a_wrong_unit_is_seen_by_the_cost_of_a_click() {
    let file = "date,spend,clicks,swipes\n2026-01-05,2250000,3,3\n";
    let right = read_spend(&preset("snapchat"), file).unwrap().report;
    assert_eq!((right.cost, right.doubtful_unit()), (2.25, None));
    let wrong = read_spend(&preset("meta"), file).unwrap().report;
    let doubt = wrong.doubtful_unit().unwrap();
    assert!(doubt.starts_with("a click costs 750000.000000"), "{doubt}");
    assert!(wrong.to_string().contains(&doubt));
}

#[test]
fn costs_come_by_campaign_and_meet_the_logs_names() {
    let file = "date,spend,clicks,campaign_name\n\
        2026-01-05,20,3,Spring\n2026-01-06,30,3,Spring\n2026-01-06,5,1,Brand\n";
    let reading = read_spend(&preset("meta"), file).unwrap();
    let levels = reading.costs.by_level(TimeRange::default());
    let of = |campaign: &str| {
        let path = ["Paid Social", "facebook / paid_social", campaign].map(str::to_owned);
        levels[path.as_slice()]
    };
    assert_eq!((of("spring"), of("brand")), (50.0, 5.0));
}

#[test]
fn currencies_need_rates() {
    let file = "date,spend,clicks,account_currency\n\
        2026-01-05,20,3,USD\n2026-01-06,30,3,EUR\n2026-01-07,10,3,usd\n";
    let plain = read_spend(&preset("meta"), file).unwrap_err().to_string();
    assert!(
        plain.starts_with("the currency of the spend is EUR, USD, expected: one, or rates"),
        "{plain}"
    );
    let euros = mapping(
        "preset = \"meta\"\n[spend]\ncurrency = { column = \"account_currency\", to = \"EUR\" }",
    );
    let rates = "date,from,to,rate\n2026-01-01,USD,EUR,0.5\n2026-01-07,EUR,USD,4\n";
    let rates = Rates::from_csv(rates.as_bytes()).unwrap();
    let reader = CostReader::new(euros.clone())
        .with_rates(rates)
        .with_bytes(file);
    let report = reader.read().unwrap().report;
    assert_eq!(
        report.cost,
        20.0 * 0.5 + 30.0 + 10.0 * 0.5,
        "the rate before holds"
    );
    assert_eq!(report.currencies["USD"], 30.0);
    let late = Rates::from_csv("date,from,to,rate\n2026-01-06,USD,EUR,0.5\n".as_bytes()).unwrap();
    let error = CostReader::new(euros)
        .with_rates(late)
        .with_bytes(file)
        .read();
    assert_eq!(
        error.unwrap_err().to_string(),
        "row 2: account_currency is \"USD\", expected: a currency with a rate to EUR on or before \
         2026-01-05"
    );
}

#[test]
fn what_is_wrong_with_a_table_is_named() {
    let error = |file: &str| {
        let read = read_spend(&preset("meta"), file);
        read.unwrap_err().to_string()
    };
    assert!(error("day,spend\n").starts_with("no column \"date\", found: day, spend"));
    assert!(error("date,spend\n").starts_with("the spend table is empty"));
    let negative = error("date,spend\n2026-01-05,-3\n");
    assert!(negative.starts_with("row 2: spend is \"-3\""), "{negative}");
    let dateless = error("date,spend\n,3\n");
    assert_eq!(dateless, "row 2: date is \"\", expected: a time");
    let no_spend = read_spend(&preset("ga4"), "date,spend\n").unwrap_err();
    assert!(no_spend.to_string().starts_with("spend is unset"));
}

/// One mapping for a log and its spend, each in a format of its own.
#[test]
fn a_mapping_takes_its_spend_from_a_preset() {
    let both = mapping("preset = \"ga4\"\n[spend]\npreset = \"adwords-report\"");
    let cost = read_spend(&both, REPORT).unwrap().report.cost;
    assert!((cost - 1.92).abs() < 1e-12);
    let log = r#"{"user_pseudo_id":"a","event_timestamp":1767225600000000,"event_name":"x"}"#;
    assert_eq!(super::read(&both, log).report.rows, 1);
}

/// What people export for Excel: semicolons, a decimal comma, in UTF-16.
#[test]
fn dialects_of_spreadsheets_are_read() {
    let text = "Day;Cost;Clicks;Campaign\n2026-01-05;1.234,50;10;Marken\n";
    let utf16: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let german = mapping(
        "preset = \"google-ads-report\"\n[file]\nseparator = \";\"\ndecimal = \",\"\nthousands = \".\"",
    );
    let report = CostReader::new(german)
        .with_bytes(&utf16)
        .read()
        .unwrap()
        .report;
    assert_eq!(report.cost, 1234.5);
}

/// Campaigns may be called after totals; a line of totals has no day.
#[test]
fn a_campaign_called_total_is_no_line_of_totals() {
    let file = "Campaign,Day,Currency code,Cost,Clicks\n\
        Total Body Workout,2026-01-05,EUR,7.00,3\n\
        Total: sale,2026-01-05,EUR,2.00,1\n\
        Brand,2026-01-05,EUR,3.00,1\n\
        Total: Campaigns, --,EUR,12.00,5\n";
    let report = read_spend(&preset("google-ads-report"), file)
        .unwrap()
        .report;
    assert_eq!((report.cost, report.used, report.totals), (12.0, 3, 1));
    assert!(report.wrong_totals.is_empty());
    // and one that is nothing but the word is a line of totals even with a day
    let alone = file.replace("Total: Campaigns, --", "Total,2026-01-05");
    let report = read_spend(&preset("google-ads-report"), &alone)
        .unwrap()
        .report;
    assert_eq!((report.cost, report.totals), (12.0, 1));
}

#[test]
fn totals_may_stand_above_the_rows_and_not_alone() {
    let above = "Day,Campaign,Cost\nTotal,,10.00\n2026-01-05,brand,4.00\n2026-01-06,brand,6.00\n";
    let report = read_spend(&preset("google-ads-report"), above)
        .unwrap()
        .report;
    assert_eq!(
        (report.cost, report.totals, report.wrong_totals.len()),
        (10.0, 1, 0)
    );
    let alone = "Day,Campaign,Cost\nTotal,,10.00\n";
    let error = read_spend(&preset("google-ads-report"), alone).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("at least one row beside a line of totals"),
        "{error}"
    );
}

#[test]
fn the_currency_of_a_reading_is_the_one_stated_or_converted_to() {
    let file = "Day,Campaign,Currency code,Cost\n2026-01-05,brand,usd,4.00\n";
    let stated = read_spend(&preset("google-ads-report"), file)
        .unwrap()
        .report;
    assert_eq!(stated.currency.as_deref(), Some("USD"));
    let none = file.replace("Currency code", "Cur");
    let none = read_spend(&preset("google-ads-report"), &none)
        .unwrap()
        .report;
    assert_eq!(none.currency, None);
    let rates = "date,from,to,rate\n2026-01-01,USD,EUR,0.5\n";
    let to = mapping(
        "[spend]\npreset = \"google-ads-report\"\ncurrency = { column = \"Currency code\", to = \"EUR\" }\n",
    );
    let reader = CostReader::new(to).with_rates(Rates::from_csv(rates.as_bytes()).unwrap());
    let converted = reader.with_bytes(file).read().unwrap().report;
    assert_eq!(
        (converted.currency.as_deref(), converted.cost),
        (Some("EUR"), 2.0)
    );
}
