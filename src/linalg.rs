//! Linear algebra and optimisation, each with one stated order of summation.

pub(crate) mod anderson;
pub(crate) mod bfgs;
pub(crate) mod cholesky;
pub(crate) mod gram_schmidt;
pub(crate) mod triangular;
