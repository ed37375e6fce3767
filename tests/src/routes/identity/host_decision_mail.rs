//! `send_mail` about applications: what an applicant is told, once, and not when something newer has happened.

use serde_json::{Value, json};
use store::mail::{HostDecision, MAIL_REQUESTED, Mail};
use store::outbox::Event;
use store::{Transaction, outbox};
use testkit::{Fault, Person};

use super::world::World;
use crate::routes::hosts;

/// Ada has applied; an admin may decide.
async fn applied(world: &World) -> (axum::Router, Person, Person) {
    let router = hosts::router(&world.kit);
    let (ada, admin) = (world.kit.member("Ada").await, world.kit.admin("Cy").await);
    hosts::apply(&router, &ada, "ada").await;
    (router, ada, admin)
}

fn sent(world: &World) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let read = |mail: &Value| {
        let message = &mail["Content"]["Simple"];
        let to = &mail["Destination"]["ToAddresses"][0];
        (text(to), text(&message["Subject"]["Data"]), text(&message["Body"]["Text"]["Data"]))
    };
    world.kit.aws.sent("SendEmail").iter().map(read).collect()
}

#[tokio::test]
async fn an_applicant_is_told_by_mail_of_acceptance_and_later_removal() {
    let world = World::new().await;
    let (router, ada, admin) = applied(&world).await;
    assert_eq!(hosts::verify(&router, &admin, &ada).await.status, 200);
    world.deliver().await;
    let (to, subject, text) = sent(&world).remove(0);
    assert_eq!((to, subject.as_str()), (ada.user.email.clone(), "You are verified at SoulSeer"));
    assert!(text.contains("Hello The ada,") && text.contains("https://parlor.test/studio/rates"));
    assert!(!text.contains("reason"), "{text}");

    assert_eq!(hosts::reject(&router, &admin, &ada, "Three complaints.").await.status, 200);
    world.deliver().await;
    let (_, subject, text) = sent(&world).remove(1);
    assert_eq!(subject, "Your profile at SoulSeer");
    assert!(text.contains("Three complaints.") && text.contains("stays yours"), "{text}");
}

#[tokio::test]
async fn a_rejection_is_mailed_with_its_reason_once_however_often_it_comes() {
    let world = World::new().await;
    let (router, ada, admin) = applied(&world).await;
    hosts::reject(&router, &admin, &ada, "Tell us <more> about yourself.").await;
    world.kit.aws.faults.once("SendEmail", Fault::Broken);
    let event = world.kit.outbox().remove(0);
    let payload: Value = serde_json::from_str(&event.payload).unwrap();
    let event = json!({ "detail": { "id": event.id, "payload": payload } });
    world.take_event(event.clone()).await.unwrap_err();
    for _ in 0..3 {
        world.take_event(event.clone()).await.unwrap();
    }
    let mails = sent(&world);
    let (_, subject, text) = mails.last().unwrap();
    assert_eq!(subject, "Your application at SoulSeer");
    assert!(text.contains("Tell us <more> about yourself.") && text.contains("/become-a-host"));
    let html =
        &world.kit.aws.sent("SendEmail")[mails.len() - 1]["Content"]["Simple"]["Body"]["Html"];
    assert!(html["Data"].as_str().unwrap().contains("Tell us &lt;more&gt; about yourself."));
    assert_eq!(world.kit.items("app", "HANDLED#").len(), 1);
    assert!(mails.len() <= 2, "the broken try and the one that went out");
}

#[tokio::test]
async fn a_decision_that_no_longer_holds_or_of_nobody_is_not_mailed() {
    let world = World::new().await;
    let (router, ada, admin) = applied(&world).await;
    hosts::reject(&router, &admin, &ada, "Not now.").await;
    hosts::apply(&router, &ada, "ada").await;
    let now = world.kit.ctx().now();
    let user_id = uuid::Uuid::new_v4();
    let mail = Mail::HostDecision { user_id, decision: HostDecision::Verified };
    let event = Event::new(runtime::new_id(now), MAIL_REQUESTED, now, &mail).unwrap();
    world.kit.store().commit(outbox::add(Transaction::new(), &event)).await.unwrap();
    world.deliver().await;
    assert!(sent(&world).is_empty());
    assert_eq!(world.kit.items("app", "HANDLED#").len(), 2);
}
