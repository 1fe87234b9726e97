//! `/group`: the calendar groups, and the events registered in them.

use rocket::{State, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::conditional::TakesGzip;
use super::envelope::{Answer, Done, List};
use super::event::{self, NewEvent};
use super::idempotency::Idempotency;
use super::parameters::Parameters;
use super::path::{BASE, PathId};
use super::query::Query;
use super::refusal::Result;
use super::values::{EventCount, Id, Key, Limit, PrintedEmail, PrintedTime, Text};
use crate::app::App;
use crate::domain::{self, repeats};
use crate::error;
use crate::model::{self, Email, GroupId, Page, Room, WallTime};
use crate::store::Made;

#[derive(Deserialize, ToSchema)]
pub(super) struct NewGroup {
    group_name: Text,
}

impl Parameters for NewGroup {}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangedGroup {
    group_id: Id,
    #[schema(inline)]
    group: NewGroup,
}

impl Parameters for ChangedGroup {}

#[derive(Deserialize, ToSchema)]
pub(super) struct WhichGroup {
    group_id: Id,
}

impl Parameters for WhichGroup {}

/// `edate` must not be before `sdate`; otherwise 40001.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewGroupEvent {
    group_id: Id,
    #[schema(inline)]
    event: NewEvent,
}

impl Parameters for NewGroupEvent {}

/// Which part of a list of groups is asked for.
#[derive(Deserialize, ToSchema)]
pub(super) struct GroupPage {
    #[schema(nullable = false)]
    limit: Option<Limit>,
    /// Only groups with a higher id, which need not be that of a group.
    #[schema(nullable = false)]
    after: Option<Id>,
}

impl Parameters for GroupPage {}

impl From<GroupPage> for Page<GroupId> {
    fn from(page: GroupPage) -> Self {
        Self {
            after: page.after.map(|Id(id)| GroupId(id)),
            limit: page.limit.map(|Limit(limit)| limit),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct Group<'a> {
    #[schema(value_type = Key, inline)]
    id: GroupId,
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

// A group that is read by itself.
#[derive(Serialize, ToSchema)]
pub(super) struct OneGroup<'a> {
    #[serde(flatten)]
    #[schema(inline)]
    group: Group<'a>,
    #[schema(value_type = EventCount, inline)]
    events: u64,
}

impl<'a> From<&'a model::Group> for Group<'a> {
    fn from(group: &'a model::Group) -> Self {
        Self {
            id: group.id,
            name: &group.name,
            creator_email: &group.creator_email,
            created: group.created,
            updated: group.updated,
        }
    }
}

/// The answer is written where the groups are read: many of them take time, and memory until they are
/// written.
fn list(groups: &[model::Group]) -> error::Result<Answer<List<Group<'static>>>> {
    let items = groups.iter().map(Group::from);
    let write = |group: &Group<'_>, out: &mut Vec<u8>| serde_json::to_writer(out, group);
    Answer::list(groups.len() * 160, Room::in_list(), items, write)
}

/// Call 12.
#[post("/group", data = "<body>")]
pub(super) async fn create(
    caller: Caller,
    repeatable: Idempotency,
    app: &State<App>,
    body: Body<NewGroup>,
) -> Result<Answer<Done>> {
    let now = app.clock.now();
    let most = app.bounds.groups;
    let repeatable = repeatable.read(app);
    let body = body.and_then(|body| Ok((body.group_name.0, repeatable?)));
    let id = caller
        .write(app, body, move |tx, user, (name, repeatable)| {
            repeats::once(tx, user.id, Made::Group, &repeatable, || {
                Ok(domain::groups::create(tx, user.id, &name, now?, most)?.0)
            })
        })
        .await?;
    Ok(Answer::made_at(format!("{BASE}/group/{id}")))
}

/// Call 13.
#[put("/group", data = "<body>")]
pub(super) async fn rename(
    caller: Caller,
    app: &State<App>,
    body: Body<ChangedGroup>,
) -> Result<Answer<Done>> {
    let now = app.clock.now();
    caller
        .write(app, body, |tx, user, body| {
            let (id, name) = (GroupId(body.group_id.0), body.group.group_name.0);
            domain::groups::rename(tx, user.id, id, &name, now?)
        })
        .await?;
    Ok(Answer::done())
}

/// Call 14.
#[delete("/group", data = "<body>")]
pub(super) async fn delete(
    caller: Caller,
    app: &State<App>,
    body: Body<WhichGroup>,
) -> Result<Answer<Done>> {
    caller
        .write(app, body, |tx, user, body| {
            domain::groups::delete(tx, user.id, GroupId(body.group_id.0))
        })
        .await?;
    Ok(Answer::done())
}

/// Call 15.
#[get("/group")]
pub(super) async fn mine(
    caller: Caller,
    query: Query<GroupPage>,
    coding: TakesGzip,
    app: &State<App>,
) -> Result<Answer<List<Group<'static>>>> {
    let groups = caller.read(app, query, move |snapshot, user, page| {
        list(&snapshot.groups_of(user.id, page.into(), Room::in_list())?)?.coded(coding)
    });
    groups.await
}

/// Call 16.
#[get("/group/list")]
pub(super) async fn all(
    caller: Caller,
    query: Query<GroupPage>,
    coding: TakesGzip,
    app: &State<App>,
) -> Result<Answer<List<Group<'static>>>> {
    let groups = caller.read(app, query, move |snapshot, _, page| {
        list(&snapshot.groups(page.into(), Room::in_list())?)?.coded(coding)
    });
    groups.await
}

/// One group and the number of events in it.
#[get("/group/<_>")]
pub(super) async fn read(
    id: PathId,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<OneGroup<'static>>> {
    let id = GroupId(id.0);
    let (group, events) =
        caller.read(app, (), move |snapshot, _, ()| domain::groups::get(snapshot, id)).await?;
    Ok(Answer::data(OneGroup { group: Group::from(&group), events })?)
}

/// Call 17. Calls 6 and 7 change and delete the event.
#[post("/group/event", data = "<body>")]
pub(super) async fn create_event(
    caller: Caller,
    repeatable: Idempotency,
    app: &State<App>,
    body: Body<NewGroupEvent>,
) -> Result<Answer<Done>> {
    let repeatable = repeatable.read(app);
    let body = body
        .and_then(|body| Ok((Some(GroupId(body.group_id.0)), body.event.content()?, repeatable?)));
    event::make(&caller, app, body).await
}
