//! `/group/subscription`: groups that are filled from an outside calendar, or with holidays.
//!
//! The calendar is fetched later, by the server that runs: a call that waited for somebody else's server would take as
//! long as that likes. How it went is told with the group.

use jiff::tz::TimeZone;
use rocket::{State, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::envelope::{Answer, Done};
use super::group_values::Color;
use super::idempotency::Idempotency;
use super::parameters::Parameters;
use super::patch::Given;
use super::path::BASE;
use super::refusal::Result;
use super::values::{CalendarAddress, PrintedTime, Text};
use crate::app::App;
use crate::domain::{repeats, subscriptions};
use crate::model::{self, GroupDetails, WallTime};
use crate::store::Made;

#[derive(Deserialize, ToSchema)]
pub(super) struct NewSubscription {
    url: CalendarAddress,
    group_name: Text,
    /// The colour of the group for everybody.
    #[schema(value_type = Option<Color>)]
    color: Given<Color>,
}

impl Parameters for NewSubscription {}

/// The calendar that fills a group. Nobody registers, changes or deletes events in that.
#[derive(Serialize, ToSchema)]
pub(super) struct Subscription<'a> {
    /// Its address, which may be a secret: only the group's owners are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2048)]
    url: Option<&'a str>,
    /// When it was last read; `null` until then.
    #[schema(required, value_type = Option<PrintedTime>)]
    read: Option<WallTime>,
    /// What was wrong with the last attempt, in one sentence. Others than the group's owners are told that something
    /// was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<&'a str>,
}

impl<'a> Subscription<'a> {
    /// With its times as the clock of `server` shows them.
    pub(super) fn of(subscription: &'a model::Subscription, server: &TimeZone) -> Self {
        Self {
            url: subscription.url.as_deref(),
            read: subscription.read.and_then(|unix| subscriptions::read_at(unix, server)),
            problem: subscription.problem.as_deref(),
        }
    }
}

/// Makes a group that is filled from an outside calendar.
#[post("/group/subscription", data = "<body>")]
pub(super) async fn create(
    caller: Caller,
    repeatable: Idempotency,
    app: &State<App>,
    body: Body<NewSubscription>,
) -> Result<Answer<Done>> {
    let (now, due) = (app.clock.now(), app.clock.unix());
    let most = app.bounds.groups;
    let repeatable = repeatable.read(app);
    let body = body.and_then(|body| {
        let mut details = GroupDetails::named(body.group_name.0);
        details.color = body.color.0.map(|Color(color)| color).over(None);
        Ok((body.url.0, details, repeatable?))
    });
    let id = caller
        .write(app, body, move |tx, user, (url, details, repeatable)| {
            repeats::once(tx, user.id, Made::Group, &repeatable, || {
                let times = (now?, due);
                Ok(subscriptions::create(tx, user.id, &details, &url, times, most)?.0)
            })
        })
        .await?;
    app.subscribed.notify_one();
    Ok(Answer::made_at(format!("{BASE}/group/{id}")))
}
