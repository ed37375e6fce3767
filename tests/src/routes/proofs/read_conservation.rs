//! `GET /v1/admin/conservation`, `GET /v1/status`, and the check behind them.

use axum::Router;
use jiff::SignedDuration;
use ledger::{Currency, Money};
use proofs::check_conservation::{self, Asked};
use proofs::conserve::{Progress, conserve, step, verify};
use serde_json::{Value, json};
use testkit::{Kit, Request, call, get};

use super::app;
use crate::routes::wallet::till::{Till, completed, pending, refunded};
use crate::session_world::{Who, World};

const PATH: &str = "/v1/admin/conservation";
const STATUS: &str = "/v1/status";

/// The domain's routes.
fn router(kit: &Kit) -> Router {
    web::serve(proofs::router(app(kit)))
}

/// A read that must work.
async fn read(router: &Router, request: Request) -> Value {
    let reply = call(router, request).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body
}

#[tokio::test]
async fn conservation_is_for_admins() {
    let kit = Kit::new().await;
    let router = router(&kit);
    assert_eq!(call(&router, get(PATH)).await.status, 401);
    for person in [kit.member("Ada").await, kit.host("Rhea").await] {
        let reply = call(&router, get(PATH).bearer(&person.token)).await;
        assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    }
}

/// A world with a settled session, a refund on the card, and a session that is running.
async fn busy() -> (World, Router) {
    let world = World::new(0).await;
    let till = Till::over(&world.kit);
    let top_up = pending(&world.kit, &world.c, 5_000).await;
    till.accept(&world.kit, &completed("1", &top_up, 5_000)).await;
    let session = world.active().await;
    world.room(&session, 0, 170).await;
    world.at(175);
    world.done(Who::C, &session, "end").await;
    till.accept(&world.kit, &refunded("2", 1_000)).await;
    world.at(300);
    world.active().await;
    let router = router(&world.kit);
    (world, router)
}

/// A check now, by a process of its own, as if by hand.
async fn check(world: &World) {
    let app = app(&world.kit);
    check_conservation::handle(&app, Asked::default(), app.ctx.now()).await.unwrap();
}

/// What an admin reads of the last check.
async fn figures(world: &World, router: &Router) -> Value {
    let amy = world.kit.admin("Amy").await;
    let token = world.kit.token(&amy.user).await;
    read(router, get(PATH).bearer(&token)).await
}

#[tokio::test]
async fn before_the_first_check_there_is_nothing_to_read() {
    let (world, router) = busy().await;
    let amy = world.kit.admin("Amy").await;
    let token = world.kit.token(&amy.user).await;
    let reply = call(&router, get(PATH).bearer(&token)).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    let status = read(&router, get(STATUS)).await;
    assert_eq!(
        (&status["money"]["state"], &status["money"]["sums"]),
        (&json!("unknown"), &json!([]))
    );
}

#[tokio::test]
async fn all_money_together_is_zero_and_no_balance_differs() {
    let (world, router) = busy().await;
    check(&world).await;
    let figures = figures(&world, &router).await;
    let expected = json!([{
        "currency": "USD", "spending_minor": 2_800, "earnings_minor": 630, "held_minor": 300,
        "payouts_minor": 0, "fees_minor": 270, "write_offs_minor": 0, "processor_minor": -4_000,
        "sum_minor": 0,
    }]);
    assert_eq!(figures["currencies"], expected);
    assert_eq!((&figures["conserved"], &figures["differences"]), (&json!(true), &json!([])));
    // Three people with two balances each, and what the host has earned.
    assert_eq!(figures["accounts_checked"], 7);
    // A top-up, four minutes of which three began, a settlement, a refund on the card, a minute of the running session.
    assert_eq!(figures["entries_read"], 8);
    let shards = figures["shards"].as_array().unwrap();
    assert!(shards.iter().all(|shard| shard["sum_minor"] == 0), "{figures}");
    let entries: u64 = shards.iter().map(|shard| shard["entries"].as_u64().unwrap()).sum();
    assert_eq!(entries, 8);
}

#[tokio::test]
async fn a_balance_that_was_tampered_with_is_named_and_the_public_page_says_so() {
    let (world, router) = busy().await;
    let (member, host) = (world.c.id(), world.r.id());
    let store = world.kit.store();
    let tx = store::wallet::change_spending(store::Transaction::new(), &member, 7, |update| update);
    store.commit(tx).await.unwrap();
    let tx = store::wallet::change_earnings(store::Transaction::new(), &host, 5);
    store.commit(tx).await.unwrap();
    check(&world).await;
    let figures = figures(&world, &router).await;
    let mut named: Vec<_> = figures["differences"].as_array().unwrap().clone();
    named.sort_by_key(|one| one["account"].to_string());
    assert_eq!(
        json!(named),
        json!([
            { "account": format!("host:{host}:earnings"), "currency": "USD", "balance_minor": 635, "postings_minor": 630 },
            { "account": format!("member:{member}:spending"), "currency": "USD", "balance_minor": 2_807, "postings_minor": 2_800 },
        ])
    );
    assert_eq!((&figures["conserved"], &figures["differences_count"]), (&json!(false), &json!(2)));
    let status = read(&router, get(STATUS)).await;
    assert_eq!(
        (&status["money"]["state"], &status["money"]["balances_differing"]),
        (&json!("differs"), &json!(2))
    );
    assert!(!status.to_string().contains(&member), "the public page names nobody");
}

#[tokio::test]
async fn an_entry_of_another_currency_than_its_balance_is_a_difference() {
    let (world, router) = busy().await;
    let now = world.kit.ctx().now();
    let euros = Money::new(500, Currency::parse("EUR").unwrap());
    let entry = ledger::top_up(&world.c.id(), &runtime::new_id(now).to_string(), euros).unwrap();
    let notes = store::wallet::EntryNotes::default();
    let tx = store::wallet::put_entry(store::Transaction::new(), &world.c.id(), &entry, 0, notes);
    world.kit.store().commit(tx).await.unwrap();
    check(&world).await;
    let figures = figures(&world, &router).await;
    assert_eq!(figures["differences"][0]["currency"], "EUR");
    assert_eq!(figures["differences"][0]["postings_minor"], 500);
    let sums = figures["currencies"].as_array().unwrap();
    assert_eq!(
        (sums.len(), &sums[0]["sum_minor"], &sums[1]["sum_minor"]),
        (2, &json!(0), &json!(0))
    );
}

#[tokio::test]
async fn the_check_keeps_its_figure_and_changes_no_balance() {
    let (world, router) = busy().await;
    let before = world.kit.items("ledger", "");
    check(&world).await;
    assert_eq!(world.kit.items("ledger", ""), before);
    let reply = call(&router, get(STATUS)).await;
    assert_eq!(reply.headers["cache-control"], "public, max-age=60");
    let expected = json!({
        "state": "conserved", "checked_at": "2026-11-20T15:05:00.000Z", "balances_checked": 7,
        "balances_differing": 0, "entries_read": 8, "sums": [{ "currency": "USD", "sum_minor": 0 }],
    });
    assert_eq!(reply.body["money"], expected);
    world.kit.clock.advance(3 * 3_600 + 1);
    assert_eq!(read(&router, get(STATUS)).await["money"]["state"], "late");
}

#[tokio::test]
async fn the_schedule_checks_once_an_hour_and_a_person_whenever_they_ask() {
    let (world, _) = busy().await;
    let app = app(&world.kit);
    let started = || {
        let kept = world.kit.items("app", "CONSERVATION");
        let last = kept.iter().find(|item| item["sk"]["S"] == "LAST").unwrap();
        last["started_at_ms"]["N"].as_str().unwrap().parse::<i64>().unwrap()
    };
    let mut seen = Vec::new();
    for (seconds, if_due) in [(0, true), (3_599, true), (1, true), (60, false), (60, true)] {
        world.kit.clock.advance(seconds);
        check_conservation::handle(&app, Asked { if_due }, app.ctx.now()).await.unwrap();
        seen.push(started());
    }
    let since: Vec<_> = seen.iter().map(|at| (at - seen[0]) / 1_000).collect();
    assert_eq!(since, [0, 0, 3_600, 3_660, 3_660]);
}

#[tokio::test]
async fn a_check_that_is_interrupted_goes_on_and_finds_the_same() {
    let (world, _) = busy().await;
    for number in 0..60 {
        let member = world.kit.member(&format!("Member {number}")).await;
        world.kit.fund(&member, 100 + number).await;
    }
    let store = world.kit.store();
    let whole = conserve(&store).await.unwrap();
    assert!(whole.conserved(), "{whole:?}");
    let mut progress = Progress::begin(0);
    let mut steps = 0;
    while !progress.is_through() {
        step(&store, &mut progress).await.unwrap();
        steps += 1;
        // As it is kept between two processes.
        let text = serde_json::to_string(&progress).unwrap();
        progress = serde_json::from_str(&text).unwrap();
    }
    assert!(steps >= 16, "{steps}");
    assert_eq!(progress.figures, whole);
}

#[tokio::test]
async fn a_run_that_is_out_of_time_keeps_what_it_has() {
    let (world, router) = busy().await;
    let app = app(&world.kit);
    // A run that began 200 seconds ago has no time left.
    let began = app.ctx.now() - SignedDuration::from_secs(200);
    check_conservation::handle(&app, Asked::default(), began).await.unwrap();
    assert_eq!(read(&router, get(STATUS)).await["money"]["state"], "unknown");
    // The next one, though not due by itself, ends it.
    check_conservation::handle(&app, Asked { if_due: true }, app.ctx.now()).await.unwrap();
    assert_eq!(read(&router, get(STATUS)).await["money"]["state"], "conserved");
}

#[tokio::test]
async fn a_balance_that_differs_only_for_a_moment_is_no_difference() {
    let (world, _) = busy().await;
    let store = world.kit.store();
    let member = world.c.id();
    let change = |minor| {
        store::wallet::change_spending(store::Transaction::new(), &member, minor, |update| update)
    };
    store.commit(change(7)).await.unwrap();
    let mut progress = Progress::begin(0);
    while !progress.is_through() {
        step(&store, &mut progress).await.unwrap();
    }
    assert_eq!(progress.figures.differences_count, 1);
    store.commit(change(-7)).await.unwrap();
    verify(&store, &mut progress.figures).await.unwrap();
    assert!(progress.figures.conserved(), "{:?}", progress.figures);
}
