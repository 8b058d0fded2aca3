//! Credit and persons by channel with noise, so that no one person can be told from them.

use crate::attribution::model::AttributionModel;
use crate::attribution::stream::{JourneyCredit, stream_credits};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey, JourneyOptions};
use crate::privacy::{DifferentialPrivacy, NoiseKey, OTHER};
use crate::report::{Cell, Report, Section, Table};
use serde::Serialize;
use std::fmt;

/// Steps that the most conversions of a person are divided into. Contributions are whole numbers of
/// steps, cut toward 0, so that sums are exact and a person's bound holds to the last step.
const STEPS: f64 = (1 << 20) as f64;

/// Credited conversions, and persons, by channel, with noise of a stated
/// [privacy loss](DifferentialPrivacy): epsilon for the whole report.
///
/// - A person's credit, baseline and unattributed conversions included, is scaled down to at most
///   the [most conversions](DifferentialPrivacy::with_most_conversions) C. Each figure gets noise of
///   scale C / (epsilon / 2).
/// - A person counts in at most K [channels](DifferentialPrivacy::with_most_channels), the first
///   ones touched. Each number of persons gets noise of scale K / (epsilon / 2).
///
/// The two halves add up to epsilon (sequential composition, Dwork and Roth 2014, theorem 3.16).
/// Figures are as likely too low as too high, and small ones may be below 0;
/// [`PrivateCredits::conversions_within`] says how far off they are.
///
/// That holds where a person's rows move no other person's journeys. So the journeys must be cut
/// [without unique orders](crate::JourneyOptions::with_unique_orders) and not
/// [net of returns](crate::JourneyOptions::with_net_of_returns), as an order id may be another
/// person's, and leave out [censored journeys](crate::JourneyOptions::with_drop_censored) only up to
/// a stated end of observation, which is otherwise somebody's last row. Each report takes the key of
/// [a release of its own](NoiseKey::for_release).
///
/// The channels are the caller's, known without the log: that a channel is listed must tell nothing.
/// All others stand together as [`OTHER`]. The model must not have been fitted on these journeys,
/// or else its weights tell of their persons; rules need no fitting. Of a model that gives
/// shares by channel, the weights within journeys count.
///
/// ```
/// use mixtouch::attribution::PrivateCredits;
/// use mixtouch::attribution::rules::Linear;
/// use mixtouch::privacy::{DifferentialPrivacy, NoiseKey};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for person in 0..5_000 {
///     log.push(Event::touch(person, 1_767_225_600, "social"))?;
///     log.push(Event::conversion(person, 1_767_229_200))?;
/// }
/// let options = JourneyOptions::default().with_unique_orders(false);
/// let journeys = Journeys::from_events(&log, options)?;
/// let privacy = DifferentialPrivacy::new(1.0)?;
/// let key = NoiseKey::new([7; 32]).for_release("2026-01");
/// let credits = PrivateCredits::new(&journeys, &Linear, ["social", "tv"], privacy, &key)?;
/// let social = credits.channels().next().unwrap();
/// assert!((social.conversions - 5_000.0).abs() < 50.0);
/// assert!(credits.conversions_within(0.95) < 10.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrivateCredits {
    privacy: DifferentialPrivacy,
    channels: Vec<PrivateCredit>,
    baseline: f64,
    unattributed: f64,
}

/// A channel's figures, with noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PrivateCredit {
    /// The channel; [`OTHER`] for all that are not listed.
    pub channel: String,
    /// Credited conversions.
    pub conversions: f64,
    /// Persons who touched the channel.
    pub persons: i64,
}

impl PrivateCredits {
    /// The credit that a model gives to `channels` and to all others together, with the noise of a
    /// release's `key`.
    ///
    /// # Errors
    /// If a setting is out of range, a channel is listed twice or is [`OTHER`], the journeys have no
    /// persons or were cut so that one person's rows move those of others, or the model cannot score
    /// them.
    pub fn new<'c, M: AttributionModel + ?Sized>(
        journeys: &Journeys,
        model: &M,
        channels: impl IntoIterator<Item = &'c str>,
        privacy: DifferentialPrivacy,
        key: &NoiseKey,
    ) -> Result<Self> {
        privacy.check()?;
        if journeys.person(0).is_none() && !journeys.is_empty() {
            return Err(Error::MissingInput {
                model: "differential privacy".into(),
                needs: "persons".into(),
            });
        }
        journeys.options().map_or(Ok(()), check_options)?;
        let listed = Listed::new(channels, journeys.channels())?;
        let credit = credited(journeys, model, &listed, privacy)?;
        let persons = journeys
            .accumulate(|| Persons::new(&listed, privacy))?
            .counts;
        let model = format!("{} {:?}", model.name(), model.parameters());
        Ok(Self::with_noise(
            &model, listed, &credit, &persons, privacy, key,
        ))
    }

    fn with_noise(
        model: &str,
        listed: Listed,
        credit: &[i64],
        persons: &[i64],
        privacy: DifferentialPrivacy,
        key: &NoiseKey,
    ) -> Self {
        let half = privacy.epsilon() / 2.0;
        let most = privacy.most_conversions();
        let settings = [
            half.to_bits(),
            most.to_bits(),
            privacy.most_channels().into(),
        ];
        let names = listed.names.iter().map(String::as_str);
        let names: Vec<&str> = std::iter::once(model).chain(names).collect();
        let mut noise = key.noise(&names, &settings, &[credit, persons].concat());
        let mut conversions = credit.iter().map(|&steps| {
            let noisy = steps.saturating_add(noise.geometric(STEPS / half));
            noisy as f64 / STEPS * most
        });
        let by_channel: Vec<f64> = conversions.by_ref().take(listed.names.len()).collect();
        let [baseline, unattributed] =
            [conversions.next(), conversions.next()].map(Option::unwrap_or_default);
        drop(conversions);
        let scale = f64::from(privacy.most_channels()) / half;
        let rows = listed.names.into_iter().zip(by_channel).zip(persons);
        let rows = rows.map(|((channel, conversions), persons)| PrivateCredit {
            channel,
            conversions,
            persons: persons + noise.geometric(scale),
        });
        Self {
            privacy,
            channels: rows.collect(),
            baseline,
            unattributed,
        }
    }

    /// The channels in the order given, then all others.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = &PrivateCredit> {
        self.channels.iter()
    }

    /// Conversions that would have come without marketing, as the model has it, with noise.
    pub fn baseline(&self) -> f64 {
        self.baseline
    }

    /// Conversions that nothing is credited for, with noise.
    pub fn unattributed(&self) -> f64 {
        self.unattributed
    }

    /// What is credited, baseline and unattributed: the sum of the noisy figures, so that no figure
    /// more is told.
    pub fn total(&self) -> f64 {
        let credited: f64 = self.channels.iter().map(|row| row.conversions).sum();
        credited + self.baseline + self.unattributed
    }

    /// The settings.
    pub fn privacy(&self) -> DifferentialPrivacy {
        self.privacy
    }

    /// How far noise moves a figure of conversions at most, with that probability: C ln(1 / (1 -
    /// probability)) / (epsilon / 2).
    pub fn conversions_within(&self, probability: f64) -> f64 {
        self.within(self.privacy.most_conversions(), probability)
    }

    /// How far noise moves a number of persons at most, with that probability.
    pub fn persons_within(&self, probability: f64) -> f64 {
        self.within(f64::from(self.privacy.most_channels()), probability)
    }

    fn within(&self, most: f64, probability: f64) -> f64 {
        let beyond = 1.0 - probability.clamp(0.0, 1.0 - 1e-15);
        -libm::log(beyond) * most / (self.privacy.epsilon() / 2.0)
    }
}

/// An error if one person's rows can move the journeys of others.
fn check_options(options: &JourneyOptions) -> Result<()> {
    let refused =
        |name: &'static str, expected: &'static str| Err(Error::setting(name, "set", expected));
    if options.has_unique_orders() {
        return refused(
            "differential privacy with unique orders",
            "journeys cut with_unique_orders(false): an order id that two persons have takes a \
             conversion from one",
        );
    }
    if options.is_net_of_returns() {
        return refused(
            "differential privacy net of returns",
            "journeys cut with_net_of_returns(false): a return takes a conversion from whoever \
             has its order id",
        );
    }
    if options.drop_censored && options.stated_end()?.is_none() {
        return refused(
            "differential privacy without censored journeys",
            "with_observation_end or a period that ends: the last row is somebody's",
        );
    }
    Ok(())
}

/// The channels that have a row, and the row of each channel of the journeys.
struct Listed {
    /// With [`OTHER`] at the end.
    names: Vec<String>,
    rows: Vec<usize>,
}

impl Listed {
    fn new<'c>(
        channels: impl IntoIterator<Item = &'c str>,
        of_journeys: &Channels,
    ) -> Result<Self> {
        let mut names: Vec<String> = Vec::new();
        for name in channels {
            if name == OTHER || names.iter().any(|other| other == name) {
                let expected = format!("each channel once, and none named {OTHER}");
                return Err(Error::setting(
                    "a listed channel",
                    format!("{name:?}"),
                    expected,
                ));
            }
            names.push(name.to_owned());
        }
        let row = |name: &str| names.iter().position(|other| other == name);
        let rows = of_journeys
            .iter()
            .map(|name| row(name).unwrap_or(names.len()));
        let rows = rows.collect();
        names.push(OTHER.to_owned());
        Ok(Self { names, rows })
    }

    fn row(&self, channel: ChannelId) -> usize {
        self.rows[channel.index()]
    }
}

/// Steps of credit by row, then of the baseline and of what is unattributed; each person's are
/// bounded.
fn credited<M: AttributionModel + ?Sized>(
    journeys: &Journeys,
    model: &M,
    listed: &Listed,
    privacy: DifferentialPrivacy,
) -> Result<Vec<i64>> {
    let rows = listed.names.len();
    let mut sums = vec![0_i64; rows + 2];
    let mut own = vec![0.0; rows + 2];
    let mut person = None;
    let add_person = |own: &mut [f64], sums: &mut [i64]| {
        let size: f64 = own.iter().map(|part| part.abs()).sum();
        let most = privacy.most_conversions();
        let kept = if size > most { most / size } else { 1.0 };
        for (sum, part) in sums.iter_mut().zip(own) {
            *sum += (*part * kept / most * STEPS).trunc() as i64;
            *part = 0.0;
        }
    };
    stream_credits(journeys, model, |credit: JourneyCredit<'_>| {
        let next = credit.person.map(|key| key.to_string());
        if next != person {
            add_person(&mut own, &mut sums);
            person = next;
        }
        let conversions = credit.journey.outcome().conversions();
        for touch in credit.touches() {
            own[listed.row(touch.channel)] += touch.conversions;
        }
        own[rows] += credit.baseline * conversions;
        if credit.is_unattributed() {
            own[rows + 1] += conversions;
        }
        Ok(())
    })?;
    add_person(&mut own, &mut sums);
    Ok(sums)
}

/// Persons by row; each counts in the first few.
struct Persons {
    rows: Vec<usize>,
    most: usize,
    counts: Vec<i64>,
    seen: Vec<usize>,
}

impl Persons {
    fn new(listed: &Listed, privacy: DifferentialPrivacy) -> Self {
        Self {
            rows: listed.rows.clone(),
            most: privacy.most_channels() as usize,
            counts: vec![0; listed.names.len()],
            seen: Vec::new(),
        }
    }

    fn observe_person<'a>(&mut self, journeys: impl Iterator<Item = Journey<'a>>) {
        self.seen.clear();
        for journey in journeys {
            for channel in journey.channels() {
                let row = self.rows[channel.index()];
                if self.seen.len() < self.most && !self.seen.contains(&row) {
                    self.seen.push(row);
                    self.counts[row] += 1;
                }
            }
        }
    }
}

impl Accumulator for Persons {
    fn observe(&mut self, journey: Journey<'_>) {
        self.observe_person(std::iter::once(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            self.observe_person(person.journeys().map(|(_, journey)| journey));
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (sum, other) in self.counts.iter_mut().zip(later.counts) {
            *sum += other;
        }
        Ok(())
    }
}

impl Report for PrivateCredits {
    fn title(&self) -> String {
        format!(
            "credit and persons by channel with noise of epsilon {} a person",
            self.privacy.epsilon()
        )
    }

    fn sections(&self) -> Vec<Section> {
        let others = [
            ("(baseline)", self.baseline),
            ("(unattributed)", self.unattributed),
        ];
        let rows = self.channels.iter().map(|row| {
            [
                Cell::from(&row.channel),
                Cell::number(row.conversions, 1),
                Cell::number(row.persons as f64, 0),
            ]
        });
        let others =
            others.map(|(name, figure)| [Cell::from(name), Cell::number(figure, 1), Cell::MISSING]);
        let table = Table::new(["channel", "conversions", "persons"]).with_rows(rows.chain(others));
        vec![Section::new().with_table(table)]
    }
}

impl fmt::Display for PrivateCredits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

#[cfg(test)]
mod tests;
