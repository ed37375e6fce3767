//! One meeting at Whereby for a session, whoever asks first.

use jiff::{SignedDuration, Timestamp};
use store::meeting::{MeetingItem, forget, keep};
use store::{CommitError, Transaction};
use web::{Kind, Problem};
use whereby::{Meeting, WherebyError};

use crate::App;
use crate::access::Paid;

/// The window of a meeting. Meetings are deleted when their session stands still or is over; this bounds those that are
/// forgotten.
const WINDOW: SignedDuration = SignedDuration::from_hours(4);
/// A meeting whose window ends so soon is replaced by another one, so that nobody is put out in the middle of a paid minute.
const REPLACE_BEFORE: SignedDuration = SignedDuration::from_mins(20);

/// The session's meeting: the one that is kept, or a new one. Of two sides who make one at once, the one who keeps it second
/// deletes its own.
///
/// # Errors
/// 503 when Whereby does not answer; an internal problem when it refuses.
pub async fn of(app: &App, paid: &Paid<'_>) -> Result<MeetingItem, Problem> {
    let session = &paid.room.session;
    let read = app.ctx.store.meeting(&session.session_id).await?;
    if let Some(kept) = read.as_ref().filter(|kept| lasts(kept, paid.now)) {
        return Ok(kept.clone());
    }
    let whereby = app.keys.whereby().await?;
    let meeting = whereby.create_meeting(paid.now + WINDOW).await.map_err(refusal)?;
    let item = item(&session.session_id, &session.member.id, &meeting);
    let kept = app.ctx.store.commit(keep(Transaction::new(), read.as_ref(), &item)).await;
    match kept {
        Ok(()) => Ok(item),
        Err(error) if error.refused("meeting").is_some() => {
            drop_meeting(app, &item.meeting_id).await;
            let other = app.ctx.store.meeting(&session.session_id).await?;
            other.ok_or_else(|| Problem::new(Kind::Busy).cause("the meeting came and went"))
        }
        Err(error) => {
            drop_unless_kept(app, &item, &error).await;
            Err(error.into())
        }
    }
}

fn lasts(kept: &MeetingItem, now: Timestamp) -> bool {
    kept.ends_ms > (now + REPLACE_BEFORE).as_millisecond()
}

fn item(session_id: &str, member_id: &str, meeting: &Meeting) -> MeetingItem {
    MeetingItem {
        session_id: session_id.to_owned(),
        member_id: member_id.to_owned(),
        meeting_id: meeting.id.clone(),
        room_url: meeting.room_url.clone(),
        host_room_url: meeting.host_room_url.clone(),
        ends_ms: meeting.ends_at.as_millisecond(),
        // The vendor removes the room an hour after its window.
        expires_at_s: meeting.ends_at.as_second().saturating_add(3_600),
    }
}

/// After a commit whose outcome is unknown, the meeting may be the session's.
async fn drop_unless_kept(app: &App, item: &MeetingItem, error: &CommitError) {
    tracing::warn!(session_id = item.session_id, %error, "a meeting may not have been kept");
    let kept = app.ctx.store.meeting(&item.session_id).await;
    if matches!(kept, Ok(kept) if kept.as_ref().is_none_or(|kept| kept.meeting_id != item.meeting_id))
    {
        drop_meeting(app, &item.meeting_id).await;
    }
}

/// Deletes a meeting that no session has. If that fails, its window ends it.
async fn drop_meeting(app: &App, meeting_id: &str) {
    let Ok(whereby) = app.keys.whereby().await else { return };
    if let Err(error) = whereby.delete_meeting(meeting_id).await {
        tracing::warn!(meeting_id, %error, "a meeting that nobody needs was not deleted");
    }
}

/// Deletes a session's meeting, there first and then here: if it fails between, the next round does both again.
///
/// # Errors
/// Whereby or the store; the meeting is still kept.
pub async fn close(app: &App, item: &MeetingItem) -> Result<(), Problem> {
    app.keys.whereby().await?.delete_meeting(&item.meeting_id).await.map_err(refusal)?;
    match app.ctx.store.commit(forget(Transaction::new(), item)).await {
        Err(error) if error.refused("meeting").is_none() => Err(error.into()),
        _ => Ok(()),
    }
}

fn refusal(error: WherebyError) -> Problem {
    match error {
        WherebyError::Unavailable { .. } => Problem::new(Kind::UpstreamDown)
            .detail(
                "The room for sound and picture cannot be opened at the moment. Please try again.",
            )
            .retry_after(5)
            .cause(error),
        WherebyError::Refused { .. } | WherebyError::Misconfigured(_) => Problem::internal(error),
    }
}
