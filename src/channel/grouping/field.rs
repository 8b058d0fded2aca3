//! The fields of a visit that conditions look at.

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Source,
    Medium,
    Campaign,
    UtmSource,
    UtmMedium,
    UtmCampaign,
    Term,
    Content,
    Event,
    ReferrerHost,
    UrlHost,
    UrlPath,
    ClickId,
    ClickNetwork,
    /// One of the query's parameters that rules name.
    Query(usize),
    /// One of the further columns that rules name.
    Further(usize),
}

const FIELDS: [(&str, Field); 14] = [
    ("source", Field::Source),
    ("medium", Field::Medium),
    ("campaign", Field::Campaign),
    ("utm_source", Field::UtmSource),
    ("utm_medium", Field::UtmMedium),
    ("utm_campaign", Field::UtmCampaign),
    ("term", Field::Term),
    ("content", Field::Content),
    ("event", Field::Event),
    ("referrer_host", Field::ReferrerHost),
    ("url_host", Field::UrlHost),
    ("url_path", Field::UrlPath),
    ("click_id", Field::ClickId),
    ("click_network", Field::ClickNetwork),
];

/// The fields that rules look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    used: Vec<Field>,
    pub(super) queries: Vec<String>,
    pub(super) further: Vec<String>,
}

impl Fields {
    /// The field of that name; further ones are numbered as they come.
    pub(super) fn number(&mut self, name: &str) -> Field {
        let field = match FIELDS.iter().find(|(known, _)| *known == name) {
            Some((_, field)) => *field,
            None => match name.strip_prefix("query:") {
                Some(query) => Field::Query(place(&mut self.queries, query)),
                None => Field::Further(place(&mut self.further, name)),
            },
        };
        if !self.used.contains(&field) {
            self.used.push(field);
        }
        field
    }

    pub(super) fn uses(&self, field: Field) -> bool {
        self.used.contains(&field)
    }
}

/// Where a name stands among names, added if it is new.
fn place(names: &mut Vec<String>, name: &str) -> usize {
    names
        .iter()
        .position(|known| known == name)
        .unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
}
