//! `cargo x bench tick`: charges a second, and what a charge costs.
//!
//! Active sessions in a DynamoDB in this process, on a file; before it the real SDK, the real tick and the real worker,
//! the worker as often as asked, each in a thread of its own with one runtime of one thread, as Lambda runs it. Three
//! ticks, a minute apart; the best one counts.

use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use jiff::Timestamp;
use runtime::{SqsEvent, SqsMessage};
use serde::Serialize;
use sessions::queue::Queue;
use sessions::{billing_charge, billing_tick};
use testkit::{FixedClock, START};
use web::Ctx;

use crate::aws::{LEDGER, config};
use crate::cloud::{Cloud, Usage};
use crate::latency::{Latencies, percentile_ms};
use crate::processor;
use crate::report::rounded;
use crate::world::World;

const TICKS: u32 = 3;
const CHARGE: &str = "TransactWriteItems";

/// What the bench takes.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Active sessions.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub sessions: u32,
    /// Minutes that a lease covers.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=5))]
    pub lease: u32,
    /// Workers at once.
    #[arg(long, default_value = "2")]
    pub workers: NonZeroUsize,
    /// Partitions of the tables, each a file with a lock of its own.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub partitions: u32,
    /// Let SQLite wait for the disk with each commit (`PRAGMA synchronous = FULL`).
    #[arg(long)]
    pub sync: bool,
}

/// What was measured, of the best tick. A charge is a charged minute: a lease of five minutes is five.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Active sessions.
    pub sessions: u32,
    /// Minutes that a lease covers.
    pub lease_minutes: u32,
    /// Workers at once.
    pub workers: usize,
    /// Partitions of the tables.
    pub partitions: u32,
    /// Charged minutes a second, from the tick's begin until the last worker is done.
    pub charges_per_second: f64,
    /// Write units that DynamoDB reported, per charged minute.
    pub write_units_per_charge: f64,
    /// Transactions per charged minute.
    pub round_trips_per_charge: f64,
    /// Read round trips (shard, sessions, wallets, presence) per charged minute.
    pub read_round_trips_per_charge: f64,
    /// Read units per active session.
    pub read_units_per_session: f64,
    /// What `billing_tick` did: messages sent, and database units used.
    pub tick_units: f64,
    /// Half of the transactions took at most this long, for the worker: SDK, database and its lock.
    pub p50_ms: f64,
    /// 99 of 100 took at most this long.
    pub p99_ms: f64,
    /// Processor time of the workers per charged minute, the database's part left out: decision, SDK, signature, JSON, and
    /// the reads that led to it.
    pub worker_us_per_charge: f64,
    /// Processor time of the database per charged minute.
    pub database_us_per_charge: f64,
    /// What two processors would do if nobody else used them: a partition serves one call at a time, and the workers have
    /// what the database leaves of the two.
    pub charges_per_second_of_two_processors: f64,
    /// Charged minutes a second, tick by tick: how much the machine's noise matters.
    pub charges_per_second_each_tick: Vec<f64>,
}

/// One tick as measured.
struct Tick {
    seconds: f64,
    charges: u64,
    messages: usize,
    tick_usage: Usage,
    usage: Usage,
    latencies: Vec<Duration>,
    /// Processor time of the workers' threads, with the database in them.
    processor: Duration,
}

impl Tick {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn per_second(&self) -> f64 {
        self.charges as f64 / self.seconds
    }
}

/// Runs it.
///
/// # Errors
/// Something was not charged exactly once, or the file cannot be written.
pub fn run(options: &Options) -> Result<Report> {
    let stage = Stage::new(Cloud::on_files(&std::env::temp_dir(), options.partitions)?)?;
    let start: Timestamp = START.parse()?;
    if !options.sync {
        stage.cloud.tables.do_not_wait_for_the_disk()?;
    }
    let world = stage.alone(World::write(
        stage.ctx.store.clone(),
        options.sessions,
        options.lease,
        start,
        options.partitions,
    ))?;
    let mut ticks = Vec::new();
    for number in 0..TICKS {
        let now = world.at(number);
        stage.clock.set(now);
        stage.alone(world.hear(now))?;
        ticks.push(stage.tick(now, options)?);
    }
    let due = u64::from(options.sessions) * u64::from(TICKS);
    let charges: u64 = ticks.iter().map(|tick| tick.charges).sum();
    let begun = u64::from(options.sessions) * u64::from(options.lease);
    let leased = leased_minutes(&stage.cloud)?;
    ensure!(leased == begun + charges, "{leased} minutes are leased, {begun} at the begin");
    // With a lease of several minutes the groups may differ by one session.
    ensure!(
        charges.abs_diff(due) < u64::from(options.lease),
        "{charges} minutes charged, {due} due"
    );
    report(options, &ticks)
}

/// The services and what stands before them.
struct Stage {
    cloud: Cloud,
    clock: Arc<FixedClock>,
    latencies: Latencies,
    ctx: Ctx,
    queue: Queue,
}

impl Stage {
    fn new(cloud: Cloud) -> Result<Self> {
        let clock = Arc::new(FixedClock::new(START.parse()?));
        let latencies = Latencies::of(CHARGE);
        let aws = cloud.config();
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&aws).interceptor(latencies.clone());
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb.build());
        let config = config()?;
        let queue = Queue::new(aws_sdk_sqs::Client::new(&aws), &config.billing_queue_url);
        let ctx = Ctx::new(config, clock.clone(), dynamodb, aws_sdk_kms::Client::new(&aws));
        Ok(Self { cloud, clock, latencies, ctx, queue })
    }

    /// Runs one future in a runtime of its own.
    fn alone<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(work)
    }

    fn tick(&self, now: Timestamp, options: &Options) -> Result<Tick> {
        let leased = leased_minutes(&self.cloud)?;
        drop((self.cloud.take_usage(), self.latencies.take()));
        let begin = Instant::now();
        self.alone(async { Ok(billing_tick::handle(&self.queue, now).await?) })?;
        let tick_usage = self.cloud.take_usage();
        let messages = self.cloud.messages.take();
        let sent = messages.len();
        let work = Work::new(messages);
        let processor = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..options.workers.get())
                .map(|_| scope.spawn(|| self.alone(self.worker(&work))))
                .collect();
            workers.into_iter().try_fold(Duration::ZERO, |sum, worker| {
                let taken = worker.join().map_err(|_| anyhow::anyhow!("a worker panicked"))??;
                Ok::<_, anyhow::Error>(sum + taken)
            })
        })?;
        let seconds = begin.elapsed().as_secs_f64();
        let usage = self.cloud.take_usage();
        ensure!(usage.failed == 0, "{} calls failed", usage.failed);
        ensure!(usage.torn == 0, "{} transactions were in several partitions", usage.torn);
        let charges = leased_minutes(&self.cloud)? - leased;
        let latencies = self.latencies.take();
        Ok(Tick { seconds, charges, messages: sent, tick_usage, usage, latencies, processor })
    }

    /// One instance of the function: a message at a time, as its event source gives them. Its processor time.
    async fn worker(&self, work: &Work) -> Result<Duration> {
        while let Some(body) = work.next() {
            let message = SqsMessage { message_id: "0".into(), body };
            let event = SqsEvent { records: vec![message] };
            let reply = billing_charge::handle(&self.ctx, &self.queue, event).await;
            work.done(self.cloud.messages.take());
            ensure!(reply.batch_item_failures.is_empty(), "a message failed; its log says why");
        }
        // The thread is the worker's own.
        processor::time()
    }
}

/// Messages to work on; workers wait for those that others may still send.
struct Work(Mutex<(Vec<String>, usize)>, Condvar);

impl Work {
    fn new(messages: Vec<String>) -> Self {
        Self(Mutex::new((messages, 0)), Condvar::new())
    }

    /// A message; `None` when there is none left and nobody may send one.
    fn next(&self) -> Option<String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(message) = state.0.pop() {
                state.1 += 1;
                return Some(message);
            }
            if state.1 == 0 {
                return None;
            }
            state = self.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One message is done and led to these.
    fn done(&self, sent: Vec<String>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.extend(sent);
        state.1 -= 1;
        self.1.notify_all();
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn report(options: &Options, ticks: &[Tick]) -> Result<Report> {
    let best = ticks
        .iter()
        .max_by(|one, other| one.per_second().total_cmp(&other.per_second()))
        .context("no tick")?;
    let charges = best.charges as f64;
    let reads = best.usage.calls.values().sum::<u64>() - best.usage.calls_of(CHARGE);
    let read_units = best.usage.units_of(|operation| operation != CHARGE);
    let used = best.tick_usage.units_of(|_| true);
    // Of all ticks, as processor time is counted coarsely.
    let all = ticks.iter().map(|tick| tick.charges).sum::<u64>() as f64;
    let sum = |part: fn(&Tick) -> Duration| ticks.iter().map(part).sum::<Duration>();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / all;
    let database = each(sum(|tick| tick.usage.database));
    let both = each(sum(|tick| tick.processor));
    Ok(Report {
        sessions: options.sessions,
        lease_minutes: options.lease,
        workers: options.workers.get(),
        partitions: options.partitions,
        charges_per_second: rounded(best.per_second()),
        write_units_per_charge: rounded(
            best.usage.units_of(|operation| operation == CHARGE) / charges,
        ),
        round_trips_per_charge: rounded(best.usage.calls_of(CHARGE) as f64 / charges),
        read_round_trips_per_charge: rounded(reads as f64 / charges),
        read_units_per_session: rounded(read_units / f64::from(options.sessions)),
        tick_units: best.messages as f64 + used,
        p50_ms: rounded(percentile_ms(&best.latencies, 50)),
        p99_ms: rounded(percentile_ms(&best.latencies, 99)),
        worker_us_per_charge: rounded(both - database),
        database_us_per_charge: rounded(database),
        charges_per_second_of_two_processors: rounded(
            1e6 / (database / f64::from(options.partitions)).max(both / 2.0),
        ),
        charges_per_second_each_tick: ticks.iter().map(|tick| rounded(tick.per_second())).collect(),
    })
}

/// The minutes leased in all wallets, as they are stored.
fn leased_minutes(cloud: &Cloud) -> Result<u64> {
    let items = cloud.tables.scan(LEDGER, "leased_minute")?;
    let minutes =
        items.iter().filter_map(|item| item["leased_minute"]["N"].as_str()?.parse::<u64>().ok());
    Ok(minutes.sum::<u64>())
}

#[cfg(test)]
mod tests {
    use super::{Options, run};
    use std::num::NonZeroUsize;

    /// Every session is charged exactly once a tick (`run` asks for it), and at what the contract allows.
    #[test]
    fn a_tick_costs_what_the_contract_allows_whatever_its_size() {
        let options = |sessions, lease| Options {
            sessions,
            lease,
            workers: NonZeroUsize::new(2).unwrap(),
            partitions: 3,
            sync: false,
        };
        let (few, many, long) = (
            run(&options(4, 1)).unwrap(),
            run(&options(20, 1)).unwrap(),
            run(&options(20, 5)).unwrap(),
        );
        assert!(many.write_units_per_charge <= 4.0, "{many:?}");
        assert!(many.round_trips_per_charge < 1.0, "{many:?}");
        assert!(long.write_units_per_charge <= 1.0, "{long:?}");
        assert!((few.tick_units - many.tick_units).abs() < 1e-9, "{few:?} {many:?}");
        let report = serde_json::to_value(&many).unwrap();
        for figure in [
            "charges_per_second",
            "write_units_per_charge",
            "round_trips_per_charge",
            "tick_units",
            "p50_ms",
            "p99_ms",
        ] {
            assert!(
                report[figure].as_f64().is_some_and(|figure| figure > 0.0),
                "{figure}: {report}"
            );
        }
    }
}
