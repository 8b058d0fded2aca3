//! Charts and pages: what is drawn, for all that may be in the figures.

mod claims;
mod contradictions;
mod experiments;
mod gallery;
mod kpi_claims;
mod kpis;
mod large;
mod pages;
mod properties;
mod results;
mod structure;
mod xml;
