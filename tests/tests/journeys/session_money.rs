//! What a reading costs, to the cent, on both sides, and what happens when the money ends.

use reqwest::Method;
use serde_json::{Value, json};

use crate::figures::{assert_recomputes, lines, share_of, sum};
use crate::world::{SHARED, World, key, number};

#[tokio::test]
async fn every_begun_minute_is_charged_once_and_both_sides_see_the_same_money() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("eve", 5_000).await, world.host("Sela", 199).await);
    let room = world.running(member, host).await;
    room.run_to_minute(&world, 3).await;
    let session = room.end(&world).await;

    let settlement = &session["settlement"];
    let (minutes, gross) = (number(&settlement["minutes"]), number(&settlement["gross_minor"]));
    assert!(minutes >= 3, "{session}");
    assert_eq!(gross, 199 * minutes);
    assert_eq!(number(&settlement["share_minor"]), share_of(199) * minutes);
    let wallet = room.member.get("/v1/wallet").await.unwrap();
    assert_eq!(number(&wallet["available_minor"]), 5_000 - gross, "{wallet}");
    assert_eq!(wallet["held_minor"], 0, "{wallet}");
    let statement = room.member.get("/v1/wallet/statement").await.unwrap();
    assert_eq!(sum(&statement), 5_000 - gross, "{statement}");
    let earnings = room.host.get("/v1/host/earnings").await.unwrap();
    assert_eq!(number(&earnings["available_minor"]), share_of(199) * minutes, "{earnings}");
    assert_eq!(earnings["items"][0]["session_id"], room.id, "{earnings}");
    assert_eq!(number(&earnings["items"][0]["minutes"]), minutes, "{earnings}");
    assert_recomputes(&room.member.get(&room.at("receipt")).await.unwrap());
}

#[tokio::test]
async fn an_admin_gives_a_minute_back_once() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let (member, host) = (world.member_with("fay", 1_000).await, world.host("Teo", 199).await);
    let room = world.running(member, host).await;
    let admin = world.admin().await;
    let refund = json!({ "session_id": room.id, "minute": 1, "funded_by": "shares", "reason": "The line was bad." });
    let early =
        admin.send(Method::POST, "/v1/admin/refunds", Some(&key()), Some(&refund)).await.unwrap();
    assert_eq!(early.body["type"], "/problems/not-settled");
    room.end(&world).await;
    let before = room.member.get("/v1/wallet").await.unwrap();

    let stranger =
        room.member.send(Method::POST, "/v1/admin/refunds", Some(&key()), Some(&refund)).await;
    assert_eq!(stranger.unwrap().status, 403);
    let mut too_much = refund.clone();
    too_much["amount_minor"] = json!(200);
    let too_much =
        admin.send(Method::POST, "/v1/admin/refunds", Some(&key()), Some(&too_much)).await;
    assert_eq!(too_much.unwrap().status, 400);
    let once = key();
    let given = admin.post_once("/v1/admin/refunds", &once, &refund).await.unwrap();
    assert_eq!(given["amount_minor"], 199, "{given}");
    assert_eq!(
        (&given["from_host_minor"], &given["from_platform_minor"]),
        (&json!(139), &json!(60))
    );
    assert_eq!(admin.post_once("/v1/admin/refunds", &once, &refund).await.unwrap(), given);
    let again =
        admin.send(Method::POST, "/v1/admin/refunds", Some(&key()), Some(&refund)).await.unwrap();
    assert_eq!(
        (again.status.as_u16(), &again.body["type"]),
        (409, &json!("/problems/already-refunded"))
    );

    let after = room.member.get("/v1/wallet").await.unwrap();
    assert_eq!(number(&after["available_minor"]), number(&before["available_minor"]) + 199);
    let receipt = room.host.get(&room.at("receipt")).await.unwrap();
    assert_eq!(receipt["minutes"][0]["refunded_minor"], 199, "{receipt}");
    assert_recomputes(&receipt);
    let statement = room.member.get("/v1/wallet/statement").await.unwrap();
    let line = lines(&statement).iter().find(|line| line["reason"] == "refund").unwrap();
    assert_eq!(line["note"], "The line was bad.", "{line}");
    world.assert_conserved().await;
}

#[tokio::test]
async fn a_session_without_money_pauses_unbilled_and_goes_on_after_a_top_up() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("gil", 150).await, world.host("Noor", 100).await);
    let room = world.running(member, host).await;
    let session = room.seen().await;
    assert_eq!(session["low_funds"], true, "one minute is left: {session}");
    let paused = until_paused(&world, &room).await;
    assert_eq!((&paused["pause_reason"], &paused["balance_minor"]), (&json!("funds"), &json!(50)));
    assert_eq!(number(&paused["active_ms"]), number(&paused["minute_seconds"]) * 1_000);
    for side in [&room.member, &room.host] {
        let broke =
            side.send(Method::POST, &room.at("reconnect"), None, Some(&json!({}))).await.unwrap();
        assert_eq!(broke.status, 402, "{broke:?}");
    }
    assert_eq!(room.seen().await["grace_until"], paused["grace_until"]);

    room.member.top_up(500, &key()).await.unwrap();
    room.member.post(&room.at("reconnect"), &json!({})).await.unwrap();
    let back = room.host.post(&room.at("reconnect"), &json!({})).await.unwrap();
    assert_eq!((&back["state"], &back["minutes_held"]), (&json!("active"), &json!(2)), "{back}");
    let session = room.end(&world).await;
    assert_eq!(session["settlement"]["gross_minor"], 200, "{session}");
    assert_recomputes(&room.member.get(&room.at("receipt")).await.unwrap());
}

async fn until_paused(world: &World, room: &crate::world::Room) -> Value {
    let paused = world.stack.eventually("the pause", async || {
        room.renew().await;
        let session = room.seen().await;
        Ok((session["state"] == "paused").then_some(session))
    });
    paused.await.unwrap()
}

#[tokio::test]
async fn a_session_that_nobody_renews_stops_at_the_end_of_its_paid_time() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let (member, host) = (world.member_with("hal", 1_000).await, world.host("Juno", 100).await);
    let room = world.running(member, host).await;
    let paused = world.stack.eventually("the pause", async || {
        let session = room.seen().await;
        Ok((session["state"] == "paused").then_some(session))
    });
    let paused = paused.await.unwrap();
    assert_eq!(
        (&paused["pause_reason"], &paused["minutes_charged"]),
        (&json!("unrenewed"), &json!(1))
    );
    let session = room.end(&world).await;
    assert_eq!(session["settlement"]["gross_minor"], 100, "no second runs unpaid: {session}");
}
