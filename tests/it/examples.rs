//! The examples as their users meet them: what goes to which stream, and what a bad option or file
//! is told.

mod attribution;
mod dashboard;
mod doubtful_logs;
mod experiment;
mod identities;
mod media_mix;
mod media_mix_plans;
mod run;
mod service;
