//! What became of a file that came in.

/// What became of the objects of a file: all components of one UID are one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many were read.
    pub read: u64,
    /// How many are new.
    pub created: u64,
    /// How many replaced an older version of themselves.
    pub updated: u64,
    /// How many were there already.
    pub unchanged: u64,
    /// How many could not be taken.
    pub skipped: u64,
    /// Those that were not simply created or unchanged, or were not taken as they were written, in the order of the
    /// file; at most [`Report::MOST_ITEMS`].
    pub items: Vec<Item>,
}

impl Report {
    /// The most items.
    pub const MOST_ITEMS: usize = 1000;

    /// Counts an object.
    pub(super) fn count(&mut self, outcome: Outcome) {
        self.read += 1;
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Noted => self.read -= 1,
        }
    }

    /// Counts objects that were lost before they were read.
    pub(super) fn lose(&mut self, lost: usize) {
        self.read += lost as u64;
        self.skipped += lost as u64;
    }

    /// Adds an item, if there is room for it.
    pub(super) fn note(&mut self, item: Item) {
        if self.items.len() < Self::MOST_ITEMS {
            self.items.push(item);
        }
    }

    /// Puts the items into the order of the files. `place` gives that of a file by its name.
    pub(super) fn sort(&mut self, place: impl Fn(&Option<String>) -> Option<usize>) {
        self.items.sort_by_key(|item| (place(&item.file), item.line));
    }
}

/// What became of one object, or of a part of a file that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The name of the file, where there are several.
    pub file: Option<String>,
    /// Its UID; none for what has none.
    pub uid: Option<String>,
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, or what was taken otherwise than it was written; in one sentence.
    pub detail: Option<String>,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It replaced an older version of itself.
    Updated,
    /// It was there already.
    Unchanged,
    /// It could not be taken.
    Skipped,
    /// It is no object, but something about the file as a whole.
    Noted,
}

impl Outcome {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Noted => "noted",
        }
    }
}
