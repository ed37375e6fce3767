//! The weekly run: scenario 26 of SoulSeer, and every way in which it can be interrupted.

use proofs::check_conservation::{self, Asked};
use serde_json::json;
use testkit::{Call, Fault};
use wallet::run_payouts::Ran;

use super::payday::{DAY, MONDAY, Payday};
use crate::session_world::profile;

#[tokio::test]
async fn scenario_26_payout() {
    let day = Payday::earned().await;
    let r = &day.world.r;
    // What a host has paid with their own card is not paid out.
    day.world.kit.fund(r, 2_000).await;
    assert_eq!(day.sums(), (4_200, 0, 12_000));
    assert_eq!(day.run().await, Ran { paid: 1, hosts: 1, ..Ran::default() });
    assert_eq!(day.sums(), (0, 0, 7_800));
    assert_eq!(day.world.books().spending(&r.id()), 2_000);
    assert_eq!(day.stored(), [("paid".into(), "4200".into())]);
    let [transfer] = &day.transfers().await[..] else { panic!("one transfer") };
    assert_eq!((&transfer["amount"], &transfer["currency"]), (&json!(4_200), &json!("usd")));
    assert_eq!(transfer["transfer_group"], format!("payout_{}_2026-W49", r.id()));
    // The week is done: nothing more, however often it runs and whatever the events say again.
    for _ in 0..3 {
        day.later();
        assert_eq!(day.run().await, Ran::default());
        day.told().await;
    }
    assert_eq!((day.sums(), day.transfers().await.len()), ((0, 0, 7_800), 1));
}

#[tokio::test]
async fn scenario_26_less_than_the_minimum_is_skipped() {
    let day = Payday::new().await;
    let (poor, rich) = (day.world.kit.host("Poor").await, day.world.kit.host("Rich").await);
    for (host, minor) in [(&poor, 499), (&rich, 500)] {
        profile(&day.world.kit, host).await;
        day.earn(host, minor).await;
        day.onboard(host, "ready").await;
    }
    day.world.at(MONDAY);
    assert_eq!(day.payouts(&poor).await["next"]["blocked"], "below_minimum");
    let ran = day.run().await;
    assert_eq!((ran.paid, ran.hosts), (1, 3));
    let books = day.world.books();
    assert_eq!((books.earnings(&poor.id()), books.earnings(&rich.id())), (499, 0));
}

#[tokio::test]
async fn scenario_26_a_crash_before_the_confirmation_leads_to_one_transfer() {
    let day = Payday::earned().await;
    day.world.kit.aws.faults.set(|call: &Call<'_>| {
        let confirms = call.body.to_string().contains("#CONFIRM");
        if confirms { Fault::LostRequest } else { Fault::None }
    });
    day.try_run().await.unwrap_err();
    day.world.kit.aws.faults.clear();
    assert_eq!((day.sums(), day.transfers().await.len()), ((0, 4_200, 10_000), 1));
    // Days later the processor has forgotten the key; the transfer is found again all the same.
    day.control("/_sandbox/clock", json!({ "advance_seconds": 2 * DAY })).await;
    day.later();
    assert_eq!(day.run().await.paid, 1);
    assert_eq!((day.sums(), day.transfers().await.len()), ((0, 0, 5_800), 1));
    assert_eq!(day.stored(), [("paid".into(), "4200".into())]);
}

#[tokio::test]
async fn scenario_26_an_account_that_is_not_paid_out_is_skipped_and_says_why() {
    let day = Payday::new().await;
    let r = &day.world.r;
    day.earn(r, 4_200).await;
    day.world.at(MONDAY);
    assert_eq!(day.payouts(r).await["next"]["blocked"], "not_onboarded");
    assert_eq!(day.run().await.paid, 0);
    day.onboard(r, "document").await;
    day.next_monday();
    assert_eq!(day.run().await.paid, 0);
    let told = day.payouts(r).await;
    assert_eq!(told["next"]["blocked"], "not_enabled");
    assert_eq!(
        (&told["payee"]["state"], &told["payee"]["requirements_due"]),
        (&json!("waiting"), &json!(1))
    );
    assert_eq!(day.sums(), (4_200, 0, 14_200));
}

#[tokio::test]
async fn scenario_26_a_refused_transfer_is_reversed() {
    let day = Payday::earned().await;
    day.control("/_sandbox/faults", json!({ "refuse_transfers": 1 })).await;
    assert_eq!(day.run().await, Ran { failed: 1, hosts: 1, ..Ran::default() });
    assert_eq!(day.sums(), (4_200, 0, 10_000));
    let told = day.payouts(&day.world.r).await;
    let item = &told["items"][0];
    assert_eq!(
        (&item["state"], &item["problem"]),
        (&json!("failed"), &json!("balance_insufficient"))
    );
    // What came back is not young again: the next week pays it.
    day.next_monday();
    assert_eq!(day.run().await.paid, 1);
    assert_eq!(day.sums(), (0, 0, 5_800));
}

#[tokio::test]
async fn scenario_26_earnings_younger_than_seven_days_are_not_included() {
    let day = Payday::earned().await;
    // Settled on the Sunday eight days before, and on the Monday seven days before the run.
    for (at, minor) in [(MONDAY - 8 * DAY, 1_000), (MONDAY - 7 * DAY, 600), (MONDAY - 3_600, 300)] {
        day.world.at(at);
        day.earn(&day.world.r, minor).await;
    }
    day.world.at(MONDAY);
    assert_eq!(day.payouts(&day.world.r).await["next"]["estimate_minor"], 5_200);
    day.run().await;
    assert_eq!(day.sums().0, 900);
    day.next_monday();
    day.run().await;
    // 3.00 of the 9.00 was settled on the very Monday of the first run.
    assert_eq!(day.sums().0, 300);
    assert_eq!(day.stored(), [("paid".into(), "5200".into()), ("paid".into(), "600".into())]);
}

#[tokio::test]
async fn a_processor_that_does_not_answer_is_asked_again_with_the_same_key() {
    let day = Payday::earned().await;
    day.control("/_sandbox/faults", json!({ "refuse_next": 3 })).await;
    assert!(day.run().await.unanswered);
    assert_eq!((day.sums(), day.transfers().await.len()), ((0, 4_200, 10_000), 0));
    day.control("/_sandbox/faults", json!({ "lose_next": 1 })).await;
    day.later();
    assert_eq!(day.run().await.paid, 1);
    assert_eq!((day.sums(), day.transfers().await.len()), ((0, 0, 5_800), 1));
}

#[tokio::test]
async fn an_unknown_outcome_of_more_than_an_hour_is_overdue() {
    let day = Payday::earned().await;
    day.control("/_sandbox/faults", json!({ "refuse_next": 100 })).await;
    assert_eq!(day.run().await.overdue, 0);
    day.world.kit.clock.advance(3_601);
    assert_eq!(day.run().await.overdue, 1);
}

#[tokio::test]
async fn whatever_fails_there_is_one_transfer_and_one_payout() {
    let faults = [Fault::LostRequest, Fault::LostReply, Fault::Throttle, Fault::Broken];
    for fault in faults {
        for n in 1..=4 {
            let day = Payday::new().await;
            day.earn(&day.world.r, 4_200).await;
            day.onboard(&day.world.r, "ready").await;
            day.world.at(MONDAY);
            let mut seen = 0;
            day.world.kit.aws.faults.set(move |call: &Call<'_>| {
                if call.operation != "TransactWriteItems" {
                    return Fault::None;
                }
                seen += 1;
                if seen == n { fault } else { Fault::None }
            });
            // Some runs fail; the next ones go on.
            let _failed_or_not = day.try_run().await;
            day.world.kit.aws.faults.clear();
            for _ in 0..2 {
                day.later();
                day.run().await;
            }
            assert_eq!(day.sums(), (0, 0, 10_000), "{fault:?} {n}");
            assert_eq!(day.transfers().await.len(), 1, "{fault:?} {n}");
            assert_eq!(day.stored(), [("paid".into(), "4200".into())], "{fault:?} {n}");
        }
    }
}

#[tokio::test]
async fn runs_may_overlap() {
    let day = Payday::earned().await;
    let runs = futures::future::join_all((0..6).map(|_| day.try_run())).await;
    assert!(runs.iter().any(Result::is_ok));
    for _ in 0..2 {
        day.later();
        day.run().await;
    }
    assert_eq!((day.sums(), day.transfers().await.len()), ((0, 0, 5_800), 1));
}

#[tokio::test]
async fn a_refund_between_the_settlement_and_the_payout_makes_it_smaller() {
    let day = Payday::earned().await;
    let amy = day.world.kit.admin("Amy").await;
    let session = day.world.kit.items("app", "SESSION#")[0]["session_id"]["S"].clone();
    let body = json!({ "session_id": session, "minute": 2, "funded_by": "shares", "reason": "The line broke." });
    let request = testkit::post("/v1/admin/refunds").key("refund-0001").json(body);
    let reply = day.ask(&amy, request).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    day.run().await;
    assert_eq!(day.stored(), [("paid".into(), "3990".into())]);
    assert_eq!(day.sums().0, 0);
}

async fn check(app: &proofs::App) {
    check_conservation::handle(app, Asked::default(), app.ctx.now()).await.unwrap();
}

#[tokio::test]
async fn no_payout_leaves_while_money_is_not_conserved() {
    let day = Payday::earned().await;
    let kit = &day.world.kit;
    let store = kit.store();
    let c = day.world.c.id();
    let more = |minor| {
        store::wallet::change_spending(store::Transaction::new(), &c, minor, |update| update)
    };
    store.commit(more(7)).await.unwrap();
    let app = proofs::App::new(kit.ctx(), &kit.aws.config());
    check(&app).await;
    assert!(day.run().await.stopped);
    store.commit(more(-7)).await.unwrap();
    assert!(day.transfers().await.is_empty());
    check(&app).await;
    assert_eq!(day.run().await.paid, 1);
    // The check knows the payout's entries, which live beside the host's earnings.
    check(&app).await;
    let figures = proofs::conserve::conserve(&store).await.unwrap();
    let sums = &figures.currencies[0];
    assert_eq!((sums.sum_minor, sums.processor_minor, sums.payouts_minor), (0, -5_800, 0));
    assert!(figures.conserved(), "{figures:?}");
}
