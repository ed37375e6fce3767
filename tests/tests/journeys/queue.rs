//! The billing queue: ticks that come twice, and messages that mean nothing.

use serde_json::json;

use crate::figures::lines;
use crate::world::{SHARED, World, number, text, unique};

/// A tick every few hundred milliseconds would be a storm; each of these is one minute's work for all shards.
const TICKS: usize = 3;

#[tokio::test]
async fn a_tick_that_runs_twice_charges_once() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let (member, host) = (world.member_with("ivy", 5_000).await, world.host("Wren", 199).await);
    let room = world.running(member, host).await;
    for _ in 0..TICKS {
        world.tick().await;
    }
    drained(&world).await;
    let session = room.seen().await;
    let (held, minute_ms) =
        (number(&session["minutes_held"]), number(&session["minute_seconds"]) * 1_000);
    assert!(held >= 2, "the tick has leased the next minute: {session}");
    // A lease begins at the earliest a minute and a quarter before it is needed.
    let most = (number(&session["active_ms"]) + minute_ms * 9 / 4) / minute_ms;
    assert!(held <= most, "{held} minutes are leased, {most} can be due: {session}");
    assert_eq!(number(&session["balance_minor"]), 5_000 - 199 * held, "{session}");
    let statement = room.member.get("/v1/wallet/statement").await.unwrap();
    let mut minutes: Vec<i64> = lines(&statement)
        .iter()
        .filter(|line| line["reason"] == "session_minute")
        .map(|line| number(&line["minute"]))
        .collect();
    minutes.sort_unstable();
    assert_eq!(minutes, (1..=held).collect::<Vec<_>>(), "{statement}");
    room.end(&world).await;
    world.assert_conserved().await;
}

/// Waits until no billing message is waiting or in work.
async fn drained(world: &World) {
    let url = text(&world.stack.outputs["BillingQueueUrl"]);
    let empty = world.stack.eventually("an empty queue", async || {
        Ok((world.aws.waiting(&url).await == 0).then_some(()))
    });
    empty.await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_no_work_ends_among_the_dead_letters_and_holds_nobody_up() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let billing = text(&world.stack.outputs["BillingQueueUrl"]);
    let dead = world.aws.physical("BillingDead").await;
    let (member, host) = (world.member_with("jan", 5_000).await, world.host("Kees", 100).await);
    let room = world.running(member, host).await;
    // Five receptions, each after the visibility timeout: minutes on AWS, seconds here.
    world.aws.set_visibility(&billing, "1").await;
    let poison = json!({ "shard": 3, "tick_at": "2026-11-20T15:00:00Z", "rate_minor": unique() })
        .to_string();
    let message = json!({ "QueueUrl": billing, "MessageBody": poison });
    let sent = world.aws.call("sqs", "AmazonSQS.SendMessage", &message).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    world.tick().await;
    let leased = world.stack.eventually("a lease beside the poison", async || {
        let session = room.seen().await;
        Ok((number(&session["minutes_held"]) >= 2).then_some(session))
    });
    leased.await.unwrap();

    let receive = json!({ "QueueUrl": dead, "MaxNumberOfMessages": 10, "VisibilityTimeout": 1 });
    let letter = world.stack.eventually("the dead letter", async || {
        let reply = world.aws.call("sqs", "AmazonSQS.ReceiveMessage", &receive).await.json();
        let found = reply["Messages"].as_array().into_iter().flatten();
        Ok(found.into_iter().find(|message| message["Body"] == poison.as_str()).cloned())
    });
    let letter = letter.await;
    world.aws.set_visibility(&billing, "300").await;
    let handle = json!({ "QueueUrl": dead, "ReceiptHandle": letter.unwrap()["ReceiptHandle"] });
    let gone = world.aws.call("sqs", "AmazonSQS.DeleteMessage", &handle).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    room.end(&world).await;
}
