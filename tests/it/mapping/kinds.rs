//! Which rows become which events.

use super::{events, last_touch, mapping, read, refusal};

/// A log whose rows are touches, of which some also convert: the channel of the converting row is a
/// touch of its own.
#[test]
fn the_converting_row_may_itself_be_a_touch() {
    let file = "cookie,time,interaction,conversion,conversion_value,channel\n\
                A1,2018-07-10T05:33:41Z,touch,0,0,Instagram\n\
                A1,2018-07-11T05:33:41Z,conversion,1,6.5,Paid Search\n\
                B2,2018-07-10T05:33:41Z,conversion,1,4.0,Facebook\n";
    let text = r#"
        [columns]
        person = "cookie"
        time = "time"
        event = "interaction"
        value = "conversion_value"
        channel = "channel"
        [kinds]
        touch = { kind = "touch" }
        conversion = { kind = "conversion", touch = "always" }
    "#;
    let reading = read(&mapping(text), file);
    let credit = last_touch(&reading);
    assert_eq!((credit["Paid Search"], credit["Facebook"]), (6.5, 4.0));
    assert_eq!(reading.report.kinds["touch"], 3);
    assert_eq!(reading.report.kinds["conversion"], 2);
    assert_eq!(reading.report.rows, 3);
}

#[test]
fn names_of_events_and_columns_are_the_logs_own() {
    let file = "user_pseudo_id,event_timestamp,source,event_name,value\n\
                ann,1767225600,google,session_start,\n\
                ann,1767315600,,purchase,50\n\
                ann,1767315700,,scroll,\n";
    let text = r#"
        [columns]
        person = "user_pseudo_id"
        time = "event_timestamp"
        event = "event_name"
        value = "value"
        channel = "source"
        [kinds]
        session_start = { kind = "touch" }
        purchase = { kind = "conversion", goal = "sale" }
    "#;
    let reading = read(&mapping(text), file);
    assert_eq!(last_touch(&reading)["google"], 50.0);
    assert_eq!(reading.report.other_events["scroll"], 1);
    assert_eq!(reading.events.get(1).unwrap().goal(), Some("sale"));
}

const WEB: &str = r#"
    [columns]
    person = ["user", "cookie"]
    time = "at"
    event = "name"
    value = "amount"
    source = "utm_source"
    medium = "utm_medium"
    referrer = "from"
    url = "page"
    [channels]
    own_hosts = ["shop.example"]
    [kinds]
"#;

const VISITS: &str = "user,cookie,at,name,amount,utm_source,utm_medium,from,page\n\
    ,c1,1767225600,view,,google,cpc,,\n\
    ,c1,1767225660,view,,,,https://www.google.com/,\n\
    ,c1,1767225720,view,,,,https://shop.example/cart,\n\
    ,c1,1767225780,view,,,,,https://shop.example/?gclid=x\n\
    ,c1,1767225840,view,,,,,\n\
    u7,c1,1767225900,order,20,,,,\n";

#[test]
fn a_touch_needs_what_the_rule_asks() {
    let touches = |when: &str| {
        let rule = format!("{WEB}view = {{ kind = \"touch\", when = \"{when}\" }}");
        let reading = read(&mapping(&rule), VISITS);
        let channels: Vec<String> = reading
            .events
            .iter()
            .map(|event| event.channel().unwrap_or_default().to_owned())
            .collect();
        (channels.join(", "), reading.report.without_source)
    };
    let direct = "Paid Search, Organic Search, Direct, Paid Search, Direct".to_owned();
    assert_eq!(touches("always"), (direct, 0));
    let tagged = "Paid Search, Paid Search".to_owned();
    assert_eq!(touches("has_source"), (tagged, 3));
    let linked = "Paid Search, Organic Search, Paid Search".to_owned();
    assert_eq!(touches("has_source_or_referrer"), (linked, 2));
    let changed = "Paid Search, Organic Search, Direct, Paid Search, Direct".to_owned();
    assert_eq!(touches("source_changed"), (changed, 0));
}

#[test]
fn the_first_person_that_is_no_placeholder_counts() {
    let file = "user,cookie,at,name,amount,utm_source,utm_medium,from,page\n\
        (not set),c1,1767225600,view,,google,cpc,,\n\
        undefined,,1767225700,view,,google,cpc,,\n\
        u7,c1,1767225900,order,20,,,,\n\
        ,,1767225950,order,30,,,,\n";
    let rules = format!("{WEB}view = {{}}\norder = {{ kind = \"conversion\" }}");
    let reading = read(&mapping(&rules), file);
    assert_eq!(events(&reading)[0], "c1 1767225600 Paid Search");
    assert_eq!(events(&reading)[1], "u7 1767225900 Conversion 20");
    let cleaned = reading.report.cleaned_rows;
    assert_eq!(
        (cleaned.unknown_touches, cleaned.unknown_conversions),
        (1, 1)
    );
    assert_eq!(reading.report.value, 50.0);
}

/// A feed that names events by numbers in one text.
#[test]
fn events_can_be_told_by_patterns() {
    let file = "id,at,events,page\n7,1767225600,\"2,12\",https://a.example/?utm_source=acme\n\
                7,1767225700,\"12,1,3\",\n";
    let text = r#"
        [columns]
        person = "id"
        time = "at"
        event = "events"
        url = "page"
        [kinds]
        "re:(^|,)1(,|$)" = { kind = "conversion" }
        "*" = { kind = "touch", when = "has_source" }
    "#;
    assert_eq!(
        events(&read(&mapping(text), file)),
        ["7 1767225600 Unassigned", "7 1767225700 Conversion 0"]
    );
}

#[test]
fn what_a_mapping_lacks_or_misspells_is_named() {
    let file = "a,b\n1,2\n";
    let message = |toml: &str| refusal(&mapping(toml), file);
    assert_eq!(
        message("[kinds]\n\"*\" = {}"),
        "columns.person is unset, expected: the name of a column"
    );
    let columns = "[columns]\nperson = \"a\"\ntime = \"b\"\n";
    assert!(message(columns).starts_with("kinds is unset"));
    let gap = "[kinds]\nx = { sessions = { gap = \"soon\" } }";
    assert_eq!(
        message(&format!("{columns}{gap}")),
        "kinds.x.sessions is soon, expected: a number and d, h, m or s, as in 30m"
    );
    assert_eq!(
        message(&format!(
            "{columns}value = \"revenu\"\n[kinds]\n\"*\" = {{}}"
        )),
        "no column \"revenu\", found: a, b"
    );
    let error = mixtouch::io::Mapping::from_toml("[colums]\nperson = \"a\"").unwrap_err();
    assert!(error.to_string().contains("colums"), "{error}");
    let error = mixtouch::io::Mapping::preset("ga5").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the preset is \"ga5\", expected: plain, ga4,"),
        "{error}"
    );
}
