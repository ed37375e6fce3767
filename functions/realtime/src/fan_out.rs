//! What both consumers share: an event is numbered and told, a hint is only told.
//!
//! Cost of an event: one query of the last events, one put (2 write units), one query of the channel, a call a socket; a
//! change of the session adds three reads if anybody listens. Nothing is added to the write that it tells of.

use jiff::Timestamp;
use live::frame::{Body, ServerFrame};
use live::room::Room;
use live::view::Session;
use metering::Side;
use runtime::{Unit, emit};
use store::live::{Happened, SubscriptionItem, append, channel, connections_of};
use store::{CommitError, StoreError};
use uuid::Uuid;

use crate::App;
use crate::frames::of_event;
use crate::sockets::{Listed, Outcome, Told};

/// Why a record must come again.
#[derive(Debug, thiserror::Error)]
pub enum FanOutError {
    /// The record cannot be read: a defect, set aside after its tries.
    #[error("not an item of ours: {0}")]
    Shape(String),
    /// The tables could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The event could not be numbered.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Numbers an event and tells every socket on the session.
///
/// # Errors
/// [`FanOutError`] before anybody was told; a socket that did not take its frame is no error.
pub async fn event(
    app: &App,
    session_id: &str,
    source: &str,
    now: Timestamp,
    happened: &Happened,
) -> Result<Outcome, FanOutError> {
    let store = &app.ctx.store;
    let event = append(store, session_id, source, now.as_millisecond(), happened).await?;
    let sockets = channel(store, session_id).await?;
    if sockets.is_empty() {
        return Ok(Outcome::default());
    }
    let Some(room) = Room::read(store, session_id, now.as_millisecond()).await? else {
        return Ok(Outcome::default());
    };
    let told = each(sockets, |side| of_event(&event, &room, side));
    Ok(app.sockets.tell(store, Listed::On(session_id), told).await)
}

/// Tells every socket on a session the session as it is now, without a number.
///
/// # Errors
/// [`FanOutError`].
pub async fn refresh(app: &App, session_id: &str, now: Timestamp) -> Result<Outcome, FanOutError> {
    let store = &app.ctx.store;
    let sockets = channel(store, session_id).await?;
    if sockets.is_empty() {
        return Ok(Outcome::default());
    }
    let Some(room) = Room::read(store, session_id, now.as_millisecond()).await? else {
        return Ok(Outcome::default());
    };
    let told = each(sockets, |side| {
        let session = Session::of(&room, side.into());
        ServerFrame::hint(now, Some(session_id.to_owned()), Body::Session(Box::new(session)))
    });
    Ok(app.sockets.tell(store, Listed::On(session_id), told).await)
}

/// Tells every socket on a session a hint that is the same for both sides.
///
/// # Errors
/// [`FanOutError`].
pub async fn hint(
    app: &App,
    session_id: &str,
    now: Timestamp,
    body: Body,
) -> Result<Outcome, FanOutError> {
    let store = &app.ctx.store;
    let sockets = channel(store, session_id).await?;
    let frame = ServerFrame::hint(now, Some(session_id.to_owned()), body);
    let told = each(sockets, |_| frame.clone());
    Ok(app.sockets.tell(store, Listed::On(session_id), told).await)
}

/// Tells every socket of a person a hint.
///
/// # Errors
/// [`FanOutError`].
pub async fn personal(
    app: &App,
    user_id: &str,
    session_id: Option<&str>,
    now: Timestamp,
    body: impl AsyncFnOnce() -> Result<Option<Body>, StoreError>,
) -> Result<Outcome, FanOutError> {
    let store = &app.ctx.store;
    let user_id =
        Uuid::parse_str(user_id).map_err(|error| FanOutError::Shape(error.to_string()))?;
    let sockets = connections_of(store, user_id).await?;
    if sockets.is_empty() {
        return Ok(Outcome::default());
    }
    let Some(body) = body().await? else { return Ok(Outcome::default()) };
    let frame = ServerFrame::hint(now, session_id.map(str::to_owned), body);
    let told = sockets
        .into_iter()
        .map(|socket| Told { connection_id: socket.connection_id, frame: frame.clone() })
        .collect();
    Ok(app.sockets.tell(store, Listed::Of(user_id), told).await)
}

/// Counts what was told, for the dashboard and its alarm.
pub fn count(handler: &str, now: Timestamp, outcome: Outcome) {
    if outcome == Outcome::default() {
        return;
    }
    emit(
        now,
        &[("Handler", handler)],
        &[
            ("FramesHeard", i64::from(outcome.heard), Unit::Count),
            ("SocketsGone", i64::from(outcome.gone), Unit::Count),
            ("FramesFailed", i64::from(outcome.failed), Unit::Count),
        ],
    );
}

fn each(sockets: Vec<SubscriptionItem>, frame: impl Fn(Side) -> ServerFrame) -> Vec<Told> {
    let told = sockets
        .into_iter()
        .map(|socket| Told { frame: frame(socket.side), connection_id: socket.connection_id });
    told.collect()
}
