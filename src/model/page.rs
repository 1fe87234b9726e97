//! A part of a list.

/// Which part of a list is asked for: without either field, all of it.
#[derive(Debug, Clone, Copy)]
pub struct Page<T> {
    /// Only what comes after this in the order of the list.
    pub after: Option<T>,
    /// At most so many.
    pub limit: Option<u16>,
}

impl<T> Page<T> {
    /// The whole list.
    pub const ALL: Self = Self { after: None, limit: None };

    /// The largest limit.
    pub const MAX_LIMIT: u16 = 1000;

    /// The limit for a statement: the largest integer for none.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.limit.map_or(i64::MAX, i64::from)
    }
}
