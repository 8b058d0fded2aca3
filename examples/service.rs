//! A service that takes events from a queue, survives a crash, reports every day and scores orders
//! by a stored model. The guide's chapter on services goes through it.
//!
//!     cargo run --example service

use mixtouch::attribution::markov::{Markov, MarkovModel};
use mixtouch::attribution::rules::LastTouch;
use mixtouch::attribution::{ComparisonTable, StoredModel, stream_credits};
use mixtouch::event::OwnedEvent;
use mixtouch::simulate::retailer::Retailer;
use mixtouch::time::TimeRange;
use mixtouch::{Comparison, Event, Events, JourneyBuilder, JourneyOptions, Journeys, Lookback};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::spawn_blocking;

type Failure = Box<dyn Error + Send + Sync>;
type Result<T> = std::result::Result<T, Failure>;

const DAY: i64 = 86_400;
/// The first second of the simulated log.
const START: i64 = 1_767_225_600;
/// Models are fitted on four weeks.
const WEEKS: i64 = 28 * DAY;

/// What the rest of the service asks of the keeper.
enum Command {
    /// Messages of the queue, and the offset of the next one behind them.
    Take(Vec<String>, u64),
    /// The report of the day that begins at that second.
    Report(i64, oneshot::Sender<Result<Report>>),
}

/// What one day brought, and the model that says so.
struct Report {
    table: ComparisonTable,
    model: StoredModel<MarkovModel>,
}

/// Messages taken between two saves, at most: what a restart has to take again.
const UNSAVED: u64 = 5_000;

/// The only owner of the builder.
struct Keeper {
    builder: JourneyBuilder,
    /// Of the next message to take, and what the saved state says.
    offset: u64,
    saved: u64,
    path: PathBuf,
    comparison: Comparison,
}

impl Keeper {
    /// As it was saved; empty at the first start.
    fn open(path: PathBuf, options: JourneyOptions) -> Result<Self> {
        let (builder, offset) = if path.exists() {
            JourneyBuilder::load(&path)?
        } else {
            (JourneyBuilder::new(options.clone()), 0)
        };
        if *builder.options() != options {
            return Err("the state was saved with other options: replay the log".into());
        }
        let comparison = Comparison::new()
            .model("last-touch", LastTouch)
            .fit("markov", Markov::order(1)?);
        Ok(Self {
            builder,
            offset,
            saved: offset,
            path,
            comparison,
        })
    }

    /// Takes commands until nobody is left to send any. It waits on its own thread: a thread of the
    /// pool that waits for another may be the one that would have answered it.
    fn run(mut self, mut commands: mpsc::Receiver<Command>, pool: &ThreadPool) -> Result<()> {
        while let Some(command) = commands.blocking_recv() {
            pool.install(|| self.obey(command))?;
        }
        Ok(())
    }

    fn obey(&mut self, command: Command) -> Result<()> {
        match command {
            Command::Take(messages, next) => self.take(&messages, next),
            Command::Report(day, answer) => {
                // whoever asked may have gone: the report is then not needed
                let _ = answer.send(self.report(day));
                self.builder.forget_before(day - WEEKS);
                self.save()
            }
        }
    }

    /// Takes each message once: the queue may hand out again what came before the offset.
    fn take(&mut self, messages: &[String], next: u64) -> Result<()> {
        let first = next - messages.len() as u64;
        let known = self.offset.saturating_sub(first) as usize;
        let mut log = Events::new();
        for message in messages.iter().skip(known) {
            let event: OwnedEvent = serde_json::from_str(message)?;
            log.push_owned(&event)?;
        }
        self.builder.extend(&log)?;
        self.offset = self.offset.max(next);
        if self.offset - self.saved >= UNSAVED {
            self.save()?;
        }
        Ok(())
    }

    /// Rows and offset in one file: both are of the same moment, whenever the process stops.
    fn save(&mut self) -> Result<()> {
        self.builder.save(&self.path, &self.offset)?;
        self.saved = self.offset;
        Ok(())
    }

    /// Fits on the weeks up to the day, and reports the day.
    fn report(&self, day: i64) -> Result<Report> {
        let weeks = self.builder.snapshot(TimeRange::new(day - WEEKS, day)?)?;
        let yesterday = self.builder.snapshot(TimeRange::new(day, day + DAY)?)?;
        let (table, models) = self.comparison.run_on_with_models(&weeks, &yesterday)?;
        let markov: &MarkovModel = models.get("markov").ok_or("the comparison has no chain")?;
        Ok(Report {
            table,
            model: StoredModel::new(markov.clone(), &weeks),
        })
    }
}

/// The rest of the service: it hands messages on, asks for reports and keeps the day's model.
struct Service {
    commands: mpsc::Sender<Command>,
    keeper: thread::JoinHandle<Result<()>>,
    /// Where the keeper wants the queue to begin.
    offset: u64,
    model: PathBuf,
    pool: Arc<ThreadPool>,
    /// Requests that are scored at a time.
    turns: Arc<Semaphore>,
}

impl Service {
    /// Starts the keeper on a thread of its own. Its work runs in a pool of few threads, so that
    /// the rest of the machine stays free for requests.
    fn start(folder: &Path, pool: Arc<ThreadPool>) -> Result<Self> {
        let options = JourneyOptions::default().with_lookback(Lookback::days(14.0)?);
        let keeper = Keeper::open(folder.join("journeys.state"), options)?;
        let offset = keeper.offset;
        // a full channel makes senders wait: no more is in memory than the keeper can take
        let (commands, received) = mpsc::channel(16);
        let its_pool = pool.clone();
        Ok(Self {
            commands,
            keeper: thread::spawn(move || keeper.run(received, &its_pool)),
            offset,
            model: folder.join("model.json"),
            turns: Arc::new(Semaphore::new(pool.current_num_threads())),
            pool,
        })
    }

    /// Hands on the messages between two offsets, a few at a time.
    async fn take(&self, queue: &[String], from: u64, to: u64) -> Result<()> {
        for start in (from..to).step_by(500) {
            let end = to.min(start + 500);
            let messages = queue[start as usize..end as usize].to_vec();
            self.commands.send(Command::Take(messages, end)).await?;
        }
        Ok(())
    }

    /// The report of a day; its model is stored for requests.
    async fn report(&self, day: i64) -> Result<ComparisonTable> {
        let (answer, report) = oneshot::channel();
        self.commands.send(Command::Report(day, answer)).await?;
        let Report { table, model } = report.await??;
        let (path, json) = (self.model.clone(), serde_json::to_vec(&model)?);
        spawn_blocking(move || fs::write(path, json)).await??;
        Ok(table)
    }

    /// Divides an order among the touches before it by the stored model, off the threads that serve
    /// requests.
    async fn score(&self, rows: Vec<OwnedEvent>) -> Result<Vec<(String, f64)>> {
        let _turn = self.turns.clone().acquire_owned().await?;
        let (pool, path) = (self.pool.clone(), self.model.clone());
        spawn_blocking(move || pool.install(|| divide(&path, &rows))).await?
    }

    /// Stops, and lets the keeper end what it has begun.
    async fn stop(self) -> Result<()> {
        drop(self.commands);
        let ended = spawn_blocking(|| self.keeper.join()).await?;
        ended.map_err(|_| "the keeper panicked")?
    }
}

/// The value that a stored model credits to each touch of an order.
fn divide(model: &Path, rows: &[OwnedEvent]) -> Result<Vec<(String, f64)>> {
    let stored: StoredModel<MarkovModel> = serde_json::from_slice(&fs::read(model)?)?;
    let mut log = Events::new();
    rows.iter().try_for_each(|row| log.push_owned(row))?;
    let order = Journeys::from_events(&log, JourneyOptions::default())?;
    let mut credit = Vec::new();
    stream_credits(&order, &stored, |journey| {
        for touch in journey.touches() {
            let channel = order.channels().name(touch.channel);
            credit.push((channel.to_owned(), touch.value));
        }
        Ok(())
    })?;
    Ok(credit)
}

/// A queue of a simulated shop: messages in the order of time.
fn queue() -> Result<Vec<String>> {
    let log = Retailer::new(4_000, 1)?.events;
    let rows = (0..log.len()).filter_map(|row| log.owned(row));
    let mut events: Vec<OwnedEvent> = rows.collect();
    events.sort_by_key(|event| event.event().time());
    let messages = events.iter().map(serde_json::to_string);
    Ok(messages.collect::<serde_json::Result<_>>()?)
}

/// The offset of the first message at or after a second.
fn offset_of(queue: &[String], second: i64) -> u64 {
    let before = |message: &String| {
        let event: serde_json::Result<OwnedEvent> = serde_json::from_str(message);
        event.is_ok_and(|event| event.event().time() < second)
    };
    queue.partition_point(before) as u64
}

/// Runs the service over some days; the figures of each report.
async fn days(
    folder: &Path,
    queue: &[String],
    days: std::ops::Range<i64>,
    crash: bool,
) -> Result<Vec<String>> {
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(2).build()?);
    let service = Service::start(folder, pool)?;
    println!("starts at message {}", service.offset);
    let mut figures = Vec::new();
    let mut next = service.offset;
    for day in days.map(|number| START + number * DAY) {
        let end = offset_of(queue, day + DAY);
        // the queue hands out some messages twice, as queues do that lose none
        let again = next.saturating_sub(100);
        service.take(queue, again, end).await?;
        next = end;
        figures.push(tell(day, &service.report(day).await?)?);
    }
    if crash {
        // half a day is taken and in no state
        service.take(queue, next, next + 700).await?;
    }
    service.stop().await?;
    Ok(figures)
}

/// Says what a day brought; the result has all digits of all models.
fn tell(day: i64, table: &ComparisonTable) -> Result<String> {
    print!(
        "day {}: {} orders,",
        (day - START) / DAY,
        table.totals().conversions
    );
    let markov = table.model("markov");
    for credit in markov.iter().flat_map(|model| &model.channels) {
        print!(" {} {:.2}", credit.channel, credit.conversions);
    }
    println!();
    let channels = table.models().iter().map(|model| &model.channels);
    Ok(serde_json::to_string(&channels.collect::<Vec<_>>())?)
}

async fn demonstrate(folder: &Path) -> Result<()> {
    let queue = queue()?;
    let (whole, stopped) = (folder.join("whole"), folder.join("stopped"));
    [&whole, &stopped]
        .into_iter()
        .try_for_each(fs::create_dir_all)?;

    println!("without a stop");
    let expected = days(&whole, &queue, 41..46, false).await?;
    println!("with a crash in the third day");
    let mut figures = days(&stopped, &queue, 41..43, true).await?;
    figures.extend(days(&stopped, &queue, 43..46, false).await?);
    if figures != expected {
        return Err("the crash changed a figure".into());
    }
    println!("all figures are the same to the bit");

    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(2).build()?);
    let service = Service::start(&stopped, pool)?;
    let order = vec![
        OwnedEvent::from(Event::touch("zoe", START, "search")),
        OwnedEvent::from(Event::touch("zoe", START + 60, "a channel of tomorrow")),
        OwnedEvent::from(Event::conversion("zoe", START + 3_600).with_value(80.0)),
    ];
    for (channel, value) in service.score(order).await? {
        println!("of an order of 80: {value:.2} to {channel}");
    }
    service.stop().await
}

fn main() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("mixtouch-service-{}", std::process::id()));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()?;
    let ended = runtime.block_on(demonstrate(&folder));
    fs::remove_dir_all(&folder)?;
    ended
}
