//! Which number of a point means what.

use std::ops::Range;

use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::term::Term;
use crate::mix::panel::Panel;
use crate::mix::specification::columns::Source;
use crate::mix::specification::{Likelihood, MixSpecification};

/// The order of a point's numbers: each channel's transform parameters; the size of each term;
/// controls with bounds; the logarithm of the noise; what is confounded; how terms change over time
/// and differ between geos; the baseline where it is not integrated out; each geo's difference.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Where each channel's transform parameters begin, and the end.
    offsets: Vec<usize>,
    terms: usize,
    controls: usize,
    /// By channel: demand that moves its spend; none where there is no test.
    pub(super) confounders: Vec<Option<usize>>,
    /// By term: its steps from knot to knot; none where the effect is constant.
    pub(super) steps: Vec<Range<usize>>,
    /// By term: the logarithm of the spread over geos; none where all geos have the same effect.
    pub(super) spreads: Vec<Option<usize>>,
    /// How far the baseline lies from that which leaves the least square, along its directions; none
    /// where it is integrated out.
    pub(super) baseline: Range<usize>,
    /// By term: each geo's difference.
    pub(super) cells: Vec<Range<usize>>,
    /// What each number is called.
    pub(super) names: Vec<String>,
}

impl Layout {
    pub(super) fn new(
        design: &Design,
        terms: &[Term],
        panel: &Panel,
        specification: &MixSpecification,
        partial: bool,
    ) -> Self {
        let mut names = Names::of_transforms(design, panel);
        let channel = |term: &Term| panel.channels()[term.channel].name();
        for (term, column) in terms.iter().zip(&design.columns) {
            let geo = column.geo.map(|geo| format!("[{}]", panel.geos()[geo]));
            let geo = geo.unwrap_or_default();
            names.add(format!("{}.contribution{geo}", channel(term)));
        }
        let controls = design.columns[terms.len()..].iter().map(|c| c.source);
        let mut count = 0;
        for source in controls {
            if let Source::Control(control) = source {
                names.add(design.baseline.bounded[control].0.clone());
                count += 1;
            }
        }
        names.add("noise".to_owned());
        let tested = |c: usize| design.tests.iter().any(|t| t.channel == c && t.is_lift());
        let confounders = panel.channels().iter().enumerate().map(|(c, channel)| {
            tested(c).then(|| names.add(format!("{}.confounding", channel.name())))
        });
        let confounders = confounders.collect();
        let steps = terms.iter().map(|term| {
            let knots = design.channels[term.channel].hats.len();
            names.add_all(1..knots, |k| format!("{}.change[{k}]", channel(term)))
        });
        let steps = steps.collect();
        let spreads = terms
            .iter()
            .map(|term| partial.then(|| names.add(format!("{}.geo_spread", channel(term)))));
        let spreads = spreads.collect();
        let sampled = match specification.likelihood {
            Likelihood::StudentT { .. } | Likelihood::NegativeBinomial => design.basis.len(),
            Likelihood::Normal | Likelihood::Log => 0,
        };
        let baseline = names.add_all(0..sampled, |k| format!("baseline[{k}]"));
        let cells = terms.iter().map(|term| {
            let geos = if partial { panel.geos().len() } else { 0 };
            names.add_all(0..geos, |geo| {
                format!("{}.geo[{}]", channel(term), panel.geos()[geo])
            })
        });
        Self {
            cells: cells.collect(),
            offsets: design.offsets(),
            terms: terms.len(),
            controls: count,
            confounders,
            steps,
            spreads,
            baseline,
            names: names.0,
        }
    }

    /// How many numbers a point has.
    pub(super) fn dimension(&self) -> usize {
        self.names.len()
    }

    /// A channel's transform parameters, and the size of its steps where its effect changes.
    pub(super) fn transform(&self, channel: usize) -> Range<usize> {
        self.offsets[channel]..self.offsets[channel + 1]
    }

    /// The number of a channel's step size, if its effect changes.
    pub(super) fn step(&self, channel: usize) -> usize {
        self.offsets[channel + 1] - 1
    }

    /// The number of a term.
    pub(super) fn effect(&self, term: usize) -> usize {
        self.offsets[self.offsets.len() - 1] + term
    }

    /// The number of a control with bounds, counted from the first such column.
    pub(super) fn control(&self, control: usize) -> usize {
        self.effect(self.terms) + control
    }

    pub(super) fn noise(&self) -> usize {
        self.control(self.controls)
    }
}

/// Names, one for each number.
struct Names(Vec<String>);

impl Names {
    /// Those of each channel's transform parameters, and of the size of its steps where its effect
    /// changes.
    fn of_transforms(design: &Design, panel: &Panel) -> Self {
        let mut names = Self(vec![]);
        for (column, channel) in panel.channels().iter().zip(&design.channels) {
            let step = (!channel.hats.is_empty()).then_some("step");
            for name in channel.parameter_names().chain(step) {
                names.add(format!("{}.{name}", column.name()));
            }
        }
        names
    }

    /// The place of one more.
    fn add(&mut self, name: String) -> usize {
        self.0.push(name);
        self.0.len() - 1
    }

    fn add_all(&mut self, which: Range<usize>, name: impl Fn(usize) -> String) -> Range<usize> {
        let from = self.0.len();
        self.0.extend(which.map(name));
        from..self.0.len()
    }
}
