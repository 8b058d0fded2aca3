//! The touches of a run of partitions: persons by rank, the touches of each by time.

use crate::event::person::PersonTable;
use crate::journeys::build::codes::by_person;
use crate::journeys::build::partition::{PartitionedRows, within};
use crate::journeys::build::touch::Touch;
use std::ops::Range;

/// Touches in order. Kept from one run to the next, as fresh memory costs more than the work
/// done in it.
#[derive(Debug, Default)]
pub(super) struct OrderedTouches {
    /// The persons' codes, by row as the touches came.
    pub(super) codes: Vec<u64>,
    pub(super) touches: Vec<Touch>,
    /// Where each person's touches begin, and where the last one's end.
    firsts: Vec<u32>,
    ends: Vec<u32>,
}

/// Moves a touch that a sort by insertion may take, in the mean, before another one takes over.
const MOVES: usize = 4;

impl OrderedTouches {
    /// Takes in the touches of a run of partitions.
    ///
    /// A counting sort over the next bits of the rank brings nearly all into order: most of its
    /// buckets hold one person or none, and most logs are in order of time. Against a hash table of
    /// persons it saves a dependent look-up a touch; against a sort bucket by bucket, branches that
    /// the processor cannot foresee.
    pub(super) fn fill(
        &mut self,
        batches: &[PartitionedRows],
        run: &Range<usize>,
        table: &PersonTable,
    ) {
        let Self {
            codes,
            touches,
            ends,
            ..
        } = self;
        codes.clear();
        for batch in batches {
            batch.person.append_to(batch.touches(run), codes);
        }
        let width = codes.len().next_power_of_two().max(64);
        let shift = 64 - width.trailing_zeros();
        let bucket = |rank: u64| (within(rank, run) >> shift) as usize;
        ends.clear();
        ends.resize(width, 0);
        for &code in &*codes {
            ends[bucket(table.rank(code))] += 1;
        }
        let mut end = 0;
        for next in &mut *ends {
            end += std::mem::replace(next, end);
        }
        touches.resize(codes.len(), Touch::default());
        let mut row = 0;
        for batch in batches {
            for &time in &batch.time[batch.touches(run)] {
                let rank = table.rank(codes[row]);
                let next = &mut ends[bucket(rank)];
                touches[*next as usize] = Touch::new(rank, time, row as u32);
                *next += 1;
                row += 1;
            }
        }
        sort_nearly_sorted(touches);
        if table.texts() > 0 {
            self.part_equal_ranks(table);
        }
    }

    /// Orders persons of one rank, which are rare, by their keys.
    fn part_equal_ranks(&mut self, table: &PersonTable) {
        let Self { codes, touches, .. } = self;
        let code = |touch: &Touch| codes[touch.row() as usize];
        for same in touches.chunk_by_mut(|left, right| left.rank() == right.rank()) {
            if same.iter().any(|touch| code(touch) != code(&same[0])) {
                same.sort_by(|left, right| {
                    by_person(code(left), code(right), table).then(left.cmp(right))
                });
            }
        }
    }

    /// Notes where each person's touches begin. Branch-free: where the next person begins is
    /// unpredictable.
    pub(super) fn find_persons(&mut self, table: &PersonTable) {
        let Self {
            codes,
            touches,
            firsts,
            ..
        } = self;
        let has_texts = table.texts() > 0;
        let code = |touch: &Touch| codes[touch.row() as usize];
        firsts.resize(touches.len() + 1, 0);
        firsts[0] = 0;
        let mut persons = usize::from(!touches.is_empty());
        for (before, pair) in touches.windows(2).enumerate() {
            let is_another = (pair[0].rank() != pair[1].rank())
                | (has_texts && code(&pair[0]) != code(&pair[1]));
            firsts[persons] = before as u32 + 1;
            persons += usize::from(is_another);
        }
        firsts[persons] = touches.len() as u32;
        firsts.truncate(persons + 1);
    }

    /// How many persons were found.
    pub(super) fn persons(&self) -> usize {
        self.firsts.len() - 1
    }

    /// The person of that code, among those from `from` on: one, or none at the place where it
    /// would be.
    pub(super) fn find(&self, code: u64, from: usize, table: &PersonTable) -> Range<usize> {
        let rank = table.rank(code);
        let own = |first: &u32| self.touches[*first as usize];
        let others = &self.firsts[from..self.persons()];
        let before = others.partition_point(|first| {
            let touch = own(first);
            let by_rank = touch.rank().cmp(&rank);
            let order = by_rank.then_with(|| by_person(self.code(touch), code, table));
            order.is_lt()
        });
        let found = others.get(before).map(own);
        let found = found.is_some_and(|touch| self.code(touch) == code);
        from + before..from + before + usize::from(found)
    }

    /// The touches of persons that follow each other.
    pub(super) fn of(&self, persons: Range<usize>) -> &[Touch] {
        let [start, end] = [persons.start, persons.end].map(|at| self.firsts[at] as usize);
        &self.touches[start..end]
    }

    /// The code of each of these persons, and where the touches of each end, the first one's
    /// beginning at 0.
    pub(super) fn each(&self, persons: Range<usize>) -> impl Iterator<Item = (u64, u32)> {
        let base = self.firsts[persons.start];
        let bounds = self.firsts[persons.start..=persons.end].windows(2);
        bounds.map(move |bounds| {
            let first = self.touches[bounds[0] as usize];
            (self.code(first), bounds[1] - base)
        })
    }

    fn code(&self, touch: Touch) -> u64 {
        self.codes[touch.row() as usize]
    }
}

/// Sorts by insertion where few are out of place and not far.
fn sort_nearly_sorted(touches: &mut [Touch]) {
    let mut moves = MOVES * touches.len();
    let mut last = Touch::default();
    for at in 0..touches.len() {
        let touch = touches[at];
        if last <= touch {
            last = touch;
            continue;
        }
        let mut to = at;
        while to > 0 && touches[to - 1] > touch {
            touches[to] = touches[to - 1];
            to -= 1;
        }
        touches[to] = touch;
        match moves.checked_sub(at - to) {
            Some(left) => moves = left,
            None => return touches.sort_unstable(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PersonKey;
    use crate::journeys::build::codes::PersonCodes;
    use crate::journeys::build::partition::PARTITIONS;
    use crate::util::random::GAMMA;

    /// Persons' codes with the times of their touches.
    fn ordered(rows: &[(u64, u32)], table: &PersonTable) -> Vec<(u64, Vec<u32>)> {
        let (codes, times): (Vec<u64>, Vec<u32>) = rows.iter().copied().unzip();
        let mut offsets = vec![0; PARTITIONS + 1];
        offsets[PARTITIONS] = rows.len() as u32;
        let batch = PartitionedRows {
            person: PersonCodes::new(codes),
            time: times,
            offsets,
            ..PartitionedRows::default()
        };
        // what a larger run left does no harm
        let mut ordered = OrderedTouches {
            touches: vec![Touch::new(1, 2, 3); 400],
            firsts: vec![7; 400],
            ..OrderedTouches::default()
        };
        ordered.fill(&[batch], &(0..PARTITIONS), table);
        ordered.find_persons(table);
        let person = |at: usize| {
            let touches = ordered.of(at..at + 1);
            let places: Vec<(u32, u32)> = touches.iter().map(|t| (t.time(), t.row())).collect();
            assert!(places.is_sorted(), "rows of one second as they came");
            let code = ordered.each(at..at + 1).next().unwrap().0;
            assert_eq!(ordered.find(code, 0, table), at..at + 1);
            (code, touches.iter().map(|touch| touch.time()).collect())
        };
        (0..ordered.persons()).map(person).collect()
    }

    fn expected(rows: &[(u64, u32)], table: &PersonTable) -> Vec<(u64, Vec<u32>)> {
        let mut rows = rows.to_vec();
        rows.sort_by(|left, right| by_person(left.0, right.0, table).then(left.1.cmp(&right.1)));
        let persons = rows.chunk_by(|left, right| left.0 == right.0);
        let times = |rows: &[(u64, u32)]| rows.iter().map(|row| row.1).collect();
        persons.map(|rows| (rows[0].0, times(rows))).collect()
    }

    proptest::proptest! {
        #[test]
        fn rows_in_any_order_come_by_person_and_time(
            rows in proptest::collection::vec((0u64..40, 0u32..50), 0..300)
        ) {
            let table = PersonTable::default();
            proptest::prop_assert_eq!(ordered(&rows, &table), expected(&rows, &table));
        }
    }

    #[test]
    fn many_rows_against_the_order_of_time_are_sorted() {
        let table = PersonTable::default();
        let rows: Vec<(u64, u32)> = (0..300)
            .rev()
            .map(|time| (u64::from(time % 2), time))
            .collect();
        assert_eq!(ordered(&rows, &table), expected(&rows, &table));
    }

    /// The number whose rank is `rank`.
    fn number_of(rank: u64) -> u64 {
        let mut z = rank ^ rank >> 31 ^ rank >> 62;
        z = z.wrapping_mul(0x3196_42B2_D24D_8EC3);
        z = z ^ z >> 27 ^ z >> 54;
        z = z.wrapping_mul(0x96DE_1B17_3F11_9089);
        (z ^ z >> 30 ^ z >> 60).wrapping_sub(GAMMA)
    }

    #[test]
    fn persons_of_one_rank_stay_apart() {
        let mut table = PersonTable::default();
        let ann = table.code(PersonKey::Text("ann")).unwrap();
        let twin = number_of(table.rank(ann));
        assert_eq!(table.rank(twin), table.rank(ann));
        let rows = [(ann, 1), (twin, 2), (ann, 3), (twin, 1), (5, 9)];
        let found = ordered(&rows, &table);
        assert_eq!(found, expected(&rows, &table));
        assert_eq!(found.len(), 3);
    }
}
