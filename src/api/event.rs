//! `/calendar/event`: single events. Every field of an event on the wire is here, in requests and
//! in answers. A new field changes only this file in `api/`.

use rocket::request::{FromRequest, Outcome, Request};
use rocket::{State, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::conditional::Conditional;
use super::envelope::{Answer, Done, List};
use super::idempotency::Idempotency;
use super::parameters::Parameters;
use super::patch::Given;
use super::path::{BASE, PathId};
use super::query::Query;
use super::refusal::Result;
use super::terms::Terms;
use super::values::{
    Description, Id, Key, Location, PrintedEmail, PrintedTime, RecurrenceRule, Reminders, Revision,
    Scope, Start, Status, Text, Time, Url, Zone,
};
use crate::app::App;
use crate::domain::{
    self, Content,
    repeats::{self, Repeatable},
};
use crate::error;
use crate::http::etag::{Allowed, allowed};
use crate::model::{
    self, Email, EventId, EventInput, GroupId, Occurrence, Precondition, Properties, Recurrence,
    Room, Target, WallTime,
};
use crate::store::Made;

/// `edate` must not be before `sdate`; otherwise 40001.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewEvent {
    sdate: Time,
    edate: Time,
    subject: Text,
    #[schema(inline)]
    properties: GivenProperties,
}

impl Parameters for NewEvent {}

// What is left out stays as it is, and `null` takes it away.
#[derive(Deserialize, ToSchema)]
struct GivenProperties {
    /// Whole days: `sdate` is a midnight, `edate` the midnight after the last day.
    #[schema(value_type = Option<bool>)]
    all_day: Given<bool>,
    #[schema(value_type = Option<Location>)]
    location: Given<Location>,
    #[schema(value_type = Option<Description>)]
    description: Given<Description>,
    #[schema(value_type = Option<Url>)]
    url: Given<Url>,
    #[schema(value_type = Option<Zone>)]
    timezone: Given<Zone>,
    #[schema(value_type = Option<RecurrenceRule>)]
    rrule: Given<RecurrenceRule>,
    #[schema(value_type = Option<Status>)]
    status: Given<Status>,
    /// It takes up no time.
    #[schema(value_type = Option<bool>)]
    free: Given<bool>,
    /// Others see when it is, not what.
    #[schema(value_type = Option<bool>)]
    private: Given<bool>,
    #[schema(value_type = Option<Reminders>)]
    reminders: Given<Reminders>,
}

impl NewEvent {
    /// What it says, checked.
    pub(super) fn content(self) -> error::Result<Content> {
        let given = self.properties;
        Content::read(EventInput {
            subject: self.subject.0,
            sdate: self.sdate.0,
            edate: self.edate.0,
            all_day: given.all_day.0,
            location: given.location.0.map(|location| location.0),
            description: given.description.0.map(|description| description.0),
            url: given.url.0.map(|url| url.0),
            timezone: given.timezone.0.map(|zone| zone.0),
            rrule: given.rrule.0.map(|rule| rule.0),
            status: given.status.0.map(|status| status.0),
            free: given.free.0,
            private: given.private.0,
            reminders: given.reminders.0.map(|reminders| reminders.0),
        })
    }
}

/// `edate` must not be before `sdate`; otherwise 40001.
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangedEvent {
    event_id: Id,
    #[schema(nullable = false)]
    revision: Option<Revision>,
    #[schema(inline)]
    target: WhichOccurrences,
    #[schema(inline)]
    event: NewEvent,
}

impl Parameters for ChangedEvent {}

#[derive(Deserialize, ToSchema)]
pub(super) struct WhichEvent {
    event_id: Id,
    #[schema(nullable = false)]
    revision: Option<Revision>,
    #[schema(inline)]
    target: WhichOccurrences,
}

impl Parameters for WhichEvent {}

#[derive(Deserialize, ToSchema)]
struct WhichOccurrences {
    #[schema(nullable = false)]
    occurrence: Option<Start>,
    #[schema(nullable = false)]
    scope: Option<Scope>,
}

impl From<WhichOccurrences> for Target {
    fn from(which: WhichOccurrences) -> Self {
        Self {
            occurrence: which.occurrence.map(|Start(at)| at),
            scope: which.scope.map(|Scope(scope)| scope),
        }
    }
}

/// One occurrence of an event.
#[derive(Deserialize, ToSchema)]
pub(super) struct WhichOccurrence {
    #[schema(nullable = false)]
    occurrence: Option<Start>,
}

impl Parameters for WhichOccurrence {}

/// `email` and `useremail` are the same: who registered it.
// The reference has the first in its example, and the second in its table.
#[derive(Serialize, ToSchema)]
pub(super) struct Event<'a> {
    #[schema(value_type = Key, inline)]
    id: EventId,
    #[schema(value_type = PrintedEmail)]
    email: &'a Email,
    #[schema(value_type = PrintedEmail)]
    useremail: &'a Email,
    // A birthday's subject is an email, a space and a word of two characters.
    #[schema(min_length = 1, max_length = 257)]
    subject: &'a str,
    /// The group's id; `null` for a personal event.
    #[schema(required, pattern = "^[1-9][0-9]{0,18}$")]
    group: Option<String>,
    #[schema(value_type = PrintedTime)]
    sdate: WallTime,
    #[schema(value_type = PrintedTime)]
    edate: WallTime,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// `null` until the first change.
    #[schema(required, value_type = Option<PrintedTime>)]
    updated: Option<WallTime>,
    /// `"1"` for a birthday.
    #[schema(required, pattern = "^1$")]
    birthday: Option<&'static str>,
    #[serde(flatten)]
    #[schema(inline, value_type = PrintedProperties)]
    more: Option<PrintedProperties<'a>>,
}

// What few events have. Each key is there only where it says something.
#[derive(Default, Serialize, ToSchema)]
pub(super) struct PrintedProperties<'a> {
    /// Whole days: `edate` is the midnight after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    all_day: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Location>)]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Description>)]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Url>)]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Zone>)]
    timezone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<RecurrenceRule>)]
    rrule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Start>)]
    occurrence: Option<String>,
    /// Of an occurrence that was changed by itself: the id of its series.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Key>)]
    series: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Status>)]
    status: Option<&'static str>,
    /// It takes up no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    free: Option<bool>,
    /// Others see when it is, not what.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    private: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Reminders>)]
    reminders: Option<&'a [u32]>,
}

impl<'a> PrintedProperties<'a> {
    /// Those of an occurrence; none if there is nothing in them.
    fn of(Occurrence { event, start, .. }: &'a Occurrence) -> Option<Self> {
        let properties = event.details.properties.as_deref();
        // How a birthday recurs is said by its being one.
        let recurs = event.recurrence != Recurrence::Once && !event.birthday;
        if properties.is_none() && !recurs {
            return None;
        }
        let flag = |flag: fn(&Properties) -> bool| properties.is_some_and(flag).then_some(true);
        let text = |text: fn(&Properties) -> &Option<String>| {
            properties.and_then(|properties| text(properties).as_deref())
        };
        let zone = properties.and_then(|properties| properties.zone.as_ref());
        let reminders = properties.map(|properties| properties.reminders.as_slice());
        Some(Self {
            all_day: flag(|properties| properties.all_day),
            location: text(|properties| &properties.location),
            description: text(|properties| &properties.description),
            url: text(|properties| &properties.url),
            timezone: zone.map(|zone| zone.name.as_str()),
            rrule: match &event.recurrence {
                Recurrence::Series(repeats) => Some(&repeats.rule),
                _ => None,
            },
            occurrence: start.map(WallTime::typed),
            series: match event.recurrence {
                Recurrence::Changed { series, .. } => Some(series),
                _ => None,
            },
            status: properties.and_then(|properties| properties.status.word()),
            free: flag(|properties| properties.free),
            private: flag(|properties| properties.private),
            reminders: reminders.filter(|reminders| !reminders.is_empty()),
        })
    }
}

// An event that is read by itself.
#[derive(Serialize, ToSchema)]
pub(super) struct OneEvent<'a> {
    #[serde(flatten)]
    #[schema(inline)]
    event: Event<'a>,
    #[schema(value_type = Revision)]
    revision: String,
}

impl<'a> From<&'a Occurrence> for Event<'a> {
    fn from(occurrence: &'a Occurrence) -> Self {
        let Occurrence { event, times, .. } = occurrence;
        Self {
            id: event.id,
            email: &event.email,
            useremail: &event.email,
            subject: event.details.subject.as_str(),
            group: event.group.map(|GroupId(id)| id.to_string()),
            sdate: times.starts(),
            edate: times.ends(),
            created: event.created,
            updated: event.updated,
            birthday: event.birthday.then_some("1"),
            more: PrintedProperties::of(occurrence),
        }
    }
}

impl Event<'_> {
    /// Appends the same JSON as serde would. A view consists almost entirely of events. serde
    /// spends as long on escaping the names of the fields, which need no escaping, as on the
    /// values. Without this function, the first build of a view takes a third more instructions.
    fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        out.extend_from_slice(b"{\"id\":");
        serde_json::to_writer(&mut *out, &self.id)?;
        out.extend_from_slice(b",\"email\":");
        let email = out.len();
        serde_json::to_writer(&mut *out, self.email)?;
        let email = email..out.len();
        out.extend_from_slice(b",\"useremail\":");
        out.extend_from_within(email);
        out.extend_from_slice(b",\"subject\":");
        serde_json::to_writer(&mut *out, self.subject)?;
        out.extend_from_slice(b",\"group\":");
        serde_json::to_writer(&mut *out, &self.group)?;
        let times = [("sdate", self.sdate), ("edate", self.edate), ("created", self.created)];
        for (name, time) in times.into_iter().chain(self.updated.map(|time| ("updated", time))) {
            for part in [b",\"", name.as_bytes(), b"\":\"", &time.http_date(), b"\""] {
                out.extend_from_slice(part);
            }
        }
        if self.updated.is_none() {
            out.extend_from_slice(b",\"updated\":null");
        }
        out.extend_from_slice(b",\"birthday\":");
        serde_json::to_writer(&mut *out, &self.birthday)?;
        if let Some(more) = &self.more {
            // Its first brace becomes the comma after what is there already.
            let at = out.len();
            serde_json::to_writer(&mut *out, more)?;
            match out.get_mut(at..) {
                Some([first, _, _, ..]) => *first = b',',
                _ => out.truncate(at),
            }
            if out.len() > at {
                return Ok(());
            }
        }
        out.push(b'}');
        Ok(())
    }
}

/// A list of events, which has to fit into `room`.
pub(super) fn list(
    occurrences: &[Occurrence],
    room: Room,
) -> error::Result<Answer<List<Event<'_>>>> {
    let events = occurrences.iter().map(Event::from);
    Answer::list(occurrences.len() * 320, room, events, Event::write)
}

/// The strong entity tag of an event: its revision.
fn tag(revision: model::Revision) -> String {
    format!("\"{revision}\"")
}

/// The header `If-Match` (RFC 9110, 13.1.1): the revisions at which an event may be changed or deleted.
/// With it, two people who edit the same event do not overwrite each other's changes unseen.
pub(crate) struct IfMatch(Precondition);

impl IfMatch {
    /// The header, and the `revision` of the body.
    fn and(self, revision: Option<Revision>) -> Precondition {
        self.0.and(revision.map(|Revision(revision)| revision))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let precondition = match allowed(request.headers().get("If-Match")) {
            Allowed::Any => Precondition::Any,
            Allowed::Only(tags) => {
                let revisions = tags.iter().map(|tag| tag.parse());
                Precondition::OneOf(revisions.filter_map(std::result::Result::ok).collect())
            }
        };
        Outcome::Success(Self(precondition))
    }
}

/// Call 5.
#[post("/calendar/event", data = "<body>")]
pub(super) async fn create(
    caller: Caller,
    repeatable: Idempotency,
    app: &State<App>,
    body: Body<NewEvent>,
) -> Result<Answer<Done>> {
    let repeatable = repeatable.read(app);
    let body = body.and_then(|body| Ok((None, body.content()?, repeatable?)));
    make(&caller, app, body).await
}

/// Registers an event in a group or not, and tells where it can be read.
pub(super) async fn make(
    caller: &Caller,
    app: &App,
    body: Body<(Option<GroupId>, Content, Repeatable)>,
) -> Result<Answer<Done>> {
    let (now, terms) = (app.clock.now(), Terms::of(app));
    let id = caller
        .write(app, body, move |tx, user, (group, content, repeatable)| {
            repeats::once(tx, user.id, Made::Event, &repeatable, || {
                Ok(domain::events::create(tx, &user, group, &content, terms.at(now?))?.0)
            })
        })
        .await?;
    Ok(Answer::made_at(event_path(EventId(id))))
}

/// Where an event can be read.
fn event_path(EventId(id): EventId) -> String {
    format!("{BASE}/calendar/event/{id}")
}

/// Call 6.
#[put("/calendar/event", data = "<body>")]
pub(super) async fn change(
    caller: Caller,
    condition: IfMatch,
    app: &State<App>,
    body: Body<ChangedEvent>,
) -> Result<Answer<Done>> {
    let (now, terms) = (app.clock.now(), Terms::of(app));
    let body = body.and_then(|body| {
        let condition = condition.and(body.revision);
        Ok((EventId(body.event_id.0), body.event.content()?, body.target.into(), condition))
    });
    let made = caller
        .write(app, body, move |tx, user, (id, content, target, condition)| {
            domain::change(tx, &user, id, &content, target, &condition, terms.at(now?))
        })
        .await?;
    Ok(made.map_or_else(Answer::done, |id| Answer::made_at(event_path(id))))
}

/// Call 7.
#[delete("/calendar/event", data = "<body>")]
pub(super) async fn delete(
    caller: Caller,
    condition: IfMatch,
    app: &State<App>,
    body: Body<WhichEvent>,
) -> Result<Answer<Done>> {
    let (now, terms) = (app.clock.now(), Terms::of(app));
    caller
        .write(app, body, move |tx, user, body| {
            let condition = condition.and(body.revision);
            let (id, target) = (EventId(body.event_id.0), body.target.into());
            domain::delete(tx, &user, id, target, &condition, terms.at(now?))
        })
        .await?;
    Ok(Answer::done())
}

/// One event that the caller registered or that the caller's calendar shows: of one that repeats, its first
/// occurrence, or the one that `occurrence` names. Its revision is for calls 6 and 7, and so is its `ETag`, for their
/// `If-Match`.
#[get("/calendar/event/<_>")]
pub(super) async fn read(
    id: PathId,
    caller: Caller,
    query: Query<WhichOccurrence>,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Answer<OneEvent<'static>>> {
    let (id, zone) = (EventId(id.0), app.clock.zone().clone());
    let event = caller
        .read_inline(app, query, move |snapshot, user, which| {
            let occurrence = which.occurrence.map(|Start(at)| at);
            domain::events::get(snapshot, user.id, id, occurrence, &zone)
        })
        .await?;
    Ok(one(&event, &conditional)?)
}

/// An event by itself.
pub(super) fn one(
    occurrence: &Occurrence,
    conditional: &Conditional,
) -> error::Result<Answer<OneEvent<'static>>> {
    let revision = occurrence.event.revision;
    let event = OneEvent { event: Event::from(occurrence), revision: revision.to_string() };
    Ok(Answer::data(event)?.tagged(tag(revision), conditional))
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
