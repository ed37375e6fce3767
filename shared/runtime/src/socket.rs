//! Events of a WebSocket API. Only the fields that are read here; AWS adds others freely, so unknown fields pass.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Something happened to a socket.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketEvent {
    /// What, and to which.
    pub request_context: SocketContext,
    /// The headers of the handshake; with `$connect` alone.
    #[serde(default)]
    pub headers: Option<HashMap<String, String>>,
    /// The query of the handshake; with `$connect` alone.
    #[serde(default)]
    pub query_string_parameters: Option<HashMap<String, String>>,
    /// The message.
    #[serde(default)]
    pub body: Option<String>,
}

/// What happened, and to which socket.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketContext {
    /// `CONNECT`, `MESSAGE` or `DISCONNECT`: which of the three it is, whatever route a message may have named.
    pub event_type: SocketEventType,
    /// The socket's id.
    pub connection_id: String,
    /// The code of the close frame, with `DISCONNECT`: 1000 and 1001 from a browser that closed, 1006 without a frame.
    #[serde(default)]
    pub disconnect_status_code: Option<u16>,
}

/// What happened to a socket.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
pub enum SocketEventType {
    /// It asks to be opened.
    Connect,
    /// It sent a message.
    Message,
    /// It was closed.
    Disconnect,
}

/// The reply to an event of a socket: the status decides on the handshake, and is only logged otherwise.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketReply {
    /// 200 or a refusal.
    pub status_code: u16,
}

impl SocketReply {
    /// It is done.
    pub const OK: Self = Self { status_code: 200 };
}
