//! `openapi.json` is what the routers say, and so are the paths that `answer_unknown` knows.
//! `UPDATE_OPENAPI=1 cargo test -p parlor-tests openapi` writes both anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use testkit::Kit;
use utoipa::openapi::{Info, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use web::Trigger;

use crate::whole::{routers, routes};

/// A file of the repository.
fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Compares a file with what it should say, or writes it when asked.
fn assert_written(path: &str, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the test says whether to write")]
    let update = std::env::var_os("UPDATE_OPENAPI").is_some();
    if update {
        fs::write(file(path), text).unwrap();
    }
    let written = fs::read_to_string(file(path)).unwrap();
    assert!(written == text, "{path} is old: run again with UPDATE_OPENAPI=1");
}

/// The routers of all domains, merged.
async fn document() -> OpenApi {
    let merged =
        routers(&Kit::new().await).into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
    let (_, mut document) = merged.split_for_parts();
    document.info = Info::new("Parlor", "1");
    web::describe(document, &routes())
}

#[tokio::test]
async fn openapi_json_is_what_the_routers_say() {
    let mut text = document().await.to_pretty_json().unwrap();
    text.push('\n');
    assert_written("openapi.json", &text);
}

#[test]
fn what_answers_the_unknown_knows_each_path_and_its_methods() {
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for route in routes().iter().filter(|route| route.trigger == Trigger::Api) {
        methods.entry(route.path).or_default().insert(route.method);
    }
    let line = |(path, methods): (&str, BTreeSet<&str>)| {
        format!("{} {path}\n", methods.into_iter().collect::<Vec<_>>().join(","))
    };
    let text: String = methods.into_iter().map(line).collect();
    assert_written("functions/identity/src/answer_unknown/paths.txt", &text);
}

#[tokio::test]
async fn every_route_is_an_operation_and_every_operation_a_route() {
    let document = serde_json::to_value(document().await).unwrap();
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            operations.insert((id, method.to_uppercase(), path.clone()));
        }
    }
    let routes: BTreeSet<_> = routes()
        .iter()
        .filter(|route| route.trigger == Trigger::Api)
        .map(|route| (route.id.to_owned(), route.method.to_owned(), route.path.to_owned()))
        .collect();
    assert_eq!(operations, routes);
}

#[tokio::test]
async fn every_operation_says_its_success_and_its_problems() {
    let document = serde_json::to_value(document().await).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
            for status in ["500", "503"] {
                let content = &responses[status]["content"]["application/problem+json"];
                assert_eq!(content["schema"]["$ref"], "#/components/schemas/Problem");
            }
        }
    }
}

#[tokio::test]
async fn no_two_domains_give_one_name_to_two_shapes() {
    let mut shapes: BTreeMap<String, Value> = BTreeMap::new();
    for router in routers(&Kit::new().await) {
        let document = serde_json::to_value(router.into_openapi()).unwrap();
        for (name, shape) in document["components"]["schemas"].as_object().unwrap() {
            let before = shapes.insert(name.clone(), shape.clone());
            assert!(before.is_none_or(|before| before == *shape), "{name} means two things");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(document().await).unwrap();
    let mut todo = vec![&document];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let found = document.pointer(reference.trim_start_matches('#'));
                    assert!(found.is_some(), "{reference}");
                }
                todo.extend(members.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
}
