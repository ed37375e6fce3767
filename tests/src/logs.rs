//! What the log says about who was refused, as JSON lines.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use testkit::{Kit, call, get};

/// Lines that were logged by this thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn last(&self) -> Value {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_shut_door_names_the_request_and_who_stood_before_it() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let kit = Kit::new().await;
    let app = identity::App::new(kit.ctx(), &kit.aws.config()).unwrap();
    let router = web::serve(identity::router(app));
    let ada = kit.member("Ada").await;

    let reply = call(&router, get("/v1/admin/users").bearer(&ada.token)).await;
    assert_eq!(reply.status, 403);
    let line = lines.last();
    assert_eq!((&line["key"], &line["level"]), (&"forbidden".into(), &"INFO".into()));
    assert_eq!(line["user_id"], ada.id());
    assert_eq!(line["request_id"], reply.body["instance"]);

    // A token that counts for nothing names nobody, whatever it claims.
    let forged = format!("{}x", ada.token);
    let reply = call(&router, get("/v1/admin/users").bearer(&forged)).await;
    assert_eq!(reply.status, 401);
    let line = lines.last();
    assert_eq!((&line["key"], line.get("user_id")), (&"not-signed-in".into(), None));
    assert!(!line.to_string().contains(&forged), "{line}");
}
