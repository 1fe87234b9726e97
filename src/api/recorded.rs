//! The entry of the history that a request leaves: its answer tells it in a header, so that the client can undo just that.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rocket::request::Request;

use crate::model::EntryId;

/// The entry of the history that a request has left; 0 for none.
#[derive(Clone, Default)]
pub(super) struct Recorded(Arc<AtomicI64>);

impl Recorded {
    /// Of `request`.
    pub(super) fn of(request: &Request<'_>) -> Self {
        request.local_cache(Self::default).clone()
    }

    /// Notes the entry.
    pub(super) fn note(&self, EntryId(entry): EntryId) {
        self.0.store(entry, Ordering::Relaxed);
    }

    /// The entry, if there is one.
    pub(super) fn entry(&self) -> Option<EntryId> {
        Some(self.0.load(Ordering::Relaxed)).filter(|id| *id > 0).map(EntryId)
    }
}
