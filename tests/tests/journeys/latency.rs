//! How long a warm stack takes: printed and kept beside the outputs, not asserted. Locally it says nothing about AWS, but
//! much about a change that made something slow.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{SHARED, World};

const READS: usize = 60;
/// A member may ask ten times in five minutes.
const CHARGES: usize = 10;

/// Median and 95th percentile.
fn spread(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    (at(50), at(95))
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "cargo x says by the environment where results go")]
async fn a_warm_stack_says_how_fast_it_is() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let (mut member, mut host) =
        (world.member_with("kim", 50_000).await, world.host("Pace", 50).await);
    let mut reads = Vec::new();
    for _ in 0..READS {
        let begin = Instant::now();
        member.get("/v1/me").await.unwrap();
        reads.push(begin.elapsed());
    }
    let billing = world.aws.physical("BillingCharge").await;
    let records: Vec<_> = (0..16)
        .map(|shard| json!({ "messageId": format!("latency-{shard}"), "receiptHandle": "none",
            "body": json!({ "shard": shard, "tick_at": "2026-11-20T15:00:00Z" }).to_string(),
            "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "us-east-1" }))
        .collect();
    let batch = json!({ "Records": records });
    let (mut joins, mut charges) = (Vec::new(), Vec::new());
    for _ in 0..CHARGES {
        let room = world.asked(member, host).await;
        room.host.post(&room.at("accept"), &json!({})).await.unwrap();
        room.member.post(&room.at("join"), &json!({})).await.unwrap();
        let begin = Instant::now();
        room.host.post(&room.at("join"), &json!({})).await.unwrap();
        joins.push(begin.elapsed());
        let begin = Instant::now();
        let reply = world.aws.invoke_named(&billing, &batch).await;
        charges.push(begin.elapsed());
        assert_eq!(reply["batchItemFailures"], json!([]), "{reply}");
        assert_eq!(room.seen().await["minutes_held"], 2);
        room.end(&world).await;
        (member, host) = (room.member, room.host);
    }
    let mut text = String::new();
    for (what, times) in [
        ("GET /v1/me, signed in", reads),
        ("join that starts the clock and pays minute 1", joins),
        ("billing_charge, 16 shards, one minute due", charges),
    ] {
        let (median, p95) = spread(times);
        writeln!(text, "{what}: median {median:.1?}, p95 {p95:.1?}").unwrap();
    }
    println!("{text}");
    let outputs = std::env::var("PARLOR_OUTPUTS").unwrap();
    std::fs::write(std::path::Path::new(&outputs).with_file_name("latency.txt"), text).unwrap();
}
