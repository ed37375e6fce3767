//! `PUT /v1/host/rates`.

use serde_json::json;
use store::host::Rates;
use testkit::{Kit, call, put};

use super::{apply, needs_sign_in, pointers, reject, router, stored, verified};

const PATH: &str = "/v1/host/rates";

#[tokio::test]
async fn only_who_applied_and_was_not_turned_down_sets_rates() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let body = json!({ "text_minor": 200 });
    needs_sign_in(&router, put(PATH).json(body.clone())).await;
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    let reply = call(&router, put(PATH).bearer(&ada.token).json(body.clone())).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    apply(&router, &ada, "ada").await;
    let reply = call(&router, put(PATH).bearer(&ada.token).json(body.clone())).await;
    assert_eq!(reply.status, 200, "somebody pending prepares their rates: {}", reply.text);
    assert_eq!(reject(&router, &admin, &ada, "Not now.").await.status, 200);
    let reply = call(&router, put(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
}

#[tokio::test]
async fn scenario_08_a_rate_is_from_half_a_dollar_to_just_below_a_hundred() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = verified(&kit, &router, "Ada").await;
    for (voice, status) in [
        (json!(0), 400),
        (json!(-500), 400),
        (json!(49), 400),
        (json!(50), 200),
        (json!(9_999), 200),
        (json!(10_000), 400),
        (json!(2.5), 400),
        (json!("300"), 400),
        (json!(9_223_372_036_854_775_808_u64), 400),
        (json!(300), 200),
    ] {
        let body = json!({ "text_minor": 200, "voice_minor": voice });
        let reply = call(&router, put(PATH).bearer(&ada.token).json(body)).await;
        assert_eq!(reply.status, status, "{voice}: {}", reply.text);
        if status == 400 {
            assert_eq!(pointers(&reply), ["/voice_minor"], "{voice}");
        } else {
            assert_eq!(reply.body["rates"], json!({ "text_minor": 200, "voice_minor": voice }));
        }
    }
    let rates = stored(&kit, &ada).await.rates;
    assert_eq!(rates, Rates { text_minor: Some(200), voice_minor: Some(300), video_minor: None });
}

#[tokio::test]
async fn all_bad_rates_are_named_and_none_is_kept() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = verified(&kit, &router, "Ada").await;
    let body = json!({ "text_minor": 1, "voice_minor": 300, "video_minor": 20_000 });
    let reply = call(&router, put(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    assert_eq!(pointers(&reply), ["/text_minor", "/video_minor"]);
    let body = json!({ "text_minor": 100, "chat_minor": 100 });
    let reply = call(&router, put(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!(pointers(&reply), ["/chat_minor"]);
    assert_eq!(stored(&kit, &ada).await.rates, Rates::default());
}

#[tokio::test]
async fn an_absent_or_null_rate_is_not_offered_and_none_at_all_means_offline() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = verified(&kit, &router, "Ada").await;
    let set = |body| call(&router, put(PATH).bearer(&ada.token).json(body));
    set(json!({ "text_minor": 200, "voice_minor": 300, "video_minor": 500 })).await;
    let online = put("/v1/host/online").bearer(&ada.token).json(json!({ "online": true }));
    assert_eq!(call(&router, online).await.status, 200);
    let reply = set(json!({ "voice_minor": 400, "video_minor": null })).await;
    assert_eq!(reply.body["rates"], json!({ "voice_minor": 400 }));
    assert_eq!(reply.body["online"], true);
    let reply = set(json!({})).await;
    assert_eq!(reply.body["rates"], json!({}));
    assert_eq!(reply.body["online"], false);
    let cards = kit.store().catalogue().await.unwrap();
    assert!(!cards[0].online, "the catalogue agrees");
}

#[tokio::test]
async fn the_same_rates_again_write_nothing() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = verified(&kit, &router, "Ada").await;
    let set = || call(&router, put(PATH).bearer(&ada.token).json(json!({ "text_minor": 200 })));
    let first = set().await;
    let again = set().await;
    assert_eq!((again.status, again.body), (200, first.body));
}
