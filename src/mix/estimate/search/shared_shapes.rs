//! Several KPIs or products fitted at once, with the shapes of media in common.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::estimate::design::Design;
use crate::mix::estimate::problem::Problem;
use crate::mix::estimate::search::assemble::assemble;
use crate::mix::estimate::search::candidate::PenaltyRange;
use crate::mix::estimate::search::report::SearchFit;
use crate::mix::estimate::search::run::search;
use crate::mix::estimate::search::settings::Search;
use crate::mix::panel::Panel;
use crate::mix::posterior::Posterior;
use crate::mix::specification::MixSpecification;
use crate::progress::Progress;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::Estimate;

/// Models of several KPIs or products, whose media carry over and saturate alike, by
/// [`Search::fit_shared`].
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::panel::PanelColumns;
/// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
/// use mixtouch::Day;
///
/// let mut file = "week,tv,sales,leads\n".to_owned();
/// let first: Day = "2024-01-01".parse()?;
/// for week in 0..60_i32 {
///     let tv = if week % 7 < 3 { 100 + 10 * (week % 5) } else { 0 };
///     let (sales, leads) = (900 + 2 * tv + week * 13 % 31, 80 + tv / 5 + week * 7 % 23);
///     file += &format!("{},{tv},{sales},{leads}\n", first.plus(7 * week));
/// }
/// let panel = |kpi| PanelColumns::new("week", kpi).channel("tv").read(file.as_bytes());
/// let (sales, leads) = (panel("sales")?, panel("leads")?);
/// let mix = MixSpecification::new().with_baseline(Baseline::new(Trend::None, 0)?);
/// let search = Search::default().with_evaluations(200);
/// let shared = search.fit_shared(&[("sales", &mix, &sales), ("leads", &mix, &leads)])?;
/// println!("{}", shared.combined()[0].contributions[1]);
/// let curve = |kpi: usize| shared.models().nth(kpi).unwrap().1.draws()[0].curves()[0];
/// assert_eq!(curve(0), curve(1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SharedFit {
    names: Vec<String>,
    fits: Vec<SearchFit>,
}

/// One channel over all KPIs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SharedChannel {
    /// The channel.
    pub channel: String,
    /// Its contribution to each KPI, in that KPI's units and the order of [`SharedFit::models`].
    pub contributions: Vec<Estimate>,
    /// Its return on each KPI; none without spend in that KPI's panel.
    pub rois: Vec<Option<Estimate>>,
    /// Its share of all channels' contributions to each KPI.
    pub effect_shares: Vec<f64>,
}

impl SharedFit {
    /// Each KPI's name and fit, in the order they were given in.
    pub fn fits(&self) -> impl ExactSizeIterator<Item = (&str, &SearchFit)> {
        self.names.iter().map(String::as_str).zip(&self.fits)
    }

    /// Each KPI's name and model. Their draws belong together: the n-th draws of all have the same
    /// transforms.
    pub fn models(&self) -> impl ExactSizeIterator<Item = (&str, &Posterior)> {
        self.fits().map(|(name, fit)| (name, fit.posterior()))
    }

    /// Each channel over all KPIs, in the panels' order of channels.
    pub fn combined(&self) -> Vec<SharedChannel> {
        let models: Vec<_> = self.models().map(|(_, model)| model.channels()).collect();
        let channel = |c: usize| {
            let all = models.iter().map(|channels| &channels[c]);
            SharedChannel {
                channel: models[0][c].channel.clone(),
                contributions: all.clone().map(|summary| summary.contribution).collect(),
                rois: all.clone().map(|summary| summary.roi).collect(),
                effect_shares: all.map(|summary| summary.effect_share).collect(),
            }
        };
        (0..models[0].len()).map(channel).collect()
    }
}

impl SharedFit {
    /// The points of the search that its draws stand for, and that of the best candidates: the
    /// first KPI's transforms and each KPI's penalty.
    fn points(&self) -> Vec<Vec<f64>> {
        let own =
            |fit: &SearchFit| -> Vec<Vec<f64>> { fit.points().map(<[f64]>::to_vec).collect() };
        let own: Vec<Vec<Vec<f64>>> = self.fits.iter().map(own).collect();
        let count = own.iter().map(Vec::len).min().unwrap_or(0);
        let point = |at: usize| {
            // the last of each are the best
            let each = own.iter().map(|points| &points[points.len() - count + at]);
            let mut points = each.clone();
            let mut whole = points.next().cloned().unwrap_or_default();
            let penalties = points.filter_map(|point| point.last().copied());
            whole.extend(penalties);
            whole
        };
        (0..count).map(point).collect()
    }
}

impl Report for SharedFit {
    fn title(&self) -> String {
        format!("{} with shapes in common", self.names.join(", "))
    }

    fn sections(&self) -> Vec<Section> {
        let names = self.names.iter();
        let columns = names.flat_map(|name| [format!("{name} (90 %)"), format!("{name} ROI")]);
        let columns = std::iter::once("channel".to_owned()).chain(columns);
        let row = |channel: SharedChannel| {
            let figures = channel.contributions.iter().zip(&channel.rois);
            let cells = figures.flat_map(|(contribution, roi)| {
                let roi = roi.map(|roi| roi.value());
                [Cell::estimate(*contribution, 0), Cell::number(roi, 2)]
            });
            let cells: Vec<Cell> = std::iter::once(Cell::from(&channel.channel))
                .chain(cells)
                .collect();
            cells
        };
        let rows: Vec<Vec<Cell>> = self.combined().into_iter().map(row).collect();
        let table = Table::new(columns).with_rows(rows);
        vec![Section::new().with_table(table)]
    }
}

impl Search {
    /// Fits several KPIs or products at once: transforms are common to all, coefficients, penalty,
    /// noise and baseline each KPI's own. Each KPI has a name, a specification and a panel.
    ///
    /// A candidate's score is the sum of the KPIs' log-evidences, so that each says as much of the
    /// shapes as its noise lets it. What a KPI with much noise cannot say of a channel's carry-over
    /// and saturation, another says for it. Panels may have other periods, geos and controls.
    ///
    /// # Errors
    /// Like [`Search::fit`]; also if there is no KPI, a name comes twice, or panels differ in
    /// channels or specifications in the channels' families and priors.
    pub fn fit_shared(&self, kpis: &[(&str, &MixSpecification, &Panel)]) -> Result<SharedFit> {
        self.fit_shared_with_progress(kpis, &())
    }

    /// Fits like [`Search::fit_shared`], observed by `progress`, which counts evaluations.
    ///
    /// # Errors
    /// Like [`Search::fit_shared`]; [`Error::Cancelled`](crate::Error::Cancelled) if it was stopped
    /// before it found anything.
    pub fn fit_shared_with_progress(
        &self,
        kpis: &[(&str, &MixSpecification, &Panel)],
        progress: &dyn Progress,
    ) -> Result<SharedFit> {
        self.run_shared(kpis, self.evaluations, &[], progress)
    }

    /// Fits the specifications of an earlier fit to their panels with new periods added, each under
    /// its KPI's name; a KPI without any keeps its panel. The search starts from the earlier draws,
    /// so it makes a tenth of the evaluations.
    ///
    /// ```
    /// use mixtouch::mix::estimate::Search;
    /// use mixtouch::mix::panel::Panel;
    /// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
    /// use mixtouch::Day;
    ///
    /// let first: Day = "2024-01-01".parse()?;
    /// let panel = |weeks: std::ops::Range<i32>, effect: f64| {
    ///     let tv = |week: i32| if week % 7 < 3 { 100.0 + f64::from(10 * (week % 5)) } else { 0.0 };
    ///     let kpi = |week: i32| 900.0 + effect * tv(week) + f64::from(week * 13 % 31);
    ///     let days = weeks.clone().map(|week| first.plus(7 * week)).collect();
    ///     let panel = Panel::national(days, weeks.clone().map(kpi).collect())?;
    ///     panel.with_channel("tv", weeks.map(tv).collect())
    /// };
    /// let mix = MixSpecification::new().with_baseline(Baseline::new(Trend::None, 0)?);
    /// let search = Search::default().with_evaluations(200);
    /// let (sales, leads) = (panel(0..60, 2.0)?, panel(0..60, 0.2)?);
    /// let earlier = search.fit_shared(&[("sales", &mix, &sales), ("leads", &mix, &leads)])?;
    /// let (more_sales, more_leads) = (panel(60..64, 2.0)?, panel(60..64, 0.2)?);
    /// let new = [("sales", &more_sales), ("leads", &more_leads)];
    /// let fit = search.refresh_shared(&earlier, &new)?;
    /// assert!(fit.models().all(|(_, model)| model.panel().periods() == 64));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`Panel::followed_by`] and [`Search::fit_shared`]; also if a name is not one of the
    /// earlier fit's, or comes twice.
    pub fn refresh_shared(
        &self,
        earlier: &SharedFit,
        new_periods: &[(&str, &Panel)],
    ) -> Result<SharedFit> {
        self.refresh_shared_with_progress(earlier, new_periods, &())
    }

    /// Refreshes like [`Search::refresh_shared`], observed by `progress`, which counts evaluations.
    ///
    /// # Errors
    /// Like [`Search::refresh_shared`]; [`Error::Cancelled`](crate::Error::Cancelled) if it was
    /// stopped before it found anything.
    pub fn refresh_shared_with_progress(
        &self,
        earlier: &SharedFit,
        new_periods: &[(&str, &Panel)],
        progress: &dyn Progress,
    ) -> Result<SharedFit> {
        for (at, (name, _)) in new_periods.iter().enumerate() {
            if !earlier.names.iter().any(|known| known == name) {
                let expected = format!("one of {}", earlier.names.join(", "));
                return Err(Error::setting("name of a KPI", name, expected));
            }
            if new_periods[..at].iter().any(|(before, _)| before == name) {
                return Err(Error::setting("name of a KPI", name, "each name once"));
            }
        }
        let whole = |(name, model): (&str, &Posterior)| {
            let new = new_periods.iter().find(|(of, _)| *of == name);
            let panel = model.panel();
            new.map_or_else(|| Ok(panel.clone()), |(_, new)| panel.followed_by(new))
        };
        let panels: Vec<Panel> = earlier.models().map(whole).collect::<Result<_>>()?;
        let kpis = earlier.models().zip(&panels);
        let kpis = kpis.map(|((name, model), panel)| (name, model.specification(), panel));
        let evaluations = (self.evaluations / 10).max(10);
        let kpis: Vec<_> = kpis.collect();
        self.run_shared(&kpis, evaluations, &earlier.points(), progress)
    }

    fn run_shared(
        &self,
        kpis: &[(&str, &MixSpecification, &Panel)],
        evaluations: usize,
        from: &[Vec<f64>],
        progress: &dyn Progress,
    ) -> Result<SharedFit> {
        self.check()?;
        let designs = kpis
            .iter()
            .map(|(_, specification, panel)| Design::new(panel, specification, self.folds))
            .collect::<Result<Vec<_>>>()?;
        check_alike(kpis, &designs)?;
        let problems = designs.into_iter();
        let (spaces, found) = search(
            problems
                .map(|design| Problem::new(design).with_folds())
                .collect(),
            &kpis
                .iter()
                .map(|(_, specification, _)| PenaltyRange::asked(specification))
                .collect::<Vec<_>>(),
            self,
            evaluations,
            from,
            progress,
        )?;
        let fit =
            |(kpi, (_, specification, panel)): (usize, &(&str, &MixSpecification, &Panel))| {
                let found = found.of_kpi(&spaces, kpi);
                assemble(specification, panel, &spaces.0[kpi], found, self.seed)
            };
        Ok(SharedFit {
            names: kpis.iter().map(|(name, ..)| (*name).to_owned()).collect(),
            fits: kpis.iter().enumerate().map(fit).collect::<Result<_>>()?,
        })
    }
}

/// An error unless all have the same channels with the same families and parameters.
fn check_alike(kpis: &[(&str, &MixSpecification, &Panel)], designs: &[Design]) -> Result<()> {
    let (Some((first, _, panel)), Some(design)) = (kpis.first(), designs.first()) else {
        return Err(Error::Empty {
            what: "list of KPIs".into(),
            expected: "one at least".into(),
        });
    };
    let channels: Vec<&str> = panel.channel_names().collect();
    for (at, ((name, _, other), own)) in kpis.iter().zip(designs).enumerate().skip(1) {
        if kpis[..at].iter().any(|(earlier, ..)| earlier == name) {
            return Err(Error::setting("name of a KPI", name, "each name once"));
        }
        let found: Vec<&str> = other.channel_names().collect();
        if found != channels {
            let expected = format!("those of {first}: {}", channels.join(", "));
            return Err(Error::setting(
                format!("channels of {name}"),
                found.join(", "),
                expected,
            ));
        }
        let pairs = design.channels.iter().zip(&own.channels);
        let mut unlike = pairs
            .zip(&channels)
            .filter(|((a, b), _)| !a.is_shaped_like(b));
        if let Some((_, channel)) = unlike.next() {
            return Err(Error::setting(
                format!("adstock, saturation and priors of {channel} for {name}"),
                "others",
                format!("those for {first}"),
            ));
        }
    }
    Ok(())
}
