//! A strict reader of what is drawn: every tag closed, every text escaped.

/// The names of the elements in a picture or page, in order. Panics where it is not well formed;
/// style and script are passed over, and so are the tags HTML leaves open.
pub(crate) fn elements(text: &str) -> Vec<String> {
    let (mut open, mut all, mut rest): (Vec<String>, Vec<String>, &str) = (vec![], vec![], text);
    while let Some(at) = rest.find('<') {
        check_text(&rest[..at]);
        let end = rest[at..].find('>').expect("a tag that ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "what is closed is open");
            continue;
        }
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        assert!(!name.is_empty(), "a tag without name: {tag}");
        check_attributes(&tag[name.len()..]);
        all.push(name.clone());
        if name == "style" || name == "script" {
            let close = format!("</{name}>");
            rest = &rest[rest.find(&close).expect("an end") + close.len()..];
        } else if !tag.ends_with('/') && name != "meta" {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    all
}

fn check_text(text: &str) {
    assert!(!text.contains('>'), "a bare > in {text}");
    for (at, _) in text.match_indices('&') {
        let end = text[at..].find(';').expect("an entity that ends");
        assert!(matches!(
            &text[at..=at + end],
            "&amp;" | "&lt;" | "&gt;" | "&quot;" | "&#39;"
        ));
    }
    let bad = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
    assert!(!text.contains(bad), "a letter that acts in {text:?}");
}

/// Names, each with a value in double quotes or none.
fn check_attributes(attributes: &str) {
    let parts: Vec<&str> = attributes.split('"').collect();
    assert!(parts.len() % 2 == 1, "quotes in pairs: {attributes}");
    for name in parts.iter().step_by(2) {
        let name = name.trim().trim_end_matches('/').trim();
        let known = name.is_empty() || name.ends_with('=') || name == "data-drawn";
        assert!(known, "an attribute: {name:?} of {attributes}");
        assert!(
            !name.starts_with("on"),
            "no code in attributes: {attributes}"
        );
    }
}
