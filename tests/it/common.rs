//! What several tests use.

/// The crate's own generator, which is not public.
#[allow(dead_code, reason = "tests draw from some of its distributions")]
#[path = "../../src/util/random.rs"]
pub(crate) mod random;

use mixtouch::mix::estimate::Search;
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;

/// The search's best candidate alone, with its coefficients' exact solution instead of draws about
/// it.
pub(crate) fn solution(search: &Search, mix: &MixSpecification, panel: &Panel) -> Posterior {
    let best = search.fit(mix, panel).unwrap().report().best().clone();
    Posterior::new(mix.clone(), panel.clone(), vec![best]).unwrap()
}
