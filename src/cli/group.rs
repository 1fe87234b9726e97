//! `group list` and `group member list|put|remove`: the groups and their members, with a server running or not.
//!
//! Whoever runs the server does for a group what its owners may, when they cannot: an owner has left, or nobody knows who
//! owns it. The history of the group says that it was done by a command.

use clap::Subcommand;
use serde::Serialize;

use super::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::members;
use crate::error::Result;
use crate::model::{Author, Email, Group, GroupId, Role, WallTime};
use crate::store::{DirectStore, Snapshot, Transaction};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the groups, also private ones
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List, add and remove the members of a group
    #[command(subcommand)]
    Member(MemberCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum MemberCommand {
    /// List the members of a group, the highest roles first
    List {
        /// The id of the group, as the list has it
        group: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a member, or give one another role
    Put {
        /// The id of the group, as the list has it
        group: i64,
        /// The email address of the user
        email: String,
        /// What they may: see the group, register events, change everybody's, or share and delete it
        #[arg(value_parser = Role::WORDS)]
        role: String,
    },
    /// Remove a member
    Remove {
        /// The id of the group, as the list has it
        group: i64,
        /// The email address of the member
        email: String,
    },
}

pub(super) fn run(command: Command, config: &Config) -> Result<()> {
    let mut store = DirectStore::open(&config.database)?;
    match command {
        Command::List { json } => list(&mut store, json),
        Command::Member(MemberCommand::List { group, json }) => {
            list_members(&mut store, GroupId(group), json)
        }
        Command::Member(MemberCommand::Put { group, email, role }) => {
            let role = Role::read(&role).map_err(|expected| expected.of("ROLE"))?;
            let (id, email) = (GroupId(group), Email::stored(email));
            recorded(&mut store, config, |tx, now| {
                members::put_by_operator(tx, id, &email, role, (config.bounds, now))
            })?;
            output::line(&format!("{} is {} of group {group} now", email.as_str(), role.as_str()))
        }
        Command::Member(MemberCommand::Remove { group, email }) => {
            let (id, email) = (GroupId(group), Email::stored(email));
            recorded(&mut store, config, |tx, _| members::remove_by_operator(tx, id, &email))?;
            output::line(&format!("removed {} from group {group}", email.as_str()))
        }
    }
}

/// Runs `work` in a transaction that the history tells of, unless the server keeps none.
fn recorded(
    store: &mut DirectStore,
    config: &Config,
    work: impl FnOnce(&Transaction<'_>, WallTime) -> Result<()>,
) -> Result<()> {
    let now = Clock::new(config.zone.clone()).now()?;
    store.write(|tx| {
        if config.history_days > 0 {
            tx.record(Author::operator(now));
        }
        work(tx, now)
    })
}

/// A group, as the list has it.
#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    created: String,
    /// What those may who are no members.
    everyone: &'static str,
    owners: Vec<String>,
    members: usize,
    events: u64,
}

impl Row {
    fn of(snapshot: &Snapshot<'_>, group: Group) -> Result<Self> {
        let members = snapshot.members_of(group.id, Role::Reader)?;
        let owners = members.iter().filter(|member| member.role == Role::Owner);
        Ok(Self {
            id: group.id.0,
            created: group.created.to_string().trim_end_matches(" GMT").to_owned(),
            everyone: group.everyone.as_str(),
            owners: owners.map(|owner| owner.email.as_str().to_owned()).collect(),
            members: members.len(),
            events: snapshot.count_events_in_group(group.id)?,
            name: group.name,
        })
    }
}

fn list(store: &mut DirectStore, json: bool) -> Result<()> {
    let rows = store.read(|snapshot| {
        let groups = snapshot.all_groups()?.into_iter();
        groups.map(|group| Row::of(snapshot, group)).collect::<Result<Vec<_>>>()
    })?;
    if json {
        return output::json(&rows);
    }
    let header = ["id", "name", "created", "everyone", "owners", "members", "events"];
    let cells = rows.into_iter().map(|row| {
        let (id, members, events) =
            (row.id.to_string(), row.members.to_string(), row.events.to_string());
        let owners = row.owners.join(", ");
        vec![id, row.name, row.created, row.everyone.to_owned(), owners, members, events]
    });
    output::table(
        &std::iter::once(header.map(String::from).to_vec()).chain(cells).collect::<Vec<_>>(),
    )
}

#[derive(Serialize)]
struct MemberRow {
    email: String,
    role: &'static str,
}

fn list_members(store: &mut DirectStore, group: GroupId, json: bool) -> Result<()> {
    let members = store.read(|snapshot| members::all_of(snapshot, group))?;
    let rows = members.into_iter().map(|member| MemberRow {
        email: member.email.as_str().to_owned(),
        role: member.role.as_str(),
    });
    if json {
        return output::json(&rows.collect::<Vec<_>>());
    }
    let header = ["email", "role"].map(String::from).to_vec();
    let cells = rows.map(|row| vec![row.email, row.role.to_owned()]);
    output::table(&std::iter::once(header).chain(cells).collect::<Vec<_>>())
}
