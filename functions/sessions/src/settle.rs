//! Settling an ended session: held money goes to the host, the platform, and back to the member; once.
//!
//! Repeatable by anyone: the entry's key and the session's version let exactly one settlement through.

use ledger::settlement;
use metering::State;
use store::host::{Tally, count};
use store::session::{Settled, leave_shard, save_session};
use store::wallet::{EntryNotes, settle as settle_writes};
use store::{CommitError, Store, StoreError, Transaction};
use uuid::Uuid;

/// Settles a session if it has ended and is not settled yet; anything else is left alone.
///
/// # Errors
/// [`CommitError`] other than a refusal: somebody who was faster settled it.
pub async fn settle(store: &Store, session_id: &str, now_ms: i64) -> Result<(), CommitError> {
    let Some(mut session) = store.session(session_id).await? else { return Ok(()) };
    let (State::Ended, Some(leased)) = (session.meter.state, session.leased) else { return Ok(()) };
    if session.meter.started_ms().is_none() {
        return Ok(());
    }
    let now_ms = session.meter.not_before_last(now_ms);
    let shape = |error: String| StoreError::Shape(error);
    let figures = session.meter.settlement(leased).map_err(|error| shape(error.to_string()))?;
    let terms = session.meter.terms.clone();
    let entry = settlement(
        &session.member.id,
        &session.host.id,
        session_id,
        (leased, figures.minutes),
        terms.rate,
        &terms.fee_rule,
    )
    .map_err(|error| shape(error.to_string()))?;
    let notes = EntryNotes {
        session_id: Some(session_id.to_owned()),
        minutes: Some(figures.minutes),
        other_name: Some(session.host.name.clone()),
        member_name: Some(session.member.name.clone()),
        fee_version: Some(terms.fee_rule.version.clone()),
        ..EntryNotes::default()
    };
    let read_version = session.version;
    session.settlement = Some(Settled { figures, entry_id: Some(entry.key.id()), at_ms: now_ms });
    session.meter =
        session.meter.clone().finalize(now_ms).map_err(|error| shape(error.to_string()))?;
    let sides = (session.member.id.as_str(), session.host.id.as_str(), session_id);
    let tx = save_session(Transaction::new(), read_version, &session);
    let tx = settle_writes(leave_shard(tx, &session), sides, &entry, now_ms, notes);
    let outcome = match tally(tx.clone(), &session.host.id) {
        Some(counted) => match store.commit(counted).await {
            // No profile to count on must not hold up the money.
            Err(error) if error.refused("host").or(error.refused("card")).is_some() => {
                store.commit(tx).await
            }
            outcome => outcome,
        },
        None => store.commit(tx).await,
    };
    match outcome {
        Err(error) if error.refused("session").is_some() || error.refused("entry").is_some() => {
            Ok(())
        }
        outcome => outcome,
    }
}

/// One more settled session on the host's profile and card.
fn tally(tx: Transaction, host_id: &str) -> Option<Transaction> {
    let host_id = Uuid::parse_str(host_id).ok()?;
    Some(count(tx, host_id, Tally { sessions: 1, ..Tally::default() }))
}
