//! Consumer of the stream of `App`: sessions, messages and marks, told to whoever listens.
//!
//! In order within a session. A record that comes again gets the number it had; who heard it twice drops it.

use live::frame::Body;
use live::room::Room;
use live::view::Session;
use live::words::You;
use runtime::{BatchReply, StreamEvent, StreamRecord, each_record};
use store::live::Happened;
use store::session::SessionItem;
use web::{Need, Route, Trigger};

use crate::App;
use crate::fan_out::{FanOutError, count, event, hint, personal};
use crate::records::{Change, change};
use crate::sockets::Outcome;

/// The consumer.
pub const ROUTE: Route = Route::consumer("fan_out_sessions", Trigger::Stream).needs(&[
    Need::APP_READ,
    Need::APP_QUERY,
    Need::APP_PUT,
    Need::APP_DELETE,
    Need::LEDGER_READ,
    Need::SOCKET_MANAGE,
]);

/// Tells one batch.
///
/// # Errors
/// Never: what failed is in the reply.
pub async fn handle(app: &App, event: StreamEvent) -> Result<BatchReply, String> {
    Ok(each_record(event, |record| tell(app, record)).await)
}

async fn tell(app: &App, record: StreamRecord) -> Result<(), FanOutError> {
    let now = app.ctx.now();
    let outcome = match change(record).map_err(FanOutError::Shape)? {
        Some(Change::Session(session)) => {
            let (id, source) = (&session.session_id, format!("session:{}", session.version));
            let told = event(app, id, &source, now, &Happened::Session).await?;
            told.and(request(app, &session).await?)
        }
        Some(Change::Message(message)) => {
            let id = message.session_id.clone();
            let source = format!("message:{}", message.message_id);
            event(app, &id, &source, now, &Happened::Message { message: *message }).await?
        }
        Some(Change::Marks(id)) => {
            let marks = app.ctx.store.marks(&id).await?;
            hint(app, &id, now, Body::Marks(marks.into())).await?
        }
        Some(Change::Lease(_) | Change::Wallet(_)) | None => Outcome::default(),
    };
    count(ROUTE.id, now, outcome);
    Ok(())
}

/// A session of a host who is on any page: what waits, runs or has just ended, for the list of requests. A minute's charge
/// changes no session. Cost where the host is nowhere: one query.
async fn request(app: &App, session: &SessionItem) -> Result<Outcome, FanOutError> {
    let (now, id) = (app.ctx.now(), &session.session_id);
    let view = async || {
        let room = Room::read(&app.ctx.store, id, now.as_millisecond()).await?;
        Ok(room.map(|room| Body::Request(Box::new(Session::of(&room, You::Host)))))
    };
    personal(app, &session.host.id, Some(id), now, view).await
}
