//! Who calls, of every protocol: each read and write of the store first looks whether they still may.

use super::{App, Credential};
use crate::error::{Error, Result};
use crate::model::{Author, Door, Email, EntryId, User};
use crate::store::{Lane, Snapshot, Transaction};

/// The caller of a request, who reads and writes the store as its user.
#[derive(Debug)]
pub struct Caller {
    credential: Credential,
    /// How they came, as the history tells it.
    door: Door,
}

impl Caller {
    /// Whoever has sent `credential`, who came by `door`.
    #[must_use]
    pub fn new(credential: Credential, door: Door) -> Self {
        Self { credential, door }
    }

    /// The same, who came by another door.
    #[must_use]
    pub fn by(self, door: Door) -> Self {
        Self { door, ..self }
    }

    /// Their email. They may not exist.
    #[must_use]
    pub fn email(&self) -> &Email {
        self.credential.email()
    }

    /// Runs `work`, which reads a few rows, for their user.
    ///
    /// # Errors
    /// As [`Caller::read`].
    pub async fn read_inline<T, F>(&self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User) -> Result<T> + Send + 'static,
    {
        let done = app.store.read_inline(self.for_user(work)).await;
        self.credential.note_use(app);
        done
    }

    /// Runs `work`, which may read many rows, for their user. Users take turns.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if there is no such user or what was sent has ended, [`Error::NotOwner`] if it is an app
    /// password whose scope does not go so far, the error of `work`.
    pub async fn read<T, F>(&self, app: &App, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Snapshot<'_>, User) -> Result<T> + Send + 'static,
    {
        let lane = Lane::of(self.email().as_str());
        let done = app.store.read(lane, self.for_user(work)).await;
        self.credential.note_use(app);
        done
    }

    /// `work` after the check that their user exists.
    fn for_user<T, F>(&self, work: F) -> impl FnOnce(&Snapshot<'_>) -> Result<T> + use<T, F>
    where
        F: FnOnce(&Snapshot<'_>, User) -> Result<T>,
    {
        let credential = self.credential.clone();
        move |snapshot| work(snapshot, credential.user(snapshot)?)
    }

    /// Counts a call that writes.
    ///
    /// # Errors
    /// [`Error::TooMany`] if their user writes too often.
    pub fn count_write(&self, app: &App) -> Result<()> {
        app.write_limit.count(self.email())
    }

    /// Runs `work` for their user in a write, which is not counted. Gives also the entry of the history that it has left.
    ///
    /// # Errors
    /// As [`Caller::read`]; [`Error::Unavailable`] perhaps before the user was looked for.
    pub async fn write<T, F>(&self, app: &App, work: F) -> Result<(T, Option<EntryId>)>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, User) -> Result<T> + Send + 'static,
    {
        let (credential, door) = (self.credential.clone(), self.door);
        let at = app.clock.now().ok().filter(|_| app.history_days > 0);
        let done = app.store.write(move |tx| {
            let user = credential.user(tx)?;
            if let Some(at) = at {
                let door_name = credential.name();
                let door = if door_name.is_some() { Door::AppPassword } else { door };
                let (id, email) = (Some(user.id), Some(user.email.clone()));
                tx.record(Author { user: id, email, door, door_name, at });
            }
            Ok((work(tx, user)?, tx.recorded()))
        });
        let done = done.await;
        self.credential.note_use(app);
        match done {
            // The write may have failed before it looked for the user.
            Err(error @ Error::Unavailable(_)) => {
                self.read_inline(app, |_, _| Ok(())).await?;
                Err(error)
            }
            done => done,
        }
    }
}
