//! `/user/calendar/look` and `/user/calendar/order`: how calendars look to the caller alone.

use rocket::{State, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::envelope::{Answer, Done, List};
use super::group_values::Color;
use super::parameters::Parameters;
use super::patch::Given;
use super::refusal::Result;
use super::values::{GroupOrder, Id, Key};
use crate::app::App;
use crate::domain::looks;
use crate::error::{self, Error};
use crate::model::{self, GroupId, Patch, Room};

#[derive(Deserialize, ToSchema)]
pub(super) struct NewColor {
    /// Without it, the caller's personal calendar.
    #[schema(nullable = false)]
    group: Option<Id>,
    /// Required; `null` takes the caller's own away.
    #[schema(value_type = Option<Color>)]
    color: Given<Color>,
}

impl Parameters for NewColor {}

impl NewColor {
    fn checked(self) -> error::Result<(Option<GroupId>, Option<model::Color>)> {
        let color = match self.color.0 {
            Patch::Keep => return Err(Error::Invalid("color: required, but missing".into())),
            Patch::Clear => None,
            Patch::Set(Color(color)) => Some(color),
        };
        Ok((self.group.map(|Id(id)| GroupId(id)), color))
    }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct NewOrder {
    groups: GroupOrder,
}

impl Parameters for NewOrder {}

/// How a calendar looks to the caller, to which they have given a colour or a place.
#[derive(Serialize, ToSchema)]
pub(super) struct Look<'a> {
    /// `null` for the personal calendar.
    #[schema(required, value_type = Option<Key>)]
    group: Option<GroupId>,
    /// Left out if they have chosen none: it has the group's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Color>)]
    color: Option<&'a str>,
    /// Where the group is listed, from 1; left out if they have not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    position: Option<i64>,
}

impl<'a> From<&'a model::Look> for Look<'a> {
    fn from(look: &'a model::Look) -> Self {
        let color = look.color.as_ref().map(model::Color::as_str);
        Self { group: look.group, color, position: look.position }
    }
}

/// How the caller's calendars look.
#[get("/user/calendar/look")]
pub(super) async fn read(caller: Caller, app: &State<App>) -> Result<Answer<List<Look<'static>>>> {
    let list = caller.read_inline(app, (), |snapshot, user, ()| {
        let looks = snapshot.looks_of(user.id)?;
        let write = |look: &Look<'_>, out: &mut Vec<u8>| serde_json::to_writer(out, look);
        Answer::list(looks.len() * 50, Room::in_list(), looks.iter().map(Look::from), write)
    });
    list.await
}

/// Gives a calendar a colour for the caller.
#[put("/user/calendar/look", data = "<body>")]
pub(super) async fn set_color(
    caller: Caller,
    app: &State<App>,
    body: Body<NewColor>,
) -> Result<Answer<Done>> {
    let most = app.bounds.selected_groups;
    let body = body.and_then(NewColor::checked);
    caller
        .write(app, body, move |tx, user, (group, color)| {
            looks::set_color(tx, user.id, group, color.as_ref(), most)
        })
        .await?;
    Ok(Answer::done())
}

/// Puts the caller's groups into an order.
#[put("/user/calendar/order", data = "<body>")]
pub(super) async fn replace_order(
    caller: Caller,
    app: &State<App>,
    body: Body<NewOrder>,
) -> Result<Answer<Done>> {
    let most = app.bounds.selected_groups;
    caller
        .write(app, body, move |tx, user, body| {
            looks::replace_order(tx, user.id, &body.groups.0, most)
        })
        .await?;
    Ok(Answer::done())
}
