//! What CloudFormation and IAM allow, and what every function has.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Document, Function};

/// CloudFormation allows 500; the rest is room for a bad day.
const RESOURCES_MAX: usize = 450;

/// Routes that the three brands will have.
const ROUTES_TO_COME: usize = 110;

/// What SAM makes of a function: itself, its role, and what its events need.
fn resources_of(function: &Function) -> usize {
    let events = function.events();
    let events = events.iter().map(|(kind, _)| match *kind {
        "HttpApi" | "SQS" | "DynamoDB" => 1,
        "Schedule" | "EventBridgeRule" => 2,
        other => panic!("{}: count the resources of a {other} event", function.logical_id),
    });
    let url = if function.property("FunctionUrlConfig").is_null() { 0 } else { 3 };
    let invoke = usize::from(!function.property("EventInvokeConfig").is_null());
    2 + events.sum::<usize>() + url + invoke
}

fn processed_resources(document: &Document) -> usize {
    let others = document.resources().map(|(_, kind, _)| match kind {
        "AWS::Serverless::Function" => 0,
        "AWS::Serverless::HttpApi" => 2,
        _ => 1,
    });
    let functions = document.functions();
    others.sum::<usize>() + functions.values().map(resources_of).sum::<usize>()
}

#[test]
fn the_stack_stays_under_the_limit_with_all_routes_to_come() {
    let document = Document::read();
    let now = processed_resources(&document);
    let routes = document.functions().values().filter(|it| it.route().is_some()).count();
    assert!(now <= RESOURCES_MAX, "{now} resources");
    let then = now + ROUTES_TO_COME.saturating_sub(routes) * 3;
    assert!(then <= RESOURCES_MAX, "{then} resources with {ROUTES_TO_COME} routes");
}

#[test]
fn every_function_logs_into_the_group_of_its_domain() {
    let document = Document::read();
    let groups: BTreeSet<&String> = document
        .resources()
        .filter(|(_, kind, _)| *kind == "AWS::Logs::LogGroup")
        .map(|(id, _, properties)| {
            assert!(!properties["RetentionInDays"].is_null(), "{id} keeps its logs for ever");
            id
        })
        .collect();
    for (id, function) in document.functions() {
        let group = function.property("LoggingConfig")["LogGroup"]["Ref"].as_str().unwrap();
        assert_eq!(group.to_lowercase(), format!("{}logs", function.domain()), "{id}");
        assert!(groups.contains(&group.to_owned()), "{id}: {group} is no log group");
    }
}

#[test]
fn no_function_outlives_the_gateway_that_waits_for_it() {
    let document = Document::read();
    let default = document.at("Globals/Function/Timeout").as_u64().unwrap();
    for (id, function) in document.functions() {
        if function.route().is_some() {
            let timeout = function.property("Timeout").as_u64().unwrap_or(default);
            assert!(timeout < 30, "{id} may run {timeout} s, an HTTP API waits 30 s");
        }
    }
}

#[test]
fn a_charge_worker_begins_nothing_in_its_last_ten_seconds() {
    let document = Document::read();
    let timeout = document.at("Resources/BillingCharge/Properties/Timeout").as_i64().unwrap();
    assert_eq!(sessions::patience::WORK_MS, (timeout - 10) * 1_000);
}

#[test]
fn whatever_holds_data_outlives_its_stack() {
    let document = Document::read();
    let data =
        ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"];
    let mut found = 0;
    for (id, kind, properties) in document.resources() {
        if data.contains(&kind) {
            found += 1;
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                assert_eq!(
                    document.at(&format!("Resources/{id}/{policy}")),
                    "Retain",
                    "{id} {policy}"
                );
            }
        }
        if kind == "AWS::DynamoDB::Table" {
            let recovery = &properties["PointInTimeRecoverySpecification"];
            assert_eq!(recovery["PointInTimeRecoveryEnabled"], true, "{id}");
            assert_eq!(
                properties["TimeToLiveSpecification"]["AttributeName"], "expires_at_s",
                "{id}"
            );
            assert_eq!(
                properties["DeletionProtectionEnabled"]["Ref"], "DeletionProtection",
                "{id}"
            );
            assert!(!properties["StreamSpecification"].is_null(), "{id}");
        }
    }
    assert_eq!(found, 9);
}

#[test]
fn a_charge_writes_no_index_of_the_ledger() {
    let document = Document::read();
    let indexes = document.at("Resources/Ledger/Properties/GlobalSecondaryIndexes");
    for index in indexes.as_array().unwrap() {
        assert_eq!(index["Projection"]["ProjectionType"], "KEYS_ONLY", "{}", index["IndexName"]);
    }
}

#[test]
fn no_bucket_can_become_public() {
    for (id, kind, properties) in Document::read().resources() {
        if kind == "AWS::S3::Bucket" {
            let block = properties["PublicAccessBlockConfiguration"].as_object().unwrap();
            assert_eq!(block.len(), 4, "{id}");
            assert!(block.values().all(|value| *value == Value::Bool(true)), "{id}");
        }
    }
}

#[test]
fn keys_have_128_bits_of_security() {
    let document = Document::read();
    let keys = document.resources().filter(|(_, kind, _)| *kind == "AWS::KMS::Key");
    let specs: Vec<_> = keys.map(|(id, _, key)| (id.as_str(), &key["KeySpec"])).collect();
    let spec = &Value::from("RSA_3072");
    assert_eq!(specs, [("ProofKey", spec), ("SigningKey", spec)]);
}

#[test]
fn a_site_of_its_own_domain_speaks_tls_1_2_or_later() {
    let document = Document::read();
    let mut cdn =
        document.resources().filter(|(_, kind, _)| *kind == "AWS::CloudFront::Distribution");
    let (_, _, cdn) = cdn.next().unwrap();
    let certificate = &cdn["DistributionConfig"]["ViewerCertificate"]["Fn::If"];
    assert_eq!(certificate[0], "HasDomain");
    assert_eq!(certificate[1]["MinimumProtocolVersion"], "TLSv1.2_2021");
}

#[test]
fn what_is_kept_is_encrypted() {
    let document = Document::read();
    let mut kept = 0;
    for (id, kind, properties) in document.resources() {
        let encrypted = match kind {
            "AWS::DynamoDB::Table" => &properties["SSESpecification"]["SSEEnabled"],
            "AWS::SQS::Queue" => &properties["SqsManagedSseEnabled"],
            "AWS::S3::Bucket" => {
                let rules = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"];
                let algorithm = &rules[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"];
                assert!(matches!(algorithm.as_str(), Some("AES256" | "aws:kms")), "{id}");
                continue;
            }
            _ => continue,
        };
        assert_eq!(*encrypted, true, "{id}");
        kept += 1;
    }
    assert!(kept >= 5, "{kept}");
}

#[test]
fn the_api_is_reached_by_https_alone_and_nothing_of_it_is_cached() {
    let document = Document::read();
    let mut cdn =
        document.resources().filter(|(_, kind, _)| *kind == "AWS::CloudFront::Distribution");
    let (_, _, cdn) = cdn.next().unwrap();
    let config = &cdn["DistributionConfig"];
    let mut of_api = Vec::new();
    let behaviors = config["CacheBehaviors"].as_array().unwrap();
    for behavior in behaviors.iter().chain([&config["DefaultCacheBehavior"]]) {
        // A page redirects; a request that came in the clear is not answered.
        let mut policy = "redirect-to-https";
        if behavior["TargetOriginId"] == "api" {
            policy = "https-only";
            // AWS's managed policy "CachingDisabled".
            assert_eq!(behavior["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
            of_api.push(behavior["PathPattern"].as_str().unwrap());
        }
        assert_eq!(behavior["ViewerProtocolPolicy"], policy, "{behavior}");
    }
    assert_eq!(of_api, ["/v1/*", "/.well-known/*"]);
}
