//! A lift test as it is stored.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::experiment::lift::lift_test::LiftTest;
use crate::experiment::lift::origin::Origin;
use crate::experiment::lift::touches::TouchesBrought;
use crate::time::Day;

/// The fields as a file has them, before they are checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channel: String,
    /// The only geo.
    #[serde(default)]
    geo: Option<String>,
    /// Several geos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    geos: Vec<String>,
    start: Day,
    end: Day,
    /// Absent in a test on a share of persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spend_change: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    recorded: bool,
    outcome_change: f64,
    standard_error: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    tail_days: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    touches_brought: Vec<TouchesBrought>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands on a reference"
)]
fn is_zero(days: &u32) -> bool {
    *days == 0
}

impl TryFrom<Fields> for LiftTest {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let mut geos: Vec<String> = fields.geo.into_iter().chain(fields.geos).collect();
        geos.sort_unstable();
        let mut touches = fields.touches_brought;
        touches.sort_by(|one, other| one.channel().cmp(other.channel()));
        Self {
            channel: fields.channel,
            geos,
            start: fields.start,
            end: fields.end,
            spend_change: fields.spend_change,
            recorded: fields.recorded,
            outcome_change: fields.outcome_change,
            standard_error: fields.standard_error,
            tail_days: fields.tail_days,
            share: fields.share,
            goal: fields.goal,
            touches,
            origin: Origin::default(),
        }
        .checked()
    }
}

impl From<LiftTest> for Fields {
    fn from(test: LiftTest) -> Self {
        let only = test.geo().map(str::to_owned);
        Self {
            geos: if only.is_some() { vec![] } else { test.geos },
            geo: only,
            channel: test.channel,
            start: test.start,
            end: test.end,
            spend_change: test.spend_change,
            recorded: test.recorded,
            outcome_change: test.outcome_change,
            standard_error: test.standard_error,
            tail_days: test.tail_days,
            share: test.share,
            goal: test.goal,
            touches_brought: test.touches,
        }
    }
}

impl Serialize for LiftTest {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        Fields::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LiftTest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        fields.try_into().map_err(serde::de::Error::custom)
    }
}
