//! Imports the database of the earlier system, which accepted data that this one refuses.
//!
//! No row is lost, and every imported row is one that a `POST` would have accepted. A row is imported
//! as it is, or changed as little as makes it valid. A user may also be merged into another. The
//! [`Report`] lists every row that was changed, merged or is still unusual.
//!
//! | the earlier system has | it becomes |
//! |---|---|
//! | an id | the same. One that is not positive, or near the end of 64 bits, becomes the next free id, and references to it follow |
//! | users whose emails differ only in case (lower-cased, and nothing more) | the one with the lowest id, with the selections and events of all. A token names its user by email in any case, so the tokens of all stay valid |
//! | a user whose email is not an address (`nobody`, `two words@example.com`, white space at an end) | the same, character by character: a token contains the email, and the user could not sign in under another |
//! | a user without an email | a user with [`NO_EMAIL`], for which nobody can have a token |
//! | an event or group whose email is not a user's | if the email differs from a user's only in case or in white space at its ends, the event or group is that user's. Otherwise a user is created with exactly that email, since a token may contain it. Without an email, it belongs to [`NO_EMAIL`] |
//! | a selection with deleted groups or invalid ids | the groups that exist |
//! | an event whose group was deleted or is not an id | a personal event of the user who registered it, which shows it to nobody else |
//! | `edate` before `sdate` | the two are swapped |
//! | a time with a fraction | the same without it. `created` and `updated` always have one, so those are not reported |
//! | a time in another form | as much of it as can be read: a date alone is midnight. What is left over is named |
//! | a time that cannot be read, or is outside the years 0001 to 9999 | the event's other time, or else when it was registered, or else now |
//! | `updated` that cannot be read | never |
//! | a subject or name that is empty or invisible | `(제목 없음)`, `(이름 없음)` |
//! | a subject or name of more than 128 characters | the first 127 and `…` |
//! | a birthday with a time of day or of several days | the day on which it begins |
//! | a birthday in a group | the birthday, in no group |
//! | a user's second birthday, a birthday without a readable day, `birthday` other than `1` | an ordinary event |
//! | bytes that are not UTF-8, and U+0000 | U+FFFD |
//!
//! White space at the ends of a subject is trimmed without a note, as for a `POST`. The earlier system
//! did not store when users registered, so they count as registered now.
//!
//! The database must never have had users. Otherwise ids would be reused, and a token that was
//! ended could become valid again.

mod decide;
mod old_time;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::{Error, Result};
use crate::model::{
    Email, EventDetails, EventId, EventTimes, GroupId, Recurrence, Selection, UserId, WallTime,
    lowercase,
};
use crate::store::{
    Contents, Flask, NewEvent, OldEvent, OldGroup, OldUser, Transaction, can_be_kept,
};
use decide::Notes;

/// The email of the user who gets the events that name no user. Nobody can own its domain (RFC 2606, 2).
pub const NO_EMAIL: &str = "nobody@import.invalid";

/// A change to a row, or something unusual that was kept. A row can have several.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// The earlier system's table.
    pub table: &'static str,
    /// The row's id there.
    pub id: i64,
    /// What it was: the column and its value.
    pub was: String,
    /// What became of it.
    pub became: String,
}

/// Counts of a table's rows. Every row that was read was either imported or merged.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Rows of the earlier system.
    pub read: u64,
    /// Rows that became a row here.
    pub imported: u64,
    /// Rows that were merged into another.
    pub merged: u64,
    /// Rows created here without one in the earlier system.
    pub made: u64,
}

/// The report of an import.
#[derive(Debug, Default)]
pub struct Report {
    /// The table `user`.
    pub users: Tally,
    /// The table `group`.
    pub groups: Tally,
    /// The table `event`.
    pub events: Tally,
    /// The changes, by table (users, groups, events) and id.
    pub rows: Vec<Changed>,
}

/// Imports all of `old`. `now` replaces times that it lacks.
///
/// # Errors
/// [`Error::Conflict`] if the database has or had users, [`Error::Setup`] if `old` cannot be read.
pub fn import(tx: &Transaction<'_>, old: &Flask, now: WallTime) -> Result<Report> {
    if tx.has_users()? {
        return Err(Error::Conflict(
            "the database has users: import into a new one, named with --database".into(),
        ));
    }
    if tx.has_had_users()? {
        return Err(Error::Conflict(
            "the database has had users, whose ids and tokens must not be reused: import into a new one, named with --database".into(),
        ));
    }
    let mut import = Import {
        tx,
        now,
        owners: HashMap::new(),
        selected: Vec::new(),
        groups: HashMap::new(),
        birthdays: HashMap::new(),
        report: Report::default(),
    };
    old.each_user(|user| import.user(user))?;
    old.each_group(|group| import.group(&group))?;
    import.select()?;
    old.each_event(|event| import.event(&event))?;
    let mut report = import.report;
    let Contents { users, groups, events } = tx.contents()?;
    let tallies =
        [(&mut report.users, users), (&mut report.groups, groups), (&mut report.events, events)];
    for (tally, stored) in tallies {
        tally.imported = stored.saturating_sub(tally.made);
        if tally.read != tally.imported + tally.merged {
            return Err(Error::Internal(format!("the totals do not add up: {tally:?}")));
        }
    }
    // The sort is stable, so the notes of a row stay in order.
    report.rows.sort_by_key(|row| {
        (["user", "group", "event"].iter().position(|table| *table == row.table), row.id)
    });
    Ok(report)
}

struct Import<'a, 'c> {
    tx: &'a Transaction<'c>,
    now: WallTime,
    /// By folded email.
    owners: HashMap<String, Owner>,
    /// The old id, the new id and the selection of each user who had one.
    selected: Vec<(i64, UserId, String)>,
    /// By id in the earlier system.
    groups: HashMap<i64, GroupId>,
    birthdays: HashMap<UserId, EventId>,
    report: Report,
}

#[derive(Clone)]
struct Owner {
    id: UserId,
    email: String,
    /// Whether the import created the user.
    made: bool,
}

impl Import<'_, '_> {
    fn user(&mut self, old: OldUser) -> Result<()> {
        self.report.users.read += 1;
        let mut notes = Notes::of(old.garbled);
        let email = old.email.as_deref().unwrap_or(NO_EMAIL);
        let id = if let Some(first) = self.owners.get(&lowercase(email)) {
            self.report.users.merged += 1;
            let became = format!("merged into user {}, {:?}", first.id.0, first.email);
            notes.add("email", old.email.as_deref(), became);
            let first = first.id;
            if can_be_kept(old.id) {
                self.tx.pass_user_id(UserId(old.id))?;
            }
            first
        } else {
            let kept = Some(old.id).filter(|id| can_be_kept(*id)).map(UserId);
            let owner = self.add_user(kept, email, false)?;
            notes.id(old.id, owner.id.0);
            if old.email.is_none() {
                notes.add("email", None, format!("{email:?}"));
            } else if let Some(fault) = fault_of(email) {
                let became = format!("kept, although it {fault}, so that its tokens stay valid");
                notes.add("email", Some(email), became);
            }
            owner.id
        };
        if let Some(selected) = old.selected {
            self.selected.push((old.id, id, selected));
        }
        self.note("user", old.id, notes);
        Ok(())
    }

    fn add_user(&mut self, id: Option<UserId>, email: &str, made: bool) -> Result<Owner> {
        let id = self.tx.import_user(id, &Email::stored(email.to_owned()), self.now)?;
        let owner = Owner { id, email: email.to_owned(), made };
        self.owners.insert(lowercase(email), owner.clone());
        Ok(owner)
    }

    /// The user that `column` of a row names, created if need be.
    fn owner(&mut self, column: &str, raw: Option<&str>, notes: &mut Notes) -> Result<Owner> {
        let email = raw.unwrap_or_default();
        let trimmed = if email.trim().is_empty() { NO_EMAIL } else { email.trim() };
        let known =
            self.owners.get(&lowercase(email)).or_else(|| self.owners.get(&lowercase(trimmed)));
        if let Some(owner) = known {
            if Some(owner.email.as_str()) != raw {
                notes.add(column, raw, format!("of user {}, {:?}", owner.id.0, owner.email));
            } else if owner.made {
                notes.add(column, raw, format!("of user {}, who was created", owner.id.0));
            }
            return Ok(owner.clone());
        }
        let email = if trimmed == NO_EMAIL { NO_EMAIL } else { email };
        let owner = self.add_user(None, email, true)?;
        self.report.users.made += 1;
        let named = if raw == Some(email) { String::new() } else { format!("{email:?}, ") };
        notes.add(column, raw, format!("of user {}, {named}who was created", owner.id.0));
        Ok(owner)
    }

    fn group(&mut self, old: &OldGroup) -> Result<()> {
        self.report.groups.read += 1;
        let mut notes = Notes::of(old.garbled);
        let creator = self.owner("creator_email", old.creator_email.as_deref(), &mut notes)?;
        let name = decide::short_text("name", old.name.as_deref(), "(이름 없음)", &mut notes)?;
        let created = decide::created(old.created.as_deref(), self.now, &mut notes);
        let updated = decide::updated(old.updated.as_deref(), &mut notes);
        let kept = Some(old.id).filter(|id| can_be_kept(*id)).map(GroupId);
        let id = self.tx.import_group(kept, creator.id, &name, created, updated)?;
        notes.id(old.id, id.0);
        self.groups.insert(old.id, id);
        self.note("group", old.id, notes);
        Ok(())
    }

    /// Imports the selections, once all groups are there.
    fn select(&mut self) -> Result<()> {
        let mut selections: BTreeMap<UserId, BTreeSet<GroupId>> = BTreeMap::new();
        for (old_id, user, raw) in std::mem::take(&mut self.selected) {
            let mut notes = Notes::default();
            let selection = decide::selection(&raw, &self.groups, &mut notes);
            self.note("user", old_id, notes);
            selections.entry(user).or_default().extend(selection.ids());
        }
        for (user, groups) in selections {
            self.tx.replace_selection(user, &groups.into_iter().collect::<Selection>())?;
        }
        Ok(())
    }

    fn event(&mut self, old: &OldEvent) -> Result<()> {
        self.report.events.read += 1;
        let mut notes = Notes::of(old.garbled);
        let owner = self.owner("email", old.email.as_deref(), &mut notes)?;
        let subject =
            decide::short_text("subject", old.subject.as_deref(), "(제목 없음)", &mut notes)?;
        let created = decide::created(old.created.as_deref(), self.now, &mut notes);
        let updated = decide::updated(old.updated.as_deref(), &mut notes);
        let (sdate, edate) = (old.sdate.as_deref(), old.edate.as_deref());
        let found = decide::times(sdate, edate, &mut notes);
        let mut times = found.unwrap_or_else(|| {
            notes.times(
                sdate,
                edate,
                "unreadable, so when it was registered",
                EventTimes::moment(created),
            );
            EventTimes::moment(created)
        });
        let birthday = decide::is_birthday(old.birthday.as_deref(), &mut notes)
            && self.may_be_birthday(&owner, found.is_some(), old.birthday.as_deref(), &mut notes);
        let mut group = decide::group(old.group.as_deref(), &self.groups, &mut notes);
        if birthday {
            let day = EventTimes::moment(times.starts().day().midnight());
            if day != times {
                notes.times(sdate, edate, "a birthday is one day", day);
                times = day;
            }
            if group.take().is_some() {
                notes.add("group", old.group.as_deref(), "in no group, as a birthday".into());
            }
        }
        let kept = Some(old.id).filter(|id| can_be_kept(*id)).map(EventId);
        let details = &EventDetails::new(subject, times);
        let recurrence =
            if birthday { Recurrence::of_birthday(times.starts().day()) } else { Recurrence::Once };
        let event = NewEvent {
            owner: owner.id,
            group,
            details,
            created,
            birthday,
            recurrence: &recurrence,
            object: None,
            import: None,
        };
        let id = self.tx.import_event(kept, &event, updated)?;
        if birthday {
            self.birthdays.insert(owner.id, id);
        }
        notes.id(old.id, id.0);
        self.note("event", old.id, notes);
        Ok(())
    }

    fn may_be_birthday(
        &self,
        owner: &Owner,
        has_day: bool,
        raw: Option<&str>,
        notes: &mut Notes,
    ) -> bool {
        let why = match self.birthdays.get(&owner.id) {
            Some(EventId(first)) => {
                format!("an ordinary event: event {first} is the birthday of {:?}", owner.email)
            }
            None if !has_day => "an ordinary event: its day cannot be read".into(),
            None => return true,
        };
        notes.add("birthday", raw, why);
        false
    }

    fn note(&mut self, table: &'static str, id: i64, notes: Notes) {
        let rows = notes.into_iter().map(|(was, became)| Changed { table, id, was, became });
        self.report.rows.extend(rows);
    }
}

/// Why nobody could register with `email`.
fn fault_of(email: &str) -> Option<&'static str> {
    if Email::well_formed(email).is_ok_and(|formed| formed.as_str() == email) {
        Email::read(email).is_err().then_some("may pass for another email address")
    } else {
        Some("is not an email address")
    }
}
