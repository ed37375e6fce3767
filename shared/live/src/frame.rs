//! The frames of the socket, both ways: JSON texts with a version and a type.
//!
//! Server -> client: [`ServerFrame`]. A frame with `seq` is an *event*: it is kept for a week, numbered without a hole from 1
//! within its session, and comes to every socket subscribed to the session; whoever finds a hole asks
//! `GET /v1/sessions/{session_id}/events?after=N`. A frame without `seq` is a *hint*: never repeated, and safe to lose,
//! because what it says can be read over HTTP. Client -> server: [`ClientFrame`], strict: an unknown type, version or field
//! is answered with a `notice` and changes nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use web::At;

use crate::message::{Marks, Message};
use crate::view::Session;
use crate::words::Side;

/// The version of the protocol.
pub const VERSION: u8 = 1;
/// The longest frame that is read, in bytes.
pub const FRAME_BYTES_MAX: usize = 20 * 1024;
/// The longest `data` of a signal, in bytes of JSON.
pub const SIGNAL_BYTES_MAX: usize = 16 * 1024;
/// The longest `id` that a client gives a frame, in characters.
pub const ID_CHARACTERS_MAX: usize = 40;

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServerFrame {
    /// The protocol's version.
    #[schema(value_type = u8, minimum = 1, maximum = 1)]
    pub v: Version,
    /// About which session; absent when it is about the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The event's number in its session, from 1 without a hole; absent for hints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// When it happened, by the server's clock.
    pub at: At,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// What happened: the frame's `type` and `data`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
#[schema(as = ServerFrameBody)]
pub enum Body {
    /// The session as this side sees it now: replaces what the client has, unless its `now` is older. An event when a
    /// command or time changed it; a hint when only the balance did.
    Session(Box<Session>),
    /// Minutes were paid in advance. An event.
    Charge(Charge),
    /// What the member has now. A hint, to every socket of the member.
    Balance(Balance),
    /// A session of this host was requested or has changed: to be listed while it waits or runs. A hint, to every socket of
    /// the host.
    Request(Box<Session>),
    /// Somebody said something. An event.
    Message(Message),
    /// How far the sides have received and read. A hint.
    Marks(Marks),
    /// A side's last socket went, or its first came. A hint.
    Presence(Presence),
    /// What the other side's browser says to this one, to set up media. A hint.
    Signal(Signal),
    /// The other side writes, or stopped. A hint that counts for six seconds.
    Typing(Typing),
    /// Something about the socket itself: a refused frame, or what the client should do.
    Notice(Notice),
    /// The answer to `ping`.
    Pong(Pong),
    /// The answer to `subscribe`.
    Subscribed(Box<Subscribed>),
}

/// Minutes paid in advance.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
pub struct Charge {
    /// The first of them, from 1.
    pub first_minute: u32,
    /// How many.
    pub minutes: u32,
    /// The price of all of them.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// What a member has.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Balance {
    /// What may be spent.
    pub available_minor: i64,
    /// What is set aside for a session.
    pub held_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Whether spending is stopped.
    pub locked: bool,
}

/// Whether a side is connected.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = SidePresence)]
pub struct Presence {
    /// Which side.
    pub side: Side,
    /// The socket that came or went.
    pub peer_id: String,
    /// Whether that side has a socket on the session now.
    pub connected: bool,
    /// When the session counts as paused unless the side is heard of before; absent while connected. Read the session
    /// then: `renew` stores the pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<At>,
}

/// What one browser says to another.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Signal {
    /// From which side.
    pub from: Side,
    /// From which of its sockets.
    pub peer_id: String,
    /// As the sender gave it. Written by the other person's browser: treat it as hostile.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// Whether a side writes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Typing {
    /// Which side.
    pub from: Side,
    /// Whether it writes now.
    pub typing: bool,
}

/// Something about the socket.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Notice {
    /// What programs look at.
    pub code: NoticeCode,
    /// A sentence for a developer.
    pub detail: String,
    /// The `id` of the client's frame that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The codes of notices.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// The frame is no frame: not JSON, an unknown type, version or field, or a value out of range.
    BadFrame,
    /// The frame or the signal is longer than allowed.
    TooLarge,
    /// Too many frames in ten seconds; this one was dropped.
    TooMany,
    /// There is no such session, or it is none of the caller's business.
    NoSession,
    /// Subscribe to the session first.
    NotSubscribed,
    /// The socket has as many subscriptions as it may have.
    TooManySubscriptions,
    /// The side was not heard of for too long, so this ping is no proof of presence any more: `renew` the session over
    /// HTTP, which says how it is now, and reconnect.
    PresenceLost,
    /// The person signed out everywhere; the socket closes.
    SignedOut,
    /// The server could not do it; the same frame may work soon.
    Busy,
}

/// The answer to `ping`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Pong {
    /// The `id` of the ping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The number of the last event of each subscribed session: whoever knows less asks for the gap.
    pub last_seq: BTreeMap<String, u64>,
}

/// A socket on a session.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Peer {
    /// The socket.
    pub peer_id: String,
    /// Of which side.
    pub side: Side,
}

/// The answer to `subscribe`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Subscribed {
    /// The `id` of the client's frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// This socket.
    pub peer_id: String,
    /// The number of the last event so far, 0 before the first: whoever knows less asks for the gap.
    pub last_seq: u64,
    /// The other sockets on the session, of both sides.
    pub peers: Vec<Peer>,
    /// The session as this side sees it now.
    pub session: Session,
}

/// What a client sends. `id`, if given (1 to 40 characters), is repeated by the answer.
#[derive(Clone, Debug, Deserialize, PartialEq, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Proof of presence in every subscribed session; answered by `pong`. Every `heartbeat_seconds`.
    Ping {
        /// The protocol's version.
        #[schema(value_type = u8, minimum = 1, maximum = 1)]
        v: Version,
        /// The client's own number of the frame.
        #[serde(default)]
        #[schema(max_length = 40)]
        id: Option<String>,
    },
    /// Events of a session from now on, and presence in it; answered by `subscribed`. Repeating it does no harm.
    Subscribe {
        /// The protocol's version.
        #[schema(value_type = u8, minimum = 1, maximum = 1)]
        v: Version,
        /// The client's own number of the frame.
        #[serde(default)]
        #[schema(max_length = 40)]
        id: Option<String>,
        /// The session; the caller takes part in it.
        session_id: Uuid,
    },
    /// No more events of a session, and no more presence in it by this socket.
    Unsubscribe {
        /// The protocol's version.
        #[schema(value_type = u8, minimum = 1, maximum = 1)]
        v: Version,
        /// The client's own number of the frame.
        #[serde(default)]
        #[schema(max_length = 40)]
        id: Option<String>,
        /// The session.
        session_id: Uuid,
    },
    /// To the other side's browser, as it is.
    Signal {
        /// The protocol's version.
        #[schema(value_type = u8, minimum = 1, maximum = 1)]
        v: Version,
        /// The client's own number of the frame.
        #[serde(default)]
        #[schema(max_length = 40)]
        id: Option<String>,
        /// A session that the socket is subscribed to.
        session_id: Uuid,
        /// To this socket of the other side alone; to all of them unless given.
        #[serde(default)]
        #[schema(max_length = 64)]
        to: Option<String>,
        /// Anything, up to 16 KiB of JSON.
        #[schema(value_type = Object)]
        data: Map<String, Value>,
    },
    /// The person writes, or stopped. While writing, at most every three seconds.
    Typing {
        /// The protocol's version.
        #[schema(value_type = u8, minimum = 1, maximum = 1)]
        v: Version,
        /// The client's own number of the frame.
        #[serde(default)]
        #[schema(max_length = 40)]
        id: Option<String>,
        /// A session that the socket is subscribed to.
        session_id: Uuid,
        /// Whether the person writes now.
        typing: bool,
    },
}

/// The number 1.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u8::deserialize(deserializer)? {
            VERSION => Ok(Self),
            other => Err(serde::de::Error::custom(format!("there is no version {other}"))),
        }
    }
}

/// Why a text is no frame. `id` is what the text said about itself, so that the answer finds its question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadFrame {
    /// What the notice says.
    pub code: NoticeCode,
    /// What is wrong.
    pub detail: String,
    /// The frame's `id`, if it had a usable one.
    pub id: Option<String>,
}

impl BadFrame {
    fn new(code: NoticeCode, detail: impl Into<String>, id: Option<String>) -> Self {
        Self { code, detail: detail.into(), id }
    }
}

impl ClientFrame {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`BadFrame`]; never a panic, whatever the text.
    pub fn read(text: &str) -> Result<Self, BadFrame> {
        if text.len() > FRAME_BYTES_MAX {
            let detail = format!("A frame has {FRAME_BYTES_MAX} bytes at most.");
            return Err(BadFrame::new(NoticeCode::TooLarge, detail, None));
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|_| BadFrame::new(NoticeCode::BadFrame, "The frame is not JSON.", None))?;
        let id = value["id"].as_str().filter(|id| is_id(id)).map(str::to_owned);
        let bad = |detail: String| BadFrame::new(NoticeCode::BadFrame, detail, id.clone());
        if value.get("id").is_some_and(|given| !given.is_null()) && id.is_none() {
            return Err(bad(format!("`id` is 1 to {ID_CHARACTERS_MAX} characters.")));
        }
        let frame: Self =
            serde_json::from_value(value).map_err(|error| bad(format!("{error}.")))?;
        if let Self::Signal { data, to, .. } = &frame {
            let length = serde_json::to_string(data).map_or(usize::MAX, |text| text.len());
            if length > SIGNAL_BYTES_MAX {
                let detail = format!("A signal has {SIGNAL_BYTES_MAX} bytes of JSON at most.");
                return Err(BadFrame::new(NoticeCode::TooLarge, detail, id));
            }
            if to.as_ref().is_some_and(|to| to.is_empty() || to.len() > 64) {
                return Err(bad("`to` is no socket.".to_owned()));
            }
        }
        Ok(frame)
    }

    /// The client's own number of the frame.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        let (Self::Ping { id, .. }
        | Self::Subscribe { id, .. }
        | Self::Unsubscribe { id, .. }
        | Self::Signal { id, .. }
        | Self::Typing { id, .. }) = self;
        id.as_deref()
    }
}

fn is_id(id: &str) -> bool {
    (1..=ID_CHARACTERS_MAX).contains(&id.chars().count()) && !id.chars().any(char::is_control)
}

impl ServerFrame {
    /// A hint.
    #[must_use]
    pub fn hint(at: impl Into<At>, session_id: Option<String>, body: Body) -> Self {
        Self { v: Version, session_id, seq: None, at: at.into(), body }
    }

    /// An event.
    #[must_use]
    pub fn event(at: impl Into<At>, session_id: String, seq: u64, body: Body) -> Self {
        Self { v: Version, session_id: Some(session_id), seq: Some(seq), at: at.into(), body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "019a9f60-0000-7000-8000-000000000001";

    fn code(text: &str) -> NoticeCode {
        ClientFrame::read(text).unwrap_err().code
    }

    #[test]
    fn a_frame_of_each_type_is_read() {
        for text in [
            r#"{"v":1,"type":"ping"}"#.to_owned(),
            r#"{"v":1,"type":"ping","id":"1"}"#.to_owned(),
            format!(r#"{{"v":1,"type":"subscribe","session_id":"{SESSION}"}}"#),
            format!(r#"{{"v":1,"type":"unsubscribe","session_id":"{SESSION}"}}"#),
            format!(r#"{{"v":1,"type":"signal","session_id":"{SESSION}","data":{{"sdp":"x"}}}}"#),
            format!(
                r#"{{"v":1,"type":"signal","session_id":"{SESSION}","to":"abc=","data":{{}}}}"#
            ),
            format!(r#"{{"v":1,"type":"typing","session_id":"{SESSION}","typing":true}}"#),
        ] {
            ClientFrame::read(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        }
    }

    #[test]
    fn anything_else_is_refused_by_name_and_never_panics() {
        let deep = "[".repeat(9_000);
        for text in [
            "",
            "null",
            "1",
            "[]",
            "{}",
            "\"ping\"",
            "{\"v\":1}",
            "\u{0}",
            &deep,
            r#"{"v":2,"type":"ping"}"#,
            r#"{"v":"1","type":"ping"}"#,
            r#"{"v":257,"type":"ping"}"#,
            r#"{"type":"ping"}"#,
            r#"{"v":1,"type":"shutdown"}"#,
            r#"{"v":1,"type":"Ping"}"#,
            r#"{"v":1,"type":"ping","extra":1}"#,
            r#"{"v":1,"type":"ping","id":""}"#,
            r#"{"v":1,"type":"ping","id":7}"#,
            r#"{"v":1,"type":"ping","id":"a\u0000"}"#,
            r#"{"v":1,"type":"subscribe"}"#,
            r#"{"v":1,"type":"subscribe","session_id":"x"}"#,
            r#"{"v":1,"type":"signal","session_id":"019a9f60-0000-7000-8000-000000000001","data":"x"}"#,
            r#"{"v":1,"type":"signal","session_id":"019a9f60-0000-7000-8000-000000000001","to":"","data":{}}"#,
            r#"{"v":1,"type":"typing","session_id":"019a9f60-0000-7000-8000-000000000001","typing":1}"#,
        ] {
            assert_eq!(code(text), NoticeCode::BadFrame, "{text:.60}");
        }
    }

    #[test]
    fn a_signal_has_a_size() {
        let signal = |length: usize| {
            let text = "x".repeat(length - r#"{"a":""}"#.len());
            format!(r#"{{"v":1,"type":"signal","session_id":"{SESSION}","data":{{"a":"{text}"}}}}"#)
        };
        assert!(ClientFrame::read(&signal(SIGNAL_BYTES_MAX)).is_ok());
        assert_eq!(code(&signal(SIGNAL_BYTES_MAX + 1)), NoticeCode::TooLarge);
        assert_eq!(code(&"x".repeat(FRAME_BYTES_MAX + 1)), NoticeCode::TooLarge);
    }

    #[test]
    fn a_refusal_repeats_the_id_of_its_frame() {
        let error = ClientFrame::read(r#"{"v":1,"type":"what","id":"q-7"}"#).unwrap_err();
        assert_eq!(error.id.as_deref(), Some("q-7"));
    }

    #[test]
    fn a_server_frame_is_flat_json() {
        let at: jiff::Timestamp = "2026-11-20T15:00:00Z".parse().unwrap();
        let body = Body::Typing(Typing { from: Side::Host, typing: true });
        let frame = ServerFrame::hint(at, Some(SESSION.into()), body);
        let json = serde_json::to_value(frame).unwrap();
        let expected = serde_json::json!({
            "v": 1, "type": "typing", "session_id": SESSION, "at": "2026-11-20T15:00:00.000Z",
            "data": { "from": "host", "typing": true },
        });
        assert_eq!(json, expected);
    }
}
