//! `/user`: registration, the caller, and the groups that the caller's calendar shows.

use rocket::{State, get, post};
use serde::Serialize;

use super::envelope::Answer;
use super::guard::{Bearer, Caller, Fields};
use crate::app::App;
use crate::domain;
use crate::error::{Error, Result};
use crate::model::{Email, Selection, User, WallTime};

#[derive(Serialize)]
struct Token {
    token: String,
}

#[derive(Serialize)]
struct Me<'a> {
    useremail: &'a Email,
    created: WallTime,
}

#[derive(Serialize)]
struct SelectedGroup {
    selected_group: String,
}

/// Call 1. The reference's example spells the parameter `usereamil`: that is read as well.
#[post("/user", data = "<fields>")]
pub(super) async fn register(app: &State<App>, fields: Fields) -> Result<Answer> {
    if !app.registration_open {
        return Err(Error::Refused("registration is closed".into()));
    }
    let (name, raw) = fields.string_of(&["useremail", "usereamil"])?;
    let email = Email::parse(name, raw)?;
    let token = app.tokens.issue(&email, app.clock.unix())?;
    let now = app.clock.now()?;
    app.store.write(move |tx| domain::users::register(tx, &email, now)).await?;
    Answer::data(Token { token })
}

/// Who the token belongs to.
#[get("/user")]
pub(super) async fn me(bearer: Bearer, app: &State<App>) -> Result<Answer> {
    let User { email, created, .. } = bearer.read(app, |_, user| Ok(user)).await?;
    Answer::data(Me { useremail: &email, created })
}

/// Call 2.
#[post("/user/calendar/group", data = "<fields>")]
pub(super) async fn select_groups(
    caller: Caller,
    app: &State<App>,
    fields: Fields,
) -> Result<Answer> {
    let selection = Selection::parse("selected_group", fields.string("selected_group")?)?;
    app.store.write(move |tx| domain::selections::replace(tx, caller.0.id, &selection)).await?;
    Answer::done()
}

/// What call 2 has set.
#[get("/user/calendar/group")]
pub(super) async fn selected_groups(bearer: Bearer, app: &State<App>) -> Result<Answer> {
    let selection = bearer.read(app, |snapshot, user| snapshot.selection_of(user.id)).await?;
    Answer::data(SelectedGroup { selected_group: selection.to_string() })
}
