//! `POST /v1/admin/refunds`.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Person, Reply, call, post};

use super::till::Till;
use crate::session_world::{Who, World};

/// A world with a settled session of three minutes at 3.00, and an admin.
struct Office {
    world: World,
    till: Till,
    admin: Person,
    session: String,
}

impl Office {
    async fn open() -> Self {
        let world = World::new(2_500).await;
        let till = Till::over(&world.kit);
        let session = world.active().await;
        world.room(&session, 0, 170).await;
        world.at(175);
        world.done(Who::C, &session, "end").await;
        assert_eq!(world.settled(), (1_600, 630, 270));
        let admin = world.kit.admin("Amy").await;
        Self { world, till, admin, session }
    }

    fn body(&self, minute: u32) -> Value {
        let (session_id, reason) = (&self.session, "The line was dead.");
        json!({ "session_id": session_id, "minute": minute, "funded_by": "shares", "reason": reason })
    }

    async fn refund(&self, key: &str, body: &Value) -> Reply {
        let request = post("/v1/admin/refunds").bearer(&self.admin.token).key(key);
        call(&self.till.router, request.json(body.clone())).await
    }

    /// C's balance, R's earnings, fees and losses, with the books balanced.
    fn money(&self) -> (i64, i64, i64, i64) {
        let (spending, earnings, fees) = self.world.settled();
        (spending, earnings, fees, self.world.books().write_offs())
    }
}

#[tokio::test]
async fn only_admins_refund() {
    let office = Office::open().await;
    let request = || post("/v1/admin/refunds").key("request-1").json(office.body(2));
    assert_eq!(call(&office.till.router, request()).await.status, 401);
    for person in [&office.world.c, &office.world.r, &office.world.stranger] {
        let reply = call(&office.till.router, request().bearer(&person.token)).await;
        assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    }
    assert_eq!(office.money(), (1_600, 630, 270, 0));
}

#[tokio::test]
async fn a_minute_comes_back_from_those_who_got_it_once() {
    let office = Office::open().await;
    let first = office.refund("request-1", &office.body(2)).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(
        (
            &first.body["amount_minor"],
            &first.body["from_host_minor"],
            &first.body["from_platform_minor"]
        ),
        (&json!(300), &json!(210), &json!(90))
    );
    assert_eq!(office.money(), (1_900, 420, 180, 0));
    let again = office.refund("request-1", &office.body(2)).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other = office.refund("request-2", &office.body(2)).await;
    assert_eq!((other.status, other.problem()), (409, "already-refunded"));
    assert_eq!(office.money(), (1_900, 420, 180, 0));
    let audited = office.world.kit.items("app", "AUDIT#");
    assert_eq!(audited.len(), 1);
}

#[tokio::test]
async fn goodwill_costs_the_platform_alone() {
    let office = Office::open().await;
    let mut body = office.body(1);
    body["funded_by"] = json!("platform");
    body["amount_minor"] = json!(100);
    let reply = office.refund("request-1", &body).await;
    assert_eq!(
        (reply.status, &reply.body["from_host_minor"], &reply.body["from_platform_minor"]),
        (201, &json!(0), &json!(100))
    );
    assert_eq!(office.money(), (1_700, 630, 270, -100));
}

#[tokio::test]
async fn many_clicks_refund_once() {
    let office = Office::open().await;
    let keys: Vec<String> = (0..12).map(|click| format!("request-{}", click % 4)).collect();
    let body = office.body(3);
    let replies = join_all(keys.iter().map(|key| office.refund(key, &body))).await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(made, 3, "the clicks of one key");
    assert_eq!(office.money(), (1_900, 420, 180, 0));
}

#[tokio::test]
async fn what_was_not_paid_is_not_refunded() {
    let office = Office::open().await;
    let with = |name: &str, value: Value| {
        let mut body = office.body(2);
        body[name] = value;
        body
    };
    let refused = [
        (with("minute", json!(0)), 400),
        (with("minute", json!(4)), 400),
        (with("amount_minor", json!(301)), 400),
        (with("amount_minor", json!(0)), 400),
        (with("amount_minor", json!(-1)), 400),
        (with("reason", json!("no")), 400),
        (with("reason", json!("x".repeat(501))), 400),
        (with("funded_by", json!("nobody")), 400),
        (with("unknown", json!(1)), 400),
        (with("session_id", json!("0197a000-0000-7000-8000-000000000000")), 404),
    ];
    for (number, (body, status)) in refused.into_iter().enumerate() {
        let reply = office.refund(&format!("request-{number}"), &body).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
    }
    assert_eq!(office.money(), (1_600, 630, 270, 0));
}

#[tokio::test]
async fn a_running_session_is_not_refunded() {
    let office = Office::open().await;
    office.world.at(300);
    let running = office.world.active().await;
    let mut body = office.body(1);
    body["session_id"] = json!(running);
    let reply = office.refund("request-1", &body).await;
    assert_eq!((reply.status, reply.problem()), (409, "not-settled"));
}

#[tokio::test]
async fn the_member_and_the_host_see_the_refund() {
    let office = Office::open().await;
    office.refund("request-1", &office.body(2)).await;
    let token = office.world.token(Who::C).await;
    let statement = office.till.read(testkit::get("/v1/wallet/statement").bearer(&token)).await;
    let lines = statement["items"].as_array().unwrap();
    let refund = lines.iter().find(|line| line["reason"] == "refund").unwrap();
    assert_eq!(
        (&refund["amount_minor"], &refund["minute"], &refund["note"]),
        (&json!(300), &json!(2), &json!("The line was dead."))
    );
    let token = office.world.token(Who::R).await;
    let earnings = office.till.read(testkit::get("/v1/host/earnings").bearer(&token)).await;
    let lines = earnings["items"].as_array().unwrap();
    let refund = lines.iter().find(|line| line["reason"] == "refund").unwrap();
    assert_eq!(
        (&refund["gross_minor"], &refund["share_minor"], &refund["fee_minor"]),
        (&json!(-300), &json!(-210), &json!(-90))
    );
}
