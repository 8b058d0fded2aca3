//! Regression on the set of channels met: logistic regression, Shao and Li (2011).

mod logistic;
mod shao_li;

pub use self::logistic::{Logistic, LogisticModel};
pub use self::shao_li::{ShaoLi, ShaoLiModel};
