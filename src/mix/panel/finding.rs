//! What may be worth knowing about a panel, as types and as sentences.

use std::fmt;

use serde::Serialize;

use crate::time::Day;

/// Something about a panel that weakens what a model can learn from it. None of these stops a fit.
///
/// ```
/// use mixtouch::mix::panel::Finding;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// for finding in MixSpecification::new().check(&panel)? {
///     println!("{finding}");
/// }
/// let finding = Finding::Duplicate { column: "tv".into(), of: "radio".into() };
/// assert_eq!(finding.to_string(), "tv is a multiple of radio");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// The column is zero in every row: it can explain nothing.
    AllZero {
        /// The column.
        column: String,
    },
    /// The column has the same value in every row: the intercept already holds it.
    Constant {
        /// The column.
        column: String,
    },
    /// Two columns are the same up to a factor.
    Duplicate {
        /// The one.
        column: String,
        /// The other.
        of: String,
    },
    /// Two channels move together, so that their effects are hard to tell apart.
    MoveTogether {
        /// The one.
        column: String,
        /// The other.
        with: String,
        /// Their correlation within geos.
        correlation: f64,
    },
    /// There are too many columns to compare each with all others in reasonable time, so that
    /// nothing is said of how they move together.
    NotCompared {
        /// The number of columns that vary.
        columns: usize,
    },
    /// The other channels and controls explain most of a channel.
    Inflated {
        /// The channel.
        column: String,
        /// Variance inflation factor, 1 / (1 - R2); infinite if it is their exact combination.
        factor: f64,
    },
    /// A channel is active in so few periods that its curve cannot be seen.
    RarelyActive {
        /// The channel.
        column: String,
        /// Rows with spend.
        rows: usize,
    },
    /// One period's activity is many times that of any other: a slip in the table, or a burst whose
    /// effect the curve alone decides.
    FarAbove {
        /// The channel.
        column: String,
        /// The geo.
        geo: String,
        /// The period.
        date: Day,
        /// How many times the next largest of that geo it is.
        times: f64,
    },
    /// A channel measured in exposures has periods with spend and no exposure.
    PaidWithoutExposure {
        /// The channel.
        column: String,
        /// Rows with spend and without exposure.
        rows: usize,
    },
    /// A channel's share of all spend is so small that its effect drowns.
    SmallShare {
        /// The channel.
        column: String,
        /// Its share of all spend.
        share: f64,
    },
    /// There are few rows for each of the model's parameters.
    FewRows {
        /// Rows whose KPI is looked at.
        rows: usize,
        /// Parameters: of each channel's transforms, and all coefficients of media, trend,
        /// seasonality, holidays, events and controls.
        parameters: usize,
    },
    /// Geos that were seen in few rows for a baseline of their own, or over less than a year of their
    /// season, among several geos.
    ShortGeos {
        /// Their names.
        geos: Vec<String>,
        /// The fewest rows of one of them whose KPI is looked at.
        rows: usize,
        /// Coefficients of a geo's own baseline.
        parameters: usize,
        /// Whether their baseline is a level alone, without trend and season, as they were seen over
        /// less than half a year.
        level_only: bool,
    },
    /// No day of these holidays falls into the panel: they have no effect that could be seen.
    HolidaysOutside {
        /// Their names.
        holidays: Vec<String>,
    },
    /// The table of holidays ends before periods that are forecast: none of their holidays are
    /// counted.
    HolidaysEnd {
        /// The last day of the table.
        last: Day,
        /// How many periods begin after it.
        periods: usize,
    },
    /// Two lift tests changed a channel's spend alike, but their outcomes per unit of spend differ
    /// by more than chance explains (p below .01).
    TestsDisagree {
        /// The channel.
        channel: String,
        /// The one test: its geos and days.
        first: String,
        /// The other.
        second: String,
        /// The difference of the outcomes per unit of spend, in its standard errors.
        z: f64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllZero { column } => write!(f, "{column} is zero in every row"),
            Self::Constant { column } => write!(f, "{column} has the same value in every row"),
            Self::Duplicate { column, of } => write!(f, "{column} is a multiple of {of}"),
            Self::MoveTogether {
                column,
                with,
                correlation,
            } => {
                write!(
                    f,
                    "{column} and {with} move together (correlation {correlation:.2})"
                )
            }
            Self::NotCompared { columns } => write!(
                f,
                "{columns} columns are too many to be compared with each other"
            ),
            Self::Inflated { column, factor } => {
                write!(
                    f,
                    "other columns explain most of {column} (variance inflation factor {factor:.1})"
                )
            }
            Self::RarelyActive { .. }
            | Self::FarAbove { .. }
            | Self::PaidWithoutExposure { .. }
            | Self::SmallShare { .. } => self.of_activity(f),
            Self::FewRows { .. }
            | Self::ShortGeos { .. }
            | Self::HolidaysOutside { .. }
            | Self::HolidaysEnd { .. }
            | Self::TestsDisagree { .. } => self.of_model(f),
        }
    }
}

impl Finding {
    /// The sentence of what one channel's activity shows.
    fn of_activity(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RarelyActive { column, rows } => {
                write!(f, "{column} is active in {rows} rows only")
            }
            Self::FarAbove {
                column,
                geo,
                date,
                times,
            } => write!(
                f,
                "{column} of {date} in {geo} is {times:.0} times as large as in any other period \
                 there: correct it if it is a slip"
            ),
            Self::PaidWithoutExposure { column, rows } => write!(
                f,
                "{column} has spend but no exposure in {rows} rows, where its effect counts as 0"
            ),
            Self::SmallShare { column, share } => {
                write!(f, "{column} has {:.2} % of all spend", 100.0 * share)
            }
            _ => Ok(()),
        }
    }

    /// The sentence of what the model meets in the panel.
    fn of_model(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewRows { rows, parameters } => write!(
                f,
                "{rows} rows are few for {parameters} parameters of media and baseline"
            ),
            Self::ShortGeos {
                geos,
                rows,
                parameters,
                level_only,
            } => write_short(f, geos, (*rows, *parameters), *level_only),
            Self::HolidaysOutside { holidays } => write!(
                f,
                "no day of the holidays {} falls into the panel",
                holidays.join(", ")
            ),
            Self::HolidaysEnd { last, periods } => write!(
                f,
                "the table of holidays ends on {last}, before {periods} of the periods: holidays in \
                 them are not counted; give a table that reaches over all of them"
            ),
            Self::TestsDisagree {
                channel,
                first,
                second,
                z,
            } => write!(
                f,
                "{first} and {second} contradict each other on {channel}: their outcomes per unit \
                 of spend are {z:.1} standard errors apart"
            ),
            _ => Ok(()),
        }
    }
}

/// Geos named in a sentence; the rest are counted.
const NAMED: usize = 5;

fn write_short(
    f: &mut fmt::Formatter<'_>,
    geos: &[String],
    (rows, parameters): (usize, usize),
    level_only: bool,
) -> fmt::Result {
    let named = geos[..geos.len().min(NAMED)].join(", ");
    let more = match geos.len().saturating_sub(NAMED) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    match level_only {
        true => write!(
            f,
            "{named}{more}: less than half a year was seen ({rows} rows at the least), so the baseline \
             there is a level without trend and season"
        ),
        false => write!(
            f,
            "{named}{more}: little was seen ({rows} rows at the least) for {parameters} figures of a \
             baseline of its own and a year's season: forecasts there may be far off"
        ),
    }
}
