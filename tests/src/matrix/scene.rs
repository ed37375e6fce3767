//! A world with seven callers in it: Cleo, a member who may ask Rhea, a host; Sven, a stranger to both; Ada, an admin;
//! Sue, who is suspended; nobody; and Cleo with a token that is too old.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use sandbox::Running;
use serde_json::{Value, json};
use testkit::{Kit, Person, Request, START, call, delete, get, patch, post, put};
use utoipa_axum::router::OpenApiRouter;
use web::Route;

use super::objects;
use crate::routes::wallet::till;
use crate::session_world::{World, profile};
use crate::whole::routers;

/// The columns of the table.
pub const CALLERS: [&str; 7] =
    ["anonymous", "expired", "suspended", "stranger", "member", "host", "admin"];

/// The world, its people and sessions, which are made when they are first spoken of.
pub struct Scene {
    pub world: World,
    router: Router,
    expired: String,
    people: BTreeMap<&'static str, Person>,
    sessions: BTreeMap<&'static str, String>,
    /// Stops when the scene is over.
    _processor: Option<Running>,
}

impl Scene {
    pub async fn new(route: &Route) -> Self {
        let mut kit = Kit::new().await;
        // The one route of the table that nobody may pass without asking the card processor.
        let processor = match route.id {
            "start_payout_onboarding" => Some(till::connect(&mut kit).await),
            _ => None,
        };
        let merged = routers(&kit).into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
        let world = World::with(kit, 5_000).await;
        let start: Timestamp = START.parse().unwrap();
        world.kit.clock.set(start - SignedDuration::from_mins(16));
        let expired = world.kit.token(&world.c.user).await;
        world.kit.clock.set(start + SignedDuration::from_secs(1));
        let people = BTreeMap::from([
            ("Cleo", world.c.clone()),
            ("Rhea", world.r.clone()),
            ("Sven", world.stranger.clone()),
            ("Ada", world.kit.admin("Ada").await),
            ("Sue", world.kit.member("Sue").await),
        ]);
        let router = web::serve(merged);
        let sessions = BTreeMap::new();
        Self { world, router, expired, people, sessions, _processor: processor }
    }

    /// A person by name; who is not there yet is a host.
    pub async fn person(&mut self, name: &'static str) -> Person {
        if !self.people.contains_key(name) {
            let host = self.world.kit.host(name).await;
            profile(&self.world.kit, &host).await;
            self.people.insert(name, host);
        }
        self.people[name].clone()
    }

    /// The waiting session that a person asked for; everybody asks a host of their own.
    pub async fn session(&mut self, asker: &'static str) -> String {
        if let Some(id) = self.sessions.get(asker) {
            return id.clone();
        }
        let hosts = [("Cleo", "Rhea"), ("Sven", "Hugo"), ("Ada", "Hilda"), ("Sue", "Hana")];
        let (_, host) = hosts.into_iter().find(|(member, _)| *member == asker).unwrap();
        let (member, host) = (self.person(asker).await, self.person(host).await);
        if asker != "Cleo" {
            self.world.kit.fund(&member, 5_000).await;
        }
        let id = World::of(&self.world, member, host).requested().await;
        self.sessions.insert(asker, id.clone());
        id
    }

    /// What a route answers. Who is refused changes nothing: tables are the same before and after, but for the counters
    /// of limits and tries.
    pub async fn status(&mut self, route: &Route, caller: &str, object: &str) -> u16 {
        let request = self.request(route, caller, object).await;
        if caller == "suspended" {
            let sue = &self.people["Sue"].user;
            self.world.kit.change(sue, |user| user.suspended = true).await;
        }
        let token = match caller {
            "anonymous" => None,
            "expired" => Some(self.expired.clone()),
            caller => {
                let user = &self.people[objects::owner(caller)].user;
                Some(self.world.kit.token(user).await)
            }
        };
        let request = token.iter().fold(request, |request, token| request.bearer(token));
        let before = self.remembered();
        let reply = call(&self.router, request.key(&format!("matrix-{caller}-{object}"))).await;
        if reply.status >= 400 {
            let after = self.remembered();
            assert!(before == after, "{} by {caller}, {object}: refused, and yet done", route.id);
        }
        reply.status
    }

    fn remembered(&self) -> Vec<String> {
        let items = ["app", "ledger"].map(|table| self.world.kit.items(table, ""));
        let lasting = |item: &Value| !item["pk"]["S"].as_str().unwrap().starts_with("LIMIT#");
        items.concat().into_iter().filter(lasting).map(|item| item.to_string()).collect()
    }

    /// The route's example, with this world's ids in it.
    async fn request(&mut self, route: &Route, caller: &str, object: &str) -> Request {
        let mut body = body_of(route);
        let mut path = route.path.to_owned();
        for name in objects::named_by(route) {
            let id = objects::id(self, &name, caller, object).await;
            path = path.replace(&format!("{{{name}}}"), &id);
            if body.get(&name).is_some() {
                body[&name] = json!(id);
            }
        }
        let example = example(route);
        let query = example["rawQueryString"].as_str().filter(|query| !query.is_empty());
        let path = query.map_or(path.clone(), |query| format!("{path}?{query}"));
        if route.id == "start_top_up" {
            // Below the limit: past the door, but no call to the card processor.
            body = json!({ "amount_minor": 99 });
        }
        let request = match route.method {
            "GET" => return get(&path),
            "DELETE" => delete(&path),
            "POST" => post(&path),
            "PUT" => put(&path),
            "PATCH" => patch(&path),
            other => panic!("{other}"),
        };
        if body.is_null() { request } else { request.json(body) }
    }
}

fn example(route: &Route) -> Value {
    let path = format!("{}/../events/{}.json", env!("CARGO_MANIFEST_DIR"), route.id);
    let text =
        fs::read_to_string(Path::new(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// The body of a route's example in `events/`; null when it has none.
pub fn body_of(route: &Route) -> Value {
    example(route)["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}
