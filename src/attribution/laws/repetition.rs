//! Laws of evidence gathered, stored, merged and read again.

use crate::attribution::engine::attribute;
use crate::attribution::laws::lawful::Lawful;
use crate::attribution::laws::verdict::{Verdict, again, ensure, ensure_same_credits, json};
use crate::attribution::laws::worlds::{LOG, ROWS, Row, SHUFFLED, build, same, worlds};
use crate::journeys::arena::Journeys;
use crate::journeys::{Accumulator, JourneyOptions};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) fn determinism(specification: &impl Lawful) -> Verdict {
    let text = |journeys: &Journeys| {
        let model = specification.fit(journeys)?;
        Verdict::Ok((json(&model)?, json(&attribute(journeys, &model)?)?))
    };
    ensure!(LOG.converting() > 2048, "the log fits one piece");
    let expected = text(&LOG)?;
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()?;
        ensure!(
            pool.install(|| text(&LOG))? == expected,
            "the model or its credit differs on {threads} threads"
        );
    }
    ensure!(
        text(&SHUFFLED)? == expected,
        "the model or its credit differs with persons in another order"
    );
    Ok(())
}

pub(super) fn merging(specification: &impl Lawful) -> Verdict {
    let shards = [0, 1, 2].map(|shard| {
        let own = |row: &Row| row.person % 3 == shard;
        let rows: Vec<Row> = ROWS.iter().copied().filter(own).collect();
        build(&rows, &JourneyOptions::default(), same)
    });
    let evidence = |journeys: &Journeys| {
        let gathered = specification.gather(journeys)?;
        ensure!(
            gathered.size() >= size_of_val(&gathered),
            "the size of evidence is {}",
            gathered.size()
        );
        ensure_versioned(&gathered)?;
        again(&gathered)
    };
    let mut merged = evidence(&shards[0])?;
    for shard in &shards[1..] {
        merged.merge(evidence(shard)?)?;
    }
    let model = specification.solve(merged)?;
    let expected = attribute(&LOG, &specification.fit(&LOG)?)?;
    ensure_same_credits(&expected, &attribute(&LOG, &model)?)?;

    let mut credits = again(&attribute(&shards[0], &model)?)?;
    for shard in &shards[1..] {
        credits.merge(again(&attribute(shard, &model)?)?)?;
    }
    ensure_same_credits(&expected, &credits)
}

/// Stored evidence has a version, and no other version of it reads.
fn ensure_versioned<E: serde::Serialize + DeserializeOwned>(evidence: &E) -> Verdict {
    let mut stored = serde_json::to_value(evidence)?;
    let version = stored.get("version").and_then(Value::as_u64);
    ensure!(version.is_some(), "stored evidence has no field `version`");
    stored["version"] = (version.unwrap_or(0) + 1).into();
    ensure!(
        serde_json::from_value::<E>(stored).is_err(),
        "evidence of another version reads"
    );
    Ok(())
}

pub(super) fn serialisation(specification: &impl Lawful) -> Verdict {
    let reread = again(specification)?;
    ensure!(
        &reread == specification,
        "{reread:?} and {specification:?} differ"
    );
    for journeys in worlds(specification) {
        let model = specification.fit(journeys)?;
        let stored = again(&model)?;
        ensure!(stored == model, "the model read again differs");
        let credits = attribute(journeys, &model)?;
        ensure!(
            attribute(journeys, &stored)? == credits,
            "the credit by the model read again differs"
        );
        ensure!(again(&credits)? == credits, "the credit read again differs");
        ensure!(
            json(&reread.fit(journeys)?)? == json(&model)?,
            "the fit of the specification read again differs"
        );
    }
    Ok(())
}
