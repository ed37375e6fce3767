//! The billing worker: what is due in one shard of open sessions, charged, paused, ended or settled.
//!
//! At least once, in any order, overlapping, late: the ledger comes out the same, because every write carries the fence
//! it was decided under. Cost per tick and session that needs nothing: three items read in batches of a hundred. Cost of
//! a charge: two items (see `store::wallet`), four write units, in a transaction that [`LEASES_PER_TRANSACTION`] sessions
//! share, so that signing and sending are paid once for all of them. While one batch is charged, the next one is read.

use futures::StreamExt;
use ledger::lease_entry;
use metering::{Lease, Step};
use store::session::{OpenItem, shard_partition};
use store::wallet::lease;
use store::{CommitError, Query, Store, StoreError, Table, Transaction, Until};
use web::Ctx;

use crate::patience::Patience;
use crate::settle::settle;
use crate::transition::store_observed;
use live::room::Room;

/// Sessions handled at once by one worker.
pub const CONCURRENCY: usize = 16;
/// Sessions handled at once when a table has been too busy again and again: half as many each time, down to this.
const CONCURRENCY_BUSY: usize = 4;
/// Sessions read together: what DynamoDB gives in one batch.
const SESSIONS_PER_BATCH: usize = 100;
/// Leases that are written in one transaction: two items each, of the hundred that one may have. What one of them is
/// refused for holds up the others until they are tried alone, so there are not more.
pub const LEASES_PER_TRANSACTION: usize = 10;
/// Sessions a message is answerable for; a shard with more is handed out in pages.
pub const SESSIONS_PER_MESSAGE: usize = 1_000;

const OUT_OF_TIME: &str = "there was no time left";

/// The open sessions of one message.
#[derive(Clone, Debug)]
pub struct Shard {
    /// Them, at most [`SESSIONS_PER_MESSAGE`].
    pub open: Vec<OpenItem>,
    /// Where the next page begins, if the shard has more.
    pub next: Option<String>,
}

/// What a worker did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Sessions looked at.
    pub seen: u32,
    /// Minutes leased.
    pub minutes_leased: u32,
    /// Leases that were refused: already leased, ended, or no money left.
    pub refusals: u32,
    /// Sessions that time itself had moved on.
    pub stored: u32,
    /// Sessions settled.
    pub settled: u32,
    /// How often a session was taken up again: a table had no room for it, or what was to be written with it was refused.
    pub repeated: u32,
    /// Sessions that could not be handled and must be tried again.
    pub failed: u32,
    /// The largest lag of a charge behind the moment it became due, in milliseconds.
    pub lag_ms_max: i64,
}

/// Reads a page of a shard, from the sort key `after` on: one query, and further ones while the table is too busy for it.
///
/// # Errors
/// [`StoreError`] if it cannot be read in time.
pub async fn read_shard(
    store: &Store,
    shard: u32,
    after: Option<String>,
    patience: &mut Patience<'_>,
) -> Result<Shard, StoreError> {
    let partition = shard_partition(shard);
    let start = after.map(|sk| [("pk".to_owned(), partition.clone()), ("sk".into(), sk)].into());
    let query = Query::new(Table::App, partition).limit(SESSIONS_PER_MESSAGE).after(start);
    let page = loop {
        match store.query::<OpenItem>(query.clone()).await {
            Err(error) if error.retryable() && patience.pause().await => {}
            outcome => break outcome?,
        }
    };
    Ok(Shard { open: page.items, next: page.next.and_then(|mut key| key.remove("sk")) })
}

/// Handles open sessions, those that need a lease some together. What a busy table leaves, or a refusal of one of them, is
/// read, decided and tried again while there is time, each session alone; what cannot be handled is counted as failed, so
/// that it does not hold up the others.
pub async fn charge_all(ctx: &Ctx, open: &[OpenItem], patience: &mut Patience<'_>) -> Outcome {
    let mut total = Outcome::default();
    let mut pace = Pace { at_once: CONCURRENCY, together: LEASES_PER_TRANSACTION };
    let mut left = charge_once(ctx, open, pace, patience, &mut total).await;
    while !left.is_empty() && patience.pause().await {
        total.repeated =
            total.repeated.saturating_add(u32::try_from(left.len()).unwrap_or(u32::MAX));
        let again: Vec<_> = left.into_iter().map(|one| one.open).collect();
        pace = Pace { at_once: pace.at_once.div_euclid(2).max(CONCURRENCY_BUSY), together: 1 };
        left = charge_once(ctx, &again, pace, patience, &mut total).await;
    }
    // Thousands may be left of a table that is down: one line, with one of them.
    if let Some(Left { open, why }) = left.first() {
        let (sessions, session_id) = (left.len(), &open.session_id);
        tracing::error!(sessions, session_id, why, "sessions could not be handled in time");
    }
    let all = u32::try_from(open.len()).unwrap_or(u32::MAX);
    Outcome { failed: all.saturating_sub(total.seen), ..total }
}

/// How a worker goes through its sessions.
#[derive(Clone, Copy)]
struct Pace {
    /// Transactions at once.
    at_once: usize,
    /// Leases in one.
    together: usize,
}

/// What is handled as one.
enum Group {
    /// A session, and what it needs.
    Alone(Box<Room>, Step),
    /// Two or more that need a lease, each of another member, as no item may be twice in a transaction.
    Leases(Vec<(Room, Lease)>),
}

impl Group {
    fn left(&self, why: &impl ToString) -> Vec<Left> {
        let left = |room: &Room| Left::of(&OpenItem::of(&room.session), why);
        match self {
            Self::Alone(room, _) => vec![left(room)],
            Self::Leases(leases) => leases.iter().map(|(room, _)| left(room)).collect(),
        }
    }
}

/// A session that must be taken up again, and may succeed a moment later.
struct Left {
    open: OpenItem,
    why: String,
}

impl Left {
    fn of(open: &OpenItem, why: &impl ToString) -> Self {
        Self { open: open.clone(), why: why.to_string() }
    }
}

/// Handles each session once, adds what was done to `total`, and gives what is left.
async fn charge_once(
    ctx: &Ctx,
    open: &[OpenItem],
    pace: Pace,
    patience: &Patience<'_>,
    total: &mut Outcome,
) -> Vec<Left> {
    let handled =
        futures::stream::iter(open.chunks(SESSIONS_PER_BATCH))
            .map(|some| read_rooms(ctx, some, patience))
            .buffered(2)
            .flat_map(|rooms| futures::stream::iter(in_groups(rooms, pace.together)))
            .map(|group| async move {
                handle_group(ctx, group.map_err(|left| vec![left])?, patience).await
            })
            .buffer_unordered(pace.at_once);
    let collect = |mut left: Vec<Left>, outcome| {
        match outcome {
            Ok(done) => total.add(&done),
            Err(more) => left.extend::<Vec<_>>(more),
        }
        std::future::ready(left)
    };
    handled.fold(Vec::new(), collect).await
}

/// Puts what needs a lease together, `together` at most, and leaves everything else alone.
fn in_groups(rooms: Vec<Result<Room, Left>>, together: usize) -> Vec<Result<Group, Left>> {
    let (mut groups, mut leases) = (Vec::new(), Vec::<(Room, Lease)>::new());
    for room in rooms {
        let room = match room {
            Ok(room) => room,
            Err(left) => {
                groups.push(Err(left));
                continue;
            }
        };
        let is_of = |other: &Room| other.session.member.id == room.session.member.id;
        match room.session.meter.step(&room.facts) {
            Step::Lease(due) if together > 1 && !leases.iter().any(|(one, _)| is_of(one)) => {
                leases.push((room, due));
                if leases.len() >= together {
                    groups.push(Ok(Group::Leases(std::mem::take(&mut leases))));
                }
            }
            step => groups.push(Ok(Group::Alone(Box::new(room), step))),
        }
    }
    if leases.len() > 1 {
        groups.push(Ok(Group::Leases(leases)));
    } else {
        let alone = |(room, due)| Ok(Group::Alone(Box::new(room), Step::Lease(due)));
        groups.extend(leases.into_iter().map(alone));
    }
    groups
}

/// Reads sessions; those that cannot be read are left out, and said in the log.
async fn read_rooms(
    ctx: &Ctx,
    some: &[OpenItem],
    patience: &Patience<'_>,
) -> Vec<Result<Room, Left>> {
    let left =
        |why: &dyn ToString| some.iter().map(|one| Err(Left::of(one, &why.to_string()))).collect();
    if patience.is_over() {
        return left(&OUT_OF_TIME);
    }
    let rooms = match Room::read_many(&ctx.store, some, ctx.now().as_millisecond()).await {
        Ok(rooms) => rooms,
        Err(error) if error.retryable() => return left(&error),
        // One that cannot be read must not hold up the others.
        Err(StoreError::Shape(_)) if some.len() > 1 => {
            let each = some.iter().map(|one| read_rooms(ctx, std::slice::from_ref(one), patience));
            return futures::future::join_all(each.map(Box::pin))
                .await
                .into_iter()
                .flatten()
                .collect();
        }
        Err(error) => {
            let session_id = some.first().map(|one| &one.session_id);
            tracing::error!(sessions = some.len(), session_id, %error, "open sessions could not be read");
            return Vec::new();
        }
    };
    let missing = some.len().saturating_sub(rooms.len());
    if missing > 0 {
        tracing::error!(missing, "open sessions without a session or a wallet");
    }
    rooms.into_iter().map(Ok).collect()
}

impl Outcome {
    /// Adds what was done elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.seen = self.seen.saturating_add(other.seen);
        self.minutes_leased = self.minutes_leased.saturating_add(other.minutes_leased);
        self.refusals = self.refusals.saturating_add(other.refusals);
        self.stored = self.stored.saturating_add(other.stored);
        self.settled = self.settled.saturating_add(other.settled);
        self.repeated = self.repeated.saturating_add(other.repeated);
        self.failed = self.failed.saturating_add(other.failed);
        self.lag_ms_max = self.lag_ms_max.max(other.lag_ms_max);
    }
}

/// Handles a group if there is time for it; what cannot be handled for good is said in the log, and not seen.
async fn handle_group(
    ctx: &Ctx,
    group: Group,
    patience: &Patience<'_>,
) -> Result<Outcome, Vec<Left>> {
    if patience.is_over() {
        return Err(group.left(&OUT_OF_TIME));
    }
    let (room, outcome) = match &group {
        // Whatever it is, it may be the matter of one of them: the others must not suffer for it.
        Group::Leases(leases) => {
            return lease_together(ctx, leases).await.map_err(|error| group.left(&error));
        }
        Group::Alone(room, step) => (room, handle(ctx, room, step).await),
    };
    match outcome {
        Ok(outcome) => Ok(outcome),
        Err(error) if error.retryable() => Err(group.left(&error)),
        Err(error) => {
            let session_id = &room.session.session_id;
            tracing::error!(session_id, %error, "a session could not be handled");
            Ok(Outcome::default())
        }
    }
}

/// Leases what is due in each of these sessions, all or nothing.
async fn lease_together(ctx: &Ctx, leases: &[(Room, Lease)]) -> Result<Outcome, CommitError> {
    let (mut tx, mut total) = (Transaction::new(), Outcome::default());
    for (room, due) in leases {
        let (minutes_leased, lag_ms_max) = (due.count, lag_ms(room));
        tx = tx.and(lease_of(ctx, room, *due)?);
        total.add(&Outcome { seen: 1, minutes_leased, lag_ms_max, ..Outcome::default() });
    }
    ctx.store.commit(tx).await?;
    Ok(total)
}

/// What one session needs now.
async fn handle(ctx: &Ctx, room: &Room, step: &Step) -> Result<Outcome, CommitError> {
    let store = &ctx.store;
    let mut outcome = Outcome { seen: 1, ..Outcome::default() };
    match step {
        Step::Rest => {}
        Step::Lease(due) => lease_minutes(ctx, room, *due, &mut outcome).await?,
        Step::Settle => {
            settle(store, &room.session.session_id, room.facts.now_ms).await?;
            outcome.settled = 1;
        }
        Step::Store(meter) => {
            outcome.stored = u32::from(store_observed(store, room).await?);
            if !meter.state.is_open() && meter.started_ms().is_some() {
                settle(store, &room.session.session_id, room.facts.now_ms).await?;
                outcome.settled = 1;
            }
        }
    }
    Ok(outcome)
}

/// The transaction that leases what is due.
///
/// A minute is leased before it begins, so a lease that was held up is not sent after the end of the paid time: by then
/// both browsers have stopped, and it would charge for what nobody had.
fn lease_of(ctx: &Ctx, room: &Room, due: Lease) -> Result<Transaction, StoreError> {
    let session = &room.session;
    let (member, id) = (session.member.id.as_str(), session.session_id.as_str());
    let names = (member, id, session.host.name.as_str());
    let range = (due.first, due.count);
    let entry = lease_entry(member, id, range, session.meter.terms.rate)
        .map_err(|error| StoreError::Shape(error.to_string()))?;
    let clock = ctx.clock.clone();
    let paid_until = room.meter.paid_until_ms(room.facts.leased).unwrap_or(i64::MIN);
    let until = Until::new(move || clock.now().as_millisecond(), paid_until);
    Ok(lease(Transaction::new(), names, &entry, range, room.facts.now_ms).until(until))
}

/// Leases what is due. A refusal is an answer, not an error: whoever was faster leased it, the session ended, or the
/// money is gone, and then the session lapses by itself at the end of its paid time.
async fn lease_minutes(
    ctx: &Ctx,
    room: &Room,
    due: Lease,
    outcome: &mut Outcome,
) -> Result<(), CommitError> {
    match ctx.store.commit(lease_of(ctx, room, due)?).await {
        Ok(()) => {
            outcome.minutes_leased = due.count;
            outcome.lag_ms_max = lag_ms(room);
            Ok(())
        }
        Err(CommitError::Refused(_)) => {
            outcome.refusals = 1;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// How long ago the next minute could first have been leased by a punctual tick.
fn lag_ms(room: &Room) -> i64 {
    let terms = &room.meter.terms;
    let horizon = terms.minute_ms.saturating_add(room.meter.renew_margin_ms());
    let paid_until = room.meter.paid_until_ms(room.facts.leased).unwrap_or(room.facts.now_ms);
    room.facts.now_ms.saturating_sub(paid_until.saturating_sub(horizon)).max(0)
}

/// Leases the next minutes of one session if they are due within the room's own margin: what `renew` does.
///
/// # Errors
/// [`CommitError`] other than a refusal.
pub async fn renew(ctx: &Ctx, room: &Room) -> Result<Outcome, CommitError> {
    let mut outcome = Outcome { seen: 1, ..Outcome::default() };
    if let Some(due) = room.meter.lease_due(&room.facts, room.meter.renew_margin_ms()) {
        lease_minutes(ctx, room, due, &mut outcome).await?;
    }
    Ok(outcome)
}
