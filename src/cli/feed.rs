//! `feed add|list|end`: the secret addresses of a user's calendar, with a server running or not.

use clap::Subcommand;
use serde::Serialize;

use super::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::feeds::{self, NewFeed};
use crate::domain::users;
use crate::error::Result;
use crate::model::{AddressSecret, Email, Feed, FeedId, GroupId, ShortText, WallTime};
use crate::store::DirectStore;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a secret address of a user's calendar, and print it; it is shown this once
    Add {
        /// The email address of the user
        email: String,
        /// What it is called, also by those who read it
        name: String,
        /// The id of the group that it shows, in place of the user's calendar
        #[arg(long, value_name = "ID")]
        group: Option<i64>,
        /// Show when there is something, and not what
        #[arg(long)]
        busy: bool,
    },
    /// List the secret addresses of a user's calendar, without the secrets
    List {
        /// The email address of the user
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End one of them: from then on nothing is there
    End {
        /// The email address of the user
        email: String,
        /// Its id, as the list has it
        id: i64,
    },
}

pub(super) fn run(command: Command, config: &Config) -> Result<()> {
    let mut store = DirectStore::open(&config.database)?;
    match command {
        Command::Add { email, name, group, busy } => {
            let new = NewFeed {
                name: ShortText::parse("NAME", &name)?,
                group: group.map(GroupId),
                busy_only: busy,
            };
            add(&mut store, config, &Email::stored(email), &new)
        }
        Command::List { email, json } => list(&mut store, &Email::stored(email), json),
        Command::End { email, id } => {
            let email = Email::stored(email);
            store.write(|tx| feeds::end(tx, users::get(tx, &email)?.id, FeedId(id)))?;
            output::line(&format!("ended feed {id} of {}", email.as_str()))
        }
    }
}

/// The server knows its own name by its requests alone, so a command can print no more than a path.
fn add(store: &mut DirectStore, config: &Config, email: &Email, new: &NewFeed) -> Result<()> {
    let (now, secret) = (Clock::new(config.zone.clone()).now()?, AddressSecret::random()?);
    store.write(|tx| feeds::create(tx, users::get(tx, email)?.id, new, &secret, now))?;
    output::note("the address of the server, followed by:")?;
    output::line(&format!("{}{}", config.front.base_path, secret.feed_path()))
}

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    group: Option<i64>,
    busy_only: bool,
    created: String,
    used: Option<String>,
}

impl From<Feed> for Row {
    fn from(feed: Feed) -> Self {
        let time = |at: WallTime| at.to_string().trim_end_matches(" GMT").to_owned();
        Self {
            id: feed.id.0,
            name: feed.name.as_str().to_owned(),
            group: feed.group.map(|group| group.0),
            busy_only: feed.busy_only,
            created: time(feed.created),
            used: feed.used.map(time),
        }
    }
}

fn list(store: &mut DirectStore, email: &Email, json: bool) -> Result<()> {
    let feeds = store.read(|snapshot| snapshot.feeds_of(users::get(snapshot, email)?.id))?;
    let rows: Vec<Row> = feeds.into_iter().map(Row::from).collect();
    if json {
        return output::json(&rows);
    }
    let header = ["id", "name", "shows", "created", "last used"].map(String::from).to_vec();
    let cells = rows.into_iter().map(|row| {
        let of = row.group.map_or_else(|| "calendar".to_owned(), |group| format!("group {group}"));
        let shows = if row.busy_only { format!("{of}, busy times") } else { of };
        let used = row.used.unwrap_or_else(|| "never".into());
        vec![row.id.to_string(), row.name, shows, row.created, used]
    });
    output::table(&std::iter::once(header).chain(cells).collect::<Vec<_>>())
}
