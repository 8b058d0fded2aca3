//! KPIs of service: surveys, cases, agents and teams.

pub(crate) mod case_log;
mod cases;
mod net_score;
mod service_events;
mod survey_scale;
mod surveys;
mod teams;

pub use self::cases::{CaseFigures, Resolutions};
pub use self::net_score::NetScore;
pub use self::survey_scale::{Questions, Score, SurveyScale};
pub use self::surveys::{AnswerFigures, QuestionVoice, VoiceOfCustomer};
pub use self::teams::{Served, Service, ServiceColumns, ServiceFigures};
