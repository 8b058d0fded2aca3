//! Flows: what goes from one stage to the next.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::table::Table;

/// One station of a stage of a [`Flow`].
///
/// ```
/// use mixtouch::report::chart::FlowNode;
///
/// assert!(FlowNode::quiet("(no conversion)").is_quiet());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowNode {
    name: String,
    quiet: bool,
}

impl FlowNode {
    /// A station in a colour of its own, the same wherever its name occurs.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            quiet: false,
        }
    }

    /// A station in grey: what is not to be looked at first.
    pub fn quiet(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            quiet: true,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is grey.
    pub const fn is_quiet(&self) -> bool {
        self.quiet
    }
}

/// One stage of a [`Flow`]: its name and its stations from top to bottom.
pub type FlowStage = (String, Vec<FlowNode>);

/// What goes from a station of a stage to a station of the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowLink {
    /// The stage it starts at.
    pub stage: usize,
    /// The station of that stage.
    pub from: usize,
    /// The station of the next stage.
    pub to: usize,
    /// How much goes; finite and > 0.
    pub amount: f64,
}

/// Stages from left to right with bands between their stations. Bands go to the next stage only, so
/// there are no circles.
///
/// ```
/// use mixtouch::report::chart::{Chart, Flow, FlowNode, Measure};
///
/// let ends = [FlowNode::new("bought"), FlowNode::quiet("left")];
/// let flow = Flow::new(Measure::new("journeys").with_digits(0))
///     .with_stage("1st touch", [FlowNode::new("search")])
///     .with_stage("outcome", ends)
///     .with_link(0, 0, 0, 30.0)
///     .with_link(0, 0, 1, 70.0);
/// assert_eq!(Chart::new("Three in ten buy", flow).table().rows().len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    measure: Measure,
    stages: Vec<FlowStage>,
    links: Vec<FlowLink>,
}

impl Flow {
    /// A flow without stages.
    pub const fn new(measure: Measure) -> Self {
        Self {
            measure,
            stages: Vec::new(),
            links: Vec::new(),
        }
    }

    /// The same flow with one more stage to the right.
    #[must_use]
    pub fn with_stage(
        mut self,
        name: impl Into<String>,
        nodes: impl IntoIterator<Item = FlowNode>,
    ) -> Self {
        self.stages.push((name.into(), nodes.into_iter().collect()));
        self
    }

    /// The same flow with what goes from a station of a stage to one of the next. Left out where a
    /// station does not exist, or the amount is not a finite number > 0.
    #[must_use]
    pub fn with_link(mut self, stage: usize, from: usize, to: usize, amount: f64) -> Self {
        let exists = |stage: usize, node: usize| {
            let stage = self.stages.get(stage);
            stage.is_some_and(|(_, nodes)| node < nodes.len())
        };
        let some = amount.is_finite() && amount > 0.0;
        if some && exists(stage, from) && exists(stage + 1, to) {
            self.links.push(FlowLink {
                stage,
                from,
                to,
                amount,
            });
        }
        self
    }

    /// What is measured.
    pub const fn measure(&self) -> &Measure {
        &self.measure
    }

    /// The stages from left to right.
    pub fn stages(&self) -> &[FlowStage] {
        &self.stages
    }

    /// What goes, in the order given.
    pub fn links(&self) -> &[FlowLink] {
        &self.links
    }

    /// The stations at the ends of a link.
    pub(crate) fn ends(&self, link: &FlowLink) -> (&FlowNode, &FlowNode) {
        let node = |stage: usize, node: usize| &self.stages[stage].1[node];
        (node(link.stage, link.from), node(link.stage + 1, link.to))
    }

    pub(crate) fn table(&self) -> Table {
        let rows = self.links.iter().map(|link| {
            let (from, to) = self.ends(link);
            [
                (&self.stages[link.stage].0).into(),
                from.name().into(),
                to.name().into(),
                self.measure.cell(Mark::new(link.amount)),
            ]
        });
        Table::new(["at", "from", "to", self.measure.name()]).with_rows(rows)
    }
}
