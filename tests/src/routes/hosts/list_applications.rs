//! `GET /v1/admin/hosts`.

use testkit::{Kit, call, get};

use super::{apply, needs_sign_in, pointers, reject, router, verify};

const PATH: &str = "/v1/admin/hosts";

#[tokio::test]
async fn only_an_admin_sees_applications() {
    let kit = Kit::new().await;
    let router = router(&kit);
    needs_sign_in(&router, get(PATH)).await;
    for person in [kit.member("Ada").await, kit.host("Bob").await] {
        let reply = call(&router, get(PATH).bearer(&person.token)).await;
        assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    }
}

#[tokio::test]
async fn applications_wait_in_their_order_and_move_with_the_decision() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let admin = kit.admin("Cy").await;
    let mut people = Vec::new();
    for name in ["Ada", "Bob", "Dee"] {
        let person = kit.member(name).await;
        kit.clock.advance(1);
        apply(&router, &person, &name.to_lowercase().repeat(2)).await;
        people.push(person);
    }
    let list = async |query: &str| {
        let reply = call(&router, get(&format!("{PATH}{query}")).bearer(&admin.token)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let items = reply.body["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("").await, ["ada@example.com", "bob@example.com", "dee@example.com"]);
    assert_eq!(verify(&router, &admin, &people[0]).await.status, 200);
    assert_eq!(verify(&router, &admin, &people[1]).await.status, 200);
    assert_eq!(reject(&router, &admin, &people[2], "Not now.").await.status, 200);
    assert!(list("?status=pending").await.is_empty());
    assert_eq!(list("?status=verified").await, ["bob@example.com", "ada@example.com"]);
    assert_eq!(list("?status=rejected").await, ["dee@example.com"]);
}

#[tokio::test]
async fn a_long_queue_has_pages() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let admin = kit.admin("Cy").await;
    for n in 0..26 {
        let person = kit.member(&format!("Person{n}")).await;
        kit.clock.advance(1);
        apply(&router, &person, &format!("person-{n:02}")).await;
    }
    let page = async |query: String| {
        let reply = call(&router, get(&format!("{PATH}?{query}")).bearer(&admin.token)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    };
    let first = page("status=pending".into()).await;
    assert_eq!(first["items"].as_array().unwrap().len(), 24);
    assert_eq!(first["items"][0]["slug"], "person-00");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = page(format!("cursor={cursor}")).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert_eq!(second["items"][1]["slug"], "person-25");
    assert!(second.get("next_cursor").is_none());
    let path = format!("{PATH}?status=verified&cursor={cursor}");
    let reply = call(&router, get(&path).bearer(&admin.token)).await;
    assert_eq!((reply.status, reply.problem()), (400, "bad-cursor"));
}

#[tokio::test]
async fn an_unknown_status_is_refused() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let admin = kit.admin("Cy").await;
    for (query, pointer) in [("status=all", "/status"), ("state=pending", "/state")] {
        let reply = call(&router, get(&format!("{PATH}?{query}")).bearer(&admin.token)).await;
        assert_eq!((reply.status, pointers(&reply)), (400, vec![pointer]), "{query}");
    }
}
