//! The routes and consumers of the rooms domain.

mod open_media;

use axum::Router;
use serde_json::{Value, json};
use testkit::{Kit, Reply, call, post};

use crate::session_world::{Who, World};

/// A world with a room in it that can be asked for media.
struct Rooms {
    w: World,
    router: Router,
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
        let router = web::serve(rooms::router(rooms::App::new(w.kit.ctx(), &aws)));
        Self { w, router }
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
