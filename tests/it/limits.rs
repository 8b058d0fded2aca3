//! What would take memory or time beyond measure is refused, and said in few words.

use mixtouch::mix::estimate::Search;
use mixtouch::mix::panel::{Finding, Panel};
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::{Day, Event, Events};

#[cfg(feature = "csv")]
fn read(file: &str) -> String {
    let columns = mixtouch::io::EventColumns::default();
    Events::from_csv(file.as_bytes(), columns)
        .unwrap_err()
        .to_string()
}

/// A field of 10 MB made an error of 10 MB.
#[cfg(feature = "csv")]
#[test]
fn errors_are_short() {
    let long = "x".repeat(10_000_000);
    let error = read(&format!(
        "person,timestamp,channel,kind\nann,{long},tv,touch\n"
    ));
    assert!(error.len() < 1_000, "{} bytes", error.len());
    assert!(error.contains("xx.. (10000000 bytes)"), "{error}");
    let header: String = (0..100_000).map(|at| format!("c{at},")).collect();
    let error = read(&header);
    assert!(error.len() < 2_000, "{} bytes", error.len());
    assert!(error.ends_with("and 99961 more"), "{error}");
    let error = read("person,timestamp,\u{1b}[2J,\u{202e}\n");
    assert!(!error.contains(['\u{1b}', '\u{202e}']), "{error:?}");
}

/// Evidence of other channels repeated the name of one, and its terminal code, as it was.
#[test]
fn names_in_errors_do_not_act_on_a_terminal() {
    use mixtouch::attribution::ChannelSetCounts;
    use mixtouch::{Accumulator, Channels};
    let [own, other] = ["\u{1b}[2J\u{202e}", "tv"].map(|name| Channels::new([name]).unwrap());
    let mut counts = ChannelSetCounts::new(&own);
    let error = counts.merge(ChannelSetCounts::new(&other)).unwrap_err();
    let error = error.to_string();
    assert!(!error.contains(['\u{1b}', '\u{202e}']), "{error:?}");
    assert!(error.contains("\\u{1b}[2J"), "{error}");
}

#[test]
fn a_name_of_megabytes_does_not_hang_the_message() {
    let mut log = Events::new();
    let long = "x".repeat(1_000_000);
    log.push(Event::touch("ann", 5, &long)).unwrap();
    let journeys = mixtouch::Journeys::from_events(
        &log,
        mixtouch::JourneyOptions::default().with_exclude([format!("{long}y")]),
    );
    let error = journeys.unwrap_err().to_string();
    assert!(error.len() < 2_000, "{} bytes", error.len());
}

#[test]
fn counts_in_settings_are_bounded() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let few = Search::default()
        .with_evaluations(10)
        .with_pareto_evaluations(0)
        .with_draws(1);
    for search in [
        few.with_evaluations(1_000_000_000_000),
        few.with_evaluations(usize::MAX),
        few.with_pareto_evaluations(1_000_000_000_000),
        few.with_draws(usize::MAX),
        few.with_folds(usize::MAX),
    ] {
        let error = search.fit(&MixSpecification::new(), &panel).unwrap_err();
        assert!(error.to_string().contains("expected: "), "{error}");
    }
    let fit = few.fit(&MixSpecification::new(), &panel).unwrap();
    for periods in [0, 1_000_000_000, usize::MAX] {
        let error = fit.posterior().response_curves(periods).unwrap_err();
        assert!(error.to_string().contains("expected: "), "{error}");
        assert!(fit.posterior().budget(periods, 0.5, 1.5).is_err());
    }
    let huge = MixSpecification::new().with_window(usize::MAX);
    assert!(few.fit(&huge, &panel).is_err());
}

#[test]
fn counts_in_settings_of_attribution_are_bounded() {
    use mixtouch::attribution::hazard::AdditiveHazard;
    use mixtouch::attribution::markov::Markov;
    use mixtouch::attribution::shapley::ResponseShapley;
    use mixtouch::{ChannelId, Fit, JourneyOptions, Journeys};
    let mut log = Events::new();
    for person in 0..20_u64 {
        log.push(Event::touch(person, 1_000, "tv")).unwrap();
        log.push(Event::touch(person, 2_000, "search")).unwrap();
        if person < 9 {
            log.push(Event::conversion(person, 3_000)).unwrap();
        }
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let game = |pairs| {
        let rate = |set: &[ChannelId]| 0.1 * set.len() as f64;
        let game = ResponseShapley::new(rate).with_most_pairs(pairs);
        game.fit(&journeys).map(drop)
    };
    assert!(game(1_000_000).is_ok());
    let error = game(1_000_001).unwrap_err().to_string();
    assert!(error.contains("expected: 2 to 1000000"), "{error}");
    for steps in [1_000_001, u64::MAX] {
        let hazard = AdditiveHazard::default().with_most_steps(steps);
        let error = hazard.fit(&journeys).unwrap_err().to_string();
        assert!(error.contains("expected: at most 1000000"), "{error}");
    }
    let error = Markov::order(usize::MAX).unwrap_err().to_string();
    assert!(error.contains("expected: 1 to "), "{error}");
}

#[cfg(feature = "linfa")]
#[test]
fn draws_are_bounded() {
    use mixtouch::mix::estimate::LeastSquares;
    let panel = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let many = LeastSquares::default().with_draws(1_000_001);
    let error = many.fit(&MixSpecification::new(), &panel).unwrap_err();
    assert!(error.to_string().contains("1 to 1000000"), "{error}");
}

#[cfg(feature = "bayes")]
#[test]
fn draws_of_all_chains_are_bounded_together() {
    use mixtouch::mix::estimate::Nuts;
    let panel = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let many = Nuts::default().with_chains(64).with_draws(10_000_000);
    let error = many.fit(&MixSpecification::new(), &panel).unwrap_err();
    assert!(error.to_string().contains("at most 10000000"), "{error}");
}

fn panel(columns: usize, periods: i32) -> Panel {
    let dates = (0..periods).map(|week| Day::new(15_000 + 7 * week).unwrap());
    let kpi = (0..periods).map(|week| f64::from(week % 7)).collect();
    let mut panel = Panel::national(dates.collect(), kpi).unwrap();
    for column in 0..columns {
        let value = |week| f64::from((column as i32 * 31 + week * week * 17) % 101);
        panel = panel
            .with_channel(format!("c{column}"), (0..periods).map(value).collect())
            .unwrap();
    }
    panel
}

/// Reading took time with the cube of the columns, and comparing them more.
#[test]
fn many_columns_are_read_and_not_compared() {
    let findings = panel(1_200, 10).check();
    assert!(findings.contains(&Finding::NotCompared { columns: 1_200 }));
    let findings = panel(3, 10).check();
    assert!(
        !findings
            .iter()
            .any(|finding| matches!(finding, Finding::NotCompared { .. }))
    );
}

#[cfg(feature = "csv")]
#[test]
fn each_label_is_a_column_and_columns_are_bounded() {
    use mixtouch::mix::panel::PanelColumns;
    let table = |labels: usize| {
        let row = |day: i32| {
            let date = Day::new(10_000 + day).unwrap();
            format!("{date},5,{},e{}\n", day % 7, day as usize % labels)
        };
        let rows: String = (0..1_100).map(row).collect();
        let columns = PanelColumns::new("date", "y").channel("tv").events("event");
        columns.read(format!("date,y,tv,event\n{rows}").as_bytes())
    };
    assert_eq!(table(40).unwrap().controls().len(), 40);
    let error = table(1_001).unwrap_err().to_string();
    let expected = "the number of different labels in event is 1001, expected: at most 1000";
    assert!(error.starts_with(expected), "{error}");
}
