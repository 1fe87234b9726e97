//! The commands: arguments, printing, and calls of the code below. Results go to standard output,
//! everything else to standard error.
//!
//! Exit codes: 0 success, 1 failure (one line says what, and what to do about it), 2 wrong usage.

mod app_password;
mod backup;
mod db;
mod feed;
mod flask;
mod group;
mod log;
mod moving;
mod openapi;
mod output;
mod serve;
mod transfer;
mod user;

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, DEPLOYMENT, Flags, LAPTOP};
use crate::error::Result;
use crate::store;

/// Your team's calendar in one file and one binary.
#[derive(Debug, Parser)]
#[command(name = "calendar-server", version, arg_required_else_help = true, max_term_width = 100)]
struct Arguments {
    /// The database: a file, or postgres://… [default: calendar.sqlite]
    #[arg(long, value_name = "PATH", global = true)]
    database: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve on a laptop, with a readable log; makes and migrates the database as needed
    #[command(alias = "dev_run")]
    DevRun(Listen),
    /// Serve a deployment: the profile "release" of Rocket.toml, one log line per request
    Serve(Listen),
    /// Make, migrate, back up and inspect the database
    #[command(subcommand)]
    Db(db::Command),
    /// Add, list and remove users, and manage their tokens, passwords and app passwords
    #[command(subcommand)]
    User(user::Command),
    /// List the groups, and add and remove their members
    #[command(subcommand)]
    Group(group::Command),
    /// Make, list and end secret addresses at which a calendar is read
    #[command(subcommand)]
    Feed(feed::Command),
    /// Take in calendars of other programs, for a user
    Import(transfer::Import),
    /// Write calendars for other programs: of a user, of a group, or of all
    Export(transfer::Export),
    /// Print the OpenAPI 3.1 description of the API, as served at /api/v1/openapi.json
    Openapi,
}

#[derive(Debug, Args)]
struct Listen {
    /// The address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "IP")]
    address: Option<IpAddr>,
    /// The port to listen on [default: 5000]
    #[arg(long)]
    port: Option<u16>,
}

/// Runs the command that the arguments name, and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let flags = |listen: Option<Listen>| {
        let Listen { address, port } = listen.unwrap_or(Listen { address: None, port: None });
        Flags { database: arguments.database.clone(), address, port }
    };
    match arguments.command {
        Command::DevRun(listen) => serve::dev_run(Config::load(LAPTOP, &flags(Some(listen)))?),
        Command::Serve(listen) => serve::serve(Config::load(DEPLOYMENT, &flags(Some(listen)))?),
        Command::User(command) => user::run(command, &beside_a_server(&flags(None))?),
        Command::Group(command) => group::run(command, &beside_a_server(&flags(None))?),
        Command::Feed(command) => feed::run(command, &beside_a_server(&flags(None))?),
        Command::Import(given) => transfer::import(&beside_a_server(&flags(None))?, given),
        Command::Export(given) => transfer::export(&beside_a_server(&flags(None))?, given),
        Command::Openapi => openapi::run(),
        Command::Db(command) => db::run(&command, &beside_a_server(&flags(None))?),
    }
}

/// The configuration of a command that works on the database, beside a server or without one.
fn beside_a_server(flags: &Flags) -> Result<Config> {
    let config = Config::load(DEPLOYMENT, flags)?;
    store::refuse_alias(&config.database)?;
    Ok(config)
}
