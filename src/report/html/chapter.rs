//! A part of a page.

use crate::report::chart::Chart;
use crate::report::html::check::Check;
use crate::report::html::page_table::PageTable;

/// One thing in a [`Chapter`].
///
/// ```
/// use mixtouch::report::html::{Block, Chapter};
///
/// let chapter = Chapter::new("Notes").with_text("All figures are simulated.");
/// assert!(matches!(chapter.blocks(), [Block::Text(_)]));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A chart with the table behind it.
    Chart(Chart),
    /// A table.
    Table(PageTable),
    /// Checks with their actions.
    Checks(Vec<Check>),
}

/// A part of a page under a heading.
///
/// ```
/// use mixtouch::report::html::Chapter;
///
/// assert_eq!(Chapter::new("Attribution").heading(), "Attribution");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    heading: String,
    blocks: Vec<Block>,
}

impl Chapter {
    /// A part without content.
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            blocks: Vec::new(),
        }
    }

    /// The same part with one more paragraph.
    #[must_use]
    pub fn with_text(self, text: impl Into<String>) -> Self {
        self.with(Block::Text(text.into()))
    }

    /// The same chapter with a paragraph in front of all else.
    ///
    /// ```
    /// use mixtouch::report::html::{Block, Chapter};
    ///
    /// let chapter = Chapter::new("Notes").with_text("Second.").with_introduction("First.");
    /// assert_eq!(chapter.blocks()[0], Block::Text("First.".into()));
    /// ```
    #[must_use]
    pub fn with_introduction(mut self, text: impl Into<String>) -> Self {
        self.blocks.insert(0, Block::Text(text.into()));
        self
    }

    /// The same part with one more chart.
    #[must_use]
    pub fn with_chart(self, chart: Chart) -> Self {
        self.with(Block::Chart(chart))
    }

    /// The same part with more charts.
    #[must_use]
    pub fn with_charts(self, charts: impl IntoIterator<Item = Chart>) -> Self {
        charts.into_iter().fold(self, Self::with_chart)
    }

    /// The same part with one more table.
    #[must_use]
    pub fn with_table(self, table: PageTable) -> Self {
        self.with(Block::Table(table))
    }

    /// The same part with checks; nothing where there are none.
    #[must_use]
    pub fn with_checks(self, checks: Vec<Check>) -> Self {
        if checks.is_empty() {
            return self;
        }
        self.with(Block::Checks(checks))
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The heading.
    pub fn heading(&self) -> &str {
        &self.heading
    }

    /// The content, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The charts, in order.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
    }
}
