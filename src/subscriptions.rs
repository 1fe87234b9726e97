//! The task that fetches outside calendars and fills groups from them.
//!
//! It looks twice a minute for what is due, and at once when somebody has subscribed. A fetch waits for somebody else's
//! server, so each has a thread of its own, which nothing waits for when the server stops: what it brings is dropped then.
//! Several servers over one database share the work: whoever claims a subscription fetches it. One that is killed with a
//! claim lets it run out.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::clock::Clock;
use crate::domain::Setting;
use crate::domain::subscriptions::{Refill, Step};
use crate::error::{Error, Result};
use crate::fetch::{FetchError, Fetched, Fetcher, Known, after_failure, after_success};
use crate::holidays;
use crate::model::{Bounds, CalendarRead, CalendarSource, DueSubscription, FeedUrl};
use crate::store::{Lane, Snapshot, Store, Transaction};

/// How often to look for what is due.
const LOOK: Duration = Duration::from_secs(30);
/// How many calendars are fetched at a time: each may have 10 MiB.
const AT_ONCE: usize = 2;
/// How long a claim lasts, in seconds: much longer than a fetch and what is written of it.
const CLAIM: i64 = 600;

/// What fills groups from outside calendars.
#[derive(Debug)]
pub struct Subscriptions {
    store: Arc<Store>,
    clock: Clock,
    bounds: Bounds,
    subscribed: Arc<Notify>,
    fetcher: Fetcher,
}

/// Why a group was not filled.
struct Failure {
    /// In one sentence, for its creator and for the log: no more of the address than its host.
    problem: String,
    retry_after: Option<Duration>,
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let retry_after = match &error {
            FetchError::Answer { retry_after, .. } => *retry_after,
            _ => None,
        };
        Self { problem: error.to_string(), retry_after }
    }
}

impl From<String> for Failure {
    fn from(problem: String) -> Self {
        Self { problem, retry_after: None }
    }
}

/// An error of the store or of this program, which is for the log alone.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        tracing::error!("an outside calendar could not be stored: {error}");
        Self::from("this server could not store the calendar".to_owned())
    }
}

impl Subscriptions {
    /// Those of `app`, fetched by `fetcher`.
    #[must_use]
    pub fn of(app: &App, fetcher: Fetcher) -> Self {
        Self {
            store: Arc::clone(&app.store),
            clock: app.clock.clone(),
            bounds: app.bounds,
            subscribed: Arc::clone(&app.subscribed),
            fetcher,
        }
    }

    /// Fetches what is due, until this is dropped.
    pub async fn keep_filled(self) {
        let this = Arc::new(self);
        let mut fetches = JoinSet::new();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_free = fetches.len() < AT_ONCE;
            tokio::select! {
                () = this.subscribed.notified(), if is_free => {}
                _ = look.tick(), if is_free => {}
                Some(ended) = fetches.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!("a fetch of an outside calendar ended: {error}");
                    }
                }
            }
            while fetches.len() < AT_ONCE {
                match this.claim().await {
                    Ok(Some(claim)) => {
                        fetches.spawn(Arc::clone(&this).refill(claim));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::warn!("no outside calendars are fetched now: {error}");
                        break;
                    }
                }
            }
        }
    }

    async fn claim(&self) -> Result<Option<DueSubscription>> {
        let now = self.clock.unix();
        // Hardly ever is one due, and a look writes nothing.
        if !self.store.read_inline(move |snapshot| snapshot.has_due_subscription(now)).await? {
            return Ok(None);
        }
        self.store.write(move |tx| tx.claim_subscription(now, now.saturating_add(CLAIM))).await
    }

    /// Fetches a calendar, fills its group, and notes how that went.
    async fn refill(self: Arc<Self>, claim: DueSubscription) {
        let noted = match self.try_refill(&claim).await {
            Ok(None) => return,
            Ok(Some(read)) => {
                self.store.write(move |tx| tx.note_calendar_read(&claim, &read)).await
            }
            Err(Failure { problem, retry_after }) => {
                let host = CalendarSource::read(&claim.url).map(|from| from.host().to_owned());
                tracing::warn!(
                    group = claim.group.0,
                    host = host.unwrap_or_default(),
                    "an outside calendar could not be read: {problem}"
                );
                let wait = after_failure(claim.failures.saturating_add(1), retry_after, random());
                let due = self.clock.unix().saturating_add(seconds(wait));
                self.store.write(move |tx| tx.note_calendar_failure(&claim, &problem, due)).await
            }
        };
        if let Err(error) = noted {
            tracing::warn!("how an outside calendar was read could not be noted: {error}");
        }
    }

    /// Gives what is to be noted; nothing if the subscription is gone.
    async fn try_refill(
        &self,
        claim: &DueSubscription,
    ) -> std::result::Result<Option<CalendarRead>, Failure> {
        let source = CalendarSource::read(&claim.url)
            .map_err(|expected| format!("the address is none: {expected}"))?;
        let fetched = match source {
            CalendarSource::Web(url) => self.fetch(claim, url).await?,
            CalendarSource::Holidays(country) => look_up(claim, &country)?,
        };
        let read = match fetched {
            Fetched::Unchanged { moved } => {
                let (etag, modified) = (claim.etag.clone(), claim.modified.clone());
                self.read(claim, moved, (etag, modified), claim.wish, None)
            }
            Fetched::Body { bytes, etag, modified, moved } => {
                let outline = claim.clone();
                let refill = apart(move || Refill::new(outline, bytes)).await?;
                let wish = refill.wish();
                let Some(problem) = self.write(refill).await? else { return Ok(None) };
                // What could not be taken may be the next time, even if the calendar is the same.
                let version = if problem.is_none() { (etag, modified) } else { (None, None) };
                self.read(claim, moved, version, wish, problem)
            }
        };
        Ok(Some(read))
    }

    async fn fetch(
        &self,
        claim: &DueSubscription,
        url: FeedUrl,
    ) -> std::result::Result<Fetched, Failure> {
        let (fetcher, known) = (self.fetcher.clone(), claim.clone());
        let fetched = apart(move || {
            let DueSubscription { etag, modified, .. } = &known;
            let validators = Known { etag: etag.as_deref(), modified: modified.as_deref() };
            fetcher.fetch(&url, validators)
        });
        Ok(fetched.await??)
    }

    /// Makes the group say what the calendar says. Gives what could not be taken; nothing if the subscription is gone.
    async fn write(
        &self,
        mut refill: Refill,
    ) -> std::result::Result<Option<Option<String>>, Failure> {
        let compare = move |snapshot: &Snapshot<'_>| {
            let refused = refill.compare(snapshot)?;
            Ok((refill, refused))
        };
        let (mut refill, refused) = self.store.read(Lane::alone(), compare).await?;
        if let Some(why) = refused {
            return Err(why.into());
        }
        loop {
            let (now, zone, bounds) = (self.clock.now()?, self.clock.zone().clone(), self.bounds);
            let slice = move |tx: &Transaction<'_>| {
                let step = refill.step(tx, Setting { now, zone: &zone, bounds })?;
                Ok((refill, step))
            };
            let (back, step) = self.store.write(slice).await?;
            match step {
                Step::More => refill = back,
                Step::Done(problem) => return Ok(Some(problem)),
                Step::Lost => return Ok(None),
            }
        }
    }

    /// What is noted of a calendar that was read now.
    fn read(
        &self,
        claim: &DueSubscription,
        moved: Option<FeedUrl>,
        (etag, modified): (Option<String>, Option<String>),
        wish: Option<i64>,
        problem: Option<String>,
    ) -> CalendarRead {
        let read = self.clock.unix();
        let url = moved.map_or_else(|| claim.url.clone(), |url| url.as_str().to_owned());
        let wished = wish.and_then(|wish| u64::try_from(wish).ok()).map(Duration::from_secs);
        let due = read.saturating_add(seconds(after_success(wished, random())));
        CalendarRead { url, etag, modified, problem, wish, read, due }
    }
}

/// The holidays of a country, which are another calendar where the program is another. A server that looks for what is
/// due once its program was replaced has them at the next look, which is a day away at most.
fn look_up(claim: &DueSubscription, country: &str) -> std::result::Result<Fetched, Failure> {
    let known = holidays::of(country)
        .ok_or_else(|| format!("this server does not know the holidays of {country}"))?;
    let calendar = known.calendar();
    let etag = Some(calendar_tag(&calendar));
    if claim.etag == etag {
        return Ok(Fetched::Unchanged { moved: None });
    }
    Ok(Fetched::Body { bytes: calendar.into_bytes(), etag, modified: None, moved: None })
}

/// What tells a calendar from another version of it.
fn calendar_tag(calendar: &str) -> String {
    let digest = Sha256::digest(calendar.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Runs `work`, which may wait for long, on a thread of its own.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (done, told) = oneshot::channel();
    thread::Builder::new()
        .name("fetch".into())
        .spawn(move || {
            // Nobody waits for it any more if the server stops.
            let _ = done.send(work());
        })
        .map_err(|error| Error::Internal(format!("cannot start a thread: {error}")))?;
    told.await.map_err(|_| Error::Internal("the fetch of a calendar panicked".into()))
}

fn seconds(wait: Duration) -> i64 {
    i64::try_from(wait.as_secs()).unwrap_or(i64::MAX)
}

fn random() -> u32 {
    getrandom::u32().unwrap_or_default()
}
