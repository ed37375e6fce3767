//! Schedule, every minute: deletes the meetings of sessions that are over, or have stood still for a minute.
//!
//! A link at Whereby works for whoever has it, and knows nothing of our clock; so it must not outlive the paid time by long.
//! Who comes back from a pause gets a new meeting. Runs may overlap and stop anywhere. Bounded: [`MEETINGS_MAX`] a run,
//! eight at a time. Cost without any meeting: one query.

use futures::{StreamExt, stream};
use jiff::Timestamp;
use live::room::Room;
use metering::State;
use runtime::{Unit, emit};
use store::StoreError;
use store::meeting::MeetingItem;
use store::session::OpenItem;
use web::{Need, Route, Trigger};

use crate::App;
use crate::meetings::close;

/// The consumer.
pub const ROUTE: Route = Route::consumer("close_meetings", Trigger::Schedule).needs(&[
    Need::APP_READ,
    Need::APP_READ_MANY,
    Need::APP_QUERY,
    Need::APP_DELETE,
    Need::LEDGER_READ,
    Need::LEDGER_READ_MANY,
    Need::ROOM_SECRET,
]);

/// Meetings that one run looks at; the rest waits for the next, in another order than these.
const MEETINGS_MAX: usize = 2_000;
/// How long a session may stand still before its meeting goes: a reload should not cost a new one.
const STILL_MS: i64 = 60_000;
const CONCURRENCY: usize = 8;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Closed {
    /// Meetings that were there.
    pub seen: usize,
    /// Deleted.
    pub closed: usize,
    /// Not deleted; the next run tries again.
    pub failed: usize,
}

/// Runs once.
///
/// # Errors
/// [`StoreError`] when the list cannot be read.
pub async fn handle(app: &App, now: Timestamp) -> Result<Closed, StoreError> {
    let mut closed = Closed::default();
    let mut after = None;
    while closed.seen < MEETINGS_MAX {
        let page = app.ctx.store.meetings(after).await?;
        closed.seen += page.items.len();
        let idle = idle(app, page.items, now.as_millisecond()).await?;
        let outcomes = stream::iter(&idle).map(|item| close_one(app, item));
        let outcomes: Vec<bool> = outcomes.buffer_unordered(CONCURRENCY).collect().await;
        closed.closed += outcomes.iter().filter(|done| **done).count();
        closed.failed += outcomes.iter().filter(|done| !**done).count();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if closed.seen > 0 {
        report(now, closed);
    }
    Ok(closed)
}

/// Those whose session is over, gone, or has stood still for long enough.
async fn idle(
    app: &App,
    items: Vec<MeetingItem>,
    now_ms: i64,
) -> Result<Vec<MeetingItem>, StoreError> {
    if items.is_empty() {
        return Ok(items);
    }
    let listed: Vec<OpenItem> = items
        .iter()
        .map(|item| OpenItem {
            session_id: item.session_id.clone(),
            member_id: item.member_id.clone(),
        })
        .collect();
    let rooms = Room::read_many(&app.ctx.store, &listed, now_ms).await?;
    let needed = |item: &MeetingItem| {
        let room = rooms.iter().find(|room| room.session.session_id == item.session_id);
        room.is_some_and(|room| is_needed(room, now_ms))
    };
    Ok(items.into_iter().filter(|item| !needed(item)).collect())
}

fn is_needed(room: &Room, now_ms: i64) -> bool {
    let meter = &room.meter;
    let paused_ms = meter.paused_ms.unwrap_or(now_ms);
    match meter.state {
        State::Active => true,
        state => state.is_open() && now_ms.saturating_sub(paused_ms) < STILL_MS,
    }
}

async fn close_one(app: &App, item: &MeetingItem) -> bool {
    match close(app, item).await {
        Ok(()) => true,
        Err(problem) => {
            tracing::warn!(session_id = item.session_id, ?problem, "a meeting was not deleted");
            false
        }
    }
}

fn report(now: Timestamp, closed: Closed) {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    emit(
        now,
        &[("Handler", ROUTE.id)],
        &[
            ("Meetings", count(closed.seen), Unit::Count),
            ("MeetingsClosed", count(closed.closed), Unit::Count),
            ("MeetingsNotClosed", count(closed.failed), Unit::Count),
        ],
    );
}
