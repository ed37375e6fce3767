//! People with something between them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::SdkConfig;
use aws_sdk_s3::primitives::ByteStream;
use axum::extract::State;
use axum::{Json, Router};
use identity::{family, proof};
use jiff::SignedDuration;
use ledger::Currency;
use runtime::new_id;
use serde_json::{Value, json};
use store::Transaction;
use store::host::{HostItem, Rates};
use store::payout::{PayoutItem, PayoutStatus, host_list, status_list};
use store::sign_in::{challenge_key, create_family, find_challenge};
use store::user::Role;
use testkit::{Person, call, post};
use uuid::Uuid;
use web::{Ctx, random_secret, secret_hash};

/// What a member has to spend, minor units.
const BALANCE_MINOR: i64 = 10_000;
/// How many hosts the catalogue has: three pages of it. Each look at it reads them all.
const LISTED_HOSTS: usize = 60;
/// How far a session goes, by whom: each scene stops at the next step, in turn.
const STEPS: [(bool, &str); 6] = [
    (true, "accept"),
    (false, "join"),
    (true, "join"),
    (true, "messages"),
    (false, "leave"),
    (false, "end"),
];

/// Makes scenes.
pub struct Theatre {
    ctx: Ctx,
    objects: aws_sdk_s3::Client,
    api: Router,
    admin: Person,
    /// In the name of everybody, so that nobody of an earlier run on this stack is in the way.
    run: String,
    made: AtomicUsize,
}

/// A new scene: tokens by role, and the ids of what belongs to its member and host, by the names that parameters and
/// bodies have for them.
pub async fn next(State(theatre): State<Arc<Theatre>>) -> Json<Value> {
    let number = theatre.made.fetch_add(1, Ordering::Relaxed);
    let ctx = &theatre.ctx;
    let before = ctx.now() - SignedDuration::from_hours(1);
    let person = async |name: &str, roles: &[Role]| {
        testkit::person(ctx, &format!("{name}{}{number}", theatre.run), roles, before).await
    };
    let (member, host) = (person("Cleo", &[]).await, person("Rhea", &[Role::Host]).await);
    testkit::fund(ctx, &member, BALANCE_MINOR).await;
    let tx = store::host::create(Transaction::new(), &profile(&host));
    ctx.store.commit(tx).await.unwrap();
    if number < LISTED_HOSTS {
        // The second version puts the host into the catalogue.
        let profile = ctx.store.host(host.user.id).await.unwrap().unwrap();
        let tx = store::host::save(Transaction::new(), &profile, &profile);
        ctx.store.commit(tx).await.unwrap();
    }
    let network = format!("172.16.{}.{}", number / 256 % 256, number % 256);
    let scene = Scene { theatre: &theatre, network, member: &member, host: &host };
    let mut ids = scene.session(number).await;
    ids.insert("user_id", json!(member.id()));
    ids.insert("host_id", json!(host.id()));
    ids.insert("slug", json!(host.user.host_slug));
    ids.insert("payout_id", json!(scene.payout().await));
    ids.insert("photo_key", scene.photo().await);
    ids.insert("top_up_id", scene.top_up().await);
    let sign_in = scene.sign_in().await;
    let (_, cookie) = scene.family().await;
    ids.insert("sign_in_id", json!(scene.family().await.0));
    let admin = testkit::token(ctx, &theatre.admin.user).await;
    Json(json!({
        "tokens": { "member": member.token, "host": host.token, "admin": admin },
        "ids": ids,
        "sign_in": sign_in,
        "cookie": cookie,
    }))
}

impl Theatre {
    /// Over the stores that `ctx` and `aws` reach; `api` serves what the people of a scene have done already.
    pub async fn new(ctx: Ctx, aws: &SdkConfig, api: Router) -> Self {
        let run = Uuid::new_v4().simple().to_string().split_off(24);
        let admin = testkit::person(&ctx, &format!("Ada{run}"), &[Role::Admin], ctx.now()).await;
        let by_path = aws_sdk_s3::config::Builder::from(aws).force_path_style(true).build();
        let objects = aws_sdk_s3::Client::from_conf(by_path);
        Self { ctx, objects, api, admin, run, made: AtomicUsize::new(0) }
    }
}

struct Scene<'a> {
    theatre: &'a Theatre,
    /// Everybody of a scene comes from one network.
    network: String,
    member: &'a Person,
    host: &'a Person,
}

impl Scene<'_> {
    /// A session that has come as far as it is this scene's turn; what was said in it, and reported.
    async fn session(&self, number: usize) -> BTreeMap<&'static str, Value> {
        let asked = json!({ "host_id": self.host.id(), "modality": "text" });
        let session = self.done(self.member, "/v1/sessions", asked).await;
        let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
        let mut ids = BTreeMap::from([("session_id", session["id"].clone())]);
        for (by_host, verb) in STEPS.into_iter().take(number % (STEPS.len() + 1)) {
            let person = if by_host { self.host } else { self.member };
            let is_message = verb == "messages";
            let body = if is_message { json!({ "text": "Good evening." }) } else { json!({}) };
            let reply = self.done(person, &format!("{path}/{verb}"), body).await;
            if is_message {
                let report = format!("{path}/messages/{}/report", reply["id"].as_str().unwrap());
                ids.insert("message_id", reply["id"].clone());
                if number.is_multiple_of(2) {
                    let body = json!({ "reason": "It was rude." });
                    let report = self.done(self.member, &report, body).await;
                    ids.insert("report_id", report["id"].clone());
                }
            }
        }
        ids
    }

    async fn top_up(&self) -> Value {
        let body = json!({ "amount_minor": 2_500 });
        self.done(self.member, "/v1/wallet/top-ups", body).await["id"].clone()
    }

    async fn photo(&self) -> Value {
        let body = json!({ "content_type": "image/png", "size_bytes": 21 });
        let upload = self.done(self.host, "/v1/host/photo", body).await;
        let put = self.theatre.objects.put_object().bucket(&self.theatre.ctx.config.media_bucket);
        let put = put.key(upload["photo_key"].as_str().unwrap()).content_type("image/png");
        put.body(ByteStream::from_static(b"\x89PNG\r\n\x1a\n and more 1")).send().await.unwrap();
        upload["photo_key"].clone()
    }

    /// A payout that was refused.
    async fn payout(&self) -> String {
        let (host_id, payout_id) = (self.host.id(), new_id(self.theatre.ctx.now()).to_string());
        let item = PayoutItem {
            payout_id: payout_id.clone(),
            host_id: host_id.clone(),
            host_name: self.host.user.display_name.clone(),
            period: "2026-W46".into(),
            attempt: 1,
            transfer_key: payout_id.clone(),
            account_id: "acct_1".into(),
            amount_minor: 4_200,
            currency: Currency::USD,
            status: PayoutStatus::Failed,
            transfer_id: None,
            problem: Some("The account is closed.".into()),
            claim: "claim".into(),
            claimed_until_ms: 0,
            sends: 1,
            returned_minor: 0,
            reserved_at_ms: 0,
            decided_at_ms: Some(0),
            gsi1pk: host_list(&host_id),
            gsi1sk: payout_id.clone(),
            gsi2pk: status_list(PayoutStatus::Failed),
            gsi2sk: payout_id.clone(),
        };
        let tx = store::payout::create(Transaction::new(), &item);
        self.theatre.ctx.store.commit(tx).await.unwrap();
        payout_id
    }

    /// What a sign-in mail to the member would carry.
    async fn sign_in(&self) -> Value {
        let email = &self.member.user.email;
        self.done(self.member, "/v1/sign-in/mail", json!({ "email": email })).await;
        let (ctx, key) = (&self.theatre.ctx, challenge_key(email));
        let challenge = find_challenge(&ctx.store, &key).await.unwrap().unwrap();
        let code = proof(&ctx.tokens, challenge.id).await.unwrap().code;
        json!({ "email": email, "code": code })
    }

    /// A sign-in of the member: its id, and the value of its refresh cookie.
    async fn family(&self) -> (Uuid, String) {
        let (user, secret) = (&self.member.user, random_secret().unwrap());
        let (ctx, id) = (&self.theatre.ctx, new_id(self.theatre.ctx.now()));
        let (hash, generation) = (secret_hash(&secret), user.token_generation);
        let family = family::begin(id, user.id, generation, hash, None, ctx.now());
        ctx.store.commit(create_family(Transaction::new(), &family)).await.unwrap();
        (id, format!("{}.{}.{secret}", user.id.simple(), id.simple()))
    }

    /// A request that must work.
    async fn done(&self, person: &Person, path: &str, body: Value) -> Value {
        let key = Uuid::new_v4().to_string();
        let request = post(path).bearer(&person.token).key(&key).peer(&self.network);
        let reply = call(&self.theatre.api, request.json(body)).await;
        assert!(reply.status < 300, "{path}: {}", reply.text);
        reply.body
    }
}

/// A verified host who is online.
fn profile(host: &Person) -> HostItem {
    let rates = Rates { text_minor: Some(200), voice_minor: Some(300), video_minor: None };
    HostItem {
        slug: host.user.host_slug.clone().unwrap(),
        bio: "I read cards, slowly and plainly, in English and Dutch.".into(),
        statement: "Ten years at fairs and by phone.".into(),
        ..testkit::profile(&host.user, rates)
    }
}
