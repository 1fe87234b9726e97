//! `/group`: the calendar groups, and the events registered in them.

use rocket::{State, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::BASE;
use super::body::Body;
use super::caller::Caller;
use super::envelope::Answer;
use super::event::{self, NewEvent};
use super::parameters::Parameters;
use super::path::PathId;
use super::values::{Id, PrintedEmail, PrintedTime, Text};
use crate::app::App;
use crate::domain;
use crate::error::Result;
use crate::model::{self, Email, EventDetails, GroupId, WallTime};

/// What a group is to be called.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewGroup {
    group_name: Text,
}

impl Parameters for NewGroup {}

/// Which group a call is about.
#[derive(Deserialize, ToSchema)]
pub(super) struct WhichGroup {
    group_id: Id,
}

impl Parameters for WhichGroup {}

/// A group.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Group<'a> {
    #[schema(minimum = 1)]
    id: i64,
    #[schema(min_length = 1, max_length = 128)]
    name: &'a str,
    #[schema(value_type = PrintedEmail)]
    creator_email: &'a Email,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// `null` until the first change.
    #[schema(required, value_type = Option<PrintedTime>)]
    updated: Option<WallTime>,
}

/// A group that is asked for by itself.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneGroup<'a> {
    #[schema(minimum = 1)]
    id: i64,
    #[schema(min_length = 1, max_length = 128)]
    name: &'a str,
    #[schema(value_type = PrintedEmail)]
    creator_email: &'a Email,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// `null` until the first change.
    #[schema(required, value_type = Option<PrintedTime>)]
    updated: Option<WallTime>,
    /// How many are in the group.
    #[schema(minimum = 0)]
    events: u64,
}

impl<'a> From<&'a model::Group> for Group<'a> {
    fn from(group: &'a model::Group) -> Self {
        Self {
            id: group.id.0,
            name: &group.name,
            creator_email: &group.creator_email,
            created: group.created,
            updated: group.updated,
        }
    }
}

fn list(groups: &[model::Group]) -> Result<Answer> {
    Answer::data(groups.iter().map(Group::from).collect::<Vec<_>>())
}

/// Call 12.
#[post("/group", data = "<body>")]
pub(super) async fn create(
    caller: Caller,
    app: &State<App>,
    body: Body<NewGroup>,
) -> Result<Answer> {
    let now = app.clock.now()?;
    let GroupId(id) = caller
        .write(app, body, move |tx, user, body| {
            domain::groups::create(tx, user.id, &body.group_name.0, now)
        })
        .await?;
    Answer::made_at(format!("{BASE}/group/{id}"))
}

/// Call 13.
#[put("/group", data = "<body>")]
pub(super) async fn rename(
    caller: Caller,
    app: &State<App>,
    body: Body<(WhichGroup, NewGroup)>,
) -> Result<Answer> {
    let now = app.clock.now()?;
    caller
        .write(app, body, move |tx, user, (which, group)| {
            let (id, name) = (GroupId(which.group_id.0), group.group_name.0);
            domain::groups::rename(tx, user.id, id, &name, now)
        })
        .await?;
    Answer::done()
}

/// Call 14.
#[delete("/group", data = "<body>")]
pub(super) async fn delete(
    caller: Caller,
    app: &State<App>,
    body: Body<WhichGroup>,
) -> Result<Answer> {
    caller
        .write(app, body, |tx, user, which| {
            domain::groups::delete(tx, user.id, GroupId(which.group_id.0))
        })
        .await?;
    Answer::done()
}

/// Call 15.
#[get("/group")]
pub(super) async fn mine(caller: Caller, app: &State<App>) -> Result<Answer> {
    list(&caller.read(app, |snapshot, user| snapshot.groups_of(user.id)).await?)
}

/// Call 16.
#[get("/group/list")]
pub(super) async fn all(caller: Caller, app: &State<App>) -> Result<Answer> {
    list(&caller.read(app, |snapshot, _| snapshot.groups()).await?)
}

/// One group, with how many events are in it.
#[get("/group/<_>")]
pub(super) async fn read(id: PathId, caller: Caller, app: &State<App>) -> Result<Answer> {
    let id = GroupId(id.0);
    let (group, events) =
        caller.read(app, move |snapshot, _| domain::groups::get(snapshot, id)).await?;
    let Group { id, name, creator_email, created, updated } = Group::from(&group);
    Answer::data(OneGroup { id, name, creator_email, created, updated, events })
}

/// Call 17. Calls 6 and 7 change and delete what it registers.
#[post("/group/event", data = "<body>")]
pub(super) async fn create_event(
    caller: Caller,
    app: &State<App>,
    body: Body<(WhichGroup, NewEvent)>,
) -> Result<Answer> {
    let now = app.clock.now()?;
    let body = body
        .and_then(|(which, event)| Ok((GroupId(which.group_id.0), EventDetails::try_from(event)?)));
    let id = caller
        .write(app, body, move |tx, user, (group, details)| {
            domain::events::create(tx, user.id, Some(group), &details, now)
        })
        .await?;
    Answer::made_at(event::location(id))
}
