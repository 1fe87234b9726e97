//! Work on a database as a whole: migrate, back up, restore, check, import; and the deferred work of
//! the writer.

pub(super) mod backup;
pub(super) mod check;
mod check_objects;
pub(super) mod faults;
pub(super) mod flask;
pub(super) mod migrations;
pub(super) mod moving;
pub(super) mod postgres;
pub(super) mod restore;
pub(super) mod status;
pub(super) mod upkeep;
