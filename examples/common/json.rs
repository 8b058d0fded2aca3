//! JSON as a terminal may show it.

/// The text with the characters escaped that JSON lets stand raw and that act on a terminal, turn
/// the direction of writing or have no width. They mean the same to whoever parses it.
pub(crate) fn escaped(json: impl ToString) -> String {
    let json = json.to_string();
    let mut shown = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => shown.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => shown.push(letter),
        }
    }
    shown
}
