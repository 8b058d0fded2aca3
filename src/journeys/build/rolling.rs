//! A builder that goes on: reports of periods, and rows that are no longer needed.

use crate::error::{Error, Result};
use crate::event::PersonKey;
use crate::journeys::arena::columns::Journeys;
use crate::journeys::build::builder::JourneyBuilder;
use crate::journeys::build::waves::{BuilderRows, CutPartitions};
use crate::journeys::{JourneyOptions, Lookback};
use crate::progress::Progress;
use crate::time::moment::Moment;
use crate::time::{TimeRange, TimeZone};
use rayon::prelude::*;

impl JourneyBuilder {
    /// The journeys reported in `period`, as they stand at its end; the builder goes on.
    /// Observation ends with the period, or with the last row where its end is open. The builder's own
    /// period is best left open, as rows beyond its end are never kept.
    ///
    /// To report day by day, take two snapshots: of some weeks to fit models on, and of the day to
    /// be scored. A day has too few conversions to fit a model on, and is too short to show what
    /// comes without marketing; a comparison that fits on one says so
    /// ([`Finding`](crate::attribution::Finding)).
    ///
    /// ```
    /// use mixtouch::attribution::hazard::AdditiveHazard;
    /// use mixtouch::simulate::worlds::World;
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{Comparison, JourneyBuilder, JourneyOptions};
    ///
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend_all(World::Baseline.simulate(2_000, 1)?.batches())?;
    /// let (day, today) = (86_400, 1_767_225_600 + 60 * 86_400);
    /// let weeks = builder.snapshot(TimeRange::new(today - 28 * day, today)?)?;
    /// let reported = builder.snapshot(TimeRange::new(today, today + day)?)?;
    ///
    /// let comparison = Comparison::new().fit("time-to-event", AdditiveHazard::default());
    /// let table = comparison.run_on(&weeks, &reported)?;
    /// assert_eq!(table.totals().conversions, reported.totals().conversions);
    /// // fitted on the day itself: too few conversions, and too short
    /// assert!(!comparison.run(&reported)?.findings().is_empty());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// Of a period that begins before the rows that [`JourneyBuilder::forget_before`] left,
    /// [`Journeys::forgotten`] says which part may lack rows, and a comparison tells it
    /// ([`Finding::Forgotten`](crate::attribution::Finding::Forgotten)).
    ///
    /// # Errors
    /// If [`JourneyBuilder::build`] would fail; if every row of the period is forgotten.
    pub fn snapshot(&self, period: TimeRange) -> Result<Journeys> {
        self.snapshot_with_progress(period, &())
    }

    /// Like [`JourneyBuilder::snapshot`], reporting to an observer as
    /// [`JourneyBuilder::build_with_progress`] does.
    ///
    /// # Errors
    /// If [`JourneyBuilder::build`] would fail, or the observer stops the work.
    pub fn snapshot_with_progress(
        &self,
        period: TimeRange,
        progress: &dyn Progress,
    ) -> Result<Journeys> {
        self.journeys_as(&self.options.clone().with_period(period), progress)
    }

    /// The journeys of the builder's own period where touches count for another time before a
    /// conversion; the builder goes on. Credit of a week beside that of a month shows how much hangs
    /// on the window.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions, Lookback};
    ///
    /// let (start, day) = (1_767_225_600, 86_400);
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", start, "tv"))?;
    /// log.push(Event::touch("ann", start + 20 * day, "search"))?;
    /// log.push(Event::conversion("ann", start + 21 * day))?;
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend(&log)?;
    ///
    /// let week = builder.snapshot_with_lookback(Lookback::days(7.0)?)?;
    /// assert_eq!(week.totals().touchpoints, 1.0);
    /// assert_eq!(builder.build()?.totals().touchpoints, 2.0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If [`JourneyBuilder::build`] would fail; if clicks or views have a lookback of their own and the
    /// builder's have none, which then does not keep which touches they are.
    pub fn snapshot_with_lookback(&self, lookback: Lookback) -> Result<Journeys> {
        if lookback.reads_interactions() && !self.options.keeps_interactions() {
            return Err(Error::setting(
                "lookback of clicks or views",
                "given for a snapshot",
                "one in the builder's own options too, so that it keeps which touches they are",
            ));
        }
        self.journeys_as(&self.options.clone().with_lookback(lookback), &())
    }

    /// The journeys as other options of the same log cut them.
    fn journeys_as(&self, options: &JourneyOptions, progress: &dyn Progress) -> Result<Journeys> {
        self.check_returns()?;
        let period = options.period;
        let forgotten = self.forgotten_part(period, options.reach())?;
        let (names, costs) = (&self.names, &self.costs);
        let rows = BuilderRows {
            names,
            batches: &self.batches,
            costs,
            ties_by_name: self.ties_by_name,
        };
        let cut = CutPartitions::new(options, &rows, progress)?;
        let cleaned = self.cleaned_days.within(period);
        let journeys = cut.journeys(names.clone(), options, costs, cleaned)?;
        Ok(journeys.with_forgotten(forgotten))
    }

    /// The part of a period whose journeys, which reach back so many seconds, may lack forgotten
    /// rows.
    ///
    /// # Errors
    /// If every row of the period is forgotten.
    pub(super) fn forgotten_part(
        &self,
        period: TimeRange,
        reach: u32,
    ) -> Result<Option<TimeRange>> {
        if self.forgotten == 0 {
            return Ok(None);
        }
        if period.last() < self.forgotten {
            let kept = Moment::new(self.forgotten.into(), &TimeZone::utc());
            let expected = format!("one that ends after {kept}: rows before it are forgotten");
            return Err(Error::setting("the period of journeys", period, expected));
        }
        let whole = i64::from(self.forgotten) + i64::from(reach);
        if period.from() >= whole {
            return Ok(None);
        }
        TimeRange::new(period.from(), whole.min(period.to())).map(Some)
    }

    /// Drops the rows that no journey closing at or after the second `from` can hold - those more
    /// than two of the longest lookbacks before it - with the keys of persons who have no other,
    /// and says how many rows. A service that reports day by day calls it behind each
    /// [`JourneyBuilder::snapshot`], and runs on in bounded memory.
    ///
    /// Journeys that close at `from` or later stay the same, and so does every figure of rules and of
    /// models of journeys, intervals included, to the bit. Four things read older rows, and so see
    /// what is left of them: models of whole timelines (time to event); whether a purchase is a
    /// person's first; a person's segment, that of the first row; and
    /// [`JourneyOptions::with_most_touches`](crate::JourneyOptions::with_most_touches). An order of a forgotten row that is repeated later
    /// counts as a new order.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};
    /// use mixtouch::time::TimeRange;
    ///
    /// let (start, day) = (1_767_225_600, 86_400);
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// for today in (0..100).map(|number| start + number * day) {
    ///     let mut log = Events::new();
    ///     log.push(Event::touch("ann", today, "social"))?;
    ///     log.push(Event::conversion("ann", today + 3_600).with_value(20.0))?;
    ///     builder.extend(&log)?;
    ///     let report = builder.snapshot(TimeRange::new(today, today + day)?)?;
    ///     assert_eq!(report.totals().conversions, 1.0);
    ///     builder.forget_before(today + day);
    /// }
    /// // two lookbacks of 30 days, today and the second at which the first of them began
    /// assert_eq!(builder.kept(), 2 * 60);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn forget_before(&mut self, from: i64) -> u64 {
        let reach = i64::from(self.options.reach());
        let from = u32::try_from(from.saturating_sub(reach).max(0)).unwrap_or(u32::MAX);
        let kept = self.kept();
        self.batches
            .par_iter_mut()
            .for_each(|batch| batch.forget_before(from));
        self.batches.retain(|batch| batch.len() > 0);
        self.names.forget_unused(&mut self.batches);
        let dropped = kept - self.kept();
        if dropped > 0 {
            self.forgotten = self.forgotten.max(from);
        }
        self.cleaned_days.forget_before(from);
        dropped
    }

    /// Drops every row of a person, and the key and the orders that no other row has. The result is
    /// how many rows that were. What is built or [saved](JourneyBuilder::save) afterwards is what
    /// comes of a log without the person.
    ///
    /// What belongs to no single person stays: when the log ends, the names of channels, places,
    /// goals and segments, the texts of chosen columns, and how many rows were read.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("zoe", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("bob", 1_767_225_700, "social"))?;
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend(&log)?;
    /// assert_eq!((builder.erase("zoe"), builder.erase("nobody")), (1, 0));
    /// assert_eq!(builder.build()?.len(), 1);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn erase<'a>(&mut self, person: impl Into<PersonKey<'a>>) -> u64 {
        let Some(person) = self.names.people.find(person.into()) else {
            return 0;
        };
        let kept = self.kept();
        self.batches
            .par_iter_mut()
            .for_each(|batch| batch.erase(person));
        self.names.forget_unused(&mut self.batches);
        kept - self.kept()
    }

    /// How many touches and conversions are held, and returns where journeys are net of them.
    pub fn kept(&self) -> u64 {
        self.batches.iter().map(|batch| batch.len() as u64).sum()
    }
}
