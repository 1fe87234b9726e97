//! `/feed/<secret>.ics` and `/feed/<secret>.json`: what a feed shows, for calendar programs and for its own page.
//!
//! There is no token: whoever knows the address may read it. So it is in no line of the log and in no metric, no search
//! engine is to keep it, and an address that nothing is at counts against whoever asks for it. A feed is asked for again and
//! again by programs that cannot know whether it has changed. So it is served as a view is: an answer that is kept with the
//! version of the calendar, or 304, and is made anew only after a change, on a thread that holds nobody up.

mod address;
mod answer;
mod client;
mod events;

use std::sync::Arc;

use jiff::tz::TimeZone;
use rocket::{Route, State, get};

use address::{Address, Form};
use answer::{Answer, Refused};
use client::{Client, Wanted};

use crate::app::{App, Subject, View, ViewCache};
use crate::domain::{feeds, transfer};
use crate::error::{Error, Result};
use crate::model::{AddressSecret, Expected, Feed, FeedId, Room, TimeRange, WallTime};
use crate::store::{Lane, Snapshot};

/// The routes, mounted at the root.
#[must_use]
pub(crate) fn routes() -> Vec<Route> {
    rocket::routes![read]
}

/// The longest time that the page of a feed asks for, in seconds.
const LONGEST: i64 = 400 * 86_400;

/// A feed as a calendar file or as its page reads it: that from `sdate` to `edate`, at most 400 days.
#[get("/feed/<address>?<sdate>&<edate>")]
async fn read(
    address: Address,
    sdate: Option<&str>,
    edate: Option<&str>,
    client: Client,
    wanted: Wanted,
    app: &State<App>,
) -> std::result::Result<Answer, Refused> {
    let Address { secret, form } = address;
    let Some(secret) = secret else {
        return Err(client.refused(app, Error::NotFound(String::new())));
    };
    let span = app.feed_span.on(app.clock.today()?);
    let range = match form {
        Form::Calendar => Ok(span),
        Form::Page => asked(sdate.unwrap_or_default(), edate.unwrap_or_default(), span),
    };
    let range = match range {
        Ok(range) => range,
        // Whether there is such a feed is told first.
        Err(error) => {
            let found = app.store.read_inline(move |snapshot| feeds::find(snapshot, &secret)).await;
            found.map_err(|error| client.refused(app, error))?;
            return Err(error.into());
        }
    };
    let look = Arc::new(Look {
        secret,
        form,
        range,
        wanted,
        zone: app.clock.zone().clone(),
        cache: Arc::clone(&app.views),
    });
    let kept = Arc::clone(&look);
    let found = app.store.read_inline(move |snapshot| kept.kept(snapshot)).await;
    let Found { feed, lane, answer } = found.map_err(|error| client.refused(app, error))?;
    note_use(app, &feed, app.clock.now()?);
    let answer = match answer {
        Some(answer) => answer,
        None => app.store.read(lane, move |snapshot| look.made(snapshot)).await?,
    };
    Ok(answer)
}

/// The part of `span` that the page of a feed asks for.
fn asked(sdate: &str, edate: &str, span: TimeRange) -> Result<TimeRange> {
    let (from, until) = (WallTime::parse("sdate", sdate)?, WallTime::parse("edate", edate)?);
    let (from, until) = (from.seconds(), until.seconds());
    if until <= from || until - from > LONGEST {
        return Err(Expected::new("a time after sdate, by at most 400 days").of("edate"));
    }
    let from = from.clamp(span.from, span.until);
    Ok(TimeRange { from, until: until.clamp(from, span.until) })
}

/// Notes that a feed was read, now and then, and holds the answer up for nothing: a note that is lost comes with the next
/// look.
fn note_use(app: &App, feed: &Feed, now: WallTime) {
    if feed.is_noted_at(now) {
        let id = feed.id;
        drop(app.store.queue_write(move |tx| tx.note_feed_use(id, now)));
    }
}

/// A look at a feed.
struct Look {
    secret: AddressSecret,
    form: Form,
    range: TimeRange,
    wanted: Wanted,
    zone: TimeZone,
    cache: Arc<ViewCache>,
}

/// A feed, and its answer if that need not be made.
struct Found {
    feed: Feed,
    lane: Lane,
    answer: Option<Answer>,
}

impl Look {
    fn subject(&self, feed: FeedId) -> Subject {
        match self.form {
            Form::Calendar => Subject::Feed(feed),
            Form::Page => Subject::FeedPage(feed),
        }
    }

    /// The feed, with the answer that is kept, or that the client has.
    fn kept(&self, snapshot: &Snapshot<'_>) -> Result<Found> {
        let (feed, user, version) = feeds::find(snapshot, &self.secret)?;
        let subject = self.subject(feed.id);
        let tag = self.cache.tag(subject, version, self.range);
        let answer = if self.wanted.has(&tag) {
            Some(self.answer(&feed, tag, None))
        } else {
            let view = self.cache.get(subject, version, self.range, self.wanted.gzip);
            view.map(|view| self.answer(&feed, tag, Some(view)))
        };
        Ok(Found { feed, lane: Lane::of(user.email.as_str()), answer })
    }

    /// The answer, made of the calendar as it is, and kept.
    fn made(&self, snapshot: &Snapshot<'_>) -> Result<Answer> {
        let (feed, _, version) = feeds::find(snapshot, &self.secret)?;
        let subject = self.subject(feed.id);
        let body = match self.form {
            Form::Calendar => {
                transfer::feed(snapshot, &feed, self.range, &self.zone, Room::in_view())?
            }
            Form::Page => {
                let shown =
                    feeds::in_range(snapshot, &feed, self.range, &self.zone, Room::in_view())?;
                events::json(&feed, &shown, &self.zone)?
            }
        };
        let view = View::of(body, self.wanted.gzip)?;
        self.cache.keep(subject, version, self.range, self.wanted.gzip, &view);
        let tag = self.cache.tag(subject, version, self.range);
        Ok(self.answer(&feed, tag, Some(view)))
    }

    fn answer(&self, feed: &Feed, tag: String, view: Option<View>) -> Answer {
        Answer { form: self.form, name: feed.name.as_str().to_owned(), tag, view }
    }
}
