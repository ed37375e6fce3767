//! `read_jwks`.

use jsonwebtoken::jwk::JwkSet;
use serde_json::json;
use testkit::{call, get};

use super::world::{World, access};

#[tokio::test]
async fn whoever_reads_the_set_can_verify_our_tokens() {
    let world = World::new().await;
    let token = access(&world.sign_in("ada@example.com").await);
    let reply = call(&world.router, get("/.well-known/jwks.json")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["cache-control"], "public, max-age=300");
    let key = &reply.body["keys"][0];
    assert_eq!(
        (&key["kty"], &key["alg"], &key["use"]),
        (&"RSA".into(), &"RS256".into(), &"sig".into())
    );
    assert!(key["d"].is_null());
    // A verifier of roots takes only the key that is for them.
    assert_eq!(
        (&key["purpose"], &reply.body["keys"][1]["purpose"]),
        (&json!(null), &json!("roots"))
    );
    let header = web::jwt::header(&token).unwrap();
    let set: JwkSet = serde_json::from_value(reply.body).unwrap();
    let key = web::jwt::rsa_key(set.find(&header.kid).unwrap()).unwrap();
    let claims = web::jwt::verified_claims(&token, &key).unwrap();
    assert_eq!(claims["iss"], "https://parlor.test");
    assert!(claims.values().all(|claim| !claim.to_string().contains("ada")), "no personal data");
}
