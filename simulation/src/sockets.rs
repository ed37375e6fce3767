//! Sockets of browsers: opened with a ticket, subscribed to the room that is shown, pinged, cut. What they hear and what
//! is asked for over HTTP must be what was numbered.

use std::collections::BTreeMap;
use std::rc::Rc;

use realtime::{App, connect_socket, disconnect_socket, receive_frame};
use runtime::{SocketContext, SocketEvent, SocketEventType, SocketReply};
use serde_json::{Value, json};
use store::live::{EventItem, Happened, TicketItem, create_ticket};
use store::{Table, Transaction};
use testkit::{Changed, call, get};

use crate::cluster::INSTANCES;
use crate::laws::{Laws, read};
use crate::tasks::Ending;
use crate::world::{Event, What, World};

/// How often a socket pings.
const PING_MS: i64 = 20_000;

/// A browser's socket.
#[derive(Clone, Debug)]
pub struct Socket {
    id: String,
    who: usize,
    room: usize,
    open: bool,
    subscribed: bool,
}

/// What becomes of a socket.
#[derive(Clone, Copy, Debug)]
pub enum Plug {
    /// It is opened.
    Dial,
    /// It asks for its room's events, or proves presence.
    Ping,
    /// It is closed, with this code.
    Close(u16),
}

/// The numbered events of a session: what each says, and what it is from.
#[derive(Clone, Debug, Default)]
pub struct Numbered(BTreeMap<u64, (String, String)>);

impl World {
    /// A browser opens a socket for the room that it shows.
    pub(crate) fn dial(&mut self, who: usize) {
        let browser = &self.browsers[who];
        let Some(room) = browser.room.filter(|_| self.streams.flow && browser.socket.is_none())
        else {
            return;
        };
        let number = self.sockets.len();
        let id = format!("socket{number}");
        self.sockets.push(Socket { id, who, room, open: false, subscribed: false });
        self.browsers[who].socket = Some(number);
        self.plug(number, Plug::Dial);
    }

    /// Something happens to a socket.
    pub(crate) fn plug(&mut self, number: usize, plug: Plug) {
        if matches!(plug, Plug::Ping) && !self.pings(number) {
            return;
        }
        let socket = &self.sockets[number];
        let (id, person) = (socket.id.clone(), &self.people[socket.who]);
        let frame = if socket.subscribed {
            json!({ "v": 1, "type": "ping" })
        } else {
            json!({ "v": 1, "type": "subscribe", "session_id": self.rooms[socket.room].id })
        };
        let expires_ms = self.now_ms() + 60_000;
        let (user_id, generation) = (person.id, person.token_generation);
        let ticket = TicketItem { user_id, generation, expires_ms, expires_at_s: 0 };
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        let handler = Box::pin(async move {
            let app = &cluster.instances[instance].realtime;
            let reply = match plug {
                Plug::Dial => dialled(app, &id, &ticket).await,
                Plug::Ping => {
                    let event = event(&id, SocketEventType::Message, Some(frame.to_string()));
                    receive_frame::handle(app, event).await
                }
                Plug::Close(code) => {
                    let mut event = event(&id, SocketEventType::Disconnect, None);
                    event.request_context.disconnect_status_code = Some(code);
                    disconnect_socket::handle(app, event).await.map_err(|error| error.to_string())
                }
            };
            Ending::Done(match reply {
                Ok(reply) if reply.status_code == 200 => Ok(()),
                other => Err(format!("{other:?}")),
            })
        });
        self.start(What::Plug(number, plug), handler);
    }

    /// Whether a socket says something now: it is open, its room too, and its browser has not vanished.
    fn pings(&mut self, number: usize) -> bool {
        let Socket { who, room, open, .. } = self.sockets[number];
        let over = matches!(self.rooms[room].state.as_str(), "ended" | "finalized");
        if !open {
            return false;
        }
        if over || self.shared.lock().strikes(|weather| weather.vanish) {
            self.cut(number);
            return false;
        }
        self.after(PING_MS, Event::Plug(number, Plug::Ping));
        self.browsers[who].away_until_ms <= self.now_ms()
    }

    /// A handler of a socket's event has ended. Nobody calls it again.
    pub(crate) fn plugged(&mut self, number: usize, plug: Plug, ending: &Ending) {
        if let Plug::Dial = plug {
            let open = matches!(ending, Ending::Done(Ok(())));
            self.sockets[number].open = open;
            if open {
                self.after(100, Event::Plug(number, Plug::Ping));
            } else {
                self.unplug(number);
            }
        }
    }

    /// A socket is gone. That is told at once with a close frame, later without, or never.
    fn cut(&mut self, number: usize) {
        self.unplug(number);
        let (wait, code) = match self.rng.below(3) {
            0 => return,
            1 => (self.rng.between(0, 120_000), 1006),
            _ => (0, 1001),
        };
        self.after(wait, Event::Plug(number, Plug::Close(code)));
    }

    fn unplug(&mut self, number: usize) {
        let socket = &mut self.sockets[number];
        socket.open = false;
        self.cluster.kit.aws.close_socket(&socket.id);
        let browser = &mut self.browsers[socket.who];
        browser.socket = browser.socket.filter(|known| *known != number);
    }

    /// All sockets are gone without a word.
    pub(crate) fn unplug_all(&mut self) {
        (0..self.sockets.len()).for_each(|number| self.unplug(number));
    }

    /// A socket hears a frame: its number must be that of what it says. A browser that finds a hole asks for it.
    pub(crate) fn hear(&mut self, id: &str, frame: &Value) {
        let Some(socket) = self.sockets.iter_mut().find(|socket| socket.id == id) else { return };
        let last_seq = if frame["type"] == "subscribed" {
            socket.subscribed = true;
            frame["data"]["last_seq"].as_u64()
        } else {
            None
        };
        let (who, room) = (socket.who, socket.room);
        let session_id = frame["session_id"].as_str().unwrap_or_default();
        let seq = frame["seq"].as_u64();
        if let Some(seq) = seq {
            self.shared.lock().laws.hears(session_id, seq, &says(frame));
        }
        if session_id != self.rooms[room].id {
            return;
        }
        let known = self.known.entry((who, room)).or_default();
        let newest = seq.or(last_seq).unwrap_or(0);
        if seq == Some(*known + 1) {
            *known += 1;
        } else if newest > *known {
            let path = format!("/v1/sessions/{session_id}/events?after={known}");
            self.ask(who, true, path, Value::Null);
        }
    }

    /// A browser learns what it has missed.
    pub(crate) fn catch_up(&mut self, who: usize, session_id: &str, page: &Value) {
        let Some(room) = self.rooms.iter().position(|room| room.id == session_id) else { return };
        self.page(session_id, page);
        let (last, known) = (page["last_seq"].as_u64().unwrap_or(0), self.known.entry((who, room)));
        let known = known.or_default();
        *known = last.max(*known);
    }

    /// A page of a session's events: each is what was numbered so, and they are in order.
    fn page(&self, session_id: &str, page: &Value) -> Vec<u64> {
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let laws = &mut self.shared.lock().laws;
        let mut numbers = Vec::new();
        for item in items {
            let seq = item["seq"].as_u64().unwrap_or(0);
            laws.hears(session_id, seq, &says(&item));
            numbers.push(seq);
        }
        if !numbers.is_sorted() {
            laws.fail(11, format!("{session_id}: events come as {numbers:?}"));
        }
        numbers
    }

    /// At rest: what each side is told over HTTP is all that was numbered, and all that happened was numbered.
    pub(crate) async fn all_was_told(&self, room: usize) -> Result<(), String> {
        let (id, sides) = (&self.rooms[room].id, self.rooms[room].sides);
        let numbered = self.shared.lock().laws.numbered.get(id).cloned().unwrap_or_default();
        for who in sides {
            let token = self.cluster.token(&self.people[who], self.now_ms()).await;
            let (mut numbers, mut after) = (Vec::new(), 0);
            loop {
                let request =
                    get(&format!("/v1/sessions/{id}/events?after={after}")).bearer(&token);
                let reply = call(&self.cluster.instances[0].live, request).await;
                if reply.status != 200 || reply.body["missing"] == true {
                    return Err(format!("after {after}: {}", reply.text));
                }
                numbers.extend(self.page(id, &reply.body));
                after = reply.body["last_seq"].as_u64().unwrap_or(0);
                if reply.body["more"] != true {
                    break;
                }
            }
            let changes = numbered.0.iter().rev().filter(|(_, (what, _))| what == "session");
            let last_change = changes.map(|(seq, _)| *seq).next();
            let lacks = numbered.0.iter().find(|(seq, (what, _))| {
                (what != "session" || last_change == Some(**seq)) && !numbers.contains(seq)
            });
            if let Some(lacks) = lacks {
                return Err(format!("person{who} is not told {lacks:?}, but {numbers:?}"));
            }
        }
        if !self.streams.flow || self.streams.set_aside.contains(id) {
            return Ok(());
        }
        let happened = self.shared.lock().laws.happened.get(id).cloned().unwrap_or_default();
        let numbered = |source: &String| numbered.0.values().any(|(_, from)| from == source);
        let missing = happened.into_iter().find(|source| !numbered(source));
        missing.map_or(Ok(()), |source| Err(format!("{source} of {id} has no number")))
    }
}

impl Laws {
    /// Law 11: an event has a number of its own, the next one, and what happened once is one event.
    pub(crate) fn number(&mut self, change: &Changed) {
        let event = change.after.as_deref().map(read::<EventItem>);
        let (id, key) = (change.key.pk.trim_start_matches("SESSION#").to_owned(), &change.key.sk);
        let Some(Ok(event)) = event.filter(|_| change.before.is_none()) else {
            return self.fail(11, format!("{id}: {key} was taken already"));
        };
        let numbered = self.numbered.entry(id.clone()).or_default();
        let next = numbered.0.keys().last().map_or(1, |last| last + 1);
        let again = numbered.0.values().any(|(_, source)| *source == event.source);
        let what = match &event.happened {
            Happened::Session => "session".to_owned(),
            Happened::Charge { first_minute, .. } => format!("charge {first_minute}"),
            Happened::Message { message } => format!("message {}", message.message_id),
        };
        numbered.0.insert(event.seq, (what, event.source.clone()));
        if event.seq != next || again {
            let source = event.source;
            self.fail(11, format!("{id}: {source} is {key}, next was {next}, known: {again}"));
        }
    }

    /// Remembers what must become an event: a change of a session, a message, a lease.
    pub(crate) fn happens(&mut self, change: &Changed) {
        let (pk, sk) = (change.key.pk.as_str(), change.key.sk.as_str());
        let Some(after) = change.after.as_deref().filter(|_| pk.contains('#')) else { return };
        let session = || pk.trim_start_matches("SESSION#").to_owned();
        let line = sk.strip_prefix("ENTRY#").and_then(|line| line.split_once("#MINUTE#"));
        let (id, source) = match (change.table, line) {
            (Table::App, _) if sk == "SESSION" => {
                let version = after.get("version").and_then(|it| it.as_n().ok());
                (session(), format!("session:{}", version.map_or("", String::as_str)))
            }
            (Table::App, _) if sk.starts_with("MESSAGE#") && change.before.is_none() => {
                (session(), format!("message:{}", sk.trim_start_matches("MESSAGE#")))
            }
            (Table::Ledger, Some((session, first))) => {
                (session.to_owned(), format!("charge:{}", first.trim_start_matches('0')))
            }
            _ => return,
        };
        self.happened.entry(id).or_default().insert(source);
    }

    /// Law 11: whoever hears an event hears what has its number.
    fn hears(&mut self, session_id: &str, seq: u64, what: &str) {
        let numbered = self.numbered.get(session_id).and_then(|it| it.0.get(&seq)).cloned();
        if numbered.as_ref().is_none_or(|(numbered, _)| numbered != what) {
            self.fail(11, format!("{session_id}: event {seq} is {numbered:?}, heard as {what}"));
        }
    }
}

/// A ticket is given, and a socket is opened with it.
async fn dialled(app: &App, id: &str, ticket: &TicketItem) -> Result<SocketReply, String> {
    let secret = format!("{id:_<43}");
    let tx = create_ticket(Transaction::new(), &web::secret_hash(&secret), ticket);
    app.ctx.store.commit(tx).await.map_err(|error| error.to_string())?;
    let mut event = event(id, SocketEventType::Connect, None);
    event.query_string_parameters = Some([("ticket".to_owned(), secret)].into());
    connect_socket::handle(app, event).await.map_err(|error| error.to_string())
}

/// What an event's frame says, in a word.
fn says(frame: &Value) -> String {
    let data = &frame["data"];
    match frame["type"].as_str().unwrap_or_default() {
        "charge" => format!("charge {}", data["first_minute"]),
        "message" => format!("message {}", data["id"].as_str().unwrap_or_default()),
        other => other.to_owned(),
    }
}

fn event(id: &str, event_type: SocketEventType, body: Option<String>) -> SocketEvent {
    let request_context =
        SocketContext { event_type, connection_id: id.to_owned(), disconnect_status_code: None };
    SocketEvent { request_context, headers: None, query_string_parameters: None, body }
}
