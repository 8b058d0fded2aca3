use super::*;
use crate::event::Events;
use crate::io::arrow::rows::BatchPaths;
use crate::io::mapping::report::ReadingReport;
use crate::io::mapping::rows::LEVELS;
use crate::io::mapping::settle::settle;
use crate::io::mapping::specification::Mapping;
use crate::util::random;
use arrow_array::builder::{MapBuilder, StringBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringViewArray};
use arrow_array::{StringArray, StructArray};
use proptest::prelude::*;
use std::sync::Arc;

/// Mappings that ask for something else each.
const MAPPINGS: [&str; 5] = [
    "preset = \"ga4\"",
    "preset = \"ga4\"\nbad_rows = { skip = 1000 }\n[file]\nnull = [\"google\", \"ann\"]\n\
     [[drop.where]]\nmedium = \"email\"\nnot = [{ \"geo.country\" = \"FR\" }]\n[drop]\nsame = [\"person\", \"time\"]\n\
     [columns]\ntexts = { country = \"geo.country\", source = \"collected_traffic_source.manual_source\" }\n\
     [channels]\nunassigned = \"error\"\n",
    "bad_rows = { skip = 1000 }\n[columns]\nperson = [\"user_id\", \"user_pseudo_id\"]\n\
     time = { column = \"event_timestamp\", unit = \"us\" }\nevent = \"event_name\"\n\
     channel = \"geo.country\"\nvalue = \"ecommerce.purchase_revenue\"\ncost = \"param:ga_session_id\"\n\
     order_id = \"ecommerce.transaction_id\"\ngoal = \"event_name\"\nplace = \"geo.country\"\n\
     [kinds]\npage_view = { kind = \"touch\", sessions = { gap = \"30m\" } }\n\
     \"re:^pur\" = { kind = \"conversion\", once_per = [\"order_id\"], touch = \"always\" }\n\
     refund = { kind = \"return\" }\nanswer = { kind = \"survey\" }\nnoise = { kind = \"ignore\" }\n",
    "bad_rows = { skip = 1000 }\n[columns]\nperson = \"user_pseudo_id\"\n\
     time = { column = \"event_timestamp\", unit = \"us\" }\nevent = \"event_name\"\n\
     value = \"ecommerce.purchase_revenue\"\norder_id = \"ecommerce.transaction_id\"\n\
     source = \"collected_traffic_source.manual_source\"\nurl = \"param:page_location\"\n\
     [kinds]\n\"*\" = { kind = \"touch\", when = \"source_changed\", converts = { time = \"sold\", goal = \"g\" } }\n\
     [channels]\nunassigned = \"drop\"\n[[channel]]\nname = \"France\"\n\"geo.country\" = \"FR\"\n",
    "[columns]\nperson = \"user_pseudo_id\"\ntime = { column = \"event_timestamp\", unit = \"us\" }\n\
     channel = \"geo.country\"\ncurrency = { column = \"collected_traffic_source.manual_medium\" }\n\
     value = \"ecommerce.purchase_revenue\"\nevent = \"event_name\"\n\
     [kinds]\n\"*\" = { kind = \"conversion\" }\n",
];

/// Draws from a seed.
struct Draws(u64);

impl Draws {
    fn next(&mut self, below: usize) -> usize {
        self.0 = random::step(self.0);
        (self.0 >> 33) as usize % below
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> Option<&'t str> {
        let at = self.next(texts.len() + 1);
        texts.get(at).copied()
    }

    /// A column of texts, in one of three types: rows of one kind have the same.
    fn texts(&mut self, kinds: &[usize], texts: &[&str]) -> ArrayRef {
        let most = kinds.iter().max().map_or(0, |most| most + 1);
        let drawn: Vec<Option<&str>> = (0..most).map(|_| self.one_of(texts)).collect();
        self.column(kinds.iter().map(|&kind| drawn[kind]).collect())
    }

    fn column(&mut self, texts: Vec<Option<&str>>) -> ArrayRef {
        match self.next(3) {
            0 => Arc::new(StringArray::from(texts)),
            1 => Arc::new(StringViewArray::from(texts)),
            _ => {
                let mut numbered = StringDictionaryBuilder::<Int32Type>::new();
                texts
                    .into_iter()
                    .for_each(|text| numbered.append_option(text));
                Arc::new(numbered.finish())
            }
        }
    }

    /// Pages, of which some logs have as many as rows.
    fn page(&mut self) -> String {
        let (path, query) = (self.next(3), self.next(400));
        match self.next(3) {
            0 => format!("https://shop.example/{path}?gclid=a{query}"),
            1 => format!("https://shop.example/{path}?utm_source=news&utm_medium=email"),
            _ => "/".to_owned(),
        }
    }
}

fn structure(fields: Vec<(&str, ArrayRef)>) -> ArrayRef {
    Arc::new(StructArray::try_from(fields).unwrap())
}

/// A log of rows that are sound, damaged or empty here and there; `most` kinds of events and sources
/// are among them.
fn log(seed: u64, rows: usize, most: usize) -> RecordBatch {
    let mut draws = Draws(seed);
    let kinds: Vec<usize> = (0..rows).map(|_| draws.next(most)).collect();
    let own: Vec<usize> = (0..rows).collect();
    let times = (0..rows).map(|_| match draws.next(40) {
        0 => None,
        1 => Some(7),
        _ => Some(1_767_225_600_000_000 + draws.next(90) as i64 * 45_500_000),
    });
    let times: Int64Array = times.collect();
    let sold = (0..rows).map(|_| match draws.next(3) {
        0 => Some(1_767_225_600 + draws.next(900) as i64),
        _ => None,
    });
    let sold: Int64Array = sold.collect();
    let amounts = [
        None,
        Some(0.0),
        Some(-0.0),
        Some(12.5),
        Some(f64::NAN),
        Some(-3.0),
    ];
    let worth: Float64Array = (0..rows).map(|_| amounts[draws.next(6)]).collect();
    let people = ["ann", "bob", " cem ", "7", "0", "undefined", "", "dan"];
    let events = [
        "page_view",
        "purchase",
        "refund",
        "answer",
        "noise",
        "session_start ",
    ];
    let sources = ["google", "newsletter", "(not set)", "partner.example", " "];
    let commerce = structure(vec![
        ("purchase_revenue", Arc::new(worth)),
        ("transaction_id", draws.texts(&own, &["T-1", "T-2", "null"])),
    ]);
    let traffic = structure(vec![
        ("manual_source", draws.texts(&kinds, &sources)),
        (
            "manual_medium",
            draws.texts(&kinds, &["cpc", "email", "(none)"]),
        ),
        (
            "manual_campaign_name",
            draws.texts(&kinds, &["brand", "a campaign of a long name"]),
        ),
    ]);
    RecordBatch::try_from_iter_with_nullable([
        ("event_timestamp", Arc::new(times) as ArrayRef, true),
        ("event_name", draws.texts(&kinds, &events), true),
        ("event_params", parameters(&mut draws, &kinds), true),
        ("user_id", draws.texts(&kinds, &["", "(not set)"]), true),
        ("user_pseudo_id", draws.texts(&own, &people), true),
        ("ecommerce", commerce, true),
        ("collected_traffic_source", traffic, true),
        (
            "geo",
            structure(vec![("country", draws.texts(&kinds, &["FR", "DE"]))]),
            true,
        ),
        ("sold", Arc::new(sold) as ArrayRef, true),
    ])
    .unwrap()
}

fn parameters(draws: &mut Draws, kinds: &[usize]) -> ArrayRef {
    let most = kinds.iter().max().map_or(0, |most| most + 1);
    let pages: Vec<String> = (0..most).map(|_| draws.page()).collect();
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for &kind in kinds {
        for at in 0..3 {
            let key = ["page_location", "ga_session_id", "title"][at];
            let value = match key {
                "page_location" => pages[kind].clone(),
                "ga_session_id" => draws.next(20).to_string(),
                _ => "x".to_owned(),
            };
            map.keys().append_value(key);
            map.values()
                .append_option((draws.next(9) > 0).then_some(value));
        }
        map.append(kind % 7 > 0).unwrap();
    }
    Arc::new(map.finish())
}

/// Rows, marks and the report of a log, or what is wrong with it.
fn read(mapping: &str, batch: &RecordBatch, by_column: bool) -> Result<Vec<String>, String> {
    let mapping = Mapping::from_toml(mapping).unwrap();
    let layout = Layout::new(&mapping, None, mapping.file.number_signs()).unwrap();
    let names = layout.texts.iter().map(|(name, _)| name.as_str());
    let names: Vec<&str> = LEVELS.into_iter().chain(names).collect();
    let log = Events::with_columns(names.iter().copied()).keep_all();
    let mut mapper = Mapper::new(&layout, mapping.bad_rows, log);
    let paths = BatchPaths::new(&mapping.file, &layout.paths, &batch.schema()).unwrap();
    // two batches, so that numbers given in the first are met again
    for (start, len) in [
        (0, batch.num_rows() / 3),
        (batch.num_rows() / 3, batch.num_rows()),
    ] {
        let part = batch.slice(start, len.min(batch.num_rows() - start));
        let rows = paths.rows(&part, start as u64).unwrap();
        let taken = if by_column {
            mapper.take_batch(&rows)
        } else {
            rows.each(&mut |line, row| mapper.take(line, row))
        };
        taken.map_err(|error| error.to_string())?;
    }
    let mut rows = mapper.into_rows();
    let marks = format!("{:?}", rows.marks);
    let settled = settle(&mut rows, &layout);
    let events = rows.events;
    let shown = events.iter().enumerate().map(|(row, event)| {
        let texts: Vec<_> = names.iter().map(|name| events.text(row, name)).collect();
        format!("{event:?} {texts:?} {}", events.fraction(row))
    });
    let shown: Vec<String> = shown.collect();
    let report = ReadingReport::default().filled(&events, rows.tally, settled);
    let report = serde_json::to_string(&report).unwrap();
    Ok(shown.into_iter().chain([marks, report]).collect())
}

proptest! {
    #[test]
    fn columns_give_what_rows_give(
        seed: u64,
        rows in 1usize..400,
        most in 1usize..400,
        mapping in 0..MAPPINGS.len(),
    ) {
        let batch = log(seed, rows, most);
        let mapping = MAPPINGS[mapping];
        prop_assert_eq!(read(mapping, &batch, true), read(mapping, &batch, false));
    }
}

/// The property says nothing where no batch is read by column.
#[test]
fn logs_of_few_sources_are_read_by_column() {
    let batch = log(7, 300, 30);
    for mapping in MAPPINGS {
        let mapping = Mapping::from_toml(mapping).unwrap();
        let layout = Layout::new(&mapping, None, mapping.file.number_signs()).unwrap();
        let paths = BatchPaths::new(&mapping.file, &layout.paths, &batch.schema()).unwrap();
        let rows = paths.rows(&batch, 0).unwrap();
        let shapes = rows.shapes(&rows.select(&decisive(&layout)).unwrap());
        let shapes = shapes.unwrap().len();
        assert!((3..=100).contains(&shapes), "{shapes} of 300 rows");
    }
    let sound = read(MAPPINGS[2], &batch, true).unwrap();
    assert!(sound.len() > 50, "{}", sound.len());
}
