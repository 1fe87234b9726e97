//! What is wrong with texts of iCalendar that the store keeps without reading them, for `db check`.

use crate::ical::{Object, Rule};
use crate::store::TextReaders;

/// Reads them as views and protocols do.
pub const READERS: TextReaders = TextReaders {
    rule: |text| Rule::parse(text).err().map(|fault| fault.to_string()),
    object: |text| Object::parse(text.to_owned()).err().map(|fault| fault.to_string()),
};
