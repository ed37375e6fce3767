//! `signal` and `typing`: straight to the other side's sockets, kept nowhere.
//!
//! Cost: one query of the channel, one call a socket of the other side.

use live::frame::{Body, NoticeCode, ServerFrame, Signal, Typing};
use metering::Side;
use serde_json::{Map, Value};
use store::StoreError;
use store::live::channel;

use crate::receive_frame::Received;
use crate::sockets::{Listed, Told};

/// To the other side's browser, as it is.
///
/// # Errors
/// [`StoreError`].
pub async fn signal(
    received: &Received<'_>,
    session_id: &str,
    to: Option<String>,
    data: Map<String, Value>,
) -> Result<(), StoreError> {
    let peer_id = received.connection.connection_id.clone();
    let body = move |from: Side| Body::Signal(Signal { from: from.into(), peer_id, data });
    relay(received, session_id, to.as_deref(), body).await
}

/// The person writes, or stopped.
///
/// # Errors
/// [`StoreError`].
pub async fn typing(
    received: &Received<'_>,
    session_id: &str,
    typing: bool,
) -> Result<(), StoreError> {
    let body = move |from: Side| Body::Typing(Typing { from: from.into(), typing });
    relay(received, session_id, None, body).await
}

async fn relay(
    received: &Received<'_>,
    session_id: &str,
    to: Option<&str>,
    body: impl FnOnce(Side) -> Body,
) -> Result<(), StoreError> {
    let (app, connection) = (received.app, received.connection);
    let Some(side) = connection.subscriptions.get(session_id) else {
        received.notice(NoticeCode::NotSubscribed, "Subscribe to the session first.").await;
        return Ok(());
    };
    let frame = ServerFrame::hint(received.now, Some(session_id.to_owned()), body(*side));
    let sockets = channel(&app.ctx.store, session_id).await?;
    let told = sockets
        .into_iter()
        .filter(|socket| socket.side != *side)
        .filter(|socket| to.is_none_or(|to| to == socket.connection_id))
        .map(|socket| Told { connection_id: socket.connection_id, frame: frame.clone() })
        .collect();
    app.sockets.tell(&app.ctx.store, Listed::On(session_id), told).await;
    Ok(())
}
