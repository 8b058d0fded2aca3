//! The constraints on spend: bounds of channels, of groups, of the total.
//!
//! Groups are apart or one within the other, so that with the total at the root they form a tree.
//! On a tree the quadratic step of the ascent is solved by prices: every node buys from its
//! children at one price, and a node whose sum would leave its bounds sets a price of its own.
//! Demand falls with the price, so bisection finds it.

use crate::error::{Error, Result};

/// A group's or the total's bounds, and what it sums over.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) channels: Vec<usize>,
    pub(crate) groups: Vec<usize>,
}

/// Bounds by channel and the tree of groups, whose root is node 0.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) nodes: Vec<Node>,
}

/// A group's bounds and the places of its channels.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) members: Vec<usize>,
}

/// A concave quadratic, separable by channel: gradient . d - sum of curvature d^2 / 2, d being the
/// way from `at`.
#[derive(Debug)]
pub(crate) struct Quadratic<'a> {
    pub(crate) at: &'a [f64],
    pub(crate) gradient: &'a [f64],
    pub(crate) curvature: &'a [f64],
}

/// A spend for each channel, and the price it was bought at.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) spend: Vec<f64>,
    pub(crate) price: Vec<f64>,
}

impl Tree {
    /// The tree of groups over channels with these bounds.
    pub(crate) fn new(low: Vec<f64>, high: Vec<f64>, groups: &[Group]) -> Result<Self> {
        let mut order: Vec<&Group> = groups.iter().collect();
        order.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
        let root = Node {
            name: "total".to_owned(),
            low: 0.0,
            high: f64::INFINITY,
            channels: (0..low.len()).collect(),
            groups: vec![],
        };
        let mut tree = Self {
            low,
            high,
            nodes: vec![root],
        };
        for group in order {
            tree.add(group)?;
        }
        Ok(tree)
    }

    /// Adds a group that is no larger than those before it.
    fn add(&mut self, group: &Group) -> Result<()> {
        let added = self.nodes.len();
        let parent = self.parent_of(group)?;
        let parent = &mut self.nodes[parent];
        parent
            .channels
            .retain(|channel| !group.members.contains(channel));
        parent.groups.push(added);
        self.nodes.push(Node {
            name: group.name.clone(),
            low: group.low,
            high: group.high,
            channels: group.members.clone(),
            groups: vec![],
        });
        Ok(())
    }

    /// The smallest node that still holds all the members as its own channels.
    fn parent_of(&self, group: &Group) -> Result<usize> {
        let holds = |node: &Node| {
            let channels = &node.channels;
            group.members.iter().all(|member| channels.contains(member))
        };
        self.nodes.iter().position(holds).ok_or_else(|| {
            Error::setting(
                "group",
                format!("{:?}", group.name),
                "groups that are apart or one within the other",
            )
        })
    }

    /// The same tree with bounds on the total.
    pub(crate) fn with_total(&self, low: f64, high: f64) -> Self {
        let mut tree = self.clone();
        (tree.nodes[0].low, tree.nodes[0].high) = (low, high);
        tree
    }

    /// The least and the most a node can spend.
    pub(crate) fn span(&self, node: usize) -> Result<(f64, f64)> {
        let Node {
            name,
            low,
            high,
            channels,
            groups,
        } = &self.nodes[node];
        let mut span = channels.iter().fold((0.0, 0.0), |sum, &channel| {
            (sum.0 + self.low[channel], sum.1 + self.high[channel])
        });
        for &group in groups {
            let (least, most) = self.span(group)?;
            span = (span.0 + least, span.1 + most);
        }
        // Sums of bounds carry rounding, which is not to make a plan impossible.
        let slack = 1e-12 * span.1.abs();
        if *low > span.1 + slack || *high < span.0 - slack {
            let value = if low == high {
                format!("{low}")
            } else {
                format!("{low} to {high}")
            };
            let what = if node == 0 {
                "total budget".to_owned()
            } else {
                format!("budget of group {name:?}")
            };
            return Err(Error::setting(
                what,
                value,
                format!("{} to {}, as its channels' bounds allow", span.0, span.1),
            ));
        }
        Ok((span.0.max(*low).min(span.1), span.1.min(*high).max(span.0)))
    }

    /// Whether a spend keeps all bounds, up to rounding.
    pub(crate) fn allows(&self, spend: &[f64]) -> bool {
        let within = |x: f64, low: f64, high: f64| {
            x >= low - 1e-12 * low.abs() && x <= high + 1e-12 * high.abs()
        };
        spend
            .iter()
            .zip(self.low.iter().zip(&self.high))
            .all(|(&x, (&low, &high))| within(x, low, high))
            && (0..self.nodes.len()).all(|node| {
                within(
                    self.sum(node, spend),
                    self.nodes[node].low,
                    self.nodes[node].high,
                )
            })
    }

    /// What a node spends.
    pub(crate) fn sum(&self, node: usize, spend: &[f64]) -> f64 {
        let Node {
            channels, groups, ..
        } = &self.nodes[node];
        channels.iter().map(|&channel| spend[channel]).sum::<f64>()
            + groups
                .iter()
                .map(|&group| self.sum(group, spend))
                .sum::<f64>()
    }

    /// The spend within all bounds that maximises the quadratic, with the prices that lead to it.
    pub(crate) fn maximise(&self, quadratic: &Quadratic<'_>) -> Assignment {
        let count = self.low.len();
        let mut assignment = Assignment {
            spend: vec![0.0; count],
            price: vec![0.0; count],
        };
        self.assign(0, 0.0, quadratic, &mut assignment);
        assignment
    }

    /// What a channel buys at a price: where its marginal gain has fallen to the price, within its
    /// bounds.
    fn wanted(&self, channel: usize, price: f64, q: &Quadratic<'_>) -> f64 {
        let free = q.at[channel] + (q.gradient[channel] - price) / q.curvature[channel];
        free.max(self.low[channel]).min(self.high[channel])
    }

    /// What a node's children buy at a price, each within its own bounds.
    fn demand(&self, node: usize, price: f64, q: &Quadratic<'_>) -> f64 {
        let Node {
            channels, groups, ..
        } = &self.nodes[node];
        let bounded = |group: usize| {
            self.demand(group, price, q)
                .max(self.nodes[group].low)
                .min(self.nodes[group].high)
        };
        channels
            .iter()
            .map(|&channel| self.wanted(channel, price, q))
            .sum::<f64>()
            + groups.iter().map(|&group| bounded(group)).sum::<f64>()
    }

    /// Lets a node buy at a price, or at a price of its own where its bounds bind.
    fn assign(&self, node: usize, price: f64, q: &Quadratic<'_>, to: &mut Assignment) {
        let wanted = self.demand(node, price, q);
        let bounded = wanted.max(self.nodes[node].low).min(self.nodes[node].high);
        if bounded == wanted {
            return self.assign_children(node, price, q, to);
        }
        let (generous, dear) = self.prices_around(node, bounded, q);
        let mut other = to.clone();
        self.assign_children(node, generous, q, to);
        self.assign_children(node, dear, q, &mut other);
        // Demand can jump between two neighbouring prices, where a channel's gain is a line: the
        // mix of both meets the sum.
        let (more, less) = (self.sum(node, &to.spend), self.sum(node, &other.spend));
        let part = if more > less {
            ((bounded - less) / (more - less)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.each_channel(node, &mut |channel| {
            to.spend[channel] =
                other.spend[channel] + part * (to.spend[channel] - other.spend[channel]);
            to.price[channel] =
                other.price[channel] + part * (to.price[channel] - other.price[channel]);
        });
    }

    fn assign_children(&self, node: usize, price: f64, q: &Quadratic<'_>, to: &mut Assignment) {
        for &channel in &self.nodes[node].channels {
            to.spend[channel] = self.wanted(channel, price, q);
            to.price[channel] = price;
        }
        for &group in &self.nodes[node].groups {
            self.assign(group, price, q, to);
        }
    }

    /// The two prices, as close as floating point has them, between which demand passes the sum.
    fn prices_around(&self, node: usize, sum: f64, q: &Quadratic<'_>) -> (f64, f64) {
        let (mut generous, mut dear) = (f64::INFINITY, f64::NEG_INFINITY);
        self.each_channel(node, &mut |i| {
            generous = generous.min(q.gradient[i] - q.curvature[i] * (self.high[i] - q.at[i]));
            dear = dear.max(q.gradient[i] + q.curvature[i] * (q.at[i] - self.low[i]));
        });
        // A little apart, for where all gains are lines both are one price, at which demand is not
        // told.
        let apart = 1e-12 * generous.abs().max(dear.abs());
        (generous, dear) = (generous - apart, dear + apart);
        for _ in 0..200 {
            let middle = 0.5 * generous + 0.5 * dear;
            if middle <= generous || middle >= dear {
                break;
            }
            if self.demand(node, middle, q) >= sum {
                generous = middle
            } else {
                dear = middle
            }
        }
        (generous, dear)
    }

    fn each_channel(&self, node: usize, visit: &mut impl FnMut(usize)) {
        self.nodes[node]
            .channels
            .iter()
            .for_each(|&channel| visit(channel));
        self.nodes[node]
            .groups
            .iter()
            .for_each(|&group| self.each_channel(group, visit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(low: &[f64], high: &[f64], groups: &[(&str, f64, f64, &[usize])]) -> Result<Tree> {
        let groups: Vec<_> = groups
            .iter()
            .map(|&(name, low, high, members)| Group {
                name: name.to_owned(),
                low,
                high,
                members: members.to_vec(),
            })
            .collect();
        Tree::new(low.to_vec(), high.to_vec(), &groups)
    }

    fn nearest(tree: &Tree, point: &[f64]) -> Vec<f64> {
        let ones = vec![1.0; point.len()];
        tree.maximise(&Quadratic {
            at: point,
            gradient: &vec![0.0; point.len()],
            curvature: &ones,
        })
        .spend
    }

    #[test]
    fn projection_onto_a_total_spreads_the_difference() {
        let tree = tree(&[0.0; 3], &[10.0; 3], &[])
            .unwrap()
            .with_total(9.0, 9.0);
        let got = nearest(&tree, &[1.0, 2.0, 3.0]);
        assert!(
            got.iter()
                .zip([2.0, 3.0, 4.0])
                .all(|(a, b)| (a - b).abs() < 1e-12),
            "{got:?}"
        );
    }

    #[test]
    fn nested_groups_keep_their_bounds() {
        let tree = tree(
            &[0.0; 4],
            &[10.0; 4],
            &[
                ("inner", 0.0, 3.0, &[0, 1]),
                ("outer", 8.0, 9.0, &[0, 1, 2]),
            ],
        )
        .unwrap()
        .with_total(10.0, 10.0);
        // The inner pair share 3, the outer group wants 5 + 3 = 8 at least, the rest is for the
        // last.
        let got = nearest(&tree, &[5.0, 5.0, 1.0, 7.0]);
        assert!(
            got.iter()
                .zip([1.5, 1.5, 5.0, 2.0])
                .all(|(a, b)| (a - b).abs() < 1e-12),
            "{got:?}"
        );
        assert!(tree.allows(&got));
        assert!(!tree.allows(&[5.0, 5.0, 0.0, 0.0]));
    }

    #[test]
    fn lines_are_mixed_to_meet_the_sum() {
        let tree = tree(&[0.0; 2], &[10.0; 2], &[])
            .unwrap()
            .with_total(7.0, 7.0);
        let flat = Quadratic {
            at: &[0.0; 2],
            gradient: &[1.0, 1.0],
            curvature: &[1e-300; 2],
        };
        let got = tree.maximise(&flat).spend;
        assert!((got[0] + got[1] - 7.0).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn crossing_groups_and_impossible_bounds_are_refused() {
        assert!(
            tree(
                &[0.0; 3],
                &[1.0; 3],
                &[("a", 0.0, 1.0, &[0, 1]), ("b", 0.0, 1.0, &[1, 2])]
            )
            .is_err()
        );
        let tree = tree(&[0.0; 3], &[1.0; 3], &[("a", 2.5, 3.0, &[0, 1])]).unwrap();
        let message = tree.span(0).unwrap_err().to_string();
        assert_eq!(
            message,
            "budget of group \"a\" is 2.5 to 3, expected: 0 to 2, as its channels' bounds allow"
        );
    }
}
