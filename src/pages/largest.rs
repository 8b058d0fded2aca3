//! The largest of many, and the rest summed up.

/// Places of the largest, largest first; and of the rest, which is more than one if it is any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Largest {
    pub(crate) named: Vec<usize>,
    pub(crate) rest: Vec<usize>,
}

impl Largest {
    /// The `most` largest by size; ties in the order given.
    pub(crate) fn of(sizes: &[f64], most: usize) -> Self {
        let mut named: Vec<usize> = (0..sizes.len()).collect();
        named.sort_by(|a, b| sizes[*b].abs().total_cmp(&sizes[*a].abs()).then(a.cmp(b)));
        let keep = if named.len() <= most + 1 {
            named.len()
        } else {
            most
        };
        let rest = named.split_off(keep);
        Self { named, rest }
    }

    /// The names of the largest, and how many more there are.
    pub(crate) fn names(&self, all: &[String]) -> Vec<String> {
        let named = self.named.iter().map(|&at| all[at].clone());
        let rest = (!self.rest.is_empty()).then(|| format!("({} more)", self.rest.len()));
        named.chain(rest).collect()
    }

    /// A figure of each of the largest, and the sum over the rest.
    pub(crate) fn sums(&self, figure: impl Fn(usize) -> f64) -> Vec<f64> {
        let named = self.named.iter().map(|&at| figure(at));
        let rest: f64 = self.rest.iter().map(|&at| figure(at)).sum();
        named
            .chain((!self.rest.is_empty()).then_some(rest))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_never_a_single_one() {
        let largest = Largest::of(&[1.0, 5.0, 3.0, 2.0], 2);
        assert_eq!((largest.named, largest.rest), (vec![1, 2], vec![3, 0]));
        assert_eq!(Largest::of(&[1.0, 5.0, 3.0], 2).rest, Vec::<usize>::new());
    }
}
