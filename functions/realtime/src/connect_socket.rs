//! `$connect` of the socket: `?ticket=` -> open, or 403.
//!
//! The ticket counts once, for a minute, and only while its person's token generation is the one it was given under. A page
//! of another site is refused even with a ticket. The thirty-first socket of a person closes the oldest.

use jiff::Timestamp;
use runtime::{SocketEvent, SocketEventType, SocketReply};
use std::collections::BTreeMap;
use store::live::{ConnectionItem, connections_of, create_connection, take_ticket, ticket};
use store::{CommitError, StoreError, Transaction};
use web::{Need, Route, secret_hash};

use crate::App;
use crate::sockets::{Listed, forget};

/// Sockets that a person may have.
pub const SOCKETS_MAX: usize = 30;
/// A socket lives two hours; its items a little longer.
const KEPT_SECONDS: i64 = 2 * 3600 + 900;
/// 256 bits, base64url.
const TICKET_CHARACTERS: usize = 43;

/// The route.
pub const ROUTE: Route = Route::socket("connect_socket", "$connect").needs(&[
    Need::APP_READ,
    Need::APP_QUERY,
    Need::APP_PUT,
    Need::APP_DELETE,
    Need::SOCKET_MANAGE,
]);

/// Nobody learns why.
const REFUSED: SocketReply = SocketReply { status_code: 403 };

/// Opens a socket or refuses it.
///
/// # Errors
/// [`StoreError`]: the handshake fails, and the ticket counts as long as it did.
pub async fn handle(app: &App, event: SocketEvent) -> Result<SocketReply, StoreError> {
    let context = &event.request_context;
    if context.event_type != SocketEventType::Connect || is_foreign(app, &event) {
        return Ok(REFUSED);
    }
    let now = app.ctx.now();
    match open(app, &context.connection_id, ticket_of(&event), now).await {
        Ok(Some(item)) => {
            make_room(app, &item).await;
            Ok(SocketReply::OK)
        }
        Ok(None) | Err(CommitError::Refused(_)) => Ok(REFUSED),
        Err(CommitError::Busy) => Err(StoreError::Unavailable("busy".into())),
        Err(CommitError::Store(error)) => Err(error),
    }
}

/// A browser says where the page that opens a socket is from; what is no browser says nothing.
fn is_foreign(app: &App, event: &SocketEvent) -> bool {
    let headers = event.headers.iter().flatten();
    let mut origins = headers.filter(|(name, _)| name.eq_ignore_ascii_case("origin"));
    origins.any(|(_, origin)| *origin != app.ctx.config.site_url)
}

fn ticket_of(event: &SocketEvent) -> Option<&str> {
    let ticket = event.query_string_parameters.as_ref()?.get("ticket")?;
    (ticket.len() == TICKET_CHARACTERS).then_some(ticket)
}

/// Uses the ticket up and writes the socket, in one transaction. `None` if the ticket does not count.
async fn open(
    app: &App,
    connection_id: &str,
    secret: Option<&str>,
    now: Timestamp,
) -> Result<Option<ConnectionItem>, CommitError> {
    let Some(secret) = secret else { return Ok(None) };
    let (store, hash) = (&app.ctx.store, secret_hash(secret));
    let Some(ticket) = ticket(store, &hash).await? else { return Ok(None) };
    if now.as_millisecond() > ticket.expires_ms {
        return Ok(None);
    }
    let user = store::user::find(store, ticket.user_id).await?;
    if user.is_none_or(|user| user.token_generation != ticket.generation) {
        return Ok(None);
    }
    let item = ConnectionItem {
        connection_id: connection_id.to_owned(),
        user_id: ticket.user_id,
        generation: ticket.generation,
        connected_ms: now.as_millisecond(),
        subscriptions: BTreeMap::new(),
        window: 0,
        frames: 0,
        expires_at_s: now.as_second().saturating_add(KEPT_SECONDS),
    };
    let tx = create_connection(take_ticket(Transaction::new(), &hash), &item);
    store.commit(tx).await?;
    Ok(Some(item))
}

/// Closes a person's oldest sockets beyond the limit. Failing to does not keep the new one out.
async fn make_room(app: &App, item: &ConnectionItem) {
    let listed = match connections_of(&app.ctx.store, item.user_id).await {
        Ok(listed) => listed,
        Err(error) => {
            tracing::warn!(%error, "a person's sockets could not be counted");
            return;
        }
    };
    let too_many = listed.len().saturating_sub(SOCKETS_MAX);
    for old in listed.iter().filter(|old| old.connection_id != item.connection_id).take(too_many) {
        app.sockets.close(&old.connection_id).await;
        let place = Listed::Of(item.user_id);
        if let Err(error) = forget(&app.ctx.store, &old.connection_id, place).await {
            tracing::warn!(%error, "an old socket stays in the table until it expires");
        }
    }
}
