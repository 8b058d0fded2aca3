//! Companies' exports, mapped file by file and read by the engine.

use crate::logs::{Line, context, lines};
use crate::matrix::{assert_same, whole};
use datafusion::prelude::ParquetReadOptions;
use mixtouch::JourneyOptions;
use mixtouch::attribution::{Bootstrap, ModelName, ModelSettings, ShardedComparison};
use mixtouch::io::Mapping;
use mixtouch::simulate::worlds::World;
use mixtouch_datafusion::{Log, LogColumns, map_file};
use std::fmt::Write;

const MAPPING: &str = r#"
    [columns]
    person = "visitor"
    time = { column = "at", unit = "s" }
    event = "what"
    channel = "source"
    value = "paid"
    [kinds]
    seen = { kind = "touch" }
    bought = { kind = "conversion" }
"#;

/// Rows as a company's export.
fn export<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let mut text = "visitor,at,what,source,paid\n".to_owned();
    for (person, time, channel, is_sale, value) in lines {
        let what = if *is_sale { "bought" } else { "seen" };
        let source = channel.as_deref().unwrap_or_default();
        let paid = if *is_sale {
            value.to_string()
        } else {
            String::new()
        };
        writeln!(text, "{person},{time},{what},{source},{paid}").unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_mapped_file_by_file_are_one_log() {
    let mut lines = lines(World::Additive, 800);
    // a placeholder for nobody: reading by a mapping reports it, and the log written no longer has it
    lines.retain(|line| line.0 != "0");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("mapped");
    std::fs::create_dir(&out).unwrap();
    let mapping = Mapping::from_toml(MAPPING).unwrap();
    let mut rows = 0;
    for part in 0..3 {
        let path = folder.path().join(format!("export {part}.csv"));
        std::fs::write(&path, export(lines.iter().skip(part).step_by(3))).unwrap();
        rows += map_file(&path, &mapping, &out).unwrap().report.rows;
    }
    assert_eq!(rows, lines.len() as u64);
    let out = out.to_str().unwrap();
    let context = context(2);
    let rows = context.read_parquet(out, ParquetReadOptions::default());
    let log = Log::new(
        rows.await.unwrap(),
        LogColumns::default(),
        JourneyOptions::default(),
    );
    let names = [ModelName::LastTouch, ModelName::Linear, ModelName::Markov];
    let bootstrap = Bootstrap::new(3, 5).unwrap();
    let comparison = ShardedComparison::new(names, ModelSettings::default()).unwrap();
    let log = log.await.unwrap();
    let found = log.compare(comparison.bootstrap(bootstrap));
    assert_same(
        &whole(&lines, &names, bootstrap),
        &found.await.unwrap(),
        "mapped",
        1e-12,
    );
}

#[test]
fn an_export_that_cannot_be_read_is_named_with_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    std::fs::write(
        &path,
        "visitor,at,what,source,paid\nann,yesterday,seen,tv,\n",
    )
    .unwrap();
    let mapping = Mapping::from_toml(MAPPING).unwrap();
    let error = map_file(&path, &mapping, folder.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("export.csv") && error.contains("yesterday"),
        "{error}"
    );
    assert!(!folder.path().join("export.csv.parquet").exists());
}
