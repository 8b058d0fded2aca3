//! Events of one kind in time, and the exposure to what may bring them.

use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::em::Problem;
use crate::attribution::hazard::rows::Rows;
use crate::attribution::limits::MOST_ENTRIES;
use crate::channel::ChannelId;
use serde::{Deserialize, Serialize};

/// The touches of one person, and from when to when conversions were watched for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person<'a> {
    pub(super) channels: &'a [ChannelId],
    pub(super) times: &'a [u32],
    pub(super) from: u32,
    pub(super) end: u32,
    /// How many persons this one stands for.
    pub(super) weight: f64,
}

/// Events in time and the exposure to what may bring them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Process {
    /// By feature, in the basis' unit.
    pub(super) exposure: Vec<f64>,
    /// Seconds watched.
    pub(super) watched: f64,
    pub(super) rows: Rows,
    /// Whether one person had more events and channels than the limits allow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) too_large: bool,
}

impl Process {
    pub(super) fn new(features: usize) -> Self {
        Self {
            exposure: vec![0.0; features],
            ..Self::default()
        }
    }

    /// Whether that many rows of up to that many entries may come from one person; where not, the
    /// process is known to be too large from then on.
    pub(super) fn has_room(&mut self, rows: usize, entries: usize) -> bool {
        let fits = rows.saturating_mul(entries) <= MOST_ENTRIES;
        self.too_large |= !fits;
        fits
    }

    pub(super) fn merge(&mut self, later: Self) {
        self.exposure
            .iter_mut()
            .zip(later.exposure)
            .for_each(|(sum, other)| *sum += other);
        self.watched += later.watched;
        self.rows.append(later.rows);
        self.too_large |= later.too_large;
    }

    pub(super) fn is_sound(&self, features: usize) -> bool {
        let numbers = self.exposure.iter().chain([&self.watched]);
        self.exposure.len() == features
            && numbers
                .into_iter()
                .all(|number| (0.0..f64::INFINITY).contains(number))
            && self.rows.is_sound(features)
    }

    /// Bytes on the heap.
    pub(super) fn heap_size(&self) -> usize {
        self.exposure.capacity() * size_of::<f64>() + self.rows.heap_size()
    }

    /// The problem this is, with features by falling exposure instead of by name. The first
    /// `singles` features are exposed in `unit`, the others in seconds; rates are a day.
    pub(super) fn ranked(&self, singles: usize, unit: f64) -> Ranked {
        let days = |feature: usize| {
            self.exposure[feature] * if feature < singles { unit } else { 1.0 / DAY }
        };
        let mut order: Vec<usize> = (0..self.exposure.len()).collect();
        order.sort_by(|&left, &right| {
            (left >= singles)
                .cmp(&(right >= singles))
                .then(days(right).total_cmp(&days(left)))
        });
        let mut places = vec![0; order.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(place, &feature)| places[feature] = place);
        let exposure = order
            .iter()
            .map(|&feature| days(feature))
            .chain([self.watched / DAY])
            .collect();
        Ranked {
            rows: self.rows.moved(&places).compressed(),
            exposure,
            places,
        }
    }
}

/// A likelihood whose sums run over features in an order that does not depend on what channels are
/// called: flat directions would amplify the differences in rounding.
pub(super) struct Ranked {
    rows: Rows,
    exposure: Vec<f64>,
    /// By feature.
    places: Vec<usize>,
}

impl Ranked {
    pub(super) fn problem(&self) -> Problem<'_> {
        Problem {
            rows: &self.rows,
            exposure: &self.exposure,
        }
    }

    /// From features by place to features by number; what is the baseline's stays last.
    pub(super) fn by_number<T: Copy>(&self, by_place: &[T]) -> Vec<T> {
        self.places
            .iter()
            .chain([&self.places.len()])
            .map(|&place| by_place[place])
            .collect()
    }

    /// From features by number to features by place.
    pub(super) fn by_place(&self, by_number: &[f64]) -> Vec<f64> {
        let mut moved = by_number.to_vec();
        self.places
            .iter()
            .enumerate()
            .for_each(|(feature, &place)| moved[place] = by_number[feature]);
        moved
    }
}
