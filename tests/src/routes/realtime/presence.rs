//! Presence by sockets, and what a member is charged when a side goes: never beyond the last proof and the stated grace.
//!
//! A voice session costs 3.00 a minute; a ping comes each 20 seconds; who was not heard of for 50 was lost when last heard
//! of. What is owed is every minute that had begun by then.

use crate::live_world::Live;
use crate::session_world::Who;

/// Both sides ping and the member renews, from one second to another.
async fn room(live: &Live, id: &str, from: i64, until: i64) {
    for now in from..until {
        live.w.at(now);
        if now % 20 == 0 {
            live.ping("c").await;
            live.ping("r").await;
        }
        if now % 60 == 50 {
            // The lease, without a proof for the host.
            live.w.done(Who::C, id, "renew").await;
        }
    }
}

/// An active session with a socket a side.
async fn joined(balance_minor: i64) -> (Live, String) {
    let live = Live::new(balance_minor).await;
    let id = live.w.active().await;
    live.listening(Who::C, "c", &id).await;
    live.listening(Who::R, "r", &id).await;
    (live, id)
}

#[tokio::test]
async fn pings_alone_keep_a_side_present() {
    let (live, id) = joined(9_000).await;
    room(&live, &id, 0, 170).await;
    let session = live.w.read(Who::C, &id).await;
    assert_eq!((&session["state"], &session["active_ms"]), (&"active".into(), &169_000.into()));
    assert_eq!(session["host"]["present"], true);
    assert!(live.of_type("c", "notice").is_empty());
}

#[tokio::test]
async fn a_tab_that_is_killed_was_there_until_its_socket_closed() {
    let (live, id) = joined(9_000).await;
    room(&live, &id, 0, 65).await;
    live.closed("c", 1001).await;
    for now in [80, 100, 120] {
        live.w.at(now);
        live.ping("r").await;
    }
    live.w.tick().await;
    let session = live.w.read(Who::R, &id).await;
    assert_eq!((&session["state"], &session["pause_reason"]), (&"paused".into(), &"lost".into()));
    assert_eq!(live.w.seconds(&session["paused_at"]), 64);
    assert_eq!(session["active_ms"], 64_000);
    live.w.at(64 + 300 + 1);
    live.w.tick().await;
    assert_eq!(live.w.settled(), (9_000 - 600, 420, 180), "two minutes had begun");
}

#[tokio::test]
async fn a_closed_lid_stops_the_clock_at_the_last_ping() {
    let (live, id) = joined(9_000).await;
    // No event says that the laptop sleeps: its pings stay away. The host goes on.
    room(&live, &id, 0, 50).await;
    live.w.at(50);
    live.w.done(Who::R, &id, "renew").await;
    for now in [60, 80, 100] {
        live.w.at(now);
        live.ping("r").await;
    }
    live.w.tick().await;
    let session = live.w.read(Who::R, &id).await;
    assert_eq!((&session["state"], &session["pause_reason"]), (&"paused".into(), &"lost".into()));
    assert_eq!(live.w.seconds(&session["paused_at"]), 40);
    live.w.at(40 + 300 + 1);
    live.w.tick().await;
    assert_eq!(live.w.settled(), (9_000 - 300, 210, 90), "one minute had begun");
}

#[tokio::test]
async fn a_network_that_is_lost_proves_nothing_when_its_socket_is_found_dead() {
    let (live, id) = joined(9_000).await;
    room(&live, &id, 0, 55).await;
    live.w.at(58);
    live.closed("r", 1006).await;
    assert_eq!(live.proof(&id, Who::R).await, 40);
    for now in [60, 80, 100] {
        live.w.at(now);
        live.ping("c").await;
    }
    let session = live.w.read(Who::C, &id).await;
    assert_eq!((&session["state"], &session["active_ms"]), (&"paused".into(), &40_000.into()));
}

#[tokio::test]
async fn a_socket_that_the_gateway_gave_up_late_proves_nothing() {
    let (live, id) = joined(9_000).await;
    room(&live, &id, 0, 45).await;
    // Ten minutes idle: the gateway says "going away" as a browser does.
    live.w.at(640);
    live.closed("c", 1001).await;
    assert_eq!(live.proof(&id, Who::C).await, 40);
}

#[tokio::test]
async fn a_server_that_vanishes_charges_nobody_beyond_the_last_proof() {
    let (live, id) = joined(9_000).await;
    room(&live, &id, 0, 110).await;
    // No ping is heard, no tick runs, no socket is told closed: for an hour nothing works. Then everything comes back.
    live.w.at(3_600);
    live.ping("c").await;
    live.ping("r").await;
    live.w.tick().await;
    let session = live.w.read(Who::C, &id).await;
    assert_eq!(session["end_reason"], "grace_over");
    // The last pings were at 100; the lease ended before anybody could be missed, so the clock stopped there.
    let active_ms = session["active_ms"].as_i64().unwrap();
    assert_eq!(active_ms, 120_000);
    assert!(active_ms <= 100_000 + metering::LOST_AFTER_MS);
    assert_eq!(live.w.settled(), (9_000 - 600, 420, 180));
}

#[tokio::test]
async fn a_socket_that_is_cut_and_back_in_seconds_neither_pauses_nor_costs() {
    let (live, id) = joined(9_000).await;
    room(&live, &id, 0, 30).await;
    live.closed("c", 1006).await;
    live.w.at(33);
    live.listening(Who::C, "c-again", &id).await;
    live.w.at(40);
    live.ping("c-again").await;
    live.ping("r").await;
    let session = live.w.read(Who::C, &id).await;
    assert_eq!((&session["state"], &session["active_ms"]), (&"active".into(), &40_000.into()));
    assert_eq!(session["pauses_left"], 5);
    assert!(live.of_type("c-again", "notice").is_empty());
}

#[tokio::test]
async fn who_comes_back_too_late_is_told_to_renew_and_does_not_mend_the_past() {
    let (live, id) = joined(9_000).await;
    room(&live, &id, 0, 30).await;
    live.closed("c", 1006).await;
    live.w.at(40);
    live.ping("r").await;
    live.w.at(50);
    live.w.done(Who::R, &id, "renew").await;
    live.w.at(80);
    live.ping("r").await;
    live.listening(Who::C, "late", &id).await;
    live.ping("late").await;
    let codes: Vec<_> =
        live.of_type("late", "notice").iter().map(|it| it["data"]["code"].clone()).collect();
    assert_eq!(codes, ["presence_lost", "presence_lost"]);
    assert_eq!(live.proof(&id, Who::C).await, 20, "a late ping is no proof");
    let session = live.w.done(Who::C, &id, "renew").await;
    assert_eq!((&session["state"], &session["pause_reason"]), (&"paused".into(), &"lost".into()));
    assert_eq!(live.w.seconds(&session["paused_at"]), 20);
    live.w.done(Who::C, &id, "reconnect").await;
    live.w.done(Who::R, &id, "reconnect").await;
    assert_eq!(live.w.read(Who::R, &id).await["state"], "active");
}

#[tokio::test]
async fn the_two_hour_limit_is_survived_by_two_sockets_that_overlap() {
    let (live, id) = joined(90_000).await;
    room(&live, &id, 0, 100).await;
    live.listening(Who::C, "c2", &id).await;
    live.closed("c", 1000).await;
    live.w.at(120);
    live.ping("c2").await;
    live.ping("r").await;
    let session = live.w.read(Who::R, &id).await;
    assert_eq!(
        (&session["state"], &session["member"]["present"]),
        (&"active".into(), &true.into())
    );
    let heard = live.of_type("r", "presence");
    assert!(heard.iter().all(|it| it["data"]["connected"] == true), "{heard:?}");
}
