//! The live room over real sockets: tickets, frames in both directions, events without a hole, many sockets, cut sockets.
//!
//! Long variants: `PARLOR_SOAK_SECONDS` (12 unless set) and `PARLOR_LIVE_MESSAGES` (5 unless set).
#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use parlor_tests::Person;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::world::{Room, SHARED, World, key, number, text};

/// How long a frame may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(40);

/// A frame and when it came.
type Heard = Arc<Mutex<Vec<(Instant, Value)>>>;

/// An open socket; dropping it cuts it without a close frame.
struct Socket {
    to: mpsc::UnboundedSender<Message>,
    heard: Heard,
    work: JoinHandle<()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// The address that a fresh ticket opens.
async fn address(person: &Person) -> String {
    let ticket = person.post("/v1/realtime/tickets", &json!({})).await.unwrap();
    format!("{}?ticket={}", text(&ticket["url"]), text(&ticket["ticket"]))
}

impl Socket {
    async fn open(person: &Person) -> Self {
        let (socket, _) = tokio_tungstenite::connect_async(address(person).await).await.unwrap();
        let (mut sink, mut stream) = socket.split();
        let (to, mut outgoing) = mpsc::unbounded_channel::<Message>();
        let heard = Heard::default();
        let listener = heard.clone();
        let work = tokio::spawn(async move {
            loop {
                tokio::select! {
                    message = outgoing.recv() => match message {
                        Some(message) => if sink.send(message).await.is_err() { return },
                        None => return,
                    },
                    message = stream.next() => match message {
                        Some(Ok(Message::Text(frame))) => {
                            let frame = serde_json::from_str(&frame).unwrap_or(Value::Null);
                            listener.lock().unwrap().push((Instant::now(), frame));
                        }
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                        Some(Ok(_)) => {}
                    },
                }
            }
        });
        Self { to, heard, work }
    }

    /// An open socket on a session.
    async fn on(person: &Person, session_id: &str) -> Self {
        let socket = Self::open(person).await;
        socket.say(&json!({ "v": 1, "type": "subscribe", "session_id": session_id }));
        socket.first("subscribed").await;
        socket
    }

    fn say(&self, frame: &Value) {
        self.to.send(Message::text(frame.to_string())).unwrap();
    }

    fn all(&self) -> Vec<Value> {
        self.heard.lock().unwrap().iter().map(|(_, frame)| frame.clone()).collect()
    }

    /// The first frame that fits, waited for.
    async fn find(&self, what: &str, fits: impl Fn(&Value) -> bool) -> (Instant, Value) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let heard = self.heard.lock().unwrap().clone();
            if let Some(found) = heard.into_iter().find(|(_, frame)| fits(frame)) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("no {what} in {PATIENCE:?}, but {:?}", self.all());
    }

    /// The first frame of a type, waited for.
    async fn first(&self, kind: &str) -> Value {
        self.find(kind, |frame| frame["type"] == kind).await.1
    }
}

/// Both sides renew, as their rooms do, until this is dropped: a minute of the test stack lasts ten seconds.
struct Kept(JoinHandle<()>);

impl Kept {
    fn running(room: &Room) -> Self {
        let (member, host, path) = (room.member.clone(), room.host.clone(), room.at("renew"));
        Self(tokio::spawn(async move {
            loop {
                let body = json!({});
                let (_, _) = tokio::join!(member.post(&path, &body), host.post(&path, &body));
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
        }))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn say(person: &Person, room: &Room, words: &str) -> Value {
    let body = json!({ "text": words });
    person.post_once(&room.at("messages"), &key(), &body).await.unwrap()
}

#[tokio::test]
async fn a_reading_is_heard_on_both_sides_as_it_happens() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("lea", 5_000).await, world.host("Noor", 199).await);
    let desk = Socket::open(&host).await;
    let room = world.asked(member, host).await;
    let request = desk.find("request", |it| it["data"]["id"] == room.id.as_str()).await.1;
    assert_eq!(
        (&request["type"], &request["data"]["state"]),
        (&json!("request"), &json!("waiting"))
    );
    let (c, r) = (Socket::on(&room.member, &room.id).await, Socket::on(&room.host, &room.id).await);
    assert_eq!(c.first("presence").await["data"]["side"], "host");
    room.host.post(&room.at("accept"), &json!({})).await.unwrap();
    room.member.post(&room.at("join"), &json!({})).await.unwrap();
    room.host.post(&room.at("join"), &json!({})).await.unwrap();
    for socket in [&c, &r] {
        let charge = socket.first("charge").await;
        assert_eq!(charge["data"]["first_minute"], 1);
        let active =
            |frame: &Value| frame["type"] == "session" && frame["data"]["state"] == "active";
        socket.find("an active session", active).await;
    }
    assert_eq!(c.first("balance").await["data"]["held_minor"], 199);
    let signal = json!({ "v": 1, "type": "signal", "session_id": room.id, "data": { "n": 1 } });
    c.say(&signal);
    assert_eq!(r.first("signal").await["data"]["data"], json!({ "n": 1 }));
    r.say(&json!({ "v": 1, "type": "typing", "session_id": room.id, "typing": true }));
    assert_eq!(c.first("typing").await["data"]["from"], "host");
    let sent = say(&room.member, &room, "Good evening").await;
    for socket in [&c, &r] {
        assert_eq!(socket.first("message").await["data"], sent);
    }
    let mark = json!({ "read_up_to": sent["id"] });
    room.host.post(&format!("{}/mark", room.at("messages")), &mark).await.unwrap();
    assert_eq!(c.first("marks").await["data"]["host"]["read_up_to"], sent["id"]);
    c.say(&json!({ "v": 1, "type": "ping", "id": "7" }));
    let pong = c.first("pong").await;
    assert_eq!(pong["data"]["id"], "7");
    let known = room.member.get(&format!("{}?after=0", room.at("events"))).await.unwrap();
    assert!(number(&pong["data"]["last_seq"][&room.id]) <= number(&known["last_seq"]));
    drop(r);
    let gone = |frame: &Value| frame["type"] == "presence" && frame["data"]["connected"] == false;
    assert!(c.find("the host's going", gone).await.1["data"]["lost_at"].is_string());
    room.end(&world).await;
    let over = |frame: &Value| frame["type"] == "session" && frame["data"]["state"] == "finalized";
    c.find("the end", over).await;
}

#[tokio::test]
async fn a_socket_needs_a_ticket_that_was_not_used() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let member = world.member("may").await;
    let used = address(&member).await;
    let (first, _) = tokio_tungstenite::connect_async(&used).await.unwrap();
    let (bare, _) = used.split_once('?').unwrap();
    let forged = format!("{bare}?ticket={}", "A".repeat(43));
    for refused in [bare, &used, &forged] {
        match tokio_tungstenite::connect_async(refused).await {
            Err(Error::Http(reply)) => assert_eq!(reply.status(), 403, "{refused}"),
            other => panic!("{other:?}"),
        }
    }
    drop(first);
}

/// Median and 95th percentile in milliseconds.
fn spread(mut times: Vec<Duration>) -> (u128, u128) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_millis();
    (at(50), at(95))
}

#[expect(clippy::disallowed_methods, reason = "whoever wants a longer run says so")]
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "cargo x says by the environment where results go")]
async fn fifty_sockets_on_one_session_hear_every_message() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let (member, host) = (world.member_with("fay", 50_000).await, world.host("Fan", 50).await);
    let room = world.running(member, host).await;
    let kept = Kept::running(&room);
    let mut sockets = Vec::new();
    for number in 0..50 {
        let person = if number % 2 == 0 { &room.member } else { &room.host };
        sockets.push(Socket::on(person, &room.id).await);
    }
    let (mut after_send, mut after_commit) = (Vec::new(), Vec::new());
    for number in 0..setting("PARLOR_LIVE_MESSAGES", 5) {
        let begin = Instant::now();
        let sent = say(&room.member, &room, &format!("number {number}")).await;
        let committed = Instant::now();
        for socket in &sockets {
            let same =
                |frame: &Value| frame["type"] == "message" && frame["data"]["id"] == sent["id"];
            let (came, _) = socket.find("the message", same).await;
            after_send.push(came - begin);
            after_commit.push(came.saturating_duration_since(committed));
        }
    }
    let (send, commit) = (spread(after_send), spread(after_commit));
    let text = format!(
        "50 sockets on one session: message to each socket p50 {} ms, p95 {} ms from the request; \
         p50 {} ms, p95 {} ms from its reply\n",
        send.0, send.1, commit.0, commit.1
    );
    println!("{text}");
    let outputs = std::env::var("PARLOR_OUTPUTS").unwrap();
    std::fs::write(std::path::Path::new(&outputs).with_file_name("fan-out.txt"), text).unwrap();
    drop(kept);
    room.end(&world).await;
}

/// What a client knows by the rules of docs/contract.md: events by number, each once.
#[derive(Default)]
struct Known {
    events: BTreeMap<u64, Value>,
}

impl Known {
    /// Takes what a socket heard and asks for what is missing before it.
    async fn learn(&mut self, person: &Person, room: &Room, heard: Vec<Value>) {
        for frame in heard {
            if let Some(seq) = frame["seq"].as_u64() {
                let known = self.events.entry(seq).or_insert_with(|| frame.clone());
                let same = known["type"] == frame["type"];
                assert!(same, "number {seq} is two things: {known} and {frame}");
            }
        }
        let whole = |events: &BTreeMap<u64, Value>| {
            events.keys().zip(1..).take_while(|(seq, place)| **seq == *place).count()
        };
        let mut after = u64::try_from(whole(&self.events)).unwrap();
        loop {
            let path = format!("{}?after={after}", room.at("events"));
            let page = person.get(&path).await.unwrap();
            assert_eq!(page["missing"], false);
            let last = page["last_seq"].as_u64().unwrap();
            for frame in page["items"].as_array().unwrap() {
                self.events.entry(frame["seq"].as_u64().unwrap()).or_insert_with(|| frame.clone());
            }
            // Older changes of the session are left out of a page: its last one contains them.
            for seq in after + 1..=last {
                self.events.entry(seq).or_insert_with(|| json!({ "seq": seq, "type": "session" }));
            }
            after = last;
            if page["more"] == false {
                return;
            }
        }
    }

    fn of_type(&self, kind: &str) -> Vec<&Value> {
        self.events.values().filter(|frame| frame["type"] == kind).collect()
    }
}

#[tokio::test]
async fn sockets_that_are_cut_lose_nothing_and_hear_nothing_twice() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("sol", 50_000).await, world.host("Soak", 50).await);
    let room = world.running(member, host).await;
    let kept = Kept::running(&room);
    let seconds = setting("PARLOR_SOAK_SECONDS", 12);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut known = Known::default();
    let mut said = Vec::new();
    let mut socket = Socket::on(&room.member, &room.id).await;
    let mut cut_at = Instant::now() + Duration::from_secs(3);
    while Instant::now() < end {
        let from = if said.len() % 2 == 0 { &room.member } else { &room.host };
        said.push(text(&say(from, &room, &format!("number {}", said.len())).await["id"]));
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        if Instant::now() > cut_at {
            let heard = socket.all();
            drop(socket);
            known.learn(&room.member, &room, heard).await;
            socket = Socket::on(&room.member, &room.id).await;
            cut_at = Instant::now() + Duration::from_secs(3);
        }
    }
    drop(kept);
    let over = room.end(&world).await;
    let finalized = |it: &Value| it["type"] == "session" && it["data"]["state"] == "finalized";
    socket.find("the end", finalized).await;
    known.learn(&room.member, &room, socket.all()).await;
    let whole: Vec<u64> = (1..=u64::try_from(known.events.len()).unwrap()).collect();
    assert_eq!(known.events.keys().copied().collect::<Vec<_>>(), whole);
    let heard: Vec<_> = known.of_type("message").iter().map(|it| text(&it["data"]["id"])).collect();
    let (mut once, mut expected) = (heard.clone(), said.clone());
    once.sort_unstable();
    expected.sort_unstable();
    assert_eq!(once, expected, "each message once");
    let minutes: Vec<_> =
        known.of_type("charge").iter().map(|it| number(&it["data"]["first_minute"])).collect();
    let leased: Vec<i64> = (1..=i64::try_from(minutes.len()).unwrap()).collect();
    assert_eq!(minutes, leased, "each charge once, in order");
    let settled = number(&over["settlement"]["minutes"]);
    assert!(leased.last().is_some_and(|last| *last >= settled), "{over}");
    println!(
        "{seconds} s: {} events, {} messages, {} charges",
        whole.len(),
        said.len(),
        minutes.len()
    );
}
