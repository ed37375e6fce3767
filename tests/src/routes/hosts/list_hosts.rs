//! `GET /v1/hosts`.

use axum::Router;
use serde_json::Value;
use store::Transaction;
use store::host::{HostItem, Rates, Tally, count, save};
use testkit::{Kit, call, get};

use super::{apply, pointers, put_listed, reject, router, verified};

fn rates(text: i64, voice: i64, video: i64) -> Rates {
    let offered = |rate: i64| (rate > 0).then_some(rate);
    Rates { text_minor: offered(text), voice_minor: offered(voice), video_minor: offered(video) }
}

/// Six hosts: name, topics, rates, online, sum and number of ratings.
async fn six(kit: &Kit) {
    type Row<'a> = (&'a str, &'a str, &'a [&'a str], Rates, bool, i64, i64);
    let rows: [Row<'_>; 6] = [
        ("ana", "Ana Núñez", &["Tarot", "Love"], rates(199, 0, 0), true, 0, 0),
        ("bea", "Béatrice Łoś", &["Dreams"], rates(200, 500, 0), false, 500, 100),
        ("cleo", "Cleo", &["Tarot cards", "Grief"], rates(0, 499, 1_000), true, 5, 1),
        ("dora", "Dora", &["Career"], rates(50, 999, 9_999), true, 445, 100),
        ("eve", "Eve Tarota", &["Runes"], rates(1_000, 0, 0), false, 349, 100),
        ("fay", "Fay", &["Love"], Rates::default(), false, 18, 5),
    ];
    for (slug, name, topics, rates, online, rating_total, review_count) in rows {
        put_listed(kit, slug, |host| {
            host.name = name.to_owned();
            host.specialties = topics.iter().map(|topic| (*topic).to_owned()).collect();
            (host.rates, host.online) = (rates, online);
            (host.rating_total, host.review_count) = (rating_total, review_count);
        })
        .await;
    }
}

#[tokio::test]
async fn one_network_may_ask_for_120_pages_a_minute() {
    let kit = Kit::new().await;
    let router = router(&kit);
    for _ in 0..120 {
        assert_eq!(call(&router, get("/v1/hosts")).await.status, 200);
    }
    let reply = call(&router, get("/v1/hosts")).await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
    assert!(reply.headers.contains_key("retry-after"));
    kit.clock.advance(60);
    assert_eq!(call(&router, get("/v1/hosts")).await.status, 200);
}

async fn page(router: &Router, query: &str) -> Value {
    let reply = call(router, get(&format!("/v1/hosts?{query}"))).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.text);
    reply.body
}

fn slugs(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_and_orders_do_what_they_say() {
    let kit = Kit::new().await;
    let router = router(&kit);
    six(&kit).await;
    for (query, expected) in [
        // Online first; then by rating with five ratings of 3.5 added: bea 4.93, dora 4.41, cleo 3.75, fay 3.55,
        // ana 3.5 (none yet), eve 3.49.
        ("", "dora cleo ana bea fay eve"),
        ("sort=featured", "dora cleo ana bea fay eve"),
        ("sort=rating", "bea dora cleo fay ana eve"),
        ("sort=reviews", "bea dora eve fay cleo ana"),
        ("sort=price", "dora ana bea cleo eve fay"),
        ("sort=price&modality=voice", "cleo bea dora"),
        ("modality=text", "dora ana bea eve"),
        ("modality=voice", "dora cleo bea"),
        ("modality=video", "dora cleo"),
        // The cheapest rate without a modality; the edges belong to the upper band.
        ("price=under-2", "dora ana"),
        ("price=2-to-5", "cleo bea"),
        ("price=5-to-10", ""),
        ("price=10-up", "eve"),
        // The chosen modality's rate with one.
        ("price=under-2&modality=text", "dora ana"),
        ("price=2-to-5&modality=text", "bea"),
        ("price=2-to-5&modality=voice", "cleo"),
        ("price=5-to-10&modality=voice", "dora bea"),
        ("price=10-up&modality=video", "dora cleo"),
        ("price=under-2&modality=video", ""),
        // The average as it is shown: dora 4.45 shows 4.5, eve 3.49 shows 3.5; nobody without ratings.
        ("rating=3.5", "dora cleo bea fay eve"),
        ("rating=4", "dora cleo bea"),
        ("rating=4.5", "dora cleo bea"),
        // Words of names and topics, folded, all of them.
        ("q=tarot", "cleo ana eve"),
        ("q=TAR%C3%93T", "cleo ana eve"),
        ("q=nunez", "ana"),
        ("q=N%C3%BA%C3%B1ez", "ana"),
        ("q=beatrice", "bea"),
        ("q=love+ana", "ana"),
        ("q=love+cleo", ""),
        ("q=cards+grief", "cleo"),
        ("q=nobody", ""),
        // A topic is matched as a whole.
        ("specialty=tarot", "ana"),
        ("specialty=Tarot+Cards", "cleo"),
        ("specialty=ana+nunez", ""),
        ("specialty=love", "ana fay"),
        ("specialty=love&modality=text&price=under-2&q=an", "ana"),
    ] {
        assert_eq!(slugs(&page(&router, query).await).join(" "), expected, "{query}");
    }
}

#[tokio::test]
async fn a_card_says_what_a_person_chooses_by() {
    let kit = Kit::new().await;
    let router = router(&kit);
    six(&kit).await;
    let page = page(&router, "q=cleo").await;
    let mut card = page["items"][0].clone();
    card["id"] = Value::Null;
    assert_eq!(
        card,
        serde_json::json!({
            "id": null, "slug": "cleo", "name": "Cleo", "headline": "I am cleo, and this is what I do for you.",
            "specialties": ["Tarot cards", "Grief"], "rates": { "voice_minor": 499, "video_minor": 1_000 },
            "currency": "USD", "online": true, "rating": "5.0", "review_count": 1, "session_count": 0,
        })
    );
    assert!(page.get("next_cursor").is_none());
}

#[tokio::test]
async fn only_verified_hosts_are_listed() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let admin = kit.admin("Cy").await;
    let waiting = kit.member("Waiting").await;
    apply(&router, &waiting, "waiting").await;
    verified(&kit, &router, "Ada").await;
    let gone = verified(&kit, &router, "Gone").await;
    assert_eq!(reject(&router, &admin, &gone, "No more.").await.status, 200);
    assert_eq!(slugs(&page(&router, "").await), ["ada"]);
}

#[tokio::test]
async fn who_is_suspended_is_not_shown() {
    let kit = Kit::new().await;
    let router = router(&kit);
    verified(&kit, &router, "Ada").await;
    let bob = verified(&kit, &router, "Bob").await;
    assert_eq!(slugs(&page(&router, "").await), ["ada", "bob"]);
    kit.change(&bob.user, |user| user.suspended = true).await;
    assert_eq!(slugs(&page(&router, "").await), ["ada"]);
    kit.change(&bob.user, |user| user.suspended = false).await;
    assert_eq!(slugs(&page(&router, "").await), ["ada", "bob"]);
}

/// What the figures in the documentation of `store::host::Card` rest on.
#[tokio::test]
async fn a_hundred_cards_cost_some_fifteen_read_units() {
    let kit = Kit::new().await;
    for n in 0..100 {
        put_listed(&kit, &format!("host-{n:03}"), |host| {
            host.bio =
                "I read cards and listen, mostly at night, for people who cannot sleep. ".repeat(8);
            host.specialties = ["Tarot", "Dreams", "Grief", "Career"].map(str::to_owned).into();
            host.rates = rates(200, 300, 0);
            host.photo_key = Some(format!("media/hosts/{}/{}", host.host_id, host.host_id));
        })
        .await;
    }
    kit.aws.reset_usage();
    assert_eq!(kit.store().catalogue().await.unwrap().len(), 100);
    let units = kit.aws.usage().capacity_units;
    // Each partition rounds up on its own.
    assert!((12.0..=18.0).contains(&units), "{units}");
}

#[tokio::test]
async fn names_and_values_that_are_not_known_are_refused_all_at_once() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let long = format!("q={}", "x".repeat(81));
    for (query, expected) in [
        ("modality=smoke", vec!["/modality"]),
        ("modality=Text", vec!["/modality"]),
        ("modality=", vec!["/modality"]),
        ("price=3", vec!["/price"]),
        ("rating=5", vec!["/rating"]),
        ("rating=4.0", vec!["/rating"]),
        ("sort=newest", vec!["/sort"]),
        ("q=", vec!["/q"]),
        ("q=+++", vec!["/q"]),
        (long.as_str(), vec!["/q"]),
        ("specialty=x", vec!["/specialty"]),
        ("online=true", vec!["/online"]),
        ("modality=text&modality=voice", vec!["/modality"]),
        ("modality=a&price=b&rating=c&sort=d", vec!["/modality", "/price", "/rating", "/sort"]),
    ] {
        let reply = call(&router, get(&format!("/v1/hosts?{query}"))).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"), "{query}");
        assert_eq!(pointers(&reply), expected, "{query}");
    }
}

/// Fifty-three hosts in two groups of many equal ranks.
async fn many(kit: &Kit) -> Vec<HostItem> {
    let mut hosts = Vec::new();
    for n in 0..53 {
        let slug = format!("host-{n:02}");
        let host = put_listed(kit, &slug, |host| {
            host.rates = rates(100 + n, 0, 0);
            host.online = n % 3 == 0;
        });
        hosts.push(host.await);
    }
    hosts
}

#[tokio::test]
async fn pages_cover_everybody_once() {
    let kit = Kit::new().await;
    let router = router(&kit);
    many(&kit).await;
    for sort in ["featured", "rating", "price", "reviews"] {
        let mut seen = Vec::new();
        let mut query = format!("sort={sort}");
        for expected in [24, 24, 5] {
            let page = page(&router, &query).await;
            assert_eq!(slugs(&page).len(), expected, "{sort}");
            seen.extend(slugs(&page));
            let cursor = page["next_cursor"].as_str().unwrap_or_default();
            assert_eq!(cursor.is_empty(), expected == 5, "{sort}");
            query = format!("sort={sort}&cursor={cursor}");
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 53, "{sort}");
    }
}

#[tokio::test]
async fn pages_stay_true_while_others_come_go_and_move() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let hosts = many(&kit).await;
    let first = page(&router, "").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    // The 18 who are online, then the first six of the others; the page ends with host-08.
    assert_eq!(slugs(&first)[..3], ["host-00", "host-03", "host-06"]);
    assert_eq!(
        slugs(&first)[18..],
        ["host-01", "host-02", "host-04", "host-05", "host-07", "host-08"]
    );
    let store = kit.store();
    let of = |n: usize| &hosts[n];
    // Somebody comes before the place, and somebody after it.
    put_listed(&kit, "aaa", |_| {}).await;
    put_listed(&kit, "host-10b", |_| {}).await;
    // The item that the cursor names goes away, and one of the next page too.
    for n in [8, 11] {
        let gone = HostItem { status: store::host::Status::Rejected, ..of(n).clone() };
        store.commit(save(Transaction::new(), of(n), &gone)).await.unwrap();
    }
    // Somebody of the next page moves up.
    let praised = Tally { sessions: 0, reviews: 10, rating_total: 50 };
    store.commit(count(Transaction::new(), of(13).host_id, praised)).await.unwrap();
    let second = page(&router, &format!("cursor={cursor}")).await;
    let expected = ["host-10", "host-10b", "host-14", "host-16", "host-17"];
    assert_eq!(slugs(&second)[..5], expected, "nobody who stayed is missed or seen twice");
}

#[tokio::test]
async fn a_cursor_belongs_to_its_filters_and_its_order() {
    let kit = Kit::new().await;
    let router = router(&kit);
    many(&kit).await;
    let first = page(&router, "sort=price&modality=text").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    page(&router, &format!("modality=text&sort=price&cursor={cursor}")).await;
    for query in [
        format!("cursor={cursor}"),
        format!("sort=price&cursor={cursor}"),
        format!("sort=rating&modality=text&cursor={cursor}"),
        format!("sort=price&modality=text&cursor={cursor}x"),
        "cursor=".to_owned(),
        "cursor=e30".to_owned(),
    ] {
        let reply = call(&router, get(&format!("/v1/hosts?{query}"))).await;
        assert_eq!((reply.status, reply.problem()), (400, "bad-cursor"), "{query}");
    }
}

#[tokio::test]
async fn a_list_asks_once_for_each_part_of_the_catalogue_and_never_scans() {
    let kit = Kit::new().await;
    let router = router(&kit);
    many(&kit).await;
    kit.aws.reset_usage();
    page(&router, "").await;
    let calls = kit.aws.usage().calls;
    let expected = [("BatchGetItem", 1), ("Query", 4), ("UpdateItem", 1)];
    let expected = expected.map(|(name, count)| (name.to_owned(), count));
    assert_eq!(calls, expected.into(), "the page's users, the partitions, and the count of asks");
}
