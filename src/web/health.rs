//! `/healthz`: whether the server can do its work, for whoever watches it. It needs no token and
//! tells nothing of what is stored.
//!
//! It really reads and really writes: a disk that is full or a file that was taken away shows here
//! before a user meets it. A backup that failed is told, and leaves the answer 200, since nothing
//! that watches for 503 could mend it by starting the server anew.

use rocket::http::{ContentType, Header, Status};
use rocket::response::Responder;
use rocket::{State, get};
use serde::Serialize;

use crate::app::App;
use crate::store::Attempts;

#[derive(Serialize)]
struct Health {
    read: bool,
    write: bool,
    backup: &'static str,
}

#[derive(Responder)]
pub(super) struct Answer {
    body: (Status, (ContentType, String)),
    cache: Header<'static>,
}

#[get("/healthz")]
pub(super) async fn health(app: &State<App>) -> Answer {
    let attempts = app.store.read(|snapshot| snapshot.backup_attempts()).await;
    let write = app.store.write(|tx| tx.touch()).await.is_ok();
    let backup = match &attempts {
        Ok(Attempts { failed: Some(_), .. }) => "failed",
        Ok(Attempts { last: Some(_), .. }) => "made",
        Ok(_) => "none",
        Err(_) => "unknown",
    };
    let health = Health { read: attempts.is_ok(), write, backup };
    let status = if health.read && write { Status::Ok } else { Status::ServiceUnavailable };
    let body = serde_json::to_string(&health).unwrap_or_default();
    Answer {
        body: (status, (ContentType::JSON, body)),
        cache: Header::new("Cache-Control", "no-store"),
    }
}
