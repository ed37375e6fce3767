//! Whose role needs a second factor: with one factor every route but those of their own account is shut, whoever wrote it.

use runtime::Clock;
use serde_json::json;
use testkit::{Kit, Reply, Request, call, delete, get, patch, post, put};
use utoipa_axum::router::OpenApiRouter;
use web::{Auth, Route, SignedIn, Trigger};

use crate::whole::{routers, routes};

fn guarded() -> impl Iterator<Item = Route> {
    let signed_in = |route: &Route| matches!(route.auth, Auth::Member | Auth::Host | Auth::Admin);
    routes().into_iter().filter(move |route| route.trigger == Trigger::Api && signed_in(route))
}

fn request(route: &Route) -> Request {
    let mut parts = route.path.split(['{', '}']).enumerate();
    let path = parts.by_ref().fold(String::new(), |path, (number, part)| {
        path + if number % 2 == 0 { part } else { "019a9f60-0000-7000-8000-000000000001" }
    });
    let request = match route.method {
        "GET" => return get(&path),
        "DELETE" => return delete(&path),
        "POST" => post(&path),
        "PUT" => put(&path),
        _ => patch(&path),
    };
    request.key("second-0001").json(json!({ "unknown": true }))
}

struct World {
    kit: Kit,
    router: axum::Router,
}

impl World {
    async fn new(roles: &[&str]) -> Self {
        let mut kit = Kit::new().await;
        kit.config.second_factor_for = roles.iter().map(|role| (*role).to_owned()).collect();
        let merged = routers(&kit).into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
        Self { router: web::serve(merged), kit }
    }

    async fn asks(&self, token: &str, route: &Route) -> Reply {
        call(&self.router, request(route).bearer(token)).await
    }
}

#[tokio::test]
async fn who_must_and_did_not_reaches_their_own_account_alone() {
    let world = World::new(&["admin"]).await;
    let cy = world.kit.admin("Cy").await;
    let (mut shut, mut open) = (0, 0);
    for route in guarded() {
        let reply = world.asks(&cy.token, &route).await;
        let is_own = ["/v1/me", "/v1/tokens"].iter().any(|start| route.path.starts_with(start));
        if is_own {
            assert_ne!(reply.status, 403, "{}", route.id);
            open += 1;
        } else {
            let refused = (reply.status, reply.problem());
            assert_eq!(refused, (403, "second-factor-missing"), "{}", route.id);
            shut += 1;
        }
    }
    assert!(shut > 50 && open > 8, "{shut} {open}");
    let me = call(&world.router, get("/v1/me").bearer(&cy.token)).await;
    assert_eq!(me.body["second_factor_missing"], true);
}

#[tokio::test]
async fn whose_role_does_not_need_it_goes_on_with_one_factor() {
    let world = World::new(&["admin"]).await;
    let people = [world.kit.member("Ada").await, world.kit.host("Bo").await];
    for person in &people {
        for route in guarded() {
            let reply = world.asks(&person.token, &route).await;
            let missing = reply.status == 403 && reply.problem() == "second-factor-missing";
            assert!(!missing, "{}", route.id);
        }
    }
}

#[tokio::test]
async fn a_role_that_was_just_given_needs_it_at_once() {
    let world = World::new(&["admin", "host"]).await;
    let ada = world.kit.member("Ada").await;
    let wallet = || call(&world.router, get("/v1/wallet").bearer(&ada.token));
    assert_eq!(wallet().await.status, 200);
    world.kit.change(&ada.user, |user| _ = user.roles.insert(store::user::Role::Admin)).await;
    assert_eq!(wallet().await.status, 403);
}

#[tokio::test]
async fn the_token_and_the_person_must_both_say_that_there_are_two() {
    let world = World::new(&["member"]).await;
    let ada = world.kit.member("Ada").await;
    let ctx = world.kit.ctx();
    let now = world.kit.clock.now();
    let strong = SignedIn { at: now, two_factors: true };
    let token = ctx.tokens.issue(&ada.user, strong, now).await.unwrap();
    let wallet = |token: String| {
        let router = world.router.clone();
        async move { call(&router, get("/v1/wallet").bearer(&token)).await.status }
    };
    assert_eq!(wallet(token.clone()).await, 403, "it was turned off since");
    world.kit.change(&ada.user, |user| user.second_factor = true).await;
    assert_eq!(wallet(ada.token.clone()).await, 403, "a sign-in of one factor");
    assert_eq!(wallet(token.clone()).await, 200);
    let me = call(&world.router, get("/v1/me").bearer(&token)).await;
    assert!(me.body.get("second_factor_missing").is_none());
}
