//! Charts and pages: what is drawn, for all that may be in the figures.

mod gallery;
mod pages;
mod properties;
mod results;
mod structure;
mod xml;
