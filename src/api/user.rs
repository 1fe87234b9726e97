//! `/user`: registration, sign-in, the caller, and the groups that the caller's calendar shows.

use rocket::{State, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::{Caller, WithinLimit};
use super::envelope::Answer;
use super::parameters::Parameters;
use super::values::{Email, GroupIds, Password, PrintedEmail, PrintedTime};
use crate::app::App;
use crate::domain::users::{self, Credentials};
use crate::domain::{passwords, selections};
use crate::error::{Error, Result};
use crate::model::{self, User, WallTime};
use crate::store::Transaction;

/// Who registers. `usereamil` is read as well, since the published reference spells it so in an example.
#[derive(Deserialize, ToSchema)]
pub(super) struct Registration {
    useremail: Email,
    #[schema(nullable = false)]
    password: Option<Password>,
}

impl Parameters for Registration {
    const ALIASES: &'static [&'static str] = &["useremail", "usereamil"];
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub(super) struct SignIn {
    /// As it was registered, in any case.
    useremail: String,
    password: String,
}

impl Parameters for SignIn {}

/// A new password for the caller.
#[derive(Deserialize, ToSchema)]
pub(super) struct PasswordChange {
    password: Password,
    /// Needed where there is one.
    #[schema(nullable = false)]
    old_password: Option<String>,
}

impl Parameters for PasswordChange {}

/// Which groups the caller's calendar is to show.
#[derive(Deserialize, ToSchema)]
pub(super) struct Selection {
    selected_group: GroupIds,
}

impl Parameters for Selection {}

/// A JSON Web Token, for the header `X-calendar-access-token`.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    #[schema(pattern = r"^[\w-]+\.[\w-]+\.[\w-]+$")]
    token: String,
}

/// Who the token belongs to.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Me<'a> {
    #[schema(value_type = PrintedEmail)]
    useremail: &'a model::Email,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// The zone of the server's wall clock: its IANA name or, where it has none, its offset from UTC now,
    /// as in `+09:00`.
    #[schema(min_length = 1, examples("Asia/Seoul"))]
    timezone: String,
}

/// In the order of the ids; `0` for none.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
) -> Result<Answer> {
    let body = body.into_inner();
    if !app.registration_open && !matches!(body, Err(Error::Malformed(_) | Error::TooLarge(_))) {
        return Err(Error::Refused("registration is closed".into()));
    }
    let Registration { useremail: Email(email), password } = body?;
    let hash = match password {
        Some(Password(password)) => {
            Some(app.hashing.run(move || passwords::hash(&password)).await?)
        }
        None => None,
    };
    let now = app.clock.now()?;
    let register = move |tx: &Transaction<'_>| users::register(tx, &email, hash.as_deref(), now);
    token(app, &app.store.write(register).await?)
}

/// A token for who registered with a password.
#[post("/user/login", data = "<body>")]
pub(super) async fn login(
    _within: WithinLimit,
    app: &State<App>,
    body: Body<SignIn>,
) -> Result<Answer> {
    let SignIn { useremail, password } = body.into_inner()?;
    let password = model::Password::given(password);
    let credentials =
        app.store.read_inline(move |snapshot| Credentials::of(snapshot, &useremail)).await?;
    token(app, &app.hashing.run(move || credentials.sign_in(&password)).await?)
}

/// Sets the caller's password, for which the old one is needed where there is one. It ends all of the
/// caller's tokens, and gives a new one.
#[put("/user/password", data = "<body>")]
pub(super) async fn change_password(
    _within: WithinLimit,
    caller: Caller,
    app: &State<App>,
    body: Body<PasswordChange>,
) -> Result<Answer> {
    // HashingPool costs much: the user is looked at before, and the hash again in the write.
    let credentials = caller.read_inline(app, Credentials::of_user).await?;
    let PasswordChange { password: Password(password), old_password } = body.into_inner()?;
    let change = credentials.to_change(old_password.map(model::Password::given))?;
    let (checked, hash) =
        app.hashing.run(move || Ok((change.check()?, passwords::hash(&password)?))).await?;
    let set = move |tx: &Transaction<'_>, user: User, ()| {
        users::change_password(tx, &user, checked.as_deref(), &hash)
    };
    token(app, &caller.write(app, Body::unread(()), set).await?)
}

/// Ends every token of the caller, on all devices.
#[delete("/user/token")]
pub(super) async fn end_tokens(caller: Caller, app: &State<App>) -> Result<Answer> {
    caller.write(app, Body::unread(()), |tx, user, ()| users::end_tokens(tx, &user)).await?;
    Answer::done()
}

fn token(app: &App, user: &User) -> Result<Answer> {
    Answer::data(Token { token: app.tokens.issue(user, app.clock.unix())? })
}

/// Who the token belongs to.
#[get("/user")]
pub(super) async fn me(caller: Caller, app: &State<App>) -> Result<Answer> {
    let User { email, created, .. } = caller.read_inline(app, |_, user| Ok(user)).await?;
    Answer::data(Me { useremail: &email, created, timezone: app.clock.zone_name() })
}

/// Call 2.
#[post("/user/calendar/group", data = "<body>")]
pub(super) async fn select_groups(
    caller: Caller,
    app: &State<App>,
    body: Body<Selection>,
) -> Result<Answer> {
    caller
        .write(app, body, |tx, user, body| selections::replace(tx, user.id, &body.selected_group.0))
        .await?;
    Answer::done()
}

/// What call 2 has set.
#[get("/user/calendar/group")]
pub(super) async fn selected_groups(caller: Caller, app: &State<App>) -> Result<Answer> {
    let selection =
        caller.read_inline(app, |snapshot, user| snapshot.selection_of(user.id)).await?;
    Answer::data(SelectedGroups { selected_group: selection.to_string() })
}
