//! `/calendar`: what the caller's calendar shows, and the caller's birthday.

use std::sync::Arc;

use rocket::{State, get, post, put};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::conditional::Conditional;
use super::envelope::Answer;
use super::event;
use super::parameters::Parameters;
use super::query::Query;
use super::values::{Day, DayOrTime, Month, Text};
use crate::app::App;
use crate::domain;
use crate::error::Result;
use crate::model::TimeRange;

/// What the caller's calendar shows in the range that `range` gives.
async fn view<F>(caller: Caller, conditional: Conditional, app: &App, range: F) -> Result<Answer>
where
    F: FnOnce() -> Result<TimeRange> + Send + 'static,
{
    let cache = Arc::clone(&app.views);
    let shown = caller.read_inline(app, move |snapshot, user| {
        let range = range()?;
        let tag = cache.tag(&user, range);
        if conditional.has(&tag) {
            return Ok(Answer::not_modified(tag));
        }
        if let Some(kept) = cache.get(&user, range, conditional.gzip) {
            return Ok(Answer::view(kept, tag));
        }
        let occurrences = domain::events::in_range(snapshot, user.id, range)?;
        let view = event::list(&occurrences)?.into_view(conditional.gzip)?;
        cache.keep(&user, range, conditional.gzip, &view);
        Ok(Answer::view(view, tag))
    });
    shown.await
}

/// Call 3.
#[get("/calendar")]
pub(super) async fn this_month(
    caller: Caller,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    let today = app.clock.today();
    view(caller, conditional, app, || Ok(today?.month().time_range())).await
}

/// Which month call 4 is about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichMonth {
    year_month: Month,
}

impl Parameters for WhichMonth {}

/// Which day call 9 is about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichDay {
    date: Day,
}

impl Parameters for WhichDay {}

/// Call 4. The reference prints call 9 under this path too, with a `date`: that is a day's view.
#[get("/calendar/month")]
pub(super) async fn month(
    caller: Caller,
    month: Query<WhichMonth>,
    day: Query<WhichDay>,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    let range = move || {
        if !month.gives("year_month")
            && let Ok(day) = day.read()
        {
            return Ok(day.date.0.time_range());
        }
        Ok(month.read()?.year_month.0.time_range())
    };
    view(caller, conditional, app, range).await
}

/// Call 8.
#[get("/calendar/today")]
pub(super) async fn today(
    caller: Caller,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    let today = app.clock.today();
    view(caller, conditional, app, || Ok(today?.time_range())).await
}

/// Call 9.
#[get("/calendar/date")]
pub(super) async fn date(
    caller: Caller,
    day: Query<WhichDay>,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Answer> {
    view(caller, conditional, app, move || Ok(day.read()?.date.0.time_range())).await
}

/// What call 10 looks for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    search_word: Text,
}

impl Parameters for Search {}

/// Call 10.
#[get("/calendar/search")]
pub(super) async fn search(
    caller: Caller,
    query: Query<Search>,
    app: &State<App>,
) -> Result<Answer> {
    let found = caller.read(app, move |snapshot, user| {
        domain::events::search(snapshot, user.id, &query.read()?.search_word.0)
    });
    event::list(&found.await?)
}

/// When the caller was born. `brithday` and `sdate` are read as well, since the published reference has
/// both.
#[derive(Deserialize, ToSchema)]
pub(super) struct Birthday {
    birthday: DayOrTime,
}

impl Parameters for Birthday {
    const ALIASES: &'static [&'static str] = &["birthday", "brithday", "sdate"];
}

/// Call 11.
#[put("/calendar/birthday", data = "<body>")]
pub(super) async fn put_birthday(
    caller: Caller,
    app: &State<App>,
    body: Body<Birthday>,
) -> Result<Answer> {
    register_birthday(caller, app, body).await
}

/// Call 11 again: clients of the earlier system send it either way.
#[post("/calendar/birthday", data = "<body>")]
pub(super) async fn post_birthday(
    caller: Caller,
    app: &State<App>,
    body: Body<Birthday>,
) -> Result<Answer> {
    register_birthday(caller, app, body).await
}

async fn register_birthday(caller: Caller, app: &App, body: Body<Birthday>) -> Result<Answer> {
    let now = app.clock.now()?;
    caller
        .write(app, body, move |tx, user, body| {
            domain::events::register_birthday(tx, &user, body.birthday.0, now)
        })
        .await?;
    Answer::done()
}
