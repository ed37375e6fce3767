//! The problem responses, security and links of `openapi.json`, from the routes themselves.

use std::collections::BTreeMap;

use utoipa::PartialSchema;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response};

use crate::links;
use crate::{Auth, Fault, ProblemBody, Route};

/// Adds to each operation what its route says: the problems it answers, who may call, and where its reply leads.
/// Operations document their own success alone.
#[must_use]
pub fn describe(mut document: OpenApi, routes: &[Route]) -> OpenApi {
    for route in routes {
        let Some(item) = document.paths.paths.get_mut(route.path) else {
            continue;
        };
        if let Some(operation) = operation_of(item, route.method) {
            add_problems(operation, route);
            add_security(operation, route);
            if route.keyed {
                bound_key(operation);
            }
        }
    }
    let mut components = document.components.take().unwrap_or_default();
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    components.schemas.insert("Fault".to_owned(), Fault::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("access_token", SecurityScheme::Http(bearer));
    let description = "Over http, which is a loopback, the name is `parlor_refresh`.";
    let cookie = ApiKeyValue::with_description("__Host-parlor_refresh", description);
    let cookie = ApiKey::Cookie(cookie);
    components.add_security_scheme("refresh_cookie", SecurityScheme::ApiKey(cookie));
    document.components = Some(components);
    links::add(&mut document, routes);
    document
}

/// The operation of a path.
pub(crate) fn operation_of<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

fn add_problems(operation: &mut Operation, route: &Route) {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for kind in route.all_refusals() {
        by_status.entry(kind.status().as_u16()).or_default().push(kind.key());
    }
    for (status, keys) in by_status {
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        let mut response = Response::new(format!("`{}`", keys.join("`, `")));
        response
            .content
            .insert("application/problem+json".to_owned(), RefOr::T(Content::new(Some(schema))));
        operation.responses.responses.insert(status.to_string(), RefOr::T(response));
    }
}

/// What [`crate::IdempotencyKey`] takes.
fn bound_key(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && parameter.name == "Idempotency-Key"
        {
            let key = ObjectBuilder::new().schema_type(Type::String);
            let key = key.min_length(Some(8)).max_length(Some(200)).pattern(Some("^[!-~]{8,200}$"));
            parameter.schema = Some(RefOr::T(Schema::Object(key.build())));
        }
    }
}

fn add_security(operation: &mut Operation, route: &Route) {
    let scheme = match route.auth {
        Auth::Member | Auth::Host | Auth::Admin => "access_token",
        Auth::Cookie | Auth::MaybeCookie => "refresh_cookie",
        Auth::Public | Auth::Signature | Auth::Machine => return,
    };
    let scopes: [&str; 0] = [];
    let mut ways = vec![SecurityRequirement::new(scheme, scopes)];
    if route.auth == Auth::MaybeCookie {
        ways.push(SecurityRequirement::default());
    }
    operation.security = Some(ways);
}
