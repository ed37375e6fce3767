//! Scenarios 15, 16 and 17: leaving again and again, the edge of the grace, and coming back without money.

use serde_json::json;

use crate::session_world::{Who, World};

/// Active for 55 seconds, then away for 10. Returns the second at which it is active again.
async fn one_round(w: &World, id: &str, from: i64) -> i64 {
    w.room(id, from, from + 55).await;
    w.done(Who::C, id, "leave").await;
    w.at(from + 65);
    w.done(Who::R, id, "renew").await;
    assert_eq!(w.done(Who::C, id, "reconnect").await["state"], "active");
    from + 65
}

#[tokio::test]
async fn scenario_15_disconnect_loop() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    let mut now = 0;
    for _ in 0..5 {
        now = one_round(&w, &id, now).await;
    }
    let ended = w.done(Who::C, &id, "end").await;
    assert_eq!(
        (&ended["active_ms"], &ended["settlement"]["minutes"]),
        (&json!(275_000), &json!(5))
    );
    assert_eq!(w.settled(), (1_500, 1_050, 450));
}

#[tokio::test]
async fn scenario_15_the_sixth_pause_ends_the_session() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    let mut now = 0;
    for round in 0..5 {
        assert_eq!(w.read(Who::C, &id).await["pauses_left"], 5 - round);
        now = one_round(&w, &id, now).await;
    }
    w.at(now + 1);
    let ended = w.done(Who::C, &id, "leave").await;
    assert_eq!((&ended["state"], &ended["end_reason"]), (&json!("finalized"), &json!("pause_cap")));
    assert_eq!(w.settled(), (1_500, 1_050, 450));
    let reply = w.order(Who::C, &id, "reconnect").await;
    assert_eq!((reply.status, reply.problem()), (410, "grace-over"));
}

#[tokio::test]
async fn scenario_16_grace_edge_and_reload() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    w.at(30);
    let paused = w.done(Who::C, &id, "leave").await;
    assert_eq!(w.seconds(&paused["grace_until"]), 330);
    let stored = w.stored(&id);
    for seconds in (40..=320).step_by(20) {
        w.at(seconds);
        let seen = w.read(Who::C, &id).await;
        assert_eq!(
            (&seen["state"], &seen["grace_until"]),
            (&json!("paused"), &paused["grace_until"])
        );
        w.done(Who::R, &id, "renew").await;
        w.tick().await;
    }
    assert_eq!(w.stored(&id), stored);
    w.at(330);
    assert_eq!(w.done(Who::C, &id, "reconnect").await["state"], "active");

    let w = World::new(3_000).await;
    let id = w.active().await;
    w.at(30);
    w.done(Who::C, &id, "leave").await;
    w.at(331);
    for verb in ["reconnect", "join"] {
        let reply = w.order(Who::C, &id, verb).await;
        assert_eq!((reply.status, reply.problem()), (410, "grace-over"), "{verb}");
    }
    let over = w.read(Who::C, &id).await;
    assert_eq!((&over["state"], w.seconds(&over["ended_at"])), (&json!("ended"), 330));
    w.tick().await;
    assert_eq!(w.settled(), (2_700, 210, 90));
}

#[tokio::test]
async fn scenario_17_broke_resume() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.room(&id, 0, 100).await;
    assert_eq!(w.read(Who::C, &id).await["state"], "paused");
    for who in [Who::R, Who::C] {
        for verb in ["reconnect", "join"] {
            let reply = w.order(who, &id, verb).await;
            assert_eq!((reply.status, reply.problem()), (402, "funds-too-low"), "{who:?} {verb}");
            let known = reply.body.get("available_minor").is_some();
            assert_eq!(known, who == Who::C, "the balance is the member's alone");
        }
    }
    let paused = w.read(Who::C, &id).await;
    assert_eq!((&paused["state"], w.seconds(&paused["grace_until"])), (&json!("paused"), 360));
    w.done(Who::C, &id, "end").await;
    assert_eq!(w.settled(), (0, 210, 90));
}

#[tokio::test]
async fn scenario_17_a_paid_minute_can_be_used_to_its_end() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.at(30);
    let renewed = w.done(Who::C, &id, "renew").await;
    assert_eq!((&renewed["state"], &renewed["balance_minor"]), (&json!("active"), &json!(0)));
    assert_eq!(w.seconds(&renewed["paid_until"]), 60);
    w.done(Who::R, &id, "leave").await;
    w.at(50);
    assert_eq!(w.done(Who::R, &id, "reconnect").await["state"], "active");
    assert_eq!(w.balance().await, 0);
    w.room(&id, 50, 80).await;
    w.done(Who::R, &id, "end").await;
    assert_eq!(w.settled(), (0, 210, 90));
}

#[tokio::test]
async fn a_clock_that_is_behind_counts_no_second_twice() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.at(50);
    w.beat(&id).await;
    w.at(55);
    w.done(Who::R, &id, "leave").await;
    // Another instance, whose clock is five seconds behind.
    w.at(50);
    w.done(Who::R, &id, "reconnect").await;
    w.at(58);
    let session = w.done(Who::C, &id, "end").await;
    assert_eq!(
        (&session["active_ms"], &session["settlement"]["minutes"]),
        (&json!(58_000), &json!(1))
    );
    assert_eq!(w.settled(), (600, 210, 90));
}
