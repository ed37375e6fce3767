//! `GET /v1/admin/conservation`, and the hourly check.

use serde_json::json;
use testkit::{Kit, call, get};
use wallet::{App, check_conservation};

use super::till::{Till, completed, pending, refunded};
use crate::session_world::{Who, World};

const PATH: &str = "/v1/admin/conservation";

#[tokio::test]
async fn conservation_is_for_admins() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    assert_eq!(call(&till.router, get(PATH)).await.status, 401);
    for person in [kit.member("Ada").await, kit.host("Rhea").await] {
        let reply = call(&till.router, get(PATH).bearer(&person.token)).await;
        assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    }
}

/// A world with a settled session, a refund on the card, and a session that is running.
async fn busy() -> (World, Till) {
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
    (world, till)
}

#[tokio::test]
async fn all_money_together_is_zero_and_no_balance_differs() {
    let (world, till) = busy().await;
    let amy = world.kit.admin("Amy").await;
    let token = world.kit.token(&amy.user).await;
    let figures = till.read(get(PATH).bearer(&token)).await;
    let expected = json!({
        "currency": "USD", "spending_minor": 2_800, "earnings_minor": 630, "held_minor": 300,
        "fees_minor": 270, "write_offs_minor": 0, "processor_minor": -4_000, "sum_minor": 0,
        "differences": [],
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&figures[name], value, "{name}: {figures}");
    }
    assert!(figures["accounts_checked"].as_u64().unwrap() > 5);
}

#[tokio::test]
async fn a_balance_that_was_tampered_with_is_named() {
    let (world, till) = busy().await;
    let (member, host) = (world.c.id(), world.r.id());
    let store = world.kit.store();
    let tx = store::wallet::change_spending(store::Transaction::new(), &member, 7, |update| update);
    store.commit(tx).await.unwrap();
    let tx = store::wallet::change_earnings(store::Transaction::new(), &host, 5);
    store.commit(tx).await.unwrap();
    let amy = world.kit.admin("Amy").await;
    let token = world.kit.token(&amy.user).await;
    let figures = till.read(get(PATH).bearer(&token)).await;
    assert_eq!(
        figures["differences"],
        json!([
            { "account": format!("member:{member}:spending"), "balance_minor": 2_807, "postings_minor": 2_800 },
            { "account": format!("host:{host}:earnings"), "balance_minor": 635, "postings_minor": 630 },
        ])
    );
}

#[tokio::test]
async fn the_hourly_check_keeps_its_figure_and_changes_no_balance() {
    let (world, _) = busy().await;
    let before = world.kit.items("ledger", "");
    let app = App::new(world.kit.ctx(), &world.kit.aws.config());
    check_conservation::handle(&app, app.ctx.now()).await.unwrap();
    assert_eq!(world.kit.items("ledger", ""), before);
    let kept = world.kit.items("app", "CONSERVATION");
    assert_eq!(kept[0]["figures"]["M"]["sum_minor"]["N"], "0");
}
