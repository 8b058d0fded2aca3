//! Credit at every level of a hierarchy: channel, campaign, ad.

use crate::attribution::credits::Credits;
use crate::attribution::engine::attribute;
use crate::attribution::model::AttributionModel;
use crate::attribution::stream::stream_credits;
use crate::attribution::tally::Tally;
use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::CostTable;
use crate::journeys::arena::Journeys;
use crate::report::{Alignment, Cell, Column, Report, Section, Table};
use crate::stats::ratio::cost_each;
use crate::time::TimeRange;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A model's credit by channel and, below it, by the columns that
/// [`JourneyOptions::with_touch_columns`](crate::JourneyOptions::with_touch_columns) keeps: each
/// channel's campaigns, each campaign's ads.
///
/// A touch brings its credit to its channel, its campaign and its ad. So, to the last bit,
///
/// > credit of a node = sum of the credit of the nodes below it, added in their order.
///
/// The model sees channels alone. One that divides all conversions by shares of channels (Markov
/// removal effects, Shapley values of channels) does not tell touches apart: a channel's credit C
/// is then divided in proportion to the credit `w` of the same model within journeys,
///
/// > credit of an ad = C x w(ad) / w(channel),
///
/// or to the number of its touches where the model gives the channel none within journeys. Credit of
/// a channel without a touch before any conversion stands below empty texts.
///
/// ```
/// use mixtouch::attribution::CreditLevels;
/// use mixtouch::attribution::rules::Linear;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::with_columns(["campaign"]);
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_texts(&["spring"]))?;
/// log.push(Event::touch("ann", 1_767_229_200, "social").with_texts(&["brand"]))?;
/// log.push(Event::conversion("ann", 1_767_232_800).with_value(50.0))?;
/// let options = JourneyOptions::default().with_touch_columns(["campaign"]);
/// let journeys = Journeys::from_events(&log, options)?;
/// let levels = CreditLevels::new(&journeys, &Linear)?;
/// assert_eq!(levels.columns(), ["channel", "campaign"]);
/// assert_eq!(levels.credit(&["social"]).map(|credit| credit.value), Some(50.0));
/// assert_eq!(levels.credit(&["social", "spring"]).map(|credit| credit.value), Some(25.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct CreditLevels {
    columns: Vec<String>,
    nodes: Vec<LevelCredit>,
    baseline: Tally,
    unattributed: Tally,
    total: Tally,
}

/// The credit of one channel, campaign or ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelCredit {
    /// The channel, then the texts of the columns down to the level.
    pub path: Vec<String>,
    /// What is credited to it.
    pub credit: Tally,
    /// What it cost, where [`CreditLevels::with_costs`] knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    columns: Vec<String>,
    nodes: Vec<LevelCredit>,
    baseline: Tally,
    unattributed: Tally,
    total: Tally,
}

impl TryFrom<Fields> for CreditLevels {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            columns,
            nodes,
            baseline,
            unattributed,
            total,
        } = fields;
        let levels = 1..=columns.len();
        let stray = |node: &&LevelCredit| !levels.contains(&node.path.len());
        if let Some(node) = nodes.iter().find(stray) {
            return Err(Error::setting(
                "the length of a path in a table of credit",
                node.path.len(),
                format!("1 to {}", columns.len()),
            ));
        }
        Ok(Self {
            columns,
            nodes,
            baseline,
            unattributed,
            total,
        })
    }
}

/// What a label of a channel has been credited, and in how many touches.
#[derive(Debug, Clone, Copy, Default)]
struct Leaf {
    credit: Tally,
    touches: u64,
}

/// The figures of a node; those of costs where costs are known.
const FIGURES: [&str; 5] = ["conversions", "value", "cost", "CPA", "ROAS"];

type Leaves = BTreeMap<(ChannelId, u32), Leaf>;

/// The label of a channel that no touch before a conversion has.
const NO_LABEL: u32 = u32::MAX;

impl CreditLevels {
    /// Scores all journeys with one model.
    ///
    /// # Errors
    /// If the journeys keep no columns of touches, or
    /// [`stream_credits`](crate::attribution::stream_credits) fails.
    pub fn new<M: AttributionModel + ?Sized>(journeys: &Journeys, model: &M) -> Result<Self> {
        if journeys.touch_columns().is_empty() {
            return Err(Error::MissingInput {
                model: "credit by level".into(),
                needs: "columns of touches (`JourneyOptions::with_touch_columns`)".into(),
            });
        }
        let credits = attribute(journeys, model)?;
        let mut leaves = leaves(journeys, model)?;
        if model.channel_shares().is_some() {
            leaves = divided_anew(&leaves, &credits);
        }
        let names = journeys.touch_columns().iter().cloned();
        let columns: Vec<String> = std::iter::once("channel".to_owned()).chain(names).collect();
        Ok(Self {
            nodes: nodes(journeys, &leaves, columns.len()),
            columns,
            baseline: credits.baseline(),
            unattributed: credits.unattributed(),
            total: credits.total(),
        })
    }

    /// Adds what channels and what lies below them cost over the days that begin in a period: the
    /// costs of a table whose rows state levels ([`CostTable::push_at`]), as spend tables read by a
    /// mapping do. What cost something and is credited nothing stands with a credit of 0.
    ///
    /// ```
    /// use mixtouch::attribution::CreditLevels;
    /// use mixtouch::attribution::rules::Linear;
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{CostTable, Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::with_columns(["campaign"]);
    /// log.push(Event::touch("ann", 1_767_225_600, "social").with_texts(&["spring"]))?;
    /// log.push(Event::conversion("ann", 1_767_232_800).with_value(50.0))?;
    /// let options = JourneyOptions::default().with_touch_columns(["campaign"]);
    /// let journeys = Journeys::from_events(&log, options)?;
    /// let mut costs = CostTable::new();
    /// costs.push_at("social", &["spring"], "2026-01-01".parse()?, 20.0)?;
    /// costs.push_at("social", &["brand"], "2026-01-01".parse()?, 5.0)?;
    /// let levels = CreditLevels::new(&journeys, &Linear)?;
    /// let levels = levels.with_costs(&costs, TimeRange::default());
    /// let costs: Vec<_> = levels.nodes().iter().map(|node| node.cost).collect();
    /// assert_eq!(costs, [Some(25.0), Some(5.0), Some(20.0)]); // social, brand, spring
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_costs(mut self, costs: &CostTable, period: TimeRange) -> Self {
        let mut by_path: BTreeMap<Vec<String>, f64> = BTreeMap::new();
        for (path, cost) in costs.by_level(period) {
            for depth in 1..=path.len().min(self.columns.len()) {
                *by_path.entry(path[..depth].to_vec()).or_default() += cost;
            }
        }
        let credits = self.nodes.into_iter().map(|node| (node.path, node.credit));
        let mut credits: BTreeMap<Vec<String>, Tally> = credits.collect();
        for path in by_path.keys() {
            credits.entry(path.clone()).or_default();
        }
        let node = |(path, credit): (Vec<String>, Tally)| LevelCredit {
            cost: by_path.get(&path).copied(),
            path,
            credit,
        };
        self.nodes = credits.into_iter().map(node).collect();
        self
    }

    /// The names of the levels, from the broadest: `channel`, then the columns kept.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The credit of every node: each before those below it, those side by side by name.
    pub fn nodes(&self) -> &[LevelCredit] {
        &self.nodes
    }

    /// The credit of the nodes of one level, 0 for channels, by name.
    pub fn level(&self, level: usize) -> impl Iterator<Item = &LevelCredit> {
        let depth = level.saturating_add(1);
        self.nodes
            .iter()
            .filter(move |node| node.path.len() == depth)
    }

    /// The credit of a channel, or of what lies below it, if it has a touch before a conversion.
    pub fn credit(&self, path: &[&str]) -> Option<Tally> {
        let node = self.nodes.iter().find(|node| node.path == path);
        node.map(|node| node.credit)
    }

    /// Conversions expected without marketing, as in [`Credits`].
    pub fn baseline(&self) -> Tally {
        self.baseline
    }

    /// Conversions that no touch accounts for, as in [`Credits`].
    pub fn unattributed(&self) -> Tally {
        self.unattributed
    }

    /// All conversions.
    pub fn total(&self) -> Tally {
        self.total
    }
}

impl fmt::Display for CreditLevels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// A table for each level.
impl Report for CreditLevels {
    fn title(&self) -> String {
        format!("credit by {}", self.columns.join(" > "))
    }

    fn sections(&self) -> Vec<Section> {
        (0..self.columns.len())
            .map(|level| Section::new().set_apart().with_table(self.table(level)))
            .collect()
    }

    /// Writes a record for each node: the level's name, the path, conversions and value; the
    /// columns below the level are empty.
    #[cfg(feature = "csv")]
    fn write_csv(&self, writer: &mut dyn std::io::Write) -> Result<()> {
        let names = ["level"].into_iter().chain(self.names());
        let rows = self.nodes.iter().map(|node| {
            let level = node.path.len().saturating_sub(1);
            let mut row = vec![Cell::from(self.columns[level].as_str())];
            row.extend(node.path.iter().map(|text| Cell::from(text.as_str())));
            row.resize(1 + self.columns.len(), Cell::MISSING);
            row.extend(self.amounts(node));
            row
        });
        Table::new(names).with_rows(rows).write_csv(writer)
    }
}

impl CreditLevels {
    /// The names of the columns of a table of all levels.
    #[cfg(feature = "csv")]
    fn names(&self) -> impl Iterator<Item = &str> {
        let texts = self.columns.iter().map(String::as_str);
        texts.chain(self.figures().iter().map(|name| &**name))
    }

    /// The names of the figures.
    fn figures(&self) -> &'static [&'static str] {
        let has_costs = self.nodes.iter().any(|node| node.cost.is_some());
        if has_costs { &FIGURES } else { &FIGURES[..2] }
    }

    /// A level as a table, 0 for channels: credit and, where costs are known, costs, CPA and ROAS.
    pub fn table(&self, level: usize) -> Table {
        let texts = self.columns.iter().take(level + 1);
        let columns = texts.map(|name| Column::new(name, Alignment::Left)).chain(
            self.figures()
                .iter()
                .map(|name| Column::new(*name, Alignment::Right)),
        );
        let rows = self.level(level).map(|node| {
            let texts = node.path.iter().map(|text| Cell::from(text.as_str()));
            texts.chain(self.amounts(node)).collect::<Vec<_>>()
        });
        let none: [&str; 0] = [];
        columns
            .fold(Table::new(none), Table::with_column)
            .with_rows(rows)
    }
}

impl CreditLevels {
    /// The figures of a node.
    fn amounts(&self, node: &LevelCredit) -> impl Iterator<Item = Cell> {
        let (credit, cost) = (node.credit, node.cost);
        let roas = cost.filter(|&cost| cost > 0.0);
        let roas = roas.map(|cost| credit.value / cost);
        [
            Cell::number(credit.conversions, 1),
            Cell::number(credit.value, 0),
            Cell::number(cost, 0),
            Cell::number(
                cost_each(cost, credit.conversions, self.total.conversions),
                2,
            ),
            Cell::number(roas, 2),
        ]
        .into_iter()
        .take(self.figures().len())
    }
}

/// The credit of each channel's labels within journeys, in the arena's order.
fn leaves<M: AttributionModel + ?Sized>(journeys: &Journeys, model: &M) -> Result<Leaves> {
    let mut leaves = Leaves::new();
    stream_credits(journeys, model, |credit| {
        for (touch, &label) in credit.touches().zip(credit.labels()) {
            let leaf = leaves.entry((touch.channel, label)).or_default();
            leaf.touches += 1;
            leaf.credit += Tally {
                conversions: touch.conversions,
                value: touch.value,
            };
        }
        Ok(())
    })?;
    Ok(leaves)
}

/// The credit of each channel, divided among its labels in proportion to what they have.
fn divided_anew(leaves: &Leaves, credits: &Credits) -> Leaves {
    let mut divided = Leaves::new();
    for (channel, &whole) in credits.channels().ids().zip(credits.by_channel()) {
        let own = || leaves.range((channel, 0)..=(channel, NO_LABEL));
        let mut sum = Leaf::default();
        own().for_each(|(_, leaf)| {
            sum.credit += leaf.credit;
            sum.touches += leaf.touches;
        });
        if sum.touches == 0 && whole != Tally::default() {
            let leaf = Leaf {
                credit: whole,
                touches: 0,
            };
            divided.insert((channel, NO_LABEL), leaf);
        }
        for (&label, leaf) in own() {
            let by_touches = leaf.touches as f64 / sum.touches as f64;
            let part = |own: f64, all: f64| if all == 0.0 { by_touches } else { own / all };
            let credit = whole.scaled(
                part(leaf.credit.conversions, sum.credit.conversions),
                part(leaf.credit.value, sum.credit.value),
            );
            divided.insert(label, Leaf { credit, ..*leaf });
        }
    }
    divided
}

/// The nodes of all levels: leaves by path, then each level as the sum of the one below.
fn nodes(journeys: &Journeys, leaves: &Leaves, depth: usize) -> Vec<LevelCredit> {
    let path = |channel: ChannelId, label: u32| {
        let mut path = vec![journeys.channels().name(channel).to_owned()];
        if label != NO_LABEL {
            path.extend_from_slice(journeys.label_texts(label));
        }
        path.resize(depth, String::new());
        path
    };
    let mut levels: Vec<BTreeMap<Vec<String>, Tally>> = vec![BTreeMap::new(); depth];
    levels[depth - 1] = leaves
        .iter()
        .map(|(&(channel, label), leaf)| (path(channel, label), leaf.credit))
        .collect();
    for level in (1..depth).rev() {
        let (above, below) = levels.split_at_mut(level);
        for (path, credit) in &below[0] {
            *above[level - 1].entry(path[..level].to_vec()).or_default() += *credit;
        }
    }
    let all: BTreeMap<Vec<String>, Tally> = levels.into_iter().flatten().collect();
    let node = |(path, credit)| LevelCredit {
        path,
        credit,
        cost: None,
    };
    all.into_iter().map(node).collect()
}
