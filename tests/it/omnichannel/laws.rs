//! What holds of KPIs on any log.

use super::{assert_near, counts, log, offline, quarter, whole};
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::kpi::customers::{
    Cohorts, CustomerLifetimeValue, ForecastHorizon, InterpurchaseTimes, Payback, Purchases,
    Regularity, Repurchase, Retention, RfmSegments,
};
use mixtouch::kpi::journeys::{
    ConversionCounts, ConversionRates, KindShares, PathLengths, PurchasePaths,
};
use mixtouch::kpi::spend::{CustomerAcquisitionCost, EmailRates, ReturnOnAdSpend};
use mixtouch::kpi::{KpiOptions, OfflineChannels, PersonTimelines};
use mixtouch::simulate::retailer::Retailer;
use mixtouch::time::Periods;
use mixtouch::{
    Accumulator, Event, Events, JourneyBuilder, JourneyOptions, Journeys, Kind, Outcome, PathTable,
    TimeZone, attribute,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Every family's report as JSON.
fn reports(log: &Events) -> Value {
    let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
    let credits = attribute(&journeys, &Linear).unwrap();
    let histories = PersonTimelines::new(log).unwrap();
    let purchases = Purchases::new(&journeys).unwrap().with_returns(&histories);
    let periods = Periods::days("2026-01-01".parse().unwrap(), 3, 30, &TimeZone::utc()).unwrap();
    let stores = journeys.channels().iter().filter(|name| *name == "store");
    let options = KpiOptions::default()
        .with_periods(periods)
        .with_offline(OfflineChannels::new(stores));
    let channel = |customer: &mixtouch::kpi::customers::CustomerPurchases<'_>| {
        customer.first_channel().unwrap_or("(none)").to_owned()
    };
    let acquisition = CustomerAcquisitionCost::new(&journeys, &FirstTouch, &options).unwrap();
    json!({
        "payback": Payback::new(&purchases, &acquisition, channel, &options),
        "rates": ConversionRates::new(&journeys, &options).unwrap(),
        "paths": PurchasePaths::new(&journeys, &options).unwrap(),
        "kinds": KindShares::new(&journeys, &options).unwrap(),
        "acquisition": CustomerAcquisitionCost::new(&journeys, &Linear, &options).unwrap(),
        "returns": ReturnOnAdSpend::new(&journeys, &credits, 1.0, &options).unwrap(),
        "mails": EmailRates::new(&histories, "e-mail", None, &options).unwrap(),
        "retention": Retention::new(&purchases, 30.0, &options).unwrap(),
        "cohorts": Cohorts::new(&purchases, &options).unwrap(),
        "repurchase": Repurchase::new(&purchases, &options),
        "cycles": InterpurchaseTimes::new(&purchases, Regularity::default(), &options),
        "rfm": RfmSegments::new(&purchases, &options),
        "historic": CustomerLifetimeValue::historic(&purchases, channel, &options),
    })
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_in_any_order_of_persons() {
    let retailer = Retailer::new(3_000, 5).unwrap();
    let rows: Vec<Event<'_>> = retailer.events.iter().collect();
    // Persons in reverse, each person's rows in their order.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(rows[at].person()), at));
    let mut reversed = Events::new();
    order
        .iter()
        .for_each(|&at| reversed.push(rows[at]).unwrap());
    let on = |threads: usize, log: &Events| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| reports(log).to_string())
    };
    let first = on(1, &retailer.events);
    for (threads, log) in [(2, &retailer.events), (3, &reversed), (7, &retailer.events)] {
        assert_eq!(on(threads, log), first, "{threads} threads");
    }
}

/// What one person's journeys say, read one by one.
#[derive(Default)]
struct Naive {
    first: Option<usize>,
    used: BTreeSet<usize>,
    won: BTreeSet<usize>,
    converted: bool,
    omnichannel: bool,
}

#[test]
fn rates_are_those_of_a_slow_count() {
    let retailer = Retailer::new(5_000, 8).unwrap();
    let options = JourneyOptions::default().with_lookback(mixtouch::Lookback::days(10.0).unwrap());
    let journeys = Journeys::from_events(&retailer.events, options).unwrap();
    let mut people: BTreeMap<String, Naive> = BTreeMap::new();
    for (at, journey) in journeys
        .iter()
        .enumerate()
        .filter(|(_, journey)| !journey.is_empty())
    {
        let person = people
            .entry(journeys.person(at).unwrap().to_string())
            .or_default();
        let channels: BTreeSet<usize> = journey
            .channels()
            .iter()
            .map(|channel| channel.index())
            .collect();
        person.first.get_or_insert(journey.channels()[0].index());
        if journey.outcome().conversions() > 0.0 {
            person.converted = true;
            person.omnichannel |= channels.len() > 1;
            person.won.extend(&channels);
        }
        person.used.extend(channels);
    }
    let count =
        |is: &dyn Fn(&Naive) -> bool| people.values().filter(|person| is(person)).count() as u64;
    let rates = ConversionRates::new(&journeys, &KpiOptions::default()).unwrap();
    let all = people.len() as u64;
    assert_eq!(
        counts(&rates.overall),
        (count(&|person| person.converted), all)
    );
    assert_eq!(
        counts(&rates.omnichannel),
        (count(&|person| person.omnichannel), all)
    );
    assert_eq!(
        counts(&rates.cross_channel),
        (count(&|person| person.used.len() > 1), all)
    );
    for (at, name) in journeys.channels().iter().enumerate() {
        let reached = count(&|person| person.used.contains(&at));
        assert_eq!(
            counts(rates.channel(name).unwrap()),
            (count(&|person| person.won.contains(&at)), reached),
            "{name}"
        );
        let (began, converted) = (
            count(&|one| one.first == Some(at)),
            count(&|one| one.first == Some(at) && one.converted),
        );
        assert_eq!(
            counts(rates.first_channel(name).unwrap()),
            (converted, began),
            "{name}"
        );
    }
    assert!(all > 4_000 && rates.omnichannel.count > 100, "{rates}");
}

#[test]
fn kpis_agree_with_attribution() {
    let retailer = Retailer::new(4_000, 6).unwrap();
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&retailer.events).unwrap();
    builder.add_costs(&retailer.costs);
    let journeys = builder.build().unwrap();
    let credits = attribute(&journeys, &Linear).unwrap();
    let (rates, purchases) = (
        ConversionRates::new(&journeys, &KpiOptions::default()).unwrap(),
        Purchases::new(&journeys).unwrap(),
    );
    assert_eq!(rates.conversions, credits.total().conversions);
    assert_eq!(purchases.conversions(), credits.total().conversions);
    assert_near(rates.value, credits.total().value);
    assert_near(
        purchases
            .customers()
            .map(|customer| customer.value())
            .sum::<f64>(),
        credits.total().value,
    );
    let returns = ReturnOnAdSpend::new(&journeys, &credits, 1.0, &KpiOptions::default()).unwrap();
    assert_near(returns.whole.spend, journeys.costs().unwrap().iter().sum());
    assert_near(returns.credited.conversions, credits.credited().conversions);
    // Every model divides the same new customers: credited + baseline + unattributed = new.
    let markov = mixtouch::Fit::fit(&Markov::order(1).unwrap(), &journeys).unwrap();
    for acquired in [
        CustomerAcquisitionCost::new(&journeys, &Linear, &KpiOptions::default()).unwrap(),
        CustomerAcquisitionCost::new(&journeys, &markov, &KpiOptions::default()).unwrap(),
    ] {
        let credited: f64 = acquired.channels.iter().map(|row| row.new_customers).sum();
        assert_near(
            credited + acquired.baseline + acquired.unattributed,
            acquired.new_customers as f64,
        );
        assert_eq!(acquired.new_customers as usize, purchases.len());
        assert_eq!(acquired.spend, returns.whole.spend);
    }
}

#[test]
fn parts_add_up_to_the_whole() {
    let retailer = Retailer::new(6_000, 7).unwrap();
    let whole = Journeys::from_events(&retailer.events, JourneyOptions::default()).unwrap();
    let names: Vec<&str> = whole.channels().iter().collect();
    let counts = |journeys: &Journeys| {
        journeys
            .accumulate(|| {
                (
                    ConversionCounts::new(journeys.channels()),
                    PathLengths::default(),
                )
            })
            .unwrap()
    };
    // Persons in two parts, each sent as JSON to where they are merged.
    let parts = [0, 1].map(|part| {
        let mut log = Events::new();
        let is_of = |event: &Event<'_>| event.person().to_string().len() % 2 == part;
        retailer
            .events
            .iter()
            .filter(is_of)
            .for_each(|event| log.push(event).unwrap());
        let mut builder = JourneyBuilder::new(JourneyOptions::default());
        builder.add_channels(names.iter().copied()).unwrap();
        builder.extend(&log).unwrap();
        serde_json::to_string(&counts(&builder.build().unwrap())).unwrap()
    });
    let [mut merged, later] =
        parts.map(|part| serde_json::from_str::<(ConversionCounts, PathLengths)>(&part).unwrap());
    merged.merge(later).unwrap();
    let all = counts(&whole);
    assert_eq!(
        merged.0.report(&whole, &KpiOptions::default()).unwrap(),
        all.0.report(&whole, &KpiOptions::default()).unwrap()
    );
    let counted = whole.counted().unwrap();
    let report = |lengths: &PathLengths| lengths.report(&counted, &KpiOptions::default());
    let (parts, all) = (report(&merged.1), report(&all.1));
    assert_eq!(
        (parts.population, parts.days.quantiles),
        (all.population, all.days.quantiles)
    );
    let other = Journeys::from_events(&log(), JourneyOptions::default()).unwrap();
    assert!(
        merged
            .0
            .merge(ConversionCounts::new(other.channels()))
            .is_err(),
        "other channels"
    );
    let short = serde_json::to_string(&merged.0)
        .unwrap()
        .replace("\"by_channel\":[", "\"by_channel\":[[0,0,0,0],");
    assert!(
        serde_json::from_str::<ConversionCounts>(&short).is_err(),
        "a row without a channel"
    );
}

#[test]
fn rows_that_only_kpis_use_change_nothing_for_attribution() {
    let mut kept = Events::new().keep_all();
    let mut plain = Events::new();
    for event in log().iter() {
        kept.push(event).unwrap();
        plain.push(event).unwrap();
    }
    // Later than any touch, of a new person, with a goal and a channel of its own.
    let survey = Event::of_kind(Kind::Survey, "zoe", 1_790_000_000)
        .with_goal("nps")
        .with_channel("call centre")
        .with_value(9.0);
    kept.push(survey).unwrap();
    let built = |log: &Events| {
        let mut builder = JourneyBuilder::new(JourneyOptions::default().with_deduplicate(true));
        builder.extend(log).unwrap();
        let goals: Vec<String> = builder.goals().map(str::to_owned).collect();
        (goals, builder.build().unwrap())
    };
    let ((goals, one), (other_goals, other)) = (built(&kept), built(&plain));
    assert_eq!(
        (goals, one.censored(), one.totals()),
        (other_goals, other.censored(), other.totals())
    );
    assert_eq!(one.channels(), other.channels());
    assert!(one.iter().eq(other.iter()));
    assert_eq!(
        attribute(&one, &LastTouch).unwrap(),
        attribute(&other, &LastTouch).unwrap()
    );
}

/// Customers drawn as BG/NBD and gamma-gamma say, each watched for 40 to 60 weeks, as a log.
fn drawn(customers: u64) -> Events {
    let random = crate::common::random::Random::new(11);
    let (day, end) = (86_400.0, 60.0 * 7.0);
    let mut log = Events::new();
    for person in 0..customers {
        let mut stream = random.stream(person);
        let (rate, leave) = (stream.gamma(1.5) / 60.0, stream.beta(0.9, 3.0));
        let scale = 50.0 / stream.gamma(4.0);
        let mut now = stream.between(0.0, 140.0);
        let channel = if person % 3 == 0 { "social" } else { "search" };
        log.push(Event::touch(person, 1_767_225_600 + (now * day) as i64, channel).with_cost(2.0))
            .unwrap();
        while now < end {
            let sale = Event::conversion(person, 1_767_225_600 + (now * day) as i64)
                .with_value(stream.gamma(6.0) * scale);
            log.push(sale).unwrap();
            now = if stream.chance(leave) {
                f64::INFINITY
            } else {
                now + stream.exponential(rate)
            };
        }
    }
    log
}

#[test]
fn predicted_values_are_those_of_the_models() {
    use mixtouch::kpi::customers::lifetime::{
        BgNbd, Customer, GammaGamma, RepeatSpend, discounted_value,
    };
    let log = drawn(3_000);
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let purchases = Purchases::new(&journeys).unwrap().with_margin(0.4).unwrap();
    let forecast = ForecastHorizon::new(7.0, 26, 0.002).unwrap();
    let channel = |customer: &mixtouch::kpi::customers::CustomerPurchases<'_>| {
        customer.first_channel().unwrap_or("(none)").to_owned()
    };
    let values =
        CustomerLifetimeValue::predicted(&purchases, forecast, channel, &KpiOptions::default())
            .unwrap();
    // The same from the log's rows, by person.
    let end = purchases.window().to() as f64 / 604_800.0;
    let mut people: std::collections::BTreeMap<String, Vec<(f64, f64)>> = Default::default();
    for sale in log.iter().filter(|event| event.kind() == Kind::Conversion) {
        people
            .entry(sale.person().to_string())
            .or_default()
            .push((sale.time() as f64 / 604_800.0, 0.4 * sale.value()));
    }
    let records: Vec<(Customer, Option<RepeatSpend>)> = people
        .values()
        .map(|sales| Customer::from_purchases(sales, end).unwrap())
        .collect();
    let models = (
        BgNbd::fit(&records.iter().map(|record| record.0).collect::<Vec<_>>())
            .unwrap()
            .model,
        GammaGamma::fit(
            &records
                .iter()
                .filter_map(|record| record.1)
                .collect::<Vec<_>>(),
        )
        .unwrap()
        .model,
    );
    let of = |record: &(Customer, Option<RepeatSpend>)| {
        discounted_value(
            &models.0,
            &models.1,
            &record.0,
            record.1.as_ref(),
            26,
            0.002,
        )
        .unwrap()
    };
    let mean = records.iter().map(of).sum::<f64>() / records.len() as f64;
    let got = values.whole.predicted.unwrap().mean.unwrap();
    assert!((got / mean - 1.0).abs() < 1e-4, "{got}, not {mean}");
    let groups = ["search", "social"].map(|name| *values.group(name).unwrap());
    let weighted = groups
        .iter()
        .map(|group| group.customers as f64 * group.predicted.unwrap().mean.unwrap())
        .sum::<f64>();
    assert_near(weighted / values.whole.customers as f64, got);
    let ratios = values.to_cost(
        &CustomerAcquisitionCost::new(&journeys, &LastTouch, &KpiOptions::default()).unwrap(),
    );
    let social = ratios.group("social").unwrap();
    assert_near(social.ratio, groups[1].lifetime().unwrap() / 2.0);
    assert!(
        values
            .whole
            .alive
            .unwrap()
            .mean
            .is_some_and(|alive| alive > 0.2 && alive < 1.0),
        "{values}"
    );
}

#[test]
fn reports_come_back_from_json_and_have_no_nan() {
    let log = log();
    let text = reports(&log).to_string();
    assert!(!text.contains("NaN") && !text.contains("inf"));
    let all: Value = serde_json::from_str(&text).unwrap();
    let rates: ConversionRates = serde_json::from_value(all["rates"].clone()).unwrap();
    assert_eq!(serde_json::to_value(&rates).unwrap(), all["rates"]);
    let returns: ReturnOnAdSpend = serde_json::from_value(all["returns"].clone()).unwrap();
    assert_eq!(serde_json::to_value(&returns).unwrap(), all["returns"]);
    let cohorts: Cohorts = serde_json::from_value(all["cohorts"].clone()).unwrap();
    assert_eq!(serde_json::to_value(&cohorts).unwrap(), all["cohorts"]);
    assert_eq!(
        all["rates"]["window"]["from"], 1_766_224_800,
        "the first row: 20 December, 10:00"
    );
}

#[test]
fn bad_input_is_refused() {
    let empty = Journeys::from_events(&Events::new(), JourneyOptions::default()).unwrap();
    let message = ConversionRates::new(&empty, &KpiOptions::default())
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "the log is empty, expected: at least one touch or conversion in the period"
    );
    assert!(
        Purchases::new(&empty).is_err()
            && CustomerAcquisitionCost::new(&empty, &LastTouch, &KpiOptions::default()).is_err()
    );
    assert!(
        EmailRates::new(
            &PersonTimelines::new(&Events::new()).unwrap(),
            "e-mail",
            None,
            &KpiOptions::default()
        )
        .is_err()
    );
    let mut table = PathTable::new();
    table
        .push(["a"], Outcome::new(1.0, 0.0, 5.0).unwrap())
        .unwrap();
    let paths = table.journeys().unwrap();
    assert_eq!(
        Purchases::new(&paths).unwrap_err().to_string(),
        "a KPI needs persons and times, which these journeys lack"
    );
    assert!(KindShares::new(&paths, &KpiOptions::default().with_offline(offline())).is_err());
    let log = log();
    let journeys = quarter(&log);
    let purchases = Purchases::new(&journeys).unwrap();
    let options = KpiOptions::default().with_periods(Periods::new(vec![1, 2]).unwrap());
    for days in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            Retention::new(&purchases, days, &options).is_err(),
            "{days}"
        );
        assert!(ForecastHorizon::new(days, 12, 0.0).is_err());
        assert!(purchases.clone().with_margin(days).is_ok() == (days == 0.0));
    }
    assert!(
        ForecastHorizon::new(7.0, 0, 0.0).is_err() && ForecastHorizon::new(7.0, 5, -1.0).is_err()
    );
    assert!(
        ReturnOnAdSpend::new(
            &journeys,
            &attribute(&journeys, &LastTouch).unwrap(),
            1.5,
            &options
        )
        .is_err()
    );
    let stray = KindShares::new(
        &journeys,
        &KpiOptions::default().with_offline(OfflineChannels::new(["shop"])),
    )
    .unwrap_err()
    .to_string();
    assert!(
        stray.starts_with(
            "the list of offline channels names channel \"shop\", expected: e-mail, search"
        ),
        "{stray}"
    );
    let histories = PersonTimelines::new(&log).unwrap();
    let text = purchases.clone().with_margins(&histories, "campaign");
    assert!(
        text.is_ok(),
        "conversions have no campaign, so that column is empty for them"
    );
    assert!(Regularity::new(2, 0.5).is_err() && Regularity::new(3, f64::NAN).is_err());
}

#[test]
fn little_input_has_a_stated_result() {
    // Periods without a purchase: nobody to retain, nobody active.
    let log = log();
    let journeys = whole(&log);
    let purchases = Purchases::new(&journeys).unwrap();
    let early = Periods::days("2025-01-01".parse().unwrap(), 1, 30, &TimeZone::utc()).unwrap();
    let options = KpiOptions::default().with_periods(early);
    let retention = Retention::new(&purchases, 30.0, &options).unwrap();
    assert_eq!(
        (
            retention.periods[0].customers,
            retention.periods[0].retention.rate
        ),
        (Some(0), None)
    );
    assert_eq!(Cohorts::new(&purchases, &options).unwrap().population, 0);
    // One person with one touch: no purchase, no cost.
    let mut one = Events::new();
    one.push(Event::touch("ann", 1_767_225_600, "tv")).unwrap();
    let all = reports(&one);
    assert_eq!(all["rates"]["overall"]["rate"], json!(0.0));
    assert_eq!(all["acquisition"]["cost_per_customer"], Value::Null);
    assert_eq!(
        (
            &all["returns"]["whole"]["roi"],
            &all["repurchase"]["days"]["quantiles"]
        ),
        (&Value::Null, &json!([]))
    );
    assert_eq!(
        (
            &all["rfm"]["segments"],
            &all["historic"]["whole"]["historic"]["mean"]
        ),
        (&json!([]), &Value::Null)
    );
    assert!(!all.to_string().contains("-0.0"), "{all}");
    // One person who bought twice in the same second, for nothing, and sent it back.
    let mut log = Events::new().keep_all();
    for _ in 0..2 {
        log.push(Event::conversion("ann", 1_767_225_600)).unwrap();
    }
    log.push(Event::of_kind(Kind::Return, "ann", 1_767_225_601).with_value(5.0))
        .unwrap();
    log.push(Event::of_kind(Kind::Return, "bob", 1_767_225_600).with_value(5.0))
        .unwrap();
    let all = reports(&log);
    assert_eq!(
        (
            &all["repurchase"]["bought_again"]["count"],
            &all["rates"]["conversions"]
        ),
        (&json!(0), &json!(2.0))
    );
    assert_eq!(
        (
            &all["historic"]["whole"]["total"],
            &all["rfm"]["segments"][0]["value_share"]
        ),
        (&json!(-5.0), &Value::Null)
    );
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let returned = Purchases::new(&journeys)
        .unwrap()
        .with_returns(&PersonTimelines::new(&log).unwrap());
    assert_eq!(returned.unmatched_returns(), 1, "bob never bought");
    let year = ForecastHorizon::new(7.0, 52, 0.0).unwrap();
    let group = |_: &mixtouch::kpi::customers::CustomerPurchases<'_>| String::new();
    assert!(
        CustomerLifetimeValue::predicted(&returned, year, group, &KpiOptions::default()).is_err()
    );
}
