//! Things put in order by a small number, so that what belongs together can be worked on while it
//! fits the cache.

/// Things ordered by the part they belong to, those of one part as they came.
pub(crate) struct Buckets<T> {
    all: Vec<T>,
    starts: Vec<u32>,
}

impl<T: Copy> Buckets<T> {
    /// Puts each thing into its part, a number below `parts`.
    pub(crate) fn new(things: &[T], parts: usize, part: impl Fn(&T) -> usize) -> Self {
        let mut starts = vec![0u32; parts + 1];
        things.iter().for_each(|thing| starts[part(thing) + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut all = things.to_vec();
        for thing in things {
            let place = &mut next[part(thing)];
            all[*place as usize] = *thing;
            *place += 1;
        }
        Self { all, starts }
    }

    /// What belongs to a part.
    pub(crate) fn part(&self, part: usize) -> &[T] {
        &self.all[self.starts[part] as usize..self.starts[part + 1] as usize]
    }

    /// Where each part begins, and where the last one ends.
    pub(crate) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// All things, part by part.
    pub(crate) fn all(&self) -> &[T] {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_the_order_things_came_in() {
        let spread = |things: &[u32]| Buckets::new(things, 4, |thing| (*thing % 4) as usize);
        let both = [spread(&[7, 4, 3, 0, 5]), spread(&[8, 11])];
        assert_eq!(
            (both[0].part(0), both[0].part(2), both[0].starts()),
            (&[4, 0][..], &[][..], &[0, 2, 3, 3, 5][..])
        );
        assert_eq!(
            (both[1].part(3), both[1].part(0), both[0].all()),
            (&[11][..], &[8][..], &[4, 0, 5, 7, 3][..])
        );
    }
}
