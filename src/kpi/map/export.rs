//! The map for other tools.

use crate::kpi::map::journey_map::{JourneyMap, MapEdge, Node};

impl JourneyMap {
    /// The graph in the DOT language of Graphviz: edges taken `least` times or more, with count,
    /// share and median time; thicker ones are taken more often.
    pub fn to_dot(&self, least: u64) -> String {
        let edges: Vec<&MapEdge> = self
            .edges
            .iter()
            .filter(|edge| edge.taken.count >= least)
            .collect();
        let most = edges
            .iter()
            .map(|edge| edge.taken.count)
            .max()
            .unwrap_or(0)
            .max(1);
        let mut dot = String::from("digraph journeys {\n  rankdir=LR;\n  node [shape=box];\n");
        for node in [Node::Start, Node::Conversion, Node::Drop] {
            dot += &format!("  {} [shape=ellipse];\n", quoted(&node));
        }
        for edge in edges {
            let width = 1.0 + 4.0 * edge.taken.count as f64 / most as f64;
            let share = edge
                .taken
                .rate
                .map_or_else(String::new, |rate| format!(", {:.1} %", 100.0 * rate));
            let time = edge.median_seconds.map_or_else(String::new, |seconds| {
                format!(", {:.1} h", seconds / 3600.0)
            });
            let label = format!("{}{share}{time}", edge.taken.count);
            dot += &format!(
                "  {} -> {} [label=\"{label}\", penwidth={width:.2}];\n",
                quoted(&edge.from),
                quoted(&edge.to)
            );
        }
        dot + "}\n"
    }

    /// Writes the edges, a row each, with header:
    /// `from,to,count,persons,probability,median_seconds`. The start, the conversion and the drop
    /// are `(start)`, `(conversion)` and `(drop)`.
    ///
    /// # Errors
    /// What the writer fails with.
    #[cfg(feature = "csv")]
    pub fn write_edges_csv(&self, writer: impl std::io::Write) -> crate::error::Result<()> {
        let mut rows = csv::Writer::from_writer(writer);
        let written = |error: csv::Error| crate::error::Error::Io(std::io::Error::other(error));
        rows.write_record([
            "from",
            "to",
            "count",
            "persons",
            "probability",
            "median_seconds",
        ])
        .map_err(written)?;
        for edge in &self.edges {
            let text =
                |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
            let (count, persons) = (edge.taken.count.to_string(), edge.persons.to_string());
            let ends = [edge.from.to_string(), edge.to.to_string()];
            let figures = [
                count,
                persons,
                text(edge.taken.rate),
                text(edge.median_seconds),
            ];
            rows.write_record(ends.iter().chain(&figures))
                .map_err(written)?;
        }
        Ok(rows.flush()?)
    }
}

/// A node as a quoted name of DOT.
fn quoted(node: &Node) -> String {
    format!(
        "\"{}\"",
        node.to_string()
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_text_are_quoted() {
        assert_eq!(
            quoted(&Node::Step("a \"b\" \\ c".into())),
            "\"a \\\"b\\\" \\\\ c\""
        );
        assert_eq!(quoted(&Node::Drop), "\"(drop)\"");
    }
}
