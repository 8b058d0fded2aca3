//! Geos that were seen too briefly for a baseline of their own.

use crate::mix::panel::{Finding, Panel};
use crate::mix::specification::baseline::Baseline;
use crate::mix::specification::term::Term;

/// Rows of a geo for each coefficient of its own baseline, below which they are few.
const ROWS_PER_COEFFICIENT: usize = 5;

/// Days over which a season is seen once.
const YEAR: i32 = 364;

/// Days within which a slope and a season of the year look alike, so that neither can go on from
/// there.
const HALF_A_YEAR: i32 = 182;

/// What was seen of a geo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    rows: usize,
    days: i32,
}

impl Seen {
    fn new(panel: &Panel, geo: usize) -> Self {
        let start = panel.rows_of(geo).start;
        let seen = panel.rows_of(geo).filter(|row| panel.is_observed(*row));
        let mut days = seen.clone().map(|row| panel.dates()[row - start]);
        let first = days.next();
        let last = days.next_back().or(first);
        let span = first.zip(last);
        Self {
            rows: seen.count(),
            days: span.map_or(0, |(first, last)| panel.period().next(last).since(first)),
        }
    }

    const fn is_few(self, coefficients: usize) -> bool {
        self.rows < ROWS_PER_COEFFICIENT * coefficients
    }
}

impl Baseline {
    /// The coefficients of a geo's own that no penalty keeps in check.
    fn own_coefficients(&self, panel: &Panel) -> usize {
        let timeline = (panel.dates()[0], panel.dates()[panel.periods() - 1]);
        let own = self.geo_columns(panel.dates(), timeline, panel.period());
        own.iter().filter(|term: &&Term| !term.penalised).count()
    }

    /// By geo, whether its baseline is a level alone: the panel has several geos and reaches over a
    /// year, and this one was seen over less than half a year, which tells no season from a slope,
    /// or in few rows besides.
    pub(crate) fn level_only(&self, panel: &Panel) -> Vec<bool> {
        let geos = 0..panel.geos().len();
        let last = panel.dates()[panel.periods() - 1];
        let all = panel.period().next(last).since(panel.dates()[0]);
        if geos.len() < 2 || all < YEAR {
            return vec![false; geos.len()];
        }
        let own = self.own_coefficients(panel);
        let of_geo = |geo| {
            let seen = Seen::new(panel, geo);
            own > 1 && seen.days < HALF_A_YEAR && (self.pairs() > 0 || seen.is_few(own))
        };
        geos.map(of_geo).collect()
    }

    /// Geos whose baseline is a level alone, and those whose rows are few for theirs or that were
    /// seen over less than a year of their seasons. Nothing of a panel of one geo.
    pub(crate) fn short_geos(&self, panel: &Panel) -> Vec<Finding> {
        let level_only = self.level_only(panel);
        let own = self.own_coefficients(panel);
        let (mut alone, mut short) = (vec![], vec![]);
        for (geo, name) in panel.geos().iter().enumerate() {
            let seen = Seen::new(panel, geo);
            if level_only[geo] || seen.rows == 0 {
                alone.push((name.clone(), seen.rows));
            } else if seen.is_few(own) || (self.pairs() > 0 && seen.days < YEAR) {
                short.push((name.clone(), seen.rows));
            }
        }
        if panel.geos().len() < 2 {
            return vec![];
        }
        let finding = |(geos, level_only): (Vec<(String, usize)>, bool)| {
            let rows = geos.iter().map(|(_, rows)| *rows).min()?;
            Some(Finding::ShortGeos {
                geos: geos.into_iter().map(|(name, _)| name).collect(),
                rows,
                parameters: own,
                level_only,
            })
        };
        let both = [(alone, true), (short, false)].into_iter();
        both.filter_map(finding).collect()
    }
}
