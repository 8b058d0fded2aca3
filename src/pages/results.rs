//! A page of results, with what matters on top.

use crate::attribution::{ComparisonTable, TestPriorities};
use crate::budget::{Plan, PlanSensitivity};
use crate::journeys::Journeys;
use crate::mix::estimate::HoldoutRow;
use crate::mix::posterior::Posterior;
use crate::pages::answers::{answers, headline, test_for_plan, test_next};
use crate::pages::attribution::AttributionChapter;
use crate::pages::attribution_checks;
use crate::pages::attribution_top::AttributionTop;
use crate::pages::business::Business;
use crate::pages::channels_table::channels_table;
use crate::pages::friction::lost_journeys;
use crate::pages::journeys::JourneysChapter;
use crate::pages::kpi_name::KpiName;
use crate::pages::mix::MixChapter;
use crate::pages::mix_checks;
use crate::pages::mix_top::MixTop;
use crate::pages::plan::PlanChapter;
use crate::pages::plan_top::PlanTop;
use crate::pages::{fingerprint, words};
use crate::report::html::{Chapter, Check, Page, Verdict};
use crate::stats::Estimate;

/// The checks, cards and findings that page one shows.
const CHECKS: usize = 6;
const CARDS: usize = 6;
const FINDINGS: usize = 5;

/// Results that make up one page: any of attribution, journeys, mix and plan.
///
/// The headline, answers, findings and checks are made from figures by rule. Where there is a mix
/// model it speaks first, since it sees all sales; attribution is set beside it by channel.
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::pages::Results;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Search::default().with_evaluations(200).fit(&MixSpecification::new(), &panel)?;
/// let page = Results::new("A small business").with_mix(fit.posterior()).page();
/// assert!(page.headline().starts_with("Media brought"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Results<'a> {
    about: String,
    chips: Vec<(String, String)>,
    attribution: Option<&'a ComparisonTable>,
    journeys: Option<&'a Journeys>,
    mix: Option<&'a Posterior>,
    prior_roi: Vec<Option<Estimate>>,
    plan: Option<&'a Plan>,
    holdout: &'a [HoldoutRow],
    sensitivity: Option<&'a PlanSensitivity>,
    priorities: Option<&'a TestPriorities>,
    chapters: Vec<Chapter>,
    kpi: KpiName,
    /// Whose the mix model is, and whose the log, where these are two businesses.
    businesses: Option<(String, String)>,
}

impl<'a> Results<'a> {
    /// Results of what is named so, without any yet.
    pub fn new(about: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            ..Self::default()
        }
    }

    /// The same results with one more mark of what they come from, such as a seed.
    #[must_use]
    pub fn with_chip(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.chips.push((name.into(), value.into()));
        self
    }

    /// The same results with credit.
    #[must_use]
    pub fn with_attribution(self, table: &'a ComparisonTable) -> Self {
        Self {
            attribution: Some(table),
            ..self
        }
    }

    /// The same results with the journeys that were credited.
    #[must_use]
    pub fn with_journeys(self, journeys: &'a Journeys) -> Self {
        Self {
            journeys: Some(journeys),
            ..self
        }
    }

    /// The same results with a mix model.
    #[must_use]
    pub fn with_mix(self, model: &'a Posterior) -> Self {
        Self {
            mix: Some(model),
            ..self
        }
    }

    /// The same results with the return of each channel of the mix model before any data, in the
    /// panel's order: which channels say mostly that. `Nuts::prior` (feature `bayes`) says it.
    #[must_use]
    pub fn with_prior_roi(self, roi: impl IntoIterator<Item = Option<Estimate>>) -> Self {
        Self {
            prior_roi: roi.into_iter().collect(),
            ..self
        }
    }

    /// The same results of a KPI that is money of the kind that is spent: a return of 1 is
    /// break-even, and channels are said to pay back or not. A panel with the revenue of a unit of
    /// the KPI says so itself.
    #[must_use]
    pub fn with_kpi_in_money(mut self) -> Self {
        self.kpi.in_money = true;
        self
    }

    /// The same results with what the KPI of the mix model is called, such as `sales`; "the KPI"
    /// otherwise.
    #[must_use]
    pub fn with_kpi_name(mut self, name: impl Into<String>) -> Self {
        self.kpi.name = Some(name.into());
        self
    }

    /// The same results with a plan.
    #[must_use]
    pub fn with_plan(self, plan: &'a Plan) -> Self {
        Self {
            plan: Some(plan),
            ..self
        }
    }

    /// The same results with the errors of the mix model on periods held out: a check says where
    /// they are larger than the model lets expect.
    #[must_use]
    pub fn with_holdout(self, holdout: &'a [HoldoutRow]) -> Self {
        Self { holdout, ..self }
    }

    /// The same results with what knowing each channel's curve is worth to the plan, which answers
    /// what to test next.
    #[must_use]
    pub fn with_sensitivity(self, sensitivity: &'a PlanSensitivity) -> Self {
        Self {
            sensitivity: Some(sensitivity),
            ..self
        }
    }

    /// The same results with what a test of each channel is worth, which answers what to test next.
    #[must_use]
    pub fn with_priorities(self, priorities: &'a TestPriorities) -> Self {
        Self {
            priorities: Some(priorities),
            ..self
        }
    }

    /// The same results of two businesses: the mix model and its plan are of the first, the log, its
    /// credit and its journeys of the second. Page one names the business beside each figure, so that
    /// nobody compares one with the other.
    ///
    /// ```
    /// use mixtouch::attribution::rules::LastTouch;
    /// use mixtouch::pages::Results;
    /// use mixtouch::{Comparison, Outcome, PathTable};
    ///
    /// let mut paths = PathTable::new();
    /// paths.push(["social"], Outcome::new(20.0, 5.0, 0.0)?)?;
    /// let table = Comparison::new().model("last-touch", LastTouch).run(&paths.journeys()?)?;
    /// let page = Results::new("Two shops")
    ///     .with_attribution(&table)
    ///     .with_businesses("Bakery", "Bookshop")
    ///     .page();
    /// assert!(page.headline().starts_with("Bookshop: social is credited with 20.0 of 20"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_businesses(self, of_mix: impl Into<String>, of_log: impl Into<String>) -> Self {
        Self {
            businesses: Some((of_mix.into(), of_log.into())),
            ..self
        }
    }

    /// The same results with a chapter; one with the heading of a chapter that the page would make
    /// by itself takes its place.
    #[must_use]
    pub fn with_chapter(mut self, chapter: Chapter) -> Self {
        self.chapters.push(chapter);
        self
    }

    /// The page.
    pub fn page(&self) -> Page {
        let credit = self.attribution.and_then(AttributionTop::new);
        let mix = self.mix.map(|model| self.mix_top(model));
        let plan = self.plan.map(PlanTop::new);
        let (of_mix, of_log) = self.business_names();
        let of_first = if mix.is_some() { of_mix } else { of_log };
        let first = headline(credit.as_ref(), mix.as_ref(), plan.as_ref());
        let page = Page::new(of_first.named(&first)).with_about(&self.about);
        let page = self
            .chips()
            .into_iter()
            .fold(page, |page, (name, value)| page.with_chip(name, value));
        let mut answers = answers(credit.as_ref(), mix.as_ref(), plan.as_ref());
        // of two businesses, the log's tests are no answer about the mix model
        let of_one = self.businesses.is_none() || mix.is_none();
        if let (Some(tests), Some(next), true) = (self.priorities, answers.get_mut(4), of_one) {
            *next = test_next(tests);
        }
        if let (Some(sensitivity), Some(next)) = (self.sensitivity, answers.get_mut(4)) {
            *next = test_for_plan(sensitivity, next);
        }
        let answers = answers.iter().map(|answer| of_first.answer(answer));
        let page = answers.fold(page, Page::with_answer);
        let cards = mix
            .iter()
            .flat_map(MixTop::cards)
            .map(|card| of_mix.card(&card));
        let of_credit = credit.iter().flat_map(AttributionTop::cards);
        let cards = cards.chain(of_credit.map(|card| of_log.card(&card)));
        let page = cards.take(CARDS).fold(page, Page::with_card);
        let findings = mix.iter().flat_map(MixTop::findings);
        let findings = findings.chain(plan.iter().map(PlanTop::finding));
        let findings = findings.map(|(finding, figures)| (of_mix.named(&finding), figures));
        let of_credit = credit.iter().flat_map(AttributionTop::findings);
        let of_credit = of_credit.chain(self.journeys.and_then(lost_journeys));
        let without_tests = credit.iter().filter_map(AttributionTop::without_tests);
        let of_credit = of_credit.chain(without_tests);
        let of_credit = of_credit.map(|(finding, figures)| (of_log.named(&finding), figures));
        let findings = findings.chain(of_credit).take(FINDINGS);
        let page = findings.fold(page, |page, (finding, figures)| {
            page.with_finding(finding, figures)
        });
        let page = match channels_table(mix.as_ref(), self.attribution) {
            Some(table) => {
                let heading = of_first.named(table.heading());
                page.with_table(table.with_heading(heading))
            }
            None => page,
        };
        let page = self.checks().into_iter().fold(page, Page::with_check);
        self.all_chapters()
            .into_iter()
            .fold(page, Page::with_chapter)
    }

    /// The business of the mix model and that of the log.
    fn business_names(&self) -> (Business<'_>, Business<'_>) {
        let names = self.businesses.as_ref();
        (
            Business(names.map(|names| names.0.as_str())),
            Business(names.map(|names| names.1.as_str())),
        )
    }

    fn mix_top(&self, model: &'a Posterior) -> MixTop<'_> {
        MixTop::new(model, &self.kpi)
            .with_prior(&self.prior_roi)
            .with_holdout(self.holdout)
    }

    fn chips(&self) -> Vec<(String, String)> {
        let mut chips = Vec::new();
        let (of_mix, of_log) = self.business_names();
        let mut chip = |of: Business<'_>, name: &str, value: String| {
            chips.push((of.named(name), value));
        };
        let of_all = Business(None);
        if let Some(model) = self.mix {
            let (dates, panel) = (model.panel().dates(), model.panel());
            if let (Some(first), Some(last)) = (dates.first(), dates.last()) {
                chip(of_mix, "panel", format!("{first} to {last}"));
            }
            chip(of_mix, "panel hash", fingerprint::of_panel(panel));
            let channels = panel.channels().len();
            chip(of_mix, "channels", channels.to_string());
            chip(of_mix, "intervals of the mix", "90 %".to_owned());
        }
        if let Some(journeys) = self.journeys {
            if let Ok(range) = journeys.observed_range() {
                chip(of_log, "log", words::days(range));
            }
            chip(of_log, "journeys hash", fingerprint::of_journeys(journeys));
            chip(
                of_log,
                "channels in the log",
                journeys.channels().len().to_string(),
            );
        }
        if let Some(table) = self.attribution {
            let intervals = match table.bootstrap() {
                Some(bootstrap) => format!(
                    "{}, {} replicates, seed {}",
                    words::level(bootstrap.level()),
                    bootstrap.replicates(),
                    bootstrap.seed()
                ),
                None => "none".to_owned(),
            };
            chip(of_log, "intervals of credit", intervals);
        }
        chip(of_all, "version", env!("CARGO_PKG_VERSION").to_owned());
        chips.extend(self.chips.iter().cloned());
        chips
    }

    /// Of all results, those to be acted on first.
    fn checks(&self) -> Vec<Check> {
        let mix = self
            .mix
            .map(|model| {
                mix_checks::checks(
                    model,
                    &self.prior_roi,
                    self.holdout,
                    &self.kpi,
                    self.sensitivity,
                )
            })
            .unwrap_or_default();
        let credit = self
            .attribution
            .map(|table| attribution_checks::checks(table, self.priorities))
            .unwrap_or_default();
        let (of_mix, of_log) = self.business_names();
        let mix = mix.iter().map(|check| of_mix.check(check));
        let credit = credit.iter().map(|check| of_log.check(check));
        let mut checks: Vec<Check> = mix.chain(credit).collect();
        checks.sort_by_key(|check| match check.verdict() {
            Verdict::Bad => 0,
            Verdict::Watch => 1,
            Verdict::Good => 2,
        });
        checks.truncate(CHECKS);
        checks
    }

    fn mix_chapter(&self, model: &Posterior) -> Chapter {
        let chapter = MixChapter::new(model)
            .with_prior_roi(self.prior_roi.iter().copied())
            .with_holdout(self.holdout);
        chapter.of_results(&self.kpi, self.sensitivity).chapter()
    }

    fn all_chapters(&self) -> Vec<Chapter> {
        let own = [
            self.mix.map(|model| self.mix_chapter(model)),
            self.plan.map(|plan| PlanChapter::new(plan).chapter()),
            self.attribution.map(|table| {
                let chapter = AttributionChapter::new(table);
                match self.priorities {
                    Some(priorities) => chapter.with_priorities(priorities).chapter(),
                    None => chapter.chapter(),
                }
            }),
            self.journeys
                .map(|journeys| JourneysChapter::new(journeys).chapter()),
        ];
        let mut chapters: Vec<Chapter> = own.into_iter().flatten().collect();
        for chapter in &self.chapters {
            match chapters
                .iter_mut()
                .find(|own| own.heading() == chapter.heading())
            {
                Some(own) => *own = chapter.clone(),
                None => chapters.push(chapter.clone()),
            }
        }
        chapters
    }
}
