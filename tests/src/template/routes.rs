//! Functions, example events and routes are the same set.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::document::{Document, root};

fn example(id: &str) -> Value {
    let path = root().join("events").join(format!("{id}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("events/{id}.json is missing"));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_function_has_an_example_event_and_every_event_a_function() {
    let functions: BTreeSet<String> = Document::read().functions().into_keys().collect();
    let files = fs::read_dir(root().join("events")).unwrap();
    let examples: BTreeSet<String> = files
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".json").unwrap().to_owned())
        .collect();
    assert_eq!(functions, examples);
}

#[test]
fn an_example_of_a_route_is_a_request_to_that_route() {
    for (id, function) in Document::read().functions() {
        let Some((method, path)) = function.route() else { continue };
        let event = example(&id);
        assert_eq!(event["version"], "2.0", "{id}");
        assert_eq!(event["routeKey"], format!("{method} {path}"), "{id}");
        assert_eq!(event["requestContext"]["http"]["method"], method, "{id}");
        let filled = event["pathParameters"].as_object().into_iter().flatten();
        let expected = filled.fold(path, |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value.as_str().unwrap())
        });
        assert_eq!(event["rawPath"], expected, "{id}");
        if let Some(body) = event["body"].as_str() {
            serde_json::from_str::<Value>(body).unwrap_or_else(|_| panic!("{id}: no JSON"));
        }
    }
}

#[test]
fn no_two_functions_serve_one_route() {
    let functions = Document::read().functions();
    let routes: Vec<_> = functions.values().filter_map(|function| function.route()).collect();
    let distinct: BTreeSet<_> = routes.iter().collect();
    assert_eq!(distinct.len(), routes.len());
}

#[test]
fn what_does_not_serve_its_domains_router_says_which_handler_it_is() {
    for (id, function) in Document::read().functions() {
        let handler = &function.property("Environment")["Variables"]["HANDLER"];
        if function.serves() {
            assert!(handler.is_null(), "{id}");
        } else {
            assert_eq!(handler, id.as_str());
        }
    }
}
