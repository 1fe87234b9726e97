//! `/user/app-password`: the caller's app passwords, each for one program in place of a token.

use std::net::IpAddr;

use rocket::{State, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::AccountCaller;
use super::envelope::{Answer, Done, List};
use super::parameters::Parameters;
use super::path::PathId;
use super::refusal::Result;
use super::values::{AppPasswordScope, Key, PrintedTime, Text};
use crate::app::App;
use crate::domain::app_passwords;
use crate::model::{self, AppPasswordId, AppSecret, Room, WallTime};

#[derive(Deserialize, ToSchema)]
pub(super) struct NewAppPassword {
    name: Text,
    scope: AppPasswordScope,
}

impl Parameters for NewAppPassword {}

impl From<NewAppPassword> for app_passwords::NewAppPassword {
    fn from(NewAppPassword { name, scope }: NewAppPassword) -> Self {
        Self { name: name.0, scope: scope.0 }
    }
}

/// An app password, without the secret.
#[derive(Serialize, ToSchema)]
pub(super) struct AppPassword<'a> {
    #[schema(value_type = Key, inline)]
    id: AppPasswordId,
    #[schema(min_length = 1, max_length = 128)]
    name: &'a str,
    #[schema(value_type = AppPasswordScope)]
    scope: model::AppPasswordScope,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// When it was last used, within an hour; `null` until then.
    #[schema(required, value_type = Option<PrintedTime>)]
    used: Option<WallTime>,
    /// The address of the client that used it then. It is left out while there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, examples("192.0.2.1"))]
    from: Option<IpAddr>,
}

impl<'a> From<&'a model::AppPassword> for AppPassword<'a> {
    fn from(password: &'a model::AppPassword) -> Self {
        Self {
            id: password.id,
            name: password.name.as_str(),
            scope: password.scope,
            created: password.created,
            used: password.used,
            from: password.used_from,
        }
    }
}

/// An app password that was made. It is kept nowhere, so nothing else gives it.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeAppPassword {
    #[schema(value_type = Key, inline)]
    id: AppPasswordId,
    #[schema(pattern = "^app(-[a-z2-7]{4}){7}$")]
    password: String,
}

/// The caller's app passwords, by id.
#[get("/user/app-password")]
pub(super) async fn list(
    caller: AccountCaller,
    app: &State<App>,
) -> Result<Answer<List<AppPassword<'static>>>> {
    let list = caller.read_inline(app, (), |snapshot, user, ()| {
        let passwords = snapshot.app_passwords_of(user.id)?;
        let write =
            |password: &AppPassword<'_>, out: &mut Vec<u8>| serde_json::to_writer(out, password);
        let items = passwords.iter().map(AppPassword::from);
        Answer::list(passwords.len() * 192, Room::in_list(), items, write)
    });
    list.await
}

/// Makes an app password.
#[post("/user/app-password", data = "<body>")]
pub(super) async fn create(
    caller: AccountCaller,
    app: &State<App>,
    body: Body<NewAppPassword>,
) -> Result<Answer<MadeAppPassword>> {
    let now = app.clock.now();
    let made = caller.write(app, body, move |tx, user, body| {
        let secret = AppSecret::random()?;
        let id = app_passwords::create(tx, user.id, &body.into(), &secret, now?)?;
        Ok((id, secret))
    });
    let (id, secret) = made.await?;
    Ok(Answer::data(MadeAppPassword { id, password: secret.as_str().to_owned() })?)
}

/// Ends an app password.
#[delete("/user/app-password/<_>")]
pub(super) async fn end(
    id: PathId,
    caller: AccountCaller,
    app: &State<App>,
) -> Result<Answer<Done>> {
    caller
        .write(app, (), move |tx, user, ()| app_passwords::end(tx, user.id, AppPasswordId(id.0)))
        .await?;
    Ok(Answer::done())
}
