//! `$default` of the socket: one frame of a client.
//!
//! Whatever comes is answered by a frame or by nothing, never by an error of the function: a text that is no frame gets a
//! notice. Cost: the socket is counted and read by one write; a ping adds a write and a read a session.

use jiff::Timestamp;
use live::frame::{BadFrame, Body, ClientFrame, Notice, NoticeCode, ServerFrame};
use runtime::{SocketEvent, SocketEventType, SocketReply};
use store::StoreError;
use store::live::{ConnectionItem, hit};
use web::{Need, Route};

use crate::sockets::{Listed, Told};
use crate::{App, listen, ping, relay};

/// Frames of a socket in a window.
pub const FRAMES_MAX: u64 = 100;
/// Who goes on beyond this many times the limit is cut off.
const PATIENCE: u64 = 5;
/// The window.
const WINDOW_MS: i64 = 10_000;

/// The route.
pub const ROUTE: Route = Route::socket("receive_frame", "$default").needs(&[
    Need::APP_READ,
    Need::APP_QUERY,
    Need::APP_PUT,
    Need::APP_UPDATE,
    Need::APP_DELETE,
    Need::LEDGER_READ,
    Need::SOCKET_MANAGE,
]);

/// A frame with everything that its handler needs.
pub struct Received<'a> {
    /// The domain.
    pub app: &'a App,
    /// The socket as it is now.
    pub connection: &'a ConnectionItem,
    /// When.
    pub now: Timestamp,
    /// The client's own number of the frame.
    pub id: Option<String>,
}

/// Handles one message.
///
/// # Errors
/// Never: what failed was told to the socket.
pub async fn handle(app: &App, event: SocketEvent) -> Result<SocketReply, String> {
    let context = event.request_context;
    if context.event_type != SocketEventType::Message {
        return Ok(SocketReply::OK);
    }
    let now = app.ctx.now();
    let counted = hit(&app.ctx.store, &context.connection_id, WINDOW_MS, now.as_millisecond());
    let connection = match counted.await {
        Ok(Some(connection)) => connection,
        // Not one of ours any more: it signed out or was pushed out.
        Ok(None) => {
            app.sockets.close(&context.connection_id).await;
            return Ok(SocketReply::OK);
        }
        Err(error) => {
            tracing::warn!(%error, "a frame was dropped");
            return Ok(SocketReply::OK);
        }
    };
    let mut received = Received { app, connection: &connection, now, id: None };
    match connection.frames {
        1..=FRAMES_MAX => received.read(event.body.as_deref().unwrap_or_default()).await,
        frames if frames == FRAMES_MAX + 1 => {
            received.notice(NoticeCode::TooMany, "Too many frames in ten seconds.").await;
        }
        frames if frames > FRAMES_MAX * PATIENCE => {
            app.sockets.close(&connection.connection_id).await;
        }
        _ => {}
    }
    Ok(SocketReply::OK)
}

impl Received<'_> {
    async fn read(&mut self, text: &str) {
        let frame = match ClientFrame::read(text) {
            Ok(frame) => frame,
            Err(BadFrame { code, detail, id }) => {
                self.id = id;
                self.notice(code, &detail).await;
                return;
            }
        };
        self.id = frame.id().map(str::to_owned);
        if let Err(error) = self.act(frame).await {
            tracing::error!(%error, "a frame could not be handled");
            self.notice(NoticeCode::Busy, "Please try again.").await;
        }
    }

    async fn act(&self, frame: ClientFrame) -> Result<(), StoreError> {
        match frame {
            ClientFrame::Ping { .. } => ping::handle(self).await,
            ClientFrame::Subscribe { session_id, .. } => {
                listen::subscribe(self, &session_id.to_string()).await
            }
            ClientFrame::Unsubscribe { session_id, .. } => {
                listen::unsubscribe(self, &session_id.to_string()).await
            }
            ClientFrame::Signal { session_id, to, data, .. } => {
                relay::signal(self, &session_id.to_string(), to, data).await
            }
            ClientFrame::Typing { session_id, typing, .. } => {
                relay::typing(self, &session_id.to_string(), typing).await
            }
        }
    }

    /// Tells this socket a hint.
    pub async fn answer(&self, session_id: Option<&str>, body: Body) {
        let frame = ServerFrame::hint(self.now, session_id.map(str::to_owned), body);
        let told = Told { connection_id: self.connection.connection_id.clone(), frame };
        let place = Listed::Of(self.connection.user_id);
        self.app.sockets.tell(&self.app.ctx.store, place, vec![told]).await;
    }

    /// Tells this socket a notice.
    pub async fn notice(&self, code: NoticeCode, detail: &str) {
        self.notice_on(None, code, detail).await;
    }

    /// Tells this socket a notice about a session.
    pub async fn notice_on(&self, session_id: Option<&str>, code: NoticeCode, detail: &str) {
        let notice = Notice { code, detail: detail.to_owned(), id: self.id.clone() };
        self.answer(session_id, Body::Notice(notice)).await;
    }
}
