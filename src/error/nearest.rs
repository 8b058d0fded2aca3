//! The name that was probably meant.

use crate::error::readable::{printable, readable};

/// The most names a message lists.
const LISTED: usize = 20;

/// The most letters of a name that are compared: time grows with their square.
const COMPARED: usize = 200;

/// The candidate that differs least from `name`: by case and blanks, or by few letters.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |text: &str| -> Vec<char> {
        let letters = text.chars().filter(|letter| letter.is_alphanumeric());
        letters
            .flat_map(char::to_lowercase)
            .take(COMPARED)
            .collect()
    };
    let name = plain(name);
    let most = name.len().div_ceil(3);
    let far = |candidate: &'a str| {
        let candidate_letters = plain(candidate);
        // names of other lengths are further apart than that
        let near = candidate_letters.len().abs_diff(name.len()) <= most;
        near.then(|| (distance(&name, &candidate_letters), candidate))
    };
    let best = candidates.into_iter().filter_map(far).min();
    best.filter(|(distance, _)| *distance <= most)
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete or replace (Levenshtein 1966).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (place, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}

/// What a message says of the names that there are: the one probably meant, and all of them or the
/// first ones.
pub(crate) fn expected(name: &str, known: &[String]) -> String {
    let meant = nearest(name, known.iter().map(String::as_str));
    let meant = meant.map_or(String::new(), |meant| {
        format!("perhaps {:?}; ", readable(meant))
    });
    let rest = known.len().saturating_sub(LISTED);
    let listed: Vec<_> = known[..known.len() - rest]
        .iter()
        .map(|name| printable(&readable(name)).into_owned())
        .collect();
    let listed = listed.join(", ");
    match rest {
        0 => format!("{meant}{listed}"),
        rest => format!("{meant}{listed} and {rest} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_meant_is_near() {
        let known = ["demand_capture", "upstream", "pairs"];
        for (name, meant) in [
            ("demand_captures", Some("demand_capture")),
            ("Upstream ", Some("upstream")),
            ("upsteam", Some("upstream")),
            ("bins", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        let letters = |text: &str| text.chars().collect::<Vec<char>>();
        let of = |left, right| distance(&letters(left), &letters(right));
        assert_eq!(
            (of("kitten", "sitting"), of("", "abc"), of("abc", "")),
            (3, 3, 3)
        );
    }

    #[test]
    fn long_lists_are_cut() {
        let known: Vec<String> = (0..5_000).map(|at| format!("channel {at}")).collect();
        let text = expected("chanel 4999", &known);
        assert!(
            text.starts_with("perhaps \"channel 4999\"; channel 0, "),
            "{text}"
        );
        assert!(text.ends_with("channel 19 and 4980 more"), "{text}");
    }
}
