//! The views that were answered last, ready to be sent again.
//!
//! People look at the same month again and again, on several devices, and a calendar is read far more
//! often than it is written. A view is kept with the version of its user's calendar, which changes in the
//! same transaction as anything that the view could show. Every request reads the user's version with the
//! token check; while it is unchanged, so is the view, and nothing needs invalidating. What a feed shows is kept in the same
//! way, with the version of its user's calendar or of its group.
//!
//! The `ETag` (RFC 9110, 8.8.3) of a view contains the version and the lineage of the database, since one
//! restored from a backup goes through the same versions again. A file has no lineage, so a random number of
//! this process stands for it; with PostgreSQL, the tags of all servers are the same.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use lru::LruCache;

use crate::error::Result;
use crate::http::coding::{self, WORTH_COMPRESSING};
use crate::model::{CalendarVersion, FeedId, TimeRange, UserId};

/// How many bytes are kept. The view that was unused for longest is dropped first.
const BUDGET: usize = 8 * 1024 * 1024;
/// The largest view that is kept: a single one must not push out all the others.
const LARGEST: usize = BUDGET / 8;
/// About how much memory a view takes beside its bytes.
const OVERHEAD: usize = 192;

/// What is shown, the range, and whether the client takes gzip.
type Key = (UserId, Subject, TimeRange, bool);

/// What a view is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A calendar, as the API gives it.
    Calendar,
    /// A feed, as an iCalendar file.
    Feed(FeedId),
    /// A feed, as its page reads it.
    FeedPage(FeedId),
}

/// A body, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The body.
    pub bytes: Bytes,
    /// Whether it is compressed. Short ones are not.
    pub compressed: bool,
}

impl View {
    /// `body`, compressed if the client takes `gzip` and if it is worth it.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) if there is no memory for it.
    pub fn of(body: Vec<u8>, gzip: bool) -> Result<Self> {
        let compressed = gzip && body.len() >= WORTH_COMPRESSING;
        let bytes = if compressed { coding::gzip(&body)? } else { body };
        Ok(Self { bytes: bytes.into(), compressed })
    }
}

/// The views that are kept.
#[derive(Debug)]
pub struct ViewCache {
    process: u64,
    shelf: Mutex<Shelf>,
}

#[derive(Debug)]
struct Shelf {
    views: LruCache<Key, (CalendarVersion, View)>,
    bytes: usize,
}

impl Default for ViewCache {
    /// An empty cache.
    fn default() -> Self {
        let shelf = Shelf { views: LruCache::unbounded(), bytes: 0 };
        Self { process: getrandom::u64().unwrap_or_default(), shelf: Mutex::new(shelf) }
    }
}

impl ViewCache {
    /// The entity tag of the view of `range` of `subject` at `version`. It is weak, since the compressed and the
    /// plain body are the same view.
    #[must_use]
    pub fn tag(&self, subject: Subject, version: CalendarVersion, range: TimeRange) -> String {
        let mut tag = String::with_capacity(80);
        let CalendarVersion { user: UserId(id), own, groups, lineage } = version;
        let TimeRange { from, until } = range;
        let lineage = if lineage == 0 { self.process } else { lineage };
        // Writing to a string cannot fail.
        let _ = write!(tag, "W/\"{lineage:x}-{id:x}-{own:x}-{groups:x}-{from:x}-{until:x}");
        let _ = match subject {
            Subject::Calendar => write!(tag, "\""),
            Subject::Feed(FeedId(id)) => write!(tag, "-f{id:x}\""),
            Subject::FeedPage(FeedId(id)) => write!(tag, "-p{id:x}\""),
        };
        tag
    }

    /// The view of `range` of `subject` at `version`, if it is kept.
    #[must_use]
    pub fn get(
        &self,
        subject: Subject,
        version: CalendarVersion,
        range: TimeRange,
        compressed: bool,
    ) -> Option<View> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept, view) = shelf.views.get(&(version.user, subject, range, compressed))?;
        (*kept == version).then(|| view.clone())
    }

    /// Keeps `view`, the view of `range` of `subject` at `version`.
    pub fn keep(
        &self,
        subject: Subject,
        version: CalendarVersion,
        range: TimeRange,
        compressed: bool,
        view: &View,
    ) {
        if view.bytes.len() > LARGEST {
            return;
        }
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = (version, view.clone());
        shelf.bytes += view.bytes.len() + OVERHEAD;
        let key = (version.user, subject, range, compressed);
        if let Some((_, (_, before))) = shelf.views.push(key, kept) {
            shelf.bytes -= before.bytes.len() + OVERHEAD;
        }
        while shelf.bytes > BUDGET
            && let Some((_, (_, oldest))) = shelf.views.pop_lru()
        {
            shelf.bytes -= oldest.bytes.len() + OVERHEAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUNE: TimeRange = TimeRange { from: 0, until: 30 };

    fn version(user: i64, own: i64) -> CalendarVersion {
        CalendarVersion { user: UserId(user), own, groups: 0, lineage: 0 }
    }

    fn view(length: usize) -> View {
        View { bytes: vec![b' '; length].into(), compressed: false }
    }

    #[test]
    fn a_view_is_kept_for_its_subject_user_version_range_and_coding() {
        let (views, view) = (ViewCache::default(), view(2));
        views.keep(Subject::Calendar, version(1, 5), JUNE, false, &view);
        assert_eq!(views.get(Subject::Calendar, version(1, 5), JUNE, false), Some(view));
        assert_eq!(views.get(Subject::Calendar, version(2, 5), JUNE, false), None);
        assert_eq!(views.get(Subject::Calendar, version(1, 6), JUNE, false), None);
        assert_eq!(views.get(Subject::Calendar, version(1, 4), JUNE, false), None);
        assert_eq!(
            views.get(Subject::Calendar, version(1, 5), TimeRange { until: 31, ..JUNE }, false),
            None
        );
        assert_eq!(views.get(Subject::Calendar, version(1, 5), JUNE, true), None);
        assert_eq!(views.get(Subject::Feed(FeedId(1)), version(1, 5), JUNE, false), None);
    }

    #[test]
    fn the_cache_has_a_bound_and_drops_the_oldest_view_first() {
        let views = ViewCache::default();
        let largest = view(LARGEST);
        for id in 0..20 {
            views.keep(Subject::Calendar, version(id, 0), JUNE, false, &largest);
            views.keep(Subject::Calendar, version(id, 1), JUNE, false, &largest);
        }
        let kept: Vec<i64> = (0..20)
            .filter(|id| views.get(Subject::Calendar, version(*id, 1), JUNE, false).is_some())
            .collect();
        assert_eq!(kept, (13..20).collect::<Vec<_>>());
        views.keep(Subject::Calendar, version(7, 0), JUNE, false, &view(LARGEST + 1));
        assert_eq!(
            views.get(Subject::Calendar, version(7, 0), JUNE, false),
            None,
            "too large to keep"
        );
    }

    #[test]
    fn a_tag_depends_on_the_subject_the_user_the_version_the_range_and_the_process() {
        let views = ViewCache::default();
        let tags = [
            views.tag(Subject::Calendar, version(1, 5), JUNE),
            views.tag(Subject::Calendar, version(2, 5), JUNE),
            views.tag(Subject::Calendar, version(1, 6), JUNE),
            views.tag(Subject::Calendar, version(1, 5), TimeRange { until: 31, ..JUNE }),
            ViewCache::default().tag(Subject::Calendar, version(1, 5), JUNE),
            views.tag(Subject::Feed(FeedId(1)), version(1, 5), JUNE),
            views.tag(Subject::Feed(FeedId(2)), version(1, 5), JUNE),
            views.tag(Subject::FeedPage(FeedId(1)), version(1, 5), JUNE),
        ];
        let elsewhere = |lineage| CalendarVersion { lineage, ..version(1, 5) };
        assert_eq!(
            views.tag(Subject::Calendar, elsewhere(7), JUNE),
            ViewCache::default().tag(Subject::Calendar, elsewhere(7), JUNE)
        );
        assert_ne!(
            views.tag(Subject::Calendar, elsewhere(7), JUNE),
            views.tag(Subject::Calendar, elsewhere(8), JUNE)
        );
        for (at, tag) in tags.iter().enumerate() {
            assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
            assert!(!tags[..at].contains(tag), "{tag}");
        }
    }
}
