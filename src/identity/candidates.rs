//! Links that pass the guards that look at one link alone.

use crate::event::identifier::Identifier;
use crate::identity::components::ranges;
use crate::identity::identifier_index::{CHUNK, IdentifierIndex, Numbered};
use crate::identity::identifier_kind::IdentifierKind;
use crate::identity::link::{Links, steps};
use crate::identity::ranges::{Pair, of_halves, to_pair};
use crate::identity::rejected_links::{Rejections, Rule};
use crate::identity::rules::Rules;
use crate::util::buckets::Buckets;
use rayon::prelude::*;
use std::ops::Range;

/// Links, and which numbers their ends have.
pub(super) struct Candidates<'a> {
    rules: &'a Rules,
    numbered: &'a Numbered,
    granted: Option<&'a IdentifierIndex>,
    chunks: Vec<Chunk<'a>>,
}

/// Some links, and where the numbers of their ends are.
struct Chunk<'a> {
    links: &'a Links,
    range: Range<usize>,
    numbers: [usize; 2],
}

/// Pairs and partners spread chunk by chunk, and what was refused.
#[derive(Default)]
pub(super) struct Passed {
    /// By their larger numbers.
    pub(super) pairs: Vec<Buckets<Pair>>,
    /// Values that may be shared with what they are linked with, by value.
    pub(super) partners: Vec<Buckets<Pair>>,
    pub(super) refusals: Rejections,
}

impl<'a> Candidates<'a> {
    /// Of these links, whose left ends were numbered first, then the right ends; `granted` are
    /// those with consent, if it matters.
    pub(super) fn new(
        links: &'a [Links],
        numbered: &'a Numbered,
        granted: Option<&'a IdentifierIndex>,
        rules: &'a Rules,
    ) -> Self {
        let mut chunks = Vec::new();
        let mut first = 0;
        for links in links {
            let count = links.len().div_ceil(CHUNK);
            let range = |chunk: usize| chunk * CHUNK..links.len().min((chunk + 1) * CHUNK);
            chunks.extend((0..count).map(|at| Chunk {
                links,
                range: range(at),
                numbers: [first + at, first + count + at],
            }));
            first += 2 * count;
        }
        Self {
            rules,
            numbered,
            granted,
            chunks,
        }
    }

    /// Who is linked with whom, and what is refused whatever the other links are.
    pub(super) fn pass(&self) -> Passed {
        let ranges = ranges(self.numbered.numbering.len());
        let guards = Guards::new(self.rules, self.granted);
        let pass = |chunk: &Chunk<'_>| {
            let mut refusals = Rejections::default();
            let (mut pairs, mut partners) = (Vec::with_capacity(chunk.range.len()), Vec::new());
            chunk.each(self.numbered, |at, ends, [left, right]| {
                let kinds = ends.map(|end| guards.kinds[end.kind()]);
                if left == right {
                    refusals.self_links += 1;
                } else if let Some(rule) = guards.refuses(ends, kinds, chunk.links.confidence[at]) {
                    refusals.refuse(rule, None, &[left, right]);
                } else {
                    pairs.push(to_pair(left, right));
                    let guarded = [
                        (kinds, [left, right]),
                        ([kinds[1], kinds[0]], [right, left]),
                    ];
                    let guarded = guarded
                        .into_iter()
                        .filter(|(kinds, _)| kinds[0].may_be_shared && kinds[1].tells_persons);
                    partners.extend(guarded.map(|(_, [value, with])| of_halves(value, with)));
                }
            });
            let pairs = ranges.spread(&pairs);
            Passed {
                pairs: vec![pairs],
                partners: vec![ranges.spread(&partners)],
                refusals,
            }
        };
        let mut all = Passed::default();
        for passed in self.chunks.par_iter().map(pass).collect::<Vec<_>>() {
            all.pairs.extend(passed.pairs);
            all.partners.extend(passed.partners);
            all.refusals.merge(passed.refusals);
        }
        all
    }

    /// What `keep` makes of each link that passes: its second, its confidence and its ends.
    pub(super) fn filter_map<T: Send>(
        &self,
        keep: impl Fn(u32, u32, [u32; 2]) -> Option<T> + Sync,
    ) -> Vec<T> {
        let guards = Guards::new(self.rules, self.granted);
        let of_chunk = |chunk: &Chunk<'_>| {
            let mut kept = Vec::new();
            chunk.each(self.numbered, |at, ends, numbers| {
                let confidence = chunk.links.confidence[at];
                let passes = numbers[0] != numbers[1]
                    && guards
                        .refuses(ends, ends.map(|end| guards.kinds[end.kind()]), confidence)
                        .is_none();
                kept.extend(
                    passes
                        .then(|| keep(chunk.links.time[at], confidence, numbers))
                        .flatten(),
                );
            });
            kept
        };
        self.chunks
            .par_iter()
            .map(of_chunk)
            .collect::<Vec<Vec<T>>>()
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Chunk<'_> {
    /// The links of the chunk: where they are, their ends and the ends' numbers.
    fn each(&self, numbered: &Numbered, mut link: impl FnMut(usize, [Identifier; 2], [u32; 2])) {
        let [left, right] = [
            &self.links.left[self.range.clone()],
            &self.links.right[self.range.clone()],
        ];
        let numbers = [
            numbered.ranks(self.numbers[0], left),
            numbered.ranks(self.numbers[1], right),
        ];
        for (at, row) in self.range.clone().enumerate() {
            link(row, [left[at], right[at]], [numbers[0][at], numbers[1][at]]);
        }
    }
}

/// The guards that look at one link alone.
struct Guards<'a> {
    granted: Option<&'a IdentifierIndex>,
    least: u32,
    kinds: Vec<Guarded>,
}

impl<'a> Guards<'a> {
    fn new(rules: &Rules, granted: Option<&'a IdentifierIndex>) -> Self {
        Self {
            granted,
            least: steps(rules.confidence()),
            kinds: rules.kinds().map(Guarded::new).collect(),
        }
    }

    fn refuses(&self, ends: [Identifier; 2], kinds: [Guarded; 2], confidence: u32) -> Option<Rule> {
        let granted =
            |granted: &IdentifierIndex| ends.iter().all(|end| granted.rank(*end).is_some());
        if !self.granted.is_none_or(granted) {
            Some(Rule::Consent)
        } else if confidence < self.least {
            Some(Rule::Confidence)
        } else {
            (kinds[0].timed && kinds[1].timed).then_some(Rule::Validity)
        }
    }
}

/// What guards ask of a kind.
#[derive(Clone, Copy)]
struct Guarded {
    /// Its values may join a limited number of persons.
    may_be_shared: bool,
    /// A person has a limited number of its values, so they distinguish persons.
    tells_persons: bool,
    /// Its links hold for a time.
    timed: bool,
}

impl Guarded {
    fn new(kind: &IdentifierKind) -> Self {
        let (may_be_shared, tells_persons) =
            (kind.most_persons().is_some(), kind.most_values().is_some());
        Self {
            may_be_shared,
            tells_persons,
            timed: kind.validity().is_some(),
        }
    }
}
