//! `/user`: registration, sign-in, the caller, and the groups that the caller's calendar shows.

use rocket::{State, delete, get, post, put};
use serde::Serialize;

use super::envelope::Answer;
use super::guard::{Bearer, Caller, Fields, WithinLimit};
use crate::app::App;
use crate::domain::users::{self, Credentials};
use crate::domain::{passwords, selections};
use crate::error::{Error, Result};
use crate::model::{Email, Password, Selection, User, WallTime};
use crate::store::Transaction;

#[derive(Serialize)]
struct Token {
    token: String,
}

#[derive(Serialize)]
struct Me<'a> {
    useremail: &'a Email,
    created: WallTime,
    /// Of the server, so that a client can say in which zone the times are.
    timezone: String,
}

#[derive(Serialize)]
struct SelectedGroup {
    selected_group: String,
}

/// Call 1, with an optional password. The reference's example spells the parameter `usereamil`: that
/// is read as well.
#[post("/user", data = "<fields>")]
pub(super) async fn register(
    _within: WithinLimit,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    if !app.registration_open {
        return Err(Error::Refused("registration is closed".into()));
    }
    let (name, raw) = fields.string_of(&["useremail", "usereamil"])?;
    let email = Email::parse(name, &raw)?;
    let password = fields.optional_string("password")?;
    let hash = match password.map(|raw| Password::parse("password", &raw)).transpose()? {
        Some(password) => Some(app.hashing.run(move || passwords::hash(&password)).await?),
        None => None,
    };
    let now = app.clock.now()?;
    let register = move |tx: &Transaction<'_>| users::register(tx, &email, hash.as_deref(), now);
    token(app, &app.store.write(register).await?)
}

/// A token for who registered with a password.
#[post("/user/login", data = "<fields>")]
pub(super) async fn login(
    _within: WithinLimit,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    let email = fields.string("useremail")?;
    let password = Password::given(fields.string("password")?);
    let credentials =
        app.store.read_inline(move |snapshot| Credentials::of(snapshot, &email)).await?;
    token(app, &app.hashing.run(move || credentials.sign_in(&password)).await?)
}

/// Sets the caller's password, for which the old one is needed where there is one. It ends all of
/// the caller's tokens, and gives a new one.
#[put("/user/password", data = "<fields>")]
pub(super) async fn change_password(
    _within: WithinLimit,
    caller: Caller,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    // Before the hashing, which costs much.
    caller.known(app).await?;
    let password = Password::parse("password", &fields.string("password")?)?;
    let old = fields.optional_string("old_password")?;
    let old = old.map(Password::given);
    let email = caller.email().as_str().to_owned();
    let credentials =
        app.store.read_inline(move |snapshot| Credentials::of(snapshot, &email)).await?;
    let change = credentials.to_change(old)?;
    let (checked, hash) =
        app.hashing.run(move || Ok((change.check()?, passwords::hash(&password)?))).await?;
    let set = move |tx: &Transaction<'_>, user: User| {
        users::change_password(tx, &user, checked.as_deref(), &hash)
    };
    token(app, &caller.write(app, set).await?)
}

/// Ends every token of the caller, on all devices.
#[delete("/user/token")]
pub(super) async fn end_tokens(caller: Caller, app: &State<App>) -> Result<Answer> {
    caller.write(app, |tx, user| users::end_tokens(tx, &user)).await?;
    Answer::done()
}

fn token(app: &App, user: &User) -> Result<Answer> {
    Answer::data(Token { token: app.tokens.issue(user, app.clock.unix())? })
}

/// Who the token belongs to.
#[get("/user")]
pub(super) async fn me(bearer: Bearer, app: &State<App>) -> Result<Answer> {
    let User { email, created, .. } = bearer.read_inline(app, |_, user| Ok(user)).await?;
    Answer::data(Me { useremail: &email, created, timezone: app.clock.zone_name() })
}

/// Call 2.
#[post("/user/calendar/group", data = "<fields>")]
pub(super) async fn select_groups(
    caller: Caller,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    let given = fields.string("selected_group");
    let given = given.and_then(|list| Selection::parse("selected_group", &list));
    let selection = caller.token_first(app, given).await?;
    caller.write(app, move |tx, user| selections::replace(tx, user.id, &selection)).await?;
    Answer::done()
}

/// What call 2 has set.
#[get("/user/calendar/group")]
pub(super) async fn selected_groups(bearer: Bearer, app: &State<App>) -> Result<Answer> {
    let selection =
        bearer.read_inline(app, |snapshot, user| snapshot.selection_of(user.id)).await?;
    Answer::data(SelectedGroup { selected_group: selection.to_string() })
}
