//! Nothing that comes from outside is without a bound: every body, every cursor, every key, every page.

use axum::Router;
use serde_json::{Value, json};
use testkit::{Kit, Person, Request, call, get, patch, post, put};
use utoipa_axum::router::OpenApiRouter;
use web::{Auth, Route, Trigger};

use crate::whole::{routers, routes};

/// The largest body, bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// The longest cursor, characters.
const CURSOR_CHARACTERS_MAX: usize = 1_024;

struct Doors {
    router: Router,
    member: Person,
    host: Person,
    admin: Person,
}

impl Doors {
    async fn new() -> Self {
        let kit = Kit::new().await;
        let merged = routers(&kit).into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
        Self {
            router: web::serve(merged),
            member: kit.member("Ada").await,
            host: kit.host("Bo").await,
            admin: kit.admin("Cy").await,
        }
    }

    /// A request that is let in as far as its body.
    fn request(&self, route: &Route) -> Option<Request> {
        let path = path(route);
        let request = match route.method {
            "POST" => post(&path),
            "PUT" => put(&path),
            "PATCH" => patch(&path),
            _ => return None,
        };
        let token = match route.auth {
            Auth::Admin => &self.admin.token,
            Auth::Host => &self.host.token,
            _ => &self.member.token,
        };
        Some(request.bearer(token).key("bounds-0001"))
    }
}

/// The path with some id in each place.
fn path(route: &Route) -> String {
    let mut parts = route.path.split(['{', '}']).enumerate();
    parts.by_ref().fold(String::new(), |path, (number, part)| {
        path + if number % 2 == 0 { part } else { "019a9f60-0000-7000-8000-000000000001" }
    })
}

fn api() -> impl Iterator<Item = Route> {
    routes().into_iter().filter(|route| route.trigger == Trigger::Api)
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_refused_by_every_route() {
    let doors = Doors::new().await;
    for route in api() {
        let Some(request) = doors.request(&route) else { continue };
        let body = json!({ "x": "x".repeat(BODY_BYTES_MAX) });
        let reply = call(&doors.router, request.json(body)).await;
        assert_eq!((reply.status, reply.problem()), (413, "body-too-large"), "{}", route.id);
    }
}

#[tokio::test]
async fn an_unknown_field_and_a_deep_one_are_refused_by_every_route() {
    let doors = Doors::new().await;
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    for route in api() {
        let Some(request) = doors.request(&route) else { continue };
        let reply = call(&doors.router, request.json(json!({ "is_admin": true }))).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"), "{}", route.id);
        let request = doors.request(&route).unwrap().header("content-type", "application/json");
        let reply = call(&doors.router, request.text(&deep)).await;
        assert_eq!((reply.status, reply.problem()), (400, "malformed-json"), "{}", route.id);
    }
}

#[tokio::test]
async fn only_json_is_taken_so_that_no_form_of_another_site_is() {
    let doors = Doors::new().await;
    for route in api() {
        let Some(request) = doors.request(&route) else { continue };
        let form = request.header("content-type", "application/x-www-form-urlencoded");
        let reply = call(&doors.router, form.text("a=b")).await;
        assert_eq!((reply.status, reply.problem()), (415, "not-json"), "{}", route.id);
    }
}

#[tokio::test]
async fn a_key_that_is_missing_short_or_long_is_refused_by_every_route_that_needs_one() {
    let doors = Doors::new().await;
    for route in api().filter(|route| route.keyed) {
        for key in [String::new(), "x".repeat(7), "x".repeat(201), "x".repeat(9_000)] {
            let request = post(&path(&route));
            let token = if route.auth == Auth::Admin { &doors.admin } else { &doors.member };
            let request = request.bearer(&token.token).key(&key).json(json!({}));
            let reply = call(&doors.router, request).await;
            let refused = (reply.status, reply.problem());
            assert_eq!(refused, (400, "idempotency-key-missing"), "{} {}", route.id, key.len());
        }
    }
}

/// The lists of `openapi.json` that have pages.
fn lists() -> Vec<(String, &'static str)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let has_cursor = |route: &Route| {
        let parameters = &document["paths"][route.path]["get"]["parameters"];
        parameters.as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "cursor"))
    };
    let role = |route: &Route| match route.auth {
        Auth::Admin => "admin",
        Auth::Host => "host",
        _ => "member",
    };
    let needed = |path: &str| if path.ends_with("/audit") { "month=2026-11&" } else { "" };
    api()
        .filter(|route| route.method == "GET" && has_cursor(route))
        .map(|route| (format!("{}?{}", path(&route), needed(route.path)), role(&route)))
        .collect()
}

#[tokio::test]
async fn a_cursor_that_is_made_up_or_long_is_refused_by_every_list() {
    let doors = Doors::new().await;
    let lists = lists();
    assert!(lists.len() >= 7, "{lists:?}");
    for (list, role) in lists {
        let token = match role {
            "admin" => &doors.admin.token,
            "host" => &doors.host.token,
            _ => &doors.member.token,
        };
        for cursor in ["x".to_owned(), "A".repeat(CURSOR_CHARACTERS_MAX + 1)] {
            let reply =
                call(&doors.router, get(&format!("{list}cursor={cursor}")).bearer(token)).await;
            assert_eq!((reply.status, reply.problem()), (400, "bad-cursor"), "{list}");
        }
        let reply = call(&doors.router, get(&format!("{list}limit=100000")).bearer(token)).await;
        assert_eq!(reply.status, 400, "{list}: nobody chooses the size of a page");
    }
}

#[tokio::test]
async fn a_token_or_a_header_without_end_is_refused() {
    let doors = Doors::new().await;
    for token in ["x".repeat(9_000), format!("{0}.{0}.{0}", "A".repeat(4_000)), ".".repeat(9_000)] {
        let reply = call(&doors.router, get("/v1/me").bearer(&token)).await;
        assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
    }
    let cookie = format!("__Host-parlor_refresh={}", "a.".repeat(4_000));
    let request = post("/v1/tokens/refresh").cookie(&cookie).json(json!({}));
    let reply = call(&doors.router, request).await;
    assert_eq!((reply.status, reply.problem()), (401, "signed-out"));
}
