//! `ping`: proof of presence in each subscribed session, and the numbers of their last events.

use live::frame::{Body, NoticeCode, Pong};
use std::collections::BTreeMap;
use store::StoreError;
use store::live::last_seq;

use crate::presence::prove_by_ping;
use crate::receive_frame::Received;
use crate::sockets::{Listed, forget};

/// Answers a ping. A person who signed out everywhere is cut off here: within a ping's time.
///
/// # Errors
/// [`StoreError`].
pub async fn handle(received: &Received<'_>) -> Result<(), StoreError> {
    let (app, connection) = (received.app, received.connection);
    let store = &app.ctx.store;
    let user = store::user::find(store, connection.user_id).await?;
    if user.is_none_or(|user| user.token_generation != connection.generation) {
        received.notice(NoticeCode::SignedOut, "Please sign in again.").await;
        app.sockets.close(&connection.connection_id).await;
        let place = Listed::Of(connection.user_id);
        if let Err(error) = forget(store, &connection.connection_id, place).await {
            tracing::warn!(%error, "a socket stays in the table until it expires");
        }
        return Ok(());
    }
    let mut last = BTreeMap::new();
    for (session_id, side) in &connection.subscriptions {
        if !prove_by_ping(app, session_id, *side, received.now).await? {
            let detail = "You were away for too long: renew the session.";
            received.notice_on(Some(session_id), NoticeCode::PresenceLost, detail).await;
        }
        last.insert(session_id.clone(), last_seq(store, session_id).await?);
    }
    received.answer(None, Body::Pong(Pong { id: received.id.clone(), last_seq: last })).await;
    Ok(())
}
