//! How many candidates of a search the draws stand for.

use crate::mix::posterior::findings::finding::FitFinding;
use crate::mix::posterior::model::Posterior;

/// Candidates below which the middle 90 % of the draws have no ends of their own. In twelve small
/// businesses 2 candidates (of 10 tried) held 46 % of true returns, 5 (of 20) 71 %, 33 (of 40) 98 %.
const FEW: usize = 20;

/// A search whose draws are of few different candidates; nothing of other estimators.
pub(super) fn few_candidates(posterior: &Posterior) -> Option<FitFinding> {
    let found = posterior.draws.iter();
    let found = found.filter_map(|draw| draw.candidate.as_ref());
    let mut points: Vec<&[f64]> = found.map(|candidate| &*candidate.point).collect();
    points.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    points.dedup();
    (1..FEW)
        .contains(&points.len())
        .then_some(FitFinding::FewCandidates {
            candidates: points.len(),
        })
}
