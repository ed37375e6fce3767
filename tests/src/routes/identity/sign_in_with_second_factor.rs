//! `sign_in_with_second_factor`.

use serde_json::json;
use testkit::{Fault, call, forge, post};

use super::authenticator::Phone;
use super::issuer::{Issuer, begin, finish, world as issuer_world};
use super::world::{World, access, refresh_cookie};

#[tokio::test]
async fn the_first_step_gives_neither_tokens_nor_a_cookie() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let families = world.kit.items("app", "USER#").len();
    let mail = world.mail(&ada.email).await;
    let code = world.code(&ada.email, &mail.code).await;
    let mail = world.mail(&ada.email).await;
    let link = world.link(&mail.link_token).await;
    for reply in [&code, &link] {
        assert_eq!(reply.status, 202, "{}", reply.text);
        let members: Vec<_> = reply.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["challenge", "expires_in_seconds"]);
        assert_eq!(reply.body["expires_in_seconds"], 300);
        assert!(!reply.headers.contains_key("set-cookie"));
    }
    assert_eq!(world.kit.items("app", "USER#").len(), families, "a sign-in was begun");
    assert_eq!(world.code(&ada.email, &mail.code).await.status, 410, "the mail is used up");
    let stored = format!("{:?}", world.kit.items("app", "SECOND#"));
    assert!(!stored.contains(code.body["challenge"].as_str().unwrap()));
}

#[tokio::test]
async fn a_code_finishes_the_sign_in_as_the_first_step_would_have() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    world.ask(json!({ "email": ada.email, "return_to": "/wallet" })).await;
    world.deliver().await;
    let code = world.mails().pop().unwrap().code;
    let challenge = world.code(&ada.email, &code).await.body["challenge"].clone();
    let reply = ada.show(challenge.as_str().unwrap(), &ada.code()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["return_to"], "/wallet");
    assert_eq!(reply.body["me"]["email"], "ada@example.com");
    assert_eq!(reply.body["me"]["second_factor"], true);
    let tokens = world.refresh(&refresh_cookie(&reply)).await;
    assert_eq!(tokens.status, 200);
    assert!(!access(&tokens).is_empty());
}

#[tokio::test]
async fn an_issuer_is_a_first_factor_too() {
    let issuer = Issuer::start().await;
    let world = issuer_world(&issuer).await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let begun = begin(&world).await;
    let claims = issuer.claims(&world, &begun.nonce, "auth0|abc", "ada@example.com");
    issuer.give(forge(&Issuer::header(), &claims));
    let reply = finish(&world, &begun).await;
    assert_eq!(reply.status, 202, "{}", reply.text);
    assert!(world.kit.items("app", "SUBJECT#").is_empty(), "linked by one factor");
    let challenge = reply.body["challenge"].as_str().unwrap();
    assert_eq!(ada.show(challenge, &ada.code()).await.status, 200);
    assert_eq!(world.kit.items("app", "SUBJECT#").len(), 1);
}

#[tokio::test]
async fn a_challenge_lasts_five_minutes_five_tries_and_one_sign_in() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let over = |reply: testkit::Reply| {
        assert_eq!((reply.status, reply.problem()), (410, "sign-in-expired"));
    };
    over(ada.show("made up", &ada.code()).await);
    let long = ada.show(&"x".repeat(101), &ada.code()).await;
    assert_eq!((long.status, &long.body["errors"][0]["pointer"]), (400, &json!("/challenge")));
    let challenge = ada.challenge().await;
    for left in (0..5).rev() {
        let reply = ada.show(&challenge, &ada.wrong_code()).await;
        assert_eq!((reply.status, reply.problem()), (400, "second-factor-wrong"));
        assert_eq!(reply.body["tries_left"], left);
    }
    over(ada.show(&challenge, &ada.code()).await);
    let challenge = ada.challenge().await;
    world.kit.clock.advance(300);
    over(ada.show(&challenge, &ada.code()).await);
    let challenge = ada.challenge().await;
    world.kit.clock.advance(299);
    assert_eq!(ada.show(&challenge, &ada.code()).await.status, 200);
    ada.wait();
    over(ada.show(&challenge, &ada.code()).await);
}

#[tokio::test]
async fn a_code_of_another_form_costs_no_try() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let challenge = ada.challenge().await;
    for code in ["", "12345", "1234567", "abcd-efgh", "１２３４５６"] {
        let reply = ada.show(&challenge, code).await;
        assert_eq!((reply.status, &reply.body["errors"][0]["pointer"]), (400, &json!("/code")));
    }
    let reply = ada.show(&challenge, &ada.wrong_code()).await;
    assert_eq!(reply.body["tries_left"], 4);
}

#[tokio::test]
async fn clocks_may_differ_by_one_step_and_no_more() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    ada.wait();
    ada.wait();
    let challenge = ada.challenge().await;
    for steps in [-2, 2] {
        assert_eq!(ada.show(&challenge, &ada.code_in(steps)).await.status, 400, "{steps}");
    }
    assert_eq!(ada.show(&challenge, &ada.code_in(-1)).await.status, 200);
    let challenge = ada.challenge().await;
    assert_eq!(ada.show(&challenge, &ada.code_in(1)).await.status, 200);
}

#[tokio::test]
async fn a_code_counts_once_and_so_does_every_one_before_it() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let code = ada.code();
    let (first, second, third) =
        (ada.challenge().await, ada.challenge().await, ada.challenge().await);
    let (one, two) = tokio::join!(ada.show(&first, &code), ada.show(&second, &code));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "sent together, one counts");
    for code in [code, ada.code_in(-1)] {
        let reply = ada.show(&third, &code).await;
        assert_eq!((reply.status, reply.problem()), (400, "second-factor-wrong"));
    }
    assert_eq!(ada.show(&third, &ada.code_in(1)).await.status, 200);
}

#[tokio::test]
async fn a_recovery_code_works_once_and_its_owner_hears_of_it() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let typed = ada.recovery_codes[4].to_uppercase().replace('-', " ");
    let challenge = ada.challenge().await;
    assert_eq!(ada.show(&challenge, &typed).await.status, 200);
    world.deliver().await;
    assert!(world.last_mail().contains("Recovery codes left: 9"), "{}", world.last_mail());
    let challenge = ada.challenge().await;
    for code in [typed.as_str(), "abcd-efgh-abcd-efgh-abcd-efgh"] {
        let reply = ada.show(&challenge, code).await;
        assert_eq!((reply.status, reply.problem()), (400, "second-factor-wrong"), "{code}");
    }
    assert_eq!(ada.show(&challenge, &ada.recovery_codes[5]).await.status, 200);
}

#[tokio::test]
async fn one_refusal_serves_every_wrong_code() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let used = ada.recovery_codes[0].clone();
    let challenge = ada.challenge().await;
    assert_eq!(ada.show(&challenge, &used).await.status, 200);
    let mut bodies = Vec::new();
    for code in [ada.wrong_code(), ada.code_in(-1), used] {
        let mut reply = ada.show(&ada.challenge().await, &code).await;
        reply.body.as_object_mut().unwrap().remove("instance");
        bodies.push(reply.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn guesses_of_many_challenges_are_counted_for_the_person() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    world.kit.clock.advance(600);
    for _ in 0..2 {
        let challenge = ada.challenge().await;
        for _ in 0..5 {
            assert_eq!(ada.show(&challenge, &ada.wrong_code()).await.status, 400);
        }
    }
    let challenge = ada.challenge().await;
    let reply = ada.show(&challenge, &ada.code()).await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
}

#[tokio::test]
async fn signing_out_everywhere_ends_a_sign_in_that_waits() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let challenge = ada.challenge().await;
    assert_eq!(ada.post("/v1/tokens/sign-out-everywhere", json!({})).await.status, 204);
    assert_eq!(ada.show(&challenge, &ada.code()).await.status, 410);
}

#[tokio::test]
async fn nothing_is_half_done_when_the_store_fails() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let challenge = ada.challenge().await;
    world.kit.aws.faults.once("TransactWriteItems", Fault::Broken);
    assert_eq!(ada.show(&challenge, &ada.code()).await.status, 503);
    assert_eq!(ada.show(&challenge, &ada.code()).await.status, 200);
    let form = post("/v1/sign-in/second-factor").header("content-type", "text/plain").text("{}");
    assert_eq!(call(&world.router, form).await.status, 415);
}
