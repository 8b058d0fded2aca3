//! Regression on the set of channels met: logistic regression, Shao and Li (2011).

mod logistic_regression;
mod shao_li;

pub use self::logistic_regression::{LogisticRegression, LogisticRegressionModel};
pub use self::shao_li::{ShaoLi, ShaoLiModel};
