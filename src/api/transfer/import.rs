//! `POST /import`: a calendar, or several in a zip, comes in.
//!
//! A file may have two hundred thousand events, so it is taken in by slices: the writes of others go between them. The
//! domain stages them, so that nothing of a file is stored until all of it is, and takes away what is staged if an
//! error ends it.

use std::sync::{Arc, Mutex, PoisonError};

use rocket::{State, post};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use crate::api::caller::Caller;
use crate::api::envelope::Answer;
use crate::api::parameters::Parameters;
use crate::api::query::Query;
use crate::api::refusal::Result;
use crate::api::terms::Terms;
use crate::api::upload::Upload;
use crate::api::values::{Count, Id};
use crate::app::{App, Turn};
use crate::archive::{self, File};
use crate::domain::access;
use crate::domain::transfer::{Import, Item, Report};
use crate::error::Error;
use crate::model::{Door, GroupId};

/// Where a file goes, and whether it does.
#[derive(Deserialize, ToSchema)]
pub(in crate::api) struct WhichImport {
    /// The group that its events go to; without it, they are personal.
    #[schema(nullable = false)]
    group: Option<Id>,
    /// Whether it is only said what would become of it.
    #[schema(nullable = false)]
    dry_run: Option<bool>,
}

impl Parameters for WhichImport {}

/// What became of a file. All parts of one `UID` count as one.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// How many were read.
    #[schema(value_type = Count)]
    read: u64,
    /// How many are new.
    #[schema(value_type = Count)]
    created: u64,
    /// How many replaced an older version of themselves.
    #[schema(value_type = Count)]
    updated: u64,
    /// How many were there already.
    #[schema(value_type = Count)]
    unchanged: u64,
    /// How many could not be taken.
    #[schema(value_type = Count)]
    skipped: u64,
    /// Those of which there is more to say, in the order of the file.
    #[schema(max_items = 1000)]
    items: Vec<ImportItem>,
}

/// What became of one of a file.
#[derive(Serialize, ToSchema)]
struct ImportItem {
    /// The file of a zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    file: Option<String>,
    /// Its `UID`; what is broken has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    uid: Option<String>,
    /// The line of the file on which it begins.
    #[schema(minimum = 1)]
    line: usize,
    #[schema(value_type = Outcome)]
    outcome: &'static str,
    /// One sentence for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    detail: Option<String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the domain")]
enum Outcome {
    Created,
    Updated,
    Unchanged,
    Skipped,
    Noted,
}

impl From<Report> for ImportReport {
    fn from(report: Report) -> Self {
        let Report { read, created, updated, unchanged, skipped, items } = report;
        let items = items.into_iter().map(ImportItem::from).collect();
        Self { read, created, updated, unchanged, skipped, items }
    }
}

impl From<Item> for ImportItem {
    fn from(Item { file, uid, line, outcome, detail }: Item) -> Self {
        Self { file, uid, line, outcome: outcome.word(), detail }
    }
}

/// Takes in a file, or says what would become of it.
#[post("/import", data = "<file>")]
pub(in crate::api) async fn import(
    caller: Caller,
    query: Query<WhichImport>,
    app: &State<App>,
    file: Upload<'_>,
) -> Result<Answer<ImportReport>> {
    let caller = caller.by(Door::Import);
    // Everything that can be refused without the file, before it is sent.
    let (group, dry_run) = caller
        .read_inline(app, query, |snapshot, user, WhichImport { group, dry_run }| {
            let group = group.map(|Id(id)| GroupId(id));
            group.map_or(Ok(()), |group| access::fillable_group(snapshot, user.id, group))?;
            Ok((group, dry_run.unwrap_or(false)))
        })
        .await?;
    caller.count_write(app)?;
    let _place = app.transfers.import(caller.email())?;
    let file = file.spool().await?;
    let turn = app.transfers.turn().await?;
    let report = if dry_run {
        rehearse(&caller, app, read(file, group).await?, turn).await?
    } else {
        take_in(&caller, app, read(file, group).await?, turn).await?
    };
    Ok(Answer::data(report.into())?)
}

/// Reads the outline of a file, which takes time.
async fn read(file: std::fs::File, group: Option<GroupId>) -> Result<Import> {
    let read = spawn_blocking(move || {
        let files = archive::files(file)?;
        Ok(Import::new(
            files.into_iter().map(|File { name, bytes }| (name, bytes)).collect(),
            group,
        ))
    });
    let read = read.await.map_err(|error| Error::Internal(format!("reading a file: {error}")))?;
    read.map_err(|error: Error| error.into())
}

async fn rehearse(caller: &Caller, app: &App, import: Import, turn: Turn) -> Result<Report> {
    let (now, terms) = (app.clock.now()?, Terms::of(app));
    let rehearsed = caller.read(app, (), move |snapshot, user, ()| {
        let _turn = turn;
        import.rehearse(snapshot, &user, terms.at(now))
    });
    rehearsed.await
}

async fn take_in(caller: &Caller, app: &App, import: Import, _turn: Turn) -> Result<Report> {
    let (now, terms) = (app.clock.now()?, Arc::new(Terms::of(app)));
    let import = Arc::new(Mutex::new(import));
    loop {
        let (slice, terms) = (Arc::clone(&import), Arc::clone(&terms));
        let step = caller.write_part(app, move |tx, user| {
            let mut import = slice.lock().unwrap_or_else(PoisonError::into_inner);
            import.step(tx, &user, terms.at(now))
        });
        match step.await {
            Ok(None) => {}
            Ok(Some(report)) => return Ok(report),
            Err(refusal) => {
                abandon(app, import).await;
                return Err(refusal);
            }
        }
    }
}

/// Takes away what is staged of a file. The user may be gone, or have ended the token.
async fn abandon(app: &App, import: Arc<Mutex<Import>>) {
    loop {
        let slice = Arc::clone(&import);
        let work = move |tx: &crate::store::Transaction<'_>| {
            slice.lock().unwrap_or_else(PoisonError::into_inner).abandon(tx)
        };
        match app.store.write(work).await {
            Ok(false) => {}
            Ok(true) => return,
            Err(error) => {
                tracing::warn!("a part of an import that failed is left: {error}");
                return;
            }
        }
    }
}
