//! `GET /v1/wallet/statement`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use testkit::{Kit, call, get};

use super::till::{Till, completed, pending, refunded};

const PATH: &str = "/v1/wallet/statement";

/// A cursor that leads elsewhere in its own list: it is text, and whoever has one can write another.
fn bent(cursor: &str, name: &str, value: &str) -> String {
    let mut position: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    position["k"][name] = value.into();
    URL_SAFE_NO_PAD.encode(position.to_string())
}

#[tokio::test]
async fn nobody_reads_a_statement_without_signing_in() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    assert_eq!(call(&till.router, get(PATH)).await.status, 401);
}

#[tokio::test]
async fn a_statement_holds_its_owners_lines_alone() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let (ada, ben) = (kit.member("Ada").await, kit.member("Ben").await);
    let top_up = pending(&kit, &ada, 2_500).await;
    till.accept(&kit, &completed("1", &top_up, 2_500)).await;
    till.accept(&kit, &refunded("2", 1_000)).await;
    let statement = till.read(get(PATH).bearer(&ada.token)).await;
    let lines: Vec<(&str, i64)> = statement["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["reason"].as_str().unwrap(), line["amount_minor"].as_i64().unwrap()))
        .collect();
    assert_eq!(lines, [("top_up", 2_500), ("card_refund", -1_000)]);
    assert_eq!(statement["items"][0]["top_up_id"], top_up);
    let other = till.read(get(PATH).bearer(&ben.token)).await;
    assert_eq!(other["items"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn pages_together_hold_every_line_once_and_newest_first() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    for amount in 1..=50 {
        kit.fund(&ada, amount).await;
        kit.clock.advance_ms(1);
    }
    let mut path = PATH.to_owned();
    let mut amounts = Vec::new();
    loop {
        let page = till.read(get(&path).bearer(&ada.token)).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 24);
        amounts.extend(items.iter().map(|line| line["amount_minor"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{PATH}?cursor={cursor}"),
            None => break,
        }
    }
    let expected: Vec<i64> = (1..=50).rev().collect();
    assert_eq!(amounts, expected);
}

#[tokio::test]
async fn a_cursor_of_somebody_elses_statement_is_refused() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let (ada, ben) = (kit.member("Ada").await, kit.member("Ben").await);
    for _ in 0..25 {
        kit.fund(&ada, 100).await;
        kit.clock.advance_ms(1);
    }
    let page = till.read(get(PATH).bearer(&ada.token)).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    for (cursor, person) in [(cursor, &ben), ("made-up", &ada)] {
        let request = get(&format!("{PATH}?cursor={cursor}")).bearer(&person.token);
        let reply = call(&till.router, request).await;
        assert_eq!((reply.status, reply.problem()), (400, "bad-cursor"));
    }
    for (name, value) in [("sk", "WALLET"), ("sk", "Z"), ("gsi1sk", "ENTRY#1")] {
        let bent = bent(cursor, name, value);
        let request = get(&format!("{PATH}?cursor={bent}")).bearer(&ada.token);
        let reply = call(&till.router, request).await;
        assert_eq!((reply.status, reply.problem()), (400, "bad-cursor"), "{name} {value}");
    }
    let unknown = call(&till.router, get(&format!("{PATH}?page=2")).bearer(&ada.token)).await;
    assert_eq!((unknown.status, unknown.problem()), (400, "invalid-request"));
}
