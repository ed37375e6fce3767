//! `sign_in_with_link`.

use super::world::World;

#[tokio::test]
async fn a_link_that_was_changed_or_made_up_is_refused() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    let (hash, secret) = mail.link_token.split_once('.').unwrap();
    let zeros = "0".repeat(64);
    for token in [
        String::new(),
        ".".into(),
        hash.into(),
        format!("{hash}."),
        format!("{hash}.{}", "A".repeat(32)),
        format!("{hash}.{secret}x"),
        format!("{zeros}.{secret}"),
        format!("{}.{secret}", hash.to_uppercase()),
    ] {
        let reply = world.link(&token).await;
        assert_eq!((reply.status, reply.problem()), (410, "link-expired"), "{token}");
    }
    assert_eq!(world.people().0, 0);
    assert_eq!(world.link(&mail.link_token).await.status, 200);
}

#[tokio::test]
async fn a_link_works_once_and_for_ten_minutes() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    assert_eq!(world.link(&mail.link_token).await.status, 200);
    assert_eq!(world.link(&mail.link_token).await.status, 410);
    let mail = world.mail("ada@example.com").await;
    world.kit.clock.advance(600);
    assert_eq!(world.link(&mail.link_token).await.status, 410);
}

#[tokio::test]
async fn code_and_link_of_a_mail_are_one_proof() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    assert_eq!(world.code("ada@example.com", &mail.code).await.status, 200);
    assert_eq!(world.link(&mail.link_token).await.status, 410);
}

#[tokio::test]
async fn an_older_link_gives_way_to_a_newer_one() {
    let world = World::new().await;
    let old = world.mail("ada@example.com").await;
    let new = world.mail("ada@example.com").await;
    assert_eq!(world.link(&old.link_token).await.status, 410);
    assert_eq!(world.link(&new.link_token).await.status, 200);
}

#[tokio::test]
async fn a_later_sign_in_finds_the_same_user() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    let first = world.link(&mail.link_token).await;
    let second = world.sign_in("ada@example.com").await;
    assert_eq!(first.body["me"], second.body["me"]);
    assert_eq!(world.people(), (1, 1, 1));
}
