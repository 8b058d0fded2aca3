//! What the events of a log stand for.

use crate::event::{Interaction, Kind, SessionTouch};
use crate::io::mapping::column::MappedColumn;
use serde::{Deserialize, Serialize};

/// What events of one name are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MappedKind {
    /// A touch: see [`KindRule::when`].
    #[default]
    Touch,
    /// A conversion.
    Conversion,
    /// Goods or money back.
    Return,
    /// A row of a kind that KPIs alone use.
    Cart,
    /// An answer to a survey.
    Survey,
    /// A case with customer service opens.
    CaseOpen,
    /// A case closes.
    CaseClose,
    /// An ad could be shown; the value says whether it was.
    Opportunity,
    /// Nothing: the rows are counted and left out.
    Ignore,
}

impl MappedKind {
    /// The kind of event; none of rows left out.
    pub(super) fn kind(self) -> Option<Kind> {
        Some(match self {
            Self::Touch => Kind::Touch,
            Self::Conversion => Kind::Conversion,
            Self::Return => Kind::Return,
            Self::Cart => Kind::Cart,
            Self::Survey => Kind::Survey,
            Self::CaseOpen => Kind::CaseOpen,
            Self::CaseClose => Kind::CaseClose,
            Self::Opportunity => Kind::Opportunity,
            Self::Ignore => return None,
        })
    }
}

/// Which rows are touches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TouchWhen {
    /// Every row.
    #[default]
    Always,
    /// Rows that state a source, medium, campaign or click id, also in the query of their page.
    HasSource,
    /// These, and rows whose referrer is a host of others.
    HasSourceOrReferrer,
    /// Rows whose source, medium or campaign differ from the person's touch before.
    SourceChanged,
}

/// What the events of one name are; `"*"` is the rule of all that no other rule names.
///
/// ```
/// use mixtouch::io::KindRule;
///
/// let sale: KindRule = serde_json::from_str(
///     r#"{"kind": "conversion", "goal": "sale", "once_per": ["order_id"]}"#,
/// )?;
/// assert_eq!(sale.once_per, ["order_id"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KindRule {
    /// What the events are.
    pub kind: MappedKind,
    /// Their goal, where the mapping's column `goal` has none.
    pub goal: Option<String>,
    /// How touches were met, where the mapping's column `interaction` does not say.
    pub interaction: Option<Interaction>,
    /// Keep one event of those that are equal in these columns, the earliest. An event that lacks
    /// one of them is kept.
    pub once_per: Vec<String>,
    /// The value of these events, in place of the mapping's column `value`.
    pub value: Option<MappedColumn>,
    /// Which of the rows are touches.
    pub when: TouchWhen,
    /// Of a conversion: the row is a touch too, where this holds.
    pub touch: Option<TouchWhen>,
    /// Keep one touch of each session.
    pub sessions: Option<SessionRule>,
    /// Of touches: the row also states a conversion at another time.
    pub converts: Option<ConversionRule>,
}

/// A conversion that stands on the rows of the touches before it, where it has a time there. Of each
/// order one counts.
///
/// ```
/// use mixtouch::io::ConversionRule;
///
/// let rule: ConversionRule = serde_json::from_str(r#"{"time": "conversion_timestamp"}"#)?;
/// assert_eq!(rule.goal, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConversionRule {
    /// When the conversion was.
    pub time: MappedColumn,
    /// Its goal, where the mapping's column `goal` has none.
    pub goal: Option<String>,
}

/// What makes a session, and which of its touches stays.
///
/// ```
/// use mixtouch::io::SessionRule;
///
/// let rule: SessionRule = serde_json::from_str(r#"{"gap": "30m", "take": "last"}"#)?;
/// assert_eq!(rule.gap.as_deref(), Some("30m"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionRule {
    /// The column that names the session; a name counts for one person.
    pub key: Option<MappedColumn>,
    /// Or the time without a touch that ends a session, as in `30m`, `45s` or `2h`.
    pub gap: Option<String>,
    /// Which touch stays.
    pub take: SessionTouch,
}
