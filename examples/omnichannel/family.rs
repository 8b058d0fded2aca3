//! One family of figures: an object of the JSON document, a section of the page.

use mixtouch::report::Section;
use serde_json::Value;

pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) section: Section,
    pub(crate) json: Value,
}
