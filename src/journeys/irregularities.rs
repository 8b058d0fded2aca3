//! What in a log is out of the ordinary, and what was done about it.

use crate::event::CleanedRows;
use crate::event::details::NO_TEXT;
use crate::journeys::build::RowCounts;
use crate::journeys::options::JourneyOptions;
use crate::util::interner::Interner;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What in a log is out of the ordinary, and what was done about it: a report shows it beside its
/// figures. It counts rows of the journeys' period, and of persons all touches. Shown as text it has a sentence a line, and no line where there is nothing to say.
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for time in [1_767_315_600, 1_767_315_660] {
///     log.push(Event::conversion("ann", time).with_value(50.0).with_order_id("T-1"))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// assert_eq!(
///     journeys.irregularities().to_string(),
///     "1 row repeats an order at another time or by another person and does not count (worth 50)\n"
/// );
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Irregularities {
    /// Conversions that repeat an order at another time or by another person, and do not count.
    pub repeated_orders: u64,
    /// What those rows state to be worth.
    pub repeated_value: f64,
    /// Conversions that are further lines of an order, whose value was added to it.
    pub order_lines: u64,
    /// Conversions that were returned whole, where journeys are net of returns.
    pub returned_conversions: u64,
    /// Returns that belong to no conversion of the log, where journeys are net of returns.
    pub unmatched_returns: u64,
    /// What was cleaned while the log was filled, and how many rows state no person, of the days in
    /// UTC that the period touches. Blanks and placeholders are counted a batch of events at a time:
    /// a batch that reaches into the period counts whole.
    pub cleaned_rows: CleanedRows,
    /// The goals of the period's conversions, where there are several and none was chosen.
    pub goals: Vec<GoalCount>,
    /// Persons whose touches were left out, where the options limit touches.
    pub left_out: HeavyPersons,
    /// Persons with more than 1,000 touches, and what a limit there would leave out.
    pub heavy: HeavyPersons,
}

/// Conversions of one goal.
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::conversion("ann", 1_767_225_600).with_goal("signup"))?;
/// log.push(Event::conversion("ann", 1_767_312_000).with_goal("purchase").with_value(80.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let goals = journeys.irregularities().goals;
/// assert_eq!((goals[0].goal.as_str(), goals[0].conversions), ("purchase", 1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GoalCount {
    /// The goal; empty for conversions that state none.
    pub goal: String,
    /// How many rows state it.
    pub conversions: u64,
}

/// Persons with more touches than a limit.
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for second in 0..1_200 {
///     log.push(Event::touch("bot", 1_767_225_600 + second, "display"))?;
/// }
/// let heavy = Journeys::from_events(&log, JourneyOptions::default())?.irregularities().heavy;
/// assert_eq!((heavy.persons, heavy.touches, heavy.most), (1, 1_200, 1_200));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HeavyPersons {
    /// The limit; 0 where there is none.
    pub limit: u64,
    /// How many persons have more.
    pub persons: u64,
    /// Their touches.
    pub touches: u64,
    /// Their share of all touches, 0 to 1.
    pub share: f64,
    /// The touches of the heaviest person.
    pub most: u64,
    /// Their conversions in the period.
    pub conversions: f64,
}

impl Irregularities {
    pub(in crate::journeys) fn new(
        counts: RowCounts,
        cleaned_rows: CleanedRows,
        names: &Interner,
        options: &JourneyOptions,
    ) -> Self {
        let most = options.most_touches.map_or(0, |most| most.get() as u64);
        Self {
            repeated_orders: counts.repeated_orders,
            repeated_value: counts.repeated_value,
            order_lines: counts.order_lines,
            returned_conversions: counts.returned_conversions,
            unmatched_returns: counts.unmatched_returns,
            cleaned_rows,
            left_out: HeavyPersons {
                limit: most,
                persons: counts.capped_persons,
                touches: counts.capped_touches,
                most: counts.most_capped,
                conversions: counts.capped_conversions as f64,
                share: 0.0,
            },
            goals: goal_counts(counts, names),
            heavy: HeavyPersons::default(),
        }
    }

    /// Whether there is nothing out of the ordinary.
    pub fn is_empty(&self) -> bool {
        self.to_string().is_empty()
    }

    /// The same as a report tells it: goals where there are several.
    pub(crate) fn told(mut self) -> Self {
        if self.goals.len() < 2 {
            self.goals.clear();
        }
        self
    }

    /// Adds those of other persons; `touches` are all touches of both, but for those left out.
    pub(crate) fn merge(&mut self, later: Self, touches: u64) {
        self.repeated_orders += later.repeated_orders;
        self.repeated_value += later.repeated_value;
        self.order_lines += later.order_lines;
        self.returned_conversions += later.returned_conversions;
        self.unmatched_returns += later.unmatched_returns;
        self.cleaned_rows.add(later.cleaned_rows);
        let mut goals: BTreeMap<String, u64> = BTreeMap::new();
        for own in self.goals.drain(..).chain(later.goals) {
            *goals.entry(own.goal).or_default() += own.conversions;
        }
        let goals = goals.into_iter();
        self.goals = goals
            .map(|(goal, conversions)| GoalCount { goal, conversions })
            .collect();
        self.left_out.add(later.left_out);
        self.heavy.add(later.heavy);
        self.heavy.set_share(touches);
        self.left_out.set_share(touches + self.left_out.touches);
    }
}

fn goal_counts(counts: RowCounts, names: &Interner) -> Vec<GoalCount> {
    let count = |(code, conversions)| GoalCount {
        goal: match code {
            NO_TEXT => String::new(),
            code => names.get(code).to_owned(),
        },
        conversions,
    };
    let mut goals: Vec<GoalCount> = counts.goals.into_iter().map(count).collect();
    goals.sort_unstable_by(|left, right| left.goal.cmp(&right.goal));
    goals
}

impl HeavyPersons {
    fn add(&mut self, other: Self) {
        self.limit = self.limit.max(other.limit);
        self.persons += other.persons;
        self.touches += other.touches;
        self.most = self.most.max(other.most);
        self.conversions += other.conversions;
    }

    /// Sets the share, given how many touches all persons have.
    pub(in crate::journeys) fn set_share(&mut self, all: u64) {
        self.share = self.touches as f64 / all.max(1) as f64;
    }
}

impl fmt::Display for Irregularities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            repeated_orders,
            repeated_value,
            order_lines,
            returned_conversions,
            unmatched_returns,
            cleaned_rows,
            goals,
            left_out,
            heavy,
        } = self;
        let rows = counted;
        if *repeated_orders > 0 {
            let rows = rows(*repeated_orders, "row repeats", "rows repeat");
            let counts = if *repeated_orders == 1 { "does" } else { "do" };
            writeln!(
                f,
                "{rows} an order at another time or by another person and {counts} not count \
                 (worth {repeated_value})"
            )?;
        }
        if *order_lines > 0 {
            let rows = rows(
                *order_lines,
                "row is a further line",
                "rows are further lines",
            );
            writeln!(f, "{rows} of an order and added to it")?;
        }
        if *returned_conversions > 0 {
            let rows = rows(*returned_conversions, "conversion was", "conversions were");
            writeln!(f, "{rows} returned whole and left out")?;
        }
        if *unmatched_returns > 0 {
            let rows = rows(*unmatched_returns, "return belongs", "returns belong");
            writeln!(f, "{rows} to no conversion of the log")?;
        }
        write_cleaned(f, cleaned_rows)?;
        write_goals(f, goals)?;
        write_heavy(
            f,
            left_out,
            "were left out, and their conversions are unattributed",
        )?;
        write_heavy(
            f,
            heavy,
            "may be robots or shared devices; a limit of touches leaves them out",
        )
    }
}

/// A count with the word for one or for several.
fn counted(count: u64, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    }
}

fn write_cleaned(f: &mut fmt::Formatter<'_>, cleaned: &CleanedRows) -> fmt::Result {
    let unknown = cleaned.left_out() + cleaned.unknown_conversions;
    if unknown > 0 {
        writeln!(
            f,
            "{} no person: {} unattributed, {} and {} left out",
            counted(unknown, "row states", "rows state"),
            counted(
                cleaned.unknown_conversions,
                "conversion is",
                "conversions are"
            ),
            counted(cleaned.unknown_touches, "touch", "touches"),
            counted(cleaned.unknown_others, "other row", "other rows"),
        )?;
    }
    if cleaned.placeholders > 0 {
        let placeholders = counted(
            cleaned.placeholders,
            "person or identifier is a placeholder",
            "persons or identifiers are placeholders",
        );
        writeln!(f, "{placeholders}, taken as missing")?;
    }
    if cleaned.blanks > 0 {
        let blanks = counted(
            cleaned.blanks,
            "text had blanks around it",
            "texts had blanks around them",
        );
        writeln!(f, "{blanks}, taken off")?;
    }
    Ok(())
}

fn write_goals(f: &mut fmt::Formatter<'_>, goals: &[GoalCount]) -> fmt::Result {
    const SHOWN: usize = 8;
    if goals.is_empty() {
        return Ok(());
    }
    let shown = goals
        .iter()
        .take(SHOWN)
        .map(|GoalCount { goal, conversions }| {
            let goal = if goal.is_empty() { "none stated" } else { goal };
            format!("{goal} ({conversions})")
        });
    let mut shown = shown.collect::<Vec<String>>().join(", ");
    if goals.len() > SHOWN {
        shown += &format!(" and {} more", goals.len() - SHOWN);
    }
    writeln!(
        f,
        "conversions of {} goals are counted together, as no goal was chosen: {shown}",
        goals.len()
    )
}

fn write_heavy(f: &mut fmt::Formatter<'_>, heavy: &HeavyPersons, what: &str) -> fmt::Result {
    let &HeavyPersons {
        limit,
        persons,
        touches,
        share,
        most,
        conversions,
    } = heavy;
    if persons == 0 {
        return Ok(());
    }
    let limit = counted(limit, "touch", "touches");
    let conversions = match conversions {
        1.0 => "1 conversion".to_owned(),
        several => format!("{several} conversions"),
    };
    writeln!(
        f,
        "persons with more than {limit}: {persons}, with {touches} touches ({:.1} % of all, \
         {most} of one person) and {conversions}; they {what}",
        100.0 * share
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_kind_is_told_in_the_singular() {
        let cleaned_rows = CleanedRows {
            blanks: 1,
            placeholders: 1,
            unknown_touches: 1,
            unknown_conversions: 0,
            unknown_others: 0,
        };
        let left_out = HeavyPersons {
            limit: 1,
            persons: 1,
            touches: 2,
            share: 0.5,
            most: 2,
            conversions: 1.0,
        };
        let log = Irregularities {
            cleaned_rows,
            left_out,
            ..Irregularities::default()
        };
        assert_eq!(
            log.to_string(),
            "1 row states no person: 0 conversions are unattributed, 1 touch and 0 other rows left \
             out\n\
             1 person or identifier is a placeholder, taken as missing\n\
             1 text had blanks around it, taken off\n\
             persons with more than 1 touch: 1, with 2 touches (50.0 % of all, 2 of one person) and \
             1 conversion; they were left out, and their conversions are unattributed\n"
        );
    }
}
