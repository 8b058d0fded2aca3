//! Linear algebra and optimisation on small dense problems.
//!
//! Every sum has one stated order, so that results are the same to the bit on every machine and any
//! number of threads. A pivot counts as zero at 1e-12 of its diagonal, everywhere.
//!
//! | file | for |
//! |---|---|
//! | `dot` | the two orders of summation |
//! | `wide`, `elementary` | loops in the widest vectors, for a sampler: same bits on one machine only |
//! | `cholesky` | symmetric positive definite systems |
//! | `gauss_jordan` | inverses of small or diagonally dominant matrices |
//! | `gram_schmidt` | orthonormal bases |
//! | `magnitude` | numbers too large or too small to square |
//! | `newton` | maxima of concave objectives with known curvature |
//! | `sparse_newton` | the same for many coefficients that meet rarely |
//! | `log_density`, `bfgs` | maxima of log densities with known slopes |
//! | `symmetric_eigen` | eigenvalues of symmetric matrices |
//! | `anderson` | faster fixed-point iterations |

pub(crate) mod anderson;
pub(crate) mod bfgs;
pub(crate) mod cholesky;
pub(crate) mod dot;
#[cfg(feature = "bayes")]
pub(crate) mod elementary;
pub(crate) mod gauss_jordan;
pub(crate) mod gram_schmidt;
pub(crate) mod log_density;
pub(crate) mod magnitude;
pub(crate) mod newton;
pub(crate) mod sparse_newton;
#[cfg(feature = "bayes")]
pub(crate) mod symmetric_eigen;
#[cfg(feature = "bayes")]
pub(crate) mod wide;
