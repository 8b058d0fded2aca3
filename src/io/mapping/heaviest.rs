//! The persons with the most events.

use crate::event::Events;
use crate::event::person::PersonTable;
use std::cmp::Reverse;

/// The codes of the persons with the most events, up to `most` of them, and how many events each
/// has. Of two with as many the lower code comes first.
pub(super) fn heaviest(events: &Events, most: usize) -> Vec<(u64, u64)> {
    // texts have numbers from 0: they are counted in place and not sorted
    let mut texts = vec![0; events.people().texts()];
    let mut numbers = Vec::new();
    for &code in events.persons() {
        match PersonTable::text_of(code).and_then(|text| texts.get_mut(text)) {
            Some(rows) => *rows += 1,
            None => numbers.push(code),
        }
    }
    numbers.sort_unstable();
    let runs = numbers.chunk_by(|a, b| a == b);
    let numbers = runs.map(|run| (Reverse(run.len() as u64), run[0]));
    let texts = texts.into_iter().zip(PersonTable::TEXT..);
    let texts = texts.map(|(rows, code)| (Reverse(rows), code));
    let known = numbers.chain(texts).filter(|(rows, _)| rows.0 > 0);
    let mut persons: Vec<(Reverse<u64>, u64)> = known.collect();
    if persons.len() > most {
        persons.select_nth_unstable(most);
        persons.truncate(most);
    }
    persons.sort_unstable();
    let persons = persons.into_iter().map(|(rows, code)| (code, rows.0));
    persons.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[test]
    fn numbers_and_texts_stand_in_order_of_their_rows() {
        let mut log = Events::new();
        for person in ["ann", "7", "bob", "ann", "9", "7", "ann", "eve", "9"] {
            log.push(Event::touch(person, 1_767_225_600, "tv")).unwrap();
        }
        let named = |most| {
            let heaviest = heaviest(&log, most).into_iter();
            let named = heaviest.map(|(code, rows)| format!("{} {rows}", log.people().key(code)));
            named.collect::<Vec<_>>()
        };
        assert_eq!(named(3), ["ann 3", "7 2", "9 2"]);
        assert_eq!(named(9), ["ann 3", "7 2", "9 2", "bob 1", "eve 1"]);
        assert!(named(0).is_empty());
    }
}
