//! `POST /v1/host/application`.

use futures::future::join;
use serde_json::{Value, json};
use testkit::{Fault, Kit, call, post};

use super::{
    application, apply, changed, needs_sign_in, pointers, reject, router, stored, verified,
};

const PATH: &str = "/v1/host/application";

#[tokio::test]
async fn applying_needs_a_member_who_is_not_suspended() {
    let kit = Kit::new().await;
    let router = router(&kit);
    needs_sign_in(&router, post(PATH).json(application("ada"))).await;
    let ada = kit.member("Ada").await;
    kit.change(&ada.user, |user| user.suspended = true).await;
    let reply = call(&router, post(PATH).bearer(&ada.token).json(application("ada"))).await;
    assert_eq!((reply.status, reply.problem()), (403, "suspended"));
}

#[tokio::test]
async fn an_application_is_pending_and_the_person_is_no_host_yet() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    let body = changed(application("ada"), "name", json!("  Ada of the Moon "));
    let reply = call(&router, post(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert_eq!(reply.body["status"], "pending");
    assert_eq!(reply.body["name"], "Ada of the Moon");
    assert_eq!(reply.body["id"], ada.id());
    assert_eq!(reply.body["rates"], json!({}));
    assert_eq!(reply.body["currency"], "USD");
    assert_eq!(reply.body["online"], false);
    assert_eq!(reply.body["applied_at"], "2026-11-20T15:00:00.000Z");
    assert!(reply.body.get("rating").is_none() && reply.body.get("photo_url").is_none());
    let user = store::user::find(&kit.store(), ada.user.id).await.unwrap().unwrap();
    assert_eq!(user.host_status, store::user::HostStatus::Pending);
    assert_eq!(user.host_slug.as_deref(), Some("ada"));
    assert!(!user.is(store::user::Role::Host));
    assert!(kit.store().catalogue().await.unwrap().is_empty(), "pending people are not listed");
}

#[tokio::test]
async fn everything_wrong_is_said_at_once() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    let body = json!({
        "name": "A", "slug": "-A-", "bio": "short", "statement": "short",
        "specialties": ["Tarot", "tarót", "x"],
    });
    let reply = call(&router, post(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    let mut found = pointers(&reply);
    found.dedup();
    assert_eq!(found, ["/name", "/slug", "/bio", "/specialties/1", "/specialties/2", "/statement"]);
    assert!(kit.store().host(ada.user.id).await.unwrap().is_none());
}

#[tokio::test]
async fn each_field_has_its_bounds() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    let many = |count: usize| -> Vec<String> { (0..count).map(|n| format!("Topic {n}")).collect() };
    for (name, bad) in [
        ("name", json!("   A   ")),
        ("name", json!("é".repeat(61))),
        ("name", json!("Ada\u{7}")),
        ("name", json!("Ada\nLovelace")),
        ("name", json!("Ada \u{202e}adA")),
        ("slug", json!("ab")),
        ("slug", json!("a".repeat(41))),
        ("slug", json!("ada--moon")),
        ("slug", json!("ada-")),
        ("slug", json!("-ada")),
        ("slug", json!("Ada")),
        ("slug", json!("áda")),
        ("slug", json!("ada moon")),
        ("slug", json!("admin")),
        ("slug", json!("apply")),
        ("bio", json!("b".repeat(39))),
        ("bio", json!("b".repeat(4_001))),
        ("bio", json!(format!("{}\u{0}", "b".repeat(50)))),
        ("specialties", json!([])),
        ("specialties", json!(many(13))),
        ("specialties", json!(["x"])),
        ("specialties", json!(["t".repeat(31)])),
        ("specialties", json!(["Tarot", "TAROT "])),
        ("specialties", json!("Tarot")),
        ("statement", json!("s".repeat(19))),
        ("statement", json!("s".repeat(2_001))),
        ("name", Value::Null),
        ("role", json!("admin")),
    ] {
        let body = changed(application("ada"), name, bad.clone());
        let reply = call(&router, post(PATH).bearer(&ada.token).json(body)).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"), "{name} {bad}");
        let found = pointers(&reply);
        assert!(!found.is_empty(), "{name} {bad}");
        let below = |pointer: &str| pointer.starts_with(&format!("/{name}"));
        assert!(found.iter().all(|pointer| below(pointer)), "{name} {bad}: {found:?}");
    }
}

#[tokio::test]
async fn the_longest_and_the_shortest_are_taken() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let topics: Vec<String> = (0..12).map(|n| format!("{}{n:02}", "é".repeat(28))).collect();
    let longest = json!({
        "name": "é".repeat(60), "slug": "a".repeat(40), "bio": "é\n".repeat(2_000).trim_end(),
        "specialties": topics, "statement": "é".repeat(2_000),
    });
    let shortest = json!({
        "name": "Al", "slug": "a-1", "bio": "b".repeat(40), "specialties": ["Qi"],
        "statement": "s".repeat(20),
    });
    for (name, body) in [("Long", longest), ("Short", shortest)] {
        let person = kit.member(name).await;
        let reply = call(&router, post(PATH).bearer(&person.token).json(body.clone())).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        assert_eq!(reply.body["specialties"], body["specialties"]);
        assert_eq!(reply.body["bio"], body["bio"]);
    }
}

#[tokio::test]
async fn of_two_people_who_want_one_slug_at_once_one_gets_it() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, bo) = (kit.member("Ada").await, kit.member("Bob").await);
    let ask = |token: &str| call(&router, post(PATH).bearer(token).json(application("moon")));
    let (one, other) = join(ask(&ada.token), ask(&bo.token)).await;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let (winner, loser, reply) =
        if one.status == 201 { (&ada, &bo, other) } else { (&bo, &ada, one) };
    assert_eq!(reply.problem(), "slug-taken");
    assert_eq!(pointers(&reply), ["/slug"]);
    assert!(kit.store().host(loser.user.id).await.unwrap().is_none(), "nothing of the loser stays");
    let found = kit.store().host_by_slug("moon").await.unwrap().unwrap();
    assert_eq!(found.host_id, winner.user.id);
    apply(&router, loser, "sun").await;
}

#[tokio::test]
async fn whoever_applied_cannot_apply_again() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    let ask = |slug: &str| call(&router, post(PATH).bearer(&ada.token).json(application(slug)));
    let (one, other) = join(ask("ada"), ask("ada-two")).await;
    let mut outcomes = [(one.status, one.problem()), (other.status, other.problem())];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(201, ""), (409, "already-applied")]);
    let bo = verified(&kit, &router, "Bob").await;
    let reply = call(&router, post(PATH).bearer(&bo.token).json(application("bob-two"))).await;
    assert_eq!((reply.status, reply.problem()), (409, "already-applied"));
}

#[tokio::test]
async fn who_was_turned_down_may_apply_again_and_a_given_up_slug_is_free() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, bo) = (kit.member("Ada").await, kit.member("Bob").await);
    let admin = kit.admin("Cy").await;
    apply(&router, &ada, "ada").await;
    assert_eq!(reject(&router, &admin, &ada, "Tell us more.").await.status, 200);
    kit.clock.advance(60);
    let again = apply(&router, &ada, "ada-moon").await;
    assert_eq!(again["status"], "pending");
    assert_eq!(again["applied_at"], "2026-11-20T15:01:00.000Z");
    assert!(again.get("reject_reason").is_none());
    assert_eq!(stored(&kit, &ada).await.decided_by, None);
    apply(&router, &bo, "ada").await;
}

#[tokio::test]
async fn an_application_survives_a_change_of_its_user_and_a_busy_table() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    kit.aws.faults.once("TransactWriteItems", Fault::Conflict);
    apply(&router, &ada, "ada").await;
    let bo = kit.member("Bob").await;
    let (db, key) = (kit.db().clone(), store::user::key(bo.user.id));
    let mut meddled = false;
    kit.aws.faults.set(move |call| {
        if call.operation == "TransactWriteItems" && !meddled {
            meddled = true;
            let update = json!({
                "TableName": "app", "Key": {"pk": {"S": key.pk}, "sk": {"S": key.sk}},
                "UpdateExpression": "SET display_name = :name ADD version :one",
                "ExpressionAttributeValues": {":name": {"S": "Bodo"}, ":one": {"N": "1"}},
            });
            db.update_item(serde_json::from_value(update).unwrap()).unwrap();
        }
        Fault::None
    });
    apply(&router, &bo, "bob").await;
    let user = store::user::find(&kit.store(), bo.user.id).await.unwrap().unwrap();
    assert_eq!((user.display_name.as_str(), user.host_slug.as_deref()), ("Bodo", Some("bob")));
}
