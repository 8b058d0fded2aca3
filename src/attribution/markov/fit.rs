//! From counts of steps to a fitted chain.

use crate::attribution::fit::Fit;
use crate::attribution::markov::chain::Chain;
use crate::attribution::markov::model::MarkovModel;
use crate::attribution::markov::removal::effects;
use crate::attribution::markov::specification::Markov;
use crate::attribution::markov::transitions::Transitions;
use crate::attribution::shares::ChannelShares;
use crate::channel::Channels;
use crate::error::{Error, Result};

impl Fit for Markov {
    type Evidence = Transitions;
    type Model = MarkovModel;

    fn evidence(&self, channels: &Channels) -> Transitions {
        Transitions::new(channels, self.order, self.ignore_nulls)
    }

    fn solve(&self, evidence: Transitions) -> Result<MarkovModel> {
        if evidence.order() != self.order {
            return Err(Error::setting(
                "the order of the evidence",
                evidence.order(),
                format!("the specification's, {}", self.order),
            ));
        }
        let chain = Chain::new(&evidence);
        let effects = effects(&chain, evidence.channels().len())?;
        Ok(MarkovModel {
            specification: *self,
            channels: evidence.channels().clone(),
            shares: ChannelShares::new(effects.conversions, effects.value)?,
            chain,
        })
    }
}
