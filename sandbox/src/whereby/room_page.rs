//! The page of a room, for a frame: no sound and no picture, but the words that a room and the page around it exchange.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

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
    let room = escape(&name);
    let main = format!(
        "<p><strong>A room at Whereby</strong> (sandbox)</p><p id=\"who\">{person} is here as {role}.</p>\
         <p id=\"others\">Nobody else is here.</p><p id=\"devices\"></p>\
         <script>const room = '{room}';{SCRIPT}</script>"
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

/// Rooms of one browser find each other by a broadcast channel; a page that goes away says so.
const SCRIPT: &str = "
const tell = (type, payload = {}) => parent.postMessage({ type, payload }, '*');
const channel = new BroadcastChannel('whereby:' + room);
const self = crypto.randomUUID();
const others = new Set();
const devices = { microphone: !location.search.includes('audio=off'), camera: !location.search.includes('video=off') };
function show() {
  document.getElementById('others').textContent = others.size ? 'The other one is here too.' : 'Nobody else is here.';
  document.getElementById('devices').textContent =
    'Microphone ' + (devices.microphone ? 'on' : 'off') + ', camera ' + (devices.camera ? 'on' : 'off') + '.';
}
function count() { show(); tell('participantupdate', { count: others.size + 1 }); }
channel.onmessage = ({ data }) => {
  if (data.kind === 'bye') { if (others.delete(data.from)) { tell('participant_leave', {}); count(); } return; }
  const isNew = !others.has(data.from);
  others.add(data.from);
  if (isNew) { channel.postMessage({ kind: 'here', from: self }); tell('participant_join', {}); count(); }
};
addEventListener('pagehide', () => channel.postMessage({ kind: 'bye', from: self }));
addEventListener('message', ({ source, data }) => {
  if (source !== parent || typeof data !== 'object' || data === null) return;
  const [enabled] = data.args ?? [];
  if (data.command === 'toggle_microphone') { devices.microphone = enabled; tell('microphone_toggle', { enabled }); }
  if (data.command === 'toggle_camera') { devices.camera = enabled; tell('camera_toggle', { enabled }); }
  if (data.command === 'leave_room') { channel.postMessage({ kind: 'bye', from: self }); tell('leave', { removed: false }); }
  show();
});
tell('ready');
tell('join');
channel.postMessage({ kind: 'here', from: self });
count();
";
