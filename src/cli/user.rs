//! `user add|list|token|password|app-password|revoke|remove`: accounts, with a server running or not.

use std::io::{self, BufRead, IsTerminal};

use clap::Subcommand;
use serde::Serialize;

use super::{app_password, output};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::auth::Tokens;
use crate::domain::passwords;
use crate::domain::users::{self, Belongings, Groups};
use crate::error::{Error, Result, Taken};
use crate::model::{Author, Email, Password, User};
use crate::store::DirectStore;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a user and print their token
    Add {
        /// The email address of the user
        email: String,
    },
    /// List the users
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a new token for a user; the old ones stay valid
    Token {
        /// The email address of the user
        email: String,
    },
    /// Set a user's password, read from a prompt or from standard input, and end their tokens
    Password {
        /// The email address of the user
        email: String,
    },
    /// Make, list and end what single programs of a user send in place of a token
    #[command(subcommand)]
    AppPassword(app_password::Command),
    /// End all tokens and app passwords of a user, and the secret addresses of their calendar
    Revoke {
        /// The email address of the user
        email: String,
    },
    /// Remove a user with all their events, also those in groups
    Remove {
        /// The email address of the user
        email: String,
        /// The user who gets the groups that they made
        #[arg(long, value_name = "EMAIL", conflicts_with = "with_groups")]
        give_groups_to: Option<String>,
        /// Also remove the groups that they made, with everybody's events in them
        #[arg(long)]
        with_groups: bool,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

pub(super) fn run(command: Command, config: &Config) -> Result<()> {
    let mut store = DirectStore::open(&config.database)?;
    match command {
        Command::Add { email } => add(&mut store, config, &Email::parse("EMAIL", &email)?),
        Command::List { json } => list(&mut store, json),
        Command::Token { email } => {
            let email = known(email);
            let user = store.read(|snapshot| users::get(snapshot, &email))?;
            token(&store, config, &user)
        }
        Command::Password { email } => password(&mut store, &known(email)),
        Command::AppPassword(command) => app_password::run(command, &mut store, config),
        Command::Revoke { email } => {
            let email = known(email);
            store.write(|tx| users::end_tokens(tx, &users::get(tx, &email)?))?;
            output::line(&format!(
                "ended all tokens, app passwords and feeds of {}",
                email.as_str()
            ))
        }
        Command::Remove { email, give_groups_to, with_groups, yes } => {
            let author = operator(config)?;
            let groups = match (give_groups_to, with_groups) {
                (Some(heir), _) => Groups::GiveTo(known(heir)),
                (None, true) => Groups::Remove,
                (None, false) => Groups::Keep,
            };
            remove(&mut store, &known(email), &groups, (author.as_ref(), yes))
        }
    }
}

/// The email of a user who may exist. It may break the rules for a new one, since users of the earlier
/// system keep theirs.
fn known(email: String) -> Email {
    Email::stored(email)
}

fn add(store: &mut DirectStore, config: &Config, email: &Email) -> Result<()> {
    let now = Clock::new(config.zone.clone()).now()?;
    let added = store.write(|tx| users::register(tx, email, None, now));
    let user = added.map_err(|error| match error {
        Error::Exists(Taken::Email) => Error::Setup(format!(
            "user {} exists already: calendar-server user token gives another token",
            email.as_str()
        )),
        other => other,
    })?;
    token(store, config, &user)
}

fn token(store: &DirectStore, config: &Config, user: &User) -> Result<()> {
    let key = match &config.signing_key {
        Some(key) => key.clone(),
        None => store.signing_key()?,
    };
    let now = Clock::new(config.zone.clone()).unix();
    output::line(&Tokens::new(&key, config.token_lifetime).issue(user, now)?)
}

#[derive(Serialize)]
struct Row {
    id: i64,
    email: String,
    created: String,
    password: bool,
    groups: u32,
    events: u64,
}

fn list(store: &mut DirectStore, json: bool) -> Result<()> {
    let rows = store.read(|snapshot| {
        let users = snapshot.users()?.into_iter();
        let row = |user: User| {
            let Belongings { personal_events, group_events, made, .. } =
                users::belongings(snapshot, &user)?;
            Ok(Row {
                id: user.id.0,
                password: snapshot.password_hash(user.id)?.is_some(),
                created: user.created.to_string().trim_end_matches(" GMT").to_owned(),
                email: user.email.as_str().to_owned(),
                groups: made,
                events: personal_events + group_events,
            })
        };
        users.map(row).collect::<Result<Vec<_>>>()
    })?;
    if json {
        return output::json(&rows);
    }
    let header =
        ["id", "email", "created", "password", "groups", "events"].map(String::from).to_vec();
    let cells = rows.into_iter().map(|row| {
        let password = if row.password { "yes" } else { "no" };
        let numbers = (row.id.to_string(), row.groups.to_string(), row.events.to_string());
        vec![numbers.0, row.email, row.created, password.to_owned(), numbers.1, numbers.2]
    });
    output::table(&std::iter::once(header).chain(cells).collect::<Vec<_>>())
}

fn password(store: &mut DirectStore, email: &Email) -> Result<()> {
    // Checked first, so that nobody types a password for a user who does not exist.
    store.read(|snapshot| users::get(snapshot, email))?;
    let hash = passwords::hash(&Password::parse("password", &read_password()?)?)?;
    store.write(|tx| users::set_password(tx, &users::get(tx, email)?, &hash))?;
    output::line(&format!("set the password of {}, and ended all their tokens", email.as_str()))
}

/// Asks twice at a terminal, and else reads one line.
fn read_password() -> Result<String> {
    let cannot = |error: io::Error| Error::Setup(format!("cannot read the password: {error}"));
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(cannot)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let first = rpassword::prompt_password("New password: ").map_err(cannot)?;
    let again = rpassword::prompt_password("Repeat it: ").map_err(cannot)?;
    if first == again {
        Ok(first)
    } else {
        Err(Error::Setup("the passwords differ: nothing was changed".into()))
    }
}

/// Who the history says removed a user; nobody if there is no history.
fn operator(config: &Config) -> Result<Option<Author>> {
    if config.history_days == 0 {
        return Ok(None);
    }
    Clock::new(config.zone.clone()).now().map(|now| Some(Author::operator(now)))
}

fn remove(
    store: &mut DirectStore,
    email: &Email,
    groups: &Groups,
    (author, yes): (Option<&Author>, bool),
) -> Result<()> {
    let going = store.read(|snapshot| {
        let user = users::get(snapshot, email)?;
        let going = users::belongings(snapshot, &user)?;
        users::may_remove(snapshot, &user, groups).map_err(|error| match (groups, error) {
            (Groups::Keep, Error::Conflict(why)) => {
                Error::Setup(format!("{why} (--give-groups-to EMAIL, or --with-groups)"))
            }
            (_, other) => other,
        })?;
        Ok(going)
    })?;
    output::note(&announce(email, &going, groups))?;
    if !yes && !confirmed()? {
        return Err(Error::Setup("nothing was removed".into()));
    }
    store.write(|tx| users::remove(tx, email, groups, author))?;
    output::line(&format!("removed {}", email.as_str()))
}

fn announce(email: &Email, going: &Belongings, groups: &Groups) -> String {
    let Belongings { personal_events, group_events, groups: made, others_events, shared, .. } =
        going;
    let mut text = format!(
        "{}: {} and {} in groups will be removed",
        email.as_str(),
        output::counted(*personal_events, "personal event"),
        output::counted(*group_events, "event")
    );
    let names = made.iter().map(|group| group.name.as_str()).collect::<Vec<_>>().join(", ");
    match groups {
        _ if made.is_empty() => {}
        Groups::GiveTo(heir) => {
            text.push_str(&format!("; {} gets the groups {names}", heir.as_str()));
        }
        _ => {
            let others = output::counted(*others_events, "event");
            text.push_str(&format!("; so will the groups {names}, with {others} of others"));
        }
    }
    if *shared > 0 {
        let groups = output::counted(*shared, "group");
        text.push_str(&format!("; {groups} shared with others will go to another member"));
    }
    text
}

fn confirmed() -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(Error::Setup(
            "cannot ask for confirmation without a terminal: use --yes".into(),
        ));
    }
    output::ask("Remove them? [y/N] ")?;
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Error::Setup(format!("cannot read the answer: {error}")))?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
