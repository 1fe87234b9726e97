//! `/healthz`: whether the server can do its work, for monitoring. It needs no token and says nothing about
//! the stored data.
//!
//! It reads and writes the database, so a full disk or a missing file shows here before a user notices. A
//! failed backup is reported but leaves the status 200: a monitor that restarts the server on 503 could
//! not repair it.

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
    /// The result of the last attempt.
    backup: &'static str,
    /// When the last complete backup was made, in wall-clock time.
    last_backup: Option<String>,
    /// How many standbys of PostgreSQL confirm each commit; missing over a file, and while there is no primary.
    #[serde(skip_serializing_if = "Option::is_none")]
    standbys: Option<usize>,
}

#[derive(Responder)]
pub(super) struct Answer {
    body: (Status, (ContentType, String)),
    cache: Header<'static>,
}

#[get("/healthz")]
pub(super) async fn health(app: &State<App>) -> Answer {
    let seen = app.health.look(&app.store).await;
    let last = seen.backups.as_ref().and_then(|history| history.last);
    let backup = match &seen.backups {
        Some(history) if history.failed.is_some() => "failed",
        Some(_) if last.is_some() => "made",
        Some(_) => "none",
        None => "unknown",
    };
    let last_backup = last.map(WallTime::typed);
    let standbys = app.store.activity().standbys_in_step();
    let health = Health { read: seen.read, write: seen.write, backup, last_backup, standbys };
    let status = if seen.read && seen.write { Status::Ok } else { Status::ServiceUnavailable };
    let body = serde_json::to_string(&health).unwrap_or_default();
    Answer {
        body: (status, (ContentType::JSON, body)),
        cache: Header::new("Cache-Control", "no-store"),
    }
}
