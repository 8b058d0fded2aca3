//! What customers say, how they are served, which carts they leave: each where the log tells.

use crate::dashboard::{Dashboard, months};
use crate::family::{Family, SERVICE};
use mixtouch::Result;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::PersonTimelines;
use mixtouch::kpi::customers::{CartAbandonment, CartOptions};
use mixtouch::kpi::service::{
    CaseResolutions, Questions, ServiceColumns, ServiceTeams, VoiceOfCustomer,
};

impl Dashboard<'_> {
    /// Answers, cases, agents and teams, carts; those that the log has.
    pub(crate) fn service(&self) -> Result<Vec<Family>> {
        let histories = PersonTimelines::new(self.contacts)?.within(self.served);
        let grouping = KpiOptions::default()
            .with_level(self.level)
            .with_offline(self.options.offline_channels(self.contacts))
            .with_lookback(self.options.contacts_count_for()?)
            .with_periods(months(
                self.served,
                &self.options.zone()?.unwrap_or_default(),
            )?)
            .with_minimum(self.minimum);
        let questions = Questions::default().leave_out_off_scale();
        let columns = self.service_columns();
        let voice = VoiceOfCustomer::new(&histories, &questions, &grouping)?;
        let resolutions = CaseResolutions::new(&histories, &columns, &grouping)?;
        let names_somebody = columns != ServiceColumns::default();
        let service = names_somebody
            .then(|| ServiceTeams::new(&histories, &columns, &questions, &grouping))
            .transpose()?;
        let carts = CartAbandonment::new(
            &histories,
            &CartOptions::default()
                .with_level(self.level)
                .with_minimum(self.minimum),
        )?;
        let off_scale: u64 = voice
            .questions
            .iter()
            .map(|question| question.off_scale)
            .sum();
        let families = [
            (voice.population + voice.unknown + off_scale > 0)
                .then(|| Family::new(SERVICE, "voice", &voice)),
            (resolutions.population > 0).then(|| Family::new(SERVICE, "resolutions", &resolutions)),
            service
                .filter(|service| service.population > 0)
                .map(|service| Family::new(SERVICE, "service", &service)),
            (carts.population + carts.undecided > 0).then(|| Family::new(SERVICE, "carts", &carts)),
        ];
        Ok(families.into_iter().flatten().collect())
    }

    /// The columns of agents, teams and tools that the log has.
    fn service_columns(&self) -> ServiceColumns {
        let has = |name: &str| self.contacts.columns().any(|column| column == name);
        let columns = ServiceColumns::default();
        let columns = if has("agent") {
            columns.with_agent("agent")
        } else {
            columns
        };
        let columns = if has("team") {
            columns.with_team("team")
        } else {
            columns
        };
        let served = columns != ServiceColumns::default();
        if served && has("tool") {
            columns.with_tool("tool")
        } else {
            columns
        }
    }
}
