//! The consumer of the schedule.

use serde_json::Value;
use sessions::billing_tick;
use testkit::Fault;

use crate::session_world::World;

#[tokio::test]
async fn a_tick_asks_for_every_shard_once_however_many_sessions_there_are() {
    let w = World::new(900).await;
    let mut seen = Vec::new();
    for sessions in 0..2 {
        if sessions > 0 {
            w.active().await;
        }
        w.kit.aws.reset_usage();
        let messages = w.tick_messages().await;
        seen.push(w.kit.aws.usage().calls);
        let mut shards: Vec<_> = messages
            .iter()
            .map(|body| serde_json::from_str::<Value>(body).unwrap()["shard"].as_u64().unwrap())
            .collect();
        shards.sort_unstable();
        assert_eq!(shards, (0..16).collect::<Vec<_>>());
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0]["SendMessageBatch"], 2);
    assert_eq!(seen[0].len(), 1);
}

#[tokio::test]
async fn a_tick_that_could_not_ask_says_so() {
    let w = World::new(900).await;
    w.kit.aws.faults.once("SendMessageBatch", Fault::Broken);
    let outcome = billing_tick::handle(&w.queue(), w.kit.ctx().now()).await;
    assert!(outcome.is_err());
}
