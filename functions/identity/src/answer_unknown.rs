//! What no route of the API takes, as a problem like every other refusal: 405 where an address takes other methods, else
//! 404. Without this function the gateway would answer such a request itself, in a shape of its own.
//!
//! The function has no rights and needs none: it serves this router and not the domain's. The gateway sends `HEAD` here,
//! too, and the domain's router would hand that to the handler of `GET`, which may read nothing in this function.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::Method;
use http::header::ALLOW;
use web::{Problem, Route, Trigger};

/// The rest of the API.
pub const ROUTE: Route = Route::consumer("answer_unknown", Trigger::Rest);

/// Each path of the API after its methods. A test keeps it in step with all routes and writes it anew.
const PATHS: &str = include_str!("answer_unknown/paths.txt");

/// Refuses everything.
pub fn router() -> Router {
    let paths = PATHS.lines().filter_map(|line| line.split_once(' '));
    paths.fold(Router::new(), |router, (methods, path)| {
        router.route(path, any(async move |method: Method| refuse(&method, methods)))
    })
}

fn refuse(method: &Method, methods: &'static str) -> Response {
    // The gateway and this router may read an odd path differently: then it is no address of the API.
    if methods.split(',').any(|known| known == method.as_str()) {
        return Problem::no_such_address().into_response();
    }
    ([(ALLOW, methods)], Problem::wrong_method()).into_response()
}
