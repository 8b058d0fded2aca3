//! Rows far off count less, where noise is Student's t.

use crate::mix::estimate::problem::Problem;
use crate::mix::estimate::search::candidate::Space;

/// Fits of the best candidate between which its rows are weighed anew.
const STEPS: usize = 5;

/// Weighs the rows by how far a candidate leaves them off; nothing where noise is normal.
pub(crate) fn reweigh(space: &mut Space, point: &[f64]) {
    for _ in 0..STEPS {
        let Some(tails) = &space.problem.design.tails else {
            return;
        };
        let (mut statistics, mut workspace) = space.buffers();
        let solved = space.evaluate(point, &mut statistics, &mut workspace);
        let Some((linear, _)) = solved else {
            return;
        };
        let residuals = space.problem.residuals(&statistics, &linear);
        let tails = tails.reweighed(&residuals, space.problem.freedom_of_noise());
        let design = space.problem.design.clone().with_tails(tails);
        let noise = space.problem.noise;
        space.problem = Problem::new(design).with_folds().with_noise(noise);
    }
}
