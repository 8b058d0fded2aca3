//! Which rows of a log count, and for what: orders, returns, costs, robots.

use crate::event::CostSource;
use crate::journeys::options::JourneyOptions;
use std::num::NonZeroUsize;

impl JourneyOptions {
    /// Whether an order counts once, where conversions have an `order_id`; it does by default.
    ///
    /// Rows of one order and goal by one person in one second are the order's lines: one conversion,
    /// their values added. Rows of it at another time or by another person repeat it, as a page that
    /// was loaded again or a second system that reports it: the earliest stands, of one second that
    /// of the person first in rank, and the others are counted
    /// ([`Irregularities::repeated_orders`](crate::journeys::Irregularities)) but are no conversions.
    /// Rows without an order id are conversions each.
    ///
    /// Repeats are found among the rows of one builder. Where a log is split into shards by person,
    /// an order that persons of two shards repeat counts twice.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let (paid, again) = (1_767_315_600, 1_767_315_660);
    /// let mut log = Events::new();
    /// for (time, value) in [(paid, 30.0), (paid, 20.0), (again, 50.0)] {
    ///     log.push(Event::conversion("ann", time).with_value(value).with_order_id("T-1"))?;
    /// }
    /// let totals = |options| Ok::<_, mixtouch::Error>(Journeys::from_events(&log, options)?.totals());
    /// let unique = totals(JourneyOptions::default())?;
    /// assert_eq!((unique.conversions, unique.value), (1.0, 50.0));
    /// let rows = totals(JourneyOptions::default().with_unique_orders(false))?;
    /// assert_eq!((rows.conversions, rows.value), (3.0, 100.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_unique_orders(self, unique_orders: bool) -> Self {
        Self {
            unique_orders,
            ..self
        }
    }

    /// Takes returns off the conversions they belong to, and so off credit, value and ROAS. Not by
    /// default. The log must keep returns ([`Events::keep_returns`](crate::Events::keep_returns)).
    ///
    /// A return belongs to the order of its `order_id`, whoever brings it back; without one to its
    /// person's latest conversion before it of which something is left. A conversion loses the
    /// refund from its value; one that is returned whole is no conversion, and uses up no touches. A
    /// refund beyond what a conversion was worth has no further effect. Returns after the end of
    /// observation do not count.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys, Kind};
    ///
    /// let mut log = Events::new().keep_returns();
    /// log.push(Event::conversion("ann", 1_767_229_200).with_value(100.0).with_order_id("T-1"))?;
    /// log.push(Event::conversion("bob", 1_767_229_200).with_value(40.0).with_order_id("T-2"))?;
    /// let refund = Event::of_kind(Kind::Return, "ann", 1_767_484_800).with_value(-100.0);
    /// log.push(refund.with_order_id("T-1"))?;
    /// let options = JourneyOptions::default().with_net_of_returns(true);
    /// let totals = Journeys::from_events(&log, options)?.totals();
    /// assert_eq!((totals.conversions, totals.value), (1.0, 40.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_net_of_returns(self, net_of_returns: bool) -> Self {
        Self {
            net_of_returns,
            ..self
        }
    }

    /// Which costs hold of a channel that states them both on touches and in a table
    /// ([`JourneyBuilder::add_costs`](crate::JourneyBuilder::add_costs)). Such a channel is refused
    /// by default.
    #[must_use]
    pub fn with_cost_source(self, source: CostSource) -> Self {
        Self {
            cost_source: Some(source),
            ..self
        }
    }

    /// Leaves out the touches of every person who has more than this, as robots and shared devices
    /// have. Their conversions stay, and are unattributed; what their touches cost stays too. All
    /// persons' touches count by default;
    /// [`Journeys::irregularities`](crate::Journeys::irregularities) tells what a limit would change.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    /// use std::num::NonZeroUsize;
    ///
    /// let mut log = Events::new();
    /// for second in 0..5 {
    ///     log.push(Event::touch("bot", 1_767_225_600 + second, "display"))?;
    /// }
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let most = NonZeroUsize::new(4).expect("not 0");
    /// let options = JourneyOptions::default().with_most_touches(most);
    /// assert_eq!(Journeys::from_events(&log, options)?.totals().touchpoints, 1.0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_most_touches(self, touches: NonZeroUsize) -> Self {
        Self {
            most_touches: Some(touches),
            ..self
        }
    }

    /// Whether an order counts once.
    pub fn has_unique_orders(&self) -> bool {
        self.unique_orders
    }

    /// Whether conversions are without what was returned of them.
    pub fn is_net_of_returns(&self) -> bool {
        self.net_of_returns
    }

    /// Whether conversions tell which order they are of.
    pub(crate) fn names_orders(&self) -> bool {
        self.deduplicate || self.orders || self.reads_orders()
    }

    /// Whether orders matter.
    pub(crate) fn reads_orders(&self) -> bool {
        self.unique_orders || self.net_of_returns
    }
}
