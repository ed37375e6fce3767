//! Session items: the meter with who takes part, the lock of both sides, the shard of open sessions, presence.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use metering::{Meter, Settlement, Side, Sides};
use serde::{Deserialize, Serialize};

use crate::site::RoomAdapter;
use crate::wallet::shard_of;
use crate::{Condition, Key, Store, StoreError, Table, Transaction, Update};

/// Over how many partitions, and so messages a tick, the open sessions are spread.
pub const SESSION_SHARDS: u32 = 16;

/// A participant as shown to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The user's id.
    pub id: String,
    /// The name at the time of the request.
    pub name: String,
    /// A host's slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionItem {
    /// UUID v7.
    pub session_id: String,
    /// Under which brand.
    pub brand: String,
    /// `text`, `voice` or `video`.
    pub modality: String,
    /// What carries its sound and picture, fixed at the request: both sides always use the same.
    #[serde(default)]
    pub room: RoomAdapter,
    /// Who pays.
    pub member: Participant,
    /// Who is paid.
    pub host: Participant,
    /// The facts.
    pub meter: Meter,
    /// Grows by one with each write; every write asks for the one it read.
    pub version: u64,
    /// What the sides said at the end.
    #[serde(default)]
    pub summary: Sides<Option<String>>,
    /// Minutes that were leased, known for good once the session has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leased: Option<u32>,
    /// The final figures, once settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Settled>,
    gsi1pk: String,
    gsi1sk: String,
    gsi2pk: String,
    gsi2sk: String,
}

/// The final figures and the entry that holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The figures.
    pub figures: Settlement,
    /// The entry; absent when nothing was ever leased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_id: Option<String>,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// A session in a list: open in its shard, where the tick finds it, or requested in its year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItem {
    /// The session.
    pub session_id: String,
    /// Its member, whose wallet is charged.
    pub member_id: String,
}

/// A message in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageItem {
    /// UUID v7: messages sort by the time they were sent.
    pub message_id: String,
    /// In which session.
    pub session_id: String,
    /// By which side.
    pub from: Side,
    /// What was said.
    pub text: String,
    /// When, Unix milliseconds.
    pub sent_ms: i64,
}

/// How far a side has received and read, as message ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkItem {
    /// The last message that reached its browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_up_to: Option<String>,
    /// The last message that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_up_to: Option<String>,
}

/// What one side notes for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteItem {
    /// The text.
    pub text: String,
    /// When it was last changed, Unix milliseconds.
    pub updated_ms: i64,
}

/// When the sides were last heard of, Unix milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceItem {
    /// Of which session.
    #[serde(default)]
    pub session_id: String,
    /// The member's last proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_ms: Option<i64>,
    /// The host's last proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_ms: Option<i64>,
}

/// A person's one open session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockItem {
    /// The session that is open.
    pub session_id: String,
}

/// The key of a session.
pub fn session_key(session_id: &str) -> Key {
    Key::new(format!("SESSION#{session_id}"), "SESSION")
}

/// The key of its sides' presence.
pub fn presence_key(session_id: &str) -> Key {
    Key::new(format!("SESSION#{session_id}"), "PRESENCE")
}

/// The key of a person's one open session.
pub fn lock_key(user_id: &str) -> Key {
    Key::new(format!("USER#{user_id}"), "OPEN")
}

/// The partition of the open sessions that a session is in.
pub fn shard_key(session_id: &str) -> Key {
    let shard = shard_of(session_id, SESSION_SHARDS);
    Key::new(shard_partition(shard), format!("SESSION#{session_id}"))
}

/// The partition of shard `shard` (0 to [`SESSION_SHARDS`] - 1).
pub fn shard_partition(shard: u32) -> String {
    format!("SHARD#{shard:02}")
}

/// The partition of all sessions requested in a year, by id: what admins browse.
pub fn year_partition(year: i16) -> String {
    format!("SESSIONS#{year:04}")
}

/// The key of a message.
pub fn message_key(session_id: &str, message_id: &str) -> Key {
    Key::new(format!("SESSION#{session_id}"), format!("MESSAGE#{message_id}"))
}

/// The key of a side's mark.
pub fn mark_key(session_id: &str, side: Side) -> Key {
    let sk = match side {
        Side::Member => "MARK#member",
        Side::Host => "MARK#host",
    };
    Key::new(format!("SESSION#{session_id}"), sk)
}

/// The key of a side's note.
pub fn note_key(session_id: &str, side: Side) -> Key {
    let sk = match side {
        Side::Member => "NOTE#member",
        Side::Host => "NOTE#host",
    };
    Key::new(format!("SESSION#{session_id}"), sk)
}

impl SessionItem {
    /// A requested session that is not stored yet.
    pub fn request(
        session_id: String,
        brand: &str,
        modality: &str,
        (member, host): (Participant, Participant),
        meter: Meter,
    ) -> Self {
        Self {
            gsi1pk: format!("SESSIONS#MEMBER#{}", member.id),
            gsi1sk: session_id.clone(),
            gsi2pk: format!("SESSIONS#HOST#{}", host.id),
            gsi2sk: session_id.clone(),
            session_id,
            brand: brand.to_owned(),
            modality: modality.to_owned(),
            room: RoomAdapter::default(),
            member,
            host,
            meter,
            version: 1,
            summary: Sides::default(),
            leased: None,
            settlement: None,
        }
    }

    /// The same, carried by this adapter.
    #[must_use]
    pub fn carried_by(self, room: RoomAdapter) -> Self {
        Self { room, ..self }
    }

    /// On which side a user is, if on any.
    pub fn side_of(&self, user_id: &str) -> Option<Side> {
        if self.member.id == user_id {
            Some(Side::Member)
        } else if self.host.id == user_id {
            Some(Side::Host)
        } else {
            None
        }
    }

    /// The participant of a side.
    pub fn participant(&self, side: Side) -> &Participant {
        match side {
            Side::Member => &self.member,
            Side::Host => &self.host,
        }
    }
}

impl OpenItem {
    /// A session's place in a list.
    pub fn of(session: &SessionItem) -> Self {
        Self { session_id: session.session_id.clone(), member_id: session.member.id.clone() }
    }
}

impl PresenceItem {
    /// As the meter reads it.
    pub fn sides(&self) -> Sides<Option<i64>> {
        Sides { member: self.member_ms, host: self.host_ms }
    }
}

/// Stores a new request: the session, one lock a side (`member_lock`, `host_lock`), its place in its shard and its place
/// in its year.
#[must_use]
pub fn create_session(tx: Transaction, session: &SessionItem) -> Transaction {
    let lock = LockItem { session_id: session.session_id.clone() };
    let open = OpenItem::of(session);
    let year = Timestamp::from_millisecond(session.meter.created_ms)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC)
        .year();
    let listed = Key::new(year_partition(year), &session.session_id);
    tx.create("session", Table::App, &session_key(&session.session_id), session)
        .create("listed", Table::App, &listed, &open)
        .create("member_lock", Table::App, &lock_key(&session.member.id), &lock)
        .create("host_lock", Table::App, &lock_key(&session.host.id), &lock)
        .create("shard", Table::App, &shard_key(&session.session_id), &open)
}

/// Stores a session's next version; refused (`session`) if somebody else stored one since it was read.
#[must_use]
pub fn save_session(tx: Transaction, read_version: u64, session: &SessionItem) -> Transaction {
    let next = SessionItem { version: read_version.saturating_add(1), ..session.clone() };
    let key = session_key(&session.session_id);
    tx.replace("session", Table::App, &key, &next, Some(Condition::version(read_version)))
}

/// Frees both sides for their next session.
#[must_use]
pub fn release_locks(tx: Transaction, session: &SessionItem) -> Transaction {
    let own = || {
        Condition::that("attribute_not_exists(pk) OR session_id = :session")
            .value(":session", &session.session_id)
    };
    tx.delete("member_lock", Table::App, &lock_key(&session.member.id), own()).delete(
        "host_lock",
        Table::App,
        &lock_key(&session.host.id),
        own(),
    )
}

/// Takes a session out of its shard: nothing is due for it any more.
#[must_use]
pub fn leave_shard(tx: Transaction, session: &SessionItem) -> Transaction {
    let any = Condition::that("attribute_exists(pk) OR attribute_not_exists(pk)");
    tx.delete("shard", Table::App, &shard_key(&session.session_id), any)
}

/// Notes that a side was heard of. Without a condition: a worker's clock that is a little behind must not refuse the
/// command that brought the proof.
#[must_use]
pub fn touch(tx: Transaction, session_id: &str, side: Side, now_ms: i64) -> Transaction {
    tx.update(
        "presence",
        Table::App,
        &presence_key(session_id),
        presence_update(session_id, side, now_ms),
    )
}

/// Notes that a side was heard of, unless it was not heard of for longer than `lost_after_ms` before: then the session may
/// have been paused since, and only who reads the whole room may say what has become of it. Returns whether it was noted.
/// One write unit.
///
/// # Errors
/// [`StoreError`].
pub async fn prove(
    store: &Store,
    session_id: &str,
    side: Side,
    now_ms: i64,
    lost_after_ms: i64,
) -> Result<bool, StoreError> {
    let update = presence_update(session_id, side, now_ms)
        .when("attribute_not_exists(#side) OR #side >= :floor")
        .value(":floor", now_ms.saturating_sub(lost_after_ms));
    let noted: Option<PresenceItem> =
        store.update_and_read(Table::App, &presence_key(session_id), update).await?;
    Ok(noted.is_some())
}

fn presence_update(session_id: &str, side: Side, now_ms: i64) -> Update {
    let attribute = match side {
        Side::Member => "member_ms",
        Side::Host => "host_ms",
    };
    Update::new("SET #side = :now, session_id = :session")
        .name("#side", attribute)
        .value(":now", now_ms)
        .value(":session", session_id)
}

impl Store {
    /// A session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, session_id: &str) -> Result<Option<SessionItem>, StoreError> {
        self.get(Table::App, &session_key(session_id)).await
    }

    /// Which session a person is in, if any; it may be over by time without anybody having stored that yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lock(&self, user_id: &str) -> Result<Option<LockItem>, StoreError> {
        self.get(Table::App, &lock_key(user_id)).await
    }

    /// How far the sides have received and read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn marks(&self, session_id: &str) -> Result<Sides<MarkItem>, StoreError> {
        let member = self.get(Table::App, &mark_key(session_id, Side::Member)).await?;
        let host = self.get(Table::App, &mark_key(session_id, Side::Host)).await?;
        Ok(Sides { member: member.unwrap_or_default(), host: host.unwrap_or_default() })
    }

    /// When its sides were last heard of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn presence(&self, session_id: &str) -> Result<PresenceItem, StoreError> {
        Ok(self.get(Table::App, &presence_key(session_id)).await?.unwrap_or_default())
    }
}

/// Moves a side's mark on, never back. One write unit for each that moves; returns whether any did.
///
/// # Errors
/// [`StoreError`].
pub async fn mark(
    store: &Store,
    session_id: &str,
    side: Side,
    mark: &MarkItem,
) -> Result<bool, StoreError> {
    let mut moved = false;
    for (attribute, id) in
        [("delivered_up_to", &mark.delivered_up_to), ("read_up_to", &mark.read_up_to)]
    {
        let Some(id) = id else { continue };
        let update = Update::new("SET #mark = :id")
            .when("attribute_not_exists(#mark) OR #mark < :id")
            .name("#mark", attribute)
            .value(":id", id);
        let key = mark_key(session_id, side);
        moved |= store.update_and_read::<MarkItem>(Table::App, &key, update).await?.is_some();
    }
    Ok(moved)
}
