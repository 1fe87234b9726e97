//! `/user`: registration, sign-in, the caller, and the groups that the caller's calendar shows.

use rocket::{State, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::{AccountCaller, Caller, WithinLimit};
use super::envelope::{Answer, Done};
use super::input::Input;
use super::invitation;
use super::parameters::Parameters;
use super::path::PathId;
use super::refusal::{Refusal, Result};
use super::values::{Email, GroupIds, Password, PrintedEmail, PrintedTime};
use crate::app::App;
use crate::domain::users::{self, Credentials};
use crate::domain::{invitations, passwords, selections};
use crate::error::Error;
use crate::model::{self, AddressSecret, GroupId, Invitations, User, WallTime};
use crate::store::{Snapshot, Transaction};

/// `usereamil` is read as well, since the published reference spells it so in an example.
#[derive(Deserialize, ToSchema)]
pub(super) struct Registration {
    useremail: Email,
    #[schema(nullable = false)]
    password: Option<Password>,
    /// The secret of an invitation to a group, which the new user accepts. It may let them register where registration
    /// is closed.
    #[schema(nullable = false, pattern = r"^[^\u0000]*$")]
    invitation: Option<String>,
}

impl Parameters for Registration {
    const ALIASES: &'static [&'static str] = &["useremail", "usereamil"];
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SignIn {
    /// The registered email, in upper or lower case.
    #[schema(pattern = r"^[^\u0000]*$")]
    useremail: String,
    #[schema(pattern = r"^[^\u0000]*$")]
    password: String,
}

impl Parameters for SignIn {}

#[derive(Deserialize, ToSchema)]
pub(super) struct PasswordChange {
    password: Password,
    /// Required if the user has a password.
    #[schema(nullable = false, pattern = r"^[^\u0000]*$")]
    old_password: Option<String>,
}

impl Parameters for PasswordChange {}

#[derive(Deserialize, ToSchema)]
pub(super) struct Selection {
    selected_group: GroupIds,
}

impl Parameters for Selection {}

/// A JSON Web Token, for the header `X-calendar-access-token`.
#[derive(Serialize, ToSchema)]
pub(super) struct Token {
    #[schema(pattern = r"^[\w-]+\.[\w-]+\.[\w-]+$")]
    token: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Me<'a> {
    #[schema(value_type = PrintedEmail)]
    useremail: &'a model::Email,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// The time zone of the server's wall clock: its IANA name or, if it has none, its present offset from
    /// UTC, such as `+09:00`.
    #[schema(min_length = 1, examples("Asia/Seoul"))]
    timezone: String,
}

/// In the order of the ids; `0` for none.
#[derive(Serialize, ToSchema)]
pub(super) struct SelectedGroups {
    #[schema(pattern = "^(0|[1-9][0-9]{0,18}(,[1-9][0-9]{0,18})*)$")]
    selected_group: String,
}

/// Call 1, with an optional password.
#[post("/user", data = "<body>")]
pub(super) async fn register(
    _within: WithinLimit,
    app: &State<App>,
    body: Body<Registration>,
) -> Result<Answer<Token>> {
    let body = body.read();
    // As everywhere, whether the body can be read comes first.
    let unread = matches!(body, Err(Refusal::TooLarge(_) | Refusal::Calendar(Error::Malformed(_))));
    let is_invited = body.as_ref().is_ok_and(|body| body.invitation.is_some());
    let lets_in = is_invited && app.invitations == Invitations::Anyone;
    if !app.registration_open && !lets_in && !unread {
        return Err(Error::Refused("registration is closed".into()).into());
    }
    let Registration { useremail: Email(email), password, invitation } = body?;
    let invitation = match invitation {
        Some(secret) => Some(invited(app, &secret).await?),
        None => None,
    };
    let hash = match password {
        Some(Password(password)) => {
            Some(app.hashing.run(move || passwords::hash(&password)).await?)
        }
        None => None,
    };
    let (now, unix, bounds) = (app.clock.now()?, app.clock.unix(), app.bounds);
    let register = move |tx: &Transaction<'_>| {
        let hash = hash.as_deref();
        match invitation {
            Some(secret) => invitations::register(tx, &email, hash, &secret, (bounds, now, unix)),
            None => users::register(tx, &email, hash, now),
        }
    };
    token(app, &app.store.write(register).await?)
}

/// The secret of an invitation, if there is one with it: no password is hashed for a link that is good for nothing.
async fn invited(app: &App, secret: &str) -> Result<AddressSecret> {
    let secret = invitation::usable(app, AddressSecret::read(secret.trim()))?;
    let (found, now) = (secret.clone(), app.clock.now()?);
    let find = move |snapshot: &Snapshot<'_>| invitations::find(snapshot, &found, now);
    app.store.read_inline(find).await?;
    Ok(secret)
}

/// Gives a token for an email and its password.
#[post("/user/login", data = "<body>")]
pub(super) async fn login(
    within: WithinLimit,
    app: &State<App>,
    body: Body<SignIn>,
) -> Result<Answer<Token>> {
    let SignIn { useremail, password } = body.read()?;
    app.auth_limit.may_try(&useremail, within.0)?;
    let password = model::Password::given(password);
    let email = useremail.clone();
    let credentials =
        app.store.read_inline(move |snapshot| Credentials::of(snapshot, &email)).await?;
    let signed_in = app.hashing.run(move || credentials.sign_in(&password)).await;
    app.auth_limit.tried(&useremail, within.0, &signed_in);
    token(app, &signed_in?)
}

/// Sets the caller's password. If the caller has one already, `old_password` must match it. Ends
/// all tokens of the caller and gives a new one.
#[put("/user/password", data = "<body>")]
pub(super) async fn change_password(
    within: WithinLimit,
    caller: AccountCaller,
    app: &State<App>,
    body: Body<PasswordChange>,
) -> Result<Answer<Token>> {
    // Hashing is slow, so it is done between this read and the write, which checks that the password is
    // still the one that was read.
    let read = caller.read_inline(app, body, |snapshot, user, body| {
        Ok((Credentials::of_user(snapshot, user)?, body))
    });
    let (credentials, PasswordChange { password: Password(password), old_password }) = read.await?;
    let change = credentials.to_change(old_password.map(model::Password::given))?;
    app.auth_limit.may_try(caller.email().as_str(), within.0)?;
    let checked = app.hashing.run(move || Ok((change.check()?, passwords::hash(&password)?))).await;
    app.auth_limit.tried(caller.email().as_str(), within.0, &checked);
    let (checked, hash) = checked?;
    let set = move |tx: &Transaction<'_>, user: User, ()| {
        users::change_password(tx, &user, checked.as_deref(), &hash)
    };
    token(app, &caller.write(app, (), set).await?)
}

/// Ends all tokens of the caller, on every device, with their app passwords and feeds.
#[delete("/user/token")]
pub(super) async fn end_tokens(caller: AccountCaller, app: &State<App>) -> Result<Answer<Done>> {
    caller.write(app, (), |tx, user, ()| users::end_tokens(tx, &user)).await?;
    Ok(Answer::done())
}

fn token(app: &App, user: &User) -> Result<Answer<Token>> {
    Ok(Answer::data(Token { token: app.tokens.issue(user, app.clock.unix())? })?)
}

/// The caller.
#[get("/user")]
pub(super) async fn me(caller: Caller, app: &State<App>) -> Result<Answer<Me<'static>>> {
    let User { email, created, .. } = caller.read_inline(app, (), |_, user, ()| Ok(user)).await?;
    Ok(Answer::data(Me { useremail: &email, created, timezone: app.clock.zone_name() })?)
}

/// Call 2.
#[post("/user/calendar/group", data = "<body>")]
pub(super) async fn select_groups(
    caller: Caller,
    app: &State<App>,
    body: Body<Selection>,
) -> Result<Answer<Done>> {
    let most = app.bounds.selected_groups;
    caller
        .write(app, body, move |tx, user, body| {
            selections::replace(tx, user.id, &body.selected_group.0, most)
        })
        .await?;
    Ok(Answer::done())
}

/// Selects one group more.
#[put("/user/calendar/group/<_>")]
pub(super) async fn select_group(
    id: PathId,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<Done>> {
    let most = app.bounds.selected_groups;
    caller
        .write(app, (), move |tx, user, ()| selections::add(tx, user.id, GroupId(id.0), most))
        .await?;
    Ok(Answer::done())
}

/// Unselects one group.
#[delete("/user/calendar/group/<_>")]
pub(super) async fn unselect_group(
    id: PathId,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<Done>> {
    caller
        .write(app, (), move |tx, user, ()| selections::remove(tx, user.id, GroupId(id.0)))
        .await?;
    Ok(Answer::done())
}

/// The groups that the caller has selected (call 2).
#[get("/user/calendar/group")]
pub(super) async fn selected_groups(
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<SelectedGroups>> {
    let selection =
        caller.read_inline(app, (), |snapshot, user, ()| snapshot.selection_of(user.id)).await?;
    Ok(Answer::data(SelectedGroups { selected_group: selection.to_string() })?)
}
