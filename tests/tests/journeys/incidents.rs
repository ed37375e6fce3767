//! Rehearsals of the runbook (`docs/runbook.md`, "The five likeliest incidents"): break it, see what the runbook says one
//! sees, follow its steps, see it well again and nothing lost. Each is alone on the stack, and leaves it as it was also
//! when it fails: what was changed is put back before anything is asserted.

use parlor_tests::Person;
use reqwest::Method;
use serde_json::{Value, json};

use crate::figures::{count, sum};
use crate::world::{SHARED, World, address, key, number, text};

/// `cargo x redrive` against the stack under test, with consent.
#[expect(clippy::disallowed_methods, reason = "cargo x says where it is by the environment")]
fn redrive(world: &World) -> String {
    let tool = std::env::var("PARLOR_X").unwrap();
    let port = world.stack.url.rsplit(':').next().unwrap().to_owned();
    let run = std::process::Command::new(tool).args(["redrive", "--yes", "--port", &port]).output();
    let run = run.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// Runbook, "Billing dead letters": the worker's role has lost a right.
#[tokio::test]
async fn rehearsal_1_a_lost_right_fills_the_dead_letters_and_a_redrive_empties_them() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let billing = text(&world.stack.outputs["BillingQueueUrl"]);
    let dead = world.aws.physical("BillingDead").await;
    let alarm = world.aws.alarm("BillingDeadAlarm").await;
    let failures = world.aws.alarm("ChargeFailuresAlarm").await;
    assert!(failures.watches("Failures", "billing_charge"), "{failures:?}");
    let name = dead.rsplit('/').next().unwrap();
    assert!(alarm.watches("ApproximateNumberOfMessagesVisible", name), "{alarm:?}");
    assert!(!alarm.rings(world.aws.waiting(&dead).await), "the stack was left with dead letters");
    let (member, host) = (world.member_with("noor", 5_000).await, world.host("Odd", 100).await);
    let room = world.running(member, host).await;
    // Five receptions: 25 minutes on AWS, seconds here.
    world.aws.set_visibility(&billing, "1").await;
    world.aws.deny("BillingCharge", "dynamodb:Query").await;
    world.tick().await;
    let given_up = world.stack.eventually("sixteen dead letters", async || {
        Ok((world.aws.waiting(&dead).await == 16).then_some(()))
    });
    let given_up = given_up.await;
    world.aws.allow("BillingCharge").await;
    world.aws.set_visibility(&billing, "300").await;
    given_up.unwrap();
    assert!(alarm.rings(16), "{alarm:?}");
    // The step: the right is there again, so the messages may go back to work.
    let said = redrive(&world);
    assert!(said.contains("16 moved to the billing queue"), "{said}");
    let well = world.stack.eventually("empty queues", async || {
        let left = world.aws.waiting(&dead).await + world.aws.waiting(&billing).await;
        Ok((left == 0).then_some(()))
    });
    well.await.unwrap();
    let session = room.end(&world).await;
    let statement = room.member.get("/v1/wallet/statement").await.unwrap();
    assert_eq!(sum(&statement), 5_000 - number(&session["settlement"]["gross_minor"]));
    world.assert_conserved().await;
}

/// Runbook, "Tick missed": the schedule is off.
#[tokio::test]
async fn rehearsal_2_without_a_tick_rooms_go_on_and_an_empty_room_stops_at_its_last_paid_second() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let alarm = world.aws.alarm("TickMissedAlarm").await;
    let tick = world.aws.physical("BillingTick").await;
    assert!(alarm.watches("Invocations", &tick) && alarm.rings(0), "{alarm:?}");
    // What the first step looks at: the tests' stack has its schedules off (`ScheduleState`).
    let rule = json!({ "Name": world.aws.physical("BillingTickEveryMinute").await });
    let rule = world.aws.call("events", "AWSEvents.DescribeRule", &rule).await.json();
    assert_eq!(rule["State"], "DISABLED", "{rule}");
    let (member, host) = (world.member_with("pia", 5_000).await, world.host("Quin", 100).await);
    let room = world.running(member, host).await;
    // No tick: the room renews itself.
    room.run_to_minute(&world, 2).await;
    // Now nobody renews. Whoever looks finds it stopped at the end of what was paid, not a second later.
    let stopped = world.stack.eventually("the pause", async || {
        let session = room.seen().await;
        Ok((session["state"] == "paused").then_some(session))
    });
    let stopped = stopped.await.unwrap();
    let paid_ms = number(&stopped["minutes_held"]) * number(&stopped["minute_seconds"]) * 1_000;
    assert!(number(&stopped["active_ms"]) <= paid_ms, "{stopped}");
    let (balance, active) = (stopped["balance_minor"].clone(), stopped["active_ms"].clone());
    // The step: the schedule runs again. Nothing is caught up, nothing is charged for the time between.
    world.tick().await;
    let after = room.seen().await;
    assert_eq!((&after["balance_minor"], &after["active_ms"]), (&balance, &active), "{after}");
    for person in [&room.member, &room.host] {
        person.post(&room.at("reconnect"), &json!({})).await.unwrap();
    }
    assert_eq!(room.seen().await["state"], "active");
    room.end(&world).await;
    world.assert_conserved().await;
}

/// A member who has paid at the processor, of which we may not know yet, and the payment.
async fn payer(world: &World, name: &str, amount_minor: i64) -> (Person, String) {
    let member = world.member(name).await;
    let body = json!({ "amount_minor": amount_minor });
    let top_up = member.post_once("/v1/wallet/top-ups", &key(), &body).await.unwrap();
    let checkout = text(&top_up["checkout_url"]).rsplit('/').next().unwrap().to_owned();
    let path = format!("/_sandbox/checkouts/{checkout}/pay");
    let paid = world.sandbox(&path, &json!({ "email": member.email })).await;
    (member, text(&paid["payment_intent"]))
}

async fn has(world: &World, member: &Person, amount_minor: i64) -> anyhow::Result<Value> {
    let what = format!("{amount_minor} in the wallet");
    let wallet = world.stack.eventually(&what, async || {
        let wallet = member.get("/v1/wallet").await?;
        Ok((wallet["available_minor"] == amount_minor).then_some(wallet))
    });
    wallet.await
}

/// Puts another secret for the processor's events in place, and gives the one that was there.
async fn store_webhook_secret(world: &World, secret: &str) -> String {
    let id = &world.stack.outputs["StripeSecretId"];
    let asked = json!({ "SecretId": id });
    let kept = world.aws.call("secretsmanager", "secretsmanager.GetSecretValue", &asked).await;
    let mut keys: Value = serde_json::from_str(&text(&kept.json()["SecretString"])).unwrap();
    let old = text(&keys["webhook_secret"]);
    keys["webhook_secret"] = json!(secret);
    let wanted = json!({ "SecretId": id, "SecretString": keys.to_string() });
    let put = world.aws.call("secretsmanager", "secretsmanager.PutSecretValue", &wanted).await;
    assert_eq!(put.status, 200, "{put:?}");
    old
}

/// The ids of the processor's events about a payment, oldest first.
async fn events_of(world: &World, payment: &str) -> Vec<String> {
    let events = world.sandbox_get("/_sandbox/events").await;
    let items = events["items"].as_array().unwrap().iter().rev();
    let about = items.filter(|event| event["event"].to_string().contains(payment));
    about.map(|event| text(&event["event"]["id"])).collect()
}

/// Runbook, "Payment events", refused: the processor signs with a secret that we do not have.
#[tokio::test]
async fn rehearsal_3_events_under_a_secret_that_we_lack_are_refused_and_come_again_once_we_have_it()
{
    let _alone = SHARED.write().await;
    let world = World::new();
    let alarm = world.aws.alarm("SignaturesRefusedAlarm").await;
    let before = world.aws.figures(&alarm, "WalletLogs").await.len();
    world.sandbox("/_sandbox/webhooks", &json!({ "sign_wrong": true })).await;
    let (member, payment) = payer(&world, "rosa", 2_000).await;
    let refused = world.stack.eventually("the alarm's figure", async || {
        let figures = world.aws.figures(&alarm, "WalletLogs").await;
        Ok(alarm.rings(figures.iter().skip(before).sum()).then_some(()))
    });
    let refused = refused.await;
    let unpaid = member.get("/v1/wallet").await;
    // The steps: the secret that the processor shows goes into ours; nothing is deployed; the events are sent again.
    let old = store_webhook_secret(&world, "another secret").await;
    for event_id in events_of(&world, &payment).await {
        world.sandbox("/_sandbox/deliver", &json!({ "event_id": event_id })).await;
    }
    let paid = has(&world, &member, 2_000).await;
    store_webhook_secret(&world, &old).await;
    world.sandbox("/_sandbox/webhooks", &json!({})).await;
    refused.unwrap();
    assert_eq!(unpaid.unwrap()["available_minor"], 0);
    paid.unwrap();
    // The way back is another rotation: the process that has just learnt the new secret learns the old one again.
    let (second, _) = payer(&world, "rosa", 500).await;
    has(&world, &second, 500).await.unwrap();
    let statement = member.get("/v1/wallet/statement").await.unwrap();
    assert_eq!((count(&statement, "top_up"), sum(&statement)), (1, 2_000), "{statement}");
    world.assert_conserved().await;
}

/// Runbook, "Payment events", parked: a dispute's end arrives and its begin never did.
#[tokio::test]
async fn rehearsal_4_an_event_that_is_parked_is_applied_once_its_first_part_is_there() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let alarm = world.aws.alarm("ParkedEventsAlarm").await;
    let before = world.aws.figures(&alarm, "WalletLogs").await.len();
    let (member, payment) = payer(&world, "rob", 2_000).await;
    has(&world, &member, 2_000).await.unwrap();
    let dispute = |status: &str| {
        json!({
            "id": format!("dp_{payment}"), "charge": "ch_1", "payment_intent": payment,
            "amount": 2_000, "currency": "usd", "status": status,
        })
    };
    let closed = json!({ "type": "charge.dispute.closed", "object": dispute("won") });
    let closed = text(&world.sandbox("/_sandbox/events", &closed).await["id"]);
    world.sandbox("/_sandbox/deliver", &json!({ "event_id": closed, "copies": 5 })).await;
    let app = &world.stack.outputs["AppTable"];
    let stripe = format!("STRIPE#{closed}");
    let parked = world.stack.eventually("the parked event", async || {
        let kept = world.aws.item(app, &stripe, "EVENT").await;
        Ok((kept["status"]["S"] == "parked").then_some(kept))
    });
    let parked = parked.await.unwrap();
    assert_eq!(parked["problem"]["S"], "the dispute has not been opened", "{parked}");
    let rung = world.stack.eventually("the alarm's figure", async || {
        let figures = world.aws.figures(&alarm, "WalletLogs").await;
        Ok(alarm.rings(figures.iter().skip(before).sum()).then_some(()))
    });
    rung.await.unwrap();
    // The steps: the first event again, then this one.
    let opened = json!({ "type": "charge.dispute.created", "object": dispute("needs_response") });
    world.sandbox("/_sandbox/events", &opened).await;
    has(&world, &member, 0).await.unwrap();
    world.sandbox("/_sandbox/deliver", &json!({ "event_id": closed })).await;
    let wallet = has(&world, &member, 2_000).await.unwrap();
    assert_eq!(wallet["spending_locked"], false, "{wallet}");
    let applied = world.aws.item(app, &stripe, "EVENT").await;
    assert_eq!(applied["status"]["S"], "applied", "{applied}");
    world.assert_conserved().await;
}

/// The public page's figure, of a check that is made now.
async fn money(world: &World) -> Value {
    world.aws.scheduled("CheckConservation").await;
    let url = format!("{}/v1/status", world.stack.url);
    let reply = world.stack.call(None, Method::GET, &url, None, None).await.unwrap();
    reply.ok().unwrap()["money"].clone()
}

/// Runbook, "Conservation differs": somebody with the account's own rights has changed a balance.
#[tokio::test]
async fn rehearsal_5_a_balance_that_was_changed_by_hand_is_found_named_and_stops_payouts() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let differ = world.aws.alarm("ConservationAlarm").await;
    let stopped = differ.beside("run_payouts", "PayoutsStopped");
    let member = world.member_with("sia", 1_500).await;
    assert_eq!(money(&world).await["state"], "conserved");
    let add = async |minor: i64| {
        let update = json!({
            "TableName": world.stack.outputs["LedgerTable"],
            "Key": { "pk": { "S": format!("MEMBER#{}", member.id) }, "sk": { "S": "WALLET" } },
            "UpdateExpression": "SET available_minor = available_minor + :more",
            "ExpressionAttributeValues": { ":more": { "N": minor.to_string() } },
        });
        let answer = world.aws.call("dynamodb", "DynamoDB_20120810.UpdateItem", &update).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    add(7).await;
    let seen = money(&world).await;
    let figures = world.admin().await.get("/v1/admin/conservation").await;
    world.aws.scheduled("RunPayouts").await;
    let rung = world.stack.eventually("the alarms' figures", async || {
        let mut last = Vec::new();
        for (alarm, logs) in [(&differ, "ProofsLogs"), (&stopped, "WalletLogs")] {
            let figure = world.aws.figures(alarm, logs).await.last().copied();
            last.push(figure.is_some_and(|figure| alarm.rings(figure)));
        }
        Ok((last == [true, true]).then_some(()))
    });
    let rung = rung.await;
    // The step: no entry stands behind the seven cents, so the write that made them is taken back.
    add(-7).await;
    assert_eq!(
        (&seen["state"], &seen["balances_differing"]),
        (&json!("differs"), &json!(1)),
        "{seen}"
    );
    let expected = json!([{
        "account": format!("member:{}:spending", member.id), "currency": "USD",
        "balance_minor": 1_507, "postings_minor": 1_500,
    }]);
    let figures = figures.unwrap();
    assert_eq!(figures["differences"], expected, "{figures}");
    rung.unwrap();
    assert_eq!(money(&world).await["state"], "conserved");
    world.assert_conserved().await;
}

/// Runbook, "The signing key cannot be used": it was disabled.
#[tokio::test]
async fn rehearsal_6_without_the_signing_key_nobody_signs_in_and_who_is_in_goes_on() {
    let _alone = SHARED.write().await;
    let world = World::new();
    assert!(world.aws.alarm("ApiErrorsAlarm").await.rings(6));
    let inside = world.member_with("tove", 1_000).await;
    let email = address("ulf");
    let code = json!({ "email": email, "code": world.stack.mailed_code(&email).await.unwrap() });
    let enter = async || {
        world.stack.call(None, Method::POST, "/v1/sign-in/code", None, Some(&code)).await.unwrap()
    };
    let signing = world.aws.physical("SigningKey").await;
    let switch = async |target: &str| {
        let answer = world.aws.call("kms", target, &json!({ "KeyId": signing })).await;
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
    };
    switch("TrentService.DisableKey").await;
    let refused = enter().await;
    let still = inside.get("/v1/wallet").await;
    switch("TrentService.EnableKey").await;
    assert!(refused.status.is_server_error(), "{}: {}", refused.status, refused.body);
    assert_eq!(still.unwrap()["available_minor"], 1_000);
    // The step: the key is enabled again. The code from before still works.
    let entered = enter().await;
    assert_eq!(entered.status, 200, "{}", entered.body);
    assert_eq!(entered.body["me"]["email"], email.as_str());
}
