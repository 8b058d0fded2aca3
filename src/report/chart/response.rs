//! Response curves: effect by spend.

use crate::report::chart::mark::Mark;
use crate::report::chart::measure::Measure;
use crate::report::table::Table;

/// A curve with its band, and marked points such as spend now and as planned.
///
/// ```
/// use mixtouch::report::chart::{Chart, Mark, Measure, ResponseCurve};
///
/// let points = [(0.0, 0.0), (10.0, 30.0), (20.0, 40.0)];
/// let curve = ResponseCurve::new(Measure::new("spend"), Measure::new("sales"))
///     .with_points(points.map(|(spend, sales)| (spend, Mark::new(sales))))
///     .with_dot("now", 5.0);
/// assert_eq!(curve.height(5.0), Some(15.0));
/// assert!(Chart::new("More spend still pays", curve).svg().contains("now"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseCurve {
    across: Measure,
    up: Measure,
    points: Vec<(f64, Mark)>,
    dots: Vec<(String, f64)>,
}

impl ResponseCurve {
    /// A curve of these measures, without points: what goes in runs across, what comes out up.
    pub const fn new(across: Measure, up: Measure) -> Self {
        Self {
            across,
            up,
            points: Vec::new(),
            dots: Vec::new(),
        }
    }

    /// The same curve with these points, put in order; those at no finite place are left out.
    #[must_use]
    pub fn with_points<M: Into<Mark>>(
        mut self,
        points: impl IntoIterator<Item = (f64, M)>,
    ) -> Self {
        let points = points.into_iter().map(|(at, mark)| (at, mark.into()));
        self.points.extend(points.filter(|(at, _)| at.is_finite()));
        self.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        self
    }

    /// The same curve with a dot on it, at a finite place.
    #[must_use]
    pub fn with_dot(mut self, name: impl Into<String>, at: f64) -> Self {
        if at.is_finite() {
            self.dots.push((name.into(), at));
        }
        self
    }

    /// What goes in.
    pub const fn across(&self) -> &Measure {
        &self.across
    }

    /// What comes out.
    pub const fn up(&self) -> &Measure {
        &self.up
    }

    /// The points from left to right.
    pub fn points(&self) -> &[(f64, Mark)] {
        &self.points
    }

    /// The names and places of the dots.
    pub fn dots(&self) -> &[(String, f64)] {
        &self.dots
    }

    /// The height of the curve at a place, straight between two points; none beyond them.
    pub fn height(&self, at: f64) -> Option<f64> {
        let after = self.points.iter().position(|(place, _)| *place >= at)?;
        let (right, high) = (self.points[after].0, self.points[after].1.value()?);
        if right == at {
            return Some(high);
        }
        let (left, low) = self.points.get(after.checked_sub(1)?)?;
        let low = low.value()?;
        Some(low + (high - low) * ((at - left) / (right - left)))
    }

    pub(crate) fn table(&self) -> Table {
        let dot = |at: f64| {
            let names = self.dots.iter().filter(|(_, place)| *place == at);
            names
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let between = self
            .dots
            .iter()
            .map(|(_, at)| (*at, Mark::new(self.height(*at))));
        let known = |at: f64| self.points.iter().any(|(place, _)| *place == at);
        let mut rows: Vec<(f64, Mark)> = between.filter(|(at, _)| !known(*at)).collect();
        rows.extend(&self.points);
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        rows.dedup_by(|a, b| a.0 == b.0);
        let rows = rows.iter().map(|&(at, mark)| {
            let place = self.across.cell(Mark::new(at));
            [place, self.up.cell(mark), dot(at).into()]
        });
        Table::new([self.across.name(), self.up.name(), "point"]).with_rows(rows)
    }
}
