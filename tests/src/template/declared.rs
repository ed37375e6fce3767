//! The template and the routers say the same: routes, triggers and rights, both ways.

use std::collections::{BTreeMap, BTreeSet};

use web::{Route, Trigger};

use super::document::{Document, Function, Right, root};

/// What each domain declares.
fn declared() -> BTreeMap<&'static str, &'static [Route]> {
    BTreeMap::from([
        ("hosts", hosts::ROUTES),
        ("identity", identity::ROUTES),
        ("proofs", proofs::ROUTES),
        ("realtime", realtime::ROUTES),
        ("rooms", rooms::ROUTES),
        ("sessions", sessions::ROUTES),
        ("wallet", wallet::ROUTES),
    ])
}

/// The template's functions of the domains, by domain and id.
fn functions() -> BTreeMap<(String, String), Function> {
    let functions = Document::read().functions().into_iter();
    let keyed = functions.map(|(id, it)| ((it.domain().to_owned(), id), it));
    keyed.filter(|((domain, _), _)| declared().contains_key(domain.as_str())).collect()
}

fn routes() -> impl Iterator<Item = (&'static str, &'static Route)> {
    let domains = declared().into_iter();
    domains.flat_map(|(domain, routes)| routes.iter().map(move |route| (domain, route)))
}

fn trigger(function: &Function) -> Trigger {
    if !function.property("FunctionUrlConfig").is_null() {
        return Trigger::Url;
    }
    match function.events()[..] {
        [] => Trigger::Socket,
        [("HttpApi", event)] if event["Path"].is_null() => Trigger::Rest,
        [("HttpApi", _)] => Trigger::Api,
        [("Schedule", _)] => Trigger::Schedule,
        [("SQS", _)] => Trigger::Queue,
        [("DynamoDB", _)] => Trigger::Stream,
        [("EventBridgeRule", _)] => Trigger::Bus,
        ref others => panic!("{}: what starts it? {others:?}", function.logical_id),
    }
}

#[test]
fn every_declared_route_is_a_function_and_every_function_a_route() {
    let declared: BTreeSet<(String, String)> =
        routes().map(|(domain, route)| (domain.to_owned(), route.id.to_owned())).collect();
    let built: BTreeSet<(String, String)> = functions().into_keys().collect();
    assert_eq!(declared, built);
}

#[test]
fn a_function_serves_the_method_and_path_of_its_route() {
    let functions = functions();
    for (domain, route) in routes() {
        let function = &functions[&(domain.to_owned(), route.id.to_owned())];
        assert_eq!(trigger(function), route.trigger, "{}", route.id);
        if route.trigger == Trigger::Api {
            let served = (route.method.to_owned(), route.path.to_owned());
            assert_eq!(function.route(), Some(served), "{}", route.id);
        }
    }
}

#[test]
fn the_socket_leads_to_the_functions_that_say_so_and_may_call_them() {
    let document = Document::read();
    let declared: BTreeMap<String, &str> = routes()
        .filter(|(_, route)| route.trigger == Trigger::Socket)
        .map(|(_, route)| (route.path.to_owned(), route.id))
        .collect();
    let functions = document.functions();
    let built = document.socket_routes();
    assert_eq!(declared.keys().collect::<Vec<_>>(), built.keys().collect::<Vec<_>>());
    for (key, id) in declared {
        let function = &functions[id].logical_id;
        assert_eq!(built[&key], *function, "{key}");
        let allowed = document.resources().any(|(_, kind, permission)| {
            let from = permission["SourceArn"]["Fn::Sub"].as_str().unwrap_or_default();
            kind == "AWS::Lambda::Permission"
                && permission["FunctionName"]["Ref"] == function.as_str()
                && from.ends_with(&format!(":${{Socket}}/live/{key}"))
        });
        assert!(allowed, "{key}: API Gateway may not call {function}");
    }
}

#[test]
fn a_role_allows_what_its_route_needs_and_nothing_else() {
    let functions = functions();
    let mut wrong = Vec::new();
    for (domain, route) in routes() {
        let needs = route.all_needs().into_iter();
        let needed: BTreeSet<Right> =
            needs.map(|need| (need.action.to_owned(), need.resource.to_owned())).collect();
        let allowed = functions[&(domain.to_owned(), route.id.to_owned())].rights();
        for right in needed.symmetric_difference(&allowed) {
            let what = if needed.contains(right) { "lacks" } else { "need not have" };
            wrong.push(format!("{} {what} {} on {}", route.id, right.0, right.1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_example_of_a_queue_message_is_work() {
    let path = root().join("events/billing_charge.json");
    let event: runtime::SqsEvent =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for message in event.records {
        sessions::queue::Work::read(&message.body).unwrap();
    }
}
