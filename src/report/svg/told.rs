//! What pointing at a mark tells.

/// The name of a mark, its series if it has one, and its figure.
pub(crate) fn told(name: &str, series: &str, figure: &str) -> String {
    if series.is_empty() {
        format!("{name}: {figure}")
    } else {
        format!("{name}, {series}: {figure}")
    }
}
