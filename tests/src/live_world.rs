//! A world with sockets: the functions of the socket and the consumers of the streams, called as API Gateway and Lambda
//! call them. What the sockets heard is in the fake AWS.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::Router;
use realtime::{
    App, connect_socket, disconnect_socket, fan_out_money, fan_out_sessions, receive_frame,
};
use runtime::{BatchReply, SocketEvent, StreamEvent};
use serde_json::{Value, json};
use testkit::{Kit, Reply, call, get, post};

use crate::session_world::{Who, World};

/// The world.
pub struct Live {
    pub w: World,
    pub app: App,
    pub router: Router,
    /// What the streams have told, by table and key.
    told: Mutex<BTreeMap<(String, String), Value>>,
}

impl Live {
    /// C with a balance, R online.
    pub async fn new(balance_minor: i64) -> Self {
        Self::with(Kit::new().await, balance_minor).await
    }

    /// As [`Live::new`] in a world that was prepared.
    pub async fn with(kit: Kit, balance_minor: i64) -> Self {
        let w = World::with(kit, balance_minor).await;
        let app = App::new(w.kit.ctx(), &w.kit.aws.config());
        let router = web::serve(realtime::router(app.clone()));
        let live = Self { w, app, router, told: Mutex::default() };
        // What was there before is no news.
        live.changes("app");
        live.changes("ledger");
        live
    }

    /// A fresh ticket.
    pub async fn ticket(&self, who: Who) -> String {
        let token = self.w.token(who).await;
        let request = post("/v1/realtime/tickets").bearer(&token).json(json!({}));
        let reply = call(&self.router, request).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.body["ticket"].as_str().unwrap().to_owned()
    }

    /// The status of a handshake.
    pub async fn handshake(&self, id: &str, query: Value, headers: Value) -> u16 {
        let event = event(
            id,
            "$connect",
            "CONNECT",
            json!({
                "queryStringParameters": query, "headers": headers,
            }),
        );
        connect_socket::handle(&self.app, event).await.unwrap().status_code
    }

    /// An open socket called `id`.
    pub async fn socket(&self, who: Who, id: &str) {
        let ticket = self.ticket(who).await;
        let origin = json!({ "Origin": self.w.kit.config.site_url });
        assert_eq!(self.handshake(id, json!({ "ticket": ticket }), origin).await, 200);
    }

    /// An open socket that is subscribed to a session.
    pub async fn listening(&self, who: Who, id: &str, session_id: &str) {
        self.socket(who, id).await;
        self.say(id, json!({ "v": 1, "type": "subscribe", "session_id": session_id })).await;
        let heard = self.heard(id);
        assert!(heard.iter().any(|frame| frame["type"] == "subscribed"), "{heard:?}");
    }

    /// A text from a socket.
    pub async fn text(&self, id: &str, text: &str) {
        let event = event(id, "$default", "MESSAGE", json!({ "body": text }));
        assert_eq!(receive_frame::handle(&self.app, event).await.unwrap().status_code, 200);
    }

    /// A frame from a socket.
    pub async fn say(&self, id: &str, frame: Value) {
        self.text(id, &frame.to_string()).await;
    }

    /// A ping.
    pub async fn ping(&self, id: &str) {
        self.say(id, json!({ "v": 1, "type": "ping" })).await;
    }

    /// A socket was closed, with the code of its close frame (1006: without one).
    pub async fn closed(&self, id: &str, code: u16) {
        self.w.kit.aws.close_socket(id);
        let mut event = event(id, "$disconnect", "DISCONNECT", json!({}));
        event.request_context.disconnect_status_code = Some(code);
        disconnect_socket::handle(&self.app, event).await.unwrap();
    }

    /// Everything that a socket heard.
    pub fn heard(&self, id: &str) -> Vec<Value> {
        self.w.kit.aws.heard(id)
    }

    /// What a socket heard of one type, oldest first.
    pub fn of_type(&self, id: &str, kind: &str) -> Vec<Value> {
        self.heard(id).into_iter().filter(|frame| frame["type"] == kind).collect()
    }

    /// The numbers that a socket heard, in the order in which it did.
    pub fn numbers(&self, id: &str) -> Vec<u64> {
        self.heard(id).iter().filter_map(|frame| frame["seq"].as_u64()).collect()
    }

    /// What the streams of both tables have to tell since they were last asked.
    pub fn records(&self) -> (StreamEvent, StreamEvent) {
        (stream(self.changes("app")), stream(self.changes("ledger")))
    }

    /// The streams are read to their ends.
    pub async fn deliver(&self) {
        let (app, ledger) = self.records();
        assert_eq!(self.sessions(app).await, BatchReply::default());
        assert_eq!(self.money(ledger).await, BatchReply::default());
    }

    /// The consumer of `App`.
    pub async fn sessions(&self, event: StreamEvent) -> BatchReply {
        fan_out_sessions::handle(&self.app, event).await.unwrap()
    }

    /// The consumer of `Ledger`.
    pub async fn money(&self, event: StreamEvent) -> BatchReply {
        fan_out_money::handle(&self.app, event).await.unwrap()
    }

    /// The events after a number.
    pub async fn events(&self, who: Who, session_id: &str, after: u64) -> Reply {
        let path = format!("/v1/sessions/{session_id}/events?after={after}");
        call(&self.router, get(&path).bearer(&self.w.token(who).await)).await
    }

    /// When a side was last heard of, in seconds since the start of the world.
    pub async fn proof(&self, session_id: &str, who: Who) -> i64 {
        let presence = self.w.kit.store().presence(session_id).await.unwrap();
        let seen = match who {
            Who::C => presence.member_ms,
            _ => presence.host_ms,
        };
        let start: jiff::Timestamp = testkit::START.parse().unwrap();
        (seen.unwrap() - start.as_millisecond()) / 1_000
    }

    /// The items that are new or changed, with the name of the change.
    fn changes(&self, table: &str) -> Vec<(&'static str, Value)> {
        let mut told = self.told.lock().unwrap();
        let mut changes = Vec::new();
        for item in self.w.kit.items(table, "") {
            let key = (table.to_owned(), format!("{} {}", item["pk"], item["sk"]));
            match told.insert(key, item.clone()) {
                None => changes.push(("INSERT", item)),
                Some(before) if before != item => changes.push(("MODIFY", item)),
                Some(_) => {}
            }
        }
        changes.sort_by_key(|(_, item)| format!("{} {}", item["pk"], item["sk"]));
        changes
    }
}

/// An event of a socket.
pub fn event(id: &str, route: &str, kind: &str, fields: Value) -> SocketEvent {
    let mut event = json!({
        "requestContext": { "routeKey": route, "eventType": kind, "connectionId": id },
        "isBase64Encoded": false,
    });
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    serde_json::from_value(event).unwrap()
}

fn stream(changes: Vec<(&'static str, Value)>) -> StreamEvent {
    let record = |(number, (name, image))| json!({ "eventName": name, "dynamodb": { "SequenceNumber": format!("{number}"), "NewImage": image } });
    let records: Vec<Value> = changes.into_iter().enumerate().map(record).collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}
