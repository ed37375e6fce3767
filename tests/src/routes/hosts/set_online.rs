//! `PUT /v1/host/online`.

use serde_json::json;
use testkit::{Kit, call, put};

use super::{apply, needs_sign_in, pointers, router, verified};

const PATH: &str = "/v1/host/online";

#[tokio::test]
async fn only_a_verified_host_goes_online() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let body = json!({ "online": true });
    needs_sign_in(&router, put(PATH).json(body.clone())).await;
    let ada = kit.member("Ada").await;
    let refused = call(&router, put(PATH).bearer(&ada.token).json(body.clone())).await;
    assert_eq!((refused.status, refused.problem()), (403, "forbidden"));
    apply(&router, &ada, "ada").await;
    let refused = call(&router, put(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!((refused.status, refused.problem()), (403, "forbidden"), "not while it is pending");
}

#[tokio::test]
async fn going_online_needs_a_rate_and_shows_in_the_catalogue() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = verified(&kit, &router, "Ada").await;
    let set = |online: bool| {
        call(&router, put(PATH).bearer(&ada.token).json(json!({ "online": online })))
    };
    let reply = set(true).await;
    assert_eq!((reply.status, reply.problem()), (409, "no-rates"));
    assert_eq!(set(false).await.status, 200, "offline needs nothing");
    let rates = put("/v1/host/rates").bearer(&ada.token).json(json!({ "text_minor": 200 }));
    assert_eq!(call(&router, rates).await.status, 200);
    for online in [true, true, false] {
        let reply = set(online).await;
        assert_eq!((reply.status, &reply.body["online"]), (200, &json!(online)));
        assert_eq!(kit.store().catalogue().await.unwrap()[0].online, online);
    }
}

#[tokio::test]
async fn online_is_true_or_false() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = verified(&kit, &router, "Ada").await;
    for body in [json!({ "online": "yes" }), json!({}), json!({ "online": null })] {
        let reply = call(&router, put(PATH).bearer(&ada.token).json(body.clone())).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"), "{body}");
        assert_eq!(pointers(&reply), ["/online"], "{body}");
    }
}
