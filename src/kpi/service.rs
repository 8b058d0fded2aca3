//! KPIs of service: surveys, cases, agents and teams.

mod case_log;
mod cases;
mod columns;
mod net_score;
mod service_events;
pub(crate) mod survey_scale;
mod surveys;
mod team_figures;
mod teams;

pub use self::cases::{CaseFigures, CaseResolutions};
pub use self::columns::ServiceColumns;
pub use self::net_score::NetScore;
pub use self::survey_scale::{Questions, Score, SurveyScale};
pub use self::surveys::{AnswerFigures, QuestionVoice, VoiceOfCustomer};
pub use self::team_figures::ServiceFigures;
pub use self::teams::{Served, ServiceTeams};
