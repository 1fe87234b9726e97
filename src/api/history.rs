//! The history: who changed what, and how it is undone.

use rocket::{State, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::caller::Caller;
use super::envelope::{Answer, List};
use super::event::Event;
use super::group_values::{Color, Everyone, Role};
use super::parameters::Parameters;
use super::path::PathId;
use super::query::Query;
use super::refusal::Result;
use super::terms::Terms;
use super::values::{
    Description, Id, Key, Limit, Location, PrintedEmail, PrintedTime, RecurrenceRule, Reminders,
    Start, Status, Url, Zone,
};
use crate::app::App;
use crate::domain::history;
use crate::error::{self, Error};
use crate::model::{
    self, Email, EntryId, EventId, GroupId, Occurrence, Page, Room, SeenEntry, Touched, WallTime,
};

/// How many entries are listed if nobody says how many.
const LIMIT: u16 = 100;

/// Which part of a history is asked for.
#[derive(Deserialize, ToSchema)]
pub(super) struct HistoryPage {
    /// 100 without it.
    #[schema(nullable = false)]
    limit: Option<Limit>,
    /// Only older entries than the one with this id.
    #[schema(nullable = false)]
    after: Option<Id>,
}

impl Parameters for HistoryPage {}

impl From<HistoryPage> for Page<EntryId> {
    fn from(page: HistoryPage) -> Self {
        Self {
            after: page.after.map(|Id(id)| EntryId(id)),
            limit: Some(page.limit.map_or(LIMIT, |Limit(limit)| limit)),
        }
    }
}

/// An entry of the history.
#[derive(Serialize, ToSchema)]
pub(super) struct Entry<'a> {
    #[schema(value_type = Key, inline)]
    id: EntryId,
    #[schema(value_type = PrintedTime)]
    at: WallTime,
    /// Who made the change; left out of what was done by whoever runs the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<PrintedEmail>)]
    useremail: Option<&'a Email>,
    #[schema(value_type = Door)]
    door: &'static str,
    /// The name of what they came with, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    door_name: Option<&'a str>,
    #[schema(value_type = Action)]
    action: &'static str,
    /// The event that it is about. It may be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Key>)]
    event: Option<EventId>,
    /// The member that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<PrintedEmail>)]
    member: Option<&'a str>,
    /// The group; left out in a personal calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Key>)]
    group: Option<GroupId>,
    /// What the event or the group was called then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 257)]
    subject: Option<&'a str>,
    /// What has changed, as it was before. It is left out of what was created, and where the caller may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<EventState>)]
    before: Option<Map<String, Value>>,
    /// What has changed, as it was afterwards. It is left out of what was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<EventState>)]
    after: Option<Map<String, Value>>,
    /// Whether it was undone.
    undone: bool,
    /// The entry that this one undid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Key>)]
    undoes: Option<EntryId>,
}

/// How somebody came who changed something.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the model")]
enum Door {
    Api,
    Page,
    Import,
    Command,
    AppPassword,
    Caldav,
}

/// What they did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the model")]
enum Action {
    Create,
    Change,
    Delete,
    Undo,
}

/// A part of what an event or a group says, or the role of a member. `null` is what it does not have.
#[derive(Serialize, ToSchema)]
struct EventState {
    #[schema(min_length = 1, max_length = 257)]
    subject: Option<String>,
    #[schema(value_type = Option<PrintedTime>)]
    sdate: Option<String>,
    #[schema(value_type = Option<PrintedTime>)]
    edate: Option<String>,
    all_day: Option<bool>,
    #[schema(value_type = Option<Location>)]
    location: Option<String>,
    #[schema(value_type = Option<Description>)]
    description: Option<String>,
    #[schema(value_type = Option<Url>)]
    url: Option<String>,
    #[schema(value_type = Option<Zone>)]
    timezone: Option<String>,
    #[schema(value_type = Option<RecurrenceRule>)]
    rrule: Option<String>,
    #[schema(value_type = Option<Start>)]
    occurrence: Option<String>,
    #[schema(value_type = Option<Status>)]
    status: Option<String>,
    free: Option<bool>,
    private: Option<bool>,
    #[schema(value_type = Option<Reminders>)]
    reminders: Option<Vec<u32>>,
    #[schema(min_length = 1, max_length = 128)]
    group_name: Option<String>,
    #[schema(value_type = Option<Everyone>)]
    everyone: Option<String>,
    #[schema(value_type = Option<Color>)]
    color: Option<String>,
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
}

/// What an event has of its own, whoever registered it, wherever.
const NOT_ITS_STATE: [&str; 8] =
    ["id", "email", "useremail", "group", "created", "updated", "birthday", "series"];

/// What something was, as it is printed.
fn state(state: &model::State) -> error::Result<Map<String, Value>> {
    let printed = match state {
        model::State::Event(event) => {
            serde_json::to_value(Event::from(&Occurrence::of((**event).clone())))
        }
        model::State::Group(group) => serde_json::to_value(GroupState {
            group_name: group.name.as_str(),
            everyone: group.everyone,
            color: group.color.as_ref().map(model::Color::as_str),
            description: group.description.as_deref(),
        }),
        model::State::Member(role) => Ok(json!({ "role": role })),
    };
    match printed {
        Ok(Value::Object(mut printed)) => {
            let is_event = matches!(state, model::State::Event(_));
            printed.retain(|name, _| !is_event || !NOT_ITS_STATE.contains(&name.as_str()));
            Ok(printed)
        }
        _ => Err(Error::Internal("what was changed is no object".into())),
    }
}

/// What can be changed of a group.
#[derive(Serialize)]
struct GroupState<'a> {
    group_name: &'a str,
    everyone: model::Everyone,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

/// What of `state` is another in `other`.
fn differing(state: &Map<String, Value>, other: &Map<String, Value>) -> Map<String, Value> {
    let names = state.keys().chain(other.keys());
    let differs = |name: &&String| state.get(*name) != other.get(*name);
    let value = |name: &String| state.get(name).cloned().unwrap_or(Value::Null);
    names.filter(differs).map(|name| (name.clone(), value(name))).collect()
}

impl<'a> Entry<'a> {
    fn of(seen: &'a SeenEntry) -> error::Result<Self> {
        let SeenEntry { entry, before, after } = seen;
        let is_member = matches!(entry.about, Touched::Member(_));
        let before = before.as_ref().map(state).transpose()?;
        let after = after.as_ref().map(state).transpose()?;
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => {
                (Some(differing(&before, &after)), Some(differing(&after, &before)))
            }
            alone => alone,
        };
        Ok(Self {
            id: entry.id,
            at: entry.author.at,
            useremail: entry.author.email.as_ref(),
            door: entry.author.door.word(),
            door_name: entry.author.door_name.as_deref(),
            action: entry.action.word(),
            event: match entry.about {
                Touched::Event(event) => Some(event),
                _ => None,
            },
            member: entry.subject.as_deref().filter(|_| is_member),
            group: entry.group,
            subject: entry.subject.as_deref().filter(|_| !is_member),
            before,
            after,
            undone: entry.undone,
            undoes: entry.undoes,
        })
    }
}

fn list(entries: &[SeenEntry]) -> error::Result<Answer<List<Entry<'static>>>> {
    let items = entries.iter().map(Entry::of).collect::<error::Result<Vec<_>>>()?;
    let write = |entry: &Entry<'_>, out: &mut Vec<u8>| serde_json::to_writer(out, entry);
    Answer::list(items.len() * 320, Room::in_list(), items.into_iter(), write)
}

/// Who changed an event, the newest first.
#[get("/calendar/event/<_>/history")]
pub(super) async fn of_event(
    id: PathId,
    caller: Caller,
    query: Query<HistoryPage>,
    app: &State<App>,
) -> Result<Answer<List<Entry<'static>>>> {
    let list = caller.read(app, query, move |snapshot, user, page| {
        list(&history::of_event(snapshot, user.id, EventId(id.0), page.into())?)
    });
    list.await
}

/// What has changed in the caller's personal calendar, the newest first.
#[get("/calendar/activity")]
pub(super) async fn personal(
    caller: Caller,
    query: Query<HistoryPage>,
    app: &State<App>,
) -> Result<Answer<List<Entry<'static>>>> {
    let list = caller.read(app, query, move |snapshot, user, page| {
        list(&history::personal(snapshot, user.id, page.into())?)
    });
    list.await
}

/// What has changed in a group, the newest first.
#[get("/group/<_>/activity")]
pub(super) async fn of_group(
    id: PathId,
    caller: Caller,
    query: Query<HistoryPage>,
    app: &State<App>,
) -> Result<Answer<List<Entry<'static>>>> {
    let list = caller.read(app, query, move |snapshot, user, page| {
        list(&history::of_group(snapshot, user.id, GroupId(id.0), page.into())?)
    });
    list.await
}

/// Undoes an entry.
#[post("/history/<_>/undo")]
pub(super) async fn undo(
    id: PathId,
    caller: Caller,
    app: &State<App>,
) -> Result<Answer<Entry<'static>>> {
    let (now, terms) = (app.clock.now(), Terms::of(app));
    let seen = caller.write(app, (), move |tx, user, ()| {
        let now = now?;
        let (setting, trash) = (terms.at(now), terms.trash(Ok(now))?);
        let by = history::undo(tx, &user, EntryId(id.0), setting, trash)?;
        history::entry(tx, user.id, by)
    });
    Ok(Answer::data(Entry::of(&seen.await?)?)?)
}
