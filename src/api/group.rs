//! `/group`: the calendar groups, and the events registered in them.

use jiff::tz::TimeZone;
use rocket::{State, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::conditional::TakesGzip;
use super::envelope::{Answer, Done, List};
use super::event::{self, NewEvent};
use super::group_values::{About, Color, Everyone, Role, Visibility};
use super::idempotency::Idempotency;
use super::parameters::Parameters;
use super::patch::Given;
use super::path::{BASE, PathId};
use super::query::Query;
use super::refusal::Result;
use super::subscription::Subscription;
use super::terms::Terms;
use super::values::{EventCount, Id, Key, Limit, PrintedEmail, PrintedTime, Text};
use crate::app::App;
use crate::domain::groups::GroupInput;
use crate::domain::{self, access, repeats};
use crate::error;
use crate::model::{self, Email, GroupId, Page, Room, UserId, WallTime};
use crate::store::Made;

/// `everyone` must agree with `visibility`; otherwise 40001.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewGroup {
    group_name: Text,
    #[schema(nullable = false)]
    visibility: Option<Visibility>,
    #[schema(nullable = false)]
    everyone: Option<Everyone>,
    #[schema(value_type = Option<Color>)]
    color: Given<Color>,
    #[schema(value_type = Option<About>)]
    description: Given<About>,
}

impl Parameters for NewGroup {}

impl NewGroup {
    fn input(self) -> error::Result<GroupInput> {
        let input = GroupInput {
            name: self.group_name.0,
            visibility: self.visibility.map(|given| given.0),
            everyone: self.everyone.map(|given| given.0),
            color: self.color.0.map(|color| color.0),
            description: self.description.0.map(|about| about.0),
        };
        input.checked()
    }
}

/// What is left out stays as it is, and `null` takes it away.
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
    /// The outside calendar that it is filled from; left out if its events are registered here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    subscription: Option<Subscription<'a>>,
    /// Left out if it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Visibility>)]
    visibility: Option<model::Visibility>,
    /// Left out if everybody may register events in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Everyone>)]
    everyone: Option<model::Everyone>,
    /// Left out if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Color>)]
    color: Option<&'a str>,
    /// Left out if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<About>)]
    description: Option<&'a str>,
    /// The caller's. Left out if it is `owner` of a group that the caller made, or `writer` of any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Role>)]
    role: Option<model::Role>,
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

impl<'a> Group<'a> {
    /// As `reader` sees it, with its times as the clock of `server` shows them. It says no more than the published
    /// reference where it is as there.
    fn of(group: &'a model::Group, reader: UserId, server: &TimeZone) -> Self {
        let expected =
            if group.creator == reader { model::Role::Owner } else { model::Role::Writer };
        let visibility = group.everyone.visibility();
        let subscription = group.subscription.as_ref();
        Self {
            id: group.id,
            name: &group.name,
            creator_email: &group.creator_email,
            created: group.created,
            updated: group.updated,
            subscription: subscription.map(|one| Subscription::of(one, server)),
            visibility: Some(visibility).filter(|_| visibility == model::Visibility::Private),
            everyone: Some(group.everyone).filter(|all| *all != model::Everyone::Writer),
            color: group.color.as_deref(),
            description: group.description.as_deref(),
            role: group.role().filter(|role| *role != expected),
        }
    }
}

/// The answer, as `reader` sees the groups, is written where they are read: many of them take time, and memory until
/// they are written.
fn list(
    groups: Vec<model::Group>,
    reader: UserId,
    server: &TimeZone,
) -> error::Result<Answer<List<Group<'static>>>> {
    let groups: Vec<_> = groups.into_iter().filter_map(access::seen_group).collect();
    let items = groups.iter().map(|group| Group::of(group, reader, server));
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
    let body = body.and_then(|body| Ok((body.input()?.made()?, repeatable?)));
    let id = caller
        .write(app, body, move |tx, user, (details, repeatable)| {
            repeats::once(tx, user.id, Made::Group, &repeatable, || {
                Ok(domain::groups::create(tx, user.id, &details, now?, most)?.0)
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
    let body = body.and_then(|body| Ok((GroupId(body.group_id.0), body.group.input()?)));
    caller
        .write(app, body, |tx, user, (id, input)| {
            domain::groups::change(tx, user.id, id, input, now?)
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
    let trash = Terms::of(app).trash(app.clock.now());
    caller
        .write(app, body, move |tx, user, body| {
            domain::groups::delete(tx, user.id, GroupId(body.group_id.0), trash?)
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
    let zone = app.clock.zone().clone();
    let groups = caller.read(app, query, move |snapshot, user, page| {
        let groups = snapshot.groups_of(user.id, page.into(), Room::in_list())?;
        list(groups, user.id, &zone)?.coded(coding)
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
    let zone = app.clock.zone().clone();
    let groups = caller.read(app, query, move |snapshot, user, page| {
        let groups = snapshot.groups(user.id, page.into(), Room::in_list())?;
        list(groups, user.id, &zone)?.coded(coding)
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
    let read = caller.read(app, (), move |snapshot, user, ()| {
        Ok((domain::groups::get(snapshot, user.id, id)?, user.id))
    });
    let ((group, events), reader) = read.await?;
    Ok(Answer::data(OneGroup { group: Group::of(&group, reader, app.clock.zone()), events })?)
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
