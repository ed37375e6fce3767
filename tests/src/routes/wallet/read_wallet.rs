//! `GET /v1/wallet`.

use serde_json::json;
use testkit::{Kit, call, get};

use super::till::Till;

#[tokio::test]
async fn nobody_reads_a_wallet_without_signing_in() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let reply = call(&till.router, get("/v1/wallet")).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
}

#[tokio::test]
async fn a_member_reads_their_own_wallet_alone() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let (ada, ben) = (kit.member("Ada").await, kit.member("Ben").await);
    kit.fund(&ada, 2_500).await;
    assert_eq!(
        till.wallet(&kit, &ada).await,
        json!({
            "available_minor": 2_500, "held_minor": 0, "currency": "USD", "spending_locked": false,
            "top_up_min_minor": 100, "top_up_max_minor": 50_000,
        })
    );
    assert_eq!(till.wallet(&kit, &ben).await["available_minor"], 0);
}
