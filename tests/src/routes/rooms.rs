//! The routes and consumers of the rooms domain.

mod agora;
mod open_media;
mod whereby;

use axum::Router;
use serde_json::{Value, json};
use store::site::RoomAdapter;
use store::{Key, Table, Transaction};
use testkit::{Kit, Reply, call, post};

use crate::session_world::{Who, World};

/// A world with a room in it that can be asked for media.
struct Rooms {
    w: World,
    app: rooms::App,
    router: Router,
}

/// Switches the kit's brand to an adapter, with this secret.
async fn carried_by(kit: &Kit, adapter: RoomAdapter, secret: &Value) {
    let mut site = store::site::find(&kit.store(), "soulseer").await.unwrap().unwrap();
    site.room = adapter;
    let key = Key::new("SITE", "BRAND#soulseer");
    let tx = Transaction::new().replace("site", Table::App, &key, &site, None);
    kit.store().commit(tx).await.unwrap();
    kit.aws.put_secret("room", &secret.to_string());
}

impl Rooms {
    /// C with a balance, R online.
    async fn new(balance_minor: i64) -> Self {
        Self::with(Kit::new().await, balance_minor).await
    }

    /// As [`Rooms::new`] in a world that was prepared.
    async fn with(kit: Kit, balance_minor: i64) -> Self {
        let w = World::with(kit, balance_minor).await;
        let aws = w.kit.aws.config();
        let app = rooms::App::new(w.kit.ctx(), &aws);
        let router = web::serve(rooms::router(app.clone()));
        Self { w, app, router }
    }

    /// Asks for media.
    async fn ask(&self, who: Who, session_id: &str) -> Reply {
        let path = format!("/v1/sessions/{session_id}/media");
        let request = post(&path).bearer(&self.w.token(who).await).json(json!({}));
        call(&self.router, request).await
    }

    /// Media that must be given.
    async fn media(&self, who: Who, session_id: &str) -> Value {
        let reply = self.ask(who, session_id).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }
}
