//! Presence by sockets: pings prove it, and the other side hears at once who came and went.
//!
//! What is *charged* follows from the proofs alone (`metering::Presence`): a socket's coming and going is shown, and moves
//! no money.

use jiff::{SignedDuration, Timestamp};
use live::frame::{Body, Presence, ServerFrame};
use metering::{LOST_AFTER_MS, Side};
use store::StoreError;
use store::live::{SubscriptionItem, channel};
use store::session::prove;

use crate::App;
use crate::sockets::{Listed, Told};

/// A ping's proof. `false` if the last one is so old that only `renew` may say what has become of the session.
///
/// # Errors
/// [`StoreError`].
pub async fn prove_by_ping(
    app: &App,
    session_id: &str,
    side: Side,
    now: Timestamp,
) -> Result<bool, StoreError> {
    prove(&app.ctx.store, session_id, side, now.as_millisecond(), LOST_AFTER_MS).await
}

/// The proof of a socket that its browser closed itself. A ping's rule holds: too late is no proof.
///
/// # Errors
/// [`StoreError`].
pub async fn prove_at_close(
    app: &App,
    session_id: &str,
    side: Side,
    now: Timestamp,
) -> Result<(), StoreError> {
    prove_by_ping(app, session_id, side, now).await.map(|_| ())
}

/// Tells the others on a session that a socket of `side` came.
pub async fn came(
    app: &App,
    session_id: &str,
    side: Side,
    peer_id: &str,
    now: Timestamp,
    others: &[SubscriptionItem],
) {
    let presence =
        Presence { side: side.into(), peer_id: peer_id.to_owned(), connected: true, lost_at: None };
    tell(app, session_id, presence, now, others).await;
}

/// Tells the others on a session that a socket of `side` went, and until when the side counts as present if it was the
/// last.
///
/// # Errors
/// [`StoreError`].
pub async fn left(
    app: &App,
    session_id: &str,
    side: Side,
    peer_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let store = &app.ctx.store;
    let others: Vec<_> = channel(store, session_id)
        .await?
        .into_iter()
        .filter(|other| other.connection_id != peer_id)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let connected = others.iter().any(|other| other.side == side);
    let lost_at = if connected {
        None
    } else {
        let seen_ms = store.presence(session_id).await?.sides().of(side);
        let seen = seen_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(now);
        Some((seen + SignedDuration::from_millis(LOST_AFTER_MS)).into())
    };
    let presence = Presence { side: side.into(), peer_id: peer_id.to_owned(), connected, lost_at };
    tell(app, session_id, presence, now, &others).await;
    Ok(())
}

async fn tell(
    app: &App,
    session_id: &str,
    presence: Presence,
    now: Timestamp,
    others: &[SubscriptionItem],
) {
    let told = others.iter().map(|other| Told {
        connection_id: other.connection_id.clone(),
        frame: ServerFrame::hint(
            now,
            Some(session_id.to_owned()),
            Body::Presence(presence.clone()),
        ),
    });
    app.sockets.tell(&app.ctx.store, Listed::On(session_id), told.collect()).await;
}
