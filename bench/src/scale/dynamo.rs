//! The third engine of the store: DynamoDB as its limits, prices and latencies, in virtual time.
//!
//! It answers what a billing worker asks and nothing else. Conditions are kept for real (the wallet's fence), capacity is
//! taken for real, and an instance of the function has one processor share, which its calls use one after the other.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::engine::{Batch, Engine, Work};
use store::{
    CommitError, Item, Key, Page, Query, Refused, StoreError, Table, Until, Update, Write,
    WriteKind,
};

use super::Assumptions;
use super::capacity::{Capacity, PARTITION_READ, PARTITION_WRITE};
use super::items::{Sessions, size};
use super::time::{Micros, Time};

/// How often the SDK makes a call that is throttled, and its mean pause before the second time (it doubles).
const SDK_ATTEMPTS: u32 = 3;
const SDK_BACKOFF_US: Micros = 500_000;

/// The tables. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Tables {
    time: Time,
    assumed: Arc<Assumptions>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    sessions: Sessions,
    app_reads: Capacity,
    ledger_reads: Capacity,
    ledger_writes: Capacity,
    charges: u64,
    refused: u64,
    random: u64,
    last_charge: Micros,
    taken: Vec<Micros>,
}

/// What the tables did.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Leases written.
    pub leases: u64,
    /// Leases refused by the fence.
    pub refused: u64,
    /// Read units used.
    pub read_units: f64,
    /// Write units used.
    pub write_units: f64,
    /// Requests turned away.
    pub throttled: u64,
    /// When the last lease was written.
    pub last_charge: Micros,
    /// How long each lease took, sorted.
    pub taken: Vec<Micros>,
    /// Minutes leased in all wallets.
    pub leased_minutes: u64,
}

impl State {
    fn reads(&mut self, table: Table) -> &mut Capacity {
        match table {
            Table::App => &mut self.app_reads,
            Table::Ledger => &mut self.ledger_reads,
        }
    }
}

impl Tables {
    /// Tables that hold these sessions.
    #[must_use]
    pub fn new(time: Time, assumed: Arc<Assumptions>, sessions: Sessions) -> Self {
        let (read, write) = (assumed.read_units_per_second, assumed.write_units_per_second);
        // A table that takes so much has been split into at least so many partitions.
        let partitions = partitions(read, PARTITION_READ).max(partitions(write, PARTITION_WRITE));
        let reads = || Capacity::new(read, partitions, PARTITION_READ);
        let state = State {
            sessions,
            app_reads: reads(),
            ledger_reads: reads(),
            ledger_writes: Capacity::new(write, partitions, PARTITION_WRITE),
            charges: 0,
            refused: 0,
            random: 1,
            last_charge: 0,
            taken: Vec::new(),
        };
        Self { time, assumed, state: Arc::new(Mutex::new(state)) }
    }

    /// The tables as one instance of the function sees them.
    #[must_use]
    pub fn instance(&self) -> Instance {
        Instance { tables: self.clone(), free_at: Arc::default() }
    }

    /// What they did so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let state = self.lock();
        let mut taken = state.taken.clone();
        taken.sort_unstable();
        Totals {
            leases: state.charges,
            refused: state.refused,
            read_units: state.app_reads.used + state.ledger_reads.used,
            write_units: state.ledger_writes.used,
            throttled: state.app_reads.throttled
                + state.ledger_reads.throttled
                + state.ledger_writes.throttled,
            last_charge: state.last_charge,
            taken,
            leased_minutes: state.sessions.leased_minutes(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn random(&self) -> u64 {
        let mut state = self.lock();
        state.random = state.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.random >> 33
    }

    /// A latency around `micros`: half to one and a half of it, and four times it once in a hundred.
    fn latency(&self, micros: Micros) -> Micros {
        let roll = self.random();
        if roll.is_multiple_of(100) {
            micros * 4
        } else {
            micros / 2 + micros * (roll % 1_000) / 1_000
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some dozens")]
fn partitions(rate: f64, each: f64) -> u32 {
    (rate / each).ceil() as u32
}

/// One instance's view of the tables.
#[derive(Clone, Debug)]
pub struct Instance {
    tables: Tables,
    free_at: Arc<Mutex<Micros>>,
}

impl Instance {
    /// Uses the instance's share of a processor, after what is already waiting for it.
    async fn compute(&self, micros: u64) {
        let needed = self.tables.assumed.on_the_share(micros);
        let until = {
            let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            *free_at = (*free_at).max(self.tables.time.micros()) + needed;
            *free_at
        };
        self.tables.time.until(until).await;
    }

    async fn pass(&self, micros: Micros) {
        let latency = self.tables.latency(micros);
        self.tables.time.sleep(latency).await;
    }

    /// Takes read units for what there are some, as a batch does: which of the items are served. When none is, the call
    /// fails, and is made again as the SDK does it: three times, with a growing random pause between.
    async fn read(&self, table: Table, wanted: &[(&str, f64)]) -> Result<Vec<bool>, StoreError> {
        for attempt in 0..SDK_ATTEMPTS {
            let now = self.tables.time.micros();
            let served: Vec<bool> = {
                let mut state = self.tables.lock();
                let capacity = state.reads(table);
                wanted.iter().map(|one| capacity.take(now, &[*one])).collect()
            };
            if served.is_empty() || served.contains(&true) {
                return Ok(served);
            }
            self.pass(SDK_BACKOFF_US << attempt).await;
        }
        Err(StoreError::Unavailable("ProvisionedThroughputExceededException".into()))
    }

    async fn items(&self, table: Table, keys: Vec<Key>) -> Result<Batch, StoreError> {
        let assumed = &self.tables.assumed;
        let now = runtime::Clock::now(&self.tables.time);
        let items = {
            let state = self.tables.lock();
            let read = |key: &Key| state.sessions.get(table, &key.pk, &key.sk, now).map_err(shape);
            keys.iter().map(read).collect::<Result<Vec<_>, _>>()?
        };
        let sizes = items.iter().map(|item| read_units(size(item)));
        let wanted: Vec<_> = keys.iter().map(|key| key.pk.as_str()).zip(sizes).collect();
        let served = self.read(table, &wanted).await?;
        self.pass(assumed.batch_read_us).await;
        let (mut found, mut rest) = (Vec::with_capacity(keys.len()), Vec::new());
        for ((key, item), served) in keys.into_iter().zip(items).zip(served) {
            if served { found.push(item) } else { rest.push(key) }
        }
        self.compute(assumed.cpu_us_per_call + assumed.cpu_us_per_item * found.len() as u64).await;
        Ok((found, rest))
    }

    async fn page(&self, query: &Query) -> Result<Page<Item>, StoreError> {
        let assumed = &self.tables.assumed;
        let after = query.after.as_ref().and_then(|key| key.get("sk")).map(String::as_str);
        let limit = usize::try_from(query.limit).unwrap_or(1);
        let (items, more) =
            self.tables.lock().sessions.shard(&query.pk, after, limit).map_err(shape)?;
        let bytes = items.iter().map(size).sum();
        self.read(query.table, &[(&query.pk, read_units(bytes))]).await?;
        self.pass(assumed.query_us).await;
        self.compute(assumed.cpu_us_per_call + assumed.cpu_us_per_item * items.len() as u64).await;
        let last =
            items.last().filter(|_| more).and_then(|item| item.get("sk")?.as_s().ok().cloned());
        let next =
            last.map(|sk| [("pk".to_owned(), query.pk.clone()), ("sk".to_owned(), sk)].into());
        Ok(Page { items, next })
    }

    async fn commit(&self, writes: &[Write], until: Option<&Until>) -> Result<(), CommitError> {
        let (begin, assumed) = (self.tables.time.micros(), &self.tables.assumed);
        let leases = writes.chunks(2).map(Lease::of).collect::<Option<Vec<_>>>();
        let leases = leases.ok_or_else(|| shape("the model knows leases only"))?;
        let count = leases.len() as u64;
        self.compute(assumed.cpu_us_per_transaction + count * assumed.cpu_us_per_charge).await;
        if until.is_some_and(Until::passed) {
            return Err(CommitError::too_late());
        }
        let outcome = self.apply(&leases);
        let more = count.saturating_sub(1) * assumed.transaction_us_per_lease_more;
        self.pass(assumed.transaction_us + more).await;
        let mut state = self.tables.lock();
        let now = self.tables.time.micros();
        if outcome.is_ok() {
            state.charges += count;
            state.last_charge = now;
            state.taken.push(now - begin);
        }
        outcome
    }

    /// All of them or none.
    fn apply(&self, leases: &[Lease<'_>]) -> Result<(), CommitError> {
        let now = self.tables.time.micros();
        let mut state = self.tables.lock();
        let units: Vec<_> = leases.iter().flat_map(|lease| lease.units).collect();
        if !state.ledger_writes.take(now, &units) {
            return Err(CommitError::Busy);
        }
        for lease in leases {
            if !state.sessions.holds(lease.wallet, lease.before, lease.amount).map_err(shape)? {
                state.refused += 1;
                return Err(CommitError::Refused(vec![Refused { label: "wallet", found: None }]));
            }
        }
        leases
            .iter()
            .try_for_each(|lease| state.sessions.lease(lease.wallet, lease.last))
            .map_err(shape)?;
        Ok(())
    }
}

/// A lease as its two writes say it.
struct Lease<'a> {
    wallet: &'a str,
    before: u32,
    last: u32,
    amount: i64,
    units: [(&'a str, f64); 2],
}

impl<'a> Lease<'a> {
    fn of(writes: &'a [Write]) -> Option<Self> {
        let [entry, wallet] = writes else { return None };
        let (WriteKind::Put(item, Some(_)), WriteKind::Update(update)) =
            (&entry.kind, &wallet.kind)
        else {
            return None;
        };
        let number =
            |name: &str| update.condition.values.get(name)?.as_n().ok()?.parse::<i64>().ok();
        let minute = |name: &str| u32::try_from(number(name)?).ok();
        // Twice the units of a plain write; a wallet is well under a KiB.
        let units =
            [(entry.key.pk.as_str(), 2.0 * write_units(size(item))), (wallet.key.pk.as_str(), 2.0)];
        Some(Self {
            wallet: &wallet.key.pk,
            before: minute(":before")?,
            last: minute(":last")?,
            amount: number(":amount")?,
            units,
        })
    }
}

fn shape(error: impl std::fmt::Display) -> StoreError {
    StoreError::Shape(error.to_string())
}

/// One per 4 KiB, strongly consistent.
#[expect(clippy::cast_precision_loss, reason = "an item is below 400 KiB")]
fn read_units(bytes: usize) -> f64 {
    bytes.div_ceil(4_096).max(1) as f64
}

/// One per KiB.
#[expect(clippy::cast_precision_loss, reason = "an item is below 400 KiB")]
fn write_units(bytes: usize) -> f64 {
    bytes.div_ceil(1_024).max(1) as f64
}

impl Engine for Instance {
    fn get<'a>(&'a self, table: Table, key: &'a Key) -> Work<'a, Result<Option<Item>, StoreError>> {
        Box::pin(async move { Ok(self.items(table, vec![key.clone()]).await?.0.pop()) })
    }

    fn get_many<'a>(
        &'a self,
        table: Table,
        keys: Vec<Key>,
        _consistent: bool,
    ) -> Work<'a, Result<Batch, StoreError>> {
        Box::pin(self.items(table, keys))
    }

    fn query<'a>(&'a self, query: &'a Query) -> Work<'a, Result<Page<Item>, StoreError>> {
        Box::pin(self.page(query))
    }

    fn transact<'a>(
        &'a self,
        writes: &'a [Write],
        until: Option<&'a Until>,
    ) -> Work<'a, Result<(), CommitError>> {
        Box::pin(self.commit(writes, until))
    }

    fn update<'a>(
        &'a self,
        _table: Table,
        _key: &'a Key,
        _update: &'a Update,
    ) -> Work<'a, Result<Option<Item>, StoreError>> {
        Box::pin(async { Err(shape("the worker updates nothing alone")) })
    }

    fn pause(&self, attempt: u32) -> Work<'_, ()> {
        // As `store::dynamo` pauses: between half and all of 10, 20, 40, ... 640 ms.
        let longest = 10_000 << attempt.min(6);
        let pause = longest / 2 + self.tables.random() % (longest / 2);
        Box::pin(async move { self.tables.time.sleep(pause).await })
    }
}
