//! `subscribe` and `unsubscribe`: which sessions a socket hears of, and is present in.

use live::frame::{Body, NoticeCode, Peer, Subscribed};
use live::room::Room;
use live::view::Session;
use store::live::{channel, last_seq, subscribe as listen, unsubscribe as unlisten};
use store::{CommitError, StoreError, Transaction};

use crate::presence::{came, left, prove_by_ping};
use crate::receive_frame::Received;

/// Sessions that a socket hears of.
pub const SUBSCRIPTIONS_MAX: usize = 4;

/// Subscribes a participant; whoever is none learns nothing of the session.
///
/// The subscription is written before the last number is read: an event is either in that number or is told.
///
/// # Errors
/// [`StoreError`].
pub async fn subscribe(received: &Received<'_>, session_id: &str) -> Result<(), StoreError> {
    let (app, connection, now) = (received.app, received.connection, received.now);
    let store = &app.ctx.store;
    let session = store.session(session_id).await?;
    let side = session.and_then(|it| it.side_of(&connection.user_id.to_string()));
    let Some(side) = side else {
        received.notice(NoticeCode::NoSession, "There is no such session.").await;
        return Ok(());
    };
    let others = connection.subscriptions.keys().filter(|other| *other != session_id).count();
    if others >= SUBSCRIPTIONS_MAX {
        let detail = "Unsubscribe from another session first.";
        received.notice(NoticeCode::TooManySubscriptions, detail).await;
        return Ok(());
    }
    commit(received, listen(Transaction::new(), connection, session_id, side)).await?;
    if !prove_by_ping(app, session_id, side, now).await? {
        let detail = "You were away for too long: renew the session.";
        received.notice_on(Some(session_id), NoticeCode::PresenceLost, detail).await;
    }
    let last_seq = last_seq(store, session_id).await?;
    let mut peers = channel(store, session_id).await?;
    peers.retain(|peer| peer.connection_id != connection.connection_id);
    let room = Room::read(store, session_id, now.as_millisecond()).await?;
    let room = room.ok_or_else(|| StoreError::Shape("the session is gone".into()))?;
    let subscribed = Subscribed {
        id: received.id.clone(),
        peer_id: connection.connection_id.clone(),
        last_seq,
        peers: peers
            .iter()
            .map(|peer| Peer { peer_id: peer.connection_id.clone(), side: peer.side.into() })
            .collect(),
        session: Session::of(&room, side.into()),
    };
    received.answer(Some(session_id), Body::Subscribed(Box::new(subscribed))).await;
    if !connection.subscriptions.contains_key(session_id) {
        came(app, session_id, side, &connection.connection_id, now, &peers).await;
    }
    Ok(())
}

/// Ends a subscription; without one nothing happens.
///
/// # Errors
/// [`StoreError`].
pub async fn unsubscribe(received: &Received<'_>, session_id: &str) -> Result<(), StoreError> {
    let connection = received.connection;
    let Some(side) = connection.subscriptions.get(session_id) else { return Ok(()) };
    let id = &connection.connection_id;
    commit(received, unlisten(Transaction::new(), id, session_id)).await?;
    left(received.app, session_id, *side, id, received.now).await
}

/// Commits what is refused only when the socket has just gone, and then does not matter.
async fn commit(received: &Received<'_>, tx: Transaction) -> Result<(), StoreError> {
    match received.app.ctx.store.commit(tx).await {
        Ok(()) | Err(CommitError::Refused(_)) => Ok(()),
        Err(CommitError::Busy) => Err(StoreError::Unavailable("busy".into())),
        Err(CommitError::Store(error)) => Err(error),
    }
}
