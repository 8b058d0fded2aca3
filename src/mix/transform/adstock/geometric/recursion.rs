//! Geometric adstock as a recursion over periods, a vector of them at a time, with its derivative.

use pulp::{Arch, Simd, WithSimd};

use crate::mix::transform::adstock::geometric::{Geometric, power};

impl Geometric {
    /// The adstock as a recursion.
    pub(crate) fn recursion(&self) -> Recursion {
        let (length, alpha) = (self.window.length(), self.alpha);
        let (total, by_alpha) = self.total();
        Recursion {
            alpha,
            length,
            leaving: power(alpha, length),
            leaving_by_alpha: length as f64 * power(alpha, length - 1),
            unit: 1.0 / total,
            unit_by_alpha: by_alpha / total,
        }
    }

    /// What weights are divided by, and its derivative by alpha.
    fn total(&self) -> (f64, f64) {
        if !self.window.normalised() {
            return (1.0, 0.0);
        }
        let (mut total, mut derivative) = (0.0, 0.0);
        for _ in 0..self.window.length() {
            derivative = total + self.alpha * derivative;
            total = 1.0 + self.alpha * total;
        }
        (total, derivative)
    }
}

/// a_t = x_t + alpha a_(t-1) - alpha^L x_(t-L), L the window's length, with what it needs of each
/// alpha worked out once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recursion {
    alpha: f64,
    length: usize,
    leaving: f64,
    leaving_by_alpha: f64,
    /// 1 / the sum of weights, and its relative fall with alpha.
    unit: f64,
    unit_by_alpha: f64,
}

impl Recursion {
    /// Carried-over spend of the last `periods` of each series, which have `length` periods each
    /// and lie one after the other, and its derivative by alpha; `room` is that of an earlier call,
    /// or none. Where nothing ran within the window both are 0, not what rounding leaves.
    pub(crate) fn carry(
        &self,
        (spend, length): (&[f64], usize),
        periods: usize,
        (carried, slope): (&mut [f64], &mut [f64]),
        room: &mut Vec<f64>,
    ) {
        Arch::new().dispatch(Carry {
            recursion: self,
            series: (spend, length),
            periods,
            cells: (&mut *carried, &mut *slope),
            room,
        });
        let cells = carried.chunks_mut(periods).zip(slope.chunks_mut(periods));
        for (spend, (carried, slope)) in spend.chunks(length).zip(cells) {
            if self.may_pause(spend) {
                self.silence(spend, carried);
                self.silence(spend, slope);
            }
        }
    }

    /// Whether there may be a pause of the window's length: one holds a whole stretch of half of it.
    fn may_pause(&self, spend: &[f64]) -> bool {
        let mut stretches = spend.chunks(self.length.div_ceil(2));
        stretches.any(|stretch| stretch.iter().all(|x| *x == 0.0))
    }

    /// 0 in place of what was carried where nothing ran within the window.
    fn silence(&self, spend: &[f64], carried: &mut [f64]) {
        let history = spend.len() - carried.len();
        let mut idle = 0;
        for (t, x) in spend.iter().enumerate() {
            idle = if *x == 0.0 { idle + 1 } else { 0 };
            if idle >= self.length && t >= history {
                carried[t - history] = 0.0;
            }
        }
    }
}

struct Carry<'a> {
    recursion: &'a Recursion,
    series: (&'a [f64], usize),
    periods: usize,
    cells: (&'a mut [f64], &'a mut [f64]),
    room: &'a mut Vec<f64>,
}

impl WithSimd for Carry<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let ((spend, length), (carried, slope)) = (self.series, self.cells);
        // Nothing leaves a longer window.
        let window = self.recursion.length.min(length);
        let room = Room::new::<S>(window, length, self.periods, self.room);
        let powers = Powers::new(simd, self.recursion.alpha);
        let cells = carried.chunks_mut(self.periods);
        let cells = cells.zip(slope.chunks_mut(self.periods));
        for (spend, (carried, slope)) in spend.chunks(length).zip(cells) {
            room.values[room.first..][..length].copy_from_slice(spend);
            let (xs, _) = S::as_simd_f64s(&room.values[window..]);
            let (gone, _) = S::as_simd_f64s(&room.values[..xs.len() * S::F64_LANES]);
            let mut spent = xs.iter().zip(gone);
            let mut stock = Stock::new(powers, self.recursion);
            for (x, gone) in spent.by_ref().take(room.history) {
                stock.next(*x, *gone);
            }
            let (carried, carried_rest) = S::as_mut_simd_f64s(carried);
            let (slope, slope_rest) = S::as_mut_simd_f64s(slope);
            let cells = carried.iter_mut().zip(slope);
            for ((carried, slope), (x, gone)) in cells.zip(spent.by_ref()) {
                (*carried, *slope) = stock.next(*x, *gone);
            }
            if let Some((x, gone)) = spent.next() {
                let (value, by_alpha) = stock.next(*x, *gone);
                simd.partial_store_f64s(carried_rest, value);
                simd.partial_store_f64s(slope_rest, by_alpha);
            }
        }
    }
}

/// Where a series stands as whole vectors, with what leaves the window a window's length before.
///
/// The panel's first period begins a vector. Zeros make whole vectors of the history before it and
/// of the last periods; as many as the window is long are what leaves it first.
struct Room<'a> {
    values: &'a mut [f64],
    /// Where the series begins.
    first: usize,
    /// Vectors of history.
    history: usize,
}

impl<'a> Room<'a> {
    #[inline(always)]
    fn new<S: Simd>(
        window: usize,
        length: usize,
        periods: usize,
        values: &'a mut Vec<f64>,
    ) -> Self {
        let history = (length - periods).next_multiple_of(S::F64_LANES);
        values.clear();
        values.resize(
            window + history + periods.next_multiple_of(S::F64_LANES),
            0.0,
        );
        Self {
            values,
            first: window + history - (length - periods),
            history: history / S::F64_LANES,
        }
    }
}

/// What is carried from vector to vector, before normalisation.
struct Stock<S: Simd> {
    powers: Powers<S>,
    value: Sums<S>,
    by_alpha: Sums<S>,
    /// The values of the vector before, a lane later.
    before: S::f64s,
    leaving: S::f64s,
    leaving_by_alpha: S::f64s,
    unit: S::f64s,
    unit_by_alpha: S::f64s,
}

impl<S: Simd> Stock<S> {
    #[inline(always)]
    fn new(powers: Powers<S>, recursion: &Recursion) -> Self {
        let simd = powers.simd;
        Self {
            powers,
            value: Sums::new(simd),
            by_alpha: Sums::new(simd),
            before: simd.splat_f64s(0.0),
            leaving: simd.splat_f64s(-recursion.leaving),
            leaving_by_alpha: simd.splat_f64s(-recursion.leaving_by_alpha),
            unit: simd.splat_f64s(recursion.unit),
            unit_by_alpha: simd.splat_f64s(-recursion.unit_by_alpha),
        }
    }

    /// The next periods, in which x is spent and what was spent a window ago leaves: what is carried,
    /// and its derivative by alpha, in which what was carried a period ago takes the place of x.
    #[inline(always)]
    fn next(&mut self, x: S::f64s, gone: S::f64s) -> (S::f64s, S::f64s) {
        let simd = self.powers.simd;
        let x = simd.mul_add_e_f64s(self.leaving, gone, x);
        let value = self.value.next(&self.powers, x);
        let before = self.powers.earlier(0, value, &mut self.before);
        let x = simd.mul_add_e_f64s(self.leaving_by_alpha, gone, before);
        let by_alpha = self.by_alpha.next(&self.powers, x);
        let value = simd.mul_f64s(value, self.unit);
        let fall = simd.mul_f64s(value, self.unit_by_alpha);
        (value, simd.mul_add_e_f64s(by_alpha, self.unit, fall))
    }
}

/// The most times that sums double within a vector.
const DOUBLINGS: usize = 3;

/// What all sums of a recursion share.
#[derive(Clone, Copy)]
struct Powers<S: Simd> {
    simd: S,
    /// alpha, its square, fourth and eighth power.
    alpha: [S::f64s; DOUBLINGS + 1],
    /// The first lane, the first two, the first four.
    first: [S::m64s; DOUBLINGS],
}

impl<S: Simd> Powers<S> {
    #[inline(always)]
    fn new(simd: S, alpha: f64) -> Self {
        let (square, lanes) = (alpha * alpha, S::F64_LANES as u64);
        let fourth = square * square;
        let first = [1, 2, 4].map(|count| simd.mask_between_m64s(0, lanes.min(count)).mask());
        Self {
            simd,
            alpha: [alpha, square, fourth, fourth * fourth].map(|power| simd.splat_f64s(power)),
            first,
        }
    }

    /// Values of 1, 2 or 4 periods earlier (`doubling` 0, 1, 2); `before` are those of the vector
    /// before, so many lanes later, in whose place come these.
    #[inline(always)]
    fn earlier(&self, doubling: usize, values: S::f64s, before: &mut S::f64s) -> S::f64s {
        let later = self.simd.rotate_right_f64s(values, 1 << doubling);
        let before = std::mem::replace(before, later);
        let first = self.first[doubling];
        self.simd.select_f64s(first, before, later)
    }
}

/// y_t = x_t + alpha y_(t-1), a vector of periods at a time: no lane waits for the one before it.
///
/// Sums over the last 1, 2, 4 .. periods double, s_t + alpha^n s_(t-n); those over a vector's length
/// are added to alpha to that power times the y of the vector before.
struct Sums<S: Simd> {
    /// Sums over 1, 2 and 4 periods of the vector before, so many lanes later.
    before: [S::f64s; DOUBLINGS],
    all: S::f64s,
}

impl<S: Simd> Sums<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let zero = simd.splat_f64s(0.0);
        Self {
            before: [zero; DOUBLINGS],
            all: zero,
        }
    }

    #[inline(always)]
    fn next(&mut self, powers: &Powers<S>, x: S::f64s) -> S::f64s {
        let (simd, lanes) = (powers.simd, S::F64_LANES);
        let mut sum = x;
        for (doubling, before) in self.before.iter_mut().enumerate() {
            if 1 << doubling < lanes {
                let earlier = powers.earlier(doubling, sum, before);
                sum = simd.mul_add_e_f64s(powers.alpha[doubling], earlier, sum);
            }
        }
        let whole = powers.alpha[lanes.ilog2() as usize];
        self.all = simd.mul_add_e_f64s(whole, self.all, sum);
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::transform::{Adstock, LagWindow};

    #[test]
    fn the_recursion_is_the_window_and_forgets_all_of_it() {
        // Spend, then a pause of more than the window, then little.
        let mut spend = vec![3.0, 0.0, 5.5, 1e3, 0.1];
        spend.extend([0.0; 9]);
        spend.extend([1e-6, 0.0, 2.0]);
        for normalised in [false, true] {
            let window = LagWindow::new(6, normalised).unwrap();
            for (alpha, history) in [(0.0, 0), (0.3, 2), (0.9, 4)] {
                let adstock = |alpha: f64| {
                    let mut carried = vec![0.0; spend.len() - history];
                    let adstock = Geometric::raw(alpha, window);
                    adstock.carry(&spend, &mut carried);
                    carried
                };
                let (mut carried, mut slope) = (adstock(alpha), adstock(alpha));
                let recursion = Geometric::raw(alpha, window).recursion();
                recursion.carry(
                    (&spend, spend.len()),
                    carried.len(),
                    (&mut carried, &mut slope),
                    &mut vec![],
                );
                let (expected, above) = (adstock(alpha), adstock(alpha + 1e-7));
                for t in 0..carried.len() {
                    let error = (carried[t] - expected[t]).abs();
                    // What left the window leaves rounding behind until a whole window was quiet.
                    assert!(error <= 1e-9, "{alpha} {t}: {error}");
                    let difference = (above[t] - expected[t]) / 1e-7;
                    let error = (slope[t] - difference).abs();
                    assert!(
                        error <= 1e-5 * (1e3 + difference.abs()),
                        "{alpha} {t}: {error}"
                    );
                }
                assert_eq!((carried[13 - history], slope[13 - history]), (0.0, 0.0));
            }
        }
    }

    #[test]
    fn a_window_may_be_longer_than_the_series() {
        let spend = [2.0, 0.0, 1.0, 4.0, 0.0, 0.0, 3.0, 0.5, 1.0, 0.0, 2.0];
        for (length, history) in [(4, 3), (11, 0), (1_000, 9)] {
            let adstock = Geometric::raw(0.5, LagWindow::new(length, false).unwrap());
            let mut expected = vec![0.0; spend.len() - history];
            adstock.carry(&spend, &mut expected);
            let (mut carried, mut slope) = (expected.clone(), expected.clone());
            let cells = (&mut carried[..], &mut slope[..]);
            let (series, mut room) = ((&spend[..], spend.len()), vec![]);
            let recursion = adstock.recursion();
            recursion.carry(series, expected.len(), cells, &mut room);
            for (found, expected) in carried.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-14, "{length}: {found}");
            }
            assert!(room.capacity() < 200);
        }
    }

    #[test]
    fn several_series_at_once_are_each_as_alone() {
        // Each pauses for a while of its own.
        const SERIES: usize = 5;
        let (length, history) = (20, 3);
        let periods = length - history;
        let value = |at: usize| match (at % length) / (2 + at / length) % 2 {
            0 => 1.0 + (at * 7 % 11) as f64,
            _ => 0.0,
        };
        let spend: Vec<f64> = (0..SERIES * length).map(value).collect();
        let window = LagWindow::new(4, true).unwrap();
        let recursion = Geometric::raw(0.6, window).recursion();
        let carry = |spend: &[f64]| {
            let cells = spend.len() / length * periods;
            let (mut carried, mut slope) = (vec![0.0; cells], vec![0.0; cells]);
            let cells = (&mut carried[..], &mut slope[..]);
            recursion.carry((spend, length), periods, cells, &mut vec![]);
            (carried, slope)
        };
        let (carried, slope) = carry(&spend);
        for (series, spend) in spend.chunks(length).enumerate() {
            let rows = series * periods..(series + 1) * periods;
            let alone = (carried[rows.clone()].to_vec(), slope[rows].to_vec());
            assert_eq!(alone, carry(spend), "series {series}");
        }
    }
}
