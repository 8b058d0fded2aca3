//! What every report gives: a title and sections, and from them text, CSV and JSON.

#[cfg(feature = "csv")]
use crate::error::Result;
#[cfg(feature = "csv")]
use crate::report::csv::write_document;
use crate::report::document::Document;
use crate::report::section::Section;
#[cfg(feature = "csv")]
use std::io::Write;

/// Something to report: a title, and sections of lines and tables.
///
/// Text, CSV and JSON come from these two methods.
///
/// ```
/// use mixtouch::report::{Cell, Report, Section, Table};
///
/// /// Clicks of each campaign, and what they cost.
/// struct Campaigns(Vec<(String, u64, f64)>);
///
/// impl Report for Campaigns {
///     fn title(&self) -> String {
///         format!("{} campaigns", self.0.len())
///     }
///
///     fn sections(&self) -> Vec<Section> {
///         let each = |(_, clicks, cost): &(String, u64, f64)| {
///             (*clicks > 0).then(|| cost / *clicks as f64)
///         };
///         let rows = self.0.iter().map(|row| {
///             [Cell::from(&row.0), Cell::count(row.1), Cell::number(each(row), 2)]
///         });
///         let table = Table::new(["campaign", "clicks", "cost per click"]).with_rows(rows);
///         vec![Section::new().with_table(table)]
///     }
/// }
///
/// impl std::fmt::Display for Campaigns {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         self.document().fmt(f)
///     }
/// }
///
/// let report = Campaigns(vec![("spring".into(), 1_250, 500.0), ("summer".into(), 0, 0.0)]);
/// assert_eq!(
///     report.to_string(),
///     "2 campaigns\n  \
///        campaign  clicks  cost per click\n  \
///        spring     1,250            0.40\n  \
///        summer         0               -\n"
/// );
/// let json = serde_json::to_value(report.document())?;
/// assert_eq!(json["sections"][0]["blocks"][0]["table"]["rows"][0][2], 0.4);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Report {
    /// The report's first line: what it is about, of when, of how many.
    fn title(&self) -> String;

    /// The content below the title.
    fn sections(&self) -> Vec<Section>;

    /// The report as data: displayed it is text, serialised JSON.
    fn document(&self) -> Document {
        Document {
            title: self.title(),
            sections: self.sections(),
        }
    }

    /// The report as aligned text, with a line break at its end.
    fn to_text(&self) -> String {
        self.document().to_string()
    }

    /// Writes all tables as CSV, a record for each figure:
    /// `section,table,row,column,value,low,high`. A section without heading goes by the title, a
    /// table by the name of its first column.
    ///
    /// # Errors
    /// If the writer fails.
    #[cfg(feature = "csv")]
    fn write_csv(&self, writer: &mut dyn Write) -> Result<()> {
        write_document(&self.document(), writer)
    }
}

macro_rules! forward_reports {
    ($($pointer:ty),*) => {$(
        impl<R: Report + ?Sized> Report for $pointer {
            fn title(&self) -> String {
                (**self).title()
            }

            fn sections(&self) -> Vec<Section> {
                (**self).sections()
            }

            fn document(&self) -> Document {
                (**self).document()
            }

            fn to_text(&self) -> String {
                (**self).to_text()
            }

            #[cfg(feature = "csv")]
            fn write_csv(&self, writer: &mut dyn Write) -> Result<()> {
                (**self).write_csv(writer)
            }
        }
    )*};
}

forward_reports!(&R, Box<R>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Cell, Table};

    struct Visits;

    impl Report for Visits {
        fn title(&self) -> String {
            "visits, \"May\"".into()
        }

        fn sections(&self) -> Vec<Section> {
            let table = |name: &str| {
                Table::new([name, "count", "share"]).with_rows([[
                    Cell::from("a, b"),
                    Cell::count(1_000),
                    Cell::percent(0.5, 0).with_interval(0.25, 0.75),
                ]])
            };
            let second = Section::new().with_heading("by place").set_apart();
            vec![
                Section::new().with_line("all").with_table(table("channel")),
                second.with_table(table("place")),
            ]
        }
    }

    #[test]
    fn sections_set_apart_start_at_the_margin_after_an_empty_line() {
        let boxed: Box<dyn Report> = Box::new(Visits);
        assert_eq!(
            boxed.to_text(),
            "visits, \"May\"\n  all\n  channel  count            share\n  a, b     1,000  50 % (25 to 75)\n\n\
             by place\nplace  count            share\na, b   1,000  50 % (25 to 75)\n"
        );
    }

    #[cfg(feature = "csv")]
    #[test]
    fn csv_has_a_record_for_each_figure_and_quotes() {
        let mut csv = Vec::new();
        Visits.write_csv(&mut csv).unwrap();
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "section,table,row,column,value,low,high\n\
             \"visits, \"\"May\"\"\",channel,\"a, b\",count,1000,,\n\
             \"visits, \"\"May\"\"\",channel,\"a, b\",share,0.5,0.25,0.75\n\
             by place,place,\"a, b\",count,1000,,\n\
             by place,place,\"a, b\",share,0.5,0.25,0.75\n"
        );
    }
}
