//! What a mix model explains, in words.

use crate::mix::posterior::Posterior;
use crate::report::chart::Measure;
use crate::report::digits_for;

/// The KPI of a mix model: its name, where it is told, and whether it is money of the kind that is
/// spent, so that a return of 1 is break-even.
#[derive(Debug, Clone, Default)]
pub(crate) struct KpiName {
    pub(crate) name: Option<String>,
    pub(crate) in_money: bool,
}

impl KpiName {
    /// The same, in money too where the panel has the revenue of a unit.
    pub(crate) fn of(&self, model: &Posterior) -> Self {
        Self {
            in_money: self.in_money || model.panel().revenue_per_kpi().is_some(),
            ..self.clone()
        }
    }

    /// On an axis or a card.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or("KPI")
    }

    /// In a sentence.
    pub(crate) fn the(&self) -> &str {
        self.name.as_deref().unwrap_or("the KPI")
    }

    pub(crate) fn measure(&self) -> Measure {
        Measure::new(self.label()).with_digits(0)
    }

    /// Such returns on an axis.
    pub(crate) fn return_measure(&self, returns: impl IntoIterator<Item = f64>) -> Measure {
        Measure::new(self.return_unit()).with_digits(digits_for(returns, 2))
    }

    /// What a return is measured in.
    pub(crate) fn return_unit(&self) -> String {
        match self.in_money {
            true => "return for 1 spent".to_owned(),
            false => format!("{} for 1 spent", self.label()),
        }
    }
}
