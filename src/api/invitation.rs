//! `/group/<id>/invitation` and `/invitation/<secret>`: links with which somebody becomes a member of a group.

use rocket::{State, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::{AccountCaller, Caller, WithinLimit};
use super::envelope::{Answer, Done, List};
use super::group_values::{InvitedRole, Role};
use super::parameters::Parameters;
use super::path::{PathId, PathSecret, Root, SecondId};
use super::refusal::Result;
use super::values::{Key, PrintedEmail, PrintedTime};
use crate::app::App;
use crate::domain::invitations;
use crate::error::{self, Error};
use crate::model::{
    self, AddressSecret, Email, GroupId, InvitationId, Invitations, Room, WallTime,
};
use crate::store::Snapshot;

#[derive(Deserialize, ToSchema)]
pub(super) struct NewInvitation {
    role: InvitedRole,
}

impl Parameters for NewInvitation {}

/// An invitation that was made. Its secret is kept nowhere, so nothing else gives the address.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeInvitation {
    #[schema(value_type = Key, inline)]
    id: InvitationId,
    /// A path alone, if the server does not know by which name it was called.
    #[schema(pattern = r"^(https?://[^/]+)?(/.*)?/join/[a-z2-7]{52}$")]
    url: String,
    /// When it is no longer good.
    #[schema(value_type = PrintedTime)]
    expires: WallTime,
}

/// An open invitation.
#[derive(Serialize, ToSchema)]
pub(super) struct Invitation<'a> {
    #[schema(value_type = Key, inline)]
    id: InvitationId,
    #[schema(value_type = InvitedRole)]
    role: model::Role,
    /// Who has made it.
    #[schema(value_type = PrintedEmail)]
    useremail: &'a Email,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// When it is no longer good.
    #[schema(value_type = PrintedTime)]
    expires: WallTime,
}

impl<'a> From<&'a model::Invitation> for Invitation<'a> {
    fn from(invitation: &'a model::Invitation) -> Self {
        Self {
            id: invitation.id,
            role: invitation.role,
            useremail: &invitation.inviter_email,
            created: invitation.created,
            expires: invitation.expires,
        }
    }
}

/// What whoever has the link is told before they accept it.
#[derive(Serialize, ToSchema)]
pub(super) struct Invited<'a> {
    /// The name of the group.
    #[schema(min_length = 1, max_length = 128)]
    group_name: &'a str,
    /// Who invites.
    #[schema(value_type = PrintedEmail)]
    useremail: &'a Email,
    /// What whoever accepts it may in the group.
    #[schema(value_type = InvitedRole)]
    role: model::Role,
    /// When it is no longer good.
    #[schema(value_type = PrintedTime)]
    expires: WallTime,
    /// Whether somebody without an account can register with it (call 1).
    sign_up: bool,
}

/// What became of the caller.
#[derive(Serialize, ToSchema)]
pub(super) struct Joined {
    #[schema(value_type = Key, inline)]
    group: GroupId,
    /// The caller's.
    #[schema(value_type = Role)]
    role: model::Role,
    /// Whether the caller was a member already. Their role is what it was, and the invitation can still be used.
    was_member: bool,
}

/// The secret, unless no invitation can be accepted here.
pub(super) fn usable(app: &App, secret: Option<AddressSecret>) -> error::Result<AddressSecret> {
    let secret = secret.filter(|_| app.invitations != Invitations::Off);
    secret.ok_or_else(invitations::no_invitation)
}

/// Makes an invitation.
#[post("/group/<_>/invitation", data = "<body>")]
pub(super) async fn create(
    id: PathId,
    caller: AccountCaller,
    root: Root,
    app: &State<App>,
    body: Body<NewInvitation>,
) -> Result<Answer<MadeInvitation>> {
    let now = app.clock.now();
    let off = app.invitations == Invitations::Off;
    let made = caller.write(app, body, move |tx, user, NewInvitation { role }| {
        if off {
            return Err(Error::Refused("invitations are switched off on this server".into()));
        }
        let secret = AddressSecret::random()?;
        let (id, expires) = invitations::create(tx, user.id, GroupId(id.0), role.0, &secret, now?)?;
        Ok((id, expires, secret))
    });
    let (id, expires, secret) = made.await?;
    let Root(root) = root;
    let url = format!("{root}{}", secret.invitation_path());
    Ok(Answer::data(MadeInvitation { id, url, expires })?)
}

/// The open invitations to a group, by id.
#[get("/group/<_>/invitation")]
pub(super) async fn list(
    id: PathId,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<List<Invitation<'static>>>> {
    let now = app.clock.now();
    let list = caller.read_inline(app, (), move |snapshot, user, ()| {
        let all = invitations::of(snapshot, user.id, GroupId(id.0), now?)?;
        let write =
            |invitation: &Invitation<'_>, out: &mut Vec<u8>| serde_json::to_writer(out, invitation);
        let items = all.iter().map(Invitation::from);
        Answer::list(all.len() * 160, Room::in_list(), items, write)
    });
    list.await
}

/// Ends an invitation to a group.
#[delete("/group/<_>/invitation/<_>")]
pub(super) async fn end(
    id: PathId,
    invitation: SecondId,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<Done>> {
    caller
        .write(app, (), move |tx, user, ()| {
            invitations::end(tx, user.id, GroupId(id.0), InvitationId(invitation.0))
        })
        .await?;
    Ok(Answer::done())
}

/// What an invitation is to, for whoever has its link.
#[get("/invitation/<secret>")]
pub(super) async fn read(
    secret: PathSecret,
    _within: WithinLimit,
    app: &State<App>,
) -> Result<Answer<Invited<'static>>> {
    let secret = usable(app, secret.0)?;
    let now = app.clock.now()?;
    let find = move |snapshot: &Snapshot<'_>| invitations::find(snapshot, &secret, now);
    let found = app.store.read_inline(find).await?;
    Ok(Answer::data(Invited {
        group_name: &found.group_name,
        useremail: &found.inviter_email,
        role: found.role,
        expires: found.expires,
        sign_up: app.registration_open || app.invitations == Invitations::Anyone,
    })?)
}

/// Makes the caller a member of the group that an invitation is to.
#[put("/invitation/<secret>")]
pub(super) async fn accept(
    secret: PathSecret,
    _within: WithinLimit,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<Joined>> {
    let (now, unix, bounds) = (app.clock.now(), app.clock.unix(), app.bounds);
    let secret = usable(app, secret.0);
    let joined = caller.write(app, (), move |tx, user, ()| {
        invitations::accept(tx, user.id, &secret?, (bounds, now?, unix))
    });
    let model::Joined { group, role, was_member } = joined.await?;
    Ok(Answer::data(Joined { group, role, was_member })?)
}
