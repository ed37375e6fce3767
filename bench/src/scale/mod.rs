//! `cargo x bench scale`: a tick over a million sessions, in seconds and dollars.
//!
//! The same tick, planner and worker as in production, over a queue, a function and tables that are models in virtual
//! time: their limits, prices and latencies are printed with the result. What is not modelled is said in
//! `docs/performance.md`.

mod capacity;
mod dynamo;
mod items;
mod time;
mod workers;

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use store::Store;
use testkit::START;
use web::Ctx;

use crate::report::rounded;
use dynamo::{Tables, Totals};
use items::Sessions;
use time::{Micros, Time};
use workers::{Lambda, Worked};

/// Memory of the function that has a whole processor (Lambda developer guide).
const MEMORY_OF_A_PROCESSOR_MB: u64 = 1_769;

/// What the bench takes; what is not said is as in `template.yaml` or by AWS's default quotas.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Active sessions.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=4_000_000))]
    pub sessions: u32,
    /// Minutes that a lease covers.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=5))]
    pub lease: u32,
    /// Write units a second that a table takes; 40,000 is the default quota.
    #[arg(long, default_value_t = 40_000.0)]
    pub write_units_per_second: f64,
    /// Read units a second that a table takes; 40,000 is the default quota.
    #[arg(long, default_value_t = 40_000.0)]
    pub read_units_per_second: f64,
    /// Instances of the function at once (`MaximumConcurrency`).
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub instances: u32,
    /// Memory of the function, in MB.
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u64).range(128..=10_240))]
    pub memory_mb: u64,
}

/// What the result rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Assumptions {
    /// Write units a second of each table; a partition takes 1,000 of them.
    pub write_units_per_second: f64,
    /// Read units a second of each table; a partition takes 3,000 of them.
    pub read_units_per_second: f64,
    /// Mean latency in the region of a transaction of one lease.
    pub transaction_us: u64,
    /// How much longer each further lease makes it: two items more.
    pub transaction_us_per_lease_more: u64,
    /// A batch of a hundred items.
    pub batch_read_us: u64,
    /// A page of a thousand items.
    pub query_us: u64,
    /// A message from being sent to being received.
    pub message_us: u64,
    /// A new instance until it takes its first message: Lambda's own part and ours.
    pub cold_start_us: u64,
    /// Processor time of a transaction on a whole processor: SDK, signature, HTTP (`bench tick`).
    pub cpu_us_per_transaction: u64,
    /// Processor time of each charge in it: decision, entry, JSON.
    pub cpu_us_per_charge: u64,
    /// Processor time of a read call.
    pub cpu_us_per_call: u64,
    /// Processor time of an item that is read.
    pub cpu_us_per_item: u64,
    /// Instances of the function at once.
    pub instances: u32,
    /// Batches that Lambda takes from an idle queue at once, and how many more each second (300 a minute).
    pub pollers_at_first: u32,
    /// As before.
    pub pollers_more_per_second: u32,
    /// Memory of the function, which gives it memory / 1,769 of a processor.
    pub memory_mb: u64,
    /// Of a million write units.
    pub usd_per_million_write_units: f64,
    /// Of a million read units.
    pub usd_per_million_read_units: f64,
    /// Of a gigabyte-second of the function on arm64.
    pub usd_per_gigabyte_second: f64,
    /// Of a million requests to the queue.
    pub usd_per_million_messages: f64,
    /// Of a million invocations.
    pub usd_per_million_invocations: f64,
}

impl Assumptions {
    fn of(options: &Options) -> Self {
        Self {
            write_units_per_second: options.write_units_per_second,
            read_units_per_second: options.read_units_per_second,
            transaction_us: 15_000,
            transaction_us_per_lease_more: 1_000,
            batch_read_us: 10_000,
            query_us: 10_000,
            message_us: 20_000,
            cold_start_us: 24_000,
            cpu_us_per_transaction: 200,
            cpu_us_per_charge: 80,
            cpu_us_per_call: 200,
            cpu_us_per_item: 15,
            instances: options.instances,
            pollers_at_first: 5,
            pollers_more_per_second: 5,
            memory_mb: options.memory_mb,
            usd_per_million_write_units: 0.625,
            usd_per_million_read_units: 0.125,
            usd_per_gigabyte_second: 0.000_013_333_4,
            usd_per_million_messages: 0.40,
            usd_per_million_invocations: 0.20,
        }
    }

    /// When the queue is asked for this instance's first message.
    fn polls_from(&self, number: u32) -> Micros {
        let later = u64::from(number.saturating_sub(self.pollers_at_first.saturating_sub(1)));
        (later * 1_000_000).div_ceil(u64::from(self.pollers_more_per_second.max(1)))
    }

    /// Time that so much work takes on the function's share of a processor.
    fn on_the_share(&self, micros: u64) -> Micros {
        let share = self.memory_mb.min(MEMORY_OF_A_PROCESSOR_MB);
        micros.saturating_mul(MEMORY_OF_A_PROCESSOR_MB).div_ceil(share.max(1))
    }
}

/// What a tick took and cost.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Active sessions.
    pub sessions: u32,
    /// Minutes that a lease covers.
    pub lease_minutes: u32,
    /// From the tick until the last lease was written.
    pub seconds: f64,
    /// Whether that is before the next tick, with every minute charged.
    pub fits_a_minute: bool,
    /// Minutes charged.
    pub charges: u64,
    /// Minutes due.
    pub due: u64,
    /// Charged minutes a second.
    pub charges_per_second: f64,
    /// What the whole tick cost.
    pub usd: f64,
    /// What a million charged minutes cost.
    pub usd_per_million_charges: f64,
    /// Its parts.
    pub usd_parts: Parts,
    /// Write units used.
    pub write_units: f64,
    /// Read units used.
    pub read_units: f64,
    /// Requests that the tables turned away.
    pub throttled: u64,
    /// Messages worked on.
    pub messages: u64,
    /// Messages that failed: not all of their sessions were handled.
    pub messages_failed: u64,
    /// Instances that were started.
    pub instances: u32,
    /// Half of the transactions took at most this long, waiting for the processor included.
    pub p50_ms: f64,
    /// 99 of 100 took at most this long.
    pub p99_ms: f64,
    /// What the result rests on.
    pub assumptions: Assumptions,
}

/// Dollars by what they are paid for.
#[derive(Clone, Debug, Serialize)]
pub struct Parts {
    /// Writes.
    pub writes: f64,
    /// Reads.
    pub reads: f64,
    /// The function.
    pub function: f64,
    /// The queue.
    pub queue: f64,
}

/// Runs it.
///
/// # Errors
/// The model is asked what it does not know, or money does not add up.
pub fn run(options: &Options) -> Result<Report> {
    let start: Timestamp = START.parse()?;
    let assumed = Arc::new(Assumptions::of(options));
    let sessions = Sessions::new(options.sessions, options.lease, start)?;
    let begun = sessions.leased_minutes();
    // The tick comes in the middle of a minute, as in `bench tick`.
    let time = Time::new(start + jiff::SignedDuration::from_secs(30));
    let tables = Tables::new(time.clone(), assumed.clone(), sessions);
    let lambda = Lambda::new(&time, &assumed)?;
    let worked = lambda.tick(options.instances, |ctx: &Ctx| Ctx {
        store: Store::over(Arc::new(tables.instance())),
        ..ctx.clone()
    })?;
    let totals = tables.totals();
    let charges = totals.leases * u64::from(options.lease);
    ensure!(totals.leased_minutes == begun + charges, "minutes and charges differ");
    ensure!(totals.refused == 0, "{} leases were refused on the happy path", totals.refused);
    report(options, &assumed, &totals, &worked)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn report(
    options: &Options,
    assumed: &Assumptions,
    totals: &Totals,
    worked: &Worked,
) -> Result<Report> {
    let charges = totals.leases * u64::from(options.lease);
    // One group's lease is due, of `lease` groups: that of the one that began first.
    let due = u64::from(options.sessions / options.lease * options.lease);
    let seconds = totals.last_charge as f64 / 1e6;
    let million = |count: f64, price: f64| count / 1e6 * price;
    let gigabytes = assumed.memory_mb as f64 / 1_024.0;
    let parts = Parts {
        writes: million(totals.write_units, assumed.usd_per_million_write_units),
        reads: million(totals.read_units, assumed.usd_per_million_read_units),
        function: worked.busy as f64 / 1e6 * gigabytes * assumed.usd_per_gigabyte_second
            + million(worked.messages as f64, assumed.usd_per_million_invocations),
        queue: million(worked.requests as f64, assumed.usd_per_million_messages),
    };
    let usd = parts.writes + parts.reads + parts.function + parts.queue;
    let at = |percent: usize| -> Result<f64> {
        let rank = (totals.taken.len() * percent).div_ceil(100).saturating_sub(1);
        let micros = totals.taken.get(rank).context("nothing was charged")?;
        Ok(rounded(*micros as f64 / 1e3))
    };
    Ok(Report {
        sessions: options.sessions,
        lease_minutes: options.lease,
        seconds: rounded(seconds),
        fits_a_minute: seconds < 60.0 && charges >= due,
        charges,
        due,
        charges_per_second: rounded(charges as f64 / seconds),
        usd: rounded(usd),
        usd_per_million_charges: rounded(usd / charges as f64 * 1e6),
        usd_parts: Parts {
            writes: rounded(parts.writes),
            reads: rounded(parts.reads),
            function: rounded(parts.function),
            queue: rounded(parts.queue),
        },
        write_units: totals.write_units,
        read_units: totals.read_units,
        throttled: totals.throttled,
        messages: worked.messages,
        messages_failed: worked.failed,
        instances: worked.instances,
        p50_ms: at(50)?,
        p99_ms: at(99)?,
        assumptions: assumed.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Options, run};

    fn options(sessions: u32, lease: u32) -> Options {
        Options {
            sessions,
            lease,
            write_units_per_second: 40_000.0,
            read_units_per_second: 40_000.0,
            instances: 50,
            memory_mb: 512,
        }
    }

    #[test]
    fn every_session_of_many_is_charged_once_at_the_contracts_price() {
        let report = run(&options(2_500, 1)).unwrap();
        assert_eq!((report.charges, report.messages_failed), (2_500, 0), "{report:?}");
        assert!((report.write_units - 10_000.0).abs() < 1e-6, "{report:?}");
        assert!(report.fits_a_minute && report.usd > 0.0, "{report:?}");
        let long = run(&options(2_500, 5)).unwrap();
        assert_eq!((long.charges, long.due), (2_500, 2_500), "{long:?}");
        assert!((long.write_units - 2_000.0).abs() < 1e-6, "{long:?}");
    }

    #[test]
    fn a_table_that_is_full_for_seconds_leaves_nobody_out() {
        let tight = Options { write_units_per_second: 1_000.0, ..options(2_500, 1) };
        let report = run(&tight).unwrap();
        assert!(report.throttled > 1_000, "{report:?}");
        assert_eq!((report.charges, report.messages_failed), (2_500, 0), "{report:?}");
        // A second of units at once, and then no more than come.
        assert!((9.0..15.0).contains(&report.seconds), "{report:?}");
    }

    #[test]
    fn what_a_full_table_does_not_take_in_time_stays_due_and_is_charged_for_nothing() {
        let tight = Options { write_units_per_second: 40.0, ..options(1_000, 1) };
        let report = run(&tight).unwrap();
        assert!(report.throttled > 0 && report.messages_failed > 0, "{report:?}");
        assert!(report.charges < report.due && !report.fits_a_minute, "{report:?}");
        assert!((report.write_units - report.charges as f64 * 4.0).abs() < 1e-6, "{report:?}");
        assert!(report.write_units <= 40.0 * (report.seconds + 1.0), "{report:?}");
        assert!(report.seconds < 50.0, "a worker was stopped: {report:?}");
    }
}
