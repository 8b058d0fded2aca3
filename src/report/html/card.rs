//! A figure to see first.

use crate::report::chart::Sparkline;

/// One figure with its name, what is to be known of it, and its course if there is one.
///
/// ```
/// use mixtouch::report::html::Card;
///
/// let card = Card::new("Return on spend", "2.4").with_note("90 %: 2.1 to 2.8");
/// assert_eq!((card.name(), card.figure()), ("Return on spend", "2.4"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    name: String,
    figure: String,
    note: String,
    course: Option<Sparkline>,
}

impl Card {
    /// A figure, as it is to be read, under its name.
    pub fn new(name: impl Into<String>, figure: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            figure: figure.into(),
            note: String::new(),
            course: None,
        }
    }

    /// The same card with a line below the figure, such as its interval.
    #[must_use]
    pub fn with_note(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }

    /// The same card with the figure's course.
    #[must_use]
    pub fn with_course(self, course: Sparkline) -> Self {
        Self {
            course: Some(course),
            ..self
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The figure.
    pub fn figure(&self) -> &str {
        &self.figure
    }

    /// The line below; empty for none.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The course, if there is one.
    pub const fn course(&self) -> Option<&Sparkline> {
        self.course.as_ref()
    }
}
