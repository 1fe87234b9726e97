//! `export --all`: everything of everybody, as files that any program reads.
//!
//! What iCalendar has no words for, such as who shows which group, is in `calendar.json`.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use serde::Serialize;

use super::files::{Of, replace, written};
use crate::cli::output;
use crate::domain::Setting;
use crate::error::{Error, Result};
use crate::model::{Group, User};
use crate::store::{DirectStore, Snapshot};

/// How many characters of an email or a name are in the name of a file.
const NAME: usize = 60;

/// What `calendar.json` has.
#[derive(Serialize)]
struct Contents {
    version: &'static str,
    exported: String,
    timezone: Option<String>,
    users: Vec<ListedUser>,
    groups: Vec<ListedGroup>,
}

#[derive(Serialize)]
struct ListedUser {
    id: i64,
    email: String,
    created: String,
    selected_groups: Vec<i64>,
    file: String,
}

#[derive(Serialize)]
struct ListedGroup {
    id: i64,
    name: String,
    creator_email: String,
    created: String,
    updated: Option<String>,
    file: String,
}

/// Writes everything, in one state of the database, into `folder`, which must be empty or not there.
pub(super) fn run(store: &mut DirectStore, setting: Setting<'_>, folder: &Path) -> Result<()> {
    make_folder(folder)?;
    let is_empty = fs::read_dir(folder).map_err(|error| cannot(folder, &error))?.next().is_none();
    if !is_empty {
        let why = "is not empty: choose another folder";
        return Err(Error::Setup(format!("{} {why}", folder.display())));
    }
    let contents = store.read(|snapshot| {
        let users = snapshot.users()?;
        let users = users.iter().map(|user| of_user(snapshot, setting, folder, user));
        let users = users.collect::<Result<Vec<_>>>()?;
        make_folder(&folder.join("groups"))?;
        let groups = snapshot.all_groups()?;
        let groups = groups.iter().map(|group| of_group(snapshot, setting, folder, group));
        let groups = groups.collect::<Result<Vec<_>>>()?;
        Ok(Contents {
            version: env!("CARGO_PKG_VERSION"),
            exported: setting.now.typed(),
            timezone: setting.zone.iana_name().map(str::to_owned),
            users,
            groups,
        })
    })?;
    let json = serde_json::to_vec_pretty(&contents);
    let json = json.map_err(|error| Error::Internal(format!("cannot write JSON: {error}")))?;
    let path = folder.join("calendar.json");
    replace(&path, |file| file.write_all(&json).map_err(|error| cannot(&path, &error)))?;
    output::line(&format!(
        "wrote the calendars of {} and {} to {}",
        output::counted(contents.users.len() as u64, "user"),
        output::counted(contents.groups.len() as u64, "group"),
        folder.display()
    ))
}

fn of_user(
    snapshot: &Snapshot<'_>,
    setting: Setting<'_>,
    folder: &Path,
    user: &User,
) -> Result<ListedUser> {
    let email = user.email.as_str();
    let own = format!("users/{}-{}", user.id.0, harmless_name(email));
    make_folder(&folder.join(&own))?;
    let file = format!("{own}/personal.ics");
    replace(&folder.join(&file), |out| written(snapshot, &Of::User(user), setting, out))?;
    Ok(ListedUser {
        id: user.id.0,
        email: email.to_owned(),
        created: user.created.typed(),
        selected_groups: snapshot.selection_of(user.id)?.ids().map(|id| id.0).collect(),
        file,
    })
}

fn of_group(
    snapshot: &Snapshot<'_>,
    setting: Setting<'_>,
    folder: &Path,
    group: &Group,
) -> Result<ListedGroup> {
    let file = format!("groups/{}-{}.ics", group.id.0, harmless_name(&group.name));
    replace(&folder.join(&file), |out| written(snapshot, &Of::Group(group.id), setting, out))?;
    Ok(ListedGroup {
        id: group.id.0,
        name: group.name.clone(),
        creator_email: group.creator_email.as_str().to_owned(),
        created: group.created.typed(),
        updated: group.updated.map(|updated| updated.typed()),
        file,
    })
}

/// Makes a folder that only its owner reads, with those above it, unless it is there.
fn make_folder(folder: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| cannot(folder, &error))
}

fn cannot(path: &Path, error: &io::Error) -> Error {
    Error::Setup(format!("cannot write {}: {error}", path.display()))
}

/// The beginning of `text` as a part of the name of a file, on any system. An email may have a slash in it.
fn harmless_name(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_.@+".contains(c) { c } else { '_' };
    text.chars().take(NAME).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_has_no_slash_and_is_short() {
        assert_eq!(harmless_name("park@jungi.me"), "park@jungi.me");
        assert_eq!(harmless_name("../a\\b:c\u{202e}@b"), ".._a_b_c_@b");
        assert_eq!(harmless_name("회식 관련"), "회식_관련");
        assert!(harmless_name(&"가".repeat(300)).len() <= 4 * NAME);
    }
}
