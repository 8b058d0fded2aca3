//! Conversion and cost.

use serde::{Deserialize, Serialize};

use crate::attribution::{AttributionModel, attribute};
use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::kpi::dashboard::dashboard_options::DashboardOptions;
use crate::kpi::dashboard::family::Family;
use crate::kpi::journeys::{ConversionRates, KindShares, PurchasePaths};
use crate::kpi::spend::{CustomerAcquisitionCost, EmailRates, ReturnOnAdSpend};
use crate::report::Report;

/// Conversion rates, paths to a purchase, return on spend, cost of new customers, e-mails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConversionKpis {
    /// Conversion rates.
    pub conversion: ConversionRates,
    /// Time and touches to a purchase.
    pub purchase_paths: PurchasePaths,
    /// Online, offline and across.
    pub journey_kinds: KindShares,
    /// Return on ad spend.
    pub returns: Family<ReturnOnAdSpend>,
    /// Customer acquisition cost.
    pub acquisition: Family<CustomerAcquisitionCost>,
    /// Opened and clicked e-mails; none unless the caller adds them, as e-mails that only arrived
    /// are no contacts.
    #[serde(rename = "mailing", skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailRates>,
}

impl ConversionKpis {
    pub(crate) fn new<M: AttributionModel + ?Sized>(
        journeys: &Journeys,
        model: &M,
        options: &DashboardOptions,
    ) -> Result<Self> {
        let kpis = &options.kpis;
        let credits = attribute(journeys, model)?;
        let returns = ReturnOnAdSpend::new(journeys, &credits, options.margin, kpis)?;
        let acquisition = CustomerAcquisitionCost::new(journeys, model, kpis)?;
        let basis = format!("credited by {}", options.model_name);
        Ok(Self {
            conversion: ConversionRates::new(journeys, kpis)?,
            purchase_paths: PurchasePaths::new(journeys, kpis)?,
            journey_kinds: KindShares::new(journeys, kpis)?,
            returns: Family::new(returns).with_basis(&basis),
            acquisition: Family::new(acquisition).with_basis(&basis),
            email: None,
        })
    }

    pub(crate) fn reports(&self) -> Vec<&dyn Report> {
        let mut reports: Vec<&dyn Report> = vec![
            &self.conversion,
            &self.purchase_paths,
            &self.journey_kinds,
            &self.returns,
            &self.acquisition,
        ];
        reports.extend(self.email.iter().map(|email| email as &dyn Report));
        reports
    }
}
