//! `/group/<id>/member`: who may do what in a group.

use rocket::{State, delete, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::envelope::{Answer, Done, List};
use super::group_values::Role;
use super::parameters::Parameters;
use super::path::PathId;
use super::refusal::Result;
use super::values::PrintedEmail;
use crate::app::App;
use crate::domain::members;
use crate::model::{self, GroupId, GroupMember, Room};

#[derive(Deserialize, ToSchema)]
pub(super) struct NewMember {
    #[schema(inline)]
    member: WhichMember,
    role: Role,
}

impl Parameters for NewMember {}

#[derive(Deserialize, ToSchema)]
pub(super) struct WhichMember {
    /// The email of a user, in upper or lower case.
    #[schema(pattern = r"^[^\u0000]*$")]
    useremail: String,
}

impl Parameters for WhichMember {}

impl WhichMember {
    /// It may break the rules for a new one, since users of the earlier system keep theirs.
    fn email(self) -> model::Email {
        model::Email::stored(self.useremail.trim().to_owned())
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct Member<'a> {
    #[schema(value_type = PrintedEmail)]
    useremail: &'a str,
    #[schema(value_type = Role)]
    role: model::Role,
}

impl<'a> From<&'a GroupMember> for Member<'a> {
    fn from(member: &'a GroupMember) -> Self {
        Self { useremail: member.email.as_str(), role: member.role }
    }
}

/// The members whom the caller may know, the highest roles first.
#[get("/group/<_>/member")]
pub(super) async fn list(
    id: PathId,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<List<Member<'static>>>> {
    let list = caller.read(app, (), move |snapshot, user, ()| {
        let members = members::of(snapshot, user.id, GroupId(id.0))?;
        let write = |member: &Member<'_>, out: &mut Vec<u8>| serde_json::to_writer(out, member);
        let items = members.iter().map(Member::from);
        Answer::list(members.len() * 80, Room::in_list(), items, write)
    });
    list.await
}

/// Adds a member, or gives one another role.
#[put("/group/<_>/member", data = "<body>")]
pub(super) async fn put(
    id: PathId,
    caller: Caller,
    app: &State<App>,
    body: Body<NewMember>,
) -> Result<Answer<Done>> {
    let (now, bounds) = (app.clock.now(), app.bounds);
    caller
        .write(app, body, move |tx, user, NewMember { member, role }| {
            let group = GroupId(id.0);
            members::put(tx, user.id, group, &member.email(), role.0, (bounds, now?))
        })
        .await?;
    Ok(Answer::done())
}

/// Removes a member, or the caller themselves.
#[delete("/group/<_>/member", data = "<body>")]
pub(super) async fn remove(
    id: PathId,
    caller: Caller,
    app: &State<App>,
    body: Body<WhichMember>,
) -> Result<Answer<Done>> {
    caller
        .write(app, body, move |tx, user, body| {
            members::remove(tx, user.id, GroupId(id.0), &body.email())
        })
        .await?;
    Ok(Answer::done())
}
