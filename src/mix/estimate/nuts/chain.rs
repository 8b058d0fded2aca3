//! What a chain brings.

/// One chain after its warm-up.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    pub(super) draws: Vec<Vec<f64>>,
    /// By step, of which draws may be every fourth: the sampler's energy, -log density + that of its
    /// momentum.
    pub(super) energies: Vec<f64>,
    pub(super) divergences: u64,
    /// Evaluations of the density, warm-up included.
    pub(super) gradients: u64,
    /// Whether the observer stopped it, or another of the same fit.
    pub(super) stopped: bool,
}
