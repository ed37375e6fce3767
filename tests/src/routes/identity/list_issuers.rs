//! `list_issuers`.

use runtime::OidcIssuer;
use serde_json::json;
use testkit::{call, get};

use super::world::World;

#[tokio::test]
async fn the_buttons_tell_nothing_but_id_and_name() {
    let issuer = OidcIssuer {
        id: "auth0".into(),
        name: "Auth0".into(),
        issuer: "https://issuer.test/".into(),
        client_id: "client".into(),
        client_secret_id: Some("secret-name".into()),
        hosts: Vec::new(),
    };
    let world = World::with(|config| config.oidc_issuers = vec![issuer]).await;
    let reply = call(&world.router, get("/v1/sign-in/issuers")).await;
    assert_eq!(reply.body, json!({ "items": [{ "id": "auth0", "name": "Auth0" }] }));
}
