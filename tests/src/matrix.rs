//! Who may call what: every route by every sort of caller, against the table in `tests/authorization.json`.
//!
//! Each route gets a world of its own: Cleo (the owner) has asked Rhea (the host) for a session, which waits; Sven is a
//! stranger to both; Ada is an admin; Sue is suspended. The callers come in the order of [`CALLERS`]; the body is that of
//! the route's example in `events/`. A status that is no refusal of the door (400, 409, 410) says that the caller came in.
//! The table is written by hand: no switch writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use ledger::{Currency, Money};
use sandbox::Running;
use serde_json::{Value, json};
use store::payout::{PayoutItem, PayoutStatus, host_list, status_list};
use store::top_up::{TopUpItem, top_up_key};
use store::{Table, Transaction};
use testkit::{Kit, Request, START, call, get, patch, post, put};
use utoipa_axum::router::OpenApiRouter;
use web::{Auth, Route, Trigger};

use crate::routes::wallet::till;
use crate::session_world::World;
use crate::whole::{routers, routes};

/// The columns of the table. `absent` is the owner asking for what does not exist.
const CALLERS: [&str; 8] =
    ["anonymous", "expired", "suspended", "stranger", "absent", "admin", "host", "owner"];

/// What nothing is called.
const NOTHING: &str = "019a9f60-0000-7000-8000-00000000dead";

type Matrix = BTreeMap<String, BTreeMap<String, u16>>;

fn file(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn api() -> Vec<Route> {
    routes().into_iter().filter(|route| route.trigger == Trigger::Api).collect()
}

/// A route's world.
struct Scene {
    world: World,
    router: Router,
    session_id: String,
    top_up_id: String,
    payout_id: String,
    tokens: BTreeMap<&'static str, String>,
    /// Stops when the scene is over.
    _processor: Option<Running>,
}

impl Scene {
    async fn new(route: &Route) -> Self {
        let mut kit = Kit::new().await;
        // The one route of the table that nobody may pass without asking the card processor.
        let processor = match route.id {
            "start_payout_onboarding" => Some(till::connect(&mut kit).await),
            _ => None,
        };
        let merged = routers(&kit).into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
        let router = web::serve(merged);
        let world = World::with(kit, 5_000).await;
        let session_id = world.requested().await;
        let admin = world.kit.admin("Ada").await;
        let sue = world.kit.member("Sue").await;
        let suspended = world.kit.change(&sue.user, |user| user.suspended = true).await;
        let top_up_id = top_up(&world).await;
        let payout_id = payout(&world).await;
        let start: Timestamp = START.parse().unwrap();
        world.kit.clock.set(start - SignedDuration::from_mins(16));
        let expired = world.kit.token(&world.c.user).await;
        world.kit.clock.set(start + SignedDuration::from_secs(1));
        let tokens = BTreeMap::from([
            ("expired", expired),
            ("suspended", world.kit.token(&suspended).await),
            ("stranger", world.kit.token(&world.stranger.user).await),
            ("absent", world.kit.token(&world.c.user).await),
            ("admin", world.kit.token(&admin.user).await),
            ("host", world.kit.token(&world.r.user).await),
            ("owner", world.kit.token(&world.c.user).await),
        ]);
        Self { world, router, session_id, top_up_id, payout_id, tokens, _processor: processor }
    }

    async fn status(&self, route: &Route, caller: &str) -> u16 {
        let request = self.request(route, caller == "absent");
        let request = match self.tokens.get(caller) {
            Some(token) => request.bearer(token),
            None => request,
        };
        call(&self.router, request.key(&format!("matrix-{caller}"))).await.status
    }

    /// The route's example, with this world's ids in it.
    fn request(&self, route: &Route, absent: bool) -> Request {
        let event = file(&format!("events/{}.json", route.id));
        let own = |id: &str| if absent { NOTHING.to_owned() } else { id.to_owned() };
        let (member, host) = (self.world.c.id(), self.world.r.id());
        let slug = self.world.kit.items("app", "SLUG#").first().map(|item| item["pk"].to_string());
        let slug = slug.unwrap_or_default().replace("SLUG#", "").replace('"', "");
        let path = route
            .path
            .replace("{session_id}", &own(&self.session_id))
            .replace("{top_up_id}", &own(&self.top_up_id))
            .replace("{payout_id}", &own(&self.payout_id))
            .replace("{user_id}", &own(&member))
            .replace("{host_id}", &own(&host))
            .replace("{message_id}", NOTHING)
            .replace("{report_id}", NOTHING)
            .replace("{slug}", &if absent { "nobody".to_owned() } else { slug });
        let query = event["rawQueryString"].as_str().filter(|query| !query.is_empty());
        let path = query.map_or(path.clone(), |query| format!("{path}?{query}"));
        let mut body: Value =
            event["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
        for (field, id) in [("session_id", &self.session_id), ("host_id", &host)] {
            if body.get(field).is_some() {
                body[field] = json!(own(id));
            }
        }
        if route.id == "start_top_up" {
            // Below the limit: past the door, but no call to the card processor.
            body = json!({ "amount_minor": 99 });
        }
        let request = match route.method {
            "GET" => return get(&path),
            "POST" => post(&path),
            "PUT" => put(&path),
            "PATCH" => patch(&path),
            other => panic!("{other}"),
        };
        request.json(body)
    }
}

/// A pending top-up of the owner.
async fn top_up(world: &World) -> String {
    let id = "019a9f60-0000-7000-8000-0000000000aa".to_owned();
    let item = TopUpItem::new(id.clone(), &world.c.id(), Money::new(2_500, Currency::USD), 0);
    let tx = Transaction::new().create("top_up", Table::App, &top_up_key(&id), &item);
    world.kit.store().commit(tx).await.unwrap();
    id
}

/// A paid payout of the host.
async fn payout(world: &World) -> String {
    let id = "019a9f60-0000-7000-8000-0000000000bb".to_owned();
    let item = PayoutItem {
        payout_id: id.clone(),
        host_id: world.r.id(),
        host_name: "Rhea".into(),
        period: "2026-W46".into(),
        attempt: 1,
        transfer_key: "payout".into(),
        account_id: "acct_1".into(),
        amount_minor: 4_200,
        currency: Currency::USD,
        status: PayoutStatus::Paid,
        transfer_id: Some("tr_1".into()),
        problem: None,
        claim: "claim".into(),
        claimed_until_ms: 0,
        sends: 1,
        returned_minor: 0,
        reserved_at_ms: 0,
        decided_at_ms: Some(0),
        gsi1pk: host_list(&world.r.id()),
        gsi1sk: id.clone(),
        gsi2pk: status_list(PayoutStatus::Paid),
        gsi2sk: id.clone(),
    };
    world.kit.store().commit(store::payout::create(Transaction::new(), &item)).await.unwrap();
    id
}

async fn observed() -> Matrix {
    let mut matrix = Matrix::new();
    for route in api() {
        let scene = Scene::new(&route).await;
        let mut row = BTreeMap::new();
        for caller in CALLERS {
            row.insert(caller.to_owned(), scene.status(&route, caller).await);
        }
        matrix.insert(route.id.to_owned(), row);
    }
    matrix
}

#[tokio::test]
async fn every_route_answers_every_caller_as_the_table_says() {
    let table: Matrix = serde_json::from_value(file("tests/authorization.json")).unwrap();
    let observed = observed().await;
    for (route, row) in &observed {
        let expected = table.get(route);
        assert_eq!(Some(row), expected, "{route}: {}", serde_json::to_string(row).unwrap());
    }
    assert_eq!(table.len(), observed.len(), "the table has rows without a route");
}

/// The table itself keeps the rules that no handler may soften.
#[test]
fn the_table_lets_nobody_through_a_door_that_is_shut() {
    let table: Matrix = serde_json::from_value(file("tests/authorization.json")).unwrap();
    for route in api() {
        let row = &table[route.id];
        let of = |caller: &str| row[caller];
        assert!(row.values().all(|status| *status < 500), "{}", route.id);
        if matches!(route.auth, Auth::Member | Auth::Host | Auth::Admin) {
            assert_eq!((of("anonymous"), of("expired")), (401, 401), "{}", route.id);
        }
        match route.auth {
            Auth::Admin => {
                for caller in ["suspended", "stranger", "absent", "host", "owner"] {
                    assert_eq!(of(caller), 403, "{} {caller}", route.id);
                }
            }
            Auth::Host => assert_eq!((of("stranger"), of("owner")), (403, 403), "{}", route.id),
            _ => {}
        }
        let about_a_session = route.path.contains("{session_id}");
        if about_a_session && route.id != "join_session" {
            assert_eq!((of("stranger"), of("absent")), (404, 404), "{}", route.id);
        }
    }
}
