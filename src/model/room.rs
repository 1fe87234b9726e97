//! How much one answer may hold.
//!
//! An answer is made in memory. Whoever collects what it is to hold counts the bytes as it goes, and
//! stops as soon as they are too many, rather than after it has collected all.

use crate::error::{Error, Result};

/// The room that is left in an answer.
#[derive(Debug)]
pub struct Room {
    left: usize,
    advice: &'static str,
}

impl Room {
    /// The most bytes of an answer: 64 MB.
    pub const BYTES: usize = 64_000_000;

    /// The room in a view of a day or a month.
    #[must_use]
    pub fn in_view() -> Self {
        Self { left: Self::BYTES, advice: "ask for a shorter span, or select fewer groups" }
    }

    /// The room in a view that is made at once, on a thread that serves others too: that of some hundred
    /// events, which takes a millisecond.
    #[must_use]
    pub fn at_once() -> Self {
        Self { left: 128 << 10, ..Self::in_view() }
    }

    /// The room in a list that is also given in parts.
    #[must_use]
    pub fn in_list() -> Self {
        Self { left: Self::BYTES, advice: "ask for a part of it with limit and after" }
    }

    /// Room for anything, for what does not become an answer.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { left: usize::MAX, advice: "" }
    }

    /// Takes room for `bytes`.
    ///
    /// # Errors
    /// [`Error::TooLong`], which says how to ask for less, if there is not enough.
    pub fn take(&mut self, bytes: usize) -> Result<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| self.exceeded())?;
        Ok(())
    }

    /// The error for what does not fit.
    #[must_use]
    pub fn exceeded(&self) -> Error {
        Error::TooLong(format!("the answer would have more than 64 MB: {}", self.advice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_to_the_last_byte_and_no_further() {
        let mut room = Room::in_list();
        room.take(Room::BYTES - 1).unwrap();
        let error = room.take(2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the answer would have more than 64 MB: ask for a part of it with limit and after"
        );
        room.take(1).unwrap();
        assert!(room.take(1).is_err());
        assert!(Room::unlimited().take(usize::MAX).is_ok());
    }
}
