//! Committing what a command decided: the session, the money that the step needs, and the proof of presence, in one
//! transaction.
//!
//! Cost: a step without money writes the session and the presence (4 write units); activation adds the wallet and the
//! entry (8); an end adds the wallet and both locks.

use ledger::lease_entry;
use metering::{Meter, Refusal, Side, State};
use store::session::{SessionItem, leave_shard, release_locks, save_session, touch};
use store::wallet::{close, lease, open_and_lease};
use store::{CommitError, Store, StoreError, Transaction};

use live::room::Room;

/// How often a command is decided anew because somebody else was faster.
const ATTEMPTS: u32 = 6;

/// Why a command did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such session, or the caller is not in it: the same answer for both.
    #[error("no such session")]
    NotFound,
    /// The command belongs to this side alone.
    #[error("only the other side may do this")]
    WrongSide(Side),
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others kept changing the session; trying again may help.
    #[error("the session is busy")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Decides a participant's command on the session as it is now, and commits it; whoever was faster makes it be decided
/// again on what is then true.
///
/// # Errors
/// [`CommandError`].
pub async fn command<E: Into<CommandError>>(
    store: &Store,
    session_id: &str,
    user_id: &str,
    now_ms: i64,
    decide: impl Fn(&Room, Side) -> Result<Meter, E>,
    edit: impl Fn(&mut SessionItem, Side),
) -> Result<Room, CommandError> {
    for _ in 0..ATTEMPTS {
        let room = Room::read(store, session_id, now_ms).await?.ok_or(CommandError::NotFound)?;
        let side = room.session.side_of(user_id).ok_or(CommandError::NotFound)?;
        let next = decide(&room, side).map_err(Into::into)?;
        let mut session = room.session.clone();
        edit(&mut session, side);
        let facts_changed = next != room.session.meter || session != room.session;
        let step = Step { room: &room, next, session, touched: Some(side) };
        let tx = if facts_changed {
            step.transaction()?
        } else {
            touch(Transaction::new(), session_id, side, now_ms)
        };
        match store.commit(tx).await {
            Ok(()) => {
                return Room::read(store, session_id, now_ms).await?.ok_or(CommandError::NotFound);
            }
            Err(CommitError::Refused(_)) => {}
            Err(CommitError::Busy) => return Err(CommandError::Busy),
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(CommandError::Busy)
}

/// Stores what time itself has done to a session. Returns whether it was stored; `false` says that somebody else was
/// faster, which is as good.
///
/// # Errors
/// [`CommitError`] other than a refusal.
pub async fn store_observed(store: &Store, room: &Room) -> Result<bool, CommitError> {
    let step =
        Step { room, next: room.meter.clone(), session: room.session.clone(), touched: None };
    let tx = step.transaction().map_err(|_| StoreError::Shape("time leased a minute".into()))?;
    match store.commit(tx).await {
        Ok(()) => Ok(true),
        Err(CommitError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// From what is stored to what was decided.
struct Step<'a> {
    room: &'a Room,
    next: Meter,
    session: SessionItem,
    touched: Option<Side>,
}

impl Step<'_> {
    /// All writes of the step.
    fn transaction(mut self) -> Result<Transaction, CommandError> {
        let stored = &self.room.session;
        let mut tx = Transaction::new();
        let starts = self.next.intervals.len() > stored.meter.intervals.len()
            && self.next.state == State::Active;
        if starts {
            tx = self.lease_if_due(tx)?;
        }
        if stored.meter.state.is_open() && !self.next.state.is_open() {
            tx = self.end(tx);
        }
        if let Some(side) = self.touched {
            tx = touch(tx, &stored.session_id, side, self.room.facts.now_ms);
        }
        self.session.meter = self.next;
        Ok(save_session(tx, stored.version, &self.session))
    }

    /// The minute that a running clock needs, if it is not paid yet.
    fn lease_if_due(&self, tx: Transaction) -> Result<Transaction, CommandError> {
        let facts = &self.room.facts;
        let used_up = self.next.active_ms(facts.now_ms) >= self.next.leased_ms(facts.leased);
        if !used_up {
            return Ok(tx);
        }
        // Presence does not matter here: the decision already asked for both sides.
        let lease_now = self.next.lease_due(facts, 0).ok_or(Refusal::FundsTooLow)?;
        let session = &self.room.session;
        let (member, id) = (session.member.id.as_str(), session.session_id.as_str());
        let host = session.host.name.as_str();
        let range = (lease_now.first, lease_now.count);
        let entry = lease_entry(member, id, range, self.next.terms.rate)
            .map_err(|error| StoreError::Shape(error.to_string()))?;
        Ok(if lease_now.first == 1 {
            open_and_lease(tx, (member, id, host), &entry, lease_now.count, facts.now_ms)
        } else {
            lease(tx, (member, id, host), &entry, range, facts.now_ms)
        })
    }

    /// Closes the money fence and frees both sides.
    fn end(&mut self, tx: Transaction) -> Transaction {
        let stored = &self.room.session;
        let tx = release_locks(tx, stored);
        if stored.meter.started_ms().is_none() {
            self.session.leased = Some(0);
            return leave_shard(tx, stored);
        }
        let leased = self.room.facts.leased;
        self.session.leased = Some(leased);
        close(tx, &stored.member.id, &stored.session_id, leased)
    }
}
