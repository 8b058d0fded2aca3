//! Rows weighed by what a candidate leaves of them, where the likelihood asks for it.

use crate::mix::estimate::problem::Problem;
use crate::mix::estimate::search::candidate::Space;

/// Fits of the best candidate between which its rows are weighed anew.
const STEPS: usize = 5;

/// Weighs the rows by what a candidate leaves of them; nothing where they count alike.
pub(crate) fn reweigh(space: &mut Space, point: &[f64]) {
    for _ in 0..STEPS {
        let Some(reweighing) = &space.problem.design.reweighing else {
            return;
        };
        let (mut statistics, mut workspace) = space.buffers();
        let solved = space.evaluate(point, &mut statistics, &mut workspace);
        let Some((linear, _)) = solved else {
            return;
        };
        let residuals = space.problem.residuals(&statistics, &linear);
        let freedom = space.problem.freedom_of_noise();
        let reweighing = reweighing.reweighed(&residuals, freedom);
        let design = space.problem.design.clone().with_reweighing(reweighing);
        let noise = space.problem.noise;
        space.problem = Problem::new(design).with_folds().with_noise(noise);
    }
}
