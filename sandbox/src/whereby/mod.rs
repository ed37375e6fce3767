//! Whereby's REST API under `/whereby/v1`, as far as the product uses it, and the page of a room.
//!
//! Strict where the vendor may be lenient: a body with a field that the API does not have, a value that it does not list, an
//! end in the past or no bearer token is refused, so that what works here does not fail there by its shape.

mod room_page;

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, body::Bytes};
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::state::{Sandbox, random_text};

/// Most meetings that are kept.
const MEETINGS_MAX: usize = 20_000;
/// Longest room name prefix, as the API says.
const PREFIX_CHARACTERS_MAX: usize = 39;
/// A room goes an hour after its window.
const AFTER_END_SECONDS: i64 = 3_600;

/// What Whereby remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WherebyData {
    pub meetings: BTreeMap<String, Meeting>,
    #[serde(skip)]
    pub faults: Faults,
    /// Who is in which room, and when they were last heard of, Unix seconds.
    #[serde(skip)]
    pub people: BTreeMap<String, BTreeMap<Uuid, i64>>,
}

/// A meeting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meeting {
    meeting_id: String,
    room_name: String,
    start_date: Timestamp,
    end_date: Timestamp,
    room_key: String,
}

/// Trouble that is made on purpose.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Faults {
    /// So many next requests are answered with `status` and not executed.
    pub refuse_next: u32,
    /// The status of a refusal; 503 if absent.
    pub status: Option<u16>,
    /// So many next requests are executed, and answered 502.
    pub lose_next: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateMeeting {
    end_date: Timestamp,
    #[serde(default)]
    is_locked: bool,
    #[serde(default)]
    room_mode: RoomMode,
    #[serde(default)]
    room_name_prefix: String,
    #[serde(default)]
    room_name_pattern: Pattern,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RoomMode {
    #[default]
    Normal,
    Group,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pattern {
    #[default]
    Uuid,
    HumanShort,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Field {
    HostRoomUrl,
    ViewerRoomUrl,
}

/// The routes of the API, of the rooms, and of the controls.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/whereby/v1/meetings", post(create))
        .route("/whereby/v1/meetings/{id}", get(read).delete(remove))
        .route("/whereby/room/{name}", get(room_page::show).post(room_page::here))
        .route("/_sandbox/whereby/meetings", get(list))
        .route("/_sandbox/whereby/faults", post(set_faults))
}

async fn create(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Response {
    answered(&sandbox, &headers, || {
        let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "application/json");
        if !is_json {
            return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be JSON");
        }
        match serde_json::from_slice::<CreateMeeting>(&body) {
            Ok(wanted) => make(&sandbox, &wanted),
            Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
        }
    })
}

fn make(sandbox: &Sandbox, wanted: &CreateMeeting) -> Response {
    let now = Timestamp::from_second(sandbox.clock().now_unix()).unwrap_or_default();
    let is_prefix = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let prefix = &wanted.room_name_prefix;
    if wanted.end_date <= now {
        return refusal(StatusCode::BAD_REQUEST, "endDate must be after the current date");
    }
    if prefix.len() > PREFIX_CHARACTERS_MAX || !prefix.bytes().all(is_prefix) {
        return refusal(StatusCode::BAD_REQUEST, "roomNamePrefix must match [a-z0-9-]{0,39}");
    }
    if matches!(wanted.room_mode, RoomMode::Group) || wanted.is_locked {
        return refusal(StatusCode::BAD_REQUEST, "the sandbox has open rooms for two only");
    }
    let name = match wanted.room_name_pattern {
        Pattern::Uuid => Uuid::new_v4().to_string(),
        Pattern::HumanShort => random_text()[..6].to_owned(),
    };
    let meeting = Meeting {
        meeting_id: random_text()[..12].to_owned(),
        room_name: format!("{prefix}{name}"),
        start_date: now,
        end_date: wanted.end_date,
        room_key: random_text(),
    };
    let full = sandbox.write(|data| {
        let full = data.whereby.meetings.len() >= MEETINGS_MAX;
        if !full {
            data.whereby.meetings.insert(meeting.meeting_id.clone(), meeting.clone());
        }
        full
    });
    if full {
        return refusal(StatusCode::TOO_MANY_REQUESTS, "too many meetings");
    }
    (StatusCode::CREATED, Json(shown(sandbox, &meeting, &wanted.fields))).into_response()
}

async fn read(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    answered(&sandbox, &headers, || {
        match sandbox.read(|data| data.whereby.meetings.get(&id).cloned()) {
            Some(meeting) => Json(shown(&sandbox, &meeting, &[])).into_response(),
            None => refusal(StatusCode::NOT_FOUND, "no such meeting"),
        }
    })
}

async fn remove(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    answered(&sandbox, &headers, || match sandbox.write(|data| data.whereby.meetings.remove(&id)) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => refusal(StatusCode::NOT_FOUND, "no such meeting"),
    })
}

/// All meetings, with both links.
async fn list(State(sandbox): State<Sandbox>) -> Json<Value> {
    let meetings: Vec<Meeting> =
        sandbox.read(|data| data.whereby.meetings.values().cloned().collect());
    let fields = [Field::HostRoomUrl];
    Json(meetings.iter().map(|meeting| shown(&sandbox, meeting, &fields)).collect())
}

async fn set_faults(State(sandbox): State<Sandbox>, Json(faults): Json<Faults>) -> Json<Faults> {
    Json(sandbox.write(|data| {
        data.whereby.faults = faults;
        data.whereby.faults
    }))
}

/// The answer to a request that may be made, unless there is to be trouble.
fn answered(sandbox: &Sandbox, headers: &HeaderMap, act: impl FnOnce() -> Response) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if key.is_empty() {
        return refusal(StatusCode::UNAUTHORIZED, "access token is missing or invalid");
    }
    if take(sandbox, |faults| &mut faults.refuse_next) {
        let status = sandbox.read(|data| data.whereby.faults.status);
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        return refusal(status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE), "made on purpose");
    }
    let lose = take(sandbox, |faults| &mut faults.lose_next);
    let answer = act();
    if lose { refusal(StatusCode::BAD_GATEWAY, "the answer was lost") } else { answer }
}

fn take(sandbox: &Sandbox, which: impl FnOnce(&mut Faults) -> &mut u32) -> bool {
    sandbox.write(|data| {
        let left = which(&mut data.whereby.faults);
        let some = *left > 0;
        *left = left.saturating_sub(1);
        some
    })
}

fn refusal(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

fn room_url(sandbox: &Sandbox, meeting: &Meeting) -> String {
    format!("{}/whereby/room/{}", sandbox.public_url(), meeting.room_name)
}

fn shown(sandbox: &Sandbox, meeting: &Meeting, fields: &[Field]) -> Value {
    let room_url = room_url(sandbox, meeting);
    let mut shown = json!({
        "meetingId": meeting.meeting_id,
        "roomName": format!("/{}", meeting.room_name),
        "roomUrl": room_url,
        "startDate": meeting.start_date,
        "endDate": meeting.end_date,
    });
    if fields.contains(&Field::HostRoomUrl) {
        shown["hostRoomUrl"] = json!(format!("{room_url}?roomKey={}", meeting.room_key));
    }
    if fields.contains(&Field::ViewerRoomUrl) {
        shown["viewerRoomUrl"] = json!(format!("{room_url}?roomKey=v{}", meeting.room_key));
    }
    shown
}

/// The meeting of a room that is there now, and whether this key makes its bearer the host.
fn open_room(sandbox: &Sandbox, name: &str, key: Option<&str>) -> Option<bool> {
    let now_s = sandbox.clock().now_unix();
    sandbox.read(|data| {
        let meeting = data.whereby.meetings.values().find(|meeting| meeting.room_name == name)?;
        let gone = meeting.end_date.as_second().saturating_add(AFTER_END_SECONDS) < now_s;
        (!gone).then(|| key == Some(meeting.room_key.as_str()))
    })
}
