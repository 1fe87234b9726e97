//! `/user/feed`: the caller's feeds, secret addresses at which a calendar is read without a token.

use rocket::{State, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::{AccountCaller, Caller};
use super::envelope::{Answer, Done, List};
use super::parameters::Parameters;
use super::path::{PathId, Root};
use super::refusal::Result;
use super::values::{Id, Key, PrintedTime, Text};
use crate::app::App;
use crate::domain::feeds;
use crate::model::{self, AddressSecret, FeedId, GroupId, Room, WallTime};

#[derive(Deserialize, ToSchema)]
pub(super) struct NewFeed {
    name: Text,
    /// Without it, the feed shows what the caller's calendar shows, as the caller sees it. With it, all events of the
    /// group, with private ones as others see them.
    #[schema(nullable = false)]
    group: Option<Id>,
    /// It shows when there is something, and not what.
    #[schema(nullable = false)]
    busy_only: Option<bool>,
}

impl Parameters for NewFeed {}

impl From<NewFeed> for feeds::NewFeed {
    fn from(new: NewFeed) -> Self {
        Self {
            name: new.name.0,
            group: new.group.map(|Id(id)| GroupId(id)),
            busy_only: new.busy_only.unwrap_or(false),
        }
    }
}

/// A feed.
#[derive(Serialize, ToSchema)]
pub(super) struct Feed<'a> {
    #[schema(value_type = Key, inline)]
    id: FeedId,
    #[schema(min_length = 1, max_length = 128)]
    name: &'a str,
    /// `null` if it shows the caller's calendar.
    #[schema(required, value_type = Option<Key>)]
    group: Option<GroupId>,
    busy_only: bool,
    #[schema(value_type = PrintedTime)]
    created: WallTime,
    /// When it was last read, within an hour; `null` until then.
    #[schema(required, value_type = Option<PrintedTime>)]
    used: Option<WallTime>,
}

impl<'a> From<&'a model::Feed> for Feed<'a> {
    fn from(feed: &'a model::Feed) -> Self {
        Self {
            id: feed.id,
            name: feed.name.as_str(),
            group: feed.group,
            busy_only: feed.busy_only,
            created: feed.created,
            used: feed.used,
        }
    }
}

/// A feed that was made. Its secret is kept nowhere, so nothing else gives the address.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeFeed {
    #[schema(value_type = Key, inline)]
    id: FeedId,
    /// A path alone, if the server does not know by which name it was called.
    #[schema(pattern = r"^(https?://[^/]+)?(/.*)?/feed/[a-z2-7]{52}\.ics$")]
    url: String,
}

/// The caller's feeds, by id.
#[get("/user/feed")]
pub(super) async fn list(caller: Caller, app: &State<App>) -> Result<Answer<List<Feed<'static>>>> {
    let list = caller.read_inline(app, (), |snapshot, user, ()| {
        let feeds = snapshot.feeds_of(user.id)?;
        let write = |feed: &Feed<'_>, out: &mut Vec<u8>| serde_json::to_writer(out, feed);
        Answer::list(feeds.len() * 160, Room::in_list(), feeds.iter().map(Feed::from), write)
    });
    list.await
}

/// Makes a feed.
#[post("/user/feed", data = "<body>")]
pub(super) async fn create(
    caller: AccountCaller,
    root: Root,
    app: &State<App>,
    body: Body<NewFeed>,
) -> Result<Answer<MadeFeed>> {
    let now = app.clock.now();
    let made = caller.write(app, body, move |tx, user, body| {
        let secret = AddressSecret::random()?;
        let id = feeds::create(tx, user.id, &feeds::NewFeed::from(body), &secret, now?)?;
        Ok((id, secret))
    });
    let (id, secret) = made.await?;
    let Root(root) = root;
    let url = format!("{root}{}", secret.feed_path());
    Ok(Answer::data(MadeFeed { id, url })?)
}

/// Ends a feed.
#[delete("/user/feed/<_>")]
pub(super) async fn end(id: PathId, caller: Caller, app: &State<App>) -> Result<Answer<Done>> {
    caller.write(app, (), move |tx, user, ()| feeds::end(tx, user.id, FeedId(id.0))).await?;
    Ok(Answer::done())
}
