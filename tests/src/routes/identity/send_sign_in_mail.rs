//! `send_sign_in_mail`, `relay_outbox`, `send_mail`; mails about applications are in `host_decision_mail`.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;
use store::Transaction;
use testkit::Fault;

use super::world::World;

#[tokio::test]
async fn the_reply_is_the_same_for_known_and_unknown_addresses() {
    let world = World::new().await;
    world.kit.member("Ada").await;
    let known = world.ask(json!({ "email": "ada@example.com" })).await;
    let unknown = world.ask(json!({ "email": "nobody@example.com" })).await;
    assert_eq!((known.status, unknown.status), (202, 202));
    assert_eq!(known.text, unknown.text);
    assert_eq!(known.body["expires_in_seconds"], 600);
    let names =
        |reply: &testkit::Reply| reply.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
}

#[tokio::test]
async fn what_cannot_be_mailed_to_or_returned_to_is_refused_with_a_pointer() {
    let world = World::new().await;
    for (body, pointer) in [
        (json!({ "email": "ada" }), "/email"),
        (json!({}), "/email"),
        (json!({ "email": 5 }), "/email"),
        (json!({ "email": "ada@example.com", "return_to": "https://evil.test/" }), "/return_to"),
        (json!({ "email": "ada@example.com", "return_to": "//evil.test" }), "/return_to"),
        (json!({ "email": "ada@example.com", "admin": true }), "/admin"),
    ] {
        let reply = world.ask(body).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        assert_eq!(reply.body["errors"][0]["pointer"], pointer);
    }
    assert!(world.kit.outbox().is_empty());
}

#[tokio::test]
async fn the_sixth_mail_to_an_address_in_ten_minutes_is_refused() {
    let world = World::new().await;
    for _ in 0..5 {
        assert_eq!(world.ask(json!({ "email": "ada@example.com" })).await.status, 202);
    }
    let reply = world.ask(json!({ "email": "ADA@example.com" })).await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
    assert!(reply.headers.contains_key("retry-after"));
    assert_eq!(world.ask(json!({ "email": "bo@example.com" })).await.status, 202);
    world.kit.clock.advance(600);
    assert_eq!(world.ask(json!({ "email": "ada@example.com" })).await.status, 202);
}

#[tokio::test]
async fn nothing_that_signs_anybody_in_is_stored_or_relayed() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    let (_, secret) = mail.link_token.split_once('.').unwrap();
    let mut seen: Vec<String> =
        world.kit.items("app", "").iter().map(ToString::to_string).collect();
    seen.extend(world.events().iter().map(ToString::to_string));
    let hashed = |text: &str| hex::encode(digest(&SHA256, text.as_bytes()));
    for hidden in [secret.to_owned(), hashed(secret), hashed(&mail.code)] {
        assert!(seen.iter().all(|item| !item.contains(&hidden)), "{hidden} is somewhere");
    }
    // Six digits may stand in a number by chance, but never as a text of their own.
    let quoted = format!("\"{}\"", mail.code);
    assert!(seen.iter().all(|item| !item.contains(&quoted)));
}

#[tokio::test]
async fn the_mail_speaks_for_the_active_brand() {
    let world = World::new().await;
    assert_eq!(world.mail("ada@example.com").await.subject, "Sign in to SoulSeer");
    let store = world.kit.store();
    store.commit(store::site::switch(Transaction::new(), "hepcat")).await.unwrap();
    let mail = world.mail("ada@example.com").await;
    assert_eq!(mail.subject, "Sign in to HepCat");
    assert!(mail.text.contains("https://parlor.test/sign-in/link#token="), "{}", mail.text);
}

#[tokio::test]
async fn an_event_that_comes_twice_is_mailed_once() {
    let world = World::new().await;
    world.mail("ada@example.com").await;
    let event = world.events().remove(0);
    assert_eq!(event["detail-type"], "mail.requested");
    assert_eq!(event["source"], "parlor");
    world.take_event(event).await.unwrap();
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_sent_when_it_comes_again() {
    let world = World::new().await;
    world.mail("ada@example.com").await;
    world.ask(json!({ "email": "bo@example.com" })).await;
    world.kit.aws.faults.once("PutEvents", Fault::Broken);
    let item = world.kit.items("app", "OUTBOX#").pop().unwrap();
    let record =
        json!({ "eventName": "INSERT", "dynamodb": { "SequenceNumber": "7", "NewImage": item } });
    let event = serde_json::from_value(json!({ "Records": [record] })).unwrap();
    let reply = identity::relay_outbox::handle(&world.app, event).await.unwrap();
    assert_eq!(reply.batch_item_failures[0].item_identifier, "7");
    world.kit.aws.faults.clear();

    let event = world.events().remove(0);
    let mut event = event;
    let challenge = world.kit.items("app", "SIGNIN#");
    let bo = challenge.iter().find(|item| item["email"]["S"] == "bo@example.com").unwrap();
    event["detail"]["id"] = json!("019a9f60-0000-7000-8000-00000000000b");
    event["detail"]["payload"]["to"] = json!("bo@example.com");
    event["detail"]["payload"]["challenge_id"] = bo["id"]["S"].clone();
    world.kit.aws.faults.once("SendEmail", Fault::Broken);
    world.take_event(event.clone()).await.unwrap_err();
    world.take_event(event).await.unwrap();
    assert_eq!(world.mails().len(), 2);
}

#[tokio::test]
async fn a_mail_that_was_overtaken_by_a_newer_one_is_not_sent() {
    let world = World::new().await;
    world.ask(json!({ "email": "ada@example.com" })).await;
    world.kit.clock.advance(1);
    world.ask(json!({ "email": "ada@example.com" })).await;
    world.deliver().await;
    assert_eq!(world.mails().len(), 1);
    let code = world.mails()[0].code.clone();
    assert_eq!(world.code("ada@example.com", &code).await.status, 200);
}
