//! The kinds of charts.

use crate::report::chart::area::Area;
use crate::report::chart::bars::Bars;
use crate::report::chart::dumbbell::Dumbbell;
use crate::report::chart::flow::Flow;
use crate::report::chart::forest::Forest;
use crate::report::chart::heat_map::HeatMap;
use crate::report::chart::histogram::Histogram;
use crate::report::chart::lines::Lines;
use crate::report::chart::response::ResponseCurve;
use crate::report::chart::scatter::Scatter;
use crate::report::chart::sparkline::Sparkline;
use crate::report::chart::waterfall::Waterfall;
use crate::report::table::Table;

macro_rules! kinds {
    ($($(#[$about:meta])* $kind:ident),* $(,)?) => {
        /// One kind of chart with its data.
        ///
        /// ```
        /// use mixtouch::report::chart::{Bars, Measure, Plot};
        ///
        /// let plot = Plot::from(Bars::new(Measure::new("visits"), ["tv"]));
        /// assert!(matches!(plot, Plot::Bars(_)));
        /// ```
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Plot {
            $($(#[$about])* $kind($kind),)*
        }

        impl Plot {
            pub(crate) fn table(&self) -> Table {
                match self {
                    $(Self::$kind(kind) => kind.table(),)*
                }
            }
        }

        $(impl From<$kind> for Plot {
            fn from(kind: $kind) -> Self {
                Self::$kind(kind)
            }
        })*
    };
}

kinds! {
    /// Amounts by name.
    Bars,
    /// Two amounts by name.
    Dumbbell,
    /// Estimates by name beside a reference.
    Forest,
    /// Parts that add up.
    Waterfall,
    /// Amounts over time.
    Lines,
    /// Parts over time.
    Area,
    /// Effect by spend.
    ResponseCurve,
    /// One amount against another.
    Scatter,
    /// How often amounts occur.
    Histogram,
    /// A matrix of amounts.
    HeatMap,
    /// What goes from stage to stage.
    Flow,
    /// A course without axes.
    Sparkline,
}
