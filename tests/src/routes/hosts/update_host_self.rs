//! `PATCH /v1/host/profile`.

use futures::future::join;
use serde_json::json;
use store::Transaction;
use store::host::{Tally, count};
use testkit::{Kit, call, get, patch};

use super::{apply, needs_sign_in, pointers, reject, router, stored, verified};

const PATH: &str = "/v1/host/profile";

#[tokio::test]
async fn only_who_applied_and_was_not_turned_down_changes_a_profile() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let body = json!({ "name": "Ada", "version": 1 });
    needs_sign_in(&router, patch(PATH).json(body.clone())).await;
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    let reply = call(&router, patch(PATH).bearer(&ada.token).json(body.clone())).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    apply(&router, &ada, "ada").await;
    assert_eq!(reject(&router, &admin, &ada, "Not now.").await.status, 200);
    let reply = call(&router, patch(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    let before = apply(&router, &ada, "ada").await;
    let body = json!({ "specialties": ["Runes"], "version": 1 });
    let reply = call(&router, patch(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let mut expected = before;
    expected["specialties"] = json!(["Runes"]);
    expected["version"] = json!(2);
    assert_eq!(reply.body, expected);
}

#[tokio::test]
async fn a_change_is_checked_like_an_application() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    for (body, expected) in [
        (json!({ "name": "A", "bio": "short", "version": 1 }), vec!["/name", "/bio"]),
        (json!({ "slug": "admin", "version": 1 }), vec!["/slug"]),
        (json!({ "name": "Ada" }), vec!["/version"]),
        (json!({ "status": "verified", "version": 1 }), vec!["/status"]),
        (json!({ "statement": "Another statement of mine.", "version": 1 }), vec!["/statement"]),
        (json!({ "rating_total": 500, "version": 1 }), vec!["/rating_total"]),
    ] {
        let reply = call(&router, patch(PATH).bearer(&ada.token).json(body.clone())).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"), "{body}");
        assert_eq!(pointers(&reply), expected, "{body}");
    }
    assert_eq!(stored(&kit, &ada).await.version, 1);
}

#[tokio::test]
async fn of_two_changes_of_one_version_one_is_told_to_look_again() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let ask = |name: &str| {
        let body = json!({ "name": name, "version": 1 });
        call(&router, patch(PATH).bearer(&ada.token).json(body))
    };
    let (one, other) = join(ask("Ada One"), ask("Ada Two")).await;
    let mut outcomes = [(one.status, one.problem()), (other.status, other.problem())];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(200, ""), (409, "version-conflict")]);
    let winner = if one.status == 200 { one } else { other };
    assert_eq!(stored(&kit, &ada).await.name, winner.body["name"]);
}

#[tokio::test]
async fn a_new_slug_leads_to_the_host_and_frees_the_old_one() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, bo) = (verified(&kit, &router, "Ada").await, verified(&kit, &router, "Bob").await);
    let to = |slug: &str, version: u64| json!({ "slug": slug, "version": version });
    let reply = call(&router, patch(PATH).bearer(&ada.token).json(to("bob", 2))).await;
    assert_eq!((reply.status, reply.problem()), (409, "slug-taken"));
    let reply = call(&router, patch(PATH).bearer(&ada.token).json(to("ada-moon", 2))).await;
    assert_eq!((reply.status, &reply.body["slug"]), (200, &json!("ada-moon")), "{}", reply.text);
    assert_eq!(call(&router, get("/v1/hosts/ada")).await.status, 404);
    assert_eq!(call(&router, get("/v1/hosts/ada-moon")).await.status, 200);
    let user = store::user::find(&kit.store(), ada.user.id).await.unwrap().unwrap();
    assert_eq!(user.host_slug.as_deref(), Some("ada-moon"));
    let slugs: Vec<_> =
        kit.store().catalogue().await.unwrap().into_iter().map(|c| c.slug).collect();
    assert!(slugs.contains(&"ada-moon".to_owned()) && !slugs.contains(&"ada".to_owned()));
    let reply = call(&router, patch(PATH).bearer(&bo.token).json(to("ada", 2))).await;
    assert_eq!((reply.status, &reply.body["slug"]), (200, &json!("ada")));
    assert_eq!(call(&router, get("/v1/hosts/ada")).await.body["id"], bo.id());
}

#[tokio::test]
async fn a_settled_session_neither_hinders_a_change_nor_is_lost_to_it() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = verified(&kit, &router, "Ada").await;
    let one = Tally { sessions: 1, reviews: 1, rating_total: 5 };
    let (store, id) = (kit.store(), ada.user.id);
    store.commit(count(Transaction::new(), id, one)).await.unwrap();
    // Between the route's read and its write.
    let (db, mut meddled) = (kit.db().clone(), false);
    kit.aws.faults.set(move |call| {
        if call.operation == "TransactWriteItems" && !meddled {
            meddled = true;
            let update = json!({
                "TableName": "app", "Key": {"pk": {"S": format!("HOST#{id}")}, "sk": {"S": "PROFILE"}},
                "UpdateExpression": "ADD session_count :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            });
            db.update_item(serde_json::from_value(update).unwrap()).unwrap();
        }
        testkit::Fault::None
    });
    let body = json!({ "name": "Ada Moon", "version": 2 });
    let reply = call(&router, patch(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!((&reply.body["session_count"], &reply.body["rating"]), (&json!(2), &json!("5.0")));
    let cards = kit.store().catalogue().await.unwrap();
    assert_eq!((cards[0].name.as_str(), cards[0].session_count), ("Ada Moon", 2));
}
