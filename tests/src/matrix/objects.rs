//! What the `{ids}` of paths and bodies may be: the caller's own, somebody else's, nobody's.
//!
//! A new kind of id is one arm in [`id`] (and one name in [`IN_BODIES`] if bodies have it).

use identity::family::begin;
use metering::Side;
use store::host::{HostItem, Status};
use store::payout::{PayoutItem, PayoutStatus, host_list, status_list};
use store::report::ReportItem;
use store::session::{MessageItem, message_key};
use store::sign_in::create_family;
use store::top_up::{TopUpItem, top_up_key};
use store::user::HostStatus;
use store::{Table, Transaction};
use testkit::Person;
use web::Route;

use super::scene::{Scene, body_of};
use crate::session_world::{profile, profile_of};

/// Ids that bodies have too.
const IN_BODIES: [&str; 3] = ["session_id", "host_id", "photo_key"];

/// What nothing is called.
const NOTHING: &str = "019a9f60-0000-7000-8000-00000000dead";

/// The names of the objects that a route's path and body speak of.
pub fn named_by(route: &Route) -> Vec<String> {
    let in_path = route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let body = body_of(route);
    let in_body = IN_BODIES.into_iter().filter(|name| body.get(name).is_some());
    in_path.chain(in_body).map(str::to_owned).collect()
}

/// The rows that a route has.
pub fn rows_of(route: &Route) -> &'static [&'static str] {
    if named_by(route).is_empty() { &["none"] } else { &["own", "other", "absent"] }
}

/// The id called `name` in the row `object`, as `caller` uses it; it is made if it must exist.
pub async fn id(scene: &mut Scene, name: &str, caller: &str, object: &str) -> String {
    let own = owner(caller);
    match (name, object) {
        // An upload belongs to its host by its key.
        ("photo_key", "absent") => {
            let host = host(scene, own).await;
            format!("uploads/hosts/{}/{NOTHING}", host.id())
        }
        ("slug", "absent") => "nobody".to_owned(),
        (_, "absent") => NOTHING.to_owned(),
        ("session_id", "own") => scene.session(asker(own)).await,
        ("session_id", _) => {
            scene.session(if asker(own) == "Cleo" { "Sven" } else { "Cleo" }).await
        }
        ("top_up_id", _) => top_up(scene, whose(own, object, "Cleo", "Sven")).await,
        ("sign_in_id", _) => sign_in(scene, whose(own, object, "Cleo", "Sven")).await,
        ("user_id", _) => scene.person(whose(own, object, "Cleo", "Sven")).await.id(),
        ("host_id", _) => host(scene, whose(own, object, "Rhea", "Hugo")).await.id(),
        ("slug", _) => slug(&host(scene, whose(own, object, "Rhea", "Hugo")).await),
        ("photo_key", _) => {
            let host = host(scene, whose(own, object, "Rhea", "Hugo")).await;
            let key = format!("uploads/hosts/{}/019a9f60-0000-7000-8000-0000000000bb", host.id());
            scene.world.kit.aws.put_object(&key, "image/png", b"\x89PNG\r\n\x1a\n and more");
            key
        }
        ("message_id", _) => {
            let session = Box::pin(id(scene, "session_id", caller, object)).await;
            message(scene, &session, if own == "Rhea" { Side::Member } else { Side::Host }).await
        }
        ("report_id", _) => report(scene, whose(own, object, "Cleo", "Sven")).await,
        ("payout_id", _) => payout(scene, whose(own, object, "Rhea", "Hugo")).await,
        (name, _) => panic!("teach tests/src/matrix/objects.rs what `{name}` is"),
    }
}

/// Whose the things are that a caller calls their own. Who is signed out is Cleo, who sat here before.
pub fn owner(caller: &str) -> &'static str {
    match caller {
        "suspended" => "Sue",
        "stranger" => "Sven",
        "host" => "Rhea",
        "admin" => "Ada",
        _ => "Cleo",
    }
}

/// Who asked for the session that somebody is part of: Rhea holds Cleo's.
fn asker(person: &'static str) -> &'static str {
    if person == "Rhea" { "Cleo" } else { person }
}

/// The person of the row: the caller, or the first of two who is not the caller.
fn whose(
    own: &'static str,
    object: &str,
    first: &'static str,
    second: &'static str,
) -> &'static str {
    match object {
        "own" => own,
        _ if own == first => second,
        _ => first,
    }
}

/// A pending top-up of a person.
async fn top_up(scene: &mut Scene, name: &'static str) -> String {
    let person = scene.person(name).await;
    let id = numbered(name);
    let amount = ledger::Money::new(2_500, ledger::Currency::USD);
    let item = TopUpItem::new(id.clone(), &person.id(), amount, 0);
    let tx = Transaction::new().create("top_up", Table::App, &top_up_key(&id), &item);
    // It may be there from the caller before.
    let _ = scene.world.kit.store().commit(tx).await;
    id
}

/// A browser in which a person is signed in.
async fn sign_in(scene: &mut Scene, name: &'static str) -> String {
    let person = scene.person(name).await;
    let (id, now) = (numbered(name), scene.world.kit.ctx().now());
    let generation = person.user.token_generation;
    let family_id = id.parse().unwrap();
    let family = begin(family_id, person.user.id, generation, "hash".into(), None, now);
    // It may be there from the caller before.
    let _ = scene.world.kit.store().commit(create_family(Transaction::new(), &family)).await;
    id
}

/// What somebody's other side said in a session.
async fn message(scene: &Scene, session_id: &str, from: Side) -> String {
    let message_id = "019a9f60-0000-7000-8000-0000000000cc".to_owned();
    let item = MessageItem {
        message_id: message_id.clone(),
        session_id: session_id.to_owned(),
        from,
        text: "Hello.".into(),
        sent_ms: 0,
    };
    let key = message_key(session_id, &message_id);
    // It may be there from the caller before, as with all that is made here.
    let tx = Transaction::new().create("message", Table::App, &key, &item);
    let _ = scene.world.kit.store().commit(tx).await;
    message_id
}

/// An open report that a person made.
async fn report(scene: &mut Scene, name: &'static str) -> String {
    let person = scene.person(name).await;
    let report_id = numbered(name);
    let item = ReportItem {
        report_id: report_id.clone(),
        status: store::report::Status::Open,
        session_id: NOTHING.into(),
        message_id: NOTHING.into(),
        text: "Hello.".into(),
        sent_ms: 0,
        author_id: NOTHING.into(),
        author_name: "Nobody".into(),
        reporter_id: person.id(),
        reporter_name: name.into(),
        reason: "It was rude.".into(),
        reported_ms: 0,
        note: None,
        decided_ms: None,
    };
    let tx = store::report::create(Transaction::new(), &item);
    let _ = scene.world.kit.store().commit(tx).await;
    report_id
}

/// A paid payout of a host.
async fn payout(scene: &mut Scene, name: &'static str) -> String {
    let (host_id, id) = (scene.person(name).await.id(), numbered(name));
    let item = PayoutItem {
        payout_id: id.clone(),
        host_id: host_id.clone(),
        host_name: name.into(),
        period: "2026-W46".into(),
        attempt: 1,
        transfer_key: "payout".into(),
        account_id: "acct_1".into(),
        amount_minor: 4_200,
        currency: ledger::Currency::USD,
        status: PayoutStatus::Paid,
        transfer_id: Some("tr_1".into()),
        problem: None,
        claim: "claim".into(),
        claimed_until_ms: 0,
        sends: 1,
        returned_minor: 0,
        reserved_at_ms: 0,
        decided_at_ms: Some(0),
        gsi1pk: host_list(&host_id),
        gsi1sk: id.clone(),
        gsi2pk: status_list(PayoutStatus::Paid),
        gsi2sk: id.clone(),
    };
    let tx = store::payout::create(Transaction::new(), &item);
    let _ = scene.world.kit.store().commit(tx).await;
    id
}

/// An id of a person's own.
fn numbered(name: &str) -> String {
    let number = name.bytes().fold(0_u32, |sum, byte| sum * 31 + u32::from(byte));
    format!("019a9f60-0000-7000-8000-{number:012x}")
}

/// A person with a profile: verified for hosts, a pending application for everybody else.
async fn host(scene: &mut Scene, name: &'static str) -> Person {
    let person = scene.person(name).await;
    let kit = &scene.world.kit;
    if kit.store().host(person.user.id).await.unwrap().is_some() {
        return person;
    }
    if person.user.host_status == HostStatus::Verified {
        profile(kit, &person).await;
        return person;
    }
    let pending = HostItem {
        status: Status::Pending,
        online: false,
        verified_at_ms: None,
        ..profile_of(&person)
    };
    kit.store().commit(store::host::create(Transaction::new(), &pending)).await.unwrap();
    let slug = slug(&person);
    kit.change(&person.user, |user| {
        user.host_status = HostStatus::Pending;
        user.host_slug = Some(slug);
    })
    .await;
    person
}

fn slug(person: &Person) -> String {
    person.user.display_name.to_lowercase()
}
