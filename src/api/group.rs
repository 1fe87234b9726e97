//! `/group`: the calendar groups, and the events registered in them.

use rocket::{State, delete, get, post, put};
use serde::Serialize;

use super::BASE;
use super::calendar;
use super::envelope::Answer;
use super::guard::{Bearer, Caller, Fields, PathId};
use crate::app::App;
use crate::domain;
use crate::error::Result;
use crate::model::{Email, Group, GroupId, ShortText, WallTime};

#[derive(Serialize)]
struct WireGroup<'a> {
    id: GroupId,
    name: &'a str,
    creator_email: &'a Email,
    created: WallTime,
    updated: Option<WallTime>,
}

/// A group that is asked for by itself.
#[derive(Serialize)]
struct OneGroup<'a> {
    #[serde(flatten)]
    group: WireGroup<'a>,
    events: u64,
}

impl<'a> From<&'a Group> for WireGroup<'a> {
    fn from(group: &'a Group) -> Self {
        Self {
            id: group.id,
            name: &group.name,
            creator_email: &group.creator_email,
            created: group.created,
            updated: group.updated,
        }
    }
}

fn list(groups: &[Group]) -> Result<Answer> {
    Answer::data(groups.iter().map(WireGroup::from).collect::<Vec<_>>())
}

fn name(fields: &Fields) -> Result<ShortText> {
    ShortText::parse("group_name", &fields.string("group_name")?)
}

/// Call 12.
#[post("/group", data = "<fields>")]
pub(super) async fn create(caller: Caller, app: &State<App>, fields: Fields) -> Result<Answer> {
    let name = caller.token_first(app, name(&fields)).await?;
    let now = app.clock.now()?;
    let GroupId(id) =
        caller.write(app, move |tx, user| domain::groups::create(tx, user.id, &name, now)).await?;
    Answer::made_at(format!("{BASE}/group/{id}"))
}

/// Call 13.
#[put("/group", data = "<fields>")]
pub(super) async fn rename(caller: Caller, app: &State<App>, fields: Fields) -> Result<Answer> {
    let given = fields.integer("group_id").and_then(|id| Ok((GroupId(id), name(&fields)?)));
    let (id, name) = caller.token_first(app, given).await?;
    let now = app.clock.now()?;
    caller.write(app, move |tx, user| domain::groups::rename(tx, user.id, id, &name, now)).await?;
    Answer::done()
}

/// Call 14.
#[delete("/group", data = "<fields>")]
pub(super) async fn delete(caller: Caller, app: &State<App>, fields: Fields) -> Result<Answer> {
    let id = GroupId(caller.token_first(app, fields.integer("group_id")).await?);
    caller.write(app, move |tx, user| domain::groups::delete(tx, user.id, id)).await?;
    Answer::done()
}

/// Call 15.
#[get("/group")]
pub(super) async fn mine(bearer: Bearer, app: &State<App>) -> Result<Answer> {
    list(&bearer.read(app, |snapshot, user| snapshot.groups_of(user.id)).await?)
}

/// Call 16.
#[get("/group/list")]
pub(super) async fn all(bearer: Bearer, app: &State<App>) -> Result<Answer> {
    list(&bearer.read(app, |snapshot, _| snapshot.groups()).await?)
}

/// One group, with how many events are in it.
#[get("/group/<_>")]
pub(super) async fn get(id: PathId, bearer: Bearer, app: &State<App>) -> Result<Answer> {
    let id = GroupId(id.0);
    let (group, events) =
        bearer.read(app, move |snapshot, _| domain::groups::get(snapshot, id)).await?;
    Answer::data(OneGroup { group: WireGroup::from(&group), events })
}

/// Call 17. Calls 6 and 7 change and delete what it registers.
#[post("/group/event", data = "<fields>")]
pub(super) async fn create_event(
    caller: Caller,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    let given = fields.integer("group_id");
    let given = given.and_then(|id| Ok((GroupId(id), calendar::details(&fields)?)));
    let (group, details) = caller.token_first(app, given).await?;
    let now = app.clock.now()?;
    let id = caller
        .write(app, move |tx, user| domain::events::create(tx, user.id, Some(group), &details, now))
        .await?;
    Answer::made_at(calendar::location(id))
}
