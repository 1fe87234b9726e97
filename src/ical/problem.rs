//! What is told of a file that is not as it should be.

/// Something that was lost, or taken otherwise than it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The UID of the object, if it is known.
    pub uid: Option<String>,
    /// What it is.
    pub detail: String,
    /// What was left out.
    pub loss: Loss,
}

/// What is not taken of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// All of it is taken, though otherwise than it is written.
    Nothing,
    /// A line, a VTIMEZONE or a text between the calendars.
    Part,
    /// A whole component.
    Component,
}

/// The first problems of a file, and how much was left out in all: a file can have a problem in each line.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) first: Vec<Problem>,
    pub(super) parts: usize,
    pub(super) components: usize,
}

impl Problems {
    /// How many are kept.
    pub(super) const MOST: usize = 1000;

    /// Something was taken otherwise than it is written.
    pub(super) fn taken(&mut self, line: usize, uid: Option<&str>, detail: &str) {
        self.add(line, uid, detail, Loss::Nothing);
    }

    /// A part of a component, or what belongs to none, was left out.
    pub(super) fn lost(&mut self, line: usize, uid: Option<&str>, detail: &str) {
        self.parts += 1;
        self.add(line, uid, detail, Loss::Part);
    }

    /// A whole component was left out.
    pub(super) fn skipped(&mut self, line: usize, uid: Option<&str>, detail: &str) {
        self.components += 1;
        self.add(line, uid, detail, Loss::Component);
    }

    /// Everything from here on was left out, which is told whatever else is.
    pub(super) fn ended(&mut self, line: usize, detail: &str) {
        self.first.truncate(Self::MOST - 1);
        self.skipped(line, None, detail);
    }

    fn add(&mut self, line: usize, uid: Option<&str>, detail: &str, loss: Loss) {
        if self.first.len() < Self::MOST {
            let uid = uid.map(|uid| uid.chars().take(255).collect());
            self.first.push(Problem { line, uid, detail: detail.to_owned(), loss });
        }
    }
}

/// What was read of an object otherwise than it is written, each said once.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<String>);

impl Notes {
    /// How many are kept.
    const MOST: usize = 20;

    /// Adds a note, as in `rrule: several; only the first is taken into account`.
    pub(super) fn add(&mut self, note: &str) {
        if self.0.len() < Self::MOST && !self.0.iter().any(|before| before == note) {
            self.0.push(note.to_owned());
        }
    }

    /// All of them.
    pub(super) fn into_inner(self) -> Vec<String> {
        self.0
    }
}
