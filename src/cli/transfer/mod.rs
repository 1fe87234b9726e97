//! `import` and `export`: calendars as files, with a server running or not.

mod all;
mod export;
mod files;
mod import;

pub(super) use export::{Arguments as Export, run as export};
pub(super) use import::{Arguments as Import, run as import};
