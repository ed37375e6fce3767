//! What the gateway sends to no route.

use identity::answer_unknown::router;
use testkit::{call, delete, get, post};

#[tokio::test]
async fn an_address_of_any_domain_with_a_wrong_method_is_405_and_says_the_right_ones() {
    let router = web::serve(router());
    let reply = call(&router, delete("/v1/wallet")).await;
    assert_eq!((reply.status, reply.problem()), (405, "method-not-allowed"));
    assert_eq!(reply.headers["allow"], "GET");
    let id = "018f5f9e-0000-7000-8000-000000000000";
    let reply = call(&router, delete(&format!("/v1/sessions/{id}/note"))).await;
    assert_eq!(reply.status, 405);
    assert_eq!(reply.headers["allow"], "GET,PUT");
}

#[tokio::test]
async fn an_address_that_is_nowhere_is_404() {
    let router = web::serve(router());
    for request in [get("/v1/nowhere"), post("/v1/wallet/"), get("/"), get("/v1/hosts/a/b/c")] {
        let reply = call(&router, request).await;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    }
}

#[tokio::test]
async fn no_handler_of_a_route_is_behind_it() {
    // The gateway would have sent these to their own functions.
    let reply = call(&web::serve(router()), get("/v1/site")).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
}
