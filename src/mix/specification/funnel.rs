//! Media that move another medium.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::Panel;

/// A channel that moves another one: television makes people search for the brand.
///
/// Part of what the mediator brings is then owed to the upstream channel. A second regression says
/// how much of the mediator's activity that is; the fit to the KPI is the same. See
/// [`Posterior::funnels`](crate::mix::posterior::Posterior::funnels).
///
/// ```
/// use mixtouch::mix::specification::{Funnel, MixSpecification};
///
/// let funnel = Funnel::new("tv", "branded_search");
/// assert_eq!((funnel.upstream(), funnel.mediator()), ("tv", "branded_search"));
/// let specification = MixSpecification::new().with_funnel(funnel);
/// # let _ = specification;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Funnel {
    upstream: String,
    mediator: String,
}

impl Funnel {
    /// The channel that moves the other, and the other.
    pub fn new(upstream: impl Into<String>, mediator: impl Into<String>) -> Self {
        Self {
            upstream: upstream.into(),
            mediator: mediator.into(),
        }
    }

    /// The channel that moves the other.
    pub fn upstream(&self) -> &str {
        &self.upstream
    }

    /// The channel that is moved.
    pub fn mediator(&self) -> &str {
        &self.mediator
    }

    /// The places of the upstream channel and the mediator in a panel.
    ///
    /// # Errors
    /// If one is not in the panel.
    pub(crate) fn places(&self, panel: &Panel) -> Result<(usize, usize)> {
        let place = |name: &str| panel.channel_index("a funnel", name);
        Ok((place(&self.upstream)?, place(&self.mediator)?))
    }

    /// An error if it is one channel with itself.
    fn check(&self) -> Result<()> {
        if self.upstream == self.mediator {
            let expected = "two different channels";
            return Err(Error::setting("funnel", &self.upstream, expected));
        }
        Ok(())
    }

    /// An error if a channel moves itself, also by way of others.
    pub(super) fn check_all(funnels: &[Self]) -> Result<()> {
        funnels.iter().try_for_each(Self::check)?;
        let Some(circle) = funnels.iter().find(|funnel| funnel.comes_back(funnels)) else {
            return Ok(());
        };
        let value = format!("{} to {}", circle.upstream, circle.mediator);
        let expected = "channels that move others and are not moved by them in turn";
        Err(Error::setting("funnel", value, expected))
    }

    /// Whether what the mediator moves, directly or by way of others, is the upstream channel.
    fn comes_back(&self, funnels: &[Self]) -> bool {
        let mut moved = vec![&self.mediator];
        let mut at = 0;
        while at < moved.len() {
            let from = moved[at];
            let next = funnels.iter().filter(|funnel| funnel.upstream == *from);
            for funnel in next {
                if !moved.contains(&&funnel.mediator) {
                    moved.push(&funnel.mediator);
                }
            }
            at += 1;
        }
        moved.contains(&&self.upstream)
    }
}
