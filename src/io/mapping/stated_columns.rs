//! The columns that a mapping states itself, whatever preset it starts from.

use serde_json::Value;

/// Settings of spend that name no column.
const NO_COLUMNS: [&str; 5] = ["preset", "file", "skip", "missing", "check"];
/// What rules for channels say of a visit, which is no column of its own.
const OF_VISITS: [&str; 15] = [
    "name",
    "source",
    "medium",
    "campaign",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "term",
    "content",
    "event",
    "referrer_host",
    "url_host",
    "url_path",
    "click_id",
    "click_network",
];
/// What conditions are joined by.
const JOINING: [&str; 2] = ["any", "not"];

/// The columns that a mapping as stated names: where values stand, what counts once, sessions,
/// conditions of rows to leave out, and those that rules for channels ask for.
pub(super) fn stated_columns(stated: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (key, column) in fields(&stated["columns"]) {
        match key {
            "texts" => fields(column).for_each(|(_, column)| add_paths(column, &mut names)),
            _ => add_paths(column, &mut names),
        }
    }
    for (_, rule) in fields(&stated["kinds"]) {
        let places = [
            &rule["once_per"],
            &rule["value"],
            &rule["sessions"]["key"],
            &rule["converts"]["time"],
        ];
        places
            .into_iter()
            .for_each(|column| add_paths(column, &mut names));
    }
    add_paths(&stated["drop"]["same"], &mut names);
    add_conditions(&stated["drop"]["where"], &mut names);
    let spend = fields(&stated["spend"]).filter(|(key, _)| !NO_COLUMNS.contains(key));
    spend.for_each(|(_, column)| add_paths(column, &mut names));
    add_conditions(&stated["spend"]["skip"], &mut names);
    let mut of_rules = Vec::new();
    add_conditions(&stated["channel"], &mut of_rules);
    let is_column =
        |name: &String| !OF_VISITS.contains(&name.as_str()) && !name.starts_with("query:");
    names.extend(of_rules.into_iter().filter(is_column));
    names
}

/// The fields of an object; none of anything else.
fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(key, value)| (key.as_str(), value))
}

/// Adds the paths of a column: a text, texts in order, or a table with these as `column`.
fn add_paths(column: &Value, names: &mut Vec<String>) {
    match column {
        Value::String(path) => names.push(path.clone()),
        Value::Array(paths) => paths.iter().for_each(|path| add_paths(path, names)),
        Value::Object(settings) => {
            if let Some(paths) = settings.get("column") {
                add_paths(paths, names);
            }
        }
        _ => {}
    }
}

/// Adds the columns that conditions ask for.
fn add_conditions(conditions: &Value, names: &mut Vec<String>) {
    match conditions {
        Value::Array(all) => all.iter().for_each(|one| add_conditions(one, names)),
        Value::Object(columns) => {
            for (key, pattern) in columns {
                match JOINING.contains(&key.as_str()) {
                    true => add_conditions(pattern, names),
                    false => names.push(key.clone()),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_found_wherever_a_mapping_names_them() {
        let stated = json!({
            "preset": "ga4",
            "columns": {
                "person": ["a", "b"],
                "value": {"column": "c", "unit": "1e-6"},
                "texts": {"device": "d"},
            },
            "kinds": {"sale": {"kind": "conversion", "once_per": ["e"], "value": "f"},
                      "*": {"kind": "touch", "sessions": {"key": "g", "take": "first"}}},
            "drop": {"same": ["h"], "where": [{"i": "x"}, {"any": [{"j": "y"}, {"k": "z"}]}]},
            "spend": {"preset": "meta", "campaign": "l", "check": {"columns": ["no"]},
                      "skip": [{"m": "x"}]},
            "channel": [{"name": "Brand", "source": "google", "n": "x"}],
        });
        let mut names = stated_columns(&stated);
        names.sort_unstable();
        let expected: Vec<String> = ('a'..='n').map(String::from).collect();
        assert_eq!(names, expected);
        assert!(stated_columns(&json!("ga4")).is_empty());
    }
}
