//! `/user/settings`: how the caller wants to see the calendar.

use rocket::{State, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::envelope::{Answer, Done};
use super::parameters::Parameters;
use super::refusal::Result;
use super::setting_values::{
    Clock, DayEnd, DayStart, EventMinutes, Language, Theme, View, WeekNumbers, WeekStart,
};
use super::values::{Id, Key};
use crate::app::App;
use crate::domain::settings;
use crate::error;
use crate::model::{self, GroupId, UserSettings};

/// All settings. What is left out is as the browser has it.
#[derive(Deserialize, ToSchema)]
pub(super) struct Settings {
    #[schema(nullable = false)]
    week_start: Option<WeekStart>,
    #[schema(nullable = false)]
    clock: Option<Clock>,
    #[schema(nullable = false)]
    week_numbers: Option<WeekNumbers>,
    #[schema(nullable = false)]
    day_start: Option<DayStart>,
    #[schema(nullable = false)]
    day_end: Option<DayEnd>,
    #[schema(nullable = false)]
    view: Option<View>,
    #[schema(nullable = false)]
    event_minutes: Option<EventMinutes>,
    /// The group that a new event is in. Without it, a new event is personal.
    #[schema(nullable = false)]
    default_group: Option<Id>,
    #[schema(nullable = false)]
    language: Option<Language>,
    #[schema(nullable = false)]
    theme: Option<Theme>,
}

impl Parameters for Settings {}

impl Settings {
    fn checked(self) -> error::Result<UserSettings> {
        UserSettings {
            week_start: self.week_start.map(|given| given.0),
            clock: self.clock.map(|given| given.0),
            week_numbers: self.week_numbers.map(|given| given.0),
            day_start: self.day_start.map(|given| given.0),
            day_end: self.day_end.map(|given| given.0),
            view: self.view.map(|given| given.0),
            event_minutes: self.event_minutes.map(|given| given.0),
            default_group: self.default_group.map(|given| GroupId(given.0)),
            language: self.language.map(|given| given.0),
            theme: self.theme.map(|given| given.0),
        }
        .checked()
    }
}

/// The settings that the caller has chosen.
#[derive(Serialize, ToSchema)]
pub(super) struct ChosenSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<WeekStart>)]
    week_start: Option<model::WeekStart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Clock>)]
    clock: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<WeekNumbers>)]
    week_numbers: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<DayStart>)]
    day_start: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<DayEnd>)]
    day_end: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<View>)]
    view: Option<model::View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<EventMinutes>)]
    event_minutes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Key>)]
    default_group: Option<GroupId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Language>)]
    language: Option<model::Language>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Theme>)]
    theme: Option<model::Theme>,
}

impl From<UserSettings> for ChosenSettings {
    fn from(settings: UserSettings) -> Self {
        Self {
            week_start: settings.week_start,
            clock: settings.clock,
            week_numbers: settings.week_numbers,
            day_start: settings.day_start,
            day_end: settings.day_end,
            view: settings.view,
            event_minutes: settings.event_minutes,
            default_group: settings.default_group,
            language: settings.language,
            theme: settings.theme,
        }
    }
}

/// The caller's settings.
#[get("/user/settings")]
pub(super) async fn read(caller: Caller, app: &State<App>) -> Result<Answer<ChosenSettings>> {
    let settings =
        caller.read_inline(app, (), |snapshot, user, ()| snapshot.settings_of(user.id)).await?;
    Ok(Answer::data(ChosenSettings::from(settings))?)
}

/// Replaces the caller's settings.
#[put("/user/settings", data = "<body>")]
pub(super) async fn replace(
    caller: Caller,
    app: &State<App>,
    body: Body<Settings>,
) -> Result<Answer<Done>> {
    let body = body.and_then(Settings::checked);
    caller.write(app, body, |tx, user, given| settings::replace(tx, user.id, &given)).await?;
    Ok(Answer::done())
}
