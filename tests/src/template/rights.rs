//! Least privilege: what a role allows is what its route declares.

use super::document::{Document, each, rights};

/// Actions that have no resource to name; AWS requires `*` for them.
const WITHOUT_RESOURCE: [&str; 3] =
    ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"];

#[test]
fn no_right_is_a_wildcard() {
    let document = Document::read();
    let boundary = document.at("Resources/Boundary/Properties/PolicyDocument/Statement");
    let functions = document.functions();
    let statements = functions.values().flat_map(|function| function.statements());
    for statement in each(boundary).iter().chain(statements) {
        assert_eq!(statement["Effect"], "Allow");
        for (action, resource) in rights(statement) {
            assert!(!action.contains('*'), "{action}");
            let named = resource != "*" || WITHOUT_RESOURCE.contains(&action.as_str());
            assert!(named, "{action} on everything");
        }
    }
}

#[test]
fn every_role_is_inside_the_boundary() {
    let document = Document::read();
    assert_eq!(document.at("Globals/Function/PermissionsBoundary")["Ref"], "Boundary");
    let boundary = each(document.at("Resources/Boundary/Properties/PolicyDocument/Statement"));
    for (id, function) in document.functions() {
        assert!(function.property("Role").is_null(), "{id} brings a role from elsewhere");
        for statement in function.statements() {
            assert!(boundary.contains(statement), "{id}: {statement} is not in the boundary");
        }
    }
}

#[test]
fn money_is_written_only_inside_a_transaction() {
    let document = Document::read();
    let boundary = each(document.at("Resources/Boundary/Properties/PolicyDocument/Statement"));
    let mut writes = 0;
    for statement in &boundary {
        for (action, resource) in rights(statement) {
            if resource != "Ledger" {
                continue;
            }
            assert_ne!(action, "dynamodb:DeleteItem", "nobody may delete money");
            if matches!(action.as_str(), "dynamodb:PutItem" | "dynamodb:UpdateItem") {
                writes += 1;
                let inside = &statement["Condition"]["ForAnyValue:StringEquals"];
                assert_eq!(inside["dynamodb:EnclosingOperation"][0], "TransactWriteItems");
            }
        }
    }
    assert_eq!(writes, 2);
}

#[test]
fn a_role_names_each_right_once() {
    for (id, function) in Document::read().functions() {
        let statements = function.statements();
        let named: usize = statements.iter().map(|statement| rights(statement).len()).sum();
        assert_eq!(named, function.rights().len(), "{id}");
    }
}
