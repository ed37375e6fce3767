//! Sessions that run: written by the store's own transactions, through the SDK, before the measuring begins.

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use ledger::{Currency, FeeRule, Money, lease_entry, top_up};
use metering::{Facts, Meter, Side, Sides, Terms};
use runtime::new_id;
use store::session::{Participant, SessionItem, create_session, shard_key, touch};
use store::wallet::{
    EntryNotes, change_spending, create_wallet, open_and_lease, put_entry, shard_of, wallet_key,
};
use store::{Store, Transaction};

/// Price of a minute, in cents.
pub const RATE_MINOR: i64 = 300;
/// What each member has at the beginning, in cents: enough for every tick.
pub const FUNDS_MINOR: i64 = 60_000;
/// Length of a billed minute, in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// Sessions written by one transaction: six items each, of a hundred at most.
const SESSIONS_AT_ONCE: usize = 16;

/// The sessions of a bench.
pub struct World {
    store: Store,
    sessions: Vec<SessionItem>,
    lease_minutes: u32,
    start: Timestamp,
}

impl World {
    /// Writes `sessions` that began in `lease_minutes` groups a minute apart, the last one at `start`, each with its
    /// first lease: from then on each minute one group's next lease is due. The members of a shard's sessions are in one
    /// of `partitions`: what a worker writes together is then one transaction of the database here too.
    ///
    /// # Errors
    /// The store refuses a write.
    pub async fn write(
        store: Store,
        sessions: u32,
        lease_minutes: u32,
        start: Timestamp,
        partitions: u32,
    ) -> Result<Self> {
        let sessions = (0..sessions)
            .map(|number| running(number, lease_minutes, start, partitions))
            .collect::<Result<Vec<_>>>()?;
        let world = Self { store, sessions, lease_minutes, start };
        for some in world.sessions.chunks(SESSIONS_AT_ONCE) {
            world.open(some).await?;
        }
        Ok(world)
    }

    /// When the worker ticks for the `tick`th time (from 0): in the middle of a minute.
    #[must_use]
    pub fn at(&self, tick: u32) -> Timestamp {
        let seconds = 30 + 60 * i64::from(tick);
        self.start + SignedDuration::from_secs(seconds)
    }

    /// Lets each side of each session be heard of, as its browser does every twenty seconds.
    ///
    /// # Errors
    /// The store refuses a write.
    pub async fn hear(&self, now: Timestamp) -> Result<()> {
        for side in [Side::Member, Side::Host] {
            for some in self.sessions.chunks(100) {
                let tx = some.iter().fold(Transaction::new(), |tx, session| {
                    touch(tx, &session.session_id, side, now.as_millisecond())
                });
                self.store.commit(tx).await?;
            }
        }
        Ok(())
    }

    async fn open(&self, some: &[SessionItem]) -> Result<()> {
        let now_ms = self.start.as_millisecond();
        let money = |minor| Money::new(minor, Currency::USD);
        let (mut create, mut fund, mut lease) =
            <(Transaction, Transaction, Transaction)>::default();
        for session in some {
            let (member, id) = (session.member.id.as_str(), session.session_id.as_str());
            create = create_wallet(create_session(create, session), member, Currency::USD);
            let entry = top_up(member, &new_id(self.start).to_string(), money(FUNDS_MINOR))?;
            fund = put_entry(fund, member, &entry, now_ms, EntryNotes::default());
            fund = change_spending(fund, member, FUNDS_MINOR, |update| update);
            let count = self.lease_minutes;
            let entry = lease_entry(member, id, (1, count), money(RATE_MINOR))?;
            lease = open_and_lease(lease, (member, id, &session.host.name), &entry, count, now_ms);
        }
        for tx in [create, fund, lease] {
            self.store.commit(tx).await.context("a session could not be written")?;
        }
        Ok(())
    }
}

/// What a session is agreed on.
///
/// # Errors
/// None.
pub fn terms(lease_minutes: u32) -> Result<Terms> {
    Ok(Terms {
        rate: Money::new(RATE_MINOR, Currency::USD),
        fee_rule: FeeRule::new("soulseer", "30")?,
        minute_ms: MINUTE_MS,
        lease_minutes,
    })
}

/// A session whose clock runs since `since_ms`.
///
/// # Errors
/// None.
pub fn meter(lease_minutes: u32, since_ms: i64) -> Result<Meter> {
    let facts = Facts {
        leased: 0,
        available_minor: FUNDS_MINOR,
        presence: Sides { member: Some(since_ms), host: Some(since_ms) },
        now_ms: since_ms,
    };
    let meter = Meter::request(terms(lease_minutes)?, since_ms).accept(since_ms)?;
    Ok(meter.join(Side::Member, &facts)?.join(Side::Host, &facts)?)
}

fn running(
    number: u32,
    lease_minutes: u32,
    start: Timestamp,
    partitions: u32,
) -> Result<SessionItem> {
    let group = number.checked_rem(lease_minutes).unwrap_or_default();
    let since = start - SignedDuration::from_mins(i64::from(group));
    let id = new_id(since).to_string();
    let place = shard_of(&shard_key(&id).pk, partitions);
    let mut ids = std::iter::repeat_with(|| new_id(since).to_string());
    let member = ids.find(|id| shard_of(&wallet_key(id).pk, partitions) == place);
    let person = |side: &str, id| Participant {
        id,
        name: format!("{side} {number}"),
        slug: (side == "Host").then(|| format!("host-{number}")),
    };
    let meter = meter(lease_minutes, since.as_millisecond())?;
    let member = person("Member", member.context("there are ids without end")?);
    let host = person("Host", new_id(since).to_string());
    Ok(SessionItem::request(id, "soulseer", "voice", (member, host), meter))
}
