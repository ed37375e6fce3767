//! From applying to being found: a host, an admin, a photo.

use parlor_tests::Person;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::world::{SHARED, World, text};

/// The smallest PNG there is: one pixel.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0x60, 0x60, 0x60, 0xf8, 0x0f, 0, 1, 4, 1, 0, 0x5f, 0xe5, 0xc3, 0x4b, 0, 0, 0,
    0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// Asks for an upload, and puts these bytes where the reply says.
async fn upload(host: &Person, announced: usize, body: &[u8]) -> (Value, u16) {
    let asked = json!({ "content_type": "image/png", "size_bytes": announced });
    let upload = host.post("/v1/host/photo", &asked).await.unwrap();
    let mut put = reqwest::Client::new().put(text(&upload["upload_url"])).body(body.to_vec());
    for (name, value) in upload["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    let status = put.send().await.unwrap().status().as_u16();
    (upload, status)
}

async fn found(world: &World, host: &Person) -> Option<Value> {
    let mut cursor = String::new();
    loop {
        let page = Browser::new(&world.stack).get(&format!("/v1/hosts?sort=price{cursor}")).await;
        let page = page.json();
        let items = page["items"].as_array().unwrap();
        if let Some(card) = items.iter().find(|card| card["id"] == host.id) {
            return Some(card.clone());
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str()?);
    }
}

#[tokio::test]
async fn a_host_applies_is_verified_and_is_found_in_the_catalogue() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let host = world.applicant("Nell").await;
    let own = host.get("/v1/host/profile").await.unwrap();
    assert_eq!(own["status"], "pending", "{own}");
    let online = json!({ "online": true });
    let early = host.send(Method::PUT, "/v1/host/online", None, Some(&online)).await.unwrap();
    assert_eq!(early.status, 403);
    assert!(found(&world, &host).await.is_none(), "a pending host is nobody's business");

    let admin = world.admin().await;
    let path = format!("/v1/admin/hosts/{}/verify", host.id);
    let stranger = host.send(Method::POST, &path, None, Some(&json!({}))).await.unwrap();
    assert_eq!(stranger.status, 403);
    assert_eq!(admin.post(&path, &json!({})).await.unwrap()["status"], "verified");
    let me = host.get("/v1/me").await.unwrap();
    assert_eq!(
        (&me["host_status"], &me["roles"]),
        (&json!("verified"), &json!(["member", "host"]))
    );

    let poor = host.send(Method::PUT, "/v1/host/online", None, Some(&online)).await.unwrap();
    assert_eq!((poor.status.as_u16(), &poor.body["type"]), (409, &json!("/problems/no-rates")));
    host.put("/v1/host/rates", &json!({ "text_minor": 123, "video_minor": 499 })).await.unwrap();
    assert_eq!(host.put("/v1/host/online", &online).await.unwrap()["online"], true);
    let profile = host.get("/v1/host/profile").await.unwrap();
    let change = json!({ "bio": "I read runes by the sea, and I write down what I see for you.", "version": profile["version"] });
    host.patch("/v1/host/profile", &change).await.unwrap();
    let stale = host.send(Method::PATCH, "/v1/host/profile", None, Some(&change)).await.unwrap();
    assert_eq!(
        (stale.status.as_u16(), &stale.body["type"]),
        (409, &json!("/problems/version-conflict"))
    );

    let card = found(&world, &host).await.unwrap();
    assert_eq!(card["rates"], json!({ "text_minor": 123, "video_minor": 499 }));
    assert_eq!(card["online"], true, "{card}");
    let page = Browser::new(&world.stack).get(&format!("/v1/hosts/{}", text(&card["slug"]))).await;
    assert_eq!(page.json()["bio"], change["bio"]);
    let month = text(&profile["applied_at"])[..7].to_owned();
    let audit = admin.get(&format!("/v1/admin/audit?month={month}")).await.unwrap();
    let rows = audit["items"].as_array().unwrap();
    let deed = rows.iter().find(|row| row["object_id"] == host.id).unwrap();
    assert_eq!(deed["action"], "verify_host", "{deed}");
}

#[tokio::test]
async fn a_photo_goes_up_by_a_signed_address_alone_and_is_served_as_a_picture() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let host = world.applicant("Piet").await;
    let (upload_reply, status) = upload(&host, PNG.len(), PNG).await;
    assert_eq!(status, 200, "{upload_reply}");
    let finish = json!({ "photo_key": upload_reply["photo_key"] });
    let profile = host.post("/v1/host/photo/finish", &finish).await.unwrap();
    let picture = Browser::new(&world.stack).get(&text(&profile["photo_url"])).await;
    assert_eq!(picture.status, 200, "{picture:?}");
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert!(picture.header("content-security-policy").contains("sandbox"), "{picture:?}");

    // What was announced is what may come.
    let (_, longer) = upload(&host, PNG.len() - 1, PNG).await;
    assert_eq!(longer, 403);
    let script = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let (disguised, status) = upload(&host, script.len(), script).await;
    assert_eq!(status, 200);
    let finish = json!({ "photo_key": disguised["photo_key"] });
    let refused =
        host.send(Method::POST, "/v1/host/photo/finish", None, Some(&finish)).await.unwrap();
    assert_eq!(
        (refused.status.as_u16(), &refused.body["type"]),
        (400, &json!("/problems/upload-invalid"))
    );
    let other = world.applicant("Thief").await;
    let stolen =
        other.send(Method::POST, "/v1/host/photo/finish", None, Some(&finish)).await.unwrap();
    assert_eq!(stolen.status, 404);
    let huge = json!({ "content_type": "image/png", "size_bytes": 5 * 1024 * 1024 + 1 });
    let huge = host.send(Method::POST, "/v1/host/photo", None, Some(&huge)).await.unwrap();
    assert_eq!(huge.status, 400);
}

#[tokio::test]
async fn a_rejected_person_learns_why_and_may_apply_again() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let host = world.applicant("Rook").await;
    let admin = world.admin().await;
    let reason = json!({ "reason": "Please tell us more about your practice." });
    admin.post(&format!("/v1/admin/hosts/{}/reject", host.id), &reason).await.unwrap();
    let own = host.get("/v1/host/profile").await.unwrap();
    assert_eq!((&own["status"], &own["reject_reason"]), (&json!("rejected"), &reason["reason"]));
    let rates = json!({ "text_minor": 100 });
    let refused = host.send(Method::PUT, "/v1/host/rates", None, Some(&rates)).await.unwrap();
    assert_eq!(refused.status, 403);
    let again = json!({
        "name": "Rook", "slug": own["slug"], "bio": own["bio"], "specialties": ["runes"],
        "statement": "Eight years of runes, with references on request.",
    });
    let again = host.post("/v1/host/application", &again).await.unwrap();
    assert_eq!(again["status"], "pending", "{again}");
}
