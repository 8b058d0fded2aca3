//! Charts as plain data: what is drawn, without how.
//!
//! A [`Chart`] has a title that states the finding, a subtitle that says what is drawn and in which
//! unit, and one [`Plot`]. Each kind stands in a file of its own here, and its drawing in the file
//! of the same name under `svg`. Every chart has a table behind it ([`Chart::table`]), so that no
//! figure is in the picture only.
//!
//! | kind | for |
//! |---|---|
//! | [`Bars`] | amounts by name, one or more series, with intervals |
//! | [`Dumbbell`] | two amounts by name: before and after |
//! | [`Forest`] | estimates by name with their intervals, beside a reference |
//! | [`Waterfall`] | how parts add up to a total |
//! | [`Lines`] | amounts over time, with bands |
//! | [`Area`] | parts over time; what takes away lies under zero |
//! | [`ResponseCurve`] | effect by spend, with marked points |
//! | [`Scatter`] | one amount against another |
//! | [`Histogram`] | how often amounts occur |
//! | [`HeatMap`] | a matrix of amounts |
//! | [`Flow`] | what goes from one stage to the next |
//! | [`Sparkline`] | a course without axes |

mod area;
mod bars;
mod dumbbell;
mod flow;
mod forest;
mod heat_map;
mod histogram;
mod lines;
mod mark;
mod measure;
mod picture;
mod plot;
mod response;
mod scatter;
mod series;
mod sparkline;
mod waterfall;

pub use self::area::Area;
pub use self::bars::Bars;
pub use self::dumbbell::Dumbbell;
pub use self::flow::{Flow, FlowLink, FlowNode, FlowStage};
pub use self::forest::Forest;
pub use self::heat_map::HeatMap;
pub use self::histogram::{Bin, Histogram};
pub use self::lines::Lines;
pub use self::mark::Mark;
pub use self::measure::Measure;
pub use self::picture::{Chart, Size};
pub use self::plot::Plot;
pub use self::response::ResponseCurve;
pub use self::scatter::{Scatter, ScatterPoint};
pub use self::series::Series;
pub use self::sparkline::Sparkline;
pub use self::waterfall::{Step, Waterfall};
