//! An object that was read, before anybody decides what becomes of it.

use super::rows::Rows;
use crate::domain::limits::Setting;
use crate::error::Error;
use crate::ical::{Object, ObjectFault};

/// An object that was read, ready to be put into a calendar.
pub(in crate::domain) struct Prepared {
    pub(super) object: Object,
    pub(super) rows: Rows,
}

impl Prepared {
    /// Reads an object.
    ///
    /// # Errors
    /// A sentence that says why it cannot be taken.
    pub(in crate::domain) fn read(
        text: String,
        setting: Setting<'_>,
    ) -> std::result::Result<Self, String> {
        Self::parse(text, setting).map_err(|fault| fault.to_string())
    }

    /// The same.
    ///
    /// # Errors
    /// [`ObjectFault`] by the precondition of CalDAV that fails.
    pub(in crate::domain) fn parse(
        text: String,
        setting: Setting<'_>,
    ) -> std::result::Result<Self, ObjectFault> {
        let object = Object::parse(text)?;
        let events = object.events(setting.zone)?;
        let too_many = |error: Error| ObjectFault::Instances(error.to_string());
        let rows = Rows::of(&events, setting.zone).map_err(too_many)?;
        Ok(Self { object, rows })
    }

    /// The text as it came.
    pub(in crate::domain) fn text(&self) -> &str {
        self.object.text()
    }

    /// The UID of all its components.
    pub(in crate::domain) fn uid(&self) -> &str {
        self.object.uid()
    }

    /// What its components are: `VEVENT`, `VTODO` or `VJOURNAL`.
    pub(in crate::domain) fn component(&self) -> &'static str {
        self.object.kind().word()
    }

    /// What of it was taken otherwise than it is written, in one sentence.
    pub(in crate::domain) fn notes(&self) -> Option<String> {
        let notes = &self.rows.notes;
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}
