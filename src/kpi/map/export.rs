//! The map for other tools.

use crate::kpi::map::journey_map::{JourneyMap, MapEdge, Node};
use crate::report::escape::printable;

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
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::map::{JourneyMap, Steps};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_229_200))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let steps = Steps::channels(journeys.channels());
    /// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
    /// let mut csv = Vec::new();
    /// map.write_edges_csv(&mut csv)?;
    /// assert_eq!(
    ///     String::from_utf8_lossy(&csv),
    ///     "from,to,count,persons,probability,median_seconds\n\
    ///      search,(conversion),1,1,1,3600\n\
    ///      (start),search,1,1,1,\n"
    /// );
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the writer fails.
    #[cfg(feature = "csv")]
    pub fn write_edges_csv(&self, writer: impl std::io::Write) -> crate::error::Result<()> {
        use crate::report::{Cell, Table};
        let columns = [
            "from",
            "to",
            "count",
            "persons",
            "probability",
            "median_seconds",
        ];
        let row = |edge: &MapEdge| {
            [
                Cell::text(edge.from.to_string()),
                Cell::text(edge.to.to_string()),
                Cell::count(edge.taken.count),
                Cell::count(edge.persons),
                Cell::number(edge.taken.rate, 4),
                Cell::number(edge.median_seconds, 0),
            ]
        };
        let table = Table::new(columns).with_rows(self.edges.iter().map(row));
        table.write_csv(writer)
    }
}

/// A node as a quoted name of DOT. What acts on a terminal is shown escaped.
fn quoted(node: &Node) -> String {
    let name = node.to_string();
    let name = printable(&name).replace('\\', "\\\\");
    format!("\"{}\"", name.replace('"', "\\\""))
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
        let hostile = quoted(&Node::Step("\u{1b}[2J\n\u{202e}x".into()));
        assert_eq!(hostile, "\"\\\\u{1b}[2J\\\\n\\\\u{202e}x\"");
        assert_eq!(quoted(&Node::Drop), "\"(drop)\"");
    }
}
