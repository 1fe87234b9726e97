//! A calendar that comes in.
//!
//! Every object is known by its UID, so a file that comes in twice changes nothing the second time. All of a file comes in,
//! or nothing. A short one is taken in one transaction. One of many objects, or of large ones, is staged in slices that
//! nobody sees, so that others' writes come in between, and is seen with the last of them. What is staged when the server
//! is killed is taken away.
//!
//! What replaces an older version of itself cannot be staged: it happens in the last transaction. Where that would be
//! too long, it goes on in further ones after all that is new is seen; the same file once more would finish it.

use super::report::{Item, Outcome, Report};
use crate::domain::limits::Setting;
use crate::domain::objects::{Decision, Intake, Prepared, unix};
use crate::error::Result;
use crate::ical::{File, Loss, Problem};
use crate::model::{GroupId, ImportId, User};
use crate::store::{Snapshot, Transaction};

/// The most objects of a file that is not staged: they are taken in one transaction.
const MOST_AT_ONCE: u16 = 250;
/// The most bytes of their text.
const MOST_BYTES_AT_ONCE: usize = 512 << 10;
/// The most objects that a long file takes in one transaction. Others' writes wait for one of these at every turn, and not
/// only once, so it is shorter.
const SLICE: u16 = 100;
/// The most bytes of their text.
const SLICE_BYTES: usize = 200 << 10;

/// Files that are on their way into a calendar.
pub struct Import {
    files: Vec<(Option<String>, File)>,
    group: Option<GroupId>,
    total: usize,
    /// Whether it is more than one transaction takes.
    is_long: bool,
    next: Position,
    staged: Option<ImportId>,
    /// What replaces an older version of itself, which is left for the end.
    late: Vec<Position>,
    shown: bool,
    report: Report,
}

/// An object of one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    file: usize,
    object: usize,
}

/// An object on its way in.
struct Read {
    place: Position,
    uid: String,
    line: usize,
    detail: Option<String>,
    bytes: usize,
    prepared: std::result::Result<Prepared, String>,
}

impl Import {
    /// Of files with their names, where those are to be told, into `group` or the personal calendar of whoever takes them
    /// in. Reads their outline.
    #[must_use]
    pub fn new(files: Vec<(Option<String>, Vec<u8>)>, group: Option<GroupId>) -> Self {
        let files: Vec<_> =
            files.into_iter().map(|(name, bytes)| (name, File::read(bytes))).collect();
        let total = files.iter().map(|(_, file)| file.len()).sum();
        let mut report = Report::default();
        for (name, file) in &files {
            for problem in file.problems() {
                report.note(item_of(name.as_ref(), problem));
            }
            if file.is_empty() && file.problems().is_empty() {
                report.note(Item {
                    file: name.clone(),
                    uid: None,
                    line: 1,
                    outcome: Outcome::Noted,
                    detail: Some("there is no event, to-do or journal entry in it".into()),
                });
            }
            report.lose(file.skipped());
        }
        let next = Position { file: 0, object: 0 };
        let is_long = is_long(&files, total);
        let (staged, late, shown) = (None, Vec::new(), false);
        Self { files, group, total, is_long, next, staged, late, shown, report }
    }

    /// How many objects are done, and of how many.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        let before = self.files.iter().take(self.next.file).map(|(_, file)| file.len());
        let done = before.sum::<usize>() + self.next.object - self.late.len();
        (done as u64, self.total as u64)
    }

    /// What would become of the files. Writes nothing.
    ///
    /// # Errors
    /// Those of [`Import::step`], except if the store cannot be written.
    pub fn rehearse(
        &self,
        snapshot: &Snapshot<'_>,
        caller: &User,
        setting: Setting<'_>,
    ) -> Result<Report> {
        let mut intake = Intake::new(snapshot, caller, self.group, None, setting)?;
        let mut report = self.report.clone();
        let mut at = self.next;
        while let Some(read) = self.read(&mut at, setting) {
            let decision = decide(&intake, snapshot, &read)?;
            if let Ok(prepared) = &read.prepared {
                intake.rehearse(snapshot, prepared, &decision)?;
            }
            self.tell(&mut report, &read, &decision);
        }
        Ok(report)
    }

    /// Takes in the next slice. Gives the report once everything is in and seen.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::error::Error::NotFound) if there is no such group,
    /// [`Error::Conflict`](crate::error::Error::Conflict) if the caller would have too much; if the store cannot be written. Then [`Import::abandon`] takes away what is staged.
    pub fn step(
        &mut self,
        tx: &Transaction<'_>,
        caller: &User,
        setting: Setting<'_>,
    ) -> Result<Option<Report>> {
        if self.shown {
            return self.replace(tx, caller, setting);
        }
        if !self.is_long {
            tx.give_up_imports(caller.id, self.group)?;
        } else if self.staged.is_none() {
            self.staged =
                Some(tx.begin_import(caller.id, self.group, unix(setting.now, setting.zone))?);
        }
        let mut intake = Intake::new(tx, caller, self.group, self.staged, setting)?;
        let (mut at, mut taken, mut bytes) = (self.next, 0, 0);
        while !self.is_long || taken < SLICE && bytes < SLICE_BYTES {
            let Some(read) = self.read(&mut at, setting) else {
                self.next = at;
                self.show(tx)?;
                return self.replace(tx, caller, setting);
            };
            let decision = decide(&intake, tx, &read)?;
            if matches!(decision, Decision::Update(_) | Decision::Birthday) {
                self.late.push(read.place);
            } else {
                if let Ok(prepared) = &read.prepared {
                    intake.put(tx, prepared, &decision)?;
                }
                let mut report = std::mem::take(&mut self.report);
                self.tell(&mut report, &read, &decision);
                self.report = report;
            }
            (taken, bytes) = (taken + 1, bytes + read.bytes);
        }
        self.next = at;
        if let Some(import) = self.staged {
            tx.touch_import(import, unix(setting.now, setting.zone))?;
        }
        Ok(None)
    }

    /// Makes all that is staged seen.
    fn show(&mut self, tx: &Transaction<'_>) -> Result<()> {
        if let Some(import) = self.staged {
            tx.show_import(import)?;
        }
        self.shown = true;
        self.late.reverse();
        Ok(())
    }

    /// Replaces some of what is older than in the files.
    fn replace(
        &mut self,
        tx: &Transaction<'_>,
        caller: &User,
        setting: Setting<'_>,
    ) -> Result<Option<Report>> {
        let mut intake = Intake::new(tx, caller, self.group, None, setting)?;
        for _ in 0..SLICE {
            let Some(mut at) = self.late.pop() else {
                self.report.sort(|name| self.files.iter().position(|(own, _)| own == name));
                return Ok(Some(std::mem::take(&mut self.report)));
            };
            let Some(read) = self.read(&mut at, setting) else { continue };
            let decision = decide(&intake, tx, &read)?;
            if let Ok(prepared) = &read.prepared {
                intake.put(tx, prepared, &decision)?;
            }
            let mut report = std::mem::take(&mut self.report);
            self.tell(&mut report, &read, &decision);
            self.report = report;
        }
        Ok(None)
    }

    /// Takes away some of what is staged, after an error or when nobody waits for it any more. Gives whether nothing is
    /// left.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn abandon(&mut self, tx: &Transaction<'_>) -> Result<bool> {
        match self.staged.filter(|_| !self.shown) {
            Some(import) => tx.delete_import_slice(import, SLICE.into()).map(|more| !more),
            None => Ok(true),
        }
    }

    /// Reads the object at `at`, and goes on to the next; none at the end.
    fn read(&self, at: &mut Position, setting: Setting<'_>) -> Option<Read> {
        loop {
            let (_, file) = self.files.get(at.file)?;
            let place = *at;
            let Some(object) = file.object(at.object) else {
                *at = Position { file: at.file + 1, object: 0 };
                continue;
            };
            at.object += 1;
            let bytes = object.text.len();
            return Some(Read {
                place,
                uid: object.uid,
                line: object.line,
                detail: object.detail,
                bytes,
                prepared: Prepared::read(object.text, setting),
            });
        }
    }

    /// Notes what became of an object.
    fn tell(&self, report: &mut Report, read: &Read, decision: &Decision) {
        let (outcome, why) = match decision {
            Decision::Create | Decision::Birthday => (Outcome::Created, None),
            Decision::Update(_) => (Outcome::Updated, None),
            Decision::Unchanged(why) => (Outcome::Unchanged, why.clone()),
            Decision::Skip(why) => (Outcome::Skipped, Some(why.clone())),
        };
        let taken = matches!(outcome, Outcome::Created | Outcome::Updated);
        let notes = read.prepared.as_ref().ok().and_then(Prepared::notes).filter(|_| taken);
        let told = [why, read.detail.clone(), notes].into_iter().flatten().collect::<Vec<_>>();
        report.count(outcome);
        if told.is_empty() && matches!(outcome, Outcome::Created | Outcome::Unchanged) {
            return;
        }
        let file = self.files.get(read.place.file).and_then(|(name, _)| name.clone());
        let detail = (!told.is_empty()).then(|| told.join("; "));
        let uid = read.uid.chars().take(255).collect();
        report.note(Item { file, uid: Some(uid), line: read.line, outcome, detail });
    }
}

/// Whether the objects of files are more than one transaction takes.
fn is_long(files: &[(Option<String>, File)], total: usize) -> bool {
    let mut room = MOST_BYTES_AT_ONCE;
    let mut fits = |bytes: usize| {
        room = room.saturating_sub(bytes);
        room > 0
    };
    total > usize::from(MOST_AT_ONCE)
        || !files.iter().flat_map(|(_, file)| file.objects()).all(|object| fits(object.text.len()))
}

/// What is to become of an object that was read.
fn decide(intake: &Intake<'_>, snapshot: &Snapshot<'_>, read: &Read) -> Result<Decision> {
    match &read.prepared {
        Ok(prepared) => intake.decide(snapshot, prepared),
        Err(why) => Ok(Decision::Skip(why.clone())),
    }
}

fn item_of(file: Option<&String>, problem: &Problem) -> Item {
    Item {
        file: file.cloned(),
        uid: problem.uid.clone(),
        line: problem.line,
        outcome: match problem.loss {
            Loss::Component => Outcome::Skipped,
            Loss::Part | Loss::Nothing => Outcome::Noted,
        },
        detail: Some(problem.detail.clone()),
    }
}
