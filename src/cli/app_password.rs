//! `user app-password add|list|end`: what single programs of a user send in place of a token, with a server running or not.

use clap::Subcommand;
use serde::Serialize;

use super::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::app_passwords::{self, NewAppPassword};
use crate::domain::users;
use crate::error::Result;
use crate::model::{
    AppPassword, AppPasswordId, AppPasswordScope, AppSecret, Email, ShortText, WallTime,
};
use crate::store::DirectStore;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an app password, and print it; it is shown this once
    Add {
        /// The email address of the user
        email: String,
        /// What it is called: the program or the device that has it
        name: String,
        /// What it is good for: all calls but those on the account itself, or only to read
        #[arg(long, value_parser = AppPasswordScope::WORDS, default_value = "all")]
        scope: String,
    },
    /// List the app passwords of a user, without the secrets
    List {
        /// The email address of the user
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End one of them: from then on it is good for nothing
    End {
        /// The email address of the user
        email: String,
        /// Its id, as the list has it
        id: i64,
    },
}

pub(super) fn run(command: Command, store: &mut DirectStore, config: &Config) -> Result<()> {
    match command {
        Command::Add { email, name, scope } => {
            let name = ShortText::parse("NAME", &name)?;
            let scope =
                AppPasswordScope::read(&scope).map_err(|expected| expected.of("--scope"))?;
            add(store, config, &Email::stored(email), &NewAppPassword { name, scope })
        }
        Command::List { email, json } => list(store, &Email::stored(email), json),
        Command::End { email, id } => {
            let email = Email::stored(email);
            let id = AppPasswordId(id);
            store.write(|tx| app_passwords::end(tx, users::get(tx, &email)?.id, id))?;
            output::line(&format!("ended app password {} of {}", id.0, email.as_str()))
        }
    }
}

fn add(
    store: &mut DirectStore,
    config: &Config,
    email: &Email,
    new: &NewAppPassword,
) -> Result<()> {
    let (now, secret) = (Clock::new(config.zone.clone()).now()?, AppSecret::random()?);
    store.write(|tx| app_passwords::create(tx, users::get(tx, email)?.id, new, &secret, now))?;
    output::line(secret.as_str())
}

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    scope: &'static str,
    created: String,
    used: Option<String>,
    from: Option<String>,
}

impl From<AppPassword> for Row {
    fn from(password: AppPassword) -> Self {
        let time = |at: WallTime| at.to_string().trim_end_matches(" GMT").to_owned();
        Self {
            id: password.id.0,
            name: password.name.as_str().to_owned(),
            scope: password.scope.as_str(),
            created: time(password.created),
            used: password.used.map(time),
            from: password.used_from.map(|from| from.to_string()),
        }
    }
}

fn list(store: &mut DirectStore, email: &Email, json: bool) -> Result<()> {
    let passwords =
        store.read(|snapshot| snapshot.app_passwords_of(users::get(snapshot, email)?.id))?;
    let rows: Vec<Row> = passwords.into_iter().map(Row::from).collect();
    if json {
        return output::json(&rows);
    }
    let header = ["id", "name", "scope", "created", "last used", "from"].map(String::from).to_vec();
    let cells = rows.into_iter().map(|row| {
        let used = row.used.unwrap_or_else(|| "never".into());
        let from = row.from.unwrap_or_default();
        vec![row.id.to_string(), row.name, row.scope.to_owned(), row.created, used, from]
    });
    output::table(&std::iter::once(header).chain(cells).collect::<Vec<_>>())
}
