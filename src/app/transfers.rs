//! How many files come in and go out at a time.
//!
//! Each is held on disk while its client sends or reads it, and one that comes in is in memory while it is worked on.
//! So there are places for them, of which one user has few, and two that come in are worked on at once. Who gets no
//! place is told so before anything is sent.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::model::Email;

/// How many imports are worked on at a time.
const WORKED_ON: usize = 2;
/// How many there are with those that arrive or wait for their turn.
const IMPORTS: usize = 6;
/// How many exports are made or sent at a time.
const EXPORTS: usize = 16;
/// How many of them are for one user.
const EXPORTS_OF_ONE: usize = 2;
/// How many seconds somebody who got no place is to wait.
const AGAIN: u64 = 10;

/// The files that come in and go out.
#[derive(Debug)]
pub struct Transfers {
    imports: Places,
    exports: Places,
    turns: Arc<Semaphore>,
}

impl Default for Transfers {
    fn default() -> Self {
        Self {
            imports: Places::new(IMPORTS, 1),
            exports: Places::new(EXPORTS, EXPORTS_OF_ONE),
            turns: Arc::new(Semaphore::new(WORKED_ON)),
        }
    }
}

impl Transfers {
    /// A place for an import of `user`.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the user has one under way, or too many have.
    pub fn import(&self, user: &Email) -> Result<Place> {
        self.imports.enter(user)
    }

    /// A place for an export to `user`.
    ///
    /// # Errors
    /// [`Error::TooMany`] if too many are under way to the user, or to all.
    pub fn export(&self, user: &Email) -> Result<Place> {
        self.exports.enter(user)
    }

    /// Waits until an import that has arrived may be worked on: as long as what this gives is held.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the server stops.
    pub async fn turn(&self) -> Result<Turn> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map(Turn).map_err(|_| Error::Unavailable("imports have stopped".into()))
    }
}

/// The right to work on an import, until it is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

/// Places of which each user may have so many.
#[derive(Debug)]
struct Places {
    most: usize,
    of_one: usize,
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

/// A place, until it is dropped.
pub struct Place {
    user: String,
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

/// Without whose it is.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

impl Places {
    fn new(most: usize, of_one: usize) -> Self {
        Self { most, of_one, taken: Arc::default() }
    }

    fn enter(&self, user: &Email) -> Result<Place> {
        let user = user.folded();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(&user).copied().unwrap_or(0);
        if own >= self.of_one || taken.values().sum::<usize>() >= self.most {
            return Err(Error::TooMany(AGAIN));
        }
        taken.insert(user.clone(), own + 1);
        Ok(Place { user, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(number: usize) -> Email {
        Email::stored(format!("user{number}@example.com"))
    }

    #[test]
    fn one_user_has_one_import_under_way_and_two_exports() {
        let transfers = Transfers::default();
        let held = transfers.import(&email(1)).unwrap();
        let again = transfers.import(&Email::stored("USER1@example.com".into()));
        assert!(matches!(again, Err(Error::TooMany(10))));
        drop(held);
        assert!(transfers.import(&email(1)).is_ok());
        let held = [transfers.export(&email(1)).unwrap(), transfers.export(&email(1)).unwrap()];
        assert!(transfers.export(&email(1)).is_err());
        drop(held);
        assert!(transfers.export(&email(1)).is_ok());
    }

    #[test]
    fn all_together_have_so_many() {
        let transfers = Transfers::default();
        let mut held: Vec<_> =
            (0..IMPORTS).map(|user| transfers.import(&email(user)).unwrap()).collect();
        assert!(transfers.import(&email(IMPORTS)).is_err());
        held.pop();
        assert!(transfers.import(&email(IMPORTS)).is_ok());
    }

    #[tokio::test]
    async fn two_imports_are_worked_on_at_a_time_and_others_wait() {
        let transfers = Transfers::default();
        let (first, _second) = (transfers.turn().await.unwrap(), transfers.turn().await.unwrap());
        let mut third = Box::pin(transfers.turn());
        assert!(futures_util::poll!(&mut third).is_pending());
        drop(first);
        assert!(third.await.is_ok());
    }
}
