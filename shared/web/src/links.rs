//! The links of `openapi.json`: which operations can be called with what a reply gives.
//!
//! Derived, so that a new route is linked without a word: whoever replies a [`GIVES`] shape, or a list of it, links to
//! every operation whose path or body takes that id; a list links to its own next page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use utoipa::openapi::link::Link;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Content, OpenApi, RefOr};

use crate::Route;
use crate::docs::operation_of;

/// Shape of a reply, its member, and the parameter or body member that takes it.
const GIVES: [(&str, &str, &str); 15] = [
    ("Session", "id", "session_id"),
    ("TopUp", "id", "top_up_id"),
    ("AdminUser", "id", "user_id"),
    ("HostSelf", "id", "host_id"),
    ("Application", "id", "host_id"),
    ("HostCard", "id", "host_id"),
    ("HostCard", "slug", "slug"),
    ("PhotoUpload", "photo_key", "photo_key"),
    ("MessageReport", "id", "report_id"),
    ("Reported", "report_id", "report_id"),
    ("HostPayout", "id", "payout_id"),
    ("HostPayout", "host_id", "host_id"),
    ("Payout", "id", "payout_id"),
    ("PayoutsHold", "host_id", "host_id"),
    ("SignIn", "id", "sign_in_id"),
];

/// Where an operation takes something.
struct Taker {
    operation: String,
    name: String,
    in_path: bool,
}

/// Adds the links to all operations.
pub(crate) fn add(document: &mut OpenApi, routes: &[Route]) {
    let mut takers = Vec::new();
    for route in routes {
        let Some(item) = document.paths.paths.get_mut(route.path) else { continue };
        let Some(operation) = operation_of(item, route.method) else { continue };
        let body = body_shape(operation).map(|shape| members(document, &shape)).unwrap_or_default();
        let names: BTreeSet<_> = GIVES.iter().map(|(_, _, name)| *name).collect();
        takers.extend(names.into_iter().filter_map(|name| {
            let in_path = route.path.contains(&format!("{{{name}}}"));
            let taken = in_path || body.iter().any(|member| member == name);
            taken.then(|| Taker { operation: route.id.to_owned(), name: name.to_owned(), in_path })
        }));
    }
    for route in routes {
        let Some(item) = document.paths.paths.get_mut(route.path) else { continue };
        let Some(operation) = operation_of(item, route.method) else { continue };
        link(operation, route, &takers);
    }
}

fn link(operation: &mut Operation, route: &Route, takers: &[Taker]) {
    let is_cursor = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(parameter) => parameter.name == "cursor",
        RefOr::Ref(_) => false,
    };
    let pages = operation.parameters.iter().flatten().any(is_cursor);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let Some(shape) =
            response.content.values().find_map(shape).filter(|_| status.starts_with('2'))
        else {
            continue;
        };
        let (shape, prefix) = match shape.strip_prefix("List_") {
            Some(item) => (item.to_owned(), "/items/0"),
            None => (shape, ""),
        };
        for (_, member, taken) in GIVES.iter().filter(|(gives, _, _)| *gives == shape) {
            let value = json!(format!("$response.body#{prefix}/{member}"));
            for taker in takers.iter().filter(|taker| taker.name == *taken) {
                let link = link_to(taker, &value);
                response.links.insert(format!("{}_{taken}", taker.operation), RefOr::T(link));
            }
        }
        if pages {
            let cursor = json!("$response.body#/next_cursor");
            let next = Link::builder().operation_id(route.id);
            let next = next.parameter("cursor", cursor).description("The next page.").build();
            response.links.insert("next_page".to_owned(), RefOr::T(next));
        }
    }
}

fn link_to(taker: &Taker, value: &Value) -> Link {
    let link = Link::builder().operation_id(&taker.operation);
    if taker.in_path {
        link.parameter(&taker.name, value.clone()).build()
    } else {
        let body = BTreeMap::from([(taker.name.clone(), value.clone())]);
        link.request_body(Some(json!(body))).build()
    }
}

/// The component that an operation's body is.
fn body_shape(operation: &Operation) -> Option<String> {
    match operation.request_body.as_ref()? {
        RefOr::T(body) => body.content.values().find_map(shape),
        RefOr::Ref(_) => None,
    }
}

/// The members of a component.
fn members(document: &OpenApi, shape: &str) -> Vec<String> {
    let schemas = document.components.as_ref().map(|components| &components.schemas);
    match schemas.and_then(|schemas| schemas.get(shape)) {
        Some(RefOr::T(Schema::Object(object))) => object.properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The name of the component that some content is.
fn shape(content: &RefOr<Content>) -> Option<String> {
    let RefOr::T(content) = content else { return None };
    match content.schema.as_ref()? {
        RefOr::Ref(reference) => {
            reference.ref_location.strip_prefix("#/components/schemas/").map(str::to_owned)
        }
        RefOr::T(_) => None,
    }
}
