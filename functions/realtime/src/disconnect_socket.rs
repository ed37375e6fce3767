//! `$disconnect` of the socket: it goes from the table, and its side is told gone if it was the last.
//!
//! A browser that closed the socket itself was there until now, which is a proof of presence like any other, if the last
//! one is not too old. A socket that was only found dead (1006) proves nothing: the last ping stays the last proof, and the
//! clock stops there. API Gateway does not always tell: pings that stay away say the same.

use runtime::{SocketEvent, SocketEventType, SocketReply};
use store::live::{connection, remove_connection};
use store::{CommitError, StoreError, Transaction};
use web::{Need, Route};

use crate::App;
use crate::presence::{left, prove_at_close};

/// The route.
pub const ROUTE: Route = Route::socket("disconnect_socket", "$disconnect").needs(&[
    Need::APP_READ,
    Need::APP_QUERY,
    Need::APP_UPDATE,
    Need::APP_DELETE,
    Need::SOCKET_MANAGE,
]);

/// No close frame came: nobody knows how long the socket had been dead.
const ABNORMAL: u16 = 1006;

/// Removes a socket. Repeating it does no harm.
///
/// # Errors
/// [`StoreError`]: the items expire by themselves.
pub async fn handle(app: &App, event: SocketEvent) -> Result<SocketReply, StoreError> {
    let context = event.request_context;
    if context.event_type != SocketEventType::Disconnect {
        return Ok(SocketReply::OK);
    }
    let (store, now) = (&app.ctx.store, app.ctx.now());
    let Some(item) = connection(store, &context.connection_id).await? else {
        return Ok(SocketReply::OK);
    };
    match store.commit(remove_connection(Transaction::new(), &item)).await {
        Ok(()) | Err(CommitError::Refused(_)) => {}
        Err(CommitError::Busy) => return Err(StoreError::Unavailable("busy".into())),
        Err(CommitError::Store(error)) => return Err(error),
    }
    let said_goodbye = context.disconnect_status_code.is_some_and(|code| code != ABNORMAL);
    for (session_id, side) in &item.subscriptions {
        if said_goodbye {
            prove_at_close(app, session_id, *side, now).await?;
        }
        left(app, session_id, *side, &item.connection_id, now).await?;
    }
    Ok(SocketReply::OK)
}
