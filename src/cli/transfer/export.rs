//! `export`: a calendar goes out.

use std::fs::File;
use std::io::{self, Seek};
use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::all;
use super::files::{Of, replace, written};
use crate::cli::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::{Setting, users};
use crate::error::{Error, Result};
use crate::model::{Email, GroupId};
use crate::store::DirectStore;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true)))]
pub(in crate::cli) struct Arguments {
    /// The user whose personal calendar it is
    #[arg(long, value_name = "EMAIL", group = "what")]
    user: Option<String>,
    /// The group whose calendar it is
    #[arg(long, value_name = "ID", group = "what")]
    group: Option<i64>,
    /// Write the calendars of all users and groups into a new folder
    #[arg(long, value_name = "DIR", group = "what", conflicts_with = "output")]
    all: Option<PathBuf>,
    /// The file to write, instead of standard output; one that is there is replaced
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes a calendar, or all.
pub(in crate::cli) fn run(config: &Config, arguments: Arguments) -> Result<()> {
    let Arguments { user, group, all, output: to } = arguments;
    let mut store = DirectStore::open(&config.database)?;
    let now = Clock::new(config.zone.clone()).now()?;
    let setting = Setting { now, zone: &config.zone, bounds: config.bounds };
    if let Some(folder) = all {
        return all::run(&mut store, setting, &folder);
    }
    let write = |out: &mut File| {
        store.read(|snapshot| {
            if let Some(id) = group {
                return written(snapshot, &Of::Group(GroupId(id)), setting, out);
            }
            let user = users::get(snapshot, &Email::stored(user.unwrap_or_default()))?;
            written(snapshot, &Of::User(&user), setting, out)
        })
    };
    if let Some(path) = to {
        replace(&path, write)?;
        return output::line(&format!("wrote {}", path.display()));
    }
    // Not written to directly, since a reader may be slow, and holds the state of the database meanwhile.
    let cannot = |error: io::Error| Error::Setup(format!("cannot make a file: {error}"));
    let mut spooled = tempfile::tempfile().map_err(cannot)?;
    write(&mut spooled)?;
    spooled.rewind().map_err(cannot)?;
    output::copy(&mut spooled)
}
