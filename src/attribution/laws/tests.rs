//! Every law over every model. A new model is a new line where `laws!` is called.

use crate::attribution::Counterfactual;
use crate::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use crate::attribution::laws::{Fixed, Law};
use crate::attribution::markov::{Markov, MarkovJourneys};
use crate::attribution::model::Fit;
use crate::attribution::regression::{LogisticRegression, ShaoLi};
use crate::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay, WShaped,
};
use crate::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use crate::channel::Channels;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// A module for each specification, with a test for each law.
macro_rules! laws {
    ($($name:ident: $specification:expr;)*) => {$(
        mod $name {
            use super::*;

            laws!(@ $specification;
                weights_are_allowed: Weights,
                nothing_is_lost: Conservation,
                threads_and_the_order_of_persons_change_no_bit: Determinism,
                split_serialise_merge_solve_is_the_whole: Merging,
                relabelling_channels_relabels_credits: Relabelling,
                one_touch_takes_all_but_the_baselines_share: OneTouch,
                specification_and_model_survive_serde: Serialisation,
            );
        }
    )*};
    (@ $specification:expr; $($test:ident: $law:ident,)*) => {$(
        #[test]
        fn $test() {
            Law::$law.check(&$specification).unwrap();
        }
    )*};
}

laws! {
    last_touch: Fixed(LastTouch);
    first_touch: Fixed(FirstTouch);
    last_non_direct: LastNonDirect::default();
    linear: Fixed(Linear);
    time_decay: Fixed(TimeDecay::days(7.0).unwrap());
    position_u: Fixed(Position::u());
    position_j: Fixed(Position::j());
    position_inverse_j: Fixed(Position::inverse_j());
    position_ends: Fixed(Position::new(1.0, 0.0, 3.0).unwrap());
    w_shaped: WShaped::new(["call"]).unwrap();
    markov: Markov::order(1).unwrap();
    markov_without_nulls: Markov::order(1).unwrap().with_ignore_nulls(true);
    markov_within_journeys: WithinJourneys(Markov::order(1).unwrap());
    markov_order_2_without_nulls: Markov::order(2).unwrap().with_ignore_nulls(true);
    markov_order_3: Markov::order(3).unwrap();
    logistic: LogisticRegression::new();
    shao_li: ShaoLi;
    counterfactual: Counterfactual;
    subset_sum_shapley: Fixed(SimplifiedShapley);
    set_rate_shapley: SetRateShapley;
    time_to_event: AdditiveHazard::default();
    time_to_event_by_frequency_and_pairs: AdditiveHazard::default().with_frequency_classes(true).with_pairs(true);
    time_to_event_upstream: AdditiveHazard::default().with_upstream(["search"]).with_demand_capture(["direct"]);
    time_to_event_symmetric: AdditiveHazard::default().with_upstream(["search", "call"]).with_symmetric_upstream(true);
    time_to_event_exponential: AdditiveHazard::default().with_exponentials([0.1, 1.0, 10.0]).unwrap();
    log_hazard: LogLinearHazard::default();
}

/// The Markov chain that divides journey by journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct WithinJourneys(Markov);

impl Fit for WithinJourneys {
    type Evidence = <Markov as Fit>::Evidence;
    type Model = MarkovJourneys;

    fn evidence(&self, channels: &Channels) -> Self::Evidence {
        self.0.evidence(channels)
    }

    fn solve(&self, evidence: Self::Evidence) -> Result<MarkovJourneys> {
        Ok(self.0.solve(evidence)?.within_journeys())
    }
}
