//! Nothing that fails is lost: redrive, partial failures, a queue for what was given up.

use serde_json::Value;

use super::document::Document;

fn seconds(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn a_queue_that_feeds_a_function_gives_up_into_another_queue() {
    let document = Document::read();
    let mut sources = 0;
    for (id, function) in document.functions() {
        for (kind, event) in function.events() {
            if kind != "SQS" {
                continue;
            }
            sources += 1;
            let queue =
                event["Queue"]["Fn::GetAtt"].as_str().unwrap().strip_suffix(".Arn").unwrap();
            let queue = document.at(&format!("Resources/{queue}/Properties")).clone();
            let dead =
                queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].as_str().unwrap();
            let dead = document.at(&format!("Resources/{}", dead.trim_end_matches(".Arn")));
            assert_eq!(dead["Type"], "AWS::SQS::Queue", "{id}");
            // AWS asks for six times the timeout, so that a slow run is not overtaken by its copy.
            let timeout = seconds(function.property("Timeout"));
            assert!(seconds(&queue["VisibilityTimeout"]) >= 6 * timeout, "{id}");
        }
    }
    assert!(sources > 0);
}

#[test]
fn a_batch_repeats_only_what_failed() {
    for (id, function) in Document::read().functions() {
        for (kind, event) in function.events() {
            if kind == "SQS" || kind == "DynamoDB" {
                assert_eq!(event["FunctionResponseTypes"][0], "ReportBatchItemFailures", "{id}");
            }
        }
    }
}

#[test]
fn what_the_stream_or_the_bus_gives_up_is_kept() {
    for (id, function) in Document::read().functions() {
        for (kind, event) in function.events() {
            let kept = match kind {
                "DynamoDB" => &event["DestinationConfig"]["OnFailure"]["Destination"],
                "EventBridgeRule" => &event["DeadLetterConfig"]["Arn"],
                _ => continue,
            };
            assert_eq!(kept["Fn::GetAtt"], "Failures.Arn", "{id}");
        }
    }
}

#[test]
fn every_queue_of_failures_rings() {
    let document = Document::read();
    for queue in ["BillingDead", "Failures"] {
        let rings = document.resources().any(|(_, kind, properties)| {
            let dimension = &properties["Dimensions"][0]["Value"]["Fn::GetAtt"];
            kind == "AWS::CloudWatch::Alarm" && *dimension == format!("{queue}.QueueName")
        });
        assert!(rings, "{queue} has no alarm");
    }
}
