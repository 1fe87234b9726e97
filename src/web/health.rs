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
use crate::model::WallTime;

#[derive(Serialize)]
struct Health {
    read: bool,
    write: bool,
    /// How the last attempt went.
    backup: &'static str,
    /// When the last one was made that is whole, by the server's clock on the wall.
    last_backup: Option<String>,
}

#[derive(Responder)]
pub(super) struct Answer {
    body: (Status, (ContentType, String)),
    cache: Header<'static>,
}

#[get("/healthz")]
pub(super) async fn health(app: &State<App>) -> Answer {
    let seen = app.health.look(&app.store).await;
    let last = seen.backups.as_ref().and_then(|attempts| attempts.last);
    let backup = match &seen.backups {
        Some(attempts) if attempts.failed.is_some() => "failed",
        Some(_) if last.is_some() => "made",
        Some(_) => "none",
        None => "unknown",
    };
    let last_backup = last.map(WallTime::typed);
    let health = Health { read: seen.read, write: seen.write, backup, last_backup };
    let status = if seen.read && seen.write { Status::Ok } else { Status::ServiceUnavailable };
    let body = serde_json::to_string(&health).unwrap_or_default();
    Answer {
        body: (status, (ContentType::JSON, body)),
        cache: Header::new("Cache-Control", "no-store"),
    }
}
