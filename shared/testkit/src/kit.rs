//! One world per test.

use std::sync::Arc;

use dynoxide::Database;
use jiff::Timestamp;
use runtime::Config;
use serde_json::{Value, json};
use store::Store;
use store::outbox::Event;
use web::Ctx;

use crate::{Aws, FixedClock, dynamo};

/// When every world begins.
pub const START: &str = "2026-11-20T15:00:00Z";

const APP: &str = "app";
const LEDGER: &str = "ledger";

/// One world: a fake AWS, a clock, and what a domain needs to run in it.
pub struct Kit {
    /// The clock; it stands at [`START`].
    pub clock: Arc<FixedClock>,
    /// The fake AWS.
    pub aws: Aws,
    /// The configuration; change it before asking for a context.
    pub config: Config,
    pub(crate) made: std::sync::atomic::AtomicU32,
}

impl Kit {
    /// A new world with empty tables.
    #[expect(
        clippy::unused_async,
        reason = "callers are async anyway, and a world may come to need it"
    )]
    pub async fn new() -> Self {
        let start: Timestamp = START.parse().expect("an instant");
        Self {
            clock: Arc::new(FixedClock::new(start)),
            aws: Aws::new(dynamo::database(APP, LEDGER)),
            config: Config::from_lookup(setting).expect("a configuration"),
            made: std::sync::atomic::AtomicU32::new(0),
        }
    }

    /// A context over this world. Each has caches of its own, as each Lambda instance has.
    #[must_use]
    pub fn ctx(&self) -> Ctx {
        let aws = self.aws.config();
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws);
        let kms = aws_sdk_kms::Client::new(&aws);
        Ctx::new(self.config.clone(), self.clock.clone(), dynamodb, kms)
    }

    /// The tables.
    #[must_use]
    pub fn store(&self) -> Store {
        Store::new(aws_sdk_dynamodb::Client::new(&self.aws.config()), APP, LEDGER)
    }

    /// The in-process DynamoDB.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.aws.db
    }

    /// All items of a table (`app` or `ledger`) whose partition key begins so, in DynamoDB's JSON. White-box: the
    /// product itself never scans.
    #[must_use]
    pub fn items(&self, table: &str, pk_prefix: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut start = Value::Null;
        loop {
            let mut request = json!({ "TableName": table });
            if !start.is_null() {
                request["ExclusiveStartKey"] = start;
            }
            let request = serde_json::from_value(request).expect("a scan");
            let page = self.aws.db.scan(request).expect("a page of the table");
            let page = serde_json::to_value(page).expect("a page in JSON");
            let items = page["Items"].as_array().cloned().unwrap_or_default();
            let wanted =
                |item: &Value| item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with(pk_prefix));
            found.extend(items.into_iter().filter(wanted));
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                return found;
            }
        }
    }

    /// The events of the outbox so far, oldest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self
            .items(APP, store::outbox::PREFIX)
            .into_iter()
            .map(|item| {
                let item: serde_dynamo::Item = serde_json::from_value(item).expect("an item");
                serde_dynamo::from_item(item).expect("an event")
            })
            .collect();
        events.sort_by_key(|event| (event.at, event.id));
        events
    }
}

fn setting(name: &str) -> Option<String> {
    let value = match name {
        "APP_TABLE" => APP,
        "LEDGER_TABLE" => LEDGER,
        "MEDIA_BUCKET" => "media",
        "BILLING_QUEUE_URL" => "https://sqs.us-east-1.amazonaws.com/000000000000/billing",
        "EVENT_BUS" => "bus",
        "SIGNING_KEY_ID" => "signing-key",
        "PROOF_KEY_ID" => "proof-key",
        "PROOFS_BUCKET" => "proofs",
        "SITE_URL" => "https://parlor.test",
        "REALTIME_URL" => "wss://live.parlor.test/live",
        "BRAND" => "soulseer",
        "CURRENCY" => "USD",
        "FEE_PERCENT" => "30",
        "MAIL_FROM" => "hello@parlor.test",
        "STRIPE_SECRET_ID" => "stripe",
        "ROOM_SECRET_ID" => "room",
        _ => return None,
    };
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::State;
    use axum::routing::{get as on_get, post as on_post};
    use http::StatusCode;
    use serde_json::json;
    use store::{Condition, Key, Table, Transaction};
    use web::{Caller, Ctx, Json, Keyed, Once, Problem, Route, once};

    use super::Kit;
    use crate::{Fault, call, get, post};

    const ROUTE: Route = Route::post("add", "/add").keyed();

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Add {
        name: String,
    }

    async fn who(caller: Caller) -> Result<Json<String>, Problem> {
        Ok(Json(caller.member()?.display_name.clone()))
    }

    async fn add(
        State(ctx): State<Ctx>,
        caller: Caller,
        request: Keyed<Add>,
    ) -> Result<axum::response::Response, Problem> {
        let user = caller.member()?;
        let recorder = match once(&ctx, &ROUTE, user.id, &request, ctx.now()).await? {
            Once::Replay(reply) => return Ok(reply),
            Once::First(recorder) => recorder,
        };
        let key = Key::new(format!("THING#{}", request.body.name), "THING");
        let tx = Transaction::new().create("thing", Table::App, &key, &json!({ "n": 1 }));
        let reply = json!({ "added": request.body.name });
        recorder.commit(&ctx, tx, StatusCode::CREATED, &reply, Into::into).await
    }

    fn router(kit: &Kit) -> Router {
        let router = Router::new().route("/who", on_get(who)).route("/add", on_post(add));
        web::serve(router.with_state(kit.ctx()))
    }

    #[tokio::test]
    async fn a_member_is_let_in_until_the_token_is_too_old() {
        let kit = Kit::new().await;
        let ada = kit.member("Ada").await;
        let router = router(&kit);
        let reply = call(&router, get("/who").bearer(&ada.token)).await;
        assert_eq!((reply.status, reply.body), (200, json!("Ada")));
        assert_eq!(call(&router, get("/who")).await.status, 401);
        kit.clock.advance(web::ACCESS_SECONDS + 29);
        assert_eq!(call(&router, get("/who").bearer(&ada.token)).await.status, 200);
        kit.clock.advance(1);
        assert_eq!(call(&router, get("/who").bearer(&ada.token)).await.status, 401);
    }

    #[tokio::test]
    async fn a_suspended_member_may_read_and_not_write() {
        let kit = Kit::new().await;
        let ada = kit.member("Ada").await;
        kit.change(&ada.user, |user| user.suspended = true).await;
        let router = router(&kit);
        assert_eq!(call(&router, get("/who").bearer(&ada.token)).await.status, 200);
        let request = post("/add").bearer(&ada.token).key("key-00001").json(json!({ "name": "x" }));
        let reply = call(&router, request).await;
        assert_eq!((reply.status, reply.problem()), (403, "suspended"));
    }

    #[tokio::test]
    async fn a_repeated_request_is_answered_alike_and_counts_once() {
        let kit = Kit::new().await;
        let ada = kit.member("Ada").await;
        let bo = kit.member("Bo").await;
        let router = router(&kit);
        let add = |token: &str, name: &str| {
            post("/add").bearer(token).key("key-00001").json(json!({ "name": name }))
        };
        let (first, second) =
            tokio::join!(call(&router, add(&ada.token, "x")), call(&router, add(&ada.token, "x")));
        assert_eq!((first.status, second.status), (201, 201));
        assert_eq!(first.body, second.body);
        let hits = [&first, &second]
            .iter()
            .filter(|reply| reply.headers.contains_key("idempotency-hit"))
            .count();
        assert_eq!(hits, 1);
        let reply = call(&router, add(&ada.token, "y")).await;
        assert_eq!((reply.status, reply.problem()), (422, "idempotency-key-reused"));
        assert_eq!(call(&router, add(&bo.token, "z")).await.status, 201);
    }

    #[tokio::test]
    async fn a_lost_reply_is_found_again() {
        let kit = Kit::new().await;
        let ada = kit.member("Ada").await;
        let router = router(&kit);
        kit.aws.faults.once("TransactWriteItems", Fault::LostReply);
        let request = post("/add").bearer(&ada.token).key("key-00001").json(json!({ "name": "x" }));
        let reply = call(&router, request).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        assert_eq!(kit.items("app", "THING#").len(), 1);
    }

    #[tokio::test]
    async fn conflicts_are_tried_again_and_throttling_for_ever_is_told() {
        let kit = Kit::new().await;
        let key = Key::new("A", "B");
        let tx = || Transaction::new().create("thing", Table::App, &key, &json!({ "n": 1 }));
        kit.aws.faults.once("TransactWriteItems", Fault::Conflict);
        kit.store().commit(tx()).await.unwrap();
        let refused = kit.store().commit(tx()).await.unwrap_err();
        assert!(refused.refused("thing").is_some());
        let ada = kit.member("Ada").await;
        kit.aws.faults.set(|_| Fault::Throttle);
        let reply = call(&router(&kit), get("/who").bearer(&ada.token)).await;
        assert_eq!((reply.status, reply.problem()), (503, "busy"));
        assert!(reply.headers.contains_key("retry-after"));
    }

    #[tokio::test]
    async fn the_cost_of_calls_is_counted() {
        let kit = Kit::new().await;
        let key = Key::new("A", "B");
        kit.aws.reset_usage();
        let tx = Transaction::new().create("thing", Table::App, &key, &json!({ "n": 1 })).require(
            "other",
            Table::App,
            &Key::new("A", "C"),
            Condition::absent(),
        );
        kit.store().commit(tx).await.unwrap();
        let usage = kit.aws.usage();
        assert_eq!(usage.calls["TransactWriteItems"], 1);
        assert!((usage.capacity_units - 4.0).abs() < 0.01, "{usage:?}");
    }

    #[tokio::test]
    async fn hits_beyond_the_limit_wait_for_the_next_window() {
        let kit = Kit::new().await;
        let (ctx, now) = (kit.ctx(), kit.ctx().now());
        for _ in 0..3 {
            web::limit(&ctx, "test", "ada", 3, 60, now).await.unwrap();
        }
        let problem = web::limit(&ctx, "test", "ada", 3, 60, now).await.unwrap_err();
        assert_eq!(problem.kind(), web::Kind::TooManyRequests);
        web::limit(&ctx, "test", "bo", 3, 60, now).await.unwrap();
        kit.clock.advance(60);
        web::limit(&ctx, "test", "ada", 3, 60, ctx.now()).await.unwrap();
    }

    #[tokio::test]
    async fn a_funded_wallet_has_an_entry_for_its_balance() {
        let kit = Kit::new().await;
        let ada = kit.member("Ada").await;
        kit.fund(&ada, 2_500).await;
        let items = kit.items("ledger", "MEMBER#");
        assert_eq!(items.len(), 2);
        assert!(items.iter().any(|item| item["available_minor"]["N"] == "2500"));
    }
}
