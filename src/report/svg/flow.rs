//! Flows.

use crate::report::chart::{Flow, FlowNode};
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::path::Path;
use crate::report::svg::scale::Scale;
use crate::report::svg::style::fill;
use crate::report::svg::text;

/// The width of a station.
const BAR: Tenths = px(10);
/// The pixels between two stations.
const GAP: Tenths = px(5);

/// Stations and bands with their places.
struct Layout<'a> {
    flow: &'a Flow,
    /// What passes each station of each stage: the larger of what comes and what goes.
    sizes: Vec<Vec<f64>>,
    /// Where each station starts.
    tops: Vec<Vec<Tenths>>,
    /// From amounts to heights.
    height: Scale,
    columns: Vec<Tenths>,
    colours: Vec<&'a str>,
}

pub(crate) fn draw(flow: &Flow, canvas: &mut Canvas) {
    if flow.stages().is_empty() {
        return;
    }
    draw_headings(flow, canvas);
    let layout = Layout::new(flow, canvas);
    layout.bands(canvas);
    layout.stations(canvas);
    // room below the lowest station for the lower half of its name
    canvas.extend(room(flow, canvas) + px(10));
}

/// How high the picture is: room for a name at each station of the fullest stage.
fn room(flow: &Flow, canvas: &Canvas) -> Tenths {
    let usual = if canvas.is_narrow() { px(360) } else { px(400) };
    usual.max((stations(flow) + 1) * Canvas::LINE)
}

/// The stations of the fullest stage.
fn stations(flow: &Flow) -> Tenths {
    let each = flow.stages().iter().map(|(_, nodes)| nodes.len());
    each.max().unwrap_or(0) as Tenths
}

fn column(canvas: &Canvas, stages: usize, stage: usize) -> Tenths {
    let last = stages.saturating_sub(1).max(1) as Tenths;
    stage as Tenths * (canvas.width() - BAR) / last
}

fn draw_headings(flow: &Flow, canvas: &mut Canvas) {
    let stages = flow.stages();
    canvas.extend(Canvas::LINE + px(4));
    let share = canvas.width() / stages.len().max(1) as Tenths;
    for (at, (name, _)) in stages.iter().enumerate() {
        let (x, anchor) = match at {
            0 => (0, Anchor::Start),
            _ if at + 1 == stages.len() => (canvas.width(), Anchor::End),
            _ => (column(canvas, stages.len(), at) + BAR / 2, Anchor::Middle),
        };
        let name = text::cut(name, Canvas::FONT, share);
        canvas.text("mut", (x, canvas.bottom() - px(8)), anchor, &name);
    }
}

impl<'a> Layout<'a> {
    fn new(flow: &'a Flow, canvas: &Canvas) -> Self {
        let sizes = sizes(flow);
        let total = |stage: &Vec<f64>| stage.iter().sum::<f64>();
        let most = sizes.iter().map(total).fold(0.0, f64::max);
        let free = (room(flow, canvas) - stations(flow) * GAP).max(px(60));
        let height = Scale::new(0.0, most, 0, free);
        let stack = |stage: &Vec<f64>| {
            let mut top = canvas.bottom();
            let station = |size: &f64| {
                let start = top;
                top += height.at(*size) + GAP;
                start
            };
            stage.iter().map(station).collect()
        };
        let mut colours: Vec<&str> = Vec::new();
        for node in flow.stages().iter().flat_map(|(_, nodes)| nodes) {
            if !node.is_quiet() && !colours.contains(&node.name()) {
                colours.push(node.name());
            }
        }
        let count = flow.stages().len();
        Self {
            flow,
            tops: sizes.iter().map(stack).collect(),
            sizes,
            height,
            columns: (0..count).map(|at| column(canvas, count, at)).collect(),
            colours,
        }
    }

    fn colour(&self, node: &FlowNode) -> &'static str {
        let place = self.colours.iter().position(|name| *name == node.name());
        place.filter(|_| !node.is_quiet()).map_or("quiet", fill)
    }

    fn bands(&self, canvas: &mut Canvas) {
        let none = || self.tops.clone();
        let (mut leaves, mut comes) = (none(), none());
        let mut order: Vec<_> = self.flow.links().iter().collect();
        order.sort_by_key(|link| (link.stage, link.from, link.to));
        for link in order {
            let thick = self.height.at(link.amount);
            let from = leaves[link.stage][link.from];
            let to = comes[link.stage + 1][link.to];
            leaves[link.stage][link.from] += thick;
            comes[link.stage + 1][link.to] += thick;
            let (left, right) = (self.columns[link.stage] + BAR, self.columns[link.stage + 1]);
            let mut path = Path::default();
            path.go(left, from);
            path.level_curve((left, from), (right, to));
            path.line(right, to + thick.max(3));
            path.level_curve((right, to + thick.max(3)), (left, from + thick.max(3)));
            path.close();
            let (start, end) = self.flow.ends(link);
            let amount = self.flow.measure().written(link.amount);
            let told = format!("{} to {}: {amount}", start.name(), end.name());
            let class = if end.is_quiet() {
                "quiet"
            } else {
                self.colour(start)
            };
            canvas.told(&told, |canvas| canvas.path(&format!("{class} flow"), &path));
        }
    }

    fn stations(&self, canvas: &mut Canvas) {
        let last = self.flow.stages().len() - 1;
        for (stage, (_, nodes)) in self.flow.stages().iter().enumerate() {
            let x = self.columns[stage];
            let labels = self.label_places(stage, canvas);
            for (at, node) in nodes.iter().enumerate() {
                let size = self.sizes[stage][at];
                if size == 0.0 {
                    continue;
                }
                let high = self.height.at(size).max(10);
                let amount = self.flow.measure().written(size);
                canvas.told(&format!("{}: {amount}", node.name()), |canvas| {
                    canvas.rect(self.colour(node), (x, self.tops[stage][at]), (BAR, high));
                });
                let Some(room) = self.label_room(stage, canvas) else {
                    continue;
                };
                let name = text::cut(node.name(), Canvas::FONT, room);
                let (x, anchor) = match stage == last && last > 0 {
                    true => (x - px(4), Anchor::End),
                    false => (x + BAR + px(4), Anchor::Start),
                };
                canvas.text("ink halo", (x, labels[at] + px(5)), anchor, &name);
            }
        }
    }

    /// The room of a name: up to the next stage, half of it where the names of the last stage come
    /// from the other side; none there on a phone.
    fn label_room(&self, stage: usize, canvas: &Canvas) -> Option<Tenths> {
        let whole = self.columns.get(1).map_or(canvas.width(), |x| x - BAR) - px(10);
        let last = self.columns.len() - 1;
        match () {
            () if last < 2 || stage + 1 < last => Some(whole),
            () if canvas.is_narrow() => (stage == last).then_some(whole),
            () => Some(whole / 2),
        }
    }

    /// The middles of the names of a stage, moved apart where they would overlap.
    fn label_places(&self, stage: usize, canvas: &Canvas) -> Vec<Tenths> {
        let tops = self.tops[stage].iter().zip(&self.sizes[stage]);
        let mut places: Vec<Tenths> = tops
            .map(|(top, size)| top + self.height.at(*size) / 2)
            .collect();
        let mut least = canvas.bottom() + px(4);
        let named = |(_, size): &(&mut Tenths, &f64)| **size > 0.0;
        let sizes = &self.sizes[stage];
        for (place, _) in places.iter_mut().zip(sizes).filter(named) {
            *place = (*place).max(least);
            least = *place + Canvas::LINE;
        }
        let mut most = canvas.bottom() + room(self.flow, canvas);
        for (place, _) in places.iter_mut().zip(sizes).rev().filter(named) {
            *place = (*place).min(most);
            most = *place - Canvas::LINE;
        }
        places
    }
}

/// What passes each station.
fn sizes(flow: &Flow) -> Vec<Vec<f64>> {
    let zeros: Vec<Vec<f64>> = flow
        .stages()
        .iter()
        .map(|(_, nodes)| vec![0.0; nodes.len()])
        .collect();
    let (mut leaves, mut comes) = (zeros.clone(), zeros);
    for link in flow.links() {
        leaves[link.stage][link.from] += link.amount;
        comes[link.stage + 1][link.to] += link.amount;
    }
    let larger = |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| a.max(*b)).collect();
    leaves.iter().zip(&comes).map(larger).collect()
}
