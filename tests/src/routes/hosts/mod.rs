//! The hosts domain.

mod apply_to_host;
mod finish_photo_upload;
mod list_applications;
mod list_hosts;
mod picture;
mod put_rates;
mod read_host;
mod read_host_self;
mod reject_host;
mod set_online;
mod start_photo_upload;
mod update_host_self;
mod verify_host;

use axum::Router;
use hosts::App;
use hosts::photo::Photos;
use ledger::Currency;
use serde_json::{Value, json};
use store::Transaction;
use store::host::{HostItem, Rates, Status};
use testkit::{Kit, Person, Reply, Request, call, post};
use uuid::Uuid;

/// The domain over a world.
pub fn app(kit: &Kit) -> App {
    App::new(kit.ctx(), Photos::from_aws(&kit.config.media_bucket, &kit.aws.config()))
}

/// The domain's router over a world.
pub fn router(kit: &Kit) -> Router {
    web::serve(hosts::router(app(kit)))
}

/// An application that is good.
pub fn application(slug: &str) -> Value {
    json!({
        "name": format!("The {slug}"),
        "slug": slug,
        "bio": "I have listened to people for ten years, by day and by night.",
        "specialties": ["Tarot", "Dreams"],
        "statement": "Please take me, I am good at this.",
    })
}

/// The application with one member changed.
pub fn changed(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

/// Somebody applies, and that works.
pub async fn apply(router: &Router, person: &Person, slug: &str) -> Value {
    let request = post("/v1/host/application").bearer(&person.token).json(application(slug));
    let reply = call(router, request).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.body
}

/// A member who applied under their name and was verified.
pub async fn verified(kit: &Kit, router: &Router, name: &str) -> Person {
    let person = kit.member(name).await;
    let admin = kit.admin(&format!("Admin of {name}")).await;
    apply(router, &person, &name.to_lowercase()).await;
    let reply = verify(router, &admin, &person).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    person
}

/// An admin verifies.
pub async fn verify(router: &Router, admin: &Person, person: &Person) -> Reply {
    let path = format!("/v1/admin/hosts/{}/verify", person.id());
    call(router, post(&path).bearer(&admin.token).json(json!({}))).await
}

/// An admin turns down.
pub async fn reject(router: &Router, admin: &Person, person: &Person, reason: &str) -> Reply {
    let path = format!("/v1/admin/hosts/{}/reject", person.id());
    call(router, post(&path).bearer(&admin.token).json(json!({ "reason": reason }))).await
}

/// The decisions that a mail was asked for: of whom, and what.
pub fn mailed(kit: &Kit) -> Vec<(String, String)> {
    let mails = kit.outbox().into_iter().map(|event| {
        assert_eq!(event.kind, "mail.requested");
        let mail: Value = serde_json::from_str(&event.payload).unwrap();
        assert_eq!(mail["mail"], "host_decision");
        let text = |name: &str| mail[name].as_str().unwrap().to_owned();
        (text("user_id"), text("decision"))
    });
    mails.collect()
}

/// The profile as it is stored.
pub async fn stored(kit: &Kit, person: &Person) -> HostItem {
    kit.store().host(person.user.id).await.unwrap().expect("a profile")
}

/// A verified host of the catalogue, written past the routes.
pub async fn put_listed(kit: &Kit, slug: &str, change: impl FnOnce(&mut HostItem)) -> HostItem {
    let applied_at_ms = 1_700_000_000_000;
    let mut host = HostItem {
        host_id: Uuid::new_v4(),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        bio: format!("I am {slug}, and this is what I do for you."),
        specialties: vec!["Listening".to_owned()],
        rates: Rates::default(),
        currency: Currency::USD,
        photo_key: None,
        status: Status::Pending,
        reject_reason: None,
        statement: "Please take me.".to_owned(),
        online: false,
        rating_total: 0,
        review_count: 0,
        session_count: 0,
        applied_at_ms,
        verified_at_ms: None,
        decided_by: None,
        version: 1,
    };
    let store = kit.store();
    store.commit(store::host::create(Transaction::new(), &host)).await.unwrap();
    let read = host.clone();
    host.status = Status::Verified;
    host.verified_at_ms = Some(applied_at_ms);
    change(&mut host);
    store.commit(store::host::save(Transaction::new(), &read, &host)).await.unwrap();
    store.host(host.host_id).await.unwrap().expect("a profile")
}

/// The pointers of the faults of a refusal.
pub fn pointers(reply: &Reply) -> Vec<&str> {
    let errors = reply.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().filter_map(|error| error["pointer"].as_str()).collect()
}

/// Without a token a request is refused before anything else.
pub async fn needs_sign_in(router: &Router, request: Request) {
    let reply = call(router, request).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
}
