//! The dashboard of the example `omnichannel`: every family of figures is there, and they agree
//! with each other.

#[cfg(feature = "html")]
use super::run::File;
use super::run::{Folder, assert_refused, run};
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::identity::{HashKey, Pseudonymiser, Resolver, Rules, WithoutConsent};
use mixtouch::io::EventColumns;
use mixtouch::io::IdentifiedReader;
use mixtouch::time::TimeRange;
use mixtouch::{Fit, JourneyOptions, Journeys, attribute};
use serde_json::Value;

const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// What it writes to standard output.
fn page(options: &[&str]) -> String {
    let (status, out, told) = run("omnichannel", options);
    assert_eq!(status, 0, "{options:?}: {told}");
    out
}

fn json(options: &[&str]) -> Value {
    serde_json::from_str(&page(&[options, &["--json"]].concat())).unwrap()
}

fn number(json: &Value, path: &str) -> f64 {
    json.pointer(path)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("no number at {path}"))
}

/// The families that are objects of one period, which is that of the journeys.
const FAMILIES: [&str; 22] = [
    "conversion",
    "purchase_paths",
    "journey_kinds",
    "returns",
    "acquisition",
    "mailing",
    "retention",
    "cohorts",
    "repurchase",
    "buying_cycles",
    "rfm",
    "lifetime_value",
    "lifetime_value_by_segment",
    "value_to_cost",
    "payback",
    "voice",
    "resolutions",
    "service",
    "carts",
    "journey_map",
    "journey_stages",
    "frequent_paths",
];

/// Walks the document: every share with a population is a number from 0 to 1 that its count makes,
/// inside its interval.
fn check_shares(at: &str, value: &Value, shares: &mut usize) {
    let Some(object) = value.as_object() else {
        for (place, item) in value.as_array().into_iter().flatten().enumerate() {
            check_shares(&format!("{at}/{place}"), item, shares);
        }
        return;
    };
    if let (Some(count), Some(population), Some(rate)) = (
        object.get("count"),
        object.get("population"),
        object.get("rate"),
    ) {
        *shares += 1;
        let (count, population) = (count.as_f64().unwrap(), population.as_f64().unwrap());
        match rate.as_f64() {
            Some(rate) => {
                assert!(
                    (rate - count / population).abs() < 1e-12 && (0.0..=1.0).contains(&rate),
                    "{at}: {value}"
                );
                check_interval(at, value, rate);
            }
            None => assert_eq!(population, 0.0, "{at}: {value}"),
        }
    }
    object
        .iter()
        .for_each(|(name, item)| check_shares(&format!("{at}/{name}"), item, shares));
}

/// The interval holds the rate; only the events of one person have none.
fn check_interval(at: &str, value: &Value, rate: f64) {
    if value["interval"].is_null() {
        assert_eq!(number(value, "/by_person/persons"), 1.0, "{at}: {value}");
        return;
    }
    let ends = ["/interval/low", "/interval/high"].map(|end| number(value, end));
    assert!(
        0.0 <= ends[0] && ends[0] <= rate && rate <= ends[1] && ends[1] <= 1.0,
        "{at}: {value}"
    );
}

/// The sum of a field over the rows of a table.
fn sum(rows: &Value, field: &str) -> f64 {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| number(row, field))
        .sum()
}

#[track_caller]
fn near(what: &str, got: f64, want: f64) {
    assert!(
        (got - want).abs() < 1e-6 * want.abs(),
        "{what}: {got}, not {want}"
    );
}

/// Conversions, value, spend and customers are the same in every family.
fn check_money(document: &Value) {
    let at = |path: &str| number(document, path);
    // purchases: those of KPIs, of credits, of kinds of journeys and of the map
    let conversions = at("/conversion/conversions");
    for path in [
        "/returns/whole/conversions",
        "/returns/population",
        "/journey_kinds/population",
        "/journey_map/conversion/count",
    ] {
        assert_eq!(at(path), conversions, "{path}");
    }
    near("value", at("/returns/whole/value"), at("/conversion/value"));
    near(
        "kinds",
        sum(&document["journey_kinds"]["kinds"], "/purchases/count"),
        conversions,
    );
    near(
        "by channel",
        sum(&document["returns"]["channels"], "/conversions"),
        at("/returns/credited/conversions"),
    );
    near(
        "spend",
        sum(&document["returns"]["channels"], "/spend"),
        at("/returns/whole/spend"),
    );
    assert_eq!(at("/acquisition/spend"), at("/returns/whole/spend"));
    // customers: those that cost something to win, those who stay or go, cohorts, segments, groups
    let new = at("/acquisition/new_customers");
    near(
        "retention's",
        sum(&document["retention"]["periods"], "/new_customers"),
        new,
    );
    near(
        "cohorts'",
        sum(&document["cohorts"]["cohorts"], "/customers"),
        new,
    );
    near(
        "credited",
        sum(&document["acquisition"]["channels"], "/new_customers")
            + at("/acquisition/baseline")
            + at("/acquisition/unattributed"),
        new,
    );
    for family in [
        "retention",
        "repurchase",
        "rfm",
        "lifetime_value",
        "lifetime_value_by_segment",
        "value_to_cost",
    ] {
        assert_eq!(
            number(&document[family], "/population"),
            at("/acquisition/population"),
            "{family}"
        );
    }
    near(
        "segments",
        sum(&document["rfm"]["segments"], "/customers/count"),
        at("/rfm/population"),
    );
    near("worth", at("/lifetime_value/whole/total"), at("/rfm/value"));
    near(
        "of segments",
        sum(
            &document["lifetime_value_by_segment"]["groups"],
            "/value/total",
        ),
        at("/rfm/value"),
    );
}

/// Who served adds up, and so do answers, carts and journeys.
fn check_service(document: &Value) {
    let at = |path: &str| number(document, path);
    // who served, and for whom
    near(
        "agents",
        sum(
            &document["service"]["agents"],
            "/figures/overall/interactions",
        ),
        at("/service/population"),
    );
    near(
        "teams",
        sum(
            &document["service"]["teams"],
            "/figures/overall/interactions",
        ),
        at("/service/population"),
    );
    near(
        "devices",
        sum(
            &document["carts"]["by_device"],
            "/figures/abandoned/population",
        ),
        at("/carts/population"),
    );
    for path in ["/journey_stages/population", "/frequent_paths/population"] {
        assert_eq!(at(path), at("/journey_map/population"), "{path}");
    }
    near(
        "answers",
        sum(&document["voice"]["questions"], "/scores/overall/answers"),
        at("/voice/population"),
    );
    let satisfied = document["voice"]["questions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|of| of["question"] == "csat")
        .unwrap();
    assert_eq!(number(satisfied, "/off_scale"), 0.0);
    assert!(
        number(satisfied, "/scores/overall/answers")
            >= at("/service/whole/overall/satisfaction/population")
    );
}

#[test]
fn every_family_is_there_and_they_agree() {
    let folder = Folder::new("agree");
    let simulated = ["--persons", "4000", "--seed", "3", "--out", folder.name()];
    let document = json(&[&simulated[..], &["--model", "time-to-event"]].concat());
    for family in FAMILIES {
        assert_eq!(
            (
                number(&document[family], "/window/from"),
                number(&document[family], "/window/to")
            ),
            (1_767_225_600.0, 1_775_001_600.0)
        );
        assert!(number(&document[family], "/population") > 0.0, "{family}");
    }
    let mut shares = 0;
    check_shares("", &document, &mut shares);
    assert!(shares > 300, "{shares} shares");
    check_money(&document);
    check_service(&document);
    check_credit(&document, &folder);
    check_files(&document, &folder);
}

/// The library's own credit for the files that were written.
fn check_credit(document: &Value, folder: &Folder) {
    let hasher = Pseudonymiser::new(KEY.parse::<HashKey>().unwrap(), &Rules::standard());
    let open = |name: &str| std::fs::File::open(folder.file(name)).unwrap();
    let log = IdentifiedReader::csv(open("events.csv"), EventColumns::default(), &hasher)
        .unwrap()
        .read_all()
        .unwrap();
    let mut resolver = Resolver::new(Rules::standard().with_confidence(0.8).unwrap());
    resolver = resolver
        .with_consent(
            mixtouch::identity::Consent::from_csv(open("consent.csv"), &hasher).unwrap(),
            "measurement",
        )
        .unwrap();
    resolver
        .add_links(mixtouch::identity::Links::from_csv(open("identifiers.csv"), &hasher).unwrap());
    resolver.add_events(&log);
    let stitched = resolver
        .resolve()
        .unwrap()
        .stitch(&log, WithoutConsent::TotalsOnly)
        .unwrap();
    let (contacts, _) = stitched
        .events
        .retained(|event| event.channel() != Some("e-mail") || event.interaction().is_some());
    let period = TimeRange::new(1_767_225_600, 1_775_001_600).unwrap();
    let journeys =
        Journeys::from_events(&contacts, JourneyOptions::default().with_period(period)).unwrap();
    let credits = attribute(
        &journeys,
        &AdditiveHazard::default().fit(&journeys).unwrap(),
    )
    .unwrap();
    assert_eq!(
        credits.total().conversions,
        number(document, "/conversion/conversions")
    );
    near(
        "credited",
        number(document, "/returns/credited/conversions"),
        credits.credited().conversions,
    );
}

/// The example on those files says what it says of the simulation.
fn check_files(document: &Value, folder: &Folder) {
    let stages = "tv=discovery,social=discovery,display=discovery,e-mail=consideration,search=consideration,direct=purchase";
    let files = [
        "--events",
        &folder.file("events.csv"),
        "--identifiers",
        &folder.file("identifiers.csv"),
    ];
    let period = [
        "--offline",
        "store",
        "--from",
        "2026-01-01",
        "--to",
        "2026-03-31",
        "--stages",
        stages,
    ];
    let consent = folder.file("consent.csv");
    let more = [
        "--consent",
        &consent,
        "--key",
        KEY,
        "--model",
        "time-to-event",
    ];
    let more = [&more[..], &period].concat();
    let read = json(&[&files[..], &more].concat());
    for family in FAMILIES {
        assert_eq!(read[family], document[family], "{family}");
    }
}

#[test]
fn the_page_has_every_section() {
    let page = page(&["--persons", "1500"]);
    let sections = [
        "FROM IDENTIFIERS",
        "CONVERSION AND COST",
        "CUSTOMERS AND",
        "WHAT CUSTOMERS SAY",
        "WHERE JOURNEYS GO",
    ];
    let titles = [
        "conversion, ",
        "path to a purchase, ",
        "kinds of journeys, ",
        "return on spend, ",
        "new customers, ",
        "e-mails, ",
        "retention, ",
        "cohorts, ",
        "repurchase, ",
        "regular buyers, ",
        "recency, frequency, value, ",
        "customer lifetime value, ",
        "lifetime value against cost, ",
        "voice of the customer, ",
        "service cases, ",
        "service, ",
        "carts, ",
        "journey map, ",
        "paths, ",
    ];
    for start in sections {
        assert!(
            page.lines().any(|line| line.starts_with(start)),
            "no {start:?}"
        );
    }
    for start in titles {
        let dated =
            |line: &str| line.starts_with(start) && line.contains("2026-01-01 to 2026-04-01");
        assert!(page.lines().any(dated), "no {start:?}");
    }
    assert!(
        !page.contains("NaN") && !page.contains("inf ") && !page.contains("-0.00 "),
        "{page}"
    );
}

#[test]
fn a_log_without_those_rows_and_columns_has_no_such_families() {
    let folder = Folder::new("plain");
    let mut rows = String::from("id:card,timestamp,channel,kind,value,cost\n");
    for person in 0..40 {
        let time = 1_767_225_600 + 86_400 * (person % 30);
        rows += &format!("c{person},{time},social,touch,,0.5\n");
        rows += &format!(
            "c{person},{},{}\n",
            time + 3600,
            if person % 4 == 0 {
                "web,conversion,20,"
            } else {
                "search,touch,,1"
            }
        );
    }
    let log = folder.file("events.csv");
    std::fs::write(&log, &rows).unwrap();
    let document = json(&["--events", &log, "--key", KEY]);
    for family in [
        "conversion",
        "acquisition",
        "retention",
        "journey_map",
        "frequent_paths",
    ] {
        assert!(number(&document[family], "/population") > 0.0, "{family}");
    }
    for family in ["voice", "resolutions", "service", "carts", "mailing"] {
        assert!(document.get(family).is_none(), "{family}");
    }
    // one column and one kind more, and there is one family more; an answer off its scale is
    // counted
    let with_agents: String = rows
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{line},{}\n", ["goal,agent", ","][usize::from(at > 0)]))
        .chain((0..12).map(|person| format!("c{person},1768000000,,survey,{},,nps,\n", 5 + person)))
        .chain((0..12).map(|person| {
            format!(
                "c{person},1768000000,call,case_open,,,,{}\n",
                ["zoe", "yan"][person % 2]
            )
        }))
        .collect();
    std::fs::write(&log, with_agents).unwrap();
    let document = json(&["--events", &log, "--key", KEY, "--minimum-group", "1"]);
    let nps = document["voice"]["questions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|of| of["question"] == "nps")
        .unwrap();
    assert_eq!(
        (
            number(nps, "/scores/overall/answers"),
            number(nps, "/off_scale")
        ),
        (6.0, 6.0)
    );
    assert_eq!(number(&document, "/resolutions/cases/overall/open"), 12.0);
    let agents: Vec<&str> = document["service"]["agents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["name"].as_str().unwrap())
        .collect();
    assert_eq!(agents, ["yan", "zoe"]);
    assert!(document.get("carts").is_none());
}

#[test]
fn margins_models_and_stages_are_as_asked() {
    let folder = Folder::new("asked");
    let log = folder.file("events.csv");
    let rows = "id:card,timestamp,channel,kind,value,cost,margin\n\
                a,1767225600,social,touch,,2,\na,1767229200,search,touch,,1,\na,1767232800,web,conversion,50,,20\n\
                b,1767225600,search,touch,,1,\nb,1767229200,web,conversion,30,,\n";
    std::fs::write(&log, rows).unwrap();
    let base = [
        "--events",
        &log,
        "--key",
        KEY,
        "--minimum-group",
        "1",
        "--margin",
        "0.5",
    ];
    let asked = |more: &[&str]| json(&[&base[..], more].concat());
    let last = asked(&[
        "--model",
        "last-touch",
        "--stages",
        "social=discovery,search=consideration",
    ]);
    let of = |document: &Value, channel: &str| {
        let channels = document["acquisition"]["channels"].as_array().unwrap();
        number(
            channels
                .iter()
                .find(|row| row["channel"] == channel)
                .unwrap(),
            "/new_customers",
        )
    };
    assert_eq!((of(&last, "search"), of(&last, "social")), (2.0, 0.0));
    // 20 as stated, and half of 30
    assert_eq!(number(&last, "/lifetime_value/whole/total"), 35.0);
    assert_eq!(last["journey_stages"]["steps"][0]["step"], "discovery");
    assert_eq!(
        number(&last, "/journey_stages/steps/1/conversion/count"),
        2.0
    );
    let first = asked(&["--model", "first-touch"]);
    assert_eq!((of(&first, "search"), of(&first, "social")), (1.0, 1.0));
    assert!(first.get("journey_stages").is_none());
    // 10 of b's purchase come back with a third of its margin; what c never bought is told
    std::fs::write(
        &log,
        format!("{rows}b,1767232900,web,return,10,,\nc,1767232900,web,return,7,,\n"),
    )
    .unwrap();
    let net = ["--returns", "net", "--json"];
    let (_, returned, told) = run("omnichannel", &[&base[..], &net].concat());
    assert!(
        told.contains("1 return belongs to no conversion of the log\n"),
        "{told}"
    );
    assert_eq!(
        number(
            &serde_json::from_str(&returned).unwrap(),
            "/lifetime_value/whole/total"
        ),
        30.0
    );
    // answers behind the last purchase count where no days are asked for; what is no number is
    // named
    let header = rows.lines().next().unwrap();
    let surveyed = rows
        .lines()
        .skip(1)
        .map(|line| format!("{line}{}\n", ",".repeat(7 - line.matches(',').count())));
    let answer = "a,1769000000,,survey,9,,,nps\n".to_owned();
    let surveyed: String = std::iter::once(format!("{header},goal\n"))
        .chain(surveyed)
        .chain([answer])
        .collect();
    std::fs::write(&log, surveyed).unwrap();
    assert_eq!(number(&asked(&[]), "/voice/population"), 1.0);
    assert_eq!(number(&asked(&[]), "/voice/window/to"), 1_769_000_001.0);
    assert!(asked(&["--to", "2026-01-02"]).get("voice").is_none());
    std::fs::write(&log, rows.replace(",20\n", ",much\n")).unwrap();
    assert_refused(
        "omnichannel",
        &base,
        &["error: margin is \"much\", expected: a finite number, or nothing\n"],
    );
    std::fs::write(&log, rows).unwrap();
    for (stages, message) in [
        (
            "social",
            "--stages is social, expected: CHANNEL=STAGE, the stage discovery, consideration, purchase, use or loyalty",
        ),
        (
            "social=fun",
            "--stages is social=fun, expected: CHANNEL=STAGE, the stage discovery, consideration, purchase, use or loyalty",
        ),
        (
            "social=use",
            "the stage of channel \"search\" is missing, expected: a stage for each channel",
        ),
        (
            "radio=use",
            "the table of stages names channel \"radio\", expected: search, social",
        ),
    ] {
        let options = [&base[..], &["--model", "linear", "--stages", stages]].concat();
        assert_refused("omnichannel", &options, &[&format!("error: {message}\n")]);
    }
    let backwards = [&base[..], &["--from", "2026-02-01", "--to", "2026-01-31"]].concat();
    assert_refused(
        "omnichannel",
        &backwards,
        &["error: the period's last day is 2026-01-31, expected: 2026-02-01 or later\n"],
    );
    assert_refused(
        "omnichannel",
        &[&base[..], &["--mail", ""]].concat(),
        &["a value is required for '--mail <NAME>'"],
    );
}

#[test]
fn nothing_is_told_apart_where_every_group_is_too_small() {
    let document = json(&["--persons", "500", "--minimum-group", "1000000"]);
    let empty = |path: &str| {
        document
            .pointer(path)
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
    };
    for path in [
        "/last_touch/channels",
        "/conversion/by_channel",
        "/conversion/by_first_channel",
        "/returns/channels",
        "/acquisition/channels",
        "/retention/periods",
        "/cohorts/cohorts",
        "/rfm/segments",
        "/lifetime_value/groups",
        "/journey_map/steps",
        "/frequent_paths/paths",
        "/service/agents",
        "/carts/by_device",
    ] {
        assert!(empty(path), "{path}: {:?}", document.pointer(path));
    }
    assert!(number(&document, "/acquisition/new_customers") > 20.0);
}

/// Persons of two personas, one of which buys twice as often, and of two more that are small; and a
/// number of theirs.
#[cfg(feature = "html")]
fn personas() -> File {
    let mut text = String::from("person,timestamp,kind,channel,value,persona,number\n");
    for person in 0..400 {
        let (persona, buys) = match person {
            0..200 => ("students", person % 10 < 3),
            200..388 => ("parents", person % 10 < 7),
            388..394 => ("few", person % 2 == 0),
            _ => ("rare", person % 2 == 0),
        };
        let number = person % 25;
        let day = 1 + person % 28;
        text += &format!("p{person},2026-01-{day:02}T10:00:00Z,touch,social,,,{number}\n");
        text += &format!("p{person},2026-01-{day:02}T11:00:00Z,touch,search,,{persona},\n");
        if buys {
            text += &format!("p{person},2026-01-{day:02}T12:00:00Z,conversion,,20,other,\n");
        }
    }
    File::new("personas.csv", &text)
}

#[cfg(feature = "html")]
#[test]
fn segments_of_a_column_stand_side_by_side() {
    let (log, folder) = (personas(), Folder::new("personas"));
    let path = folder.file("page.html");
    let asked = ["--events", log.name(), "--html", &path, "--personas"];
    page(&[&asked[..], &["persona", "--offline", "search"]].concat());
    let html = std::fs::read_to_string(&path).unwrap();
    assert!(html.contains("Segments side by side"));
    // the interval of twelve others overlaps both
    assert!(html.contains("Conversion: higher with parents than with students"));
    assert!(!html.contains("seed of the simulation"));
    assert!(
        !html.contains(">few<") && html.contains("(other)"),
        "six persons are no group of their own"
    );
    let lacking = [&asked[..], &["mood"]].concat();
    assert_refused("omnichannel", &lacking, &["mood"]);
    let many = [&asked[..], &["number", "--minimum-group", "1"]].concat();
    assert_refused("omnichannel", &many, &["--personas", "25 values"]);
    let unseen = ["--events", log.name(), "--personas", "persona"];
    assert_refused("omnichannel", &unseen, &["--personas", "--html"]);
}
