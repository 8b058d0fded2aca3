//! The words of a text.

use unicode_segmentation::UnicodeSegmentation;

/// The words in order, in small letters: those of Unicode (annex 29) that have a letter. Numbers
/// drop out, among them of orders and telephones.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.unicode_words();
    words
        .filter(|word| word.chars().any(char::is_alphabetic))
        .map(str::to_lowercase)
}

/// Each term once: the words and, if asked for, pairs of neighbours.
pub(crate) fn terms(text: &str, pairs: bool) -> Vec<String> {
    let words: Vec<String> = words(text).collect();
    let mut terms = words.clone();
    if pairs {
        terms.extend(words.windows(2).map(|pair| pair.join(" ")));
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_script() {
        let of = |text: &str| words(text).collect::<Vec<_>>();
        assert_eq!(of("Don't wait: 3 WEEKS!"), ["don't", "wait", "weeks"]);
        assert_eq!(of("Gro\u{df}e \u{c4}pfel"), ["gro\u{df}e", "\u{e4}pfel"]);
        // a letter with its accent apart is one word
        assert_eq!(of("cafe\u{301} noir"), ["cafe\u{301}", "noir"]);
        assert_eq!(
            of("\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f600}"),
            ["\u{5e9}\u{5dc}\u{5d5}\u{5dd}"]
        );
        assert!(of("").is_empty() && of("+49 170 1234567 ... \u{0}").is_empty());
    }

    #[test]
    fn terms_count_once_and_pairs_are_neighbours() {
        assert_eq!(terms("late, late again", false), ["again", "late"]);
        assert_eq!(terms("not good", true), ["good", "not", "not good"]);
    }
}
