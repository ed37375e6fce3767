//! The page of a room, for a frame: no sound and no picture, but the words that a room and the page around it exchange.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::open_room;
use crate::html::escape;
use crate::state::Sandbox;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Link {
    room_key: Option<String>,
    display_name: Option<String>,
}

/// Shows the room.
pub(super) async fn show(
    State(sandbox): State<Sandbox>,
    Path(name): Path<String>,
    Query(link): Query<Link>,
) -> Response {
    let Some(is_host) = open_room(&sandbox, &name, link.room_key.as_deref()) else {
        return framed(StatusCode::NOT_FOUND, "<p>This room does not exist.</p>");
    };
    let role = if is_host { "host" } else { "guest" };
    let person = escape(link.display_name.as_deref().unwrap_or("Somebody"));
    let main = format!(
        "<p><strong>A room at Whereby</strong> (sandbox)</p><p id=\"who\">{person} is here as {role}.</p>\
         <p id=\"others\">Nobody else is here.</p><p id=\"devices\"></p>\
         <script>{SCRIPT}</script>"
    );
    framed(StatusCode::OK, &main)
}

fn framed(status: StatusCode, main: &str) -> Response {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Room</title>\
         <style>html{{background:#1d1b26;color:#f4f2f8;font:1rem/1.5 system-ui,sans-serif}}body{{margin:2rem}}</style>{main}</html>"
    );
    let mut response = (status, Html(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Somebody in a room, each second; `gone` is the last word.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Here {
    id: Uuid,
    #[serde(default)]
    gone: bool,
}

/// Notes who is in a room, and says how many are.
pub(super) async fn here(
    State(sandbox): State<Sandbox>,
    Path(name): Path<String>,
    Json(here): Json<Here>,
) -> Response {
    if open_room(&sandbox, &name, None).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let now_s = sandbox.clock().now_unix();
    let count = sandbox.write(|data| {
        let people = data.whereby.people.entry(name).or_default();
        people.insert(here.id, now_s);
        if here.gone {
            people.remove(&here.id);
        }
        people.retain(|_, seen_s| *seen_s >= now_s - HERE_SECONDS);
        people.len()
    });
    Json(json!({ "count": count })).into_response()
}

/// Who says nothing for so long is gone.
const HERE_SECONDS: i64 = 4;

/// What the vendor's page would say and do.
const SCRIPT: &str = "
const tell = (type, payload = {}) => parent.postMessage({ type, payload }, '*');
const id = crypto.randomUUID();
let count = 0;
const devices = { microphone: !location.search.includes('audio=off'), camera: !location.search.includes('video=off') };
function show() {
  document.getElementById('others').textContent = count > 1 ? 'The other one is here too.' : 'Nobody else is here.';
  document.getElementById('devices').textContent =
    'Microphone ' + (devices.microphone ? 'on' : 'off') + ', camera ' + (devices.camera ? 'on' : 'off') + '.';
}
const post = (gone) => fetch(location.pathname, {
  method: 'POST', keepalive: true, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, gone })
});
async function beat() {
  const reply = await post(false).catch(() => undefined);
  if (reply?.status === 404) { tell('meeting_end'); return; }
  const now = reply?.ok ? (await reply.json()).count : count;
  if (now !== count) { count = now; show(); tell('participantupdate', { count }); }
  setTimeout(beat, 1000);
}
addEventListener('pagehide', () => post(true));
addEventListener('message', ({ source, data }) => {
  if (source !== parent || typeof data !== 'object' || data === null) return;
  const [enabled] = data.args ?? [];
  if (data.command === 'toggle_microphone') { devices.microphone = enabled; tell('microphone_toggle', { enabled }); }
  if (data.command === 'toggle_camera') { devices.camera = enabled; tell('camera_toggle', { enabled }); }
  if (data.command === 'leave_room') { post(true); tell('leave', { removed: false }); }
  show();
});
show();
tell('ready');
tell('join');
beat();
";
