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
use super::path::{BASE, PathId};
use super::refusal::Result;
use super::values::{Id, Key, PrintedEmail, PrintedTime, Revision, Text, Time};
use crate::app::App;
use crate::domain::{
    self,
    repeats::{self, Repeatable},
};
use crate::error::{self, Error};
use crate::http::etag::{Allowed, allowed};
use crate::model::{
    self, Email, EventDetails, EventId, EventTimes, GroupId, Occurrence, Precondition, Room,
    WallTime,
};
use crate::store::Made;

/// `edate` must not be before `sdate`; otherwise 40001.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewEvent {
    sdate: Time,
    edate: Time,
    subject: Text,
}

impl Parameters for NewEvent {}

impl TryFrom<NewEvent> for EventDetails {
    type Error = Error;

    fn try_from(event: NewEvent) -> error::Result<Self> {
        let times = EventTimes::new(event.sdate.0, event.edate.0)?;
        Ok(Self { subject: event.subject.0, times })
    }
}

/// `edate` must not be before `sdate`; otherwise 40001.
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangedEvent {
    event_id: Id,
    #[schema(nullable = false)]
    revision: Option<Revision>,
    #[schema(inline)]
    event: NewEvent,
}

impl Parameters for ChangedEvent {}

#[derive(Deserialize, ToSchema)]
pub(super) struct WhichEvent {
    event_id: Id,
    #[schema(nullable = false)]
    revision: Option<Revision>,
}

impl Parameters for WhichEvent {}

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
    fn from(Occurrence { event, times }: &'a Occurrence) -> Self {
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
    let body = body.and_then(|body| Ok((None, body.try_into()?, repeatable?)));
    make(&caller, app, body).await
}

/// Registers an event in a group or not, and tells where it can be read.
pub(super) async fn make(
    caller: &Caller,
    app: &App,
    body: Body<(Option<GroupId>, EventDetails, Repeatable)>,
) -> Result<Answer<Done>> {
    let now = app.clock.now();
    let most = app.bounds.events;
    let id = caller
        .write(app, body, move |tx, user, (group, details, repeatable)| {
            repeats::once(tx, user.id, Made::Event, &repeatable, || {
                Ok(domain::events::create(tx, &user, group, &details, now?, most)?.0)
            })
        })
        .await?;
    Ok(Answer::made_at(format!("{BASE}/calendar/event/{id}")))
}

/// Call 6.
#[put("/calendar/event", data = "<body>")]
pub(super) async fn change(
    caller: Caller,
    condition: IfMatch,
    app: &State<App>,
    body: Body<ChangedEvent>,
) -> Result<Answer<Done>> {
    let now = app.clock.now();
    let body = body.and_then(|body| {
        let condition = condition.and(body.revision);
        Ok((EventId(body.event_id.0), body.event.try_into()?, condition))
    });
    caller
        .write(app, body, move |tx, user, (id, details, condition)| {
            domain::events::change(tx, user.id, id, &details, &condition, now?)
        })
        .await?;
    Ok(Answer::done())
}

/// Call 7.
#[delete("/calendar/event", data = "<body>")]
pub(super) async fn delete(
    caller: Caller,
    condition: IfMatch,
    app: &State<App>,
    body: Body<WhichEvent>,
) -> Result<Answer<Done>> {
    caller
        .write(app, body, move |tx, user, body| {
            let condition = condition.and(body.revision);
            domain::events::delete(tx, user.id, EventId(body.event_id.0), &condition)
        })
        .await?;
    Ok(Answer::done())
}

/// One event that the caller registered or that the caller's calendar shows. Its revision is for calls 6
/// and 7, and so is its `ETag`, for their `If-Match`.
#[get("/calendar/event/<_>")]
pub(super) async fn read(
    id: PathId,
    caller: Caller,
    conditional: Conditional,
    app: &State<App>,
) -> Result<Answer<OneEvent<'static>>> {
    let id = EventId(id.0);
    let event = caller
        .read_inline(app, (), move |snapshot, user, ()| domain::events::get(snapshot, user.id, id))
        .await?;
    Ok(one(event, &conditional)?)
}

/// An event by itself.
pub(super) fn one(
    event: model::Event,
    conditional: &Conditional,
) -> error::Result<Answer<OneEvent<'static>>> {
    let revision = event.revision;
    let occurrence = Occurrence::of(event);
    let event = OneEvent { event: Event::from(&occurrence), revision: revision.to_string() };
    Ok(Answer::data(event)?.tagged(tag(revision), conditional))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_written_as_it_serializes() {
        let (park, time) = (Email::stored("\"박\"@정이.한국".into()), WallTime::MIN);
        for (group, updated, birthday) in
            [(None, None, None), (Some("2".into()), Some(WallTime::MAX), Some("1"))]
        {
            let event = Event {
                id: EventId(25),
                email: &park,
                useremail: &park,
                subject: "a \"b\" \\ \u{1} 👍",
                group,
                sdate: time,
                edate: WallTime::MAX,
                created: time,
                updated,
                birthday,
            };
            let mut written = Vec::new();
            event.write(&mut written).unwrap();
            assert_eq!(str::from_utf8(&written).unwrap(), serde_json::to_string(&event).unwrap());
        }
    }
}
