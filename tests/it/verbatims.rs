//! Answers in text: planted terms are found, and nobody's words are shown alone.

use mixtouch::kpi::service::Questions;
use mixtouch::kpi::verbatims::{Lexicon, TermContrast, VerbatimOptions, Verbatims};
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::privacy::MinimumGroup;
use mixtouch::report::Report;
use mixtouch::time::Periods;
use mixtouch::{Error, Event, Events, Kind, Result, TimeZone};

const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// A repeatable stream of numbers from 0 to 1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn answer(log: &mut Events, person: u64, score: f64, text: &str) {
    let row = Event::of_kind(Kind::Survey, person, START + person as i64 % 50 * DAY);
    log.push(row.with_goal("nps").with_value(score).with_texts(&[text]))
        .unwrap();
}

fn empty() -> Events {
    Events::with_columns(["comment"]).keep_all()
}

fn said(log: &Events, options: &VerbatimOptions, kpis: &KpiOptions) -> Result<Verbatims> {
    Verbatims::new(
        &PersonTimelines::new(log)?,
        &Questions::default(),
        options,
        kpis,
    )
}

fn by_score(log: &Events, options: &VerbatimOptions) -> TermContrast {
    said(log, options, &KpiOptions::default())
        .unwrap()
        .by_score
        .unwrap()
}

fn terms(contrast: &TermContrast) -> Vec<&str> {
    contrast
        .terms
        .iter()
        .map(|term| term.term.as_str())
        .collect()
}

/// Answers of 60 neutral words, each said by a tenth; detractors say "late" with this probability,
/// promoters with .1.
fn world(persons: u64, late: f64, seed: u64) -> Events {
    let (mut log, mut dice) = (empty(), Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1));
    for person in 0..persons {
        let promoter = person % 2 == 0;
        let mut text: Vec<String> = (0..60)
            .filter(|_| dice.roll() < 0.1)
            .map(|word| {
                format!("word{}", char::from(b'a' + (word % 26) as u8)) + &"x".repeat(word / 26)
            })
            .collect();
        if dice.roll() < if promoter { 0.1 } else { late } {
            text.push("late".into());
        }
        answer(
            &mut log,
            person,
            if promoter { 9.0 } else { 3.0 },
            &text.join(" "),
        );
    }
    log
}

#[test]
fn a_planted_term_is_found_and_neutral_words_are_not() {
    let (mut found, mut false_finds, worlds) = (0, 0, 40);
    for seed in 0..worlds {
        let planted = by_score(&world(400, 0.35, seed), &VerbatimOptions::default());
        let [promoters, detractors] = planted.sure();
        found += usize::from(detractors.first().is_some_and(|term| term.term == "late"));
        let late = detractors.first().unwrap();
        assert!(late.odds.value < 0.0 && late.odds.interval.high() < 0.0);
        assert!(
            promoters.len() + detractors.len() < 6,
            "{promoters:?} {detractors:?}"
        );
        let none = by_score(&world(400, 0.1, seed), &VerbatimOptions::default());
        false_finds += usize::from(none.sure().iter().any(|side| !side.is_empty()));
    }
    assert_eq!(found, worlds as usize);
    assert!(
        false_finds <= 5,
        "{false_finds} of {worlds} worlds without a difference"
    );
}

#[test]
fn nobodys_words_are_shown_alone() {
    let mut log = empty();
    for person in 0..90u64 {
        let (score, text) = match person {
            0..30 => (10.0, "all good"),
            30..60 => (1.0, "all bad"),
            60..64 => (1.0, "all bad refund"), // four persons
            64..69 => (1.0, "all bad parcel"), // five
            _ => (7.0, "all right"),
        };
        answer(&mut log, person, score, text);
    }
    // a word of five of the passives and two detractors: two could be found by subtraction
    for person in 90..97u64 {
        answer(
            &mut log,
            person,
            if person < 95 { 7.0 } else { 1.0 },
            "courier",
        );
    }
    let shown = by_score(&log, &VerbatimOptions::default());
    let words = terms(&shown);
    assert!(
        words.contains(&"parcel") && words.contains(&"bad"),
        "{words:?}"
    );
    assert!(
        !words.contains(&"refund") && !words.contains(&"courier"),
        "{words:?}"
    );
    assert_eq!(shown.withheld, 2);
    // the minimum group of the KPIs holds too
    let kpis = KpiOptions::default().with_minimum(MinimumGroup::new(6).unwrap());
    let fewer = said(&log, &VerbatimOptions::default(), &kpis).unwrap();
    assert!(!terms(fewer.by_score.as_ref().unwrap()).contains(&"parcel"));
    let text = fewer.to_text();
    assert!(
        !text.contains("refund") && text.contains("terms of too few persons"),
        "{text}"
    );
    // whoever repeats a word counts once
    for at in 0..40 {
        let row = Event::of_kind(Kind::Survey, 60u64, START + at * DAY).with_goal("nps");
        log.push(row.with_value(1.0).with_texts(&["refund refund refund"]))
            .unwrap();
    }
    assert!(!terms(&by_score(&log, &VerbatimOptions::default())).contains(&"refund"));
}

#[test]
fn a_group_of_few_is_neither_shown_nor_to_be_found_by_subtraction() {
    let mut log = empty();
    for person in 0..60u64 {
        // chat has three persons, of whom two say slow
        let (channel, text) = match person {
            0..30 => (
                "web",
                if person < 12 {
                    "page slow"
                } else {
                    "page fine"
                },
            ),
            30..57 => (
                "store",
                if person < 39 {
                    "till slow"
                } else {
                    "till fine"
                },
            ),
            _ => ("chat", if person < 59 { "bot slow" } else { "bot fine" }),
        };
        let row = Event::of_kind(Kind::Survey, person, START).with_channel(channel);
        log.push(row.with_goal("why").with_texts(&[text])).unwrap();
    }
    let said = said(&log, &VerbatimOptions::default(), &KpiOptions::default()).unwrap();
    assert!(said.by_score.is_none(), "nobody was asked for a score");
    let groups: Vec<&str> = said
        .by_channel
        .iter()
        .map(|one| one.group.as_str())
        .collect();
    assert_eq!(groups, ["store", "web"]);
    for contrast in &said.by_channel {
        let words = terms(contrast);
        assert!(
            !words.contains(&"slow") && !words.contains(&"bot"),
            "{words:?}"
        );
        assert!(
            words.contains(&"page") && words.contains(&"till"),
            "{words:?}"
        );
    }
}

#[test]
fn a_text_goes_with_the_nearest_score_of_a_day() {
    let mut log = empty();
    for person in 0..40u64 {
        let score = if person < 20 { 10.0 } else { 0.0 };
        let asked = Event::of_kind(Kind::Survey, person, START)
            .with_goal("nps")
            .with_value(score);
        log.push(asked.with_texts(&[""])).unwrap();
        let text = if person < 20 { "lovely" } else { "broken" };
        // five of each answer two days later: to no score
        let hours = if person % 4 == 0 { 48 } else { 2 };
        let why = Event::of_kind(Kind::Survey, person, START + 3_600 * hours).with_goal("why");
        log.push(why.with_texts(&[text])).unwrap();
    }
    let contrast = by_score(&log, &VerbatimOptions::default());
    assert_eq!(contrast.persons, [15, 15]);
    let [own, other] = contrast.sure();
    assert_eq!((own[0].term.as_str(), own[0].persons), ("lovely", [15, 0]));
    assert_eq!(
        (other[0].term.as_str(), other[0].persons),
        ("broken", [0, 15])
    );
}

#[test]
fn periods_are_set_apart_and_rows_come_in_any_order() {
    let rows: Vec<(u64, i64, &str)> = (0..80)
        .map(|person: u64| {
            let late = person >= 40;
            let time = START + if late { 40 * DAY } else { 2 * DAY };
            (
                person,
                time,
                if late { "strike delay" } else { "snow delay" },
            )
        })
        .collect();
    let read = |reversed: bool| {
        let mut log = empty();
        let mut rows = rows.clone();
        if reversed {
            rows.reverse();
        }
        for (person, time, text) in rows {
            let row = Event::of_kind(Kind::Survey, person, time).with_goal("why");
            log.push(row.with_texts(&[text])).unwrap();
        }
        let months = Periods::months("2026-01-01".parse().unwrap(), 2, 1, &TimeZone::utc());
        let kpis = KpiOptions::default().with_periods(months.unwrap());
        said(&log, &VerbatimOptions::default(), &kpis).unwrap()
    };
    let said = read(false);
    assert_eq!(said, read(true));
    let [january, february] = said.by_period.as_slice() else {
        panic!("two months: {:?}", said.by_period);
    };
    assert_eq!(
        (january.group.as_str(), february.group.as_str()),
        ("2026-01", "2026-02")
    );
    assert_eq!(january.sure()[0][0].term, "snow");
    assert_eq!(february.sure()[0][0].term, "strike");
}

#[test]
fn feelings_are_by_person_and_a_function_may_say_nothing() {
    let mut log = empty();
    for person in 0..30u64 {
        answer(
            &mut log,
            person,
            8.0,
            if person < 10 { "great" } else { "late" },
        );
    }
    let lexicon = Lexicon::new([("great", 1.0), ("late", -1.0)]).unwrap();
    let read = |score: &dyn Fn(&str) -> Option<f64>| {
        let timelines = PersonTimelines::new(&log).unwrap();
        let (questions, options) = (Questions::default(), VerbatimOptions::default());
        Verbatims::scored(
            &timelines,
            &questions,
            &options,
            &KpiOptions::default(),
            score,
        )
        .unwrap()
    };
    let feeling = read(&|text| lexicon.score(text)).sentiment.unwrap().overall;
    assert_eq!((feeling.answers, feeling.persons), (30, 30));
    let mean = feeling.score.mean.unwrap();
    assert!((mean + 1.0 / 3.0).abs() < 1e-12 && feeling.score.interval.unwrap().contains(mean));
    for nothing in [None, Some(f64::NAN), Some(f64::INFINITY)] {
        let none = read(&|_| nothing).sentiment.unwrap().overall;
        assert_eq!((none.answers, none.score.mean), (0, None));
    }
}

#[test]
fn texts_of_anybody_do_no_harm() {
    let long = "word ".repeat(50_000);
    let texts = [
        "",
        "\u{0}\u{202e}\u{feff}",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "\u{1f600}\u{200d}\u{1f525} \u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        "12345 +49 170 0000000",
        &long,
    ];
    let mut log = empty();
    for person in 0..70u64 {
        let score = if person % 2 == 0 { 10.0 } else { 0.0 };
        answer(
            &mut log,
            person,
            score,
            texts[person as usize % texts.len()],
        );
    }
    let options = VerbatimOptions::default().with_pairs(true);
    let read = said(&log, &options, &KpiOptions::default()).unwrap();
    assert_eq!((read.population, read.without_text), (40, 30));
    let words = terms(read.by_score.as_ref().unwrap());
    assert!(words.contains(&"script alert") && words.contains(&"\u{5e9}\u{5dc}\u{5d5}\u{5dd}"));
    assert!(
        words
            .iter()
            .all(|word| !word.contains(['<', '=', '\u{0}', '1']))
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    let mut log = empty();
    answer(&mut log, 1, 9.0, "fine");
    let kpis = KpiOptions::default();
    let other = VerbatimOptions::default().with_column("why");
    let missing = said(&log, &other, &kpis).unwrap_err();
    assert!(matches!(missing, Error::MissingColumn { ref column, .. } if column == "why"));
    for bad in [
        VerbatimOptions::default().with_least_persons(0),
        VerbatimOptions::default().with_prior_words(0.0),
        VerbatimOptions::default().with_prior_words(f64::NAN),
    ] {
        assert!(said(&log, &bad, &kpis).is_err(), "{bad:?}");
    }
    assert!(
        said(&empty(), &VerbatimOptions::default(), &kpis).is_err(),
        "no row"
    );
    let alone = said(&log, &VerbatimOptions::default(), &kpis).unwrap();
    assert_eq!((alone.population, alone.by_score), (1, None));
    let settings = serde_json::from_str::<VerbatimOptions>(r#"{"column": "why", "pairs": true}"#);
    assert_eq!(settings.unwrap().column(), "why");
    assert!(serde_json::from_str::<VerbatimOptions>(r#"{"colum": "why"}"#).is_err());
}
