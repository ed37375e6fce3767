//! Consumer of the stream of `App`: carries new outbox items to the event bus, in order.
//!
//! At least once: a record that fails comes again with those after it, so consumers go by the event's id.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use runtime::{BatchReply, StreamEvent, StreamRecord, each_record};
use serde_json::{Value, json};
use store::outbox::{Event, PREFIX};
use web::{Need, Route, Trigger};

use crate::App;

/// The consumer.
pub const ROUTE: Route = Route::consumer("relay_outbox", Trigger::Stream).needs(&[Need::BUS_PUT]);

/// `source` of our events on the bus.
pub const SOURCE: &str = "parlor";

/// Relays one batch.
///
/// # Errors
/// Never: what failed is in the reply.
pub async fn handle(app: &App, event: StreamEvent) -> Result<BatchReply, String> {
    Ok(each_record(event, |record| relay(app, record)).await)
}

async fn relay(app: &App, record: StreamRecord) -> Result<(), String> {
    let Some(event) = outbox_event(record)? else { return Ok(()) };
    let payload: Value = serde_json::from_str(&event.payload).map_err(|error| error.to_string())?;
    let at = store::instant::text(event.at);
    let entry = PutEventsRequestEntry::builder()
        .event_bus_name(&app.ctx.config.event_bus)
        .source(SOURCE)
        .detail_type(&event.kind)
        .detail(json!({ "id": event.id, "at": at, "payload": payload }).to_string())
        .build();
    let reply = app.bus.put_events().entries(entry).send().await;
    let reply = reply.map_err(|error| error.into_service_error().to_string())?;
    if reply.failed_entry_count() > 0 {
        let code = reply.entries().first().and_then(|entry| entry.error_code());
        return Err(format!("the bus refused an event: {}", code.unwrap_or("unknown")));
    }
    Ok(())
}

/// The event of a new outbox item; nothing for other records, which the stream's filter keeps away anyway.
fn outbox_event(record: StreamRecord) -> Result<Option<Event>, String> {
    let Some(image) = record.dynamodb.new_image else { return Ok(None) };
    let is_outbox = image["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with(PREFIX));
    if record.event_name != "INSERT" || !is_outbox {
        return Ok(None);
    }
    let item: serde_dynamo::Item =
        serde_json::from_value(image).map_err(|error| error.to_string())?;
    serde_dynamo::from_item(item).map(Some).map_err(|error| error.to_string())
}
