//! Messages of the billing queue, and the batches in which AWS brings them.

use futures::FutureExt;
use runtime::{SqsEvent, StreamEvent, each_message, each_record};
use sessions::queue::Work;

/// What is no work is refused, alone: the others of its batch are done, and each failure names a message.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(work) = Work::read(text) {
        assert!(work.shard < 16, "{work:?}");
        assert!(work.after.as_ref().is_none_or(|after| after.len() <= 64), "{work:?}");
        let written = serde_json::to_string(&work).unwrap_or_default();
        assert!(Work::read(&written).is_ok_and(|again| again == work), "{written}");
    }
    if let Ok(event) = serde_json::from_str::<SqsEvent>(text) {
        batch(event);
    }
    if let Ok(event) = serde_json::from_str::<StreamEvent>(text) {
        let numbers: Vec<_> =
            event.records.iter().map(|record| record.dynamodb.sequence_number.clone()).collect();
        let reply = each_record(event, |record| async move {
            if record.dynamodb.new_image.is_some() { Ok(()) } else { Err("no image") }
        });
        let Some(reply) = reply.now_or_never() else { unreachable!("nothing waits") };
        assert!(reply.batch_item_failures.len() <= 1);
        assert!(reply.batch_item_failures.iter().all(|it| numbers.contains(&it.item_identifier)));
    }
}

fn batch(event: SqsEvent) {
    let bad: Vec<String> = event
        .records
        .iter()
        .filter(|message| Work::read(&message.body).is_err())
        .map(|message| message.message_id.clone())
        .collect();
    let reply = each_message(event, 4, |message| async move {
        Work::read(&message.body).map(|_| ()).map_err(|error| error.to_string())
    });
    let Some(reply) = reply.now_or_never() else { unreachable!("nothing waits") };
    let mut failed: Vec<String> =
        reply.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    let mut bad = bad;
    failed.sort();
    bad.sort();
    assert_eq!(failed, bad);
}
