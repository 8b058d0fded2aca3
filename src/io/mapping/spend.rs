//! Where the values of a spend table stand.

use crate::channel::Condition;
use crate::io::file::format::FileFormat;
use crate::io::mapping::column::{MappedColumn, Texts};
use serde::{Deserialize, Serialize};

/// Where the values of a row of a spend table stand: all but `date` and `cost` may be left out.
///
/// Channels come from source, medium and campaign by the mapping's rules, as those of events do, so
/// that costs and credit meet. Units cannot be guessed: a column `spend` has units of the currency
/// at one platform and millionths at the next.
///
/// ```
/// use mixtouch::io::SpendMapping;
///
/// let snapchat: SpendMapping = serde_json::from_str(r#"{
///     "date": "date",
///     "cost": {"column": "spend", "unit": "1e-6"},
///     "source": {"constant": "snapchat"},
///     "medium": {"constant": "paid_social"}
/// }"#)?;
/// assert_eq!(snapchat.date.paths().next(), Some("date"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpendMapping {
    /// The format of the files, where it is not that of the mapping.
    pub file: Option<FileFormat>,
    /// The day, in the account's zone.
    pub date: MappedColumn,
    /// The cost.
    pub cost: MappedColumn,
    /// The clicks, to see by the cost of one whether the unit is right.
    pub clicks: MappedColumn,
    /// The currency of the cost.
    pub currency: MappedColumn,
    /// The channel, where the table states one; rules then only serve rows without.
    pub channel: MappedColumn,
    /// The source that the platform's links are tagged with.
    pub source: MappedColumn,
    /// The medium that they are tagged with.
    pub medium: MappedColumn,
    /// The campaign.
    pub campaign: MappedColumn,
    /// The search term.
    pub term: MappedColumn,
    /// The ad.
    pub content: MappedColumn,
    /// The platform's network, for rules for channels.
    pub network: MappedColumn,
    /// Rows to leave out.
    pub skip: Vec<Condition>,
    /// Texts that mean no value, beside those of the file, `--` and `-`.
    pub missing: Texts,
    /// What becomes of the file's line of totals.
    pub check: SpendCheck,
}

/// What becomes of a spend table's line of totals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpendCheck {
    /// Whether the sum of the rows must be the total.
    pub total_row: TotalRow,
    /// The columns in which a text that begins with `Total` marks the line.
    pub columns: Texts,
}

/// Whether the sum of a spend table's rows must be its own total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotalRow {
    /// A difference is reported.
    #[default]
    Warn,
    /// A difference is an error.
    Refuse,
    /// The line is left out.
    Ignore,
}

/// Where reports of ad platforms write `Total`.
const TOTAL_COLUMNS: [&str; 8] = [
    "Day",
    "Date",
    "TimePeriod",
    "Account",
    "Customer ID",
    "Campaign",
    "Ad group ID",
    "Search Lost IS (budget)",
];

impl Default for SpendCheck {
    fn default() -> Self {
        Self {
            total_row: TotalRow::default(),
            columns: Texts(TOTAL_COLUMNS.map(str::to_owned).to_vec()),
        }
    }
}
